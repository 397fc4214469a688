/* SPDX-License-Identifier: MIT */

#include "engine/probe/layout.h"
#include "engine/probe/probe-private.h"
#include "engine/probe/words.h"

#include <math.h>

/* Returns whether records are taken at the moment; readers switch that. A program may save itself the measuring. */
bool
hr_probe_sampling (const HrProbe *self)
{
  return (__atomic_load_n (&self->header->control, __ATOMIC_RELAXED) & HR_CONTROL_SAMPLING) != 0;
}

/* The kind of a metric, HR_PROBE_NO_KIND for what is none. */
static inline uint8_t
kind_of (const HrProbe *self,
         HrMetric       metric)
{
  return metric < HR_REGION_METRICS ? __atomic_load_n (&self->kinds[metric], __ATOMIC_RELAXED) : HR_PROBE_NO_KIND;
}

static inline HrRegionLane *
lane_of (HrProbe *self)
{
  return __builtin_expect (hr_lane_cache.serial == self->serial, 1) ? hr_lane_cache.lane : hr_lane_claim (self);
}

static inline HrRegionTotals *
totals_of (HrRegionLane *lane,
           HrMetric      metric)
{
  return (HrRegionTotals *) (lane + 1) + metric;
}

/* Counts a record that has no place. Shared between threads, which is why it is not on the path of those that have. */
static void
count_unplaced (HrProbe *self)
{
  __atomic_fetch_add (&self->header->unplaced, 1, __ATOMIC_RELAXED);
}

static inline void
add_to_totals (HrRegionTotals       *totals,
               const HrRegionRecord *record,
               double                sum)
{
  uint64_t count = hr_word_load (&totals->count);

  if (count == 0 || record->value < hr_real_load (&totals->min))
    hr_real_store (&totals->min, record->value);
  if (count == 0 || record->value > hr_real_load (&totals->max))
    hr_real_store (&totals->max, record->value);

  hr_word_store (&totals->count, count + record->weight);
  hr_real_store (&totals->sum, hr_real_load (&totals->sum) + sum);
  hr_real_store (&totals->last, record->value);
  hr_word_store (&totals->last_time, record->time);
}

static inline void
add_to_ring (HrRegionLane         *lane,
             uint64_t              number,
             const HrRegionRecord *record)
{
  HrRegionRecord *ring = (HrRegionRecord *) ((char *) lane + HR_LAYOUT_RECORDS_OFFSET);
  HrRegionRecord *slot = &ring[number & (HR_REGION_LANE_RECORDS - 1)];

  hr_word_store (&slot->time, record->time);
  __atomic_store_n (&slot->metric, record->metric, __ATOMIC_RELAXED);
  __atomic_store_n (&slot->weight, record->weight, __ATOMIC_RELAXED);
  hr_real_store (&slot->value, record->value);
}

/* Writes a record to this thread's lane in the order that base/region.h prescribes. @bucket: HR_N_BUCKETS for none. */
static inline void
write_record (HrRegionLane         *lane,
              const HrRegionRecord *record,
              double                sum,
              uint32_t              bucket)
{
  HrRegionTotals *totals = totals_of (lane, record->metric);
  uint64_t        number = hr_word_load (&lane->reserve);

  hr_word_store (&lane->reserve, number + 1);
  __atomic_thread_fence (__ATOMIC_RELEASE);

  add_to_totals (totals, record, sum);
  if (bucket < HR_N_BUCKETS)
    hr_word_add (&totals->buckets[bucket], record->weight);
  add_to_ring (lane, number, record);

  __atomic_store_n (&lane->commit, number + 1, __ATOMIC_RELEASE);
}

/* Records @items pieces of work that took @elapsed_ns together, for a metric of kind duration: the sum grows by exactly that, and
 * the histogram and the ring take elapsed / items for each. Zero items have no time each: such a record is refused and counted in the metric's totals. Not from a signal handler. */
void
hr_probe_duration (HrProbe *self,
                   HrMetric metric,
                   uint64_t elapsed_ns,
                   uint32_t items)
{
  HrRegionRecord record = { .metric = metric, .weight = items };
  HrRegionLane  *lane;

  if (!hr_probe_sampling (self))
    return;

  lane = kind_of (self, metric) == HR_KIND_DURATION ? lane_of (self) : NULL;
  if (lane == NULL)
    {
      count_unplaced (self);
      return;
    }
  if (items == 0)
    {
      hr_word_add (&totals_of (lane, metric)->refused, 1);
      return;
    }

  record.time = hr_clock_monotonic ();
  record.value = (double) elapsed_ns / items;
  write_record (lane, &record, (double) elapsed_ns, hr_bucket_index (elapsed_ns / items));
}

/* Records the level @value of a gauge or a ratio. NaN and infinite values are refused and counted in the metric's totals.
 * Not from a signal handler. */
void
hr_probe_gauge (HrProbe *self,
                HrMetric metric,
                double   value)
{
  HrRegionRecord record = { .metric = metric, .weight = 1, .value = value };
  HrRegionLane  *lane;
  uint8_t        kind;

  if (!hr_probe_sampling (self))
    return;

  kind = kind_of (self, metric);
  lane = kind == HR_KIND_GAUGE || kind == HR_KIND_RATIO ? lane_of (self) : NULL;
  if (lane == NULL)
    {
      count_unplaced (self);
      return;
    }
  if (!isfinite (value))
    {
      hr_word_add (&totals_of (lane, metric)->refused, 1);
      return;
    }

  record.time = hr_clock_monotonic ();
  write_record (lane, &record, value, HR_N_BUCKETS);
}

/* Records that a counter grew by @increment: its sum grows by that, its count by one. Not from a signal handler. */
void
hr_probe_count (HrProbe *self,
                HrMetric metric,
                uint32_t increment)
{
  HrRegionRecord record = { .metric = metric, .weight = 1, .value = increment };
  HrRegionLane  *lane;

  if (!hr_probe_sampling (self))
    return;

  lane = kind_of (self, metric) == HR_KIND_COUNTER ? lane_of (self) : NULL;
  if (lane == NULL)
    {
      count_unplaced (self);
      return;
    }

  record.time = hr_clock_monotonic ();
  write_record (lane, &record, increment, HR_N_BUCKETS);
}
