/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/faults.h"

#include "engine/probe/probe.h"
#include "engine/probe/reader.h"

#include <glib/gstdio.h>

#define SECOND 1000000000ull
#define START (50 * SECOND)
#define CHUNK_MB 0.262144

static HrProbe *probe;

static void
test_every_kth_batch_is_slow (void)
{
  const HrWorkloadOptions options = { .slow_ms = 2.5, .slow_every = 3 };
  HrFaults                faults;

  hr_faults_init (&faults, &options, probe, START);
  for (int i = 1; i <= 30; i++)
    g_assert_cmpuint (hr_faults_next_batch (&faults, START), ==, i % 3 == 0 ? 2500000 : 0);
}

static void
test_it_is_well_again_in_time (void)
{
  const HrWorkloadOptions options = { .slow_ms = 1, .slow_every = 1, .stall_seconds = 1, .leak_mb_per_second = 10, .misbehave_seconds = 1.5 };
  HrFaults                faults;

  hr_faults_init (&faults, &options, probe, START);
  g_assert_cmpuint (hr_faults_next_batch (&faults, START + 3 * SECOND / 2 - 1), ==, 1000000);
  g_assert_true (hr_faults_stalled (&faults, START + 3 * SECOND / 2 - 1));
  hr_faults_leak (&faults, START + SECOND);
  g_assert_nonnull (faults.leak);

  g_assert_cmpuint (hr_faults_next_batch (&faults, START + 3 * SECOND / 2), ==, 0);
  g_assert_false (hr_faults_stalled (&faults, START + 3 * SECOND / 2));
  hr_faults_leak (&faults, START + 3 * SECOND / 2);
  g_assert_null (faults.leak);
}

static void
test_it_stalls_half_of_the_time (void)
{
  const HrWorkloadOptions options = { .stall_seconds = 2, .slow_every = 1 };
  const HrWorkloadOptions steady = { .slow_every = 1 };
  HrFaults                faults;

  hr_faults_init (&faults, &options, probe, START);
  for (uint64_t second = 0; second < 20; second++)
    g_assert_cmpint (hr_faults_stalled (&faults, START + second * SECOND), ==, second % 4 >= 2);

  hr_faults_init (&faults, &steady, probe, START);
  g_assert_false (hr_faults_stalled (&faults, START + 3 * SECOND));
}

static void
test_it_leaks_at_its_rate_until_the_cleanup (void)
{
  const HrWorkloadOptions options = { .leak_mb_per_second = 10, .slow_every = 1 };
  HrFaults                faults;

  hr_faults_init (&faults, &options, probe, START);
  hr_faults_leak (&faults, START);
  g_assert_null (faults.leak);
  for (uint64_t i = 1; i <= 10; i++)
    {
      hr_faults_leak (&faults, START + i * SECOND / 10);
      g_assert_cmpuint (faults.n_leaked, ==, (uint64_t) ((double) i / CHUNK_MB));
    }

  hr_faults_clean_up (&faults, START + SECOND);
  g_assert_null (faults.leak);
  hr_faults_leak (&faults, START + SECOND);
  g_assert_null (faults.leak);
  hr_faults_leak (&faults, START + 2 * SECOND);
  g_assert_cmpuint (faults.n_leaked, ==, 38);
  hr_faults_clean_up (&faults, START + 2 * SECOND);
}

static void
test_what_leaks_is_counted_as_caching (void)
{
  const HrWorkloadOptions options = { .leak_mb_per_second = 10, .slow_every = 1 };
  HrRegionReader         *reader = NULL;
  HrRegionCategory        category;
  HrRegionUsage           before, leaked, freed;
  HrFaults                faults;

  hr_faults_init (&faults, &options, probe, START);
  g_assert_cmpint (hr_region_reader_open (hr_probe_path (probe), &reader), ==, HR_REGION_OK);
  g_assert_true (hr_region_reader_category (reader, faults.caching, &category));
  g_assert_cmpstr (category.name, ==, "caching");

  g_assert_true (hr_region_reader_usage (reader, faults.caching, &before));
  hr_faults_leak (&faults, START + SECOND);
  g_assert_true (hr_region_reader_usage (reader, faults.caching, &leaked));
  hr_faults_clean_up (&faults, START + SECOND);
  g_assert_true (hr_region_reader_usage (reader, faults.caching, &freed));

  g_assert_cmpuint (leaked.allocations - before.allocations, ==, 38);
  g_assert_cmpuint (leaked.allocated_bytes - before.allocated_bytes, ==, 38 * 262144);
  g_assert_cmpuint (leaked.frees, ==, before.frees);
  g_assert_cmpuint (freed.frees, ==, freed.allocations);
  g_assert_cmpuint (freed.freed_bytes, ==, freed.allocated_bytes);
  hr_region_reader_close (reader);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-faults-XXXXXX", NULL);
  int              status;

  g_assert_nonnull (folder);
  probe = hr_probe_open_in (folder, "faults");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workload/faults/slow", test_every_kth_batch_is_slow);
  g_test_add_func ("/workload/faults/well-again", test_it_is_well_again_in_time);
  g_test_add_func ("/workload/faults/stall", test_it_stalls_half_of_the_time);
  g_test_add_func ("/workload/faults/leak", test_it_leaks_at_its_rate_until_the_cleanup);
  g_test_add_func ("/workload/faults/category", test_what_leaks_is_counted_as_caching);
  status = g_test_run ();

  g_remove (hr_probe_path (probe));
  hr_probe_close (probe);
  g_rmdir (folder);

  return status;
}
