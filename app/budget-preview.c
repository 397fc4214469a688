/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A budget that is being written is judged just as one in force is: snapshot by snapshot, by the same functions, over a history of its own, so that a
 * thread can do it. */

#include "app/budget-preview.h"

#include "app/wording.h"
#include "engine/alert/breach.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrPreviewSeries
{
  char      *source;
  GArray    *metrics;   /* HrMetricInfo; names are interned */
  GPtrArray *snapshots; /* owned, oldest first */
  gboolean   cut;       /* there were older ones */
};

static void
snapshot_unref (gpointer data)
{
  hr_snapshot_unref (data);
}

/* Returns: (transfer full): the snapshots that @history has kept of the source called @source. They are shared, not copied. */
HrPreviewSeries *
hr_preview_series_new (const char *source,
                       HrHistory  *history)
{
  HrPreviewSeries *self = g_new0 (HrPreviewSeries, 1);
  guint            n = hr_history_get_n_snapshots (history);

  self->source = g_strdup (source);
  self->metrics = g_array_new (FALSE, FALSE, sizeof (HrMetricInfo));
  self->snapshots = g_ptr_array_new_full (n, snapshot_unref);
  self->cut = hr_history_get_received (history) > n;
  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    g_array_append_val (self->metrics, *hr_history_get_metric (history, i));
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (self->snapshots, hr_snapshot_ref (hr_history_get_snapshot (history, i)));

  return self;
}

/* NULL is accepted. */
void
hr_preview_series_free (HrPreviewSeries *self)
{
  if (self == NULL)
    return;

  g_free (self->source);
  g_array_unref (self->metrics);
  g_ptr_array_unref (self->snapshots);
  g_free (self);
}

/* NULL is accepted. */
void
hr_budget_preview_free (HrBudgetPreview *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->points);
  hr_contract_unref (self->contract);
  g_free (self->source);
  g_free (self);
}

static const HrBudget *
budget_of (const HrBudgetPreview *self)
{
  return hr_contract_get_budget (self->contract, 0);
}

/* Takes in what a judgement says of the stretch of @snapshot. */
static void
add_point (HrBudgetPreview   *self,
           const HrSnapshot  *snapshot,
           const HrJudgement *judgement)
{
  HrPreviewPoint point = { snapshot->time_us - snapshot->interval_ns / 1000, snapshot->time_us, judgement->value, judgement->standing == HR_STANDING_OVER };

  g_array_append_val (self->points, point);
  self->covered_ns += snapshot->interval_ns;
  self->unit = judgement->unit;
  self->bound = judgement->limit;
  if (judgement->standing == HR_STANDING_NO_DATA)
    return;

  self->n_measured++;
  self->over_ns += point.over ? snapshot->interval_ns : 0;
  if (isnan (self->worst_used) || judgement->used > self->worst_used)
    {
      self->worst = judgement->value;
      self->worst_used = judgement->used;
    }
}

/* From when on windows are full. Before the oldest snapshot that is still there others came: windows that they are missing from would
 * say something else than was said then. */
static gint64
full_from_ns (const HrPreviewSeries *series,
              const HrBudget        *budget)
{
  const HrSnapshot *first, *last;
  gint64            from_ns;

  if (!series->cut || series->snapshots->len == 0)
    return G_MININT64;

  first = g_ptr_array_index (series->snapshots, 0);
  last = g_ptr_array_index (series->snapshots, series->snapshots->len - 1);
  from_ns = first->end_ns - first->interval_ns + budget->window_ns;

  return from_ns < last->end_ns ? from_ns : G_MININT64;
}

static HrHistory *
new_history (const HrPreviewSeries *series)
{
  HrHistory *history = hr_history_new ();

  for (guint i = 0; i < series->metrics->len; i++)
    hr_history_add_metric (history, &g_array_index (series->metrics, HrMetricInfo, i));

  return history;
}

/* Judges the snapshots of @series by the first budget of @contract, each when it came. Takes as long as it takes: for a thread.
 * @cancellable: (nullable): ends it early, with what has been judged until then
 * Returns: (transfer full) */
HrBudgetPreview *
hr_budget_preview_run (HrContract            *contract,
                       const HrPreviewSeries *series,
                       GCancellable          *cancellable)
{
  HrBudgetPreview *self = g_new0 (HrBudgetPreview, 1);
  g_autoptr (HrHistory) history = new_history (series);
  g_auto (HrVerdict) verdict = { 0 };
  HrBreach breach = { 0 };
  gint64   from_ns;

  self->points = g_array_new (FALSE, FALSE, sizeof (HrPreviewPoint));
  self->contract = hr_contract_ref (contract);
  self->source = g_strdup (series->source);
  self->worst = (double) NAN;
  self->worst_used = (double) NAN;
  self->bound = hr_budget_bound (budget_of (self));
  self->applies = budget_of (self)->source == NULL || g_pattern_match_simple (budget_of (self)->source, series->source);
  from_ns = full_from_ns (series, budget_of (self));

  for (guint i = 0; i < series->snapshots->len && self->applies && !g_cancellable_is_cancelled (cancellable); i++)
    {
      HrSnapshot *snapshot = g_ptr_array_index (series->snapshots, i);

      hr_history_append (history, snapshot);
      /* What makes up for an unwatched stretch has nothing to say of that. */
      if (snapshot->end_ns < from_ns || snapshot->catch_up)
        continue;

      hr_verdict_judge (&verdict, contract, series->source, history, snapshot->end_ns);
      add_point (self, snapshot, &verdict.judgements[0]);
      if (hr_breach_judge (&breach, &verdict.judgements[0], snapshot->end_ns, snapshot->time_us) == HR_BREACH_BEGAN)
        self->n_alerts++;
    }

  return self;
}

/* What a thread works on. */
typedef struct
{
  HrContract      *contract;
  HrPreviewSeries *series;
} Run;

static void
run_free (gpointer data)
{
  Run *self = data;

  hr_contract_unref (self->contract);
  hr_preview_series_free (self->series);
  g_free (self);
}

static void
preview_free (gpointer data)
{
  hr_budget_preview_free (data);
}

static void
run_thread (GTask        *task,
            gpointer      object,
            gpointer      data,
            GCancellable *cancellable)
{
  const Run *run = data;

  g_task_return_pointer (task, hr_budget_preview_run (run->contract, run->series, cancellable), preview_free);
}

/* hr_budget_preview_run () in a thread.
 * @series: (transfer full) */
void
hr_budget_preview_run_async (HrContract         *contract,
                             HrPreviewSeries    *series,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Run *run = g_new0 (Run, 1);

  run->contract = hr_contract_ref (contract);
  run->series = series;
  g_task_set_source_tag (task, hr_budget_preview_run_async);
  g_task_set_task_data (task, run, run_free);
  g_task_run_in_thread (task, run_thread);
}

/* Returns: (transfer full) (nullable): NULL with G_IO_ERROR_CANCELLED */
HrBudgetPreview *
hr_budget_preview_run_finish (GAsyncResult *result,
                              GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static char *
word_alerts (const HrBudgetPreview *self)
{
  if (self->n_alerts == 0)
    return g_strdup (_ ("never long enough for an alert"));

  return g_strdup_printf (ngettext ("%u alert", "%u alerts", self->n_alerts), self->n_alerts);
}

/* Returns: (transfer full): what came of it, as a person would say it. */
char *
hr_budget_preview_sentence (const HrBudgetPreview *self)
{
  g_autofree char *covered = hr_word_span (self->covered_ns / 1000);
  g_autofree char *over = hr_word_span (self->over_ns / 1000);
  g_autofree char *worst = hr_word_value (self->worst, self->unit);
  g_autofree char *alerts = word_alerts (self);

  if (!self->applies)
    return g_strdup_printf (_ ("Not for %s: the pattern “%s” does not match its name"), self->source, budget_of (self)->source);
  if (self->points->len == 0)
    return g_strdup_printf (_ ("Nothing of %s has arrived yet to try it on"), self->source);
  if (self->n_measured == 0)
    return g_strdup_printf (_ ("%s measured nothing of this kind in the last %s"), self->source, covered);
  if (self->over_ns > 0)
    return g_strdup_printf (_ ("Would have been over for %s of the last %s: worst %s, %s"), over, covered, worst, alerts);

  return g_strdup_printf (_ ("Would have kept within it for the last %s: worst %s"), covered, worst);
}
