/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a stretch of judging comes to. Of each budget and source it is
 *
 *     BREACH    where an alert was, or would have been, raised: over for its hold time, without a break (engine/alert/breach.h);
 *     NO_DATA   where too little was measured to say: for less time than the budget's window, or than a second if that is shorter; or of
 *               fewer items than the statistic can speak of: 1/(1 - q) for a quantile q, so that one may lie beyond it; for compliance
 *               1/(1 - minimum), so that one may be slow (one where none may be); none for a rate; one for anything else;
 *     PASS      otherwise.
 *
 * Something is measured while the budget has data at a snapshot's end; what a catch-up covers nobody watched, and counts for no time. A
 * stretch that is over ends where snapshots fail to come for as long as makes a value stale (hr_statistic_reach ()).
 * A rate is counted from the first item on, because a session does not say since when a program knew what it counts; of what never
 * happened it was 0 all the time that the source was watched.
 * Nothing but the snapshots is looked at, neither clock nor state of a link: replayed they give the same answer as live. */

#include "engine/report/assessment.h"

#include "engine/alert/breach.h"
#include "engine/budget/metric-catalog.h"
#include "engine/budget/statistic.h"

#include <math.h>

#define LEAST_MEASURED_NS ((gint64) HR_NS_PER_SECOND)

/* One budget of one source. */
typedef struct
{
  HrBudgetResult result;
  HrBudgetResult concluded; /* the same as it is told */
  HrBreach       breach;
  gint64         over_ns;
  gint64         measured_ns;
  gboolean       is_known; /* of a rate: the source has what is counted */
} Tally;

typedef struct
{
  char  *name;
  Tally *tallies; /* one a budget of the contract */
  gint64 end_ns;  /* of its last snapshot */
  gint64 interval_ns;
  gint64 begin_us; /* of its first */
  gint64 watched_ns;
} Source;

struct _HrAssessment
{
  HrContract     *contract; /* owned */
  GPtrArray      *sources;  /* owned Source, as they appeared */
  HrBudgetResult *missing;  /* one a budget, of no source */
  GPtrArray      *results;  /* borrowed HrBudgetResult; not up to date while @stale */
  gboolean        stale;
};

/* Returns "pass", "no-data" or "breach". */
const char *
hr_outcome_name (HrOutcome outcome)
{
  static const char *const names[HR_N_OUTCOMES] = { "pass", "no-data", "breach" };

  return (guint) outcome < HR_N_OUTCOMES ? names[outcome] : "unknown";
}

static void
source_free (gpointer data)
{
  Source *self = data;

  g_free (self->tallies);
  g_free (self->name);
  g_free (self);
}

static HrBudgetResult
result_of (const HrBudget *budget)
{
  HrBudgetResult result = {
    .budget = budget,
    .outcome = HR_OUTCOME_NO_DATA,
    .unit = hr_statistic_unit (budget->statistic, hr_budget_metric (budget)->unit),
    .limit = hr_budget_bound (budget),
    .worst = (double) NAN,
    .last = (double) NAN,
  };

  return result;
}

/* Returns: (transfer full): what nothing was added to yet.
 * @contract: (transfer none): kept, counted */
HrAssessment *
hr_assessment_new (HrContract *contract)
{
  HrAssessment *self = g_new0 (HrAssessment, 1);
  guint         n = hr_contract_get_n_budgets (contract);

  self->contract = hr_contract_ref (contract);
  self->sources = g_ptr_array_new_with_free_func (source_free);
  self->results = g_ptr_array_new ();
  self->missing = g_new (HrBudgetResult, n);
  for (guint i = 0; i < n; i++)
    self->missing[i] = result_of (hr_contract_get_budget (contract, i));
  self->stale = TRUE;

  return self;
}

/* Frees @self. NULL is accepted. */
void
hr_assessment_free (HrAssessment *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->results);
  g_ptr_array_unref (self->sources);
  g_free (self->missing);
  hr_contract_unref (self->contract);
  g_free (self);
}

/* Returns: (transfer none): what is known of the source called @name, which may be new. */
static Source *
find_source (HrAssessment *self,
             const char   *name)
{
  guint   n = hr_contract_get_n_budgets (self->contract);
  Source *source;

  for (guint i = 0; i < self->sources->len; i++)
    {
      source = g_ptr_array_index (self->sources, i);
      if (g_str_equal (source->name, name))
        return source;
    }

  source = g_new0 (Source, 1);
  source->name = g_strdup (name);
  source->tallies = g_new0 (Tally, n);
  for (guint i = 0; i < n; i++)
    {
      source->tallies[i].result = self->missing[i];
      source->tallies[i].result.source = source->name;
    }
  g_ptr_array_add (self->sources, source);

  return source;
}

/* How long the snapshot speaks of; 0 where that was not watched. What was over before a gap is not known to have gone on. */
static gint64
advance (HrAssessment     *self,
         Source           *source,
         const HrSnapshot *snapshot)
{
  gint64 since_ns = snapshot->end_ns - source->end_ns;
  gint64 elapsed_ns = snapshot->interval_ns;

  if (source->interval_ns > 0 && (since_ns < 0 || since_ns > hr_statistic_reach (source->interval_ns)))
    for (guint i = 0; i < hr_contract_get_n_budgets (self->contract); i++)
      source->tallies[i].breach = (HrBreach){ 0 };

  source->end_ns = snapshot->end_ns;
  source->interval_ns = MAX (snapshot->interval_ns, 1);
  if (source->begin_us == 0)
    source->begin_us = snapshot->time_us;
  elapsed_ns = snapshot->catch_up ? 0 : MAX (elapsed_ns, 0);
  source->watched_ns += elapsed_ns;

  return elapsed_ns;
}

/* How many items of what @budget is about @snapshot has. */
static guint64
count_items (const HrBudget   *budget,
             HrHistory        *history,
             const HrSnapshot *snapshot)
{
  const HrSample *sample;
  guint           metric;

  if (!hr_budget_find_metric (budget, history, &metric))
    return 0;

  sample = hr_snapshot_find (snapshot, metric);

  return sample != NULL ? sample->count : 0;
}

static gboolean
is_worse (const HrBudget *budget,
          double          value,
          double          than)
{
  if (isnan (than))
    return TRUE;

  return isnan (budget->minimum) ? value > than : value < than;
}

static void
take_judgement (Tally             *self,
                const HrJudgement *judgement,
                gint64             elapsed_ns,
                const HrSnapshot  *snapshot)
{
  HrBudgetResult *result = &self->result;
  HrBreachChange  change;

  if (judgement->budget->statistic == HR_STATISTIC_RATE && result->n_items == 0)
    {
      self->is_known |= judgement->standing != HR_STANDING_NO_DATA;
      return;
    }

  change = hr_breach_judge (&self->breach, judgement, snapshot->end_ns, snapshot->time_us);
  if (judgement->standing == HR_STANDING_NO_DATA)
    return;

  self->measured_ns += elapsed_ns;
  self->over_ns += judgement->standing == HR_STANDING_OVER ? elapsed_ns : 0;
  result->last = judgement->value;
  result->severity = MAX (result->severity, judgement->severity);
  if (is_worse (judgement->budget, judgement->value, result->worst))
    {
      result->worst = judgement->value;
      result->worst_us = snapshot->time_us;
    }
  if (change == HR_BREACH_BEGAN && result->outcome != HR_OUTCOME_BREACH)
    {
      result->outcome = HR_OUTCOME_BREACH;
      result->breach_us = self->breach.over_since_us;
    }
}

/* Takes in how @source stood by the contract at the end of @snapshot, the newest of @history. */
void
hr_assessment_add (HrAssessment     *self,
                   const char       *source,
                   HrHistory        *history,
                   const HrSnapshot *snapshot,
                   const HrVerdict  *verdict)
{
  const HrBudget *first = hr_contract_get_budget (self->contract, 0);
  Source         *entry;
  gint64          elapsed_ns;

  g_return_if_fail (verdict->contract == self->contract);

  entry = find_source (self, source);
  elapsed_ns = advance (self, entry, snapshot);
  for (guint i = 0; i < verdict->n_judgements; i++)
    {
      const HrJudgement *judgement = &verdict->judgements[i];
      Tally             *tally = &entry->tallies[judgement->budget - first];

      if (judgement->standing != HR_STANDING_NO_DATA)
        tally->result.n_items += count_items (judgement->budget, history, snapshot);
      take_judgement (tally, judgement, elapsed_ns, snapshot);
    }
  self->stale = TRUE;
}

/* How many items it takes for one of them to lie beyond a share @inside of them. */
static guint64
items_beyond (double inside)
{
  return inside < 1 ? (guint64) ceil (1 / (1 - inside) - 1e-6) : 1;
}

static guint64
least_items (const HrBudget *budget)
{
  switch (budget->statistic)
    {
    case HR_STATISTIC_P50:
      return items_beyond (0.5);
    case HR_STATISTIC_P90:
      return items_beyond (0.9);
    case HR_STATISTIC_P99:
      return items_beyond (0.99);
    case HR_STATISTIC_P999:
      return items_beyond (0.999);
    case HR_STATISTIC_COMPLIANCE:
      return items_beyond (budget->minimum);
    case HR_STATISTIC_RATE:
      return 0;
    case HR_STATISTIC_MEAN:
    case HR_STATISTIC_MAX:
    case HR_STATISTIC_LAST:
    case HR_STATISTIC_RECENT:
    case HR_N_STATISTICS:
    default:
      return 1;
    }
}

/* For how long something has to be measured. */
static gint64
least_ns (const HrBudget *budget)
{
  return MIN (budget->window_ns, LEAST_MEASURED_NS);
}

/* A rate of 0 that lasted all the time that @source was watched. */
static void
conclude_nought (HrBudgetResult *self,
                 const Source   *source)
{
  const HrBudget *budget = self->budget;

  self->worst = self->last = 0;
  self->worst_us = source->begin_us;
  self->measured_us = source->watched_ns / 1000;
  if (!(budget->minimum > 0))
    return;

  self->severity = HR_SEVERITY_CRITICAL;
  self->over_us = self->measured_us;
  if (source->watched_ns < MAX (least_ns (budget), budget->hold_ns))
    return;

  self->outcome = HR_OUTCOME_BREACH;
  self->breach_us = source->begin_us;
}

/* Returns: (transfer none) (nullable): what @self has come to so far; NULL if @source never had data of it. */
static HrBudgetResult *
conclude (Tally        *self,
          const Source *source)
{
  HrBudgetResult *result = &self->concluded;

  *result = self->result;
  result->measured_us = self->measured_ns / 1000;
  result->over_us = self->over_ns / 1000;
  if (self->is_known && result->n_items == 0)
    conclude_nought (result, source);
  if (result->outcome != HR_OUTCOME_BREACH && result->measured_us >= least_ns (result->budget) / 1000 && result->n_items >= least_items (result->budget))
    result->outcome = HR_OUTCOME_PASS;

  return isnan (result->worst) ? NULL : result;
}

static void
refresh (HrAssessment *self)
{
  if (!self->stale)
    return;

  g_ptr_array_set_size (self->results, 0);
  for (guint i = 0; i < hr_contract_get_n_budgets (self->contract); i++)
    {
      guint n = self->results->len;

      for (guint s = 0; s < self->sources->len; s++)
        {
          Source         *source = g_ptr_array_index (self->sources, s);
          HrBudgetResult *result = conclude (&source->tallies[i], source);

          if (result != NULL)
            g_ptr_array_add (self->results, result);
        }
      if (self->results->len == n)
        g_ptr_array_add (self->results, &self->missing[i]);
    }
  self->stale = FALSE;
}

/* Returns how many results there are: at least one a budget. */
guint
hr_assessment_get_n_results (HrAssessment *self)
{
  refresh (self);

  return self->results->len;
}

/* Returns: (transfer none): result number @index; valid until something is added. */
const HrBudgetResult *
hr_assessment_get_result (HrAssessment *self,
                          guint         index)
{
  refresh (self);
  g_return_val_if_fail (index < self->results->len, NULL);

  return g_ptr_array_index (self->results, index);
}

/* Returns: (transfer none): what is judged by. */
HrContract *
hr_assessment_get_contract (HrAssessment *self)
{
  return self->contract;
}

/* Returns whether any source had enough data to say something of @budget, one of the contract's. */
gboolean
hr_assessment_is_decided (HrAssessment   *self,
                          const HrBudget *budget)
{
  for (guint i = 0; i < hr_assessment_get_n_results (self); i++)
    {
      const HrBudgetResult *result = hr_assessment_get_result (self, i);

      if (result->budget == budget && result->outcome != HR_OUTCOME_NO_DATA)
        return TRUE;
    }

  return FALSE;
}

/* Returns what all of it comes to: BREACH if any budget was breached; else NO_DATA if no source measured a required budget for long enough to
 * say, or nobody measured any; else PASS. */
HrOutcome
hr_assessment_get_outcome (HrAssessment *self)
{
  gboolean missing = FALSE, decided = FALSE;

  for (guint i = 0; i < hr_assessment_get_n_results (self); i++)
    if (hr_assessment_get_result (self, i)->outcome == HR_OUTCOME_BREACH)
      return HR_OUTCOME_BREACH;

  for (guint i = 0; i < hr_contract_get_n_budgets (self->contract); i++)
    {
      const HrBudget *budget = hr_contract_get_budget (self->contract, i);

      if (hr_assessment_is_decided (self, budget))
        decided = TRUE;
      else if (budget->required)
        missing = TRUE;
    }

  return missing || !decided ? HR_OUTCOME_NO_DATA : HR_OUTCOME_PASS;
}
