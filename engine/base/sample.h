/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/buckets.h"
#include "engine/base/units.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* What a metric is. The name belongs to whoever holds it. */
  typedef struct
  {
    const char *name;
    HrKind      kind;
    HrUnit      unit;
    HrDirection direction;
  } HrMetricInfo;

  /* One metric over one interval, named by its index in its source's table. Values are in the metric's unit; buckets in
   * nanoseconds, ascending, for durations and spans only, and belong to whatever holds the sample. */
  typedef struct
  {
    uint32_t             metric;
    uint64_t             count; /* items; a sample with count 0 does not exist */
    double               sum;
    double               min;
    double               max;
    double               last;
    uint32_t             n_buckets;
    const HrBucketCount *buckets;
    double               self; /* spans: what of @sum was not spent in inner spans; else 0 */
  } HrSample;

#ifdef __cplusplus
}
#endif
