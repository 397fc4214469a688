/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/lent.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

/* SQLite follows no link that is put in a file's place while it opens it: it has resolved them all before. The portal's file system takes every file
 * that is there for such a link. So where the refusal is of what is no link, it is opened without that flag, and has to be the very file then. */
static int
open_lent (const char *path,
           int         flags,
           int         mode)
{
  struct stat before, opened;
  int         fd = open (path, flags, mode);

  if (fd >= 0 || errno != ELOOP || (flags & O_NOFOLLOW) == 0)
    return fd;
  if (lstat (path, &before) != 0 || !S_ISREG (before.st_mode))
    {
      errno = ELOOP;
      return -1;
    }

  fd = open (path, flags & ~(O_NOFOLLOW | O_CREAT | O_TRUNC), mode);
  if (fd < 0 || (fstat (fd, &opened) == 0 && opened.st_ino == before.st_ino && opened.st_dev == before.st_dev))
    return fd;

  close (fd);
  errno = ELOOP;

  return -1;
}

static gpointer
admit (gpointer unused)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find ("unix");

  if (vfs != NULL && vfs->iVersion >= 3)
    vfs->xSetSystemCall (vfs, "open", (sqlite3_syscall_ptr) open_lent);

  return NULL;
}

/* Lets SQLite open files on the portal's file system; whoever calls it again changes nothing. To be called before the first file is opened. */
void
hr_store_admit_lent_files (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, admit, NULL);
}
