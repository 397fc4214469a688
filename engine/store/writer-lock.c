/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The lock is on a file of its own, "NAME-lock", beside the session. It cannot be on the session itself: closing any descriptor of a file
 * takes away all locks that SQLite holds on it in this process. The system gives it up when the process dies; what is left of the file
 * then stands in nobody's way. Readers do not ask for it. */

#include "engine/store/writer-lock.h"

#include "engine/store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

/* Returns (transfer full) the one path of the file at @path, whatever links lead to it, whether it is there yet or not. */
static char *
resolve (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *place = realpath (folder, NULL);
  char            *whole = realpath (path, NULL);

  return whole != NULL ? whole : g_build_filename (place != NULL ? place : folder, name, NULL);
}

/* Whether @fd is still what stands at @path: whoever gave up the lock has removed its file. */
static gboolean
is_at (int         fd,
       const char *path)
{
  struct stat opened, there;

  return fstat (fd, &opened) == 0 && lstat (path, &there) == 0 && opened.st_ino == there.st_ino && opened.st_dev == there.st_dev;
}

/* Whether @number is what flock () says where the file system has no locks. Not ENOLCK: that may pass, and others hold theirs meanwhile. */
static gboolean
is_for_want_of_locks (int number)
{
  return number == ENOSYS || number == EOPNOTSUPP;
}

/* @if_any: where the file system has no locks nobody can have it, and nothing is taken. */
static gboolean
take (HrWriterLock *self,
      const char   *path,
      gboolean      if_any,
      GError      **error)
{
  g_autofree char *resolved = resolve (path);
  g_autofree char *lock = g_strdup_printf ("%s-lock", resolved);
  int              fd;

  for (;;)
    {
      fd = open (lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
      if (fd < 0)
        return hr_store_fail_system (error, errno, path);
      if (flock (fd, LOCK_EX | LOCK_NB) != 0)
        {
          int number = errno;

          close (fd);
          if (is_for_want_of_locks (number))
            g_unlink (lock);
          if (is_for_want_of_locks (number) && if_any)
            return TRUE;
          return number == EWOULDBLOCK ? hr_store_fail (error, NULL, SQLITE_BUSY, path) : hr_store_fail_system (error, number, path);
        }
      if (is_at (fd, lock))
        break;
      close (fd);
    }

  self->path = g_steal_pointer (&lock);
  self->fd = fd;

  return TRUE;
}

/* Takes the right to write the session at @path, which need not be there. Returns FALSE with @error, HR_STORE_ERROR_BUSY when somebody
 * else has it. */
gboolean
hr_writer_lock_take (HrWriterLock *self,
                     const char   *path,
                     GError      **error)
{
  return take (self, path, FALSE, error);
}

/* hr_writer_lock_take () for whoever replaces the file at @path by a whole one, which does no harm where the file system has no locks: nobody can write
 * a session there. */
gboolean
hr_writer_lock_take_if_any (HrWriterLock *self,
                            const char   *path,
                            GError      **error)
{
  return take (self, path, TRUE, error);
}

/* Gives it up, if it was taken, and removes its file. */
void
hr_writer_lock_release (HrWriterLock *self)
{
  if (self->path == NULL)
    return;

  if (is_at (self->fd, self->path))
    g_unlink (self->path);
  close (self->fd);
  g_clear_pointer (&self->path, g_free);
  self->fd = -1;
}
