/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/feed.h"

#include <math.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)

static const HrMetricInfo gauge = { "level", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };
static const HrMetricInfo duration = { "work_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };

static HrFeed *
make_feed (void)
{
  HrStreamName name = { { 1, 2, 3 }, 7 };

  return hr_feed_new (&name, HR_SOURCE_PROCESS, "ranker", 10 * SECOND);
}

/* Adds @count items of @ms each to the feed's duration. */
static void
add_durations (HrFeed *feed,
               guint64 count,
               double  ms)
{
  HrBucketCount bucket = { hr_bucket_index ((uint64_t) (ms * 1e6)), count };
  HrSample      sample = { hr_feed_add_metric (feed, &duration), count, ms * (double) count, ms, ms, ms, 1, &bucket };

  hr_feed_add (feed, &sample);
}

static void
test_values_of_one_interval_become_one_sample (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  g_autoptr (HrSnapshot) snapshot = NULL;

  hr_feed_measure (feed, &gauge, 5);
  hr_feed_measure (feed, &gauge, 2);
  hr_feed_measure (feed, &gauge, 3);
  snapshot = hr_feed_cut (feed, 11 * SECOND);

  g_assert_cmpuint (snapshot->sequence, ==, 1);
  g_assert_cmpint (snapshot->end_ns, ==, 11 * SECOND);
  g_assert_cmpint (snapshot->interval_ns, ==, SECOND);
  g_assert_cmpuint (snapshot->n_samples, ==, 1);
  g_assert_cmpuint (snapshot->samples[0].count, ==, 3);
  g_assert_cmpfloat (snapshot->samples[0].sum, ==, 10);
  g_assert_cmpfloat (snapshot->samples[0].min, ==, 2);
  g_assert_cmpfloat (snapshot->samples[0].max, ==, 5);
  g_assert_cmpfloat (snapshot->samples[0].last, ==, 3);
}

static void
test_buckets_of_one_interval_merge (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  g_autoptr (HrSnapshot) snapshot = NULL;
  const HrSample *sample;

  add_durations (feed, 2, 5);
  add_durations (feed, 3, 1);
  add_durations (feed, 4, 5);
  add_durations (feed, 1, 9);
  snapshot = hr_feed_cut (feed, 11 * SECOND);
  sample = &snapshot->samples[0];

  g_assert_cmpuint (sample->count, ==, 10);
  g_assert_cmpuint (sample->n_buckets, ==, 3);
  g_assert_cmpuint (sample->buckets[0].bucket, ==, hr_bucket_index (1000000));
  g_assert_cmpuint (sample->buckets[0].count, ==, 3);
  g_assert_cmpuint (sample->buckets[1].count, ==, 6);
  g_assert_cmpuint (sample->buckets[2].count, ==, 1);
}

static void
test_an_interval_without_values_has_no_snapshot (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  g_autoptr (HrSnapshot) nothing = hr_feed_cut (feed, 11 * SECOND);
  g_autoptr (HrSnapshot) first = NULL;

  g_assert_null (nothing);
  g_assert_cmpuint (hr_feed_get_sequence (feed), ==, 0);

  hr_feed_measure (feed, &gauge, 1);
  first = hr_feed_cut (feed, 12 * SECOND);
  g_assert_cmpuint (first->sequence, ==, 1);
  g_assert_cmpint (first->interval_ns, ==, 2 * SECOND);
}

static void
test_time_without_sampling_belongs_to_no_interval (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  g_autoptr (HrSnapshot) nothing = NULL;
  g_autoptr (HrSnapshot) first = NULL;

  hr_feed_set_sampling (feed, FALSE);
  nothing = hr_feed_cut (feed, 90 * SECOND);
  g_assert_null (nothing);

  hr_feed_set_sampling (feed, TRUE);
  hr_feed_measure (feed, &gauge, 1);
  first = hr_feed_cut (feed, 91 * SECOND);
  g_assert_cmpint (first->interval_ns, ==, SECOND);
}

static void
test_totals_are_the_sum_of_the_snapshots (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  g_autoptr (HrSnapshot) totals = NULL;
  HrTotals sum;

  hr_totals_init (&sum, HR_KIND_DURATION);
  for (guint i = 1; i <= 20; i++)
    {
      g_autoptr (HrSnapshot) snapshot = NULL;

      add_durations (feed, i, 0.1 * i);
      hr_feed_add_lost (feed, 2);
      snapshot = hr_feed_cut (feed, (10 + i) * SECOND);
      g_assert_cmpuint (snapshot->lost, ==, 2);
      hr_totals_add (&sum, &snapshot->samples[0]);
    }

  /* What is not cut yet does not count yet. */
  add_durations (feed, 1000, 1);
  totals = hr_feed_totals (feed);

  g_assert_cmpuint (totals->sequence, ==, 20);
  g_assert_cmpuint (totals->lost, ==, 40);
  g_assert_cmpuint (totals->samples[0].count, ==, 210);
  g_assert_cmpuint (totals->samples[0].count, ==, sum.count);
  g_assert_cmpfloat_with_epsilon (totals->samples[0].sum, sum.sum, 1e-9);
  g_assert_cmpfloat (totals->samples[0].max, ==, sum.max);
  g_assert_cmpuint (totals->samples[0].n_buckets, ==, 20);
  hr_totals_clear (&sum);
}

/* Self times of one interval add up; the totals know those of all intervals, preloaded ones too. */
static void
test_self_times_add_up (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  const HrMetricInfo span = { "/rank/draw", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
  HrSample           sample = { hr_feed_add_metric (feed, &span), 1, 8, 8, 8, 8, 0, NULL, 3 };
  g_autoptr (HrSnapshot) first = NULL;
  g_autoptr (HrSnapshot) second = NULL;
  g_autoptr (HrSnapshot) totals = NULL;

  hr_feed_preload (feed, &sample);
  hr_feed_add (feed, &sample);
  hr_feed_add (feed, &sample);
  first = hr_feed_cut (feed, 11 * SECOND);
  hr_feed_add (feed, &sample);
  second = hr_feed_cut (feed, 12 * SECOND);
  totals = hr_feed_totals (feed);

  g_assert_cmpfloat (first->samples[0].self, ==, 6);
  g_assert_cmpfloat (second->samples[0].self, ==, 3);
  g_assert_cmpfloat (totals->samples[0].self, ==, 12);
  g_assert_cmpfloat (totals->samples[0].sum, ==, 32);
}

static void
test_preloaded_values_stand_in_no_snapshot (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  g_autoptr (HrSnapshot) totals = NULL;
  g_autoptr (HrSnapshot) nothing = NULL;
  HrSample before = { hr_feed_add_metric (feed, &gauge), 4, 40, 8, 12, 9, 0, NULL };

  hr_feed_preload (feed, &before);
  nothing = hr_feed_cut (feed, 11 * SECOND);
  totals = hr_feed_totals (feed);

  g_assert_null (nothing);
  g_assert_cmpuint (totals->sequence, ==, 0);
  g_assert_cmpuint (totals->samples[0].count, ==, 4);
  g_assert_cmpfloat (totals->samples[0].sum, ==, 40);
}

static void
test_the_generation_tells_that_a_hello_is_due (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  guint generation = hr_feed_get_generation (feed);

  hr_feed_measure (feed, &gauge, 1);
  g_assert_cmpuint (hr_feed_get_generation (feed), !=, generation);

  generation = hr_feed_get_generation (feed);
  hr_feed_measure (feed, &gauge, 2);
  hr_feed_set_detail (feed, hr_feed_get_detail (feed));
  hr_feed_set_sampling (feed, TRUE);
  g_assert_cmpuint (hr_feed_get_generation (feed), ==, generation);

  hr_feed_set_sampling (feed, FALSE);
  g_assert_cmpuint (hr_feed_get_generation (feed), !=, generation);
}

static void
test_a_name_has_one_meaning (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  HrMetricInfo other = { "level", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };

  g_assert_cmpuint (hr_feed_add_metric (feed, &gauge), ==, 0);
  g_assert_cmpuint (hr_feed_add_metric (feed, &gauge), ==, 0);
  g_assert_cmpuint (hr_feed_add_metric (feed, &other), ==, HR_FEED_NO_METRIC);
  g_assert_cmpuint (hr_feed_get_n_metrics (feed), ==, 1);
}

/* As many metrics as one hello can name: 4 096, fewer only where their names are so long that they would not fit in a frame. */
static void
test_the_table_fits_in_a_hello (void)
{
  static const guint lengths[] = { 20, 200, 256 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (HrFeed) feed = make_feed ();
      guint n = 0, n_asked = 0;

      for (; n_asked < 5000; n_asked++)
        {
          g_autofree char *name = g_strdup_printf ("/%0*u", (int) lengths[i] - 1, n_asked);
          HrMetricInfo     info = { name, HR_KIND_SPAN, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };

          n += hr_feed_add_metric (feed, &info) != HR_FEED_NO_METRIC;
        }

      g_assert_cmpuint (n, ==, hr_feed_get_n_metrics (feed));
      if (lengths[i] <= 200)
        g_assert_cmpuint (n, ==, 4096);
      g_assert_cmpuint (n * lengths[i], <, 1 << 20);
      g_assert_cmpuint (n, >, 3800);
    }
}

static void
test_a_value_that_is_no_number_was_not_measured (void)
{
  g_autoptr (HrFeed) feed = make_feed ();
  g_autoptr (HrSnapshot) nothing = NULL;

  hr_feed_measure (feed, &gauge, (double) NAN);
  hr_feed_measure (feed, &gauge, (double) INFINITY);
  nothing = hr_feed_cut (feed, 11 * SECOND);
  g_assert_null (nothing);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/collect/feed/sample", test_values_of_one_interval_become_one_sample);
  g_test_add_func ("/collect/feed/buckets", test_buckets_of_one_interval_merge);
  g_test_add_func ("/collect/feed/nothing", test_an_interval_without_values_has_no_snapshot);
  g_test_add_func ("/collect/feed/sampling", test_time_without_sampling_belongs_to_no_interval);
  g_test_add_func ("/collect/feed/totals", test_totals_are_the_sum_of_the_snapshots);
  g_test_add_func ("/collect/feed/self", test_self_times_add_up);
  g_test_add_func ("/collect/feed/preload", test_preloaded_values_stand_in_no_snapshot);
  g_test_add_func ("/collect/feed/generation", test_the_generation_tells_that_a_hello_is_due);
  g_test_add_func ("/collect/feed/name", test_a_name_has_one_meaning);
  g_test_add_func ("/collect/feed/full", test_the_table_fits_in_a_hello);
  g_test_add_func ("/collect/feed/finite", test_a_value_that_is_no_number_was_not_measured);

  return g_test_run ();
}
