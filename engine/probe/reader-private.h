/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/units.h"
#include "engine/probe/guard.h"
#include "engine/probe/reader.h"
#include "engine/probe/words.h"

struct _HrRegionReader
{
  HrRegionHeader  header; /* checked once; the file's own is only read for what changes */
  HrRegionHeader *shared; /* the mapping; its first page alone is writable */
  HrGuard        *guard;
  int             fd;
  uint64_t       *cursors; /* a lane's records that were delivered or lost */
  uint64_t        lost;
  double          ns_a_tick;
  uint64_t        refined_ns; /* over how long @ns_a_tick was measured; 0: by the program itself */
};
