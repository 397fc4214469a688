/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/csv-cell.h"

#include <math.h>
#include <string.h>

/* Appends @text, quoted where it has to be. */
void
hr_csv_append_text (GString    *out,
                    const char *text)
{
  if (strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (out, text);
      return;
    }

  g_string_append_c (out, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *at);
    }
  g_string_append_c (out, '"');
}

/* Appends @value, of which nothing is lost; nothing for what is no number. */
void
hr_csv_append_number (GString *out,
                      double   value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isfinite (value))
    g_string_append (out, g_ascii_dtostr (text, sizeof text, value));
}

/* Appends @time_us (UTC) with milliseconds, "2026-03-01T12:00:00.250Z"; nothing while it is not known. */
void
hr_csv_append_time (GString *out,
                    gint64   time_us)
{
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *text = NULL;

  if (time_us <= 0)
    return;

  time = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  if (time == NULL)
    return;

  text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  g_string_append_printf (out, "%s.%03dZ", text, (int) (time_us % G_USEC_PER_SEC / 1000));
}
