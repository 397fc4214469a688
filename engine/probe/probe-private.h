/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/probe/probe.h"

#include <sys/types.h>

struct _HrProbe
{
  HrProbeHot hot; /* first: record.h knows where it stands */

  /* Owned; changed under hr_probe_lock (). What the region says is never read back: others can write it. */
  HrProbe         *next;
  char            *folder;
  char            *path;
  size_t           region_bytes; /* 0: nothing is mapped */
  int              fd;           /* holds the lock; -1 for anonymous memory */
  dev_t            device;
  ino_t            inode;
  bool             in_memory; /* on purpose: only an agent inside the program reads it */
  bool             forked;    /* the child's own region is made with its first record */
  uint32_t         n_metrics;
  uint32_t         n_categories;
  uint32_t         n_lanes;
  uint32_t         releases; /* lanes given back so far, + 1 */
  HrRegionMetric   metrics[HR_REGION_METRICS];
  HrRegionCategory categories[HR_REGION_CATEGORIES];
  HrLane          *lanes[HR_REGION_LANES]; /* owned */

  HrProbeCleanupFunc cleanup;
  void              *cleanup_data;
  uint32_t           cleanups_answered;

  char           error[200]; /* empty: none */
  HrRegionHeader nothing;    /* what a no-op counts in */
};

void            hr_probe_lock (void);
void            hr_probe_unlock (void);
HrProbe        *hr_probe_of_serial (uint64_t serial);
HrMetric        hr_probe_place_metric (HrProbe              *self,
                                       const HrRegionMetric *metric);
void            hr_probe_publish (HrProbe *self);
HrRegionHeader *hr_probe_own_region (HrProbe *self);
void            hr_probe_fail (HrProbe    *self,
                               const char *what,
                               int         error);

bool hr_publish_fill_identity (HrRegionHeader *header);
void hr_publish_fill_tables (const HrProbe  *self,
                             HrRegionHeader *region);
void hr_publish_adopt (HrProbe        *self,
                       HrRegionHeader *region);
bool hr_publish_memory (HrProbe *self);
void hr_publish_drop (HrProbe *self,
                      bool     stamp);

/* Of regions in files: publish-file.c, and no-files.c where there are none. */
char *hr_publish_choose_folder (const char *folder);
void  hr_publish_in_folder (HrProbe *self);
bool  hr_publish_reserve (HrProbe *self,
                          uint64_t offset,
                          uint64_t bytes);
void  hr_publish_leave_file (HrProbe *self,
                             bool     stamp);

HrLane *hr_lane_find (HrProbe *self);

/* What recording costs, in nanoseconds. */
typedef struct
{
  double record_ns; /* a timed record: begin and end */
  double count_ns;
  double skip_ns; /* a scope that is left out because one of several is measured */
} HrCost;

const HrCost *hr_cost_get (void);
