/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/sample.h"

/* Returns the mean per item over the interval, in the metric's unit. */
double
hr_sample_mean (const HrSample *self)
{
  return self->sum / (double) self->count;
}

/* Makes @self empty totals of a metric of @kind; to be cleared with hr_totals_clear (). */
void
hr_totals_init (HrTotals *self,
                HrKind    kind)
{
  *self = (HrTotals){ 0 };
  if (hr_kind_is_time (kind))
    self->histogram = g_new0 (HrHistogram, 1);
}

/* Frees what @self owns and empties it. */
void
hr_totals_clear (HrTotals *self)
{
  g_free (self->histogram);
  *self = (HrTotals){ 0 };
}

/* Counts one interval more. */
void
hr_totals_add (HrTotals       *self,
               const HrSample *sample)
{
  self->min = self->count == 0 ? sample->min : MIN (self->min, sample->min);
  self->max = self->count == 0 ? sample->max : MAX (self->max, sample->max);
  self->count += sample->count;
  self->sum += sample->sum;
  self->last = sample->last;
  self->self += sample->self;
  if (self->histogram != NULL)
    hr_histogram_add (self->histogram, sample->buckets, sample->n_buckets);
}

/* The extremes of an interval that nobody saw: the ends of its filled buckets, or else the one value that is
 * known to have been there. */
static void
estimate_extremes (const HrTotals *totals,
                   HrSample       *sample)
{
  double scale = hr_unit_from_nanoseconds (HR_UNIT_MILLISECONDS);

  sample->min = sample->max = sample->last;
  if (sample->n_buckets > 0)
    {
      double low = hr_bucket_middle (sample->buckets[0].bucket) * scale;
      double high = hr_bucket_middle (sample->buckets[sample->n_buckets - 1].bucket) * scale;

      sample->min = CLAMP (low, totals->min, totals->max);
      sample->max = CLAMP (high, totals->min, totals->max);
    }
}

/* Writes what @self counted since @earlier as one sample of @metric to @out, its buckets to @buckets, which has room
 * for HR_N_BUCKETS (NULL: no histogram). Minimum and maximum are those of the filled buckets, within 1 %, or the last
 * value without a histogram: totals do not tell the extremes of an interval.
 * Returns FALSE and leaves @out alone when nothing was counted, or when @self is not a continuation of @earlier. */
gboolean
hr_totals_since (const HrTotals *self,
                 const HrTotals *earlier,
                 guint           metric,
                 HrSample       *out,
                 HrBucketCount  *buckets)
{
  if (self->count <= earlier->count)
    return FALSE;

  *out = (HrSample){
    .metric = metric,
    .count = self->count - earlier->count,
    .sum = self->sum - earlier->sum,
    .last = self->last,
    .buckets = buckets,
  };
  if (self->histogram != NULL && earlier->histogram != NULL && buckets != NULL)
    out->n_buckets = (guint) hr_histogram_subtract (self->histogram, earlier->histogram, buckets, HR_N_BUCKETS);
  out->self = CLAMP (self->self - earlier->self, 0, MAX (out->sum, 0)); /* two differences round apart */
  estimate_extremes (self, out);

  return TRUE;
}
