/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/track-plot.h"

#include "widgets/backdrop.h"
#include "widgets/calendar.h"

#include <math.h>

struct _HrTrackPlot
{
  HrPane parent;

  /* Owned. */
  HrTimeline *timeline;
  GTimeZone  *zone;
  HrBin      *bins;
  gint64     *times_us;
  double     *values;

  gsize       n_bins;
  gsize       n_points;
  HrTrackSpec spec;
};

G_DEFINE_FINAL_TYPE (HrTrackPlot, hr_track_plot, HR_TYPE_PANE)

static double
hr_track_plot_highest (HrPane *pane)
{
  HrTrackPlot *self = HR_TRACK_PLOT (pane);
  double       highest = (double) NAN;
  HrBinReading reading;
  gint64       begin_us, end_us;

  hr_timeline_get_view (self->timeline, &begin_us, &end_us);
  if (hr_bins_extent (self->bins, self->n_bins, self->spec.kind, begin_us, end_us, &reading))
    highest = reading.max;
  for (gsize i = 0; i < self->n_points; i++)
    if (self->times_us[i] >= begin_us && self->times_us[i] <= end_us)
      highest = fmax (highest, self->values[i]);

  return highest;
}

/* Lines of the grid where the time axis has its ticks. */
static void
trace_grid (HrTrackPlot     *self,
            HrPicture       *out,
            const HrStretch *stretch)
{
  int    scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double lines = stretch->width / (double) (scale * hr_labelled_get_line_height (HR_LABELLED (self)));
  gint64 step_us = hr_calendar_step (stretch->end_us - stretch->begin_us, lines);
  g_autoptr (GArray) ticks = hr_calendar_ticks (stretch->begin_us, stretch->end_us, step_us, self->zone);

  if (out->lines == NULL)
    out->lines = g_array_new (FALSE, FALSE, sizeof (gint32));
  for (guint i = 0; i < ticks->len; i++)
    {
      double share = (double) (g_array_index (ticks, gint64, i) - stretch->begin_us) / (double) (stretch->end_us - stretch->begin_us);
      gint32 x = CLAMP ((gint32) floor (share * stretch->width), 0, stretch->width - 1);

      g_array_append_val (out->lines, x);
    }
}

static void
trace_points (HrTrackPlot     *self,
              HrPicture       *out,
              const HrStretch *stretch,
              const HrScale   *scale)
{
  double pixels_per_us = stretch->width / (double) (stretch->end_us - stretch->begin_us);

  if (out->dots == NULL)
    out->dots = g_array_new (FALSE, FALSE, sizeof (HrPoint));
  for (gsize i = 0; i < self->n_points; i++)
    if (self->times_us[i] >= stretch->begin_us && self->times_us[i] <= stretch->end_us && isfinite (self->values[i]))
      {
        HrPoint point = {
          (float) ((double) (self->times_us[i] - stretch->begin_us) * pixels_per_us),
          (float) (hr_scale_y (scale, self->values[i]) + HR_PICTURE_MARGIN),
        };

        g_array_append_val (out->dots, point);
      }
}

static void
hr_track_plot_trace (HrPane        *pane,
                     HrPicture     *out,
                     int            width,
                     const HrScale *scale)
{
  HrTrackPlot *self = HR_TRACK_PLOT (pane);
  HrStretch    stretch = { .width = width };

  hr_timeline_get_view (self->timeline, &stretch.begin_us, &stretch.end_us);
  hr_picture_trace_bins (out, self->bins, self->n_bins, self->spec.kind, &stretch, scale);
  trace_grid (self, out, &stretch);
  trace_points (self, out, &stretch, scale);
}

static int
hr_track_plot_share_gutter (HrPane *pane,
                            int     gutter)
{
  HrTrackPlot *self = HR_TRACK_PLOT (pane);

  hr_timeline_need_gutter (self->timeline, self, gutter);

  return hr_timeline_get_gutter (self->timeline);
}

static void
hr_track_plot_dispose (GObject *object)
{
  HrTrackPlot *self = HR_TRACK_PLOT (object);

  if (self->timeline != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->timeline, self);
      hr_timeline_need_gutter (self->timeline, self, 0);
    }
  g_clear_object (&self->timeline);
  G_OBJECT_CLASS (hr_track_plot_parent_class)->dispose (object);
}

static void
hr_track_plot_finalize (GObject *object)
{
  HrTrackPlot *self = HR_TRACK_PLOT (object);

  g_time_zone_unref (self->zone);
  g_free (self->bins);
  g_free (self->times_us);
  g_free (self->values);
  G_OBJECT_CLASS (hr_track_plot_parent_class)->finalize (object);
}

static void
hr_track_plot_class_init (HrTrackPlotClass *klass)
{
  HrPaneClass  *pane_class = HR_PANE_CLASS (klass);
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hr_track_plot_dispose;
  object_class->finalize = hr_track_plot_finalize;
  pane_class->highest = hr_track_plot_highest;
  pane_class->trace = hr_track_plot_trace;
  pane_class->share_gutter = hr_track_plot_share_gutter;
}

static void
hr_track_plot_init (HrTrackPlot *self)
{
  self->zone = g_time_zone_new_local ();
  self->spec = (HrTrackSpec){ .limit = (double) NAN };
}

/* Returns a plot without data of what @timeline shows. */
GtkWidget *
hr_track_plot_new (HrTimeline *timeline)
{
  HrTrackPlot *self = g_object_new (HR_TYPE_TRACK_PLOT, NULL);

  self->timeline = g_object_ref (timeline);
  g_signal_connect_swapped (timeline, "view-changed", G_CALLBACK (hr_pane_data_changed), self);
  g_signal_connect_swapped (timeline, "gutter-changed", G_CALLBACK (hr_pane_look_changed), self);

  return GTK_WIDGET (self);
}

/* Shows it as @spec says. */
void
hr_track_plot_set_spec (HrTrackPlot       *self,
                        const HrTrackSpec *spec)
{
  self->spec = *spec;
  hr_pane_set_spec (HR_PANE (self), &(HrPaneSpec){ .unit = hr_bin_unit (spec->unit, spec->kind), .direction = spec->direction, .limit = spec->limit, .limit_unnamed = TRUE });
}

/* Returns how it is shown; borrowed. */
const HrTrackSpec *
hr_track_plot_get_spec (HrTrackPlot *self)
{
  return &self->spec;
}

/* Shows the @n @bins, which are copied, in place of those before. */
void
hr_track_plot_set_bins (HrTrackPlot *self,
                        const HrBin *bins,
                        gsize        n)
{
  g_free (self->bins);
  self->bins = g_memdup2 (bins, n * sizeof *bins);
  self->n_bins = n;
  hr_pane_data_changed (HR_PANE (self));
}

/* Returns what it shows; borrowed. */
const HrBin *
hr_track_plot_get_bins (HrTrackPlot *self,
                        gsize       *out_n)
{
  *out_n = self->n_bins;

  return self->bins;
}

/* Shows the @n records, which are copied and ascend by time, above the bins. */
void
hr_track_plot_set_points (HrTrackPlot  *self,
                          const gint64 *times_us,
                          const double *values,
                          gsize         n)
{
  g_free (self->times_us);
  g_free (self->values);
  self->times_us = g_memdup2 (times_us, n * sizeof *times_us);
  self->values = g_memdup2 (values, n * sizeof *values);
  self->n_points = n;
  hr_pane_data_changed (HR_PANE (self));
}

/* Writes the record nearest to @time_us and not further than @reach_us from it. */
gboolean
hr_track_plot_find_point (HrTrackPlot *self,
                          gint64       time_us,
                          gint64       reach_us,
                          gint64      *out_time_us,
                          double      *out_value)
{
  gsize nearest = self->n_points;

  for (gsize i = 0; i < self->n_points; i++)
    {
      gint64 distance_us = ABS (self->times_us[i] - time_us);

      if (distance_us <= reach_us && isfinite (self->values[i]))
        {
          nearest = i;
          reach_us = distance_us;
        }
    }
  if (nearest == self->n_points)
    return FALSE;

  *out_time_us = self->times_us[nearest];
  *out_value = self->values[nearest];

  return TRUE;
}
