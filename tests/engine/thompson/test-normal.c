/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/normal.h"

#include <glib.h>

#define DRAWS 2000000

static double
density (double x)
{
  return exp (-0.5 * x * x);
}

/* The numbers of the table are the ones that its definition fixes. */
static void
test_every_layer_has_the_same_area (void)
{
  const double *x = hr_normal_x;
  double        tail = sqrt (G_PI / 2) * erfc (x[1] / G_SQRT2);
  double        area = x[1] * density (x[1]) + tail;

  g_assert_cmpfloat (fabs (x[0] * density (x[1]) / area - 1), <, 1e-14);
  for (int i = 1; i < HR_NORMAL_LAYERS; i++)
    {
      g_assert_cmpfloat (x[i + 1], <, x[i]);
      g_assert_cmpfloat (fabs (x[i] * (density (x[i + 1]) - density (x[i])) / area - 1), <, 1e-12);
    }
  g_assert_cmpfloat (x[HR_NORMAL_LAYERS], ==, 0);
}

/* Counts the draws between ends that cut through layers, and compares with the distribution function: tails, wedges and
 * the middle. Both signs count. */
static void
test_draws_fall_where_they_must (void)
{
  static const double ends[] = { 0, 0.05, 0.1, 0.21, 0.22, 0.3, 0.5, 0.8, 1, 1.3, 1.6, 2, 2.5, 3, 3.5, 3.65, 3.66, 3.8, 4.2, 40 };
  guint               counts[2][G_N_ELEMENTS (ends) - 1] = { 0 };
  double              chi_squared = 0;
  HrRandom            random;

  hr_random_seed (&random, 20, 0);
  for (int i = 0; i < DRAWS; i++)
    {
      double x = hr_normal_draw (&random);
      gsize  cell = 0;

      while (fabs (x) >= ends[cell + 1])
        cell++;
      counts[x < 0][cell]++;
    }

  for (int sign = 0; sign < 2; sign++)
    for (gsize i = 0; i < G_N_ELEMENTS (counts[0]); i++)
      {
        double expected = DRAWS * 0.5 * (erfc (ends[i] / G_SQRT2) - erfc (ends[i + 1] / G_SQRT2));
        double distance = counts[sign][i] - expected;

        chi_squared += distance * distance / expected;
      }

  /* 37 degrees of freedom: above 70 once in a thousand. */
  g_assert_cmpfloat (chi_squared, <, 70);
}

/* What is beyond the widest layer is rare among draws, so it is asked for. */
static void
test_the_tail_has_its_mean (void)
{
  double   edge = hr_normal_x[1], sum = 0;
  double   mean = density (edge) / (sqrt (G_PI / 2) * erfc (edge / G_SQRT2));
  HrRandom random;

  hr_random_seed (&random, 22, 0);
  for (int i = 0; i < DRAWS / 10; i++)
    {
      double x = hr_normal_beside (&random, 0, i % 2 == 0 ? edge : -edge);

      g_assert_true ((i % 2 == 0 ? x : -x) > edge);
      sum += fabs (x);
    }

  /* A draw's distance from its mean is less than an exponential one's with mean 1 / edge. */
  g_assert_cmpfloat (fabs (sum / (DRAWS / 10) - mean), <, 5 / edge / sqrt (DRAWS / 10));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thompson/normal/table", test_every_layer_has_the_same_area);
  g_test_add_func ("/thompson/normal/draws", test_draws_fall_where_they_must);
  g_test_add_func ("/thompson/normal/tail", test_the_tail_has_its_mean);

  return g_test_run ();
}
