/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/detect/compare.h"
#include "engine/store/session.h"

G_BEGIN_DECLS

/* Two sessions beside each other, or several rounds of two: every metric that both have of a source of one name; where neither name is in both, and
 * each has one program, these two. */
typedef struct _HrComparison HrComparison;

/* A stretch of a session; range 0, 0: all of it. */
typedef struct
{
  HrSession *session;
  HrRange    range;
} HrComparedSession;

/* What is compared of a metric. */
typedef enum
{
  HR_COMPARED_MEAN, /* of an item or level, an interval each */
  HR_COMPARED_RATE, /* a second, an interval each: of counters and events */
  HR_COMPARED_P99,  /* of durations, a second each */
  HR_N_COMPARED
} HrComparedStatistic;

typedef struct
{
  const char         *source; /* in the first of the newer sessions */
  HrMetricInfo        metric;
  HrComparedStatistic statistic;
  HrUnit              unit;
  gboolean            counts; /* towards the whole: what a program does; spans tell where, and the computer around it what else went on */
  HrComparedResult    result;
} HrComparisonRow;

typedef enum
{
  HR_COMPARISON_TEXT,
  HR_COMPARISON_JSON,
  HR_COMPARISON_CSV,
  HR_COMPARISON_MARKDOWN,
  HR_N_COMPARISON_FORMATS
} HrComparisonFormat;

/* Blocks: for a thread. */
HrComparison *hr_comparison_new (const HrComparedSession *base,
                                 const HrComparedSession *now,
                                 guint                    n_rounds,
                                 HrProgress               progress,
                                 gpointer                 user_data,
                                 GError                 **error) G_GNUC_WARN_UNUSED_RESULT;
void          hr_comparison_free (HrComparison *self);

guint                  hr_comparison_get_n_rounds (HrComparison *self);
guint                  hr_comparison_get_n_rows (HrComparison *self);
const HrComparisonRow *hr_comparison_get_row (HrComparison *self,
                                              guint         index);
/* WORSE if any row that counts is, then BETTER; INCONCLUSIVE if none of them says anything, or no duration does; else SAME. */
HrDifference hr_comparison_get_difference (HrComparison *self);

const char *hr_compared_statistic_name (HrComparedStatistic statistic);

char *hr_comparison_format (HrComparison      *self,
                            HrComparisonFormat format) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrComparison, hr_comparison_free)

G_END_DECLS
