/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What recording has cost a program since it began, in nanoseconds. */
typedef struct
{
  double all_ns;
  double thinned_ns; /* of that, what becomes less where one of several scopes is measured */
} HrRecordingCost;

/* Judges once a second what recording costs a program and how densely it should be measured. A plain value. */
typedef struct
{
  int64_t         since_ns;
  HrRecordingCost before; /* as of then */
} HrPacing;

void hr_pacing_begin (HrPacing              *self,
                      int64_t                now_ns,
                      const HrRecordingCost *cost);
bool hr_pacing_judge (HrPacing              *self,
                      int64_t                now_ns,
                      const HrRecordingCost *cost,
                      uint32_t               stride,
                      double                *out_overhead,
                      uint32_t              *out_stride);
