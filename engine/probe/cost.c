/* SPDX-License-Identifier: MIT */

/* What recording costs, measured where it will be paid: in this process, on this processor. */

#include "engine/probe/probe-private.h"
#include "engine/probe/process.h"

#include <pthread.h>
#include <sys/mman.h>

#define ROUNDS 16
#define RECORDS 128

/* Metrics of the scratch lane. */
#define DURATION 0
#define COUNTER 1

/* A lane that no reader sees, and the little of a probe that a record reads. */
typedef struct
{
  HrRegionHeader header;
  HrLane         lane;
  char           region[] __attribute__ ((aligned (HR_REGION_PAGE)));
} Scratch;

static HrCost         cost;
static pthread_once_t cost_known = PTHREAD_ONCE_INIT;

static void
record (HrProbe *probe)
{
  for (int i = 0; i < RECORDS; i++)
    hr_probe_end (probe, DURATION, hr_probe_begin (probe), 1);
}

static void
count (HrProbe *probe)
{
  for (int i = 0; i < RECORDS; i++)
    hr_probe_count (probe, COUNTER, 1);
}

/* Returns what one of @round's records costs, in nanoseconds. The best of several rounds: whatever else the processor
 * did only makes a round longer. */
static double
time_rounds (HrProbe *probe,
             void (*round) (HrProbe *probe))
{
  uint64_t best = UINT64_MAX;

  for (int i = 0; i < ROUNDS; i++)
    {
      uint64_t begin = hr_probe_ticks (probe);
      uint64_t elapsed;

      round (probe);
      elapsed = hr_probe_elapsed (probe, begin);
      if (elapsed < best)
        best = elapsed;
    }

  return (double) best / RECORDS;
}

static void
measure (void)
{
  const HrTickClock *clock = hr_tick_clock_get ();
  HrLaneCache        before = hr_lane_cache;
  HrProbeHot         hot = { .serial = UINT64_MAX, .tick_scale = clock->scale, .tick_source = clock->source };
  size_t             bytes = sizeof (Scratch) + HR_LAYOUT_LANE_BYTES;
  Scratch           *scratch = hr_process_map (bytes, true);

  if (scratch == MAP_FAILED)
    return;

  hot.header = &scratch->header;
  scratch->header.control = HR_CONTROL_SAMPLING;
  scratch->lane.shared = (HrRegionLane *) scratch->region;
  scratch->lane.random = 1;
  scratch->lane.uses[DURATION] = HR_LANE_DURATION;
  scratch->lane.uses[COUNTER] = HR_LANE_COUNTER;
  hr_lane_cache = (HrLaneCache){ hot.serial, &scratch->lane };
  cost.record_ns = time_rounds ((HrProbe *) &hot, record);
  cost.count_ns = time_rounds ((HrProbe *) &hot, count);
  /* Nearly every scope is left out now. */
  scratch->header.control |= HR_CONTROL_STRIDE_LIMIT << HR_CONTROL_STRIDE_SHIFT;
  cost.skip_ns = time_rounds ((HrProbe *) &hot, record);
  hr_lane_cache = before;
  munmap (scratch, bytes);
}

/* Returns what recording costs in this process; zeros where that could not be measured. The first call takes a tenth of a
 * millisecond. */
const HrCost *
hr_cost_get (void)
{
  pthread_once (&cost_known, measure);

  return &cost;
}
