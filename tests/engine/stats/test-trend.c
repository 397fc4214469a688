/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/trend.h"

#include <glib.h>
#include <math.h>

#define TICK_NS ((gint64) 100000000)
#define SEED 16180339

/* Appends an interval of @length_ns that begins @gap_ns after the last one. Returns when it ends. */
static gint64
push (HrTrendWindow *window,
      gint64         last_ns,
      gint64         gap_ns,
      gint64         length_ns,
      guint64        count)
{
  HrInterval interval = { .end_ns = last_ns + gap_ns + length_ns, .length_ns = length_ns, .count = count };

  hr_trend_window_push (window, &interval);

  return interval.end_ns;
}

/* The trend of @n intervals with @early items each in the first half, @late in the second. */
static HrTrend
trend_of_halves (guint       n,
                 guint64     early,
                 guint64     late,
                 HrDirection direction)
{
  HrTrendWindow *window = hr_trend_window_new ();
  gint64         end_ns = 0;
  HrTrend        trend;

  for (guint i = 0; i < n; i++)
    end_ns = push (window, end_ns, 0, TICK_NS, i < n / 2 ? early : late);
  trend = hr_trend_window_rate (window, direction);
  hr_trend_window_free (window);

  return trend;
}

static void
assert_trend_of_halves (guint64 early,
                        guint64 late,
                        HrTrend where_lower_is_better,
                        HrTrend where_higher_is_better)
{
  g_assert_cmpint (trend_of_halves (HR_TREND_SAMPLES, early, late, HR_DIRECTION_LOWER), ==, where_lower_is_better);
  g_assert_cmpint (trend_of_halves (HR_TREND_SAMPLES, early, late, HR_DIRECTION_HIGHER), ==, where_higher_is_better);
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
  assert_trend_of_halves (10000, 10500, HR_TREND_STABLE, HR_TREND_STABLE);
  assert_trend_of_halves (10000, 9500, HR_TREND_STABLE, HR_TREND_STABLE);
  assert_trend_of_halves (10000, 10501, HR_TREND_DEGRADING, HR_TREND_IMPROVING);
  assert_trend_of_halves (10000, 9499, HR_TREND_IMPROVING, HR_TREND_DEGRADING);
}

static void
test_from_and_to_nothing (void)
{
  assert_trend_of_halves (0, 0, HR_TREND_STABLE, HR_TREND_STABLE);
  assert_trend_of_halves (0, 1, HR_TREND_DEGRADING, HR_TREND_IMPROVING);
  assert_trend_of_halves (1, 0, HR_TREND_IMPROVING, HR_TREND_DEGRADING);
}

static void
test_only_the_last_window_counts (void)
{
  g_assert_cmpint (trend_of_halves (3 * HR_TREND_SAMPLES, 1000, 1, HR_DIRECTION_LOWER), ==, HR_TREND_STABLE);
}

static void
test_too_few_intervals_are_no_trend (void)
{
  HrTrendWindow *none = hr_trend_window_new ();

  g_assert_cmpint (hr_trend_window_rate (none, HR_DIRECTION_LOWER), ==, HR_TREND_UNKNOWN);
  g_assert_cmpint (trend_of_halves (2 * HR_TREND_MIN_SAMPLES - 1, 1, 2, HR_DIRECTION_LOWER), ==, HR_TREND_UNKNOWN);
  g_assert_cmpint (trend_of_halves (2 * HR_TREND_MIN_SAMPLES, 1, 2, HR_DIRECTION_LOWER), ==, HR_TREND_DEGRADING);
  hr_trend_window_free (none);
  hr_trend_window_free (NULL);
}

/* A rate that never changes, sampled four times as densely in the second half, where it therefore comes in bursts. */
static void
test_dense_sampling_is_no_trend (void)
{
  HrTrendWindow *window = hr_trend_window_new ();
  gint64         end_ns = 0;

  for (guint i = 0; i < 10; i++)
    end_ns = push (window, end_ns, 0, 4 * TICK_NS, 400);
  for (guint i = 0; i < 40; i++)
    end_ns = push (window, end_ns, 0, TICK_NS, i % 4 == 0 ? 400 : 0);

  g_assert_cmpint (hr_trend_window_rate (window, HR_DIRECTION_HIGHER), ==, HR_TREND_STABLE);
  hr_trend_window_free (window);
}

/* Fifteen long intervals and 35 short ones of as much time together, with a rate that is 5.5 % higher. Parted by
 * number, ten of the short ones would raise the earlier half's rate by 1.2 %, and the rest would pass for stable. */
static void
test_halves_are_halves_of_the_time (void)
{
  HrTrendWindow *window = hr_trend_window_new ();
  gint64         end_ns = 0;

  for (guint i = 0; i < 15; i++)
    end_ns = push (window, end_ns, 0, 35 * TICK_NS, 35 * 1000);
  for (guint i = 0; i < 35; i++)
    end_ns = push (window, end_ns, 0, 15 * TICK_NS, 15 * 1055);

  g_assert_cmpint (hr_trend_window_rate (window, HR_DIRECTION_HIGHER), ==, HR_TREND_IMPROVING);
  hr_trend_window_free (window);
}

static void
test_the_one_in_the_middle_counts_as_later (void)
{
  HrTrendWindow *window = hr_trend_window_new ();
  gint64         end_ns = 0;

  for (guint i = 0; i < 11; i++)
    end_ns = push (window, end_ns, 0, TICK_NS, i == 5 ? 2000 : 1000);

  g_assert_cmpint (hr_trend_window_rate (window, HR_DIRECTION_HIGHER), ==, HR_TREND_IMPROVING);
  hr_trend_window_free (window);
}

/* Thirty intervals, a long silence, then five: the silence has no rate, and belongs to no half. */
static void
test_a_gap_counts_with_neither_half (void)
{
  HrTrendWindow *window = hr_trend_window_new ();
  gint64         end_ns = 0;

  for (guint i = 0; i < 30; i++)
    end_ns = push (window, end_ns, 0, TICK_NS, 100);
  for (guint i = 0; i < 4; i++)
    end_ns = push (window, end_ns, i == 0 ? 1000 * TICK_NS : 0, TICK_NS, 100);
  g_assert_cmpint (hr_trend_window_rate (window, HR_DIRECTION_HIGHER), ==, HR_TREND_UNKNOWN);

  push (window, end_ns, 0, TICK_NS, 100);
  g_assert_cmpint (hr_trend_window_rate (window, HR_DIRECTION_HIGHER), ==, HR_TREND_STABLE);
  hr_trend_window_free (window);
}

/* What the last intervals say when they are parted anew. */
static HrTrend
trend_by_scan (const HrInterval *intervals,
               guint             n)
{
  guint  first = n - MIN (n, HR_TREND_SAMPLES), counts[2] = { 0 };
  gint64 begin_ns = intervals[first].end_ns - intervals[first].length_ns;
  double items[2] = { 0 }, time[2] = { 0 }, change;

  for (guint i = first; i < n; i++)
    {
      gint64 twice_ns = 2 * intervals[i].end_ns - intervals[i].length_ns;
      guint  half = twice_ns < begin_ns + intervals[n - 1].end_ns ? 0 : 1;

      counts[half]++;
      items[half] += (double) intervals[i].count;
      time[half] += (double) intervals[i].length_ns;
    }
  if (counts[0] < HR_TREND_MIN_SAMPLES || counts[1] < HR_TREND_MIN_SAMPLES)
    return HR_TREND_UNKNOWN;

  change = items[1] / time[1] / (items[0] / time[0]) - 1;

  return fabs (change) <= HR_TREND_CHANGE ? HR_TREND_STABLE : change > 0 ? HR_TREND_IMPROVING
                                                                         : HR_TREND_DEGRADING;
}

static void
test_it_equals_a_scan_of_the_window (void)
{
  GRand         *random = g_rand_new_with_seed (SEED);
  HrTrendWindow *window = hr_trend_window_new ();
  HrInterval     intervals[3000];
  guint          seen[HR_N_TRENDS] = { 0 };
  gint64         end_ns = 0;

  for (guint i = 0; i < G_N_ELEMENTS (intervals); i++)
    {
      gint64  length_ns = g_rand_int_range (random, 1, 3) == 1 ? TICK_NS : g_rand_int_range (random, 1, 10 * TICK_NS);
      double  level = 1e-6 * (1 + 0.2 * sin (i / 100.0));
      HrTrend trend;

      end_ns += g_rand_int_range (random, 0, 40) == 0 ? 100 * TICK_NS : 0;
      end_ns += length_ns;
      intervals[i] = (HrInterval){ .end_ns = end_ns, .length_ns = length_ns, .count = (guint64) (level * (double) length_ns) + 1 };
      hr_trend_window_push (window, &intervals[i]);
      trend = hr_trend_window_rate (window, HR_DIRECTION_HIGHER);
      g_assert_cmpint (trend, ==, trend_by_scan (intervals, i + 1));
      seen[trend]++;
    }

  for (guint i = 0; i < HR_N_TRENDS; i++)
    g_assert_cmpuint (seen[i], >, 50);
  hr_trend_window_free (window);
  g_rand_free (random);
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
  g_test_add_func ("/stats/trend/nothing", test_from_and_to_nothing);
  g_test_add_func ("/stats/trend/window", test_only_the_last_window_counts);
  g_test_add_func ("/stats/trend/few", test_too_few_intervals_are_no_trend);
  g_test_add_func ("/stats/trend/dense", test_dense_sampling_is_no_trend);
  g_test_add_func ("/stats/trend/time", test_halves_are_halves_of_the_time);
  g_test_add_func ("/stats/trend/middle", test_the_one_in_the_middle_counts_as_later);
  g_test_add_func ("/stats/trend/gap", test_a_gap_counts_with_neither_half);
  g_test_add_func ("/stats/trend/scan", test_it_equals_a_scan_of_the_window);
  g_test_add_func ("/stats/trend/names", test_names_are_complete);

  return g_test_run ();
}
