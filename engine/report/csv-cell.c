/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/csv-cell.h"

#include "engine/report/number.h"
#include "engine/report/utc.h"

#include <string.h>

/* Appends @text, quoted where it has to be. @text: (nullable): an empty cell */
void
hr_csv_append_text (GString    *out,
                    const char *text)
{
  gboolean quoted = text != NULL && strpbrk (text, ",\"\r\n") != NULL;

  if (quoted)
    g_string_append_c (out, '"');
  for (const char *at = text; at != NULL && *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *at);
    }
  g_string_append (out, quoted ? "\"," : ",");
}

/* Appends @value, of which nothing is lost; an empty cell for what is no number. */
void
hr_csv_append_number (GString *out,
                      double   value)
{
  hr_number_append (out, value);
  g_string_append_c (out, ',');
}

/* Appends a whole number. */
void
hr_csv_append_count (GString *out,
                     guint64  count)
{
  g_string_append_printf (out, "%" G_GUINT64_FORMAT ",", count);
}

/* Appends @time_us (UTC) with milliseconds; an empty cell while it is not known. */
void
hr_csv_append_time (GString *out,
                    gint64   time_us)
{
  hr_utc_append (out, time_us);
  g_string_append_c (out, ',');
}

/* Appends @time_us (UTC) with microseconds; an empty cell while it is not known. */
void
hr_csv_append_exact_time (GString *out,
                          gint64   time_us)
{
  hr_utc_append_exact (out, time_us);
  g_string_append_c (out, ',');
}

/* Ends the row that has at least one cell. */
void
hr_csv_end_row (GString *out)
{
  g_string_truncate (out, out->len - 1);
  g_string_append (out, HR_CSV_END_OF_ROW);
}
