/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/probe/reader.h"
#include "engine/probe/record-keeper.h"
#include "engine/probe/sample-sink.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* Turns what a region counts between two looks into samples: its metrics, its categories, and what recording costs. Not
   * thread safe. */
  typedef struct _HrIntervals HrIntervals;

  HrIntervals *hr_intervals_new (HrRegionReader     *reader,
                                 const HrSampleSink *sink,
                                 int64_t             begin_ns);
  void         hr_intervals_free (HrIntervals *self);
  void         hr_intervals_set_keeper (HrIntervals    *self,
                                        HrRecordKeeper *keeper);

  void     hr_intervals_skip (HrIntervals *self,
                              int64_t      now_ns);
  uint64_t hr_intervals_collect (HrIntervals *self,
                                 int64_t      now_ns);
  bool     hr_intervals_get_sampling (const HrIntervals *self);

#ifdef __cplusplus
}
#endif
