/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The whole agent, with its thread, over real sockets. */

#include "engine/agents/embed/embed.h"
#include "engine/probe/category.h"
#include "engine/probe/span.h"
#include "tests/engine/agents/embed/client.h"
#include "tests/folder.h"

#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN "00112233445566778899aabbccddeeff"

typedef struct
{
  char    *folder;
  char    *address;
  HrProbe *probe;
  HrMetric ranking;
  HrEmbed *embed;
} Fixture;

static HrEmbed *
start (Fixture              *fixture,
       const HrEmbedOptions *options)
{
  HrEmbedOptions with = *options;
  char           error[200] = "";
  HrEmbed       *embed;

  if (with.listen == NULL)
    with.listen = fixture->address;
  with.interval_ms = with.interval_ms > 0 ? with.interval_ms : 10;
  embed = hr_embed_start (fixture->probe, &with, error, sizeof error);
  g_assert_cmpstr (error, ==, "");

  return embed;
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->address = g_strdup_printf ("unix:%s/agent.sock", fixture->folder);
  fixture->probe = hr_probe_open_in_memory ("ranker");
  fixture->ranking = hr_probe_metric (fixture->probe, "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  hr_embed_stop (fixture->embed);
  hr_probe_close (fixture->probe);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->address);
}

static void
test_a_desktop_sees_the_program (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  HrCategory caching = hr_probe_category (fixture->probe, "caching");

  hr_probe_duration (fixture->probe, fixture->ranking, 1000, 5);
  fixture->embed = start (fixture, &(HrEmbedOptions){ .detail = "iPhone 13 · iOS 17.2" });
  client_open (client, fixture->address);
  client_wait (client, client->n_totals == 1);

  g_assert_cmpstr (client->title, ==, "ranker");
  g_assert_cmpstr (client->detail, ==, "iPhone 13 · iOS 17.2");
  g_assert_cmpuint (client->pid, ==, getpid ());
  g_assert_cmpuint (client->role, ==, 1);
  g_assert_true (client->sampling);
  g_assert_cmpuint (client_count (client, "ranking_ms"), ==, 5);

  hr_probe_duration (fixture->probe, fixture->ranking, 1000, 3);
  hr_probe_allocated (fixture->probe, caching, 3000000);
  HR_SPAN (fixture->probe, "batch")
    HR_SPAN (fixture->probe, "rank")
      g_thread_yield ();
  client_wait (client, client_count (client, "ranking_ms") == 8 && client_count (client, "/batch/rank") == 1 &&
                           client_count (client, "in_use_mb/caching") > 0 && client_count (client, "process_cpu_usage") > 0);
  g_assert_cmpfloat (client->last[client_metric (client, "in_use_mb/caching")], ==, 3);
  g_assert_cmpfloat (client->last[client_metric (client, "memory_usage_mb")], >, 0.1);
  g_assert_cmpfloat (client->last[client_metric (client, "memory_rss_mb")], >, 0.1);
  g_assert_cmpfloat (client->last[client_metric (client, "thread_count")], >=, 2);
}

#define ADD(path, test) g_test_add ("/embed/embed/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("program", test_a_desktop_sees_the_program);

  return g_test_run ();
}
