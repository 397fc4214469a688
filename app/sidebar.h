/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The list of sources, grouped. Property "selected" (HrSource, nullable, notifies). Signal "activated": a
 * row was chosen by hand, so that a folded sidebar can go away. */
#define HR_TYPE_SIDEBAR (hr_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (HrSidebar, hr_sidebar, HR, SIDEBAR, GtkBox)

void hr_sidebar_follow (HrSidebar *self,
                        HrMonitor *monitor);

HrSource *hr_sidebar_get_selected (HrSidebar *self);
void      hr_sidebar_select (HrSidebar *self,
                             HrSource  *source);

G_END_DECLS
