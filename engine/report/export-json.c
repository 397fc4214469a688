/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A session as JSON, for programs. "ndjson" is a line a snapshot, in order of time:
 *
 *     {"schema":"headroom.snapshot","schema_version":1,
 *      "source":"ranker","time":"2026-03-01T12:00:00.250125Z","sequence":17,"interval_ms":100,"lost":0,"catch_up":false,
 *      "samples":[{"metric":"ranking_ms","kind":"duration","unit":"ms","count":4,"sum":8,"min":1,"max":3,"last":2,"buckets":[[1153,4]]}]}
 *
 * "json" is one document: {"schema":"headroom.session","schema_version":1, "session":FILE, "sources":[…], "runs":[…], "contracts":[…],
 * "alerts":[…], "marks":[…], "recordings":[…], "snapshots":[the same objects, without a schema of their own]}. Numbers have as many digits as it
 * takes to read the very same double back; null is what is no finite number, or no time. Buckets, of durations and spans, are [number, items]:
 * base/buckets.h says what they stand for; spans have their self time beside them as "self". */

#include "engine/report/export-private.h"

#include "engine/report/json-session.h"
#include "engine/store/words.h"

#include <math.h>

static void
append_sample (HrJsonText         *json,
               const HrMetricInfo *metric,
               const HrSample     *sample)
{
  hr_json_open (json, NULL, '{');
  hr_json_text (json, "metric", metric->name);
  hr_json_text (json, "kind", hr_kind_name (metric->kind));
  hr_json_text (json, "unit", hr_unit_name (metric->unit));
  hr_json_count (json, "count", sample->count);
  hr_json_number (json, "sum", sample->sum);
  hr_json_number (json, "min", sample->min);
  hr_json_number (json, "max", sample->max);
  hr_json_number (json, "last", sample->last);
  if (metric->kind == HR_KIND_SPAN)
    hr_json_number (json, "self", sample->self);
  if (hr_kind_is_time (metric->kind))
    {
      hr_json_open (json, "buckets", '[');
      for (guint i = 0; i < sample->n_buckets; i++)
        {
          hr_json_open (json, NULL, '[');
          hr_json_count (json, NULL, sample->buckets[i].bucket);
          hr_json_count (json, NULL, sample->buckets[i].count);
          hr_json_close (json, ']');
        }
      hr_json_close (json, ']');
    }
  hr_json_close (json, '}');
}

/* Appends the members of @snapshot, without brackets around them. */
static void
append_snapshot (const HrExport *export,
                 HrJsonText            *json,
                 const HrSessionSource *source,
                 HrHistory             *history,
                 const HrSnapshot      *snapshot)
{
  hr_json_text (json, "source", source->what.name);
  hr_json_time (json, "time", snapshot->time_us);
  hr_json_count (json, "sequence", snapshot->sequence);
  hr_json_number (json, "interval_ms", (double) snapshot->interval_ns / (double) HR_NS_PER_MS);
  hr_json_count (json, "lost", snapshot->lost);
  hr_json_flag (json, "catch_up", snapshot->catch_up);
  hr_json_open (json, "samples", '[');
  for (guint i = 0; i < snapshot->n_samples; i++)
    {
      const HrMetricInfo *metric = hr_history_get_metric (history, snapshot->samples[i].metric);

      if (hr_export_wants_metric (export, metric))
        append_sample (json, metric, &snapshot->samples[i]);
    }
  hr_json_close (json, ']');
}

static void
ndjson_begin (HrExport *export)
{
}

static void
ndjson_snapshot (HrExport *export,
                 const HrSessionSource *source,
                 HrHistory             *history,
                 const HrSnapshot      *snapshot)
{
  HrJsonText json = { export->text };

  hr_json_open_document (&json, "headroom.snapshot", 1);
  append_snapshot (export, &json, source, history, snapshot);
  hr_json_close_document (&json);
}

static void
ndjson_end (HrExport *export)
{
}

static void
append_source (const HrExport *export,
               HrJsonText            *json,
               const HrSessionSource *source)
{
  hr_json_open (json, NULL, '{');
  hr_json_text (json, "name", source->what.name);
  hr_json_text (json, "title", source->what.title);
  hr_json_text (json, "detail", source->what.detail);
  hr_json_text (json, "role", hr_store_word (HR_WORDS_ROLE, source->what.role));
  hr_json_text (json, "place", hr_store_word (HR_WORDS_GROUP, source->what.group));
  hr_json_text (json, "origin", source->what.origin);
  hr_json_time (json, "begin", source->begin_us);
  hr_json_time (json, "end", source->end_us);
  hr_json_count (json, "snapshots", source->n_snapshots);
  hr_json_open (json, "metrics", '[');
  for (guint i = 0; i < hr_session_get_n_metrics (export->session, source->id); i++)
    {
      const HrMetricInfo *metric = &hr_session_get_metric (export->session, source->id, i)->info;

      if (!hr_export_wants_metric (export, metric))
        continue;
      hr_json_open (json, NULL, '{');
      hr_json_text (json, "name", metric->name);
      hr_json_text (json, "kind", hr_kind_name (metric->kind));
      hr_json_text (json, "unit", hr_unit_name (metric->unit));
      hr_json_text (json, "better", hr_direction_name (metric->direction));
      hr_json_close (json, '}');
    }
  hr_json_close (json, ']');
  hr_json_close (json, '}');
}

static void
append_runs (const HrExport *export,
             HrJsonText *json)
{
  hr_json_open (json, "runs", '[');
  for (guint i = 0; i < hr_session_get_n_runs (export->session); i++)
    hr_json_session_run (json, hr_session_get_run (export->session, i));
  hr_json_close (json, ']');
}

static void
append_contracts (const HrExport *export,
                  HrJsonText *json)
{
  hr_json_open (json, "contracts", '[');
  for (guint i = 0; i < hr_session_get_n_contracts (export->session); i++)
    {
      const HrSessionContract *contract = hr_session_get_contract (export->session, i);

      hr_json_open (json, NULL, '{');
      hr_json_time (json, "from", contract->from_us);
      hr_json_text (json, "file", contract->file);
      hr_json_text (json, "text", contract->text);
      hr_json_close (json, '}');
    }
  hr_json_close (json, ']');
}

static void
append_recordings (const HrExport *export,
                   HrJsonText *json)
{
  hr_json_open (json, "recordings", '[');
  for (guint i = 0; i < hr_session_get_n_recordings (export->session); i++)
    {
      const HrSessionRecording *recording = hr_session_get_recording (export->session, i);

      hr_json_open (json, NULL, '{');
      hr_json_text (json, "name", recording->name);
      hr_json_time (json, "begin", recording->begin_us);
      hr_json_time (json, "end", recording->end_us);
      hr_json_close (json, '}');
    }
  hr_json_close (json, ']');
}

/* What of alerts and marks is damaged is left out: the session counts it, and snapshots can be read all the same. */
static void
append_alerts (const HrExport *export,
               HrJsonText *json)
{
  g_autoptr (GPtrArray) alerts = hr_session_read_alerts (export->session, export->options->range, NULL);

  hr_json_open (json, "alerts", '[');
  for (guint i = 0; alerts != NULL && i < alerts->len; i++)
    hr_json_session_alert (json, g_ptr_array_index (alerts, i));
  hr_json_close (json, ']');
}

static void
append_marks (const HrExport *export,
              HrJsonText *json)
{
  g_autoptr (GPtrArray) marks = hr_session_read_marks (export->session, export->options->range, NULL);

  hr_json_open (json, "marks", '[');
  for (guint i = 0; marks != NULL && i < marks->len; i++)
    hr_json_session_mark (json, g_ptr_array_index (marks, i));
  hr_json_close (json, ']');
}

static void
json_begin (HrExport *export)
{
  HrJsonText      *json = g_new0 (HrJsonText, 1);
  g_autofree char *name = g_path_get_basename (hr_session_get_path (export->session));

  json->out = export->text;
  export->state = json;
  hr_json_open_document (json, "headroom.session", 1);
  hr_json_text (json, "session", name);
  hr_json_open (json, "sources", '[');
  for (guint i = 0; i < hr_session_get_n_sources (export->session); i++)
    if (hr_export_wants_source (export, hr_session_get_source (export->session, i)))
      append_source (export, json, hr_session_get_source (export->session, i));
  hr_json_close (json, ']');
  append_runs (export, json);
  append_contracts (export, json);
  append_alerts (export, json);
  append_marks (export, json);
  append_recordings (export, json);
  hr_json_open (json, "snapshots", '[');
}

static void
json_snapshot (HrExport *export,
               const HrSessionSource *source,
               HrHistory             *history,
               const HrSnapshot      *snapshot)
{
  HrJsonText *json = export->state;

  hr_json_open (json, NULL, '{');
  append_snapshot (export, json, source, history, snapshot);
  hr_json_close (json, '}');
}

static void
json_end (HrExport *export)
{
  HrJsonText *json = g_steal_pointer (&export->state);

  hr_json_close (json, ']');
  hr_json_close_document (json);
  g_free (json);
}

const HrExportClass hr_export_json = { "json", json_begin, json_snapshot, json_end };
const HrExportClass hr_export_ndjson = { "ndjson", ndjson_begin, ndjson_snapshot, ndjson_end };
