/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/hover.h"

#include <math.h>
#include <string.h>

/* Lengths of the bubble, in pixels. */
#define PADDING 8
#define CORNER 8
#define DISTANCE 12
#define DOT 4

/* The shadow is as many outlines one over the other. */
#define SHADOW 4
#define SHADOW_ALPHA 0.03

/* Its width is a multiple of this. */
#define WIDTH_STEP 8

struct _HrHover
{
  GtkWidget parent;

  /* Owned; value is NULL while nothing is shown. */
  char *value;
  char *note;

  /* Owned: the bubble as last drawn, or NULL. */
  cairo_surface_t *image;
  int              image_width;
  int              image_height;
  int              image_scale;

  HrPalette    palette;
  GdkRectangle area;
  double       x;
  double       y; /* NaN: no value there */
};

G_DEFINE_FINAL_TYPE (HrHover, hr_hover, GTK_TYPE_WIDGET)

/* Returns the read-out: the value in bold, below it the note, if there is one, in the dim colour. */
static PangoLayout *
create_readout (HrHover *self)
{
  g_autofree char *value = g_markup_escape_text (self->value, -1);
  g_autofree char *note = g_markup_escape_text (self->note, -1);
  g_autofree char *markup = *note != '\0' ? g_strdup_printf ("<b>%s</b>\n<span size=\"small\" alpha=\"65%%\">%s</span>", value, note)
                                          : g_strdup_printf ("<b>%s</b>", value);
  PangoLayout     *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);

  pango_layout_set_markup (layout, markup, -1);

  return layout;
}

/* Where the bubble stands: beside the crosshair, within the chart. */
static GdkRectangle
place_bubble (HrHover     *self,
              PangoLayout *layout)
{
  GdkRectangle bubble;
  double       x = self->x + DISTANCE, y;

  pango_layout_get_pixel_size (layout, &bubble.width, &bubble.height);
  /* One image fits most texts while the crosshair moves. */
  bubble.width = (bubble.width + 2 * PADDING + WIDTH_STEP - 1) / WIDTH_STEP * WIDTH_STEP;
  bubble.height += 2 * PADDING;
  if (x + bubble.width > self->area.x + self->area.width)
    x = self->x - DISTANCE - bubble.width;
  y = isnan (self->y) ? self->area.y : self->y - bubble.height / 2.0;
  bubble.x = (int) round (MAX (MIN (x, gtk_widget_get_width (GTK_WIDGET (self)) - bubble.width), 0));
  bubble.y = (int) round (MAX (MIN (y, self->area.y + self->area.height - bubble.height), 0));

  return bubble;
}

/* Adds a rectangle with round corners, @outset larger on every side. */
static void
add_outline (cairo_t            *cr,
             const GdkRectangle *rectangle,
             double              outset)
{
  double left = rectangle->x - outset, right = rectangle->x + rectangle->width + outset;
  double top = rectangle->y - outset, bottom = rectangle->y + rectangle->height + outset;
  double radius = CORNER + outset;

  cairo_new_sub_path (cr);
  cairo_arc (cr, right - radius, top + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, right - radius, bottom - radius, radius, 0, G_PI_2);
  cairo_arc (cr, left + radius, bottom - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, left + radius, top + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

/* Returns the bubble without its text, drawn with room for the shadow around it. */
static cairo_surface_t *
draw_bubble (HrHover *self,
             int      width,
             int      height,
             int      scale)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (width + 2 * SHADOW) * scale, (height + 2 * SHADOW + 1) * scale);
  GdkRectangle     bubble = { SHADOW, SHADOW, width, height };
  cairo_t         *cr;

  cairo_surface_set_device_scale (surface, scale, scale);
  cr = cairo_create (surface);
  cairo_translate (cr, 0, 1);
  for (int outset = SHADOW; outset > 0; outset--)
    {
      add_outline (cr, &bubble, outset);
      cairo_set_source_rgba (cr, 0, 0, 0, SHADOW_ALPHA);
      cairo_fill (cr);
    }
  cairo_translate (cr, 0, -1);
  add_outline (cr, &bubble, 0);
  gdk_cairo_set_source_rgba (cr, &self->palette.ground);
  cairo_fill_preserve (cr);
  cairo_set_line_width (cr, 1);
  gdk_cairo_set_source_rgba (cr, &self->palette.grid);
  cairo_stroke (cr);
  cairo_destroy (cr);

  return surface;
}

/* Makes the bubble's image if it is not there in this size. */
static void
prepare_bubble (HrHover            *self,
                const GdkRectangle *bubble)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  if (self->image != NULL && self->image_width == bubble->width && self->image_height == bubble->height && self->image_scale == scale)
    return;

  g_clear_pointer (&self->image, cairo_surface_destroy);
  self->image = draw_bubble (self, bubble->width, bubble->height, scale);
  self->image_width = bubble->width;
  self->image_height = bubble->height;
  self->image_scale = scale;
}

/* Paints an image and writes on it: a blurred shadow and clips would cost many times as much, in every chart that the crosshair passes. */
static void
append_bubble (HrHover     *self,
               GtkSnapshot *snapshot)
{
  g_autoptr (PangoLayout) layout = create_readout (self);
  GdkRectangle    bubble = place_bubble (self, layout);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) bubble.x - SHADOW, (float) bubble.y - SHADOW,
                                               (float) bubble.width + 2 * SHADOW, (float) bubble.height + 2 * SHADOW + 1);
  cairo_t        *cr = gtk_snapshot_append_cairo (snapshot, &bounds);

  prepare_bubble (self, &bubble);
  cairo_set_source_surface (cr, self->image, bubble.x - SHADOW, bubble.y - SHADOW);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_move_to (cr, bubble.x + PADDING, bubble.y + PADDING);
  gdk_cairo_set_source_rgba (cr, &self->palette.text);
  pango_cairo_show_layout (cr, layout);
  cairo_destroy (cr);
}

/* A dot in the data's colour, cut out of what is below. */
static void
append_dot (HrHover     *self,
            GtkSnapshot *snapshot)
{
  double          reach = DOT + 1.5;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) (self->x - reach), (float) (self->y - reach), (float) (2 * reach), (float) (2 * reach));
  cairo_t        *cr = gtk_snapshot_append_cairo (snapshot, &bounds);

  cairo_arc (cr, self->x, self->y, reach, 0, 2 * G_PI);
  gdk_cairo_set_source_rgba (cr, &self->palette.ground);
  cairo_fill (cr);
  cairo_arc (cr, self->x, self->y, DOT, 0, 2 * G_PI);
  gdk_cairo_set_source_rgba (cr, &self->palette.data);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
hr_hover_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  HrHover        *self = HR_HOVER (widget);
  graphene_rect_t line;

  if (self->value == NULL)
    return;

  line = GRAPHENE_RECT_INIT ((float) floor (self->x), (float) self->area.y, 1, (float) self->area.height);
  gtk_snapshot_append_color (snapshot, &self->palette.dim, &line);
  if (!isnan (self->y))
    append_dot (self, snapshot);
  append_bubble (self, snapshot);
}

static void
hr_hover_finalize (GObject *object)
{
  HrHover *self = HR_HOVER (object);

  g_free (self->value);
  g_free (self->note);
  g_clear_pointer (&self->image, cairo_surface_destroy);
  G_OBJECT_CLASS (hr_hover_parent_class)->finalize (object);
}

static void
hr_hover_class_init (HrHoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hr_hover_finalize;
  widget_class->snapshot = hr_hover_snapshot;
  gtk_widget_class_set_css_name (widget_class, "hover");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hr_hover_init (HrHover *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

/* Returns a layer that shows nothing yet. */
GtkWidget *
hr_hover_new (void)
{
  return g_object_new (HR_TYPE_HOVER, NULL);
}

/* Shows the crosshair at @x within @area, a dot at @y unless that is NaN, and @value with @note below it in the bubble. */
void
hr_hover_show (HrHover            *self,
               const HrPalette    *palette,
               const GdkRectangle *area,
               double              x,
               double              y,
               const char         *value,
               const char         *note)
{
  g_free (self->value);
  g_free (self->note);
  self->value = g_strdup (value);
  self->note = g_strdup (note);
  if (memcmp (&self->palette, palette, sizeof *palette) != 0)
    g_clear_pointer (&self->image, cairo_surface_destroy);
  self->palette = *palette;
  self->area = *area;
  self->x = x;
  self->y = y;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Shows nothing any more. */
void
hr_hover_hide (HrHover *self)
{
  if (self->value == NULL)
    return;

  g_clear_pointer (&self->value, g_free);
  g_clear_pointer (&self->note, g_free);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Returns the value that is read out; NULL while nothing is shown. */
const char *
hr_hover_get_value (HrHover *self)
{
  return self->value;
}
