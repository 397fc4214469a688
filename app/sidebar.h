/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/session-item.h"
#include "engine/monitor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The list of sources, grouped by where they are, programs below the computer or device that they came with, and below it recordings and session
 * files. When a source leaves, the selection moves to where it came with. Property "selected" (HrSource, nullable, notifies), property "session"
 * (HrSessionItem, nullable, notifies): one of both at a time. Signal "activated": a row was chosen by hand, so that a
 * folded sidebar can go away. */
#define HR_TYPE_SIDEBAR (hr_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (HrSidebar, hr_sidebar, HR, SIDEBAR, GtkBox)

void hr_sidebar_follow (HrSidebar *self,
                        HrMonitor *monitor);

void hr_sidebar_follow_sessions (HrSidebar  *self,
                                 GListModel *sessions);

/* Takes the source and all that came with it out of sight, or back. */
void hr_sidebar_set_hidden (HrSidebar *self,
                            HrSource  *source,
                            gboolean   hidden);

void hr_sidebar_set_session_hidden (HrSidebar     *self,
                                    HrSessionItem *session,
                                    gboolean       hidden);

/* Why no devices can be seen, where that is worth a line; NULL: nothing to say. */
void hr_sidebar_set_trouble (HrSidebar  *self,
                             const char *trouble);

HrSource *hr_sidebar_get_selected (HrSidebar *self);
void      hr_sidebar_select (HrSidebar *self,
                             HrSource  *source);

HrSessionItem *hr_sidebar_get_session (HrSidebar *self);
void           hr_sidebar_select_session (HrSidebar     *self,
                                          HrSessionItem *session);

G_END_DECLS
