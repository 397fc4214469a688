/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Loaded before a program (LD_PRELOAD), has its syncs fail with EIO while the file that $HEADROOM_FAIL_SYNC names is there. */

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int fsync (int fd);
int fdatasync (int fd);

static int
sync_or_fail (long call,
              int  fd)
{
  const char *switched = getenv ("HEADROOM_FAIL_SYNC");

  if (switched != NULL && access (switched, F_OK) == 0)
    {
      errno = EIO;
      return -1;
    }

  return (int) syscall (call, fd);
}

int
fsync (int fd)
{
  return sync_or_fail (SYS_fsync, fd);
}

int
fdatasync (int fd)
{
  return sync_or_fail (SYS_fdatasync, fd);
}
