/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"
#include "engine/stats/ring.h"

#include <stddef.h>

#define HR_TREND_SAMPLES 50     /* the window whose halves are compared */
#define HR_TREND_MIN_SAMPLES 10 /* with fewer the halves say nothing */
#define HR_TREND_CHANGE 0.05    /* of the earlier half, either way, is still stable */

/* Where a metric is going; what is better depends on its direction. Not its level: that is the budget's. */
typedef enum
{
  HR_TREND_UNKNOWN,
  HR_TREND_IMPROVING,
  HR_TREND_STABLE,
  HR_TREND_DEGRADING,
  HR_N_TRENDS
} HrTrend;

const char *hr_trend_name (HrTrend trend);

HrTrend hr_trend_from_means (double      earlier,
                             double      later,
                             HrDirection direction);
HrTrend hr_trend_from_values (const double *values,
                              size_t        n,
                              HrDirection   direction);
HrTrend hr_trend_from_ring (const HrRing *ring,
                            HrDirection   direction);
