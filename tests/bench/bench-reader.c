/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What following a program costs its reader: records, totals, and a whole round as the agent makes it every 100 ms. */

#include "engine/base/clock.h"
#include "engine/collect/follower.h"
#include "engine/probe/probe.h"
#include "tests/bench/bench.h"

#include <glib/gstdio.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#define N_LANES 4
#define N_METRICS 10
#define DRAIN_ROUNDS 100
#define COLLECT_ROUNDS 300
/* What a program may record of one metric in one thread between two rounds. */
#define BUSY_RECORDS 100
/* Times from 1 to 6 us lie within so many buckets. */
#define FILLED_BUCKETS (hr_bucket_index (5950) - hr_bucket_index (1000) + 1)

/* A program with a thread for each lane, and its region. */
typedef struct
{
  HrProbe          *probe;
  HrMetric          metrics[N_METRICS];
  guint             n_records; /* of each metric, in the next turn; 0: the threads end */
  pthread_barrier_t turn;
  pthread_barrier_t done;
  pthread_t         threads[N_LANES];

  HrRegionReader *reader;
  guint64         weights; /* of the records that were drained */
  HrRegionRecord  records[HR_REGION_LANE_RECORDS];
  HrRegionRecord  copy[HR_REGION_LANE_RECORDS];
  HrRegionTotals  totals[N_METRICS * N_LANES];
} Bench;

static void *
record_thread (void *data)
{
  Bench *bench = data;

  while (TRUE)
    {
      guint n_records;

      pthread_barrier_wait (&bench->turn);
      n_records = bench->n_records;
      if (n_records == 0)
        break;
      for (guint metric = 0; metric < N_METRICS; metric++)
        for (guint i = 0; i < n_records; i++)
          hr_probe_duration (bench->probe, bench->metrics[metric], 1000 + 5000 * i / n_records, 1);
      pthread_barrier_wait (&bench->done);
    }

  return NULL;
}

/* Lets every thread make @n_records records of each metric. */
static void
record (Bench *bench,
        guint  n_records)
{
  bench->n_records = n_records;
  pthread_barrier_wait (&bench->turn);
  pthread_barrier_wait (&bench->done);
}

static void
count_record (const HrRegionRecord *record,
              void                 *user_data)
{
  ((Bench *) user_data)->weights += record->weight;
}

/* Returns nanoseconds a record of a full ring, and in @out_floor those of copying as many bytes. */
static double
drain_full_ring (Bench  *bench,
                 double *out_floor)
{
  double least = INFINITY, floor = INFINITY;

  hr_region_reader_drain (bench->reader, count_record, bench);
  for (guint round = 0; round < DRAIN_ROUNDS; round++)
    {
      guint64 begin, drained;

      for (guint i = 0; i < HR_REGION_LANE_RECORDS; i++)
        hr_probe_duration (bench->probe, bench->metrics[0], 1000 + i % 5000, 1);
      begin = hr_clock_monotonic ();
      drained = hr_region_reader_drain (bench->reader, count_record, bench);
      least = MIN (least, (double) (hr_clock_monotonic () - begin) / (double) drained);

      begin = hr_clock_monotonic ();
      memcpy (bench->copy, bench->records, sizeof bench->copy);
      hr_bench_keep (bench->copy);
      floor = MIN (floor, (double) (hr_clock_monotonic () - begin) / HR_REGION_LANE_RECORDS);
    }
  *out_floor = floor;

  return least;
}

/* @n metrics of single lanes. */
static void
read_totals (guint64  n,
             gpointer user_data)
{
  Bench         *bench = user_data;
  HrRegionTotals totals;

  for (guint64 i = 0; i < n; i += N_LANES)
    {
      hr_region_reader_totals (bench->reader, bench->metrics[i / N_LANES % N_METRICS], &totals);
      hr_bench_keep (&totals);
    }
}

/* A copy of the head and the filled buckets of each. */
static void
read_totals_floor (guint64  n,
                   gpointer user_data)
{
  Bench         *bench = user_data;
  HrRegionTotals totals;

  for (guint64 i = 0; i < n; i++)
    {
      memcpy (&totals, &bench->totals[i % G_N_ELEMENTS (bench->totals)], offsetof (HrRegionTotals, buckets) + FILLED_BUCKETS * sizeof (uint64_t));
      hr_bench_keep (&totals);
    }
}

static void
ask_whether_moved (guint64  n,
                   gpointer user_data)
{
  Bench *bench = user_data;
  bool   moved = false;

  for (guint64 i = 0; i < n; i += N_LANES)
    {
      moved = hr_region_reader_moved (bench->reader, bench->metrics[i / N_LANES % N_METRICS]) || moved;
      hr_bench_keep (&moved);
    }
}

/* One word of each. */
static void
ask_whether_moved_floor (guint64  n,
                         gpointer user_data)
{
  Bench   *bench = user_data;
  uint64_t count = 0;

  for (guint64 i = 0; i < n; i++)
    {
      count += __atomic_load_n (&bench->totals[i % G_N_ELEMENTS (bench->totals)].count, __ATOMIC_RELAXED);
      hr_bench_keep (&count);
    }
}

/* Returns microseconds a round of a follower, before each of which every thread made @n_records records of each metric. */
static double
collect (Bench *bench,
         guint  n_records)
{
  HrRegionReader *reader;
  HrFollower     *follower;
  double          least = INFINITY;

  if (hr_region_reader_open (hr_probe_path (bench->probe), &reader) != HR_REGION_OK)
    return INFINITY;

  follower = hr_follower_new (reader, "", "", NULL, 1, (gint64) hr_clock_monotonic (), TRUE);
  for (guint round = 0; round < COLLECT_ROUNDS; round++)
    {
      guint64     begin;
      HrSnapshot *snapshot;

      if (n_records > 0)
        record (bench, n_records);
      begin = hr_clock_monotonic ();
      hr_follower_collect (follower, (gint64) begin);
      least = MIN (least, (double) (hr_clock_monotonic () - begin) / 1000);
      snapshot = hr_feed_cut (hr_follower_get_feed (follower), (gint64) begin);
      hr_snapshot_unref (snapshot);
    }
  hr_follower_free (follower);

  return least;
}

static int
measure (Bench *bench)
{
  HrBench *results = hr_bench_new ("reader");
  double   drain, floor;

  hr_bench_run (results, "totals", read_totals, read_totals_floor, bench);
  hr_bench_run (results, "moved", ask_whether_moved, ask_whether_moved_floor, bench);
  hr_bench_add (results, "collect-busy", collect (bench, BUSY_RECORDS), "us", (double) NAN);
  hr_bench_add (results, "collect-idle", collect (bench, 0), "us", (double) NAN);

  /* Last: this thread takes a lane, too. */
  drain = drain_full_ring (bench, &floor);
  hr_bench_add (results, "drain", drain, "ns", floor);

  return hr_bench_finish (results);
}

static void
start_program (Bench *bench)
{
  for (guint i = 0; i < N_METRICS; i++)
    {
      g_autofree char *name = g_strdup_printf ("metric %u", i);

      bench->metrics[i] = hr_probe_metric (bench->probe, name, HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
    }
  memset (bench->records, 1, sizeof bench->records);
  memset (bench->totals, 1, sizeof bench->totals);
  pthread_barrier_init (&bench->turn, NULL, N_LANES + 1);
  pthread_barrier_init (&bench->done, NULL, N_LANES + 1);
  for (guint i = 0; i < N_LANES; i++)
    pthread_create (&bench->threads[i], NULL, record_thread, bench);
  record (bench, BUSY_RECORDS);
}

static void
stop_program (Bench *bench)
{
  bench->n_records = 0;
  pthread_barrier_wait (&bench->turn);
  for (guint i = 0; i < N_LANES; i++)
    pthread_join (bench->threads[i], NULL);
  pthread_barrier_destroy (&bench->turn);
  pthread_barrier_destroy (&bench->done);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = hr_bench_make_folder (&error);
  g_autofree char *path = NULL;
  Bench           *bench;
  int              status = 1;

  if (folder == NULL)
    {
      g_printerr ("bench-reader: %s\n", error->message);
      return 1;
    }

  bench = g_new0 (Bench, 1);
  bench->probe = hr_probe_open_in (folder, "bench");
  path = g_strdup (hr_probe_path (bench->probe));
  if (hr_probe_error (bench->probe) == NULL && hr_region_reader_open (path, &bench->reader) == HR_REGION_OK)
    {
      start_program (bench);
      status = measure (bench);
      stop_program (bench);
    }
  else
    g_printerr ("bench-reader: the probe has no region\n");

  hr_region_reader_close (bench->reader);
  hr_probe_close (bench->probe);
  if (path != NULL)
    g_unlink (path);
  g_rmdir (folder);
  g_free (bench);

  return status;
}
