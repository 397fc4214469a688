/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/overhead.h"

#define MS ((gint64) 1000000)

static void
test_share_of_the_machine (void)
{
  HrOverhead overhead = { 0 };

  g_assert_false (hr_overhead_advance (&overhead, 5000 * MS, 100 * MS, 4));
  g_assert_false (hr_overhead_advance (&overhead, 5500 * MS, 200 * MS, 4));
  g_assert_true (hr_overhead_advance (&overhead, 7000 * MS, 180 * MS, 4));
  g_assert_cmpfloat_with_epsilon (overhead.share, 0.01, 1e-12);
}

static void
test_process_time_grows (void)
{
  gint64 begin = hr_overhead_process_cpu ();

  g_assert_cmpint (begin, >, 0);
  g_assert_cmpint (hr_overhead_process_cpu (), >=, begin);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overhead/share-of-the-machine", test_share_of_the_machine);
  g_test_add_func ("/overhead/process-time-grows", test_process_time_grows);

  return g_test_run ();
}
