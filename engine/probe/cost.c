/* SPDX-License-Identifier: MIT */

/* What a record costs, measured where it will be paid: in this process, on this processor. */

#include "engine/probe/probe-private.h"

#include <pthread.h>
#include <sys/mman.h>

#define ROUNDS 16
#define RECORDS 128

/* A lane that no reader sees, and the little of a probe that a record reads. */
typedef struct
{
  HrRegionHeader header;
  HrLane         lane;
  char           region[] __attribute__ ((aligned (HR_REGION_PAGE)));
} Scratch;

static double         cost;
static pthread_once_t cost_known = PTHREAD_ONCE_INIT;

/* The best of several rounds: whatever else the processor did only makes a round longer. */
static uint64_t
time_rounds (HrProbe *probe)
{
  uint64_t best = UINT64_MAX;

  for (int round = 0; round < ROUNDS; round++)
    {
      uint64_t begin = hr_probe_ticks (probe);
      uint64_t elapsed;

      for (int i = 0; i < RECORDS; i++)
        hr_probe_end (probe, 0, hr_probe_begin (probe), 1);
      elapsed = hr_probe_elapsed (probe, begin);
      if (elapsed < best)
        best = elapsed;
    }

  return best;
}

static void
measure (void)
{
  const HrTickClock *clock = hr_tick_clock_get ();
  HrLaneCache        before = hr_lane_cache;
  HrProbeHot         hot = { .serial = UINT64_MAX, .tick_scale = clock->scale, .tick_source = clock->source };
  size_t             bytes = sizeof (Scratch) + HR_LAYOUT_LANE_BYTES;
  Scratch           *scratch = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (scratch == MAP_FAILED)
    return;

  hot.header = &scratch->header;
  scratch->header.control = HR_CONTROL_SAMPLING;
  scratch->lane.shared = (HrRegionLane *) scratch->region;
  scratch->lane.uses[0] = HR_LANE_DURATION;
  hr_lane_cache = (HrLaneCache){ hot.serial, &scratch->lane };
  cost = (double) time_rounds ((HrProbe *) &hot) / RECORDS;
  hr_lane_cache = before;
  munmap (scratch, bytes);
}

/* Returns what one timed record (begin and end) costs in this process, in nanoseconds, 0 where that could not be
 * measured. The first call takes a tenth of a millisecond. */
double
hr_cost_of_record (void)
{
  pthread_once (&cost_known, measure);

  return cost;
}
