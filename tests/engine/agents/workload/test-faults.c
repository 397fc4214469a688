/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/faults.h"

#define SECOND 1000000000ull
#define START (50 * SECOND)
#define CHUNK_MB 0.262144

static void
test_every_kth_batch_is_slow (void)
{
  const HrWorkloadOptions options = { .slow_ms = 2.5, .slow_every = 3 };
  HrFaults                faults;

  hr_faults_init (&faults, &options, START);
  for (int i = 1; i <= 30; i++)
    g_assert_cmpuint (hr_faults_next_batch (&faults, START), ==, i % 3 == 0 ? 2500000 : 0);
}

static void
test_it_is_well_again_in_time (void)
{
  const HrWorkloadOptions options = { .slow_ms = 1, .slow_every = 1, .stall_seconds = 1, .leak_mb_per_second = 10, .misbehave_seconds = 1.5 };
  HrFaults                faults;

  hr_faults_init (&faults, &options, START);
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

  hr_faults_init (&faults, &options, START);
  for (uint64_t second = 0; second < 20; second++)
    g_assert_cmpint (hr_faults_stalled (&faults, START + second * SECOND), ==, second % 4 >= 2);

  hr_faults_init (&faults, &steady, START);
  g_assert_false (hr_faults_stalled (&faults, START + 3 * SECOND));
}

static void
test_it_leaks_at_its_rate_until_the_cleanup (void)
{
  const HrWorkloadOptions options = { .leak_mb_per_second = 10, .slow_every = 1 };
  HrFaults                faults;

  hr_faults_init (&faults, &options, START);
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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workload/faults/slow", test_every_kth_batch_is_slow);
  g_test_add_func ("/workload/faults/well-again", test_it_is_well_again_in_time);
  g_test_add_func ("/workload/faults/stall", test_it_stalls_half_of_the_time);
  g_test_add_func ("/workload/faults/leak", test_it_leaks_at_its_rate_until_the_cleanup);

  return g_test_run ();
}
