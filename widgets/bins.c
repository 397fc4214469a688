/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/bins.h"

#include <math.h>

/* Pixels out of sight that a point of the line may be: no sum of floats is near its limits there. */
#define FURTHEST 1e8

/* Joins what falls into one pixel column to one point of the line. */
typedef struct
{
  HrPicture     *picture;
  const HrScale *scale;
  gsize          n;
  int            column;
  double         x;
  double         sum; /* of values times their weights */
  double         weight;
} LineMaker;

static float
canvas_y (const HrScale *scale,
          double         value)
{
  return (float) (hr_scale_y (scale, value) + HR_PICTURE_MARGIN);
}

static void
line_flush (LineMaker *self)
{
  if (self->weight > 0 && self->n < self->picture->n_points)
    self->picture->points[self->n++] = (HrPoint){ (float) self->x, canvas_y (self->scale, self->sum / self->weight) };
  self->weight = self->sum = 0;
}

static void
line_add (LineMaker *self,
          double     x,
          double     value,
          double     weight)
{
  int column = (int) floor (x);

  if (self->weight > 0 && column != self->column)
    line_flush (self);
  self->column = column;
  self->x = self->weight > 0 ? self->x : x;
  self->sum += value * weight;
  self->weight += weight;
}

/* Ends a stretch without gaps. */
static void
line_end (LineMaker *self)
{
  line_flush (self);
  if (self->n > 0)
    hr_outline_add_line (&self->picture->line, self->picture->points, self->n, (float) self->scale->radius);
  self->n = 0;
}

/* Adds the range of one bin to the columns that it fills. */
static void
add_range (HrPicture          *self,
           const HrScale      *scale,
           const HrBinReading *reading,
           double              from,
           double              to)
{
  int      begin = (int) floor (CLAMP (from, 0, self->width - 1));
  int      end = CLAMP ((int) floor (MIN (to, self->width) + 0.5), begin + 1, self->width);
  gboolean higher = scale->direction == HR_DIRECTION_HIGHER;
  float    top = canvas_y (scale, reading->max);
  float    bottom = canvas_y (scale, reading->min);
  float    limit = canvas_y (scale, scale->limit);
  gboolean over = hr_scale_is_breach (scale, reading->min, reading->max) && reading->max > reading->min;
  gboolean mean_over = hr_scale_is_breach (scale, reading->mean, reading->mean);

  if (to < 0 || from > self->width)
    return;

  for (int x = begin; x < end; x++)
    {
      self->breach[x] |= (guint8) mean_over;
      if (over)
        {
          self->has_over = TRUE;
          hr_outline_add_column (&self->over, x, higher ? MAX (top, limit) : top, higher ? bottom : MIN (bottom, limit));
        }
      if (reading->max > reading->min)
        {
          self->has_band = TRUE;
          /* Never less than a line that can be seen. */
          hr_outline_add_column (&self->band, x, over && !higher ? MAX (top, limit) : MIN (top, bottom - 1),
                                 over && higher ? MIN (bottom, limit) : bottom);
        }
    }
}

/* Makes @self the range of the @bins (ascending) and a line through their means over @stretch. */
void
hr_picture_trace_bins (HrPicture       *self,
                       const HrBin     *bins,
                       gsize            n,
                       HrKind           kind,
                       const HrStretch *stretch,
                       const HrScale   *scale)
{
  LineMaker line = { .picture = self, .scale = scale };
  double    pixels_per_us = stretch->width / (double) (stretch->end_us - stretch->begin_us);
  gsize     first, end;
  double    last_x = 0, last_value = 0;
  gboolean  open = FALSE;

  hr_picture_begin (self, stretch->width);
  hr_outline_begin (&self->line, stretch->width, HR_OUTLINE_STEPS);
  hr_outline_begin (&self->band, stretch->width, 0);
  hr_outline_begin (&self->over, stretch->width, 0);

  /* One more on either side, so that the line goes on through the borders. */
  hr_bins_in (bins, n, stretch->begin_us, stretch->end_us, &first, &end);
  first -= first > 0;
  end += end < n;
  for (gsize i = first; i < end; i++)
    {
      HrBinReading reading;
      double       from = CLAMP ((double) (bins[i].begin_us - stretch->begin_us) * pixels_per_us, -FURTHEST, FURTHEST);
      double       to = CLAMP ((double) (bins[i].end_us - stretch->begin_us) * pixels_per_us, -FURTHEST, FURTHEST);
      gboolean     measured = hr_bin_read (&bins[i], kind, &reading);

      if (open && (!measured || !hr_bins_touch (&bins[i - 1], &bins[i])))
        {
          line_add (&line, last_x, last_value, 1);
          line_end (&line);
          open = FALSE;
        }
      if (!measured)
        continue;

      /* A stretch begins where its first bin does and ends where its last one does; between them the line goes from middle to middle. */
      if (!open)
        line_add (&line, from, reading.mean, 1);
      line_add (&line, (from + to) / 2, reading.mean, MAX (to - from, 1e-9));
      add_range (self, scale, &reading, from, to);
      open = TRUE;
      last_x = to;
      last_value = reading.mean;
    }
  if (open)
    line_add (&line, last_x, last_value, 1);
  line_end (&line);
}
