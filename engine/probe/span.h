/* SPDX-License-Identifier: MIT */

/* Spans: scopes with a name that nest. Each path ("/rank/draw") has its calls, its time with a histogram, and its self time, which is what
 * was not spent in spans within it.
 *
 *   HR_SPAN (probe, "rank")
 *     {
 *       HR_SPAN (probe, "draw")
 *         draw (jobs);
 *       sort (jobs);
 *     }
 *
 * Names are static strings: a span is found by the address of its name. A span costs what a timed record costs. It is ended by
 * the thread that began it, however the scope is left. */

#pragma once

#include "engine/probe/lane.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* An open span: how deep it stands in its thread. 0: it is not measured. */
  typedef uint32_t HrSpan;

/* The first of those that were not chosen to be measured; one within it is the next. */
#define HR_SPAN_SKIPPED 0x80000000u

/* The parent of a span that has none; within one that has no place in the table it is HR_METRIC_NONE. */
#define HR_SPAN_ROOT (UINT32_MAX - 1)

  HrSpan hr_span_begin_slowly (HrProbe    *self,
                               const char *name);
  void   hr_span_end_slowly (HrProbe *self,
                             HrSpan   span);

  /* Where in lane->edges the search for a span begins. */
  static HR_INLINE uint32_t
  hr_span_hash (const char *name,
                HrMetric    parent)
  {
    return (uint32_t) (((uintptr_t) name + parent * (uintptr_t) 31) * (uintptr_t) 0x9e3779b1u >> 16) & (HR_SPAN_EDGES - 1);
  }

  /* Returns what a span of the lane would begin in. */
  static HR_INLINE HrMetric
  hr_span_parent (const HrLane *lane)
  {
    return lane->depth > 0 ? lane->frames[lane->depth - 1].metric : HR_SPAN_ROOT;
  }

  /* Opens a span in a lane that has room for one more. */
  static HR_INLINE HrSpan
  hr_span_push (HrProbe *self,
                HrLane  *lane,
                HrMetric metric)
  {
    HrSpanFrame *frame = &lane->frames[lane->depth];

    frame->metric = metric;
    frame->inner = 0;
    frame->begin = hr_ticks_now (hr_probe_hot (self)->tick_source);

    return ++lane->depth;
  }

  /* Closes the innermost span, which ends at @now. One that has no place leaves its time to its parent, so that all self times
   * are together what the roots took. */
  static HR_INLINE void
  hr_span_pop (HrProbe *self,
               HrLane  *lane,
               uint64_t now)
  {
    const HrSpanFrame *frame = &lane->frames[--lane->depth];
    uint64_t           scale = hr_probe_hot (self)->tick_scale;
    uint64_t           ticks = hr_ticks_between (frame->begin, now);
    uint64_t           elapsed = hr_ticks_to_ns (ticks, scale);
    uint64_t           own = hr_ticks_to_ns (hr_ticks_between (frame->inner, ticks), scale);
    HrLane            *place = hr_lane_for (self, frame->metric, HR_LANE_SPAN);
    HrRegionTotals    *totals;
    uint64_t           number;

    if (lane->depth > 0)
      lane->frames[lane->depth - 1].inner += place != NULL ? ticks : frame->inner;
    if (place == NULL)
      return;

    totals = hr_lane_totals (lane, frame->metric);
    number = hr_lane_reserve (lane);
    hr_lane_add (totals, now, 1, (double) (int64_t) elapsed, (double) (int64_t) elapsed);
    hr_real_store (&totals->self, hr_real_load (&totals->self) + (double) (int64_t) own);
    hr_word_add_release (&totals->buckets[hr_bucket_index (elapsed)], 1);
    hr_lane_commit (lane, number, now, frame->metric, 1, (double) (int64_t) elapsed);
  }

  /* Begins a span named @name (static, UTF-8, 1 to HR_REGION_NAME_BYTES - 1 bytes without control characters) within
   * this thread's innermost open one. Returns what hr_span_end () takes. At most HR_SPAN_DEPTH are open in a thread;
   * deeper ones, and those that the table has no room for, are counted as unplaced, and their time is their parent's
   * own. A span that begins while sampling is off is none: one within it that begins after sampling was switched on
   * again belongs to whatever is open. */
  static HR_INLINE HrSpan
  hr_span_begin (HrProbe    *self,
                 const char *name)
  {
    HrLane           *lane = hr_lane_cache.lane;
    const HrSpanEdge *edge;
    HrMetric          parent;
    uint32_t          control = hr_probe_control (self);

    if (control == 0)
      return 0;
    if (!HR_LIKELY (control == HR_CONTROL_SAMPLING && hr_lane_cache.serial == hr_probe_hot (self)->serial && lane->depth < HR_SPAN_DEPTH))
      return hr_span_begin_slowly (self, name);

    parent = hr_span_parent (lane);
    edge = &lane->edges[hr_span_hash (name, parent)];
    if (!HR_LIKELY (edge->name == name && edge->parent == parent))
      return hr_span_begin_slowly (self, name);

    return hr_span_push (self, lane, edge->metric);
  }

  /* Ends a span, and with it those within it that are still open. Ending it twice does no harm while no other has begun
   * where it stood. */
  static HR_INLINE void
  hr_span_end (HrProbe *self,
               HrSpan   span)
  {
    if (span == 0)
      return;
    if (HR_LIKELY (hr_lane_cache.serial == hr_probe_hot (self)->serial && hr_lane_cache.lane->depth == span))
      hr_span_pop (self, hr_lane_cache.lane, hr_ticks_now (hr_probe_hot (self)->tick_source));
    else
      hr_span_end_slowly (self, span);
  }

  /* What HR_SPAN keeps on the stack. */
  typedef struct
  {
    HrProbe *probe;
    HrSpan   span;
    bool     done;
  } HrSpanScope;

  static HR_INLINE HrSpanScope
  hr_span_scope (HrProbe    *self,
                 const char *name)
  {
    HrSpanScope scope = { self, hr_span_begin (self, name), false };

    return scope;
  }

  static HR_INLINE void
  hr_span_scope_end (HrSpanScope *scope)
  {
    hr_span_end (scope->probe, scope->span);
  }

#define HR_SPAN_SCOPE(probe, name, variable)                                                                     \
  for (HrSpanScope variable __attribute__ ((cleanup (hr_span_scope_end))) = hr_span_scope ((probe), "" name ""); \
       !variable.done; variable.done = true)
#define HR_SPAN_NUMBERED(probe, name, number) HR_SPAN_SCOPE (probe, name, hr_span_##number)
#define HR_SPAN_UNIQUE(probe, name, number) HR_SPAN_NUMBERED (probe, name, number)

/* Measures the statement that follows as a span; leaving it by return, goto or an exception ends the span too. It is a
 * loop of one round: break and continue leave the statement, not a loop around it. */
#define HR_SPAN(probe, name) HR_SPAN_UNIQUE (probe, name, __COUNTER__)

#ifdef __cplusplus
}
#endif
