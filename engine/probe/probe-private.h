/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/region.h"
#include "engine/probe/probe.h"

#include <stdbool.h>
#include <sys/types.h>

/* A kind that no metric has: the place in the table is free. */
#define HR_PROBE_NO_KIND 0xffu

struct _HrProbe
{
  /* Read by every record. */
  HrRegionHeader *header; /* the region, or @nothing */
  uint64_t        serial; /* never used twice in a process: what a thread remembers its lane by */
  uint8_t         kinds[HR_REGION_METRICS];

  /* Owned; changed under hr_probe_lock (). What the region says is never read back: others can write it. */
  HrProbe       *next;
  char          *path;
  size_t         region_bytes; /* 0: nothing is mapped */
  int            fd;           /* holds the lock; -1 for anonymous memory */
  dev_t          device;
  ino_t          inode;
  uint32_t       n_metrics;
  uint32_t       n_lanes;
  uint32_t       releases; /* lanes given back so far, + 1 */
  HrRegionMetric metrics[HR_REGION_METRICS];

  HrProbeCleanupFunc cleanup;
  void              *cleanup_data;
  uint32_t           cleanups_answered;

  char           error[200]; /* empty: none */
  HrRegionHeader nothing;    /* what a no-op counts in */
};

/* The lane that this thread used last. */
typedef struct
{
  uint64_t      serial;
  HrRegionLane *lane;
} HrLaneCache;

extern _Thread_local HrLaneCache hr_lane_cache;

void     hr_probe_lock (void);
void     hr_probe_unlock (void);
HrProbe *hr_probe_of_serial (uint64_t serial);
void     hr_probe_fail (HrProbe    *self,
                        const char *what,
                        int         error);

bool hr_publish_file (HrProbe    *self,
                      const char *folder,
                      int         folder_fd);
bool hr_publish_memory (HrProbe *self);
bool hr_publish_reserve (HrProbe *self,
                         uint64_t offset,
                         uint64_t bytes);
void hr_publish_drop (HrProbe *self,
                      bool     stamp);

HrRegionLane *hr_lane_claim (HrProbe *self);
