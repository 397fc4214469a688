/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/document.h"

#include <math.h>

/* Writes the members of a source, without brackets around them. @address: by which --source finds it */
void
hr_document_add_source (HrJsonText *json,
                        HrSource   *source,
                        const char *address)
{
  hr_json_text (json, "address", address);
  hr_json_text (json, "name", hr_source_get_name (source));
  hr_json_text (json, "title", hr_source_get_title (source));
  hr_json_text (json, "kind", hr_role_name (hr_source_get_role (source)));
  hr_json_text (json, "state", hr_state_name (hr_source_get_state (source)));
  hr_json_text (json, "message", hr_source_get_message (source));
  hr_json_text (json, "detail", hr_source_get_detail (source));
  hr_json_integer (json, "pid", hr_source_get_pid (source));
}

static void
add_metrics (HrJsonText      *json,
             const HrReadout *readout)
{
  hr_json_open (json, "metrics", '[');
  for (guint i = 0; i < readout->rows->len; i++)
    {
      const HrRow *row = &g_array_index (readout->rows, HrRow, i);

      hr_json_open (json, NULL, '{');
      hr_json_text (json, "name", row->info->name);
      hr_json_text (json, "kind", hr_kind_name (row->info->kind));
      hr_json_text (json, "unit", hr_unit_name (row->unit));
      hr_json_number (json, "now", row->now);
      hr_json_number (json, "mean", row->mean);
      hr_json_number (json, "p99", row->p99);
      hr_json_number (json, "max", row->max);
      hr_json_close (json, '}');
    }
  hr_json_close (json, ']');
}

static void
add_budgets (HrJsonText      *json,
             const HrVerdict *verdict)
{
  hr_json_open (json, "budgets", '[');
  for (guint i = 0; verdict != NULL && i < verdict->n_judgements; i++)
    {
      const HrJudgement *judgement = &verdict->judgements[i];

      hr_json_open (json, NULL, '{');
      hr_json_text (json, "name", judgement->budget->name);
      hr_json_text (json, "metric", judgement->budget->metric);
      hr_json_text (json, "statistic", hr_statistic_name (judgement->budget->statistic));
      hr_json_text (json, "unit", hr_unit_name (judgement->unit));
      hr_json_number (json, "value", judgement->value);
      hr_json_number (json, "limit", judgement->limit);
      hr_json_number (json, "share", judgement->used);
      hr_json_text (json, "standing", hr_standing_name (judgement->standing));
      hr_json_text (json, "severity", hr_severity_name (judgement->severity));
      hr_json_close (json, '}');
    }
  hr_json_close (json, ']');
}

/* Returns (transfer full) the readout as a document: a line a member where @in_lines, else one line. */
char *
hr_document_format (const HrReadout *readout,
                    gboolean         in_lines)
{
  HrStanding worst = readout->verdict != NULL ? readout->verdict->worst : HR_STANDING_NO_DATA;
  GString   *out = g_string_new (NULL);
  HrJsonText json = { out, .in_lines = in_lines };

  hr_json_open_document (&json, "headroom.readout", 1);
  hr_json_time (&json, "time", readout->time_us);
  hr_json_open (&json, "source", '{');
  hr_document_add_source (&json, readout->source, readout->address);
  hr_json_close (&json, '}');
  hr_json_count (&json, "sequence", readout->sequence);
  hr_json_number (&json, "interval_ms", (double) readout->interval_ns / HR_NS_PER_MS);
  hr_json_text (&json, "sentence", readout->sentence);
  hr_json_text (&json, "standing", hr_standing_name (worst));
  hr_json_number (&json, "score", readout->verdict != NULL ? readout->verdict->scores.overall : (double) NAN);
  add_metrics (&json, readout);
  add_budgets (&json, readout->verdict);
  hr_json_close_document (&json);

  return g_string_free (out, FALSE);
}

/* Appends a row of CSV a metric (RFC 4180). */
void
hr_document_add_rows (GString         *out,
                      const HrReadout *readout)
{
  for (guint i = 0; i < readout->rows->len; i++)
    {
      const HrRow *row = &g_array_index (readout->rows, HrRow, i);
      const double values[] = { row->now, row->mean, row->p99, row->max, row->used };

      hr_csv_append_time (out, readout->time_us);
      hr_csv_append_text (out, hr_source_get_name (readout->source));
      hr_csv_append_text (out, row->info->name);
      hr_csv_append_text (out, hr_unit_name (row->unit));
      for (gsize k = 0; k < G_N_ELEMENTS (values); k++)
        hr_csv_append_number (out, values[k]);
      hr_csv_append_text (out, isnan (row->used) ? NULL : hr_standing_name (row->standing));
      hr_csv_end_row (out);
    }
}
