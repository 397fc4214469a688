/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/pairings.h"
#include "engine/monitor.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Asks for a network source and adds it. Signal "added" (HrSource *, const char *title): it is there; the title is what its user calls it, or "". */
#define HR_TYPE_ADD_SOURCE_DIALOG (hr_add_source_dialog_get_type ())
G_DECLARE_FINAL_TYPE (HrAddSourceDialog, hr_add_source_dialog, HR, ADD_SOURCE_DIALOG, AdwWindow)

GtkWindow *hr_add_source_dialog_new (GtkWindow  *parent,
                                     HrMonitor  *monitor,
                                     HrPairings *pairings) G_GNUC_WARN_UNUSED_RESULT;

/* Puts a link that came from elsewhere where one is pasted. Nothing is added before its user does. */
void hr_add_source_dialog_set_link (HrAddSourceDialog *self,
                                    const char        *link);

G_END_DECLS
