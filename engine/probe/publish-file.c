/* SPDX-License-Identifier: MIT */

/* How a probe's region comes to be in a file that other processes read. Linux's: see base/platform.h. */

#include "engine/base/platform.h"

#if HR_PLATFORM_REGION_FILES

#include "engine/probe/folder.h"
#include "engine/probe/probe-private.h"
#include "engine/probe/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define UUID_TEXT_BYTES 37
#define FILE_NAME_BYTES (HR_REGION_NAME_BYTES + 16 + UUID_TEXT_BYTES + 16)

/* Writes "NAME-PID-UUID.region" to @out, of FILE_NAME_BYTES. A name cannot lead out of the folder or hide the file. */
static void
write_file_name (const HrRegionHeader *header,
                 char                 *out)
{
  char   uuid[UUID_TEXT_BYTES];
  size_t used = 0;

  for (size_t i = 0; i < sizeof header->uuid; i++)
    used += (size_t) snprintf (uuid + used, sizeof uuid - used, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
                               (unsigned) header->uuid[i]);

  snprintf (out, FILE_NAME_BYTES, "%s-%u-%s" HR_REGION_SUFFIX, header->name, header->pid, uuid);
  for (char *c = out; *c != '\0'; c++)
    if (*c == '/' || (c == out && *c == '.'))
      *c = '_';
}

/* Returns whether the descriptor is still the one we opened: a program that closes all its descriptors may have
 * given the number to another file by now. */
static bool
owns_descriptor (const HrProbe *self)
{
  struct stat info;

  return self->fd >= 0 && fstat (self->fd, &info) == 0 &&
         info.st_dev == self->device && info.st_ino == self->inode;
}

/* Reserves @bytes at @offset of the region, so that touching them cannot fail later. Returns false with errno. */
bool
hr_publish_reserve (HrProbe *self,
                    uint64_t offset,
                    uint64_t bytes)
{
  int error;

  if (self->fd < 0)
    return true;
  if (!owns_descriptor (self))
    {
      errno = EBADF;
      return false;
    }

  do
    error = posix_fallocate (self->fd, (off_t) offset, (off_t) bytes);
  while (error == EINTR);
  errno = error;

  return error == 0;
}

/* Returns whether a file may have @bytes; beyond its limit a process would get SIGXFSZ. */
static bool
file_may_have (uint64_t bytes)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= bytes;
}

/* Opens the new file on a descriptor above the standard ones: a daemon may have closed those, and what it prints must
 * not land here. */
static int
create_file (int         folder_fd,
             const char *name)
{
  int fd = openat (folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  int moved;

  if (fd < 0 || fd > STDERR_FILENO)
    return fd;

  moved = fcntl (fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  close (fd);

  return moved;
}

/* Gives the fresh file its lock, size and first pages, and maps it. Returns MAP_FAILED with errno on failure. */
static HrRegionHeader *
set_up_file (HrProbe *self)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  struct stat  info;

  if (fstat (self->fd, &info) < 0 || fchmod (self->fd, 0600) < 0)
    return MAP_FAILED;
  self->device = info.st_dev;
  self->inode = info.st_ino;

  if (fcntl (self->fd, F_OFD_SETLK, &lock) < 0 ||
      ftruncate (self->fd, (off_t) HR_LAYOUT_REGION_BYTES) < 0 ||
      !hr_publish_reserve (self, 0, HR_LAYOUT_LANES_OFFSET))
    return MAP_FAILED;

  return mmap (NULL, HR_LAYOUT_REGION_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);
}

/* The region shows up under its name only when it is complete. */
static bool
fill_and_rename (HrProbe              *self,
                 const HrRegionHeader *header,
                 int                   folder_fd,
                 const char           *unfinished,
                 const char           *name)
{
  HrRegionHeader *region = set_up_file (self);

  if (region == MAP_FAILED)
    return false;

  memcpy (region, header, sizeof *header);
  hr_publish_fill_tables (self, region);
  if (renameat (folder_fd, unfinished, folder_fd, name) < 0)
    {
      munmap (region, HR_LAYOUT_REGION_BYTES);
      return false;
    }
  hr_publish_adopt (self, region);

  return true;
}

/* Makes the region's file in the folder (@folder is its path, for @self's path) and maps it. self->nothing.name is the program's
 * name. Returns false with self->error set and nothing left behind. */
static bool
publish_file (HrProbe    *self,
              const char *folder,
              int         folder_fd)
{
  HrRegionHeader header = { 0 };
  char           name[FILE_NAME_BYTES];
  char           unfinished[FILE_NAME_BYTES + 8];

  memcpy (header.name, self->nothing.name, sizeof header.name);
  hr_layout_fill (&header);
  if (!hr_publish_fill_identity (&header))
    return hr_probe_fail (self, "no random numbers for the region's identity", errno), false;
  if (!file_may_have (HR_LAYOUT_REGION_BYTES))
    return hr_probe_fail (self, "the process's file size limit is below a region's size", 0), false;

  write_file_name (&header, name);
  snprintf (unfinished, sizeof unfinished, "%s.new", name);
  self->fd = create_file (folder_fd, unfinished);
  if (self->fd < 0)
    return hr_probe_fail (self, "the region cannot be created", errno), false;

  if (asprintf (&self->path, "%s/%s", folder, name) < 0)
    self->path = NULL;
  if (self->path == NULL || !fill_and_rename (self, &header, folder_fd, unfinished, name))
    {
      hr_probe_fail (self, "no region", errno);
      unlinkat (folder_fd, unfinished, 0);
      hr_publish_drop (self, false);
      return false;
    }

  return true;
}

/* Returns where regions go, for free (): @folder, or the runtime folder where it is NULL. NULL where that is too long, or without memory. */
char *
hr_publish_choose_folder (const char *folder)
{
  char runtime[PATH_MAX];

  if (folder == NULL && hr_region_folder (runtime, sizeof runtime))
    folder = runtime;

  return folder != NULL ? strdup (folder) : NULL;
}

/* Makes the region in the probe's folder. Where that cannot be had it is memory that nobody reads. */
void
hr_publish_in_folder (HrProbe *self)
{
  int fd = self->folder == NULL ? -1 : hr_folder_open (self->folder);

  if (fd < 0)
    {
      hr_probe_fail (self, "not published, no folder for regions", self->folder == NULL ? ENAMETOOLONG : errno);
      hr_publish_memory (self);
      return;
    }

  publish_file (self, self->folder, fd);
  close (fd);
}

/* Lets go of the region's file, where it is one; with @stamp its time of change says when. */
void
hr_publish_leave_file (HrProbe *self,
                       bool     stamp)
{
  if (!owns_descriptor (self))
    return;

  if (stamp)
    futimens (self->fd, NULL);
  close (self->fd);
}

#endif
