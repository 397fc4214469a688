/* SPDX-License-Identifier: MIT */

/* What a region holds: metrics, categories, records and totals. */

#include "engine/probe/reader-private.h"

#include "engine/probe/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Records copied at once, before it is asked whether the writer has overtaken them. */
#define CHUNK_RECORDS 256u

/* How often a lane's totals are copied anew while its thread records in between. */
#define TOTALS_TRIES 8

static uint32_t
at_most (uint32_t value,
         uint32_t limit)
{
  return value < limit ? value : limit;
}

/* Returns how many metrics the program has registered by now; 0 for a region cut short. */
uint32_t
hr_region_reader_n_metrics (HrRegionReader *self)
{
  uint32_t n_metrics = __atomic_load_n (&self->shared->n_metrics, __ATOMIC_ACQUIRE);

  return hr_guard_cut (self->guard) ? 0 : at_most (n_metrics, self->header.metrics_max);
}

static const HrRegionMetric *
metric_at (const HrRegionReader *self,
           uint32_t              metric)
{
  return (const HrRegionMetric *) ((const char *) self->shared + self->header.metrics_offset) + metric;
}

/* Copies metric @metric's entry to @out, its name closed by a NUL, not empty and valid UTF-8, its kind, unit and direction within their enumerations, its parent an earlier metric or none.
 * Returns false, with @out untouched, where there is no such metric or its entry is none. */
bool
hr_region_reader_metric (HrRegionReader *self,
                         uint32_t        metric,
                         HrRegionMetric *out)
{
  HrRegionMetric raw, copy;

  if (metric >= hr_region_reader_n_metrics (self))
    return false;

  hr_words_copy (&raw, metric_at (self, metric), sizeof raw);
  copy = raw;
  hr_text_copy (copy.name, sizeof copy.name, raw.name, sizeof raw.name);
  if (hr_region_reader_status (self) != HR_REGION_OK || copy.name[0] == '\0' ||
      copy.kind >= HR_N_KINDS || copy.unit >= HR_N_UNITS || copy.direction >= HR_N_DIRECTIONS ||
      (copy.parent >= metric && copy.parent != HR_REGION_NO_PARENT))
    return false;

  *out = copy;

  return true;
}

static const HrRegionLane *
lane_at (const HrRegionReader *self,
         uint32_t              index)
{
  return (const HrRegionLane *) ((const char *) self->shared + self->header.lanes_offset + index * self->header.lane_bytes);
}

static const HrRegionUsage *
usage_at (const HrRegionReader *self,
          const HrRegionLane   *lane,
          uint32_t              category)
{
  return (const HrRegionUsage *) ((const char *) lane + self->header.usage_offset) + category;
}

static uint32_t
count_lanes (const HrRegionReader *self)
{
  return at_most (__atomic_load_n (&self->shared->n_lanes, __ATOMIC_ACQUIRE), self->header.lanes_max);
}

/* Copies the @n records behind the first @first of a lane. */
static void
copy_records (const HrRegionReader *self,
              const HrRegionLane   *lane,
              uint64_t              first,
              uint32_t              n,
              HrRegionRecord       *out)
{
  const HrRegionRecord *ring = (const HrRegionRecord *) ((const char *) lane + self->header.records_offset);

  for (uint32_t i = 0; i < n; i++)
    hr_words_copy (&out[i], &ring[(first + i) & (self->header.lane_records - 1)], sizeof *out);
}

/* Delivers what is whole of @n copied records, and counts the rest as lost. @overtaken is how many of the lane's records were being
 * written over, at the latest, while we copied: in the header's words, record i (the first is 1) stays where i > reserve - lane_records. */
static uint64_t
deliver (HrRegionReader       *self,
         const HrRegionRecord *records,
         uint64_t              first,
         uint32_t              n,
         uint64_t              overtaken,
         HrRegionRecordFunc    record,
         void                 *user_data)
{
  uint32_t n_metrics = hr_region_reader_n_metrics (self);
  uint64_t delivered = 0;

  for (uint32_t i = 0; i < n; i++)
    {
      if (first + i < overtaken || records[i].metric >= n_metrics || records[i].weight == 0 || !isfinite (records[i].value))
        continue;
      record (&records[i], user_data);
      delivered++;
    }
  self->lost += n - delivered;

  return delivered;
}

/* How many of a lane's records are written over, or about to be, with @reserve records begun. */
static uint64_t
overtaken_by (const HrRegionReader *self,
              uint64_t              reserve)
{
  return reserve > self->header.lane_records ? reserve - self->header.lane_records : 0;
}

/* Delivers what lane @index holds up to now, in chunks. The end is fixed at the beginning: a fast writer does not keep us here. */
static uint64_t
drain_lane (HrRegionReader    *self,
            uint32_t           index,
            HrRegionRecordFunc record,
            void              *user_data)
{
  const HrRegionLane *lane = lane_at (self, index);
  HrRegionRecord      chunk[CHUNK_RECORDS];
  uint64_t            end = __atomic_load_n (&lane->commit, __ATOMIC_ACQUIRE);
  uint64_t            delivered = 0;
  uint64_t           *cursor = &self->cursors[index];

  if (end > *cursor && end - *cursor > self->header.lane_records)
    {
      self->lost += end - self->header.lane_records - *cursor;
      *cursor = end - self->header.lane_records;
    }

  while (*cursor < end)
    {
      uint32_t n = at_most (CHUNK_RECORDS, (uint32_t) (end - *cursor));
      uint64_t reserve;

      copy_records (self, lane, *cursor, n, chunk);
      __atomic_thread_fence (__ATOMIC_ACQUIRE);
      reserve = hr_word_load (&lane->reserve);
      if (hr_region_reader_status (self) != HR_REGION_OK)
        break;

      delivered += deliver (self, chunk, *cursor, n, overtaken_by (self, reserve), record, user_data);
      *cursor += n;
    }

  return delivered;
}

/* Delivers every record that came since the last call, lane by lane, each lane's oldest first. Returns how many; those that were
 * written over before we came, or are no records, are counted by hr_region_reader_lost (). Every record of the program is
 * either delivered or lost, once. A region cut short delivers nothing more. */
uint64_t
hr_region_reader_drain (HrRegionReader    *self,
                        HrRegionRecordFunc record,
                        void              *user_data)
{
  uint32_t n_lanes = count_lanes (self);
  uint64_t delivered = 0;

  hr_reader_clock_follow (self);
  for (uint32_t i = 0; i < n_lanes; i++)
    if (__atomic_load_n (&lane_at (self, i)->commit, __ATOMIC_RELAXED) > self->cursors[i] && hr_region_reader_status (self) == HR_REGION_OK)
      delivered += drain_lane (self, i, record, user_data);

  return delivered;
}

/* Returns how many records hr_region_reader_drain () came too late for, in all. */
uint64_t
hr_region_reader_lost (const HrRegionReader *self)
{
  return self->lost;
}

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

/* Returns where buckets can be filled, between those of the least and the greatest. Most times lie within few of them, and what is quick to copy
 * is nearly always copied between two records. */
static Range
filled_buckets (const HrRegionTotals *shared)
{
  double min = hr_real_load (&shared->min);
  double max = hr_real_load (&shared->max);
  Range  range = { bucket_of (min), bucket_of (max) + 1 };

  return max >= min ? range : (Range){ 0, 0 };
}

/* Copies totals, and of a time the buckets that are filled, which it returns, from one moment between two records where the lane rests for that long. Where
 * it does not, and where its program ended within a record, what is counted is copied before what it adds up to: then a sum may be ahead of its count
 * but never behind, and whatever is not in the sum yet is announced by a count to come. A counter always does so: it has no records. */
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

/* Adds to @into what metric @metric has come to in one lane, where its totals are @shared, and keeps the head of what was found in @head (NULL: not
 * wanted). Returns whether the buckets held as many items as the head counted. */
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

/* Returns where the head of a lane's totals is kept for hr_region_reader_moved (). NULL without memory: then they count as moved each time. */
static HrTotalsHead *
head_of (HrRegionReader *self,
         uint32_t        lane,
         uint32_t        metric)
{
  if (self->heads[lane] == NULL)
    self->heads[lane] = calloc (self->header.metrics_max, sizeof **self->heads);

  return self->heads[lane] != NULL ? &self->heads[lane][metric] : NULL;
}

/* Writes what metric @metric has come to since the program began, over all lanes, to @out: times in nanoseconds, other kinds in
 * the metric's unit. A program that records meanwhile is seen up to some moment of the call, and whole at the next. Returns false, with @out untouched, where
 * there is no such metric or the region is cut short. */
bool
hr_region_reader_totals (HrRegionReader *self,
                         uint32_t        metric,
                         HrRegionTotals *out)
{
  uint32_t       n_lanes = count_lanes (self);
  HrRegionTotals sum = { 0 };
  bool           is_time, whole = true;

  if (metric >= hr_region_reader_n_metrics (self))
    return false;

  is_time = hr_kind_is_time (__atomic_load_n (&metric_at (self, metric)->kind, __ATOMIC_RELAXED));
  for (uint32_t i = 0; i < n_lanes; i++)
    {
      const HrRegionLane *lane = lane_at (self, i);

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
  const HrRegionLane *lane = lane_at (self, index);
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
  uint32_t n_lanes = count_lanes (self);

  if (metric >= hr_region_reader_n_metrics (self))
    return false;

  for (uint32_t i = 0; i < n_lanes; i++)
    if (head_moved (self, i, metric))
      return true;

  return !self->whole[metric];
}

/* Returns how many categories of allocations the program has registered by now; 0 for a region cut short. */
uint32_t
hr_region_reader_n_categories (HrRegionReader *self)
{
  uint32_t n_categories = __atomic_load_n (&self->shared->n_categories, __ATOMIC_ACQUIRE);

  return hr_guard_cut (self->guard) ? 0 : at_most (n_categories, self->header.categories_max);
}

/* Copies category @category's name to @out, closed by a NUL, not empty and valid UTF-8. Returns false, with @out untouched, where there is none. */
bool
hr_region_reader_category (HrRegionReader   *self,
                           uint32_t          category,
                           HrRegionCategory *out)
{
  const HrRegionCategory *table = (const HrRegionCategory *) ((const char *) self->shared + self->header.categories_offset);
  HrRegionCategory        raw, copy;

  if (category >= hr_region_reader_n_categories (self))
    return false;

  hr_words_copy (&raw, &table[category], sizeof raw);
  hr_text_copy (copy.name, sizeof copy.name, raw.name, sizeof raw.name);
  if (hr_region_reader_status (self) != HR_REGION_OK || copy.name[0] == '\0')
    return false;

  *out = copy;

  return true;
}

/* Writes what all threads have allocated and freed in category @category since the program began. Frees are read before
 * allocations, so that nothing is freed that was not allocated. Returns false, with @out untouched, where there is no such category or the region is cut short. */
bool
hr_region_reader_usage (HrRegionReader *self,
                        uint32_t        category,
                        HrRegionUsage  *out)
{
  uint32_t      n_lanes = count_lanes (self);
  HrRegionUsage sum = { 0 };

  if (category >= hr_region_reader_n_categories (self))
    return false;

  for (uint32_t i = 0; i < n_lanes; i++)
    {
      const HrRegionUsage *usage = usage_at (self, lane_at (self, i), category);

      sum.frees += __atomic_load_n (&usage->frees, __ATOMIC_ACQUIRE);
      sum.freed_bytes += __atomic_load_n (&usage->freed_bytes, __ATOMIC_ACQUIRE);
    }
  for (uint32_t i = 0; i < n_lanes; i++)
    {
      const HrRegionUsage *usage = usage_at (self, lane_at (self, i), category);

      sum.allocations += hr_word_load (&usage->allocations);
      sum.allocated_bytes += hr_word_load (&usage->allocated_bytes);
    }
  if (hr_region_reader_status (self) != HR_REGION_OK)
    return false;

  *out = sum;

  return true;
}

/* Returns how many scopes and values the program left out because one of several is measured. */
uint64_t
hr_region_reader_skipped (HrRegionReader *self)
{
  uint32_t n_lanes = count_lanes (self);
  uint64_t skipped = 0;

  for (uint32_t i = 0; i < n_lanes; i++)
    skipped += hr_word_load (&lane_at (self, i)->skipped);

  return skipped;
}

/* Returns how many records the program has made, those that were lost to us too. */
uint64_t
hr_region_reader_written (HrRegionReader *self)
{
  uint32_t n_lanes = count_lanes (self);
  uint64_t written = 0;

  for (uint32_t i = 0; i < n_lanes; i++)
    written += hr_word_load (&lane_at (self, i)->commit);

  return written;
}

/* Returns how many of the program's records found no lane or no metric. */
uint64_t
hr_region_reader_unplaced (HrRegionReader *self)
{
  return hr_word_load (&self->shared->unplaced);
}
