/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"
#include "engine/stats/histogram.h"

#include <glib.h>

G_BEGIN_DECLS

/* One metric of a source, named by its index in the source's table. */
typedef struct
{
  const char *name; /* interned */
  HrKind      kind;
  HrUnit      unit;
  HrDirection direction;
} HrMetricInfo;

/* One metric over one interval. Values are in the metric's unit; buckets in nanoseconds, ascending,
 * for durations and spans only, and belong to whatever holds the sample. */
typedef struct
{
  guint                metric;
  guint64              count; /* items; a sample with count 0 does not exist */
  double               sum;
  double               min;
  double               max;
  double               last;
  guint                n_buckets;
  const HrBucketCount *buckets;
  double               self; /* spans: what of @sum was not spent in inner spans; else 0 */
} HrSample;

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

double hr_unit_from_nanoseconds (HrUnit unit);

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
