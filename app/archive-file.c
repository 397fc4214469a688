/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/archive-file.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/* More files of one second than anybody sets aside. */
#define MAX_TRIES 100

/* Makes the folder of the file @path, for its user alone. Returns: (transfer full) (nullable): why that cannot be; NULL when it is there */
char *
hr_archive_file_make_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return NULL;

  return g_strdup_printf (_ ("The folder “%s” cannot be made: %s"), folder, g_strerror (errno));
}

/* A file in the same folder that is not there yet: "history (2026-11-21 20.41.05).headroom". */
static char *
free_name (const char *path,
           GDateTime  *now)
{
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%d %H.%M.%S");
  const char      *suffix = g_str_has_suffix (path, ".headroom") ? ".headroom" : "";
  int              stem = (int) (strlen (path) - strlen (suffix));

  for (guint i = 1; i < MAX_TRIES; i++)
    {
      g_autofree char *number = i > 1 ? g_strdup_printf (" %u", i) : g_strdup ("");
      g_autofree char *name = g_strdup_printf ("%.*s (%s)%s%s", stem, path, time, number, suffix);

      if (!g_file_test (name, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&name);
    }

  return NULL;
}

static gboolean
move (const char *from,
      const char *to,
      const char *suffix)
{
  g_autofree char *old = g_strconcat (from, suffix, NULL);
  g_autofree char *new = g_strconcat (to, suffix, NULL);

  return g_rename (old, new) == 0;
}

/* Gives the file at @path, with the log that a killed writer left beside it, another name in the same folder.
 * Returns: (transfer full): its path from now on; NULL with a G_IO_ERROR when it stays */
char *
hr_archive_file_set_aside (const char *path,
                           GDateTime  *now,
                           GError    **error)
{
  g_autofree char *name = free_name (path, now);
  g_autofree char *index = g_strconcat (path, "-shm", NULL);

  if (name == NULL || !move (path, name, ""))
    {
      int number = name != NULL ? errno : EEXIST;

      g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (number), _ ("“%s” cannot be renamed: %s"), path, g_strerror (number));
      return NULL;
    }

  /* Mostly there is none. Its index is made anew by the next reader. */
  move (path, name, "-wal");
  g_unlink (index);

  return g_steal_pointer (&name);
}
