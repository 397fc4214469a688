/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/student.h"

#include "engine/stats/robust.h"

#include <math.h>

/* Of so many values one is trimmed off at either end: of few none is, because none can be spared. */
#define TRIMMED 8

/* Student's bound is looked for up to here, by halving: enough for a chance of one in a million with one degree of freedom. */
#define MOST_BOUND 1e6
#define HALVINGS 80

/* Returns value @i of @n sorted ones, of which the outermost @trimmed of either end are taken for the next ones inside. */
static double
winsorized (const double *sorted,
            size_t        n,
            size_t        trimmed,
            size_t        i)
{
  return sorted[i < trimmed ? trimmed : (i >= n - trimmed ? n - trimmed - 1 : i)];
}

static double
winsorized_squares (const double *sorted,
                    size_t        n,
                    size_t        trimmed)
{
  double mean = 0, squares = 0;

  for (size_t i = 0; i < n; i++)
    mean += winsorized (sorted, n, trimmed, i) / (double) n;
  for (size_t i = 0; i < n; i++)
    {
      double distance = winsorized (sorted, n, trimmed, i) - mean;

      squares += distance * distance;
    }

  return squares;
}

/* Returns the trimmed mean of @n finite values, 1 or more, which it sorts, and its error as Yuen has it (Biometrika 61, 1974): one measurement
 * that went wrong neither moves the mean far nor widens what is said of it. */
HrTrimmedMean
hr_trimmed_mean (double *values,
                 size_t  n)
{
  size_t        trimmed = n / TRIMMED, left = n - 2 * trimmed;
  HrTrimmedMean result = { .degrees = (unsigned) left - 1 };

  hr_sort (values, n);
  for (size_t i = trimmed; i < n - trimmed; i++)
    result.mean += values[i] / (double) left;
  if (left < 2)
    return result;

  result.error = sqrt (winsorized_squares (values, n, trimmed) / ((double) left * (double) (left - 1)));
  result.deviation = result.error * sqrt ((double) left);

  return result;
}

/* Returns the chance that a variable of Student's distribution with @degrees of freedom, 1 or more, lies at least as far from 0 as @t: by the
 * sums that it has for whole numbers of them (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
double
hr_student_chance (double   t,
                   unsigned degrees)
{
  double angle = atan (fabs (t) / sqrt (degrees));
  double cosine = cos (angle);
  double term = degrees % 2 == 0 ? 1 : cosine, sum = degrees == 1 ? 0 : term;

  for (unsigned i = degrees % 2 + 2; i < degrees; i += 2)
    {
      term *= cosine * cosine * (double) (i - 1) / (double) i;
      sum += term;
    }
  sum *= sin (angle);

  return fmax (0, 1 - (degrees % 2 == 0 ? sum : (angle + sum) * 2 / M_PI));
}

/* Returns how far from 0 such a variable lies with @chance, in 0.000 001..1. */
double
hr_student_bound (double   chance,
                  unsigned degrees)
{
  double low = 0, high = MOST_BOUND;

  for (int i = 0; i < HALVINGS; i++)
    {
      double middle = low + (high - low) / 2;

      if (hr_student_chance (middle, degrees) > chance)
        low = middle;
      else
        high = middle;
    }

  return high;
}
