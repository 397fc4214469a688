/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

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

G_END_DECLS
