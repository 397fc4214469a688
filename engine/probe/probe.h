/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/clock.h"
#include "engine/base/units.h"

#include <stdbool.h>
#include <stdint.h>

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
   *   uint64_t begin = hr_probe_begin ();
   *   rank (jobs, n_jobs);
   *   hr_probe_end (probe, ranking, begin, n_jobs);
   *
   * Every record function may be called from any thread; none allocates, locks or makes a system call
   * but the first one of a thread, which claims its lane. A probe that could not open its region is a
   * counted no-op, never NULL: the program does not care. */
  typedef struct _HrProbe HrProbe;

  /* A metric's place in the region's table. */
  typedef uint32_t HrMetric;

#define HR_METRIC_NONE UINT32_MAX

  typedef void (*HrProbeCleanupFunc) (void *user_data);

  HrProbe    *hr_probe_open (const char *name);
  HrProbe    *hr_probe_open_in (const char *folder,
                                const char *name);
  void        hr_probe_close (HrProbe *self);
  const char *hr_probe_error (const HrProbe *self);
  const char *hr_probe_path (const HrProbe *self);

  HrMetric hr_probe_metric (HrProbe    *self,
                            const char *name,
                            HrKind      kind,
                            HrUnit      unit,
                            HrDirection direction);

  bool hr_probe_sampling (const HrProbe *self);
  void hr_probe_duration (HrProbe *self,
                          HrMetric metric,
                          uint64_t elapsed_ns,
                          uint32_t items);
  void hr_probe_gauge (HrProbe *self,
                       HrMetric metric,
                       double   value);
  void hr_probe_count (HrProbe *self,
                       HrMetric metric,
                       uint32_t increment);

  /* Returns where a timed scope begins, for hr_probe_end (). */
  static inline uint64_t
  hr_probe_begin (void)
  {
    return hr_clock_monotonic ();
  }

  /* Records the time since @begin as one record of @items items. */
  static inline void
  hr_probe_end (HrProbe *self,
                HrMetric metric,
                uint64_t begin,
                uint32_t items)
  {
    hr_probe_duration (self, metric, hr_clock_monotonic () - begin, items);
  }

  void hr_probe_on_cleanup (HrProbe           *self,
                            HrProbeCleanupFunc callback,
                            void              *user_data);
  void hr_probe_poll (HrProbe *self);

  uint64_t hr_probe_unplaced (const HrProbe *self);

#ifdef __cplusplus
}
#endif
