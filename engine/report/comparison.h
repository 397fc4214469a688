/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/detect/compare.h"
#include "engine/store/session.h"

G_BEGIN_DECLS

/* Two sessions beside each other: every metric that both have of a source of one name. */
typedef struct _HrComparison HrComparison;

typedef struct
{
  const char         *source;
  const HrMetricInfo *metric;
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

/* Blocks: for a thread. Ranges 0, 0: all of either. */
HrComparison *hr_comparison_new (HrSession *base,
                                 HrRange    base_range,
                                 HrSession *now,
                                 HrRange    now_range,
                                 HrProgress progress,
                                 gpointer   user_data,
                                 GError   **error) G_GNUC_WARN_UNUSED_RESULT;
void          hr_comparison_free (HrComparison *self);

guint                  hr_comparison_get_n_rows (HrComparison *self);
const HrComparisonRow *hr_comparison_get_row (HrComparison *self,
                                              guint         index);
/* WORSE if any row is, then BETTER, then INCONCLUSIVE if no row says anything, else SAME. */
HrDifference hr_comparison_get_difference (HrComparison *self);

char *hr_comparison_format (HrComparison      *self,
                            HrComparisonFormat format) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrComparison, hr_comparison_free)

G_END_DECLS
