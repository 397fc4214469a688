/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The table that CSV export writes (RFC 4180: CR LF after every row, quotes where a name needs them), made for programs: names never change with
 * the language, numbers have a point. One row a kept snapshot, oldest first:
 *
 *     time                        UTC, "2026-03-01T12:00:00.250Z"; empty while the time is not known
 *     METRIC.mean_UNIT            per item over the interval
 *     METRIC.max_UNIT
 *     METRIC.count                durations: items in the interval
 *     METRIC.p50_UNIT             durations; within 0.8 %
 *     METRIC.p99_UNIT             durations; within 0.8 %
 *     METRIC.cumulative_count     durations: items up to the end of the interval, since the source began
 *
 * UNIT is ms, mb, ratio, per_second or mb_per_second, and left out with its underscore where the metric's name ends in it already
 * (thompson_duration_ms.mean) or counts things. A cell is empty where nothing was measured in that interval; the cumulative count
 * stands in every row from the first item on. */

#include "engine/report/csv.h"

#include <math.h>
#include <string.h>

#define END_OF_ROW "\r\n"

/* The suffix of a unit in a column's name; "" for plain counts. */
static const char *
unit_suffix (HrUnit unit)
{
  switch (unit)
    {
    case HR_UNIT_MILLISECONDS:
      return "_ms";
    case HR_UNIT_MEGABYTES:
      return "_mb";
    case HR_UNIT_RATIO:
      return "_ratio";
    case HR_UNIT_PER_SECOND:
      return "_per_second";
    case HR_UNIT_MEGABYTES_PER_SECOND:
      return "_mb_per_second";
    case HR_UNIT_COUNT:
    case HR_N_UNITS:
    default:
      return "";
    }
}

/* Appends @text as one cell, quoted where it has to be. */
static void
append_cell (GString    *out,
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

/* Appends the comma and the name of one column. */
static void
append_column (GString            *out,
               const HrMetricInfo *metric,
               const char         *what,
               gboolean            with_unit)
{
  const char      *suffix = unit_suffix (metric->unit);
  g_autofree char *name = NULL;

  if (!with_unit || g_str_has_suffix (metric->name, suffix))
    suffix = "";
  name = g_strdup_printf ("%s.%s%s", metric->name, what, suffix);

  g_string_append_c (out, ',');
  append_cell (out, name);
}

static void
append_header (GString   *out,
               HrHistory *history)
{
  g_string_append (out, "time");
  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    {
      const HrMetricInfo *metric = hr_history_get_metric (history, i);

      append_column (out, metric, "mean", TRUE);
      append_column (out, metric, "max", TRUE);
      if (!hr_kind_is_time (metric->kind))
        continue;
      append_column (out, metric, "count", FALSE);
      append_column (out, metric, "p50", TRUE);
      append_column (out, metric, "p99", TRUE);
      append_column (out, metric, "cumulative_count", FALSE);
    }
  g_string_append (out, END_OF_ROW);
}

/* Appends @time_us (UTC) with milliseconds; nothing while it is not known. */
static void
append_time (GString *out,
             gint64   time_us)
{
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *text = NULL;

  if (time_us <= 0)
    return;

  time = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  if (time == NULL)
    return;

  text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  g_string_append_printf (out, "%s.%03dZ", text, (int) (time_us % G_USEC_PER_SEC / 1000));
}

/* Appends a comma and @value; the cell stays empty for what is no number. */
static void
append_number (GString *out,
               double   value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (out, ',');
  if (isfinite (value))
    g_string_append (out, g_ascii_dtostr (text, sizeof text, value));
}

static void
append_count (GString *out,
              guint64  count)
{
  g_string_append_printf (out, ",%" G_GUINT64_FORMAT, count);
}

/* Median and 99th percentile of one interval, never outside what was seen. */
static void
append_quantiles (GString            *out,
                  const HrMetricInfo *metric,
                  const HrSample     *sample)
{
  static const double quantiles[] = { 0.5, 0.99 };
  HrHistogram         histogram = { 0 };
  double              values[G_N_ELEMENTS (quantiles)];

  hr_histogram_add (&histogram, sample->buckets, sample->n_buckets);
  hr_histogram_quantiles (&histogram, quantiles, G_N_ELEMENTS (quantiles), values);

  /* NaN passes through CLAMP. */
  for (gsize i = 0; i < G_N_ELEMENTS (quantiles); i++)
    append_number (out, CLAMP (values[i] * hr_unit_from_nanoseconds (metric->unit), sample->min, sample->max));
}

/* Appends the cells of one metric in one interval.
 * @sample: (nullable): what was measured; @cumulative: items up to the end of the interval */
static void
append_sample (GString            *out,
               const HrMetricInfo *metric,
               const HrSample     *sample,
               guint64             cumulative)
{
  gboolean duration = hr_kind_is_time (metric->kind);

  if (sample == NULL)
    g_string_append (out, duration ? ",,,,," : ",,");
  else
    {
      append_number (out, hr_sample_mean (sample));
      append_number (out, sample->max);
    }
  if (sample != NULL && duration)
    {
      append_count (out, sample->count);
      append_quantiles (out, metric, sample);
    }

  if (duration && cumulative > 0)
    append_count (out, cumulative);
  else if (duration)
    g_string_append_c (out, ',');
}

/* How many items of each metric had been counted before the oldest kept snapshot.
 * Returns: (transfer full): one number a metric */
static guint64 *
counts_before (HrHistory *history)
{
  guint    n = hr_history_get_n_metrics (history);
  guint64 *counts = g_new0 (guint64, n);

  if (hr_history_get_n_snapshots (history) == 0)
    return counts;

  for (guint i = 0; i < n; i++)
    {
      const HrSample *first = hr_snapshot_find (hr_history_get_snapshot (history, 0), i);

      counts[i] = hr_history_get_cumulative (history, 0, i) - (first != NULL ? first->count : 0);
    }

  return counts;
}

/* Returns: (transfer full): the snapshots that @history keeps as CSV text, a row each below the row of names; the format stands at the top of
 * this file. Without snapshots it is the row of names alone. */
GBytes *
hr_csv_format (HrHistory *history)
{
  g_autofree guint64 *cumulative = counts_before (history);
  GString            *out = g_string_new (NULL);

  append_header (out, history);
  for (guint i = 0; i < hr_history_get_n_snapshots (history); i++)
    {
      HrSnapshot *snapshot = hr_history_get_snapshot (history, i);

      append_time (out, snapshot->time_us);
      for (guint metric = 0; metric < hr_history_get_n_metrics (history); metric++)
        {
          const HrSample *sample = hr_snapshot_find (snapshot, metric);

          cumulative[metric] += sample != NULL ? sample->count : 0;
          append_sample (out, hr_history_get_metric (history, metric), sample, cumulative[metric]);
        }
      g_string_append (out, END_OF_ROW);
    }

  return g_string_free_to_bytes (out);
}
