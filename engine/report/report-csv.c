/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A report as one table (RFC 4180). A row with record "budget" is a result, one with record "metric" what a metric came to in all; a cell that
 * says nothing of its kind of record, or that nobody measured, is empty. Values are in the row's unit, to the last digit; p50 to p99_9 are within 0.8 %. */

#include "engine/report/report-private.h"

#include "engine/report/csv-cell.h"

#include <math.h>

#define N_COLUMNS 25

static void
append_empty (GString *out,
              guint    n)
{
  for (guint i = 0; i < n; i++)
    hr_csv_append_text (out, NULL);
}

static void
append_result (GString              *out,
               const HrBudgetResult *result)
{
  hr_csv_append_text (out, "budget");
  hr_csv_append_text (out, result->source);
  hr_csv_append_text (out, result->budget->metric);
  hr_csv_append_text (out, hr_unit_name (result->unit));
  hr_csv_append_count (out, result->n_items);
  hr_csv_append_text (out, result->budget->name);
  hr_csv_append_text (out, hr_statistic_name (result->budget->statistic));
  hr_csv_append_text (out, hr_outcome_name (result->outcome));
  hr_csv_append_number (out, result->limit);
  hr_csv_append_number (out, result->worst);
  hr_csv_append_number (out, result->last);
  hr_csv_append_text (out, hr_severity_name (result->severity));
  hr_csv_append_exact_time (out, result->worst_us);
  hr_csv_append_exact_time (out, result->breach_us);
  hr_csv_append_number (out, (double) result->over_us / 1e3);
  hr_csv_append_number (out, (double) result->measured_us / 1e3);
  append_empty (out, N_COLUMNS - 16);
  hr_csv_end_row (out);
}

static void
append_metric (HrReport             *self,
               GString              *out,
               const HrReportMetric *metric)
{
  const HrReportSeries *series = hr_report_find_series (self, metric);

  hr_csv_append_text (out, "metric");
  hr_csv_append_text (out, metric->source);
  hr_csv_append_text (out, metric->info.name);
  hr_csv_append_text (out, hr_unit_name (metric->info.unit));
  hr_csv_append_count (out, metric->count);
  append_empty (out, 11);
  hr_csv_append_text (out, hr_kind_name (metric->info.kind));
  hr_csv_append_number (out, hr_report_metric_mean (metric));
  hr_csv_append_number (out, metric->min);
  hr_csv_append_number (out, metric->max);
  for (guint i = 0; i < HR_REPORT_N_QUANTILES; i++)
    hr_csv_append_number (out, series != NULL && series->has_quantiles ? series->quantiles[i] : (double) NAN);
  hr_csv_append_number (out, metric->info.kind == HR_KIND_SPAN ? metric->self : (double) NAN);
  hr_csv_end_row (out);
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
