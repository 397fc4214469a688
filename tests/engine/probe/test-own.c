/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A program that reads its own region, in a file or in memory. */

#include "engine/probe/category.h"
#include "engine/probe/intervals.h"
#include "engine/probe/probe.h"
#include "engine/probe/reader.h"
#include "engine/probe/span.h"
#include "tests/folder.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREAD_RECORDS 100000

static HrMetric
ranking_of (HrProbe *probe)
{
  return hr_probe_metric (probe, "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
}

static HrRegionReader *
open_own (HrProbe *probe)
{
  HrRegionReader *reader = NULL;

  g_assert_cmpint (hr_region_reader_open_own (probe, &reader), ==, HR_REGION_OK);

  return reader;
}

static guint64
count_of (HrRegionReader *reader,
          HrMetric        metric)
{
  g_autofree HrRegionTotals *totals = g_new0 (HrRegionTotals, 1);

  g_assert_true (hr_region_reader_totals (reader, metric, totals));

  return totals->count;
}

static void
count_record_cb (const HrRegionRecord *record,
                 void                 *user_data)
{
  *(guint64 *) user_data += record->weight;
}

static void
test_memory_is_read_without_a_file (void)
{
  HrProbe        *probe = hr_probe_open_in_memory ("ranker");
  HrMetric        ranking = ranking_of (probe);
  HrCategory      caching = hr_probe_category (probe, "caching");
  HrRegionReader *reader = open_own (probe);
  HrRegionUsage   usage;
  guint64         weights = 0;

  g_assert_null (hr_probe_error (probe));
  g_assert_null (hr_probe_path (probe));
  hr_probe_duration (probe, ranking, 5000, 3);
  hr_probe_duration (probe, ranking, 7000, 1);
  hr_probe_allocated (probe, caching, 4096);

  g_assert_cmpstr (hr_region_reader_header (reader)->name, ==, "ranker");
  g_assert_cmpuint (hr_region_reader_header (reader)->pid, ==, getpid ());
  g_assert_cmpuint (count_of (reader, ranking), ==, 4);
  g_assert_cmpuint (hr_region_reader_drain (reader, count_record_cb, &weights), ==, 2);
  g_assert_cmpuint (weights, ==, 4);
  g_assert_true (hr_region_reader_usage (reader, caching, &usage));
  g_assert_cmpuint (usage.allocated_bytes, ==, 4096);
  g_assert_cmpint (hr_region_reader_status (reader), ==, HR_REGION_OK);
  g_assert_true (hr_region_reader_alive (reader));
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);

  hr_region_reader_close (reader);
  hr_probe_duration (probe, ranking, 5000, 3);
  hr_probe_close (probe);
}

static void
test_a_file_is_read_from_inside_too (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  HrProbe         *probe = hr_probe_open_in (folder, "ranker");
  HrMetric         ranking = ranking_of (probe);
  HrRegionReader  *inside = open_own (probe);
  HrRegionReader  *outside = NULL;

  g_assert_cmpint (hr_region_reader_open (hr_probe_path (probe), &outside), ==, HR_REGION_OK);
  hr_probe_duration (probe, ranking, 5000, 3);
  g_assert_cmpmem (hr_region_reader_header (inside)->uuid, 16, hr_region_reader_header (outside)->uuid, 16);
  g_assert_cmpuint (count_of (inside, ranking), ==, 3);
  g_assert_cmpuint (count_of (outside, ranking), ==, 3);

  hr_region_reader_close (inside);
  hr_region_reader_close (outside);
  hr_probe_close (probe);
  remove_folder (folder);
}

static void
test_commands_reach_the_program (void)
{
  HrProbe        *probe = hr_probe_open_in_memory ("ranker");
  HrMetric        ranking = ranking_of (probe);
  HrRegionReader *reader = open_own (probe);

  hr_region_reader_set_sampling (reader, false);
  g_assert_false (hr_probe_sampling (probe));
  hr_probe_duration (probe, ranking, 5000, 3);
  hr_region_reader_set_sampling (reader, true);
  hr_probe_duration (probe, ranking, 5000, 4);
  g_assert_cmpuint (count_of (reader, ranking), ==, 4);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static gpointer
record_thread (gpointer user_data)
{
  HrProbe *probe = user_data;
  HrMetric ranking = ranking_of (probe);

  for (guint i = 0; i < THREAD_RECORDS; i++)
    hr_probe_duration (probe, ranking, 1000 + i % 5000, 3);

  return NULL;
}

typedef struct
{
  guint64 count;
  guint64 in_buckets;
  guint64 preloaded;
} Sums;

static uint32_t
sink_metric (void               *user_data,
             const HrMetricInfo *metric)
{
  return g_str_equal (metric->name, "ranking_ms") ? 0 : HR_SINK_NO_METRIC;
}

static void
sink_add (void           *user_data,
          const HrSample *sample)
{
  Sums *sums = user_data;

  sums->count += sample->count;
  for (guint i = 0; i < sample->n_buckets; i++)
    sums->in_buckets += sample->buckets[i].count;
  g_assert_cmpfloat (sample->min, <=, sample->max);
}

static void
sink_preload (void           *user_data,
              const HrSample *sample)
{
  ((Sums *) user_data)->preloaded += sample->count;
}

static void
test_intervals_add_up_while_threads_record (void)
{
  HrProbe           *probe = hr_probe_open_in_memory ("ranker");
  HrRegionReader    *reader = open_own (probe);
  Sums               sums = { 0 };
  const HrSampleSink sink = { sink_metric, sink_add, sink_preload, &sums };
  HrIntervals       *intervals = hr_intervals_new (reader, &sink, 0);
  GThread           *threads[2];

  hr_probe_duration (probe, ranking_of (probe), 5000, 7);
  hr_intervals_skip (intervals, 0);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("record", record_thread, probe);
  while (sums.count < 2 * 3 * THREAD_RECORDS)
    hr_intervals_collect (intervals, 0);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  hr_intervals_collect (intervals, 0);

  g_assert_cmpuint (sums.preloaded, ==, 7);
  g_assert_cmpuint (sums.count, ==, 2 * 3 * THREAD_RECORDS);
  g_assert_cmpuint (sums.in_buckets, ==, sums.count);
  hr_intervals_free (intervals);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* The parent's reader finds nothing here any more, and the child's what the child records. */
static int
record_in_child (HrProbe        *probe,
                 HrRegionReader *inherited)
{
  HrRegionReader *reader = NULL;
  guint64         weights = 0;

  hr_region_reader_forget (inherited);
  if (hr_region_reader_drain (inherited, count_record_cb, &weights) > 0 || hr_region_reader_n_metrics (inherited) > 0)
    return 3;
  hr_region_reader_close (inherited);

  if (hr_region_reader_open_own (probe, &reader) != HR_REGION_OK || hr_region_reader_header (reader)->pid != (guint) getpid ())
    return 1;
  hr_probe_duration (probe, ranking_of (probe), 5000, 2);

  return count_of (reader, ranking_of (probe)) == 2 && hr_probe_error (probe) == NULL ? 0 : 2;
}

static void
test_a_forked_child_reads_its_own (void)
{
  HrProbe        *probe = hr_probe_open_in_memory ("ranker");
  HrRegionReader *reader = open_own (probe);
  int             status;
  pid_t           child;

  hr_probe_duration (probe, ranking_of (probe), 5000, 3);
  child = fork ();
  if (child == 0)
    _exit (record_in_child (probe, reader));

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpuint (count_of (reader, ranking_of (probe)), ==, 3);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/own/memory", test_memory_is_read_without_a_file);
  g_test_add_func ("/probe/own/file", test_a_file_is_read_from_inside_too);
  g_test_add_func ("/probe/own/commands", test_commands_reach_the_program);
  g_test_add_func ("/probe/own/intervals", test_intervals_add_up_while_threads_record);
  g_test_add_func ("/probe/own/fork", test_a_forked_child_reads_its_own);

  return g_test_run ();
}
