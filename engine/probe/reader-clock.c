/* SPDX-License-Identifier: MIT */

/* What time it was when a program recorded something.
 *
 * The program measured its clock for two milliseconds. That is good enough for a duration, but off by some ten
 * microseconds a second for the time of day. A reader on the same machine can read both clocks too: it remembers a
 * moment on both, the anchor, and moves it on every second. So a fresh record is never far from it, and neither a
 * suspend, which CLOCK_MONOTONIC leaves out, nor a reader with another CLOCK_MONOTONIC (a time name space) does harm
 * for long. */

#include "engine/probe/reader-private.h"

/* What the program measured is right within this. A second that differs more was none: one of the clocks stood or jumped. */
#define MAX_DISAGREEMENT 1e-3

/* Takes over the program's own measure, and anchors where it began. Call it with the header in place. */
void
hr_reader_clock_begin (HrRegionReader *self)
{
  self->anchor = (HrTickMoment){ self->header.started_ticks, self->header.started_monotonic };
  self->ns_a_tick = (double) self->header.tick_scale / (double) HR_TICK_SCALE_ONE;
  self->counts = self->header.tick_source != HR_TICKS_MONOTONIC && hr_tick_source_is_fit (self->header.tick_source);
  hr_reader_clock_follow (self);
}

/* Moves the anchor to now, once a second, and measures the program's clock over that stretch. A counter that has not
 * come as far as the anchor is another boot's: then the program's own words are all there is. */
void
hr_reader_clock_follow (HrRegionReader *self)
{
  double       told = (double) self->header.tick_scale / (double) HR_TICK_SCALE_ONE;
  HrTickMoment now;
  double       ns_a_tick;

  if (!self->counts || (double) (int64_t) (hr_ticks_counter () - self->anchor.ticks) * told < HR_NS_PER_SECOND)
    return;

  now = hr_tick_moment_now (self->header.tick_source);
  ns_a_tick = (double) (int64_t) (now.monotonic_ns - self->anchor.monotonic_ns) / (double) (int64_t) (now.ticks - self->anchor.ticks);
  if (ns_a_tick > told * (1 - MAX_DISAGREEMENT) && ns_a_tick < told * (1 + MAX_DISAGREEMENT))
    self->ns_a_tick = ns_a_tick;
  self->anchor = now;
}

/* Returns the moment @ticks, of the region's clock, as our CLOCK_MONOTONIC in nanoseconds: within 20 us for what was
 * recorded in the last second, and within a microsecond once the region was followed for one. Records are told from the
 * last call of hr_region_reader_drain () on. */
uint64_t
hr_region_reader_time (const HrRegionReader *self,
                       uint64_t              ticks)
{
  double ns = (double) (int64_t) (ticks - self->anchor.ticks) * self->ns_a_tick;

  /* No time that a program could have run for: the file lies, and the number would not fit. */
  if (!(ns > -0x1p62 && ns < 0x1p62))
    return self->anchor.monotonic_ns;

  return self->anchor.monotonic_ns + (uint64_t) (int64_t) ns;
}
