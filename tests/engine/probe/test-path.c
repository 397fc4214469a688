/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A record makes no system call, allocates nothing and takes no lock: path-program records where each of them would end it. */

#include "path-program.h"
#include "tests/engine/probe/region-fixture.h"

/* Runs path-program in @mode with HEADROOM_CLOCK=@clock (NULL: not set) and the fixture's folder for its region.
 * Returns its wait status. */
static int
run (Fixture    *fixture,
     const char *mode,
     const char *clock)
{
  const char *argv[] = { g_getenv ("HEADROOM_PATH_PROGRAM"), mode, NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GError) error = NULL;
  g_autofree char *told = NULL;
  int              status;

  environment = g_environ_setenv (environment, "HEADROOM_RUNTIME_DIR", fixture->folder, TRUE);
  environment = clock != NULL ? g_environ_setenv (environment, "HEADROOM_CLOCK", clock, TRUE) : g_environ_unsetenv (environment, "HEADROOM_CLOCK");
  g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_DEFAULT, NULL, NULL, NULL, &told, &status, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %s", mode, told);

  return status;
}

static bool
skip_without_seccomp (int status)
{
  if (!WIFEXITED (status) || WEXITSTATUS (status) != PATH_EXIT_NO_SECCOMP)
    return false;

  g_test_skip ("needs seccomp");

  return true;
}

static HrRegionReader *
open_only_region (Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  g_autofree char *path = g_build_filename (fixture->folder, g_dir_read_name (folder), NULL);

  return open_reader (path);
}

/* Nothing was left out on the way. */
static void
assert_recorded (Fixture     *fixture,
                 uint32_t     stride,
                 HrTickSource source)
{
  HrRegionReader *reader = open_only_region (fixture);
  HrRegionUsage   usage;

  g_assert_cmpuint (hr_region_reader_get_stride (reader), ==, stride);
  g_assert_cmpuint (hr_region_reader_header (reader)->tick_source, ==, source);
  for (uint32_t i = 0; i < hr_region_reader_n_metrics (reader); i++)
    {
      HrRegionMetric metric;
      HrRegionTotals totals;
      bool           whole;

      g_assert_true (hr_region_reader_metric (reader, i, &metric));
      g_assert_true (hr_region_reader_totals (reader, i, &totals));
      g_assert_cmpuint (totals.refused, ==, 0);
      whole = stride == 1 || metric.kind == HR_KIND_COUNTER || metric.kind == HR_KIND_EVENT;
      if (whole && !g_str_equal (metric.name, "measured"))
        g_assert_cmpuint (totals.count, ==, PATH_RECORDS + 1);
      else
        g_assert_cmpuint (totals.count, >, PATH_RECORDS / 2 / stride);
    }
  g_assert_true (hr_region_reader_usage (reader, 0, &usage));
  g_assert_cmpuint (usage.frees, ==, PATH_RECORDS + 1);
  g_assert_cmpuint (usage.freed_bytes, ==, usage.allocated_bytes);
  hr_region_reader_close (reader);
}

static void
assert_silent (Fixture    *fixture,
               const char *mode,
               const char *clock)
{
  int status = run (fixture, mode, clock);

  if (skip_without_seccomp (status))
    return;

  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  assert_recorded (fixture, g_str_equal (mode, "strided") ? PATH_STRIDE : 1,
                   clock != NULL ? HR_TICKS_MONOTONIC : hr_tick_clock_get ()->source);
}

static void
test_records_only_compute (Fixture      *fixture,
                           gconstpointer data)
{
  assert_silent (fixture, "records", NULL);
}

static void
test_one_of_several_only_computes (Fixture      *fixture,
                                   gconstpointer data)
{
  assert_silent (fixture, "strided", NULL);
}

static void
test_the_fallback_only_computes (Fixture      *fixture,
                                 gconstpointer data)
{
  int clock = run (fixture, "clock", "monotonic");

  if (WIFSIGNALED (clock))
    {
      g_test_skip ("clock_gettime () is a system call here");
      return;
    }

  empty_folder (fixture->folder);
  assert_silent (fixture, "records", "monotonic");
}

static void
test_what_a_record_must_not_is_seen (Fixture      *fixture,
                                     gconstpointer data)
{
  const char *const told[] = { "malloc", "free", "lock", "first" };
  int               status = run (fixture, "getpid", NULL);

  if (skip_without_seccomp (status))
    return;

  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGSYS);
  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      status = run (fixture, told[i], NULL);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, PATH_EXIT_SEEN);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/path/records", test_records_only_compute);
  ADD_CASE ("/probe/path/strided", test_one_of_several_only_computes);
  ADD_CASE ("/probe/path/fallback", test_the_fallback_only_computes);
  ADD_CASE ("/probe/path/seen", test_what_a_record_must_not_is_seen);

  return g_test_run ();
}
