/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/history-reader.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The list of metrics to be shown or not, in a popover.
 *
 * Signal "chosen" (const char *metric, gboolean shown). */
#define HR_TYPE_HISTORY_MENU (hr_history_menu_get_type ())
G_DECLARE_FINAL_TYPE (HrHistoryMenu, hr_history_menu, HR, HISTORY_MENU, GtkWidget)

GtkWidget *hr_history_menu_new (void) G_GNUC_WARN_UNUSED_RESULT;
void       hr_history_menu_show (HrHistoryMenu         *self,
                                 const HrHistoryAnswer *answer,
                                 HrContract            *contract,
                                 const char *const     *chosen);

G_END_DECLS
