/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What people are told of a path. */

char *hr_shown_path (const char *path) G_GNUC_WARN_UNUSED_RESULT;
char *hr_shown_text (const char *text,
                     const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
