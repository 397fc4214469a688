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

#include <math.h>
#include <string.h>

#define MAX_SPANS 32

typedef enum
{
  COLUMN_MEAN,
  COLUMN_MAX,
  COLUMN_SUM,
  COLUMN_COUNT,
  COLUMN_LAST,
  COLUMN_P50,
  COLUMN_P99,
  COLUMN_SELF,
  COLUMN_CUMULATIVE,
  N_COLUMNS
} Column;

#define KIND(kind) (1u << HR_KIND_##kind)
#define LEVELS (KIND (GAUGE) | KIND (RATIO) | KIND (COUNTER) | KIND (DURATION) | KIND (SPAN))

/* The columns of a metric, in this order. */
static const struct
{
  const char *name;
  gboolean    with_unit;
  guint       kinds;
} columns[N_COLUMNS] = {
  [COLUMN_MEAN] = { "mean", TRUE, LEVELS },
  [COLUMN_MAX] = { "max", TRUE, LEVELS },
  [COLUMN_SUM] = { "sum", TRUE, KIND (COUNTER) },
  [COLUMN_COUNT] = { "count", FALSE, KIND (DURATION) | KIND (SPAN) | KIND (EVENT) },
  [COLUMN_LAST] = { "last", TRUE, KIND (EVENT) },
  [COLUMN_P50] = { "p50", TRUE, KIND (DURATION) },
  [COLUMN_P99] = { "p99", TRUE, KIND (DURATION) | KIND (SPAN) },
  [COLUMN_SELF] = { "self", TRUE, KIND (SPAN) },
  [COLUMN_CUMULATIVE] = { "cumulative_count", FALSE, KIND (DURATION) },
};

/* A metric that has columns. */
typedef struct
{
  guint   metric;
  guint64 cumulative; /* items before the row that is written */
} Written;

static gboolean
has_column (const HrMetricInfo *metric,
            guint               column)
{
  return (columns[column].kinds & 1u << metric->kind) != 0;
}

/* Appends the comma and the name of one column. */
static void
append_column (GString            *out,
               const HrMetricInfo *metric,
               guint               column)
{
  const char      *suffix = hr_unit_suffix (metric->unit);
  g_autofree char *name = NULL;

  if (!columns[column].with_unit || g_str_has_suffix (metric->name, suffix))
    suffix = "";
  name = g_strdup_printf ("%s.%s%s", metric->name, columns[column].name, suffix);

  g_string_append_c (out, ',');
  hr_csv_append_text (out, name);
}

static void
append_header (GString   *out,
               HrHistory *history,
               GArray    *written)
{
  g_string_append (out, "time");
  for (guint i = 0; i < written->len; i++)
    for (guint column = 0; column < N_COLUMNS; column++)
      {
        const HrMetricInfo *metric = hr_history_get_metric (history, g_array_index (written, Written, i).metric);

        if (has_column (metric, column))
          append_column (out, metric, column);
      }
  g_string_append (out, HR_CSV_END_OF_ROW);
}

/* Appends a comma and @value. */
static void
append_number (GString *out,
               double   value)
{
  g_string_append_c (out, ',');
  hr_csv_append_number (out, value);
}

static void
append_count (GString *out,
              guint64  count)
{
  g_string_append_printf (out, ",%" G_GUINT64_FORMAT, count);
}

/* Appends one cell of what was measured. @quantiles: median and 99th percentile */
static void
append_value (GString        *out,
              Column          column,
              const HrSample *sample,
              const double    quantiles[2])
{
  switch (column)
    {
    case COLUMN_MEAN:
      append_number (out, hr_sample_mean (sample));
      break;
    case COLUMN_MAX:
      append_number (out, sample->max);
      break;
    case COLUMN_SUM:
      append_number (out, sample->sum);
      break;
    case COLUMN_COUNT:
      append_count (out, sample->count);
      break;
    case COLUMN_LAST:
      append_number (out, sample->last);
      break;
    case COLUMN_P50:
      append_number (out, quantiles[0]);
      break;
    case COLUMN_P99:
      append_number (out, quantiles[1]);
      break;
    case COLUMN_SELF:
      append_number (out, sample->self);
      break;
    case COLUMN_CUMULATIVE:
    case N_COLUMNS:
    default:
      break;
    }
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
  double quantiles[2] = { (double) NAN, (double) NAN };

  if (sample != NULL && hr_kind_is_time (metric->kind))
    hr_csv_measure_quantiles (metric, sample, scratch, quantiles);

  for (guint column = 0; column < N_COLUMNS; column++)
    if (!has_column (metric, column))
      continue;
    else if (column == COLUMN_CUMULATIVE && cumulative > 0)
      append_count (out, cumulative);
    else if (column == COLUMN_CUMULATIVE || sample == NULL)
      g_string_append_c (out, ',');
    else
      append_value (out, (Column) column, sample, quantiles);
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

  append_header (out, history, written);
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
      g_string_append (out, HR_CSV_END_OF_ROW);
    }

  return g_string_free_to_bytes (out);
}
