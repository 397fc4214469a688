/* SPDX-License-Identifier: MIT */

/* A region in a file, of another process. Linux's: see base/platform.h. */

#include "engine/base/platform.h"

#if HR_PLATFORM_REGION_FILES

#include "engine/probe/layout.h"
#include "engine/probe/reader-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens the file and reads its header; the mapping is not touched before the header was judged. */
static HrRegionStatus
read_header (HrRegionReader *self,
             const char     *path)
{
  struct stat info;

  self->fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (self->fd < 0)
    return errno == ELOOP ? HR_REGION_ERROR_FOREIGN : HR_REGION_ERROR_OPEN;
  if (fstat (self->fd, &info) < 0)
    return HR_REGION_ERROR_OPEN;
  if (!S_ISREG (info.st_mode) || info.st_uid != geteuid () || (info.st_mode & 0777) != 0600)
    return HR_REGION_ERROR_FOREIGN;
  if (pread (self->fd, &self->header, sizeof self->header, 0) != (ssize_t) sizeof self->header)
    return HR_REGION_ERROR_CUT;

  return hr_layout_check (&self->header, (uint64_t) info.st_size);
}

/* Maps the region to be read, and its first page to be written: control stands there. */
static bool
map_region (HrRegionReader *self)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  size_t bytes = (size_t) self->header.region_bytes;
  size_t header_bytes = (sizeof (HrRegionHeader) + page - 1) / page * page;
  void  *memory = bytes == self->header.region_bytes ? mmap (NULL, bytes, PROT_READ, MAP_SHARED, self->fd, 0) : MAP_FAILED;

  if (memory == MAP_FAILED)
    return false;

  self->shared = memory;
  self->guard = hr_guard_add (memory, bytes);

  return self->guard != NULL && mprotect (memory, header_bytes, PROT_READ | PROT_WRITE) == 0;
}

/* Opens the region at @path to follow it. Records that were written before are delivered by the first
 * hr_region_reader_drain () as far as the rings still hold them. Returns HR_REGION_OK with *out for
 * hr_region_reader_close (), else the reason with *out untouched; errno tells more about HR_REGION_ERROR_OPEN. */
HrRegionStatus
hr_region_reader_open (const char      *path,
                       HrRegionReader **out)
{
  HrRegionReader *self = calloc (1, sizeof *self);
  HrRegionStatus  status;
  int             error;

  if (self == NULL)
    return HR_REGION_ERROR_OPEN;

  status = read_header (self, path);
  if (status == HR_REGION_OK && (!hr_reader_make_tables (self) || !map_region (self)))
    status = HR_REGION_ERROR_OPEN;

  if (status != HR_REGION_OK)
    {
      error = errno;
      hr_region_reader_close (self);
      errno = error;
      return status;
    }

  hr_reader_begin (self);
  *out = self;

  return status;
}

/* Takes the mapping down and closes the file. */
void
hr_reader_file_close (HrRegionReader *self)
{
  hr_guard_remove (self->guard);
  if (self->shared != NULL)
    munmap (self->shared, (size_t) self->header.region_bytes);
  close (self->fd);
}

/* Returns whether the file has become shorter than it was at opening. */
bool
hr_reader_file_is_cut (HrRegionReader *self)
{
  struct stat info;

  return hr_guard_cut (self->guard) || fstat (self->fd, &info) < 0 || (uint64_t) info.st_size < self->header.region_bytes;
}

/* Returns whether a program still has the file's lock. */
bool
hr_reader_file_is_held (HrRegionReader *self)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  return fcntl (self->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

#endif
