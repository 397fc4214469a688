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

/* One metric in two sessions: a value an interval, in order of time; NaN is a gap. */
typedef struct
{
  const double *base;
  gsize         n_base;
  const double *now;
  gsize         n_now;
  HrDirection   direction;
} HrCompared;

/* What the comparison of one metric says. Ratios are now / base; NaN where there is none. */
typedef struct
{
  HrDifference difference;
  gsize        n_base; /* values that counted */
  gsize        n_now;
  double       base; /* median */
  double       now;
  double       ratio;
  double       ratio_low; /* of the interval that covers the truth in 95 of 100 cases */
  double       ratio_high;
  double       p;      /* that no difference is behind it; corrected for noise that follows itself */
  double       q;      /* the same, corrected for how many metrics were looked at */
  double       effect; /* difference of the medians in robust standard deviations of the noise */
} HrComparedResult;

typedef struct
{
  double  alpha;    /* of q; default 0.05 */
  double  least;    /* relative change that counts; default 0.02 */
  guint32 seed;     /* of the bootstrap */
  guint   n_rounds; /* of it; default 2 000 */
} HrCompareOptions;

extern const HrCompareOptions hr_compare_defaults;

const char *hr_difference_name (HrDifference difference);

void hr_compare (const HrCompared       *metrics,
                 gsize                   n,
                 const HrCompareOptions *options,
                 HrComparedResult       *out);

G_END_DECLS
