/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a report says, in its order: the verdict, a result a budget, charts, percentiles, where the time goes, alerts, what happened, what monitoring
 * cost and lost, and where all of it is from. A part that has nothing to say says so, since nothing to report is something to know. */

#include "engine/report/report-document.h"

#include "engine/base/metric-names.h"
#include "engine/report/report-chart.h"
#include "engine/report/report-words.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static void
cell_clear (gpointer data)
{
  g_free (((HrCell *) data)->text);
}

static void
block_free (gpointer data)
{
  HrReportBlock *self = data;

  g_clear_pointer (&self->columns, g_array_unref);
  g_clear_pointer (&self->cells, g_array_unref);
  hr_picture_free (self->picture);
  g_free (self->title);
  g_free (self->text);
  g_free (self->detail);
  g_free (self);
}

static HrReportBlock *
add (HrReportDocument *self,
     HrBlockKind       kind,
     const char       *title)
{
  HrReportBlock *block = g_new0 (HrReportBlock, 1);

  block->kind = kind;
  block->title = g_strdup (title);
  g_ptr_array_add (self->blocks, block);

  return block;
}

/* @text: (transfer full) */
static void
add_note (HrReportDocument *self,
          char             *text)
{
  add (self, HR_BLOCK_NOTE, NULL)->text = text;
}

/* @titles: of @n columns, looked up in our domain */
static HrReportBlock *
add_table (HrReportDocument *self,
           HrBlockKind       kind,
           const HrColumn   *columns,
           guint             n)
{
  HrReportBlock *block = add (self, kind, NULL);

  block->columns = g_array_new (FALSE, FALSE, sizeof (HrColumn));
  block->cells = g_array_new (FALSE, FALSE, sizeof (HrCell));
  g_array_set_clear_func (block->cells, cell_clear);
  for (guint i = 0; i < n; i++)
    {
      HrColumn column = columns[i];

      column.title = _ (column.title);
      g_array_append_val (block->columns, column);
    }

  return block;
}

#define ADD_TABLE(document, columns) add_table (document, HR_BLOCK_TABLE, columns, G_N_ELEMENTS (columns))

/* @text: (transfer full) */
static void
put (HrReportBlock *table,
     HrTone         tone,
     char          *text)
{
  HrCell cell = { text, tone };

  g_array_append_val (table->cells, cell);
}

static void
put_text (HrReportBlock *table,
          const char    *text)
{
  put (table, HR_TONE_PLAIN, g_strdup (text != NULL ? text : "–"));
}

static void
put_value (HrReportBlock *table,
           double         value,
           HrUnit         unit)
{
  put (table, isfinite (value) ? HR_TONE_PLAIN : HR_TONE_FAINT, hr_words_value (value, unit));
}

static void
add_verdict (HrReportDocument *self,
             const HrReport   *report)
{
  HrOutcome        outcome = hr_report_get_outcome (report);
  HrReportBlock   *block = add (self, HR_BLOCK_VERDICT, report->assessment != NULL ? hr_words_answer (outcome) : _ ("Not judged"));
  g_autofree char *tally = hr_report_tally (report);

  block->tone = hr_words_outcome_tone (outcome);
  block->text = hr_report_sentence (report);
  /* Translators: of budgets: "4 of 6 within, 1 over, 1 without data". */
  block->detail = report->assessment != NULL ? g_strdup_printf (_ ("Budgets: %s"), tally) : hr_words_contract (report);
}

static guint64
count_snapshots (const HrReport *report)
{
  guint64 n = 0;

  for (guint i = 0; i < report->sources->len; i++)
    n += g_array_index (report->sources, HrReportSource, i).n_snapshots;

  return n;
}

static void
add_tiles (HrReportDocument *self,
           const HrReport   *report)
{
  static const HrColumn columns[] = { { N_ ("Measured for") }, { N_ ("Sources") }, { N_ ("Snapshots") }, { N_ ("Alerts") }, { N_ ("Monitoring took") }, { N_ ("Lost") } };
  HrReportBlock        *tiles = add_table (self, HR_BLOCK_TILES, columns, G_N_ELEMENTS (columns));
  guint64               n_lost = report->n_lost + report->n_lost_marked;

  put (tiles, HR_TONE_PLAIN, hr_words_stretch (report->range.end_us - report->range.begin_us));
  put (tiles, HR_TONE_PLAIN, hr_words_count (report->sources->len));
  put (tiles, HR_TONE_PLAIN, hr_words_count (count_snapshots (report)));
  put (tiles, report->alerts->len > 0 ? HR_TONE_BAD : HR_TONE_PLAIN, hr_words_count (report->alerts->len));
  put (tiles, HR_TONE_PLAIN, hr_words_value (report->overhead.n > 0 ? report->overhead.mean : (double) NAN, HR_UNIT_RATIO));
  put (tiles, n_lost > 0 ? HR_TONE_WARNING : HR_TONE_PLAIN, hr_words_count (n_lost));
}

static void
put_result (HrReportBlock        *table,
            const HrBudgetResult *result)
{
  HrTone           tone = hr_words_outcome_tone (result->outcome);
  gboolean         least = !isnan (result->budget->minimum);
  g_autofree char *limit = hr_words_value (result->limit, result->unit);

  put (table, HR_TONE_PLAIN, hr_budget_title (result->budget));
  put_text (table, result->source);
  put (table, tone, g_strdup (hr_words_outcome (result->outcome)));
  put (table, result->outcome == HR_OUTCOME_BREACH ? HR_TONE_BAD : HR_TONE_PLAIN, hr_words_value (result->worst, result->unit));
  put (table, HR_TONE_PLAIN, g_strdup_printf ("%s %s", least ? "≥" : "≤", limit));
  put (table, HR_TONE_PLAIN, hr_words_time (result->breach_us));
  put (table, HR_TONE_PLAIN, hr_words_stretch (result->over_us));
  put (table, HR_TONE_PLAIN, g_strdup (hr_words_severity (result->severity)));
  put (table, HR_TONE_PLAIN, hr_words_stretch (result->measured_us));
}

static void
add_results (HrReportDocument *self,
             const HrReport   *report)
{
  static const HrColumn columns[] = {
    { N_ ("Budget") },
    { N_ ("Source") },
    { N_ ("Result") },
    { N_ ("Worst"), TRUE },
    { N_ ("Limit"), TRUE },
    { N_ ("First over") },
    { N_ ("Over for"), TRUE },
    { N_ ("Severity") },
    { N_ ("Measured"), TRUE },
  };
  HrReportBlock *table;

  add (self, HR_BLOCK_HEADING, _ ("Budgets"));
  add_note (self, hr_words_contract (report));
  if (report->assessment == NULL)
    return;

  table = ADD_TABLE (self, columns);
  for (guint i = 0; i < hr_assessment_get_n_results (report->assessment); i++)
    put_result (table, hr_assessment_get_result (report->assessment, i));
}

/* What stands beside a chart's title. */
static char *
remark_of (const HrReportSeries *series)
{
  const HrReportMetric *metric = series->metric;
  g_autofree char      *mean = hr_words_value (series->all.mean, series->unit);
  g_autofree char      *most = hr_words_value (series->all.max, series->unit);
  g_autofree char      *p99 = series->has_quantiles ? hr_words_value (series->quantiles[2], metric->info.unit) : NULL;

  if (p99 != NULL)
    return g_strdup_printf (_ ("mean %s, p99 %s, at most %s"), mean, p99, most);

  return g_strdup_printf (_ ("mean %s, at most %s"), mean, most);
}

static void
add_charts (HrReportDocument *self,
            const HrReport   *report)
{
  add (self, HR_BLOCK_HEADING, _ ("What was measured"));
  if (report->series->len == 0)
    {
      add_note (self, g_strdup (_ ("Nothing was measured that a chart could show.")));
      return;
    }

  add_note (self, g_strdup (_ ("Lines are means, bands reach from the least to the most; limits are dashed. Where nothing was measured, nothing is drawn.")));
  for (guint i = 0; i < report->series->len; i++)
    {
      const HrReportSeries *series = g_ptr_array_index (report->series, i);
      g_autofree char      *name = hr_words_metric (&series->metric->info);
      HrReportBlock        *picture = add (self, HR_BLOCK_PICTURE, name);

      picture->text = g_strdup (series->metric->source);
      picture->detail = remark_of (series);
      picture->picture = hr_report_chart (series, report->range);
    }
  if (report->n_metrics_left_out > 0)
    add_note (self, g_strdup_printf (ngettext ("%u more metric has no chart here.", "%u more metrics have no chart here.", report->n_metrics_left_out), report->n_metrics_left_out));
}

static void
put_series (HrReportBlock        *table,
            const HrReportSeries *series)
{
  const HrReportMetric *metric = series->metric;

  put (table, HR_TONE_PLAIN, hr_words_metric (&metric->info));
  put_text (table, metric->source);
  put (table, HR_TONE_PLAIN, hr_words_count (metric->count));
  put_value (table, series->all.mean, series->unit);
  put_value (table, series->all.min, series->unit);
  for (guint k = 0; k < HR_REPORT_N_QUANTILES; k++)
    put_value (table, series->has_quantiles ? series->quantiles[k] : (double) NAN, metric->info.unit);
  put_value (table, series->all.max, series->unit);
}

static void
add_percentiles (HrReportDocument *self,
                 const HrReport   *report)
{
  static const HrColumn columns[] = {
    { N_ ("Metric") },
    { N_ ("Source") },
    { N_ ("Items"), TRUE },
    { N_ ("Mean"), TRUE },
    { N_ ("Least"), TRUE },
    { "p50", TRUE },
    { "p90", TRUE },
    { "p99", TRUE },
    { "p99.9", TRUE },
    { N_ ("Most"), TRUE },
  };
  HrReportBlock *table;

  if (report->series->len == 0)
    return;

  add (self, HR_BLOCK_HEADING, _ ("Distribution"));
  add_note (self, g_strdup (_ ("Percentiles are over every item of the session, within 0.8 %; levels have none.")));
  table = ADD_TABLE (self, columns);
  for (guint i = 0; i < report->series->len; i++)
    put_series (table, g_ptr_array_index (report->series, i));
}

static void
put_span (HrReportBlock        *table,
          const HrReport       *report,
          const HrReportMetric *span)
{
  put_text (table, span->info.name);
  put_text (table, span->source);
  put_value (table, span->self, span->info.unit);
  put_value (table, report->spans_self > 0 ? span->self / report->spans_self : (double) NAN, HR_UNIT_RATIO);
  put (table, HR_TONE_PLAIN, hr_words_count (span->count));
  put_value (table, hr_report_metric_mean (span), span->info.unit);
  put_value (table, span->max, span->info.unit);
}

static void
add_spans (HrReportDocument *self,
           const HrReport   *report)
{
  static const HrColumn columns[] = {
    { N_ ("Span") },
    { N_ ("Source") },
    { N_ ("By itself"), TRUE },
    { N_ ("Share"), TRUE },
    { N_ ("Calls"), TRUE },
    { N_ ("Mean"), TRUE },
    { N_ ("Longest"), TRUE },
  };
  HrReportBlock *table;

  if (report->n_spans == 0)
    return;

  add (self, HR_BLOCK_HEADING, _ ("Where the time goes"));
  add_note (self, g_strdup (_ ("Spans by the time that they took by themselves, without the spans in them.")));
  table = ADD_TABLE (self, columns);
  for (guint i = 0; i < report->spans->len; i++)
    put_span (table, report, g_ptr_array_index (report->spans, i));
  if (report->n_spans > report->spans->len)
    add_note (self, g_strdup_printf (_ ("%u of %u spans."), report->spans->len, report->n_spans));
}

static HrTone
severity_tone (HrSeverity severity)
{
  return severity >= HR_SEVERITY_HIGH ? HR_TONE_BAD : severity >= HR_SEVERITY_MEDIUM ? HR_TONE_WARNING
                                                                                     : HR_TONE_PLAIN;
}

static void
put_alert (HrReportBlock     *table,
           const HrAlertNote *alert)
{
  put (table, HR_TONE_PLAIN, hr_words_time (alert->raised_us));
  put_text (table, alert->title);
  put_text (table, alert->source);
  put (table, severity_tone (alert->severity), g_strdup (hr_words_severity (alert->severity)));
  put_value (table, alert->worst, alert->unit);
  put_value (table, alert->limit, alert->unit);
  if (alert->cleared_us > 0)
    put (table, HR_TONE_PLAIN, hr_words_stretch (alert->cleared_us - alert->raised_us));
  else
    put (table, HR_TONE_WARNING, g_strdup (_ ("still active")));
}

static void
add_alerts (HrReportDocument *self,
            const HrReport   *report)
{
  static const HrColumn columns[] = {
    { N_ ("Raised") },
    { N_ ("Alert") },
    { N_ ("Source") },
    { N_ ("Severity") },
    { N_ ("Worst"), TRUE },
    { N_ ("Limit"), TRUE },
    { N_ ("Lasted"), TRUE },
  };
  guint          n = MIN (report->alerts->len, HR_REPORT_ALERTS);
  HrReportBlock *table;

  add (self, HR_BLOCK_HEADING, _ ("Alerts"));
  if (n == 0)
    {
      add_note (self, g_strdup (_ ("No alert was raised while this was recorded.")));
      return;
    }

  add_note (self, g_strdup (_ ("As they were raised while this was recorded, by the contract that was in force then.")));
  table = ADD_TABLE (self, columns);
  for (guint i = 0; i < n; i++)
    put_alert (table, g_ptr_array_index (report->alerts, i));
  if (report->alerts->len > n)
    add_note (self, g_strdup_printf (_ ("The first %u of %u alerts."), n, report->alerts->len));
}

/* What is a figure rather than a happening stands in a part of its own. */
static gboolean
is_happening (const HrMark *mark)
{
  return mark->kind != HR_MARK_OVERHEAD && mark->kind != HR_MARK_CLOCK;
}

static void
add_marks (HrReportDocument *self,
           const HrReport   *report)
{
  static const HrColumn columns[] = { { N_ ("Time") }, { N_ ("Source") }, { N_ ("What happened") } };
  HrReportBlock        *table = NULL;
  guint                 n = 0;

  for (guint i = 0; i < report->marks->len; i++)
    {
      const HrMark *mark = g_ptr_array_index (report->marks, i);

      if (!is_happening (mark) || ++n > HR_REPORT_MARKS)
        continue;
      if (table == NULL)
        {
          add (self, HR_BLOCK_HEADING, _ ("What happened"));
          table = ADD_TABLE (self, columns);
        }
      put (table, HR_TONE_PLAIN, hr_words_time (mark->time_us));
      put_text (table, mark->source);
      put (table, mark->kind == HR_MARK_LOSS ? HR_TONE_WARNING : HR_TONE_PLAIN, g_strdup (mark->text));
    }
  if (n > HR_REPORT_MARKS)
    add_note (self, g_strdup_printf (_ ("The first %d of %u."), HR_REPORT_MARKS, n));
}

/* A row of what is said of the measuring itself. @value: (transfer full) */
static void
put_fact (HrReportBlock *table,
          const char    *name,
          char          *value)
{
  put (table, HR_TONE_FAINT, g_strdup (name));
  put (table, HR_TONE_PLAIN, value);
}

static const HrColumn fact_columns[] = { { "" }, { "" } };

/* "1.9 % on average, 2.4 % at most", or that nobody measured it. */
static char *
figure_text (const HrReportFigure *figure,
             HrUnit                unit)
{
  g_autofree char *mean = hr_words_value (figure->mean, unit);
  g_autofree char *worst = hr_words_value (figure->worst, unit);

  return figure->n > 0 ? g_strdup_printf (_ ("%s on average, %s at most"), mean, worst) : g_strdup (_ ("not measured"));
}

static void
put_probe_overheads (HrReportBlock  *table,
                     const HrReport *report)
{
  for (guint i = 0; i < report->metrics->len; i++)
    {
      const HrReportMetric *metric = &g_array_index (report->metrics, HrReportMetric, i);
      HrReportFigure        figure = { 1, hr_report_metric_mean (metric), metric->max };
      g_autofree char      *name = NULL;

      if (metric->count == 0 || !g_str_equal (metric->info.name, HR_METRIC_PROBE_OVERHEAD))
        continue;
      name = g_strdup_printf (_ ("Recording in %s, share of a core"), metric->source);
      put_fact (table, name, figure_text (&figure, HR_UNIT_RATIO));
    }
}

static void
add_monitoring (HrReportDocument *self,
                const HrReport   *report)
{
  HrReportBlock *table;

  add (self, HR_BLOCK_HEADING, _ ("What measuring cost and lost"));
  table = ADD_TABLE (self, fact_columns);
  put_fact (table, _ ("Monitoring, share of this computer"), figure_text (&report->overhead, HR_UNIT_RATIO));
  put_probe_overheads (table, report);
  put_fact (table, _ ("Records lost before anybody read them"), hr_words_count (report->n_lost));
  put_fact (table, _ ("Other losses that were told"), hr_words_count (report->n_lost_marked));
  put_fact (table, _ ("Damaged parts of the file, left out"), hr_words_count (report->n_damaged));
  put_fact (table, _ ("Clock error of sources, either way"), figure_text (&report->clock_error, HR_UNIT_MILLISECONDS));
}

static void
add_sources (HrReportDocument *self,
             const HrReport   *report)
{
  static const HrColumn columns[] = {
    { N_ ("Source") },
    { N_ ("What it is") },
    { N_ ("From") },
    { N_ ("To") },
    { N_ ("Snapshots"), TRUE },
    { N_ ("Caught up"), TRUE },
    { N_ ("Lost"), TRUE },
  };
  HrReportBlock *table;

  add (self, HR_BLOCK_HEADING, _ ("Sources"));
  table = ADD_TABLE (self, columns);
  for (guint i = 0; i < report->sources->len; i++)
    {
      const HrReportSource *source = &g_array_index (report->sources, HrReportSource, i);

      put_text (table, source->title);
      put_text (table, source->detail);
      put (table, HR_TONE_PLAIN, hr_words_time (source->begin_us));
      put (table, HR_TONE_PLAIN, hr_words_time (source->end_us));
      put (table, HR_TONE_PLAIN, hr_words_count (source->n_snapshots));
      put (table, HR_TONE_PLAIN, hr_words_count (source->n_catch_ups));
      put (table, source->n_lost > 0 ? HR_TONE_WARNING : HR_TONE_PLAIN, hr_words_count (source->n_lost));
    }
}

static void
add_provenance (HrReportDocument *self,
                const HrReport   *report)
{
  static const HrColumn columns[] = {
    { N_ ("Recorded from") },
    { N_ ("To") },
    { N_ ("Headroom") },
    { N_ ("On") },
  };
  HrReportBlock *facts, *runs;

  add (self, HR_BLOCK_HEADING, _ ("Where this is from"));
  facts = ADD_TABLE (self, fact_columns);
  put_fact (facts, _ ("Session file"), g_filename_display_name (report->file));
  put_fact (facts, _ ("Size"), hr_words_size (report->file_bytes));
  put_fact (facts, _ ("Part of it"), g_strdup (report->partial ? _ ("a stretch") : _ ("all of it")));
  put_fact (facts, _ ("Contract"), report->contract != NULL ? hr_report_contract_file (report) : g_strdup (_ ("none")));
  if (report->contract_hash != NULL)
    put_fact (facts, _ ("SHA-256 of the contract"), g_strdup (report->contract_hash));
  put_fact (facts, _ ("Contracts in force while it was recorded"), hr_words_count (report->n_contracts));

  if (report->runs->len == 0)
    return;
  runs = ADD_TABLE (self, columns);
  for (guint i = 0; i < report->runs->len; i++)
    {
      const HrSessionRun *run = &g_array_index (report->runs, HrSessionRun, i);

      put (runs, HR_TONE_PLAIN, hr_words_time (run->begin_us));
      if (run->end_us > 0)
        put (runs, HR_TONE_PLAIN, hr_words_time (run->end_us));
      else
        put (runs, HR_TONE_WARNING, g_strdup (_ ("not closed")));
      put_text (runs, run->version);
      put (runs, HR_TONE_PLAIN, hr_words_host (run->host));
    }
}

/* Says what @report has. Returns: (transfer full) */
HrReportDocument *
hr_report_document_new (HrReport *report)
{
  HrReportDocument *self = g_new0 (HrReportDocument, 1);
  g_autofree char  *range = hr_words_range (report->range);

  self->blocks = g_ptr_array_new_with_free_func (block_free);
  self->title = g_utf8_make_valid (report->title, -1);
  self->subtitle = g_strdup_printf (_ ("Performance report: %s"), range);
  add_verdict (self, report);
  add_tiles (self, report);
  add_results (self, report);
  add_charts (self, report);
  add_percentiles (self, report);
  add_spans (self, report);
  add_alerts (self, report);
  add_marks (self, report);
  add_monitoring (self, report);
  add_sources (self, report);
  add_provenance (self, report);

  return self;
}

/* @self: (nullable) (transfer full) */
void
hr_report_document_free (HrReportDocument *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->blocks);
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self);
}
