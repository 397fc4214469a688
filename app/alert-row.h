/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/alert.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One alert: how severe, what, when and for how long. Resolved ones are dimmed. */
#define HR_TYPE_ALERT_ROW (hr_alert_row_get_type ())
G_DECLARE_FINAL_TYPE (HrAlertRow, hr_alert_row, HR, ALERT_ROW, GtkListBoxRow)

GtkWidget *hr_alert_row_new (HrAlert *alert) G_GNUC_WARN_UNUSED_RESULT;

/* @now_us: UTC since 1970, for how long an active alert lasts. */
void hr_alert_row_refresh (HrAlertRow *self,
                           gint64      now_us);
/* Whether it leads to what was recorded around it. */
void hr_alert_row_set_recorded (HrAlertRow *self,
                                gboolean    recorded);

G_END_DECLS
