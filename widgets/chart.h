/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"
#include "engine/stats/pyramid.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A time chart: one evenly sampled line over the last stretch of time, a dashed budget line, shading where the
 * line is above it. Owns axes, the cached background, hover and keyboard cursor, and accessibility; draws nothing but gaps
 * where nothing was measured. Redraws at most once a frame and only when a visible pixel column changed.
 *
 * Values are in @unit; NaN is a gap. Space freezes it (property "frozen") while data go on. */
#define HR_TYPE_CHART (hr_chart_get_type ())
G_DECLARE_FINAL_TYPE (HrChart, hr_chart, HR, CHART, GtkWidget)

GtkWidget *hr_chart_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* What the chart shows, for its accessible label: "Ranking latency". */
const char *hr_chart_get_title (HrChart *self);
void        hr_chart_set_title (HrChart    *self,
                                const char *title);

void hr_chart_set_unit (HrChart *self,
                        HrUnit   unit);

/* The budget line; NaN: none. */
double hr_chart_get_limit (HrChart *self);
void   hr_chart_set_limit (HrChart *self,
                           double   limit);

/* Length of the time axis in seconds (30) and samples a second (10). */
void hr_chart_set_span (HrChart *self,
                        double   seconds,
                        double   rate);

gboolean hr_chart_get_frozen (HrChart *self);
void     hr_chart_set_frozen (HrChart *self,
                              gboolean frozen);

/* Appends the sample of the next interval (its mean, and its highest value, both drawn as one extent); NaN for a gap. @time_us: its UTC, for the read-out. */
void hr_chart_append (HrChart *self,
                      gint64   time_us,
                      double   value,
                      double   max);
void hr_chart_clear (HrChart *self);

/* The one-sentence description of what it shows now ("latest 8.4 ms, budget 16 ms, within budget"). */
char *hr_chart_describe (HrChart *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
