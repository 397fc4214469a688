/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/buckets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Durations counted in the buckets of base/buckets.h. Start from { 0 }; copy by assignment. Whoever keeps one keeps
 * the sum of the durations beside it, so that their mean is exact and costs a division. */
typedef struct
{
  uint64_t total;
  uint64_t counts[HR_N_BUCKETS];
} HrHistogram;

void hr_histogram_record (HrHistogram *self,
                          uint64_t     ns,
                          uint64_t     count);
void hr_histogram_add (HrHistogram         *self,
                       const HrBucketCount *buckets,
                       size_t               n_buckets);
void hr_histogram_remove (HrHistogram         *self,
                          const HrBucketCount *buckets,
                          size_t               n_buckets);
void hr_histogram_merge (HrHistogram       *self,
                         const HrHistogram *other);

size_t hr_histogram_subtract (const HrHistogram *self,
                              const HrHistogram *earlier,
                              HrBucketCount     *out,
                              size_t             max);

double hr_histogram_quantile (const HrHistogram *self,
                              double             quantile);
void   hr_histogram_quantiles (const HrHistogram *self,
                               const double      *quantiles,
                               size_t             n,
                               double            *out);
double hr_histogram_compliance (const HrHistogram *self,
                                double             limit_ns);
