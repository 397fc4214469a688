/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A session as one table (RFC 4180: CR LF after every row, quotes where a name needs them), made for programs: names never change with the
 * language, numbers have a point and as many digits as it takes to read the very same double back. A row is one snapshot of one source, in
 * order of time; what a source does not have, or had nothing of in that interval, is an empty cell. Sources share the columns of metrics that
 * have the same name, kind and unit, so that a table of several sources is as wide as all that is measured, and not times the sources:
 *
 *     time                 end of the interval, UTC with microseconds, "2026-03-01T12:00:00.250125Z"
 *     source               its name
 *     interval_ms          how long the interval was
 *     lost                 records of it that nobody has
 *     catch_up             1 where it makes up for a stretch that nobody watched, else 0
 *     METRIC.mean_UNIT     per item; all but events
 *     METRIC.min_UNIT      all but events
 *     METRIC.max_UNIT      all but events
 *     METRIC.last_UNIT     the newest item; for an event without values 0
 *     METRIC.sum_UNIT      counters, durations, spans and events; that of a gauge or ratio means nothing
 *     METRIC.count         items
 *     METRIC.p50_UNIT      durations; within 0.8 %; empty where the distribution of the items is not known
 *     METRIC.p99_UNIT      durations and spans; the same
 *     METRIC.self_UNIT     spans: what of the sum was not spent in inner spans
 *
 * UNIT is ms, mb, ratio, per_second, mb_per_second or celsius, and left out with its underscore where the metric's name ends in it already
 * or counts things. Where two metrics differ in kind or unit alone, the later one is METRIC (KIND UNIT). What CSV import
 * makes of such a table stands in engine/collect/csv-intake.c. */

#include "engine/report/export-private.h"

#include "engine/report/csv-cell.h"
#include "engine/report/csv-column.h"
#include "engine/report/metric-map.h"

#define ALL (HR_CSV_LEVELS | HR_CSV_KIND (EVENT))

static const HrCsvColumn columns[] = {
  { HR_CSV_MEAN, HR_CSV_LEVELS },
  { HR_CSV_MIN, HR_CSV_LEVELS },
  { HR_CSV_MAX, HR_CSV_LEVELS },
  { HR_CSV_LAST, ALL },
  { HR_CSV_SUM, ALL & ~HR_CSV_KIND (GAUGE) & ~HR_CSV_KIND (RATIO) },
  { HR_CSV_COUNT, ALL },
  { HR_CSV_P50, HR_CSV_KIND (DURATION) },
  { HR_CSV_P99, HR_CSV_KIND (DURATION) | HR_CSV_KIND (SPAN) },
  { HR_CSV_SELF, HR_CSV_KIND (SPAN) },
};

typedef struct
{
  GArray          *metrics; /* HrMetricInfo that have columns, in their order; names are the session's */
  HrMetricMap     *map;     /* their numbers */
  HrHistogram     *scratch;
  const HrSample **cells; /* of the row that is written, beside @metrics */
} State;

/* Returns what the columns of metric @index are called by: its name, or more where an earlier one is called the same. */
static char *
label_of (const State *self,
          guint        index)
{
  const HrMetricInfo *metric = &g_array_index (self->metrics, HrMetricInfo, index);

  for (guint i = 0; i < index; i++)
    if (g_str_equal (g_array_index (self->metrics, HrMetricInfo, i).name, metric->name))
      return g_strdup_printf ("%s (%s %s)", metric->name, hr_kind_name (metric->kind), hr_unit_name (metric->unit));

  return g_strdup (metric->name);
}

static void
append_heads (const State *self,
              GString     *out)
{
  static const char *const heads[] = { "time", "source", "interval_ms", "lost", "catch_up" };

  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    hr_csv_append_text (out, heads[i]);
  for (guint i = 0; i < self->metrics->len; i++)
    {
      g_autofree char *label = label_of (self, i);

      hr_csv_append_heads (out, label, &g_array_index (self->metrics, HrMetricInfo, i), columns, G_N_ELEMENTS (columns));
    }
  hr_csv_end_row (out);
}

static void
csv_begin (HrExport *export)
{
  State *self = g_new0 (State, 1);

  self->metrics = g_array_new (FALSE, FALSE, sizeof (HrMetricInfo));
  self->map = hr_metric_map_new ();
  self->scratch = g_new0 (HrHistogram, 1);
  export->state = self;

  for (guint i = 0; i < hr_session_get_n_sources (export->session); i++)
    {
      const HrSessionSource *source = hr_session_get_source (export->session, i);

      for (guint k = 0; hr_export_wants_source (export, source) && k < hr_session_get_n_metrics (export->session, source->id); k++)
        {
          const HrMetricInfo *metric = &hr_session_get_metric (export->session, source->id, k)->info;

          if (hr_export_wants_metric (export, metric) && hr_metric_map_add (self->map, metric) == self->metrics->len)
            g_array_append_val (self->metrics, *metric);
        }
    }
  self->cells = g_new0 (const HrSample *, MAX (self->metrics->len, 1));
  append_heads (self, export->text);
}

static void
csv_snapshot (HrExport *export,
              const HrSessionSource *source,
              HrHistory             *history,
              const HrSnapshot      *snapshot)
{
  State   *self = export->state;
  GString *out = export->text;

  for (guint i = 0; i < snapshot->n_samples; i++)
    {
      guint number = hr_metric_map_find (self->map, source->id, history, snapshot->samples[i].metric);

      if (number != HR_NO_METRIC)
        self->cells[number] = &snapshot->samples[i];
    }

  hr_csv_append_exact_time (out, snapshot->time_us);
  hr_csv_append_text (out, source->what.name);
  hr_csv_append_number (out, (double) snapshot->interval_ns / (double) HR_NS_PER_MS);
  hr_csv_append_count (out, snapshot->lost);
  hr_csv_append_count (out, snapshot->catch_up ? 1 : 0);
  for (guint i = 0; i < self->metrics->len; i++)
    {
      hr_csv_append_sample (out, &g_array_index (self->metrics, HrMetricInfo, i), self->cells[i], columns, G_N_ELEMENTS (columns), self->scratch);
      self->cells[i] = NULL;
    }
  hr_csv_end_row (out);
}

static void
csv_end (HrExport *export)
{
  State *self = g_steal_pointer (&export->state);

  g_array_unref (self->metrics);
  hr_metric_map_free (self->map);
  g_free (self->scratch);
  g_free (self->cells);
  g_free (self);
}

const HrExportClass hr_export_csv = { "csv", csv_begin, csv_snapshot, csv_end };
