/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/bins.h"

#include <math.h>

/* Pixels out of sight that a point of the line may be: no sum of floats is near its limits there. */
#define FURTHEST 1e8

static gboolean
counts (HrKind kind)
{
  return kind == HR_KIND_COUNTER || kind == HR_KIND_EVENT;
}

/* Returns the unit of what bins of a metric show. */
HrUnit
hr_bin_unit (HrUnit unit,
             HrKind kind)
{
  if (!counts (kind))
    return unit;

  return kind == HR_KIND_COUNTER && unit == HR_UNIT_MEGABYTES ? HR_UNIT_MEGABYTES_PER_SECOND : HR_UNIT_PER_SECOND;
}

/* Writes what @bin shows; returns FALSE where nothing was measured. What counts is told a second, and has no extremes: those of its single
 * additions say nothing about that. */
gboolean
hr_bin_read (const HrBin  *bin,
             HrKind        kind,
             HrBinReading *out)
{
  double seconds = (double) (bin->end_us - bin->begin_us) / G_USEC_PER_SEC;
  double mean;

  if (bin->count == 0)
    return FALSE;

  if (!counts (kind))
    {
      /* A sum that was rounded does not leave the range. */
      mean = bin->sum / (double) bin->count;
      *out = (HrBinReading){ CLAMP (mean, bin->min, bin->max), bin->min, bin->max };
      return TRUE;
    }
  if (!(seconds > 0))
    return FALSE;

  mean = (kind == HR_KIND_EVENT ? (double) bin->count : bin->sum) / seconds;
  *out = (HrBinReading){ mean, mean, mean };

  return TRUE;
}

/* Returns whether nothing is missing between the two. */
gboolean
hr_bins_touch (const HrBin *before,
               const HrBin *after)
{
  gint64 longer_us = MAX (before->end_us - before->begin_us, after->end_us - after->begin_us);

  return after->begin_us - before->end_us <= longer_us / 2;
}

/* Returns the index of the first of the @bins that ends after @time_us. */
static gsize
first_after (const HrBin *bins,
             gsize        n,
             gint64       time_us)
{
  gsize low = 0, high = n;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (bins[middle].end_us > time_us)
        high = middle;
      else
        low = middle + 1;
    }

  return low;
}

/* Writes which of the @bins, ascending, have a part of the stretch. */
void
hr_bins_in (const HrBin *bins,
            gsize        n,
            gint64       begin_us,
            gint64       end_us,
            gsize       *out_first,
            gsize       *out_end)
{
  gsize end = *out_first = first_after (bins, n, begin_us);

  while (end < n && bins[end].begin_us < end_us)
    end++;
  *out_end = end;
}

/* Writes the extremes of the stretch and the mean over its items, or over its time for what counts; FALSE: nothing was measured in it. */
gboolean
hr_bins_extent (const HrBin  *bins,
                gsize         n,
                HrKind        kind,
                gint64        begin_us,
                gint64        end_us,
                HrBinReading *out)
{
  HrBinReading all = { 0, (double) INFINITY, -(double) INFINITY };
  double       weights = 0;
  gsize        first, end;

  hr_bins_in (bins, n, begin_us, end_us, &first, &end);
  for (gsize i = first; i < end; i++)
    {
      HrBinReading reading;
      double       weight = counts (kind) ? (double) (bins[i].end_us - bins[i].begin_us) : (double) bins[i].count;

      if (!hr_bin_read (&bins[i], kind, &reading))
        continue;
      weights += weight;
      all.mean += reading.mean * weight;
      all.min = MIN (all.min, reading.min);
      all.max = MAX (all.max, reading.max);
    }
  if (!(weights > 0))
    return FALSE;

  all.mean = CLAMP (all.mean / weights, all.min, all.max);
  *out = all;

  return TRUE;
}

/* Writes which of the @bins holds @time_us, or is the nearest not further than @reach_us from it; FALSE: none is. */
gboolean
hr_bins_find (const HrBin *bins,
              gsize        n,
              gint64       time_us,
              gint64       reach_us,
              gsize       *out_index)
{
  gsize  after = first_after (bins, n, time_us);
  gint64 ahead_us = after < n ? MAX (bins[after].begin_us - time_us, 0) : G_MAXINT64;
  gint64 behind_us = after > 0 ? time_us - bins[after - 1].end_us : G_MAXINT64;

  if (n == 0 || MIN (ahead_us, behind_us) > reach_us)
    return FALSE;
  *out_index = ahead_us <= behind_us ? after : after - 1;

  return TRUE;
}

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
