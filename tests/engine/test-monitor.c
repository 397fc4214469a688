/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The whole engine end to end: a real monitor, a real headroom-agent, a real headroom-workload. */

#include "engine/monitor.h"
#include "engine/probe/reader.h"
#include "tests/engine/find-agent.h"
#include "tests/engine/start-child.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdlib.h>

#define MILLISECONDS "thompson_duration_ms"

typedef struct
{
  char       *folder;
  HrMonitor  *monitor;
  HrSource   *computer;
  HrSource   *workload; /* once it appeared */
  GString    *states;   /* of the workload, a letter each */
  HrAlert    *alert;    /* the first one raised for @budget */
  const char *budget;
  gint64      first_over_us; /* time of the first snapshot in which @budget is over */
} Fixture;

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

static const char contract_text[] =
    "[contract]\nname=test\nversion=1\n"
    "[thompson mean]\nmetric=thompson_duration_ms\nstatistic=mean\nwindow=5s\nlimit=10\nbaseline=10\n"
    "[thompson tail]\nmetric=thompson_duration_ms\nstatistic=p99\nwindow=5s\nlimit=10\n"
    "[thompson compliance]\nmetric=thompson_duration_ms\nstatistic=compliance\nwindow=5s\nof=10\nminimum=0.95\nalert=0.90\n"
    "[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=200\nwarn=0.80\ncritical=0.95\n";

static void
source_added_cb (HrMonitor *monitor,
                 HrSource  *source,
                 Fixture   *fixture)
{
  if (hr_source_get_role (source) == HR_SOURCE_PROCESS && fixture->workload == NULL)
    fixture->workload = source;
}

static void
source_state_cb (HrMonitor *monitor,
                 HrSource  *source,
                 Fixture   *fixture)
{
  static const char letters[HR_N_SOURCE_STATES] = { 'c', 'C', 'S', 'L', 'D' };

  if (source == fixture->workload)
    g_string_append_c (fixture->states, letters[hr_source_get_state (source)]);
}

static void
verdict_changed_cb (HrMonitor *monitor,
                    HrSource  *source,
                    Fixture   *fixture)
{
  const HrVerdict *verdict = hr_monitor_get_verdict (monitor, source);
  HrHistory       *history = hr_source_get_history (source);

  if (verdict == NULL || fixture->budget == NULL || fixture->first_over_us != 0)
    return;

  for (guint i = 0; i < verdict->n_judgements; i++)
    if (g_str_equal (verdict->judgements[i].budget->name, fixture->budget) && verdict->judgements[i].standing == HR_STANDING_OVER)
      fixture->first_over_us = hr_history_get_snapshot (history, hr_history_get_n_snapshots (history) - 1)->time_us;
}

static void
alert_raised_cb (HrMonitor *monitor,
                 HrAlert   *alert,
                 Fixture   *fixture)
{
  if (fixture->alert == NULL && g_strcmp0 (hr_alert_get_budget (alert), fixture->budget) == 0)
    fixture->alert = g_object_ref (alert);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  const char *agent[] = { g_getenv ("HEADROOM_AGENT"), NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = hr_contract_parse (contract_text, strlen (contract_text), "test.ini", &error);

  g_assert_no_error (error);
  fixture->folder = g_dir_make_tmp ("headroom-monitor-XXXXXX", NULL);
  g_setenv ("HEADROOM_RUNTIME_DIR", fixture->folder, TRUE);
  fixture->states = g_string_new (NULL);
  fixture->monitor = hr_monitor_new (agent, contract);
  fixture->computer = g_list_model_get_item (hr_monitor_get_sources (fixture->monitor), 0);
  g_signal_connect (fixture->monitor, "source-added", G_CALLBACK (source_added_cb), fixture);
  g_signal_connect (fixture->monitor, "source-state", G_CALLBACK (source_state_cb), fixture);
  g_signal_connect (fixture->monitor, "verdict-changed", G_CALLBACK (verdict_changed_cb), fixture);
  g_signal_connect (fixture->monitor, "alert-raised", G_CALLBACK (alert_raised_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GSubprocess) remove = NULL;

  g_clear_object (&fixture->alert);
  g_clear_object (&fixture->computer);
  g_assert_finalize_object (fixture->monitor);
  g_string_free (fixture->states, TRUE);
  remove = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-rf", fixture->folder, NULL);
  g_subprocess_wait (remove, NULL, NULL);
  g_free (fixture->folder);
}

/* Starts the workload with the arguments in @line. */
static GSubprocess *
start_workload (const char *line)
{
  g_autofree char *command = g_strdup_printf ("%s %s", g_getenv ("HEADROOM_WORKLOAD"), line);
  g_auto (GStrv) argv = NULL;
  GSubprocess *workload;

  g_assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
  workload = start_child ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE);

  return workload;
}

static gboolean
workload_is (Fixture      *fixture,
             HrSourceState state)
{
  return fixture->workload != NULL && hr_source_get_state (fixture->workload) == state;
}

static const HrTotals *
totals_of (Fixture *fixture)
{
  HrHistory *history = hr_source_get_history (fixture->workload);
  guint      metric;

  return hr_history_find_metric (history, MILLISECONDS, &metric) ? hr_history_get_totals (history, metric) : NULL;
}

/* Ends the workload and compares what it says of itself with what arrived. It runs until here, however long what comes before takes. */
static void
assert_summary_matches (Fixture     *fixture,
                        GSubprocess *workload)
{
  g_autofree char *summary = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject     *object;
  const HrTotals *totals;
  double          mean;

  g_subprocess_send_signal (workload, SIGTERM);
  g_assert_true (g_subprocess_communicate_utf8 (workload, NULL, NULL, &summary, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (json_parser_load_from_data (parser, summary, -1, &error));
  object = json_node_get_object (json_parser_get_root (parser));
  wait_until (workload_is (fixture, HR_SOURCE_LOST));

  totals = totals_of (fixture);
  mean = json_object_get_double_member (object, "mean");
  g_assert_cmpuint (totals->count, ==, json_object_get_int_member (object, "count"));
  g_assert_cmpfloat_with_epsilon (totals->sum / (double) totals->count, mean, mean * 0.01);
  g_assert_cmpuint (totals->histogram->total, ==, totals->count);
}

static void
test_this_computer_is_measured (Fixture      *fixture,
                                gconstpointer data)
{
  HrHistory *history = hr_source_get_history (fixture->computer);
  HrWindow   window;
  guint      metric;

  wait_until (hr_source_is_live (fixture->computer) && hr_history_find_metric (history, "cpu_usage", &metric));
  wait_until (hr_history_get_totals (history, metric)->count > 1);
  hr_history_recent (history, metric, 10, &window);
  g_assert_cmpfloat (window.min, >=, 0);
  g_assert_cmpfloat (window.max, <=, 1);
  g_assert_true (hr_history_find_metric (history, "system_memory_used_mb", &metric));
  g_assert_cmpfloat (hr_history_get_totals (history, metric)->last, >, 0);
}

static void
test_the_counts_are_the_workloads_own (Fixture      *fixture,
                                       gconstpointer data)
{
  g_autoptr (GSubprocess) workload = start_workload ("--seed 1");

  wait_until (workload_is (fixture, HR_SOURCE_CONNECTED) && totals_of (fixture) != NULL && totals_of (fixture)->count > 1000);
  assert_summary_matches (fixture, workload);
}

static void
test_a_killed_agent_costs_no_count (Fixture      *fixture,
                                    gconstpointer data)
{
  g_autoptr (GSubprocess) workload = start_workload ("--seed 1");

  for (guint round = 0; round < 3; round++)
    {
      wait_until (workload_is (fixture, HR_SOURCE_CONNECTED));
      g_string_truncate (fixture->states, 0);
      kill_agent_of ("self");
      wait_until (workload_is (fixture, HR_SOURCE_LOST));
      wait_until (workload_is (fixture, HR_SOURCE_CONNECTED));
    }

  assert_summary_matches (fixture, workload);
}

/* What the region of the killed program says, read past the agent. */
static guint64
count_in_region (Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;
  guint64     count = 0;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
      HrRegionReader  *reader;

      if (!g_str_has_suffix (name, HR_REGION_SUFFIX))
        continue;
      g_assert_cmpint (hr_region_reader_open (path, &reader), ==, HR_REGION_OK);
      for (guint i = 0; i < hr_region_reader_n_metrics (reader); i++)
        {
          HrRegionMetric metric;
          HrRegionTotals totals;

          g_assert_true (hr_region_reader_metric (reader, i, &metric));
          if (g_str_equal (metric.name, MILLISECONDS) && hr_region_reader_totals (reader, i, &totals))
            count += totals.count;
        }
      hr_region_reader_close (reader);
    }

  return count;
}

static void
test_a_killed_program_comes_back (Fixture      *fixture,
                                  gconstpointer data)
{
  g_autoptr (GSubprocess) first = start_workload ("--seed 1");
  g_autoptr (GSubprocess) second = NULL;
  guint64 counted;

  wait_until (workload_is (fixture, HR_SOURCE_CONNECTED) && totals_of (fixture) != NULL && totals_of (fixture)->count > 0);
  g_subprocess_force_exit (first);
  wait_until (workload_is (fixture, HR_SOURCE_LOST));
  g_assert_null (hr_monitor_get_verdict (fixture->monitor, fixture->workload));
  counted = totals_of (fixture)->count;
  g_assert_cmpuint (counted, ==, count_in_region (fixture));

  second = start_workload ("--seed 1");
  wait_until (workload_is (fixture, HR_SOURCE_CONNECTED) && totals_of (fixture)->count > counted);
  g_assert_cmpuint (g_list_model_get_n_items (hr_monitor_get_sources (fixture->monitor)), ==, 2);
  g_subprocess_force_exit (second);
}

static void
test_stop_freezes_the_program_itself (Fixture      *fixture,
                                      gconstpointer data)
{
  g_autoptr (GSubprocess) workload = start_workload ("--seed 1");
  guint64 counted;

  wait_until (workload_is (fixture, HR_SOURCE_CONNECTED) && totals_of (fixture) != NULL && totals_of (fixture)->count > 0);
  hr_monitor_stop_sampling (fixture->monitor, fixture->workload);
  g_assert_true (workload_is (fixture, HR_SOURCE_STOPPED));

  /* The records under way still arrive; then the region stands still while the program runs. */
  do
    {
      gint64 until = g_get_monotonic_time () + 300000;

      counted = count_in_region (fixture);
      wait_until (g_get_monotonic_time () > until);
    }
  while (counted != count_in_region (fixture));

  hr_monitor_start_sampling (fixture->monitor, fixture->workload);
  wait_until (workload_is (fixture, HR_SOURCE_CONNECTED) && count_in_region (fixture) > counted);
  g_subprocess_force_exit (workload);
}

/* Runs the workload with @line until the alert on @budget was raised, and checks when. */
static GSubprocess *
wait_for_alert (Fixture    *fixture,
                const char *line,
                const char *budget)
{
  GSubprocess *workload;

  fixture->budget = budget;
  wait_until (hr_source_is_live (fixture->computer));
  workload = start_workload (line);
  wait_until (fixture->alert != NULL);
  g_assert_cmpint (hr_alert_get_raised (fixture->alert), ==, fixture->first_over_us);

  return workload;
}

static void
test_a_slow_ranker_is_critical (Fixture      *fixture,
                                gconstpointer data)
{
  g_autoptr (GSubprocess) workload = wait_for_alert (fixture, "--slow-ms 25 --slow-every 1 --slow-for 2", "thompson mean");

  g_assert_cmpint (hr_alert_get_severity (fixture->alert), ==, HR_SEVERITY_CRITICAL);
  g_assert_cmpint (hr_alert_get_level (fixture->alert), ==, HR_ALERT_CRITICAL);
  /* A batch takes that long at least, and longer where the processor was somebody else's meanwhile. */
  g_assert_cmpfloat (hr_alert_get_worst (fixture->alert), >=, 24.9);
  g_assert_cmpfloat (hr_alert_get_worst (fixture->alert), <, 100);

  wait_until (!hr_alert_is_active (fixture->alert));
  g_assert_true (workload_is (fixture, HR_SOURCE_CONNECTED));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (hr_monitor_get_alerts (fixture->monitor))), >, 0);
  g_subprocess_force_exit (workload);
}

static void
test_every_second_batch_slow_is_medium (Fixture      *fixture,
                                        gconstpointer data)
{
  g_autoptr (GSubprocess) workload = start_workload ("--slow-ms 25 --slow-every 2");
  const HrJudgement *mean, *compliance;

  /* A window that holds whole pairs of batches: judged where the mean has settled. */
  wait_until (workload_is (fixture, HR_SOURCE_CONNECTED) && totals_of (fixture) != NULL && totals_of (fixture)->count >= 200);
  mean = hr_verdict_find (hr_monitor_get_verdict (fixture->monitor, fixture->workload), MILLISECONDS, HR_STATISTIC_MEAN);
  compliance = hr_verdict_find (hr_monitor_get_verdict (fixture->monitor, fixture->workload), MILLISECONDS, HR_STATISTIC_COMPLIANCE);
  g_assert_cmpfloat_with_epsilon (mean->value, 12.5, 1.25);
  g_assert_cmpint (mean->severity, ==, HR_SEVERITY_MEDIUM);
  g_assert_cmpfloat_with_epsilon (compliance->value, 0.5, 0.05);
  g_subprocess_force_exit (workload);
}

static void
test_one_in_fifty_breaks_the_tail_alone (Fixture      *fixture,
                                         gconstpointer data)
{
  g_autoptr (GSubprocess) workload = wait_for_alert (fixture, "--slow-ms 25 --slow-every 50 --rate 50", "thompson tail");
  HrAlertBook *alerts = hr_monitor_get_alerts (fixture->monitor);

  wait_until (totals_of (fixture)->count >= 2000);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (alerts)); i++)
    {
      g_autoptr (HrAlert) alert = g_list_model_get_item (G_LIST_MODEL (alerts), i);

      g_assert_cmpstr (hr_alert_get_budget (alert), ==, "thompson tail");
    }
  g_subprocess_force_exit (workload);
}

static void
test_a_leak_climbs_through_the_marks (Fixture      *fixture,
                                      gconstpointer data)
{
  g_autoptr (GSubprocess) workload = wait_for_alert (fixture, "--leak 60", "memory");
  const HrJudgement *memory = hr_verdict_find (hr_monitor_get_verdict (fixture->monitor, fixture->workload), "memory_usage_mb", HR_STATISTIC_LAST);

  g_assert_cmpint (memory->standing, ==, HR_STANDING_OVER);
  g_assert_cmpfloat (memory->value, >, 200);
  g_assert_cmpint (hr_alert_get_alert_type (fixture->alert), ==, HR_ALERT_MEMORY);
  g_subprocess_force_exit (workload);
}

/* What leaked is freed where a cleanup is asked for, and nowhere else: without one it only grows. */
static void
test_a_cleanup_frees_the_leak (Fixture      *fixture,
                               gconstpointer data)
{
  g_autoptr (GSubprocess) workload = wait_for_alert (fixture, "--leak 60", "memory");
  HrHistory *history = hr_source_get_history (fixture->workload);
  double     peak;
  guint      memory;

  g_assert_true (hr_history_find_metric (history, "memory_usage_mb", &memory));
  peak = hr_history_get_totals (history, memory)->last;
  g_assert_cmpfloat (peak, >, 200);

  hr_monitor_request_cleanup (fixture->monitor, fixture->workload);
  wait_until (hr_history_get_totals (history, memory)->last < peak - 100);
  wait_until (!hr_alert_is_active (fixture->alert));
  g_assert_true (workload_is (fixture, HR_SOURCE_CONNECTED));
  g_subprocess_force_exit (workload);
}

/* A request for a source that nobody reaches is not an error: the computer has no program to ask. */
static void
test_a_cleanup_of_the_computer_is_nothing (Fixture      *fixture,
                                           gconstpointer data)
{
  guint64 received;

  hr_monitor_request_cleanup (fixture->monitor, fixture->computer);
  wait_until (hr_source_is_live (fixture->computer));
  hr_monitor_request_cleanup (fixture->monitor, fixture->computer);
  received = hr_history_get_received (hr_source_get_history (fixture->computer));
  wait_until (hr_history_get_received (hr_source_get_history (fixture->computer)) > received + 1);
  g_assert_true (hr_source_is_live (fixture->computer));
}

static void
test_a_missing_agent_is_said_and_tried_again (void)
{
  const char *agent[] = { "/nonexistent/headroom-agent", NULL };
  g_autoptr (HrContract) contract = hr_contract_parse (contract_text, strlen (contract_text), "test.ini", NULL);
  HrMonitor *monitor = hr_monitor_new (agent, contract);
  g_autoptr (HrSource) computer = g_list_model_get_item (hr_monitor_get_sources (monitor), 0);
  g_autofree char *sentence = NULL;

  wait_until (hr_source_get_state (computer) == HR_SOURCE_LOST);
  sentence = hr_monitor_get_sentence (monitor, computer);
  g_assert_cmpstr (hr_source_get_message (computer), ==, sentence);
  hr_monitor_disconnect (monitor, computer);
  g_assert_cmpint (hr_source_get_state (computer), ==, HR_SOURCE_DISCONNECTED);
  g_assert_finalize_object (monitor);
}

static void
test_disconnect_ends_the_agent (Fixture      *fixture,
                                gconstpointer data)
{
  wait_until (hr_source_is_live (fixture->computer));
  hr_monitor_disconnect (fixture->monitor, fixture->computer);
  while (find_agent_of ("self") != 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (hr_source_get_state (fixture->computer), ==, HR_SOURCE_DISCONNECTED);

  hr_monitor_connect (fixture->monitor, fixture->computer);
  wait_until (hr_source_is_live (fixture->computer));
}

static void
add (const char *path,
     void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/monitor/missing-agent", test_a_missing_agent_is_said_and_tried_again);
  add ("/monitor/computer", test_this_computer_is_measured);
  add ("/monitor/disconnect", test_disconnect_ends_the_agent);
  add ("/monitor/counts", test_the_counts_are_the_workloads_own);
  add ("/monitor/killed/agent", test_a_killed_agent_costs_no_count);
  add ("/monitor/killed/program", test_a_killed_program_comes_back);
  add ("/monitor/stop", test_stop_freezes_the_program_itself);
  add ("/monitor/slow/critical", test_a_slow_ranker_is_critical);
  add ("/monitor/slow/medium", test_every_second_batch_slow_is_medium);
  add ("/monitor/slow/tail", test_one_in_fifty_breaks_the_tail_alone);
  add ("/monitor/leak", test_a_leak_climbs_through_the_marks);
  add ("/monitor/cleanup", test_a_cleanup_frees_the_leak);
  add ("/monitor/cleanup/computer", test_a_cleanup_of_the_computer_is_nothing);

  return g_test_run ();
}
