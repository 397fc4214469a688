/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HR_DIFFERENCE_INCONCLUSIVE, /* too few values, or too much noise to tell */
  HR_DIFFERENCE_SAME,         /* whatever the difference is, it is smaller than what counts */
  HR_DIFFERENCE_BETTER,
  HR_DIFFERENCE_WORSE,
  HR_N_DIFFERENCES
} HrDifference;

/* A metric in one session: a value an interval, in order of time; NaN is a gap. */
typedef struct
{
  const double *values;
  gsize         n;
} HrComparedValues;

/* One metric in two sessions, or in several rounds of two each, of which the first of one round was made beside the second. */
typedef struct
{
  const HrComparedValues *base; /* a session a round */
  const HrComparedValues *now;
  guint                   n_rounds;
  HrDirection             direction;
} HrCompared;

/* What the comparison of one metric says. Ratios are now / base; NaN where there is none. */
typedef struct
{
  HrDifference difference;
  gsize        n_base; /* values that counted */
  gsize        n_now;
  guint        n_rounds; /* that had values in both sessions */
  double       base;     /* median; of rounds, that of their medians */
  double       now;
  double       ratio;     /* of the medians; of rounds, what their ratios have in the middle */
  double       ratio_low; /* of the interval that covers the truth in 99 of 100 cases */
  double       ratio_high;
  double       p;      /* that no difference is behind it; corrected for noise that follows itself */
  double       q;      /* the same, corrected for how many metrics were looked at */
  double       effect; /* difference in standard deviations of the noise: robust ones of the values, or those of the rounds */
} HrComparedResult;

typedef struct
{
  double  alpha;   /* of q; default 0.05 */
  double  least;   /* relative change that counts; default 0.02 */
  guint32 seed;    /* of the bootstrap */
  guint   n_draws; /* of it; default 2 000 */
} HrCompareOptions;

extern const HrCompareOptions hr_compare_defaults;

const char *hr_difference_name (HrDifference difference);

void hr_compare (const HrCompared       *metrics,
                 gsize                   n,
                 const HrCompareOptions *options,
                 HrComparedResult       *out);

G_END_DECLS
