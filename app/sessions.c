/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/sessions.h"

#define FILES "sessions"

/* More files than anybody compares: the first ones make room. */
#define MAX_FILES 64

#define RETRY_MS 250

struct _HrSessions
{
  GObject parent_instance;

  /* Owned */
  HrArchive    *archive;
  GSettings    *settings;
  GListStore   *list; /* recordings, then files */
  GCancellable *cancellable;

  guint    n_recordings; /* that the list begins with */
  gboolean reading;      /* the archive's file */
  gboolean again;        /* it was changed meanwhile */
  guint    retry;        /* the source that reads it once more, or 0 */
};

G_DEFINE_FINAL_TYPE (HrSessions, hr_sessions, G_TYPE_OBJECT)

static HrSessionItem *
get_item (HrSessions *self,
          guint       index)
{
  /* The list holds it. */
  g_autoptr (HrSessionItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), index);

  return item;
}

static guint
count (HrSessions *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->list));
}

static void
recording_free (gpointer data)
{
  HrSessionRecording *recording = data;

  g_free (recording->name);
  g_free (recording);
}

/* The newest first. */
static int
compare_recordings (gconstpointer a,
                    gconstpointer b)
{
  const HrSessionRecording *first = *(const HrSessionRecording *const *) a;
  const HrSessionRecording *second = *(const HrSessionRecording *const *) b;

  return (first->begin_us < second->begin_us) - (first->begin_us > second->begin_us);
}

static void
recordings_thread (GTask        *task,
                   gpointer      object,
                   gpointer      path,
                   GCancellable *cancellable)
{
  g_autoptr (GPtrArray) recordings = g_ptr_array_new_with_free_func (recording_free);
  GError *error = NULL;
  g_autoptr (HrSession) session = hr_session_open (path, &error);

  if (session == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  for (guint i = 0; i < hr_session_get_n_recordings (session); i++)
    {
      HrSessionRecording *recording = g_memdup2 (hr_session_get_recording (session, i), sizeof *recording);

      recording->name = g_strdup (recording->name);
      g_ptr_array_add (recordings, recording);
    }
  g_ptr_array_sort (recordings, compare_recordings);
  g_task_return_pointer (task, g_steal_pointer (&recordings), (GDestroyNotify) g_ptr_array_unref);
}

static gboolean
is_named (GPtrArray     *recordings,
          HrSessionItem *item)
{
  for (guint i = 0; i < recordings->len; i++)
    if (((HrSessionRecording *) recordings->pdata[i])->id == hr_session_item_get_recording (item))
      return TRUE;

  return FALSE;
}

/* Brings the list to what the file names; items that stay are the same ones, so that who shows one goes on. */
static void
take_recordings (HrSessions *self,
                 GPtrArray  *recordings)
{
  const char *path = hr_archive_get_path (self->archive);

  for (guint i = self->n_recordings; i > 0; i--)
    if (!is_named (recordings, get_item (self, i - 1)))
      {
        self->n_recordings--;
        g_list_store_remove (self->list, i - 1);
      }
  for (guint i = 0; i < recordings->len; i++)
    {
      const HrSessionRecording *recording = recordings->pdata[i];
      const HrRange             range = { recording->begin_us, recording->end_us };
      HrSessionItem            *known = hr_sessions_find (self, path, recording->id);
      g_autoptr (HrSessionItem) item = known != NULL ? g_object_ref (known) : hr_session_item_new (path, recording->id);

      hr_session_item_set_ready (item, recording->name, range);
      if (known != NULL)
        continue;
      g_list_store_insert (self->list, MIN (i, self->n_recordings), item);
      self->n_recordings++;
    }
}

static void read_recordings (HrSessions *self);

static gboolean
retry_cb (gpointer user_data)
{
  HrSessions *self = user_data;

  self->retry = 0;
  read_recordings (self);

  return G_SOURCE_REMOVE;
}

/* While it is written it may just not be ready to be read; what was known of it holds until then. Any other trouble is told by who writes it. */
static void
fail (HrSessions   *self,
      const GError *error)
{
  g_debug ("The recordings cannot be read: %s", error->message);
  if (self->retry == 0 && hr_archive_get_recorder (self->archive) != NULL && hr_archive_get_trouble (self->archive) == NULL)
    self->retry = g_timeout_add (RETRY_MS, retry_cb, self);
}

static void
recordings_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  HrSessions *self = HR_SESSIONS (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) recordings = g_task_propagate_pointer (G_TASK (result), &error);

  self->reading = FALSE;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;

  if (recordings != NULL)
    take_recordings (self, recordings);
  else
    fail (self, error);
  if (self->again)
    read_recordings (self);
}

static void
read_recordings (HrSessions *self)
{
  g_autoptr (GTask) task = NULL;

  self->again = self->reading;
  if (self->reading)
    return;

  self->reading = TRUE;
  task = g_task_new (self, NULL, recordings_cb, NULL);
  g_task_set_task_data (task, g_strdup (hr_archive_get_path (self->archive)), g_free);
  g_task_run_in_thread (task, recordings_thread);
}

static void
file_thread (GTask        *task,
             gpointer      object,
             gpointer      item,
             GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (HrSession) session = hr_session_open (hr_session_item_get_path (item), &error);

  if (session == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_task_return_pointer (task, g_memdup2 (&(HrRange){ hr_session_get_range (session).begin_us, hr_session_get_range (session).end_us }, sizeof (HrRange)),
                         g_free);
}

static void
file_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  HrSessionItem *item = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autofree HrRange *range = g_task_propagate_pointer (G_TASK (result), &error);

  if (range != NULL)
    hr_session_item_set_ready (item, NULL, *range);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    hr_session_item_set_unreadable (item, error->message);
}

static void
read_file (HrSessions    *self,
           HrSessionItem *item)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, file_cb, NULL);

  g_task_set_task_data (task, g_object_ref (item), g_object_unref);
  g_task_run_in_thread (task, file_thread);
}

static HrSessionItem *
add_file (HrSessions *self,
          const char *path)
{
  g_autoptr (HrSessionItem) item = hr_session_item_new (path, 0);

  g_list_store_append (self->list, item);
  read_file (self, item);

  return item;
}

static void
remember (HrSessions *self)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  for (guint i = self->n_recordings; i < count (self); i++)
    g_ptr_array_add (paths, (gpointer) hr_session_item_get_path (get_item (self, i)));
  g_ptr_array_add (paths, NULL);
  g_settings_set_strv (self->settings, FILES, (const char *const *) paths->pdata);
}

static void
hr_sessions_dispose (GObject *object)
{
  HrSessions *self = HR_SESSIONS (object);

  g_clear_handle_id (&self->retry, g_source_remove);
  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (hr_sessions_parent_class)->dispose (object);
}

static void
hr_sessions_finalize (GObject *object)
{
  HrSessions *self = HR_SESSIONS (object);

  g_object_unref (self->archive);
  g_object_unref (self->settings);
  g_object_unref (self->list);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (hr_sessions_parent_class)->finalize (object);
}

static void
hr_sessions_class_init (HrSessionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_sessions_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_sessions_finalize;
}

static void
hr_sessions_init (HrSessions *self)
{
  self->list = g_list_store_new (HR_TYPE_SESSION_ITEM);
  self->cancellable = g_cancellable_new ();
}

/* Returns: (transfer full): the recordings of @archive and the files that @settings remember. */
HrSessions *
hr_sessions_new (HrArchive *archive,
                 GSettings *settings)
{
  HrSessions *self = g_object_new (HR_TYPE_SESSIONS, NULL);
  g_auto (GStrv) paths = g_settings_get_strv (settings, FILES);

  self->archive = g_object_ref (archive);
  self->settings = g_object_ref (settings);
  for (guint i = 0; paths[i] != NULL && i < MAX_FILES; i++)
    if (hr_sessions_find (self, paths[i], 0) == NULL)
      add_file (self, paths[i]);
  g_signal_connect_object (archive, "recordings-changed", G_CALLBACK (read_recordings), self, G_CONNECT_SWAPPED);

  return self;
}

GListModel *
hr_sessions_get_list (HrSessions *self)
{
  g_return_val_if_fail (HR_IS_SESSIONS (self), NULL);

  return G_LIST_MODEL (self->list);
}

/* Returns: (transfer none) (nullable): the recording so numbered of the file at @path, or with @recording 0 the file that was opened. */
HrSessionItem *
hr_sessions_find (HrSessions *self,
                  const char *path,
                  gint64      recording)
{
  g_return_val_if_fail (HR_IS_SESSIONS (self), NULL);

  for (guint i = 0; i < count (self); i++)
    if (hr_session_item_is (get_item (self, i), path, recording))
      return get_item (self, i);

  return NULL;
}

/* Lists the session file at @path, or reads it anew if it is listed; whether it can be read is said by the item.
 * Returns: (transfer none) */
HrSessionItem *
hr_sessions_open (HrSessions *self,
                  const char *path)
{
  HrSessionItem *item = hr_sessions_find (self, path, 0);

  if (item != NULL)
    {
      read_file (self, item);
      return item;
    }

  if (count (self) - self->n_recordings == MAX_FILES)
    g_list_store_remove (self->list, self->n_recordings);
  item = add_file (self, path);
  remember (self);

  return item;
}

/* Takes an opened file off the list; the file stays. */
void
hr_sessions_close (HrSessions    *self,
                   HrSessionItem *item)
{
  guint position;

  g_return_if_fail (HR_IS_SESSIONS (self));

  if (hr_session_item_get_recording (item) != 0 || !g_list_store_find (self->list, item, &position))
    return;

  g_list_store_remove (self->list, position);
  remember (self);
}
