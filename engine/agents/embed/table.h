/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/sample.h"

#include <stdbool.h>
#include <stddef.h>

#define HR_TABLE_NO_METRIC UINT32_MAX

/* The metrics of a stream: what each counted up to the last cut, and what came since. Start from { 0 }. */
typedef struct
{
  HrMetricInfo info;   /* its name is owned */
  HrSample     totals; /* without buckets: they stand in @counts */
  uint64_t    *counts; /* HR_N_BUCKETS of a time, else NULL; owned */
  HrSample     pending;
  size_t       first; /* of its pending buckets, in the table's */
} HrTableCell;

typedef struct
{
  HrTableCell   *cells; /* owned, as the two below */
  HrSample      *samples;
  uint32_t       n_cells;
  uint32_t       capacity;
  HrBucketCount *buckets; /* of what is pending, one sample behind the other */
  size_t         n_buckets;
  size_t         buckets_capacity;
} HrTable;

void     hr_table_clear (HrTable *self);
uint32_t hr_table_add_metric (HrTable            *self,
                              const HrMetricInfo *metric);

void hr_table_add (HrTable        *self,
                   const HrSample *sample);
void hr_table_preload (HrTable        *self,
                       const HrSample *sample);

uint32_t        hr_table_take_pending (HrTable *self);
const HrSample *hr_table_totals (HrTable        *self,
                                 uint32_t       *out_n,
                                 HrBucketCount **out_buckets);
