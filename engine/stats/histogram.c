/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/histogram.h"

#include <float.h>
#include <math.h>

/* Buckets are skipped by the block while a rank is far away: a sum without a branch inside. */
#define BLOCK_BUCKETS 64

_Static_assert(HR_N_BUCKETS % BLOCK_BUCKETS == 0, "buckets come in whole blocks");

/* Counts @count durations of @ns nanoseconds each. */
void
hr_histogram_record (HrHistogram *self,
                     uint64_t     ns,
                     uint64_t     count)
{
  self->total += count;
  self->counts[hr_bucket_index (ns)] += count;
}

/* Adds the @n_buckets filled buckets at @buckets, in any order. Bucket numbers that do not exist are
 * left out, so that the total stays the sum of the counts whatever arrived. @buckets may be NULL when
 * @n_buckets is 0. */
void
hr_histogram_add (HrHistogram         *self,
                  const HrBucketCount *buckets,
                  size_t               n_buckets)
{
  for (size_t i = 0; i < n_buckets; i++)
    if (buckets[i].bucket < HR_N_BUCKETS)
      {
        self->total += buckets[i].count;
        self->counts[buckets[i].bucket] += buckets[i].count;
      }
}

/* Takes the @n_buckets buckets at @buckets out again, which hr_histogram_add () once put in. */
void
hr_histogram_remove (HrHistogram         *self,
                     const HrBucketCount *buckets,
                     size_t               n_buckets)
{
  for (size_t i = 0; i < n_buckets; i++)
    if (buckets[i].bucket < HR_N_BUCKETS)
      {
        self->total -= buckets[i].count;
        self->counts[buckets[i].bucket] -= buckets[i].count;
      }
}

/* Adds everything that @other, another one, has counted: the same as one histogram having recorded both, whatever is
 * merged first. */
void
hr_histogram_merge (HrHistogram *restrict self,
                    const HrHistogram *restrict other)
{
  self->total += other->total;
  for (size_t i = 0; i < HR_N_BUCKETS; i++)
    self->counts[i] += other->counts[i];
}

/* Writes what @self counted since @earlier to @out: the buckets that grew, ascending, at most @max of
 * them (HR_N_BUCKETS always suffices). A bucket that shrank, which happens only when @earlier is not
 * an earlier copy of @self, is left out. Returns how many were written. */
size_t
hr_histogram_subtract (const HrHistogram *self,
                       const HrHistogram *earlier,
                       HrBucketCount     *out,
                       size_t             max)
{
  size_t n = 0;

  for (uint32_t i = 0; i < HR_N_BUCKETS && n < max; i++)
    if (self->counts[i] > earlier->counts[i])
      out[n++] = (HrBucketCount){ .bucket = i, .count = self->counts[i] - earlier->counts[i] };

  return n;
}

static uint64_t
block_count (const uint64_t *counts)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < BLOCK_BUCKETS; i++)
    sum += counts[i];

  return sum;
}

/* The rank, from 1 to @total, that @quantile stands for; see hr_histogram_quantile (). */
static uint64_t
rank_of (double   quantile,
         uint64_t total)
{
  /* 0.07 * 100 is a hair above 7 in binary, and must not become rank 8. */
  double rank = ceil (quantile * (double) total * (1 - 4 * DBL_EPSILON));

  if (!(rank > 1))
    return 1;

  return rank < (double) total ? (uint64_t) rank : total;
}

/* Where a walk up the buckets stands: at @bucket, with @passed items in the buckets below. */
typedef struct
{
  uint32_t bucket;
  uint64_t passed;
} Walk;

/* Moves @walk up to the bucket that holds the item of @rank, which must not lie below it. */
static void
walk_to_rank (const HrHistogram *self,
              Walk              *walk,
              uint64_t           rank)
{
  while (walk->bucket < HR_N_BUCKETS - 1)
    {
      uint32_t step = 1;
      uint64_t count = self->counts[walk->bucket];

      if (walk->bucket % BLOCK_BUCKETS == 0 && walk->bucket + BLOCK_BUCKETS < HR_N_BUCKETS)
        {
          uint64_t block = block_count (self->counts + walk->bucket);

          if (walk->passed + block < rank)
            {
              step = BLOCK_BUCKETS;
              count = block;
            }
        }

      if (walk->passed + count >= rank)
        return;

      walk->bucket += step;
      walk->passed += count;
    }
}

/* Writes to @out the @n values that @quantiles (each in 0..1) stand for, in nanoseconds, as
 * hr_histogram_quantile () defines them. Ascending quantiles cost one pass over the buckets together;
 * one that is lower than its predecessor starts another. */
void
hr_histogram_quantiles (const HrHistogram *self,
                        const double      *quantiles,
                        size_t             n,
                        double            *out)
{
  Walk     walk = { 0 };
  uint64_t rank;

  for (size_t i = 0; i < n; i++)
    {
      if (self->total == 0 || isnan (quantiles[i]))
        {
          out[i] = (double) NAN;
          continue;
        }

      rank = rank_of (quantiles[i], self->total);
      if (rank <= walk.passed)
        walk = (Walk){ 0 };
      walk_to_rank (self, &walk, rank);
      out[i] = hr_bucket_middle (walk.bucket);
    }
}

/* Returns the value that the share @quantile (0..1, clamped) of the items does not exceed, in
 * nanoseconds: the item of rank ceil (quantile * total) in ascending order, at least the first (the
 * inverse of the empirical distribution: type 1 of Hyndman and Fan, 1996), read as its bucket's
 * middle and therefore within 0.8 % of that item. 0 is the lowest item, 1 the highest. NaN when
 * nothing was counted or @quantile is NaN. */
double
hr_histogram_quantile (const HrHistogram *self,
                       double             quantile)
{
  double value;

  hr_histogram_quantiles (self, &quantile, 1, &value);

  return value;
}

/* Returns the share, in 0..1, of the items that lasted at most @limit_ns nanoseconds. Inside the
 * bucket that holds the limit, items count as spread evenly over its whole nanoseconds. The last
 * bucket counts as inside every limit from 2^36 ns. NaN when nothing was counted or @limit_ns is NaN. */
double
hr_histogram_compliance (const HrHistogram *self,
                         double             limit_ns)
{
  uint64_t limit, inside = 0;
  uint32_t bucket, i = 0;
  double   part;

  if (self->total == 0 || isnan (limit_ns))
    return (double) NAN;
  if (limit_ns < 0)
    return 0;
  if (limit_ns >= (double) ((uint64_t) 1 << HR_BUCKET_MAX_BITS))
    return 1;

  limit = (uint64_t) limit_ns;
  bucket = hr_bucket_index (limit);
  for (; i + BLOCK_BUCKETS <= bucket; i += BLOCK_BUCKETS)
    inside += block_count (self->counts + i);
  for (; i < bucket; i++)
    inside += self->counts[i];
  part = (double) (limit - hr_bucket_lower (bucket) + 1) / (double) hr_bucket_width (bucket);

  return ((double) inside + part * (double) self->counts[bucket]) / (double) self->total;
}
