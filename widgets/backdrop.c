/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/backdrop.h"

#include <glib/gi18n.h>
#include <math.h>

/* Room between labels and the plot. */
#define LABEL_GAP 8

/* Strength of the tint beneath the line. */
#define TINT_ALPHA 0.12f

/* The theme's red is meant for text; a long line across the whole chart wants less of it. */
#define LIMIT_ALPHA 0.75

/* Returns an opaque image of @width by @height widget pixels. */
cairo_surface_t *
hr_surface_new (int width,
                int height,
                int scale)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width * scale, height * scale);

  cairo_surface_set_device_scale (surface, scale, scale);

  return surface;
}

/* Returns @text in the small size and even digits of a chart's labels. */
PangoLayout *
hr_label_new (GtkWidget  *widget,
              const char *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);

  return layout;
}

/* Returns the height of a label in pixels. */
int
hr_backdrop_line_height (GtkWidget *widget)
{
  g_autoptr (PangoLayout) layout = hr_label_new (widget, "0");
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);

  return height;
}

/* Returns the width that the axis' labels need beside the plot. */
int
hr_backdrop_gutter (GtkWidget    *widget,
                    const HrAxis *axis)
{
  int widest = 0;

  for (int i = 0, n = hr_axis_n_ticks (axis); i < n; i++)
    {
      g_autofree char *text = hr_axis_label (axis, i, i == n - 1);
      g_autoptr (PangoLayout) layout = hr_label_new (widget, text);
      int width;

      pango_layout_get_pixel_size (layout, &width, NULL);
      widest = MAX (widest, width);
    }

  return widest + LABEL_GAP;
}

static double
row_of (const HrBackdropSpec *spec,
        double                value)
{
  return spec->plot.y + spec->plot.height * (1 - value / spec->axis->top);
}

/* Moves @position to where a line one device pixel wide is sharp. */
static double
sharpen (const HrBackdropSpec *spec,
         double                position)
{
  return (floor (position * spec->scale) + 0.5) / spec->scale;
}

/* Shows @layout with its upper left corner at about @x, @y: letters are sharp when they stand on a whole pixel. */
static void
show_label (const HrBackdropSpec *spec,
            cairo_t              *cr,
            PangoLayout          *layout,
            double                x,
            double                y)
{
  double baseline = pango_layout_get_baseline (layout) / (double) PANGO_SCALE;

  gdk_cairo_set_source_rgba (cr, &spec->palette->dim);
  cairo_move_to (cr, round (x * spec->scale) / spec->scale, round ((y + baseline) * spec->scale) / spec->scale - baseline);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_values (const HrBackdropSpec *spec,
             cairo_t              *cr)
{
  int n = hr_axis_n_ticks (spec->axis);

  cairo_set_line_width (cr, 1.0 / spec->scale);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *text = hr_axis_label (spec->axis, i, i == n - 1);
      g_autoptr (PangoLayout) layout = hr_label_new (spec->widget, text);
      double y = sharpen (spec, row_of (spec, i * spec->axis->step));
      int    width, height;

      /* Where the budget line stands a second one would fill its dashes. */
      if (!(spec->axis->limit_shown && y == sharpen (spec, row_of (spec, spec->limit))))
        {
          gdk_cairo_set_source_rgba (cr, &spec->palette->grid);
          cairo_move_to (cr, spec->plot.x, y);
          cairo_line_to (cr, spec->plot.x + spec->plot.width, y);
          cairo_stroke (cr);
        }

      pango_layout_get_pixel_size (layout, &width, &height);
      show_label (spec, cr, layout, spec->plot.x - LABEL_GAP - width, y - height / 2.0);
    }
}

/* Draws the time labels; time runs to the right in every language. */
static void
draw_times (const HrBackdropSpec *spec,
            cairo_t              *cr)
{
  g_autofree char *longest = hr_time_label (spec->seconds);
  g_autoptr (PangoLayout) measure = hr_label_new (spec->widget, longest);
  int    width, steps;
  double step, free_until = spec->plot.x + spec->plot.width;

  pango_layout_get_pixel_size (measure, &width, NULL);
  steps = spec->plot.width / MAX (1, 3 * width);
  step = hr_time_step (spec->seconds, CLAMP (steps, 1, 6));

  for (int i = 0; i * step <= spec->seconds * (1 + 1e-9); i++)
    {
      g_autofree char *text = hr_time_label (i * step);
      g_autoptr (PangoLayout) layout = hr_label_new (spec->widget, text);
      double x = spec->plot.x + spec->plot.width * (1 - i * step / spec->seconds);

      pango_layout_get_pixel_size (layout, &width, NULL);
      x = CLAMP (x - width / 2.0, spec->plot.x, spec->plot.x + spec->plot.width - width);
      if (x + width > free_until)
        continue;
      free_until = x - LABEL_GAP;
      show_label (spec, cr, layout, x, spec->plot.y + spec->plot.height + LABEL_GAP / 2);
    }
}

static void
draw_limit (const HrBackdropSpec *spec,
            cairo_t              *cr)
{
  static const double dashes[] = { 6, 4 };
  GdkRGBA             colour = spec->palette->limit;
  double              y = sharpen (spec, row_of (spec, spec->limit));

  colour.alpha *= (float) LIMIT_ALPHA;
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, 1);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_move_to (cr, spec->plot.x, y);
  cairo_line_to (cr, spec->plot.x + spec->plot.width, y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

/* Writes the budget above its line, or at the upper border when the line is out of sight. */
static void
name_limit (const HrBackdropSpec *spec,
            cairo_t              *cr)
{
  char             value[32];
  g_autofree char *text = NULL;
  g_autoptr (PangoLayout) layout = NULL;
  int    width, height;
  double y = spec->plot.y;

  hr_value_format (spec->limit, spec->axis->unit, value, sizeof value);
  text = g_strdup_printf (spec->axis->limit_shown ? _ ("budget %s") : _ ("budget %s ↑"), value);
  layout = hr_label_new (spec->widget, text);
  pango_layout_get_pixel_size (layout, &width, &height);
  if (spec->axis->limit_shown)
    y = MAX (sharpen (spec, row_of (spec, spec->limit)) - height - 1, 0);

  show_label (spec, cr, layout, spec->plot.x + spec->plot.width - width - 2, y);
}

static void
add_tint (HrBackdrop           *self,
          const HrBackdropSpec *spec)
{
  GdkRGBA  colour = spec->palette->data;
  cairo_t *cr;

  self->tinted = hr_surface_new (spec->width, spec->height, spec->scale);
  cr = cairo_create (self->tinted);
  cairo_set_source_surface (cr, self->plain, 0, 0);
  cairo_paint (cr);
  colour.alpha = TINT_ALPHA;
  gdk_cairo_set_source_rgba (cr, &colour);
  gdk_cairo_rectangle (cr, &spec->plot);
  cairo_fill (cr);
  cairo_destroy (cr);
}

/* Draws both images anew. */
void
hr_backdrop_draw (HrBackdrop           *self,
                  const HrBackdropSpec *spec)
{
  cairo_t *cr;

  hr_backdrop_clear (self);
  self->plain = hr_surface_new (spec->width, spec->height, spec->scale);
  cr = cairo_create (self->plain);
  gdk_cairo_set_source_rgba (cr, &spec->palette->ground);
  cairo_paint (cr);
  draw_values (spec, cr);
  if (spec->seconds > 0)
    draw_times (spec, cr);
  if (isfinite (spec->limit) && spec->axis->limit_shown)
    draw_limit (spec, cr);
  if (isfinite (spec->limit) && !spec->limit_unnamed)
    name_limit (spec, cr);
  cairo_destroy (cr);
  add_tint (self, spec);
  cairo_surface_flush (self->plain);
  cairo_surface_flush (self->tinted);
}

/* Drops both images. */
void
hr_backdrop_clear (HrBackdrop *self)
{
  g_clear_pointer (&self->plain, cairo_surface_destroy);
  g_clear_pointer (&self->tinted, cairo_surface_destroy);
}
