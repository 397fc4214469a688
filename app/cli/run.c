/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/run.h"

#include "app/places.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

static void
take_signal (HrRun *self,
             int    number)
{
  if (self->signalled != NULL)
    self->signalled (self, number);
  else
    hr_run_quit (self, HR_EXIT_OK);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  take_signal (user_data, SIGINT);

  return G_SOURCE_CONTINUE;
}

static gboolean
terminate_cb (gpointer user_data)
{
  take_signal (user_data, SIGTERM);

  return G_SOURCE_CONTINUE;
}

/* Returns: (transfer full): the contract that was asked for, or the one that comes with Headroom; NULL with @error. */
HrContract *
hr_run_load_contract (const HrOptions *options,
                      GError         **error)
{
  return options->contract != NULL ? hr_contract_load (options->contract, error) : hr_places_default_contract ();
}

/* Has this computer among the sources, with what can measure it, or else with why nothing can. */
static void
make_monitor (HrRun      *self,
              HrContract *contract,
              const char *regions)
{
  g_autofree char *agent = hr_places_find_program (g_getenv ("HEADROOM_BUILD_DIR"), HR_AGENT_BUILD_PATH, "headroom-agent");
  g_auto (GStrv) argv = NULL;

  if (!hr_wanted_is_here (&self->wanted))
    {
      self->monitor = hr_monitor_new (NULL, contract);
      return;
    }

  argv = hr_sandbox_command (self->options->sandbox, agent, regions, &self->barred);
  self->monitor = hr_monitor_new ((const char *const *) argv, contract);
  if (self->barred != NULL)
    hr_monitor_bar_computer (self->monitor, self->barred);
}

/* Makes what the command needs to measure @source (nullable: this computer), of which it follows the programs that record in the folder @regions of the
 * runtime folder (nullable: in that itself). Returns FALSE, the user told and @self->status set, when that cannot be. hr_run_clear () it in any case. */
gboolean
hr_run_begin (HrRun           *self,
              const HrOptions *options,
              const char      *source,
              const char      *regions)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = NULL;

  *self = (HrRun){ .options = options, .status = HR_EXIT_OK };
  hr_output_init (&self->output, STDOUT_FILENO, options->quiet);
  contract = hr_run_load_contract (options, &error);
  if (contract == NULL || !hr_wanted_parse (&self->wanted, source, options->token_file, NULL, &error))
    {
      hr_output_complain ("%s", error->message);
      self->status = HR_EXIT_USAGE;
      return FALSE;
    }

  /* Before anything is started that would be left behind. */
  self->loop = g_main_loop_new (NULL, FALSE);
  self->signals[0] = g_unix_signal_add (SIGINT, interrupt_cb, self);
  self->signals[1] = g_unix_signal_add (SIGTERM, terminate_cb, self);
  make_monitor (self, contract, regions);
  if (options->interval_ns > 0)
    hr_monitor_set_interval (self->monitor, (guint) (options->interval_ns / HR_NS_PER_MS));

  return TRUE;
}

/* Returns FALSE, the user told and @self->status set, when what is wanted is this computer and nothing can measure it. */
gboolean
hr_run_require (HrRun *self)
{
  g_autofree char *text = NULL;

  if (self->barred == NULL)
    return TRUE;

  text = hr_text_about (self->wanted.text, self->barred->message);
  hr_output_complain ("%s; headroom-cli doctor says what to do", text);
  self->status = HR_EXIT_UNAVAILABLE;

  return FALSE;
}

/* Runs the main loop until hr_run_quit (), unless that has been called already. */
void
hr_run_loop (HrRun *self)
{
  if (!self->over)
    g_main_loop_run (self->loop);
}

/* Ends the main loop; the program then ends with @status. */
void
hr_run_quit (HrRun *self,
             HrExit status)
{
  self->status = status;
  self->over = TRUE;
  g_main_loop_quit (self->loop);
}

/* Frees what @self owns, and with the monitor every link and the agent of this computer. */
void
hr_run_clear (HrRun *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->signals); i++)
    g_clear_handle_id (&self->signals[i], g_source_remove);
  g_clear_object (&self->monitor);
  g_clear_error (&self->barred);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  hr_wanted_clear (&self->wanted);
}
