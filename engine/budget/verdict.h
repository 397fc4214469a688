/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"
#include "engine/model/history.h"

G_BEGIN_DECLS

/* How one budget stands. Ordered from best to worst. */
typedef enum
{
  HR_STANDING_NO_DATA,
  HR_STANDING_WITHIN,
  HR_STANDING_WARNING,  /* at or above the warning share of the limit; compliance: below the minimum */
  HR_STANDING_CRITICAL, /* at or above the critical share of the limit */
  HR_STANDING_OVER,     /* beyond the limit; compliance: below the alert share */
  HR_N_STANDINGS
} HrStanding;

typedef struct
{
  const HrBudget *budget; /* of the contract judged by */
  HrStanding      standing;
  HrUnit          unit;
  double          value;    /* in @unit; NaN without data */
  double          limit;    /* limit or minimum; the alert share for compliance */
  double          used;     /* value/limit, minimum/value, or (1 - value)/(1 - minimum) for compliance; at most 1000; NaN without data */
  HrSeverity      severity; /* NONE unless over */
} HrJudgement;

/* Scores in 0..1; NaN where a part has no data. */
typedef struct
{
  double thompson;
  double memory;
  double frames;
  double compliance;
  double overall;
} HrScores;

/* How a source stands under a contract at one moment. Plain data but for @judgements. */
typedef struct
{
  HrContract  *contract;   /* owned */
  HrJudgement *judgements; /* n_judgements, in the contract's order, of the budgets for this source; owned */
  guint        n_judgements;
  HrScores     scores;
  HrStanding   worst;
  int          worst_index; /* of the judgement, -1 without data */
} HrVerdict;

void hr_verdict_judge (HrVerdict  *self,
                       HrContract *contract,
                       const char *source_name,
                       HrHistory  *history,
                       gint64      now_ns);
void hr_verdict_clear (HrVerdict *self);

gboolean hr_budget_find_metric (const HrBudget *budget,
                                HrHistory      *history,
                                guint          *out_metric);

const HrJudgement *hr_verdict_find (const HrVerdict *self,
                                    const char      *metric,
                                    HrStatistic      statistic);

/* The one sentence under the header bar. @over_ns: how long the worst budget has been over, 0 if it is not. */
char *hr_verdict_sentence (const HrVerdict *self,
                           gint64           over_ns) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrVerdict, hr_verdict_clear)

G_END_DECLS
