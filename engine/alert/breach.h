/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/verdict.h"

G_BEGIN_DECLS

/* How long one budget of one source has been over, and whether that is a breach. Plain data: all zero to begin with.
 *
 * A budget that has been over for its hold time, without a break, is breached, from the first verdict on that said so. A breach ends once
 * the value has come back by the clear share of the limit. No data ends a stretch that is over, because nobody saw it go on, but ends
 * no breach. */
typedef struct
{
  gboolean over; /* by the last judgement */
  gboolean breached;
  gint64   over_since_ns; /* meaningful while over */
  gint64   over_since_us;
} HrBreach;

/* What a judgement changed. */
typedef enum
{
  HR_BREACH_SAME,
  HR_BREACH_BEGAN,
  HR_BREACH_ENDED
} HrBreachChange;

HrBreachChange hr_breach_judge (HrBreach          *self,
                                const HrJudgement *judgement,
                                gint64             now_ns,
                                gint64             now_us);

G_END_DECLS
