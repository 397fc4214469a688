/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/histogram.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define N_ITEMS 20000
#define SEED 20240229

static const double quantiles[] = { 0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };

typedef double (*DrawFunc) (GRand *random);

static double
draw_uniform (GRand *random)
{
  return g_rand_double_range (random, 1, 1e6);
}

static double
draw_lognormal (GRand *random)
{
  double angle = 2 * G_PI * g_rand_double (random);
  double radius = sqrt (-2 * log (1 - g_rand_double (random)));

  return exp (10 + 1.5 * radius * cos (angle));
}

static double
draw_bimodal (GRand *random)
{
  return g_rand_boolean (random) ? g_rand_double_range (random, 27e3, 29e3) : g_rand_double_range (random, 9e6, 11e6);
}

/* Pareto with exponent 1: without a mean. */
static double
draw_heavy_tail (GRand *random)
{
  return fmin (1000 / (1 - g_rand_double (random)), 6e10);
}

/* Every size from 1 ns to 60 s equally often: each octave is in it. */
static double
draw_wide (GRand *random)
{
  return exp (g_rand_double_range (random, 0, log (60e9)));
}

static double
draw_constant (GRand *random)
{
  return 28000;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  guint64 left = *(const guint64 *) a, right = *(const guint64 *) b;

  return (left > right) - (left < right);
}

/* Returns @n sorted draws, having recorded each in @histogram. */
static guint64 *
draw_sorted (DrawFunc     draw,
             guint        n,
             HrHistogram *histogram)
{
  GRand   *random = g_rand_new_with_seed (SEED);
  guint64 *values = g_new (guint64, n);

  memset (histogram, 0, sizeof *histogram);
  for (guint i = 0; i < n; i++)
    {
      values[i] = (guint64) draw (random);
      hr_histogram_record (histogram, values[i], 1);
    }
  qsort (values, n, sizeof *values, compare);
  g_rand_free (random);

  return values;
}

static void
test_quantiles_stay_within_one_per_cent_of_sorted_truth (gconstpointer data)
{
  HrHistogram         histogram;
  g_autofree guint64 *values = draw_sorted (*(const DrawFunc *) data, N_ITEMS, &histogram);
  double              out[G_N_ELEMENTS (quantiles)];

  hr_histogram_quantiles (&histogram, quantiles, G_N_ELEMENTS (quantiles), out);

  for (guint i = 0; i < G_N_ELEMENTS (quantiles); i++)
    {
      gsize  rank = MAX (1, (gsize) ceil (quantiles[i] * N_ITEMS - 1e-6));
      double truth = (double) values[rank - 1];

      g_assert_cmpfloat (fabs (out[i] - truth), <=, 0.01 * truth);
    }
}

static void
test_compliance_follows_sorted_truth (gconstpointer data)
{
  HrHistogram         histogram;
  g_autofree guint64 *values = draw_sorted (*(const DrawFunc *) data, N_ITEMS, &histogram);

  /* Limits between two buckets leave nothing to interpolate, so the share is exact. */
  for (guint32 bucket = 0; bucket < HR_N_BUCKETS - 1; bucket += 13)
    {
      guint64 limit = hr_bucket_lower (bucket + 1) - 1;
      gsize   inside = 0;

      while (inside < N_ITEMS && values[inside] <= limit)
        inside++;
      g_assert_cmpfloat_with_epsilon (hr_histogram_compliance (&histogram, (double) limit), (double) inside / N_ITEMS, 1e-12);
    }
}

static void
test_quantiles_of_known_ranks (void)
{
  HrHistogram histogram = { 0 };

  /* Below 128 ns every bucket is one value wide, so these are exact. */
  for (guint64 ns = 1; ns <= 100; ns++)
    hr_histogram_record (&histogram, ns, 1);

  for (guint per_cent = 1; per_cent <= 100; per_cent++)
    g_assert_cmpfloat (hr_histogram_quantile (&histogram, per_cent / 100.0), ==, per_cent);
  g_assert_cmpfloat (hr_histogram_quantile (&histogram, 0.501), ==, 51);
  g_assert_cmpfloat (hr_histogram_quantile (&histogram, -1), ==, 1);
  g_assert_cmpfloat (hr_histogram_quantile (&histogram, 2), ==, 100);
  g_assert_true (isnan (hr_histogram_quantile (&histogram, (double) NAN)));
}

static void
test_quantiles_in_any_order_agree_with_single_ones (void)
{
  const double               unordered[] = { 0.99, 0.5, 0.5, 1, 0, 0.999, 0.25 };
  HrHistogram                histogram;
  g_autofree guint64 *values G_GNUC_UNUSED = draw_sorted (draw_lognormal, N_ITEMS, &histogram);
  double                     out[G_N_ELEMENTS (unordered)];

  hr_histogram_quantiles (&histogram, unordered, G_N_ELEMENTS (unordered), out);

  for (guint i = 0; i < G_N_ELEMENTS (unordered); i++)
    g_assert_cmpfloat (out[i], ==, hr_histogram_quantile (&histogram, unordered[i]));
}

static void
test_every_bucket_can_be_the_answer (void)
{
  for (guint32 bucket = 0; bucket < HR_N_BUCKETS; bucket++)
    {
      HrHistogram histogram = { 0 };

      hr_histogram_record (&histogram, hr_bucket_lower (bucket), 3);
      g_assert_cmpfloat (hr_histogram_quantile (&histogram, 0.5), ==, hr_bucket_middle (bucket));
    }
}

static void
test_an_empty_histogram_answers_nan (void)
{
  HrHistogram histogram = { 0 };
  double      out[G_N_ELEMENTS (quantiles)] = { 0 };

  hr_histogram_quantiles (&histogram, quantiles, G_N_ELEMENTS (quantiles), out);
  for (guint i = 0; i < G_N_ELEMENTS (quantiles); i++)
    g_assert_true (isnan (out[i]));
  g_assert_true (isnan (hr_histogram_compliance (&histogram, 1e6)));
}

static void
test_merge_equals_one_pass (void)
{
  HrHistogram whole = { 0 }, first = { 0 }, rest = { 0 };
  GRand      *random = g_rand_new_with_seed (SEED);

  for (guint i = 0; i < N_ITEMS; i++)
    {
      guint64 ns = (guint64) draw_lognormal (random);
      guint64 weight = 1 + i % 7;

      hr_histogram_record (&whole, ns, weight);
      hr_histogram_record (i % 3 == 0 ? &first : &rest, ns, weight);
    }
  hr_histogram_merge (&first, &rest);

  g_assert_cmpmem (&first, sizeof first, &whole, sizeof whole);
  g_rand_free (random);
}

/* Merged in any order and any grouping, the same comes out. */
static void
test_merge_is_associative_and_commutative (void)
{
  const DrawFunc draws[] = { draw_lognormal, draw_bimodal, draw_heavy_tail };
  HrHistogram    parts[3], left, right;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_free (draw_sorted (draws[i], N_ITEMS - i, &parts[i]));

  /* (0 + 1) + 2 */
  left = parts[0];
  hr_histogram_merge (&left, &parts[1]);
  hr_histogram_merge (&left, &parts[2]);

  /* 0 + (1 + 2), from the other side as well */
  right = parts[1];
  hr_histogram_merge (&right, &parts[2]);
  hr_histogram_merge (&right, &parts[0]);
  g_assert_cmpmem (&left, sizeof left, &right, sizeof right);

  right = parts[2];
  hr_histogram_merge (&right, &parts[1]);
  left = parts[0];
  hr_histogram_merge (&left, &right);
  hr_histogram_merge (&right, &parts[0]);
  g_assert_cmpmem (&left, sizeof left, &right, sizeof right);
  g_assert_cmpuint (left.total, ==, 3 * N_ITEMS - 3);
}

static void
test_what_is_removed_was_never_there (void)
{
  const HrBucketCount buckets[] = { { 3, 2 }, { HR_N_BUCKETS, 7 }, { 900, 1 }, { HR_N_BUCKETS - 1, G_MAXUINT32 } };
  HrHistogram         before, after;

  g_free (draw_sorted (draw_lognormal, N_ITEMS, &before));
  after = before;
  hr_histogram_add (&after, buckets, G_N_ELEMENTS (buckets));
  hr_histogram_remove (&after, buckets, G_N_ELEMENTS (buckets));
  hr_histogram_remove (&after, NULL, 0);

  g_assert_cmpmem (&after, sizeof after, &before, sizeof before);
}

static void
test_a_difference_added_back_restores_the_whole (void)
{
  HrHistogram   earlier, later;
  HrBucketCount difference[HR_N_BUCKETS];
  gsize         n;
  guint64       sum = 0;

  g_free (draw_sorted (draw_bimodal, N_ITEMS, &earlier));
  later = earlier;
  for (guint64 ns = 1; ns < 1000000000; ns = ns * 3 + 1)
    hr_histogram_record (&later, ns, ns);

  n = hr_histogram_subtract (&later, &earlier, difference, G_N_ELEMENTS (difference));
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpuint (difference[i].count, >, 0);
      g_assert_true (i == 0 || difference[i].bucket > difference[i - 1].bucket);
      sum += difference[i].count;
    }
  g_assert_cmpuint (sum, ==, later.total - earlier.total);

  hr_histogram_add (&earlier, difference, n);
  g_assert_cmpmem (&earlier, sizeof earlier, &later, sizeof later);
}

static void
test_a_difference_is_bounded_and_never_negative (void)
{
  HrHistogram   none = { 0 }, some = { 0 };
  HrBucketCount out[3] = { [2] = { .bucket = 77, .count = 77 } };

  for (guint64 ns = 0; ns < 10; ns++)
    hr_histogram_record (&some, ns, 1);

  g_assert_cmpuint (hr_histogram_subtract (&some, &none, out, 2), ==, 2);
  g_assert_cmpuint (out[2].count, ==, 77);
  g_assert_cmpuint (hr_histogram_subtract (&none, &some, out, 3), ==, 0);
}

static void
test_buckets_that_do_not_exist_are_left_out (void)
{
  const HrBucketCount buckets[] = { { HR_N_BUCKETS, 5 }, { G_MAXUINT32, 5 }, { HR_N_BUCKETS - 1, 2 } };
  HrHistogram         histogram = { 0 };

  hr_histogram_add (&histogram, buckets, G_N_ELEMENTS (buckets));
  hr_histogram_add (&histogram, NULL, 0);

  g_assert_cmpuint (histogram.total, ==, 2);
  g_assert_cmpuint (histogram.counts[HR_N_BUCKETS - 1], ==, 2);
}

static void
test_compliance_interpolates_inside_a_bucket (void)
{
  HrHistogram histogram = { 0 };
  guint64     lower = hr_bucket_lower (hr_bucket_index (1000000));
  guint64     width = hr_bucket_width (hr_bucket_index (1000000));

  for (guint64 ns = lower; ns < lower + width; ns++)
    hr_histogram_record (&histogram, ns, 1);

  g_assert_cmpfloat (hr_histogram_compliance (&histogram, (double) lower - 1), ==, 0);
  for (guint64 i = 0; i < width; i += 97)
    g_assert_cmpfloat_with_epsilon (hr_histogram_compliance (&histogram, (double) (lower + i)),
                                    (double) (i + 1) / (double) width, 1e-12);
  g_assert_cmpfloat (hr_histogram_compliance (&histogram, (double) (lower + width - 1)), ==, 1);
}

static void
test_compliance_at_the_edges (void)
{
  HrHistogram histogram = { 0 };

  hr_histogram_record (&histogram, 0, 1);
  hr_histogram_record (&histogram, 100, 2);
  hr_histogram_record (&histogram, G_MAXUINT64, 1);

  g_assert_cmpfloat (hr_histogram_compliance (&histogram, -1), ==, 0);
  g_assert_cmpfloat (hr_histogram_compliance (&histogram, 0), ==, 0.25);
  g_assert_cmpfloat (hr_histogram_compliance (&histogram, 99.9), ==, 0.25);
  g_assert_cmpfloat (hr_histogram_compliance (&histogram, 100), ==, 0.75);
  g_assert_cmpfloat (hr_histogram_compliance (&histogram, 1e9), ==, 0.75);
  g_assert_cmpfloat (hr_histogram_compliance (&histogram, 1e300), ==, 1);
  g_assert_cmpfloat (hr_histogram_compliance (&histogram, (double) INFINITY), ==, 1);
  g_assert_true (isnan (hr_histogram_compliance (&histogram, (double) NAN)));
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    DrawFunc    draw;
  } shapes[] = {
    { "uniform", draw_uniform },
    { "lognormal", draw_lognormal },
    { "bimodal", draw_bimodal },
    { "heavy-tail", draw_heavy_tail },
    { "wide", draw_wide },
    { "constant", draw_constant },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *of_quantiles = g_strconcat ("/stats/histogram/quantiles/", shapes[i].name, NULL);
      g_autofree char *of_compliance = g_strconcat ("/stats/histogram/compliance/", shapes[i].name, NULL);

      g_test_add_data_func (of_quantiles, &shapes[i].draw, test_quantiles_stay_within_one_per_cent_of_sorted_truth);
      g_test_add_data_func (of_compliance, &shapes[i].draw, test_compliance_follows_sorted_truth);
    }
  g_test_add_func ("/stats/histogram/quantiles/known-ranks", test_quantiles_of_known_ranks);
  g_test_add_func ("/stats/histogram/quantiles/any-order", test_quantiles_in_any_order_agree_with_single_ones);
  g_test_add_func ("/stats/histogram/quantiles/every-bucket", test_every_bucket_can_be_the_answer);
  g_test_add_func ("/stats/histogram/empty", test_an_empty_histogram_answers_nan);
  g_test_add_func ("/stats/histogram/merge/one-pass", test_merge_equals_one_pass);
  g_test_add_func ("/stats/histogram/merge/order", test_merge_is_associative_and_commutative);
  g_test_add_func ("/stats/histogram/removed", test_what_is_removed_was_never_there);
  g_test_add_func ("/stats/histogram/difference/restores", test_a_difference_added_back_restores_the_whole);
  g_test_add_func ("/stats/histogram/difference/bounded", test_a_difference_is_bounded_and_never_negative);
  g_test_add_func ("/stats/histogram/foreign-buckets", test_buckets_that_do_not_exist_are_left_out);
  g_test_add_func ("/stats/histogram/compliance/interpolated", test_compliance_interpolates_inside_a_bucket);
  g_test_add_func ("/stats/histogram/compliance/edges", test_compliance_at_the_edges);

  return g_test_run ();
}
