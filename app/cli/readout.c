/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/readout.h"

#include "engine/budget/statistic.h"

#include <math.h>
#include <string.h>

/* Returns "computer", "program" or "device". */
const char *
hr_role_name (HrSourceRole role)
{
  static const char *const names[HR_N_SOURCE_ROLES] = { "computer", "program", "device" };

  return (guint) role < HR_N_SOURCE_ROLES ? names[role] : "unknown";
}

/* Returns "connecting", "connected", "stopped", "lost" or "disconnected". */
const char *
hr_state_name (HrSourceState state)
{
  static const char *const names[HR_N_SOURCE_STATES] = { "connecting", "connected", "stopped", "lost", "disconnected" };

  return (guint) state < HR_N_SOURCE_STATES ? names[state] : "unknown";
}

/* Returns "no-data", "within", "warning", "critical" or "over". */
const char *
hr_standing_name (HrStanding standing)
{
  static const char *const names[HR_N_STANDINGS] = { "no-data", "within", "warning", "critical", "over" };

  return (guint) standing < HR_N_STANDINGS ? names[standing] : "unknown";
}

/* Returns (transfer full) the address by which --source finds @source: of a program of this computer its number, of others that of the agent
 * that brings them. */
char *
hr_source_find_address (HrSource *source)
{
  if (hr_source_get_role (source) == HR_SOURCE_PROCESS && hr_source_get_pid (source) != 0 && hr_source_is_here (source))
    return g_strdup_printf ("pid:%" G_GUINT64_FORMAT, hr_source_get_pid (source));

  return g_strdup (hr_source_get_address (source));
}

static double
measure (HrHistory  *history,
         guint       metric,
         HrStatistic statistic,
         gint64      now_ns)
{
  const HrBudget budget = { .statistic = statistic, .window_ns = HR_READOUT_WINDOW_NS };

  if (!hr_statistic_suits (statistic, hr_history_get_metric (history, metric)->kind))
    return (double) NAN;

  return hr_statistic_measure (&budget, history, metric, now_ns);
}

static HrRow
read_row (HrHistory *history,
          guint      metric,
          gint64     now_ns)
{
  const HrMetricInfo *info = hr_history_get_metric (history, metric);
  gboolean            counted = hr_kind_is_counted (info->kind);
  HrStatistic         present = counted ? HR_STATISTIC_RATE : HR_STATISTIC_LAST;

  return (HrRow){
    .info = info,
    .unit = counted ? hr_rate_unit (info->unit, info->kind) : info->unit,
    .now = measure (history, metric, present, now_ns),
    .mean = measure (history, metric, HR_STATISTIC_MEAN, now_ns),
    .p99 = measure (history, metric, HR_STATISTIC_P99, now_ns),
    .max = measure (history, metric, HR_STATISTIC_MAX, now_ns),
    .used = (double) NAN,
  };
}

/* The row's share is that of the budget that has the least left. */
static void
judge_row (HrRow           *row,
           const HrVerdict *verdict)
{
  for (guint i = 0; verdict != NULL && i < verdict->n_judgements; i++)
    {
      const HrJudgement *judgement = &verdict->judgements[i];

      if (!g_str_equal (judgement->budget->metric, row->info->name) || isnan (judgement->used))
        continue;
      if (isnan (row->used) || judgement->used > row->used)
        row->used = judgement->used;
      row->standing = MAX (row->standing, judgement->standing);
    }
}

static gboolean
has_row (const GArray *rows,
         const char   *name)
{
  for (guint i = 0; i < rows->len; i++)
    if (g_str_equal (g_array_index (rows, HrRow, i).info->name, name))
      return TRUE;

  return FALSE;
}

static void
add_row (HrReadout *self,
         HrHistory *history,
         guint      metric,
         gint64     now_ns)
{
  HrRow row;

  if (has_row (self->rows, hr_history_get_metric (history, metric)->name))
    return;

  row = read_row (history, metric, now_ns);
  judge_row (&row, self->verdict);
  if (!isnan (row.now) || !isnan (row.mean) || !isnan (row.used))
    g_array_append_val (self->rows, row);
}

static void
add_rows (HrReadout *self,
          gint64     now_ns)
{
  HrHistory *history = hr_source_get_history (self->source);
  guint      metric;

  for (guint i = 0; self->verdict != NULL && i < self->verdict->n_judgements; i++)
    if (hr_history_find_metric (history, self->verdict->judgements[i].budget->metric, &metric))
      add_row (self, history, metric, now_ns);
  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    add_row (self, history, i, now_ns);
}

/* Reads how @source stands at @now_ns (monotonic). What it refers to is valid until the source's next snapshot. */
void
hr_readout_take (HrReadout *out,
                 HrMonitor *monitor,
                 HrSource  *source,
                 gint64     now_ns)
{
  HrHistory *history = hr_source_get_history (source);
  guint      n = hr_history_get_n_snapshots (history);

  *out = (HrReadout){ .source = g_object_ref (source), .address = hr_source_find_address (source) };
  out->verdict = hr_monitor_get_verdict (monitor, source);
  out->sentence = hr_monitor_get_sentence (monitor, source);
  out->rows = g_array_new (FALSE, FALSE, sizeof (HrRow));
  if (n > 0)
    {
      const HrSnapshot *last = hr_history_get_snapshot (history, n - 1);

      out->time_us = last->time_us;
      out->sequence = last->sequence;
      out->interval_ns = last->interval_ns;
    }
  add_rows (out, now_ns);
}

/* Frees what @self owns and leaves it { 0 }. */
void
hr_readout_clear (HrReadout *self)
{
  g_clear_object (&self->source);
  g_free (self->sentence);
  g_free (self->address);
  g_clear_pointer (&self->rows, g_array_unref);
  memset (self, 0, sizeof *self);
}
