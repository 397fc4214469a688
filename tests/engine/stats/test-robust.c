/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/robust.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
compare_doubles (const void *a,
                 const void *b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

/* Against sorting, with many equal values and few, sorted, reversed and mixed. */
static void
test_median_is_the_middle (void)
{
  double values[40], sorted[40];

  for (gsize n = 1; n <= G_N_ELEMENTS (values); n++)
    for (guint round = 0; round < 200; round++)
      {
        int kinds = g_test_rand_int_range (1, 30);

        for (gsize i = 0; i < n; i++)
          values[i] = round == 0 ? (double) i : (round == 1 ? (double) (n - i) : g_test_rand_int_range (0, kinds));
        memcpy (sorted, values, sizeof sorted);
        qsort (sorted, n, sizeof *sorted, compare_doubles);

        g_assert_cmpfloat (hr_median (values, n), ==, (sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
      }
}

static void
test_values_are_put_in_order (void)
{
  double       values[] = { 3, -INFINITY, 1e300, 3, -0.5, 1e-300 };
  const double sorted[] = { -INFINITY, -0.5, 1e-300, 3, 3, 1e300 };

  hr_sort (values, G_N_ELEMENTS (values));
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpfloat (values[i], ==, sorted[i]);
}

static void
test_median_of_none (void)
{
  g_assert_true (isnan (hr_median (NULL, 0)));
}

/* One value in a hundred a thousand times too high, a step and a slope: the noise stays what it is. */
static void
test_noise_sees_noise_alone (void)
{
  enum
  {
    N = 2000
  };
  double values[N], scratch[N];
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (gsize i = 0; i < N; i++)
    {
      double uniform = g_rand_double_range (random, -0.5, 0.5) + g_rand_double_range (random, -0.5, 0.5) +
                       g_rand_double_range (random, -0.5, 0.5) + g_rand_double_range (random, -0.5, 0.5);

      values[i] = uniform * sqrt (3) + (i > N / 2 ? 50 : 0) + 0.01 * (double) i + (i % 100 == 0 ? 1000 : 0);
    }

  g_assert_cmpfloat_with_epsilon (hr_noise_deviation (values, N, scratch), 1, 0.15);
}

static void
test_noise_of_few (void)
{
  const double one[] = { 3 };
  double       scratch[1];

  g_assert_cmpfloat (hr_noise_deviation (one, 1, scratch), ==, 0);
  g_assert_cmpfloat (hr_noise_deviation (one, 0, scratch), ==, 0);
}

/* A single spike is drawn in to three deviations; a step is no outlier. */
static void
test_outliers_are_tamed (void)
{
  double values[30], out[30];

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = i < 15 ? 1 : 2;
  values[5] = 100;
  hr_tame_outliers (values, G_N_ELEMENTS (values), 0.1, out);

  g_assert_cmpfloat_with_epsilon (out[5], 1.3, 1e-12);
  g_assert_cmpfloat (out[0], ==, 1);
  g_assert_cmpfloat (out[29], ==, 2);
}

static void
test_short_series_are_tamed (void)
{
  const double values[] = { 1, 50, 1 };
  double       out[3];

  hr_tame_outliers (values, 3, 0.5, out);

  g_assert_cmpfloat (out[1], ==, 2.5);
}

static void
test_correlation (void)
{
  const double up_and_down[] = { 1, -1, 1, -1 };
  const double flat[] = { 2, 2, 2 };

  g_assert_cmpfloat (hr_lag_correlation (up_and_down, 4, 0), ==, -0.75);
  g_assert_cmpfloat (hr_lag_correlation (flat, 3, 2), ==, 0);
}

static double
rank_test (const double *a,
           gsize         n_a,
           const double *b,
           gsize         n_b)
{
  g_autofree void *scratch = g_malloc (hr_mann_whitney_scratch (n_a, n_b));

  return hr_mann_whitney (a, n_a, b, n_b, scratch);
}

/* By hand: of 3 and 4 values, all of b above all of a, U is 12, its mean 6 and its variance 3 * 4 * 8 / 12. */
static void
test_ranks_by_hand (void)
{
  const double a[] = { 1, 2, 3 }, b[] = { 4, 5, 6, 7 };

  g_assert_cmpfloat_with_epsilon (rank_test (a, 3, b, 4), 6 / sqrt (8), 1e-12);
  g_assert_cmpfloat_with_epsilon (rank_test (b, 4, a, 3), -6 / sqrt (8), 1e-12);
}

/* By hand: 1, 1, 2 against 1, 2, 2. Ranks 2, 2, 2 and 5, 5, 5, so U is 2 + 5 + 5 - 6 = 6 of a mean of 4.5; two ties of three take 48 / 30 off 7. */
static void
test_ties_by_hand (void)
{
  const double a[] = { 1, 1, 2 }, b[] = { 1, 2, 2 };

  g_assert_cmpfloat_with_epsilon (rank_test (a, 3, b, 3), 1.5 / sqrt (9.0 / 12 * (7 - 48.0 / 30)), 1e-12);
}

static void
test_nothing_to_rank (void)
{
  const double same[] = { 4, 4, 4 };

  g_assert_cmpfloat (rank_test (same, 3, same, 3), ==, 0);
  g_assert_cmpfloat (rank_test (same, 3, same, 0), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stats/robust/sort", test_values_are_put_in_order);
  g_test_add_func ("/stats/robust/median", test_median_is_the_middle);
  g_test_add_func ("/stats/robust/median/none", test_median_of_none);
  g_test_add_func ("/stats/robust/noise", test_noise_sees_noise_alone);
  g_test_add_func ("/stats/robust/noise/few", test_noise_of_few);
  g_test_add_func ("/stats/robust/outliers", test_outliers_are_tamed);
  g_test_add_func ("/stats/robust/outliers/short", test_short_series_are_tamed);
  g_test_add_func ("/stats/robust/correlation", test_correlation);
  g_test_add_func ("/stats/robust/ranks", test_ranks_by_hand);
  g_test_add_func ("/stats/robust/ranks/ties", test_ties_by_hand);
  g_test_add_func ("/stats/robust/ranks/none", test_nothing_to_rank);

  return g_test_run ();
}
