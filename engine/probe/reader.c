/* SPDX-License-Identifier: MIT */

#include "engine/probe/reader.h"

#include "engine/base/units.h"
#include "engine/probe/guard.h"
#include "engine/probe/layout.h"
#include "engine/probe/text.h"
#include "engine/probe/words.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Records copied at once, before it is asked whether the writer has overtaken them. */
#define CHUNK_RECORDS 256u

/* How often a lane's totals are copied anew while its thread records in between. */
#define TOTALS_TRIES 64

struct _HrRegionReader
{
  HrRegionHeader  header; /* checked once; the file's own is only read for what changes */
  HrRegionHeader *shared; /* the mapping; its first page alone is writable */
  HrGuard        *guard;
  int             fd;
  uint64_t       *cursors; /* a lane's records that were delivered or lost */
  uint64_t        lost;
};

/* Returns what a status means, for people; never NULL. */
const char *
hr_region_status_text (HrRegionStatus status)
{
  static const char *const texts[HR_N_REGION_STATUSES] = {
    [HR_REGION_OK] = "fine",
    [HR_REGION_ERROR_OPEN] = "the region cannot be opened",
    [HR_REGION_ERROR_FOREIGN] = "not a private file of this user",
    [HR_REGION_ERROR_MAGIC] = "not a region",
    [HR_REGION_ERROR_ABI] = "a region of another version",
    [HR_REGION_ERROR_LAYOUT] = "the region's header contradicts itself",
    [HR_REGION_ERROR_CUT] = "the region was cut short",
  };

  return (unsigned) status < HR_N_REGION_STATUSES ? texts[status] : "unknown";
}

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

/* Opens the region at @path to follow it. Records that were written before are delivered by the first hr_region_reader_drain () as far as the rings
 * still hold them. Returns HR_REGION_OK with *out for hr_region_reader_close (), else the reason with *out untouched; errno tells more
 * about HR_REGION_ERROR_OPEN. */
HrRegionStatus
hr_region_reader_open (const char      *path,
                       HrRegionReader **out)
{
  HrRegionReader *self = calloc (1, sizeof *self);
  HrRegionStatus  status;
  char            name[HR_REGION_NAME_BYTES];
  int             error;

  if (self == NULL)
    return HR_REGION_ERROR_OPEN;

  status = read_header (self, path);
  if (status == HR_REGION_OK)
    {
      self->cursors = calloc (self->header.lanes_max, sizeof *self->cursors);
      if (self->cursors == NULL || !map_region (self))
        status = HR_REGION_ERROR_OPEN;
    }

  if (status != HR_REGION_OK)
    {
      error = errno;
      hr_region_reader_close (self);
      errno = error;
      return status;
    }

  memcpy (name, self->header.name, sizeof name);
  hr_text_copy (self->header.name, sizeof self->header.name, name, sizeof name);
  *out = self;

  return status;
}

/* Stops following; the region and its program notice nothing. NULL is allowed. */
void
hr_region_reader_close (HrRegionReader *self)
{
  if (self == NULL)
    return;

  hr_guard_remove (self->guard);
  if (self->shared != NULL)
    munmap (self->shared, (size_t) self->header.region_bytes);
  if (self->fd >= 0)
    close (self->fd);
  free (self->cursors);
  free (self);
}

/* Returns the header as it was at opening, its name closed by a NUL and valid UTF-8; what changes with time (control, counts)
 * has functions of its own. Owned by the reader. */
const HrRegionHeader *
hr_region_reader_header (const HrRegionReader *self)
{
  return &self->header;
}

/* Returns HR_REGION_OK, or HR_REGION_ERROR_CUT once the file has become shorter than it was at opening; that is for ever. */
HrRegionStatus
hr_region_reader_status (HrRegionReader *self)
{
  struct stat info;

  if (hr_guard_cut (self->guard) || fstat (self->fd, &info) < 0 || (uint64_t) info.st_size < self->header.region_bytes)
    return HR_REGION_ERROR_CUT;

  return HR_REGION_OK;
}

/* Returns whether the program still holds its region: its lock ends with it, however it ends. */
bool
hr_region_reader_alive (HrRegionReader *self)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  return fcntl (self->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static uint32_t
at_most (uint32_t value,
         uint32_t limit)
{
  return value < limit ? value : limit;
}

/* Returns how many metrics the program has registered by now; 0 for a region cut short. */
uint32_t
hr_region_reader_n_metrics (HrRegionReader *self)
{
  uint32_t n_metrics = __atomic_load_n (&self->shared->n_metrics, __ATOMIC_ACQUIRE);

  return hr_guard_cut (self->guard) ? 0 : at_most (n_metrics, self->header.metrics_max);
}

/* Copies metric @metric's entry to @out, its name closed by a NUL, not empty and valid UTF-8, its kind, unit and direction within their enumerations.
 * Returns false, with @out untouched, where there is no such metric or its entry is none. */
bool
hr_region_reader_metric (HrRegionReader *self,
                         uint32_t        metric,
                         HrRegionMetric *out)
{
  const HrRegionMetric *table = (const HrRegionMetric *) ((const char *) self->shared + self->header.metrics_offset);
  HrRegionMetric        raw, copy;

  if (metric >= hr_region_reader_n_metrics (self))
    return false;

  hr_words_copy (&raw, &table[metric], sizeof raw);
  copy = raw;
  hr_text_copy (copy.name, sizeof copy.name, raw.name, sizeof raw.name);
  if (hr_region_reader_status (self) != HR_REGION_OK || copy.name[0] == '\0' ||
      copy.kind >= HR_N_KINDS || copy.unit >= HR_N_UNITS || copy.direction >= HR_N_DIRECTIONS)
    return false;

  *out = copy;

  return true;
}

static const HrRegionLane *
lane_at (const HrRegionReader *self,
         uint32_t              index)
{
  return (const HrRegionLane *) ((const char *) self->shared + self->header.lanes_offset + index * self->header.lane_bytes);
}

static uint32_t
count_lanes (const HrRegionReader *self)
{
  return at_most (__atomic_load_n (&self->shared->n_lanes, __ATOMIC_ACQUIRE), self->header.lanes_max);
}

/* Copies the @n records behind the first @first of a lane. */
static void
copy_records (const HrRegionReader *self,
              const HrRegionLane   *lane,
              uint64_t              first,
              uint32_t              n,
              HrRegionRecord       *out)
{
  const HrRegionRecord *ring = (const HrRegionRecord *) ((const char *) lane + self->header.records_offset);

  for (uint32_t i = 0; i < n; i++)
    hr_words_copy (&out[i], &ring[(first + i) & (self->header.lane_records - 1)], sizeof *out);
}

/* Delivers what is whole of @n copied records, and counts the rest as lost. @overtaken is how many of the lane's records were being
 * written over, at the latest, while we copied: in the header's words, record i (the first is 1) stays where i > reserve - lane_records. */
static uint64_t
deliver (HrRegionReader       *self,
         const HrRegionRecord *records,
         uint64_t              first,
         uint32_t              n,
         uint64_t              overtaken,
         HrRegionRecordFunc    record,
         void                 *user_data)
{
  uint32_t n_metrics = hr_region_reader_n_metrics (self);
  uint64_t delivered = 0;

  for (uint32_t i = 0; i < n; i++)
    {
      if (first + i < overtaken || records[i].metric >= n_metrics || records[i].weight == 0 || !isfinite (records[i].value))
        continue;
      record (&records[i], user_data);
      delivered++;
    }
  self->lost += n - delivered;

  return delivered;
}

/* How many of a lane's records are written over, or about to be, with @reserve records begun. */
static uint64_t
overtaken_by (const HrRegionReader *self,
              uint64_t              reserve)
{
  return reserve > self->header.lane_records ? reserve - self->header.lane_records : 0;
}

/* Delivers what lane @index holds up to now, in chunks. The end is fixed at the beginning: a fast writer does not keep us here. */
static uint64_t
drain_lane (HrRegionReader    *self,
            uint32_t           index,
            HrRegionRecordFunc record,
            void              *user_data)
{
  const HrRegionLane *lane = lane_at (self, index);
  HrRegionRecord      chunk[CHUNK_RECORDS];
  uint64_t            end = __atomic_load_n (&lane->commit, __ATOMIC_ACQUIRE);
  uint64_t            delivered = 0;
  uint64_t           *cursor = &self->cursors[index];

  if (end > *cursor && end - *cursor > self->header.lane_records)
    {
      self->lost += end - self->header.lane_records - *cursor;
      *cursor = end - self->header.lane_records;
    }

  while (*cursor < end)
    {
      uint32_t n = at_most (CHUNK_RECORDS, (uint32_t) (end - *cursor));
      uint64_t reserve;

      copy_records (self, lane, *cursor, n, chunk);
      __atomic_thread_fence (__ATOMIC_ACQUIRE);
      reserve = hr_word_load (&lane->reserve);
      if (hr_region_reader_status (self) != HR_REGION_OK)
        break;

      delivered += deliver (self, chunk, *cursor, n, overtaken_by (self, reserve), record, user_data);
      *cursor += n;
    }

  return delivered;
}

/* Delivers every record that came since the last call, lane by lane, each lane's oldest first. Returns how many; those that were
 * written over before we came, or are no records, are counted by hr_region_reader_lost (). Every record of the program is
 * either delivered or lost, once. A region cut short delivers nothing more. */
uint64_t
hr_region_reader_drain (HrRegionReader    *self,
                        HrRegionRecordFunc record,
                        void              *user_data)
{
  uint32_t n_lanes = count_lanes (self);
  uint64_t delivered = 0;

  for (uint32_t i = 0; i < n_lanes && hr_region_reader_status (self) == HR_REGION_OK; i++)
    delivered += drain_lane (self, i, record, user_data);

  return delivered;
}

/* Returns how many records hr_region_reader_drain () came too late for, in all. */
uint64_t
hr_region_reader_lost (const HrRegionReader *self)
{
  return self->lost;
}

/* Copies a lane's totals of one metric, all from one moment between two records. A program that ended within a record leaves
 * its lane so for ever: then the copy stands as it is, with that one record counted in part. Returns false where the lane was never at rest. */
static bool
copy_totals (HrRegionReader     *self,
             const HrRegionLane *lane,
             uint32_t            metric,
             HrRegionTotals     *out)
{
  const HrRegionTotals *totals = (const HrRegionTotals *) (lane + 1) + metric;

  for (int i = 0; i < TOTALS_TRIES; i++)
    {
      uint64_t commit = __atomic_load_n (&lane->commit, __ATOMIC_ACQUIRE);

      hr_words_copy (out, totals, sizeof *out);
      __atomic_thread_fence (__ATOMIC_ACQUIRE);
      if (hr_word_load (&lane->reserve) == commit)
        return true;
    }

  /* The last copy may be older than the end of the program. */
  if (hr_region_reader_alive (self))
    return false;
  hr_words_copy (out, totals, sizeof *out);

  return true;
}

/* Adds one lane's totals. Those with a number that is none would spoil the others. */
static void
merge_totals (HrRegionTotals       *into,
              const HrRegionTotals *lane)
{
  into->refused += lane->refused;
  if (lane->count == 0 || !isfinite (lane->sum) || !isfinite (lane->min) || !isfinite (lane->max) || !isfinite (lane->last))
    return;

  if (into->count == 0 || lane->min < into->min)
    into->min = lane->min;
  if (into->count == 0 || lane->max > into->max)
    into->max = lane->max;
  if (into->count == 0 || lane->last_time >= into->last_time)
    {
      into->last = lane->last;
      into->last_time = lane->last_time;
    }
  into->count += lane->count;
  into->sum += lane->sum;
  for (uint32_t i = 0; i < HR_N_BUCKETS; i++)
    into->buckets[i] += lane->buckets[i];
}

/* Writes what metric @metric has come to since the program began, over all lanes, to @out: durations in nanoseconds, other kinds in
 * the metric's unit. Returns false, with @out untouched, where there is no such metric, the region is cut short, or a lane was
 * so busy that it could not be read whole: then the next interval has it all. */
bool
hr_region_reader_totals (HrRegionReader *self,
                         uint32_t        metric,
                         HrRegionTotals *out)
{
  uint32_t       n_lanes = count_lanes (self);
  HrRegionTotals sum = { 0 };
  HrRegionTotals lane;

  if (metric >= hr_region_reader_n_metrics (self))
    return false;

  for (uint32_t i = 0; i < n_lanes; i++)
    {
      if (!copy_totals (self, lane_at (self, i), metric, &lane))
        return false;
      merge_totals (&sum, &lane);
    }
  if (hr_region_reader_status (self) != HR_REGION_OK)
    return false;

  *out = sum;

  return true;
}

/* Returns how many of the program's records found no lane or no metric. */
uint64_t
hr_region_reader_unplaced (HrRegionReader *self)
{
  return hr_word_load (&self->shared->unplaced);
}

/* Makes the program record, or not. It holds for every reader of the region and stays when this one closes. */
void
hr_region_reader_set_sampling (HrRegionReader *self,
                               bool            sampling)
{
  if (sampling)
    __atomic_fetch_or (&self->shared->control, HR_CONTROL_SAMPLING, __ATOMIC_RELAXED);
  else
    __atomic_fetch_and (&self->shared->control, ~HR_CONTROL_SAMPLING, __ATOMIC_RELAXED);
}

/* Returns whether the program records at the moment. */
bool
hr_region_reader_get_sampling (HrRegionReader *self)
{
  return (__atomic_load_n (&self->shared->control, __ATOMIC_RELAXED) & HR_CONTROL_SAMPLING) != 0;
}

/* Tells the program at which interval it is read, in milliseconds; 0: not said. */
void
hr_region_reader_set_interval (HrRegionReader *self,
                               uint32_t        interval_ms)
{
  __atomic_store_n (&self->shared->interval_ms, interval_ms, __ATOMIC_RELAXED);
}

/* Asks the program to free what it can; it answers in hr_probe_poll (). */
void
hr_region_reader_request_cleanup (HrRegionReader *self)
{
  __atomic_fetch_add (&self->shared->cleanup_requests, 1, __ATOMIC_RELEASE);
}
