/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/wait.h"

#include "engine/store/schema.h"

#include <signal.h>
#include <unistd.h>

#define TELL_US (200 * (gint64) 1000)

static volatile sig_atomic_t interrupted;

static void
interrupted_cb (int number)
{
  interrupted = 1;
}

/* Waits from now on. */
void
hr_wait_begin (HrWait          *self,
               const HrOptions *options)
{
  struct sigaction action = { .sa_handler = interrupted_cb, .sa_flags = SA_RESTART };

  *self = (HrWait){ .told_us = g_get_monotonic_time () };
  hr_output_init (&self->output, STDERR_FILENO, options->quiet);
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}

/* The HrProgress of what is waited for; @user_data: a HrWait */
gboolean
hr_wait_progress (double   share,
                  gpointer user_data)
{
  HrWait *self = user_data;
  gint64  now_us = g_get_monotonic_time ();

  if (self->output.live && !self->output.quiet && now_us - self->told_us >= TELL_US)
    {
      g_autofree char *line = g_strdup_printf ("\r%3.0f %%", 100 * share);

      self->told_us = now_us;
      hr_output_write (&self->output, line, -1);
    }

  return !interrupted;
}

/* It is over: the terminal is as it was. Signals end the program again. */
void
hr_wait_end (HrWait *self)
{
  if (self->output.live && !self->output.quiet)
    hr_output_write (&self->output, "\r\033[K", -1);
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
}

/* Tells @error, and returns what the program ends with for it. */
HrExit
hr_wait_fail (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    return HR_EXIT_OK;

  hr_output_complain ("%s", g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? "interrupted; nothing was written" : error->message);

  return error->domain == HR_STORE_ERROR && error->code != HR_STORE_ERROR_WRITE && error->code != HR_STORE_ERROR_FULL ? HR_EXIT_UNAVAILABLE : HR_EXIT_INTERNAL;
}
