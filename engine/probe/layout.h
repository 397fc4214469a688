/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/region.h"
#include "engine/probe/reader.h"

#ifdef __cplusplus
extern "C"
{
#endif

#define HR_LAYOUT_ALIGN(bytes) (((bytes) + HR_REGION_PAGE - 1) / HR_REGION_PAGE * HR_REGION_PAGE)

/* What this version writes, as constants: a record needs no load to find its place. */
#define HR_LAYOUT_METRICS_OFFSET HR_LAYOUT_ALIGN ((uint64_t) sizeof (HrRegionHeader))
#define HR_LAYOUT_CATEGORIES_OFFSET (HR_LAYOUT_METRICS_OFFSET + HR_REGION_METRICS * (uint64_t) sizeof (HrRegionMetric))
#define HR_LAYOUT_LANES_OFFSET HR_LAYOUT_ALIGN (HR_LAYOUT_CATEGORIES_OFFSET + HR_REGION_CATEGORIES * sizeof (HrRegionCategory))
#define HR_LAYOUT_USAGE_OFFSET ((uint64_t) sizeof (HrRegionLane))
#define HR_LAYOUT_TOTALS_OFFSET HR_LAYOUT_ALIGN (HR_LAYOUT_USAGE_OFFSET + HR_REGION_CATEGORIES * sizeof (HrRegionUsage))
#define HR_LAYOUT_RECORDS_OFFSET (HR_LAYOUT_TOTALS_OFFSET + HR_REGION_METRICS * (uint64_t) HR_REGION_TOTALS_BYTES)
#define HR_LAYOUT_LANE_BYTES HR_LAYOUT_ALIGN (HR_LAYOUT_RECORDS_OFFSET + HR_REGION_LANE_RECORDS * (uint64_t) sizeof (HrRegionRecord))
#define HR_LAYOUT_REGION_BYTES (HR_LAYOUT_LANES_OFFSET + HR_REGION_LANES * HR_LAYOUT_LANE_BYTES)

  void           hr_layout_fill (HrRegionHeader *header);
  HrRegionStatus hr_layout_check (const HrRegionHeader *header,
                                  uint64_t              file_bytes);

#ifdef __cplusplus
}
#endif
