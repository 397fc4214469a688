/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stddef.h>

/* Statistics that a few wild values cannot move far. Values are finite. */

/* Scales the median absolute deviation of a normal distribution to its standard deviation: 1 / the normal quantile of 3/4. */
#define HR_MAD_TO_DEVIATION 1.4826022185056018

void   hr_sort (double *values,
                size_t  n);
double hr_median (double *values,
                  size_t  n);
double hr_noise_deviation (const double *values,
                           size_t        n,
                           double       *scratch);
void   hr_tame_outliers (const double *values,
                         size_t        n,
                         double        deviation,
                         double       *out);
double hr_lag_correlation (const double *values,
                           size_t        n,
                           double        centre);
double hr_mann_whitney (const double *a,
                        size_t        n_a,
                        const double *b,
                        size_t        n_b,
                        void         *scratch);
size_t hr_mann_whitney_scratch (size_t n_a,
                                size_t n_b);
