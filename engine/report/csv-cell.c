/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/csv-cell.h"

#include "engine/report/number.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* Appends @text, quoted where it has to be. */
void
hr_csv_append_text (GString    *out,
                    const char *text)
{
  if (strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (out, text);
      return;
    }

  g_string_append_c (out, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *at);
    }
  g_string_append_c (out, '"');
}

/* Appends @value, of which nothing is lost; nothing for what is no number. */
void
hr_csv_append_number (GString *out,
                      double   value)
{
  hr_number_append (out, value);
}

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
hr_csv_append_time (GString *out,
                    gint64   time_us)
{
  append_time (out, time_us, 3);
}

/* Appends @time_us (UTC) with microseconds, "2026-03-01T12:00:00.250125Z"; nothing while it is not known. */
void
hr_csv_append_exact_time (GString *out,
                          gint64   time_us)
{
  append_time (out, time_us, 6);
}

/* Writes median and 99th percentile of one interval's items to @out, in the metric's unit and never outside what was seen; NaN where their
 * distribution is not known. @metric: a time; @scratch: an empty histogram, and empty again afterwards */
void
hr_csv_measure_quantiles (const HrMetricInfo *metric,
                          const HrSample     *sample,
                          HrHistogram        *scratch,
                          double              out[2])
{
  static const double quantiles[] = { 0.5, 0.99 };

  hr_histogram_add (scratch, sample->buckets, sample->n_buckets);
  hr_histogram_quantiles (scratch, quantiles, G_N_ELEMENTS (quantiles), out);
  hr_histogram_remove (scratch, sample->buckets, sample->n_buckets);

  /* NaN passes through CLAMP. */
  for (gsize i = 0; i < G_N_ELEMENTS (quantiles); i++)
    out[i] = CLAMP (out[i] * hr_unit_from_nanoseconds (metric->unit), sample->min, sample->max);
}
