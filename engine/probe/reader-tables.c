/* SPDX-License-Identifier: MIT */

/* What a region has a name for: metrics and categories, and what was allocated in these. */

#include "engine/probe/reader-private.h"

#include "engine/probe/text.h"

/* Returns how many metrics the program has registered by now; 0 for a region cut short. */
uint32_t
hr_region_reader_n_metrics (HrRegionReader *self)
{
  uint32_t n_metrics = __atomic_load_n (&self->shared->n_metrics, __ATOMIC_ACQUIRE);

  return hr_guard_cut (self->guard) ? 0 : hr_reader_at_most (n_metrics, self->header.metrics_max);
}

/* Copies metric @metric's entry to @out, its name closed by a NUL, not empty and valid UTF-8, its kind, unit and
 * direction within their enumerations, its parent an earlier metric or none. Returns false, with @out untouched, where
 * there is no such metric or its entry is none. */
bool
hr_region_reader_metric (HrRegionReader *self,
                         uint32_t        metric,
                         HrRegionMetric *out)
{
  HrRegionMetric raw, copy;

  if (metric >= hr_region_reader_n_metrics (self))
    return false;

  hr_words_copy (&raw, hr_reader_metric (self, metric), sizeof raw);
  copy = raw;
  hr_text_copy (copy.name, sizeof copy.name, raw.name, sizeof raw.name);
  if (hr_region_reader_status (self) != HR_REGION_OK || copy.name[0] == '\0' ||
      copy.kind >= HR_N_KINDS || copy.unit >= HR_N_UNITS || copy.direction >= HR_N_DIRECTIONS ||
      (copy.parent >= metric && copy.parent != HR_REGION_NO_PARENT))
    return false;

  *out = copy;

  return true;
}

/* Returns how many categories of allocations the program has registered by now; 0 for a region cut short. */
uint32_t
hr_region_reader_n_categories (HrRegionReader *self)
{
  uint32_t n_categories = __atomic_load_n (&self->shared->n_categories, __ATOMIC_ACQUIRE);

  return hr_guard_cut (self->guard) ? 0 : hr_reader_at_most (n_categories, self->header.categories_max);
}

/* Copies category @category's name to @out, closed by a NUL, not empty and valid UTF-8. Returns false, with @out
 * untouched, where there is none. */
bool
hr_region_reader_category (HrRegionReader   *self,
                           uint32_t          category,
                           HrRegionCategory *out)
{
  const HrRegionCategory *table = (const HrRegionCategory *) ((const char *) self->shared + self->header.categories_offset);
  HrRegionCategory        raw, copy;

  if (category >= hr_region_reader_n_categories (self))
    return false;

  hr_words_copy (&raw, &table[category], sizeof raw);
  hr_text_copy (copy.name, sizeof copy.name, raw.name, sizeof raw.name);
  if (hr_region_reader_status (self) != HR_REGION_OK || copy.name[0] == '\0')
    return false;

  *out = copy;

  return true;
}

static const HrRegionUsage *
usage_at (const HrRegionReader *self,
          const HrRegionLane   *lane,
          uint32_t              category)
{
  return (const HrRegionUsage *) ((const char *) lane + self->header.usage_offset) + category;
}

/* Writes what all threads have allocated and freed in category @category since the program began. Frees are read before
 * allocations, so that nothing is freed that was not allocated. Returns false, with @out untouched, where there is no
 * such category or the region is cut short. */
bool
hr_region_reader_usage (HrRegionReader *self,
                        uint32_t        category,
                        HrRegionUsage  *out)
{
  uint32_t      n_lanes = hr_reader_n_lanes (self);
  HrRegionUsage sum = { 0 };

  if (category >= hr_region_reader_n_categories (self))
    return false;

  for (uint32_t i = 0; i < n_lanes; i++)
    {
      const HrRegionUsage *usage = usage_at (self, hr_reader_lane (self, i), category);

      sum.frees += __atomic_load_n (&usage->frees, __ATOMIC_ACQUIRE);
      sum.freed_bytes += __atomic_load_n (&usage->freed_bytes, __ATOMIC_ACQUIRE);
    }
  for (uint32_t i = 0; i < n_lanes; i++)
    {
      const HrRegionUsage *usage = usage_at (self, hr_reader_lane (self, i), category);

      sum.allocations += hr_word_load (&usage->allocations);
      sum.allocated_bytes += hr_word_load (&usage->allocated_bytes);
    }
  if (hr_region_reader_status (self) != HR_REGION_OK)
    return false;

  *out = sum;

  return true;
}
