/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/pyramid.h"

#include <math.h>
#include <stdlib.h>

#define BIN_SAMPLES 16 /* samples in a bin of level 1 */
#define FAN_OUT_BITS 2 /* four bins of one level in a bin of the next */
#define MAX_LEVELS 24  /* 16 * 4^23 samples are more than any memory */
#define MAX_CAPACITY ((size_t) 1 << (sizeof (size_t) * 8 - 6))

/* Samples and bins lie in rings whose length is a power of two, so that sample i and bin b of a level
 * stand at i and b masked, for ever. Bin b of level k summarises the samples from b * span (k) on, and
 * is written when its last sample arrives: only whole bins are ever read. */
struct _HrPyramid
{
  uint64_t  end;
  uint64_t  capacity;
  uint64_t  refused;
  uint64_t  mask;
  double   *samples;
  unsigned  n_levels;
  HrExtent *levels[MAX_LEVELS + 1]; /* [0] is unused: level 0 are the samples */
};

static const HrExtent empty = { .min = (double) INFINITY, .max = -(double) INFINITY };

/* How many samples a bin of @level stands for. */
static uint64_t
span (unsigned level)
{
  return level == 0 ? 1 : (uint64_t) BIN_SAMPLES << FAN_OUT_BITS * (level - 1);
}

/* NaN fails both comparisons: a gap widens nothing. */
static void
widen (HrExtent *self,
       double    low,
       double    high)
{
  if (low < self->min)
    self->min = low;
  if (high > self->max)
    self->max = high;
}

/* Widens @extent by the bin of @level, or for level 0 the sample, that begins at sample @index. */
static void
widen_by_unit (const HrPyramid *self,
               unsigned         level,
               uint64_t         index,
               HrExtent        *extent)
{
  if (level == 0)
    {
      double value = self->samples[index & self->mask];

      widen (extent, value, value);
    }
  else
    {
      const HrExtent *bin = &self->levels[level][(index & self->mask) / span (level)];

      widen (extent, bin->min, bin->max);
    }
}

/* Writes the bin of @level that the samples up to end have just filled, from the level below. */
static void
close_bin (HrPyramid *self,
           unsigned   level)
{
  uint64_t begin = self->end - span (level);
  HrExtent extent = empty;

  for (uint64_t i = begin; i < self->end; i += span (level - 1))
    widen_by_unit (self, level - 1, i, &extent);

  self->levels[level][(begin & self->mask) / span (level)] = extent;
}

/* Returns a pyramid over the last @capacity values (at least one), empty; the caller frees it with
 * hr_pyramid_free (). This is its only allocation: @capacity rounded up to a power of two, at about
 * 9.4 bytes a value. NULL when there is no memory. */
HrPyramid *
hr_pyramid_new (size_t capacity)
{
  HrPyramid *self;
  uint64_t   length = BIN_SAMPLES, n_bins = 0;
  unsigned   n_levels = 0;
  HrExtent  *bins;

  if (capacity > MAX_CAPACITY)
    return NULL;

  while (length < capacity)
    length *= 2;
  for (; n_levels < MAX_LEVELS && span (n_levels + 1) <= length; n_levels++)
    n_bins += length / span (n_levels + 1);

  self = malloc (sizeof *self + n_bins * sizeof (HrExtent) + length * sizeof (double));
  if (self == NULL)
    return NULL;

  *self = (HrPyramid){ .capacity = capacity > 0 ? capacity : 1, .mask = length - 1, .n_levels = n_levels };
  bins = (HrExtent *) (self + 1);
  for (unsigned level = 1; level <= n_levels; bins += length / span (level++))
    self->levels[level] = bins;
  self->samples = (double *) bins;

  return self;
}

/* Frees @self, which may be NULL. */
void
hr_pyramid_free (HrPyramid *self)
{
  free (self);
}

/* Appends the next sample; the oldest goes when the capacity is reached. NaN is a gap. An infinite
 * value would swallow every extreme beside it: it is kept as a gap and counted as refused. */
void
hr_pyramid_append (HrPyramid *self,
                   double     value)
{
  if (isinf (value))
    {
      value = (double) NAN;
      self->refused++;
    }

  self->samples[self->end++ & self->mask] = value;

  for (unsigned level = 1; level <= self->n_levels && self->end % span (level) == 0; level++)
    close_bin (self, level);
}

/* Forgets every sample, as if @self were new: numbering starts from 0 again. */
void
hr_pyramid_clear (HrPyramid *self)
{
  self->end = 0;
  self->refused = 0;
}

/* Returns the number of the oldest sample still kept; equal to hr_pyramid_end () when there is none. */
uint64_t
hr_pyramid_first (const HrPyramid *self)
{
  return self->end > self->capacity ? self->end - self->capacity : 0;
}

/* Returns one past the number of the newest sample: how many were ever appended. */
uint64_t
hr_pyramid_end (const HrPyramid *self)
{
  return self->end;
}

/* Returns how many infinite values were turned into gaps. */
uint64_t
hr_pyramid_refused (const HrPyramid *self)
{
  return self->refused;
}

/* Returns sample number @index; NaN when it is a gap, no longer kept or not there yet. */
double
hr_pyramid_get (const HrPyramid *self,
                uint64_t         index)
{
  if (index < hr_pyramid_first (self) || index >= self->end)
    return (double) NAN;

  return self->samples[index & self->mask];
}

/* Returns the extremes of the samples numbered @begin to @end - 1, as far as they are kept. Costs at
 * most 15 samples and 3 bins a level at either edge; a stretch whose edges are multiples of a bin
 * costs bins alone. Empty (min > max) when there is no sample or only gaps. */
HrExtent
hr_pyramid_extent (const HrPyramid *self,
                   uint64_t         begin,
                   uint64_t         end)
{
  HrExtent extent = empty;
  uint64_t first = hr_pyramid_first (self);
  unsigned level = 0;

  if (begin < first)
    begin = first;
  if (end > self->end)
    end = self->end;

  /* Climbs to wider bins while the position is aligned to one that ends in time, then comes down. */
  while (begin < end)
    {
      while (level < self->n_levels && begin % span (level + 1) == 0 && begin + span (level + 1) <= end)
        level++;
      while (begin + span (level) > end)
        level--;

      widen_by_unit (self, level, begin, &extent);
      begin += span (level);
    }

  return extent;
}
