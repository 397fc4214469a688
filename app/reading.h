/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

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
  gint64           now_ns; /* end of the newest snapshot, monotonic */
  const char      *as_of;  /* NULL while live, else "last at 14:31:52" */
} HrReading;

G_END_DECLS
