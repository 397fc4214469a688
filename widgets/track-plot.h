/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/bins.h"
#include "widgets/pane.h"
#include "widgets/timeline.h"

G_BEGIN_DECLS

/* What a track draws: bins over the stretch that its timeline shows. */
#define HR_TYPE_TRACK_PLOT (hr_track_plot_get_type ())
G_DECLARE_FINAL_TYPE (HrTrackPlot, hr_track_plot, HR, TRACK_PLOT, HrPane)

typedef struct
{
  HrUnit      unit;
  HrKind      kind;
  HrDirection direction;
  double      limit; /* NaN: none */
} HrTrackSpec;

GtkWidget *hr_track_plot_new (HrTimeline *timeline) G_GNUC_WARN_UNUSED_RESULT;

void               hr_track_plot_set_spec (HrTrackPlot       *self,
                                           const HrTrackSpec *spec);
const HrTrackSpec *hr_track_plot_get_spec (HrTrackPlot *self);

void         hr_track_plot_set_bins (HrTrackPlot *self,
                                     const HrBin *bins,
                                     gsize        n);
const HrBin *hr_track_plot_get_bins (HrTrackPlot *self,
                                     gsize       *out_n);
void         hr_track_plot_set_points (HrTrackPlot  *self,
                                       const gint64 *times_us,
                                       const double *values,
                                       gsize         n);
/* The record nearest to @time_us within @reach_us; FALSE: none. */
gboolean hr_track_plot_find_point (HrTrackPlot *self,
                                   gint64       time_us,
                                   gint64       reach_us,
                                   gint64      *out_time_us,
                                   double      *out_value);

G_END_DECLS
