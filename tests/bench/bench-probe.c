/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/base/clock.h"
#include "engine/base/region.h"
#include "engine/probe/probe.h"
#include "engine/probe/reader.h"
#include "tests/bench/bench.h"

#include <glib/gstdio.h>

/* The floors write to plain memory of this process what a record writes to its lane, and no more. */
typedef struct
{
  HrProbe *probe;
  HrMetric duration;
  HrMetric gauge;

  uint32_t       control;
  uint64_t       head;
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
    {
      uint64_t begin = hr_probe_begin (bench->probe);

      hr_probe_end (bench->probe, bench->duration, begin, 1);
    }
}

/* Two ticks, one bucket, one record with its head. */
static void
timed_floor (guint64  n,
             gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      uint64_t begin = hr_ticks_counter ();
      uint64_t now = hr_ticks_counter ();

      bench->counts[hr_bucket_index (now - begin)]++;
      store (bench, i, now, bench->duration, (double) (now - begin));
    }
}

/* What a timed scope costs before anything is recorded. */
static void
clock_twice (guint64  n,
             gpointer user_data)
{
  for (guint64 i = 0; i < n; i++)
    {
      uint64_t elapsed = hr_clock_monotonic ();

      elapsed = hr_clock_monotonic () - elapsed;
      hr_bench_keep (&elapsed);
    }
}

/* One value recorded. */
static void
value (guint64  n,
       gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_probe_gauge (bench->probe, bench->gauge, (double) i);
}

/* One reading of the clock, one record. */
static void
value_floor (guint64  n,
             gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      store (bench, i, hr_clock_monotonic (), bench->gauge, (double) i);
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

static int
measure (HrProbe *probe)
{
  HrBench *results = hr_bench_new ("probe");
  Bench   *bench = g_new0 (Bench, 1);
  gboolean off;
  int      status;

  bench->probe = probe;
  bench->duration = hr_probe_metric (probe, "bench_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  bench->gauge = hr_probe_metric (probe, "bench_level", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER);

  hr_bench_run (results, "timed-record", timed, timed_floor, bench);
  hr_bench_run_peer (results, "timed-record", "clock alone", clock_twice, bench);
  hr_bench_run (results, "value-record", value, value_floor, bench);
  off = switch_off (probe);
  if (off)
    hr_bench_run (results, "sampling-off", value, off_floor, bench);
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
  g_autofree char *folder = g_dir_make_tmp ("headroom-bench-XXXXXX", &error);
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
    status = measure (probe);
  else
    g_printerr ("bench-probe: %s\n", hr_probe_error (probe));

  hr_probe_close (probe);
  if (path != NULL)
    g_unlink (path);
  g_rmdir (folder);

  return status;
}
