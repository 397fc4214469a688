/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/probe/category.h"
#include "engine/probe/probe.h"
#include "engine/probe/reader.h"
#include "engine/probe/span.h"
#include "tests/bench/bench.h"
#include "tests/bench/peers.h"

#include <glib/gstdio.h>
#include <math.h>
#include <pthread.h>

/* Two threads record so often at a time, so many times: some of the rounds have both cores to themselves. */
#define PAIR_RECORDS 200000
#define PAIR_ROUNDS 60

#define OPEN_ROUNDS 20

/* The floors write to plain memory of this process what a record writes to its lane, and no more. */
typedef struct
{
  HrProbe   *probe;
  HrMetric   duration;
  HrMetric   gauge;
  HrMetric   counter;
  HrMetric   event;
  HrCategory category;
  uint64_t   time;

  uint32_t       control;
  uint64_t       head;
  uint64_t       words[4];
  uint64_t       counts[HR_N_BUCKETS];
  HrRegionRecord records[HR_REGION_LANE_RECORDS];
} Bench;

static inline void
store (Bench   *bench,
       uint64_t number,
       uint64_t time,
       HrMetric metric,
       double   level)
{
  HrRegionRecord record = { .time = time, .metric = metric, .weight = 1, .value = level };

  bench->records[number % HR_REGION_LANE_RECORDS] = record;
  __atomic_store_n (&bench->head, number + 1, __ATOMIC_RELEASE);
  hr_bench_keep (bench);
}

/* A scope of nothing, timed. */
static void
timed (guint64  n,
       gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_probe_end (bench->probe, bench->duration, hr_probe_begin (bench->probe), 1);
}

static inline void
time_floor (Bench   *bench,
            uint64_t number,
            uint64_t begin,
            uint64_t now)
{
  bench->counts[hr_bucket_index (now - begin)]++;
  store (bench, number, now, bench->duration, (double) (now - begin));
}

/* Two ticks, one bucket, one record and the ring's head. */
static void
timed_floor (guint64  n,
             gpointer user_data)
{
  for (guint64 i = 0; i < n; i++)
    {
      uint64_t begin = hr_ticks_counter ();

      time_floor (user_data, i, begin, hr_ticks_counter ());
    }
}

/* The same with the system's clock, which any program has. */
static void
timed_with_clock (guint64  n,
                  gpointer user_data)
{
  for (guint64 i = 0; i < n; i++)
    {
      uint64_t begin = hr_clock_monotonic ();

      time_floor (user_data, i, begin, hr_clock_monotonic ());
    }
}

/* A span of nothing. */
static void
span (guint64  n,
      gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_span_end (bench->probe, hr_span_begin (bench->probe, "span"));
}

/* Two spans, one within the other. */
static void
nested_spans (guint64  n,
              gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    HR_SPAN (bench->probe, "outer")
      HR_SPAN (bench->probe, "inner")
        ;
}

static void
nested_spans_floor (guint64  n,
                    gpointer user_data)
{
  timed_floor (2 * n, user_data);
}

/* A level, recorded with the time now. */
static void
value (guint64  n,
       gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_probe_gauge (bench->probe, bench->gauge, (double) i);
}

/* One tick, one record. */
static void
value_floor (guint64  n,
             gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    store (bench, i, hr_ticks_counter (), bench->gauge, (double) i);
}

/* A level, recorded with a time that the program has at hand. */
static void
value_at (guint64  n,
          gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_probe_gauge_at (bench->probe, bench->gauge, bench->time, (double) i);
}

/* One record. */
static void
value_at_floor (guint64  n,
                gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    store (bench, i, bench->time, bench->gauge, (double) i);
}

/* An increment. */
static void
count (guint64  n,
       gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_probe_count (bench->probe, bench->counter, 1);
}

/* Two words in memory that grow. */
static void
two_words (guint64  n,
           gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      bench->words[0]++;
      bench->words[1] += i;
      hr_bench_keep (bench);
    }
}

/* An event. */
static void
event (guint64  n,
       gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_probe_event (bench->probe, bench->event, 0);
}

/* An allocation and its end, counted. */
static void
allocation (guint64  n,
            gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      hr_probe_allocated (bench->probe, bench->category, 64);
      hr_probe_freed (bench->probe, bench->category, 64);
    }
}

static void
four_words (guint64  n,
            gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      for (int word = 0; word < 4; word++)
        bench->words[word] += 64;
      hr_bench_keep (bench);
    }
}

/* One branch on a word that another process may write. */
static void
off_floor (guint64  n,
           gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    if (__atomic_load_n (&bench->control, __ATOMIC_RELAXED) & HR_CONTROL_SAMPLING)
      bench->records[0].value = (double) i;
}

/* A thread of two that record at once. */
typedef struct
{
  Bench             *bench;
  pthread_barrier_t *both;
  double             least; /* ns a record */
} Recorder;

static void *
record_beside_another (void *data)
{
  Recorder *self = data;

  self->least = INFINITY;
  for (int round = 0; round < PAIR_ROUNDS; round++)
    {
      uint64_t begin;

      pthread_barrier_wait (self->both);
      begin = hr_clock_monotonic ();
      timed (PAIR_RECORDS, self->bench);
      self->least = MIN (self->least, (double) (hr_clock_monotonic () - begin) / PAIR_RECORDS);
    }

  return NULL;
}

/* Returns what a timed record costs a thread while another one records as fast as it can: the mean of both threads' best rounds. */
static double
record_in_two_threads (Bench *bench)
{
  pthread_barrier_t both;
  pthread_t         threads[2];
  Recorder          recorders[2];

  pthread_barrier_init (&both, NULL, 2);
  for (int i = 0; i < 2; i++)
    {
      recorders[i] = (Recorder){ bench, &both, 0 };
      pthread_create (&threads[i], NULL, record_beside_another, &recorders[i]);
    }
  for (int i = 0; i < 2; i++)
    pthread_join (threads[i], NULL);
  pthread_barrier_destroy (&both);

  return (recorders[0].least + recorders[1].least) / 2;
}

/* Returns microseconds from nothing to a first record, after the process has once found out its clock. */
static double
open_and_record (const char *folder)
{
  double least = INFINITY;

  for (int i = 0; i < OPEN_ROUNDS; i++)
    {
      uint64_t         begin = hr_clock_monotonic ();
      HrProbe         *probe = hr_probe_open_in (folder, "opened");
      HrMetric         metric = hr_probe_metric (probe, "first_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
      g_autofree char *path = g_strdup (hr_probe_path (probe));

      hr_probe_end (probe, metric, hr_probe_begin (probe), 1);
      least = MIN (least, (double) (hr_clock_monotonic () - begin) / 1000);
      hr_probe_close (probe);
      if (path != NULL)
        g_unlink (path);
    }

  return least;
}

/* Switches sampling off from outside, as the agent does, and waits for nothing: the probe reads the word
 * itself. Returns whether it is off. */
static gboolean
switch_off (HrProbe *probe)
{
  HrRegionReader *reader;
  gboolean        off;

  if (hr_region_reader_open (hr_probe_path (probe), &reader) != HR_REGION_OK)
    return FALSE;

  hr_region_reader_set_sampling (reader, false);
  off = !hr_probe_sampling (probe);
  hr_region_reader_close (reader);

  return off;
}

static Bench *
bench_new (HrProbe *probe)
{
  Bench *bench = g_new0 (Bench, 1);

  bench->probe = probe;
  bench->duration = hr_probe_metric (probe, "bench_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  bench->gauge = hr_probe_metric (probe, "bench_level", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  bench->counter = hr_probe_metric (probe, "bench_count", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  bench->event = hr_probe_metric (probe, "bench event", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  bench->category = hr_probe_category (probe, "bench");
  bench->time = hr_probe_ticks (probe);

  return bench;
}

static int
measure (HrProbe    *probe,
         const char *folder)
{
  HrBench *results = hr_bench_new ("probe");
  Bench   *bench = bench_new (probe);
  gboolean off;
  int      status;

  hr_bench_run (results, "timed-record", timed, timed_floor, bench);
  hr_bench_run_peer (results, "timed-record", "the same with clock_gettime", timed_with_clock, bench);
  hr_add_sysprof (results, "timed-record");
  hr_add_lttng (results, "timed-record");
  hr_bench_add (results, "timed-record-of-two-threads", record_in_two_threads (bench), "ns", hr_bench_get (results, "timed-record"));
  hr_bench_run (results, "span", span, timed_floor, bench);
  hr_bench_run (results, "nested-spans", nested_spans, nested_spans_floor, bench);
  hr_bench_run (results, "value-record", value, value_floor, bench);
  hr_bench_run (results, "value-record-at", value_at, value_at_floor, bench);
  hr_bench_run (results, "count", count, two_words, bench);
  hr_bench_run (results, "event", event, value_floor, bench);
  hr_bench_run (results, "allocated-and-freed", allocation, four_words, bench);
  hr_bench_add (results, "open", open_and_record (folder), "us", (double) NAN);
  off = switch_off (probe);
  if (off)
    hr_bench_run (results, "sampling-off", timed, off_floor, bench);
  else
    g_printerr ("bench-probe: sampling cannot be switched off\n");
  status = hr_bench_finish (results);
  g_free (bench);

  return off ? status : 1;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = hr_bench_make_folder (&error);
  g_autofree char *path = NULL;
  HrProbe         *probe;
  int              status = 1;

  if (folder == NULL)
    {
      g_printerr ("bench-probe: %s\n", error->message);
      return 1;
    }

  /* A probe without a region counts and does nothing: that must not pass for its speed. */
  probe = hr_probe_open_in (folder, "bench");
  path = g_strdup (hr_probe_path (probe));
  if (hr_probe_error (probe) == NULL)
    {
      g_print ("The probe counts time with %s.\n", hr_tick_source_name (hr_tick_clock_get ()->source));
      status = measure (probe, folder);
    }
  else
    g_printerr ("bench-probe: %s\n", hr_probe_error (probe));

  hr_probe_close (probe);
  if (path != NULL)
    g_unlink (path);
  g_rmdir (folder);

  return status;
}
