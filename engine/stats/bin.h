/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/units.h"

/* What a metric came to over a stretch of time, in UTC microseconds: what charts of a history are drawn from. With count 0 nothing was
 * measured in it, and the rest means nothing. */
typedef struct
{
  int64_t  begin_us;
  int64_t  end_us;
  uint64_t count; /* items */
  double   sum;
  double   min;
  double   max;
} HrBin;

/* What a bin shows, in hr_bin_unit (). */
typedef struct
{
  double mean;
  double min;
  double max;
} HrBinReading;

HrUnit hr_bin_unit (HrUnit unit, HrKind kind);
bool   hr_bin_read (const HrBin  *bin,
                    HrKind        kind,
                    HrBinReading *out);

bool hr_bins_touch (const HrBin *before,
                    const HrBin *after);
void hr_bins_in (const HrBin *bins,
                 size_t       n,
                 int64_t      begin_us,
                 int64_t      end_us,
                 size_t      *out_first,
                 size_t      *out_end);
bool hr_bins_extent (const HrBin  *bins,
                     size_t        n,
                     HrKind        kind,
                     int64_t       begin_us,
                     int64_t       end_us,
                     HrBinReading *out);
bool hr_bins_find (const HrBin *bins,
                   size_t       n,
                   int64_t      time_us,
                   int64_t      reach_us,
                   size_t      *out_index);
