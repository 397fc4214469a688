/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The flight recorder end to end: a real monitor, a real headroom-agent, a real headroom-workload that is slow now and then, and the session
 * file that comes of it. */

#include "engine/base/clock.h"
#include "engine/monitor.h"
#include "engine/store/session.h"
#include "tests/engine/start-child.h"
#include "tests/folder.h"

#include <string.h>

#define BATCH "thompson_batch_ms"
#define BEFORE_MS 3000
#define AFTER_MS 2000

typedef struct
{
  char        *folder;
  char        *file;
  HrMonitor   *monitor;
  HrRecorder  *recorder;
  HrSource    *computer;
  HrSource    *workload; /* once it appeared */
  HrAlert     *alert;    /* the first one */
  guint        n_alerts;
  guint        n_windows;
  HrRawWindow *fetched;
  GError      *error;
  gboolean     done;
} Fixture;

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

static const char contract_text[] =
    "[contract]\nname=test\nversion=1\n"
    "[slowest]\nmetric=thompson_batch_ms\nstatistic=max\nwindow=1s\nlimit=150\n";

static void
source_added_cb (HrMonitor *monitor,
                 HrSource  *source,
                 Fixture   *fixture)
{
  if (hr_source_get_role (source) == HR_SOURCE_PROCESS && fixture->workload == NULL)
    fixture->workload = g_object_ref (source);
}

static void
alert_raised_cb (HrMonitor *monitor,
                 HrAlert   *alert,
                 Fixture   *fixture)
{
  fixture->n_alerts++;
  if (fixture->alert == NULL)
    fixture->alert = g_object_ref (alert);
}

static void
raw_window_cb (HrMonitor   *monitor,
               HrSource    *source,
               HrRawWindow *window,
               Fixture     *fixture)
{
  g_assert_true (source == fixture->workload);
  fixture->n_windows++;
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  const char *agent[] = { g_getenv ("HEADROOM_AGENT"), NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = hr_contract_parse (contract_text, strlen (contract_text), "test.ini", &error);

  g_assert_no_error (error);
  fixture->folder = g_dir_make_tmp ("headroom-raw-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->folder, "breach.headroom", NULL);
  g_setenv ("HEADROOM_RUNTIME_DIR", fixture->folder, TRUE);
  fixture->monitor = hr_monitor_new (agent, contract);
  fixture->computer = g_list_model_get_item (hr_monitor_get_sources (fixture->monitor), 0);
  fixture->recorder = hr_recorder_new (fixture->file, &(HrRecorderOptions){ .create_new = TRUE });
  hr_monitor_set_recorder (fixture->monitor, fixture->recorder);
  hr_monitor_set_raw_reach (fixture->monitor, BEFORE_MS, AFTER_MS);
  g_signal_connect (fixture->monitor, "source-added", G_CALLBACK (source_added_cb), fixture);
  g_signal_connect (fixture->monitor, "alert-raised", G_CALLBACK (alert_raised_cb), fixture);
  g_signal_connect (fixture->monitor, "raw-window", G_CALLBACK (raw_window_cb), fixture);
}

static void
closed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (hr_recorder_close_finish (HR_RECORDER (object), result, &fixture->error));
  g_assert_no_error (fixture->error);
  fixture->done = TRUE;
}

/* Ends recording and opens what was recorded. */
static HrSession *
end_recording (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  HrSession *session;

  hr_monitor_set_recorder (fixture->monitor, NULL);
  fixture->done = FALSE;
  hr_recorder_close_async (fixture->recorder, NULL, closed_cb, fixture);
  wait_until (fixture->done);
  g_clear_object (&fixture->recorder);
  session = hr_session_open (fixture->file, &error);
  g_assert_no_error (error);

  return session;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  g_clear_object (&fixture->recorder);
  g_clear_object (&fixture->computer);
  g_clear_object (&fixture->workload);
  g_clear_object (&fixture->alert);
  g_assert_finalize_object (fixture->monitor);
  remove_folder (fixture->folder);
  g_free (fixture->file);
  g_free (fixture->folder);
}

/* Starts the workload when there is somebody to see it from its beginning. */
static GSubprocess *
start_workload (Fixture    *fixture,
                const char *line)
{
  g_autofree char *command = g_strdup_printf ("%s %s", g_getenv ("HEADROOM_WORKLOAD"), line);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  wait_until (hr_source_is_live (fixture->computer));
  g_assert_true (g_shell_parse_argv (command, NULL, &argv, &error));
  process = start_child ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE);

  return process;
}

static gint64
session_source (HrSession  *session,
                const char *name)
{
  for (guint i = 0; i < hr_session_get_n_sources (session); i++)
    if (g_str_equal (hr_session_get_source (session, i)->what.name, name))
      return hr_session_get_source (session, i)->id;

  g_assert_not_reached ();
}

/* The place of @name among the metrics of @source, which is its number in windows that are read. */
static guint
session_metric (HrSession  *session,
                gint64      source,
                const char *name)
{
  for (guint i = 0; i < hr_session_get_n_metrics (session, source); i++)
    if (g_str_equal (hr_session_get_metric (session, source, i)->info.name, name))
      return i;

  g_assert_not_reached ();
}

/* How many batches the snapshots up to @time_us count; a round of the agent ends both a snapshot and what it tells of records. What was made up for was
 * recorded before the agent was there to keep it. */
static guint64
counted_until (Fixture *fixture,
               gint64   time_us)
{
  HrHistory *history = hr_source_get_history (fixture->workload);
  guint64    count = 0;
  guint      metric;

  g_assert_true (hr_history_find_metric (history, BATCH, &metric));
  for (guint i = 0; i < hr_history_get_n_snapshots (history); i++)
    {
      const HrSnapshot *snapshot = hr_history_get_snapshot (history, i);

      for (guint k = 0; !snapshot->catch_up && snapshot->time_us <= time_us + 20000 && k < snapshot->n_samples; k++)
        if (snapshot->samples[k].metric == metric)
          count += snapshot->samples[k].count;
    }

  return count;
}

/* Records of the batches in @window: how many, how many slow ones, and that each stands once. */
static guint
count_batches (const HrRawWindow *window,
               guint              metric,
               guint             *out_slow)
{
  guint n = 0;

  *out_slow = 0;
  for (guint i = 0; i < window->n; i++)
    {
      g_assert_cmpint (window->times_us[i], >=, i == 0 ? window->begin_us : window->times_us[i - 1]);
      if (window->metrics[i] != metric)
        continue;
      g_assert_cmpuint (window->items[i], ==, 1);
      *out_slow += window->values[i] > 150;
      n++;
    }
  if (window->n > 0)
    g_assert_cmpint (window->times_us[window->n - 1], <=, window->end_us);

  return n;
}

/* What a session holds of the first window and the alert that opened it. */
typedef struct
{
  HrSession   *session;
  GPtrArray   *windows;
  GPtrArray   *alerts;
  HrRawWindow *window;
  HrAlertNote *alert;
  guint        n_batches;
  guint        n_slow;
} Kept;

static void
kept_clear (Kept *kept)
{
  g_ptr_array_unref (kept->windows);
  g_ptr_array_unref (kept->alerts);
  hr_session_close (kept->session);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kept, kept_clear)

static Kept
read_kept (Fixture *fixture,
           guint    n_windows)
{
  g_autoptr (GError) error = NULL;
  Kept   kept = { .session = end_recording (fixture) };
  gint64 source = session_source (kept.session, hr_source_get_name (fixture->workload));

  kept.windows = hr_session_read_raw (kept.session, source, (HrRange){ 0, 0 }, &error);
  g_assert_no_error (error);
  kept.alerts = hr_session_read_alerts (kept.session, (HrRange){ 0, 0 }, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kept.windows->len, ==, n_windows);
  g_assert_cmpuint (kept.alerts->len, ==, fixture->n_alerts);

  kept.window = kept.windows->pdata[0];
  kept.alert = kept.alerts->pdata[0];
  g_assert_cmpuint (kept.window->alert, ==, kept.alert->id);
  g_assert_cmpuint (kept.window->n_lost, ==, 0);
  g_assert_cmpint (kept.window->begin_us, <, kept.alert->raised_us);
  kept.n_batches = count_batches (kept.window, session_metric (kept.session, source, BATCH), &kept.n_slow);
  g_test_message ("%u records, %u batches, %u slow ones, %.1f s before and %.1f s after", kept.window->n, kept.n_batches, kept.n_slow,
                  (double) (kept.alert->raised_us - kept.window->begin_us) / 1e6, (double) (kept.window->end_us - kept.alert->raised_us) / 1e6);

  return kept;
}

/* One slow batch of a program that is younger than the reach: every record from its first one on, each once, up to the reach after the breach. */
static void
test_a_breach_keeps_its_records (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autoptr (GSubprocess) workload = start_workload (fixture, "--slow-ms 25 --slow-every 100 --slow-for 3.5 --rate 50");
  g_auto (Kept) kept = { 0 };

  wait_until (fixture->n_windows == 1);
  g_assert_cmpint (hr_source_get_state (fixture->workload), ==, HR_SOURCE_CONNECTED);
  kept = read_kept (fixture, 1);
  g_assert_cmpint (kept.window->begin_us, >=, kept.alert->raised_us - 1000 * BEFORE_MS - 100000);
  g_assert_cmpint (kept.window->end_us, >=, kept.alert->raised_us + 1000 * AFTER_MS);
  g_assert_cmpint (kept.window->end_us, <, kept.alert->raised_us + 1000 * (AFTER_MS + 3000));
  g_assert_cmpuint (kept.n_slow, ==, 1);
  g_assert_cmpuint (kept.n_batches, ==, counted_until (fixture, kept.window->end_us));
  g_subprocess_force_exit (workload);
  g_subprocess_wait (workload, NULL, NULL);
}

/* The program ends while the window is open: it holds all of it, and is there at once. */
static void
test_the_end_closes_the_window (Fixture      *fixture,
                                gconstpointer user_data)
{
  g_autoptr (GSubprocess) workload = NULL;
  g_auto (Kept) kept = { 0 };

  hr_monitor_set_raw_reach (fixture->monitor, 10000, 60000);
  workload = start_workload (fixture, "--slow-ms 25 --slow-every 40 --rate 50 --duration 4");
  wait_until (fixture->n_windows == 1);
  g_subprocess_wait (workload, NULL, NULL);
  g_assert_cmpint (hr_source_get_state (fixture->workload), ==, HR_SOURCE_LOST);
  kept = read_kept (fixture, 1);
  g_assert_cmpuint (kept.n_slow, >=, 1);
  g_assert_cmpuint (kept.n_batches, ==, counted_until (fixture, G_MAXINT64 / 2));
}

/* Whoever stops recording has what was kept until then. */
static void
test_the_end_of_recording_loses_nothing (Fixture      *fixture,
                                         gconstpointer user_data)
{
  g_autoptr (GSubprocess) workload = start_workload (fixture, "--slow-ms 25 --slow-every 40 --rate 50");
  g_auto (Kept) kept = { 0 };
  gint64 begin_us;

  wait_until (fixture->alert != NULL);
  begin_us = g_get_monotonic_time ();
  wait_until (g_get_monotonic_time () - begin_us > G_USEC_PER_SEC / 2);
  kept = read_kept (fixture, 1);
  g_assert_cmpuint (kept.n_slow, >=, 1);
  g_assert_cmpuint (kept.n_batches, ==, counted_until (fixture, kept.window->end_us));
  g_subprocess_force_exit (workload);
  g_subprocess_wait (workload, NULL, NULL);
}

/* Breaches that overlap share a window, one that comes soon after goes on where it ended: together they hold every record once. */
static void
test_breaches_share_and_join (Fixture      *fixture,
                              gconstpointer user_data)
{
  g_autoptr (GSubprocess) workload = NULL;
  g_auto (Kept) kept = { 0 };
  const HrRawWindow *second;
  gint64             source;
  guint              n_slow, n_batches;

  hr_monitor_set_raw_reach (fixture->monitor, BEFORE_MS, 3000);
  workload = start_workload (fixture, "--slow-ms 25 --slow-every 100 --rate 50");
  wait_until (fixture->n_alerts == 2);
  hr_monitor_set_raw_reach (fixture->monitor, BEFORE_MS, 500);
  wait_until (fixture->n_windows == 2);
  kept = read_kept (fixture, 2);
  g_assert_cmpuint (kept.n_slow, >=, 2);

  source = session_source (kept.session, hr_source_get_name (fixture->workload));
  second = kept.windows->pdata[1];
  n_batches = count_batches (second, session_metric (kept.session, source, BATCH), &n_slow);
  g_assert_cmpuint (n_slow, >=, 1);
  g_assert_cmpuint (second->n_lost, ==, 0);
  g_assert_cmpint (second->begin_us, >=, kept.window->end_us - 1000);
  g_assert_cmpuint (kept.n_batches + n_batches, ==, counted_until (fixture, second->end_us));
  g_subprocess_force_exit (workload);
  g_subprocess_wait (workload, NULL, NULL);
}

static void
fetched_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Fixture *fixture = user_data;

  fixture->fetched = hr_monitor_fetch_raw_finish (HR_MONITOR (object), result, &fixture->error);
  fixture->done = TRUE;
}

/* Without any breach, and of a source that has no records. */
static void
test_records_can_be_looked_at (Fixture      *fixture,
                               gconstpointer user_data)
{
  g_autoptr (GSubprocess) workload = start_workload (fixture, "--rate 50");
  gint64 now_us;
  guint  metric, n_slow;

  wait_until (fixture->workload != NULL && hr_history_find_metric (hr_source_get_history (fixture->workload), BATCH, &metric) &&
              counted_until (fixture, G_MAXINT64 / 2) >= 100);
  now_us = g_get_real_time ();
  hr_monitor_fetch_raw_async (fixture->monitor, fixture->workload, now_us - G_USEC_PER_SEC, now_us, NULL, fetched_cb, fixture);
  wait_until (fixture->done);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (count_batches (fixture->fetched, metric, &n_slow), >, 10);
  g_assert_cmpint (fixture->fetched->begin_us, >=, now_us - G_USEC_PER_SEC - 1000);
  g_assert_cmpint (fixture->fetched->end_us, <=, now_us + 1000);
  hr_raw_window_free (g_steal_pointer (&fixture->fetched));

  fixture->done = FALSE;
  hr_monitor_fetch_raw_async (fixture->monitor, fixture->computer, now_us - G_USEC_PER_SEC, now_us, NULL, fetched_cb, fixture);
  wait_until (fixture->done);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&fixture->error);
  g_subprocess_force_exit (workload);
  g_subprocess_wait (workload, NULL, NULL);
}

#define ADD(path, test) g_test_add ("/raw/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("breach", test_a_breach_keeps_its_records);
  ADD ("end", test_the_end_closes_the_window);
  ADD ("recording-ends", test_the_end_of_recording_loses_nothing);
  ADD ("join", test_breaches_share_and_join);
  ADD ("look", test_records_can_be_looked_at);

  return g_test_run ();
}
