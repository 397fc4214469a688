/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/moments.h"

#include <glib.h>
#include <math.h>

static void
test_closed_forms (void)
{
  HrMoments moments = { 0 };

  /* 1..n: mean (n + 1) / 2, variance n (n + 1) / 12. */
  for (guint i = 1; i <= 1000; i++)
    hr_moments_record (&moments, i);

  g_assert_cmpuint (moments.n, ==, 1000);
  g_assert_cmpfloat_with_epsilon (hr_moments_mean (&moments), 500.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (hr_moments_variance (&moments), 1000 * 1001 / 12.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (hr_moments_deviation (&moments), sqrt (1000 * 1001 / 12.0), 1e-9);
}

/* Sums of squares would lose every digit of this spread. */
static void
test_spread_survives_a_large_offset (void)
{
  HrMoments moments = { 0 };

  for (guint i = 0; i < 1000; i++)
    hr_moments_record (&moments, 1e12 + (i % 2 == 0 ? 1 : -1));

  g_assert_cmpfloat_with_epsilon (hr_moments_variance (&moments), 1000 / 999.0, 1e-3);
}

static void
test_too_few_values_answer_nan (void)
{
  HrMoments moments = { 0 };

  g_assert_true (isnan (hr_moments_mean (&moments)));
  hr_moments_record (&moments, 7);
  g_assert_cmpfloat (hr_moments_mean (&moments), ==, 7);
  g_assert_true (isnan (hr_moments_variance (&moments)));
  hr_moments_record (&moments, 7);
  g_assert_cmpfloat (hr_moments_variance (&moments), ==, 0);
}

static void
test_poison_is_refused_and_counted (void)
{
  HrMoments moments = { 0 };

  hr_moments_record (&moments, 1e308);
  hr_moments_record (&moments, (double) NAN);
  hr_moments_record (&moments, (double) INFINITY);
  hr_moments_record (&moments, -(double) INFINITY);
  hr_moments_record (&moments, -1e308);

  g_assert_cmpuint (moments.n, ==, 1);
  g_assert_cmpuint (moments.refused, ==, 4);
  g_assert_cmpfloat (hr_moments_mean (&moments), ==, 1e308);
}

static void
test_merge_matches_one_pass (void)
{
  GRand *random = g_rand_new_with_seed (4711);

  for (guint cut = 0; cut <= 500; cut += 50)
    {
      HrMoments whole = { 0 }, first = { 0 }, rest = { 0 };

      for (guint i = 0; i < 500; i++)
        {
          double value = i % 100 == 0 ? (double) NAN : g_rand_double_range (random, -50, 1000);

          hr_moments_record (&whole, value);
          hr_moments_record (i < cut ? &first : &rest, value);
        }
      hr_moments_merge (&first, &rest);

      g_assert_cmpuint (first.n, ==, whole.n);
      g_assert_cmpuint (first.refused, ==, whole.refused);
      g_assert_cmpfloat_with_epsilon (first.mean, whole.mean, 1e-9);
      g_assert_cmpfloat_with_epsilon (first.m2 / whole.m2, 1, 1e-12);
    }
  g_rand_free (random);
}

static void
test_merge_of_nothing_is_nothing (void)
{
  HrMoments none = { 0 }, other = { 0 };

  hr_moments_merge (&none, &other);

  g_assert_cmpuint (none.n, ==, 0);
  g_assert_true (isnan (hr_moments_mean (&none)));
  g_assert_cmpfloat (none.mean, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/moments/closed-forms", test_closed_forms);
  g_test_add_func ("/stats/moments/offset", test_spread_survives_a_large_offset);
  g_test_add_func ("/stats/moments/few", test_too_few_values_answer_nan);
  g_test_add_func ("/stats/moments/poison", test_poison_is_refused_and_counted);
  g_test_add_func ("/stats/moments/merge", test_merge_matches_one_pass);
  g_test_add_func ("/stats/moments/merge-nothing", test_merge_of_nothing_is_nothing);

  return g_test_run ();
}
