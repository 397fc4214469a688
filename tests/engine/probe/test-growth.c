/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A region takes the space that is recorded in, and nothing in it ever moves. */

#include "tests/engine/probe/region-fixture.h"

#include "engine/probe/category.h"
#include "engine/probe/layout.h"

#include <pthread.h>
#include <sys/mount.h>

#define BLOCK 512
#define LANE_BYTES_AT_ONCE (HR_LAYOUT_TOTALS_OFFSET + HR_LAYOUT_LANE_BYTES - HR_LAYOUT_RECORDS_OFFSET)

static uint64_t
bytes_of (HrProbe *probe)
{
  struct stat info;

  g_assert_cmpint (stat (hr_probe_path (probe), &info), ==, 0);
  g_assert_cmpuint ((uint64_t) info.st_size, ==, HR_LAYOUT_REGION_BYTES);

  return (uint64_t) info.st_blocks * BLOCK;
}

/* The region grew by @expected since it had *bytes, which become what it has now. A file system may keep a page of
 * books of its own. */
static void
assert_grown (HrProbe  *probe,
              uint64_t *bytes,
              uint64_t  expected)
{
  uint64_t now = bytes_of (probe);

  g_assert_cmpuint (now - *bytes, >=, expected);
  g_assert_cmpuint (now - *bytes, <=, expected == 0 ? 0 : expected + HR_REGION_PAGE);
  *bytes = now;
}

/* A thread that records each of some metrics, and ends. */
typedef struct
{
  HrProbe *probe;
  HrMetric durations[2];
  HrMetric gauges[2];
  guint    n_durations;
  guint    n_gauges;
} Thread;

static void *
record_each (void *data)
{
  Thread *self = data;

  for (guint i = 0; i < self->n_durations; i++)
    hr_probe_duration (self->probe, self->durations[i], 1000 + i, 1);
  for (guint i = 0; i < self->n_gauges; i++)
    hr_probe_gauge (self->probe, self->gauges[i], i);

  return NULL;
}

static void
set_up_thread (Thread  *self,
               HrProbe *probe,
               guint    n_durations,
               guint    n_gauges)
{
  *self = (Thread){ .probe = probe, .n_durations = n_durations, .n_gauges = n_gauges };
  self->durations[0] = add_duration (probe, "first batch");
  self->durations[1] = add_duration (probe, "second batch");
  self->gauges[0] = add_gauge (probe, "first level");
  self->gauges[1] = add_gauge (probe, "second level");
}

static void
run_thread (Thread *thread)
{
  pthread_t id;

  g_assert_cmpint (pthread_create (&id, NULL, record_each, thread), ==, 0);
  g_assert_cmpint (pthread_join (id, NULL), ==, 0);
}

static void
test_totals_take_space_when_they_are_recorded (Fixture      *fixture,
                                               gconstpointer data)
{
  HrProbe *probe = open_probe (fixture);
  uint64_t bytes = bytes_of (probe);
  Thread   metrics;

  g_assert_cmpuint (bytes, <=, HR_LAYOUT_LANES_OFFSET + HR_REGION_PAGE);
  set_up_thread (&metrics, probe, 2, 2);
  assert_grown (probe, &bytes, 0);

  hr_probe_gauge (probe, metrics.gauges[0], 1);
  assert_grown (probe, &bytes, LANE_BYTES_AT_ONCE + HR_REGION_PAGE);
  hr_probe_gauge (probe, metrics.gauges[0], 2);
  assert_grown (probe, &bytes, 0);
  hr_probe_gauge (probe, metrics.gauges[1], 1);
  assert_grown (probe, &bytes, HR_REGION_PAGE);
  hr_probe_duration (probe, metrics.durations[0], 1, 1);
  assert_grown (probe, &bytes, HR_REGION_TOTALS_BYTES);

  /* Whatever is recorded there, it is enough. */
  for (uint32_t i = 0; i < 2 * HR_REGION_LANE_RECORDS; i++)
    hr_probe_duration (probe, metrics.durations[0], (uint64_t) i * i * i, 1);
  assert_grown (probe, &bytes, 0);

  run_thread (&metrics);
  assert_grown (probe, &bytes, LANE_BYTES_AT_ONCE + 2 * (HR_REGION_TOTALS_BYTES + HR_REGION_PAGE));
  run_thread (&metrics);
  assert_grown (probe, &bytes, 0);
  hr_probe_close (probe);
}

static void
test_nothing_moves_for_a_reader (Fixture      *fixture,
                                 gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrRegionTotals  totals;
  Thread          metrics;

  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 0);
  set_up_thread (&metrics, probe, 2, 2);
  for (guint i = 0; i < 3; i++)
    {
      record_each (&metrics);
      run_thread (&metrics);
    }

  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 4);
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 24);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_true (hr_region_reader_totals (reader, i, &totals));
      g_assert_cmpuint (totals.count, ==, 6);
    }
  g_assert_cmpint (hr_region_reader_status (reader), ==, HR_REGION_OK);

  /* As many as there can be. */
  for (guint i = 4; i < HR_REGION_METRICS; i++)
    {
      g_autofree char *name = g_strdup_printf ("metric %u", i);

      hr_probe_duration (probe, add_duration (probe, name), i, 1);
    }
  for (guint i = 4; i < HR_REGION_METRICS; i++)
    {
      g_assert_true (hr_region_reader_totals (reader, i, &totals));
      g_assert_cmpfloat (totals.sum, ==, i);
    }
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Reading makes no memory of what is none yet. */
static void
test_readers_leave_holes (Fixture      *fixture,
                          gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrRegionTotals  totals;
  uint64_t        bytes;
  Thread          metrics;

  set_up_thread (&metrics, probe, 1, 1);
  hr_probe_category (probe, "ranking");
  record_each (&metrics);
  run_thread (&metrics);
  bytes = bytes_of (probe);
  for (guint i = 0; i < 2; i++)
    {
      HrRegionUsage usage;

      for (guint metric = 0; metric <= HR_REGION_METRICS; metric++)
        hr_region_reader_totals (reader, metric, &totals);
      hr_region_reader_drain (reader, ignore_record_cb, NULL);
      g_assert_true (hr_region_reader_usage (reader, 0, &usage));
      hr_region_reader_written (reader);
      hr_region_reader_skipped (reader);
    }
  assert_grown (probe, &bytes, 0);
  g_assert_true (hr_region_reader_totals (reader, metrics.gauges[1], &totals));
  g_assert_cmpuint (totals.count, ==, 0);
  g_assert_cmpfloat (totals.sum, ==, 0);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_full_file_system_refuses_totals (Fixture      *fixture,
                                        gconstpointer data)
{
  /* A lane, one time, and a page that is too little for the other time but is enough for one level. */
  const uint64_t   bytes = HR_LAYOUT_LANES_OFFSET + LANE_BYTES_AT_ONCE + HR_REGION_TOTALS_BYTES + HR_REGION_PAGE;
  g_autofree char *size = g_strdup_printf ("size=%" G_GUINT64_FORMAT, bytes);
  HrProbe         *probe;
  Thread           thread;

  if (!mount_small (fixture, size))
    return;

  probe = open_probe (fixture);
  set_up_thread (&thread, probe, 2, 2);
  run_thread (&thread);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 2);
  g_assert_cmpuint (totals_in (hr_probe_path (probe), thread.durations[0]).count, ==, 1);
  g_assert_cmpuint (totals_in (hr_probe_path (probe), thread.durations[1]).count, ==, 0);
  g_assert_cmpuint (totals_in (hr_probe_path (probe), thread.gauges[0]).count, ==, 1);
  g_assert_cmpuint (totals_in (hr_probe_path (probe), thread.gauges[1]).count, ==, 0);

  /* The lane's next owner asks again, in vain and then not. */
  run_thread (&thread);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 4);
  g_assert_cmpint (mount ("tmpfs", fixture->folder, "tmpfs", MS_REMOUNT, "size=4m"), ==, 0);
  run_thread (&thread);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 4);
  g_assert_cmpuint (totals_in (hr_probe_path (probe), thread.durations[0]).count, ==, 3);
  g_assert_cmpuint (totals_in (hr_probe_path (probe), thread.durations[1]).count, ==, 1);
  g_assert_cmpuint (totals_in (hr_probe_path (probe), thread.gauges[1]).count, ==, 1);
  hr_probe_close (probe);
  g_assert_cmpint (umount2 (fixture->folder, MNT_DETACH), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  /* Where regions usually are: on tmpfs a file's blocks are its pages. */
  if (g_access ("/dev/shm", W_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);

  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/growth/space", test_totals_take_space_when_they_are_recorded);
  ADD_CASE ("/probe/growth/readers", test_nothing_moves_for_a_reader);
  ADD_CASE ("/probe/growth/holes", test_readers_leave_holes);
  ADD_CASE ("/probe/growth/full", test_a_full_file_system_refuses_totals);

  return g_test_run ();
}
