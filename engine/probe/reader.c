/* SPDX-License-Identifier: MIT */

#include "engine/probe/reader-private.h"

#include "engine/probe/probe-private.h"
#include "engine/probe/text.h"

#include <stdlib.h>
#include <string.h>

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

/* Makes room for what the reader remembers of each lane and metric. Call it with the header in place. Returns false without memory. */
bool
hr_reader_make_tables (HrRegionReader *self)
{
  self->cursors = calloc (self->header.lanes_max, sizeof *self->cursors);
  self->heads = calloc (self->header.lanes_max, sizeof *self->heads);
  self->whole = calloc (self->header.metrics_max, sizeof *self->whole);

  return self->cursors != NULL && self->heads != NULL && self->whole != NULL;
}

/* Makes the header's name fit to be shown, and begins to count time. Call it with the header in place. */
void
hr_reader_begin (HrRegionReader *self)
{
  char name[HR_REGION_NAME_BYTES];

  memcpy (name, self->header.name, sizeof name);
  hr_text_copy (self->header.name, sizeof self->header.name, name, sizeof name);
  hr_reader_clock_begin (self);
}

/* Opens the region of this process's own @probe, which outlives the reader, wherever it is; the one in memory can only be read so. A forked
 * child opens its own, and has the inherited reader forget the parent's. Returns as hr_region_reader_open (): HR_REGION_ERROR_OPEN for
 * a probe that is a no-op. */
HrRegionStatus
hr_region_reader_open_own (HrProbe         *probe,
                           HrRegionReader **out)
{
  HrRegionHeader *region = hr_probe_own_region (probe);
  HrRegionReader *self = region != NULL ? calloc (1, sizeof *self) : NULL;

  if (self == NULL)
    return HR_REGION_ERROR_OPEN;

  self->fd = -1;
  self->shared = region;
  hr_words_copy (&self->header, region, sizeof self->header);
  if (!hr_reader_make_tables (self))
    {
      hr_region_reader_close (self);
      return HR_REGION_ERROR_OPEN;
    }

  hr_reader_begin (self);
  *out = self;

  return HR_REGION_OK;
}

/* Lets go of the own process's region: from now on the reader finds a program that has recorded nothing. For a forked child, whose probe has
 * given the parent's region up. */
void
hr_region_reader_forget (HrRegionReader *self)
{
  self->header.n_lanes = 0;
  self->header.n_metrics = 0;
  self->header.n_categories = 0;
  self->shared = &self->header;
}

/* Stops following; the region and its program notice nothing. NULL is allowed. */
void
hr_region_reader_close (HrRegionReader *self)
{
  if (self == NULL)
    return;

  if (self->fd >= 0)
    hr_reader_file_close (self);
  for (uint32_t i = 0; self->heads != NULL && i < self->header.lanes_max; i++)
    free (self->heads[i]);
  free (self->heads);
  free (self->whole);
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

/* Returns HR_REGION_OK, or HR_REGION_ERROR_CUT once the file has become shorter than it was at opening; that is for ever. Memory is
 * never cut. */
HrRegionStatus
hr_region_reader_status (HrRegionReader *self)
{
  return self->fd >= 0 && hr_reader_file_is_cut (self) ? HR_REGION_ERROR_CUT : HR_REGION_OK;
}

/* Returns whether the program still holds its region: its lock ends with it, however it ends. We always live. */
bool
hr_region_reader_alive (HrRegionReader *self)
{
  return self->fd < 0 || hr_reader_file_is_held (self);
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

/* Makes the program measure one of @stride scopes and values, chosen at random: 1, 2, 4, up to
 * 2^HR_CONTROL_STRIDE_LIMIT; a number between is rounded down. Counters, events and allocations are always whole. It
 * holds for every reader and stays when this one closes. */
void
hr_region_reader_set_stride (HrRegionReader *self,
                             uint32_t        stride)
{
  uint32_t bits = stride > 1 ? 31 - (uint32_t) __builtin_clz (stride) : 0;
  uint32_t before = __atomic_load_n (&self->shared->control, __ATOMIC_RELAXED);
  uint32_t after;

  if (bits > HR_CONTROL_STRIDE_LIMIT)
    bits = HR_CONTROL_STRIDE_LIMIT;
  do
    after = (before & HR_CONTROL_SAMPLING) | bits << HR_CONTROL_STRIDE_SHIFT;
  while (!__atomic_compare_exchange_n (&self->shared->control, &before, after, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

/* Returns of how many scopes and values the program measures one; 1: all. */
uint32_t
hr_region_reader_get_stride (HrRegionReader *self)
{
  uint32_t bits = __atomic_load_n (&self->shared->control, __ATOMIC_RELAXED) >> HR_CONTROL_STRIDE_SHIFT;

  return 1u << (bits < HR_CONTROL_STRIDE_LIMIT ? bits : HR_CONTROL_STRIDE_LIMIT);
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
