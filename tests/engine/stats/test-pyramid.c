/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/pyramid.h"

#include <glib.h>
#include <math.h>

#define SEED 19991231
#define N_RANGES 400

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrPyramid, hr_pyramid_free)

static HrExtent
brute_extent (const double *values,
              guint64       begin,
              guint64       end)
{
  HrExtent extent = { (double) INFINITY, -(double) INFINITY };

  for (guint64 i = begin; i < end; i++)
    if (!isnan (values[i]))
      {
        extent.min = MIN (extent.min, values[i]);
        extent.max = MAX (extent.max, values[i]);
      }

  return extent;
}

static void
assert_same_extent (const HrPyramid *pyramid,
                    const double    *values,
                    guint64          begin,
                    guint64          end)
{
  guint64  kept_begin = MAX (begin, hr_pyramid_first (pyramid));
  guint64  kept_end = MIN (end, hr_pyramid_end (pyramid));
  HrExtent truth = brute_extent (values, kept_begin, kept_end);
  HrExtent extent = hr_pyramid_extent (pyramid, begin, end);

  g_assert_cmpfloat (extent.min, ==, truth.min);
  g_assert_cmpfloat (extent.max, ==, truth.max);
}

/* Appends @n random values with gaps, alone and in long runs, and writes them to @values. */
static void
append_random (HrPyramid *pyramid,
               GRand     *random,
               double    *values,
               guint      n)
{
  gboolean run = FALSE;

  for (guint i = 0; i < n; i++)
    {
      if (g_rand_int_range (random, 0, 120) == 0)
        run = !run;
      values[i] = run || g_rand_int_range (random, 0, 9) == 0 ? (double) NAN : g_rand_double_range (random, -1e3, 1e3);
      hr_pyramid_append (pyramid, values[i]);
    }
}

static void
check_against_brute_force (gsize capacity,
                           guint n)
{
  g_autoptr (HrPyramid) pyramid = hr_pyramid_new (capacity);
  g_autofree double *values = g_new (double, n);
  GRand             *random = g_rand_new_with_seed (SEED);

  append_random (pyramid, random, values, n);

  g_assert_cmpuint (hr_pyramid_end (pyramid), ==, n);
  g_assert_cmpuint (hr_pyramid_first (pyramid), ==, n > capacity ? n - capacity : 0);
  assert_same_extent (pyramid, values, 0, G_MAXUINT64);
  for (guint i = 0; i < N_RANGES; i++)
    {
      guint64 begin = (guint64) g_rand_int_range (random, 0, (gint32) n + 1);
      guint64 end = (guint64) g_rand_int_range (random, (gint32) begin, (gint32) n + 20);

      assert_same_extent (pyramid, values, begin, end);
      assert_same_extent (pyramid, values, begin, begin + 64);
      assert_same_extent (pyramid, values, begin / 64 * 64, end / 64 * 64);
    }
  g_rand_free (random);
}

static void
test_extent_matches_brute_force (void)
{
  check_against_brute_force (1 << 14, 10000);
  check_against_brute_force (10000, 9999);
}

static void
test_extent_matches_brute_force_after_wrapping (void)
{
  check_against_brute_force (1000, 10007);
  check_against_brute_force (1024, 50000);
  check_against_brute_force (300, 301);
  check_against_brute_force (16, 1000);
  check_against_brute_force (5, 77);
  check_against_brute_force (1, 33);
}

/* Every state on the way, not only the last: bins close, fill and are overwritten at different times. */
static void
test_extent_is_right_after_every_append (void)
{
  g_autoptr (HrPyramid) pyramid = hr_pyramid_new (100);
  double values[700];
  GRand *random = g_rand_new_with_seed (SEED);

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      values[i] = g_rand_double (random);
      hr_pyramid_append (pyramid, values[i]);
      assert_same_extent (pyramid, values, 0, i + 1);
      assert_same_extent (pyramid, values, i / 2, i + 1);
      assert_same_extent (pyramid, values, i - MIN (i, 77), i - MIN (i, 3));
    }
  g_rand_free (random);
}

static void
test_a_single_spike_is_never_lost (void)
{
  g_autoptr (HrPyramid) pyramid = hr_pyramid_new (5000);

  for (guint i = 0; i < 7000; i++)
    hr_pyramid_append (pyramid, i == 4321 ? 99 : 1);

  g_assert_cmpfloat (hr_pyramid_extent (pyramid, 2000, 7000).max, ==, 99);
  g_assert_cmpfloat (hr_pyramid_extent (pyramid, 4321, 4322).max, ==, 99);
  g_assert_cmpfloat (hr_pyramid_extent (pyramid, 2000, 4321).max, ==, 1);
  g_assert_cmpfloat (hr_pyramid_extent (pyramid, 4322, 7000).max, ==, 1);
}

static void
test_what_was_not_measured_is_empty (void)
{
  g_autoptr (HrPyramid) pyramid = hr_pyramid_new (256);
  HrExtent extent = hr_pyramid_extent (pyramid, 0, 100);

  g_assert_true (extent.min > extent.max);

  for (guint i = 0; i < 200; i++)
    hr_pyramid_append (pyramid, i < 128 ? (double) NAN : 3);

  extent = hr_pyramid_extent (pyramid, 0, 128);
  g_assert_true (extent.min > extent.max);
  extent = hr_pyramid_extent (pyramid, 150, 150);
  g_assert_true (extent.min > extent.max);
  extent = hr_pyramid_extent (pyramid, 160, 140);
  g_assert_true (extent.min > extent.max);
  extent = hr_pyramid_extent (pyramid, 200, 300);
  g_assert_true (extent.min > extent.max);
  g_assert_cmpfloat (hr_pyramid_extent (pyramid, 0, 129).min, ==, 3);
}

static void
test_get_returns_what_is_kept (void)
{
  g_autoptr (HrPyramid) pyramid = hr_pyramid_new (20);

  for (guint i = 0; i < 50; i++)
    hr_pyramid_append (pyramid, i);

  for (guint i = 0; i < 60; i++)
    if (i >= 30 && i < 50)
      g_assert_cmpfloat (hr_pyramid_get (pyramid, i), ==, i);
    else
      g_assert_true (isnan (hr_pyramid_get (pyramid, i)));
}

static void
test_infinities_become_counted_gaps (void)
{
  g_autoptr (HrPyramid) pyramid = hr_pyramid_new (64);

  for (guint i = 0; i < 64; i++)
    hr_pyramid_append (pyramid, i % 8 == 0 ? (double) INFINITY : i % 8 == 1 ? -(double) INFINITY
                                                                            : 5);

  g_assert_cmpuint (hr_pyramid_refused (pyramid), ==, 16);
  g_assert_true (isnan (hr_pyramid_get (pyramid, 8)));
  g_assert_cmpfloat (hr_pyramid_extent (pyramid, 0, 64).min, ==, 5);
  g_assert_cmpfloat (hr_pyramid_extent (pyramid, 0, 64).max, ==, 5);
}

static void
test_clear_starts_anew (void)
{
  g_autoptr (HrPyramid) pyramid = hr_pyramid_new (100);

  for (guint i = 0; i < 1000; i++)
    hr_pyramid_append (pyramid, i == 999 ? (double) INFINITY : 1e6);
  hr_pyramid_clear (pyramid);

  g_assert_cmpuint (hr_pyramid_first (pyramid), ==, 0);
  g_assert_cmpuint (hr_pyramid_end (pyramid), ==, 0);
  g_assert_cmpuint (hr_pyramid_refused (pyramid), ==, 0);
  for (guint i = 0; i < 40; i++)
    hr_pyramid_append (pyramid, 2);
  g_assert_cmpfloat (hr_pyramid_extent (pyramid, 0, 1000).max, ==, 2);
}

static void
test_capacities_at_the_edges (void)
{
  g_autoptr (HrPyramid) least = hr_pyramid_new (0);

  hr_pyramid_append (least, 1);
  hr_pyramid_append (least, 2);
  g_assert_cmpuint (hr_pyramid_first (least), ==, 1);
  g_assert_cmpfloat (hr_pyramid_extent (least, 0, 2).min, ==, 2);

  g_assert_null (hr_pyramid_new (G_MAXSIZE));
  hr_pyramid_free (NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/pyramid/extent/brute-force", test_extent_matches_brute_force);
  g_test_add_func ("/stats/pyramid/extent/wrapped", test_extent_matches_brute_force_after_wrapping);
  g_test_add_func ("/stats/pyramid/extent/every-append", test_extent_is_right_after_every_append);
  g_test_add_func ("/stats/pyramid/extent/spike", test_a_single_spike_is_never_lost);
  g_test_add_func ("/stats/pyramid/extent/empty", test_what_was_not_measured_is_empty);
  g_test_add_func ("/stats/pyramid/get", test_get_returns_what_is_kept);
  g_test_add_func ("/stats/pyramid/infinities", test_infinities_become_counted_gaps);
  g_test_add_func ("/stats/pyramid/clear", test_clear_starts_anew);
  g_test_add_func ("/stats/pyramid/capacity", test_capacities_at_the_edges);

  return g_test_run ();
}
