/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How soon the engine tells what happened, with a real agent and a real workload: medians of ROUNDS. The times of an alert are the
 * product's own stamps. The floor of what an agent has to notice is its interval. */

#include "tests/bench/bench.h"

#include "engine/monitor.h"
#include "tests/engine/find-agent.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>

#define ROUNDS 5
#define INTERVAL_MS 100

typedef struct
{
  HrMonitor *monitor;
  HrSource  *computer;
  HrSource  *workload; /* NULL until it appeared */
  double     alert_ms; /* from the end of the breaching snapshot to the alert; NaN until it was raised */
} Watch;

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

static const char contract_text[] =
    "[contract]\nname=bench\nversion=1\n"
    "[mean]\nmetric=thompson_duration_ms\nstatistic=mean\nwindow=5s\nlimit=10\n";

static void
source_added_cb (HrMonitor *monitor,
                 HrSource  *source,
                 Watch     *watch)
{
  if (hr_source_get_role (source) == HR_SOURCE_PROCESS)
    watch->workload = source;
}

static void
alert_raised_cb (HrMonitor *monitor,
                 HrAlert   *alert,
                 Watch     *watch)
{
  if (isnan (watch->alert_ms))
    watch->alert_ms = (double) (g_get_real_time () - hr_alert_get_raised (alert)) / 1000;
}

static gboolean
is (HrSource     *source,
    HrSourceState state)
{
  return source != NULL && hr_source_get_state (source) == state;
}

static GSubprocess *
start_workload (const char *first,
                const char *second)
{
  g_autofree char *path = g_build_filename (g_getenv ("HEADROOM_BUILD_DIR"), "engine/agents/workload/headroom-workload", NULL);

  return g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL, path, first, second, NULL);
}

static double
milliseconds_since (gint64 begin_us)
{
  return (double) (g_get_monotonic_time () - begin_us) / 1000;
}

static int
compare (const void *a,
         const void *b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);

  return values[ROUNDS / 2];
}

/* Writes what one round took: to the first number, an alert, the loss of a killed agent, its return, the loss of a
 * killed program. */
static void
run_round (HrContract *contract,
           double      out[5])
{
  g_autofree char *agent = g_build_filename (g_getenv ("HEADROOM_BUILD_DIR"), "engine/agents/local/headroom-agent", NULL);
  const char      *argv[] = { agent, NULL };
  Watch            watch = { .alert_ms = (double) NAN };
  gint64           begin = g_get_monotonic_time ();
  g_autoptr (GSubprocess) workload = NULL;

  watch.monitor = hr_monitor_new (argv, contract);
  watch.computer = g_list_model_get_item (hr_monitor_get_sources (watch.monitor), 0);
  g_signal_connect (watch.monitor, "source-added", G_CALLBACK (source_added_cb), &watch);
  g_signal_connect (watch.monitor, "alert-raised", G_CALLBACK (alert_raised_cb), &watch);
  wait_until (is (watch.computer, HR_SOURCE_CONNECTED));
  out[0] = milliseconds_since (begin);

  workload = start_workload ("--slow-ms=25", "--slow-every=1");
  wait_until (!isnan (watch.alert_ms));
  out[1] = watch.alert_ms;

  begin = g_get_monotonic_time ();
  kill_agent_of ("self");
  wait_until (is (watch.workload, HR_SOURCE_LOST));
  out[2] = milliseconds_since (begin);
  wait_until (is (watch.workload, HR_SOURCE_CONNECTED));
  out[3] = milliseconds_since (begin);

  begin = g_get_monotonic_time ();
  g_subprocess_force_exit (workload);
  wait_until (is (watch.workload, HR_SOURCE_LOST));
  out[4] = milliseconds_since (begin);

  g_object_unref (watch.computer);
  g_object_unref (watch.monitor);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GSubprocess) remover = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-r", path, NULL);

  g_subprocess_wait (remover, NULL, NULL);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    double      floor;
  } results[] = {
    { "first-number", (double) NAN },
    { "alert-after-breaching-snapshot", (double) NAN },
    { "lost-after-killed-agent", (double) NAN },
    { "back-after-killed-agent", INTERVAL_MS },
    { "lost-after-killed-program", INTERVAL_MS },
  };
  g_autoptr (HrBench) bench = hr_bench_new ("monitor");
  g_autoptr (HrContract) contract = hr_contract_parse (contract_text, sizeof contract_text - 1, "bench.ini", NULL);
  double rounds[G_N_ELEMENTS (results)][ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    {
      /* A folder each, so that no round meets the last one's killed program. */
      g_autofree char *folder = g_dir_make_tmp ("headroom-bench-XXXXXX", NULL);
      double           round[G_N_ELEMENTS (results)];

      g_setenv ("HEADROOM_RUNTIME_DIR", folder, TRUE);

      run_round (contract, round);
      remove_folder (folder);
      for (guint j = 0; j < G_N_ELEMENTS (results); j++)
        rounds[j][i] = round[j];
    }
  for (guint j = 0; j < G_N_ELEMENTS (results); j++)
    hr_bench_add (bench, results[j].name, median (rounds[j]), "ms", results[j].floor);

  return hr_bench_finish (g_steal_pointer (&bench));
}
