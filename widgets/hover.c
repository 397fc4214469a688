/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/hover.h"

#include <math.h>

/* Lengths of the bubble, in pixels. */
#define PADDING 8
#define CORNER 8
#define DISTANCE 12
#define DOT 4

struct _HrHover
{
  GtkWidget parent;

  /* Owned; value is NULL while nothing is shown. */
  char *value;
  char *note;

  HrPalette    palette;
  GdkRectangle area;
  double       x;
  double       y; /* NaN: no value there */
};

G_DEFINE_FINAL_TYPE (HrHover, hr_hover, GTK_TYPE_WIDGET)

static void
append_disc (GtkSnapshot   *snapshot,
             double         x,
             double         y,
             double         radius,
             const GdkRGBA *colour)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) (x - radius), (float) (y - radius), (float) (2 * radius), (float) (2 * radius));
  GskRoundedRect  disc;

  gsk_rounded_rect_init_from_rect (&disc, &bounds, (float) radius);
  gtk_snapshot_push_rounded_clip (snapshot, &disc);
  gtk_snapshot_append_color (snapshot, colour, &bounds);
  gtk_snapshot_pop (snapshot);
}

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

static void
append_bubble (HrHover     *self,
               GtkSnapshot *snapshot)
{
  g_autoptr (PangoLayout) layout = create_readout (self);
  const GdkRGBA   shadow = { 0, 0, 0, 0.18f };
  const float     thin[4] = { 1, 1, 1, 1 };
  const GdkRGBA   border[4] = { self->palette.grid, self->palette.grid, self->palette.grid, self->palette.grid };
  graphene_rect_t bounds;
  GskRoundedRect  outline;
  int             width, height;
  double          x, y;

  pango_layout_get_pixel_size (layout, &width, &height);
  width += 2 * PADDING;
  height += 2 * PADDING;

  x = self->x + DISTANCE;
  if (x + width > self->area.x + self->area.width)
    x = self->x - DISTANCE - width;
  x = MAX (MIN (x, gtk_widget_get_width (GTK_WIDGET (self)) - width), 0);
  y = isnan (self->y) ? self->area.y : self->y - height / 2.0;
  y = MAX (MIN (y, self->area.y + self->area.height - height), 0);

  bounds = GRAPHENE_RECT_INIT ((float) round (x), (float) round (y), (float) width, (float) height);
  gsk_rounded_rect_init_from_rect (&outline, &bounds, CORNER);
  gtk_snapshot_append_outset_shadow (snapshot, &outline, &shadow, 0, 1, 0, 6);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &self->palette.ground, &bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &outline, thin, border);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (bounds.origin.x + PADDING, bounds.origin.y + PADDING));
  gtk_snapshot_append_layout (snapshot, layout, &self->palette.text);
  gtk_snapshot_restore (snapshot);
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
    {
      append_disc (snapshot, self->x, self->y, DOT + 1.5, &self->palette.ground);
      append_disc (snapshot, self->x, self->y, DOT, &self->palette.data);
    }
  append_bubble (self, snapshot);
}

static void
hr_hover_finalize (GObject *object)
{
  HrHover *self = HR_HOVER (object);

  g_free (self->value);
  g_free (self->note);
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
