/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who is let in, and what a peer may not do. */

#include "tests/engine/agents/embed/server-fixture.h"

#include <string.h>

#define BACKLOG_BYTES (1 << 20)

static const guint8 token[HR_WIRE_TOKEN_BYTES] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };

static void
connect_client (Fixture *fixture)
{
  g_assert_true (client_connect (fixture->client, hr_embed_server_address (fixture->server)));
  turn (fixture);
}

static void
test_the_right_token_opens (Fixture      *fixture,
                            gconstpointer user_data)
{
  fixture_start (fixture, token, BACKLOG_BYTES);
  connect_client (fixture);
  client_access (fixture->client, TOKEN);
  client_resume (fixture->client);
  client_wait (fixture->client, fixture->client->n_totals == 1);
}

static void
test_another_token_gets_not_a_byte (Fixture      *fixture,
                                    gconstpointer user_data)
{
  fixture_start (fixture, token, BACKLOG_BYTES);
  connect_client (fixture);
  client_access (fixture->client, OTHER_TOKEN);
  client_resume (fixture->client);
  g_assert_true (client_is_closed (fixture->client));
  g_assert_cmpint (fixture->now_ns, <, 1001 * SECOND);
}

static void
test_no_token_gets_not_a_byte (Fixture      *fixture,
                               gconstpointer user_data)
{
  fixture_start (fixture, token, BACKLOG_BYTES);
  connect_client (fixture);
  client_resume (fixture->client);
  g_assert_true (client_is_closed (fixture->client));
  g_assert_cmpint (fixture->now_ns, <, 1001 * SECOND);
}

static void
test_a_token_twice_is_none (Fixture      *fixture,
                            gconstpointer user_data)
{
  fixture_start (fixture, token, BACKLOG_BYTES);
  connect_client (fixture);
  client_access (fixture->client, TOKEN);
  client_access (fixture->client, TOKEN);
  g_assert_true (client_is_closed (fixture->client));
}

/* A desktop that has a token for everybody may show it to an agent that wants none. */
static void
test_a_token_that_nobody_wants_is_no_harm (Fixture      *fixture,
                                           gconstpointer user_data)
{
  fixture_start (fixture, NULL, BACKLOG_BYTES);
  connect_client (fixture);
  client_access (fixture->client, TOKEN);
  client_resume (fixture->client);
  client_wait (fixture->client, fixture->client->n_totals == 1);
}

static void
expect_end_after_five_seconds (Fixture *fixture)
{
  gint64 began = 1000 * SECOND;

  g_assert_cmpint (fixture->deadline_ns, ==, began + 5 * SECOND);
  fixture->now_ns = began + 5 * SECOND - 1;
  turn (fixture);
  g_assert_true (client_read (fixture->client));
  fixture->now_ns = began + 5 * SECOND;
  g_assert_true (client_is_closed (fixture->client));
}

static void
test_who_says_nothing_is_sent_away (Fixture      *fixture,
                                    gconstpointer user_data)
{
  fixture_start (fixture, token, BACKLOG_BYTES);
  fixture->step_ns = 0;
  connect_client (fixture);
  expect_end_after_five_seconds (fixture);
}

static void
test_who_knows_the_token_has_to_go_on (Fixture      *fixture,
                                       gconstpointer user_data)
{
  fixture_start (fixture, token, BACKLOG_BYTES);
  fixture->step_ns = 0;
  connect_client (fixture);
  client_access (fixture->client, TOKEN);
  turn (fixture);
  expect_end_after_five_seconds (fixture);
}

/* A byte a second keeps nobody busy, and nobody longer than silence does. */
static void
test_a_slow_token_is_too_late (Fixture      *fixture,
                               gconstpointer user_data)
{
  const guint8 bytes[] = { 40, 0, 0, 0, 0x4a, 38 };

  fixture_start (fixture, token, BACKLOG_BYTES);
  fixture->step_ns = 0;
  connect_client (fixture);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_true (client_read (fixture->client));
      client_send_bytes (fixture->client, &bytes[i], 1);
      turn_after (fixture, SECOND);
    }
  g_assert_true (client_is_closed (fixture->client));
}

/* What is said before anybody knows who it is costs little memory. */
static void
test_a_stranger_may_not_say_much (Fixture      *fixture,
                                  gconstpointer user_data)
{
  guint8 bytes[2000] = { 0xff, 0xff, 0 };

  fixture_start (fixture, token, BACKLOG_BYTES);
  connect_client (fixture);
  client_send_bytes (fixture->client, bytes, sizeof bytes);
  g_assert_true (client_is_closed (fixture->client));
  g_assert_cmpint (fixture->now_ns, <, 1001 * SECOND);
}

static void
expect_an_end_of (Fixture    *fixture,
                  const void *bytes,
                  gsize       size)
{
  connect_client (fixture);
  client_send_bytes (fixture->client, bytes, size);
  g_assert_true (client_is_closed (fixture->client));
}

static void
test_garbage_ends_the_link (Fixture      *fixture,
                            gconstpointer user_data)
{
  fixture_start (fixture, NULL, BACKLOG_BYTES);
  expect_an_end_of (fixture, "GET / HTTP/1.1\r\n\r\n", 18);
  expect_an_end_of (fixture, "\xff\xff\xff\xff", 4);
  expect_an_end_of (fixture, "\0\0\0\0", 4);
  expect_an_end_of (fixture, "\1\0\0\0\xff", 5);
  expect_an_end_of (fixture, "\2\0\0\0\xfa\1", 6);
  g_assert_cmpint (fixture->now_ns, <, 1001 * SECOND);

  /* And the next one is served. */
  client_open (fixture->client, hr_embed_server_address (fixture->server));
  client_wait (fixture->client, fixture->client->n_totals == 1);
}

static void
test_only_a_resume_comes_first (Fixture      *fixture,
                                gconstpointer user_data)
{
  fixture_start (fixture, NULL, BACKLOG_BYTES);
  connect_client (fixture);
  client_ping (fixture->client);
  g_assert_true (client_is_closed (fixture->client));
}

static void
test_what_is_an_agents_to_say_ends_the_link (Fixture      *fixture,
                                             gconstpointer user_data)
{
  Headroom__Goodbye goodbye = HEADROOM__GOODBYE__INIT;
  gint64            before;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  client_open (fixture->client, hr_embed_server_address (fixture->server));
  client_wait (fixture->client, fixture->client->n_totals == 1);
  client_send (fixture->client, HEADROOM__FRAME__BODY_GOODBYE, &goodbye);
  before = fixture->now_ns;
  while (client_read (fixture->client))
    g_assert_cmpint (fixture->now_ns, <, before + SECOND);
}

static void
test_a_frame_that_never_ends_ends_the_link (Fixture      *fixture,
                                            gconstpointer user_data)
{
  Client *client = fixture->client;
  gint64  began;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  client_open (client, hr_embed_server_address (fixture->server));
  client_wait (client, client->n_totals == 1);
  client_send_bytes (client, "\100\0\0\0", 4);
  turn (fixture);
  began = fixture->now_ns;
  fixture->step_ns = SECOND;
  do
    client_send_bytes (client, "\100", 1);
  while (client_read (client));
  g_assert_cmpint (fixture->now_ns, >=, began + 10 * SECOND);
  g_assert_cmpint (fixture->now_ns, <=, began + 12 * SECOND);
}

/* Nothing is lost: the backlog holds it. */
static void
test_who_does_not_read_is_dropped (Fixture      *fixture,
                                   gconstpointer user_data)
{
  Client *client = fixture->client;
  guint64 recorded = 0;
  gint64  began;
  guint   i;

  fixture_start (fixture, NULL, 64 << 20);
  client_open (client, hr_embed_server_address (fixture->server));
  client_wait (client, client->n_totals == 1);
  for (i = 0; i < 40 * 10; i++)
    {
      /* Some 9 KB a snapshot. */
      for (guint ns = 1000; ns < 1u << 30; ns += ns >> 7)
        {
          /* Never left out, whatever recording costs under a sanitizer. */
          hr_probe_put_duration (fixture->probe, fixture->ranking, hr_probe_ticks (fixture->probe), ns, 1);
          recorded++;
        }
      turn_after (fixture, SECOND / 10);
    }

  /* What is in the socket's buffers, and then its end. */
  began = fixture->now_ns;
  while (client_read (client))
    g_assert_cmpint (fixture->now_ns, <, began + 9 * SECOND);
  g_assert_cmpuint (seen (fixture), <, recorded);
  client_open (client, hr_embed_server_address (fixture->server));
  client_wait (client, seen (fixture) == recorded);
  g_assert_cmpuint (client->n_totals, ==, 1);
}

static void
test_unread_answers_have_an_end (Fixture      *fixture,
                                 gconstpointer user_data)
{
  Headroom__Control off = HEADROOM__CONTROL__INIT;
  Client           *client = fixture->client;
  gint64            began;

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  client_open (client, hr_embed_server_address (fixture->server));
  client_wait (client, client->n_totals == 1);
  off.subscribed = HEADROOM__SWITCH__OFF;
  client_control (client, &off);
  began = fixture->now_ns;
  for (guint i = 0; i < 200000 && fixture->deadline_ns != INT64_MAX; i++)
    {
      client_ping (client);
      turn (fixture);
    }
  while (client_read (client))
    g_assert_cmpint (fixture->now_ns, <, began + 9 * SECOND);
}

static void
test_a_second_desktop_is_sent_away (Fixture      *fixture,
                                    gconstpointer user_data)
{
  Client *second = fixture_client (fixture);

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  client_open (fixture->client, hr_embed_server_address (fixture->server));
  client_wait (fixture->client, fixture->client->n_totals == 1);
  client_open (second, hr_embed_server_address (fixture->server));
  g_assert_true (client_is_closed (second));

  record (fixture, 3);
  client_wait (fixture->client, seen (fixture) == 3);
  client_free (second);
}

/* One that has not pinged for three seconds is dead. */
static void
test_a_dead_desktop_is_replaced (Fixture      *fixture,
                                 gconstpointer user_data)
{
  Client *second = fixture_client (fixture);

  fixture_start (fixture, NULL, BACKLOG_BYTES);
  client_open (fixture->client, hr_embed_server_address (fixture->server));
  client_wait (fixture->client, fixture->client->n_totals == 1);
  turn_after (fixture, 3 * SECOND);
  client_open (second, hr_embed_server_address (fixture->server));
  client_wait (second, second->n_totals == 1);
  while (client_read (fixture->client))
    ;
  client_free (second);
}

/* It may be there again before its end was noticed. */
static void
test_a_desktop_may_come_back_at_once (Fixture      *fixture,
                                      gconstpointer user_data)
{
  fixture_start (fixture, NULL, BACKLOG_BYTES);
  for (guint i = 0; i < 10; i++)
    {
      client_open (fixture->client, hr_embed_server_address (fixture->server));
      client_wait (fixture->client, fixture->client->n_hellos > i);
    }
  g_assert_cmpuint (fixture->client->n_totals, ==, 1);
}

static void
test_silent_strangers_keep_nobody_out (Fixture      *fixture,
                                       gconstpointer user_data)
{
  Client *strangers[20];

  fixture_start (fixture, token, BACKLOG_BYTES);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      strangers[i] = fixture_client (fixture);
      g_assert_true (client_connect (strangers[i], hr_embed_server_address (fixture->server)));
      turn_after (fixture, HR_NS_PER_MS);
    }
  connect_client (fixture);
  client_access (fixture->client, TOKEN);
  client_resume (fixture->client);
  client_wait (fixture->client, fixture->client->n_totals == 1);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    client_free (strangers[i]);
}

#define ADD(path, test) ADD_CASE ("/embed/session/" path, test)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("token", test_the_right_token_opens);
  ADD ("other-token", test_another_token_gets_not_a_byte);
  ADD ("no-token", test_no_token_gets_not_a_byte);
  ADD ("token-twice", test_a_token_twice_is_none);
  ADD ("unwanted-token", test_a_token_that_nobody_wants_is_no_harm);
  ADD ("silent", test_who_says_nothing_is_sent_away);
  ADD ("half", test_who_knows_the_token_has_to_go_on);
  ADD ("slow-token", test_a_slow_token_is_too_late);
  ADD ("stranger", test_a_stranger_may_not_say_much);
  ADD ("garbage", test_garbage_ends_the_link);
  ADD ("first", test_only_a_resume_comes_first);
  ADD ("agents-words", test_what_is_an_agents_to_say_ends_the_link);
  ADD ("partial", test_a_frame_that_never_ends_ends_the_link);
  ADD ("unread", test_who_does_not_read_is_dropped);
  ADD ("answers", test_unread_answers_have_an_end);
  ADD ("second", test_a_second_desktop_is_sent_away);
  ADD ("dead", test_a_dead_desktop_is_replaced);
  ADD ("at-once", test_a_desktop_may_come_back_at_once);
  ADD ("strangers", test_silent_strangers_keep_nobody_out);

  return g_test_run ();
}
