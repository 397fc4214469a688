/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/agents/embed/server.h"
#include "engine/probe/probe.h"
#include "tests/engine/agents/embed/client.h"
#include "tests/folder.h"

#define SECOND ((gint64) HR_NS_PER_SECOND)
#define TOKEN "00112233445566778899aabbccddeeff"
#define OTHER_TOKEN "00112233445566778899aabbccddeefe"

/* A server without a thread, the time as it sees it, and a client in whose pauses it takes its turns. */
typedef struct
{
  char           *folder;
  HrProbe        *probe;
  HrMetric        ranking;
  HrRegionReader *reader;
  HrEmbedServer  *server;
  Client         *client;
  gint64          now_ns;
  gint64          deadline_ns; /* what the last turn said */
  gint64          step_ns;     /* by which a pause moves the time on */
} Fixture;

static inline void
turn (Fixture *fixture)
{
  fixture->deadline_ns = hr_embed_server_turn (fixture->server, fixture->now_ns);
}

static inline void
turn_after (Fixture *fixture,
            gint64   ns)
{
  fixture->now_ns += ns;
  turn (fixture);
}

static inline void
pause_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  turn_after (fixture, fixture->step_ns);
}

static inline Client *
fixture_client (Fixture *fixture)
{
  Client *client = client_new ();

  client->idle = pause_cb;
  client->user_data = fixture;

  return client;
}

static inline void
fixture_start (Fixture      *fixture,
               const guint8 *token,
               gsize         backlog_bytes)
{
  g_autofree char     *address = g_strdup_printf ("unix:%s/agent.sock", fixture->folder);
  HrEmbedServerOptions options = { .token = token, .detail = "detail", .backlog_bytes = backlog_bytes, .interval_ms = 100, .epoch = 7 };
  const char          *error;

  g_assert_true (hr_embed_listener_init (&options.listener, address, &error));
  fixture->server = hr_embed_server_new (fixture->reader, &options, fixture->now_ns);
  g_assert_true (hr_embed_server_listen (fixture->server));
}

static inline void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->probe = hr_probe_open_in_memory ("ranker");
  fixture->ranking = hr_probe_metric (fixture->probe, "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  g_assert_cmpint (hr_region_reader_open_own (fixture->probe, &fixture->reader), ==, HR_REGION_OK);
  fixture->now_ns = 1000 * SECOND;
  fixture->step_ns = HR_NS_PER_MS;
  fixture->client = fixture_client (fixture);
}

static inline void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  client_free (fixture->client);
  hr_embed_server_free (fixture->server);
  hr_region_reader_close (fixture->reader);
  hr_probe_close (fixture->probe);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static inline void
record (Fixture *fixture,
        guint    items)
{
  hr_probe_duration (fixture->probe, fixture->ranking, 1000u * items, items);
}

static inline guint64
seen (Fixture *fixture)
{
  return client_count (fixture->client, "ranking_ms");
}

#define ADD_CASE(path, test) g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)
