/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stdint.h>

/* Running mean and spread. Start from { 0 }; copy by assignment. */
typedef struct
{
  uint64_t n;
  double   mean;
  double   m2;      /* sum of squared distances from the mean */
  uint64_t refused; /* NaN, infinite and immeasurably distant values, in nothing else */
} HrMoments;

void hr_moments_record (HrMoments *self,
                        double     value);
void hr_moments_merge (HrMoments       *self,
                       const HrMoments *other);

double hr_moments_mean (const HrMoments *self);
double hr_moments_variance (const HrMoments *self);
double hr_moments_deviation (const HrMoments *self);
