/* SPDX-License-Identifier: MIT */

#include "engine/probe/category.h"

#include "engine/probe/probe-private.h"
#include "engine/probe/text.h"

#include <string.h>

/* Call it with the lock held. */
static HrCategory
find_category (const HrProbe *self,
               const char    *name)
{
  HrCategory place = 0;

  while (place < self->n_categories && strcmp (self->categories[place].name, name) != 0)
    place++;

  return place;
}

/* Call it with the lock held. */
static void
append_category (HrProbe                *self,
                 const HrRegionCategory *category)
{
  HrRegionCategory *table = (HrRegionCategory *) ((char *) self->hot.header + HR_LAYOUT_CATEGORIES_OFFSET);
  uint32_t          i = self->n_categories++;

  self->categories[i] = *category;
  if (self->region_bytes == 0)
    return;

  table[i] = *category;
  __atomic_store_n (&self->hot.header->n_categories, self->n_categories, __ATOMIC_RELEASE);
}

/* Registers a category of allocations, or finds it. @name is UTF-8, 1 to HR_REGION_NAME_BYTES - 1 bytes without control characters.
 * Takes a lock. Returns HR_CATEGORY_NONE for a bad name, a full table and a no-op. */
HrCategory
hr_probe_category (HrProbe    *self,
                   const char *name)
{
  HrRegionCategory category;
  HrCategory       place;

  if (name == NULL || name[0] == '\0' || !hr_text_copy (category.name, sizeof category.name, name, SIZE_MAX))
    return HR_CATEGORY_NONE;

  hr_probe_lock ();
  place = find_category (self, category.name);
  if (place == self->n_categories)
    {
      if ((self->region_bytes == 0 && !self->forked) || place == HR_REGION_CATEGORIES)
        place = HR_CATEGORY_NONE;
      else
        append_category (self, &category);
    }
  hr_probe_unlock ();

  return place;
}
