/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/palette.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The crosshair over a chart and the bubble that reads out exact values. A widget of its own: moving it redraws no data. */
#define HR_TYPE_HOVER (hr_hover_get_type ())
G_DECLARE_FINAL_TYPE (HrHover, hr_hover, HR, HOVER, GtkWidget)

GtkWidget *hr_hover_new (void) G_GNUC_WARN_UNUSED_RESULT;

void        hr_hover_show (HrHover            *self,
                           const HrPalette    *palette,
                           const GdkRectangle *area,
                           double              x,
                           double              y,
                           const char         *value,
                           const char         *note);
void        hr_hover_hide (HrHover *self);
const char *hr_hover_get_value (HrHover *self);

G_END_DECLS
