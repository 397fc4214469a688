/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/units.h"
#include "engine/probe/guard.h"
#include "engine/probe/reader.h"
#include "engine/probe/words.h"

/* All of a lane's totals but the buckets, as one reading found them. */
typedef struct
{
  uint64_t words[offsetof (HrRegionTotals, buckets) / sizeof (uint64_t)];
} HrTotalsHead;

struct _HrRegionReader
{
  HrRegionHeader  header;  /* checked once; the file's own is only read for what changes */
  HrRegionHeader *shared;  /* the mapping; its first page alone is writable */
  HrGuard        *guard;   /* NULL: @shared is lent by this process's own probe */
  int             fd;      /* -1 likewise */
  uint64_t       *cursors; /* a lane's records that were delivered or lost */
  uint64_t        lost;
  HrTotalsHead  **heads;  /* a lane's, one a metric; NULL: its totals were never read */
  bool           *whole;  /* a metric's buckets held as many items as its heads counted */
  bool            counts; /* we can read the program's clock ourselves */
  HrTickMoment    anchor; /* on that clock and ours; records are told from here */
  double          ns_a_tick;
};

static inline uint32_t
hr_reader_at_most (uint32_t value,
                   uint32_t limit)
{
  return value < limit ? value : limit;
}

/* Returns how many lanes there are by now. */
static inline uint32_t
hr_reader_n_lanes (const HrRegionReader *self)
{
  return hr_reader_at_most (__atomic_load_n (&self->shared->n_lanes, __ATOMIC_ACQUIRE), self->header.lanes_max);
}

static inline const HrRegionLane *
hr_reader_lane (const HrRegionReader *self,
                uint32_t              index)
{
  return (const HrRegionLane *) ((const char *) self->shared + self->header.lanes_offset + index * self->header.lane_bytes);
}

static inline const HrRegionMetric *
hr_reader_metric (const HrRegionReader *self,
                  uint32_t              metric)
{
  return (const HrRegionMetric *) ((const char *) self->shared + self->header.metrics_offset) + metric;
}

bool hr_reader_make_tables (HrRegionReader *self);
void hr_reader_begin (HrRegionReader *self);

/* Of a region in a file: reader-file.c, and no-files.c where there are none. */
void hr_reader_file_close (HrRegionReader *self);
bool hr_reader_file_is_cut (HrRegionReader *self);
bool hr_reader_file_is_held (HrRegionReader *self);

void hr_reader_clock_begin (HrRegionReader *self);
void hr_reader_clock_follow (HrRegionReader *self);

bool hr_totals_add_lane (HrRegionTotals       *into,
                         const HrRegionLane   *lane,
                         uint32_t              metric,
                         const HrRegionTotals *shared,
                         bool                  is_time,
                         HrTotalsHead         *head);
