/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A bar of how much of a budget is used, with tick marks at the warning and critical shares and at the limit.
 * Coloured by the level it has reached; with NaN it is an empty track. */
#define HR_TYPE_METER (hr_meter_get_type ())
G_DECLARE_FINAL_TYPE (HrMeter, hr_meter, HR, METER, GtkWidget)

GtkWidget *hr_meter_new (void) G_GNUC_WARN_UNUSED_RESULT;

double hr_meter_get_used (HrMeter *self);
void   hr_meter_set_used (HrMeter *self,
                          double   used);

/* Shares of the limit in 0..1 with a mark and a colour of their own; NaN: none. */
void hr_meter_set_marks (HrMeter *self,
                         double   warn,
                         double   critical);

/* What the accessible value text says, for example "58 MB of 200 MB". */
void hr_meter_set_text (HrMeter    *self,
                        const char *text);

G_END_DECLS
