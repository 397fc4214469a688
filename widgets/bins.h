/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/stats/bin.h"
#include "widgets/picture.h"

G_BEGIN_DECLS

/* A stretch of time over @width device pixels, in UTC microseconds. */
typedef struct
{
  gint64 begin_us;
  gint64 end_us;
  int    width;
} HrStretch;

void hr_picture_trace_bins (HrPicture       *self,
                            const HrBin     *bins,
                            gsize            n,
                            HrKind           kind,
                            const HrStretch *stretch,
                            const HrScale   *scale);

G_END_DECLS
