/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is recorded is what is read: counts, sums, histograms, and each record once, whole, or counted as lost. */

#include "tests/engine/probe/region-fixture.h"

#include <math.h>
#include <pthread.h>

#define N_THREADS 4
#define RECORDS_EACH 60000u

static void
test_totals_of_a_duration (Fixture      *fixture,
                           gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        metric = add_duration (probe, "batch");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrRegionTotals  totals;

  hr_probe_duration (probe, metric, 1000, 10);
  hr_probe_duration (probe, metric, 7, 2);
  hr_probe_duration (probe, metric, 5000, 1);
  hr_probe_duration (probe, metric, 1, 0);
  hr_probe_duration (probe, metric, (uint64_t) 5 - 6, 1);
  hr_probe_duration (probe, metric, (uint64_t) 1 << 63, 1);

  g_assert_true (hr_region_reader_totals (reader, metric, &totals));
  g_assert_cmpuint (totals.count, ==, 13);
  g_assert_cmpfloat (totals.sum, ==, 6007);
  g_assert_cmpfloat (totals.min, ==, 3.5);
  g_assert_cmpfloat (totals.max, ==, 5000);
  g_assert_cmpfloat (totals.last, ==, 5000);
  g_assert_cmpuint (totals.refused, ==, 3);
  g_assert_cmpuint (totals.buckets[hr_bucket_index (100)], ==, 10);
  g_assert_cmpuint (totals.buckets[hr_bucket_index (3)], ==, 2);
  g_assert_cmpuint (totals.buckets[hr_bucket_index (5000)], ==, 1);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_totals_of_gauges_and_counters (Fixture      *fixture,
                                    gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        gauge = hr_probe_metric (probe, "memory", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER);
  HrMetric        ratio = hr_probe_metric (probe, "hits", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER);
  HrMetric        counter = add_counter (probe, "jobs");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrRegionTotals  totals;

  hr_probe_gauge (probe, gauge, -2);
  hr_probe_gauge (probe, gauge, 8);
  hr_probe_gauge (probe, gauge, 3);
  hr_probe_gauge (probe, gauge, (double) NAN);
  hr_probe_gauge (probe, gauge, (double) -INFINITY);
  hr_probe_gauge (probe, ratio, 0.5);
  hr_probe_count (probe, counter, 40);
  hr_probe_count (probe, counter, 2);

  g_assert_true (hr_region_reader_totals (reader, gauge, &totals));
  g_assert_cmpuint (totals.count, ==, 3);
  g_assert_cmpuint (totals.refused, ==, 2);
  g_assert_cmpfloat (totals.min, ==, -2);
  g_assert_cmpfloat (totals.max, ==, 8);
  g_assert_cmpfloat (totals.last, ==, 3);
  g_assert_cmpfloat (totals.sum, ==, 9);

  g_assert_true (hr_region_reader_totals (reader, ratio, &totals));
  g_assert_cmpfloat (totals.last, ==, 0.5);

  g_assert_true (hr_region_reader_totals (reader, counter, &totals));
  g_assert_cmpuint (totals.count, ==, 2);
  g_assert_cmpfloat (totals.sum, ==, 42);
  g_assert_cmpfloat (totals.min, ==, 2);
  g_assert_cmpfloat (totals.max, ==, 40);

  /* Counters have no records, only totals. */
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 4);
  g_assert_cmpuint (hr_region_reader_written (reader), ==, 4);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_events_are_counted_and_told (Fixture      *fixture,
                                  gconstpointer data)
{
  const double    values[] = { 7, 0, (double) NAN, (double) INFINITY, -3 };
  const double    told[] = { 7, 0, 0, 0, -3 };
  HrProbe        *probe = open_probe (fixture);
  HrMetric        event = hr_probe_metric (probe, "pool full", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  GArray         *records = g_array_new (FALSE, FALSE, sizeof (HrRegionRecord));
  HrRegionTotals  totals;

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    hr_probe_event (probe, event, values[i]);

  g_assert_cmpuint (hr_region_reader_drain (reader, keep_record_cb, records), ==, G_N_ELEMENTS (told));
  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_assert_cmpfloat (g_array_index (records, HrRegionRecord, i).value, ==, told[i]);
      g_assert_cmpuint (g_array_index (records, HrRegionRecord, i).weight, ==, 1);
    }
  g_assert_true (hr_region_reader_totals (reader, event, &totals));
  g_assert_cmpuint (totals.count, ==, G_N_ELEMENTS (told));
  g_assert_cmpfloat (totals.min, ==, -3);
  g_assert_cmpfloat (totals.max, ==, 7);
  g_assert_cmpuint (totals.refused, ==, 0);

  g_array_unref (records);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Threads that share a lane one after the other; the first is cancelled, as far as the lane can tell, in the middle of a record. */
typedef struct
{
  HrProbe *probe;
  HrMetric metric;
} Successors;

static void *
begin_a_record (void *data)
{
  Successors *self = data;

  hr_probe_gauge (self->probe, self->metric, 1);
  hr_lane_reserve (hr_lane_get (self->probe));

  return NULL;
}

static void *
record_twice (void *data)
{
  Successors *self = data;

  hr_probe_gauge (self->probe, self->metric, 2);
  hr_probe_gauge (self->probe, self->metric, 3);

  return NULL;
}

static void
test_half_a_record_is_none (Fixture      *fixture,
                            gconstpointer data)
{
  void *(*const threads[]) (void *) = { begin_a_record, record_twice };
  HrProbe        *probe = open_probe (fixture);
  Successors      successors = { probe, add_gauge (probe, "level") };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  GArray         *records = g_array_new (FALSE, FALSE, sizeof (HrRegionRecord));

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      pthread_t thread;

      pthread_create (&thread, NULL, threads[i], &successors);
      pthread_join (thread, NULL);
    }

  g_assert_cmpuint (hr_region_reader_drain (reader, keep_record_cb, records), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (g_array_index (records, HrRegionRecord, i).value, ==, i + 1);
  g_assert_cmpuint (hr_region_reader_written (reader), ==, 3);
  g_assert_cmpuint (hr_region_reader_lost (reader), ==, 0);

  g_array_unref (records);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* A thread that records to the case's probe; its records check themselves: value = 4 x weight + metric. */
typedef struct
{
  HrProbe  *probe;
  HrMetric  metrics[4];
  uint32_t  n;
  uint32_t *n_running;
} Writer;

static void *
write_records (void *data)
{
  Writer *self = data;

  for (uint32_t i = 0; i < self->n; i++)
    {
      uint32_t items = 1 + i % 1000;
      HrMetric metric = self->metrics[i % 4];

      hr_probe_duration (self->probe, metric, (uint64_t) items * (4 * items + metric), items);
    }
  if (self->n_running != NULL)
    __atomic_fetch_sub (self->n_running, 1, __ATOMIC_RELEASE);

  return NULL;
}

static void
set_up_writer (Writer  *self,
               HrProbe *probe,
               uint32_t n)
{
  const char *names[] = { "a", "b", "c", "d" };

  *self = (Writer){ .probe = probe, .n = n };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    self->metrics[i] = add_duration (probe, names[i]);
}

static void
test_totals_add_up_over_threads (Fixture      *fixture,
                                 gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  pthread_t       threads[N_THREADS];
  Writer          writer;

  set_up_writer (&writer, probe, RECORDS_EACH);
  for (int i = 0; i < N_THREADS; i++)
    pthread_create (&threads[i], NULL, write_records, &writer);
  for (int i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);

  for (uint32_t metric = 0; metric < 4; metric++)
    {
      uint64_t       count = 0, in_buckets = 0;
      double         sum = 0;
      HrRegionTotals totals;

      for (uint32_t i = metric; i < RECORDS_EACH; i += 4)
        {
          uint32_t items = 1 + i % 1000;

          count += items;
          sum += (double) items * (4 * items + metric);
        }

      g_assert_true (hr_region_reader_totals (reader, metric, &totals));
      for (guint i = 0; i < HR_N_BUCKETS; i++)
        in_buckets += totals.buckets[i];
      g_assert_cmpuint (totals.count, ==, N_THREADS * count);
      g_assert_cmpuint (in_buckets, ==, N_THREADS * count);
      g_assert_cmpfloat (totals.sum, ==, N_THREADS * sum);
    }

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
check_record_cb (const HrRegionRecord *record,
                 void                 *user_data)
{
  g_assert_cmpuint (record->metric, <, 4);
  g_assert_cmpfloat (record->value, ==, 4.0 * record->weight + record->metric);
}

static void
test_records_are_read_once_and_whole_while_written (Fixture      *fixture,
                                                    gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  pthread_t       threads[N_THREADS];
  uint32_t        n_running = N_THREADS;
  uint64_t        n_read = 0;
  Writer          writer;

  set_up_writer (&writer, probe, 10 * HR_REGION_LANE_RECORDS);
  writer.n_running = &n_running;
  for (int i = 0; i < N_THREADS; i++)
    pthread_create (&threads[i], NULL, write_records, &writer);

  while (__atomic_load_n (&n_running, __ATOMIC_ACQUIRE) > 0)
    n_read += hr_region_reader_drain (reader, check_record_cb, NULL);
  for (int i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);
  n_read += hr_region_reader_drain (reader, check_record_cb, NULL);

  g_assert_cmpuint (n_read, >=, HR_REGION_LANE_RECORDS);
  g_assert_cmpuint (n_read + hr_region_reader_lost (reader), ==, N_THREADS * 10 * HR_REGION_LANE_RECORDS);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_totals_are_whole_while_written (Fixture      *fixture,
                                     gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrMetric        metric = hr_probe_metric (probe, "level", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  uint32_t        n_running = 1;
  pthread_t       thread;
  Writer          writer;

  set_up_writer (&writer, probe, 200000);
  writer.n_running = &n_running;
  hr_probe_gauge (probe, metric, 1);
  pthread_create (&thread, NULL, write_records, &writer);

  while (__atomic_load_n (&n_running, __ATOMIC_ACQUIRE) > 0)
    {
      HrRegionTotals totals;
      uint64_t       in_buckets = 0;

      if (!hr_region_reader_totals (reader, writer.metrics[0], &totals))
        continue;
      for (guint i = 0; i < HR_N_BUCKETS; i++)
        in_buckets += totals.buckets[i];
      g_assert_cmpuint (in_buckets, ==, totals.count);
    }
  pthread_join (thread, NULL);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_full_ring_holds_the_newest (Fixture      *fixture,
                                   gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        metric = add_gauge (probe, "level");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  GArray         *records = g_array_new (FALSE, FALSE, sizeof (HrRegionRecord));

  for (uint32_t i = 0; i < HR_REGION_LANE_RECORDS + 5; i++)
    hr_probe_gauge (probe, metric, i);

  g_assert_cmpuint (hr_region_reader_drain (reader, keep_record_cb, records), ==, HR_REGION_LANE_RECORDS);
  g_assert_cmpuint (hr_region_reader_lost (reader), ==, 5);
  for (guint i = 0; i < records->len; i++)
    g_assert_cmpfloat (g_array_index (records, HrRegionRecord, i).value, ==, i + 5);
  g_assert_cmpuint (hr_region_reader_drain (reader, keep_record_cb, records), ==, 0);

  hr_probe_gauge (probe, metric, 1);
  g_assert_cmpuint (hr_region_reader_drain (reader, keep_record_cb, records), ==, 1);
  g_assert_cmpuint (hr_region_reader_lost (reader), ==, 5);

  g_array_unref (records);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* A drain during which the program laps it. */
typedef struct
{
  HrProbe *probe;
  HrMetric metric;
  uint64_t n_read;
  double   last;
} Overtaking;

static void
record_more_cb (const HrRegionRecord *record,
                void                 *user_data)
{
  Overtaking *self = user_data;

  for (uint32_t i = 0; self->n_read == 0 && i < 1000; i++)
    hr_probe_gauge (self->probe, self->metric, HR_REGION_LANE_RECORDS + i);

  if (self->n_read++ > 0)
    g_assert_cmpfloat (record->value, >, self->last);
  self->last = record->value;
}

static void
test_overtaken_records_are_lost_not_wrong (Fixture      *fixture,
                                           gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  Overtaking      state = { .probe = probe, .metric = add_gauge (probe, "level") };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  for (uint32_t i = 0; i < HR_REGION_LANE_RECORDS; i++)
    hr_probe_gauge (probe, state.metric, i);

  hr_region_reader_drain (reader, record_more_cb, &state);
  g_assert_cmpfloat (state.last, ==, HR_REGION_LANE_RECORDS - 1);
  g_assert_cmpuint (hr_region_reader_lost (reader), >, 0);
  hr_region_reader_drain (reader, record_more_cb, &state);
  g_assert_cmpfloat (state.last, ==, HR_REGION_LANE_RECORDS + 999);
  g_assert_cmpuint (state.n_read + hr_region_reader_lost (reader), ==, HR_REGION_LANE_RECORDS + 1000);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_scope_is_timed (Fixture      *fixture,
                       gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        metric = add_duration (probe, "scope");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  uint64_t        begin = hr_probe_begin (probe);
  HrRegionTotals  totals;

  hr_probe_end (probe, metric, begin, 3);
  g_assert_true (hr_region_reader_totals (reader, metric, &totals));
  g_assert_cmpuint (totals.count, ==, 3);
  g_assert_cmpfloat (totals.sum, <=, (double) hr_probe_elapsed (probe, begin));
  g_assert_cmpuint (totals.last_time, >=, begin);
  g_assert_cmpuint (totals.last_time, <=, hr_probe_ticks (probe));

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/record/durations", test_totals_of_a_duration);
  ADD_CASE ("/probe/record/gauges-and-counters", test_totals_of_gauges_and_counters);
  ADD_CASE ("/probe/record/events", test_events_are_counted_and_told);
  ADD_CASE ("/probe/record/half", test_half_a_record_is_none);
  ADD_CASE ("/probe/record/threads", test_totals_add_up_over_threads);
  ADD_CASE ("/probe/record/concurrent-drain", test_records_are_read_once_and_whole_while_written);
  ADD_CASE ("/probe/record/concurrent-totals", test_totals_are_whole_while_written);
  ADD_CASE ("/probe/record/full-ring", test_a_full_ring_holds_the_newest);
  ADD_CASE ("/probe/record/overtaken", test_overtaken_records_are_lost_not_wrong);
  ADD_CASE ("/probe/record/scope", test_a_scope_is_timed);

  return g_test_run ();
}
