/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Searches the programs of a computer or device as its user types, and has the chosen one watched. Signal "watched" (HrSource *place, guint64 pid). */
#define HR_TYPE_WATCH_DIALOG (hr_watch_dialog_get_type ())
G_DECLARE_FINAL_TYPE (HrWatchDialog, hr_watch_dialog, HR, WATCH_DIALOG, AdwWindow)

/* @place: where to look first. */
GtkWindow *hr_watch_dialog_new (GtkWindow *parent,
                                HrMonitor *monitor,
                                HrSource  *place) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
