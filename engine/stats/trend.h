/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"
#include "engine/stats/slide.h"

#define HR_TREND_SAMPLES 50    /* the window whose halves are compared */
#define HR_TREND_MIN_SAMPLES 5 /* with fewer a half says nothing */
#define HR_TREND_CHANGE 0.05   /* of the earlier half, either way, is still stable */

/* Where a metric is going; what is better depends on its direction. Not its level: that is the budget's. */
typedef enum
{
  HR_TREND_UNKNOWN,
  HR_TREND_IMPROVING,
  HR_TREND_STABLE,
  HR_TREND_DEGRADING,
  HR_N_TRENDS
} HrTrend;

/* The last HR_TREND_SAMPLES intervals of a series, parted at the middle of the time that they span. */
typedef struct _HrTrendWindow HrTrendWindow;

const char *hr_trend_name (HrTrend trend);

HrTrendWindow *hr_trend_window_new (void);
void           hr_trend_window_free (HrTrendWindow *self);
void           hr_trend_window_push (HrTrendWindow    *self,
                                     const HrInterval *interval);
HrTrend        hr_trend_window_rate (const HrTrendWindow *self,
                                     HrDirection          direction);
