/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/stats/histogram.h"

#include <stdio.h>

/* What the workload itself saw of its batches, apart from the probe: the word of one against the other's. Start from { 0 }. */
typedef struct
{
  uint64_t    n_jobs;
  uint64_t    n_batches;
  uint64_t    sum_ns;
  double      min_ns; /* per job; meaningless while n_batches is 0 */
  double      max_ns;
  HrHistogram per_job;
} HrSummary;

void hr_summary_add (HrSummary *self,
                     uint64_t   elapsed_ns,
                     uint32_t   n_jobs);
void hr_summary_print (const HrSummary *self,
                       uint64_t         n_unplaced,
                       FILE            *out);
