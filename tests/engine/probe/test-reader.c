/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a reader makes of a program's clock, and totals that are read while they grow. */

#include "tests/engine/probe/region-fixture.h"

#include <pthread.h>

#define N_READS 5000

/* A moment and a record's time lie between two looks at the clock, and are read with this much less certainty. */
#define FOLLOWED_NS 5000

/* What a program's own calibration is right within (base/ticks.c). */
#define CALIBRATED 1e-3

/* A region whose program is gone, and whose header a case rewrites. */
static char *
make_region (Fixture        *fixture,
             HrRegionHeader *header)
{
  HrProbe *probe = open_probe (fixture);
  char    *path = g_strdup (hr_probe_path (probe));
  int      fd;

  hr_probe_close (probe);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (pread (fd, header, sizeof *header, 0), ==, sizeof *header);
  close (fd);

  return path;
}

static HrRegionReader *
open_with_header (const char           *path,
                  const HrRegionHeader *header)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (pwrite (fd, header, sizeof *header, 0), ==, sizeof *header);
  close (fd);

  return open_reader (path);
}

/* What is recorded now is told as now. */
static void
assert_tells_now (HrRegionReader *reader,
                  uint64_t        tolerance_ns)
{
  uint64_t before = hr_clock_monotonic ();
  uint64_t ticks = hr_ticks_now (hr_region_reader_header (reader)->tick_source);
  uint64_t after = hr_clock_monotonic ();

  g_assert_cmpuint (hr_region_reader_time (reader, ticks), >=, before - tolerance_ns);
  g_assert_cmpuint (hr_region_reader_time (reader, ticks), <=, after + tolerance_ns);
}

static bool
skip_without_counter (void)
{
  if (hr_tick_clock_get ()->source != HR_TICKS_MONOTONIC)
    return false;

  g_test_skip ("this machine's counter is not fit");

  return true;
}

static uint64_t
ticks_of (uint64_t ns)
{
  return (uint64_t) ((double) ns / (double) hr_tick_clock_get ()->scale * (double) HR_TICK_SCALE_ONE);
}

static void
test_a_fresh_program_tells_the_time (Fixture      *fixture,
                                     gconstpointer data)
{
  HrProbe              *probe = open_probe (fixture);
  HrRegionReader       *reader = open_reader (hr_probe_path (probe));
  const HrRegionHeader *header = hr_region_reader_header (reader);
  uint64_t              age;

  g_assert_cmpuint (header->tick_source, ==, hr_tick_clock_get ()->source);
  g_assert_cmpuint (header->tick_scale, ==, hr_tick_clock_get ()->scale);
  g_assert_cmpfloat (header->record_ns, >, 0);
  g_assert_cmpuint (hr_region_reader_time (reader, header->started_ticks), ==, header->started_monotonic);
  age = hr_clock_monotonic () - header->started_monotonic;
  assert_tells_now (reader, FOLLOWED_NS + (uint64_t) ((double) age * CALIBRATED));

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_an_old_program_is_measured_anew (Fixture      *fixture,
                                      gconstpointer data)
{
  const uint64_t   age = 1000 * HR_NS_PER_SECOND;
  HrRegionHeader   header;
  g_autofree char *path = make_region (fixture, &header);
  HrTickMoment     now;
  HrRegionReader  *reader;

  if (skip_without_counter ())
    return;

  /* By its own words it would be wrong by a fifth of a second. */
  now = hr_tick_moment_now (header.tick_source);
  header.started_ticks = now.ticks - ticks_of (age);
  header.started_monotonic = now.monotonic_ns - age;
  header.tick_scale += header.tick_scale / 5000;
  reader = open_with_header (path, &header);
  assert_tells_now (reader, FOLLOWED_NS);
  hr_region_reader_drain (reader, ignore_record_cb, NULL);
  assert_tells_now (reader, FOLLOWED_NS);
  hr_region_reader_close (reader);
}

/* As after a suspend, or from another time name space. */
static void
test_clocks_that_went_apart_are_joined_again (Fixture      *fixture,
                                              gconstpointer data)
{
  const uint64_t   hour = 3600 * (uint64_t) HR_NS_PER_SECOND;
  HrRegionHeader   header;
  g_autofree char *path = make_region (fixture, &header);
  HrTickMoment     now;

  if (skip_without_counter ())
    return;

  for (int sign = -1; sign <= 1; sign += 2)
    {
      HrRegionReader *reader;
      uint64_t        second;

      now = hr_tick_moment_now (header.tick_source);
      header.started_ticks = now.ticks - ticks_of (10 * HR_NS_PER_SECOND);
      header.started_monotonic = now.monotonic_ns + (uint64_t) sign * hour;
      reader = open_with_header (path, &header);
      assert_tells_now (reader, FOLLOWED_NS);

      /* And a second is still one. */
      second = hr_region_reader_time (reader, now.ticks + ticks_of (HR_NS_PER_SECOND)) - hr_region_reader_time (reader, now.ticks);
      g_assert_cmpfloat_with_epsilon ((double) second, HR_NS_PER_SECOND, HR_NS_PER_SECOND * CALIBRATED);
      hr_region_reader_close (reader);
    }
}

static void
test_another_boot_tells_its_own_time (Fixture      *fixture,
                                      gconstpointer data)
{
  HrRegionHeader   header;
  g_autofree char *path = make_region (fixture, &header);
  HrRegionReader  *reader;

  header.started_ticks += (uint64_t) 1 << 60;
  reader = open_with_header (path, &header);
  g_assert_cmpuint (hr_region_reader_time (reader, header.started_ticks), ==, header.started_monotonic);
  g_assert_cmpuint (hr_region_reader_time (reader, header.started_ticks + 1000), ==,
                    header.started_monotonic + hr_ticks_to_ns (1000, header.tick_scale));
  hr_region_reader_close (reader);
}

static void
test_times_that_cannot_be_are_the_anchor (Fixture      *fixture,
                                          gconstpointer data)
{
  HrRegionHeader   header;
  g_autofree char *path = make_region (fixture, &header);
  HrRegionReader  *reader;

  header.started_ticks = 0;
  header.started_monotonic = 77;
  header.tick_source = HR_TICKS_COUNTER == HR_TICKS_TSC ? HR_TICKS_CNTVCT : HR_TICKS_TSC;
  header.tick_scale = UINT64_MAX;
  reader = open_with_header (path, &header);
  g_assert_cmpuint (hr_region_reader_time (reader, INT64_MAX), ==, 77);
  g_assert_cmpuint (hr_region_reader_time (reader, (uint64_t) 1 << 63), ==, 77);
  hr_region_reader_close (reader);
}

static void
test_the_fallback_is_visible (Fixture      *fixture,
                              gconstpointer data)
{
  HrProbe              *probe;
  HrRegionReader       *reader;
  const HrRegionHeader *header;
  uint64_t              now;

  if (!g_test_subprocess ())
    {
      g_setenv ("HEADROOM_CLOCK", "monotonic", TRUE);
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      g_unsetenv ("HEADROOM_CLOCK");
      return;
    }

  probe = open_probe (fixture);
  reader = open_reader (hr_probe_path (probe));
  header = hr_region_reader_header (reader);
  g_assert_cmpuint (header->tick_source, ==, HR_TICKS_MONOTONIC);
  g_assert_cmpstr (hr_tick_source_name (header->tick_source), ==, "clock_gettime");
  g_assert_cmpuint (header->tick_scale, ==, HR_TICK_SCALE_ONE);
  g_assert_cmpuint (header->started_ticks, ==, header->started_monotonic);
  now = hr_clock_monotonic ();
  g_assert_cmpuint (hr_region_reader_time (reader, now), ==, now);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

typedef struct
{
  HrProbe *probe;
  HrMetric metric;
  uint32_t stop;
  uint64_t count;
  uint64_t sum;
} Recorder;

/* Times that spread, so that a reader's idea of where buckets can be filled is old at once. */
static void *
record_on_and_on (void *data)
{
  Recorder *self = data;

  while (__atomic_load_n (&self->stop, __ATOMIC_RELAXED) == 0)
    {
      uint64_t ns = self->count % 2 == 0 ? 1000000 + self->count : 1000000 - self->count % 999999;

      hr_probe_duration (self->probe, self->metric, ns, 1);
      self->count++;
      self->sum += ns;
    }

  return NULL;
}

/* What came to @into since the last totals is @now minus those; nothing ever shrinks. */
static void
add_difference (HrRegionTotals       *into,
                HrRegionTotals       *before,
                const HrRegionTotals *now)
{
  uint64_t in_buckets = 0;

  g_assert_cmpuint (now->count, >=, before->count);
  g_assert_cmpfloat (now->sum, >=, before->sum);
  into->count += now->count - before->count;
  into->sum += now->sum - before->sum;
  for (guint i = 0; i < HR_N_BUCKETS; i++)
    {
      if (now->buckets[i] < before->buckets[i])
        g_error ("bucket %u shrank", i);
      into->buckets[i] += now->buckets[i] - before->buckets[i];
      in_buckets += now->buckets[i];
    }
  g_assert_cmpuint (in_buckets, ==, now->count);
  *before = *now;
}

static void
test_totals_telescope_while_they_grow (Fixture      *fixture,
                                       gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  Recorder        recorder = { .probe = probe, .metric = add_duration (probe, "batch") };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrRegionTotals  now, before = { 0 }, added = { 0 };
  guint64         in_buckets = 0;
  pthread_t       thread;

  pthread_create (&thread, NULL, record_on_and_on, &recorder);
  for (guint i = 0; i < N_READS; i++)
    {
      g_assert_true (hr_region_reader_totals (reader, recorder.metric, &now));
      add_difference (&added, &before, &now);
    }
  __atomic_store_n (&recorder.stop, 1, __ATOMIC_RELAXED);
  pthread_join (thread, NULL);

  g_assert_true (hr_region_reader_totals (reader, recorder.metric, &now));
  add_difference (&added, &before, &now);
  for (guint i = 0; i < HR_N_BUCKETS; i++)
    in_buckets += added.buckets[i];
  g_assert_cmpuint (added.count, ==, recorder.count);
  g_assert_cmpuint (in_buckets, ==, recorder.count);
  g_assert_cmpfloat (now.sum, ==, (double) recorder.sum);
  g_assert_cmpfloat_with_epsilon (added.sum, now.sum, now.sum * 1e-9);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/reader/time", test_a_fresh_program_tells_the_time);
  ADD_CASE ("/probe/reader/old", test_an_old_program_is_measured_anew);
  ADD_CASE ("/probe/reader/apart", test_clocks_that_went_apart_are_joined_again);
  ADD_CASE ("/probe/reader/boot", test_another_boot_tells_its_own_time);
  ADD_CASE ("/probe/reader/impossible", test_times_that_cannot_be_are_the_anchor);
  ADD_CASE ("/probe/reader/fallback", test_the_fallback_is_visible);
  ADD_CASE ("/probe/reader/telescope", test_totals_telescope_while_they_grow);

  return g_test_run ();
}
