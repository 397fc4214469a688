/* SPDX-License-Identifier: GPL-3.0-or-later */

/* headroom-agent: measures this computer and its instrumented programs, and serves what it measured over links. */

#include "engine/agents/local/agent.h"
#include "engine/agents/local/entrance.h"
#include "engine/agents/local/relay.h"
#include "engine/collect/regions.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#define EXIT_USAGE 2

/* For GIO's TLS, which offers older ones otherwise and refuses them only after they were spoken. */
#define TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3"

typedef struct
{
  int        fd; /* -1: none */
  char     **listen;
  GPtrArray *entrances; /* HrAddress, what @listen says */
  char      *identity;
  char      *relay;   /* NULL: none */
  char      *regions; /* NULL: the runtime folder itself */
  int        interval_ms;
  gboolean   renew;
  gboolean   version;
} Options;

typedef struct
{
  GMainLoop *loop;
  HrAgent   *agent;
  GPtrArray *listeners; /* HrListener */
} Program;

static gboolean
parse_entrances (Options *options,
                 GError **error)
{
  for (guint i = 0; options->listen != NULL && options->listen[i] != NULL; i++)
    {
      HrAddress *address = hr_entrance_parse (options->listen[i], error);

      if (address == NULL)
        {
          g_prefix_error (error, "--listen: ");
          return FALSE;
        }
      g_ptr_array_add (options->entrances, address);
    }

  return TRUE;
}

/* What options mean together. */
static gboolean
check_options (Options *options,
               GError **error)
{
  if (options->fd >= 0 && (options->listen != NULL || options->renew))
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--fd goes with neither --listen nor --renew");
  else if (options->fd < 0 && options->listen == NULL && !options->renew)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "either --fd or --listen is needed");
  else if (options->fd < 0 && options->relay != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--relay-usbmuxd goes with --fd");
  else if (options->regions != NULL && !hr_regions_check_name (options->regions, error))
    g_prefix_error (error, "--regions: ");
  else if (options->interval_ms <= 0)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--interval takes a number of milliseconds");
  else if (options->relay != NULL && !hr_relay_check_name (options->relay, error))
    g_prefix_error (error, "--relay-usbmuxd: ");
  else
    return parse_entrances (options, error);

  return FALSE;
}

static gboolean
parse_options (Options *options,
               int     *argc,
               char  ***argv,
               GError **error)
{
  const GOptionEntry entries[] = {
    { "fd", 0, 0, G_OPTION_ARG_INT, &options->fd, "Serve one link on this inherited socket, exit when it closes", "N" },
    { "listen", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->listen, "Serve every link to this place: unix:PATH or tcp:HOST:PORT", "PLACE" },
    { "identity", 0, 0, G_OPTION_ARG_FILENAME, &options->identity, "Keep certificate and token in this folder", "FOLDER" },
    { "renew", 0, 0, G_OPTION_ARG_NONE, &options->renew, "Make a new certificate and token: no earlier pairing is valid", NULL },
    { "relay-usbmuxd", 0, 0, G_OPTION_ARG_FILENAME, &options->relay, "Lead to usbmuxd from this socket in the runtime folder", "NAME" },
    { "regions", 0, 0, G_OPTION_ARG_FILENAME, &options->regions, "Follow the programs that record in this folder of the runtime folder, and no others", "NAME" },
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
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument “%s”", (*argv)[1]);
      return FALSE;
    }

  return options->version || check_options (options, error);
}

static void
clear_options (Options *options)
{
  g_strfreev (options->listen);
  g_ptr_array_unref (options->entrances);
  g_free (options->identity);
  g_free (options->relay);
  g_free (options->regions);
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
needs_identity (const Options *options)
{
  for (guint i = 0; i < options->entrances->len; i++)
    if (((const HrAddress *) options->entrances->pdata[i])->type == HR_ADDRESS_TCP)
      return TRUE;

  return FALSE;
}

/* Opens every entrance before a link is printed: who reads one can come in. */
static gboolean
open_entrances (Program       *program,
                const Options *options,
                GError       **error)
{
  g_autoptr (HrIdentity) identity = NULL;

  if (needs_identity (options))
    {
      identity = hr_identity_load (options->identity, error);
      if (identity == NULL)
        return FALSE;
    }

  for (guint i = 0; i < options->entrances->len; i++)
    {
      HrListener *listener = hr_entrance_open (options->entrances->pdata[i], identity, error);

      if (listener == NULL)
        return FALSE;
      g_signal_connect (listener, "link", G_CALLBACK (listener_link_cb), program);
      g_ptr_array_add (program->listeners, listener);
    }

  for (guint i = 0; i < options->entrances->len; i++)
    {
      g_auto (GStrv) links = hr_entrance_links (options->entrances->pdata[i], identity);

      for (guint k = 0; links[k] != NULL; k++)
        g_print ("%s\n", links[k]);
    }

  return TRUE;
}

static gboolean
serve (Program       *program,
       const Options *options,
       GError       **error)
{
  g_autoptr (HrLink) link = NULL;
  g_autoptr (HrRelay) relay = NULL;

  /* Before anybody can know that the program is ready. */
  g_unix_signal_add (SIGINT, terminate_cb, program);
  g_unix_signal_add (SIGTERM, terminate_cb, program);

  if (options->fd < 0 && !open_entrances (program, options, error))
    return FALSE;

  if (options->fd >= 0)
    {
      link = hr_link_new_for_fd (options->fd, error);
      if (link == NULL)
        return FALSE;
      g_signal_connect (link, "closed", G_CALLBACK (only_link_closed_cb), program);
      hr_agent_add_link (program->agent, link);
    }

  if (options->relay != NULL)
    relay = hr_relay_new (options->relay, NULL);

  g_main_loop_run (program->loop);
  if (link != NULL)
    g_signal_handlers_disconnect_by_data (link, program);

  return TRUE;
}

/* Returns (transfer full) the folder of the programs that are followed; NULL for the usual one. */
static char *
find_regions (const Options *options)
{
  g_autofree char *folder = options->regions != NULL ? hr_regions_folder (NULL) : NULL;

  return folder != NULL ? g_build_filename (folder, options->regions, NULL) : NULL;
}

/* Measures and serves until it is asked to end. */
static gboolean
run (const Options *options,
     GError       **error)
{
  Program          program = { 0 };
  g_autofree char *folder = find_regions (options);
  gboolean         served;

  if (options->renew && !hr_identity_renew (options->identity, error))
    return FALSE;
  if (options->renew && options->entrances->len == 0)
    return TRUE;

  program.loop = g_main_loop_new (NULL, FALSE);
  program.agent = hr_agent_new_for_computer (folder, (guint) options->interval_ms);
  program.listeners = g_ptr_array_new_with_free_func (g_object_unref);
  served = serve (&program, options, error);

  g_ptr_array_unref (program.listeners);
  hr_agent_free (program.agent);
  g_main_loop_unref (program.loop);

  return served;
}

int
main (int   argc,
      char *argv[])
{
  Options options = { .fd = -1, .interval_ms = HR_AGENT_INTERVAL_MS };
  int     status = EXIT_SUCCESS;
  g_autoptr (GError) error = NULL;

  /* From a sandbox it is started by way of the dynamic loader, and would be called by its name. */
  prctl (PR_SET_NAME, "headroom-agent");
  g_setenv ("G_TLS_GNUTLS_PRIORITY", TLS_PRIORITY, TRUE);
  options.entrances = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_address_free);
  if (!parse_options (&options, &argc, &argv, &error))
    status = EXIT_USAGE;
  else if (options.version)
    g_print ("headroom-agent %s\n", HR_VERSION);
  else if (!run (&options, &error))
    status = EXIT_FAILURE;

  if (error != NULL)
    g_printerr ("headroom-agent: %s\n", error->message);
  clear_options (&options);

  return status;
}
