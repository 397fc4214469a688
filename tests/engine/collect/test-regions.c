/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/regions.h"
#include "engine/probe/probe.h"
#include "engine/probe/reader.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)
#define NO_GRACE 0

typedef struct
{
  char        *folder;
  GPtrArray   *feeds;
  HrCollector *collector;
  gint64       now_ns;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_feed_unref);
  fixture->collector = hr_regions_new (fixture->folder, 7, HR_REGIONS_GRACE_NS);
  fixture->now_ns = (gint64) hr_clock_monotonic ();
}

static guint
count_files (Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;

  return n;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  fixture->collector->klass->free (fixture->collector);
  g_ptr_array_unref (fixture->feeds);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

/* Lets the collector of the fixture remove what is dead at once. */
static void
forget_grace (Fixture *fixture)
{
  fixture->collector->klass->free (fixture->collector);
  fixture->collector = hr_regions_new (fixture->folder, 7, NO_GRACE);
}

/* One round, @ns after the last. */
static void
collect_after (Fixture *fixture,
               gint64   ns)
{
  g_autoptr (GError) error = NULL;

  fixture->now_ns += ns;
  g_assert_true (fixture->collector->klass->collect (fixture->collector, fixture->now_ns, fixture->feeds, &error));
  g_assert_no_error (error);
}

static HrSnapshot *
cut (Fixture *fixture,
     guint    feed)
{
  return hr_feed_cut (fixture->feeds->pdata[feed], fixture->now_ns);
}

static HrMetric
ranking_of (HrProbe *probe)
{
  return hr_probe_metric (probe, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
}

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

/* Records from a thread of its own until it has recorded enough. */
#define THREAD_RECORDS 200000

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
  double   sum = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("record", record_thread, probe);

  while (count < 2 * 3 * (guint64) THREAD_RECORDS)
    {
      g_autoptr (HrSnapshot) snapshot = NULL;

      collect_after (fixture, SECOND / 10);
      snapshot = cut (fixture, 0);
      if (snapshot == NULL)
        continue;
      count += snapshot->samples[0].count;
      sum += snapshot->samples[0].sum;
      for (guint i = 0; i < snapshot->samples[0].n_buckets; i++)
        in_buckets += snapshot->samples[0].buckets[i].count;
      g_assert_cmpfloat (snapshot->samples[0].min, >=, 333e-6);
      g_assert_cmpfloat (snapshot->samples[0].min, <=, snapshot->samples[0].max);
      g_assert_cmpfloat (snapshot->samples[0].max, <=, 2000e-6);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (count, ==, 2 * 3 * THREAD_RECORDS);
  g_assert_cmpuint (in_buckets, ==, count);
  g_assert_cmpuint (hr_feed_get_totals (fixture->feeds->pdata[0], 0)->count, ==, count);
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

      collect_after (fixture, SECOND / 10);
      snapshot = fixture->feeds->len > 0 ? cut (fixture, 0) : NULL;
      if (snapshot == NULL)
        continue;
      if (last >= 0 && snapshot->lost == 0)
        {
          n_intervals++;
          n_exact += (gint64) (snapshot->samples[0].min * 1e6 + 0.5) == last + 1;
        }
      last = (gint64) (snapshot->samples[0].max * 1e6 + 0.5);
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
  fixture->collector = hr_regions_new (fixture->folder, hr_clock_realtime (), HR_REGIONS_GRACE_NS);

  hr_probe_duration (probe, ranking, 7000000, 5);
  collect_after (fixture, SECOND / 10);
  nothing = cut (fixture, 0);
  g_assert_null (nothing);
  g_assert_cmpuint (hr_feed_get_totals (fixture->feeds->pdata[0], 0)->count, ==, 5);
  hr_probe_close (probe);
}

static void
test_a_program_that_ends_is_drained_first (Fixture      *fixture,
                                           gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric ranking = ranking_of (probe);
  g_autoptr (HrSnapshot) snapshot = NULL;

  collect_after (fixture, SECOND / 10);
  hr_probe_duration (probe, ranking, 5000, 4);
  hr_probe_close (probe);
  collect_after (fixture, SECOND / 10);

  snapshot = cut (fixture, 0);
  g_assert_cmpuint (snapshot->samples[0].count, ==, 4);
  g_assert_cmpstr (hr_feed_get_ended (fixture->feeds->pdata[0]), ==, "the program ended");
  g_assert_cmpuint (count_files (fixture), ==, 1);

  /* It is neither found again nor removed before its time. */
  collect_after (fixture, 2 * SECOND);
  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_cmpuint (count_files (fixture), ==, 1);
}

static void
test_a_program_that_ended_unseen_is_told_once (Fixture      *fixture,
                                               gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autoptr (HrSnapshot) snapshot = NULL;

  hr_probe_duration (probe, ranking_of (probe), 5000, 4);
  hr_probe_close (probe);
  collect_after (fixture, SECOND * 5);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  snapshot = cut (fixture, 0);
  g_assert_cmpuint (snapshot->samples[0].count, ==, 4);
  g_assert_nonnull (hr_feed_get_ended (fixture->feeds->pdata[0]));
}

/* Too long ago for an interval, its numbers still count. */
static void
test_a_program_that_ended_in_a_long_pause_is_in_the_totals (Fixture      *fixture,
                                                            gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autoptr (HrSnapshot) nothing = NULL;

  hr_probe_duration (probe, ranking_of (probe), 5000, 4);
  hr_probe_close (probe);
  collect_after (fixture, SECOND * 60);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  nothing = cut (fixture, 0);
  g_assert_null (nothing);
  g_assert_cmpuint (hr_feed_get_totals (fixture->feeds->pdata[0], 0)->count, ==, 4);
  g_assert_nonnull (hr_feed_get_ended (fixture->feeds->pdata[0]));
}

static void
test_a_program_long_gone_is_removed (Fixture      *fixture,
                                     gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");

  hr_probe_close (probe);
  forget_grace (fixture);
  collect_after (fixture, SECOND);

  g_assert_cmpuint (fixture->feeds->len, ==, 0);
  g_assert_cmpuint (count_files (fixture), ==, 0);
}

static void
test_a_program_that_ended_is_removed_in_time (Fixture      *fixture,
                                              gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");

  forget_grace (fixture);
  collect_after (fixture, SECOND / 10);
  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  hr_probe_close (probe);
  collect_after (fixture, SECOND / 10);
  g_assert_nonnull (hr_feed_get_ended (fixture->feeds->pdata[0]));
  collect_after (fixture, 2 * SECOND);
  g_assert_cmpuint (count_files (fixture), ==, 0);
}

static void
test_changes_within_one_step_of_the_clock_are_seen (Fixture      *fixture,
                                                    gconstpointer user_data)
{
  const struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };
  HrProbe              *probes[2];

  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      probes[i] = hr_probe_open_in (fixture->folder, "ranker");
      g_assert_cmpint (utimensat (AT_FDCWD, fixture->folder, times, 0), ==, 0);
      collect_after (fixture, SECOND / 10);
      g_assert_cmpuint (fixture->feeds->len, ==, i + 1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    hr_probe_close (probes[i]);
}

static void
test_a_copy_is_not_another_program (Fixture      *fixture,
                                    gconstpointer user_data)
{
  HrProbe         *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autofree char *copy = g_build_filename (fixture->folder, "copy-1.region", NULL);

  collect_after (fixture, SECOND / 10);
  g_assert_cmpint (link (hr_probe_path (probe), copy), ==, 0);
  collect_after (fixture, SECOND / 10);
  collect_after (fixture, SECOND / 10);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_nonnull (strstr (fixture->collector->klass->notice (fixture->collector), "copy-1.region"));
  hr_probe_close (probe);
}

static void
test_records_without_a_place_are_told (Fixture      *fixture,
                                       gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autoptr (HrSnapshot) snapshot = NULL;

  for (guint i = 0; i < 3; i++)
    hr_probe_gauge (probe, HR_METRIC_NONE, 1);
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, 0);

  g_assert_cmpstr (hr_feed_get_metrics (fixture->feeds->pdata[0])[0].name, ==, "records_unplaced");
  g_assert_cmpfloat (snapshot->samples[0].sum, ==, 3);
  hr_probe_close (probe);
}

static void
test_a_foreign_file_is_told_and_left_alone (Fixture      *fixture,
                                            gconstpointer user_data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "bad-1.region", NULL);
  g_autofree char *other = g_build_filename (fixture->folder, "readme.txt", NULL);
  HrProbe         *probe = hr_probe_open_in (fixture->folder, "ranker");

  g_assert_true (g_file_set_contents_full (path, "not a region", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_true (g_file_set_contents (other, "hello", -1, NULL));
  collect_after (fixture, SECOND / 10);
  collect_after (fixture, SECOND / 10);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_nonnull (strstr (fixture->collector->klass->notice (fixture->collector), "bad-1.region"));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  g_unlink (path);
  collect_after (fixture, SECOND / 10);
  collect_after (fixture, SECOND / 10);
  g_assert_null (fixture->collector->klass->notice (fixture->collector));
  hr_probe_close (probe);
}

static void
test_a_region_cut_short_ends_its_feed_alone (Fixture      *fixture,
                                             gconstpointer user_data)
{
  HrProbe *damaged = hr_probe_open_in (fixture->folder, "damaged");
  HrProbe *sound = hr_probe_open_in (fixture->folder, "sound");
  HrMetric ranking = ranking_of (sound);
  g_autoptr (HrSnapshot) snapshot = NULL;
  guint sound_feed;

  collect_after (fixture, SECOND / 10);
  g_assert_cmpuint (fixture->feeds->len, ==, 2);
  sound_feed = g_str_equal (hr_feed_get_title (fixture->feeds->pdata[0]), "sound") ? 0 : 1;

  g_assert_cmpint (truncate (hr_probe_path (damaged), 100), ==, 0);
  hr_probe_duration (sound, ranking, 1000, 1);
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, sound_feed);

  g_assert_nonnull (hr_feed_get_ended (fixture->feeds->pdata[1 - sound_feed]));
  g_assert_null (hr_feed_get_ended (fixture->feeds->pdata[sound_feed]));
  g_assert_cmpuint (snapshot->samples[0].count, ==, 1);
  hr_probe_close (sound);
}

static void
count_cleanup (void *user_data)
{
  (*(guint *) user_data)++;
}

static void
test_commands_reach_the_program (Fixture      *fixture,
                                 gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  guint    n_cleanups = 0;
  HrFeed  *feed;

  hr_probe_on_cleanup (probe, count_cleanup, &n_cleanups);
  collect_after (fixture, SECOND / 10);
  feed = fixture->feeds->pdata[0];
  g_assert_true (hr_feed_get_sampling (feed));

  hr_feed_set_sampling (feed, FALSE);
  g_assert_false (hr_probe_sampling (probe));
  collect_after (fixture, SECOND / 10);
  g_assert_false (hr_feed_get_sampling (feed));
  hr_feed_set_sampling (feed, TRUE);
  g_assert_true (hr_probe_sampling (probe));

  hr_feed_request_cleanup (feed);
  hr_probe_poll (probe);
  g_assert_cmpuint (n_cleanups, ==, 1);
  hr_probe_close (probe);

  /* Nobody is behind the feed any more. */
  collect_after (fixture, SECOND / 10);
  hr_feed_request_cleanup (feed);
}

/* Gives every region the look of one whose program began long ago. */
static void
make_old (Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char     *name;
  struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
    }
}

static void
test_a_program_killed_loses_no_count (Fixture      *fixture,
                                      gconstpointer user_data)
{
  guint64 count = 0;
  int     ready[2];
  char    byte;
  pid_t   child;

  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  if (child == 0)
    {
      HrProbe *probe = hr_probe_open_in (fixture->folder, "victim");
      HrMetric ranking = ranking_of (probe);

      for (guint i = 0; i < 50000; i++)
        hr_probe_duration (probe, ranking, 1000 + i, 2);
      if (write (ready[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }

  collect_after (fixture, SECOND / 10);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  collect_after (fixture, SECOND / 10);
  make_old (fixture);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  collect_after (fixture, SECOND / 10);

  /* It is not removed before its grace: another agent may still be reading. */
  collect_after (fixture, 2 * SECOND);
  g_assert_cmpuint (count_files (fixture), ==, 1);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_cmpstr (hr_feed_get_ended (fixture->feeds->pdata[0]), ==, "the program ended");
  while (TRUE)
    {
      g_autoptr (HrSnapshot) snapshot = cut (fixture, 0);

      if (snapshot == NULL)
        break;
      count += snapshot->samples[0].count;
    }
  g_assert_cmpuint (count, ==, 100000);
  close (ready[0]);
  close (ready[1]);
}

static void
test_no_folder_is_no_failure (void)
{
  HrCollector *collector = hr_regions_new ("/nonexistent/headroom", 1, NO_GRACE);
  g_autoptr (GPtrArray) feeds = g_ptr_array_new ();

  g_assert_true (collector->klass->collect (collector, SECOND, feeds, NULL));
  g_assert_cmpuint (feeds->len, ==, 0);
  collector->klass->free (collector);
}

static void
test_a_folder_that_cannot_be_read_is_a_failure (void)
{
  HrCollector *collector = hr_regions_new ("/dev/null", 1, NO_GRACE);
  g_autoptr (GPtrArray) feeds = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (collector->klass->collect (collector, SECOND, feeds, &error));
  g_assert_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_UNREADABLE);
  collector->klass->free (collector);
}

#define ADD(path, test) g_test_add ("/collect/regions/" path, Fixture, NULL, set_up, test, tear_down)

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
  ADD ("gone", test_a_program_that_ends_is_drained_first);
  ADD ("unseen", test_a_program_that_ended_unseen_is_told_once);
  ADD ("pause", test_a_program_that_ended_in_a_long_pause_is_in_the_totals);
  ADD ("long-gone", test_a_program_long_gone_is_removed);
  ADD ("removed", test_a_program_that_ended_is_removed_in_time);
  ADD ("clock", test_changes_within_one_step_of_the_clock_are_seen);
  ADD ("copy", test_a_copy_is_not_another_program);
  ADD ("unplaced", test_records_without_a_place_are_told);
  ADD ("foreign", test_a_foreign_file_is_told_and_left_alone);
  ADD ("cut", test_a_region_cut_short_ends_its_feed_alone);
  ADD ("control", test_commands_reach_the_program);
  ADD ("killed", test_a_program_killed_loses_no_count);
  g_test_add_func ("/collect/regions/no-folder", test_no_folder_is_no_failure);
  g_test_add_func ("/collect/regions/unreadable", test_a_folder_that_cannot_be_read_is_a_failure);

  return g_test_run ();
}
