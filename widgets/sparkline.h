/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The last 60 values as one small line without axes, scaled from 0 to the larger of 1 and its highest
 * value (it shows shares of a budget). Coloured by the CSS class of its worst level ("success", "warning", "error"). */
#define HR_TYPE_SPARKLINE (hr_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (HrSparkline, hr_sparkline, HR, SPARKLINE, GtkWidget)

GtkWidget *hr_sparkline_new (void) G_GNUC_WARN_UNUSED_RESULT;

void hr_sparkline_append (HrSparkline *self,
                          double       value);
void hr_sparkline_clear (HrSparkline *self);

G_END_DECLS
