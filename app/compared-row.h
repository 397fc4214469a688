/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/comparison.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* One metric of a comparison as people read it, cell by cell. Free of GTK. */
#define HR_TYPE_COMPARED_ROW (hr_compared_row_get_type ())
G_DECLARE_FINAL_TYPE (HrComparedRow, hr_compared_row, HR, COMPARED_ROW, GObject)

typedef enum
{
  HR_COMPARED_METRIC,
  HR_COMPARED_RESULT,
  HR_COMPARED_RATIO,
  HR_COMPARED_INTERVAL,
  HR_COMPARED_BASE,
  HR_COMPARED_NOW,
  HR_N_COMPARED_COLUMNS
} HrComparedColumn;

HrComparedRow *hr_compared_row_new (const HrComparisonRow *row) G_GNUC_WARN_UNUSED_RESULT;

const char  *hr_compared_row_get_text (HrComparedRow   *self,
                                       HrComparedColumn column);
HrDifference hr_compared_row_get_difference (HrComparedRow *self);
int          hr_compared_row_compare (HrComparedRow   *a,
                                      HrComparedRow   *b,
                                      HrComparedColumn column);

const char *hr_compared_column_title (HrComparedColumn column);
const char *hr_word_difference (HrDifference difference);
/* How the two are as wholes: a sentence. */
const char *hr_word_comparison (HrDifference difference);
const char *hr_difference_css_class (HrDifference difference);

G_END_DECLS
