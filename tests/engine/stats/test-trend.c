/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/trend.h"

#include <glib.h>
#include <math.h>

/* Writes @n values: @early in the first half, @late in the second. */
static void
fill_halves (double *values,
             gsize   n,
             double  early,
             double  late)
{
  for (gsize i = 0; i < n; i++)
    values[i] = i < n / 2 ? early : late;
}

static void
assert_trend_of_halves (double  early,
                        double  late,
                        HrTrend where_lower_is_better,
                        HrTrend where_higher_is_better)
{
  double values[HR_TREND_SAMPLES];

  fill_halves (values, G_N_ELEMENTS (values), early, late);
  g_assert_cmpint (hr_trend_from_values (values, G_N_ELEMENTS (values), HR_DIRECTION_LOWER), ==, where_lower_is_better);
  g_assert_cmpint (hr_trend_from_values (values, G_N_ELEMENTS (values), HR_DIRECTION_HIGHER), ==, where_higher_is_better);
}

static void
test_direction_decides_what_is_better (void)
{
  assert_trend_of_halves (100, 106, HR_TREND_DEGRADING, HR_TREND_IMPROVING);
  assert_trend_of_halves (100, 94, HR_TREND_IMPROVING, HR_TREND_DEGRADING);
}

static void
test_five_per_cent_is_stable_and_more_is_not (void)
{
  assert_trend_of_halves (100, 105, HR_TREND_STABLE, HR_TREND_STABLE);
  assert_trend_of_halves (100, 95, HR_TREND_STABLE, HR_TREND_STABLE);
  assert_trend_of_halves (100, 105.01, HR_TREND_DEGRADING, HR_TREND_IMPROVING);
  assert_trend_of_halves (100, 94.99, HR_TREND_IMPROVING, HR_TREND_DEGRADING);
}

static void
test_zero_and_negative_levels (void)
{
  assert_trend_of_halves (0, 0, HR_TREND_STABLE, HR_TREND_STABLE);
  assert_trend_of_halves (0, 0.1, HR_TREND_DEGRADING, HR_TREND_IMPROVING);
  assert_trend_of_halves (-100, -90, HR_TREND_DEGRADING, HR_TREND_IMPROVING);
  assert_trend_of_halves (-100, -104, HR_TREND_STABLE, HR_TREND_STABLE);
}

static void
test_only_the_last_window_counts (void)
{
  double values[HR_TREND_SAMPLES * 3];

  fill_halves (values, G_N_ELEMENTS (values), 1000, 1);
  g_assert_cmpint (hr_trend_from_values (values, G_N_ELEMENTS (values), HR_DIRECTION_LOWER), ==, HR_TREND_STABLE);
}

static void
test_too_few_values_are_no_trend (void)
{
  double values[HR_TREND_MIN_SAMPLES];

  fill_halves (values, G_N_ELEMENTS (values), 1, 2);
  g_assert_cmpint (hr_trend_from_values (values, HR_TREND_MIN_SAMPLES - 1, HR_DIRECTION_LOWER), ==, HR_TREND_UNKNOWN);
  g_assert_cmpint (hr_trend_from_values (values, HR_TREND_MIN_SAMPLES, HR_DIRECTION_LOWER), ==, HR_TREND_DEGRADING);
  g_assert_cmpint (hr_trend_from_values (NULL, 0, HR_DIRECTION_LOWER), ==, HR_TREND_UNKNOWN);
}

static void
test_gaps_are_passed_over (void)
{
  double values[HR_TREND_SAMPLES];

  fill_halves (values, G_N_ELEMENTS (values), 1, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i += 2)
    values[i] = i % 4 == 0 ? (double) NAN : (double) INFINITY;
  g_assert_cmpint (hr_trend_from_values (values, G_N_ELEMENTS (values), HR_DIRECTION_LOWER), ==, HR_TREND_DEGRADING);

  fill_halves (values, G_N_ELEMENTS (values), (double) NAN, 2);
  g_assert_cmpint (hr_trend_from_values (values, G_N_ELEMENTS (values), HR_DIRECTION_LOWER), ==, HR_TREND_UNKNOWN);
}

static void
test_a_wrapped_ring_is_read_by_time (void)
{
  HrTimedValue storage[64];
  HrRing       ring;

  hr_ring_init (&ring, storage, G_N_ELEMENTS (storage));
  for (guint i = 0; i < 100; i++)
    hr_ring_append (&ring, i, i < 75 ? 10 : 20);

  /* The last 50 are 25 of each; read in order of storage the newest would come first. */
  g_assert_cmpint (hr_trend_from_ring (&ring, HR_DIRECTION_LOWER), ==, HR_TREND_DEGRADING);
  g_assert_cmpint (hr_trend_from_ring (&ring, HR_DIRECTION_HIGHER), ==, HR_TREND_IMPROVING);

  hr_ring_clear (&ring);
  g_assert_cmpint (hr_trend_from_ring (&ring, HR_DIRECTION_LOWER), ==, HR_TREND_UNKNOWN);
}

static void
test_names_are_complete (void)
{
  g_assert_cmpstr (hr_trend_name (HR_TREND_UNKNOWN), ==, "unknown");
  g_assert_cmpstr (hr_trend_name (HR_TREND_IMPROVING), ==, "improving");
  g_assert_cmpstr (hr_trend_name (HR_TREND_STABLE), ==, "stable");
  g_assert_cmpstr (hr_trend_name (HR_TREND_DEGRADING), ==, "degrading");
  g_assert_cmpstr (hr_trend_name (HR_N_TRENDS), ==, "unknown");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/trend/direction", test_direction_decides_what_is_better);
  g_test_add_func ("/stats/trend/five-per-cent", test_five_per_cent_is_stable_and_more_is_not);
  g_test_add_func ("/stats/trend/zero", test_zero_and_negative_levels);
  g_test_add_func ("/stats/trend/window", test_only_the_last_window_counts);
  g_test_add_func ("/stats/trend/few", test_too_few_values_are_no_trend);
  g_test_add_func ("/stats/trend/gaps", test_gaps_are_passed_over);
  g_test_add_func ("/stats/trend/ring", test_a_wrapped_ring_is_read_by_time);
  g_test_add_func ("/stats/trend/names", test_names_are_complete);

  return g_test_run ();
}
