/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file appears under its name whole or not at all: it is written beside it, synced, and renamed over it. */

#include "engine/report/save.h"

#include "engine/model/shown-path.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much is written between two looks at the cancellable. */
#define CHUNK_BYTES ((gsize) 256 * 1024)

/* Sets @error from errno, naming the file that was asked for. */
static gboolean
fail (const char *path,
      GError    **error)
{
  int              saved = errno;
  g_autofree char *name = hr_shown_path (path);

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (saved), "%s: %s", name, g_strerror (saved));

  return FALSE;
}

/* Lets @fill write the temporary file, syncs it, and closes it whatever happens. */
static gboolean
fill_and_close (int           fd,
                const char   *path,
                HrSaveFill    fill,
                gpointer      user_data,
                GCancellable *cancellable,
                GError      **error)
{
  g_autoptr (GOutputStream) out = g_unix_output_stream_new (fd, FALSE);
  g_autoptr (GError) local = NULL;

  if (!fill (out, user_data, cancellable, &local))
    {
      /* What the system says of a stream does not name the file. */
      if (local->domain == G_IO_ERROR && local->code != G_IO_ERROR_CANCELLED)
        {
          g_autofree char *name = hr_shown_path (path);

          g_prefix_error (&local, "%s: ", name);
        }
      g_propagate_error (error, g_steal_pointer (&local));
      close (fd);
      return FALSE;
    }
  if (fsync (fd) != 0)
    {
      fail (path, error);
      close (fd);
      return FALSE;
    }

  return close (fd) == 0 || fail (path, error);
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
  g_autofree char *name = NULL;
  struct stat      there;

  /* Renaming tells of a folder itself. */
  if (stat (path, &there) != 0 || S_ISREG (there.st_mode) || S_ISDIR (there.st_mode))
    return TRUE;

  name = hr_shown_path (path);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s: Not a regular file", name);
  return FALSE;
}

/* Has @fill write what is to stand in @path: to a temporary file in the same folder, synced and renamed into place, so that @path holds the
 * old file or the whole new one at any time. The temporary file is gone on every failure. Blocks: for a thread.
 * @path: in the file system's encoding; @fill: @out is its until it returns; @cancellable: (nullable): works up to the renaming. Returns FALSE with what
 * @fill said, or a G_IO_ERROR that names the file ("/x/y.csv: No space left on device"). */
gboolean
hr_save_file (const char   *path,
              HrSaveFill    fill,
              gpointer      user_data,
              GCancellable *cancellable,
              GError      **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *temporary = g_build_filename (folder, ".headroom-XXXXXX", NULL);
  int              fd;

  if (!check_place (path, error))
    return FALSE;

  fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return fail (path, error);

  if (!fill_and_close (fd, path, fill, user_data, cancellable, error) || g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      g_unlink (temporary);
      return FALSE;
    }
  if (g_rename (temporary, path) != 0)
    {
      fail (path, error);
      g_unlink (temporary);
      return FALSE;
    }

  return sync_folder (folder, path, error);
}

/* Writes @data, a GBytes. */
static gboolean
fill_with_bytes (GOutputStream *out,
                 gpointer       data,
                 GCancellable  *cancellable,
                 GError       **error)
{
  gsize       size, done = 0;
  const char *bytes = g_bytes_get_data (data, &size);

  while (done < size)
    {
      gsize n = MIN (size - done, CHUNK_BYTES);

      if (!g_output_stream_write_all (out, bytes + done, n, NULL, cancellable, error))
        return FALSE;
      done += n;
    }

  return TRUE;
}

/* As hr_save_file (), of @bytes. */
gboolean
hr_save_bytes (const char   *path,
               GBytes       *bytes,
               GCancellable *cancellable,
               GError      **error)
{
  return hr_save_file (path, fill_with_bytes, bytes, cancellable, error);
}

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

static void
save_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  const Save *save = task_data;
  GError     *error = NULL;

  if (hr_save_bytes (save->path, save->bytes, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* hr_save_bytes () in a thread. @bytes: (transfer none); @cancellable: (nullable) */
void
hr_save_bytes_async (const char         *path,
                     GBytes             *bytes,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Save *save = g_new0 (Save, 1);

  save->bytes = g_bytes_ref (bytes);
  save->path = g_strdup (path);
  g_task_set_source_tag (task, hr_save_bytes_async);
  /* The answer is what became of the file: one that was in place before the cancellation came is a success. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, save, save_free);
  g_task_run_in_thread (task, save_thread);
}

/* Returns whether the file is in place; else FALSE with what hr_save_file () says. */
gboolean
hr_save_bytes_finish (GAsyncResult *result,
                      GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
