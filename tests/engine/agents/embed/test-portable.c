/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The probe and the agent as they are on a phone, but for Apple's own calls: built from POSIX alone (base/platform.h), a region in memory, and a
 * desktop at the other end of TCP. */

#include "engine/agents/embed/embed.h"
#include "engine/agents/embed/platform.h"
#include "engine/base/platform.h"
#include "engine/probe/category.h"
#include "engine/probe/process.h"
#include "engine/probe/reader.h"
#include "engine/probe/span.h"
#include "tests/engine/agents/embed/client.h"
#include "tests/folder.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#if HR_PLATFORM_LINUX || HR_PLATFORM_REGION_FILES
#error "this is not the portable build"
#endif

typedef struct
{
  HrProbe *probe;
  HrMetric ranking;
  HrEmbed *embed;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->probe = hr_probe_open_in_memory ("ranker");
  fixture->ranking = hr_probe_metric (fixture->probe, "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  hr_embed_stop (fixture->embed);
  hr_probe_close (fixture->probe);
}

static HrEmbed *
start (Fixture    *fixture,
       const char *listen)
{
  HrEmbedOptions options = { .listen = listen, .interval_ms = 10 };
  char           error[200] = "";
  HrEmbed       *embed = hr_embed_start (fixture->probe, &options, error, sizeof error);

  g_assert_cmpstr (error, ==, "");

  return embed;
}

static gpointer
recorder_thread (gpointer user_data)
{
  Fixture *fixture = user_data;

  for (guint i = 0; i < 1000; i++)
    hr_probe_put_duration (fixture->probe, fixture->ranking, hr_probe_ticks (fixture->probe), 1000 + i, 1);

  return NULL;
}

static void
test_a_desktop_sees_the_program (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  HrCategory caching = hr_probe_category (fixture->probe, "caching");
  GThread   *threads[4];

  fixture->embed = start (fixture, "tcp:0");
  client_open (client, hr_embed_address (fixture->embed));
  client_wait (client, client->n_totals == 1);
  g_assert_cmpstr (client->title, ==, "ranker");
  g_assert_cmpuint (client->pid, ==, getpid ());
  g_assert_nonnull (strstr (client->detail, "pid "));

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("recorder", recorder_thread, fixture);
  hr_probe_allocated (fixture->probe, caching, 3000000);
  HR_SPAN (fixture->probe, "batch")
    HR_SPAN (fixture->probe, "rank")
      g_thread_yield ();
  hr_embed_frame (fixture->embed, 16666667);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  client_wait (client, client_count (client, "ranking_ms") == 4000 && client_count (client, "/batch/rank") == 1 &&
                           client_count (client, "ui_frame_time_ms") == 1 && client_count (client, "in_use_mb/caching") > 0 &&
                           client_count (client, "process_cpu_usage") > 0);
  g_assert_cmpfloat (client->last[client_metric (client, "in_use_mb/caching")], ==, 3);
  g_assert_cmpuint (hr_probe_unplaced (fixture->probe), ==, 0);
}

/* An app goes to the background and comes back. */
static void
test_it_listens_again (Fixture      *fixture,
                       gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  g_autofree char *address = NULL;

  fixture->embed = start (fixture, "tcp:0");
  address = g_strdup (hr_embed_address (fixture->embed));
  hr_embed_suspend (fixture->embed);
  g_assert_false (client_connect (client, address));
  hr_probe_duration (fixture->probe, fixture->ranking, 1000, 5);
  hr_embed_resume (fixture->embed);
  client_open (client, address);
  client_wait (client, client_count (client, "ranking_ms") == 5);
}

/* Who asks for a folder, or for nothing, gets memory all the same, and not a file anywhere. */
static void
test_every_region_is_memory (Fixture      *fixture,
                             gconstpointer user_data)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  HrProbe         *probes[2];

  g_setenv ("HEADROOM_RUNTIME_DIR", folder, TRUE);
  probes[0] = hr_probe_open ("ranker");
  probes[1] = hr_probe_open_in (folder, "ranker");
  g_unsetenv ("HEADROOM_RUNTIME_DIR");
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      HrRegionReader *reader = NULL;

      g_assert_null (hr_probe_error (probes[i]));
      g_assert_null (hr_probe_path (probes[i]));
      g_assert_cmpint (hr_region_reader_open_own (probes[i], &reader), ==, HR_REGION_OK);
      g_assert_true (hr_region_reader_alive (reader));
      g_assert_cmpint (hr_region_reader_status (reader), ==, HR_REGION_OK);
      hr_region_reader_close (reader);
      hr_probe_close (probes[i]);
    }
  g_assert_cmpuint (count_files (folder), ==, 0);
  remove_folder (folder);
}

/* POSIX does not tell who is there. */
static void
test_a_unix_socket_lets_nobody_in (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  g_autofree char *folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *address = g_strdup_printf ("unix:%s/agent.sock", folder);

  fixture->embed = start (fixture, address);
  g_assert_true (client_connect (client, address));
  client_resume (client);
  g_assert_true (client_is_closed (client));
  hr_embed_stop (g_steal_pointer (&fixture->embed));
  remove_folder (folder);
}

/* The port may be another program's just now. */
static void
test_the_default_is_the_port_of_phones (Fixture      *fixture,
                                        gconstpointer user_data)
{
  char error[200] = "";

  fixture->embed = hr_embed_start (fixture->probe, NULL, error, sizeof error);
  if (fixture->embed == NULL)
    g_assert_nonnull (strstr (error, g_strerror (EADDRINUSE)));
  else
    g_assert_cmpstr (hr_embed_address (fixture->embed), ==, "tcp:7777");
}

static void
test_a_child_counts_for_itself (Fixture      *fixture,
                                gconstpointer user_data)
{
  HrRegionReader *reader = NULL;
  HrRegionTotals  totals;
  int             status;
  pid_t           child;

  hr_probe_duration (fixture->probe, fixture->ranking, 1000, 5);
  child = fork ();
  if (child == 0)
    {
      hr_probe_duration (fixture->probe, fixture->ranking, 1000, 3);
      if (hr_region_reader_open_own (fixture->probe, &reader) != HR_REGION_OK || !hr_region_reader_totals (reader, fixture->ranking, &totals))
        _exit (1);
      _exit (totals.count == 3 ? 0 : 2);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (hr_region_reader_open_own (fixture->probe, &reader), ==, HR_REGION_OK);
  g_assert_true (hr_region_reader_totals (reader, fixture->ranking, &totals));
  g_assert_cmpuint (totals.count, ==, 5);
  hr_region_reader_close (reader);
}

static gpointer
number_thread (gpointer user_data)
{
  return GUINT_TO_POINTER (hr_process_thread ());
}

/* What the system is asked for, where it is POSIX. */
static void
test_the_system_is_asked (Fixture      *fixture,
                          gconstpointer user_data)
{
  guint             other = GPOINTER_TO_UINT (g_thread_join (g_thread_new ("number", number_thread, NULL)));
  guint8            random[2][16];
  char              buffer[100];
  char             *memory = hr_process_map (100000, true);
  HrPlatformFigures figures;

  g_assert_cmpuint (other, !=, 0);
  g_assert_cmpuint (hr_process_thread (), !=, 0);
  g_assert_cmpuint (hr_process_thread (), !=, other);
  g_assert_cmpuint (hr_process_thread (), ==, hr_process_thread ());

  for (guint i = 0; i < 2; i++)
    g_assert_true (hr_process_random (random[i], sizeof random[i]));
  g_assert_cmpint (memcmp (random[0], random[1], sizeof random[0]), !=, 0);

  g_assert_true ((void *) memory != MAP_FAILED);
  for (guint i = 0; i < 100000; i++)
    g_assert_cmpint (memory[i], ==, 0);
  memset (memory, 1, 100000);
  munmap (memory, 100000);

  g_assert_cmpstr (hr_process_error_text (ENOENT, buffer, sizeof buffer), ==, g_strerror (ENOENT));
  hr_platform_read (&figures);
  g_assert_cmpfloat (figures.cpu_seconds, >, 0);
  g_assert_true (isnan (figures.memory_mb));
}

#define ADD(path, test) g_test_add ("/embed/portable/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("program", test_a_desktop_sees_the_program);
  ADD ("suspend", test_it_listens_again);
  ADD ("memory", test_every_region_is_memory);
  ADD ("unix", test_a_unix_socket_lets_nobody_in);
  ADD ("default", test_the_default_is_the_port_of_phones);
  ADD ("fork", test_a_child_counts_for_itself);
  ADD ("system", test_the_system_is_asked);

  return g_test_run ();
}
