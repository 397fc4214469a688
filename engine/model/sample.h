/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/sample.h"
#include "engine/stats/histogram.h"

#include <glib.h>

G_BEGIN_DECLS

/* Everything one metric has counted since its source's instance began. Plain sums suffice: ten days of ten additions
 * a second round by 1e-9 of the sum at the very most, and the difference between two of them, which is what an
 * interval is told by, by one rounding of either: 1e-9 of the interval. */
typedef struct
{
  guint64      count;
  double       sum;
  double       min;
  double       max;
  double       last;
  double       self;
  HrHistogram *histogram; /* durations and spans, else NULL; owned */
} HrTotals;

double hr_sample_mean (const HrSample *self);

void     hr_totals_init (HrTotals *self,
                         HrKind    kind);
void     hr_totals_clear (HrTotals *self);
void     hr_totals_add (HrTotals       *self,
                        const HrSample *sample);
gboolean hr_totals_since (const HrTotals *self,
                          const HrTotals *earlier,
                          guint           metric,
                          HrSample       *out,
                          HrBucketCount  *buckets);

G_END_DECLS
