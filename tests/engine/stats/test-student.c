/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/student.h"

#include <glib.h>
#include <math.h>

/* Of a printed table, two-sided. */
static void
test_bounds_are_those_of_the_table (void)
{
  static const struct
  {
    unsigned degrees;
    double   of_5;
    double   of_1;
  } cases[] = {
    { 1, 12.706, 63.657 },
    { 2, 4.303, 9.925 },
    { 3, 3.182, 5.841 },
    { 4, 2.776, 4.604 },
    { 9, 2.262, 3.250 },
    { 10, 2.228, 3.169 },
    { 29, 2.045, 2.756 },
    { 120, 1.980, 2.617 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpfloat_with_epsilon (hr_student_bound (0.05, cases[i].degrees), cases[i].of_5, 0.0006);
      g_assert_cmpfloat_with_epsilon (hr_student_bound (0.01, cases[i].degrees), cases[i].of_1, 0.0006);
    }
}

/* A chance goes from 1 down to 0 and is the same on both sides. */
static void
test_chances (void)
{
  for (unsigned degrees = 1; degrees <= 400; degrees++)
    {
      double before = 1;

      g_assert_cmpfloat (hr_student_chance (0, degrees), ==, 1);
      for (double t = 0.25; t < 100; t *= 2)
        {
          double chance = hr_student_chance (t, degrees);

          g_assert_cmpfloat (chance, ==, hr_student_chance (-t, degrees));
          g_assert_true (chance >= 0 && (chance < before || chance < 1e-12));
          before = chance;
        }
      g_assert_cmpfloat_with_epsilon (hr_student_chance (hr_student_bound (0.2, degrees), degrees), 0.2, 1e-9);
    }
  g_assert_cmpfloat (hr_student_chance ((double) INFINITY, 3), <, 1e-12);
}

/* Fewer than eight are all taken: this is the mean and its standard error as everybody knows them. */
static void
test_mean_of_few (void)
{
  double        values[] = { 5, 1, 3 };
  HrTrimmedMean mean = hr_trimmed_mean (values, 3);

  g_assert_cmpfloat_with_epsilon (mean.mean, 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (mean.deviation, 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (mean.error, 2 / sqrt (3), 1e-12);
  g_assert_cmpuint (mean.degrees, ==, 2);

  mean = hr_trimmed_mean (values, 1);
  g_assert_cmpfloat (mean.mean, ==, 1);
  g_assert_cmpuint (mean.degrees, ==, 0);
}

/* As SciPy has it of these ten: trim_mean (0.125), and statistic 4.644 595 313 of ttest_ind () against none with trim=0.125. */
static void
test_the_outermost_are_trimmed (void)
{
  double        values[] = { 0.1, 0.2, 0.25, 0.3, 0.05, 0.18, 0.22, 0.9, 0.11, 0.01 };
  HrTrimmedMean mean = hr_trimmed_mean (values, G_N_ELEMENTS (values));

  g_assert_cmpfloat_with_epsilon (mean.mean, 0.17625, 1e-12);
  g_assert_cmpfloat_with_epsilon (mean.mean / mean.error, 4.644595313, 1e-9);
  g_assert_cmpuint (mean.degrees, ==, 7);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stats/student/bounds", test_bounds_are_those_of_the_table);
  g_test_add_func ("/stats/student/chances", test_chances);
  g_test_add_func ("/stats/student/few", test_mean_of_few);
  g_test_add_func ("/stats/student/trimmed", test_the_outermost_are_trimmed);

  return g_test_run ();
}
