/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/moments.h"

#include <math.h>

/* Takes @value in, by Welford's recurrence (Technometrics 4, 1962): no cancellation, however far the
 * values lie from zero. NaN, infinities and a value whose distance from the mean overflows would
 * poison everything after them: they are counted as refused instead. */
void
hr_moments_record (HrMoments *self,
                   double     value)
{
  double distance = value - self->mean;

  if (!isfinite (distance))
    {
      self->refused++;
      return;
    }

  self->n++;
  self->mean += distance / (double) self->n;
  self->m2 += distance * (value - self->mean);
}

/* Takes in everything that @other recorded: the same as one pass over both, but for rounding (Chan,
 * Golub and LeVeque, 1979). */
void
hr_moments_merge (HrMoments       *self,
                  const HrMoments *other)
{
  double n = (double) self->n + (double) other->n;
  double distance = other->mean - self->mean;

  self->refused += other->refused;
  if (other->n == 0)
    return;

  self->mean += distance * ((double) other->n / n);
  self->m2 += other->m2 + distance * distance * ((double) self->n * ((double) other->n / n));
  self->n += other->n;
}

/* Returns the mean; NaN when nothing was recorded. */
double
hr_moments_mean (const HrMoments *self)
{
  return self->n > 0 ? self->mean : (double) NAN;
}

/* Returns the variance that the recorded values show for whatever they were drawn from (divisor
 * n - 1); NaN for fewer than two values. */
double
hr_moments_variance (const HrMoments *self)
{
  return self->n > 1 ? self->m2 / (double) (self->n - 1) : (double) NAN;
}

/* Returns the standard deviation: the square root of hr_moments_variance (). */
double
hr_moments_deviation (const HrMoments *self)
{
  return sqrt (hr_moments_variance (self));
}
