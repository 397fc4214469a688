/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/alert/alert-book.h"
#include "engine/budget/verdict.h"
#include "engine/store/session.h"

G_BEGIN_DECLS

/* What a stretch of judging comes to for one budget of one source. */
typedef enum
{
  HR_OUTCOME_PASS,
  HR_OUTCOME_NO_DATA, /* never measured, or too briefly to say */
  HR_OUTCOME_BREACH,  /* an alert was raised */
  HR_N_OUTCOMES
} HrOutcome;

typedef struct
{
  const HrBudget *budget; /* of the contract */
  const char     *source; /* NULL: of no source at all */
  HrOutcome       outcome;
  HrUnit          unit;
  double          limit;
  double          worst; /* observed, in @unit; NaN without data */
  double          last;
  HrSeverity      severity;    /* worst */
  gint64          worst_us;    /* when */
  gint64          breach_us;   /* when the first breach began, as its alert says it; 0: never */
  gint64          over_us;     /* how long it was over in all */
  gint64          measured_us; /* how long there were data */
  guint64         n_items;
} HrBudgetResult;

/* Gathers verdicts, live or replayed, into one answer: the same snapshots give the same answer either way. */
typedef struct _HrAssessment HrAssessment;

HrAssessment *hr_assessment_new (HrContract *contract) G_GNUC_WARN_UNUSED_RESULT;
void          hr_assessment_free (HrAssessment *self);

/* @verdict: of @source by the contract, right after @snapshot. */
void hr_assessment_add (HrAssessment     *self,
                        const char       *source,
                        HrHistory        *history,
                        const HrSnapshot *snapshot,
                        const HrVerdict  *verdict);

/* One result a budget and source that had data of it, in the contract's order; budgets that no source had data of stand there as NO_DATA,
 * without a source. Valid until something is added. */
guint                 hr_assessment_get_n_results (HrAssessment *self);
const HrBudgetResult *hr_assessment_get_result (HrAssessment *self,
                                                guint         index);
HrContract           *hr_assessment_get_contract (HrAssessment *self);

/* BREACH if any budget was; NO_DATA if a required budget, or all of them, had not enough data from any source; else PASS. */
HrOutcome hr_assessment_get_outcome (HrAssessment *self);

/* Whether any source had enough data to say something of @budget. */
gboolean hr_assessment_is_decided (HrAssessment   *self,
                                   const HrBudget *budget);

/* Judges a recorded session by @contract as it would have been judged live. @source: glob over names, or NULL. */
HrAssessment *hr_assess_session (HrSession  *session,
                                 HrContract *contract,
                                 const char *source,
                                 HrRange     range,
                                 HrProgress  progress,
                                 gpointer    user_data,
                                 GError    **error) G_GNUC_WARN_UNUSED_RESULT;

const char *hr_outcome_name (HrOutcome outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrAssessment, hr_assessment_free)

G_END_DECLS
