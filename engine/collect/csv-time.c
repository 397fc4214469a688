/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/csv-time.h"

#include <math.h>
#include <string.h>

#define MAX_NUMBER 64

/* Reads exactly @n digits and steps over them. */
static gboolean
read_digits (const char **at,
             guint        n,
             int         *out)
{
  int value = 0;

  for (guint i = 0; i < n; i++, (*at)++)
    {
      if (!g_ascii_isdigit (**at))
        return FALSE;
      value = value * 10 + (**at - '0');
    }
  *out = value;

  return TRUE;
}

static gboolean
read_char (const char **at,
           const char  *any_of)
{
  if (**at == '\0' || strchr (any_of, **at) == NULL)
    return FALSE;
  (*at)++;

  return TRUE;
}

/* Reads what follows the point, as microseconds; finer digits are dropped. */
static gboolean
read_fraction (const char **at,
               int         *out_us)
{
  int us = 0, scale = 100000;

  if (!g_ascii_isdigit (**at))
    return FALSE;
  for (; g_ascii_isdigit (**at); (*at)++, scale /= 10)
    us += (**at - '0') * scale;
  *out_us = us;

  return TRUE;
}

/* Reads "", "Z" or "+01:00": seconds east of Greenwich. What does not say is UTC. */
static gboolean
read_zone (const char **at,
           int         *out_seconds)
{
  gboolean west = **at == '-';
  int      hours, minutes = 0;

  *out_seconds = 0;
  if (**at == '\0' || (read_char (at, "Zz") && **at == '\0'))
    return TRUE;
  if (!read_char (at, "+-") || !read_digits (at, 2, &hours))
    return FALSE;
  read_char (at, ":");
  if (**at != '\0' && !read_digits (at, 2, &minutes))
    return FALSE;
  *out_seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);

  return **at == '\0' && hours < 24 && minutes < 60;
}

/* Reads "2026-03-01T12:00:00.250125Z" (ISO 8601; a space for the T, no seconds, no fraction, no zone: UTC) as microseconds since 1970. Writes @out_us only on
 * success. */
gboolean
hr_csv_date_read (const char *text,
                  gint64     *out_us)
{
  const char *at = text;
  int         year, month, day, hour, minute, second = 0, us = 0, zone;
  g_autoptr (GDateTime) time = NULL;

  if (!read_digits (&at, 4, &year) || !read_char (&at, "-") || !read_digits (&at, 2, &month) || !read_char (&at, "-") || !read_digits (&at, 2, &day) ||
      !read_char (&at, "Tt ") || !read_digits (&at, 2, &hour) || !read_char (&at, ":") || !read_digits (&at, 2, &minute))
    return FALSE;
  if (read_char (&at, ":") && !read_digits (&at, 2, &second))
    return FALSE;
  if (read_char (&at, ".,") && !read_fraction (&at, &us))
    return FALSE;
  if (!read_zone (&at, &zone) || year < 1970)
    return FALSE;

  time = g_date_time_new_utc (year, month, day, hour, minute, second);
  if (time == NULL)
    return FALSE;
  *out_us = (g_date_time_to_unix (time) - zone) * G_USEC_PER_SEC + us;

  return TRUE;
}

/* Reads a finite decimal number, with a comma for its point where @decimal_comma allows that. Writes @out only on success. */
gboolean
hr_csv_number_read (const char *text,
                    gboolean    decimal_comma,
                    double     *out)
{
  char   copy[MAX_NUMBER];
  char  *comma, *end;
  double value;

  /* No hexadecimal, no words for infinity. */
  if (*text == '\0' || g_strlcpy (copy, text, sizeof copy) >= sizeof copy || strspn (g_strstrip (copy), "0123456789+-.,eE") != strlen (copy))
    return FALSE;
  comma = strchr (copy, ',');
  if (comma != NULL && (!decimal_comma || strchr (copy, '.') != NULL || strchr (comma + 1, ',') != NULL))
    return FALSE;
  if (comma != NULL)
    *comma = '.';

  value = g_ascii_strtod (copy, &end);
  if (end == copy || *end != '\0' || !isfinite (value))
    return FALSE;
  *out = value;

  return TRUE;
}
