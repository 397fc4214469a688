/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The whole agent, with its thread, over real sockets. */

#include "engine/agents/embed/embed.h"
#include "engine/probe/category.h"
#include "engine/probe/span.h"
#include "tests/engine/agents/embed/client.h"
#include "tests/folder.h"

#include <arpa/inet.h>
#include <errno.h>
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

static void
clean_up_cb (void *user_data)
{
  ++*(guint *) user_data;
}

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

typedef struct
{
  HrProbe *probe;
  HrMetric metric;
  gint     stop;
  guint64  recorded;
} Writer;

static gpointer
writer_thread (gpointer user_data)
{
  Writer *writer = user_data;

  for (guint i = 0; !g_atomic_int_get (&writer->stop); i++)
    {
      /* Never left out, whatever recording costs under a sanitizer. */
      hr_probe_put_duration (writer->probe, writer->metric, hr_probe_ticks (writer->probe), 1000 + i % 100000, 3);
      writer->recorded += 3;
      if (i % 64 == 0)
        g_usleep (100);
    }

  return NULL;
}

/* Twenty links end abruptly, some in the middle of a frame, while two threads record: what the desktop has added up in the end is what
 * they recorded. client.c sees to it that no snapshot is missing and none comes twice. */
static void
test_broken_links_cost_nothing (Fixture      *fixture,
                                gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  GRand   *random = g_rand_new_with_seed (4711);
  Writer   writers[2];
  GThread *threads[2];

  fixture->embed = start (fixture, &(HrEmbedOptions){ 0 });
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      writers[i] = (Writer){ fixture->probe, fixture->ranking, 0, 0 };
      threads[i] = g_thread_new ("writer", writer_thread, &writers[i]);
    }

  for (guint link = 0; link < 20; link++)
    {
      guint until;

      client_open (client, fixture->address);
      until = client->n_snapshots + client->n_totals + (guint) g_rand_int_range (random, 0, 12);
      client_wait (client, client->n_snapshots + client->n_totals >= until);
      client_disconnect (client);
      g_usleep ((gulong) g_rand_int_range (random, 0, 30000));
    }

  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      g_atomic_int_set (&writers[i].stop, 1);
      g_thread_join (threads[i]);
    }
  client_open (client, fixture->address);
  client_wait (client, client_count (client, "ranking_ms") >= writers[0].recorded + writers[1].recorded);
  g_assert_cmpuint (client_count (client, "ranking_ms"), ==, writers[0].recorded + writers[1].recorded);
  g_assert_cmpuint (client->n_totals, ==, 1);
  g_rand_free (random);
}

static void
test_the_program_ends_its_agent (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();

  fixture->embed = start (fixture, &(HrEmbedOptions){ .interval_ms = 60000 });
  client_open (client, fixture->address);
  client_wait (client, client->n_totals == 1);
  hr_probe_duration (fixture->probe, fixture->ranking, 1000, 5);
  hr_embed_stop (g_steal_pointer (&fixture->embed));

  while (client_read (client))
    ;
  g_assert_cmpuint (client->n_goodbyes, ==, 1);
  g_assert_cmpuint (client_count (client, "ranking_ms"), ==, 5);
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);
}

static void
test_an_app_goes_and_comes_back (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  g_autofree char *address = NULL;

  fixture->embed = start (fixture, &(HrEmbedOptions){ .listen = "tcp:0" });
  address = g_strdup (hr_embed_address (fixture->embed));
  for (guint i = 0; i < 3; i++)
    {
      client_open (client, address);
      client_wait (client, client->n_hellos > i);
      hr_embed_suspend (fixture->embed);
      while (client_read (client))
        ;
      g_assert_false (client_connect (client, address));
      hr_probe_duration (fixture->probe, fixture->ranking, 1000, 5);
      hr_embed_resume (fixture->embed);
      g_assert_cmpstr (hr_embed_address (fixture->embed), ==, address);
    }
  client_open (client, address);
  client_wait (client, client_count (client, "ranking_ms") == 15);
}

/* Only the loopback: what has another address of this computer reaches nobody. */
static void
test_tcp_is_the_loopback_alone (Fixture      *fixture,
                                gconstpointer user_data)
{
  struct sockaddr_in other = { .sin_family = AF_INET };
  struct timeval     patience = { .tv_sec = 1 };
  int                fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  fixture->embed = start (fixture, &(HrEmbedOptions){ .listen = "tcp:0" });
  other.sin_port = htons ((guint16) g_ascii_strtoull (hr_embed_address (fixture->embed) + strlen ("tcp:"), NULL, 10));

  /* 127.0.0.2 is this computer too, to whoever listens on any address. */
  other.sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &other, sizeof other), <, 0);
  close (fd);
}

static void
test_the_token_guards_tcp (Fixture      *fixture,
                           gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  g_autofree char *address = NULL;

  fixture->embed = start (fixture, &(HrEmbedOptions){ .listen = "tcp:0", .token = TOKEN });
  address = g_strdup (hr_embed_address (fixture->embed));
  client_open (client, address);
  g_assert_true (client_is_closed (client));
  g_assert_true (client_connect (client, address));
  client_access (client, TOKEN);
  client_resume (client);
  client_wait (client, client->n_totals == 1);
}

/* Connects as a user that is not this one. Returns 0 when it was sent away without a byte. */
static int
connect_as_another (const char *address)
{
  Client *client = client_new ();

  if (setgid (65534) != 0 || setuid (65534) != 0)
    return 1;
  if (!client_connect (client, address))
    return 2;
  client_resume (client);

  return client_is_closed (client) ? 0 : 3;
}

static void
test_another_user_is_sent_away (Fixture      *fixture,
                                gconstpointer user_data)
{
  struct stat info;
  int         status;
  pid_t       child;

  fixture->embed = start (fixture, &(HrEmbedOptions){ 0 });
  g_assert_cmpint (stat (fixture->address + strlen ("unix:"), &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  if (geteuid () != 0)
    {
      g_test_skip ("only root can be another user");
      return;
    }

  /* Even where the file would let them in. */
  g_assert_cmpint (chmod (fixture->folder, 0755), ==, 0);
  g_assert_cmpint (chmod (fixture->address + strlen ("unix:"), 0666), ==, 0);
  child = fork ();
  if (child == 0)
    _exit (connect_as_another (fixture->address));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

static void
test_frames_and_shortages_are_recorded (Fixture      *fixture,
                                        gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  guint n_cleanups = 0;

  fixture->embed = start (fixture, &(HrEmbedOptions){ 0 });
  client_open (client, fixture->address);
  client_wait (client, client->n_totals == 1);
  g_assert_cmpuint (client_metric (client, "ui_frame_time_ms"), ==, G_MAXUINT);
  for (guint i = 0; i < 60; i++)
    hr_embed_frame (fixture->embed, 16666667);
  hr_embed_memory_pressure (fixture->embed, 1);
  hr_embed_memory_pressure (fixture->embed, 1);
  hr_embed_memory_pressure (fixture->embed, 2);
  hr_embed_thermal (fixture->embed, 2);

  client_wait (client, client_count (client, "ui_frame_time_ms") == 60 && client_count (client, "thermal_state") > 0);
  g_assert_cmpfloat_with_epsilon (client->sums[client_metric (client, "ui_frame_time_ms")], 1000, 0.01);
  g_assert_cmpuint (client->in_buckets[client_metric (client, "ui_frame_time_ms")], ==, 60);
  client_wait (client, client_count (client, "memory pressure") > 0 && client_count (client, "memory pressure critical") > 0);
  g_assert_cmpuint (client_count (client, "memory pressure"), ==, 1);
  g_assert_cmpfloat (client->last[client_metric (client, "thermal_state")], ==, 2);

  hr_probe_on_cleanup (fixture->probe, clean_up_cb, &n_cleanups);
  hr_probe_poll (fixture->probe);
  g_assert_cmpuint (n_cleanups, ==, 1);
}

/* What a child inherited it closes: the desktop sees the end of the parent, whoever lives on. */
static void
test_a_child_has_no_agent (Fixture      *fixture,
                           gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  char  byte;
  int   pipes[2];
  int   status;
  pid_t child;

  g_assert_cmpint (pipe (pipes), ==, 0);
  fixture->embed = start (fixture, &(HrEmbedOptions){ 0 });
  client_open (client, fixture->address);
  client_wait (client, client->n_totals == 1);

  child = fork ();
  if (child == 0)
    {
      close (pipes[1]);
      hr_embed_resume (fixture->embed);
      hr_embed_stop (fixture->embed);
      hr_probe_duration (fixture->probe, fixture->ranking, 1000, 100);
      (void) !read (pipes[0], &byte, 1);
      _exit (0);
    }

  hr_probe_duration (fixture->probe, fixture->ranking, 1000, 3);
  client_wait (client, client_count (client, "ranking_ms") == 3);
  hr_embed_stop (g_steal_pointer (&fixture->embed));
  while (client_read (client))
    ;
  g_assert_cmpuint (client->n_goodbyes, ==, 1);
  g_assert_cmpuint (client_count (client, "ranking_ms"), ==, 3);
  close (pipes[1]);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  close (pipes[0]);
}

static void
test_a_region_in_a_file_is_served_too (Fixture      *fixture,
                                       gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();

  hr_probe_close (fixture->probe);
  fixture->probe = hr_probe_open_in (fixture->folder, "ranker");
  fixture->ranking = hr_probe_metric (fixture->probe, "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  fixture->embed = start (fixture, &(HrEmbedOptions){ 0 });
  hr_probe_duration (fixture->probe, fixture->ranking, 1000, 3);
  client_open (client, fixture->address);
  client_wait (client, client_count (client, "ranking_ms") == 3);
}

static void
expect_failure (Fixture              *fixture,
                const HrEmbedOptions *options,
                const char           *expected)
{
  char error[200] = "";

  g_assert_null (hr_embed_start (fixture->probe, options, error, sizeof error));
  g_assert_nonnull (strstr (error, expected));
  g_assert_null (hr_embed_start (fixture->probe, options, NULL, 0));
}

static void
test_what_is_wrong_is_said (Fixture      *fixture,
                            gconstpointer user_data)
{
  g_autofree char *nowhere = g_strdup_printf ("unix:%s/missing/agent.sock", fixture->folder);

  expect_failure (fixture, &(HrEmbedOptions){ .listen = "tcp:localhost:1" }, "unix:/PATH or tcp:PORT");
  expect_failure (fixture, &(HrEmbedOptions){ .listen = fixture->address, .token = "0011" }, "32 hexadecimal digits");
  expect_failure (fixture, &(HrEmbedOptions){ .listen = nowhere }, g_strerror (ENOENT));
  fixture->embed = start (fixture, &(HrEmbedOptions){ 0 });
  expect_failure (fixture, &(HrEmbedOptions){ .listen = fixture->address }, g_strerror (EADDRINUSE));
}

/* Without an address it is the runtime folder, which only this user can look into. */
static void
test_the_default_is_the_runtime_folder (Fixture      *fixture,
                                        gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  g_autofree char *runtime = g_build_filename (fixture->folder, "runtime", NULL);
  g_autofree char *expected = g_strdup_printf ("unix:%s/ranker-%d.sock", runtime, (int) getpid ());
  struct stat      info;

  g_setenv ("HEADROOM_RUNTIME_DIR", runtime, TRUE);
  fixture->embed = hr_embed_start (fixture->probe, NULL, NULL, 0);
  g_assert_nonnull (fixture->embed);
  g_assert_cmpstr (hr_embed_address (fixture->embed), ==, expected);
  g_assert_cmpint (stat (runtime, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
  client_open (client, expected);
  client_wait (client, client->n_totals == 1);
  g_assert_nonnull (strstr (client->detail, "Linux"));

  hr_embed_stop (g_steal_pointer (&fixture->embed));
  g_assert_cmpint (g_rmdir (runtime), ==, 0);
  g_unsetenv ("HEADROOM_RUNTIME_DIR");
}

#define ADD(path, test) g_test_add ("/embed/embed/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("program", test_a_desktop_sees_the_program);
  ADD ("broken", test_broken_links_cost_nothing);
  ADD ("stop", test_the_program_ends_its_agent);
  ADD ("suspend", test_an_app_goes_and_comes_back);
  ADD ("loopback", test_tcp_is_the_loopback_alone);
  ADD ("token", test_the_token_guards_tcp);
  ADD ("user", test_another_user_is_sent_away);
  ADD ("platform", test_frames_and_shortages_are_recorded);
  ADD ("fork", test_a_child_has_no_agent);
  ADD ("file", test_a_region_in_a_file_is_served_too);
  ADD ("errors", test_what_is_wrong_is_said);
  ADD ("default", test_the_default_is_the_runtime_folder);

  return g_test_run ();
}
