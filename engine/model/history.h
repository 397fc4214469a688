/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/snapshot.h"
#include "engine/stats/trend.h"

G_BEGIN_DECLS

#define HR_HISTORY_SNAPSHOTS 1000

/* How many samples "the recent average" speaks of. */
#define HR_RECENT_SAMPLES 100

/* The live series of one source: its metrics, its last 1 000 snapshots, and the totals of each
 * metric over everything that ever arrived. */
typedef struct _HrHistory HrHistory;

/* What a stretch of a series comes to. With count 0 only the time means anything. */
typedef struct
{
  guint64            count;
  guint              n_samples;
  double             sum;
  double             min;
  double             max;
  double             last;
  double             self;       /* spans only */
  gint64             last_ns;    /* end of the last interval that had a sample */
  gint64             covered_ns; /* added-up length of the intervals in the stretch, samples or not */
  const HrHistogram *histogram;  /* the history's, until that is called again; NULL: no duration or span */
} HrWindow;

HrHistory *hr_history_new (void) G_GNUC_WARN_UNUSED_RESULT;
void       hr_history_free (HrHistory *self);

guint               hr_history_get_n_metrics (HrHistory *self);
const HrMetricInfo *hr_history_get_metric (HrHistory *self,
                                           guint      metric);
gboolean            hr_history_find_metric (HrHistory  *self,
                                            const char *name,
                                            guint      *out_metric);
guint               hr_history_add_metric (HrHistory          *self,
                                           const HrMetricInfo *metric);

void            hr_history_append (HrHistory  *self,
                                   HrSnapshot *snapshot);
guint           hr_history_get_n_snapshots (HrHistory *self);
HrSnapshot     *hr_history_get_snapshot (HrHistory *self,
                                         guint      index);
const HrTotals *hr_history_get_totals (HrHistory *self,
                                       guint      metric);
guint64         hr_history_get_cumulative (HrHistory *self,
                                           guint      index,
                                           guint      metric);
guint64         hr_history_get_lost (HrHistory *self);
guint64         hr_history_get_received (HrHistory *self);

void hr_history_window (HrHistory *self,
                        guint      metric,
                        gint64     now_ns,
                        gint64     window_ns,
                        HrWindow  *out);
void hr_history_recent (HrHistory *self,
                        guint      metric,
                        guint      n_samples,
                        HrWindow  *out);

HrTrend hr_history_get_rate_trend (HrHistory *self,
                                   guint      metric);

double hr_window_mean (const HrWindow *self);
double hr_window_quantile (const HrWindow     *self,
                           const HrMetricInfo *metric,
                           double              quantile);
double hr_window_compliance (const HrWindow     *self,
                             const HrMetricInfo *metric,
                             double              limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrHistory, hr_history_free)

G_END_DECLS
