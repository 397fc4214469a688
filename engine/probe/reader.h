/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

  /* Follows the region of another process without stopping it. Nothing in the file is trusted: the
   * header is validated against fstat and copied, and a file cut short after mapping reads as
   * HR_REGION_ERROR_CUT, not as SIGBUS. Not thread safe: one reader, one thread. */
  typedef struct _HrRegionReader HrRegionReader;
  struct _HrProbe;

  typedef enum
  {
    HR_REGION_OK,
    HR_REGION_ERROR_OPEN,    /* cannot be opened; errno says why */
    HR_REGION_ERROR_FOREIGN, /* not a regular file of this user with mode 0600 */
    HR_REGION_ERROR_MAGIC,   /* not a region */
    HR_REGION_ERROR_ABI,     /* of another ABI version */
    HR_REGION_ERROR_LAYOUT,  /* the header contradicts itself or the file's size */
    HR_REGION_ERROR_CUT,     /* shorter than it says, or cut short after mapping */
    HR_N_REGION_STATUSES
  } HrRegionStatus;

  /* Called for each record, oldest first within its lane. */
  typedef void (*HrRegionRecordFunc) (const HrRegionRecord *record,
                                      void                 *user_data);

  const char *hr_region_status_text (HrRegionStatus status);

  /* Writes the runtime folder's path: $HEADROOM_RUNTIME_DIR, $XDG_RUNTIME_DIR/headroom, /tmp/headroom-UID. */
  bool hr_region_folder (char  *out,
                         size_t size);

  HrRegionStatus hr_region_reader_open (const char      *path,
                                        HrRegionReader **out);
  HrRegionStatus hr_region_reader_open_own (struct _HrProbe *probe,
                                            HrRegionReader **out);
  void           hr_region_reader_forget (HrRegionReader *self);
  void           hr_region_reader_close (HrRegionReader *self);

  const HrRegionHeader *hr_region_reader_header (const HrRegionReader *self);
  HrRegionStatus        hr_region_reader_status (HrRegionReader *self);
  bool                  hr_region_reader_alive (HrRegionReader *self);
  uint32_t              hr_region_reader_n_metrics (HrRegionReader *self);
  bool                  hr_region_reader_metric (HrRegionReader *self,
                                                 uint32_t        metric,
                                                 HrRegionMetric *out);

  uint64_t hr_region_reader_drain (HrRegionReader    *self,
                                   HrRegionRecordFunc record,
                                   void              *user_data);
  uint64_t hr_region_reader_lost (const HrRegionReader *self);
  bool     hr_region_reader_totals (HrRegionReader *self,
                                    uint32_t        metric,
                                    HrRegionTotals *out);
  bool     hr_region_reader_moved (HrRegionReader *self,
                                   uint32_t        metric);
  uint32_t hr_region_reader_n_categories (HrRegionReader *self);
  bool     hr_region_reader_category (HrRegionReader   *self,
                                      uint32_t          category,
                                      HrRegionCategory *out);
  bool     hr_region_reader_usage (HrRegionReader *self,
                                   uint32_t        category,
                                   HrRegionUsage  *out);
  uint64_t hr_region_reader_written (HrRegionReader *self);
  uint64_t hr_region_reader_skipped (HrRegionReader *self);
  uint64_t hr_region_reader_unplaced (HrRegionReader *self);
  uint64_t hr_region_reader_time (const HrRegionReader *self,
                                  uint64_t              ticks);

  void     hr_region_reader_set_sampling (HrRegionReader *self,
                                          bool            sampling);
  bool     hr_region_reader_get_sampling (HrRegionReader *self);
  uint32_t hr_region_reader_get_stride (HrRegionReader *self);
  void     hr_region_reader_set_stride (HrRegionReader *self,
                                        uint32_t        stride);
  void     hr_region_reader_set_interval (HrRegionReader *self,
                                          uint32_t        interval_ms);
  void     hr_region_reader_request_cleanup (HrRegionReader *self);

  bool hr_region_reap (const char *path,
                       uint64_t    now_realtime,
                       uint64_t    grace_ns);

#ifdef __cplusplus
}
#endif
