/* SPDX-License-Identifier: MIT */

/* How a thread finds its place in the region. Not for programs: the functions of record.h, span.h and category.h, which
 * are compiled into them, stand on it. */

#pragma once

#include "engine/probe/layout.h"
#include "engine/probe/words.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C"
{
#endif

  typedef struct _HrProbe HrProbe;

  /* A metric's place in the region's table. */
  typedef uint32_t HrMetric;

#define HR_METRIC_NONE UINT32_MAX

  /* What every probe begins with: all that a record reads of it. */
  typedef struct
  {
    HrRegionHeader *header;      /* the region's */
    uint64_t        serial;      /* never used twice in a process */
    uint64_t        tick_scale;  /* ns a tick, fixed point */
    uint32_t        tick_source; /* HrTickSource */
  } HrProbeHot;

  /* What a lane takes for a metric. */
  typedef enum
  {
    HR_LANE_UNREADY, /* hr_lane_prepare () was not asked yet */
    HR_LANE_DURATION,
    HR_LANE_LEVEL,
    HR_LANE_COUNTER,
    HR_LANE_SPAN,
    HR_LANE_EVENT,
    HR_LANE_REFUSED /* no space for its totals */
  } HrLaneUse;

#define HR_SPAN_DEPTH 32u                   /* spans within spans */
#define HR_SPAN_CLOSED (HR_SPAN_DEPTH + 1u) /* a depth that no span has: none begins there and none ends */
#define HR_SPAN_EDGES 512u                  /* a power of two */

  /* A span that is open. */
  typedef struct
  {
    uint64_t begin;  /* ticks */
    uint64_t inner;  /* ticks spent in spans within it */
    HrMetric metric; /* HR_METRIC_NONE: it has no place */
  } HrSpanFrame;

  /* From a span to one within it. */
  typedef struct
  {
    const char *name;   /* by address; NULL: free */
    HrMetric    parent; /* HR_SPAN_ROOT: none */
    HrMetric    metric;
  } HrSpanEdge;

  /* The private side of a lane: what its thread knows and nobody else needs. */
  typedef struct
  {
    HrRegionLane *shared;
    uint8_t       uses[HR_REGION_METRICS]; /* HrLaneUse */
    uint32_t      depth;                   /* open spans; HR_SPAN_CLOSED while @skipping */
    uint32_t      skipping;                /* open spans within one that was not chosen, itself counted */
    uint64_t      random;                  /* state of the choice, never 0 */
    HrSpanFrame   frames[HR_SPAN_DEPTH];
    uint32_t      taken; /* by a thread; what @shared says of an owner others can write */
    uint32_t      n_edges;
    HrSpanEdge    edges[HR_SPAN_EDGES];
  } HrLane;

  /* The lane that this thread used last, of the probe with that serial. */
  typedef struct
  {
    uint64_t serial;
    HrLane  *lane; /* not NULL where @serial is not 0 */
  } HrLaneCache;

/* At a fixed distance from the thread's pointer, so that finding it is no call in a shared library either. */
#if defined(__ELF__)
#define HR_LANE_THREAD_LOCAL __thread __attribute__ ((tls_model ("initial-exec")))
#else
#define HR_LANE_THREAD_LOCAL __thread
#endif

  /* Accessed by its name alone: of a pointer to it a sanitizer asks whether it is NULL, and the linker spoils the answer. */
  extern HR_LANE_THREAD_LOCAL HrLaneCache hr_lane_cache;

  HrLane *hr_lane_claim (HrProbe *probe);
  HrLane *hr_lane_prepare (HrProbe  *probe,
                           HrMetric  metric,
                           HrLaneUse use);
  bool    hr_lane_choose (HrProbe *probe,
                          uint32_t control);
  void    hr_lane_count_unplaced (HrProbe *probe);

  static HR_INLINE const HrProbeHot *
  hr_probe_hot (const HrProbe *probe)
  {
    return (const HrProbeHot *) probe;
  }

  /* Returns the region's header. In a forked child another thread may be just giving the probe a region: whoever sees it sees
   * it whole. */
  static HR_INLINE HrRegionHeader *
  hr_probe_header (const HrProbe *probe)
  {
    return __atomic_load_n (&hr_probe_hot (probe)->header, __ATOMIC_ACQUIRE);
  }

  static HR_INLINE uint32_t
  hr_probe_control (const HrProbe *probe)
  {
    return __atomic_load_n (&hr_probe_header (probe)->control, __ATOMIC_RELAXED);
  }

  /* Returns whether a value is to be recorded now. */
  static HR_INLINE bool
  hr_lane_wanted (HrProbe *probe)
  {
    uint32_t control = hr_probe_control (probe);

    if ((control & HR_CONTROL_SAMPLING) == 0)
      return false;

    return HR_LIKELY (control == HR_CONTROL_SAMPLING) || hr_lane_choose (probe, control);
  }

  /* Returns this thread's lane, or NULL where none is to be had. */
  static HR_INLINE HrLane *
  hr_lane_get (HrProbe *probe)
  {
    return HR_LIKELY (hr_lane_cache.serial == hr_probe_hot (probe)->serial) ? hr_lane_cache.lane : hr_lane_claim (probe);
  }

  /* Returns this thread's lane when @metric is ready to be recorded there, else NULL, and the record is counted as unplaced. */
  static HR_INLINE HrLane *
  hr_lane_for (HrProbe  *probe,
               HrMetric  metric,
               HrLaneUse use)
  {
    return HR_LIKELY (hr_lane_cache.serial == hr_probe_hot (probe)->serial && metric < HR_REGION_METRICS &&
                      hr_lane_cache.lane->uses[metric] == use)
               ? hr_lane_cache.lane
               : hr_lane_prepare (probe, metric, use);
  }

  static HR_INLINE HrRegionTotals *
  hr_lane_totals (const HrLane *lane,
                  HrMetric      metric)
  {
    return (HrRegionTotals *) ((char *) lane->shared + HR_LAYOUT_TOTALS_OFFSET + metric * (size_t) HR_REGION_TOTALS_BYTES);
  }

/* gcc's ThreadSanitizer does not model fences and says so, in a program's build too. Every shared word is an atomic, so
 * it has nothing to report either. */
#if defined(__SANITIZE_THREAD__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan"
#endif

  /* Begins a record as base/region.h prescribes, and returns its number for hr_lane_commit (). A record whose thread
   * was cancelled in the middle is written over: its number was never committed. */
  static HR_INLINE uint64_t
  hr_lane_reserve (HrLane *lane)
  {
    uint64_t number = hr_word_load (&lane->shared->commit);

    hr_word_store (&lane->shared->reserve, number + 1);
    __atomic_thread_fence (__ATOMIC_RELEASE);

    return number;
  }

#if defined(__SANITIZE_THREAD__)
#pragma GCC diagnostic pop
#endif

  /* Adds @weight items of @value each, @sum together, to what the metric has come to. */
  static HR_INLINE void
  hr_lane_add (HrRegionTotals *totals,
               uint64_t        time,
               uint32_t        weight,
               double          value,
               double          sum)
  {
    if (value < hr_real_load (&totals->min))
      hr_real_store (&totals->min, value);
    if (value > hr_real_load (&totals->max))
      hr_real_store (&totals->max, value);

    hr_real_store (&totals->sum, hr_real_load (&totals->sum) + sum);
    /* After the sum, so that whoever reads the count first finds nothing missing there. */
    hr_word_add_release (&totals->count, weight);
    hr_real_store (&totals->last, value);
    hr_word_store (&totals->last_time, time);
  }

  /* Writes the record @number to the ring and ends it. */
  static HR_INLINE void
  hr_lane_commit (HrLane  *lane,
                  uint64_t number,
                  uint64_t time,
                  HrMetric metric,
                  uint32_t weight,
                  double   value)
  {
    HrRegionRecord *ring = (HrRegionRecord *) ((char *) lane->shared + HR_LAYOUT_RECORDS_OFFSET);
    HrRegionRecord *slot = &ring[number & (HR_REGION_LANE_RECORDS - 1)];

    hr_word_store (&slot->time, time);
    __atomic_store_n (&slot->metric, metric, __ATOMIC_RELAXED);
    __atomic_store_n (&slot->weight, weight, __ATOMIC_RELAXED);
    hr_real_store (&slot->value, value);

    __atomic_store_n (&lane->shared->commit, number + 1, __ATOMIC_RELEASE);
  }

#ifdef __cplusplus
}
#endif
