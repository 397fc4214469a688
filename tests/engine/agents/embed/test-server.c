/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is sent and when, by the injected clock. */

#include "tests/engine/agents/embed/server-fixture.h"

#define BACKLOG_BYTES (1 << 20)

static const char *
address_of (Fixture *fixture)
{
  return hr_embed_server_address (fixture->server);
}

static void
open_client (Fixture *fixture)
{
  client_open (fixture->client, address_of (fixture));
  client_wait (fixture->client, fixture->client->n_hellos > 0);
}

/* Before anybody came the totals keep everything: nothing has to be looked at. */
static void
test_it_sleeps_until_somebody_comes (Fixture      *fixture,
                                     gconstpointer user_data)
{
  fixture_start (fixture, NULL, BACKLOG_BYTES);
  for (guint i = 0; i < 100; i++)
    {
      record (fixture, 1);
      turn_after (fixture, SECOND);
      g_assert_cmpint (fixture->deadline_ns, ==, INT64_MAX);
    }

  open_client (fixture);
  client_wait (fixture->client, fixture->client->n_totals == 1);
  g_assert_cmpuint (seen (fixture), ==, 100);
  record (fixture, 3);
  client_wait (fixture->client, seen (fixture) == 103);
  g_assert_cmpuint (fixture->client->n_totals, ==, 1);
}

/* However late a turn comes, the next is due on the grid. */
static void
test_snapshots_keep_to_the_grid (Fixture      *fixture,
                                 gconstpointer user_data)
{
  gint64 began;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  fixture->step_ns = 0;
  client_open (fixture->client, address_of (fixture));
  began = fixture->now_ns;
  turn (fixture);
  g_assert_cmpint (fixture->deadline_ns, ==, began + SECOND / 10);

  turn_after (fixture, SECOND / 10 + 7 * HR_NS_PER_MS);
  g_assert_cmpint (fixture->deadline_ns, ==, began + SECOND / 5);
  turn_after (fixture, SECOND);
  g_assert_cmpint (fixture->deadline_ns, ==, began + SECOND * 12 / 10);
}

static void
test_an_interval_without_news_is_part_of_the_next (Fixture      *fixture,
                                                   gconstpointer user_data)
{
  fixture_start (fixture, NULL, BACKLOG_BYTES);
  fixture->step_ns = 0;
  open_client (fixture);
  record (fixture, 1);
  turn_after (fixture, SECOND / 10);
  client_wait (fixture->client, seen (fixture) == 1);
  g_assert_cmpuint (fixture->client->interval_ns, ==, SECOND / 10);

  for (guint i = 0; i < 4; i++)
    turn_after (fixture, SECOND / 10);
  record (fixture, 1);
  turn_after (fixture, SECOND / 10);
  client_wait (fixture->client, seen (fixture) == 2);
  g_assert_cmpuint (fixture->client->n_snapshots, ==, 2);
  g_assert_cmpuint (fixture->client->interval_ns, ==, SECOND / 2);
}

static void
test_a_link_that_comes_back_goes_on (Fixture      *fixture,
                                     gconstpointer user_data)
{
  Client *client = fixture->client;
  guint   n_snapshots;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  open_client (fixture);
  client_wait (client, client->n_snapshots > 0);
  n_snapshots = client->n_snapshots;

  client_disconnect (client);
  for (guint i = 0; i < 30; i++)
    {
      record (fixture, 2);
      turn_after (fixture, SECOND / 10);
      g_assert_cmpint (fixture->deadline_ns, <, INT64_MAX);
    }

  fixture->step_ns = 0;
  client_open (client, address_of (fixture));
  client_wait (client, seen (fixture) == 60);
  g_assert_cmpuint (client->n_totals, ==, 1);
  g_assert_cmpuint (client->n_snapshots, >=, n_snapshots + 30);
}

/* Once the backlog cannot close the gap any more nobody needs to look: the totals will. */
static void
test_a_full_backlog_ends_in_totals_and_sleep (Fixture      *fixture,
                                              gconstpointer user_data)
{
  Client *client = fixture->client;
  guint64 recorded = 0;

  fixture_start (fixture, NULL, 2048);
  open_client (fixture);
  client_wait (client, client->n_totals == 1);
  client_disconnect (client);
  turn (fixture);

  do
    {
      record (fixture, 2);
      recorded += 2;
      g_assert_cmpuint (recorded, <, 10000);
      turn_after (fixture, SECOND / 10);
    }
  while (fixture->deadline_ns != INT64_MAX);
  record (fixture, 5);
  recorded += 5;
  turn_after (fixture, 100 * SECOND);
  g_assert_cmpint (fixture->deadline_ns, ==, INT64_MAX);

  client_open (client, address_of (fixture));
  client_wait (client, client->n_totals == 2);
  g_assert_cmpuint (seen (fixture), ==, recorded);
  record (fixture, 4);
  client_wait (client, seen (fixture) == recorded + 4);
  g_assert_cmpuint (client->n_totals, ==, 2);
}

/* The position is the stream's alone: of another run it means nothing. */
static void
test_a_position_of_another_run_gets_totals (Fixture      *fixture,
                                            gconstpointer user_data)
{
  Headroom__Resume    resume = HEADROOM__RESUME__INIT;
  Headroom__Position  position = HEADROOM__POSITION__INIT;
  Headroom__Position *list = &position;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  record (fixture, 9);
  position.uuid = (ProtobufCBinaryData){ 16, (uint8_t *) hr_region_reader_header (fixture->reader)->uuid };
  position.epoch = 6;
  position.sequence = 1;
  resume.version = HR_WIRE_VERSION;
  resume.n_positions = 1;
  resume.positions = &list;
  g_assert_true (client_connect (fixture->client, address_of (fixture)));
  client_send (fixture->client, HEADROOM__FRAME__BODY_RESUME, &resume);
  client_wait (fixture->client, fixture->client->n_totals == 1);
  g_assert_cmpuint (seen (fixture), ==, 9);
}

/* Metrics whose every bucket is filled with large counts: more than a frame holds. */
#define LARGE_METRICS 118
#define LARGE_ITEMS (1u << 21)

static void
record_much (Fixture *fixture)
{
  for (guint i = 0; i < LARGE_METRICS; i++)
    {
      g_autofree char *name = g_strdup_printf ("large %u", i);
      HrMetric         metric = hr_probe_metric (fixture->probe, name, HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);

      for (guint bucket = 0; bucket < HR_N_BUCKETS; bucket++)
        hr_probe_duration (fixture->probe, metric, hr_bucket_lower (bucket) * LARGE_ITEMS, LARGE_ITEMS);
    }
}

static void
test_large_totals_come_in_parts (Fixture      *fixture,
                                 gconstpointer user_data)
{
  Client *client = fixture->client;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  record_much (fixture);
  open_client (fixture);
  client_wait (client, client->n_totals > 0 && !client->totals_open);
  g_assert_cmpuint (client->n_totals, >, 1);
  for (guint i = 0; i < LARGE_METRICS; i++)
    g_assert_cmpuint (client->counts[i + 1], ==, (guint64) HR_N_BUCKETS * LARGE_ITEMS);
}

/* The sequence goes on: what is no snapshot any more is told by totals of its number. */
static void
test_a_snapshot_too_large_becomes_totals (Fixture      *fixture,
                                          gconstpointer user_data)
{
  Client *client = fixture->client;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  fixture->step_ns = 0;
  open_client (fixture);
  client_wait (client, client->n_totals == 1);

  record_much (fixture);
  record (fixture, 6);
  turn_after (fixture, SECOND / 10);
  client_wait (client, client->n_totals > 2 && !client->totals_open);
  g_assert_cmpuint (client_count (client, "large 0"), ==, (guint64) HR_N_BUCKETS * LARGE_ITEMS);
  record (fixture, 1);
  turn_after (fixture, SECOND / 10);
  client_wait (client, seen (fixture) == 7);
}

static void
control (Fixture          *fixture,
         Headroom__Control control)
{
  client_control (fixture->client, &control);
}

static void
test_the_interval_is_the_desktops (Fixture      *fixture,
                                   gconstpointer user_data)
{
  Headroom__Control faster = HEADROOM__CONTROL__INIT;
  gint64            began;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  fixture->step_ns = 0;
  open_client (fixture);
  faster.interval_ms = 20;
  control (fixture, faster);
  began = fixture->now_ns;
  turn (fixture);
  g_assert_cmpint (fixture->deadline_ns, ==, began + 20 * HR_NS_PER_MS);
  faster.interval_ms = 1;
  control (fixture, faster);
  turn (fixture);
  g_assert_cmpint (fixture->deadline_ns, ==, began + 10 * HR_NS_PER_MS);
}

static void
test_sampling_is_switched_in_the_program (Fixture      *fixture,
                                          gconstpointer user_data)
{
  Headroom__Control off = HEADROOM__CONTROL__INIT, on = HEADROOM__CONTROL__INIT;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  open_client (fixture);
  off.sampling = HEADROOM__SWITCH__OFF;
  control (fixture, off);
  client_wait (fixture->client, !fixture->client->sampling);
  g_assert_false (hr_probe_sampling (fixture->probe));
  record (fixture, 5);

  on.sampling = HEADROOM__SWITCH__ON;
  control (fixture, on);
  client_wait (fixture->client, fixture->client->sampling);
  record (fixture, 2);
  client_wait (fixture->client, seen (fixture) > 0);
  g_assert_cmpuint (seen (fixture), ==, 2);
}

static void
clean_up_cb (void *user_data)
{
  ++*(guint *) user_data;
}

static void
test_a_cleanup_reaches_the_program (Fixture      *fixture,
                                    gconstpointer user_data)
{
  Headroom__Control cleanup = HEADROOM__CONTROL__INIT;
  guint             n_cleanups = 0;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  hr_probe_on_cleanup (fixture->probe, clean_up_cb, &n_cleanups);
  open_client (fixture);
  cleanup.cleanup = TRUE;
  control (fixture, cleanup);
  client_ping (fixture->client);
  client_wait (fixture->client, fixture->client->n_pongs == 1);
  hr_probe_poll (fixture->probe);
  g_assert_cmpuint (n_cleanups, ==, 1);
}

static void
test_an_unsubscribed_desktop_catches_up (Fixture      *fixture,
                                         gconstpointer user_data)
{
  Headroom__Control off = HEADROOM__CONTROL__INIT, on = HEADROOM__CONTROL__INIT;
  Client           *client = fixture->client;
  guint             n_snapshots;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  open_client (fixture);
  off.subscribed = HEADROOM__SWITCH__OFF;
  control (fixture, off);
  client_ping (client);
  client_wait (client, client->n_pongs == 1);
  n_snapshots = client->n_snapshots;
  for (guint i = 0; i < 5; i++)
    {
      record (fixture, 2);
      turn_after (fixture, SECOND);
    }
  client_ping (client);
  client_wait (client, client->n_pongs == 2);
  g_assert_cmpuint (client->n_snapshots, ==, n_snapshots);

  on.subscribed = HEADROOM__SWITCH__ON;
  control (fixture, on);
  client_wait (client, seen (fixture) == 10);
  g_assert_cmpuint (client->n_totals, ==, 1);
}

static void
ask_for_records (Fixture      *fixture,
                 const guint8 *uuid)
{
  Headroom__Query query = HEADROOM__QUERY__INIT;
  Client         *client = fixture->client;
  guint           n_before = client->n_answers;

  query.uuid = (ProtobufCBinaryData){ HR_WIRE_UUID_BYTES, (uint8_t *) uuid };
  query.end_ns = HR_WIRE_MAX_TIME_NS;
  query.from = client->next_record;
  client_send (client, HEADROOM__FRAME__BODY_QUERY, &query);
  client_wait (client, client->n_answers > n_before);
}

/* Page by page, each record once; of another program nothing is kept. */
static void
test_records_are_kept_and_told (Fixture      *fixture,
                                gconstpointer user_data)
{
  const guint8 nobody[16] = { 0xff };
  Client      *client = fixture->client;

  fixture->now_ns = (gint64) hr_clock_monotonic ();
  fixture_start (fixture, NULL, BACKLOG_BYTES);
  open_client (fixture);
  for (guint i = 0; i < 5000; i++)
    record (fixture, 3);
  turn_after (fixture, SECOND);
  client_wait (client, seen (fixture) == 15000);

  do
    ask_for_records (fixture, client->uuid);
  while (client->more_records);
  g_assert_cmpuint (client->n_answers, >=, 5);
  g_assert_cmpuint (client->n_records, ==, 5000);
  g_assert_cmpuint (client->n_lost, ==, 0);

  record (fixture, 3);
  turn_after (fixture, SECOND);
  client_wait (client, seen (fixture) == 15003);
  ask_for_records (fixture, client->uuid);
  g_assert_cmpuint (client->n_records, ==, 5001);
  ask_for_records (fixture, nobody);
  g_assert_false (client->keeps_records);
  g_assert_cmpuint (client->n_records, ==, 5001);
}

/* A desktop may ask any agent for programs. */
static void
test_other_programs_are_not_seen_from_here (Fixture      *fixture,
                                            gconstpointer user_data)
{
  Headroom__Search search = HEADROOM__SEARCH__INIT;
  Headroom__Watch  watch = HEADROOM__WATCH__INIT;
  Client          *client = fixture->client;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  open_client (fixture);
  search.limit = 10;
  watch.pid = 1;
  watch.watched = HEADROOM__SWITCH__ON;
  client_send (client, HEADROOM__FRAME__BODY_SEARCH, &search);
  client_send (client, HEADROOM__FRAME__BODY_WATCH, &watch);
  client_wait (client, client->n_found == 1 && client->n_refusals == 1);
}

static void
test_the_end_is_told_behind_all_the_rest (Fixture      *fixture,
                                          gconstpointer user_data)
{
  Client *client = fixture->client;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  open_client (fixture);
  record (fixture, 8);
  hr_embed_server_finish (fixture->server, fixture->now_ns);
  g_assert_false (hr_embed_server_is_done (fixture->server));
  client_wait (client, client->n_goodbyes == 1);
  g_assert_true (hr_embed_server_is_done (fixture->server));
  g_assert_cmpuint (seen (fixture), ==, 8);
  g_assert_false (client_connect (client, address_of (fixture)));
}

static void
test_a_suspended_server_measures_on (Fixture      *fixture,
                                     gconstpointer user_data)
{
  Client *client = fixture->client;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  open_client (fixture);
  client_wait (client, client->n_totals == 1);
  hr_embed_server_suspend (fixture->server);
  g_assert_true (client_is_closed (client) || client->fd < 0);
  g_assert_false (client_connect (client, address_of (fixture)));
  for (guint i = 0; i < 10; i++)
    {
      record (fixture, 3);
      turn_after (fixture, SECOND / 10);
    }

  hr_embed_server_resume (fixture->server, fixture->now_ns);
  client_open (client, address_of (fixture));
  client_wait (client, seen (fixture) == 30);
  g_assert_cmpuint (client->n_totals, ==, 1);
}

/* Somebody else may sit on the address when the app comes back. */
static void
test_a_taken_address_is_tried_again (Fixture      *fixture,
                                     gconstpointer user_data)
{
  HrEmbedListener other;
  const char     *error;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  hr_embed_server_suspend (fixture->server);
  g_assert_true (hr_embed_listener_init (&other, address_of (fixture), &error));
  g_assert_true (hr_embed_listener_open (&other));
  hr_embed_server_resume (fixture->server, fixture->now_ns);
  turn (fixture);
  g_assert_cmpint (fixture->deadline_ns, ==, fixture->now_ns + SECOND);

  hr_embed_listener_close (&other);
  turn_after (fixture, SECOND);
  open_client (fixture);
}

static void
test_the_thermal_state_is_told_once_known (Fixture      *fixture,
                                           gconstpointer user_data)
{
  Client *client = fixture->client;
  guint   thermal;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  open_client (fixture);
  client_wait (client, client_count (client, "thread_count") >= 2);
  g_assert_cmpuint (client_metric (client, "thermal_state"), ==, G_MAXUINT);

  hr_embed_server_set_thermal (fixture->server, 0);
  client_wait (client, client_count (client, "thermal_state") >= 3);
  thermal = client_metric (client, "thermal_state");
  g_assert_cmpfloat (client->last[thermal], ==, 0);
  hr_embed_server_set_thermal (fixture->server, 3);
  client_wait (client, client->last[thermal] > 2);
}

#define ADD(path, test) ADD_CASE ("/embed/server/" path, test)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("sleep", test_it_sleeps_until_somebody_comes);
  ADD ("grid", test_snapshots_keep_to_the_grid);
  ADD ("rest", test_an_interval_without_news_is_part_of_the_next);
  ADD ("back", test_a_link_that_comes_back_goes_on);
  ADD ("overflow", test_a_full_backlog_ends_in_totals_and_sleep);
  ADD ("other-run", test_a_position_of_another_run_gets_totals);
  ADD ("parts", test_large_totals_come_in_parts);
  ADD ("too-large", test_a_snapshot_too_large_becomes_totals);
  ADD ("interval", test_the_interval_is_the_desktops);
  ADD ("sampling", test_sampling_is_switched_in_the_program);
  ADD ("cleanup", test_a_cleanup_reaches_the_program);
  ADD ("subscribe", test_an_unsubscribed_desktop_catches_up);
  ADD ("search", test_other_programs_are_not_seen_from_here);
  ADD ("records", test_records_are_kept_and_told);
  ADD ("goodbye", test_the_end_is_told_behind_all_the_rest);
  ADD ("suspend", test_a_suspended_server_measures_on);
  ADD ("taken", test_a_taken_address_is_tried_again);
  ADD ("thermal", test_the_thermal_state_is_told_once_known);

  return g_test_run ();
}
