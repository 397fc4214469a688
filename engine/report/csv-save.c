/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file appears under its name whole or not at all: it is written beside it, synced, and renamed over it. */

#include "engine/report/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much is written between two looks at the cancellable. */
#define CHUNK_BYTES ((gsize) 256 * 1024)

/* What the thread works on. */
typedef struct
{
  GBytes *bytes;
  char   *path;
} Save;

static void
save_free (gpointer data)
{
  Save *self = data;

  g_bytes_unref (self->bytes);
  g_free (self->path);
  g_free (self);
}

/* Sets @error from errno, naming the file that was asked for. */
static gboolean
fail (const char *path,
      GError    **error)
{
  int              saved = errno;
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (saved), "%s: %s", name, g_strerror (saved));

  return FALSE;
}

static gboolean
write_all (int           fd,
           GBytes       *bytes,
           const char   *path,
           GCancellable *cancellable,
           GError      **error)
{
  gsize       size, done = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  while (done < size)
    {
      gssize n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;

      n = write (fd, data + done, MIN (size - done, CHUNK_BYTES));
      if (n < 0 && errno != EINTR)
        return fail (path, error);
      done += n > 0 ? (gsize) n : 0;
    }

  return TRUE;
}

/* Writes and syncs the temporary file, and closes it whatever happens. */
static gboolean
fill (int           fd,
      const Save   *save,
      GCancellable *cancellable,
      GError      **error)
{
  if (!write_all (fd, save->bytes, save->path, cancellable, error))
    {
      close (fd);
      return FALSE;
    }
  if (fsync (fd) != 0)
    {
      fail (save->path, error);
      close (fd);
      return FALSE;
    }

  return close (fd) == 0 || fail (save->path, error);
}

/* Makes the new name durable. Some file systems cannot sync a folder and say so with EINVAL; nothing more can be done there. */
static gboolean
sync_folder (const char *folder,
             const char *path,
             GError    **error)
{
  int      fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean synced;

  if (fd < 0)
    return fail (path, error);

  synced = fsync (fd) == 0 || errno == EINVAL || fail (path, error);
  close (fd);

  return synced;
}

/* A device or a pipe is no place for a file: renamed over, it would be gone. */
static gboolean
check_place (const char *path,
             GError    **error)
{
  struct stat there;

  /* Renaming tells of a folder itself. */
  if (stat (path, &there) != 0 || S_ISREG (there.st_mode) || S_ISDIR (there.st_mode))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s: Not a regular file", path);
  return FALSE;
}

static gboolean
save_file (const Save   *save,
           GCancellable *cancellable,
           GError      **error)
{
  g_autofree char *folder = g_path_get_dirname (save->path);
  g_autofree char *temporary = g_build_filename (folder, ".headroom-XXXXXX", NULL);
  int              fd;

  if (!check_place (save->path, error))
    return FALSE;

  fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return fail (save->path, error);

  if (!fill (fd, save, cancellable, error) || g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      g_unlink (temporary);
      return FALSE;
    }
  if (g_rename (temporary, save->path) != 0)
    {
      fail (save->path, error);
      g_unlink (temporary);
      return FALSE;
    }

  return sync_folder (folder, save->path, error);
}

static void
save_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;

  if (save_file (task_data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Writes @bytes to @path in a thread: to a temporary file in the same folder, synced and renamed into place, so that @path holds the
 * old file or the whole new one at any time. The temporary file is gone on every failure.
 * @bytes: (transfer none); @path: in the file system's encoding; @cancellable: (nullable): works up to the renaming */
void
hr_csv_save_async (GBytes             *bytes,
                   const char         *path,
                   GCancellable       *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Save *save = g_new0 (Save, 1);

  save->bytes = g_bytes_ref (bytes);
  save->path = g_strdup (path);
  g_task_set_source_tag (task, hr_csv_save_async);
  /* The answer is what became of the file: one that was in place before the cancellation came is a success. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, save, save_free);
  g_task_run_in_thread (task, save_thread);
}

/* Returns whether the file is in place; else FALSE with a G_IO_ERROR that names it ("/x/y.csv: No space left on device"). */
gboolean
hr_csv_save_finish (GAsyncResult *result,
                    GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
