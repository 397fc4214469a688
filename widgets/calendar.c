/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/calendar.h"

#include <glib/gi18n.h>
#include <math.h>

#define SECOND_US ((gint64) G_USEC_PER_SEC)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

/* So many label heights apart are ticks at least: "14:03", "14:03:05" and "14:03:05.250" with air between them. */
#define LINES_MINUTES 4.5
#define LINES_SECONDS 6.5
#define LINES_FRACTION 8.5

/* Ticks of one axis at the most, whatever is asked for. */
#define MAX_TICKS 1000

/* Returns the smallest length that clocks and calendars count in and that is not below @least_us. */
static gint64
round_up (double least_us)
{
  static const gint64 steps[] = {
    SECOND_US, 2 * SECOND_US, 5 * SECOND_US, 10 * SECOND_US, 15 * SECOND_US, 30 * SECOND_US,
    MINUTE_US, 2 * MINUTE_US, 5 * MINUTE_US, 10 * MINUTE_US, 15 * MINUTE_US, 30 * MINUTE_US,
    HOUR_US, 2 * HOUR_US, 3 * HOUR_US, 6 * HOUR_US, 12 * HOUR_US,
    DAY_US, 2 * DAY_US, 5 * DAY_US, 10 * DAY_US, 30 * DAY_US, 100 * DAY_US
  };

  for (gint64 power = 1; power < SECOND_US; power *= 10)
    for (gint64 step = power; step <= 5 * power; step += step == power ? power : 3 * power)
      if ((double) step >= least_us)
        return step;
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if ((double) steps[i] >= least_us)
      return steps[i];

  return (gint64) ceil (least_us / (1000.0 * (double) DAY_US)) * 1000 * DAY_US;
}

/* Returns the distance of ticks on an axis of @length_us, in microseconds. */
gint64
hr_calendar_step (gint64 length_us,
                  double lines)
{
  gint64 step = round_up ((double) length_us / MAX (lines / LINES_MINUTES, 1));

  if (step < MINUTE_US)
    step = round_up ((double) length_us / MAX (lines / LINES_SECONDS, 1));
  if (step < SECOND_US)
    step = round_up ((double) length_us / MAX (lines / LINES_FRACTION, 1));

  return step;
}

static gint64
offset_at (GTimeZone *zone,
           gint64     time_us)
{
  int interval = g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, time_us / SECOND_US);

  return g_time_zone_get_offset (zone, interval) * SECOND_US;
}

/* Returns when the clocks of @zone show @local_us; what they leave out or show twice in the year is shifted or the earlier. */
static gint64
from_local (GTimeZone *zone,
            gint64     local_us)
{
  gint64 seconds = local_us / SECOND_US;
  int    interval = g_time_zone_adjust_time (zone, G_TIME_TYPE_STANDARD, &seconds);

  return local_us - g_time_zone_get_offset (zone, interval) * SECOND_US;
}

/* Returns the multiples of @step_us on the clocks of @zone; free with g_array_unref (). */
GArray *
hr_calendar_ticks (gint64     begin_us,
                   gint64     end_us,
                   gint64     step_us,
                   GTimeZone *zone)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64  offset_us = offset_at (zone, begin_us);
  gint64  local_us = (begin_us + offset_us) / step_us * step_us - step_us;

  /* Clocks are put forward and back by whole hours: shorter steps go on through that. */
  for (; ticks->len < MAX_TICKS; local_us += step_us)
    {
      gint64 time_us = step_us < HOUR_US ? local_us - offset_us : from_local (zone, local_us);

      if (time_us > end_us)
        break;
      if (time_us >= begin_us && (ticks->len == 0 || time_us > g_array_index (ticks, gint64, ticks->len - 1)))
        g_array_append_val (ticks, time_us);
    }

  return ticks;
}

static GDateTime *
local_time (gint64     time_us,
            GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / SECOND_US);

  return utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
}

/* Returns the time of day as exact as @step_us needs it. */
static char *
time_of_day (GDateTime *time,
             gint64     rest_us,
             gint64     step_us)
{
  g_autofree char *text = NULL;
  g_autofree char *fraction = NULL;
  gint64           power = SECOND_US;
  int              digits = 0;

  /* Translators: a time of day with minutes, in the form that clocks have where your language is spoken. */
  if (step_us >= MINUTE_US)
    return g_date_time_format (time, _ ("%H:%M"));

  /* Translators: a time of day with seconds; a decimal fraction of the second may follow. */
  text = g_date_time_format (time, _ ("%H:%M:%S"));
  for (; step_us % power != 0; power /= 10)
    digits++;
  if (digits == 0)
    return g_steal_pointer (&text);

  /* Rounded up it might show the second to come. */
  fraction = g_strdup_printf ("%.*f", digits, (double) (rest_us - rest_us % power) / (double) SECOND_US);

  return g_strconcat (text, fraction + 1, NULL);
}

static gboolean
is_same_day (GDateTime *a,
             GDateTime *b)
{
  return g_date_time_get_day_of_year (a) == g_date_time_get_day_of_year (b) && g_date_time_get_year (a) == g_date_time_get_year (b);
}

static char *
date_of (GDateTime *time)
{
  /* Translators: a day without its year, short: "21 Nov". */
  g_autofree char *text = g_date_time_format (time, _ ("%e %b"));

  return g_strdup (g_strstrip (text));
}

/* Returns what stands below the tick at @time_us: the day where a new one begins, else the time of day. Free with g_free (). */
char *
hr_calendar_label (gint64     time_us,
                   gint64     step_us,
                   GTimeZone *zone)
{
  g_autoptr (GDateTime) time = local_time (time_us, zone);
  g_autoptr (GDateTime) before = local_time (time_us - 1, zone);

  if (time == NULL || before == NULL)
    return g_strdup ("");
  if (time_us % SECOND_US == 0 && (step_us >= DAY_US || !is_same_day (time, before)))
    return date_of (time);

  return time_of_day (time, time_us % SECOND_US, step_us);
}

/* Returns when @time_us is, as exact as @step_us needs it; free with g_free (). */
char *
hr_calendar_time (gint64     time_us,
                  gint64     step_us,
                  gint64     now_us,
                  GTimeZone *zone)
{
  g_autoptr (GDateTime) time = local_time (time_us, zone);
  g_autoptr (GDateTime) now = local_time (now_us, zone);
  g_autofree char *clock = NULL;
  g_autofree char *date = NULL;

  if (time == NULL || now == NULL)
    return g_strdup ("");

  clock = time_of_day (time, time_us % SECOND_US, step_us);
  if (is_same_day (time, now))
    return g_steal_pointer (&clock);
  date = date_of (time);

  /* Translators: a day and a time of day. */
  return g_strdup_printf (_ ("%s, %s"), date, clock);
}

/* Returns from when to when a stretch goes: "14:00 – 15:00", "20 Nov, 23:00 – 21 Nov, 01:00"; free with g_free (). */
char *
hr_calendar_stretch (gint64     begin_us,
                     gint64     end_us,
                     gint64     now_us,
                     GTimeZone *zone)
{
  gint64           step_us = end_us - begin_us >= HOUR_US ? MINUTE_US : end_us - begin_us >= 3 * SECOND_US ? SECOND_US
                                                                                                           : 1000;
  g_autofree char *begin = hr_calendar_time (begin_us, step_us, now_us, zone);
  g_autofree char *end = NULL;
  g_autoptr (GDateTime) first = local_time (begin_us, zone);
  g_autoptr (GDateTime) last = local_time (end_us, zone);
  gboolean same_day = first != NULL && last != NULL && is_same_day (first, last);

  end = hr_calendar_time (end_us, step_us, same_day ? end_us : begin_us, zone);

  return g_strdup_printf ("%s – %s", begin, end);
}
