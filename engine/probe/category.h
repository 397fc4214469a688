/* SPDX-License-Identifier: MIT */

/* What a program's parts have allocated: ranking, UI rendering, network buffers, caching, monitoring, or what it will.
 * The program says so where it allocates and frees; both are counted always, even while no records are taken, or the
 * books would never balance again. A forked child's books begin empty: what it frees of its parent's was never
 * allocated in them. */

#pragma once

#include "engine/probe/lane.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* A category's place in the region's table. */
  typedef uint32_t HrCategory;

#define HR_CATEGORY_NONE UINT32_MAX

  HrCategory hr_probe_category (HrProbe    *self,
                                const char *name);

  /* Returns where this thread counts what it allocates in @category, or NULL, and the change is counted as unplaced. */
  static HR_INLINE HrRegionUsage *
  hr_category_usage (HrProbe   *self,
                     HrCategory category)
  {
    HrLane *lane = hr_lane_get (self);

    if (HR_LIKELY (lane != NULL && category < HR_REGION_CATEGORIES))
      return (HrRegionUsage *) ((char *) lane->shared + HR_LAYOUT_USAGE_OFFSET) + category;

    hr_lane_count_unplaced (self);

    return NULL;
  }

  /* Counts that this thread allocated @bytes in @category. */
  static HR_INLINE void
  hr_probe_allocated (HrProbe   *self,
                      HrCategory category,
                      size_t     bytes)
  {
    HrRegionUsage *usage = hr_category_usage (self, category);

    if (usage == NULL)
      return;

    hr_word_add (&usage->allocated_bytes, bytes);
    hr_word_add (&usage->allocations, 1);
  }

  /* Counts that this thread freed @bytes of @category, which any thread may have allocated. */
  static HR_INLINE void
  hr_probe_freed (HrProbe   *self,
                  HrCategory category,
                  size_t     bytes)
  {
    HrRegionUsage *usage = hr_category_usage (self, category);

    if (usage == NULL)
      return;

    /* Who sees the free sees the allocation, of another thread too. */
    __atomic_store_n (&usage->freed_bytes, hr_word_load (&usage->freed_bytes) + bytes, __ATOMIC_RELEASE);
    __atomic_store_n (&usage->frees, hr_word_load (&usage->frees) + 1, __ATOMIC_RELEASE);
  }

#ifdef __cplusplus
}
#endif
