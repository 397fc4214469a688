/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/sparkline.h"

#include "widgets/raster.h"

#include <math.h>
#include <string.h>

#define N_VALUES 60
#define LINE_WIDTH 1.25
#define MIN_WIDTH 40
#define NATURAL_WIDTH 56
#define HEIGHT 18

struct _HrSparkline
{
  GtkWidget parent;

  double values[N_VALUES]; /* oldest first */
  int    n_values;
};

G_DEFINE_FINAL_TYPE (HrSparkline, hr_sparkline, GTK_TYPE_WIDGET)

/* Rasterises the line in white on nothing: an image to be used as the mask of a colour. */
static cairo_surface_t *
draw_mask (HrSparkline *self,
           int          width,
           int          height,
           int          scale)
{
  cairo_surface_t *mask = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width * scale, height * scale);
  HrOutline        outline = { 0 };
  HrPoint          points[N_VALUES];
  float            radius = (float) (LINE_WIDTH / 2 * scale);
  float            step = ((float) (width * scale) - 2 * radius) / (N_VALUES - 1);
  float            room = (float) (height * scale) - 2 * radius;
  double           top = 1;
  HrCanvas         canvas = {
            .pixels = (guint32 *) (void *) cairo_image_surface_get_data (mask),
            .stride = (size_t) cairo_image_surface_get_stride (mask) / sizeof (guint32),
            .width = width * scale,
            .height = height * scale,
  };

  for (int i = 0; i < self->n_values; i++)
    if (self->values[i] > top)
      top = self->values[i];
  for (int i = 0; i < self->n_values; i++)
    {
      /* In this order NaN stays NaN: a gap. */
      double value = self->values[i] < 0 ? 0 : self->values[i];

      points[i] = (HrPoint){ (float) (width * scale) - radius - step * (float) (self->n_values - 1 - i),
                             radius + room * (float) (1 - value / top) };
    }

  hr_outline_begin (&outline, canvas.width, HR_OUTLINE_STEPS);
  hr_outline_add_line (&outline, points, (size_t) self->n_values, radius);
  hr_canvas_fill_mask (&canvas, &outline);
  hr_outline_clear (&outline);
  cairo_surface_mark_dirty (mask);
  cairo_surface_set_device_scale (mask, scale, scale);

  return mask;
}

static void
hr_sparkline_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  HrSparkline     *self = HR_SPARKLINE (widget);
  int              width = gtk_widget_get_width (widget);
  int              height = gtk_widget_get_height (widget);
  graphene_rect_t  bounds = GRAPHENE_RECT_INIT (0, 0, width, height);
  cairo_surface_t *mask;
  GdkRGBA          colour;
  cairo_t         *cr;

  if (self->n_values == 0 || width == 0 || height == 0)
    return;

  mask = draw_mask (self, width, height, gtk_widget_get_scale_factor (widget));
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_mask_surface (cr, mask, 0, 0);
  cairo_destroy (cr);
  cairo_surface_destroy (mask);
}

static void
hr_sparkline_measure (GtkWidget     *widget,
                      GtkOrientation orientation,
                      int            for_size,
                      int           *minimum,
                      int           *natural,
                      int           *minimum_baseline,
                      int           *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : HEIGHT;
}

static void
hr_sparkline_class_init (HrSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = hr_sparkline_snapshot;
  widget_class->measure = hr_sparkline_measure;
  gtk_widget_class_set_css_name (widget_class, "sparkline");
  /* The row that it stands in says the same in words. */
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hr_sparkline_init (HrSparkline *self)
{
}

/* Returns a sparkline without values. */
GtkWidget *
hr_sparkline_new (void)
{
  return g_object_new (HR_TYPE_SPARKLINE, NULL);
}

/* Appends @value, NaN for a gap, and drops the oldest of more than 60. */
void
hr_sparkline_append (HrSparkline *self,
                     double       value)
{
  g_return_if_fail (HR_IS_SPARKLINE (self));

  if (self->n_values == N_VALUES)
    memmove (self->values, self->values + 1, (N_VALUES - 1) * sizeof *self->values);
  else
    self->n_values++;
  self->values[self->n_values - 1] = isfinite (value) ? value : (double) NAN;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Forgets every value. */
void
hr_sparkline_clear (HrSparkline *self)
{
  g_return_if_fail (HR_IS_SPARKLINE (self));

  self->n_values = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
