/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/clock-map.h"

static void
test_nothing_learned_changes_nothing (void)
{
  HrClockMap map = { 0 };

  g_assert_cmpint (hr_clock_map_to_local (&map, 1234), ==, 1234);
  g_assert_cmpint (hr_clock_map_error (&map), <, 0);
}

static void
test_the_least_round_trip_wins (void)
{
  HrClockMap map = { 0 };

  /* The other clock is 1 000 ahead. */
  hr_clock_map_learn (&map, 100, 200, 1180);
  hr_clock_map_learn (&map, 300, 310, 1305);
  hr_clock_map_learn (&map, 400, 600, 1590);

  g_assert_cmpint (hr_clock_map_to_local (&map, 2000), ==, 1000);
  g_assert_cmpint (hr_clock_map_error (&map), ==, 5);
}

static void
test_the_error_bounds_the_truth (void)
{
  for (gint64 there = 0; there <= 50; there += 5)
    {
      HrClockMap map = { 0 };

      /* The way there takes @there of 50; the offset really is 7 000. */
      hr_clock_map_learn (&map, 1000, 1050, 1000 + there + 7000);
      g_assert_cmpint (ABS (hr_clock_map_to_local (&map, 8000) - 1000), <=, hr_clock_map_error (&map));
    }
}

static void
test_an_answer_from_before_the_question_teaches_nothing (void)
{
  HrClockMap map = { 0 };

  hr_clock_map_learn (&map, 500, 400, 1);
  g_assert_false (map.known);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/clock-map/unknown", test_nothing_learned_changes_nothing);
  g_test_add_func ("/hub/clock-map/least-round-trip", test_the_least_round_trip_wins);
  g_test_add_func ("/hub/clock-map/error", test_the_error_bounds_the_truth);
  g_test_add_func ("/hub/clock-map/hostile", test_an_answer_from_before_the_question_teaches_nothing);

  return g_test_run ();
}
