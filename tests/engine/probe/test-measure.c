/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Measured scopes and their report. Times are injected with hr_measure_put (); names are the program's for good, so
 * that each case has its own, and those that look at all of them run in a process of their own. */

#include "tests/engine/probe/region-fixture.h"

#include "engine/probe/measure.h"

#include <math.h>
#include <pthread.h>

#define MS 1000000u
#define LONG 1e9 /* no scope takes so many milliseconds */
#define N_THREADS 8
#define N_CALLS 500u

static void
put (HrMeasure *measure,
     uint64_t   elapsed_ns)
{
  hr_measure_put (measure, hr_probe_ticks (measure->probe), elapsed_ns);
}

static HrMeasureSummary
summary_of (const char *name)
{
  HrMeasureSummary summary;

  g_assert_true (hr_measure_summary (name, &summary));

  return summary;
}

static void
test_a_summary_is_what_was_measured (void)
{
  HrMeasure       *measure = hr_measure_get ("summary", 5);
  HrMeasureSummary summary;

  for (int i = 0; i < 197; i++)
    put (measure, 1 * MS);
  put (measure, 5 * MS);
  put (measure, 5 * MS + 1);
  put (measure, 93 * MS - 1);

  summary = summary_of ("summary");
  g_assert_cmpuint (summary.calls, ==, 200);
  g_assert_cmpuint (summary.over, ==, 2);
  g_assert_cmpfloat (summary.average_ms, ==, 1.5);
  g_assert_cmpfloat_with_epsilon (summary.p99_ms, 5, 0.05);
  g_assert_cmpfloat (summary.max_ms, ==, 92.999999);
  g_assert_cmpfloat (summary.limit_ms, ==, 5);
  g_assert_cmpint (summary.result, ==, HR_MEASURE_PASS);
}

static void
test_p99_is_within_what_was_measured (void)
{
  HrMeasure       *measure = hr_measure_get ("p99", 5);
  HrMeasureSummary summary;

  put (measure, 1000001);
  summary = summary_of ("p99");
  g_assert_cmpfloat (summary.p99_ms, ==, 1.000001);
  g_assert_cmpfloat (summary.max_ms, ==, 1.000001);

  for (int i = 0; i < 200; i++)
    put (measure, 1000001);
  g_assert_cmpfloat (summary_of ("p99").p99_ms, ==, 1.000001);

  put (hr_measure_get ("p99 of hours", 5), 7200000 * (uint64_t) MS);
  g_assert_cmpfloat (summary_of ("p99 of hours").p99_ms, ==, 7200000);
}

static void
test_the_average_decides (void)
{
  HrMeasure *measure = hr_measure_get ("average", 2);

  put (measure, 1 * MS);
  put (measure, 3 * MS);
  g_assert_cmpint (summary_of ("average").result, ==, HR_MEASURE_PASS);
  put (measure, 2 * MS + 1);
  g_assert_cmpint (summary_of ("average").result, ==, HR_MEASURE_FAIL);
}

static void
test_the_strictest_limit_counts (void)
{
  HrMeasure *measure = hr_measure_get ("strict", 5);

  g_assert_true (hr_measure_get ("strict", 2) == measure);
  g_assert_true (hr_measure_get ("strict", 9) == measure);
  put (measure, 3 * MS);
  g_assert_cmpfloat (summary_of ("strict").limit_ms, ==, 2);
  g_assert_cmpuint (summary_of ("strict").over, ==, 1);
}

/* A machine that slept may have set its counter back. */
static void
test_a_scope_that_ends_before_it_begins (void)
{
  static HrMeasure *site;
  HrMeasureScope    scope = hr_measure_scope (&site, "back", 5);

  scope.begin += UINT64_C (1) << 40;
  hr_measure_scope_end (&scope);
  g_assert_cmpuint (summary_of ("back").calls, ==, 1);
  g_assert_cmpuint (summary_of ("back").over, ==, 0);
  g_assert_cmpfloat (summary_of ("back").max_ms, ==, 0);
}

/* What is not among the calls is not among those over the limit. */
static void
test_what_is_refused_is_not_over (void)
{
  HrMeasure *measure = hr_measure_get ("refused", 5);

  put (measure, 1 * MS);
  put (measure, (uint64_t) 5 - 6);
  g_assert_cmpuint (summary_of ("refused").calls, ==, 1);
  g_assert_cmpuint (summary_of ("refused").over, ==, 0);
}

static void
test_odd_limits (void)
{
  const double nothing_keeps[] = { 0, -1, (double) NAN, (double) -INFINITY };

  for (gsize i = 0; i < G_N_ELEMENTS (nothing_keeps); i++)
    {
      g_autofree char *name = g_strdup_printf ("odd %zu", i);

      put (hr_measure_get (name, nothing_keeps[i]), 1);
      g_assert_cmpint (summary_of (name).result, ==, HR_MEASURE_FAIL);
      g_assert_cmpuint (summary_of (name).over, ==, 1);
    }

  put (hr_measure_get ("endless", (double) INFINITY), UINT64_C (1) << 60);
  g_assert_cmpint (summary_of ("endless").result, ==, HR_MEASURE_PASS);
  g_assert_cmpuint (summary_of ("endless").over, ==, 0);
  g_assert_cmpint (isinf (summary_of ("endless").limit_ms), ==, 1);
}

static void
test_bad_names_have_no_data (void)
{
  HrMeasureSummary summary = { .calls = 77 };
  uint64_t         before = hr_probe_unplaced (hr_probe_default ());

  add_counter (hr_probe_default (), "a counter");
  put (hr_measure_get ("a counter", 1), 1);
  put (hr_measure_get ("tab\t", 1), 1);
  put (hr_measure_get (NULL, 1), 1);
  g_assert_cmpuint (hr_probe_unplaced (hr_probe_default ()), ==, before + 3);
  g_assert_cmpint (summary_of ("a counter").result, ==, HR_MEASURE_NO_DATA);
  g_assert_cmpuint (summary_of ("a counter").calls, ==, 0);

  g_assert_false (hr_measure_summary ("never measured", &summary));
  g_assert_cmpuint (summary.calls, ==, 77);
}

static int
return_from_scope (int value)
{
  HR_MEASURE ("returned", LONG)
    {
      HR_MEASURE ("within", LONG)
        return value;
    }

  return -1;
}

static void
test_a_scope_ends_however_it_is_left (void)
{
  static const char *const names[] = { "broken", "continued", "gone", "returned", "within", "plain" };

  for (int i = 0; i < 3; i++)
    {
      HR_MEASURE ("broken", LONG)
        {
          if (i >= 0)
            break;
          g_assert_not_reached ();
        }
      HR_MEASURE ("continued", LONG)
        {
          if (i >= 0)
            continue;
          g_assert_not_reached ();
        }
      HR_MEASURE ("gone", LONG)
        goto out;
    out:
      g_assert_cmpint (return_from_scope (i), ==, i);
      if (i < 0)
        g_assert_not_reached ();
      else
        HR_MEASURE ("plain", LONG)
          g_assert_cmpint (i, >=, 0);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpuint (summary_of (names[i]).calls, ==, 3);
      g_assert_cmpint (summary_of (names[i]).result, ==, HR_MEASURE_PASS);
    }
}

/* A scope's time is from its first statement to its last: what passes meanwhile by another clock is in it. */
static void
test_a_scope_tells_its_time (void)
{
  uint64_t         begin, end, passed;
  HrMeasureSummary summary;

  HR_MEASURE ("time", LONG)
    {
      begin = hr_clock_monotonic ();
      while ((end = hr_clock_monotonic ()) < begin + 2 * MS)
        ;
      passed = end - begin;
    }
  summary = summary_of ("time");

  /* The counter's rate is known to some 10 ppm. */
  g_assert_cmpfloat (summary.average_ms, >=, (double) passed / MS * 0.999);
  g_assert_cmpfloat (summary.average_ms, ==, summary.max_ms);
}

/* Where threads wait for each other before they all reach a site for the first time. */
static pthread_barrier_t starting_line;

static void *
measure_at_once (void *data)
{
  pthread_barrier_wait (&starting_line);
  for (unsigned i = 0; i < N_CALLS; i++)
    HR_MEASURE ("at once", LONG)
      (void) i;
  hr_measure_add (hr_measure_get ("added at once", 0), 7);

  return NULL;
}

/* In a process that has no default probe yet. */
static void
test_threads_add_up (void)
{
  pthread_t threads[N_THREADS];

  pthread_barrier_init (&starting_line, NULL, N_THREADS);
  for (int i = 0; i < N_THREADS; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, measure_at_once, NULL), ==, 0);
  for (int i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);

  g_assert_cmpuint (summary_of ("at once").calls, ==, N_THREADS * N_CALLS);
  g_assert_cmpuint (summary_of ("added at once").calls, ==, N_THREADS);
  g_assert_cmpuint (summary_of ("added at once").over, ==, N_THREADS);
  g_assert_cmpuint (hr_probe_unplaced (hr_probe_default ()), ==, 0);
}

static void
assert_report (bool        passed,
               const char *wanted)
{
  char  *text = NULL;
  size_t length;
  FILE  *file = open_memstream (&text, &length);

  g_assert_cmpint (hr_measure_report (file), ==, passed);
  fclose (file);
  g_assert_cmpstr (text, ==, wanted);
  free (text);
}

#define HEADING "       calls  average ms      p99 ms      max ms    limit ms        over  result\n"

static void
test_the_report (void)
{
  HrMeasure *security, *path;

  assert_report (false, "Nothing was measured.\n");

  security = hr_measure_get ("Security Operations", 5);
  put (security, 4 * MS);
  put (security, 4 * MS + 400000);
  put (security, 6 * MS);
  assert_report (true,
                 "measure            " HEADING
                 "Security Operations           3       4.800       6.000       6.000       5.000           1  PASS\n");

  path = hr_measure_get ("größer", 0.01);
  put (path, 28);
  hr_measure_get ("later", 100);
  assert_report (false,
                 "measure            " HEADING
                 "Security Operations           3       4.800       6.000       6.000       5.000           1  PASS\n"
                 "größer                        1    0.000028    0.000028    0.000028    0.010000           0  PASS\n"
                 "later                         0           -           -           -     100.000           0  NO-DATA\n");

  put (hr_measure_get ("later", 100), 87 * MS);
  put (path, 1 * MS);
  put (path, 1 * MS);
  put (path, 1 * MS);
  put (path, 1 * MS);
  assert_report (false,
                 "measure            " HEADING
                 "Security Operations           3       4.800       6.000       6.000       5.000           1  PASS\n"
                 "größer                        5    0.800006       1.000       1.000    0.010000           4  FAIL\n"
                 "later                         1      87.000      87.000      87.000     100.000           0  PASS\n");
}

static void
test_sampling_off_is_no_data (void)
{
  HrRegionReader *reader = open_reader (hr_probe_path (hr_probe_default ()));

  hr_region_reader_set_sampling (reader, false);
  HR_MEASURE ("unseen", 1000)
    {
    }
  hr_measure_add (hr_measure_get ("unseen", 1000), 5);
  assert_report (false,
                 "measure" HEADING
                 "unseen            0           -           -           -    1000.000           0  NO-DATA\n"
                 "Sampling is switched off: calls meanwhile are not measured.\n");

  hr_region_reader_set_sampling (reader, true);
  hr_region_reader_set_stride (reader, 2);
  put (hr_measure_get ("unseen", 1000), 5);
  assert_report (true,
                 "measure" HEADING
                 "unseen            1    0.000005    0.000005    0.000005    1000.000           0  PASS\n"
                 "Sampling is thinned out: only some of the calls are measured.\n");
  hr_region_reader_close (reader);
}

static void
test_a_forked_child_counts_anew (void)
{
  HrMeasure *measure = hr_measure_get ("forked", 1);
  pid_t      child;
  int        status;

  put (measure, 2 * MS);
  child = fork ();
  if (child == 0)
    {
      HrMeasureSummary summary;
      bool             empty = hr_measure_summary ("forked", &summary) && summary.calls == 0 && summary.over == 0;

      put (measure, 3 * MS);
      _exit (empty && hr_measure_summary ("forked", &summary) && summary.calls == 1 && summary.over == 1 && summary.max_ms >= 3 ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpuint (summary_of ("forked").calls, ==, 1);
  g_assert_cmpuint (summary_of ("forked").over, ==, 1);
}

static void
test_the_default_probe_has_the_programs_name (void)
{
  HrProbe         *probe = hr_probe_default ();
  g_autofree char *name = g_path_get_basename (hr_probe_path (probe));

  g_assert_true (hr_probe_default () == probe);
  g_assert_true (g_str_has_prefix (name, "test-probe-measure-"));
  g_assert_false (hr_probe_name_default ("too late"));
}

static void
test_the_default_probe_can_be_named (void)
{
  g_autofree char *name = NULL;

  g_assert_true (hr_probe_name_default ("never mind"));
  g_assert_true (hr_probe_name_default ("ranker.py"));
  name = g_path_get_basename (hr_probe_path (hr_probe_default ()));
  g_assert_true (g_str_has_prefix (name, "ranker.py-"));
}

static void
test_it_measures_what_nobody_can_read (void)
{
  g_setenv ("HEADROOM_RUNTIME_DIR", "/nowhere/at/all", TRUE);
  HR_MEASURE ("alone", LONG)
    {
    }

  g_assert_null (hr_probe_path (hr_probe_default ()));
  g_assert_nonnull (hr_probe_error (hr_probe_default ()));
  g_assert_cmpuint (summary_of ("alone").calls, ==, 1);
  g_assert_cmpint (summary_of ("alone").result, ==, HR_MEASURE_PASS);
}

/* Runs the case in a process of its own. */
static void
run_alone (gconstpointer data)
{
  if (g_test_subprocess ())
    {
      ((GTestFunc) data) ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static void
add_alone (const char *path,
           GTestFunc   function)
{
  g_test_add_data_func (path, (gconstpointer) function, run_alone);
}

int
main (int   argc,
      char *argv[])
{
  Fixture fixture;
  int     status;

  fixture_set_up (&fixture, NULL);
  g_setenv ("HEADROOM_RUNTIME_DIR", fixture.folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/measure/summary", test_a_summary_is_what_was_measured);
  g_test_add_func ("/probe/measure/p99", test_p99_is_within_what_was_measured);
  g_test_add_func ("/probe/measure/average", test_the_average_decides);
  g_test_add_func ("/probe/measure/strictest", test_the_strictest_limit_counts);
  g_test_add_func ("/probe/measure/back", test_a_scope_that_ends_before_it_begins);
  g_test_add_func ("/probe/measure/refused", test_what_is_refused_is_not_over);
  g_test_add_func ("/probe/measure/odd-limits", test_odd_limits);
  g_test_add_func ("/probe/measure/bad-names", test_bad_names_have_no_data);
  g_test_add_func ("/probe/measure/scope", test_a_scope_ends_however_it_is_left);
  g_test_add_func ("/probe/measure/time", test_a_scope_tells_its_time);
  g_test_add_func ("/probe/measure/fork", test_a_forked_child_counts_anew);
  g_test_add_func ("/probe/measure/default", test_the_default_probe_has_the_programs_name);
  add_alone ("/probe/measure/threads", test_threads_add_up);
  add_alone ("/probe/measure/report", test_the_report);
  add_alone ("/probe/measure/sampling", test_sampling_off_is_no_data);
  add_alone ("/probe/measure/named", test_the_default_probe_can_be_named);
  add_alone ("/probe/measure/unpublished", test_it_measures_what_nobody_can_read);
  status = g_test_run ();
  fixture_tear_down (&fixture, NULL);

  return status;
}
