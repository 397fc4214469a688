/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/sample.h"

G_BEGIN_DECLS

/* What every row of a CSV table ends with (RFC 4180). */
#define HR_CSV_END_OF_ROW "\r\n"

/* One cell of a CSV table, the same in every language. */
void hr_csv_append_text (GString    *out,
                         const char *text);
void hr_csv_append_number (GString *out,
                           double   value);
void hr_csv_append_time (GString *out,
                         gint64   time_us);
void hr_csv_append_exact_time (GString *out,
                               gint64   time_us);

/* Median and 99th percentile of one interval. @scratch: empty, before and after */
void hr_csv_measure_quantiles (const HrMetricInfo *metric,
                               const HrSample     *sample,
                               HrHistogram        *scratch,
                               double              out[2]);

G_END_DECLS
