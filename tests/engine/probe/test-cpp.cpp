/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A C++ program uses the same headers. */

#include "engine/base/region.h"
#include "engine/probe/category.h"
#include "engine/probe/pool.h"
#include "engine/probe/probe.h"
#include "engine/probe/reader.h"
#include "engine/probe/span.h"

int
main ()
{
  HrProbe *probe = hr_probe_open_in ("/nowhere/at/all", "cpp");
  HrMetric metric = hr_probe_metric (probe, "scope", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);

  hr_probe_end (probe, metric, hr_probe_begin (probe), 1);
  HR_SPAN (probe, "outer")
    {
      hr_probe_duration (probe, metric, 1000, 2);
      hr_probe_allocated (probe, hr_probe_category (probe, "buffers"), 100);
    }
  const bool placed = metric != HR_METRIC_NONE && hr_probe_unplaced (probe) == 0;
  hr_probe_close (probe);

  HrPool    *pool = hr_pool_new (HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  const bool pooled = hr_pool_free (pool, hr_pool_allocate (pool)) == HR_POOL_OK && hr_pool_health (pool).peak == 1;
  hr_pool_destroy (pool);

  return placed && pooled ? 0 : 1;
}
