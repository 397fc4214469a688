/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/recording.h"

#include "app/cli/sessions.h"
#include "engine/store/recorder.h"
#include "engine/store/remove.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Trouble that lasts so long does not pass by itself. */
#define PATIENCE_MS 10000
#define PROGRESS_MS 1000

struct _HrRecording
{
  HrLive     *live;
  HrOutput    terminal; /* standard error */
  HrRecorder *recorder;
  gboolean    told; /* that there is trouble */
  gint64      begin_us;
  guint       patience_source;
  guint       progress_source;
  gboolean    open;
  gboolean    closed;
  gboolean    failed;
};

static void
clear_line (HrRecording *self)
{
  if (self->progress_source != 0)
    hr_output_write (&self->terminal, "\r\033[K", -1);
}

static gboolean
progress_cb (gpointer user_data)
{
  HrRecording            *self = user_data;
  const HrRecorderStatus *status = hr_recorder_get_status (self->recorder);
  g_autofree char        *size = g_format_size (status->bytes);
  gint64                  seconds = (g_get_monotonic_time () - self->begin_us) / G_USEC_PER_SEC;
  g_autofree char        *line = g_strdup_printf ("\r%02" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT "  %" G_GUINT64_FORMAT " snapshots, %s\033[K", seconds / 3600,
                                                  seconds / 60 % 60, seconds % 60, status->n_durable, size);

  hr_output_write (&self->terminal, line, -1);

  return G_SOURCE_CONTINUE;
}

static gboolean
patience_cb (gpointer user_data)
{
  HrRecording *self = user_data;

  self->patience_source = 0;
  self->failed = TRUE;
  self->live->run.status = HR_EXIT_INTERNAL;
  hr_live_end_in (self->live, 0);

  return G_SOURCE_REMOVE;
}

/* Trouble is told when it begins; what cannot even be opened, or closed, is told once in the end. */
static void
recorder_changed_cb (HrRecorder  *recorder,
                     HrRecording *self)
{
  const HrRecorderStatus *status = hr_recorder_get_status (recorder);

  if (status->state != HR_RECORDER_TROUBLE)
    {
      self->told = FALSE;
      g_clear_handle_id (&self->patience_source, g_source_remove);
    }
  else if (self->open && !self->told)
    {
      self->told = TRUE;
      self->patience_source = g_timeout_add (PATIENCE_MS, patience_cb, self);
      clear_line (self);
      hr_output_complain ("%s", status->message);
    }
}

/* With what is recorded of one program stand the figures of its computer; what is judged stands alone. */
static gboolean
wants_cb (HrSource *source,
          gpointer  user_data)
{
  HrLive   *live = user_data;
  HrSource *target = live->target != NULL ? hr_target_get_source (live->target) : NULL;

  if (hr_live_wants (live, source))
    return TRUE;

  return live->run.options->command == HR_COMMAND_RECORD && target != NULL && hr_monitor_get_origin (live->run.monitor, target) == source;
}

/* Waits until the file is there. Returns FALSE, the user told, when it cannot be made. */
static gboolean
wait_until_open (HrRecording *self)
{
  while (hr_recorder_get_status (self->recorder)->state == HR_RECORDER_OPENING)
    g_main_context_iteration (NULL, TRUE);

  self->open = hr_recorder_get_status (self->recorder)->state == HR_RECORDER_WRITING;

  return self->open;
}

/* Has what @live wants written to @path from now on. Returns: (transfer full): NULL, the user told and the status of @live set, when that cannot be */
HrRecording *
hr_recording_new (HrLive     *live,
                  const char *path)
{
  const HrRecorderOptions options = { .create_new = TRUE };
  HrRecording            *self;

  live->run.status = hr_sessions_make_room (live->run.options, path);
  if (live->run.status != HR_EXIT_OK)
    return NULL;

  self = g_new0 (HrRecording, 1);
  self->live = live;
  self->begin_us = g_get_monotonic_time ();
  hr_output_init (&self->terminal, STDERR_FILENO, live->run.options->quiet);
  self->recorder = hr_recorder_new (path, &options);
  g_signal_connect (self->recorder, "changed", G_CALLBACK (recorder_changed_cb), self);
  if (!wait_until_open (self))
    {
      self->failed = TRUE;
      live->run.status = hr_recording_finish (self);
      return NULL;
    }

  hr_monitor_set_recorder (live->run.monitor, self->recorder);
  hr_monitor_set_recorded (live->run.monitor, wants_cb, live);
  if (self->terminal.live && !self->terminal.quiet)
    self->progress_source = g_timeout_add (PROGRESS_MS, progress_cb, self);

  return self;
}

static void
recorder_closed_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  HrRecording *self = user_data;

  self->closed = TRUE;
  if (hr_recorder_close_finish (HR_RECORDER (object), result, &error))
    return;

  self->failed = TRUE;
  hr_output_complain ("%s", error->message);
}

/* Tells what is in the file now; one in which nothing is does not stay. */
static void
tell (HrRecording *self)
{
  const HrRecorderStatus *status = hr_recorder_get_status (self->recorder);
  const char             *path = hr_recorder_get_path (self->recorder);
  g_autofree char        *size = NULL;
  struct stat             info;

  if (status->n_durable == 0)
    {
      hr_store_remove (path, NULL);
      return;
    }

  size = g_format_size (g_stat (path, &info) == 0 ? (guint64) info.st_size : status->bytes);
  hr_output_say (&self->terminal, "%s: %" G_GUINT64_FORMAT " snapshots, %s, %" G_GUINT64_FORMAT " lost", path, status->n_durable, size, status->n_lost + status->n_waiting);
}

/* Writes what is left, closes the file and says what is in it; frees @self. Accepts NULL. Returns HR_EXIT_INTERNAL, the user told, when not everything
 * could be kept. */
HrExit
hr_recording_finish (HrRecording *self)
{
  HrExit status;

  if (self == NULL)
    return HR_EXIT_OK;

  clear_line (self);
  self->open = FALSE;
  g_clear_handle_id (&self->progress_source, g_source_remove);
  g_clear_handle_id (&self->patience_source, g_source_remove);
  hr_monitor_set_recorder (self->live->run.monitor, NULL);
  hr_recorder_close_async (self->recorder, NULL, recorder_closed_cb, self);
  while (!self->closed)
    g_main_context_iteration (NULL, TRUE);

  tell (self);
  status = self->failed || hr_recorder_get_status (self->recorder)->n_lost > 0 ? HR_EXIT_INTERNAL : HR_EXIT_OK;
  g_signal_handlers_disconnect_by_data (self->recorder, self);
  g_object_unref (self->recorder);
  g_free (self);

  return status;
}
