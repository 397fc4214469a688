/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The real headroom-agent as a child process, and programs that it finds by itself. $HEADROOM_AGENT is its path. */

#include "engine/model/category.h"
#include "engine/probe/category.h"
#include "engine/probe/probe.h"
#include "engine/probe/reader.h"
#include "engine/probe/span.h"
#include "tests/engine/agents/local/peer.h"
#include "tests/folder.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS 50000

typedef struct
{
  char        *folder;
  Peer        *peer;
  GSubprocess *child;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  const char      *argv[] = { g_getenv ("HEADROOM_AGENT"), "--fd=3", "--interval=20", user_data, NULL };
  const char      *environment[] = { NULL, NULL };
  g_autofree char *variable = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (HrLink) link = NULL;

  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  variable = g_strconcat ("HEADROOM_RUNTIME_DIR=", fixture->folder, NULL);
  environment[0] = variable;
  link = hr_link_spawn (argv, environment, &fixture->child, &error);
  g_assert_no_error (error);
  fixture->peer = peer_new (link);
  peer_resume (fixture->peer, NULL, 0);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  /* The agent ends with its link. */
  peer_free (fixture->peer);
  g_assert_true (g_subprocess_wait_check (fixture->child, NULL, NULL));
  g_object_unref (fixture->child);

  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static const PeerEvent *
wait_for (Fixture      *fixture,
          HrMessageType type,
          guint         stream)
{
  while (peer_find (fixture->peer, type, stream) == NULL)
    {
      g_assert_false (fixture->peer->closed);
      g_main_context_iteration (NULL, TRUE);
    }

  return peer_find (fixture->peer, type, stream);
}

static void
test_this_computer_is_served (Fixture      *fixture,
                              gconstpointer user_data)
{
  const PeerEvent *hello = wait_for (fixture, HR_MESSAGE_HELLO, 1);

  g_assert_cmpint (hello->role, ==, HR_SOURCE_COMPUTER);
  g_assert_cmpstr (hello->text, ==, g_get_host_name ());
  while (peer_count_type (fixture->peer, HR_MESSAGE_SNAPSHOT, 1) < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (peer_add_up (fixture->peer, 1, 0).count, >=, 3);
}

static HrMetric
ranking_of (HrProbe *probe)
{
  return hr_probe_metric (probe, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
}

static void
test_a_program_is_found_and_stopped (Fixture      *fixture,
                                     gconstpointer user_data)
{
  HrControl        off = { .sampling = HR_SWITCH_OFF };
  HrProbe         *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric         ranking = ranking_of (probe);
  const PeerEvent *hello = wait_for (fixture, HR_MESSAGE_HELLO, 2);
  guint64          n_recorded = 0;

  g_assert_cmpstr (hello->text, ==, "ranker");
  peer_control (fixture->peer, 2, &off);
  while (hr_probe_sampling (probe))
    {
      hr_probe_duration (probe, ranking, 28000, 1);
      n_recorded++;
      g_main_context_iteration (NULL, FALSE);
    }
  hr_probe_duration (probe, ranking, 28000, 1);
  hr_probe_close (probe);

  wait_for (fixture, HR_MESSAGE_GOODBYE, 2);
  g_assert_cmpuint (peer_add_up (fixture->peer, 2, 0).count, ==, n_recorded);
}

/* Waits until the program has told @count of @name, and returns what it told in all. */
static PeerCount
wait_for_count (Fixture    *fixture,
                const char *name,
                guint64     count)
{
  PeerCount sum = { 0 };

  while (sum.count < count)
    {
      guint metric = peer_find_metric (fixture->peer, 2, name);

      g_assert_false (fixture->peer->closed);
      if (metric != PEER_NO_METRIC)
        sum = peer_add_up (fixture->peer, 2, metric);
      if (sum.count < count)
        g_main_context_iteration (NULL, TRUE);
    }

  return sum;
}

static HrKind
kind_of (Fixture    *fixture,
         const char *name)
{
  return peer_find (fixture->peer, HR_MESSAGE_HELLO, 2)->metrics[peer_find_metric (fixture->peer, 2, name)].kind;
}

static void
test_spans_events_and_categories_arrive (Fixture      *fixture,
                                         gconstpointer user_data)
{
  HrProbe   *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric   full = hr_probe_metric (probe, "queue full", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  HrCategory caching = hr_probe_category (probe, "caching");
  PeerCount  rank, draw, event, in_use, allocated;

  hr_probe_allocated (probe, caching, 5000000);
  hr_probe_freed (probe, caching, 2000000);
  hr_probe_event (probe, full, 17);
  for (guint i = 0; i < 1000; i++)
    HR_SPAN (probe, "rank")
      HR_SPAN (probe, "draw")
        g_thread_yield ();

  rank = wait_for_count (fixture, "/rank", 1000);
  draw = wait_for_count (fixture, "/rank/draw", 1000);
  event = wait_for_count (fixture, "queue full", 1);
  in_use = wait_for_count (fixture, HR_CATEGORY_IN_USE "caching", 1);
  allocated = wait_for_count (fixture, HR_CATEGORY_ALLOCATED "caching", 1);

  g_assert_cmpint (kind_of (fixture, "/rank"), ==, HR_KIND_SPAN);
  g_assert_cmpuint (rank.count, ==, 1000);
  g_assert_cmpfloat_with_epsilon (rank.self, rank.sum - draw.sum, 2000 * 1e-6);
  g_assert_cmpfloat_with_epsilon (draw.self, draw.sum, 1e-9);
  g_assert_cmpint (kind_of (fixture, "queue full"), ==, HR_KIND_EVENT);
  g_assert_cmpuint (event.count, ==, 1);
  g_assert_cmpfloat (event.last, ==, 17);
  g_assert_cmpfloat (in_use.last, ==, 3);
  g_assert_cmpfloat_with_epsilon (allocated.sum, 5, 1e-12);
  hr_probe_close (probe);
}

static guint
stride_of (const char *path)
{
  HrRegionReader *reader = NULL;
  guint           stride;

  g_assert_cmpint (hr_region_reader_open (path, &reader), ==, HR_REGION_OK);
  stride = hr_region_reader_get_stride (reader);
  hr_region_reader_close (reader);

  return stride;
}

/* A program that does nothing but record costs much more than 1 % of a core. */
static void
test_a_program_that_records_too_much_is_slowed_down (Fixture      *fixture,
                                                     gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric ranking = ranking_of (probe);

  while (peer_find_metric (fixture->peer, 2, "sampling slowed down") == PEER_NO_METRIC)
    {
      for (guint i = 0; i < 1000; i++)
        hr_probe_duration (probe, ranking, 28000, 1);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (stride_of (hr_probe_path (probe)), >=, 2);
  g_assert_cmpfloat (wait_for_count (fixture, HR_METRIC_PROBE_OVERHEAD, 1).sum, >, 0.01);

  /* The agent ends with its link, and the program is whole again. */
  hr_link_close (fixture->peer->link);
  g_assert_true (g_subprocess_wait_check (fixture->child, NULL, NULL));
  g_assert_cmpuint (stride_of (hr_probe_path (probe)), ==, 1);
  hr_probe_close (probe);
}

static void
test_a_killed_program_loses_no_count (Fixture      *fixture,
                                      gconstpointer user_data)
{
  int   ready[2];
  char  byte;
  pid_t victim;

  g_assert_cmpint (pipe (ready), ==, 0);
  victim = fork ();
  if (victim == 0)
    {
      HrProbe *probe = hr_probe_open_in (fixture->folder, "victim");
      HrMetric ranking = ranking_of (probe);

      for (guint i = 0; i < RECORDS; i++)
        hr_probe_duration (probe, ranking, 1000 + i, 2);
      if (write (ready[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }

  wait_for (fixture, HR_MESSAGE_HELLO, 2);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  kill (victim, SIGKILL);
  waitpid (victim, NULL, 0);

  g_assert_cmpstr (wait_for (fixture, HR_MESSAGE_GOODBYE, 2)->text, ==, "the program ended");
  g_assert_cmpuint (peer_add_up (fixture->peer, 2, 0).count, ==, 2 * RECORDS);
  close (ready[0]);
  close (ready[1]);
}

/* Of two programs only the one in the folder that it was told is followed. */
static void
test_a_folder_of_its_own_is_followed (Fixture      *fixture,
                                      gconstpointer user_data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "mine", NULL);
  HrProbe         *other = hr_probe_open_in (fixture->folder, "other");
  HrProbe         *mine = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  while (peer_count_type (fixture->peer, HR_MESSAGE_SNAPSHOT, 1) < 3)
    g_main_context_iteration (NULL, TRUE);
  mine = hr_probe_open_in (folder, "mine");
  g_assert_cmpstr (wait_for (fixture, HR_MESSAGE_HELLO, 2)->text, ==, "mine");

  hr_probe_close (mine);
  hr_probe_close (other);
  remove_folder (folder);
}

static void
test_wrong_options_are_refused (void)
{
  const char *const wrong[][4] = {
    { NULL },
    { "--listen=tcp:1", NULL },
    { "--listen=local:", NULL },
    { "--listen=headroom://127.0.0.1:1/#f0e1d2c3b4a5968778695a4b3c2d1e0f", NULL },
    { "--fd=3", "--renew", NULL },
    { "--fd=3", "--listen=unix:/x", NULL },
    { "--fd=3", "--interval=0", NULL },
    { "--fd=3", "more", NULL },
    { "--fd=3", "--regions=a/b", NULL },
    { "--fd=3", "--regions=..", NULL },
    { "--fd=3", "--regions=", NULL },
    { "--fd=3", "--relay-usbmuxd=a/b", NULL },
    { "--fd=3", "--relay-usbmuxd=", NULL },
    { "--listen=unix:/x", "--relay-usbmuxd=usbmuxd-1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      const char *argv[] = { g_getenv ("HEADROOM_AGENT"), wrong[i][0], wrong[i][0] != NULL ? wrong[i][1] : NULL, NULL };
      g_autoptr (GSubprocess) child = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);

      g_assert_true (g_subprocess_wait (child, NULL, NULL));
      g_assert_cmpint (g_subprocess_get_exit_status (child), ==, 2);
    }
}

static void
link_ready_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static Peer *
connect_unix (const char *path)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (HrLink) link = NULL;

  hr_link_connect_unix_async (path, NULL, link_ready_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  link = hr_link_connect_unix_finish (result, NULL);

  return link != NULL ? peer_new (link) : NULL;
}

static void
test_many_links_are_served_on_a_socket (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "agent.socket", NULL);
  g_autofree char *option = g_strconcat ("--listen=unix:", path, NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) child = NULL;
  Peer *peers[2] = { NULL };

  g_subprocess_launcher_setenv (launcher, "HEADROOM_RUNTIME_DIR", folder, TRUE);
  child = g_subprocess_launcher_spawn (launcher, NULL, g_getenv ("HEADROOM_AGENT"), option, NULL);
  g_assert_nonnull (child);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      while (peers[i] == NULL)
        {
          peers[i] = connect_unix (path);
          g_assert_nonnull (g_subprocess_get_identifier (child));
        }
      peer_resume (peers[i], NULL, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      while (peer_find (peers[i], HR_MESSAGE_SNAPSHOT, 1) == NULL)
        g_main_context_iteration (NULL, TRUE);
      peer_free (peers[i]);
    }

  g_subprocess_send_signal (child, SIGTERM);
  g_assert_true (g_subprocess_wait_check (child, NULL, NULL));
  g_unlink (path);
  g_rmdir (folder);
}

#define ADD(path, test) g_test_add ("/agent/program/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("computer", test_this_computer_is_served);
  ADD ("found", test_a_program_is_found_and_stopped);
  ADD ("spans", test_spans_events_and_categories_arrive);
  ADD ("slowed", test_a_program_that_records_too_much_is_slowed_down);
  ADD ("killed", test_a_killed_program_loses_no_count);
  g_test_add ("/agent/program/regions", Fixture, "--regions=mine", set_up, test_a_folder_of_its_own_is_followed, tear_down);
  g_test_add_func ("/agent/program/options", test_wrong_options_are_refused);
  g_test_add_func ("/agent/program/listen", test_many_links_are_served_on_a_socket);

  return g_test_run ();
}
