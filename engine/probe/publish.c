/* SPDX-License-Identifier: MIT */

/* How a probe's region comes to be, and how it is let go. */

#include "engine/probe/probe-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define UUID_TEXT_BYTES 37
#define FILE_NAME_BYTES (HR_REGION_NAME_BYTES + 16 + UUID_TEXT_BYTES + 16)

/* Returns the process's start in clock ticks since boot, 0 where /proc does not say. */
static uint64_t
process_start_time (void)
{
  char               text[1024];
  int                fd = open ("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  ssize_t            length = fd < 0 ? -1 : read (fd, text, sizeof text - 1);
  unsigned long long start = 0;
  const char        *field;

  if (fd >= 0)
    close (fd);
  if (length <= 0)
    return 0;

  /* The program's name is field 2, in parentheses, and may hold anything: fields count from the last ')'. */
  text[length] = '\0';
  field = strrchr (text, ')');
  for (int i = 2; field != NULL && i < 22; i++)
    field = strchr (field + 1, ' ');

  return field != NULL && sscanf (field, " %llu", &start) == 1 ? start : 0;
}

/* As the header has room for: anything longer is no longer small. */
static uint16_t
picoseconds (double ns)
{
  return ns * 1000 < UINT16_MAX ? (uint16_t) (ns * 1000) : UINT16_MAX;
}

static bool
fill_identity (HrRegionHeader *header)
{
  const HrTickClock *clock = hr_tick_clock_get ();
  const HrCost      *cost = hr_cost_get ();
  HrTickMoment       started;

  if (getrandom (header->uuid, sizeof header->uuid, 0) != (ssize_t) sizeof header->uuid)
    return false;

  /* RFC 4122, version 4. */
  header->uuid[6] = (uint8_t) ((header->uuid[6] & 0x0f) | 0x40);
  header->uuid[8] = (uint8_t) ((header->uuid[8] & 0x3f) | 0x80);
  header->pid = (uint32_t) getpid ();
  header->pid_start_time = process_start_time ();
  header->tick_source = clock->source;
  header->tick_scale = clock->scale;
  header->record_ns = cost->record_ns;
  header->count_ps = picoseconds (cost->count_ns);
  header->skip_ps = picoseconds (cost->skip_ns);
  started = hr_tick_moment_now (clock->source);
  header->started_ticks = started.ticks;
  header->started_monotonic = started.monotonic_ns;
  header->started_realtime = hr_clock_realtime ();
  header->control = HR_CONTROL_SAMPLING;

  return true;
}

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

/* Writes the metrics and categories that the probe has: a fresh one has none, a forked child's has its parent's. */
static void
fill_tables (const HrProbe  *self,
             HrRegionHeader *region)
{
  memcpy ((char *) region + HR_LAYOUT_METRICS_OFFSET, self->metrics, self->n_metrics * sizeof self->metrics[0]);
  memcpy ((char *) region + HR_LAYOUT_CATEGORIES_OFFSET, self->categories, self->n_categories * sizeof self->categories[0]);
  __atomic_store_n (&region->n_metrics, self->n_metrics, __ATOMIC_RELEASE);
  __atomic_store_n (&region->n_categories, self->n_categories, __ATOMIC_RELEASE);
}

/* Makes @region the probe's. Other threads of a forked child may be recording already; until now they found the switch in
 * self->nothing, from now on they use the region: it cannot be taken back. */
static void
adopt (HrProbe        *self,
       HrRegionHeader *region)
{
  __atomic_store_n (&self->hot.header, region, __ATOMIC_RELEASE);
  self->region_bytes = HR_LAYOUT_REGION_BYTES;
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
  fill_tables (self, region);
  if (renameat (folder_fd, unfinished, folder_fd, name) < 0)
    {
      munmap (region, HR_LAYOUT_REGION_BYTES);
      return false;
    }
  adopt (self, region);

  return true;
}

/* Makes the region's file in the folder (@folder is its path, for @self's path) and maps it. self->nothing.name is the program's
 * name. Returns false with self->error set and nothing left behind. */
bool
hr_publish_file (HrProbe    *self,
                 const char *folder,
                 int         folder_fd)
{
  HrRegionHeader header = { 0 };
  char           name[FILE_NAME_BYTES];
  char           unfinished[FILE_NAME_BYTES + 8];

  memcpy (header.name, self->nothing.name, sizeof header.name);
  hr_layout_fill (&header);
  if (!fill_identity (&header))
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

/* Gives the probe a region that nobody outside the process sees. Returns false with self->error set. */
bool
hr_publish_memory (HrProbe *self)
{
  HrRegionHeader *header = mmap (NULL, HR_LAYOUT_REGION_BYTES, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (header == MAP_FAILED)
    return hr_probe_fail (self, "no memory for a region", errno), false;

  memcpy (header->name, self->nothing.name, sizeof header->name);
  hr_layout_fill (header);
  fill_identity (header);
  header->control = HR_CONTROL_SAMPLING;
  fill_tables (self, header);
  adopt (self, header);

  return true;
}

/* Lets go of the region and leaves a no-op. The file stays for its readers; with @stamp its time of change says when. The lock ends
 * with the last descriptor and mapping of our open file, so that a forked child which drops its share ends nothing. */
void
hr_publish_drop (HrProbe *self,
                 bool     stamp)
{
  if (self->region_bytes > 0)
    munmap (self->hot.header, self->region_bytes);
  if (owns_descriptor (self))
    {
      if (stamp)
        futimens (self->fd, NULL);
      close (self->fd);
    }

  __atomic_store_n (&self->hot.header, &self->nothing, __ATOMIC_RELAXED);
  self->region_bytes = 0;
  self->fd = -1;
  free (self->path);
  self->path = NULL;
}
