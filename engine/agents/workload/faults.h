/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/agents/workload/options.h"
#include "engine/probe/category.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct _HrLeak HrLeak;

/* The ways in which the workload misbehaves when it is told to. Clocks are monotonic nanoseconds. */
typedef struct
{
  const HrWorkloadOptions *options; /* borrowed */
  HrProbe                 *probe;   /* borrowed */
  HrCategory               caching; /* what leaks is a cache that nobody empties */
  uint64_t                 start;
  uint64_t                 n_batches;
  uint64_t                 leak_start;
  uint64_t                 n_leaked; /* chunks since leak_start */
  HrLeak                  *leak;
} HrFaults;

void hr_faults_init (HrFaults                *self,
                     const HrWorkloadOptions *options,
                     HrProbe                 *probe,
                     uint64_t                 now);

uint64_t hr_faults_next_batch (HrFaults *self,
                               uint64_t  now);
bool     hr_faults_stalled (const HrFaults *self,
                            uint64_t        now);
void     hr_faults_leak (HrFaults *self,
                         uint64_t  now);
void     hr_faults_clean_up (HrFaults *self,
                             uint64_t  now);
