/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The hub against a peer that speaks the real wire over a real Unix socket, played by the test. */

#include "engine/hub/hub.h"

#include <glib/gstdio.h>

typedef struct
{
  char       *folder;
  char       *path;
  HrListener *listener;
  HrLink     *link; /* the agent's end */
  HrHub      *hub;
  HrPeer     *peer;
  HrSource   *computer;
  guint       resumes;
  guint       positions;
  HrControl   control; /* the last one */
  guint       controls;
} Fixture;

static const HrMetricInfo latency = { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

static void
agent_message_cb (HrLink          *link,
                  const HrMessage *message,
                  Fixture         *fixture)
{
  if (message->type == HR_MESSAGE_RESUME)
    {
      fixture->resumes++;
      fixture->positions = message->resume.n_positions;
    }
  else if (message->type == HR_MESSAGE_CONTROL)
    {
      fixture->control = message->control;
      fixture->controls++;
    }
}

static void
listener_link_cb (HrListener *listener,
                  HrLink     *link,
                  Fixture    *fixture)
{
  g_set_object (&fixture->link, link);
  g_signal_connect (link, "message", G_CALLBACK (agent_message_cb), fixture);
  hr_link_start (link);
}

static void
listen_again (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->listener = hr_listener_new_unix (fixture->path, &error);
  g_assert_no_error (error);
  g_signal_connect (fixture->listener, "link", G_CALLBACK (listener_link_cb), fixture);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (HrOpener) opener = NULL;

  fixture->folder = g_dir_make_tmp ("headroom-hub-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "agent", NULL);
  listen_again (fixture);
  opener = hr_opener_new_unix (fixture->path);
  fixture->hub = hr_hub_new ();
  fixture->peer = hr_hub_add (fixture->hub, opener, &(HrOrigin){ HR_SOURCE_COMPUTER, HR_GROUP_COMPUTER, "unix:agent", "agent" });
  fixture->computer = hr_peer_get_origin (fixture->peer);
  hr_peer_connect (fixture->peer, fixture->computer);
  wait_until (fixture->resumes == 1);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_finalize_object (fixture->hub);
  g_clear_object (&fixture->link);
  g_clear_object (&fixture->listener);
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
say_hello (Fixture     *fixture,
           guint        stream,
           guint8       instance,
           HrSourceRole role,
           const char  *title)
{
  HrMessage hello = { .type = HR_MESSAGE_HELLO, .stream = stream };

  hello.hello.name = (HrStreamName){ .uuid = { instance }, .epoch = 1 };
  hello.hello.role = role;
  hello.hello.title = (char *) title;
  hello.hello.detail = (char *) "test";
  hello.hello.sampling = TRUE;
  hello.hello.metrics = (HrMetricInfo *) &latency;
  hello.hello.n_metrics = 1;
  hr_link_send (fixture->link, &hello);
}

static void
say_snapshot (Fixture *fixture,
              guint    stream,
              guint64  sequence,
              guint64  count)
{
  const HrBucketCount bucket = { hr_bucket_index (2 * HR_NS_PER_MS), count };
  const HrSample      sample = { 0, count, 2 * (double) count, 2, 2, 2, 1, &bucket };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&(HrSnapshot){ .sequence = sequence, .end_ns = 5, .interval_ns = 5 }, &sample, 1);

  hr_link_send (fixture->link, &(HrMessage){ .type = HR_MESSAGE_SNAPSHOT, .stream = stream, .snapshot = snapshot });
}

static HrSource *
source_at (Fixture *fixture,
           guint    position)
{
  g_autoptr (HrSource) source = g_list_model_get_item (G_LIST_MODEL (fixture->hub), position);

  return source;
}

static guint64
count_of (HrSource *source)
{
  return hr_history_get_totals (hr_source_get_history (source), 0)->count;
}

static void
test_a_program_becomes_a_source (Fixture      *fixture,
                                 gconstpointer data)
{
  HrSource *source;

  g_assert_cmpint (hr_source_get_state (fixture->computer), ==, HR_SOURCE_CONNECTING);
  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 1, 1, 4);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 2);
  source = source_at (fixture, 1);
  wait_until (hr_source_get_state (source) == HR_SOURCE_CONNECTED);

  g_assert_cmpstr (hr_source_get_name (source), ==, "ranker");
  g_assert_cmpuint (count_of (source), ==, 4);
}

static void
test_a_program_that_comes_back_is_the_same_source (Fixture      *fixture,
                                                   gconstpointer data)
{
  HrSource *source;

  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 1, 1, 4);
  hr_link_send (fixture->link, &(HrMessage){ .type = HR_MESSAGE_GOODBYE, .stream = 1, .reason = (char *) "it ended" });
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 2);
  source = source_at (fixture, 1);
  wait_until (hr_source_get_state (source) == HR_SOURCE_LOST);
  g_assert_cmpstr (hr_source_get_message (source), ==, "it ended");

  say_hello (fixture, 2, 2, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 2, 1, 3);
  wait_until (hr_source_get_state (source) == HR_SOURCE_CONNECTED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)), ==, 2);
  g_assert_cmpuint (count_of (source), ==, 7);
}

static void
test_two_at_a_time_are_two_sources (Fixture      *fixture,
                                    gconstpointer data)
{
  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_hello (fixture, 2, 2, HR_SOURCE_PROCESS, "ranker");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 3);

  g_assert_cmpstr (hr_source_get_name (source_at (fixture, 1)), ==, "ranker");
  g_assert_cmpstr (hr_source_get_name (source_at (fixture, 2)), ==, "ranker (2)");
}

static void
test_a_lost_link_is_opened_again_and_resumed (Fixture      *fixture,
                                              gconstpointer data)
{
  HrSource *source;

  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 1, 1, 4);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 2);
  source = source_at (fixture, 1);
  wait_until (hr_source_get_state (source) == HR_SOURCE_CONNECTED);

  g_clear_object (&fixture->listener);
  hr_link_close (fixture->link);
  wait_until (hr_source_get_state (source) == HR_SOURCE_LOST);
  g_assert_cmpint (hr_source_get_state (fixture->computer), ==, HR_SOURCE_LOST);

  listen_again (fixture);
  wait_until (fixture->resumes == 2);
  g_assert_cmpuint (fixture->positions, ==, 1);
  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 1, 1, 4);
  say_snapshot (fixture, 1, 2, 1);
  wait_until (hr_source_get_state (source) == HR_SOURCE_CONNECTED);
  g_assert_cmpuint (count_of (source), ==, 5);
}

static void
test_commands_run_back_to_the_agent (Fixture      *fixture,
                                     gconstpointer data)
{
  HrSource *source;
  HrPeer   *peer;

  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 1, 1, 4);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 2);
  source = source_at (fixture, 1);
  wait_until (hr_source_get_state (source) == HR_SOURCE_CONNECTED);
  peer = hr_hub_find_peer (fixture->hub, source);

  hr_peer_set_sampling (peer, source, FALSE);
  g_assert_cmpint (hr_source_get_state (source), ==, HR_SOURCE_STOPPED);
  wait_until (fixture->control.sampling == HR_SWITCH_OFF);

  hr_peer_disconnect (peer, source);
  g_assert_cmpint (hr_source_get_state (source), ==, HR_SOURCE_DISCONNECTED);
  wait_until (fixture->control.subscribed == HR_SWITCH_OFF);

  hr_peer_connect (peer, source);
  wait_until (fixture->control.subscribed == HR_SWITCH_ON);

  hr_hub_set_interval (fixture->hub, 1000);
  wait_until (fixture->control.interval_ms == 1000);
}

static void
test_a_disconnected_computer_stays_so (Fixture      *fixture,
                                       gconstpointer data)
{
  HrPeer *peer = hr_hub_find_peer (fixture->hub, fixture->computer);

  hr_peer_disconnect (peer, fixture->computer);
  wait_until (!hr_link_is_open (fixture->link));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (hr_source_get_state (fixture->computer), ==, HR_SOURCE_DISCONNECTED);
  g_assert_cmpuint (fixture->resumes, ==, 1);

  hr_peer_connect (peer, fixture->computer);
  wait_until (fixture->resumes == 2);
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
  add ("/hub/program", test_a_program_becomes_a_source);
  add ("/hub/comes-back", test_a_program_that_comes_back_is_the_same_source);
  add ("/hub/two-at-a-time", test_two_at_a_time_are_two_sources);
  add ("/hub/resume", test_a_lost_link_is_opened_again_and_resumed);
  add ("/hub/commands", test_commands_run_back_to_the_agent);
  add ("/hub/disconnected", test_a_disconnected_computer_stays_so);

  return g_test_run ();
}
