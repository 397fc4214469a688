/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/bin.h"

#include <math.h>

#define US_PER_SECOND 1e6

static int64_t
longer_of (int64_t a,
           int64_t b)
{
  return a > b ? a : b;
}

/* Returns the unit of what bins of a metric show. */
HrUnit
hr_bin_unit (HrUnit unit,
             HrKind kind)
{
  return hr_kind_is_counted (kind) ? hr_rate_unit (unit, kind) : unit;
}

/* Writes what @bin shows; returns false where nothing was measured. What counts is told a second, and has no extremes: those of its single
 * additions say nothing about that. */
bool
hr_bin_read (const HrBin  *bin,
             HrKind        kind,
             HrBinReading *out)
{
  double seconds = (double) (bin->end_us - bin->begin_us) / US_PER_SECOND;
  double mean;

  if (bin->count == 0)
    return false;

  if (!hr_kind_is_counted (kind))
    {
      /* A sum that was rounded does not leave the range. */
      mean = bin->sum / (double) bin->count;
      *out = (HrBinReading){ fmin (fmax (mean, bin->min), bin->max), bin->min, bin->max };
      return true;
    }
  if (!(seconds > 0))
    return false;

  mean = (kind == HR_KIND_EVENT ? (double) bin->count : bin->sum) / seconds;
  *out = (HrBinReading){ mean, mean, mean };

  return true;
}

/* Returns whether nothing is missing between the two. */
bool
hr_bins_touch (const HrBin *before,
               const HrBin *after)
{
  int64_t longer_us = longer_of (before->end_us - before->begin_us, after->end_us - after->begin_us);

  return after->begin_us - before->end_us <= longer_us / 2;
}

/* Returns the index of the first of the @bins that ends after @time_us. */
static size_t
first_after (const HrBin *bins,
             size_t       n,
             int64_t      time_us)
{
  size_t low = 0, high = n;

  while (low < high)
    {
      size_t middle = low + (high - low) / 2;

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
            size_t       n,
            int64_t      begin_us,
            int64_t      end_us,
            size_t      *out_first,
            size_t      *out_end)
{
  size_t end = *out_first = first_after (bins, n, begin_us);

  while (end < n && bins[end].begin_us < end_us)
    end++;
  *out_end = end;
}

/* Writes the extremes of the stretch and the mean over its items, or over its time for what counts; false: nothing was measured in it. */
bool
hr_bins_extent (const HrBin  *bins,
                size_t        n,
                HrKind        kind,
                int64_t       begin_us,
                int64_t       end_us,
                HrBinReading *out)
{
  HrBinReading all = { 0, (double) INFINITY, -(double) INFINITY };
  double       weights = 0;
  size_t       first, end;

  hr_bins_in (bins, n, begin_us, end_us, &first, &end);
  for (size_t i = first; i < end; i++)
    {
      HrBinReading reading;
      double       weight = hr_kind_is_counted (kind) ? (double) (bins[i].end_us - bins[i].begin_us) : (double) bins[i].count;

      if (!hr_bin_read (&bins[i], kind, &reading))
        continue;
      weights += weight;
      all.mean += reading.mean * weight;
      all.min = fmin (all.min, reading.min);
      all.max = fmax (all.max, reading.max);
    }
  if (!(weights > 0))
    return false;

  all.mean = fmin (fmax (all.mean / weights, all.min), all.max);
  *out = all;

  return true;
}

/* Writes which of the @bins holds @time_us, or is the nearest not further than @reach_us from it; false: none is. */
bool
hr_bins_find (const HrBin *bins,
              size_t       n,
              int64_t      time_us,
              int64_t      reach_us,
              size_t      *out_index)
{
  size_t  after = first_after (bins, n, time_us);
  int64_t ahead_us = after < n ? longer_of (bins[after].begin_us - time_us, 0) : INT64_MAX;
  int64_t behind_us = after > 0 ? time_us - bins[after - 1].end_us : INT64_MAX;

  if (n == 0 || (ahead_us > reach_us && behind_us > reach_us))
    return false;
  *out_index = ahead_us <= behind_us ? after : after - 1;

  return true;
}
