/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/alert/breach.h"

#include <math.h>

/* Whether a budget that is no longer over has come far enough back, which keeps a value at its limit from ringing all day.
 * A limit clears at clear * limit. A minimum mirrors it: at minimum / clear. Where that could lie beyond what a share can
 * reach, for compliance and other ratios, it is the distance to 1 that has to shrink: alert share 0.90 and clear 0.95 clear
 * at 1 - 0.95 * 0.10, that is 0.905. */
static gboolean
is_clear (const HrJudgement *judgement)
{
  const HrBudget *budget = judgement->budget;

  if (isnan (budget->minimum))
    return judgement->value <= budget->clear * judgement->limit;
  if (judgement->unit == HR_UNIT_RATIO)
    return 1 - judgement->value <= budget->clear * (1 - judgement->limit) + 1e-12;

  return judgement->value * budget->clear >= judgement->limit;
}

static HrBreachChange
judge_over (HrBreach          *self,
            const HrJudgement *judgement,
            gint64             now_ns,
            gint64             now_us)
{
  if (!self->over)
    {
      self->over_since_ns = now_ns;
      self->over_since_us = now_us;
    }
  self->over = TRUE;

  if (self->breached || now_ns - self->over_since_ns < judgement->budget->hold_ns)
    return HR_BREACH_SAME;

  self->breached = TRUE;

  return HR_BREACH_BEGAN;
}

/* Takes in how a budget stands, and returns whether a breach of it began or ended with that.
 * @now_ns: monotonic time that @judgement speaks of, never running backwards; @now_us: its UTC */
HrBreachChange
hr_breach_judge (HrBreach          *self,
                 const HrJudgement *judgement,
                 gint64             now_ns,
                 gint64             now_us)
{
  if (judgement->standing == HR_STANDING_OVER)
    return judge_over (self, judgement, now_ns, now_us);

  self->over = FALSE;
  if (!self->breached || judgement->standing == HR_STANDING_NO_DATA || !is_clear (judgement))
    return HR_BREACH_SAME;

  self->breached = FALSE;

  return HR_BREACH_ENDED;
}
