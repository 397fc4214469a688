/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <math.h>

/* A sum that keeps what rounding takes from it. Start from { 0 }; copy by assignment. */
typedef struct
{
  double high;
  double lost; /* what the additions to @high rounded away */
} HrSum;

/* Adds @value. By Neumaier's variant of Kahan's sum (ZAMM 54, 1974): the error stays at a rounding or two of the
 * result, however many values there are and whatever their order. */
static inline void
hr_sum_add (HrSum *self,
            double value)
{
  double high = self->high + value;

  if (fabs (self->high) >= fabs (value))
    self->lost += (self->high - high) + value;
  else
    self->lost += (value - high) + self->high;
  self->high = high;
}

/* Adds everything that @other has summed up. */
static inline void
hr_sum_merge (HrSum       *self,
              const HrSum *other)
{
  hr_sum_add (self, other->high);
  self->lost += other->lost;
}

/* Returns the sum; infinite once finite values have overflowed. */
static inline double
hr_sum_value (const HrSum *self)
{
  return isfinite (self->high) ? self->high + self->lost : self->high;
}
