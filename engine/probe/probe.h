/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/units.h"
#include "engine/probe/record.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* In-app recording. A probe publishes its process's measurements in a region file (base/region.h)
   * that headroom-agent finds by itself:
   *
   *   HrProbe *probe = hr_probe_open ("ranker");
   *   HrMetric ranking = hr_probe_metric (probe, "thompson_duration_ms", HR_KIND_DURATION,
   *                                       HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
   *   uint64_t begin = hr_probe_begin (probe);
   *   rank (jobs, n_jobs);
   *   hr_probe_end (probe, ranking, begin, n_jobs);
   *
   * What records stands in record.h, spans in span.h, allocations in category.h. A probe that could not open its region is a
   * counted no-op, never NULL: the program does not care. After fork () the child's probe goes on in a region of the child's own,
   * which begins with its first record. */

  typedef void (*HrProbeCleanupFunc) (void *user_data);

  HrProbe    *hr_probe_open (const char *name);
  HrProbe    *hr_probe_open_in (const char *folder,
                                const char *name);
  HrProbe    *hr_probe_open_in_memory (const char *name);
  void        hr_probe_close (HrProbe *self);
  const char *hr_probe_error (const HrProbe *self);
  const char *hr_probe_path (const HrProbe *self);

  HrMetric hr_probe_metric (HrProbe    *self,
                            const char *name,
                            HrKind      kind,
                            HrUnit      unit,
                            HrDirection direction);

  void hr_probe_on_cleanup (HrProbe           *self,
                            HrProbeCleanupFunc callback,
                            void              *user_data);
  void hr_probe_poll (HrProbe *self);

  uint64_t hr_probe_unplaced (const HrProbe *self);

#ifdef __cplusplus
}
#endif
