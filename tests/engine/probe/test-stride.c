/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One scope of several: chosen at random, the others counted, and what has to be whole stays so. */

#include "tests/engine/probe/region-fixture.h"

#include "engine/probe/category.h"

#include <math.h>
#include <pthread.h>

#define N_SCOPES 80000u
#define STRIDE 8u

/* A binomial count lies within so many standard deviations but for once in ten million times. Each lane's choices follow from
 * its number, so that a run which passes always passes. */
#define DEVIATIONS 5.33

static void
assert_binomial (uint64_t count,
                 uint64_t n,
                 double   p)
{
  double expected = (double) n * p;

  g_assert_cmpfloat (fabs ((double) count - expected), <=, DEVIATIONS * sqrt (expected * (1 - p)));
}

static void
test_one_of_eight_is_measured (Fixture      *fixture,
                               gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        scope = add_duration (probe, "scope");
  HrMetric        level = add_gauge (probe, "level");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  hr_region_reader_set_stride (reader, STRIDE);
  for (guint i = 0; i < N_SCOPES; i++)
    hr_probe_end (probe, scope, hr_probe_begin (probe), 1);
  assert_binomial (read_totals (reader, scope).count, N_SCOPES, 1.0 / STRIDE);
  g_assert_cmpuint (read_totals (reader, scope).count + hr_region_reader_skipped (reader), ==, N_SCOPES);

  for (guint i = 0; i < N_SCOPES; i++)
    {
      hr_probe_gauge (probe, level, i);
      hr_probe_duration (probe, scope, i, 1);
    }
  assert_binomial (read_totals (reader, level).count, N_SCOPES, 1.0 / STRIDE);
  g_assert_cmpuint (read_totals (reader, scope).count + read_totals (reader, level).count + hr_region_reader_skipped (reader), ==, 3 * N_SCOPES);
  g_assert_cmpuint (hr_region_reader_written (reader) + hr_region_reader_skipped (reader), ==, 3 * N_SCOPES);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_scopes_that_alternate_are_both_measured (Fixture      *fixture,
                                              gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        metrics[2] = { add_duration (probe, "even"), add_duration (probe, "odd") };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  hr_region_reader_set_stride (reader, STRIDE);
  for (guint i = 0; i < N_SCOPES; i++)
    hr_probe_end (probe, metrics[i % 2], hr_probe_begin (probe), 1);
  for (guint i = 0; i < 2; i++)
    assert_binomial (read_totals (reader, metrics[i]).count, N_SCOPES / 2, 1.0 / STRIDE);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Threads that each take one scope and end: one after the other has the same lane, at the same time each has its own. */
typedef struct
{
  HrProbe          *probe;
  HrMetric          metric;
  pthread_barrier_t taken;
} Crowd;

static void *
take_one_scope (void *data)
{
  Crowd *crowd = data;

  hr_probe_end (crowd->probe, crowd->metric, hr_probe_begin (crowd->probe), 1);
  pthread_barrier_wait (&crowd->taken);

  return NULL;
}

static void
test_lanes_choose_for_themselves (Fixture      *fixture,
                                  gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  Crowd           crowd = { .probe = probe, .metric = add_duration (probe, "scope") };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  pthread_t       threads[HR_REGION_LANES];

  hr_region_reader_set_stride (reader, 2);
  pthread_barrier_init (&crowd.taken, NULL, HR_REGION_LANES);
  for (guint i = 0; i < HR_REGION_LANES; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, take_one_scope, &crowd), ==, 0);
  for (guint i = 0; i < HR_REGION_LANES; i++)
    pthread_join (threads[i], NULL);
  pthread_barrier_destroy (&crowd.taken);

  assert_binomial (read_totals (reader, crowd.metric).count, HR_REGION_LANES, 0.5);
  g_assert_cmpuint (read_totals (reader, crowd.metric).count + hr_region_reader_skipped (reader), ==, HR_REGION_LANES);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_counters_events_and_categories_are_whole (Fixture      *fixture,
                                               gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        jobs = add_counter (probe, "jobs");
  HrMetric        event = hr_probe_metric (probe, "full", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  HrCategory      category = hr_probe_category (probe, "ranking");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrRegionTotals  totals;
  HrRegionUsage   usage;

  hr_region_reader_set_stride (reader, 1 << HR_CONTROL_STRIDE_LIMIT);
  for (guint i = 0; i < 1000; i++)
    {
      hr_probe_count (probe, jobs, 3);
      hr_probe_event (probe, event, i);
      hr_probe_allocated (probe, category, 10);
      hr_probe_freed (probe, category, 9);
    }

  g_assert_true (hr_region_reader_totals (reader, jobs, &totals));
  g_assert_cmpfloat (totals.sum, ==, 3000);
  g_assert_cmpuint (read_totals (reader, event).count, ==, 1000);
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 1000);
  g_assert_true (hr_region_reader_usage (reader, category, &usage));
  g_assert_cmpuint (usage.allocated_bytes - usage.freed_bytes, ==, 1000);
  g_assert_cmpuint (hr_region_reader_skipped (reader), ==, 0);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_all_are_measured_again (Fixture      *fixture,
                             gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        scope = add_duration (probe, "scope");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  uint64_t        count, skipped;

  hr_region_reader_set_stride (reader, STRIDE);
  for (guint i = 0; i < 1000; i++)
    hr_probe_end (probe, scope, hr_probe_begin (probe), 1);
  count = read_totals (reader, scope).count;
  skipped = hr_region_reader_skipped (reader);
  g_assert_cmpuint (count + skipped, ==, 1000);

  hr_region_reader_set_stride (reader, 1);
  for (guint i = 0; i < 1000; i++)
    hr_probe_end (probe, scope, hr_probe_begin (probe), 1);
  g_assert_cmpuint (read_totals (reader, scope).count, ==, count + 1000);
  g_assert_cmpuint (hr_region_reader_skipped (reader), ==, skipped);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_off_and_on_keep_the_stride (Fixture      *fixture,
                                 gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        scope = add_duration (probe, "scope");
  HrMetric        jobs = add_counter (probe, "jobs");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  hr_region_reader_set_stride (reader, STRIDE);
  hr_region_reader_set_sampling (reader, false);
  g_assert_cmpuint (hr_region_reader_get_stride (reader), ==, STRIDE);
  g_assert_false (hr_probe_sampling (probe));
  for (guint i = 0; i < 1000; i++)
    {
      g_assert_cmpuint (hr_probe_begin (probe), ==, 0);
      hr_probe_duration (probe, scope, 1, 1);
      hr_probe_count (probe, jobs, 1);
    }
  g_assert_cmpuint (read_totals (reader, scope).count, ==, 0);
  g_assert_cmpuint (read_totals (reader, jobs).count, ==, 0);
  g_assert_cmpuint (hr_region_reader_skipped (reader), ==, 0);

  hr_region_reader_set_sampling (reader, true);
  g_assert_cmpuint (hr_region_reader_get_stride (reader), ==, STRIDE);
  for (guint i = 0; i < 1000; i++)
    hr_probe_duration (probe, scope, 1, 1);
  g_assert_cmpuint (hr_region_reader_skipped (reader), >, 0);
  g_assert_cmpuint (read_totals (reader, scope).count + hr_region_reader_skipped (reader), ==, 1000);

  /* A stride that is set while it is off does not turn it on. */
  hr_region_reader_set_sampling (reader, false);
  hr_region_reader_set_stride (reader, 2);
  g_assert_false (hr_probe_sampling (probe));

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_strides_are_powers_of_two (Fixture      *fixture,
                                gconstpointer data)
{
  const uint32_t  wished[] = { 0, 1, 2, 3, 4, 100, 65536, 65537, UINT32_MAX };
  const uint32_t  given[] = { 1, 1, 2, 2, 4, 64, 65536, 65536, 65536 };
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  for (gsize i = 0; i < G_N_ELEMENTS (wished); i++)
    {
      hr_region_reader_set_stride (reader, wished[i]);
      g_assert_cmpuint (hr_region_reader_get_stride (reader), ==, given[i]);
      g_assert_true (hr_region_reader_get_sampling (reader));
    }
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/stride/one-of-eight", test_one_of_eight_is_measured);
  ADD_CASE ("/probe/stride/alternating", test_scopes_that_alternate_are_both_measured);
  ADD_CASE ("/probe/stride/lanes", test_lanes_choose_for_themselves);
  ADD_CASE ("/probe/stride/whole", test_counters_events_and_categories_are_whole);
  ADD_CASE ("/probe/stride/back", test_all_are_measured_again);
  ADD_CASE ("/probe/stride/off-and-on", test_off_and_on_keep_the_stride);
  ADD_CASE ("/probe/stride/powers", test_strides_are_powers_of_two);

  return g_test_run ();
}
