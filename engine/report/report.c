/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/report-private.h"

#include "engine/report/metric-map.h"

#include <glib/gstdio.h>
#include <math.h>

/* How far reading has come when a part of it begins, as a share of the whole. */
#define MEASURING 0.55
#define CHARTING 0.95

const double hr_report_quantiles[HR_REPORT_N_QUANTILES] = { 0.5, 0.9, 0.99, 0.999 };

static const struct
{
  const char *name;
  GBytes *(*write) (HrReport *self,
                    GError  **error);
} formats[HR_N_REPORT_FORMATS] = {
  [HR_REPORT_HTML] = { "html", hr_report_write_html },
  [HR_REPORT_PDF] = { "pdf", hr_report_write_pdf },
  [HR_REPORT_JSON] = { "json", hr_report_write_json },
  [HR_REPORT_CSV] = { "csv", hr_report_write_csv },
};

/* A part of the reading, which tells how far the whole of it is. */
typedef struct
{
  HrProgress progress;
  gpointer   user_data;
  double     from;
  double     to;
} Part;

/* A replay that adds up what every metric came to. */
typedef struct
{
  HrReport  *report;
  GPtrArray *maps; /* HrMetricMap, beside the report's sources */
  Part       part;
} Measuring;

static gboolean
part_progress_cb (double   share,
                  gpointer user_data)
{
  const Part *self = user_data;

  return self->progress == NULL || self->progress (self->from + share * (self->to - self->from), self->user_data);
}

static const char *
keep (HrReport   *self,
      const char *text)
{
  return text != NULL ? g_string_chunk_insert_const (self->strings, text) : NULL;
}

static void
run_clear (gpointer data)
{
  HrSessionRun *run = data;

  g_free (run->boot);
  g_free (run->version);
  g_free (run->host);
}

/* The recording that is the stretch, else the file's name. */
static char *
choose_title (HrSession *session,
              HrRange    range)
{
  g_autofree char *name = g_path_get_basename (hr_session_get_path (session));
  g_autofree char *shown = g_filename_display_name (name);

  for (guint i = 0; i < hr_session_get_n_recordings (session); i++)
    {
      const HrSessionRecording *recording = hr_session_get_recording (session, i);

      if (recording->begin_us == range.begin_us && recording->end_us == range.end_us)
        return g_strdup (recording->name);
    }
  if (g_str_has_suffix (shown, ".headroom"))
    shown[strlen (shown) - strlen (".headroom")] = '\0';

  return g_steal_pointer (&shown);
}

static void
take_file (HrReport  *self,
           HrSession *session,
           HrRange    range)
{
  GStatBuf status;

  self->file = g_path_get_basename (hr_session_get_path (session));
  self->title = choose_title (session, range);
  if (g_stat (hr_session_get_path (session), &status) == 0)
    self->file_bytes = (guint64) status.st_size;
  for (guint i = 0; i < hr_session_get_n_runs (session); i++)
    {
      const HrSessionRun *run = hr_session_get_run (session, i);
      HrSessionRun        copy = { run->begin_us, run->end_us, g_strdup (run->boot), g_strdup (run->version), g_strdup (run->host) };

      g_array_append_val (self->runs, copy);
    }
}

static void
take_sources (HrReport  *self,
              HrSession *session)
{
  for (guint i = 0; i < hr_session_get_n_sources (session); i++)
    {
      const HrSessionSource *there = hr_session_get_source (session, i);
      HrReportSource         source = { .id = there->id, .role = there->what.role, .group = there->what.group };

      source.name = keep (self, there->what.name);
      source.title = keep (self, there->what.title);
      source.detail = keep (self, there->what.detail);
      source.origin = keep (self, there->what.origin);
      source.first_metric = self->metrics->len;
      source.n_metrics = hr_session_get_n_metrics (session, there->id);
      for (guint k = 0; k < source.n_metrics; k++)
        {
          const HrSessionMetric *metric = hr_session_get_metric (session, there->id, k);
          HrReportMetric         kept = { .id = metric->id, .info = metric->info, .source = source.name };

          kept.info.name = keep (self, metric->info.name);
          g_array_append_val (self->metrics, kept);
        }
      g_array_append_val (self->sources, source);
    }
}

/* The contract that was in force last in @range, as it stands in the session. Without one there is nothing to judge by. */
static gboolean
take_recorded_contract (HrReport  *self,
                        HrSession *session,
                        HrRange    range,
                        GError   **error)
{
  const HrSessionContract *last = NULL;

  for (guint i = 0; i < hr_session_get_n_contracts (session); i++)
    {
      const HrSessionContract *contract = hr_session_get_contract (session, i);

      if (range.end_us > 0 && contract->from_us > range.end_us && last != NULL)
        continue;
      if (last == NULL || contract->from_us >= last->from_us)
        last = contract;
    }
  if (last == NULL)
    return TRUE;

  self->contract = hr_contract_parse (last->text, strlen (last->text), last->file, error);
  self->contract_origin = HR_REPORT_CONTRACT_RECORDED;

  return self->contract != NULL;
}

static gboolean
judge (HrReport   *self,
       HrSession  *session,
       HrContract *contract,
       HrRange     range,
       Part        part,
       GError    **error)
{
  self->n_contracts = hr_session_get_n_contracts (session);
  if (contract != NULL)
    {
      self->contract = hr_contract_ref (contract);
      self->contract_origin = HR_REPORT_CONTRACT_GIVEN;
    }
  else if (!take_recorded_contract (self, session, range, error))
    return FALSE;

  if (self->contract == NULL)
    return TRUE;
  self->contract_hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, hr_contract_get_text (self->contract), -1);
  self->assessment = hr_assess_session (session, self->contract, NULL, range, part_progress_cb, &part, error);

  return self->assessment != NULL;
}

static void
measure_sample (HrReportMetric *metric,
                const HrSample *sample)
{
  metric->min = metric->count > 0 ? fmin (metric->min, sample->min) : sample->min;
  metric->max = metric->count > 0 ? fmax (metric->max, sample->max) : sample->max;
  metric->count += sample->count;
  metric->sum += sample->sum;
  metric->self += sample->self;
  metric->last = sample->last;
}

static void
measure_source (HrReportSource   *source,
                const HrSnapshot *snapshot)
{
  gint64 begin_us = snapshot->time_us - snapshot->interval_ns / 1000;

  source->begin_us = source->n_snapshots > 0 ? MIN (source->begin_us, begin_us) : begin_us;
  source->end_us = MAX (source->end_us, snapshot->time_us);
  source->n_snapshots++;
  source->n_catch_ups += snapshot->catch_up ? 1 : 0;
  source->n_lost += snapshot->lost;
}

/* Returns the number of source @id; there are few of them. */
static guint
find_source (HrReport *self,
             gint64    id)
{
  guint i = 0;

  while (i < self->sources->len && g_array_index (self->sources, HrReportSource, i).id != id)
    i++;

  return i;
}

static gboolean
replay_snapshot_cb (const HrSessionSource *what,
                    HrHistory             *history,
                    HrSnapshot            *snapshot,
                    gpointer               user_data)
{
  Measuring      *self = user_data;
  guint           index = find_source (self->report, what->id);
  HrReportSource *source;

  if (index >= self->maps->len)
    return TRUE;
  source = &g_array_index (self->report->sources, HrReportSource, index);
  measure_source (source, snapshot);
  for (guint i = 0; i < snapshot->n_samples; i++)
    {
      guint number = hr_metric_map_find (g_ptr_array_index (self->maps, index), what->id, history, snapshot->samples[i].metric);

      if (number != HR_NO_METRIC)
        measure_sample (&g_array_index (self->report->metrics, HrReportMetric, source->first_metric + number), &snapshot->samples[i]);
    }

  return TRUE;
}

static gboolean
measure_progress_cb (double   share,
                     gpointer user_data)
{
  return part_progress_cb (share, &((Measuring *) user_data)->part);
}

/* Adds up what every metric came to. */
static gboolean
measure (HrReport  *self,
         HrSession *session,
         HrRange    range,
         Part       part,
         GError   **error)
{
  static const HrReplayEvents events = { replay_snapshot_cb, measure_progress_cb };
  g_autoptr (GPtrArray) maps = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_metric_map_free);
  Measuring measuring = { self, maps, part };

  for (guint i = 0; i < self->sources->len; i++)
    {
      const HrReportSource *source = &g_array_index (self->sources, HrReportSource, i);
      HrMetricMap          *map = hr_metric_map_new ();

      for (guint k = 0; k < source->n_metrics; k++)
        hr_metric_map_add (map, &g_array_index (self->metrics, HrReportMetric, source->first_metric + k).info);
      g_ptr_array_add (maps, map);
    }
  if (!hr_session_replay (session, 0, range, &events, &measuring, error))
    return FALSE;

  for (guint i = 0; i < self->sources->len; i++)
    {
      const HrReportSource *source = &g_array_index (self->sources, HrReportSource, i);

      if (source->n_snapshots == 0)
        continue;
      self->range.begin_us = self->range.begin_us > 0 ? MIN (self->range.begin_us, source->begin_us) : source->begin_us;
      self->range.end_us = MAX (self->range.end_us, source->end_us);
      self->n_lost += source->n_lost;
    }

  return TRUE;
}

static int
compare_self (gconstpointer a,
              gconstpointer b)
{
  const HrReportMetric *first = *(const HrReportMetric *const *) a, *second = *(const HrReportMetric *const *) b;

  return first->self < second->self ? 1 : first->self > second->self ? -1
                                                                     : strcmp (first->info.name, second->info.name);
}

static void
rank_spans (HrReport *self)
{
  for (guint i = 0; i < self->metrics->len; i++)
    {
      HrReportMetric *metric = &g_array_index (self->metrics, HrReportMetric, i);

      if (metric->info.kind != HR_KIND_SPAN || metric->count == 0)
        continue;
      self->spans_self += metric->self;
      g_ptr_array_add (self->spans, metric);
    }
  g_ptr_array_sort (self->spans, compare_self);
  self->n_spans = self->spans->len;
  g_ptr_array_set_size (self->spans, (int) MIN (self->n_spans, HR_REPORT_SPANS));
}

static void
figure_add (HrReportFigure *self,
            double          value)
{
  if (!isfinite (value))
    return;

  self->worst = self->n > 0 ? fmax (self->worst, value) : value;
  self->n++;
  self->mean += (value - self->mean) / self->n;
}

static gboolean
take_marks (HrReport  *self,
            HrSession *session,
            HrRange    range,
            GError   **error)
{
  self->alerts = hr_session_read_alerts (session, range, error);
  self->marks = self->alerts != NULL ? hr_session_read_marks (session, range, error) : NULL;
  if (self->marks == NULL)
    return FALSE;

  for (guint i = 0; i < self->marks->len; i++)
    {
      const HrMark *mark = g_ptr_array_index (self->marks, i);

      if (mark->kind == HR_MARK_OVERHEAD)
        figure_add (&self->overhead, mark->value);
      else if (mark->kind == HR_MARK_CLOCK)
        figure_add (&self->clock_error, mark->value);
      else if (mark->kind == HR_MARK_LOSS)
        self->n_lost_marked += mark->n;
    }

  return TRUE;
}

static HrReport *
report_new (void)
{
  HrReport *self = g_new0 (HrReport, 1);

  self->strings = g_string_chunk_new (4096);
  self->sources = g_array_new (FALSE, FALSE, sizeof (HrReportSource));
  self->metrics = g_array_new (FALSE, FALSE, sizeof (HrReportMetric));
  self->series = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_report_series_free);
  self->spans = g_ptr_array_new ();
  self->runs = g_array_new (FALSE, FALSE, sizeof (HrSessionRun));
  g_array_set_clear_func (self->runs, run_clear);

  return self;
}

/* Reads from @session all that a report of @range (0, 0: all of it) says. Blocks: for a thread.
 * @contract: (nullable): else the last one in force in the session; without either nothing is judged. @progress: (nullable).
 * Returns: (transfer full) (nullable): NULL with what the session, or the contract in it, said, or G_IO_ERROR_CANCELLED */
HrReport *
hr_report_new (HrSession  *session,
               HrContract *contract,
               HrRange     range,
               HrProgress  progress,
               gpointer    user_data,
               GError    **error)
{
  g_autoptr (HrReport) self = report_new ();
  Part judging = { progress, user_data, 0, MEASURING };
  Part measuring = { progress, user_data, MEASURING, CHARTING };

  self->partial = range.begin_us != 0 || range.end_us != 0;
  take_file (self, session, range);
  take_sources (self, session);
  if (!judge (self, session, contract, range, judging, error) || !measure (self, session, range, measuring, error) ||
      !take_marks (self, session, range, error))
    return NULL;
  rank_spans (self);
  if (!hr_report_read_series (self, session, self->range, error))
    return NULL;
  self->n_damaged = hr_session_get_n_damaged (session);

  return g_steal_pointer (&self);
}

/* @self: (nullable) (transfer full) */
void
hr_report_free (HrReport *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->assessment, hr_assessment_free);
  g_clear_pointer (&self->contract, hr_contract_unref);
  g_clear_pointer (&self->alerts, g_ptr_array_unref);
  g_clear_pointer (&self->marks, g_ptr_array_unref);
  g_ptr_array_unref (self->series);
  g_ptr_array_unref (self->spans);
  g_array_unref (self->sources);
  g_array_unref (self->metrics);
  g_array_unref (self->runs);
  g_string_chunk_free (self->strings);
  g_free (self->contract_hash);
  g_free (self->title);
  g_free (self->file);
  g_free (self);
}

/* Returns: (nullable) (transfer none): NULL where there was no contract to judge by */
HrAssessment *
hr_report_get_assessment (HrReport *self)
{
  return self->assessment;
}

/* Returns: (transfer full) (nullable): NULL with @error set */
GBytes *
hr_report_write (HrReport      *self,
                 HrReportFormat format,
                 GError       **error)
{
  return formats[format].write (self, error);
}

/* Writes @name's format to @out ("html", "pdf", "json", "csv"). Returns FALSE for any other name. */
gboolean
hr_report_format_from_name (const char     *name,
                            HrReportFormat *out)
{
  for (guint i = 0; i < HR_N_REPORT_FORMATS; i++)
    if (g_str_equal (formats[i].name, name))
      {
        *out = (HrReportFormat) i;
        return TRUE;
      }

  return FALSE;
}
