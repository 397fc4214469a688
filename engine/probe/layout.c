/* SPDX-License-Identifier: MIT */

#include "engine/probe/layout.h"

#include <stdbool.h>

_Static_assert((HR_REGION_LANE_RECORDS & (HR_REGION_LANE_RECORDS - 1)) == 0, "the ring's index is masked");

/* Writes the sizes and offsets of the regions that this version makes to @header, and nothing else. */
void
hr_layout_fill (HrRegionHeader *header)
{
  header->magic = HR_REGION_MAGIC;
  header->abi = HR_REGION_ABI;
  header->header_bytes = sizeof (HrRegionHeader);
  header->region_bytes = HR_LAYOUT_REGION_BYTES;
  header->n_buckets = HR_N_BUCKETS;
  header->metrics_max = HR_REGION_METRICS;
  header->categories_max = HR_REGION_CATEGORIES;
  header->lanes_max = HR_REGION_LANES;
  header->lane_records = HR_REGION_LANE_RECORDS;
  header->metrics_offset = HR_LAYOUT_METRICS_OFFSET;
  header->categories_offset = HR_LAYOUT_CATEGORIES_OFFSET;
  header->lanes_offset = HR_LAYOUT_LANES_OFFSET;
  header->lane_bytes = HR_LAYOUT_LANE_BYTES;
  header->usage_offset = HR_LAYOUT_USAGE_OFFSET;
  header->totals_offset = HR_LAYOUT_TOTALS_OFFSET;
  header->totals_bytes = HR_REGION_TOTALS_BYTES;
  header->records_offset = HR_LAYOUT_RECORDS_OFFSET;
}

static bool
counts_are_possible (const HrRegionHeader *header)
{
  return header->header_bytes == sizeof (HrRegionHeader) &&
         header->n_buckets == HR_N_BUCKETS &&
         header->metrics_max >= 1 && header->metrics_max <= HR_REGION_METRICS_LIMIT &&
         header->categories_max <= HR_REGION_CATEGORIES_LIMIT &&
         header->lanes_max >= 1 && header->lanes_max <= HR_REGION_LANES_LIMIT &&
         header->lane_records >= 1 && header->lane_records <= HR_REGION_LANE_RECORDS_LIMIT &&
         (header->lane_records & (header->lane_records - 1)) == 0;
}

/* Returns whether @bytes from @offset on end within @limit, whatever the numbers are. */
static bool
fits (uint64_t offset,
      uint64_t bytes,
      uint64_t limit)
{
  return offset <= limit && bytes <= limit - offset;
}

/* The clock is one that a reader can turn into nanoseconds. */
static bool
clock_is_possible (const HrRegionHeader *header)
{
  return header->tick_source < HR_N_TICK_SOURCES && header->tick_scale > 0 &&
         (header->tick_source != HR_TICKS_MONOTONIC || header->tick_scale == HR_TICK_SCALE_ONE) &&
         header->record_ns >= 0 && header->record_ns <= 1e9;
}

/* The counts are bounded before they are multiplied here, so no product overflows. */
static bool
tables_fit (const HrRegionHeader *header)
{
  uint64_t metrics_bytes = header->metrics_max * (uint64_t) sizeof (HrRegionMetric);
  uint64_t categories_bytes = header->categories_max * (uint64_t) sizeof (HrRegionCategory);

  return header->metrics_offset >= sizeof (HrRegionHeader) &&
         header->metrics_offset % 8 == 0 && header->categories_offset % 8 == 0 &&
         fits (header->metrics_offset, metrics_bytes, header->categories_offset) &&
         fits (header->categories_offset, categories_bytes, header->lanes_offset);
}

static bool
lane_fits (const HrRegionHeader *header)
{
  uint64_t usage_bytes = header->categories_max * (uint64_t) sizeof (HrRegionUsage);
  uint64_t records_bytes = header->lane_records * (uint64_t) sizeof (HrRegionRecord);

  return header->usage_offset >= sizeof (HrRegionLane) && header->usage_offset % 8 == 0 &&
         fits (header->usage_offset, usage_bytes, header->totals_offset) &&
         header->totals_offset % 8 == 0 && header->totals_bytes % 8 == 0 &&
         header->totals_bytes >= sizeof (HrRegionTotals) && header->totals_bytes <= UINT32_MAX &&
         fits (header->totals_offset, header->metrics_max * header->totals_bytes, header->records_offset) &&
         header->records_offset % 8 == 0 &&
         fits (header->records_offset, records_bytes, header->lane_bytes);
}

static bool
lanes_fit (const HrRegionHeader *header)
{
  return header->lanes_offset % HR_REGION_PAGE == 0 &&
         header->lane_bytes % HR_REGION_PAGE == 0 &&
         header->lane_bytes <= header->region_bytes / header->lanes_max &&
         fits (header->lanes_offset, header->lane_bytes * header->lanes_max, header->region_bytes);
}

/* Judges a header that was read from a file of @file_bytes. With HR_REGION_OK every part that the header names lies within the
 * file, parts do not overlap, and all of them are aligned to their types. */
HrRegionStatus
hr_layout_check (const HrRegionHeader *header,
                 uint64_t              file_bytes)
{
  if (header->magic != HR_REGION_MAGIC)
    return HR_REGION_ERROR_MAGIC;
  if (header->abi != HR_REGION_ABI)
    return HR_REGION_ERROR_ABI;
  if (!counts_are_possible (header) || !clock_is_possible (header) || !tables_fit (header) || !lane_fits (header) ||
      !lanes_fit (header) || header->region_bytes < file_bytes)
    return HR_REGION_ERROR_LAYOUT;

  return header->region_bytes > file_bytes ? HR_REGION_ERROR_CUT : HR_REGION_OK;
}
