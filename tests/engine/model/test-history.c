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

/* Appends the interval after @end_ns: with samples of both metrics, of one, of none, or making up for a stretch unwatched.
 * Returns when it ended. */
static gint64
append_random (HrHistory *history,
               GRand     *random,
               gint64     end_ns)
{
  HrBucketCount bucket = { (guint32) g_rand_int_range (random, 0, HR_N_BUCKETS), (guint64) g_rand_int_range (random, 1, 50) };
  HrSample      samples[2];
  guint         n = 0;
  g_autoptr (HrSnapshot) snapshot = NULL;

  for (guint metric = 0; metric < 2; metric++)
    {
      double value = g_rand_double_range (random, 1, 1000);

      if (g_rand_double (random) < 0.6)
        samples[n++] = (HrSample){
          metric,
          bucket.count,
          value * (double) bucket.count,
          value - 1,
          value + 1,
          value,
          metric == 0 ? 1 : 0,
          &bucket,
          value / 2,
        };
    }
  /* Now and then two end at the same time, or a stretch is missing. */
  end_ns += (g_rand_int_range (random, 0, 8) == 0 ? 0 : 100 * HR_NS_PER_MS) + (g_rand_int_range (random, 0, 20) == 0 ? 3 * (gint64) HR_NS_PER_SECOND : 0);
  snapshot = hr_snapshot_new (&(HrSnapshot){ .end_ns = end_ns,
                                             .interval_ns = 100 * HR_NS_PER_MS,
                                             .catch_up = g_rand_int_range (random, 0, 30) == 0 },
                              samples, n);
  hr_history_append (history, snapshot);

  return end_ns;
}

/* What the window comes to by a walk back over the kept snapshots. */
static void
scan (HrHistory   *history,
      guint        metric,
      gint64       since_ns,
      guint        n_samples,
      HrWindow    *out,
      HrHistogram *histogram)
{
  *out = (HrWindow){ .min = (double) INFINITY, .max = -(double) INFINITY };
  *histogram = (HrHistogram){ 0 };

  for (guint i = hr_history_get_n_snapshots (history); i > 0 && out->n_samples < n_samples; i--)
    {
      const HrSnapshot *snapshot = hr_history_get_snapshot (history, i - 1);
      const HrSample   *sample = hr_snapshot_find (snapshot, metric);

      if (snapshot->catch_up)
        continue;
      if (snapshot->end_ns <= since_ns)
        break;
      out->covered_ns += snapshot->interval_ns;
      if (sample == NULL)
        continue;
      if (out->n_samples++ == 0)
        {
          out->last = sample->last;
          out->last_ns = snapshot->end_ns;
        }
      out->count += sample->count;
      out->sum += sample->sum;
      out->self += sample->self;
      out->min = MIN (out->min, sample->min);
      out->max = MAX (out->max, sample->max);
      hr_histogram_add (histogram, sample->buckets, sample->n_buckets);
    }
}

static void
assert_window_is_scan (HrHistory *history,
                       guint      metric,
                       gint64     now_ns,
                       gint64     window_ns,
                       guint      n_samples)
{
  HrHistogram histogram;
  HrWindow    window, expected;

  if (n_samples == 0)
    hr_history_window (history, metric, now_ns, window_ns, &window);
  else
    hr_history_recent (history, metric, n_samples, &window);
  scan (history, metric, n_samples == 0 ? now_ns - window_ns : G_MININT64, n_samples == 0 ? G_MAXUINT : n_samples, &expected,
        &histogram);

  g_assert_cmpuint (window.count, ==, expected.count);
  g_assert_cmpuint (window.n_samples, ==, expected.n_samples);
  g_assert_cmpint (window.covered_ns, ==, expected.covered_ns);
  g_assert_cmpfloat (fabs (window.sum - expected.sum), <=, 1e-12 * expected.sum);
  g_assert_cmpfloat (fabs (window.self - expected.self), <=, 1e-12 * expected.self);
  g_assert_true ((window.histogram != NULL) == (metric == 0));
  if (window.histogram != NULL)
    g_assert_cmpmem (window.histogram, sizeof histogram, &histogram, sizeof histogram);
  if (window.count == 0)
    return;
  g_assert_cmpfloat (window.min, ==, expected.min);
  g_assert_cmpfloat (window.max, ==, expected.max);
  g_assert_cmpfloat (window.last, ==, expected.last);
  g_assert_cmpint (window.last_ns, ==, expected.last_ns);
}

/* Over more snapshots than are kept, with questions of every kind, at times before and behind the newest snapshot. */
static void
test_windows_equal_a_scan (void)
{
  static const struct
  {
    double seconds;
    guint  n_samples;
  } asked[] = { { 0.1, 0 }, { 1, 0 }, { 5, 0 }, { 30, 0 }, { 1000, 0 }, { 0, 1 }, { 0, 7 }, { 0, 100 }, { 0, 5000 } };
  GRand *random = g_rand_new_with_seed (27182818);
  g_autoptr (HrHistory) history = hr_history_new ();
  gint64 end_ns = 0;

  hr_history_add_metric (history, &latency);
  hr_history_add_metric (history, &memory);
  for (guint i = 0; i < 3 * HR_HISTORY_SNAPSHOTS; i++)
    {
      end_ns = append_random (history, random, end_ns);
      for (guint k = 0; k < G_N_ELEMENTS (asked); k++)
        {
          gint64 late_ns = g_rand_int_range (random, -200, 400) * (gint64) HR_NS_PER_MS;

          if (g_rand_int_range (random, 0, 4) == 0)
            assert_window_is_scan (history, k % 2, end_ns + late_ns, (gint64) (asked[k].seconds * HR_NS_PER_SECOND), asked[k].n_samples);
        }
    }

  g_rand_free (random);
}

static void
test_more_windows_than_are_kept_up_to_date (void)
{
  GRand *random = g_rand_new_with_seed (14142135);
  g_autoptr (HrHistory) history = hr_history_new ();
  gint64 end_ns = 0;

  hr_history_add_metric (history, &latency);
  hr_history_add_metric (history, &memory);
  for (guint i = 0; i < 200; i++)
    {
      end_ns = append_random (history, random, end_ns);
      for (guint k = 1; k < 100; k += 1 + i % 7)
        {
          assert_window_is_scan (history, k % 2, end_ns, k * 100 * (gint64) HR_NS_PER_MS, 0);
          assert_window_is_scan (history, k % 2, 0, 0, k);
        }
    }

  g_rand_free (random);
}

static void
test_what_is_not_finite_stays_out_of_windows (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  const HrSample sample = { 0, 3, (double) NAN, 1, 1, 1, 0, NULL, 0 };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&(HrSnapshot){ .end_ns = 200 * HR_NS_PER_MS }, &sample, 1);
  HrWindow window;

  hr_history_add_metric (history, &latency);
  append (history, 100, 1, 10);
  hr_history_append (history, snapshot);
  append (history, 300, 1, 20);

  hr_history_recent (history, 0, 100, &window);
  g_assert_cmpuint (window.count, ==, 2);
  g_assert_cmpfloat (hr_window_mean (&window), ==, 15);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/history/metrics", test_metrics_are_found_and_added_once);
  g_test_add_func ("/model/history/window", test_window_takes_only_what_ended_inside);
  g_test_add_func ("/model/history/recent", test_recent_skips_empty_intervals);
  g_test_add_func ("/model/history/scan", test_windows_equal_a_scan);
  g_test_add_func ("/model/history/many", test_more_windows_than_are_kept_up_to_date);
  g_test_add_func ("/model/history/finite", test_what_is_not_finite_stays_out_of_windows);
  g_test_add_func ("/model/history/catch-up", test_catching_up_counts_in_the_totals_alone);
  g_test_add_func ("/model/history/totals", test_totals_outlive_the_ring);

  return g_test_run ();
}
