/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/axis.h"
#include "widgets/palette.h"
#include "widgets/picture.h"
#include "widgets/series.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The part of a chart that draws its data: a widget of its own, so that what lies over it can change without it. Draws
 * only when a pixel column changed, at most once a frame, and has no tick callback while there is nothing to look at. */
#define HR_TYPE_PLOT (hr_plot_get_type ())
G_DECLARE_FINAL_TYPE (HrPlot, hr_plot, HR, PLOT, GtkWidget)

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
void hr_plot_data_changed (HrPlot *self);

const GdkRectangle *hr_plot_get_area (HrPlot *self);
const HrAxis       *hr_plot_get_axis (HrPlot *self);
const HrPalette    *hr_plot_get_palette (HrPlot *self);
double              hr_plot_get_x (HrPlot *self,
                                   guint64 index);
double              hr_plot_get_y (HrPlot *self,
                                   double  value);
gboolean            hr_plot_pick (HrPlot  *self,
                                  double   x,
                                  guint64 *out_begin,
                                  guint64 *out_end);
guint64             hr_plot_n_visible (const HrPlotSpec *spec);

/* How often the data were drawn, and the image they are drawn to; for tests and benches. */
guint            hr_plot_get_n_renders (HrPlot *self);
cairo_surface_t *hr_plot_get_surface (HrPlot *self);
gboolean         hr_plot_is_ticking (HrPlot *self);

G_END_DECLS
