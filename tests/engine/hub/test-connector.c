/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/connector.h"

#include <glib/gstdio.h>
#include <signal.h>

static void
connector_opened_cb (HrConnector *connector,
                     HrLink      *link,
                     guint       *opened)
{
  (*opened)++;
}

/* Returns the process id that the agent wrote to @path, 0 before it did. */
static int
read_pid (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strchr (text, '\n') != NULL ? atoi (text) : 0;
}

/* An agent that neither speaks nor listens: it does not see that its link is gone. */
static void
test_an_agent_that_hangs_does_not_stay (void)
{
  g_autofree char  *folder = g_dir_make_tmp ("headroom-connector-XXXXXX", NULL);
  g_autofree char  *path = g_build_filename (folder, "pid", NULL);
  const char *const argv[] = { "/bin/sh", "-c", "echo $$ > \"$0\"; exec sleep 3600", path, NULL };
  g_autoptr (HrOpener) opener = hr_opener_new_spawn (argv);
  g_autoptr (HrConnector) connector = hr_connector_new (opener);
  guint opened = 0;
  int   pid;

  g_signal_connect (connector, "opened", G_CALLBACK (connector_opened_cb), &opened);
  hr_connector_open (connector);
  while ((pid = read_pid (path)) == 0 || opened == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (kill (pid, 0), ==, 0);

  hr_connector_close (connector);
  while (kill (pid, 0) == 0)
    g_main_context_iteration (NULL, FALSE);

  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
connector_lost_cb (HrConnector  *connector,
                   const GError *why,
                   guint         retry_ms,
                   guint        *lost)
{
  g_assert_cmpuint (retry_ms, ==, HR_OPENER_NO_RETRY);
  (*lost)++;
}

/* Whoever asks hears of it once, and nothing is left that would try again. */
static void
test_what_is_barred_is_tried_when_asked (void)
{
  g_autoptr (GError) why = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "not allowed");
  g_autoptr (HrOpener) opener = hr_opener_new_barred (why);
  g_autoptr (HrConnector) connector = hr_connector_new (opener);
  guint lost = 0;

  g_signal_connect (connector, "lost", G_CALLBACK (connector_lost_cb), &lost);
  for (guint i = 1; i <= 2; i++)
    {
      hr_connector_open (connector);
      while (lost < i)
        g_main_context_iteration (NULL, TRUE);
      g_assert_false (hr_connector_is_open (connector));
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (lost, ==, i);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/connector/hanging-agent", test_an_agent_that_hangs_does_not_stay);
  g_test_add_func ("/hub/connector/barred", test_what_is_barred_is_tried_when_asked);

  return g_test_run ();
}
