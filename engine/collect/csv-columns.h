/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/sample.h"

G_BEGIN_DECLS

#define HR_CSV_NO_CELL G_MAXUINT

/* What of a metric a column of our own export has. */
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
  HR_CSV_N_PARTS
} HrCsvPart;

/* A metric of the table: one column with a value, or several with its parts. */
typedef struct
{
  HrMetricInfo info;
  char        *name;
  double       factor;                /* from the column's unit to the metric's */
  gboolean     whole;                 /* has parts */
  guint        cells[HR_CSV_N_PARTS]; /* with one value that is the first; HR_CSV_NO_CELL: no such column */
} HrCsvMetric;

/* What the columns of a table are for. */
typedef struct
{
  gboolean exported; /* time, source, interval_ms, lost, catch_up, then the parts of metrics */
  guint    time;     /* column */
  gint64   tick_us;  /* what one counts in that column where it says so; 0: it does not */
  GArray  *metrics;  /* HrCsvMetric */
} HrCsvColumns;

gboolean hr_csv_columns_read (HrCsvColumns      *self,
                              const char *const *names,
                              guint              n,
                              GError           **error);
void     hr_csv_columns_clear (HrCsvColumns *self);

G_END_DECLS
