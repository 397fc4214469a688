/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What every row of a CSV table ends with (RFC 4180). */
#define HR_CSV_END_OF_ROW "\r\n"

/* Cells of a CSV table, the same in every language. Each has its comma behind it; the last one's goes when the row ends. */
void hr_csv_append_text (GString    *out,
                         const char *text);
void hr_csv_append_number (GString *out,
                           double   value);
void hr_csv_append_count (GString *out,
                          guint64  count);
void hr_csv_append_time (GString *out,
                         gint64   time_us);
void hr_csv_append_exact_time (GString *out,
                               gint64   time_us);
void hr_csv_end_row (GString *out);

G_END_DECLS
