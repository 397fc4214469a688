/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/wording.h"

#include <glib/gi18n.h>
#include <math.h>

/* Returns @value as the reader sees it: "28.1 us", "58 MB"; a dash without a value. */
char *
hr_word_value (double value,
               HrUnit unit)
{
  char text[64];

  hr_value_format (value, unit, text, sizeof text);

  return g_strdup (text);
}

/* Returns @value unrounded with its unit's column name, in the C locale: "0.028143 ms". Read by people through
 * tooltips and by programs through the accessible description. */
char *
hr_word_exact (double value,
               HrUnit unit)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    return g_strdup (HR_NO_VALUE);

  g_ascii_formatd (text, sizeof text, "%.9g", value);
  if (unit == HR_UNIT_COUNT)
    return g_strdup (text);

  return g_strdup_printf ("%s %s", text, hr_unit_name (unit));
}

/* Returns @count with spaces between its groups of three digits: "27 914". */
char *
hr_word_count (guint64 count)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, count);
  gsize            length = strlen (digits);
  GString         *text = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append (text, "\u00a0");
      g_string_append_c (text, digits[i]);
    }

  return g_string_free (text, FALSE);
}

/* Returns an advantage: "357×", "3.2×". */
char *
hr_word_factor (double factor)
{
  if (!isfinite (factor))
    return g_strdup (HR_NO_VALUE);

  return g_strdup_printf (factor >= 9.95 ? "%.0f×" : "%.1f×", factor);
}

/* Returns a length of time: "1.2 s", "40 s", "3 min 5 s", "2 h 10 min". */
char *
hr_word_span (gint64 microseconds)
{
  double seconds = (double) MAX (microseconds, 0) / G_USEC_PER_SEC;
  gint64 whole = (gint64) (seconds + 0.5);

  if (seconds < 9.95)
    return g_strdup_printf (_ ("%.1f s"), seconds);
  if (whole < 60)
    return g_strdup_printf (_ ("%d s"), (int) whole);
  if (whole < 3600)
    return g_strdup_printf (_ ("%d min %d s"), (int) (whole / 60), (int) (whole % 60));

  return g_strdup_printf (_ ("%d h %d min"), (int) (whole / 3600), (int) (whole / 60 % 60));
}

/* Returns a time that is only foreseen, so roughly: "50 s", "72 min", "5 h", "3 days". */
char *
hr_word_estimate (double minutes)
{
  if (minutes < 1)
    return g_strdup_printf (_ ("%d s"), (int) (minutes * 60));
  if (minutes < 120)
    return g_strdup_printf (_ ("%d min"), (int) minutes);
  if (minutes < 48 * 60)
    return g_strdup_printf (_ ("%d h"), (int) (minutes / 60));

  return minutes < 60 * 24 * 1000 ? g_strdup_printf (_ ("%d days"), (int) (minutes / 60 / 24)) : g_strdup (_ ("years"));
}

/* Returns the local time of day of @time_us, UTC since 1970: "14:31:52". */
char *
hr_word_clock (gint64 time_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%H:%M:%S") : g_strdup (HR_NO_VALUE);
}

/* Returns what stands beside values that are no longer live: "last at 14:31:52". */
char *
hr_word_as_of (gint64 time_us)
{
  g_autofree char *clock = hr_word_clock (time_us);

  return g_strdup_printf (_ ("last at %s"), clock);
}

/* Returns how often snapshots come: "10 Hz", "every 5 s". */
char *
hr_word_rate (guint interval_ms)
{
  if (interval_ms == 0)
    return g_strdup (HR_NO_VALUE);
  if (interval_ms <= 1000)
    return g_strdup_printf (_ ("%d Hz"), (int) (1000 / interval_ms));

  return g_strdup_printf (_ ("every %d s"), (int) (interval_ms / 1000));
}

/* Returns an alert in one line: its title, its worst value and the limit. */
char *
hr_word_alert (HrAlert *alert)
{
  g_autofree char *worst = hr_word_value (hr_alert_get_worst (alert), hr_alert_get_unit (alert));
  g_autofree char *limit = hr_word_value (hr_alert_get_limit (alert), hr_alert_get_unit (alert));

  return g_strdup_printf (_ ("%s %s, limit %s"), hr_alert_get_title (alert), worst, limit);
}

const char *
hr_word_state (HrSourceState state)
{
  switch (state)
    {
    case HR_SOURCE_CONNECTING:
      return _ ("Connecting");
    case HR_SOURCE_CONNECTED:
      return _ ("Connected");
    case HR_SOURCE_STOPPED:
      return _ ("Sampling paused");
    case HR_SOURCE_LOST:
      return _ ("Lost");
    case HR_SOURCE_DISCONNECTED:
      return _ ("Disconnected");
    case HR_N_SOURCE_STATES:
    default:
      return _ ("Unknown");
    }
}

const char *
hr_state_css_class (HrSourceState state)
{
  switch (state)
    {
    case HR_SOURCE_CONNECTED:
      return "success";
    case HR_SOURCE_STOPPED:
      return "warning";
    case HR_SOURCE_LOST:
      return "error";
    case HR_SOURCE_CONNECTING:
      return "accent";
    case HR_SOURCE_DISCONNECTED:
    case HR_N_SOURCE_STATES:
    default:
      return "dim-label";
    }
}

const char *
hr_standing_css_class (HrStanding standing)
{
  switch (standing)
    {
    case HR_STANDING_WITHIN:
      return "success";
    case HR_STANDING_WARNING:
    case HR_STANDING_CRITICAL:
      return "warning";
    case HR_STANDING_OVER:
      return "error";
    case HR_STANDING_NO_DATA:
    case HR_N_STANDINGS:
    default:
      return "neutral";
    }
}

const char *
hr_standing_icon (HrStanding standing)
{
  switch (standing)
    {
    case HR_STANDING_WITHIN:
      return "headroom-ok-symbolic";
    case HR_STANDING_WARNING:
    case HR_STANDING_CRITICAL:
      return "dialog-warning-symbolic";
    case HR_STANDING_OVER:
      return "dialog-error-symbolic";
    case HR_STANDING_NO_DATA:
    case HR_N_STANDINGS:
    default:
      return "dialog-information-symbolic";
    }
}

const char *
hr_severity_css_class (HrSeverity severity)
{
  if (severity >= HR_SEVERITY_HIGH)
    return "error";

  return severity >= HR_SEVERITY_MEDIUM ? "warning" : "neutral";
}
