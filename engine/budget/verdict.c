/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/verdict.h"

#include "engine/budget/metric-catalog.h"
#include "engine/budget/statistic.h"

#include <math.h>
#include <string.h>

/* The share that stands for "without bound", where a limit is 0 or a value has sunk to 0. Finite, so that it can be drawn and
 * written anywhere. */
#define MOST_USED 1000.0

#define WEIGHT_THOMPSON 0.40
#define WEIGHT_MEMORY 0.25
#define WEIGHT_FRAMES 0.25
#define WEIGHT_COMPLIANCE 0.10

/* @part / @whole, at most MOST_USED; 0 / 0 is 0. */
static double
share_of (double part,
          double whole)
{
  if (part <= 0)
    return 0;

  return whole > 0 ? MIN (part / whole, MOST_USED) : MOST_USED;
}

/* The share of compliance's allowance that is spent: one in twenty may be slow at minimum 0.95, so 97.5 % has used half. A minimum
 * of 1 allows nothing, and its use is counted from the first miss. */
static double
compliance_used (double value,
                 double minimum)
{
  if (minimum < 1)
    return share_of (1 - value, 1 - minimum);

  return share_of (minimum, value);
}

/* Compliance has two bounds: below the minimum it warns, below the alert share it is over. */
static void
judge_compliance (HrJudgement *self)
{
  const HrBudget *budget = self->budget;

  self->used = compliance_used (self->value, budget->minimum);
  if (self->value < budget->alert)
    self->standing = HR_STANDING_OVER;
  else
    self->standing = self->value < budget->minimum ? HR_STANDING_WARNING : HR_STANDING_WITHIN;

  if (self->standing == HR_STANDING_OVER)
    self->severity = hr_severity_from_ratio (share_of (budget->alert, self->value));
}

/* A limit uses value/limit, a minimum uses minimum/value. */
static void
judge_bound (HrJudgement *self)
{
  const HrBudget *budget = self->budget;

  self->used = isnan (budget->minimum) ? share_of (self->value, budget->limit) : share_of (budget->minimum, self->value);
  if (self->used > 1)
    self->standing = HR_STANDING_OVER;
  else if (self->used >= budget->critical)
    self->standing = HR_STANDING_CRITICAL;
  else
    self->standing = self->used >= budget->warn ? HR_STANDING_WARNING : HR_STANDING_WITHIN;

  if (self->standing == HR_STANDING_OVER)
    self->severity = hr_severity_from_ratio (self->used);
}

/* Whether @info is what @budget is about: a limit in one unit says nothing about a value in another. An event may carry values in any
 * unit, but only its count is judged. */
static gboolean
is_about (const HrBudget     *budget,
          const HrMetricInfo *info)
{
  return g_str_equal (info->name, budget->metric) && hr_statistic_suits (budget->statistic, info->kind) &&
         (info->unit == hr_budget_metric (budget)->unit || info->kind == HR_KIND_EVENT);
}

/* Writes the number of the metric of @history that @budget is about to @out_metric: of several by one name the first that was ever measured, or else
 * the first. Returns FALSE and leaves it alone when there is none: the source may measure something else under the name. */
gboolean
hr_budget_find_metric (const HrBudget *budget,
                       HrHistory      *history,
                       guint          *out_metric)
{
  guint found = G_MAXUINT;

  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    {
      if (!is_about (budget, hr_history_get_metric (history, i)))
        continue;
      if (found == G_MAXUINT || hr_history_get_totals (history, i)->count > 0)
        found = i;
      if (hr_history_get_totals (history, i)->count > 0)
        break;
    }
  if (found != G_MAXUINT)
    *out_metric = found;

  return found != G_MAXUINT;
}

/* What @budget's statistic comes to; NaN without data. */
static double
measure (const HrBudget *budget,
         HrHistory      *history,
         gint64          now_ns)
{
  guint metric;

  return hr_budget_find_metric (budget, history, &metric) ? hr_statistic_measure (budget, history, metric, now_ns) : (double) NAN;
}

static HrJudgement
judge_budget (const HrBudget *budget,
              HrHistory      *history,
              gint64          now_ns)
{
  const HrKnownMetric *known = hr_budget_metric (budget);
  gboolean             compliance = budget->statistic == HR_STATISTIC_COMPLIANCE;
  HrJudgement          judgement = {
             .budget = budget,
             .standing = HR_STANDING_NO_DATA,
             .unit = hr_statistic_unit (budget->statistic, known->unit),
             .value = measure (budget, history, now_ns),
             .limit = hr_budget_bound (budget),
             .used = (double) NAN,
  };

  if (!isfinite (judgement.value))
    judgement.value = (double) NAN;
  else if (compliance)
    judge_compliance (&judgement);
  else
    judge_bound (&judgement);

  return judgement;
}

static gboolean
is_compliance (const HrJudgement *judgement)
{
  return judgement->budget->statistic == HR_STATISTIC_COMPLIANCE;
}

/* Whether @a says more than @b about how badly things stand. Shares of different budgets are compared only below the limit. Above it a level
 * leads compliance, which only counts what the level shows ("ranking takes 14.2 ms" is what a person would say); then the
 * severity counts, and of two equal ones the first in the contract leads. */
static gboolean
is_worse (const HrJudgement *a,
          const HrJudgement *b)
{
  if (a->standing != b->standing)
    return a->standing > b->standing;
  if (a->standing != HR_STANDING_OVER)
    return a->used > b->used;
  if (is_compliance (a) != is_compliance (b))
    return is_compliance (b);

  return a->severity > b->severity;
}

static void
find_worst (HrVerdict *self)
{
  self->worst = HR_STANDING_NO_DATA;
  self->worst_index = -1;

  for (guint i = 0; i < self->n_judgements; i++)
    {
      if (self->judgements[i].standing == HR_STANDING_NO_DATA)
        continue;
      if (self->worst_index < 0 || is_worse (&self->judgements[i], &self->judgements[self->worst_index]))
        self->worst_index = (int) i;
    }

  if (self->worst_index >= 0)
    self->worst = self->judgements[self->worst_index].standing;
}

/* Returns: (nullable): the first budget with data that scores for @metric: its compliance, or else its level. */
static const HrJudgement *
find_scoring (const HrVerdict *self,
              const char      *metric,
              gboolean         compliance)
{
  for (guint i = 0; i < self->n_judgements; i++)
    {
      const HrJudgement *judgement = &self->judgements[i];
      HrStatistic        statistic = judgement->budget->statistic;
      gboolean           level = statistic == HR_STATISTIC_MEAN || statistic == HR_STATISTIC_RECENT || statistic == HR_STATISTIC_LAST;

      if (judgement->standing != HR_STANDING_NO_DATA && judgement->budget->scores && g_str_equal (judgement->budget->metric, metric) &&
          (compliance ? is_compliance (judgement) : level))
        return judgement;
    }

  return NULL;
}

/* 1 - min(value, budget)/budget, the performance score of product.md. */
static double
level_score (const HrVerdict *self,
             const char      *metric)
{
  const HrJudgement *judgement = find_scoring (self, metric, FALSE);

  return judgement != NULL ? 1 - MIN (judgement->used, 1) : (double) NAN;
}

/* The weighted mean of the parts that have data: 0.40 Thompson, 0.25 memory, 0.25 frames, 0.10 compliance, renormalised. */
static double
overall_score (const HrScores *scores)
{
  const double parts[] = { scores->thompson, scores->memory, scores->frames, scores->compliance };
  const double weights[] = { WEIGHT_THOMPSON, WEIGHT_MEMORY, WEIGHT_FRAMES, WEIGHT_COMPLIANCE };
  double       sum = 0, weight = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!isnan (parts[i]))
      {
        sum += weights[i] * parts[i];
        weight += weights[i];
      }

  return weight > 0 ? sum / weight : (double) NAN;
}

static void
compute_scores (HrVerdict *self)
{
  const HrJudgement *compliance = find_scoring (self, "thompson_duration_ms", TRUE);

  self->scores.thompson = level_score (self, "thompson_duration_ms");
  self->scores.memory = level_score (self, "memory_usage_mb");
  self->scores.frames = level_score (self, "ui_frame_time_ms");
  self->scores.compliance = compliance != NULL ? compliance->value : (double) NAN;
  self->scores.overall = overall_score (&self->scores);
}

/* Judges what @history says at @now_ns (monotonic, this computer's clock) by every budget of @contract that is for @source_name; a
 * budget whose source pattern does not match is no part of the verdict. Without data a budget stands at NO_DATA, with value and
 * share NaN: it never passes.
 * @self: all zero, or a verdict from before, whose contents are freed
 * @contract: (transfer none): kept, counted */
void
hr_verdict_judge (HrVerdict  *self,
                  HrContract *contract,
                  const char *source_name,
                  HrHistory  *history,
                  gint64      now_ns)
{
  guint     n = hr_contract_get_n_budgets (contract);
  HrVerdict judged = { 0 };

  judged.contract = hr_contract_ref (contract);
  judged.judgements = g_new0 (HrJudgement, n);
  for (guint i = 0; i < n; i++)
    {
      const HrBudget *budget = hr_contract_get_budget (contract, i);

      if (budget->source == NULL || g_pattern_match_simple (budget->source, source_name))
        judged.judgements[judged.n_judgements++] = judge_budget (budget, history, now_ns);
    }
  find_worst (&judged);
  compute_scores (&judged);

  hr_verdict_clear (self);
  *self = judged;
}

/* Frees what @self owns; it can be judged into again. */
void
hr_verdict_clear (HrVerdict *self)
{
  g_free (self->judgements);
  hr_contract_unref (self->contract);
  memset (self, 0, sizeof *self);
  self->worst_index = -1;
}

/* Returns: (transfer none) (nullable): the first judgement of @statistic of @metric, or NULL when the contract has none. */
const HrJudgement *
hr_verdict_find (const HrVerdict *self,
                 const char      *metric,
                 HrStatistic      statistic)
{
  for (guint i = 0; i < self->n_judgements; i++)
    if (self->judgements[i].budget->statistic == statistic && g_str_equal (self->judgements[i].budget->metric, metric))
      return &self->judgements[i];

  return NULL;
}
