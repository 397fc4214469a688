/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The recorder is there all the time, so that recordings can be named anew and what is too old can go; the monitor feeds it while history is kept, or
 * a recording goes on. */

#include "app/archive.h"

#include "app/archive-file.h"

#include <glib/gi18n.h>

#define US_PER_HOUR (3600 * (gint64) G_USEC_PER_SEC)
#define BYTES_PER_MEGABYTE ((guint64) 1000 * 1000)

struct _HrArchive
{
  GObject parent_instance;

  /* Owned */
  HrMonitor   *monitor;
  GSettings   *settings;
  HrRecorder  *recorder; /* NULL: the file is being looked at or set aside, or is closed */
  char        *path;
  char        *folder_trouble;
  char        *trouble; /* as it was told last */
  HrStoreError trouble_kind;
  gboolean     writing; /* the file is open: what it names can be read */

  /* The recording that goes on. */
  char  *name; /* NULL: none */
  gint64 id;   /* 0: not in the file yet */
  gint64 begin_us;
  gint64 end_us; /* to be told as soon as its number is known; 0: it goes on */

  gboolean closing;
};

enum
{
  CHANGED,
  RECORDINGS_CHANGED,
  RECORDED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrArchive, hr_archive, G_TYPE_OBJECT)

static void start (HrArchive *self);

static void
tell_failure (HrArchive    *self,
              const char   *heading,
              const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[FAILED], 0, heading, error->message);
}

/* Has the recorder told of what is measured exactly while that is wanted. */
static void
feed (HrArchive *self)
{
  gboolean wanted = !self->closing && (self->name != NULL || g_settings_get_boolean (self->settings, "keep-history"));

  hr_monitor_set_recorder (self->monitor, wanted ? self->recorder : NULL);
}

static void
settings_limits_cb (HrArchive *self)
{
  if (self->recorder != NULL)
    hr_recorder_set_limits (self->recorder,
                            g_settings_get_int (self->settings, "history-hours") * US_PER_HOUR,
                            (guint64) g_settings_get_int (self->settings, "history-megabytes") * BYTES_PER_MEGABYTE);
}

static void
recorder_changed_cb (HrArchive *self)
{
  const HrRecorderStatus *status = hr_recorder_get_status (self->recorder);
  const char             *trouble = status->state == HR_RECORDER_TROUBLE ? status->message : NULL;

  if (trouble != NULL && self->folder_trouble != NULL)
    trouble = self->folder_trouble;
  self->trouble_kind = status->error;
  if (status->state == HR_RECORDER_WRITING && !self->writing)
    {
      self->writing = TRUE;
      g_signal_emit (self, signals[RECORDINGS_CHANGED], 0);
    }
  if (g_strcmp0 (trouble, self->trouble) == 0)
    return;

  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void begin_cb (GObject      *object,
                      GAsyncResult *result,
                      gpointer      user_data);

/* Tells the file of the recording that begins. */
static void
tell_begin (HrArchive *self)
{
  feed (self);
  hr_recorder_begin_recording_async (self->recorder, self->name, NULL, begin_cb, g_object_ref (self));
}

static void
open_recorder (HrArchive *self)
{
  const HrRecorderOptions options = {
    .max_age_us = g_settings_get_int (self->settings, "history-hours") * US_PER_HOUR,
    .max_bytes = (guint64) g_settings_get_int (self->settings, "history-megabytes") * BYTES_PER_MEGABYTE,
  };

  self->recorder = hr_recorder_new (self->path, &options);
  g_signal_connect_object (self->recorder, "changed", G_CALLBACK (recorder_changed_cb), self, G_CONNECT_SWAPPED);
  if (self->name != NULL)
    tell_begin (self);
  else
    feed (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
close_recorder (HrArchive *self)
{
  hr_monitor_set_recorder (self->monitor, NULL);
  g_signal_handlers_disconnect_by_data (self->recorder, self);
  g_clear_object (&self->recorder);
  g_clear_pointer (&self->trouble, g_free);
  self->writing = FALSE;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
folder_thread (GTask        *task,
               gpointer      object,
               gpointer      path,
               GCancellable *cancellable)
{
  g_task_return_pointer (task, hr_archive_file_make_folder (path), g_free);
}

static void
folder_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  HrArchive *self = HR_ARCHIVE (object);
  char      *trouble = g_task_propagate_pointer (G_TASK (result), NULL);

  if (self->closing)
    {
      g_free (trouble);
      return;
    }

  g_free (self->folder_trouble);
  self->folder_trouble = trouble;
  if (self->recorder != NULL)
    hr_recorder_retry (self->recorder);
  else
    open_recorder (self);
}

/* Makes the folder beside the main loop, then has the file written. */
static void
start (HrArchive *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, folder_cb, NULL);

  g_task_set_task_data (task, g_strdup (self->path), g_free);
  g_task_run_in_thread (task, folder_thread);
}

static void
hr_archive_finalize (GObject *object)
{
  HrArchive *self = HR_ARCHIVE (object);

  g_clear_object (&self->recorder);
  g_object_unref (self->monitor);
  g_object_unref (self->settings);
  g_free (self->path);
  g_free (self->folder_trouble);
  g_free (self->trouble);
  g_free (self->name);

  G_OBJECT_CLASS (hr_archive_parent_class)->finalize (object);
}

static void
hr_archive_class_init (HrArchiveClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_archive_finalize;

  signals[CHANGED] = g_signal_new ("changed", HR_TYPE_ARCHIVE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RECORDINGS_CHANGED] = g_signal_new ("recordings-changed", HR_TYPE_ARCHIVE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RECORDED] = g_signal_new ("recorded", HR_TYPE_ARCHIVE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_STRING);
  signals[FAILED] = g_signal_new ("failed", HR_TYPE_ARCHIVE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
hr_archive_init (HrArchive *self)
{
}

/* Has what @monitor measures kept in the session at @path, which is made when it is not there, as @settings say. To be closed.
 * Returns: (transfer full) */
HrArchive *
hr_archive_new (HrMonitor  *monitor,
                GSettings  *settings,
                const char *path)
{
  HrArchive *self = g_object_new (HR_TYPE_ARCHIVE, NULL);

  self->monitor = g_object_ref (monitor);
  self->settings = g_object_ref (settings);
  self->path = g_strdup (path);
  g_signal_connect_object (settings, "changed::keep-history", G_CALLBACK (feed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::history-hours", G_CALLBACK (settings_limits_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::history-megabytes", G_CALLBACK (settings_limits_cb), self, G_CONNECT_SWAPPED);
  start (self);

  return self;
}

/* Returns: (transfer none): the file's path. */
const char *
hr_archive_get_path (HrArchive *self)
{
  g_return_val_if_fail (HR_IS_ARCHIVE (self), NULL);

  return self->path;
}

/* Returns: (transfer none) (nullable): who writes the file, be it told of anything just now or not; NULL while nobody does. */
HrRecorder *
hr_archive_get_recorder (HrArchive *self)
{
  g_return_val_if_fail (HR_IS_ARCHIVE (self), NULL);

  return self->recorder;
}

/* Returns: (transfer none) (nullable): what people are told. */
const char *
hr_archive_get_trouble (HrArchive *self)
{
  g_return_val_if_fail (HR_IS_ARCHIVE (self), NULL);

  return self->trouble;
}

/* Returns of what kind the trouble is, while there is any. */
HrStoreError
hr_archive_get_trouble_kind (HrArchive *self)
{
  g_return_val_if_fail (HR_IS_ARCHIVE (self), HR_STORE_ERROR_WRITE);

  return self->folder_trouble != NULL ? HR_STORE_ERROR_READ_ONLY : self->trouble_kind;
}

/* Tries again at once; the folder, too, may be there now. */
void
hr_archive_retry (HrArchive *self)
{
  g_return_if_fail (HR_IS_ARCHIVE (self));

  start (self);
}

gboolean
hr_archive_is_recording (HrArchive *self)
{
  g_return_val_if_fail (HR_IS_ARCHIVE (self), FALSE);

  return self->name != NULL;
}

/* Returns since when it goes on, in UTC microseconds; 0: none does. */
gint64
hr_archive_get_recording_begin (HrArchive *self)
{
  g_return_val_if_fail (HR_IS_ARCHIVE (self), 0);

  return self->begin_us;
}

/* Returns the file's number of the recording that goes on; 0: none does, or the file does not know yet. */
gint64
hr_archive_get_recording_id (HrArchive *self)
{
  g_return_val_if_fail (HR_IS_ARCHIVE (self), 0);

  return self->id;
}

static void
forget_current (HrArchive *self)
{
  g_clear_pointer (&self->name, g_free);
  self->id = 0;
  self->begin_us = 0;
  self->end_us = 0;
  feed (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* What is done to a recording, so that its end can be told of. */
typedef struct
{
  HrArchive *archive; /* owned */
  gint64     id;
  char      *name; /* of a recording that has just ended; NULL: it is another change */
} Change;

static Change *
change_new (HrArchive *archive,
            gint64     id,
            char      *name)
{
  Change *self = g_new0 (Change, 1);

  self->archive = g_object_ref (archive);
  self->id = id;
  self->name = name;

  return self;
}

static void
change_free (Change *self)
{
  g_object_unref (self->archive);
  g_free (self->name);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Change, change_free)

static void
set_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (Change) change = user_data;
  g_autoptr (GError) error = NULL;
  HrArchive *self = change->archive;
  gboolean   set = hr_recorder_set_recording_finish (HR_RECORDER (object), result, &error);

  if (!set)
    tell_failure (self, change->name != NULL ? _ ("Recording Not Ended") : _ ("Recording Not Changed"), error);
  /* At the end nobody is left who would read them. */
  if (self->closing)
    return;
  g_signal_emit (self, signals[RECORDINGS_CHANGED], 0);
  if (set && change->name != NULL)
    g_signal_emit (self, signals[RECORDED], 0, change->id, change->name);
}

/* Tells the file when the recording that goes on has ended. */
static void
tell_end (HrArchive *self)
{
  hr_recorder_set_recording_async (self->recorder, self->id, self->name, self->begin_us, self->end_us, NULL, set_cb,
                                   change_new (self, self->id, g_strdup (self->name)));
  forget_current (self);
}

static void
begin_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (HrArchive) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 id = hr_recorder_begin_recording_finish (HR_RECORDER (object), result, &error);

  if (id == 0)
    {
      forget_current (self);
      tell_failure (self, _ ("Not Recorded"), error);
      return;
    }

  self->id = id;
  g_signal_emit (self, signals[CHANGED], 0);
  g_signal_emit (self, signals[RECORDINGS_CHANGED], 0);
  if (self->end_us != 0 && self->recorder != NULL)
    tell_end (self);
}

/* Names what is measured from now on @name. One recording goes on at a time. A file that is just being opened is told of it once it is. */
void
hr_archive_begin_recording (HrArchive  *self,
                            const char *name)
{
  g_return_if_fail (HR_IS_ARCHIVE (self));

  if (self->name != NULL || self->closing)
    return;

  self->name = g_strdup (name);
  self->begin_us = g_get_real_time ();
  if (self->recorder != NULL)
    tell_begin (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Ends the recording that goes on, if one does; "recorded" tells when the file says so. */
void
hr_archive_end_recording (HrArchive *self)
{
  g_return_if_fail (HR_IS_ARCHIVE (self));

  if (self->name == NULL || self->end_us != 0)
    return;

  self->end_us = g_get_real_time ();
  if (self->id != 0)
    tell_end (self);
}

/* Says anew what recording @id is called and reaches. @end_us: 0: it goes on */
void
hr_archive_set_recording (HrArchive  *self,
                          gint64      id,
                          const char *name,
                          gint64      begin_us,
                          gint64      end_us)
{
  g_return_if_fail (HR_IS_ARCHIVE (self));

  if (self->recorder == NULL)
    return;

  if (id == self->id)
    {
      g_free (self->name);
      self->name = g_strdup (name);
    }
  hr_recorder_set_recording_async (self->recorder, id, name, begin_us, end_us, NULL, set_cb, change_new (self, id, NULL));
}

static void
remove_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (Change) change = user_data;
  g_autoptr (GError) error = NULL;

  if (!hr_recorder_remove_recording_finish (HR_RECORDER (object), result, &error))
    tell_failure (change->archive, _ ("Recording Not Removed"), error);
  g_signal_emit (change->archive, signals[RECORDINGS_CHANGED], 0);
}

/* Takes the name from recording @id: what was recorded is history like any other, and goes with its age. */
void
hr_archive_remove_recording (HrArchive *self,
                             gint64     id)
{
  g_return_if_fail (HR_IS_ARCHIVE (self));

  if (self->recorder != NULL)
    hr_recorder_remove_recording_async (self->recorder, id, NULL, remove_cb, change_new (self, id, NULL));
}

static void
set_aside_thread (GTask        *task,
                  gpointer      object,
                  gpointer      path,
                  GCancellable *cancellable)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  GError *error = NULL;
  char   *name = hr_archive_file_set_aside (path, now, &error);

  if (name != NULL)
    g_task_return_pointer (task, name, g_free);
  else
    g_task_return_error (task, error);
}

/* Whatever became of the old file, recording goes on. */
static void
set_aside_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  HrArchive *self = HR_ARCHIVE (object);
  GError    *error = NULL;
  char      *name = g_task_propagate_pointer (G_TASK (result), &error);

  if (!self->closing)
    start (self);
  if (name != NULL)
    g_task_return_pointer (task, name, g_free);
  else
    g_task_return_error (task, error);
}

/* A file that could not be written could not be closed in order either. */
static void
closed_to_set_aside_cb (GObject      *object,
                        GAsyncResult *result,
                        gpointer      user_data)
{
  GTask     *task = user_data;
  HrArchive *self = g_task_get_source_object (task);
  g_autoptr (GTask) work = g_task_new (self, NULL, set_aside_cb, task);

  hr_recorder_close_finish (HR_RECORDER (object), result, NULL);
  g_task_set_task_data (work, g_strdup (self->path), g_free);
  g_task_run_in_thread (work, set_aside_thread);
}

/* Gives the file another name, beside it, and goes on in a new one. A recording that goes on ends. */
void
hr_archive_set_aside_async (HrArchive          *self,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, hr_archive_set_aside_async);
  if (self->recorder == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("The history is not open yet."));
      return;
    }

  hr_archive_end_recording (self);
  hr_recorder_close_async (self->recorder, NULL, closed_to_set_aside_cb, g_steal_pointer (&task));
  close_recorder (self);
}

/* Returns: (transfer full): the old file's path from now on; NULL with @error when it keeps its name */
char *
hr_archive_set_aside_finish (HrArchive    *self,
                             GAsyncResult *result,
                             GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
close_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (hr_recorder_close_finish (HR_RECORDER (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Ends recording for good. */
void
hr_archive_close_async (HrArchive          *self,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, hr_archive_close_async);
  self->closing = TRUE;
  if (self->recorder == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  hr_archive_end_recording (self);
  hr_recorder_close_async (self->recorder, NULL, close_cb, g_steal_pointer (&task));
  close_recorder (self);
}

/* Returns whether all that was measured is in the file; else @error says why not. */
gboolean
hr_archive_close_finish (HrArchive    *self,
                         GAsyncResult *result,
                         GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
