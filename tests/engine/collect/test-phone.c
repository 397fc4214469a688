/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/phone.h"

#include <math.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)

static HrFeed *
make_feed (HrSourceRole role)
{
  HrStreamName name = { { 1, 2, 3 }, 7 };

  return hr_feed_new (&name, role, "phone", 0);
}

/* What the feed has of @metric since the last cut; NaN when it has nothing. */
static double
last_of (const HrSnapshot *snapshot,
         const HrFeed     *feed,
         const char       *metric)
{
  for (guint i = 0; snapshot != NULL && i < snapshot->n_samples; i++)
    if (g_str_equal (hr_feed_get_metrics (feed)[snapshot->samples[i].metric].name, metric))
      return snapshot->samples[i].last;

  return NAN;
}

static double
measured (HrFeed     *feed,
          const char *metric)
{
  static gint64 now_ns = SECOND;
  g_autoptr (HrSnapshot) snapshot = hr_feed_cut (feed, now_ns += SECOND);

  return last_of (snapshot, feed, metric);
}

static HrPhoneSample *
make_sample (guint64     pid,
             const char *name,
             double      cpu,
             double      footprint_mb)
{
  HrPhoneSample *sample = hr_phone_sample_new (2);

  sample->n_cores = 6;
  sample->processes[0].pid = 1;
  sample->processes[0].name = g_strdup ("launchd");
  sample->processes[1] = (HrPhoneProcess){ pid, g_strdup (name), cpu, footprint_mb };

  return sample;
}

static void
test_a_load_is_a_share_of_all_cores (void)
{
  g_autoptr (HrFeed) feed = make_feed (HR_SOURCE_DEVICE);
  g_autoptr (HrPhone) phone = hr_phone_new (feed);
  g_autoptr (HrPhoneSample) sample = hr_phone_sample_new (0);

  sample->n_cores = 6;
  sample->total_cpu = 1.5;
  hr_phone_add (phone, sample);
  g_assert_cmpfloat (measured (feed, "cpu_usage"), ==, 0.25);

  /* Rounded a little above what there is. */
  sample->total_cpu = 6.1;
  hr_phone_add (phone, sample);
  g_assert_cmpfloat (measured (feed, "cpu_usage"), ==, 1);

  /* Nonsense is no figure. */
  sample->total_cpu = 12;
  hr_phone_add (phone, sample);
  g_assert_true (isnan (measured (feed, "cpu_usage")));
}

static void
test_without_cores_a_load_says_nothing (void)
{
  g_autoptr (HrFeed) feed = make_feed (HR_SOURCE_DEVICE);
  g_autoptr (HrPhone) phone = hr_phone_new (feed);
  g_autoptr (HrPhoneSample) sample = hr_phone_sample_new (0);

  sample->total_cpu = 0.5;
  hr_phone_add (phone, sample);

  g_assert_true (isnan (measured (feed, "cpu_usage")));
}

static void
test_graphics_are_figures_of_the_phone (void)
{
  g_autoptr (HrFeed) feed = make_feed (HR_SOURCE_DEVICE);
  g_autoptr (HrPhone) phone = hr_phone_new (feed);
  g_autoptr (HrPhoneSample) sample = hr_phone_sample_new (0);
  g_autoptr (HrSnapshot) snapshot = NULL;

  sample->frames_per_second = 51;
  sample->device_utilization = 0.3;
  sample->tiler_utilization = 0;
  hr_phone_add (phone, sample);
  snapshot = hr_feed_cut (feed, SECOND);

  g_assert_cmpfloat (last_of (snapshot, feed, "frames_per_second"), ==, 51);
  g_assert_cmpfloat (last_of (snapshot, feed, "gpu_usage"), ==, 0.3);
  g_assert_cmpfloat (last_of (snapshot, feed, "gpu_tiler_usage"), ==, 0);
  g_assert_true (isnan (last_of (snapshot, feed, "gpu_renderer_usage")));
  g_assert_true (isnan (last_of (snapshot, feed, "ui_frame_time_ms")));
  g_assert_cmpuint (snapshot->n_samples, ==, 3);
}

static void
test_a_watched_process_has_figures_of_its_own (void)
{
  g_autoptr (HrFeed) feed = make_feed (HR_SOURCE_DEVICE);
  g_autoptr (HrFeed) ranker = make_feed (HR_SOURCE_PROCESS);
  g_autoptr (HrPhone) phone = hr_phone_new (feed);
  g_autoptr (HrPhoneSample) sample = make_sample (612, "Ranker", 3, 180);
  g_autoptr (HrSnapshot) snapshot = NULL;

  hr_phone_watch (phone, ranker, 612, "Ranker");
  hr_phone_add (phone, sample);
  snapshot = hr_feed_cut (ranker, SECOND);

  g_assert_cmpuint (hr_feed_get_pid (ranker), ==, 612);
  g_assert_cmpfloat (last_of (snapshot, ranker, "process_cpu_usage"), ==, 0.5);
  g_assert_cmpfloat (last_of (snapshot, ranker, "memory_usage_mb"), ==, 180);
  g_assert_cmpfloat (measured (feed, "process_count"), ==, 2);
}

static void
test_what_the_first_sample_does_not_tell_is_not_measured (void)
{
  g_autoptr (HrFeed) feed = make_feed (HR_SOURCE_DEVICE);
  g_autoptr (HrFeed) ranker = make_feed (HR_SOURCE_PROCESS);
  g_autoptr (HrPhone) phone = hr_phone_new (feed);
  g_autoptr (HrPhoneSample) sample = make_sample (612, "Ranker", NAN, 180);
  g_autoptr (HrSnapshot) snapshot = NULL;

  hr_phone_watch (phone, ranker, 612, "Ranker");
  hr_phone_add (phone, sample);
  snapshot = hr_feed_cut (ranker, SECOND);

  g_assert_true (isnan (last_of (snapshot, ranker, "process_cpu_usage")));
  g_assert_cmpfloat (last_of (snapshot, ranker, "memory_usage_mb"), ==, 180);
}

/* A feed ends when its process is missing, or its number is another program's. */
static void
test_a_process_that_is_gone_ends_its_feed (gconstpointer data)
{
  const char *name = data;
  g_autoptr (HrFeed) feed = make_feed (HR_SOURCE_DEVICE);
  g_autoptr (HrFeed) ranker = make_feed (HR_SOURCE_PROCESS);
  g_autoptr (HrPhone) phone = hr_phone_new (feed);
  g_autoptr (HrPhoneSample) before = make_sample (612, "Ranker", 1, 180);
  g_autoptr (HrPhoneSample) after = make_sample (name != NULL ? 612 : 613, name != NULL ? name : "Ranker", 1, 20);

  hr_phone_watch (phone, ranker, 612, "Ranker");
  hr_phone_add (phone, before);
  g_assert_null (hr_feed_get_ended (ranker));
  g_assert_cmpfloat (measured (ranker, "memory_usage_mb"), ==, 180);

  hr_phone_add (phone, after);
  g_assert_nonnull (hr_feed_get_ended (ranker));
  g_assert_true (isnan (measured (ranker, "memory_usage_mb")));
}

/* Messages of graphics name no processes: nothing has ended then. */
static void
test_a_sample_without_processes_ends_none (void)
{
  g_autoptr (HrFeed) feed = make_feed (HR_SOURCE_DEVICE);
  g_autoptr (HrFeed) ranker = make_feed (HR_SOURCE_PROCESS);
  g_autoptr (HrPhone) phone = hr_phone_new (feed);
  g_autoptr (HrPhoneSample) sample = hr_phone_sample_new (0);

  hr_phone_watch (phone, ranker, 612, "Ranker");
  hr_phone_add (phone, sample);

  g_assert_null (hr_feed_get_ended (ranker));
}

static void
test_what_is_paused_or_no_longer_watched_measures_nothing (void)
{
  g_autoptr (HrFeed) feed = make_feed (HR_SOURCE_DEVICE);
  g_autoptr (HrFeed) ranker = make_feed (HR_SOURCE_PROCESS);
  g_autoptr (HrPhone) phone = hr_phone_new (feed);
  g_autoptr (HrPhoneSample) sample = make_sample (612, "Ranker", 1, 180);

  hr_phone_watch (phone, ranker, 612, "Ranker");
  hr_feed_set_sampling (ranker, FALSE);
  hr_feed_set_sampling (feed, FALSE);
  hr_phone_add (phone, sample);
  g_assert_true (isnan (measured (ranker, "memory_usage_mb")));
  g_assert_true (isnan (measured (feed, "process_count")));

  hr_feed_set_sampling (ranker, TRUE);
  hr_phone_unwatch (phone, 612);
  hr_phone_add (phone, sample);
  g_assert_true (isnan (measured (ranker, "memory_usage_mb")));
  g_assert_null (hr_feed_get_ended (ranker));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/phone/share-of-all-cores", test_a_load_is_a_share_of_all_cores);
  g_test_add_func ("/phone/without-cores", test_without_cores_a_load_says_nothing);
  g_test_add_func ("/phone/graphics", test_graphics_are_figures_of_the_phone);
  g_test_add_func ("/phone/watched", test_a_watched_process_has_figures_of_its_own);
  g_test_add_func ("/phone/first-sample", test_what_the_first_sample_does_not_tell_is_not_measured);
  g_test_add_data_func ("/phone/gone", NULL, test_a_process_that_is_gone_ends_its_feed);
  g_test_add_data_func ("/phone/another", "Game", test_a_process_that_is_gone_ends_its_feed);
  g_test_add_func ("/phone/without-processes", test_a_sample_without_processes_ends_none);
  g_test_add_func ("/phone/paused", test_what_is_paused_or_no_longer_watched_measures_nothing);

  return g_test_run ();
}
