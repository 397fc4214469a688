/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A report as one JSON document: {"schema":"headroom.report","schema_version":1,…}. Times are UTC, lengths of time end in _ms, values are in the unit
 * beside them, and null is what nobody measured. */

#include "engine/report/json-result.h"
#include "engine/report/json-session.h"
#include "engine/report/report-words.h"

#include <math.h>

static void
append_contract (const HrReport *self,
                 HrJsonText     *json)
{
  g_autofree char *file = self->contract != NULL ? hr_report_contract_file (self) : NULL;

  if (file == NULL)
    {
      hr_json_text (json, "contract", NULL);
      return;
    }

  hr_json_open (json, "contract", '{');
  hr_json_text (json, "name", hr_contract_get_name (self->contract));
  hr_json_text (json, "file", file);
  hr_json_text (json, "from", self->contract_origin == HR_REPORT_CONTRACT_GIVEN ? "given" : "session");
  hr_json_text (json, "sha256", self->contract_hash);
  hr_json_close (json, '}');
}

static void
append_results (const HrReport *self,
                HrJsonText     *json)
{
  hr_json_open (json, "budgets", '[');
  for (guint i = 0; self->assessment != NULL && i < hr_assessment_get_n_results (self->assessment); i++)
    {
      hr_json_open (json, NULL, '{');
      hr_json_result (json, hr_assessment_get_result (self->assessment, i));
      hr_json_close (json, '}');
    }
  hr_json_close (json, ']');
}

static void
append_sources (const HrReport *self,
                HrJsonText     *json)
{
  hr_json_open (json, "sources", '[');
  for (guint i = 0; i < self->sources->len; i++)
    {
      const HrReportSource *source = &g_array_index (self->sources, HrReportSource, i);

      hr_json_open (json, NULL, '{');
      hr_json_text (json, "name", source->name);
      hr_json_text (json, "title", source->title);
      hr_json_text (json, "detail", source->detail);
      hr_json_text (json, "origin", source->origin);
      hr_json_time (json, "begin", source->begin_us);
      hr_json_time (json, "end", source->end_us);
      hr_json_count (json, "snapshots", source->n_snapshots);
      hr_json_count (json, "catch_ups", source->n_catch_ups);
      hr_json_count (json, "lost_records", source->n_lost);
      hr_json_close (json, '}');
    }
  hr_json_close (json, ']');
}

static void
append_metric (HrJsonText           *json,
               const HrReportMetric *metric)
{
  hr_json_open (json, NULL, '{');
  hr_json_text (json, "source", metric->source);
  hr_json_text (json, "name", metric->info.name);
  hr_json_text (json, "kind", hr_kind_name (metric->info.kind));
  hr_json_text (json, "unit", hr_unit_name (metric->info.unit));
  hr_json_text (json, "better", hr_direction_name (metric->info.direction));
  hr_json_count (json, "items", metric->count);
  hr_json_number (json, "sum", metric->sum);
  hr_json_number (json, "mean", hr_report_metric_mean (metric));
  hr_json_number (json, "min", metric->min);
  hr_json_number (json, "max", metric->max);
  hr_json_number (json, "last", metric->last);
  if (metric->info.kind == HR_KIND_SPAN)
    hr_json_number (json, "self", metric->self);
}

/* Percentiles are there of metrics that have a chart. */
static void
append_metrics (const HrReport *self,
                HrJsonText     *json)
{
  static const char *const names[HR_REPORT_N_QUANTILES] = { "p50", "p90", "p99", "p99.9" };

  hr_json_open (json, "metrics", '[');
  for (guint i = 0; i < self->metrics->len; i++)
    {
      const HrReportMetric *metric = &g_array_index (self->metrics, HrReportMetric, i);
      const HrReportSeries *series = hr_report_find_series (self, metric);

      if (metric->count == 0)
        continue;
      append_metric (json, metric);
      for (guint k = 0; series != NULL && series->has_quantiles && k < HR_REPORT_N_QUANTILES; k++)
        hr_json_number (json, names[k], series->quantiles[k]);
      hr_json_close (json, '}');
    }
  hr_json_close (json, ']');
}

static void
append_figure (HrJsonText           *json,
               const char           *name,
               const HrReportFigure *figure)
{
  hr_json_open (json, name, '{');
  hr_json_integer (json, "times", figure->n);
  hr_json_number (json, "mean", figure->n > 0 ? figure->mean : (double) NAN);
  hr_json_number (json, "worst", figure->n > 0 ? figure->worst : (double) NAN);
  hr_json_close (json, '}');
}

static void
append_told (const HrReport *self,
             HrJsonText     *json)
{
  hr_json_open (json, "alerts", '[');
  for (guint i = 0; i < self->alerts->len; i++)
    hr_json_session_alert (json, g_ptr_array_index (self->alerts, i));
  hr_json_close (json, ']');

  append_figure (json, "overhead", &self->overhead);
  append_figure (json, "clock_error_ms", &self->clock_error);
  hr_json_count (json, "lost_records", self->n_lost);
  hr_json_count (json, "lost_marked", self->n_lost_marked);

  hr_json_open (json, "runs", '[');
  for (guint i = 0; i < self->runs->len; i++)
    hr_json_session_run (json, &g_array_index (self->runs, HrSessionRun, i));
  hr_json_close (json, ']');
}

/* Returns: (transfer full): the document, in UTF-8 */
GBytes *
hr_report_write_json (HrReport *self,
                      GError  **error)
{
  GString         *out = g_string_new (NULL);
  HrJsonText       json = { out, .in_lines = TRUE };
  g_autofree char *sentence = hr_report_sentence (self);

  hr_json_open_document (&json, "headroom.report", 1);
  hr_json_text (&json, "title", self->title);
  hr_json_text (&json, "outcome", self->assessment != NULL ? hr_outcome_name (hr_report_get_outcome (self)) : NULL);
  hr_json_text (&json, "sentence", sentence);
  hr_json_time (&json, "begin", self->range.begin_us);
  hr_json_time (&json, "end", self->range.end_us);
  hr_json_flag (&json, "partial", self->partial);
  hr_json_text (&json, "file", self->file);
  hr_json_count (&json, "file_bytes", self->file_bytes);
  hr_json_integer (&json, "damaged", self->n_damaged);
  append_contract (self, &json);
  append_results (self, &json);
  append_sources (self, &json);
  append_metrics (self, &json);
  append_told (self, &json);
  hr_json_close_document (&json);

  return g_string_free_to_bytes (out);
}
