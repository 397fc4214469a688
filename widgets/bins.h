/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/stats/bin.h"
#include "widgets/picture.h"

G_BEGIN_DECLS

/* What a bin shows, in the metric's unit, or a second of it for what counts. */
typedef struct
{
  double mean;
  double min;
  double max;
} HrBinReading;

/* A stretch of time over @width device pixels, in UTC microseconds. */
typedef struct
{
  gint64 begin_us;
  gint64 end_us;
  int    width;
} HrStretch;

HrUnit   hr_bin_unit (HrUnit unit,
                      HrKind kind);
gboolean hr_bin_read (const HrBin  *bin,
                      HrKind        kind,
                      HrBinReading *out);

gboolean hr_bins_touch (const HrBin *before,
                        const HrBin *after);
void     hr_bins_in (const HrBin *bins,
                     gsize        n,
                     gint64       begin_us,
                     gint64       end_us,
                     gsize       *out_first,
                     gsize       *out_end);
gboolean hr_bins_extent (const HrBin  *bins,
                         gsize         n,
                         HrKind        kind,
                         gint64        begin_us,
                         gint64        end_us,
                         HrBinReading *out);
gboolean hr_bins_find (const HrBin *bins,
                       gsize        n,
                       gint64       time_us,
                       gint64       reach_us,
                       gsize       *out_index);

void hr_picture_trace_bins (HrPicture       *self,
                            const HrBin     *bins,
                            gsize            n,
                            HrKind           kind,
                            const HrStretch *stretch,
                            const HrScale   *scale);

G_END_DECLS
