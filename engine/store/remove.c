/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/remove.h"

#include "engine/store/schema.h"
#include "engine/store/writer-lock.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

static gboolean
remove_file (const char *path,
             const char *suffix,
             GError    **error)
{
  g_autofree char *file = g_strconcat (path, suffix, NULL);

  if (g_unlink (file) == 0 || errno == ENOENT)
    return TRUE;

  g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_WRITE, _ ("“%s” cannot be removed: %s"), file, g_strerror (errno));

  return FALSE;
}

/* Removes the file @path, of a session or of anything else, with what a writer that was killed left beside it. Returns FALSE with HR_STORE_ERROR:
 * BUSY while it is being written, WRITE when the system forbids it; what is not there is removed. */
gboolean
hr_store_remove (const char *path,
                 GError    **error)
{
  HrWriterLock lock = HR_WRITER_LOCK_INIT;
  gboolean     removed;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!hr_writer_lock_take (&lock, path, error))
    return FALSE;

  /* A log without its file is nothing; a file without its log would be an older one. */
  removed = remove_file (path, "", error) && remove_file (path, "-wal", error) && remove_file (path, "-shm", error);
  hr_writer_lock_release (&lock);

  return removed;
}
