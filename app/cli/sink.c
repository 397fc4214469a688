/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/sink.h"

#include "app/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pipe or a device is written to as it is, and never replaced by a file. */
static GOutputStream *
open_special (const char *path,
              GError    **error)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  int cause = errno;

  if (fd >= 0)
    return g_unix_output_stream_new (fd, TRUE);

  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (cause), "%s: %s", path, g_strerror (cause));

  return NULL;
}

/* Opens @path (nullable: standard output) for a result. What is there stays as it is until hr_sink_close (). Returns: (transfer full):
 * NULL with @error, of GIO. */
GOutputStream *
hr_sink_open (const char *path,
              GError    **error)
{
  g_autoptr (GFile) file = NULL;
  GFileOutputStream *stream;
  struct stat        info;

  if (path == NULL)
    return g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  if (g_stat (path, &info) == 0 && !S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode))
    return open_special (path, error);

  file = g_file_new_for_path (path);
  stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, error);
  if (stream == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }

  return G_OUTPUT_STREAM (stream);
}

/* Closes @sink (transfer full): with @keep what was written takes its place, else a file is as it was before. Returns FALSE with @error. */
gboolean
hr_sink_close (GOutputStream *sink,
               gboolean       keep,
               GError       **error)
{
  g_autoptr (GOutputStream) owned = sink;
  g_autoptr (GCancellable) cancelled = keep ? NULL : g_cancellable_new ();

  /* A file that is closed so is not put in its place. */
  if (cancelled != NULL)
    g_cancellable_cancel (cancelled);

  return g_output_stream_close (owned, cancelled, error);
}

/* Writes @length bytes of @data (-1: up to its end) to @path (nullable: standard output), which is there whole or not at all. Returns
 * HR_EXIT_INTERNAL, the user told, when that cannot be; a reader who has left wants no more. */
HrExit
hr_sink_write (const char *path,
               const char *data,
               gssize      length)
{
  g_autoptr (GError) error = NULL;
  gsize          size = length >= 0 ? (gsize) length : strlen (data);
  GOutputStream *sink = hr_sink_open (path, &error);
  gboolean       written = sink != NULL && g_output_stream_write_all (sink, data, size, NULL, NULL, &error);

  if (sink != NULL)
    written = hr_sink_close (sink, written, written ? &error : NULL) && written;
  if (written || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    return HR_EXIT_OK;

  hr_output_complain ("cannot write: %s", error->message);

  return HR_EXIT_INTERNAL;
}
