/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How a source's monotonic clock stands to ours: the offset that was seen with the least round trip, which bounds
 * its error. Start from { 0 }. Cristian's algorithm. */
typedef struct
{
  gboolean known;
  gint64   offset_ns;
  gint64   round_trip_ns;
} HrClockMap;

void hr_clock_map_learn (HrClockMap *self,
                         gint64      sent_ns,
                         gint64      received_ns,
                         gint64      remote_ns);

gint64 hr_clock_map_to_local (const HrClockMap *self,
                              gint64            remote_ns);
gint64 hr_clock_map_error (const HrClockMap *self);

G_END_DECLS
