/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The verdict in one sentence. Clauses hold words in braces rather than printf formats, so that a translation can put
 * them where its grammar wants them, and a wrong one cannot do harm. */

#include "engine/budget/metric-catalog.h"
#include "engine/budget/verdict.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define VALUE_BYTES 64

/* @value as people read it, with its unit. */
static char *
value_text (double value,
            HrUnit unit)
{
  char text[VALUE_BYTES];

  hr_value_format (value, unit, text, sizeof text);

  return g_strdup (text);
}

/* Replaces @word in @clause by @value, given in @unit. */
static void
fill_in (GString    *clause,
         const char *word,
         double      value,
         HrUnit      unit)
{
  g_autofree char *text = value_text (value, unit);

  g_string_replace (clause, word, text, 0);
}

/* "ranking takes 14.2 ms": the value of @judgement in the words of its metric. */
static char *
clause_of (const HrJudgement *judgement)
{
  const HrKnownMetric *metric = hr_budget_metric (judgement->budget);
  g_autoptr (GString) clause = g_string_new (_ (metric->clause));

  /* The name comes from outside, and so last: what it holds in braces stays as it is. */
  fill_in (clause, "{value}", judgement->value, judgement->unit);
  g_string_replace (clause, "{name}", hr_budget_subject (judgement->budget), 1);

  return g_string_free (g_steal_pointer (&clause), FALSE);
}

/* "Ranking latency: only 88 % within 10 ms, 95 % agreed". */
static char *
compliance_clause (const HrJudgement *judgement)
{
  const HrBudget  *budget = judgement->budget;
  g_autofree char *title = hr_budget_metric_title (budget);
  g_autoptr (GString) clause = g_string_new (_ ("{title}: only {value} within {of}, {minimum} agreed"));

  fill_in (clause, "{value}", judgement->value, HR_UNIT_RATIO);
  fill_in (clause, "{of}", budget->of, hr_budget_metric (budget)->unit);
  fill_in (clause, "{minimum}", budget->minimum, HR_UNIT_RATIO);
  g_string_replace (clause, "{title}", title, 1);

  return g_string_free (g_steal_pointer (&clause), FALSE);
}

static gboolean
is_quantile (HrStatistic statistic)
{
  return statistic == HR_STATISTIC_P50 || statistic == HR_STATISTIC_P90 || statistic == HR_STATISTIC_P99 || statistic == HR_STATISTIC_P999;
}

/* "ranking takes 14.2 ms, limit 10 ms", with the quantile where one is judged. */
static char *
breach_clause (const HrJudgement *judgement)
{
  const HrBudget  *budget = judgement->budget;
  g_autofree char *clause = NULL, *limit = NULL;

  if (budget->statistic == HR_STATISTIC_COMPLIANCE)
    return compliance_clause (judgement);

  clause = clause_of (judgement);
  limit = value_text (judgement->limit, judgement->unit);
  if (!isnan (budget->minimum))
    /* Translators: a clause such as "throughput is 12/s", and the least it should be. */
    return g_strdup_printf (_ ("%s, minimum %s"), clause, limit);
  if (is_quantile (budget->statistic))
    /* Translators: a clause such as "ranking takes 14.2 ms", a quantile such as "p99", and the limit. */
    return g_strdup_printf (_ ("%s at %s, limit %s"), clause, hr_statistic_name (budget->statistic), limit);
  if (budget->statistic == HR_STATISTIC_MAX)
    return g_strdup_printf (_ ("%s at worst, limit %s"), clause, limit);

  return g_strdup_printf (_ ("%s, limit %s"), clause, limit);
}

static char *
over_sentence (const HrJudgement *judgement,
               gint64             over_ns)
{
  g_autofree char *clause = breach_clause (judgement);
  g_autofree char *stretch = NULL;
  gint64           seconds = over_ns / HR_NS_PER_SECOND;

  if (seconds < 1)
    return g_strdup_printf (_ ("Over budget: %s"), clause);

  stretch = value_text ((double) seconds * 1e3, HR_UNIT_MILLISECONDS);

  /* Translators: a length of time such as "12 s", and a clause such as "ranking takes 14.2 ms, limit 10 ms". */
  return g_strdup_printf (_ ("Over budget for %s: %s"), stretch, clause);
}

/* "Memory at 96 % of its budget". Rounded down, so that 99.9 % is not told as the whole of it. */
static char *
share_sentence (const HrJudgement *judgement)
{
  g_autofree char *title = NULL, *share = NULL;

  if (judgement->budget->statistic == HR_STATISTIC_COMPLIANCE)
    return compliance_clause (judgement);

  title = hr_budget_title (judgement->budget);
  share = value_text (floor (judgement->used * 100 + 1e-9) / 100, HR_UNIT_RATIO);

  return g_strdup_printf (_ ("%s at %s of its budget"), title, share);
}

/* Returns: (nullable): "357x on latency": the first mean that has a baseline. */
static char *
advantage_clause (const HrVerdict *self)
{
  for (guint i = 0; i < self->n_judgements; i++)
    {
      const HrJudgement *judgement = &self->judgements[i];
      double             advantage = judgement->budget->baseline / judgement->value;

      if (judgement->standing == HR_STANDING_NO_DATA || judgement->budget->statistic != HR_STATISTIC_MEAN || !isfinite (advantage))
        continue;

      /* Translators: how many times faster than the baseline. */
      return g_strdup_printf (_ ("%.*fx on latency"), advantage < 9.95 ? 1 : 0, advantage);
    }

  return NULL;
}

/* Returns: (nullable): "58 MB of memory left": the first limit on the program's memory; that of a category says nothing of
 * the whole. */
static char *
memory_clause (const HrVerdict *self)
{
  for (guint i = 0; i < self->n_judgements; i++)
    {
      const HrJudgement   *judgement = &self->judgements[i];
      const HrKnownMetric *metric = hr_budget_metric (judgement->budget);
      g_autofree char     *left = NULL;

      if (judgement->standing == HR_STANDING_NO_DATA || metric->type != HR_ALERT_MEMORY ||
          !g_str_equal (metric->name, judgement->budget->metric))
        continue;

      left = value_text (judgement->limit - judgement->value, judgement->unit);
      return g_strdup_printf (_ ("%s of memory left"), left);
    }

  return NULL;
}

/* "Within budget: 357x on latency, 58 MB of memory left"; where neither is judged, how the tightest budget stands. */
static char *
within_sentence (const HrVerdict *self)
{
  g_autofree char *advantage = advantage_clause (self);
  g_autofree char *memory = memory_clause (self);
  g_autofree char *tightest = NULL;

  if (advantage != NULL && memory != NULL)
    return g_strdup_printf (_ ("Within budget: %s, %s"), advantage, memory);
  if (advantage != NULL || memory != NULL)
    return g_strdup_printf (_ ("Within budget: %s"), advantage != NULL ? advantage : memory);
  if (self->judgements[self->worst_index].budget->statistic == HR_STATISTIC_COMPLIANCE)
    return g_strdup (_ ("Within budget"));

  tightest = share_sentence (&self->judgements[self->worst_index]);

  return g_strdup_printf (_ ("Within budget: %s"), tightest);
}

/* Returns: (nullable): the first budget that must have data and has none. */
static const HrBudget *
first_missing (const HrVerdict *self)
{
  for (guint i = 0; i < self->n_judgements; i++)
    if (self->judgements[i].standing == HR_STANDING_NO_DATA && self->judgements[i].budget->required)
      return self->judgements[i].budget;

  return NULL;
}

/* Says how a source stands, as a person would, in the reader's language. What is worst comes first; without any breach a required budget that
 * nobody measured keeps it from saying "within budget".
 * @over_ns: how long the worst budget has been over, 0 if it is not
 * Returns: (transfer full) */
char *
hr_verdict_sentence (const HrVerdict *self,
                     gint64           over_ns)
{
  const HrBudget  *missing = first_missing (self);
  g_autofree char *title = NULL;

  if (self->worst_index < 0 || self->n_judgements == 0)
    return g_strdup (_ ("No data yet for any budget"));
  if (self->worst == HR_STANDING_OVER)
    return over_sentence (&self->judgements[self->worst_index], over_ns);
  if (self->worst != HR_STANDING_WITHIN)
    return share_sentence (&self->judgements[self->worst_index]);
  if (missing == NULL)
    return within_sentence (self);

  title = hr_budget_title (missing);

  return g_strdup_printf (_ ("No data for %s, the rest is within budget"), title);
}
