/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The hub against a peer that speaks the real wire over a real Unix socket, played by the test. */

#include "engine/hub/hub.h"
#include "engine/hub/roster.h"

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
  guint       control_stream;
  guint       search; /* the last one's number */
  char       *text;   /* and what it asked for */
  guint64     watched;
  HrSwitch    watch;
  guint       n_watches;
  guint       n_removed;
  char       *refusal;
  gint64      measured_ns; /* when snapshots say that they ended */
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
      fixture->control_stream = message->stream;
      fixture->controls++;
    }
  else if (message->type == HR_MESSAGE_SEARCH)
    {
      fixture->search = message->search.request;
      g_free (fixture->text);
      fixture->text = g_strdup (message->search.text);
    }
  else if (message->type == HR_MESSAGE_WATCH)
    {
      fixture->watched = message->watch.pid;
      fixture->watch = message->watch.watched;
      fixture->n_watches++;
    }
  else if (message->type == HR_MESSAGE_PING)
    {
      HrMessage pong = { .type = HR_MESSAGE_PONG, .ping = { message->ping.sent_ns, message->ping.sent_ns, 1 } };

      hr_link_send (link, &pong);
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
source_removed_cb (HrHub    *hub,
                   HrSource *source,
                   Fixture  *fixture)
{
  fixture->n_removed++;
}

static void
refused_cb (HrHub      *hub,
            HrSource   *origin,
            guint64     pid,
            const char *reason,
            Fixture    *fixture)
{
  g_assert_true (origin == fixture->computer);
  g_free (fixture->refusal);
  fixture->refusal = g_strdup (reason);
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
  g_signal_connect (fixture->hub, "source-removed", G_CALLBACK (source_removed_cb), fixture);
  g_signal_connect (fixture->hub, "refused", G_CALLBACK (refused_cb), fixture);
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
  g_free (fixture->text);
  g_free (fixture->refusal);
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
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&(HrSnapshot){ .sequence = sequence, .end_ns = fixture->measured_ns, .interval_ns = 5 }, &sample, 1);

  hr_link_send (fixture->link, &(HrMessage){ .type = HR_MESSAGE_SNAPSHOT, .stream = stream, .snapshot = snapshot });
}

static void
say_totals (Fixture *fixture,
            guint    stream,
            guint64  sequence,
            guint64  count)
{
  const HrBucketCount bucket = { hr_bucket_index (2 * HR_NS_PER_MS), count };
  const HrSample      sample = { 0, count, 2 * (double) count, 2, 2, 2, 1, &bucket };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&(HrSnapshot){ .sequence = sequence, .end_ns = 5 }, &sample, 1);

  hr_link_send (fixture->link, &(HrMessage){ .type = HR_MESSAGE_TOTALS, .stream = stream, .snapshot = snapshot });
}

/* A program of its own name and instance. */
static void
say_program (Fixture *fixture,
             guint    number)
{
  HrMessage        hello = { .type = HR_MESSAGE_HELLO, .stream = number };
  g_autofree char *title = g_strdup_printf ("program %u", number);

  memcpy (hello.hello.name.uuid, &number, sizeof number);
  hello.hello.name.epoch = 1;
  hello.hello.role = HR_SOURCE_PROCESS;
  hello.hello.title = title;
  hello.hello.detail = (char *) "test";
  hello.hello.sampling = TRUE;
  hr_link_send (fixture->link, &hello);
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

/* The computer is called as it calls itself, unless another is already; then it keeps the name of its address. */
static void
test_a_computer_is_called_as_it_says (Fixture      *fixture,
                                      gconstpointer data)
{
  g_autoptr (HrOpener) opener = hr_opener_new_unix ("/nowhere");
  HrPeer *second = hr_hub_add (fixture->hub, opener, &(HrOrigin){ HR_SOURCE_COMPUTER, HR_GROUP_NETWORK, "tcp:atlas:7", "atlas" });

  g_assert_cmpstr (hr_source_get_name (fixture->computer), ==, "agent");
  say_hello (fixture, 1, 1, HR_SOURCE_COMPUTER, "atlas");
  say_hello (fixture, 2, 2, HR_SOURCE_PROCESS, "ranker");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 3);
  g_assert_cmpstr (hr_source_get_name (fixture->computer), ==, "agent");

  hr_hub_forget (fixture->hub, hr_peer_get_origin (second));
  g_assert_cmpuint (fixture->n_removed, ==, 1);
  say_hello (fixture, 1, 1, HR_SOURCE_COMPUTER, "atlas");
  wait_until (g_str_equal (hr_source_get_name (fixture->computer), "atlas"));
}

static void
test_a_place_tells_programs_apart (Fixture      *fixture,
                                   gconstpointer data)
{
  g_autoptr (HrOpener) opener = hr_opener_new_unix (fixture->path);
  HrPeer *second;

  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 2);

  second = hr_hub_add (fixture->hub, opener, &(HrOrigin){ HR_SOURCE_COMPUTER, HR_GROUP_NETWORK, "tcp:borea:7", "borea" });
  hr_peer_connect (second, hr_peer_get_origin (second));
  wait_until (fixture->resumes == 2);
  say_hello (fixture, 1, 3, HR_SOURCE_PROCESS, "ranker");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 4);
  g_assert_cmpstr (hr_source_get_name (source_at (fixture, 3)), ==, "ranker (borea)");
  g_assert_cmpint (hr_source_get_group (source_at (fixture, 3)), ==, HR_GROUP_NETWORK);
  g_assert_cmpstr (hr_source_get_address (source_at (fixture, 3)), ==, "tcp:borea:7");
  g_assert_true (hr_hub_find_peer (fixture->hub, source_at (fixture, 3)) == second);
  g_assert_true (hr_hub_find_address (fixture->hub, "tcp:borea:7") == second);
}

/* What is forgotten while it runs stays away, however often it is told; its next run is a new source. */
static void
test_a_forgotten_program_stays_away (Fixture      *fixture,
                                     gconstpointer data)
{
  GListModel *sources = G_LIST_MODEL (fixture->hub);

  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 1, 1, 4);
  wait_until (g_list_model_get_n_items (sources) == 2 && hr_source_is_live (source_at (fixture, 1)));
  hr_hub_forget (fixture->hub, source_at (fixture, 1));
  g_assert_cmpuint (g_list_model_get_n_items (sources), ==, 1);
  g_assert_cmpuint (fixture->n_removed, ==, 1);
  wait_until (fixture->control.subscribed == HR_SWITCH_OFF && fixture->control_stream == 1);

  fixture->control_stream = 0;
  say_snapshot (fixture, 1, 2, 4);
  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  wait_until (fixture->control_stream == 1);
  g_assert_cmpuint (g_list_model_get_n_items (sources), ==, 1);

  say_hello (fixture, 2, 2, HR_SOURCE_PROCESS, "ranker");
  wait_until (g_list_model_get_n_items (sources) == 2);
  g_assert_cmpstr (hr_source_get_name (source_at (fixture, 1)), ==, "ranker");
}

static void
test_a_forgotten_computer_is_closed (Fixture      *fixture,
                                     gconstpointer data)
{
  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 2);
  hr_hub_forget (fixture->hub, fixture->computer);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)), ==, 0);
  g_assert_cmpuint (fixture->n_removed, ==, 2);
  wait_until (!hr_link_is_open (fixture->link));
  g_assert_null (hr_hub_find_address (fixture->hub, "unix:agent"));
}

static void
result_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_programs_are_searched_for (Fixture      *fixture,
                                gconstpointer data)
{
  HrProgram  program = { 42, 7, (char *) "ranker", (char *) "ranker --fast", (char *) "anna", 12.5, TRUE, FALSE };
  HrProgram *programs[] = { &program };
  HrMessage  found = { .type = HR_MESSAGE_FOUND };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (HrFound) answer = NULL;

  hr_peer_search_async (fixture->peer, "rank", NULL, result_cb, &result);
  wait_until (fixture->text != NULL);
  g_assert_cmpstr (fixture->text, ==, "rank");

  /* An answer that nobody asked for is let go. */
  found.found.request = fixture->search + 1;
  hr_link_send (fixture->link, &found);
  found.found.request = fixture->search;
  found.found.programs = programs;
  found.found.n_programs = 1;
  found.found.n_more = 3;
  hr_link_send (fixture->link, &found);
  wait_until (result != NULL);
  answer = hr_peer_search_finish (fixture->peer, result, NULL);
  g_assert_cmpuint (answer->programs->len, ==, 1);
  g_assert_cmpuint (((HrProgram *) answer->programs->pdata[0])->pid, ==, 42);
  g_assert_cmpuint (answer->n_more, ==, 3);
}

static void
test_a_search_ends_with_its_link (Fixture      *fixture,
                                  gconstpointer data)
{
  g_autoptr (GAsyncResult) lost = NULL;
  g_autoptr (GAsyncResult) refused = NULL;
  g_autoptr (GError) error = NULL;

  hr_peer_search_async (fixture->peer, "", NULL, result_cb, &lost);
  wait_until (fixture->text != NULL);
  g_clear_object (&fixture->listener);
  hr_link_close (fixture->link);
  wait_until (lost != NULL);
  g_assert_null (hr_peer_search_finish (fixture->peer, lost, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED);
  g_clear_error (&error);

  hr_peer_search_async (fixture->peer, "", NULL, result_cb, &refused);
  wait_until (refused != NULL);
  g_assert_null (hr_peer_search_finish (fixture->peer, refused, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
}

/* What is watched is asked for again on the next link; a refusal is told, unless the program ended while there was none. */
static void
test_watches_survive_their_link (Fixture      *fixture,
                                 gconstpointer data)
{
  HrMessage refusal = { .type = HR_MESSAGE_REFUSAL, .refusal = { 43, (char *) "it is another user's" } };

  hr_peer_watch (fixture->peer, 42, 7);
  hr_peer_watch (fixture->peer, 43, 0);
  wait_until (fixture->n_watches == 2);
  g_assert_cmpint (fixture->watch, ==, HR_SWITCH_ON);
  hr_link_send (fixture->link, &refusal);
  wait_until (fixture->refusal != NULL);
  g_assert_cmpstr (fixture->refusal, ==, "it is another user's");
  g_clear_pointer (&fixture->refusal, g_free);

  hr_link_close (fixture->link);
  wait_until (fixture->resumes == 2 && fixture->n_watches == 3);
  g_assert_cmpuint (fixture->watched, ==, 42);
  refusal.refusal.pid = 42;
  hr_link_send (fixture->link, &refusal);
  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 2);
  g_assert_null (fixture->refusal);
}

/* Every count of the link's health, of a program and of the whole. */
static void
test_quality_is_kept (Fixture      *fixture,
                      gconstpointer data)
{
  const HrLinkQuality *link = hr_source_get_quality (fixture->computer);
  const HrLinkQuality *quality;

  wait_until (link->round_trip_ns >= 0);
  g_assert_cmpint (link->best_round_trip_ns, <=, link->round_trip_ns);
  g_assert_cmpint (link->clock_error_ns, >=, 0);
  g_assert_cmpuint (link->n_links, ==, 1);
  g_assert_true (hr_source_is_live (fixture->computer));

  fixture->measured_ns = g_get_monotonic_time () * 1000;
  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 1, 1, 4);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 2);
  quality = hr_source_get_quality (source_at (fixture, 1));
  wait_until (quality->n_snapshots == 1);

  hr_link_close (fixture->link);
  wait_until (fixture->resumes == 2);
  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 1, 2, 4);
  say_totals (fixture, 1, 5, 20);
  wait_until (quality->n_catch_ups == 1);
  g_assert_cmpuint (quality->n_snapshots, ==, 2);
  g_assert_cmpuint (quality->n_resent, ==, 1);
  g_assert_cmpuint (quality->n_links, ==, 2);
  g_assert_cmpuint (link->n_snapshots, ==, 2);
  g_assert_cmpuint (link->n_links, ==, 2);
  g_assert_cmpuint (count_of (source_at (fixture, 1)), ==, 20);
}

/* Sources are bounded: those that are gone give way, and beyond that a hello is refused, and said. */
static void
test_too_many_programs_are_said (Fixture      *fixture,
                                 gconstpointer data)
{
  GListModel *sources = G_LIST_MODEL (fixture->hub);

  for (guint i = 1; i < HR_ROSTER_MAX_SOURCES; i++)
    say_program (fixture, i);
  wait_until (g_list_model_get_n_items (sources) == HR_ROSTER_MAX_SOURCES);
  hr_link_send (fixture->link, &(HrMessage){ .type = HR_MESSAGE_GOODBYE, .stream = 1, .reason = (char *) "it ended" });
  say_program (fixture, HR_ROSTER_MAX_SOURCES);
  wait_until (fixture->n_removed == 1 && g_list_model_get_n_items (sources) == HR_ROSTER_MAX_SOURCES);

  fixture->control_stream = 0;
  say_program (fixture, HR_ROSTER_MAX_SOURCES + 1);
  wait_until (fixture->control_stream == HR_ROSTER_MAX_SOURCES + 1);
  g_assert_cmpint (fixture->control.subscribed, ==, HR_SWITCH_OFF);
  g_assert_cmpuint (g_list_model_get_n_items (sources), ==, HR_ROSTER_MAX_SOURCES);
  wait_until (hr_source_get_message (fixture->computer) != NULL);
}

/* A program whose next run is there already is not lost because its last one says goodbye. */
static void
test_a_late_goodbye_ends_no_other_run (Fixture      *fixture,
                                       gconstpointer data)
{
  HrSource *source;

  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 1, 1, 4);
  hr_link_send (fixture->link, &(HrMessage){ .type = HR_MESSAGE_GOODBYE, .stream = 1, .reason = (char *) "it ended" });
  say_hello (fixture, 2, 2, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 2, 1, 1);
  say_hello (fixture, 3, 1, HR_SOURCE_PROCESS, "ranker");
  say_snapshot (fixture, 2, 2, 1);
  hr_link_send (fixture->link, &(HrMessage){ .type = HR_MESSAGE_GOODBYE, .stream = 3, .reason = (char *) "it ended" });
  say_hello (fixture, 4, 3, HR_SOURCE_PROCESS, "what comes after");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 3);
  source = source_at (fixture, 1);
  g_assert_cmpuint (count_of (source), ==, 6);
  g_assert_true (hr_source_is_live (source));
}

/* A stream that was never opened, one that was closed, and answers to questions that nobody asked. */
static void
test_nonsense_changes_nothing (Fixture      *fixture,
                               gconstpointer data)
{
  const HrLinkQuality *link = hr_source_get_quality (fixture->computer);
  HrMessage            pong = { .type = HR_MESSAGE_PONG, .ping = { G_MAXINT64 / 2, G_MAXINT64 / 2, 1 } };
  gint64               error_ns;

  wait_until (link->round_trip_ns >= 0);
  error_ns = link->clock_error_ns;
  hr_link_send (fixture->link, &pong);
  pong.ping.sent_ns = 0;
  hr_link_send (fixture->link, &pong);
  say_snapshot (fixture, 9, 1, 4);
  hr_link_send (fixture->link, &(HrMessage){ .type = HR_MESSAGE_GOODBYE, .stream = 9, .reason = (char *) "never was" });
  say_hello (fixture, 1, 1, HR_SOURCE_PROCESS, "ranker");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)) == 2);
  g_assert_cmpint (link->clock_error_ns, ==, error_ns);
  g_assert_cmpint (ABS (link->round_trip_ns), <, 30 * HR_NS_PER_SECOND);
  g_assert_cmpuint (link->n_snapshots, ==, 0);
}

/* What only a desktop may say ends the link; it is opened again. */
static void
test_an_agent_that_asks_is_hung_up_on (Fixture      *fixture,
                                       gconstpointer data)
{
  hr_link_send (fixture->link, &(HrMessage){ .type = HR_MESSAGE_WATCH, .watch = { 1, 0, HR_SWITCH_ON } });
  wait_until (hr_source_get_state (fixture->computer) == HR_SOURCE_LOST);
  wait_until (fixture->resumes == 2);
}

/* A device is what hangs on our cable, whatever an agent says. */
static void
test_an_agent_that_is_a_device_is_hung_up_on (Fixture      *fixture,
                                              gconstpointer data)
{
  say_hello (fixture, 1, 1, HR_SOURCE_DEVICE, "iPhone");
  wait_until (hr_source_get_state (fixture->computer) == HR_SOURCE_LOST);
  wait_until (fixture->resumes == 2);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->hub)), ==, 1);
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
  add ("/hub/name", test_a_computer_is_called_as_it_says);
  add ("/hub/place", test_a_place_tells_programs_apart);
  add ("/hub/forget/program", test_a_forgotten_program_stays_away);
  add ("/hub/forget/computer", test_a_forgotten_computer_is_closed);
  add ("/hub/search", test_programs_are_searched_for);
  add ("/hub/search/lost", test_a_search_ends_with_its_link);
  add ("/hub/watch", test_watches_survive_their_link);
  add ("/hub/quality", test_quality_is_kept);
  add ("/hub/too-many", test_too_many_programs_are_said);
  add ("/hub/late-goodbye", test_a_late_goodbye_ends_no_other_run);
  add ("/hub/nonsense", test_nonsense_changes_nothing);
  add ("/hub/asks", test_an_agent_that_asks_is_hung_up_on);
  add ("/hub/device", test_an_agent_that_is_a_device_is_hung_up_on);

  return g_test_run ();
}
