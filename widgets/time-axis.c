/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/time-axis.h"

#include "widgets/backdrop.h"
#include "widgets/calendar.h"

#include <math.h>

/* Least distance of two labels. */
#define LABEL_GAP 8

struct _HrTimeAxis
{
  GtkWidget parent;

  /* Owned. */
  HrTimeline *timeline;
  GTimeZone  *zone;
};

G_DEFINE_FINAL_TYPE (HrTimeAxis, hr_time_axis, HR_TYPE_LABELLED)

/* Draws the label of @time_us unless it would touch the one before, which ends at @free_from; returns where it ends. */
static double
append_label (HrTimeAxis      *self,
              GtkSnapshot     *snapshot,
              const HrPalette *palette,
              gint64           time_us,
              gint64           step_us,
              double           free_from)
{
  int              left = hr_timeline_get_gutter (self->timeline);
  int              right = gtk_widget_get_width (GTK_WIDGET (self));
  g_autofree char *text = hr_calendar_label (time_us, step_us, self->zone);
  g_autoptr (PangoLayout) layout = hr_label_new (GTK_WIDGET (self), text);
  double x = hr_timeline_x_of (self->timeline, left, right - left, time_us);
  int    width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  x = MIN (MAX (x - width / 2.0, left), right - width);
  if (x < free_from)
    return free_from;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) round (x), 0));
  gtk_snapshot_append_layout (snapshot, layout, &palette->dim);
  gtk_snapshot_restore (snapshot);

  return x + width + LABEL_GAP;
}

static void
hr_time_axis_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  HrTimeAxis *self = HR_TIME_AXIS (widget);
  double      width = gtk_widget_get_width (widget) - hr_timeline_get_gutter (self->timeline);
  double      free_from = 0;
  gint64      from_us, to_us, step_us;
  g_autoptr (GArray) ticks = NULL;
  HrPalette palette;

  if (width <= 0)
    return;

  hr_palette_read (&palette, widget);
  hr_timeline_get_view (self->timeline, &from_us, &to_us);
  step_us = hr_calendar_step (to_us - from_us, width / hr_labelled_get_line_height (HR_LABELLED (self)));
  ticks = hr_calendar_ticks (from_us, to_us, step_us, self->zone);
  for (guint i = 0; i < ticks->len; i++)
    free_from = append_label (self, snapshot, &palette, g_array_index (ticks, gint64, i), step_us, free_from);
}

static void
hr_time_axis_measure (GtkWidget     *widget,
                      GtkOrientation orientation,
                      int            for_size,
                      int           *minimum,
                      int           *natural,
                      int           *minimum_baseline,
                      int           *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? hr_labelled_get_line_height (HR_LABELLED (widget)) : 0;
}

static void
hr_time_axis_dispose (GObject *object)
{
  HrTimeAxis *self = HR_TIME_AXIS (object);

  if (self->timeline != NULL)
    g_signal_handlers_disconnect_by_data (self->timeline, self);
  g_clear_object (&self->timeline);
  G_OBJECT_CLASS (hr_time_axis_parent_class)->dispose (object);
}

static void
hr_time_axis_finalize (GObject *object)
{
  g_time_zone_unref (HR_TIME_AXIS (object)->zone);
  G_OBJECT_CLASS (hr_time_axis_parent_class)->finalize (object);
}

static void
hr_time_axis_class_init (HrTimeAxisClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_time_axis_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_time_axis_finalize;
  widget_class->snapshot = hr_time_axis_snapshot;
  widget_class->measure = hr_time_axis_measure;
  gtk_widget_class_set_css_name (widget_class, "time-axis");
  /* The tracks say what stretch they show. */
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hr_time_axis_init (HrTimeAxis *self)
{
  self->zone = g_time_zone_new_local ();
}

/* Returns the labels of what @timeline shows. */
GtkWidget *
hr_time_axis_new (HrTimeline *timeline)
{
  HrTimeAxis *self = g_object_new (HR_TYPE_TIME_AXIS, NULL);

  self->timeline = g_object_ref (timeline);
  g_signal_connect_swapped (timeline, "view-changed", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect_swapped (timeline, "gutter-changed", G_CALLBACK (gtk_widget_queue_draw), self);

  return GTK_WIDGET (self);
}
