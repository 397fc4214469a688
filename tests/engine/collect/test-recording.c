/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What an agent tells of a program's probe beside what the program measures, and how it slows the probe down. */

#include "engine/model/category.h"
#include "engine/probe/category.h"
#include "tests/engine/collect/regions-fixture.h"

/* Opens a probe at the collector's time now, so that a second later is a second of the probe's too. */
static HrProbe *
open_probe (Fixture *fixture)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");

  fixture->now_ns = (gint64) hr_clock_monotonic ();

  return probe;
}

/* Opens the region of @probe once more, to see what was written there. */
static HrRegionReader *
look_into (HrProbe *probe)
{
  HrRegionReader *reader = NULL;

  g_assert_cmpint (hr_region_reader_open (hr_probe_path (probe), &reader), ==, HR_REGION_OK);

  return reader;
}

static guint
stride_of (HrProbe *probe)
{
  HrRegionReader *reader = look_into (probe);
  guint           stride = hr_region_reader_get_stride (reader);

  hr_region_reader_close (reader);

  return stride;
}

static void
set_stride (HrProbe *probe,
            guint    stride)
{
  HrRegionReader *reader = look_into (probe);

  hr_region_reader_set_stride (reader, stride);
  hr_region_reader_close (reader);
}

/* Makes as many records as cost the share @overhead of a second in this process. Returns what they cost in truth, in seconds. */
static double
spend (HrProbe *probe,
       double   overhead)
{
  HrRegionReader *reader = look_into (probe);
  double          record_ns = hr_region_reader_header (reader)->record_ns;
  HrMetric        ranking = ranking_of (probe);
  guint64         n_records;

  g_assert_cmpfloat (record_ns, >, 0);
  n_records = (guint64) (overhead * (double) SECOND / record_ns);
  for (guint64 i = 0; i < n_records; i++)
    hr_probe_duration (probe, ranking, 1000, 1);
  hr_region_reader_close (reader);

  return (double) n_records * record_ns / (double) SECOND;
}

/* Lets @ns pass and returns what is told of @name then, -1 when nothing is. */
static double
told_after (Fixture    *fixture,
            gint64      ns,
            const char *name)
{
  g_autoptr (HrSnapshot) snapshot = NULL;
  const HrSample *sample;

  collect_after (fixture, ns);
  snapshot = cut (fixture, 0);
  sample = sample_of (fixture, 0, snapshot, name);

  return sample != NULL ? sample->last : -1;
}

/* Lets the first second pass, and what was told in it go. */
static void
settle (Fixture *fixture)
{
  told_after (fixture, SECOND, "");
}

static void
test_records_without_a_place_are_told (Fixture      *fixture,
                                       gconstpointer user_data)
{
  HrProbe *probe = open_probe (fixture);

  for (guint i = 0; i < 3; i++)
    hr_probe_gauge (probe, HR_METRIC_NONE, 1);
  g_assert_cmpfloat (told_after (fixture, SECOND / 10, "records_unplaced"), ==, 3);
  g_assert_cmpfloat (told_after (fixture, SECOND / 10, "records_unplaced"), ==, -1);
  hr_probe_close (probe);
}

static void
test_records_left_out_are_told (Fixture      *fixture,
                                gconstpointer user_data)
{
  HrProbe *probe = open_probe (fixture);
  HrMetric ranking = ranking_of (probe);
  g_autoptr (HrSnapshot) snapshot = NULL;
  double n_skipped, n_measured;

  collect_after (fixture, SECOND / 10);
  set_stride (probe, 4);
  for (guint i = 0; i < 10000; i++)
    hr_probe_duration (probe, ranking, 1000, 1);
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, 0);

  n_skipped = sample_of (fixture, 0, snapshot, "records_skipped")->sum;
  n_measured = (double) sample_of (fixture, 0, snapshot, "thompson_duration_ms")->count;
  g_assert_cmpfloat (n_skipped + n_measured, ==, 10000);
  g_assert_cmpfloat (n_measured, >, 2000);
  g_assert_cmpfloat (n_measured, <, 3000);
  hr_probe_close (probe);
}

static void
test_overhead_is_told_once_a_second (Fixture      *fixture,
                                     gconstpointer user_data)
{
  HrProbe *probe = open_probe (fixture);
  double   spent;

  settle (fixture);
  spent = spend (probe, 0.004);
  for (guint i = 0; i < 9; i++)
    g_assert_cmpfloat (told_after (fixture, SECOND / 10, HR_METRIC_PROBE_OVERHEAD), ==, -1);
  g_assert_cmpfloat_with_epsilon (told_after (fixture, SECOND / 10, HR_METRIC_PROBE_OVERHEAD), spent, 1e-9);
  g_assert_cmpfloat (told_after (fixture, SECOND, HR_METRIC_PROBE_OVERHEAD), ==, 0);

  /* Looked at late, the same work is a smaller share. */
  spent = spend (probe, 0.004);
  g_assert_cmpfloat_with_epsilon (told_after (fixture, 4 * SECOND, HR_METRIC_PROBE_OVERHEAD), spent / 4, 1e-9);
  hr_probe_close (probe);
}

static void
test_what_was_before_is_no_overhead (Fixture      *fixture,
                                     gconstpointer user_data)
{
  HrProbe *probe = open_probe (fixture);

  spend (probe, 0.02);
  collect_after (fixture, 100 * SECOND);
  g_assert_cmpfloat (told_after (fixture, SECOND, HR_METRIC_PROBE_OVERHEAD), ==, 0);
  g_assert_cmpuint (stride_of (probe), ==, 1);
  hr_probe_close (probe);
}

static void
test_too_much_recording_is_slowed_down (Fixture      *fixture,
                                        gconstpointer user_data)
{
  HrProbe *probe = open_probe (fixture);
  g_autoptr (HrSnapshot) snapshot = NULL;
  const HrSample *event;

  settle (fixture);
  spend (probe, 0.02);
  collect_after (fixture, SECOND);
  g_assert_cmpuint (stride_of (probe), ==, 2);

  snapshot = cut (fixture, 0);
  event = sample_of (fixture, 0, snapshot, "sampling slowed down");
  g_assert_cmpuint (event->count, ==, 1);
  g_assert_cmpfloat (event->last, ==, 2);
  g_assert_cmpint (hr_feed_get_metrics (fixture->feeds->pdata[0])[event->metric].kind, ==, HR_KIND_EVENT);
  g_assert_cmpfloat (sample_of (fixture, 0, snapshot, HR_METRIC_SAMPLING_STRIDE)->last, ==, 2);

  /* A second at rest, and everything is measured again; that is no event. */
  g_assert_cmpfloat (told_after (fixture, SECOND, "sampling slowed down"), ==, -1);
  g_assert_cmpuint (stride_of (probe), ==, 1);
  g_assert_cmpfloat (told_after (fixture, SECOND, HR_METRIC_SAMPLING_STRIDE), ==, 1);
  hr_probe_close (probe);
}

/* Events are recorded whatever the stride. */
static void
test_events_alone_slow_nothing_down (Fixture      *fixture,
                                     gconstpointer user_data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        event = hr_probe_metric (probe, "jobs arrived", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  HrRegionReader *reader = look_into (probe);
  guint64         n_events = (guint64) (0.02 * (double) SECOND / hr_region_reader_header (reader)->record_ns);

  settle (fixture);
  for (guint64 i = 0; i < n_events; i++)
    hr_probe_event (probe, event, 0);
  g_assert_cmpfloat_with_epsilon (told_after (fixture, SECOND, HR_METRIC_PROBE_OVERHEAD), 0.02, 1e-6);
  g_assert_cmpuint (hr_region_reader_get_stride (reader), ==, 1);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Counts make no record, and a scope that is left out costs a little all the same. */
static void
test_small_costs_are_in_the_overhead (Fixture      *fixture,
                                      gconstpointer user_data)
{
  HrProbe              *probe = open_probe (fixture);
  HrMetric              ranking = ranking_of (probe);
  HrMetric              hits = hr_probe_metric (probe, "hits", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_HIGHER);
  HrRegionReader       *reader = look_into (probe);
  const HrRegionHeader *header = hr_region_reader_header (reader);
  double                expected;

  settle (fixture);
  for (guint i = 0; i < 100000; i++)
    hr_probe_count (probe, hits, 3);
  g_assert_cmpuint (header->count_ps, >, 0);
  g_assert_cmpfloat_with_epsilon (told_after (fixture, SECOND, HR_METRIC_PROBE_OVERHEAD), 100000 * 1e-12 * header->count_ps, 1e-12);

  set_stride (probe, 1u << HR_CONTROL_STRIDE_LIMIT);
  for (guint i = 0; i < 100000; i++)
    hr_probe_end (probe, ranking, hr_probe_begin (probe), 1);
  g_assert_cmpuint (header->skip_ps, >, 0);
  expected = (double) hr_region_reader_skipped (reader) * 1e-12 * header->skip_ps + (double) hr_region_reader_written (reader) * 1e-9 * header->record_ns;
  g_assert_cmpfloat_with_epsilon (told_after (fixture, SECOND, HR_METRIC_PROBE_OVERHEAD), expected, 1e-12);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_paused_program_is_not_judged (Fixture      *fixture,
                                     gconstpointer user_data)
{
  HrProbe *probe = open_probe (fixture);

  settle (fixture);
  spend (probe, 0.02);
  hr_feed_set_sampling (fixture->feeds->pdata[0], FALSE);
  g_assert_cmpfloat (told_after (fixture, SECOND, HR_METRIC_PROBE_OVERHEAD), ==, -1);
  hr_feed_set_sampling (fixture->feeds->pdata[0], TRUE);
  g_assert_cmpfloat (told_after (fixture, SECOND, HR_METRIC_PROBE_OVERHEAD), ==, 0);
  g_assert_cmpuint (stride_of (probe), ==, 1);
  hr_probe_close (probe);
}

/* An agent that was killed left the program half measured: the next one steps back from there. */
static void
test_a_stride_that_is_found_is_stepped_back (Fixture      *fixture,
                                             gconstpointer user_data)
{
  HrProbe *probe = open_probe (fixture);

  set_stride (probe, 8);
  collect_after (fixture, SECOND);
  for (guint stride = 4; stride >= 1; stride /= 2)
    {
      g_assert_cmpuint (stride_of (probe), ==, stride);
      collect_after (fixture, SECOND);
    }
  g_assert_cmpuint (stride_of (probe), ==, 1);
  hr_probe_close (probe);
}

static void
test_an_agent_that_leaves_lets_go (Fixture      *fixture,
                                   gconstpointer user_data)
{
  HrProbe *probe = open_probe (fixture);

  collect_after (fixture, SECOND / 10);
  set_stride (probe, 8);
  fixture->collector->klass->free (fixture->collector);
  g_assert_cmpuint (stride_of (probe), ==, 1);
  g_assert_true (hr_probe_sampling (probe));

  fixture->collector = hr_regions_new ("", fixture->folder, 8, HR_REGIONS_GRACE_NS);
  hr_probe_close (probe);
}

static void
test_categories_are_a_level_and_a_flow (Fixture      *fixture,
                                        gconstpointer user_data)
{
  HrProbe   *probe = open_probe (fixture);
  HrCategory caching = hr_probe_category (probe, "caching");
  g_autoptr (HrSnapshot) first = NULL;
  g_autoptr (HrSnapshot) second = NULL;
  const HrMetricInfo *metric;
  const HrSample     *in_use, *allocated;

  hr_probe_allocated (probe, caching, 3000000);
  hr_probe_freed (probe, caching, 1000000);
  collect_after (fixture, SECOND / 10);
  first = cut (fixture, 0);
  in_use = sample_of (fixture, 0, first, HR_CATEGORY_IN_USE "caching");
  allocated = sample_of (fixture, 0, first, HR_CATEGORY_ALLOCATED "caching");
  g_assert_cmpfloat_with_epsilon (in_use->last, 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (allocated->sum, 3, 1e-12);
  metric = &hr_feed_get_metrics (fixture->feeds->pdata[0])[in_use->metric];
  g_assert_cmpint (metric->kind, ==, HR_KIND_GAUGE);
  g_assert_cmpint (metric->unit, ==, HR_UNIT_MEGABYTES);
  g_assert_cmpint (hr_feed_get_metrics (fixture->feeds->pdata[0])[allocated->metric].kind, ==, HR_KIND_COUNTER);

  hr_probe_freed (probe, caching, 500000);
  collect_after (fixture, SECOND / 10);
  second = cut (fixture, 0);
  g_assert_cmpfloat_with_epsilon (sample_of (fixture, 0, second, HR_CATEGORY_IN_USE "caching")->last, 1.5, 1e-12);
  g_assert_null (sample_of (fixture, 0, second, HR_CATEGORY_ALLOCATED "caching"));
  hr_probe_close (probe);
}

static void
test_a_steady_level_is_told_once_a_second (Fixture      *fixture,
                                           gconstpointer user_data)
{
  HrProbe   *probe = open_probe (fixture);
  HrCategory caching = hr_probe_category (probe, "caching");

  hr_probe_allocated (probe, caching, 3000000);
  g_assert_cmpfloat (told_after (fixture, SECOND / 10, HR_CATEGORY_IN_USE "caching"), ==, 3);
  for (guint i = 0; i < 9; i++)
    g_assert_cmpfloat (told_after (fixture, SECOND / 10, HR_CATEGORY_IN_USE "caching"), ==, -1);
  g_assert_cmpfloat (told_after (fixture, SECOND / 10, HR_CATEGORY_IN_USE "caching"), ==, 3);
  g_assert_cmpfloat (told_after (fixture, SECOND / 10, HR_CATEGORY_IN_USE "caching"), ==, -1);
  hr_probe_close (probe);
}

/* What one thread allocated and another one freed is not in use, whichever lane counted it. */
static gpointer
free_thread (gpointer user_data)
{
  HrProbe *probe = user_data;

  hr_probe_freed (probe, hr_probe_category (probe, "caching"), 1000000);

  return NULL;
}

static void
test_the_books_are_those_of_all_threads (Fixture      *fixture,
                                         gconstpointer user_data)
{
  HrProbe *probe = open_probe (fixture);

  hr_probe_allocated (probe, hr_probe_category (probe, "caching"), 4000000);
  g_thread_join (g_thread_new ("free", free_thread, probe));
  g_assert_cmpfloat (told_after (fixture, SECOND / 10, HR_CATEGORY_IN_USE "caching"), ==, 3);
  hr_probe_close (probe);
}

/* A program older than its agent: what it allocated before is no flow of now, but its level is there at once. */
static void
test_allocations_before_go_to_the_totals (Fixture      *fixture,
                                          gconstpointer user_data)
{
  HrProbe   *probe = open_probe (fixture);
  HrCategory caching = hr_probe_category (probe, "caching");
  g_autoptr (HrSnapshot) snapshot = NULL;
  g_autoptr (HrSnapshot) totals = NULL;

  hr_probe_allocated (probe, caching, 3000000);
  collect_after (fixture, 100 * SECOND);
  snapshot = cut (fixture, 0);
  g_assert_cmpfloat (sample_of (fixture, 0, snapshot, HR_CATEGORY_IN_USE "caching")->last, ==, 3);
  g_assert_null (sample_of (fixture, 0, snapshot, HR_CATEGORY_ALLOCATED "caching"));

  totals = hr_feed_totals (fixture->feeds->pdata[0]);
  g_assert_cmpfloat (sample_of (fixture, 0, totals, HR_CATEGORY_ALLOCATED "caching")->sum, ==, 3);
  hr_probe_close (probe);
}

static void
test_allocations_in_a_pause_are_no_burst (Fixture      *fixture,
                                          gconstpointer user_data)
{
  HrProbe   *probe = open_probe (fixture);
  HrCategory caching = hr_probe_category (probe, "caching");
  HrFeed    *feed;

  told_after (fixture, SECOND / 10, "");
  feed = fixture->feeds->pdata[0];
  hr_feed_set_sampling (feed, FALSE);
  hr_probe_allocated (probe, caching, 3000000);
  g_assert_cmpfloat (told_after (fixture, SECOND, HR_CATEGORY_IN_USE "caching"), ==, -1);

  hr_feed_set_sampling (feed, TRUE);
  g_assert_cmpfloat (told_after (fixture, SECOND / 10, HR_CATEGORY_ALLOCATED "caching"), ==, -1);
  hr_probe_allocated (probe, caching, 1000000);
  g_assert_cmpfloat (told_after (fixture, SECOND / 10, HR_CATEGORY_ALLOCATED "caching"), ==, 1);
  g_assert_cmpfloat (told_after (fixture, SECOND, HR_CATEGORY_IN_USE "caching"), ==, 4);
  hr_probe_close (probe);
}

#define ADD(path, test) ADD_CASE ("/collect/recording/" path, test)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("unplaced", test_records_without_a_place_are_told);
  ADD ("skipped", test_records_left_out_are_told);
  ADD ("overhead", test_overhead_is_told_once_a_second);
  ADD ("preload", test_what_was_before_is_no_overhead);
  ADD ("slowed", test_too_much_recording_is_slowed_down);
  ADD ("events", test_events_alone_slow_nothing_down);
  ADD ("small", test_small_costs_are_in_the_overhead);
  ADD ("paused", test_a_paused_program_is_not_judged);
  ADD ("found", test_a_stride_that_is_found_is_stepped_back);
  ADD ("leaves", test_an_agent_that_leaves_lets_go);
  ADD ("categories", test_categories_are_a_level_and_a_flow);
  ADD ("steady", test_a_steady_level_is_told_once_a_second);
  ADD ("threads", test_the_books_are_those_of_all_threads);
  ADD ("allocated-before", test_allocations_before_go_to_the_totals);
  ADD ("allocated-in-pause", test_allocations_in_a_pause_are_no_burst);

  return g_test_run ();
}
