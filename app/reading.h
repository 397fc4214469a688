/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/event-log.h"
#include "engine/monitor.h"

G_BEGIN_DECLS

/* Text follows the snapshots at most five times a second: faster nobody reads it, and every change lays the
 * window out anew. Charts follow each snapshot. */
#define HR_TEXT_PERIOD_US (190 * 1000)

/* Tells at a verdict whether text that was refreshed at *@paced_us is due again. Whoever asks at the same verdicts, and at nothing else, is
 * told the same, so that one frame lays out all of the window's text. */
static inline gboolean
hr_text_is_due (gint64 *paced_us)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - *paced_us < HR_TEXT_PERIOD_US)
    return FALSE;

  *paced_us = now_us;

  return TRUE;
}

/* What a card looks at when it refreshes: one source at one moment. Everything is borrowed. */
typedef struct
{
  HrSource        *source;
  HrHistory       *history;
  HrContract      *contract;
  const HrVerdict *verdict; /* NULL before the first snapshot */
  HrAlertBook     *alerts;
  HrEventLog      *events;
  HrSource        *computer; /* that the source runs on; NULL: unknown, or the source itself */
  gint64           now_ns;   /* end of the newest snapshot, monotonic */
  const char      *as_of;    /* NULL while live, else "last at 14:31:52" */
  gboolean         recorded; /* what happens can be looked at later */
} HrReading;

/* How often lists and lines of the past follow: rows that moved faster could not be read. Start from { 0 }. */
#define HR_PACE_NS ((gint64) HR_NS_PER_SECOND)

typedef struct
{
  const HrHistory *history; /* only compared */
  gint64           last_ns;
  gboolean         was_live;
  gboolean         is_new; /* the last reading was the first of its source */
} HrPace;

/* Tells whether a second has passed in the source, whose newest snapshot ends at @now_ns, since the last time that this was so, or something
 * else is to be seen than then. */
static inline gboolean
hr_pace_advance (HrPace          *self,
                 const HrHistory *history,
                 gboolean         live,
                 gint64           now_ns)
{
  self->is_new = self->history != history;
  if (!self->is_new && self->was_live == live && now_ns - self->last_ns < HR_PACE_NS)
    return FALSE;

  self->history = history;
  self->last_ns = now_ns;
  self->was_live = live;

  return TRUE;
}

static inline gboolean
hr_pace_is_due (HrPace          *self,
                const HrReading *reading)
{
  return hr_pace_advance (self, reading->history, reading->as_of == NULL, reading->now_ns);
}

G_END_DECLS
