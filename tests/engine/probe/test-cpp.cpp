/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A C++ program uses the same header. */

#include "engine/base/region.h"
#include "engine/probe/probe.h"

int
main ()
{
  HrProbe *probe = hr_probe_open_in ("/nowhere/at/all", "cpp");
  HrMetric metric = hr_probe_metric (probe, "scope", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);

  hr_probe_end (probe, metric, hr_probe_begin (probe), 1);
  const bool placed = metric != HR_METRIC_NONE && hr_probe_unplaced (probe) == 0;
  hr_probe_close (probe);

  return placed ? 0 : 1;
}
