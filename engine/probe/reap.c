/* SPDX-License-Identifier: MIT */

#include "engine/base/platform.h"

#if HR_PLATFORM_REGION_FILES

#include "engine/probe/reader.h"

#include "engine/base/units.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
ends_with (const char *text,
           const char *end)
{
  size_t length = strlen (text);

  return length >= strlen (end) && strcmp (text + length - strlen (end), end) == 0;
}

static bool
is_past (const struct stat *info,
         uint64_t           now,
         uint64_t           grace)
{
  uint64_t changed = (uint64_t) info->st_mtim.tv_sec * HR_NS_PER_SECOND + (uint64_t) info->st_mtim.tv_nsec;

  return now >= changed && now - changed >= grace;
}

/* The path may have got another file since we opened it. */
static bool
is_file_at (const char        *path,
            const struct stat *info)
{
  struct stat now;

  return lstat (path, &now) == 0 && now.st_dev == info->st_dev && now.st_ino == info->st_ino;
}

/* Removes the region at @path when its program is gone and the file has not been touched by it (begun, given a lane,
 * closed) for @grace_ns before @now_realtime (ns since 1970). A damaged region goes the same way, and so does one that
 * was never finished (its name goes on with ".new"); a file of another user, or named otherwise, never does. Of several
 * that reap at once one succeeds: each needs the lock that the program would hold. Who wants the last records drains
 * them before. Returns whether this call removed the file. */
bool
hr_region_reap (const char *path,
                uint64_t    now_realtime,
                uint64_t    grace_ns)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  struct stat  info;
  bool         reaped;
  int          fd;

  if (!ends_with (path, HR_REGION_SUFFIX) && !ends_with (path, HR_REGION_SUFFIX ".new"))
    return false;

  fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return false;

  reaped = fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_uid == geteuid () &&
           is_past (&info, now_realtime, grace_ns) &&
           fcntl (fd, F_OFD_SETLK, &lock) == 0 &&
           is_file_at (path, &info) && unlink (path) == 0;
  close (fd);

  return reaped;
}

#endif
