/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/archive.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The file of the history: where it is, how large, how far back it reaches, and a button to begin anew. */
#define HR_TYPE_HISTORY_GROUP (hr_history_group_get_type ())
G_DECLARE_FINAL_TYPE (HrHistoryGroup, hr_history_group, HR, HISTORY_GROUP, AdwPreferencesGroup)

GtkWidget *hr_history_group_new (HrArchive *archive) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
