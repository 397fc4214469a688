/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a recorder is told by a real monitor of a real agent and a real workload. */

#include "engine/monitor.h"
#include "engine/store/schema.h"

#include <signal.h>
#include <string.h>

#define MILLISECONDS "thompson_duration_ms"

#define TOLD_COMPUTER 1
#define TOLD_PROGRAM 2

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

typedef struct
{
  char       *folder;
  char       *path;
  HrMonitor  *monitor;
  HrRecorder *recorder;
  HrSource   *computer;
  HrSource   *workload; /* once it appeared */
  guint       n_snapshots;
  gint64      begin_us; /* of the first snapshot; what this program costs is known a second later */
  guint       all_told; /* sources with a snapshot after that, and a clock: all there is to tell was told */
} Fixture;

static const char contract_text[] = "[contract]\nname=test\nversion=1\n"
                                    "[thompson mean]\nmetric=thompson_duration_ms\nstatistic=mean\nwindow=5s\nlimit=0.000001\n";

static const char other_text[] = "[contract]\nname=other\nversion=1\n"
                                 "[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=100000\n";

static HrContract *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  HrContract *contract = hr_contract_parse (text, strlen (text), "test.ini", &error);

  g_assert_no_error (error);

  return contract;
}

static void
source_added_cb (HrMonitor *monitor,
                 HrSource  *source,
                 Fixture   *fixture)
{
  if (hr_source_get_role (source) == HR_SOURCE_PROCESS && fixture->workload == NULL)
    fixture->workload = g_object_ref (source);
}

static void
snapshot_cb (HrMonitor  *monitor,
             HrSource   *source,
             HrSnapshot *snapshot,
             Fixture    *fixture)
{
  fixture->n_snapshots++;
  if (fixture->begin_us == 0)
    fixture->begin_us = g_get_monotonic_time ();
  if (hr_source_get_quality (source)->clock_error_ns >= 0 && g_get_monotonic_time () - fixture->begin_us > G_USEC_PER_SEC * 11 / 10)
    fixture->all_told |= source == fixture->computer ? TOLD_COMPUTER : TOLD_PROGRAM;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  const char *agent[] = { g_getenv ("HEADROOM_AGENT"), NULL };
  g_autoptr (HrContract) contract = parse (contract_text);

  fixture->folder = g_dir_make_tmp ("headroom-recording-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "session.headroom", NULL);
  g_setenv ("HEADROOM_RUNTIME_DIR", fixture->folder, TRUE);
  fixture->monitor = hr_monitor_new (agent, contract);
  fixture->computer = g_list_model_get_item (hr_monitor_get_sources (fixture->monitor), 0);
  fixture->recorder = hr_recorder_new (fixture->path, NULL);
  g_signal_connect (fixture->monitor, "source-added", G_CALLBACK (source_added_cb), fixture);
  g_signal_connect (fixture->monitor, "snapshot", G_CALLBACK (snapshot_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GSubprocess) remove = NULL;

  g_clear_object (&fixture->computer);
  g_clear_object (&fixture->workload);
  g_assert_finalize_object (fixture->monitor);
  remove = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-rf", fixture->folder, NULL);
  g_subprocess_wait (remove, NULL, NULL);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
closed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hr_recorder_close_finish (HR_RECORDER (object), result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static void
stop_recording (Fixture *fixture)
{
  gboolean closed = FALSE;

  hr_monitor_set_recorder (fixture->monitor, NULL);
  hr_recorder_close_async (fixture->recorder, NULL, closed_cb, &closed);
  wait_until (closed);
  g_clear_object (&fixture->recorder);
}

static double
ask (Fixture    *fixture,
     const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3      *db = hr_store_open_to_read (fixture->path, &error);
  sqlite3_stmt *statement = hr_store_prepare (db, sql, &error);
  double        number;

  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_double (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);

  return number;
}

/* Starts the workload and returns when there is an alert of it. */
static GSubprocess *
start_workload (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *workload = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, g_getenv ("HEADROOM_WORKLOAD"), "--seed", "1", NULL);

  g_assert_no_error (error);
  wait_until (hr_alert_book_get_n_active (hr_monitor_get_alerts (fixture->monitor), NULL) > 0);

  return workload;
}

static void
end_workload (Fixture     *fixture,
              GSubprocess *workload)
{
  g_subprocess_send_signal (workload, SIGTERM);
  wait_until (hr_source_get_state (fixture->workload) == HR_SOURCE_LOST);
  g_subprocess_wait (workload, NULL, NULL);
}

/* Every snapshot, count and sum that arrived is in the file; and so is what happened. */
static void
test_everything (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GSubprocess) workload = NULL;
  HrHistory      *history;
  const HrTotals *totals;
  guint           metric;

  hr_monitor_set_recorder (fixture->monitor, fixture->recorder);
  g_assert_true (hr_monitor_get_recorder (fixture->monitor) == fixture->recorder);
  workload = start_workload (fixture);
  wait_until (fixture->all_told == (TOLD_COMPUTER | TOLD_PROGRAM));
  end_workload (fixture, workload);
  stop_recording (fixture);

  history = hr_source_get_history (fixture->workload);
  g_assert_true (hr_history_find_metric (history, MILLISECONDS, &metric));
  totals = hr_history_get_totals (history, metric);
  g_assert_cmpfloat (ask (fixture, "SELECT sum (n) FROM chunk"), ==, fixture->n_snapshots);
  g_assert_cmpfloat (ask (fixture, "SELECT sum (count) FROM tier JOIN metric ON metric.id = tier.metric WHERE name = '" MILLISECONDS "'"), ==, totals->count);
  g_assert_cmpfloat_with_epsilon (ask (fixture, "SELECT sum (sum) FROM tier JOIN metric ON metric.id = tier.metric WHERE name = '" MILLISECONDS "'"), totals->sum, totals->sum * 1e-9);
  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM source AS program JOIN source AS computer ON program.origin = computer.name "
                                   "WHERE program.role = 'program' AND computer.role = 'computer'"),
                     ==, 1);

  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM contract WHERE file = 'test.ini' AND text LIKE '[contract]%'"), ==, 1);
  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM alert WHERE budget = 'thompson mean' AND worst > \"limit\" AND cleared_us > raised_us"), ==, 1);
  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM mark WHERE kind = 'state' AND source LIKE 'headroom-workload%' AND (text = 'Connected' OR text LIKE 'Lost%')"), ==, 2);
  g_assert_cmpfloat (ask (fixture, "SELECT count(DISTINCT source) FROM mark WHERE kind = 'clock' AND value >= 0 AND value < 1000"), ==, 2);
  g_assert_cmpfloat (ask (fixture, "SELECT value BETWEEN 0 AND 1 FROM mark WHERE kind = 'overhead' AND source IS NULL"), ==, 1);
}

/* Who begins later hears of the contract in force, of alerts that are active, of another contract when it comes, and of what is asked of a program. */
static void
test_begun_later (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (HrContract) other = parse (other_text);
  g_autoptr (GSubprocess) workload = start_workload (fixture);

  hr_monitor_set_recorder (fixture->monitor, fixture->recorder);
  hr_monitor_set_contract (fixture->monitor, other);
  hr_monitor_request_cleanup (fixture->monitor, fixture->workload);
  stop_recording (fixture);
  end_workload (fixture, workload);

  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM contract"), ==, 2);
  g_assert_cmpfloat (ask (fixture, "SELECT text LIKE '%other%' FROM contract ORDER BY id DESC"), ==, 1);
  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM alert WHERE cleared_us IS NOT NULL"), ==, 1);
  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM mark WHERE kind = 'cleanup' AND source LIKE 'headroom-workload%'"), ==, 1);
}

static gboolean
is_computer_cb (HrSource *source,
                gpointer  user_data)
{
  return hr_source_get_role (source) == HR_SOURCE_COMPUTER;
}

/* What is not wanted is not told of at all. */
static void
test_only_some (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GSubprocess) workload = NULL;

  hr_monitor_set_recorded (fixture->monitor, is_computer_cb, NULL);
  hr_monitor_set_recorder (fixture->monitor, fixture->recorder);
  workload = start_workload (fixture);
  end_workload (fixture, workload);
  stop_recording (fixture);

  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM source"), ==, 1);
  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM alert"), ==, 0);
  g_assert_cmpfloat (ask (fixture, "SELECT count(*) FROM mark WHERE source LIKE 'headroom-workload%'"), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/recording/everything", Fixture, NULL, set_up, test_everything, tear_down);
  g_test_add ("/recording/begun-later", Fixture, NULL, set_up, test_begun_later, tear_down);
  g_test_add ("/recording/only-some", Fixture, NULL, set_up, test_only_some, tear_down);

  return g_test_run ();
}
