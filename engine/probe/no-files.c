/* SPDX-License-Identifier: MIT */

/* Where regions are memory alone: see base/platform.h. What opens the files of others, hr_region_reader_open () and hr_region_reap () with
 * the runtime folder, is not there. */

#include "engine/base/platform.h"

#if !HR_PLATFORM_REGION_FILES

#include "engine/probe/probe-private.h"
#include "engine/probe/reader-private.h"

/* Returns NULL: there is none. */
char *
hr_publish_choose_folder (const char *folder)
{
  return NULL;
}

/* Makes the region in memory. */
void
hr_publish_in_folder (HrProbe *self)
{
  hr_publish_memory (self);
}

/* Returns true: a page of memory is there when it is touched. */
bool
hr_publish_reserve (HrProbe *self,
                    uint64_t offset,
                    uint64_t bytes)
{
  return true;
}

/* There is no file to let go of. */
void
hr_publish_leave_file (HrProbe *self,
                       bool     stamp)
{
}

/* Returns false: there is nothing to guard. */
bool
hr_guard_cut (const HrGuard *self)
{
  return false;
}

/* There is no file to close. */
void
hr_reader_file_close (HrRegionReader *self)
{
}

/* Returns false: memory is never cut. */
bool
hr_reader_file_is_cut (HrRegionReader *self)
{
  return false;
}

/* Returns true: we always live. */
bool
hr_reader_file_is_held (HrRegionReader *self)
{
  return true;
}

#endif
