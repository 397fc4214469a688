/* SPDX-License-Identifier: MIT */

/* What a region's metrics have come to, over all lanes. */

#include "engine/probe/reader-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How often a lane's totals are copied anew while its thread records in between. */
#define TOTALS_TRIES 8

static const HrRegionTotals *
totals_at (const HrRegionReader *self,
           const HrRegionLane   *lane,
           uint32_t              metric)
{
  return (const HrRegionTotals *) ((const char *) lane + self->header.totals_offset + metric * self->header.totals_bytes);
}

/* Returns whether the lane has totals of the metric. Where it has none the file has a hole, and looking would fill it. */
static bool
has_totals (const HrRegionLane *lane,
            uint32_t            metric)
{
  return __atomic_load_n (&lane->ready[metric / 64], __ATOMIC_ACQUIRE) >> metric % 64 & 1;
}

/* Buckets from @first to before @end. */
typedef struct
{
  uint32_t first;
  uint32_t end;
} Range;

static uint32_t
bucket_of (double ns)
{
  return ns >= (double) ((uint64_t) 1 << HR_BUCKET_MAX_BITS) ? HR_N_BUCKETS - 1 : hr_bucket_index (ns >= 1 ? (uint64_t) ns : 0);
}

/* Returns where buckets can be filled, between those of the least and the greatest. Most times lie within few of them,
 * and what is quick to copy is nearly always copied between two records. */
static Range
filled_buckets (const HrRegionTotals *shared)
{
  double min = hr_real_load (&shared->min);
  double max = hr_real_load (&shared->max);
  Range  range = { bucket_of (min), bucket_of (max) + 1 };

  return max >= min ? range : (Range){ 0, 0 };
}

/* Copies totals, and of a time the buckets that are filled, which it returns, from one moment between two records where
 * the lane rests for that long. Where it does not, and where its program ended within a record, what is counted is copied
 * before what it adds up to: then a sum may be ahead of its count but never behind, and whatever is not in the sum yet is
 * announced by a count to come. A counter always does so: it has no records. */
static Range
copy_totals (const HrRegionLane   *lane,
             const HrRegionTotals *shared,
             bool                  is_time,
             HrRegionTotals       *out)
{
  Range range = { 0, 0 };

  for (int i = 0; i < TOTALS_TRIES; i++)
    {
      uint64_t commit = __atomic_load_n (&lane->commit, __ATOMIC_ACQUIRE);

      if (is_time)
        range = filled_buckets (shared);
      if (range.end > range.first)
        hr_words_copy (&out->buckets[range.first], &shared->buckets[range.first], (range.end - range.first) * sizeof (uint64_t));
      __atomic_thread_fence (__ATOMIC_ACQUIRE);
      out->count = __atomic_load_n (&shared->count, __ATOMIC_ACQUIRE);
      hr_words_copy (&out->sum, &shared->sum, offsetof (HrRegionTotals, buckets) - offsetof (HrRegionTotals, sum));
      __atomic_thread_fence (__ATOMIC_ACQUIRE);
      if (hr_word_load (&lane->reserve) == commit)
        break;
    }

  return range;
}

/* Adds a lane's buckets in @range. Returns the items that they hold, which is a time's count. */
static uint64_t
add_buckets (HrRegionTotals       *into,
             const HrRegionTotals *lane,
             Range                 range)
{
  uint64_t count = 0;

  for (uint32_t i = range.first; i < range.end; i++)
    {
      into->buckets[i] += lane->buckets[i];
      count += lane->buckets[i];
    }

  return count;
}

static bool
is_sound (const HrRegionTotals *head)
{
  return isfinite (head->sum) && isfinite (head->min) && isfinite (head->max) && isfinite (head->last) && isfinite (head->self);
}

/* Adds one lane's totals but for the buckets. */
static void
add_head (HrRegionTotals       *into,
          const HrRegionTotals *lane)
{
  if (lane->count == 0)
    return;

  if (into->count == 0 || lane->min < into->min)
    into->min = lane->min;
  if (into->count == 0 || lane->max > into->max)
    into->max = lane->max;
  if (into->count == 0 || lane->last_time >= into->last_time)
    {
      into->last = lane->last;
      into->last_time = lane->last_time;
    }
  into->count += lane->count;
  into->sum += lane->sum;
  into->self += lane->self;
}

/* Adds to @into what metric @metric has come to in one lane, where its totals are @shared, and keeps the head of what
 * was found in @head (NULL: not wanted). Returns whether the buckets held as many items as the head counted. */
bool
hr_totals_add_lane (HrRegionTotals       *into,
                    const HrRegionLane   *lane,
                    uint32_t              metric,
                    const HrRegionTotals *shared,
                    bool                  is_time,
                    HrTotalsHead         *head)
{
  HrRegionTotals totals;
  Range          range;
  uint64_t       counted;

  if (!has_totals (lane, metric))
    return true;

  range = copy_totals (lane, shared, is_time, &totals);
  if (head != NULL)
    memcpy (head, &totals, sizeof *head);
  into->refused += totals.refused;
  /* One number that is none would spoil the others; where nothing was recorded the extremes are none. */
  if (!is_sound (&totals))
    return totals.count == 0;

  counted = totals.count;
  if (is_time)
    totals.count = add_buckets (into, &totals, range);
  add_head (into, &totals);

  return totals.count == counted;
}

/* Returns where the head of a lane's totals is kept for hr_region_reader_moved (). NULL without memory: then they count
 * as moved each time. */
static HrTotalsHead *
head_of (HrRegionReader *self,
         uint32_t        lane,
         uint32_t        metric)
{
  if (self->heads[lane] == NULL)
    self->heads[lane] = calloc (self->header.metrics_max, sizeof **self->heads);

  return self->heads[lane] != NULL ? &self->heads[lane][metric] : NULL;
}

/* Writes what metric @metric has come to since the program began, over all lanes, to @out: times in nanoseconds, other
 * kinds in the metric's unit. A program that records meanwhile is seen up to some moment of the call, and whole at the
 * next. Returns false, with @out untouched, where there is no such metric or the region is cut short. */
bool
hr_region_reader_totals (HrRegionReader *self,
                         uint32_t        metric,
                         HrRegionTotals *out)
{
  uint32_t       n_lanes = hr_reader_n_lanes (self);
  HrRegionTotals sum = { 0 };
  bool           is_time, whole = true;

  if (metric >= hr_region_reader_n_metrics (self))
    return false;

  is_time = hr_kind_is_time (__atomic_load_n (&hr_reader_metric (self, metric)->kind, __ATOMIC_RELAXED));
  for (uint32_t i = 0; i < n_lanes; i++)
    {
      const HrRegionLane *lane = hr_reader_lane (self, i);

      whole = hr_totals_add_lane (&sum, lane, metric, totals_at (self, lane, metric), is_time, head_of (self, i, metric)) && whole;
    }
  if (hr_region_reader_status (self) != HR_REGION_OK)
    return false;

  self->whole[metric] = whole;
  *out = sum;

  return true;
}

static bool
head_moved (const HrRegionReader *self,
            uint32_t              index,
            uint32_t              metric)
{
  const HrRegionLane *lane = hr_reader_lane (self, index);
  HrTotalsHead        head;

  if (!has_totals (lane, metric))
    return false;
  if (self->heads[index] == NULL)
    return true;

  hr_words_copy (&head, totals_at (self, lane, metric), sizeof head);

  return memcmp (&head, &self->heads[index][metric], sizeof head) != 0;
}

/* Returns whether hr_region_reader_totals () would write anything else for metric @metric than it did the last time: a look at one
 * cache line a lane instead of all the buckets. Every record moves the count; and where the count that was read is that of
 * the buckets that were read, none of these was missed, for buckets only grow. */
bool
hr_region_reader_moved (HrRegionReader *self,
                        uint32_t        metric)
{
  uint32_t n_lanes = hr_reader_n_lanes (self);

  if (metric >= hr_region_reader_n_metrics (self))
    return false;

  for (uint32_t i = 0; i < n_lanes; i++)
    if (head_moved (self, i, metric))
      return true;

  return !self->whole[metric];
}
