/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/sample.h"

#ifdef __cplusplus
extern "C"
{
#endif

#define HR_SINK_NO_METRIC UINT32_MAX

  /* Where samples go. A plain value. */
  typedef struct
  {
    /* Returns the number under which samples of @metric are to come, HR_SINK_NO_METRIC where they are not wanted; a metric
     * of a name that came before has the number that it got then. The name is lent. */
    uint32_t (*metric) (void               *user_data,
                        const HrMetricInfo *metric);
    /* Takes what was counted in the interval that is being looked at. The buckets are lent. */
    void (*add) (void           *user_data,
                 const HrSample *sample);
    /* Takes what was counted before the first interval. */
    void (*preload) (void           *user_data,
                     const HrSample *sample);
    void *user_data;
  } HrSampleSink;

  /* Tells @self one value of @metric, which is added to its table where it is new. The value is finite. */
  static inline void
  hr_sample_sink_measure (const HrSampleSink *self,
                          const HrMetricInfo *metric,
                          double              value)
  {
    HrSample sample = { .count = 1, .sum = value, .min = value, .max = value, .last = value };

    sample.metric = self->metric (self->user_data, metric);
    if (sample.metric != HR_SINK_NO_METRIC)
      self->add (self->user_data, &sample);
  }

#ifdef __cplusplus
}
#endif
