/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"
#include "engine/stats/trend.h"

G_BEGIN_DECLS

/* What the cards show, worked out from a source's history and verdict. Values are in the metric's unit, NaN where
 * nothing was measured. Every read function returns FALSE, its output untouched, where the source has no such metric. */

#define HR_LATENCY_WINDOW_NS (5 * (gint64) HR_NS_PER_SECOND)
#define HR_WORST_WINDOW_NS (30 * (gint64) HR_NS_PER_SECOND)

typedef struct
{
  HrMetricInfo info;
  guint        metric;
  double       mean; /* of the last 5 s, as the next three */
  double       p90;
  double       p99;
  double       compliance;
  double       advantage; /* baseline / mean */
  double       baseline;
  double       limit; /* NaN: no budget */
  double       used;
  HrStanding   mean_standing;
  HrStanding   tail_standing;
  HrStanding   compliance_standing;
} HrLatencyFigures;

typedef struct
{
  double now;
  double peak;
  double growth;  /* per minute; 0 unless it really grows, NaN while nobody can tell */
  double minutes; /* until the budget is reached at that rate; NaN unless it grows below its limit */
  double limit;
  double used;
  double warn;
  double critical;
} HrMemoryFigures;

typedef struct
{
  double  recent; /* mean of the last 100 samples */
  double  worst;  /* in 30 s */
  guint64 over;   /* frames over the budget in 30 s */
  double  limit;
  double  used;
} HrFramesFigures;

typedef struct
{
  HrUnit   unit;
  double   min;
  double   max;
  double   p50;
  double   p90;
  double   p99;
  double   p999;
  guint64  count;
  guint64  lost;
  double   throughput; /* items a second over the last 5 s */
  HrTrend  trend;      /* of the throughput */
  HrScores scores;
} HrStatisticsFigures;

gboolean hr_latency_metric (HrHistory *history,
                            guint     *out_metric);

gboolean hr_latency_figures_read (HrLatencyFigures *out,
                                  const HrReading  *reading);
gboolean hr_memory_figures_read (HrMemoryFigures *out,
                                 const HrReading *reading);
gboolean hr_frames_figures_read (HrFramesFigures *out,
                                 const HrReading *reading);
double   hr_frames_limit (const HrReading *reading);
gboolean hr_statistics_figures_read (HrStatisticsFigures *out,
                                     const HrReading     *reading);

double hr_growth_per_minute (const double *minutes,
                             const double *values,
                             guint         n);

G_END_DECLS
