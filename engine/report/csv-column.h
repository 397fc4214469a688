/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/sample.h"

G_BEGIN_DECLS

/* What a table can tell of a metric in one interval. */
typedef enum
{
  HR_CSV_MEAN,
  HR_CSV_MIN,
  HR_CSV_MAX,
  HR_CSV_LAST,
  HR_CSV_SUM,
  HR_CSV_COUNT,
  HR_CSV_P50,
  HR_CSV_P99,
  HR_CSV_SELF,
  HR_N_CSV_FIGURES
} HrCsvFigure;

#define HR_CSV_KIND(kind) (1u << HR_KIND_##kind)
#define HR_CSV_LEVELS \
  (HR_CSV_KIND (GAUGE) | HR_CSV_KIND (RATIO) | HR_CSV_KIND (COUNTER) | HR_CSV_KIND (DURATION) | HR_CSV_KIND (SPAN))

typedef struct
{
  HrCsvFigure figure;
  guint       kinds; /* of metrics that have it: HR_CSV_KIND () of each */
} HrCsvColumn;

void hr_csv_append_heads (GString            *out,
                          const char         *label,
                          const HrMetricInfo *metric,
                          const HrCsvColumn  *columns,
                          gsize               n_columns);
void hr_csv_append_sample (GString            *out,
                           const HrMetricInfo *metric,
                           const HrSample     *sample,
                           const HrCsvColumn  *columns,
                           gsize               n_columns,
                           HrHistogram        *scratch);

G_END_DECLS
