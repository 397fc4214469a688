/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Totals that have not moved need not be read again: never one that has. */

#include "engine/probe/span.h"
#include "tests/engine/probe/region-fixture.h"

#include <math.h>
#include <stddef.h>

/* Reads @metric's totals, after which nothing of it has moved. */
static HrRegionTotals
read_whole (HrRegionReader *reader,
            HrMetric        metric)
{
  HrRegionTotals totals = read_totals (reader, metric);

  g_assert_false (hr_region_reader_moved (reader, metric));

  return totals;
}

static void
test_every_kind_moves (Fixture      *fixture,
                       gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        duration = add_duration (probe, "duration");
  HrMetric        gauge = add_gauge (probe, "gauge");
  HrMetric        counter = add_counter (probe, "counter");
  HrMetric        event = hr_probe_metric (probe, "event", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  HrMetric        span = event + 1;
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  HR_SPAN (probe, "span")
    g_thread_yield ();
  for (guint round = 0; round < 3; round++)
    for (HrMetric metric = 0; metric <= span; metric++)
      {
        read_whole (reader, metric);
        if (metric == duration)
          hr_probe_duration (probe, metric, 5, 1);
        else if (metric == gauge)
          hr_probe_gauge (probe, metric, 0);
        else if (metric == counter)
          hr_probe_count (probe, metric, 0);
        else if (metric == event)
          hr_probe_event (probe, metric, 0);
        else
          HR_SPAN (probe, "span")
            g_thread_yield ();

        for (HrMetric other = 0; other < metric; other++)
          g_assert_false (hr_region_reader_moved (reader, other));
        g_assert_true (hr_region_reader_moved (reader, metric));
        read_whole (reader, metric);
      }
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_what_was_never_read_has_moved (Fixture      *fixture,
                                    gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        duration = add_duration (probe, "duration");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  g_assert_true (hr_region_reader_moved (reader, duration));
  read_whole (reader, duration);
  hr_probe_duration (probe, duration, 5, 1);
  g_assert_true (hr_region_reader_moved (reader, duration));
  g_assert_false (hr_region_reader_moved (reader, duration + 1));
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_refused_value_moves (Fixture      *fixture,
                            gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        gauge = add_gauge (probe, "gauge");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  hr_probe_gauge (probe, gauge, 1);
  read_whole (reader, gauge);
  hr_probe_gauge (probe, gauge, (double) NAN);
  g_assert_true (hr_region_reader_moved (reader, gauge));
  g_assert_cmpuint (read_whole (reader, gauge).refused, ==, 1);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

typedef struct
{
  HrProbe *probe;
  HrMetric metric;
} Recorder;

static gpointer
record_thread (gpointer data)
{
  const Recorder *recorder = data;

  hr_probe_duration (recorder->probe, recorder->metric, 5, 1);

  return NULL;
}

static void
test_another_thread_moves (Fixture      *fixture,
                           gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  Recorder        recorder = { probe, add_duration (probe, "duration") };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  hr_probe_duration (probe, recorder.metric, 5, 1);
  read_whole (reader, recorder.metric);
  g_thread_join (g_thread_new ("record", record_thread, &recorder));
  g_assert_true (hr_region_reader_moved (reader, recorder.metric));
  g_assert_cmpuint (read_whole (reader, recorder.metric).count, ==, 2);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Where a word of the first lane's totals of @metric stands in the file. */
static off_t
place_of (HrRegionReader *reader,
          HrMetric        metric,
          size_t          member)
{
  const HrRegionHeader *header = hr_region_reader_header (reader);

  return (off_t) (header->lanes_offset + header->totals_offset + metric * header->totals_bytes + member);
}

/* A writer that was stopped between its count and its bucket: what is missing comes when it goes on, and must be seen
 * then, although the count does not move any more. */
static void
test_a_record_half_made_is_read_again (Fixture      *fixture,
                                       gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        duration = add_duration (probe, "duration");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  off_t           count = place_of (reader, duration, offsetof (HrRegionTotals, count));
  off_t           bucket = place_of (reader, duration, offsetof (HrRegionTotals, buckets) + 5 * sizeof (uint64_t));
  uint64_t        two = 2;
  HrRegionTotals  totals;
  int             fd;

  hr_probe_duration (probe, duration, 5, 1);
  fd = open (hr_probe_path (probe), O_RDWR);
  g_assert_cmpint (pwrite (fd, &two, sizeof two, count), ==, sizeof two);
  g_assert_true (hr_region_reader_totals (reader, duration, &totals));
  g_assert_cmpuint (totals.count, ==, 1);
  g_assert_true (hr_region_reader_moved (reader, duration));

  g_assert_cmpint (pwrite (fd, &two, sizeof two, bucket), ==, sizeof two);
  g_assert_true (hr_region_reader_moved (reader, duration));
  g_assert_cmpuint (read_whole (reader, duration).count, ==, 2);
  close (fd);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

#define N_RECORDS 300000

static gpointer
record_often_thread (gpointer data)
{
  const Recorder *recorder = data;

  for (guint64 i = 0; i < N_RECORDS; i++)
    hr_probe_duration (recorder->probe, recorder->metric, 1000 + i % 5000, 1);

  return NULL;
}

/* A reader that only looks where something moved comes to the same totals as the program, whatever it met on the way. */
static void
test_nothing_is_missed_while_threads_record (Fixture      *fixture,
                                             gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  Recorder        recorder = { probe, add_duration (probe, "duration") };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrRegionReader *fresh;
  HrRegionTotals  totals = { 0 }, truth;
  GThread        *threads[2];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("record", record_often_thread, &recorder);
  while (totals.count < N_RECORDS)
    if (hr_region_reader_moved (reader, recorder.metric))
      g_assert_true (hr_region_reader_totals (reader, recorder.metric, &totals));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  if (hr_region_reader_moved (reader, recorder.metric))
    g_assert_true (hr_region_reader_totals (reader, recorder.metric, &totals));

  fresh = open_reader (hr_probe_path (probe));
  truth = (HrRegionTotals){ 0 };
  g_assert_true (hr_region_reader_totals (fresh, recorder.metric, &truth));
  g_assert_cmpuint (truth.count, ==, 2 * N_RECORDS);
  g_assert_cmpmem (&totals, sizeof totals, &truth, sizeof truth);
  hr_region_reader_close (fresh);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/moved/kinds", test_every_kind_moves);
  ADD_CASE ("/probe/moved/never-read", test_what_was_never_read_has_moved);
  ADD_CASE ("/probe/moved/refused", test_a_refused_value_moves);
  ADD_CASE ("/probe/moved/threads", test_another_thread_moves);
  ADD_CASE ("/probe/moved/half-made", test_a_record_half_made_is_read_again);
  ADD_CASE ("/probe/moved/recording", test_nothing_is_missed_while_threads_record);

  return g_test_run ();
}
