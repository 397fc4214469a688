/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/calendar.h"

#include <locale.h>

#define SECOND_US G_GINT64_CONSTANT (1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

/* 2026-03-28 00:00 in Berlin, a day before its clocks go forward. */
#define MARCH_US (G_GINT64_CONSTANT (1774652400) * SECOND_US)
/* 2026-10-25 00:00 in Berlin, whose clocks go back that night. */
#define OCTOBER_US (G_GINT64_CONSTANT (1792879200) * SECOND_US)

static GTimeZone *
berlin_new (void)
{
  GTimeZone *zone = g_time_zone_new_identifier ("CET-1CEST,M3.5.0/2,M10.5.0/3");

  g_assert_nonnull (zone);

  return zone;
}

/* Returns the labels of a whole axis in one line; free with g_free (). */
static char *
labels_of (gint64 begin_us,
           gint64 end_us,
           gint64 step_us)
{
  g_autoptr (GTimeZone) zone = berlin_new ();
  g_autoptr (GArray) ticks = hr_calendar_ticks (begin_us, end_us, step_us, zone);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < ticks->len; i++)
    {
      g_autofree char *label = hr_calendar_label (g_array_index (ticks, gint64, i), step_us, zone);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", label);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_labels (gint64      begin_us,
               gint64      end_us,
               gint64      step_us,
               const char *expected)
{
  g_autofree char *labels = labels_of (begin_us, end_us, step_us);

  g_assert_cmpstr (labels, ==, expected);
}

static void
test_labels_go_from_fractions_to_days (void)
{
  gint64 noon_us = MARCH_US + 12 * HOUR_US;

  assert_labels (noon_us + 100, noon_us + 900, 200, "12:00:00.0002 12:00:00.0004 12:00:00.0006 12:00:00.0008");
  assert_labels (noon_us + 1, noon_us + SECOND_US, 250 * 1000, "12:00:00.25 12:00:00.50 12:00:00.75 12:00:01.00");
  assert_labels (noon_us + 1, noon_us + MINUTE_US, 15 * SECOND_US, "12:00:15 12:00:30 12:00:45 12:01:00");
  assert_labels (noon_us, noon_us + HOUR_US, 15 * MINUTE_US, "12:00 12:15 12:30 12:45 13:00");
  assert_labels (MARCH_US - 7 * HOUR_US, MARCH_US + 6 * HOUR_US, 6 * HOUR_US, "18:00 28 Mar 06:00");
  assert_labels (MARCH_US - HOUR_US, MARCH_US + 2 * DAY_US, DAY_US, "28 Mar 29 Mar 30 Mar");
}

static void
test_hours_stay_round_when_clocks_are_put_forward_and_back (void)
{
  assert_labels (MARCH_US + DAY_US - 6 * HOUR_US, MARCH_US + 2 * DAY_US - HOUR_US, 6 * HOUR_US, "18:00 29 Mar 06:00 12:00 18:00 30 Mar");
  assert_labels (OCTOBER_US, OCTOBER_US + 25 * HOUR_US, 6 * HOUR_US, "25 Oct 06:00 12:00 18:00 26 Oct");
  /* The hour that comes twice has its ticks both times. */
  assert_labels (OCTOBER_US + 2 * HOUR_US, OCTOBER_US + 4 * HOUR_US, 30 * MINUTE_US, "02:00 02:30 02:00 02:30 03:00");
}

static void
test_steps_are_round_and_far_enough_apart (void)
{
  static const struct
  {
    gint64 length_us;
    double lines;
    gint64 step_us;
  } cases[] = {
    { 24 * HOUR_US, 54, 2 * HOUR_US },
    { 24 * HOUR_US, 18, 6 * HOUR_US },
    { HOUR_US, 54, 5 * MINUTE_US },
    { MINUTE_US, 52, 10 * SECOND_US },
    { SECOND_US, 51, 200 * 1000 },
    { 1000, 34, 500 },
    { 10 * DAY_US, 45, DAY_US },
    { HOUR_US, 0, HOUR_US },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (hr_calendar_step (cases[i].length_us, cases[i].lines), ==, cases[i].step_us);

  for (gint64 length_us = 1000; length_us < 1000 * DAY_US; length_us = length_us * 5 / 4)
    {
      gint64 step_us = hr_calendar_step (length_us, 60);

      g_assert_cmpint (length_us / step_us, <=, 13);
      g_assert_cmpint (length_us / step_us, >=, 2);
    }
}

static void
test_times_tell_the_day_where_it_is_another (void)
{
  g_autoptr (GTimeZone) zone = berlin_new ();
  gint64           noon_us = MARCH_US + 12 * HOUR_US;
  g_autofree char *today = hr_calendar_time (noon_us + 1234567, 1000, noon_us + HOUR_US, zone);
  g_autofree char *earlier = hr_calendar_time (noon_us, SECOND_US, noon_us + DAY_US, zone);
  g_autofree char *stretch = hr_calendar_stretch (noon_us, noon_us + 2 * HOUR_US, noon_us + HOUR_US, zone);
  g_autofree char *night = hr_calendar_stretch (noon_us, noon_us + DAY_US, noon_us + 20 * HOUR_US, zone);
  g_autofree char *short_one = hr_calendar_stretch (noon_us, noon_us + SECOND_US, noon_us, zone);

  g_assert_cmpstr (today, ==, "12:00:01.234");
  g_assert_cmpstr (earlier, ==, "28 Mar, 12:00:00");
  g_assert_cmpstr (stretch, ==, "12:00 – 14:00");
  g_assert_cmpstr (night, ==, "28 Mar, 12:00 – 29 Mar, 13:00");
  g_assert_cmpstr (short_one, ==, "12:00:00.000 – 12:00:01.000");
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/widgets/calendar/labels", test_labels_go_from_fractions_to_days);
  g_test_add_func ("/widgets/calendar/clock-changes", test_hours_stay_round_when_clocks_are_put_forward_and_back);
  g_test_add_func ("/widgets/calendar/steps", test_steps_are_round_and_far_enough_apart);
  g_test_add_func ("/widgets/calendar/times", test_times_tell_the_day_where_it_is_another);

  return g_test_run ();
}
