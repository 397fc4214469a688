/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The agent and its sessions over real socketpairs, on a clock of the test's own: nothing ticks but tick (). */

#include "engine/agents/local/agent.h"
#include "engine/base/clock.h"
#include "tests/engine/agents/local/peer.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)
#define EPOCH 42

static const HrMetricInfo level_metric = { "level", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo late_metric = { "late", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo work_metric = { "work_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };

/* A collector that adds to the computer's feed what the test wants. */
typedef struct
{
  HrCollector parent;
  HrFeed     *computer;
  HrFeed     *program; /* joins the feeds with the next round; NULL: none */
  gboolean    late;    /* measure a second metric too */
  gboolean    bulky;   /* fill a whole histogram */
  gboolean    fails;
  guint64     measured;
  guint       interval_ms; /* as the program was told last */
} Script;

typedef struct
{
  HrAgent *agent;
  Script  *script;
  gint64   now_ns;
} Fixture;

static void
add_bulk (HrFeed *feed)
{
  g_autofree HrBucketCount *row = g_new (HrBucketCount, HR_N_BUCKETS);
  HrSample                  sample = { .count = HR_N_BUCKETS, .sum = 1, .min = 0.001, .max = 1, .last = 1 };

  for (guint i = 0; i < HR_N_BUCKETS; i++)
    row[i] = (HrBucketCount){ i, 1 };
  sample.metric = hr_feed_add_metric (feed, &work_metric);
  sample.n_buckets = HR_N_BUCKETS;
  sample.buckets = row;
  hr_feed_add (feed, &sample);
}

static gboolean
script_collect (HrCollector *collector,
                gint64       now_ns,
                GPtrArray   *feeds,
                GError     **error)
{
  Script *self = (Script *) collector;

  if (self->fails)
    {
      g_set_error_literal (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_UNREADABLE, "out of order");
      return FALSE;
    }

  if (self->program != NULL)
    {
      hr_feed_measure (self->program, &level_metric, 5);
      if (!g_ptr_array_find (feeds, self->program, NULL))
        g_ptr_array_add (feeds, hr_feed_ref (self->program));
    }
  if (!hr_feed_get_sampling (self->computer))
    return TRUE;

  hr_feed_measure (self->computer, &level_metric, 1);
  self->measured++;
  if (self->late)
    hr_feed_measure (self->computer, &late_metric, 2);
  if (self->bulky)
    add_bulk (self->computer);

  return TRUE;
}

static void
script_free (HrCollector *collector)
{
  Script *self = (Script *) collector;

  if (self->program != NULL)
    hr_feed_set_controls (self->program, NULL, NULL);
  hr_feed_unref (self->program);
  hr_feed_unref (self->computer);
  g_free (self);
}

static const HrCollectorClass script_class = { "script", script_collect, NULL, script_free };

static void
start_agent (Fixture *fixture,
             guint64  epoch,
             guint    interval_ms)
{
  HrStreamName  name = { { 9, 9 }, epoch };
  HrCollectors *collectors = hr_collectors_new ();
  HrFeed       *computer = hr_feed_new (&name, HR_SOURCE_COMPUTER, "host", SECOND);

  fixture->script = g_new0 (Script, 1);
  fixture->script->parent.klass = &script_class;
  fixture->script->computer = computer;
  hr_collectors_add (collectors, &fixture->script->parent);
  fixture->agent = hr_agent_new (collectors, computer, interval_ms);
  fixture->now_ns = SECOND;
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  start_agent (fixture, EPOCH, 0);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  hr_agent_free (fixture->agent);
}

static void
tick (Fixture *fixture,
      guint    n)
{
  for (guint i = 0; i < n; i++)
    hr_agent_tick (fixture->agent, fixture->now_ns += SECOND / 10);
}

/* Gives the agent one end of a socketpair; @out_raw gets the other as it is, else a peer is made of it. */
static Peer *
connect_peer (Fixture *fixture,
              int     *out_raw)
{
  g_autoptr (HrLink) served = NULL;
  g_autoptr (HrLink) link = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  served = hr_link_new_for_fd (fds[0], NULL);
  g_assert_nonnull (served);
  hr_agent_add_link (fixture->agent, served);
  if (out_raw != NULL)
    {
      *out_raw = fds[1];
      return NULL;
    }

  link = hr_link_new_for_fd (fds[1], NULL);

  return peer_new (link);
}

/* Lets the agent take in what @peer has sent. */
static Peer *
connect_and_resume (Fixture          *fixture,
                    const HrPosition *positions,
                    guint             n_positions)
{
  Peer *peer = connect_peer (fixture, NULL);

  peer_resume (peer, positions, n_positions);
  peer_wait_pong (peer, 1);

  return peer;
}

static void
test_nothing_is_sent_before_the_resume (Fixture      *fixture,
                                        gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_peer (fixture, NULL);

  tick (fixture, 3);
  peer_resume (peer, NULL, 0);
  peer_wait_pong (peer, 1);

  g_assert_cmpint (peer_event (peer, 0)->type, ==, HR_MESSAGE_HELLO);
  g_assert_cmpstr (peer_event (peer, 0)->text, ==, "host");
  g_assert_cmpuint (peer_event (peer, 0)->name.epoch, ==, EPOCH);
  g_assert_cmpint (peer_event (peer, 1)->type, ==, HR_MESSAGE_TOTALS);
  g_assert_cmpuint (peer_event (peer, 1)->snapshot->sequence, ==, 3);
  g_assert_cmpint (peer_event (peer, 2)->type, ==, HR_MESSAGE_PONG);
}

static void
test_totals_and_snapshots_add_up (Fixture      *fixture,
                                  gconstpointer user_data)
{
  g_autoptr (Peer) peer = NULL;
  PeerCount count;

  tick (fixture, 7);
  peer = connect_and_resume (fixture, NULL, 0);
  tick (fixture, 5);
  peer_wait_pong (peer, 2);

  count = peer_add_up (peer, 1, 0);
  g_assert_cmpuint (count.count, ==, 12);
  g_assert_cmpuint (count.sequence, ==, 12);
  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_SNAPSHOT, 1), ==, 5);
  g_assert_cmpint (peer_find (peer, HR_MESSAGE_SNAPSHOT, 1)->snapshot->interval_ns, ==, SECOND / 10);
}

static void
test_new_metrics_are_announced_first (Fixture      *fixture,
                                      gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture, NULL, 0);
  guint n_hellos;

  tick (fixture, 2);
  peer_wait_pong (peer, 2);
  n_hellos = peer_count_type (peer, HR_MESSAGE_HELLO, 1);

  fixture->script->late = TRUE;
  tick (fixture, 3);
  peer_wait_pong (peer, 3);
  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_HELLO, 1), ==, n_hellos + 1);
  g_assert_cmpuint (peer_add_up (peer, 1, peer_find (peer, HR_MESSAGE_HELLO, 1)->n_metrics - 1).count, ==, 3);
  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_TOTALS, 1), ==, 1);
}

/* Where a peer that saw @sequence of the computer's stream resumes. */
static HrPosition
position_at (guint64 sequence,
             guint64 epoch)
{
  return (HrPosition){ { { 9, 9 }, epoch }, sequence };
}

static void
test_a_link_that_comes_back_gets_what_it_missed (Fixture      *fixture,
                                                 gconstpointer user_data)
{
  HrPosition position = position_at (5, EPOCH);
  g_autoptr (Peer) peer = NULL;

  tick (fixture, 9);
  peer = connect_and_resume (fixture, &position, 1);
  tick (fixture, 1);
  peer_wait_pong (peer, 2);

  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_TOTALS, 1), ==, 0);
  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_SNAPSHOT, 1), ==, 5);
  g_assert_cmpuint (peer_event (peer, 1)->snapshot->sequence, ==, 6);
  g_assert_cmpuint (peer_add_up (peer, 1, 0).sequence, ==, 10);
}

static void
test_a_link_that_missed_nothing_gets_nothing (Fixture      *fixture,
                                              gconstpointer user_data)
{
  HrPosition position = position_at (9, EPOCH);
  g_autoptr (Peer) peer = NULL;

  tick (fixture, 9);
  peer = connect_and_resume (fixture, &position, 1);
  g_assert_cmpuint (peer->events->len, ==, 2);
  g_assert_cmpint (peer_event (peer, 0)->type, ==, HR_MESSAGE_HELLO);
  g_assert_cmpint (peer_event (peer, 1)->type, ==, HR_MESSAGE_PONG);
}

static void
test_another_epoch_begins_with_the_totals (Fixture      *fixture,
                                           gconstpointer user_data)
{
  HrPosition positions[] = { position_at (5, EPOCH - 1), position_at (99, EPOCH) };

  tick (fixture, 9);
  for (guint i = 0; i < G_N_ELEMENTS (positions); i++)
    {
      g_autoptr (Peer) peer = connect_and_resume (fixture, &positions[i], 1);

      g_assert_cmpint (peer_event (peer, 1)->type, ==, HR_MESSAGE_TOTALS);
      g_assert_cmpuint (peer_add_up (peer, 1, 0).count, ==, 9);
      g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_SNAPSHOT, 1), ==, 0);
    }
}

static void
test_a_backlog_that_gave_way_is_replaced_by_totals (Fixture      *fixture,
                                                    gconstpointer user_data)
{
  HrPosition old = position_at (1, EPOCH);
  HrPosition recent = position_at (395, EPOCH);
  g_autoptr (Peer) late = NULL;
  g_autoptr (Peer) soon = NULL;

  fixture->script->bulky = TRUE;
  tick (fixture, 400);
  late = connect_and_resume (fixture, &old, 1);
  soon = connect_and_resume (fixture, &recent, 1);

  g_assert_cmpuint (peer_count_type (late, HR_MESSAGE_TOTALS, 1), ==, 1);
  g_assert_cmpuint (peer_add_up (late, 1, 0).count, ==, 400);
  g_assert_cmpuint (peer_count_type (soon, HR_MESSAGE_TOTALS, 1), ==, 0);
  g_assert_cmpuint (peer_count_type (soon, HR_MESSAGE_SNAPSHOT, 1), ==, 5);
}

/* Adds @n metrics with full histograms to the feed of the computer: together more than a frame holds. */
static void
add_many_spans (HrFeed *feed,
                guint   n)
{
  g_autofree HrBucketCount *row = g_new (HrBucketCount, HR_N_BUCKETS);

  for (guint i = 0; i < HR_N_BUCKETS; i++)
    row[i] = (HrBucketCount){ i, 1 };
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("/span %u", i);
      HrMetricInfo     info = { name, HR_KIND_SPAN, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
      HrSample         sample = { hr_feed_add_metric (feed, &info), HR_N_BUCKETS, 2, 0.001, 1, 1, HR_N_BUCKETS, row, 0.5 };

      hr_feed_add (feed, &sample);
    }
}

/* Adds up what totals under @sequence tell: the items, and how many frames tell of them. */
static guint64
add_up_totals (Peer   *peer,
               guint64 sequence,
               guint  *out_frames)
{
  guint64 count = 0;

  *out_frames = 0;
  for (guint i = 0; i < peer->events->len; i++)
    {
      const PeerEvent *event = peer_event (peer, i);

      if (event->type != HR_MESSAGE_TOTALS || event->snapshot->sequence != sequence)
        continue;
      ++*out_frames;
      for (guint k = 0; k < event->snapshot->n_samples; k++)
        count += event->snapshot->samples[k].n_buckets > 0 ? event->snapshot->samples[k].count : 0;
    }

  return count;
}

/* What does not fit in a frame comes as totals in several, live and when a link comes back: nothing is lost, and the source goes on. */
static void
test_more_than_a_frame_holds_comes_in_several (Fixture      *fixture,
                                               gconstpointer user_data)
{
  g_autoptr (Peer) live = connect_and_resume (fixture, NULL, 0);
  g_autoptr (Peer) later = NULL;
  guint n_frames;

  add_many_spans (fixture->script->computer, 600);
  tick (fixture, 1);
  peer_wait_pong (live, 2);
  g_assert_cmpuint (add_up_totals (live, 1, &n_frames), ==, 600 * HR_N_BUCKETS);
  g_assert_cmpuint (n_frames, >, 1);

  tick (fixture, 1);
  peer_wait_pong (live, 3);
  g_assert_cmpuint (peer_count_type (live, HR_MESSAGE_SNAPSHOT, 1), ==, 1);
  g_assert_cmpuint (peer_count_type (live, HR_MESSAGE_GOODBYE, 1), ==, 0);

  later = connect_and_resume (fixture, NULL, 0);
  g_assert_cmpuint (add_up_totals (later, 2, &n_frames), ==, 600 * HR_N_BUCKETS);
  g_assert_cmpuint (n_frames, >, 1);
}

/* Spans come one by one: each hello names them all, in the order in which they came. */
static void
test_hellos_grow_to_the_limit (Fixture      *fixture,
                               gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture, NULL, 0);

  for (guint i = 0; i < 3; i++)
    {
      for (guint k = 0; k < 2000; k++)
        {
          g_autofree char *name = g_strdup_printf ("/%0199u", 2000 * i + k);
          HrMetricInfo     info = { name, HR_KIND_SPAN, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
          HrSample         sample = { hr_feed_add_metric (fixture->script->computer, &info), 1, 1, 1, 1, 1, 0, NULL, 1 };

          if (sample.metric != HR_FEED_NO_METRIC)
            hr_feed_add (fixture->script->computer, &sample);
        }
      tick (fixture, 1);
      peer_wait_pong (peer, 2 + i);
    }

  g_assert_cmpuint (peer_find (peer, HR_MESSAGE_HELLO, 1)->n_metrics, ==, 4096);
  g_assert_cmpuint (peer_add_up (peer, 1, 0).count, ==, 1);
  g_assert_cmpuint (peer_add_up (peer, 1, 2000).count, ==, 3); /* the level */
  g_assert_cmpuint (peer_add_up (peer, 1, 4095).count, ==, 1);
}

static void
test_unsubscribed_streams_rest_and_catch_up (Fixture      *fixture,
                                             gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture, NULL, 0);
  g_autoptr (Peer) other = connect_and_resume (fixture, NULL, 0);
  HrControl off = { .subscribed = HR_SWITCH_OFF };
  HrControl on = { .subscribed = HR_SWITCH_ON };
  guint     n_before;

  tick (fixture, 2);
  peer_control (peer, 1, &off);
  peer_wait_pong (peer, 2);
  n_before = peer_count_type (peer, HR_MESSAGE_SNAPSHOT, 1);
  tick (fixture, 4);
  peer_wait_pong (peer, 3);
  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_SNAPSHOT, 1), ==, n_before);

  peer_control (peer, 1, &on);
  peer_wait_pong (peer, 4);
  tick (fixture, 1);
  peer_wait_pong (peer, 5);
  peer_wait_pong (other, 5);
  g_assert_cmpuint (peer_add_up (peer, 1, 0).count, ==, 7);
  g_assert_cmpuint (peer_add_up (other, 1, 0).count, ==, 7);
}

static void
test_sampling_is_switched_and_told (Fixture      *fixture,
                                    gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture, NULL, 0);
  HrControl off = { .sampling = HR_SWITCH_OFF };
  HrControl on = { .sampling = HR_SWITCH_ON };

  tick (fixture, 2);
  peer_control (peer, 1, &off);
  peer_wait_pong (peer, 2);
  g_assert_false (peer_find (peer, HR_MESSAGE_HELLO, 1)->sampling);
  tick (fixture, 20);
  g_assert_cmpuint (fixture->script->measured, ==, 2);

  peer_control (peer, 1, &on);
  peer_wait_pong (peer, 3);
  g_assert_true (peer_find (peer, HR_MESSAGE_HELLO, 1)->sampling);
  tick (fixture, 1);
  peer_wait_pong (peer, 4);
  g_assert_cmpuint (peer_add_up (peer, 1, 0).count, ==, 3);
  g_assert_cmpint (peer_find (peer, HR_MESSAGE_SNAPSHOT, 1)->snapshot->interval_ns, ==, SECOND / 10);
}

static void
note_interval (gpointer owner,
               guint    interval_ms)
{
  ((Script *) owner)->interval_ms = interval_ms;
}

static const HrFeedControls script_controls = { NULL, note_interval, NULL };

static HrFeed *
add_program (Fixture *fixture)
{
  HrStreamName name = { { 7, 7 }, EPOCH };

  fixture->script->program = hr_feed_new (&name, HR_SOURCE_PROCESS, "ranker", fixture->now_ns);
  hr_feed_set_controls (fixture->script->program, &script_controls, fixture->script);

  return fixture->script->program;
}

static void
test_the_interval_is_the_whole_agents (Fixture      *fixture,
                                       gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture, NULL, 0);
  HrControl slower = { .interval_ms = 5000 };
  HrControl absurd = { .interval_ms = 1 };

  add_program (fixture);
  tick (fixture, 1);
  g_assert_cmpuint (fixture->script->interval_ms, ==, HR_AGENT_INTERVAL_MS);
  peer_control (peer, 1, &slower);
  peer_wait_pong (peer, 2);
  g_assert_cmpuint (hr_agent_get_interval (fixture->agent), ==, 5000);
  g_assert_cmpuint (fixture->script->interval_ms, ==, 5000);
  peer_control (peer, 1, &absurd);
  peer_wait_pong (peer, 3);
  g_assert_cmpuint (hr_agent_get_interval (fixture->agent), ==, 10);
}

static void
test_a_program_comes_and_goes (Fixture      *fixture,
                               gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture, NULL, 0);
  HrControl late = { .sampling = HR_SWITCH_OFF, .cleanup = TRUE };
  HrFeed   *program = add_program (fixture);

  tick (fixture, 3);
  hr_feed_end (program, "gone");
  tick (fixture, 1);
  g_clear_pointer (&fixture->script->program, hr_feed_unref);
  tick (fixture, 1);
  peer_wait_pong (peer, 2);

  g_assert_cmpstr (peer_find (peer, HR_MESSAGE_HELLO, 2)->text, ==, "ranker");
  g_assert_cmpint (peer_find (peer, HR_MESSAGE_HELLO, 2)->role, ==, HR_SOURCE_PROCESS);
  g_assert_cmpuint (peer_add_up (peer, 2, 0).count, ==, 4);
  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_GOODBYE, 2), ==, 1);
  g_assert_cmpstr (peer_find (peer, HR_MESSAGE_GOODBYE, 2)->text, ==, "gone");

  /* A command that crossed the goodbye is nobody's. */
  peer_control (peer, 2, &late);
  peer_wait_pong (peer, 3);
  g_assert_cmpuint (peer_add_up (peer, 1, 0).count, ==, 5);
}

/* Lets a program with the UUID @uuid run for three rounds and end. */
static void
run_program (Fixture *fixture,
             guint8   uuid)
{
  HrStreamName name = { { 8, uuid }, EPOCH };
  HrFeed      *program = hr_feed_new (&name, HR_SOURCE_PROCESS, "ranker", fixture->now_ns);

  fixture->script->program = program;
  tick (fixture, 2);
  hr_feed_end (program, "gone");
  tick (fixture, 1);
  g_clear_pointer (&fixture->script->program, hr_feed_unref);
}

/* Where a peer that saw the first snapshot of that program resumes. */
static HrPosition
position_in_program (guint8 uuid)
{
  return (HrPosition){ { { 8, uuid }, EPOCH }, 1 };
}

static void
test_a_program_that_ended_meanwhile_is_told_of (Fixture      *fixture,
                                                gconstpointer user_data)
{
  HrPosition position = position_in_program (1);
  g_autoptr (Peer) back = NULL;
  g_autoptr (Peer) fresh = NULL;
  guint stream;

  run_program (fixture, 1);
  back = connect_and_resume (fixture, &position, 1);
  g_assert_cmpint (peer_event (back, 0)->type, ==, HR_MESSAGE_HELLO);
  g_assert_cmpstr (peer_event (back, 0)->text, ==, "ranker");
  stream = peer_event (back, 0)->stream;
  g_assert_cmpuint (peer_event (back, 1)->snapshot->sequence, ==, 2);
  g_assert_cmpuint (peer_add_up (back, stream, 0).sequence, ==, 3);
  g_assert_cmpuint (peer_count_type (back, HR_MESSAGE_TOTALS, stream), ==, 0);
  g_assert_cmpstr (peer_find (back, HR_MESSAGE_GOODBYE, stream)->text, ==, "gone");

  /* Nobody else has missed it. */
  fresh = connect_and_resume (fixture, NULL, 0);
  g_assert_cmpuint (peer_count_type (fresh, HR_MESSAGE_HELLO, stream), ==, 0);
}

static void
test_a_program_that_ended_is_forgotten_in_time (Fixture      *fixture,
                                                gconstpointer user_data)
{
  HrPosition position = position_in_program (1);
  g_autoptr (Peer) soon = NULL;
  g_autoptr (Peer) late = NULL;

  run_program (fixture, 1);
  fixture->now_ns += 59 * SECOND;
  tick (fixture, 1);
  soon = connect_and_resume (fixture, &position, 1);
  g_assert_cmpuint (peer_count_type (soon, HR_MESSAGE_GOODBYE, 2), ==, 1);
  fixture->now_ns += SECOND;
  tick (fixture, 1);
  late = connect_and_resume (fixture, &position, 1);
  g_assert_cmpuint (peer_count_type (late, HR_MESSAGE_GOODBYE, 2), ==, 0);
}

static void
test_so_many_programs_that_ended_are_kept (Fixture      *fixture,
                                           gconstpointer user_data)
{
  HrPosition positions[65];
  g_autoptr (Peer) peer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (positions); i++)
    {
      positions[i] = position_in_program ((guint8) i);
      run_program (fixture, (guint8) i);
    }
  peer = connect_and_resume (fixture, positions, G_N_ELEMENTS (positions));
  g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_GOODBYE, 2), ==, 0);
  for (guint stream = 3; stream < 3 + 64; stream++)
    g_assert_cmpuint (peer_count_type (peer, HR_MESSAGE_GOODBYE, stream), ==, 1);
}

static void
test_failures_stand_below_the_computers_name (Fixture      *fixture,
                                              gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture, NULL, 0);
  const HrSample *failing = NULL;

  tick (fixture, 1);
  fixture->script->fails = TRUE;
  tick (fixture, 1);
  peer_wait_pong (peer, 2);

  g_assert_cmpstr (hr_feed_get_detail (fixture->script->computer), ==, " · script: out of order");
  failing = hr_snapshot_find (peer_find (peer, HR_MESSAGE_SNAPSHOT, 1)->snapshot, peer_find_metric (peer, 1, "collectors_failing"));
  g_assert_nonnull (failing);
  g_assert_cmpfloat (failing->last, ==, 1);
}

static void
test_pings_are_answered (Fixture      *fixture,
                         gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture, NULL, 0);
  gint64 before = (gint64) hr_clock_monotonic ();

  peer_wait_pong (peer, 12345);
  g_assert_cmpint (peer_find (peer, HR_MESSAGE_PONG, 0)->sent_ns, ==, 12345);
  g_assert_cmpint (peer_find (peer, HR_MESSAGE_PONG, 0)->monotonic_ns, >=, before);
  g_assert_cmpint (peer_find (peer, HR_MESSAGE_PONG, 0)->monotonic_ns, <=, (gint64) hr_clock_monotonic ());
}

static void
wait_for_sessions (Fixture *fixture,
                   guint    n_sessions)
{
  while (hr_agent_get_n_sessions (fixture->agent) != n_sessions)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_a_bad_frame_ends_its_own_session (Fixture      *fixture,
                                       gconstpointer user_data)
{
  g_autoptr (Peer) peer = connect_and_resume (fixture, NULL, 0);
  const guint8 garbage[] = { 4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
  int          raw = -1;

  connect_peer (fixture, &raw);
  g_assert_cmpuint (hr_agent_get_n_sessions (fixture->agent), ==, 2);
  g_assert_cmpint (write (raw, garbage, sizeof garbage), ==, sizeof garbage);
  wait_for_sessions (fixture, 1);

  tick (fixture, 2);
  peer_wait_pong (peer, 2);
  g_assert_cmpuint (peer_add_up (peer, 1, 0).count, ==, 2);
  close (raw);
}

static void
test_a_message_out_of_turn_ends_its_session (Fixture      *fixture,
                                             gconstpointer user_data)
{
  g_autoptr (Peer) early = connect_peer (fixture, NULL);
  g_autoptr (Peer) twice = connect_and_resume (fixture, NULL, 0);

  peer_ping (early, 1);
  peer_wait_closed (early);
  peer_resume (twice, NULL, 0);
  peer_wait_closed (twice);
  wait_for_sessions (fixture, 0);
  tick (fixture, 1);
}

static void
test_a_peer_may_hang_up_at_any_time (Fixture      *fixture,
                                     gconstpointer user_data)
{
  for (guint i = 0; i < 4; i++)
    {
      Peer *peer = connect_and_resume (fixture, NULL, 0);

      tick (fixture, i);
      peer_free (peer);
      tick (fixture, 3);
    }
  wait_for_sessions (fixture, 0);
  tick (fixture, 1);
}

static void
test_it_wakes_only_while_somebody_listens (void)
{
  Fixture fixture = { 0 };
  Peer   *peer;
  guint64 measured;

  start_agent (&fixture, EPOCH, 10);
  g_assert_false (hr_agent_is_awake (fixture.agent));

  peer = connect_and_resume (&fixture, NULL, 0);
  g_assert_true (hr_agent_is_awake (fixture.agent));
  while (peer_count_type (peer, HR_MESSAGE_SNAPSHOT, 1) < 3)
    g_main_context_iteration (NULL, TRUE);

  peer_free (peer);
  while (hr_agent_is_awake (fixture.agent))
    g_main_context_iteration (NULL, TRUE);
  measured = fixture.script->measured;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture.script->measured, ==, measured);
  hr_agent_free (fixture.agent);
}

#define ADD(path, test) g_test_add ("/agent/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("silence", test_nothing_is_sent_before_the_resume);
  ADD ("sum", test_totals_and_snapshots_add_up);
  ADD ("metrics", test_new_metrics_are_announced_first);
  ADD ("metrics/limit", test_hellos_grow_to_the_limit);
  ADD ("several-frames", test_more_than_a_frame_holds_comes_in_several);
  ADD ("resume/backlog", test_a_link_that_comes_back_gets_what_it_missed);
  ADD ("resume/nothing", test_a_link_that_missed_nothing_gets_nothing);
  ADD ("resume/epoch", test_another_epoch_begins_with_the_totals);
  ADD ("resume/too-old", test_a_backlog_that_gave_way_is_replaced_by_totals);
  ADD ("control/subscribed", test_unsubscribed_streams_rest_and_catch_up);
  ADD ("control/sampling", test_sampling_is_switched_and_told);
  ADD ("control/interval", test_the_interval_is_the_whole_agents);
  ADD ("program", test_a_program_comes_and_goes);
  ADD ("ended/told", test_a_program_that_ended_meanwhile_is_told_of);
  ADD ("ended/time", test_a_program_that_ended_is_forgotten_in_time);
  ADD ("ended/number", test_so_many_programs_that_ended_are_kept);
  ADD ("failures", test_failures_stand_below_the_computers_name);
  ADD ("ping", test_pings_are_answered);
  ADD ("peer/garbage", test_a_bad_frame_ends_its_own_session);
  ADD ("peer/order", test_a_message_out_of_turn_ends_its_session);
  ADD ("peer/hang-up", test_a_peer_may_hang_up_at_any_time);
  g_test_add_func ("/agent/awake", test_it_wakes_only_while_somebody_listens);

  return g_test_run ();
}
