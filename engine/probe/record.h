/* SPDX-License-Identifier: MIT */

/* Records of durations, levels, counters and events. All of it is compiled into the program: a record makes no call. It
 * allocates nothing, takes no lock and makes no system call, but for a thread's first record, which claims its lane,
 * and its first of each metric, which reserves the totals. Any thread may record at any time; a signal handler must
 * not, where it may interrupt a record of its own thread. Include "engine/probe/probe.h". */

#pragma once

#include "engine/probe/lane.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* Returns whether records are taken at the moment; readers switch that. A program may save itself the measuring. */
  static HR_INLINE bool
  hr_probe_sampling (const HrProbe *self)
  {
    return (hr_probe_control (self) & HR_CONTROL_SAMPLING) != 0;
  }

  /* Returns the time now in the ticks of @self. */
  static HR_INLINE uint64_t
  hr_probe_ticks (const HrProbe *self)
  {
    return hr_ticks_now (hr_probe_hot (self)->tick_source);
  }

  /* Returns the nanoseconds from @begin to @end, both in ticks; 0 where the counter was set back meanwhile. */
  static HR_INLINE uint64_t
  hr_probe_between (const HrProbe *self,
                    uint64_t       begin,
                    uint64_t       end)
  {
    return hr_ticks_to_ns (hr_ticks_between (begin, end), hr_probe_hot (self)->tick_scale);
  }

  /* Returns the nanoseconds that have passed since @begin, in ticks. */
  static HR_INLINE uint64_t
  hr_probe_elapsed (const HrProbe *self,
                    uint64_t       begin)
  {
    return hr_probe_between (self, begin, hr_probe_ticks (self));
  }

  /* Records @items pieces of work that took @elapsed_ns together and ended at @time (ticks), whether or not records are
   * taken now. The sum grows by exactly that, histogram and ring take elapsed / items for each. Zero items have no time
   * each, and 2^63 ns or more are a difference that went below zero: such a record is refused, and counted so in the
   * metric's totals. Returns whether it was taken: neither refused nor unplaced. */
  static HR_INLINE bool
  hr_probe_put_duration (HrProbe *self,
                         HrMetric metric,
                         uint64_t time,
                         uint64_t elapsed_ns,
                         uint32_t items)
  {
    HrLane         *lane = hr_lane_for (self, metric, HR_LANE_DURATION);
    HrRegionTotals *totals;
    uint64_t        number, each;
    double          value;

    if (lane == NULL)
      return false;

    totals = hr_lane_totals (lane, metric);
    if (!HR_LIKELY (items > 0 && elapsed_ns <= INT64_MAX))
      {
        hr_word_add (&totals->refused, 1);
        return false;
      }

    /* Most scopes are one item, and a division costs as much as the rest. */
    each = items == 1 ? elapsed_ns : elapsed_ns / items;
    value = items == 1 ? (double) (int64_t) elapsed_ns : (double) (int64_t) elapsed_ns / items;

    number = hr_lane_reserve (lane);
    hr_lane_add (totals, time, items, value, (double) (int64_t) elapsed_ns);
    hr_word_add_release (&totals->buckets[hr_bucket_index (each)], items);
    hr_lane_commit (lane, number, time, metric, items, value);

    return true;
  }

  /* Returns where a timed scope begins, for hr_probe_end (): ticks, or 0 where it is not to be measured. */
  static HR_INLINE uint64_t
  hr_probe_begin (HrProbe *self)
  {
    return hr_lane_wanted (self) ? hr_probe_ticks (self) : 0;
  }

  /* Records the time since @begin as one record of @items items, for a metric of kind duration. */
  static HR_INLINE void
  hr_probe_end (HrProbe *self,
                HrMetric metric,
                uint64_t begin,
                uint32_t items)
  {
    uint64_t now;

    if (begin == 0)
      return;

    now = hr_probe_ticks (self);
    hr_probe_put_duration (self, metric, now, hr_probe_between (self, begin, now), items);
  }

  /* Records @items pieces of work that took @elapsed_ns together and end now, measured by the program itself; see
   * hr_probe_put_duration (). */
  static HR_INLINE void
  hr_probe_duration (HrProbe *self,
                     HrMetric metric,
                     uint64_t elapsed_ns,
                     uint32_t items)
  {
    if (hr_lane_wanted (self))
      hr_probe_put_duration (self, metric, hr_probe_ticks (self), elapsed_ns, items);
  }

  /* Records the level @value of a gauge or a ratio at @time (ticks), whether or not records are taken now. NaN and infinite
   * values are refused, and counted so in the metric's totals. */
  static HR_INLINE void
  hr_probe_put_gauge (HrProbe *self,
                      HrMetric metric,
                      uint64_t time,
                      double   value)
  {
    HrLane         *lane = hr_lane_for (self, metric, HR_LANE_LEVEL);
    HrRegionTotals *totals;
    uint64_t        number;

    if (lane == NULL)
      return;

    totals = hr_lane_totals (lane, metric);
    if (!__builtin_isfinite (value))
      {
        hr_word_add (&totals->refused, 1);
        return;
      }

    number = hr_lane_reserve (lane);
    hr_lane_add (totals, time, 1, value, value);
    hr_lane_commit (lane, number, time, metric, 1, value);
  }

  /* Records the level @value of a gauge or a ratio at @time (ticks of hr_probe_ticks ()), for a program that has just
   * read the time; see hr_probe_put_gauge (). */
  static HR_INLINE void
  hr_probe_gauge_at (HrProbe *self,
                     HrMetric metric,
                     uint64_t time,
                     double   value)
  {
    if (hr_lane_wanted (self))
      hr_probe_put_gauge (self, metric, time, value);
  }

  /* Records the level @value of a gauge or a ratio now; see hr_probe_put_gauge (). */
  static HR_INLINE void
  hr_probe_gauge (HrProbe *self,
                  HrMetric metric,
                  double   value)
  {
    if (hr_lane_wanted (self))
      hr_probe_put_gauge (self, metric, hr_probe_ticks (self), value);
  }

  /* Records that a counter grew by @increment: its sum grows by that, its count by one. Only totals, no entry in the
   * ring, and never left out where one record of several is taken: a counter is whole or worthless. */
  static HR_INLINE void
  hr_probe_count (HrProbe *self,
                  HrMetric metric,
                  uint32_t increment)
  {
    HrLane         *lane;
    HrRegionTotals *totals;

    if (!hr_probe_sampling (self) || (lane = hr_lane_for (self, metric, HR_LANE_COUNTER)) == NULL)
      return;

    totals = hr_lane_totals (lane, metric);
    hr_lane_add (totals, 0, 1, increment, increment);
  }

  /* Records that the event happened now; @value says more about it, 0 where there is nothing to say. NaN and infinite
   * values count as 0. Never left out. */
  static HR_INLINE void
  hr_probe_event (HrProbe *self,
                  HrMetric metric,
                  double   value)
  {
    HrLane  *lane;
    uint64_t number, now;

    if (!hr_probe_sampling (self) || (lane = hr_lane_for (self, metric, HR_LANE_EVENT)) == NULL)
      return;

    value = __builtin_isfinite (value) ? value : 0;
    now = hr_probe_ticks (self);
    number = hr_lane_reserve (lane);
    hr_lane_add (hr_lane_totals (lane, metric), now, 1, value, value);
    hr_lane_commit (lane, number, now, metric, 1, value);
  }

#ifdef __cplusplus
}
#endif
