/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The real program with an agent of its own. */

#include "tests/engine/agents/embed/client.h"
#include "tests/folder.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#define TOKEN "00112233445566778899aabbccddeeff"

static const char *program;

typedef struct
{
  char        *folder;
  char        *address;
  GSubprocess *process;
} Run;

static void
start (Run        *self,
       const char *options)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) argv = NULL;

  self->folder = g_dir_make_tmp ("headroom-workload-XXXXXX", &error);
  g_assert_no_error (error);
  self->address = g_strdup_printf ("unix:%s/agent.sock", self->folder);
  line = g_strdup_printf ("%s --embed=%s %s", program, self->address, options);
  argv = g_strsplit (line, " ", -1);
  g_subprocess_launcher_setenv (launcher, "HEADROOM_RUNTIME_DIR", self->folder, TRUE);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
}

/* Waits for the program to listen. */
static void
connect_to (Run    *self,
            Client *client)
{
  gint64 until = g_get_monotonic_time () + CLIENT_PATIENCE_US;

  while (!client_connect (client, self->address))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_usleep (2000);
    }
}

/* Returns how many jobs the program says it has ranked. */
static guint64
end (Run *self)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GError) error = NULL;
  guint64 count;

  g_subprocess_communicate (self->process, NULL, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (self->process));
  g_assert_cmpint (g_subprocess_get_exit_status (self->process), ==, 0);
  json_parser_load_from_data (parser, g_bytes_get_data (out, NULL), (gssize) g_bytes_get_size (out), &error);
  g_assert_no_error (error);
  count = (guint64) json_object_get_int_member (json_node_get_object (json_parser_get_root (parser)), "count");

  g_assert_cmpuint (count_files (self->folder), ==, 0);
  remove_folder (self->folder);
  g_object_unref (self->process);
  g_free (self->folder);
  g_free (self->address);

  return count;
}

/* What the desktop has added up when the program said goodbye is what the program itself says it did, over a link that broke. */
static void
test_every_job_arrives_once (void)
{
  Run run;
  g_autoptr (Client) client = client_new ();

  start (&run, "--frames=100");
  for (guint i = 0; i < 3; i++)
    {
      connect_to (&run, client);
      client_resume (client);
      client_wait (client, client_count (client, "ui_frame_time_ms") > 10 * (i + 1));
      client_disconnect (client);
    }
  g_assert_cmpuint (count_files (run.folder), ==, 1);

  connect_to (&run, client);
  client_resume (client);
  client_ping (client);
  client_wait (client, client->n_pongs == 1);
  g_assert_cmpstr (client->title, ==, "headroom-workload");
  g_subprocess_send_signal (run.process, SIGTERM);
  while (client_read (client))
    ;
  g_assert_cmpuint (client->n_goodbyes, ==, 1);
  g_assert_cmpuint (client->n_totals, ==, 1);
  g_assert_cmpuint (client_count (client, "/batch/rank"), >, 0);
  g_assert_cmpuint (client_count (client, "thompson_duration_ms"), ==, end (&run));
}

static void
test_the_token_is_asked_for (void)
{
  Run run;
  g_autoptr (Client) client = client_new ();

  start (&run, "--embed-token=" TOKEN);
  connect_to (&run, client);
  client_resume (client);
  g_assert_true (client_is_closed (client));
  connect_to (&run, client);
  client_access (client, TOKEN);
  client_resume (client);
  client_wait (client, client->n_totals == 1);
  g_subprocess_send_signal (run.process, SIGTERM);
  end (&run);
}

static void
test_frames_need_no_agent (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, program, "--frames=200", "--duration=0.2", NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  g_assert_no_error (error);
}

static void
test_an_address_that_is_none_ends_it (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program, "--embed=anywhere", NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  g_test_add_func ("/workload/embed/once", test_every_job_arrives_once);
  g_test_add_func ("/workload/embed/token", test_the_token_is_asked_for);
  g_test_add_func ("/workload/embed/frames", test_frames_need_no_agent);
  g_test_add_func ("/workload/embed/address", test_an_address_that_is_none_ends_it);

  return g_test_run ();
}
