/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stddef.h>

/* What few measurements say of the quantity behind them. */
typedef struct
{
  double   mean;  /* of those that are left when the outermost are trimmed off */
  double   error; /* standard error of it */
  double   deviation;
  unsigned degrees; /* of freedom, for Student's distribution; 0: nothing is known of the error */
} HrTrimmedMean;

HrTrimmedMean hr_trimmed_mean (double *values,
                               size_t  n);
double        hr_student_chance (double   t,
                                 unsigned degrees);
double        hr_student_bound (double   chance,
                                unsigned degrees);
