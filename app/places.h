/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where the programs stand in the build tree. */
#define HR_AGENT_BUILD_PATH "engine/agents/local"
#define HR_WORKLOAD_BUILD_PATH "engine/agents/workload"

/* Where the app's other files are: beside its own build tree (HEADROOM_BUILD_DIR) first, then where it is installed. */
char      *hr_places_find_program (const char *build_dir,
                                   const char *build_path,
                                   const char *name) G_GNUC_WARN_UNUSED_RESULT;
GSettings *hr_places_settings (const char *build_dir,
                               GError    **error) G_GNUC_WARN_UNUSED_RESULT;

char *hr_places_history (void) G_GNUC_WARN_UNUSED_RESULT;

HrContract *hr_places_default_contract (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
