/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/plot.h"

#include <math.h>

struct _HrPlot
{
  HrPane parent;

  /* Borrowed from the chart. */
  const HrSeries *series;

  HrPlotSpec spec;
};

G_DEFINE_FINAL_TYPE (HrPlot, hr_plot, HR_TYPE_PANE)

/* Returns how many samples the whole time axis holds. */
guint64
hr_plot_n_visible (const HrPlotSpec *spec)
{
  return MAX (2, (guint64) llround (spec->seconds * spec->rate));
}

static HrView
get_view (HrPlot *self,
          int     width)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return (HrView){
    .n = hr_plot_n_visible (&self->spec),
    .end = self->series != NULL ? hr_series_end (self->series) : 0,
    .width = width,
    .inset = HR_PANE_LINE_WIDTH / 2 * scale,
  };
}

static HrView
get_shown_view (HrPlot *self)
{
  return get_view (self, hr_pane_get_area (HR_PANE (self))->width * gtk_widget_get_scale_factor (GTK_WIDGET (self)));
}

static double
hr_plot_highest (HrPane *pane)
{
  HrPlot  *self = HR_PLOT (pane);
  guint64  end = self->series != NULL ? hr_series_end (self->series) : 0;
  HrExtent extent;

  if (end == 0)
    return (double) NAN;
  extent = hr_series_highest (self->series, end - MIN (end, hr_plot_n_visible (&self->spec)), end);

  return extent.min > extent.max ? (double) NAN : extent.max;
}

static void
hr_plot_trace (HrPane        *pane,
               HrPicture     *out,
               int            width,
               const HrScale *scale)
{
  HrPlot *self = HR_PLOT (pane);
  HrView  view = get_view (self, width);

  if (self->series != NULL)
    hr_picture_trace (out, self->series, &view, scale);
}

static void
hr_plot_class_init (HrPlotClass *klass)
{
  HrPaneClass *pane_class = HR_PANE_CLASS (klass);

  pane_class->highest = hr_plot_highest;
  pane_class->trace = hr_plot_trace;
}

static void
hr_plot_init (HrPlot *self)
{
  hr_plot_set_spec (self, &(HrPlotSpec){ .limit = (double) NAN, .seconds = 30, .rate = 10 });
}

/* Returns a plot without data. */
GtkWidget *
hr_plot_new (void)
{
  return g_object_new (HR_TYPE_PLOT, NULL);
}

/* Shows @series, which must outlive @self; NULL: nothing. */
void
hr_plot_set_series (HrPlot         *self,
                    const HrSeries *series)
{
  self->series = series;
  hr_pane_data_changed (HR_PANE (self));
}

/* Shows it as @spec says. */
void
hr_plot_set_spec (HrPlot           *self,
                  const HrPlotSpec *spec)
{
  self->spec = *spec;
  hr_pane_set_spec (HR_PANE (self), &(HrPaneSpec){
                                        .unit = spec->unit,
                                        .direction = spec->direction,
                                        .limit = spec->limit,
                                        .seconds = spec->seconds,
                                    });
}

/* Returns where sample @index stands, in the widget's pixels. */
double
hr_plot_get_x (HrPlot *self,
               guint64 index)
{
  HrView view = get_shown_view (self);

  return hr_pane_get_area (HR_PANE (self))->x + hr_view_x (&view, index) / gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

/* Writes which samples are drawn at @x; returns FALSE where there are none. */
gboolean
hr_plot_pick (HrPlot  *self,
              double   x,
              guint64 *out_begin,
              guint64 *out_end)
{
  HrView view = get_shown_view (self);
  double column = (x - hr_pane_get_area (HR_PANE (self))->x) * gtk_widget_get_scale_factor (GTK_WIDGET (self));

  if (view.width <= 0 || !hr_view_index_at (&view, column, out_begin))
    return FALSE;

  *out_end = *out_begin + 1;
  if (hr_view_is_dense (&view))
    hr_view_column (&view, CLAMP ((int) column, 0, view.width - 1), out_begin, out_end);

  return TRUE;
}
