/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The history that is written while the app runs. */

#include "app/application-private.h"

#include <glib/gstdio.h>

#define MAX_AGE_US (24 * G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define MAX_BYTES (512 * G_GUINT64_CONSTANT (1000000))

/* Writes down what arrives from now on, in the user's data folder. Whether that can be, the recorder's status says. */
void
_hr_application_start_recording (HrApplication *self)
{
  static const HrRecorderOptions options = { .max_age_us = MAX_AGE_US, .max_bytes = MAX_BYTES };
  g_autofree char               *folder = g_build_filename (g_get_user_data_dir (), "headroom", NULL);
  g_autofree char               *path = g_build_filename (folder, "history.headroom", NULL);

  g_mkdir_with_parents (folder, 0700);
  self->recorder = hr_recorder_new (path, &options);
  hr_monitor_set_recorder (self->monitor, self->recorder);
}

static void
closed_cb (GObject      *recorder,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  /* What could not be written is told by its status, which nobody sees any more. */
  if (!hr_recorder_close_finish (HR_RECORDER (recorder), result, &error))
    g_debug ("The history was not closed: %s", error->message);
  *(gboolean *) user_data = TRUE;
}

/* Writes what is still to be written, and leaves one file. */
void
_hr_application_end_recording (HrApplication *self)
{
  gboolean closed = FALSE;

  if (self->recorder == NULL)
    return;

  hr_monitor_set_recorder (self->monitor, NULL);
  hr_recorder_close_async (self->recorder, NULL, closed_cb, &closed);
  while (!closed)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&self->recorder);
}
