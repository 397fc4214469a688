/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-choice.h"

#include "engine/budget/metric-catalog.h"

#include <math.h>

/* What is shown of a source that no budget is about, and of any at first. */
#define N_WITHOUT_BUDGETS 3
#define N_AT_FIRST 6

/* Names that are remembered: a reader's choice is no log. */
#define MAX_REMEMBERED 200

static gboolean
is_for_source (const HrBudget *budget,
               const char     *source)
{
  return budget->source == NULL || g_pattern_match_simple (budget->source, source);
}

/* Returns whether @contract (nullable) has a budget of @source's @metric. */
gboolean
hr_history_has_budget (HrContract *contract,
                       const char *source,
                       const char *metric)
{
  for (guint i = 0; contract != NULL && i < hr_contract_get_n_budgets (contract); i++)
    {
      const HrBudget *budget = hr_contract_get_budget (contract, i);

      if (g_str_equal (budget->metric, metric) && is_for_source (budget, source))
        return TRUE;
    }

  return FALSE;
}

/* Returns the bound of one item, which can be held against means and extremes; NaN where the budget is about something else. */
static double
bound_of (const HrBudget     *budget,
          const HrMetricInfo *metric)
{
  gboolean counts = metric->kind == HR_KIND_COUNTER || metric->kind == HR_KIND_EVENT;

  if (budget->statistic == HR_STATISTIC_COMPLIANCE)
    return budget->of;
  if (counts != (budget->statistic == HR_STATISTIC_RATE))
    return (double) NAN;

  return isfinite (budget->limit) ? budget->limit : budget->minimum;
}

/* Returns the budget line of @source's @metric, in the unit of its bins: that of the first budget that has one; NaN: none. */
double
hr_history_limit (HrContract         *contract,
                  const char         *source,
                  const HrMetricInfo *metric,
                  HrDirection        *out_direction)
{
  for (guint i = 0; contract != NULL && i < hr_contract_get_n_budgets (contract); i++)
    {
      const HrBudget *budget = hr_contract_get_budget (contract, i);

      if (!g_str_equal (budget->metric, metric->name) || !is_for_source (budget, source) || isnan (bound_of (budget, metric)))
        continue;

      *out_direction = budget->statistic != HR_STATISTIC_COMPLIANCE && isfinite (budget->minimum) ? HR_DIRECTION_HIGHER : HR_DIRECTION_LOWER;
      return bound_of (budget, metric);
    }
  *out_direction = metric->direction;

  return (double) NAN;
}

/* Returns whether @alert is about @metric, by the budget that it names. */
gboolean
hr_history_is_of_metric (HrContract        *contract,
                         const HrAlertNote *alert,
                         const char        *metric)
{
  for (guint i = 0; contract != NULL && i < hr_contract_get_n_budgets (contract); i++)
    {
      const HrBudget *budget = hr_contract_get_budget (contract, i);

      if (g_str_equal (budget->name, alert->budget))
        return g_str_equal (budget->metric, metric);
    }

  return FALSE;
}

/* Returns what people call @metric; free with g_free (). */
char *
hr_history_title (const char *metric)
{
  return hr_budget_metric_title (&(HrBudget){ .metric = (char *) metric });
}

/* Returns whether @metric is among the first of @answer that say most of a source when no budget says what matters. */
static gboolean
says_most (const HrHistoryAnswer *answer,
           const char            *metric)
{
  static const char *const telling[] = { "thompson_duration_ms", "ui_frame_time_ms", "memory_usage_mb", "cpu_usage", "process_cpu_usage",
                                         "system_memory_used_mb", "memory_rss_mb", "frames_per_second", "load_average_1m", "battery_level" };
  guint                    n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (telling) && n < N_WITHOUT_BUDGETS; i++)
    {
      if (g_str_equal (telling[i], metric))
        return TRUE;
      n += hr_history_answer_find (answer, telling[i]) != NULL;
    }

  /* A program of nothing but its own metrics. */
  return n == 0 && answer->series->len > 0 && g_str_equal (g_array_index (answer->series, HrHistorySeries, 0).name, metric);
}

/* Returns which of the metrics in @answer are shown, by name: those with budgets first. Free with g_strfreev (). */
GStrv
hr_history_choose (const HrHistoryAnswer *answer,
                   HrContract            *contract,
                   GSettings             *settings)
{
  g_auto (GStrv) shown = g_settings_get_strv (settings, "history-shown");
  g_auto (GStrv) hidden = g_settings_get_strv (settings, "history-hidden");
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func (g_free);
  guint n_budgeted = 0;

  for (guint i = 0; i < answer->series->len; i++)
    n_budgeted += hr_history_has_budget (contract, answer->source, g_array_index (answer->series, HrHistorySeries, i).name);

  for (guint i = 0; i < answer->series->len; i++)
    {
      const HrHistorySeries *series = &g_array_index (answer->series, HrHistorySeries, i);
      gboolean               budgeted = hr_history_has_budget (contract, answer->source, series->name);
      gboolean               by_itself = budgeted && first->len < N_AT_FIRST;

      if (n_budgeted == 0)
        by_itself = says_most (answer, series->name);
      if (g_strv_contains ((const char *const *) hidden, series->name))
        continue;
      if (by_itself || g_strv_contains ((const char *const *) shown, series->name))
        g_ptr_array_add (budgeted ? first : others, g_strdup (series->name));
    }

  g_ptr_array_extend (first, others, (GCopyFunc) (void (*) (void)) g_strdup, NULL);
  g_ptr_array_add (first, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&first), FALSE);
}

/* Has @name in the list under @key, or not. */
static void
set_member (GSettings  *settings,
            const char *key,
            const char *name,
            gboolean    member)
{
  g_auto (GStrv) old = g_settings_get_strv (settings, key);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  guint n = g_strv_length (old);

  for (guint i = n >= MAX_REMEMBERED ? n - MAX_REMEMBERED + 1 : 0; i < n; i++)
    if (!g_str_equal (old[i], name))
      g_strv_builder_add (builder, old[i]);
  if (member)
    g_strv_builder_add (builder, name);
  names = g_strv_builder_end (builder);
  g_settings_set_strv (settings, key, (const char *const *) names);
}

/* Remembers that the reader wants @name to be shown, or not. */
void
hr_history_choose_metric (GSettings  *settings,
                          const char *name,
                          gboolean    shown)
{
  set_member (settings, "history-shown", name, shown);
  set_member (settings, "history-hidden", name, !shown);
}
