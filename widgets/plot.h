/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/pane.h"
#include "widgets/series.h"

G_BEGIN_DECLS

/* What a live chart draws: the newest samples of a series. */
#define HR_TYPE_PLOT (hr_plot_get_type ())
G_DECLARE_FINAL_TYPE (HrPlot, hr_plot, HR, PLOT, HrPane)

typedef struct
{
  HrUnit      unit;
  HrDirection direction;
  double      limit; /* NaN: none */
  double      seconds;
  double      rate;
} HrPlotSpec;

GtkWidget *hr_plot_new (void) G_GNUC_WARN_UNUSED_RESULT;

void hr_plot_set_series (HrPlot         *self,
                         const HrSeries *series);
void hr_plot_set_spec (HrPlot           *self,
                       const HrPlotSpec *spec);

double   hr_plot_get_x (HrPlot *self,
                        guint64 index);
gboolean hr_plot_pick (HrPlot  *self,
                       double   x,
                       guint64 *out_begin,
                       guint64 *out_end);
guint64  hr_plot_n_visible (const HrPlotSpec *spec);

G_END_DECLS
