/* SPDX-License-Identifier: MIT */

#include "engine/base/platform.h"

#if HR_PLATFORM_REGION_FILES

#include "engine/probe/folder.h"
#include "engine/probe/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns the value of @variable where it is an absolute path, else NULL. A program that runs with raised rights does
 * not listen. */
static const char *
absolute_path_from (const char *variable)
{
  const char *path = secure_getenv (variable);

  return path != NULL && path[0] == '/' ? path : NULL;
}

/* Writes the path of the folder that holds this user's regions to @out, of @size bytes: $HEADROOM_RUNTIME_DIR, else
 * $XDG_RUNTIME_DIR/headroom, else /tmp/headroom-UID; a variable that is not an absolute path counts as unset. Neither
 * makes nor checks the folder. Returns false when @out is too small. */
bool
hr_region_folder (char  *out,
                  size_t size)
{
  const char *own = absolute_path_from ("HEADROOM_RUNTIME_DIR");
  const char *runtime = absolute_path_from ("XDG_RUNTIME_DIR");
  int         length;

  if (own != NULL)
    length = snprintf (out, size, "%s", own);
  else if (runtime != NULL)
    length = snprintf (out, size, "%s/headroom", runtime);
  else
    length = snprintf (out, size, "/tmp/headroom-%u", (unsigned) geteuid ());

  return length >= 0 && (size_t) length < size;
}

/* Makes the folder @path with mode 0700 where it is missing (not its parents) and opens it. The folder must be this
 * user's and writable for nobody else, and must not be a symbolic link: /tmp is everybody's. Returns a descriptor that
 * the caller closes, or -1 with errno: EPERM for a folder that cannot be trusted. */
int
hr_folder_open (const char *path)
{
  struct stat info;
  int         fd;

  if (mkdir (path, 0700) < 0 && errno != EEXIST)
    return -1;

  fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return -1;

  if (fstat (fd, &info) < 0 || info.st_uid != geteuid () || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    {
      close (fd);
      errno = EPERM;
      return -1;
    }

  return fd;
}

#endif
