/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/clock-map.h"

/* Takes in one question and answer: sent and received by our clock, answered at @remote_ns by the other. An
 * answer that took longer than the best one teaches nothing; answers from before they were asked for are ignored. */
void
hr_clock_map_learn (HrClockMap *self,
                    gint64      sent_ns,
                    gint64      received_ns,
                    gint64      remote_ns)
{
  gint64 round_trip = received_ns - sent_ns;

  if (round_trip < 0 || (self->known && round_trip > self->round_trip_ns))
    return;

  *self = (HrClockMap){
    .known = TRUE,
    .offset_ns = sent_ns + round_trip / 2 - remote_ns,
    .round_trip_ns = round_trip,
  };
}

/* Returns @remote_ns by our clock; unchanged as long as nothing was learned. */
gint64
hr_clock_map_to_local (const HrClockMap *self,
                       gint64            remote_ns)
{
  return remote_ns + self->offset_ns;
}

/* Returns how far off a mapped time may be, either way, in nanoseconds; negative while nothing was learned. */
gint64
hr_clock_map_error (const HrClockMap *self)
{
  return self->known ? (self->round_trip_ns + 1) / 2 : -1;
}
