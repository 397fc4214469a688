/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/robust.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How far outliers are looked for around a value, in values, the value itself included. */
#define NEIGHBOURS 11

/* Beyond so many standard deviations of its neighbours' median a value is an outlier. */
#define OUTLIER_DEVIATIONS 3

/* A value and which of two samples it is of. */
typedef struct
{
  double value;
  bool   of_b;
} Ranked;

static int
compare_doubles (const void *a,
                 const void *b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

/* Puts @n values in order, the smallest first. */
void
hr_sort (double *values,
         size_t  n)
{
  qsort (values, n, sizeof *values, compare_doubles);
}

static void
swap (double *a,
      double *b)
{
  double kept = *a;

  *a = *b;
  *b = kept;
}

/* Puts the value that would be at @k in order there, everything smaller before it (Hoare's FIND, 1961). */
static void
select_nth (double *values,
            size_t  n,
            size_t  k)
{
  size_t low = 0, high = n - 1;

  while (low < high)
    {
      double pivot = values[low + (high - low) / 2];
      size_t i = low, j = high;

      for (;;)
        {
          while (values[i] < pivot)
            i++;
          while (values[j] > pivot)
            j--;
          if (i >= j)
            break;
          swap (&values[i++], &values[j--]);
        }

      /* All up to j are at most the pivot, all behind at least as large. */
      if (k <= j)
        high = j;
      else
        low = j + 1;
    }
}

/* Returns the median of @n values, which it puts into another order; NaN of none. */
double
hr_median (double *values,
           size_t  n)
{
  double upper, lower;

  if (n == 0)
    return (double) NAN;

  select_nth (values, n, n / 2);
  upper = values[n / 2];
  if (n % 2 == 1)
    return upper;

  lower = values[0];
  for (size_t i = 1; i < n / 2; i++)
    lower = fmax (lower, values[i]);

  return lower + (upper - lower) / 2;
}

/* Returns the standard deviation of the noise on a series that may wander: from the median absolute difference of
 * neighbours, which a step or a slope hardly moves. 0 for fewer than two values.
 * @scratch: room for @n values */
double
hr_noise_deviation (const double *values,
                    size_t        n,
                    double       *scratch)
{
  double centre;

  if (n < 2)
    return 0;

  for (size_t i = 1; i < n; i++)
    scratch[i - 1] = values[i] - values[i - 1];
  centre = hr_median (scratch, n - 1);
  for (size_t i = 1; i < n; i++)
    scratch[i - 1] = fabs (values[i] - values[i - 1] - centre);

  return HR_MAD_TO_DEVIATION * hr_median (scratch, n - 1) / sqrt (2);
}

/* Copies @n values to @out, those that stand out drawn in to three @deviation from the median of their eleven neighbours. */
void
hr_tame_outliers (const double *values,
                  size_t        n,
                  double        deviation,
                  double       *out)
{
  size_t width = n < NEIGHBOURS ? n : NEIGHBOURS;

  for (size_t i = 0; i < n; i++)
    {
      double near[NEIGHBOURS];
      size_t begin = i < width / 2 ? 0 : i - width / 2;
      double centre;

      if (begin + width > n)
        begin = n - width;
      memcpy (near, values + begin, width * sizeof *near);
      centre = hr_median (near, width);
      out[i] = fmin (fmax (values[i], centre - OUTLIER_DEVIATIONS * deviation), centre + OUTLIER_DEVIATIONS * deviation);
    }
}

/* Returns how far values around @centre follow the one before them, in -1..1; 0 where they do not vary. */
double
hr_lag_correlation (const double *values,
                    size_t        n,
                    double        centre)
{
  double together = 0, alone = 0;

  for (size_t i = 0; i < n; i++)
    {
      double distance = values[i] - centre;

      alone += distance * distance;
      if (i > 0)
        together += distance * (values[i - 1] - centre);
    }

  return alone > 0 ? together / alone : 0;
}

static int
compare_ranked (const void *a,
                const void *b)
{
  double first = ((const Ranked *) a)->value, second = ((const Ranked *) b)->value;

  return (first > second) - (first < second);
}

/* Returns how many bytes hr_mann_whitney () needs beside it. */
size_t
hr_mann_whitney_scratch (size_t n_a,
                         size_t n_b)
{
  return (n_a + n_b) * sizeof (Ranked);
}

/* Returns z of Mann and Whitney's rank test (Annals of Mathematical Statistics 18, 1947), above 0 where @b tends to be larger, with the usual
 * correction for ties and none for continuity; 0 where nothing can be told apart.
 * @scratch: hr_mann_whitney_scratch () bytes, aligned for doubles */
double
hr_mann_whitney (const double *a,
                 size_t        n_a,
                 const double *b,
                 size_t        n_b,
                 void         *scratch)
{
  Ranked *all = scratch;
  size_t  n = n_a + n_b;
  double  ranks_of_b = 0, ties = 0, u, variance;

  if (n_a == 0 || n_b == 0)
    return 0;

  for (size_t i = 0; i < n; i++)
    all[i] = i < n_a ? (Ranked){ a[i], false } : (Ranked){ b[i - n_a], true };
  qsort (all, n, sizeof *all, compare_ranked);

  for (size_t i = 0, end; i < n; i = end)
    {
      size_t of_b = 0;
      double equal;

      for (end = i; end < n && all[end].value == all[i].value; end++)
        of_b += all[end].of_b;
      equal = (double) (end - i);
      ranks_of_b += (double) of_b * ((double) (i + 1) + (equal - 1) / 2);
      ties += equal * equal * equal - equal;
    }

  u = ranks_of_b - (double) n_b * ((double) n_b + 1) / 2;
  variance = (double) n_a * (double) n_b / 12 * ((double) (n + 1) - ties / ((double) n * (double) (n - 1)));

  return variance > 0 ? (u - (double) n_a * (double) n_b / 2) / sqrt (variance) : 0;
}
