/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Records themselves, asked for over a real socketpair; nothing ticks but tick (). */

#include "engine/agents/local/agent.h"
#include "engine/probe/probe.h"
#include "tests/engine/agents/local/peer.h"
#include "tests/folder.h"

#include <sys/socket.h>

#define EVERYTHING(from_) (&(HrRecordQuery){ 0, G_MAXINT64 / 4, from_ })

typedef struct
{
  char    *folder;
  HrProbe *probe;
  HrMetric ranking;
  HrAgent *agent;
  Peer    *peer;
  guint    n_asked;
} Fixture;

static void
tick (Fixture *fixture)
{
  hr_agent_tick (fixture->agent, (gint64) hr_clock_monotonic ());
}

static void
open_peer (Fixture *fixture)
{
  int fds[2];
  g_autoptr (HrLink) ours = NULL;
  g_autoptr (HrLink) theirs = NULL;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  ours = hr_link_new_for_fd (fds[0], NULL);
  theirs = hr_link_new_for_fd (fds[1], NULL);
  hr_agent_add_link (fixture->agent, theirs);
  fixture->peer = peer_new (ours);
  peer_resume (fixture->peer, NULL, 0);
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->agent = hr_agent_new_for_computer (fixture->folder, 0);
  fixture->probe = hr_probe_open_in (fixture->folder, "ranker");
  fixture->ranking = hr_probe_metric (fixture->probe, "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  open_peer (fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  g_clear_pointer (&fixture->probe, hr_probe_close);
  peer_free (fixture->peer);
  hr_agent_free (fixture->agent);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

/* The hello of the program, which comes with the second round at the latest. */
static const PeerEvent *
program (Fixture *fixture)
{
  peer_wait_pong (fixture->peer, 1);
  for (guint i = 0; i < fixture->peer->events->len; i++)
    {
      const PeerEvent *event = peer_event (fixture->peer, i);

      if (event->type == HR_MESSAGE_HELLO && event->role == HR_SOURCE_PROCESS)
        return event;
    }

  return NULL;
}

static const PeerEvent *
ask (Fixture             *fixture,
     const guint8        *uuid,
     const HrRecordQuery *query)
{
  guint n_before = peer_count_type (fixture->peer, HR_MESSAGE_RECORDS, 0);

  peer_query (fixture->peer, ++fixture->n_asked, uuid, query);
  while (peer_count_type (fixture->peer, HR_MESSAGE_RECORDS, 0) == n_before)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (peer_find (fixture->peer, HR_MESSAGE_RECORDS, 0)->request, ==, fixture->n_asked);

  return peer_find (fixture->peer, HR_MESSAGE_RECORDS, 0);
}

static void
record (Fixture *fixture,
        guint    n)
{
  for (guint i = 0; i < n; i++)
    hr_probe_duration (fixture->probe, fixture->ranking, 28 * (1000 + i), 28);
}

static void
test_records_are_told_once (Fixture      *fixture,
                            gconstpointer user_data)
{
  const PeerEvent *hello, *answer;
  guint8           uuid[16];
  guint64          from;

  record (fixture, 100);
  tick (fixture);
  hello = program (fixture);
  g_assert_true (hello->records);
  memcpy (uuid, hello->name.uuid, sizeof uuid);

  answer = ask (fixture, uuid, EVERYTHING (0));
  g_assert_true (answer->known);
  g_assert_cmpuint (answer->page.n, ==, 100);
  g_assert_cmpuint (answer->page.lost, ==, 0);
  g_assert_false (answer->page.more);
  for (guint i = 0; i < 100; i++)
    {
      g_assert_cmpfloat (answer->page.values[i], ==, (1000.0 + i) * 1e-6);
      g_assert_cmpuint (answer->page.items[i], ==, 28);
      g_assert_cmpstr (hello->metrics[answer->page.metrics[i]].name, ==, "ranking_ms");
    }

  from = answer->page.next;
  record (fixture, 7);
  tick (fixture);
  answer = ask (fixture, uuid, EVERYTHING (from));
  g_assert_cmpuint (answer->page.n, ==, 7);
  answer = ask (fixture, uuid, EVERYTHING (answer->page.next));
  g_assert_cmpuint (answer->page.n, ==, 0);
}

static void
test_many_come_in_pages (Fixture      *fixture,
                         gconstpointer user_data)
{
  HrRecordQuery query = *EVERYTHING (0);
  guint8        uuid[16];
  guint         n = 0;
  gboolean      more = TRUE;

  for (guint i = 0; i < 7; i++)
    {
      record (fixture, 10000);
      tick (fixture);
    }
  memcpy (uuid, program (fixture)->name.uuid, sizeof uuid);
  while (more)
    {
      const PeerEvent *answer = ask (fixture, uuid, &query);

      n += answer->page.n;
      g_assert_cmpuint (answer->page.n, <=, HR_RECORDS_LIMIT);
      g_assert_cmpuint (answer->page.lost, ==, 0);
      query.from = answer->page.next;
      more = answer->page.more;
    }
  g_assert_cmpuint (n, ==, 70000);
}

/* Rings that were overtaken: what is told and what is lost is all there was. */
static void
test_what_was_overtaken_is_counted (Fixture      *fixture,
                                    gconstpointer user_data)
{
  const PeerEvent *answer;

  record (fixture, 1);
  tick (fixture);
  record (fixture, 3 * HR_REGION_LANE_RECORDS);
  tick (fixture);
  answer = ask (fixture, program (fixture)->name.uuid, EVERYTHING (0));
  g_assert_cmpuint (answer->page.lost, >=, 2 * HR_REGION_LANE_RECORDS);
  g_assert_cmpuint (answer->page.n + answer->page.lost, ==, 1 + 3 * HR_REGION_LANE_RECORDS);
}

/* A program that ended, and one that was never there. */
static void
test_the_end_takes_nothing_away (Fixture      *fixture,
                                 gconstpointer user_data)
{
  const guint8     nobody[16] = { 0xff };
  guint8           uuid[16];
  const PeerEvent *answer;

  record (fixture, 5);
  tick (fixture);
  memcpy (uuid, program (fixture)->name.uuid, sizeof uuid);
  record (fixture, 5);
  g_clear_pointer (&fixture->probe, hr_probe_close);
  tick (fixture);
  tick (fixture);
  answer = ask (fixture, uuid, EVERYTHING (0));
  g_assert_true (answer->known);
  g_assert_cmpuint (answer->page.n, ==, 10);

  answer = ask (fixture, nobody, EVERYTHING (0));
  g_assert_false (answer->known);
  g_assert_cmpuint (answer->page.n, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/agent/records/once", Fixture, NULL, set_up, test_records_are_told_once, tear_down);
  g_test_add ("/agent/records/pages", Fixture, NULL, set_up, test_many_come_in_pages, tear_down);
  g_test_add ("/agent/records/overtaken", Fixture, NULL, set_up, test_what_was_overtaken_is_counted, tear_down);
  g_test_add ("/agent/records/end", Fixture, NULL, set_up, test_the_end_takes_nothing_away, tear_down);

  return g_test_run ();
}
