/* SPDX-License-Identifier: MIT */

#include "engine/wire/columns.h"

#include <math.h>
#include <stdlib.h>

static bool
buckets_travel (const HrSample *sample)
{
  for (uint32_t i = 0; i < sample->n_buckets; i++)
    if (sample->buckets[i].count > HR_WIRE_MAX_COUNT)
      return false;

  return true;
}

/* What the peer would refuse a whole link for is left out here: a program may record any double, and a region may hold any number. */
static bool
sample_travels (const HrSample *sample)
{
  return sample->metric < HR_WIRE_MAX_METRICS && sample->count > 0 && sample->count <= HR_WIRE_MAX_COUNT &&
         fabs (sample->sum) <= HR_WIRE_MAX_VALUE && fabs (sample->min) <= HR_WIRE_MAX_VALUE &&
         fabs (sample->max) <= HR_WIRE_MAX_VALUE && fabs (sample->last) <= HR_WIRE_MAX_VALUE &&
         sample->min <= sample->max && buckets_travel (sample);
}

/* The self time as a peer takes it: a part of the sum, whatever rounding made of the two. NaN is none. */
static double
wire_self (const HrSample *sample)
{
  if (!(sample->self > 0 && sample->sum > 0))
    return 0;

  return sample->self < sample->sum ? sample->self : sample->sum;
}

/* Returns columns with room for so much, all of them empty. */
static Headroom__Columns *
make_room (size_t n_samples,
           size_t n_buckets)
{
  size_t             reals = n_samples * sizeof (double), counts = n_samples * sizeof (uint64_t);
  size_t             numbers = n_samples * sizeof (uint32_t), bucket_counts = n_buckets * sizeof (uint64_t);
  Headroom__Columns *columns = malloc (sizeof *columns + 5 * reals + counts + bucket_counts + 2 * numbers + n_buckets * sizeof (uint32_t));
  char              *at = (char *) (columns + 1);

  if (columns == NULL)
    return NULL;

  /* The wide ones first, so that each begins where its type may. */
  headroom__columns__init (columns);
  columns->sum = (double *) (void *) at;
  columns->min = columns->sum + n_samples;
  columns->max = columns->min + n_samples;
  columns->last = columns->max + n_samples;
  columns->self = columns->last + n_samples;
  columns->count = (uint64_t *) (void *) (columns->self + n_samples);
  columns->bucket_count = columns->count + n_samples;
  columns->metric = (uint32_t *) (void *) (columns->bucket_count + n_buckets);
  columns->n_buckets = columns->metric + n_samples;
  columns->bucket = columns->n_buckets + n_samples;

  return columns;
}

/* Appends a sample; @metric is its distance from the one before. The column of self times gets a length, and so
 * travels, once one of them is not 0. */
static void
add (Headroom__Columns *columns,
     const HrSample    *sample,
     uint32_t           metric)
{
  size_t   n = columns->n_metric++;
  uint32_t previous = 0;

  columns->metric[n] = metric;
  columns->count[n] = sample->count;
  columns->sum[n] = sample->sum;
  columns->min[n] = sample->min;
  columns->max[n] = sample->max;
  columns->last[n] = sample->last;
  columns->n_buckets[n] = sample->n_buckets;
  columns->self[n] = wire_self (sample);
  columns->n_self = columns->n_self > 0 || columns->self[n] > 0 ? columns->n_metric : 0;

  for (uint32_t i = 0; i < sample->n_buckets; i++)
    {
      columns->bucket[columns->n_bucket] = sample->buckets[i].bucket - previous;
      columns->bucket_count[columns->n_bucket++] = sample->buckets[i].count;
      previous = sample->buckets[i].bucket;
    }
}

/* Returns @samples (ascending by metric) as they travel: delta-coded, without those that no peer would take (count 0, not finite, out of
 * the wire's limits). Malloc memory, one block (free ()); NULL when memory is short. */
Headroom__Columns *
hr_columns_new (const HrSample *samples,
                size_t          n_samples)
{
  Headroom__Columns *columns;
  size_t             n_buckets = 0;
  uint32_t           previous = 0;

  for (size_t i = 0; i < n_samples; i++)
    n_buckets += samples[i].n_buckets;
  columns = make_room (n_samples, n_buckets);
  if (columns == NULL)
    return NULL;

  for (size_t i = 0; i < n_samples; i++)
    if (sample_travels (&samples[i]))
      {
        add (columns, &samples[i], samples[i].metric - previous);
        previous = samples[i].metric;
      }

  columns->n_count = columns->n_sum = columns->n_min = columns->n_max = columns->n_last = columns->n_n_buckets = columns->n_metric;
  columns->n_bucket_count = columns->n_bucket;

  return columns;
}
