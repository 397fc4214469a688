/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Searching and watching over real socketpairs, with real processes; nothing ticks but tick (). */

#include "engine/agents/local/agent.h"
#include "engine/agents/local/searches.h"
#include "engine/collect/process.h"
#include "tests/engine/agents/local/peer.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)

/* Stands for the collector of regions: adds the feed of an instrumented program when the test wants it. */
typedef struct
{
  HrCollector parent;
  HrFeed     *program; /* NULL: none */
} Script;

typedef struct
{
  HrAgent *agent;
  Script  *script;
  gint64   now_ns;
  GPid     sleeper;
} Fixture;

static gboolean
script_collect (HrCollector *collector,
                gint64       now_ns,
                GPtrArray   *feeds,
                GError     **error)
{
  Script *self = (Script *) collector;

  if (self->program != NULL && !g_ptr_array_find (feeds, self->program, NULL))
    g_ptr_array_add (feeds, hr_feed_ref (self->program));

  return TRUE;
}

static void
script_free (HrCollector *collector)
{
  hr_feed_unref (((Script *) collector)->program);
  g_free (collector);
}

static GPid
spawn_sleeper (void)
{
  const char *const argv[] = { "sleep", "4321", NULL };
  GPid              pid;

  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL));

  return pid;
}

static void
end_sleeper (Fixture *fixture)
{
  if (fixture->sleeper > 0)
    {
      kill (fixture->sleeper, SIGKILL);
      waitpid (fixture->sleeper, NULL, 0);
    }
  fixture->sleeper = 0;
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  static const HrCollectorClass script_class = { "script", script_collect, NULL, script_free };
  const HrStreamName            name = { { 9, 9 }, 42 };
  HrCollectors                 *collectors = hr_collectors_new ();
  g_autoptr (HrFeed) computer = hr_feed_new (&name, HR_SOURCE_COMPUTER, "host", SECOND);

  fixture->script = g_new0 (Script, 1);
  fixture->script->parent.klass = &script_class;
  hr_collectors_add (collectors, &fixture->script->parent);
  hr_collectors_add (collectors, hr_process_new (""));
  fixture->agent = hr_agent_new (collectors, computer, 0);
  fixture->now_ns = SECOND;
  fixture->sleeper = spawn_sleeper ();
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  hr_agent_free (fixture->agent);
  end_sleeper (fixture);
}

static void
tick (Fixture *fixture,
      guint    n)
{
  for (guint i = 0; i < n; i++)
    hr_agent_tick (fixture->agent, fixture->now_ns += SECOND);
}

static Peer *
connect_and_resume (Fixture *fixture)
{
  g_autoptr (HrLink) served = NULL;
  g_autoptr (HrLink) link = NULL;
  Peer *peer;
  int   fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  served = hr_link_new_for_fd (fds[0], NULL);
  hr_agent_add_link (fixture->agent, served);
  link = hr_link_new_for_fd (fds[1], NULL);
  peer = peer_new (link);
  peer_resume (peer, NULL, 0);
  peer_wait_pong (peer, 1);

  return peer;
}

static void
watch (Fixture *fixture,
       Peer    *peer,
       HrSwitch watched)
{
  static gint64 asked = 1000;

  peer_watch (peer, (guint64) fixture->sleeper, 0, watched);
  peer_wait_pong (peer, ++asked);
}

/* Waits for the answer to @request. */
static const PeerEvent *
wait_found (Peer *peer,
            guint request)
{
  for (guint i = 0;; i++)
    {
      while (i >= peer->events->len)
        g_main_context_iteration (NULL, TRUE);
      if (peer_event (peer, i)->type == HR_MESSAGE_FOUND && peer_event (peer, i)->request == request)
        return peer_event (peer, i);
    }
}

static const HrProgram *
find_pid (const PeerEvent *found,
          GPid             pid)
{
  for (guint i = 0; i < found->programs->len; i++)
    if (((HrProgram *) found->programs->pdata[i])->pid == (guint64) pid)
      return found->programs->pdata[i];

  return NULL;
}

static void
test_programs_are_found (Fixture      *fixture,
                         gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture);
  const HrProgram *program;

  peer_search (peer, 5, "Sleep 4321", 1024);
  program = find_pid (wait_found (peer, 5), fixture->sleeper);
  g_assert_nonnull (program);
  g_assert_cmpstr (program->name, ==, "sleep");
  g_assert_false (program->watched || program->instrumented);

  watch (fixture, peer, HR_SWITCH_ON);
  peer_search (peer, 6, "sleep 4321", 1024);
  program = find_pid (wait_found (peer, 6), fixture->sleeper);
  g_assert_true (program->watched);

  peer_search (peer, 7, "", 1);
  g_assert_cmpuint (wait_found (peer, 7)->programs->len, ==, 1);
  g_assert_cmpuint (wait_found (peer, 7)->n_more, >=, 1);
}

/* However fast they come, each is answered. */
static void
test_every_search_is_answered (Fixture      *fixture,
                               gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture);

  for (guint i = 0; i < 200; i++)
    peer_search (peer, i, "sleep 4321", 10);
  for (guint i = 0; i < 200; i++)
    wait_found (peer, i);
  g_assert_nonnull (find_pid (wait_found (peer, 199), fixture->sleeper));
}

static void
test_whoever_asked_may_hang_up (Fixture      *fixture,
                                gconstpointer user_data)
{
  Peer *gone = connect_and_resume (fixture);
  g_autoptr (Peer) peer = connect_and_resume (fixture);

  for (guint i = 0; i < 10; i++)
    peer_search (gone, i, "", 1024);
  peer_free (gone);
  while (hr_agent_get_n_sessions (fixture->agent) > 1)
    g_main_context_iteration (NULL, TRUE);
  peer_search (peer, 5, "sleep 4321", 10);
  g_assert_nonnull (find_pid (wait_found (peer, 5), fixture->sleeper));
}

static void
count_found (gpointer   owner,
             guint      request,
             GPtrArray *programs,
             guint      n_more,
             gpointer   user_data)
{
  ++*(guint *) user_data;
}

/* The list that is being made when they end is thrown away. */
static void
test_searches_end_while_they_run (void)
{
  g_autoptr (HrUsers) users = hr_users_new ();
  guint       n_found = 0;
  HrSearches *searches = hr_searches_new ("", users, count_found, &n_found);
  HrSearches *others = hr_searches_new ("", users, count_found, &n_found);

  hr_searches_add (searches, &n_found, 1, "", 10);
  hr_searches_add (searches, &n_found, 2, "", 10);
  hr_searches_free (searches);

  hr_searches_add (others, &n_found, 1, "", 10);
  while (n_found == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_found, ==, 1);
  hr_searches_free (others);
}

static void
test_a_watched_program_is_a_stream (Fixture      *fixture,
                                    gconstpointer user_data)
{
  g_autofree char *detail = g_strdup_printf ("pid %d · %s", fixture->sleeper, g_get_user_name ());
  g_autoptr (Peer) peer = connect_and_resume (fixture);
  const PeerEvent *hello;
  guint            stream;

  /* Whose it is was found out by the search. */
  peer_search (peer, 1, "sleep", 1);
  wait_found (peer, 1);
  watch (fixture, peer, HR_SWITCH_ON);
  hello = peer_find_program (peer, (guint64) fixture->sleeper);
  g_assert_nonnull (hello);
  g_assert_cmpstr (hello->text, ==, "sleep");
  g_assert_cmpstr (hello->detail, ==, detail);
  g_assert_cmpint (hello->role, ==, HR_SOURCE_PROCESS);
  g_assert_cmpuint (hello->name.epoch, >, 42);
  stream = hello->stream;

  tick (fixture, 3);
  peer_wait_pong (peer, 2);
  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_SNAPSHOT, stream), ==, 3);
  g_assert_cmpuint (peer_add_up (peer, stream, peer_find_metric (peer, stream, "memory_rss_mb")).count, ==, 3);
  g_assert_cmpuint (peer_add_up (peer, stream, peer_find_metric (peer, stream, "process_cpu_usage")).count, ==, 2);
  g_assert_cmpfloat (peer_add_up (peer, stream, peer_find_metric (peer, stream, "thread_count")).last, ==, 1);

  end_sleeper (fixture);
  tick (fixture, 1);
  peer_wait_pong (peer, 3);
  g_assert_cmpstr (peer_find (peer, HR_MESSAGE_GOODBYE, stream)->text, ==, "the program ended");
}

static void
test_a_watch_ends_when_it_is_told_to (Fixture      *fixture,
                                      gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture);
  guint first, second;

  watch (fixture, peer, HR_SWITCH_ON);
  watch (fixture, peer, HR_SWITCH_ON);
  first = peer_find_program (peer, (guint64) fixture->sleeper)->stream;
  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_HELLO, first), ==, 1);

  watch (fixture, peer, HR_SWITCH_UNCHANGED);
  g_assert_null (peer_find (peer, HR_MESSAGE_GOODBYE, first));
  watch (fixture, peer, HR_SWITCH_OFF);
  g_assert_nonnull (peer_find (peer, HR_MESSAGE_GOODBYE, first));
  watch (fixture, peer, HR_SWITCH_OFF);

  /* Another stream of the same instance, of a later epoch. */
  watch (fixture, peer, HR_SWITCH_ON);
  second = peer_find_program (peer, (guint64) fixture->sleeper)->stream;
  g_assert_cmpuint (second, !=, first);
  g_assert_cmpuint (peer_find (peer, HR_MESSAGE_HELLO, second)->name.epoch, >, peer_find (peer, HR_MESSAGE_HELLO, first)->name.epoch);
  g_assert_cmpmem (peer_find (peer, HR_MESSAGE_HELLO, second)->name.uuid, 16, peer_find (peer, HR_MESSAGE_HELLO, first)->name.uuid, 16);
}

static void
test_a_watch_belongs_to_who_asked (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autoptr (Peer) anna = connect_and_resume (fixture);
  g_autoptr (Peer) bert = connect_and_resume (fixture);
  g_autoptr (Peer) late = NULL;
  HrControl off = { .sampling = HR_SWITCH_OFF };
  guint     stream;

  watch (fixture, anna, HR_SWITCH_ON);
  stream = peer_find_program (anna, (guint64) fixture->sleeper)->stream;
  tick (fixture, 1);
  late = connect_and_resume (fixture);
  tick (fixture, 1);
  peer_wait_pong (bert, 2);
  peer_wait_pong (late, 2);
  g_assert_null (peer_find_program (bert, (guint64) fixture->sleeper));
  g_assert_null (peer_find_program (late, (guint64) fixture->sleeper));
  g_assert_cmpuint (peer_count_type (bert, HR_MESSAGE_SNAPSHOT, stream), ==, 0);

  /* Nor can it be stopped by others. */
  peer_control (bert, stream, &off);
  peer_wait_pong (bert, 3);
  tick (fixture, 1);
  peer_wait_pong (anna, 3);
  g_assert_cmpuint (peer_count_type (anna, HR_MESSAGE_SNAPSHOT, stream), ==, 3);

  /* Who joins gets the same stream, and each leaves by itself. */
  watch (fixture, bert, HR_SWITCH_ON);
  g_assert_cmpuint (peer_find_program (bert, (guint64) fixture->sleeper)->stream, ==, stream);
  watch (fixture, anna, HR_SWITCH_OFF);
  g_assert_nonnull (peer_find (anna, HR_MESSAGE_GOODBYE, stream));
  tick (fixture, 2);
  peer_wait_pong (bert, 4);
  peer_wait_pong (anna, 4);
  g_assert_cmpuint (peer_count_type (bert, HR_MESSAGE_SNAPSHOT, stream), ==, 2);
  g_assert_cmpuint (peer_count_type (anna, HR_MESSAGE_SNAPSHOT, stream), ==, 3);
}

static void
test_watches_end_with_the_link (Fixture      *fixture,
                                gconstpointer user_data)
{
  Peer *gone = connect_and_resume (fixture);
  g_autoptr (Peer) peer = connect_and_resume (fixture);
  guint first;

  watch (fixture, gone, HR_SWITCH_ON);
  first = peer_find_program (gone, (guint64) fixture->sleeper)->stream;
  tick (fixture, 2);
  peer_free (gone);
  while (hr_agent_get_n_sessions (fixture->agent) > 1)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  watch (fixture, peer, HR_SWITCH_ON);
  g_assert_cmpuint (peer_find_program (peer, (guint64) fixture->sleeper)->stream, !=, first);
  g_assert_cmpuint (peer_find (peer, HR_MESSAGE_TOTALS, peer_find_program (peer, (guint64) fixture->sleeper)->stream)->snapshot->sequence, ==, 0);
}

static void
test_what_cannot_be_watched_is_refused (Fixture      *fixture,
                                        gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture);
  guint64          pid = (guint64) fixture->sleeper;
  g_autofree char *reason = g_strdup_printf ("No program has the number %" G_GUINT64_FORMAT, pid);

  peer_watch (peer, pid, 1, HR_SWITCH_ON);
  peer_wait_pong (peer, 2);
  g_assert_cmpuint (peer_find (peer, HR_MESSAGE_REFUSAL, 0)->pid, ==, pid);

  end_sleeper (fixture);
  peer_watch (peer, pid, 0, HR_SWITCH_ON);
  peer_wait_pong (peer, 3);
  g_assert_cmpstr (peer_find (peer, HR_MESSAGE_REFUSAL, 0)->text, ==, reason);
  peer_watch (peer, G_MAXUINT64, G_MAXUINT64, HR_SWITCH_ON);
  peer_wait_pong (peer, 4);
  g_assert_cmpuint (peer_find (peer, HR_MESSAGE_REFUSAL, 0)->pid, ==, G_MAXUINT64);
  g_assert_null (peer_find_program (peer, pid));
}

/* The instrumented program's stream opens after the watch has said goodbye, so that it may continue the same source. */
static void
test_a_probe_takes_over (Fixture      *fixture,
                         gconstpointer user_data)
{
  const HrStreamName name = { { 5 }, 42 };
  g_autoptr (Peer) peer = connect_and_resume (fixture);
  guint   watched, n_before;
  HrFeed *program = hr_feed_new (&name, HR_SOURCE_PROCESS, "ranker", SECOND);

  watch (fixture, peer, HR_SWITCH_ON);
  watched = peer_find_program (peer, (guint64) fixture->sleeper)->stream;
  tick (fixture, 1);
  peer_wait_pong (peer, 2);
  n_before = peer->events->len;

  hr_feed_set_process (program, (guint64) fixture->sleeper, 0);
  fixture->script->program = program;
  tick (fixture, 1);
  peer_wait_pong (peer, 3);
  for (guint i = n_before; peer_event (peer, i)->type != HR_MESSAGE_GOODBYE; i++)
    g_assert_cmpuint (peer_event (peer, i)->stream, ==, watched);
  g_assert_cmpstr (peer_find_program (peer, (guint64) fixture->sleeper)->text, ==, "ranker");

  /* Now there is nothing to watch, and nothing wrong. */
  watch (fixture, peer, HR_SWITCH_ON);
  g_assert_null (peer_find (peer, HR_MESSAGE_REFUSAL, 0));
  g_assert_cmpstr (peer_find_program (peer, (guint64) fixture->sleeper)->text, ==, "ranker");
  peer_search (peer, 5, "sleep 4321", 10);
  g_assert_true (find_pid (wait_found (peer, 5), fixture->sleeper)->instrumented);
}

#define ADD(path, test) g_test_add ("/agent/programs/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("search", test_programs_are_found);
  ADD ("search/many", test_every_search_is_answered);
  ADD ("search/hang-up", test_whoever_asked_may_hang_up);
  g_test_add_func ("/agent/programs/search/end", test_searches_end_while_they_run);
  ADD ("watch", test_a_watched_program_is_a_stream);
  ADD ("watch/off", test_a_watch_ends_when_it_is_told_to);
  ADD ("watch/owner", test_a_watch_belongs_to_who_asked);
  ADD ("watch/hang-up", test_watches_end_with_the_link);
  ADD ("watch/refused", test_what_cannot_be_watched_is_refused);
  ADD ("watch/probe", test_a_probe_takes_over);

  return g_test_run ();
}
