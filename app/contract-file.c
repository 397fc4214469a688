/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/contract-file.h"

#include "engine/budget/contract.h"
#include "engine/model/shown-path.h"
#include "engine/report/save.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Whether the file at @path still says @before. One that is gone is nobody's any more; of one that cannot be read writing will tell. */
static gboolean
check_unchanged (const char *path,
                 const char *before,
                 GError    **error)
{
  g_autofree char *now = NULL;
  g_autofree char *name = NULL;
  gsize            size = 0;

  if (before == NULL || !g_file_get_contents (path, &now, &size, NULL))
    return TRUE;
  if (size == strlen (before) && memcmp (now, before, size) == 0)
    return TRUE;

  name = hr_shown_path (path);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG, "%s: somebody else has changed it", name);

  return FALSE;
}

static gboolean
make_folder (const char *path,
             GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (errno), "%s: %s", folder, g_strerror (errno));

  return FALSE;
}

/* Writes @text to @path, whole or not at all, in a folder that is made if need be. A link stays one: what it leads to is written; who may read and write
 * the file stays as it was. Blocks: for a thread.
 * @before: (nullable): what the file said when its text was taken to be changed. Where it says something else now, nothing is written and the
 * error is G_IO_ERROR_WRONG_ETAG; NULL: whatever it says */
gboolean
hr_contract_file_save (const char   *path,
                       const char   *before,
                       const char   *text,
                       GCancellable *cancellable,
                       GError      **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  char       *resolved = realpath (path, NULL);
  const char *target = resolved != NULL ? resolved : path;
  struct stat there;
  gboolean    known = stat (target, &there) == 0;
  gboolean    saved = check_unchanged (target, before, error) && make_folder (target, error) && hr_save_bytes (target, bytes, cancellable, error);

  if (saved && known)
    g_chmod (target, (int) (there.st_mode & 07777));
  free (resolved);

  return saved;
}

/* What a thread works on. */
typedef struct
{
  char *path;
  char *before; /* nullable */
  char *text;
} Save;

static void
save_free (gpointer data)
{
  Save *self = data;

  g_free (self->path);
  g_free (self->before);
  g_free (self->text);
  g_free (self);
}

static void
save_thread (GTask        *task,
             gpointer      object,
             gpointer      data,
             GCancellable *cancellable)
{
  const Save *save = data;
  GError     *error = NULL;

  if (hr_contract_file_save (save->path, save->before, save->text, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* hr_contract_file_save () in a thread. @before, @cancellable: (nullable) */
void
hr_contract_file_save_async (const char         *path,
                             const char         *before,
                             const char         *text,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Save *save = g_new0 (Save, 1);

  save->path = g_strdup (path);
  save->before = g_strdup (before);
  save->text = g_strdup (text);
  g_task_set_source_tag (task, hr_contract_file_save_async);
  /* What became of the file is the answer, also where the cancellation came too late. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, save, save_free);
  g_task_run_in_thread (task, save_thread);
}

/* Returns whether the file is in place; else FALSE with what hr_contract_file_save () says. */
gboolean
hr_contract_file_save_finish (GAsyncResult *result,
                              GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Returns: (transfer full): where a contract called @name would be kept among the user's settings. */
char *
hr_contract_file_suggest (const char *name)
{
  g_autofree char *plain = g_strdelimit (g_strdup (name), "/\\:*?\"<>|\t", '-');
  g_autofree char *file = g_strconcat (*plain == '.' ? "_" : "", plain, ".ini", NULL);

  return g_build_filename (g_get_user_config_dir (), "headroom", "contracts", file, NULL);
}
