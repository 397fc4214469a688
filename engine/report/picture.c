/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/picture.h"

#include "engine/report/markup.h"
#include "engine/report/palette.h"

#include <pango/pangocairo.h>

/* Points and texts are written with two decimals: a hundredth of a point is not seen. */
#define COORDINATE "%.2f"

#define TEXT_SIZE 9.0

typedef enum
{
  SHAPE_FILL,
  SHAPE_STROKE,
  SHAPE_TEXT
} ShapeKind;

typedef struct
{
  double   x;
  double   y;
  gboolean move;
} Point;

typedef struct
{
  ShapeKind kind;
  HrInk     ink;
  guint     first; /* point */
  guint     n_points;
  HrAlign   align;
  char     *text; /* stands at the first point */
} Shape;

struct _HrPicture
{
  double  width;
  double  height;
  char   *title;
  char   *description;
  GArray *points;
  GArray *shapes;
  guint   drawn; /* points that are in shapes */
};

static void
shape_clear (gpointer data)
{
  g_free (((Shape *) data)->text);
}

/* Returns: (transfer full): an empty one */
HrPicture *
hr_picture_new (double width,
                double height)
{
  HrPicture *self = g_new0 (HrPicture, 1);

  self->width = width;
  self->height = height;
  self->points = g_array_new (FALSE, FALSE, sizeof (Point));
  self->shapes = g_array_new (FALSE, FALSE, sizeof (Shape));
  g_array_set_clear_func (self->shapes, shape_clear);

  return self;
}

/* @self: (nullable) (transfer full) */
void
hr_picture_free (HrPicture *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->points);
  g_array_unref (self->shapes);
  g_free (self->title);
  g_free (self->description);
  g_free (self);
}

/* Returns the width, in points. */
double
hr_picture_get_width (const HrPicture *self)
{
  return self->width;
}

/* Returns the height, in points. */
double
hr_picture_get_height (const HrPicture *self)
{
  return self->height;
}

/* What it is and what it shows, for whoever does not see it. */
void
hr_picture_set_words (HrPicture  *self,
                      const char *title,
                      const char *description)
{
  g_free (self->title);
  g_free (self->description);
  self->title = g_strdup (title);
  self->description = g_strdup (description);
}

static void
add_point (HrPicture *self,
           double     x,
           double     y,
           gboolean   move)
{
  Point point = { x, y, move };

  g_array_append_val (self->points, point);
}

static void
add_shape (HrPicture *self,
           Shape      shape)
{
  shape.first = self->drawn;
  shape.n_points = self->points->len - self->drawn;
  self->drawn = self->points->len;
  g_array_append_val (self->shapes, shape);
}

/* Begins a path, or another piece of it. */
void
hr_picture_move (HrPicture *self,
                 double     x,
                 double     y)
{
  add_point (self, x, y, TRUE);
}

/* Goes on to a point. */
void
hr_picture_draw (HrPicture *self,
                 double     x,
                 double     y)
{
  add_point (self, x, y, FALSE);
}

/* Fills the pieces of the path, each closed, and ends it. */
void
hr_picture_fill (HrPicture *self,
                 HrInk      ink)
{
  add_shape (self, (Shape){ .kind = SHAPE_FILL, .ink = ink });
}

/* Strokes the path and ends it. */
void
hr_picture_stroke (HrPicture *self,
                   HrInk      ink)
{
  add_shape (self, (Shape){ .kind = SHAPE_STROKE, .ink = ink });
}

/* Writes @text on the line at @y. */
void
hr_picture_text (HrPicture  *self,
                 double      x,
                 double      y,
                 HrAlign     align,
                 HrInk       ink,
                 const char *text)
{
  add_point (self, x, y, TRUE);
  add_shape (self, (Shape){ .kind = SHAPE_TEXT, .ink = ink, .align = align, .text = g_utf8_make_valid (text, -1) });
}

static void
append_coordinate (GString    *out,
                   const char *before,
                   double      value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, before);
  g_string_append (out, g_ascii_formatd (text, sizeof text, COORDINATE, value));
}

static void
append_path (const HrPicture *self,
             const Shape     *shape,
             GString         *out)
{
  g_string_append_printf (out, "<path class=\"%s %s\" d=\"", shape->kind == SHAPE_FILL ? "fill" : "stroke", hr_ink_name (shape->ink));
  for (guint i = 0; i < shape->n_points; i++)
    {
      const Point *point = &g_array_index (self->points, Point, shape->first + i);

      append_coordinate (out, point->move ? (i > 0 && shape->kind == SHAPE_FILL ? "ZM" : "M") : "L", point->x);
      append_coordinate (out, " ", point->y);
    }
  g_string_append (out, shape->kind == SHAPE_FILL ? "Z\"/>" : "\"/>");
}

static void
append_text (const HrPicture *self,
             const Shape     *shape,
             GString         *out)
{
  static const char *const anchors[HR_N_ALIGNS] = { "start", "middle", "end" };
  const Point             *point = &g_array_index (self->points, Point, shape->first);

  g_string_append_printf (out, "<text class=\"%s\" text-anchor=\"%s\"", hr_ink_name (shape->ink), anchors[shape->align]);
  append_coordinate (out, " x=\"", point->x);
  append_coordinate (out, "\" y=\"", point->y);
  g_string_append (out, "\">");
  hr_markup_append (out, shape->text);
  g_string_append (out, "</text>");
}

/* Appends it as an SVG element that stands within HTML. Colours are the page's: classes are the names of inks. @number: tells it from the
 * page's others */
void
hr_picture_write_svg (const HrPicture *self,
                      GString         *out,
                      guint            number)
{
  append_coordinate (out, "<svg role=\"img\" viewBox=\"0 0 ", self->width);
  append_coordinate (out, " ", self->height);
  g_string_append_printf (out, "\" aria-labelledby=\"title-%u\" aria-describedby=\"description-%u\"><title id=\"title-%u\">", number, number, number);
  hr_markup_append (out, self->title != NULL ? self->title : "");
  g_string_append_printf (out, "</title><desc id=\"description-%u\">", number);
  hr_markup_append (out, self->description != NULL ? self->description : "");
  g_string_append (out, "</desc>");
  for (guint i = 0; i < self->shapes->len; i++)
    {
      const Shape *shape = &g_array_index (self->shapes, Shape, i);

      if (shape->kind == SHAPE_TEXT)
        append_text (self, shape, out);
      else
        append_path (self, shape, out);
    }
  g_string_append (out, "</svg>\n");
}

static void
play_text (const HrPicture *self,
           const Shape     *shape,
           cairo_t         *cr)
{
  static const double   shares[HR_N_ALIGNS] = { 0, 0.5, 1 };
  const Point          *point = &g_array_index (self->points, Point, shape->first);
  PangoLayout          *layout = pango_cairo_create_layout (cr);
  PangoFontDescription *font = pango_font_description_from_string (HR_REPORT_FONT);
  int                   width;

  pango_font_description_set_absolute_size (font, TEXT_SIZE * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, shape->text, -1);
  pango_layout_get_size (layout, &width, NULL);
  cairo_move_to (cr, point->x - shares[shape->align] * width / PANGO_SCALE, point->y - (double) pango_layout_get_baseline (layout) / PANGO_SCALE);
  pango_cairo_show_layout (cr, layout);

  pango_font_description_free (font);
  g_object_unref (layout);
}

static void
play_path (const HrPicture *self,
           const Shape     *shape,
           cairo_t         *cr)
{
  for (guint i = 0; i < shape->n_points; i++)
    {
      const Point *point = &g_array_index (self->points, Point, shape->first + i);

      if (point->move)
        cairo_move_to (cr, point->x, point->y);
      else
        cairo_line_to (cr, point->x, point->y);
    }
  if (shape->kind == SHAPE_FILL)
    cairo_fill (cr);
  else
    cairo_stroke (cr);
}

/* Draws it at the origin of @cr, in the colours of paper. */
void
hr_picture_play (const HrPicture *self,
                 cairo_t         *cr)
{
  static const double dashes[] = { 5, 4 };

  cairo_save (cr);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < self->shapes->len; i++)
    {
      const Shape *shape = &g_array_index (self->shapes, Shape, i);

      hr_palette_set (cr, hr_ink_color (shape->ink));
      cairo_set_line_width (cr, hr_ink_width (shape->ink));
      cairo_set_dash (cr, dashes, shape->ink == HR_INK_LIMIT ? G_N_ELEMENTS (dashes) : 0, 0);
      if (shape->kind == SHAPE_TEXT)
        play_text (self, shape, cr);
      else
        play_path (self, shape, cr);
    }
  cairo_restore (cr);
}
