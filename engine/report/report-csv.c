/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A report as one table (RFC 4180). A row with record "budget" is a result, one with record "metric" what a metric came to in all; a cell that
 * says nothing of its kind of record, or that nobody measured, is empty. Values are in the row's unit, to the last digit; p50 to p99_9 are within 0.8 %. */

#include "engine/report/report-private.h"

#include "engine/report/csv-cell.h"

#include <math.h>

#define N_COLUMNS 25

static void
append_cell (GString    *out,
             const char *text)
{
  if (text != NULL)
    hr_csv_append_text (out, text);
  g_string_append_c (out, ',');
}

static void
append_number (GString *out,
               double   value)
{
  hr_csv_append_number (out, value);
  g_string_append_c (out, ',');
}

static void
append_time (GString *out,
             gint64   time_us)
{
  hr_csv_append_exact_time (out, time_us);
  g_string_append_c (out, ',');
}

/* Ends a row: empty cells up to the last column, and no comma behind that. */
static void
end_row (GString *out,
         guint    n_empty)
{
  for (guint i = 0; i < n_empty; i++)
    g_string_append_c (out, ',');
  g_string_truncate (out, out->len - 1);
  g_string_append (out, HR_CSV_END_OF_ROW);
}

static void
append_result (GString              *out,
               const HrBudgetResult *result)
{
  append_cell (out, "budget");
  append_cell (out, result->source);
  append_cell (out, result->budget->metric);
  append_cell (out, hr_unit_name (result->unit));
  append_number (out, (double) result->n_items);
  append_cell (out, result->budget->name);
  append_cell (out, hr_statistic_name (result->budget->statistic));
  append_cell (out, hr_outcome_name (result->outcome));
  append_number (out, result->limit);
  append_number (out, result->worst);
  append_number (out, result->last);
  append_cell (out, hr_severity_name (result->severity));
  append_time (out, result->worst_us);
  append_time (out, result->breach_us);
  append_number (out, (double) result->over_us / 1e3);
  append_number (out, (double) result->measured_us / 1e3);
  end_row (out, N_COLUMNS - 16);
}

/* Returns: (nullable): the chart of @metric, which has its percentiles */
static const HrReportSeries *
find_series (HrReport             *self,
             const HrReportMetric *metric)
{
  for (guint i = 0; i < self->series->len; i++)
    {
      const HrReportSeries *series = g_ptr_array_index (self->series, i);

      if (series->metric == metric)
        return series;
    }

  return NULL;
}

static void
append_metric (HrReport             *self,
               GString              *out,
               const HrReportMetric *metric)
{
  const HrReportSeries *series = find_series (self, metric);

  append_cell (out, "metric");
  append_cell (out, metric->source);
  append_cell (out, metric->info.name);
  append_cell (out, hr_unit_name (metric->info.unit));
  append_number (out, (double) metric->count);
  for (guint i = 0; i < 11; i++)
    g_string_append_c (out, ',');
  append_cell (out, hr_kind_name (metric->info.kind));
  append_number (out, metric->sum / (double) metric->count);
  append_number (out, metric->min);
  append_number (out, metric->max);
  for (guint i = 0; i < HR_REPORT_N_QUANTILES; i++)
    append_number (out, series != NULL && series->has_quantiles ? series->quantiles[i] : (double) NAN);
  append_number (out, metric->info.kind == HR_KIND_SPAN ? metric->self : (double) NAN);
  end_row (out, 0);
}

/* Returns: (transfer full): the table */
GBytes *
hr_report_write_csv (HrReport *self,
                     GError  **error)
{
  GString *out = g_string_new ("record,source,metric,unit,items,budget,statistic,outcome,limit,worst,last,severity,worst_at,breach_at,over_ms,measured_ms,"
                               "kind,mean,min,max,p50,p90,p99,p99_9,self" HR_CSV_END_OF_ROW);

  for (guint i = 0; self->assessment != NULL && i < hr_assessment_get_n_results (self->assessment); i++)
    append_result (out, hr_assessment_get_result (self->assessment, i));
  for (guint i = 0; i < self->metrics->len; i++)
    if (g_array_index (self->metrics, HrReportMetric, i).count > 0)
      append_metric (self, out, &g_array_index (self->metrics, HrReportMetric, i));

  return g_string_free_to_bytes (out);
}
