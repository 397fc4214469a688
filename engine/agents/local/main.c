/* SPDX-License-Identifier: GPL-3.0-or-later */

/* headroom-agent: measures this computer and its instrumented programs, and serves what it measured over links. */

#include "engine/agents/local/agent.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

typedef struct
{
  int      fd; /* -1: none */
  char    *listen;
  int      interval_ms;
  gboolean version;
} Options;

typedef struct
{
  GMainLoop *loop;
  HrAgent   *agent;
} Program;

static gboolean
parse_options (Options *options,
               int     *argc,
               char  ***argv,
               GError **error)
{
  const GOptionEntry entries[] = {
    { "fd", 0, 0, G_OPTION_ARG_INT, &options->fd, "Serve one link on this inherited socket, exit when it closes", "N" },
    { "listen", 0, 0, G_OPTION_ARG_STRING, &options->listen, "Serve every link to this Unix socket", "unix:PATH" },
    { "interval", 0, 0, G_OPTION_ARG_INT, &options->interval_ms, "Cut a snapshot this often (default: 100)", "MS" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Measures this computer and its instrumented programs for Headroom.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (*argc > 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument “%s”", (*argv)[1]);
  else if (options->version)
    return TRUE;
  else if ((options->fd < 0) == (options->listen == NULL))
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "either --fd or --listen is needed");
  else if (options->listen != NULL && !g_str_has_prefix (options->listen, "unix:/"))
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--listen takes unix: and an absolute path");
  else if (options->interval_ms <= 0)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--interval takes a number of milliseconds");
  else
    return TRUE;

  return FALSE;
}

static void
only_link_closed_cb (HrLink       *link,
                     const GError *error,
                     Program      *program)
{
  g_main_loop_quit (program->loop);
}

static void
listener_link_cb (HrListener *listener,
                  HrLink     *link,
                  Program    *program)
{
  hr_agent_add_link (program->agent, link);
}

static gboolean
terminate_cb (gpointer user_data)
{
  Program *program = user_data;

  g_main_loop_quit (program->loop);

  return G_SOURCE_CONTINUE;
}

static gboolean
serve (Program       *program,
       const Options *options,
       GError       **error)
{
  g_autoptr (HrListener) listener = NULL;
  g_autoptr (HrLink) link = NULL;

  if (options->fd >= 0)
    {
      link = hr_link_new_for_fd (options->fd, error);
      if (link == NULL)
        return FALSE;
      g_signal_connect (link, "closed", G_CALLBACK (only_link_closed_cb), program);
      hr_agent_add_link (program->agent, link);
    }
  else
    {
      listener = hr_listener_new_unix (options->listen + strlen ("unix:"), error);
      if (listener == NULL)
        return FALSE;
      g_signal_connect (listener, "link", G_CALLBACK (listener_link_cb), program);
    }

  g_unix_signal_add (SIGINT, terminate_cb, program);
  g_unix_signal_add (SIGTERM, terminate_cb, program);
  g_main_loop_run (program->loop);
  if (link != NULL)
    g_signal_handlers_disconnect_by_data (link, program);

  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  Options  options = { .fd = -1, .interval_ms = HR_AGENT_INTERVAL_MS };
  Program  program = { 0 };
  gboolean served;
  g_autoptr (GError) error = NULL;

  if (!parse_options (&options, &argc, &argv, &error))
    {
      g_printerr ("headroom-agent: %s\n", error->message);
      g_free (options.listen);
      return EXIT_USAGE;
    }
  if (options.version)
    {
      g_print ("headroom-agent %s\n", HR_VERSION);
      g_free (options.listen);
      return EXIT_SUCCESS;
    }

  program.loop = g_main_loop_new (NULL, FALSE);
  program.agent = hr_agent_new_for_computer (NULL, (guint) options.interval_ms);
  served = serve (&program, &options, &error);
  if (!served)
    g_printerr ("headroom-agent: %s\n", error->message);

  hr_agent_free (program.agent);
  g_main_loop_unref (program.loop);
  g_free (options.listen);

  return served ? EXIT_SUCCESS : EXIT_FAILURE;
}
