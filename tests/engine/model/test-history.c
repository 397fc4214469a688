/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/history.h"

#include <math.h>

static const HrMetricInfo latency = { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
static const HrMetricInfo memory = { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };

/* Appends the interval that ends at @end_ms with @count latencies of @value ms each; count 0: an empty interval. */
static void
append (HrHistory *history,
        gint64     end_ms,
        guint64    count,
        double     value)
{
  const HrBucketCount bucket = { hr_bucket_index ((guint64) (value * HR_NS_PER_MS)), count };
  const HrSample      sample = { 0, count, value * (double) count, value, value, value, 1, &bucket };
  g_autoptr (HrSnapshot) snapshot = NULL;

  snapshot = hr_snapshot_new (&(HrSnapshot){ .end_ns = end_ms * HR_NS_PER_MS, .interval_ns = 100 * HR_NS_PER_MS, .lost = count > 0 },
                              &sample, count > 0 ? 1 : 0);
  hr_history_append (history, snapshot);
}

static void
test_metrics_are_found_and_added_once (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  HrMetricInfo other = memory;
  guint        found;

  g_assert_cmpuint (hr_history_add_metric (history, &latency), ==, 0);
  g_assert_cmpuint (hr_history_add_metric (history, &memory), ==, 1);
  g_assert_cmpuint (hr_history_add_metric (history, &latency), ==, 0);
  g_assert_true (hr_history_find_metric (history, "memory_usage_mb", &found));
  g_assert_cmpuint (found, ==, 1);
  g_assert_false (hr_history_find_metric (history, "nothing", &found));

  other.unit = HR_UNIT_COUNT;
  g_assert_cmpuint (hr_history_add_metric (history, &other), ==, 2);
}

static void
test_window_takes_only_what_ended_inside (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  HrWindow window;

  hr_history_add_metric (history, &latency);
  append (history, 100, 1, 50);
  append (history, 200, 2, 10);
  append (history, 300, 0, 0);
  append (history, 400, 1, 25);

  hr_history_window (history, 0, 400 * HR_NS_PER_MS, 300 * HR_NS_PER_MS, &window);
  g_assert_cmpuint (window.count, ==, 3);
  g_assert_cmpuint (window.n_samples, ==, 2);
  g_assert_cmpfloat (hr_window_mean (&window), ==, 15);
  g_assert_cmpfloat (window.min, ==, 10);
  g_assert_cmpfloat (window.max, ==, 25);
  g_assert_cmpfloat (window.last, ==, 25);
  g_assert_cmpint (window.covered_ns, ==, 300 * HR_NS_PER_MS);
  g_assert_cmpfloat_with_epsilon (hr_window_quantile (&window, &latency, 0.5), 10, 0.1);
  g_assert_cmpfloat_with_epsilon (hr_window_compliance (&window, &latency, 20), 2 / 3.0, 1e-9);

  hr_history_window (history, 0, 9000 * HR_NS_PER_MS, 300 * HR_NS_PER_MS, &window);
  g_assert_cmpuint (window.count, ==, 0);
  g_assert_true (isnan (hr_window_mean (&window)));
  g_assert_true (isnan (hr_window_quantile (&window, &latency, 0.5)));
}

static void
test_recent_skips_empty_intervals (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  HrWindow window;

  hr_history_add_metric (history, &latency);
  for (guint i = 1; i <= 50; i++)
    append (history, 100 * i, i % 2, i);
  hr_history_recent (history, 0, 3, &window);

  g_assert_cmpuint (window.n_samples, ==, 3);
  g_assert_cmpfloat (hr_window_mean (&window), ==, 47);
}

static void
test_totals_outlive_the_ring (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  guint n = HR_HISTORY_SNAPSHOTS * 2 + 17;

  hr_history_add_metric (history, &latency);
  for (guint i = 1; i <= n; i++)
    append (history, 100 * i, 3, 1);

  g_assert_cmpuint (hr_history_get_n_snapshots (history), ==, HR_HISTORY_SNAPSHOTS);
  g_assert_cmpuint (hr_history_get_totals (history, 0)->count, ==, 3 * n);
  g_assert_cmpuint (hr_history_get_totals (history, 0)->histogram->total, ==, 3 * n);
  g_assert_cmpuint (hr_history_get_received (history), ==, n);
  g_assert_cmpuint (hr_history_get_lost (history), ==, n);
  g_assert_cmpint (hr_history_get_snapshot (history, 0)->end_ns, ==, (gint64) (n - HR_HISTORY_SNAPSHOTS + 1) * 100 * HR_NS_PER_MS);
  g_assert_cmpuint (hr_history_get_cumulative (history, HR_HISTORY_SNAPSHOTS - 1, 0), ==, 3 * n);
  g_assert_cmpuint (hr_history_get_cumulative (history, 0, 0), ==, 3 * (n - HR_HISTORY_SNAPSHOTS + 1));
}

static void
test_catching_up_counts_in_the_totals_alone (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  const HrSample sample = { 0, 1000, 5000, 5, 5, 5, 0, NULL };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&(HrSnapshot){ .end_ns = 200 * HR_NS_PER_MS, .catch_up = TRUE }, &sample, 1);
  HrWindow window;

  hr_history_add_metric (history, &latency);
  append (history, 100, 1, 10);
  hr_history_append (history, snapshot);
  append (history, 300, 1, 20);

  hr_history_window (history, 0, 300 * HR_NS_PER_MS, HR_NS_PER_SECOND, &window);
  g_assert_cmpuint (window.count, ==, 2);
  g_assert_cmpuint (hr_history_get_totals (history, 0)->count, ==, 1002);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/history/metrics", test_metrics_are_found_and_added_once);
  g_test_add_func ("/model/history/window", test_window_takes_only_what_ended_inside);
  g_test_add_func ("/model/history/recent", test_recent_skips_empty_intervals);
  g_test_add_func ("/model/history/catch-up", test_catching_up_counts_in_the_totals_alone);
  g_test_add_func ("/model/history/totals", test_totals_outlive_the_ring);

  return g_test_run ();
}
