/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Records that are fetched from a real agent in a process of its own, which follows the region of this program. $HEADROOM_AGENT is its path. */

#include "engine/base/clock.h"
#include "engine/hub/hub.h"
#include "engine/probe/probe.h"
#include "tests/folder.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

typedef struct
{
  char        *folder;
  char        *socket;
  GSubprocess *agent;
  HrProbe     *probe;
  HrMetric     ranking;
  HrHub       *hub;
  HrPeer      *peer;
  gboolean     fetched;
  GError      *error;
} Fixture;

/* A test that fails leaves no agent behind. */
static void
child_setup_cb (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_agent (Fixture *fixture)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *listen = g_strdup_printf ("--listen=unix:%s", fixture->socket);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "HEADROOM_RUNTIME_DIR", fixture->folder, TRUE);
  fixture->agent = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("HEADROOM_AGENT"), listen, "--interval=20", NULL);
  g_assert_no_error (error);
}

static void
kill_agent (Fixture *fixture)
{
  g_subprocess_force_exit (fixture->agent);
  g_subprocess_wait (fixture->agent, NULL, NULL);
  g_clear_object (&fixture->agent);
}

static void
open_probe (Fixture *fixture)
{
  fixture->probe = hr_probe_open_in (fixture->folder, "ranker");
  fixture->ranking = hr_probe_metric (fixture->probe, "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
}

static HrSource *
program (Fixture *fixture)
{
  return hr_peer_find_pid (fixture->peer, (guint64) getpid ());
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  g_autoptr (HrOpener) opener = NULL;
  HrOrigin origin = { HR_SOURCE_COMPUTER, HR_GROUP_COMPUTER, "local:", "computer" };

  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->socket = g_build_filename (fixture->folder, "agent.sock", NULL);
  start_agent (fixture);
  open_probe (fixture);

  opener = hr_opener_new_unix (fixture->socket);
  fixture->hub = hr_hub_new ();
  fixture->peer = hr_hub_add (fixture->hub, opener, &origin);
  hr_peer_connect (fixture->peer, hr_peer_get_origin (fixture->peer));
  wait_until (hr_source_get_quality (hr_peer_get_origin (fixture->peer))->clock_error_ns >= 0);
  wait_until (program (fixture) != NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  g_object_unref (fixture->hub);
  g_clear_pointer (&fixture->probe, hr_probe_close);
  kill_agent (fixture);
  g_clear_error (&fixture->error);
  g_unlink (fixture->socket);
  remove_folder (fixture->folder);
  g_free (fixture->socket);
  g_free (fixture->folder);
}

static void
record (Fixture *fixture,
        guint    n)
{
  for (guint i = 0; i < n; i++)
    hr_probe_duration (fixture->probe, fixture->ranking, 3 * (1000 + i), 3);
}

static guint64
counted (HrSource *source)
{
  guint metric;

  return hr_history_find_metric (hr_source_get_history (source), "ranking_ms", &metric)
             ? hr_history_get_totals (hr_source_get_history (source), metric)->count
             : 0;
}

/* Returns the program once @n of its records have been told of. */
static HrSource *
wait_counted (Fixture *fixture,
              guint    n)
{
  wait_until (program (fixture) != NULL && counted (program (fixture)) == 3 * n);

  return program (fixture);
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_clear_error (&fixture->error);
  hr_peer_fetch_finish (NULL, result, &fixture->error);
  fixture->fetched = TRUE;
}

static void
begin_fetch (Fixture        *fixture,
             HrRecordWindow *window)
{
  fixture->fetched = FALSE;
  hr_peer_fetch_async (fixture->peer, window, NULL, fetched_cb, fixture);
}

static void
fetch (Fixture        *fixture,
       HrRecordWindow *window)
{
  begin_fetch (fixture, window);
  wait_until (fixture->fetched);
  g_assert_no_error (fixture->error);
}

/* What @window came to; each value is one that record () makes. */
static HrRecordColumns
finish (HrRecordWindow *window)
{
  HrRecordColumns columns;

  g_assert_true (hr_record_window_finish (window, (gint64) hr_clock_monotonic (), g_get_real_time (), &columns));
  g_assert_cmpint (columns.begin_us, <=, columns.end_us);
  for (guint i = 0; i < columns.n; i++)
    {
      g_assert_cmpint (columns.times_us[i], >=, i == 0 ? columns.begin_us : columns.times_us[i - 1]);
      g_assert_cmpuint (columns.items[i], ==, 3);
    }
  if (columns.n > 0)
    g_assert_cmpint (columns.times_us[columns.n - 1], <=, columns.end_us);

  return columns;
}

static void *
record_thread (void *data)
{
  record (data, 1000);

  return NULL;
}

/* Two lanes, merged by time; as many as the totals count, and each value once. */
static void
test_all_records_come_once (Fixture      *fixture,
                            gconstpointer user_data)
{
  g_autofree guint *seen = g_new0 (guint, 1000);
  g_auto (HrRecordColumns) columns = { 0 };
  g_autoptr (HrRecordWindow) window = NULL;
  pthread_t thread;
  HrSource *source;

  record (fixture, 1000);
  g_assert_cmpint (pthread_create (&thread, NULL, record_thread, fixture), ==, 0);
  pthread_join (thread, NULL);
  record (fixture, 1000);
  source = wait_counted (fixture, 3000);
  g_assert_true (hr_peer_keeps_records (fixture->peer, source));
  g_assert_false (hr_peer_keeps_records (fixture->peer, hr_peer_get_origin (fixture->peer)));

  window = hr_record_window_new (source, (gint64) hr_clock_monotonic () - 30 * SECOND, HR_RECORD_WINDOW_OPEN);
  fetch (fixture, window);
  fetch (fixture, window);

  columns = finish (window);
  g_assert_cmpuint (columns.n, ==, 3000);
  g_assert_cmpuint (columns.n_lost, ==, 0);
  g_assert_cmpint (columns.error_ns, >=, 0);
  g_assert_cmpuint (3 * columns.n, ==, counted (source));
  for (guint i = 0; i < columns.n; i++)
    {
      guint index = (guint) (columns.values[i] * 1e6 + 0.5) - 1000;

      g_assert_cmpuint (index, <, 1000);
      g_assert_cmpfloat (columns.values[i], ==, (1000 + index) * 1e-6);
      seen[index]++;
    }
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (seen[i], ==, 3);
}

/* A window that goes on where another one ends. */
static void
test_windows_join_without_a_seam (Fixture      *fixture,
                                  gconstpointer user_data)
{
  g_auto (HrRecordColumns) first = { 0 };
  g_auto (HrRecordColumns) second = { 0 };
  g_autoptr (HrRecordWindow) window = NULL;
  g_autoptr (HrRecordWindow) next = NULL;
  HrSource *source;

  record (fixture, 100);
  source = wait_counted (fixture, 100);
  window = hr_record_window_new (source, (gint64) hr_clock_monotonic () - 30 * SECOND, HR_RECORD_WINDOW_OPEN);
  fetch (fixture, window);
  next = hr_record_window_new_after (window);
  record (fixture, 50);
  wait_counted (fixture, 150);
  fetch (fixture, next);
  first = finish (window);
  second = finish (next);
  g_assert_cmpuint (first.n, ==, 100);
  g_assert_cmpuint (second.n, ==, 50);
  g_assert_cmpint (first.end_us, <=, second.begin_us + 1);
}

/* Waits until two records are certainly told apart, however badly the agent's clock is known. */
static void
let_time_pass (HrSource *source)
{
  gint64 begin_ns = (gint64) hr_clock_monotonic ();
  gint64 apart_ns = 2 * hr_source_get_quality (source)->clock_error_ns + 2 * (gint64) HR_NS_PER_MS;

  wait_until ((gint64) hr_clock_monotonic () - begin_ns > apart_ns);
}

/* A stretch of the past is told exactly. */
static void
test_a_stretch_has_two_ends (Fixture      *fixture,
                             gconstpointer user_data)
{
  g_auto (HrRecordColumns) columns = { 0 };
  g_autoptr (HrRecordWindow) window = NULL;
  HrSource *source;
  gint64    begin_ns, end_ns;

  record (fixture, 10);
  source = wait_counted (fixture, 10);
  let_time_pass (source);
  begin_ns = (gint64) hr_clock_monotonic ();
  let_time_pass (source);
  record (fixture, 20);
  let_time_pass (source);
  end_ns = (gint64) hr_clock_monotonic ();
  let_time_pass (source);
  record (fixture, 40);
  wait_counted (fixture, 70);
  window = hr_record_window_new (source, begin_ns, end_ns);
  fetch (fixture, window);
  columns = finish (window);
  g_assert_cmpuint (columns.n, ==, 20);
}

/* The link goes while many pages are on their way; what came stays, and the rest comes over the next link. */
static void
test_a_lost_link_is_gone_on_from (Fixture      *fixture,
                                  gconstpointer user_data)
{
  g_auto (HrRecordColumns) columns = { 0 };
  g_autoptr (HrRecordWindow) window = NULL;
  HrSource *source = NULL;

  for (guint i = 1; i <= 10; i++)
    {
      record (fixture, 10000);
      source = wait_counted (fixture, i * 10000);
    }
  window = hr_record_window_new (source, (gint64) hr_clock_monotonic () - 30 * SECOND, HR_RECORD_WINDOW_OPEN);
  begin_fetch (fixture, window);
  wait_until (hr_record_window_get_until (window) > 0);
  hr_peer_set_present (fixture->peer, FALSE, "the cable is out");
  g_assert_false (fixture->fetched);
  hr_peer_set_present (fixture->peer, TRUE, NULL);
  wait_until (fixture->fetched);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (hr_source_get_quality (source)->n_links, ==, 2);

  columns = finish (window);
  g_assert_cmpuint (columns.n, ==, 100000);
  g_assert_cmpuint (columns.n_lost, ==, 0);
}

/* What no agent followed is missed, and how much that is is known to the record. */
static void
test_a_new_agent_tells_what_is_lost (Fixture      *fixture,
                                     gconstpointer user_data)
{
  g_auto (HrRecordColumns) columns = { 0 };
  g_autoptr (HrRecordWindow) window = NULL;
  HrSource *source;

  record (fixture, 100);
  source = wait_counted (fixture, 100);
  window = hr_record_window_new (source, (gint64) hr_clock_monotonic () - 30 * SECOND, HR_RECORD_WINDOW_OPEN);
  fetch (fixture, window);

  kill_agent (fixture);
  record (fixture, 77);
  start_agent (fixture);
  wait_until (counted (source) == 3 * 177);
  record (fixture, 10);
  wait_counted (fixture, 187);
  fetch (fixture, window);

  columns = finish (window);
  g_assert_cmpuint (columns.n, ==, 110);
  g_assert_cmpuint (columns.n_lost, ==, 77);
}

/* A program that ended and came back within the stretch: both runs are told. */
static void
test_every_run_is_asked (Fixture      *fixture,
                         gconstpointer user_data)
{
  g_auto (HrRecordColumns) columns = { 0 };
  g_autoptr (HrRecordWindow) window = NULL;
  HrSource *source;

  record (fixture, 100);
  source = wait_counted (fixture, 100);
  window = hr_record_window_new (source, (gint64) hr_clock_monotonic () - 30 * SECOND, HR_RECORD_WINDOW_OPEN);
  record (fixture, 5);
  hr_probe_close (fixture->probe);
  wait_until (hr_source_get_state (source) == HR_SOURCE_LOST);
  open_probe (fixture);
  record (fixture, 7);
  g_assert_true (wait_counted (fixture, 112) == source);
  fetch (fixture, window);

  columns = finish (window);
  g_assert_cmpuint (columns.n, ==, 112);
  g_assert_cmpuint (columns.n_lost, ==, 0);
}

/* Nobody who waits is left behind when the source is forgotten, or all of it. */
static void
test_fetches_end_with_their_peer (Fixture      *fixture,
                                  gconstpointer user_data)
{
  g_autoptr (HrRecordWindow) window = NULL;
  HrRecordColumns columns;
  HrSource       *source;

  record (fixture, 1);
  source = wait_counted (fixture, 1);
  window = hr_record_window_new (source, (gint64) hr_clock_monotonic () - 30 * SECOND, HR_RECORD_WINDOW_OPEN);
  begin_fetch (fixture, window);
  hr_hub_forget (fixture->hub, source);
  wait_until (fixture->fetched);
  g_assert_no_error (fixture->error);
  g_assert_false (hr_record_window_finish (window, 0, 0, &columns));

  hr_probe_close (fixture->probe);
  open_probe (fixture);
  record (fixture, 1);
  wait_counted (fixture, 1);
  g_clear_pointer (&window, hr_record_window_unref);
  window = hr_record_window_new (program (fixture), 0, HR_RECORD_WINDOW_OPEN);
  begin_fetch (fixture, window);
  hr_hub_forget (fixture->hub, hr_peer_get_origin (fixture->peer));
  wait_until (fixture->fetched);
  g_assert_error (fixture->error, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED);
}

/* Pages that contradict each other. */
static void
test_nonsense_brings_nothing (void)
{
  gint64     times[] = { 5 * SECOND, 4 * SECOND };
  double     values[] = { 1, 2 };
  guint64    items[] = { 1, 1 };
  guint32    metrics[] = { 0, 9 };
  HrClockMap clock = { TRUE, SECOND, 2000 };
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_PROCESS, "ranker");
  const HrStreamName name = { { 1 }, 1 };
  const HrMetricInfo metric = { "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
  g_autoptr (HrStream) stream = hr_stream_new (source, &name);
  g_autoptr (HrRecordWindow) window = hr_record_window_new (source, 3 * SECOND, HR_RECORD_WINDOW_OPEN);
  HrRecordPage    page = { 2, 2, times, values, items, metrics, 10, FALSE, 3, 3 * SECOND, 6 * SECOND };
  HrRecordColumns columns;

  hr_stream_hello (stream, &name, &metric, 1);
  g_assert_false (hr_record_window_finish (window, 0, 0, &columns));
  g_assert_cmpint (hr_record_window_get_query (window, name.uuid, &clock).begin_ns, ==, 2 * SECOND);

  hr_record_window_take (window, stream, &page, &clock);
  g_assert_cmpuint (hr_record_window_get_query (window, name.uuid, &clock).from, ==, 10);
  page.next = 9;
  hr_record_window_take (window, stream, &page, &clock);
  g_assert_cmpuint (hr_record_window_get_query (window, name.uuid, &clock).from, ==, 10);

  g_assert_true (hr_record_window_finish (window, 10 * SECOND, 1000000, &columns));
  g_assert_cmpuint (columns.n, ==, 1);
  g_assert_cmpuint (columns.n_lost, ==, 4);
  g_assert_cmpint (columns.times_us[0], ==, 1000000 - 4000000);
  g_assert_cmpint (columns.error_ns, ==, 1000);
  hr_record_columns_clear (&columns);
}

#define ADD(path, test) g_test_add ("/hub/records/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("once", test_all_records_come_once);
  ADD ("seam", test_windows_join_without_a_seam);
  ADD ("stretch", test_a_stretch_has_two_ends);
  ADD ("lost-link", test_a_lost_link_is_gone_on_from);
  ADD ("new-agent", test_a_new_agent_tells_what_is_lost);
  ADD ("runs", test_every_run_is_asked);
  ADD ("end", test_fetches_end_with_their_peer);
  g_test_add_func ("/hub/records/nonsense", test_nonsense_brings_nothing);

  return g_test_run ();
}
