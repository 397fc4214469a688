/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The table that CSV export writes (RFC 4180: CR LF after every row, quotes where a name needs them), made for programs: names never change with
 * the language, numbers have a point. One row a kept snapshot, oldest first:
 *
 *     time                        UTC, "2026-03-01T12:00:00.250Z"; empty while the time is not known
 *     METRIC.mean_UNIT            per item over the interval; all but events
 *     METRIC.max_UNIT             all but events
 *     METRIC.sum_UNIT             counters: what was counted in the interval
 *     METRIC.count                durations, spans and events: items in the interval
 *     METRIC.last_UNIT            events: the value of the last one, 0 for an event without values
 *     METRIC.p50_UNIT             durations; within 0.8 %
 *     METRIC.p99_UNIT             durations and spans; within 0.8 %
 *     METRIC.self_UNIT            spans: what the interval's items spent outside their inner spans, together
 *     METRIC.cumulative_count     durations: items up to the end of the interval, since the source began
 *
 * UNIT is ms, mb, ratio, per_second or mb_per_second, and left out with its underscore where the metric's name ends in it already
 * (thompson_duration_ms.mean) or counts things. A cell is empty where nothing was measured in that interval; the cumulative count
 * stands in every row from the first item on. A span's METRIC is its path, "/rank/draw". Of a source with more than 32 spans the 32 with
 * the most self time are written, so that a row stays one that people and spreadsheets can read. */

#include "engine/report/csv.h"

#include "engine/report/csv-cell.h"
#include "engine/report/csv-column.h"

#define MAX_SPANS 32

/* The columns of a metric, in this order. */
static const HrCsvColumn columns[] = {
  { HR_CSV_MEAN, HR_CSV_LEVELS },
  { HR_CSV_MAX, HR_CSV_LEVELS },
  { HR_CSV_SUM, HR_CSV_KIND (COUNTER) },
  { HR_CSV_COUNT, HR_CSV_KIND (DURATION) | HR_CSV_KIND (SPAN) | HR_CSV_KIND (EVENT) },
  { HR_CSV_LAST, HR_CSV_KIND (EVENT) },
  { HR_CSV_P50, HR_CSV_KIND (DURATION) },
  { HR_CSV_P99, HR_CSV_KIND (DURATION) | HR_CSV_KIND (SPAN) },
  { HR_CSV_SELF, HR_CSV_KIND (SPAN) },
};

/* A metric that has columns. */
typedef struct
{
  guint   metric;
  guint64 cumulative; /* items before the row that is written */
} Written;

static void
append_heads (GString   *out,
              HrHistory *history,
              GArray    *written)
{
  hr_csv_append_text (out, "time");
  for (guint i = 0; i < written->len; i++)
    {
      const HrMetricInfo *metric = hr_history_get_metric (history, g_array_index (written, Written, i).metric);

      hr_csv_append_heads (out, metric->name, metric, columns, G_N_ELEMENTS (columns));
      if (metric->kind == HR_KIND_DURATION)
        {
          g_autofree char *name = g_strdup_printf ("%s.cumulative_count", metric->name);

          hr_csv_append_text (out, name);
        }
    }
  hr_csv_end_row (out);
}

/* Appends the cells of one metric in one interval.
 * @sample: (nullable): what was measured; @cumulative: items up to the end of the interval; @scratch: empty, before and after */
static void
append_sample (GString            *out,
               const HrMetricInfo *metric,
               const HrSample     *sample,
               guint64             cumulative,
               HrHistogram        *scratch)
{
  hr_csv_append_sample (out, metric, sample, columns, G_N_ELEMENTS (columns), scratch);
  if (metric->kind != HR_KIND_DURATION)
    return;

  if (cumulative > 0)
    hr_csv_append_count (out, cumulative);
  else
    hr_csv_append_text (out, NULL);
}

/* How many items of @metric had been counted before the oldest kept snapshot. */
static guint64
count_before (HrHistory *history,
              guint      metric)
{
  const HrSample *first;

  if (hr_history_get_n_snapshots (history) == 0)
    return 0;

  first = hr_snapshot_find (hr_history_get_snapshot (history, 0), metric);

  return hr_history_get_cumulative (history, 0, metric) - (first != NULL ? first->count : 0);
}

static int
compare_self (gconstpointer a,
              gconstpointer b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return (first < second) - (first > second);
}

/* The self time that a span needs at least to be written, and how many of those that have just that are. */
static double
least_self (HrHistory *history,
            guint     *out_room)
{
  g_autoptr (GArray) selves = g_array_new (FALSE, FALSE, sizeof (double));
  double least;

  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    if (hr_history_get_metric (history, i)->kind == HR_KIND_SPAN)
      g_array_append_val (selves, hr_history_get_totals (history, i)->self);

  *out_room = MAX_SPANS;
  if (selves->len <= MAX_SPANS)
    return 0;

  g_array_sort (selves, compare_self);
  least = g_array_index (selves, double, MAX_SPANS - 1);
  for (guint i = 0; g_array_index (selves, double, i) > least; i++)
    --*out_room;

  return least;
}

/* Returns: (transfer full): the metrics that have columns, in the source's order. Of spans with equal self times the first lead. */
static GArray *
choose_metrics (HrHistory *history)
{
  GArray *written = g_array_new (FALSE, FALSE, sizeof (Written));
  guint   room;
  double  least = least_self (history, &room);

  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    {
      gboolean span = hr_history_get_metric (history, i)->kind == HR_KIND_SPAN;
      double   self = hr_history_get_totals (history, i)->self;
      Written  metric = { .metric = i };

      if (span && (self < least || (self <= least && room == 0)))
        continue;
      room -= span && self <= least ? 1 : 0;
      metric.cumulative = count_before (history, i);
      g_array_append_val (written, metric);
    }

  return written;
}

/* Returns: (transfer full): the snapshots that @history keeps as CSV text, a row each below the row of names; the format stands at the top of
 * this file. Without snapshots it is the row of names alone. */
GBytes *
hr_csv_format (HrHistory *history)
{
  g_autoptr (GArray) written = choose_metrics (history);
  g_autofree HrHistogram *scratch = g_new0 (HrHistogram, 1);
  GString                *out = g_string_new (NULL);

  append_heads (out, history, written);
  for (guint i = 0; i < hr_history_get_n_snapshots (history); i++)
    {
      HrSnapshot *snapshot = hr_history_get_snapshot (history, i);

      hr_csv_append_time (out, snapshot->time_us);
      for (guint k = 0; k < written->len; k++)
        {
          Written        *metric = &g_array_index (written, Written, k);
          const HrSample *sample = hr_snapshot_find (snapshot, metric->metric);

          metric->cumulative += sample != NULL ? sample->count : 0;
          append_sample (out, hr_history_get_metric (history, metric->metric), sample, metric->cumulative, scratch);
        }
      hr_csv_end_row (out);
    }

  return g_string_free_to_bytes (out);
}
