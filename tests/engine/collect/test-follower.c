/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a region counted, as samples of its feed. */

#include "engine/probe/span.h"
#include "tests/engine/collect/regions-fixture.h"

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

static void
test_a_program_becomes_a_feed (Fixture      *fixture,
                               gconstpointer user_data)
{
  HrProbe         *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric         ranking = ranking_of (probe);
  g_autofree char *detail = g_strdup_printf ("pid %d", (int) getpid ());
  g_autoptr (HrSnapshot) snapshot = NULL;
  HrFeed         *feed;
  const HrSample *sample;

  g_assert_null (hr_probe_error (probe));
  hr_probe_duration (probe, ranking, 2800000, 100);
  hr_probe_duration (probe, ranking, 500000, 10);
  hr_probe_duration (probe, ranking, 30000, 1);
  collect_after (fixture, SECOND / 10);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  feed = fixture->feeds->pdata[0];
  g_assert_cmpint (hr_feed_get_role (feed), ==, HR_SOURCE_PROCESS);
  g_assert_cmpstr (hr_feed_get_title (feed), ==, "ranker");
  g_assert_cmpstr (hr_feed_get_detail (feed), ==, detail);
  g_assert_cmpuint (hr_feed_get_pid (feed), ==, getpid ());
  g_assert_cmpuint (hr_feed_get_name (feed)->epoch, ==, 7);
  g_assert_cmpstr (hr_feed_get_metrics (feed)[0].name, ==, "thompson_duration_ms");

  snapshot = cut (fixture, 0);
  sample = &snapshot->samples[0];
  g_assert_cmpuint (sample->count, ==, 111);
  g_assert_cmpfloat_with_epsilon (sample->sum, 3.33, 1e-9);
  g_assert_cmpfloat_with_epsilon (sample->min, 0.028, 1e-12);
  g_assert_cmpfloat_with_epsilon (sample->max, 0.050, 1e-12);
  g_assert_cmpfloat_with_epsilon (sample->last, 0.030, 1e-12);
  g_assert_cmpuint (sample->n_buckets, ==, 3);
  g_assert_cmpuint (sample->buckets[0].bucket, ==, hr_bucket_index (28000));
  g_assert_cmpuint (sample->buckets[0].count, ==, 100);
  g_assert_cmpuint (snapshot->lost, ==, 0);
  hr_probe_close (probe);
}

static void
test_every_kind_is_carried (Fixture      *fixture,
                            gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric level = hr_probe_metric (probe, "level", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER);
  HrMetric hits = hr_probe_metric (probe, "hits", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_HIGHER);
  g_autoptr (HrSnapshot) snapshot = NULL;

  hr_probe_gauge (probe, level, -3);
  hr_probe_gauge (probe, level, 8);
  hr_probe_gauge (probe, level, 5);
  hr_probe_count (probe, hits, 7);
  hr_probe_count (probe, hits, 2);
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, 0);

  g_assert_cmpuint (snapshot->n_samples, ==, 2);
  g_assert_cmpfloat (snapshot->samples[0].min, ==, -3);
  g_assert_cmpfloat (snapshot->samples[0].max, ==, 8);
  g_assert_cmpfloat (snapshot->samples[0].last, ==, 5);
  g_assert_cmpfloat (snapshot->samples[1].sum, ==, 9);
  g_assert_cmpint (hr_feed_get_metrics (fixture->feeds->pdata[0])[1].direction, ==, HR_DIRECTION_HIGHER);
  hr_probe_close (probe);
}

static void
test_each_interval_has_its_own_extremes (Fixture      *fixture,
                                         gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric ranking = ranking_of (probe);

  for (guint i = 1; i <= 5; i++)
    {
      g_autoptr (HrSnapshot) snapshot = NULL;

      hr_probe_duration (probe, ranking, i * 1000003, 1);
      hr_probe_duration (probe, ranking, i * 2000003, 1);
      collect_after (fixture, SECOND / 10);
      snapshot = cut (fixture, 0);
      g_assert_cmpfloat_with_epsilon (snapshot->samples[0].min, i * 1.000003, 1e-12);
      g_assert_cmpfloat_with_epsilon (snapshot->samples[0].max, i * 2.000003, 1e-12);
      g_assert_cmpuint (snapshot->samples[0].count, ==, 2);
    }
  hr_probe_close (probe);
}

static void
test_metrics_may_come_later (Fixture      *fixture,
                             gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autoptr (HrSnapshot) snapshot = NULL;
  HrFeed *feed;
  guint   generation;

  collect_after (fixture, SECOND / 10);
  feed = fixture->feeds->pdata[0];
  generation = hr_feed_get_generation (feed);
  hr_probe_duration (probe, ranking_of (probe), 1000, 1);
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, 0);

  g_assert_cmpuint (hr_feed_get_generation (feed), !=, generation);
  g_assert_cmpuint (snapshot->samples[0].count, ==, 1);
  hr_probe_close (probe);
}

static void
test_overtaken_records_lose_no_count (Fixture      *fixture,
                                      gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric ranking = ranking_of (probe);
  g_autoptr (HrSnapshot) first = NULL;
  g_autoptr (HrSnapshot) second = NULL;
  const HrSample *sample;

  hr_probe_duration (probe, ranking, 1, 1);
  hr_probe_duration (probe, ranking, 900000000, 1);
  collect_after (fixture, SECOND / 10);
  first = cut (fixture, 0);

  /* The extremes come first, so that they are overtaken. */
  hr_probe_duration (probe, ranking, 10000, 1);
  hr_probe_duration (probe, ranking, 50000000, 1);
  for (guint i = 0; i < 3 * HR_REGION_LANE_RECORDS; i++)
    hr_probe_duration (probe, ranking, 1000000, 1);
  collect_after (fixture, SECOND / 10);
  second = cut (fixture, 0);
  sample = &second->samples[0];

  g_assert_cmpuint (second->lost, >, 2 * HR_REGION_LANE_RECORDS);
  g_assert_cmpuint (sample->count, ==, 3 * HR_REGION_LANE_RECORDS + 2);
  g_assert_cmpfloat (sample->min, <=, 0.01);
  g_assert_cmpfloat_with_epsilon (sample->min, 0.01, 0.01 / 64);
  g_assert_cmpfloat (sample->max, >=, 50);
  g_assert_cmpfloat_with_epsilon (sample->max, 50, 50.0 / 32);
  hr_probe_close (probe);
}

/* Records from a thread of its own until it has recorded enough. Intervals are so long that recording never costs enough of them to be slowed
 * down, however long a busy computer keeps us from looking. */
#define THREAD_RECORDS 200000
#define LONG_INTERVAL (100 * SECOND)

static gpointer
record_thread (gpointer user_data)
{
  HrProbe *probe = user_data;
  HrMetric ranking = ranking_of (probe);

  for (guint i = 0; i < THREAD_RECORDS; i++)
    hr_probe_duration (probe, ranking, 1000 + i % 5000, 3);

  return NULL;
}

static void
test_intervals_add_up_while_threads_record (Fixture      *fixture,
                                            gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  GThread *threads[2];
  guint64  count = 0, in_buckets = 0;
  guint    metric = 0;
  double   sum = 0;

  /* Found before anything is recorded, so that all of it is in the intervals. */
  collect_after (fixture, SECOND / 10);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("record", record_thread, probe);

  while (count < 2 * 3 * (guint64) THREAD_RECORDS)
    {
      g_autoptr (HrSnapshot) snapshot = NULL;
      const HrSample *sample;

      collect_after (fixture, LONG_INTERVAL);
      snapshot = cut (fixture, 0);
      sample = sample_of (fixture, 0, snapshot, "thompson_duration_ms");
      if (sample == NULL)
        continue;
      metric = sample->metric;
      count += sample->count;
      sum += sample->sum;
      for (guint i = 0; i < sample->n_buckets; i++)
        in_buckets += sample->buckets[i].count;
      g_assert_cmpfloat (sample->min, >=, 333e-6);
      g_assert_cmpfloat (sample->min, <=, sample->max);
      g_assert_cmpfloat (sample->max, <=, 2000e-6);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (count, ==, 2 * 3 * THREAD_RECORDS);
  g_assert_cmpuint (in_buckets, ==, count);
  g_assert_cmpuint (hr_feed_get_totals (fixture->feeds->pdata[0], metric)->count, ==, count);
  g_assert_cmpfloat_with_epsilon (sum, 2 * THREAD_RECORDS * 3499.5e-6, 1e-3);
  hr_probe_close (probe);
}

typedef struct
{
  HrProbe *probe;
  gint     stop;
} Counting;

/* Each record is one nanosecond longer than the one before. */
static gpointer
count_thread (gpointer user_data)
{
  Counting *counting = user_data;
  HrMetric  ranking = ranking_of (counting->probe);

  for (guint64 ns = 1000000; !g_atomic_int_get (&counting->stop); ns++)
    {
      hr_probe_duration (counting->probe, ranking, ns, 1);
      g_thread_yield ();
    }

  return NULL;
}

/* While a thread records between our looks, an interval still begins where the one before ended. Buckets are 8 us wide
 * here, so extremes that were guessed from them would overlap. */
static void
test_extremes_are_exact_while_a_thread_records (Fixture      *fixture,
                                                gconstpointer user_data)
{
  Counting counting = { hr_probe_open_in (fixture->folder, "ranker"), 0 };
  GThread *thread = g_thread_new ("count", count_thread, &counting);
  guint    n_intervals = 0, n_exact = 0;
  gint64   last = -1;

  while (n_intervals < 300)
    {
      g_autoptr (HrSnapshot) snapshot = NULL;
      const HrSample *sample;

      collect_after (fixture, LONG_INTERVAL);
      snapshot = cut (fixture, 0);
      sample = sample_of (fixture, 0, snapshot, "thompson_duration_ms");
      if (sample == NULL)
        continue;
      if (last >= 0 && snapshot->lost == 0)
        {
          n_intervals++;
          n_exact += (gint64) (sample->min * 1e6 + 0.5) == last + 1;
        }
      last = (gint64) (sample->max * 1e6 + 0.5);
    }
  g_atomic_int_set (&counting.stop, 1);
  g_thread_join (thread);

  g_assert_cmpuint (n_exact, >, n_intervals * 3 / 4);
  hr_probe_close (counting.probe);
}

static void
test_what_was_before_goes_to_the_totals (Fixture      *fixture,
                                         gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric ranking = ranking_of (probe);
  g_autoptr (HrSnapshot) nothing = NULL;
  g_autoptr (HrSnapshot) first = NULL;
  g_autoptr (HrSnapshot) totals = NULL;
  HrFeed *feed;

  for (guint i = 0; i < 2 * HR_REGION_LANE_RECORDS; i++)
    hr_probe_duration (probe, ranking, 7000000, 1);

  /* The program is a hundred seconds old when it is first seen. */
  collect_after (fixture, 100 * SECOND);
  feed = fixture->feeds->pdata[0];
  nothing = cut (fixture, 0);
  g_assert_null (nothing);
  g_assert_cmpuint (hr_feed_get_totals (feed, 0)->count, ==, 2 * HR_REGION_LANE_RECORDS);

  hr_probe_duration (probe, ranking, 1000000, 1);
  collect_after (fixture, SECOND / 10);
  first = cut (fixture, 0);
  g_assert_cmpuint (first->samples[0].count, ==, 1);
  g_assert_cmpfloat_with_epsilon (first->samples[0].max, 1, 1e-12);
  g_assert_cmpint (first->interval_ns, ==, SECOND / 10);
  g_assert_cmpuint (first->lost, ==, 0);

  totals = hr_feed_totals (feed);
  g_assert_cmpuint (totals->samples[0].count, ==, 2 * HR_REGION_LANE_RECORDS + 1);
  hr_probe_close (probe);
}

static void
test_a_program_older_than_the_agent_starts_from_its_totals (Fixture      *fixture,
                                                            gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric ranking = ranking_of (probe);
  g_autoptr (HrSnapshot) nothing = NULL;

  fixture->collector->klass->free (fixture->collector);
  fixture->collector = hr_regions_new ("", fixture->folder, hr_clock_realtime (), HR_REGIONS_GRACE_NS);

  hr_probe_duration (probe, ranking, 7000000, 5);
  collect_after (fixture, SECOND / 10);
  nothing = cut (fixture, 0);
  g_assert_null (nothing);
  g_assert_cmpuint (hr_feed_get_totals (fixture->feeds->pdata[0], 0)->count, ==, 5);
  hr_probe_close (probe);
}

static void
test_spans_are_paths_with_their_own_time (Fixture      *fixture,
                                          gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autoptr (HrSnapshot) snapshot = NULL;
  const HrSample *rank, *draw, *sort;

  for (guint i = 0; i < 3; i++)
    HR_SPAN (probe, "rank")
      {
        HR_SPAN (probe, "draw")
          g_thread_yield ();
        HR_SPAN (probe, "sort")
          g_thread_yield ();
        HR_SPAN (probe, "sort")
          g_thread_yield ();
      }
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, 0);

  rank = sample_of (fixture, 0, snapshot, "/rank");
  draw = sample_of (fixture, 0, snapshot, "/rank/draw");
  sort = sample_of (fixture, 0, snapshot, "/rank/sort");
  g_assert_cmpint (hr_feed_get_metrics (fixture->feeds->pdata[0])[rank->metric].kind, ==, HR_KIND_SPAN);
  g_assert_cmpint (hr_feed_get_metrics (fixture->feeds->pdata[0])[rank->metric].unit, ==, HR_UNIT_MILLISECONDS);
  g_assert_cmpuint (rank->count, ==, 3);
  g_assert_cmpuint (draw->count, ==, 3);
  g_assert_cmpuint (sort->count, ==, 6);
  g_assert_cmpuint (sort->n_buckets, >, 0);
  g_assert_cmpfloat (draw->self, ==, draw->sum);
  g_assert_cmpfloat (sort->self, ==, sort->sum);
  g_assert_cmpfloat (rank->self, >=, 0);

  /* To the nanosecond that each of the ten was rounded by. */
  g_assert_cmpfloat_with_epsilon (rank->self, rank->sum - draw->sum - sort->sum, 12e-6);
  hr_probe_close (probe);
}

/* The self time, like the sum, is what came since the last interval. */
static void
test_self_time_is_the_intervals (Fixture      *fixture,
                                 gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (HrSnapshot) snapshot = NULL;
      const HrSample *rank;

      HR_SPAN (probe, "rank")
        g_thread_yield ();
      collect_after (fixture, SECOND / 10);
      snapshot = cut (fixture, 0);
      rank = sample_of (fixture, 0, snapshot, "/rank");
      g_assert_cmpuint (rank->count, ==, 1);
      g_assert_cmpfloat_with_epsilon (rank->self, rank->sum, 1e-12);
      g_assert_cmpfloat_with_epsilon (rank->max, rank->sum, 1e-12);
    }
  hr_probe_close (probe);
}

static void
test_spans_of_one_name_are_two_in_two_places (Fixture      *fixture,
                                              gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autoptr (HrSnapshot) snapshot = NULL;

  HR_SPAN (probe, "load")
    HR_SPAN (probe, "parse")
      g_thread_yield ();
  HR_SPAN (probe, "parse")
    g_thread_yield ();
  HR_SPAN (probe, "load/parse")
    g_thread_yield ();
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, 0);

  g_assert_cmpuint (sample_of (fixture, 0, snapshot, "/load/parse")->count, ==, 1);
  g_assert_cmpuint (sample_of (fixture, 0, snapshot, "/parse")->count, ==, 1);
  g_assert_cmpuint (sample_of (fixture, 0, snapshot, "/load∕parse")->count, ==, 1);
  hr_probe_close (probe);
}

/* A duration may be called what a span's path is; they are not added up. */
static void
test_a_name_that_is_taken_is_left_out (Fixture      *fixture,
                                       gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric taken = hr_probe_metric (probe, "/rank", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  g_autoptr (HrSnapshot) snapshot = NULL;

  hr_probe_duration (probe, taken, 1000, 1);
  HR_SPAN (probe, "rank")
    HR_SPAN (probe, "draw")
      g_thread_yield ();
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, 0);

  g_assert_cmpuint (sample_of (fixture, 0, snapshot, "/rank")->count, ==, 1);
  g_assert_cmpint (hr_feed_get_metrics (fixture->feeds->pdata[0])[0].kind, ==, HR_KIND_DURATION);
  g_assert_cmpuint (sample_of (fixture, 0, snapshot, "/rank/draw")->count, ==, 1);
  hr_probe_close (probe);
}

/* A look in the middle of a record may find its time in the sum and not yet in the count. It stays for the interval that counts it. */
static void
test_a_sum_ahead_of_its_count_is_not_lost (Fixture      *fixture,
                                           gconstpointer user_data)
{
  HrProbe        *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric        ranking = ranking_of (probe);
  HrRegionReader *reader;
  double          ahead = 1500;
  int             fd = open (hr_probe_path (probe), O_RDWR);
  g_autoptr (HrSnapshot) first = NULL;
  g_autoptr (HrSnapshot) nothing = NULL;
  g_autoptr (HrSnapshot) second = NULL;
  off_t place;

  g_assert_cmpint (hr_region_reader_open (hr_probe_path (probe), &reader), ==, HR_REGION_OK);
  place = (off_t) (hr_region_reader_header (reader)->lanes_offset + hr_region_reader_header (reader)->totals_offset);
  hr_probe_duration (probe, ranking, 1000, 1);
  collect_after (fixture, SECOND / 10);
  first = cut (fixture, 0);
  g_assert_cmpfloat_with_epsilon (first->samples[0].sum, 0.001, 1e-12);

  g_assert_cmpint (pwrite (fd, &ahead, sizeof ahead, place + (off_t) offsetof (HrRegionTotals, sum)), ==, sizeof ahead);
  collect_after (fixture, SECOND / 10);
  nothing = cut (fixture, 0);
  g_assert_null (nothing);

  hr_probe_duration (probe, ranking, 2000, 1);
  collect_after (fixture, SECOND / 10);
  second = cut (fixture, 0);
  g_assert_cmpuint (second->samples[0].count, ==, 1);
  g_assert_cmpfloat_with_epsilon (second->samples[0].sum, 0.0025, 1e-12);
  g_assert_cmpfloat_with_epsilon (second->samples[0].min, 0.002, 1e-12);
  close (fd);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_events_are_counted (Fixture      *fixture,
                         gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric full = hr_probe_metric (probe, "queue full", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  g_autoptr (HrSnapshot) snapshot = NULL;
  const HrSample *sample;

  hr_probe_event (probe, full, 17);
  hr_probe_event (probe, full, 5);
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, 0);
  sample = sample_of (fixture, 0, snapshot, "queue full");
  g_assert_cmpuint (sample->count, ==, 2);
  g_assert_cmpfloat (sample->last, ==, 5);
  g_assert_cmpint (hr_feed_get_metrics (fixture->feeds->pdata[0])[sample->metric].kind, ==, HR_KIND_EVENT);
  hr_probe_close (probe);
}

/* Metrics that rest are not read again; what comes after a rest is told in its own interval. */
static void
test_a_metric_comes_back_after_a_rest (Fixture      *fixture,
                                       gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric ranking = ranking_of (probe);
  HrMetric hits = hr_probe_metric (probe, "hits", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_HIGHER);

  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (HrSnapshot) busy = NULL;
      g_autoptr (HrSnapshot) rest = NULL;

      hr_probe_duration (probe, ranking, i * 1000003, 1);
      hr_probe_count (probe, hits, i);
      collect_after (fixture, SECOND / 10);
      busy = cut (fixture, 0);
      collect_after (fixture, SECOND / 10);
      rest = cut (fixture, 0);

      g_assert_null (rest);
      g_assert_cmpuint (sample_of (fixture, 0, busy, "thompson_duration_ms")->count, ==, 1);
      g_assert_cmpfloat_with_epsilon (sample_of (fixture, 0, busy, "thompson_duration_ms")->min, i * 1.000003, 1e-12);
      g_assert_cmpfloat (sample_of (fixture, 0, busy, "hits")->sum, ==, i);
    }
  hr_probe_close (probe);
}

#define ADD(path, test) ADD_CASE ("/collect/follower/" path, test)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("feed", test_a_program_becomes_a_feed);
  ADD ("kinds", test_every_kind_is_carried);
  ADD ("extremes", test_each_interval_has_its_own_extremes);
  ADD ("metrics", test_metrics_may_come_later);
  ADD ("lost", test_overtaken_records_lose_no_count);
  ADD ("threads", test_intervals_add_up_while_threads_record);
  ADD ("exact", test_extremes_are_exact_while_a_thread_records);
  ADD ("preload", test_what_was_before_goes_to_the_totals);
  ADD ("older", test_a_program_older_than_the_agent_starts_from_its_totals);
  ADD ("spans", test_spans_are_paths_with_their_own_time);
  ADD ("self", test_self_time_is_the_intervals);
  ADD ("same-name", test_spans_of_one_name_are_two_in_two_places);
  ADD ("taken-name", test_a_name_that_is_taken_is_left_out);
  ADD ("ahead", test_a_sum_ahead_of_its_count_is_not_lost);
  ADD ("events", test_events_are_counted);
  ADD ("rest", test_a_metric_comes_back_after_a_rest);

  return g_test_run ();
}
