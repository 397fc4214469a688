/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/document.h"

#include "engine/report/csv-cell.h"

#include <math.h>

/* Adds the member @name, which is @text as far as that is UTF-8. @text: (nullable): null */
void
hr_document_add_text (JsonBuilder *builder,
                      const char  *name,
                      const char  *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  json_builder_set_member_name (builder, name);
  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

/* JSON has no word for what is no number. */
static void
add_number (JsonBuilder *builder,
            const char  *name,
            double       value)
{
  json_builder_set_member_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_integer (JsonBuilder *builder,
             const char  *name,
             guint64      value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) MIN (value, (guint64) G_MAXINT64));
}

/* Adds the members of a source. @address: by which --source finds it */
void
hr_document_add_source (JsonBuilder *builder,
                        HrSource    *source,
                        const char  *address)
{
  hr_document_add_text (builder, "address", address);
  hr_document_add_text (builder, "name", hr_source_get_name (source));
  hr_document_add_text (builder, "title", hr_source_get_title (source));
  hr_document_add_text (builder, "kind", hr_role_name (hr_source_get_role (source)));
  hr_document_add_text (builder, "state", hr_state_name (hr_source_get_state (source)));
  hr_document_add_text (builder, "message", hr_source_get_message (source));
  hr_document_add_text (builder, "detail", hr_source_get_detail (source));
  add_integer (builder, "pid", hr_source_get_pid (source));
}

static void
add_metrics (JsonBuilder     *builder,
             const HrReadout *readout)
{
  json_builder_set_member_name (builder, "metrics");
  json_builder_begin_array (builder);
  for (guint i = 0; i < readout->rows->len; i++)
    {
      const HrRow *row = &g_array_index (readout->rows, HrRow, i);

      json_builder_begin_object (builder);
      hr_document_add_text (builder, "name", row->info->name);
      hr_document_add_text (builder, "kind", hr_kind_name (row->info->kind));
      hr_document_add_text (builder, "unit", hr_unit_name (row->unit));
      add_number (builder, "now", row->now);
      add_number (builder, "mean", row->mean);
      add_number (builder, "p99", row->p99);
      add_number (builder, "max", row->max);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_budgets (JsonBuilder     *builder,
             const HrVerdict *verdict)
{
  json_builder_set_member_name (builder, "budgets");
  json_builder_begin_array (builder);
  for (guint i = 0; verdict != NULL && i < verdict->n_judgements; i++)
    {
      const HrJudgement *judgement = &verdict->judgements[i];

      json_builder_begin_object (builder);
      hr_document_add_text (builder, "name", judgement->budget->name);
      hr_document_add_text (builder, "metric", judgement->budget->metric);
      hr_document_add_text (builder, "statistic", hr_statistic_name (judgement->budget->statistic));
      hr_document_add_text (builder, "unit", hr_unit_name (judgement->unit));
      add_number (builder, "value", judgement->value);
      add_number (builder, "limit", judgement->limit);
      add_number (builder, "share", judgement->used);
      hr_document_add_text (builder, "standing", hr_standing_name (judgement->standing));
      hr_document_add_text (builder, "severity", hr_severity_name (judgement->severity));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* Adds an object that is the readout. */
void
hr_document_add_readout (JsonBuilder     *builder,
                         const HrReadout *readout)
{
  g_autoptr (GString) time = g_string_new (NULL);
  HrStanding worst = readout->verdict != NULL ? readout->verdict->worst : HR_STANDING_NO_DATA;

  hr_csv_append_time (time, readout->time_us);
  json_builder_begin_object (builder);
  add_integer (builder, "schema_version", HR_DOCUMENT_VERSION);
  hr_document_add_text (builder, "time", time->len > 0 ? time->str : NULL);
  json_builder_set_member_name (builder, "source");
  json_builder_begin_object (builder);
  hr_document_add_source (builder, readout->source, readout->address);
  json_builder_end_object (builder);
  add_integer (builder, "sequence", readout->sequence);
  add_number (builder, "interval_ms", (double) readout->interval_ns / HR_NS_PER_MS);
  hr_document_add_text (builder, "sentence", readout->sentence);
  hr_document_add_text (builder, "standing", hr_standing_name (worst));
  add_number (builder, "score", readout->verdict != NULL ? readout->verdict->scores.overall : (double) NAN);
  add_metrics (builder, readout);
  add_budgets (builder, readout->verdict);
  json_builder_end_object (builder);
}

/* Returns (transfer full) what was built, with the end of its last line; what is not @pretty stands in one line. */
char *
hr_document_print (JsonBuilder *builder,
                   gboolean     pretty)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  JsonNode        *root = json_builder_get_root (builder);
  g_autofree char *text = NULL;

  json_generator_set_pretty (generator, pretty);
  json_generator_set_root (generator, root);
  json_node_unref (root);
  text = json_generator_to_data (generator, NULL);

  return g_strconcat (text, "\n", NULL);
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
      g_string_append_c (out, ',');
      hr_csv_append_text (out, hr_source_get_name (readout->source));
      g_string_append_c (out, ',');
      hr_csv_append_text (out, row->info->name);
      g_string_append_c (out, ',');
      hr_csv_append_text (out, hr_unit_name (row->unit));
      for (gsize k = 0; k < G_N_ELEMENTS (values); k++)
        {
          g_string_append_c (out, ',');
          hr_csv_append_number (out, values[k]);
        }
      g_string_append_printf (out, ",%s" HR_CSV_END_OF_ROW, isnan (row->used) ? "" : hr_standing_name (row->standing));
    }
}
