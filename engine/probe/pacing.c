/* SPDX-License-Identifier: MIT */

#include "engine/probe/pacing.h"

#include "engine/base/region.h"
#include "engine/base/units.h"

/* Judged no more often than this, which is also how often the stride may change. */
#define SHORTEST_NS ((int64_t) HR_NS_PER_SECOND)

/* Shares of one core: above the first, half as much is measured; twice as much again where that would stay below the
 * second. Between the two lies more than a factor of two, so that a steady program is not slowed down and let go in
 * turn. */
#define SLOWER_ABOVE 0.01
#define FASTER_BELOW 0.005

/* What is thinned out costs no more than this any more: leaving out even more scopes would take away and not help,
 * whatever the rest costs (events are always recorded, and to leave a scope out costs a little too). */
#define LEAST_THINNED 0.0025

#define LARGEST_STRIDE (1u << HR_CONTROL_STRIDE_LIMIT)

/* Begins a stretch at @now_ns (monotonic), by when recording has cost @cost. */
void
hr_pacing_begin (HrPacing              *self,
                 int64_t                now_ns,
                 const HrRecordingCost *cost)
{
  self->since_ns = now_ns;
  self->before = *cost;
}

static double
growth (double before,
        double now)
{
  return now > before ? now - before : 0;
}

static uint32_t
next_stride (double   overhead,
             double   thinned,
             uint32_t stride)
{
  if (overhead > SLOWER_ABOVE && thinned > LEAST_THINNED && stride < LARGEST_STRIDE)
    return stride * 2;
  if (overhead + thinned < FASTER_BELOW && stride > 1)
    return stride / 2;

  return stride;
}

/* Judges the stretch since the last judgement, which becomes the next one's beginning, while one of @stride scopes is
 * measured. Writes what recording cost, as a share of one core, and the stride to go on with: @stride, twice it, or
 * half of it. Returns false and writes nothing before a second has passed; a judgement that comes late is about all the
 * time since. */
bool
hr_pacing_judge (HrPacing              *self,
                 int64_t                now_ns,
                 const HrRecordingCost *cost,
                 uint32_t               stride,
                 double                *out_overhead,
                 uint32_t              *out_stride)
{
  double elapsed_ns = (double) (now_ns - self->since_ns);
  double overhead, thinned;

  if (now_ns - self->since_ns < SHORTEST_NS)
    return false;

  overhead = growth (self->before.all_ns, cost->all_ns) / elapsed_ns;
  thinned = growth (self->before.thinned_ns, cost->thinned_ns) / elapsed_ns;
  hr_pacing_begin (self, now_ns, cost);
  *out_overhead = overhead;
  *out_stride = next_stride (overhead, thinned, stride);

  return true;
}
