/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/utc.h"

#include <time.h>

/* Appends @time_us with @decimals of a second. */
static void
append_time (GString *out,
             gint64   time_us,
             int      decimals)
{
  time_t    seconds = (time_t) (time_us / G_USEC_PER_SEC);
  int       fraction = (int) (time_us % G_USEC_PER_SEC);
  char      text[64];
  struct tm utc;

  if (time_us <= 0 || gmtime_r (&seconds, &utc) == NULL || strftime (text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc) == 0)
    return;

  g_string_append_printf (out, "%s.%0*dZ", text, decimals, decimals == 3 ? fraction / 1000 : fraction);
}

/* Appends @time_us (UTC) with milliseconds, "2026-03-01T12:00:00.250Z"; nothing while it is not known. */
void
hr_utc_append (GString *out,
               gint64   time_us)
{
  append_time (out, time_us, 3);
}

/* Appends @time_us (UTC) with microseconds, "2026-03-01T12:00:00.250125Z"; nothing while it is not known. */
void
hr_utc_append_exact (GString *out,
                     gint64   time_us)
{
  append_time (out, time_us, 6);
}
