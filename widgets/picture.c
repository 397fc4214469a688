/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/picture.h"

#include <math.h>
#include <string.h>

/* Above this many samples a pixel a line is drawn as each column's extent. */
#define DENSE 2

/* Returns whether columns are drawn instead of a line through each sample. */
gboolean
hr_view_is_dense (const HrView *self)
{
  return self->n > (guint64) DENSE * (guint64) self->width;
}

static double
step_of (const HrView *self)
{
  return (self->width - self->inset) / (double) (self->n - 1);
}

/* Returns the number of the column that sample @index lies in, on a grid that begins with sample 0. A column so numbered holds the same
 * samples for ever: scrolling moves it and does not reshuffle it. */
static gint64
column_of (const HrView *self,
           guint64       index)
{
  double samples = (double) self->n / self->width;

  return (gint64) ceil ((double) (index + 1) / samples) - 1;
}

/* Writes which samples @column of a dense view holds; nothing (@out_end = @out_begin) before sample 0. */
void
hr_view_column (const HrView *self,
                int           column,
                guint64      *out_begin,
                guint64      *out_end)
{
  double samples = (double) self->n / self->width;
  gint64 number;

  *out_begin = *out_end = 0;
  if (self->end == 0)
    return;
  number = column_of (self, self->end - 1) - (self->width - 1) + column;
  if (number < 0)
    return;

  *out_begin = MIN ((guint64) floor ((double) number * samples), self->end);
  *out_end = MIN ((guint64) floor ((double) (number + 1) * samples), self->end);
}

/* Returns where sample @index stands, in pixels from the plot's left border. */
double
hr_view_x (const HrView *self,
           guint64       index)
{
  if (!hr_view_is_dense (self))
    return self->width - self->inset + ((double) index - (double) (self->end - 1)) * step_of (self);

  return (double) (column_of (self, index) - column_of (self, self->end - 1) + self->width) - 0.5;
}

/* Writes the sample nearest to @x to @out_index; returns FALSE where none can be. */
gboolean
hr_view_index_at (const HrView *self,
                  double        x,
                  guint64      *out_index)
{
  guint64 begin, end;
  double  back;

  if (self->end == 0)
    return FALSE;

  if (hr_view_is_dense (self))
    {
      hr_view_column (self, CLAMP ((int) floor (x), 0, self->width - 1), &begin, &end);
      *out_index = begin;
      return end > begin;
    }

  back = CLAMP (round ((self->width - self->inset - x) / step_of (self)), 0, (double) self->n - 1);
  if (back > (double) (self->end - 1))
    return FALSE;
  *out_index = self->end - 1 - (guint64) back;

  return TRUE;
}

/* Returns the row, in pixels from the plot's top border, at which @value stands. */
double
hr_scale_y (const HrScale *self,
            double         value)
{
  return self->height - value / self->top * self->height;
}

/* Returns whether an interval with this mean and highest value is outside the limit. */
gboolean
hr_scale_is_breach (const HrScale *self,
                    double         value,
                    double         max)
{
  /* NaN fails either comparison. */
  return self->direction == HR_DIRECTION_HIGHER ? value < self->limit : max > self->limit;
}

/* Frees what @self holds and leaves it as { 0 }. */
void
hr_picture_clear (HrPicture *self)
{
  hr_outline_clear (&self->line);
  hr_outline_clear (&self->band);
  hr_outline_clear (&self->over);
  g_clear_pointer (&self->lines, g_array_unref);
  g_clear_pointer (&self->dots, g_array_unref);
  g_clear_pointer (&self->breach, g_free);
  g_clear_pointer (&self->edges, g_free);
  g_clear_pointer (&self->points, g_free);
  memset (self, 0, sizeof *self);
}

static void
resize (HrPicture *self,
        int        width)
{
  if (self->width == width)
    return;

  self->width = width;
  self->n_points = (gsize) DENSE * (gsize) width + 2;
  self->breach = g_renew (guint8, self->breach, width);
  self->edges = g_renew (gint32, self->edges, width);
  self->points = g_renew (HrPoint, self->points, self->n_points);
}

/* Empties @self for @width columns. */
void
hr_picture_begin (HrPicture *self,
                  int        width)
{
  resize (self, width);
  memset (self->breach, 0, (gsize) self->width);
  self->has_band = FALSE;
  self->has_over = FALSE;
  if (self->lines != NULL)
    g_array_set_size (self->lines, 0);
  if (self->dots != NULL)
    g_array_set_size (self->dots, 0);
}

static float
canvas_y (const HrScale *scale,
          double         value)
{
  return (float) (hr_scale_y (scale, value) + HR_PICTURE_MARGIN);
}

static void
mark_breach (HrPicture *self,
             double     from,
             double     to)
{
  int begin = CLAMP ((int) lround (from), 0, self->width - 1);
  int end = CLAMP ((int) lround (to), begin + 1, self->width);

  memset (self->breach + begin, 1, (gsize) (end - begin));
}

/* Joins the line through the samples from @begin on, of their highest values or their means. */
static void
add_line (HrPicture      *self,
          HrOutline      *outline,
          const HrSeries *series,
          const HrView   *view,
          const HrScale  *scale,
          guint64         begin,
          gboolean        highest)
{
  double origin = hr_view_x (view, begin);
  double step = step_of (view);
  gsize  n = 0;

  for (guint64 i = begin; i < view->end && n < self->n_points; i++)
    {
      HrReading reading;

      if (!hr_series_get (series, i, &reading))
        continue;
      self->points[n++] = (HrPoint){ (float) (origin + (double) (i - begin) * step), canvas_y (scale, highest ? reading.max : reading.value) };
    }
  hr_outline_add_line (outline, self->points, n, (float) scale->radius);
}

static void
trace_line (HrPicture      *self,
            const HrSeries *series,
            const HrView   *view,
            const HrScale  *scale)
{
  /* One more than fits, so that the line comes in from the border. */
  guint64 begin = view->end - MIN (view->end, view->n + 1);
  double  step = step_of (view);
  double  origin = hr_view_x (view, begin);

  hr_outline_begin (&self->line, view->width, HR_OUTLINE_STEPS);
  for (guint64 i = MAX (begin, hr_series_first (series)); i < view->end; i++)
    {
      HrReading reading;
      double    x = origin + (double) (i - begin) * step;

      if (!hr_series_get (series, i, &reading))
        continue;
      self->has_band = self->has_band || reading.max > reading.value;
      if (hr_scale_is_breach (scale, reading.value, reading.max) && x + step / 2 > 0)
        mark_breach (self, x - step / 2, x + step / 2);
    }
  add_line (self, &self->line, series, view, scale, begin, FALSE);

  if (!self->has_band)
    return;
  hr_outline_begin (&self->band, view->width, HR_OUTLINE_STEPS);
  add_line (self, &self->band, series, view, scale, begin, FALSE);
  add_line (self, &self->band, series, view, scale, begin, TRUE);
}

static void
trace_columns (HrPicture      *self,
               const HrSeries *series,
               const HrView   *view,
               const HrScale  *scale)
{
  hr_outline_begin (&self->line, view->width, 0);
  hr_outline_begin (&self->band, view->width, 0);

  for (int x = 0; x < view->width; x++)
    {
      HrExtent  own, highest;
      HrReading before;
      guint64   begin, end;

      hr_view_column (view, x, &begin, &end);
      own = hr_series_values (series, begin, end);
      if (own.min > own.max)
        continue;

      /* The last sample of the column before joins, so that the line does not break between them. */
      if (!hr_series_get (series, begin - 1, &before) || isnan (before.value))
        before.value = own.min;
      hr_outline_add_column (&self->line, x, canvas_y (scale, MAX (own.max, before.value)) - (float) scale->radius,
                             canvas_y (scale, MIN (own.min, before.value)) + (float) scale->radius);

      highest = hr_series_highest (series, begin, end);
      self->breach[x] = hr_scale_is_breach (scale, own.min, highest.max);
      if (highest.max > own.max)
        {
          self->has_band = TRUE;
          hr_outline_add_column (&self->band, x, canvas_y (scale, highest.max) - (float) scale->radius,
                                 canvas_y (scale, own.min) + (float) scale->radius);
        }
    }
}

/* Makes @self what @view shows of @series. */
void
hr_picture_trace (HrPicture      *self,
                  const HrSeries *series,
                  const HrView   *view,
                  const HrScale  *scale)
{
  hr_picture_begin (self, view->width);
  if (hr_view_is_dense (view))
    trace_columns (self, series, view, scale);
  else
    trace_line (self, series, view, scale);
}

static gboolean
arrays_equal (GArray *a,
              GArray *b)
{
  guint n = a != NULL ? a->len : 0;

  return n == (b != NULL ? b->len : 0) && (n == 0 || memcmp (a->data, b->data, (gsize) n * g_array_get_element_size (a)) == 0);
}

/* Returns whether both look the same. */
gboolean
hr_picture_equal (const HrPicture *self,
                  const HrPicture *other)
{
  return self->width == other->width && self->has_band == other->has_band && self->has_over == other->has_over &&
         arrays_equal (self->lines, other->lines) && arrays_equal (self->dots, other->dots) &&
         hr_outline_equal (&self->line, &other->line) &&
         (!self->has_band || hr_outline_equal (&self->band, &other->band)) &&
         (!self->has_over || hr_outline_equal (&self->over, &other->over)) &&
         (self->width == 0 || memcmp (self->breach, other->breach, (gsize) self->width) == 0);
}

/* Paints @self over the backdrop, given @plain and with the tint that lies beneath the line, to @out. */
void
hr_picture_render (HrPicture      *self,
                   const HrInk    *ink,
                   const HrCanvas *plain,
                   const HrCanvas *tinted,
                   const HrCanvas *out)
{
  /* Without the margins: what is shaded is the plot. */
  HrCanvas plot = {
    .pixels = out->pixels + HR_PICTURE_MARGIN * out->stride,
    .stride = out->stride,
    .width = out->width,
    .height = out->height - 2 * HR_PICTURE_MARGIN,
  };

  hr_outline_edges (&self->line, self->edges);
  hr_canvas_compose (out, plain, tinted, self->edges);

  for (guint i = 0; self->lines != NULL && i < self->lines->len; i++)
    {
      int x = g_array_index (self->lines, gint32, i);

      hr_canvas_shade (&plot, x, MIN (x + ink->grid_width, self->width), ink->grid, ink->grid_alpha);
    }

  for (int x = 0; x < self->width;)
    {
      int begin = x;

      while (x < self->width && self->breach[x] == self->breach[begin])
        x++;
      if (self->breach[begin])
        hr_canvas_shade (&plot, begin, x, ink->breach, ink->breach_alpha);
    }

  if (self->has_band)
    hr_canvas_fill (out, &self->band, ink->line, ink->band_alpha);
  if (self->has_over)
    hr_canvas_fill (out, &self->over, ink->breach, ink->over_alpha);
  hr_canvas_fill (out, &self->line, ink->line, 1);
  for (guint i = 0; self->dots != NULL && i < self->dots->len; i++)
    hr_canvas_fill_disc (out, g_array_index (self->dots, HrPoint, i), ink->dot_radius, ink->line);
}
