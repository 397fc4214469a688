/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/slide.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define N_INTERVALS 3000
#define MAX_BUCKETS 6
#define SEED 31415926

/* A series with everything that a real one has: gaps, jitter, bursts, and values of very different size. */
typedef struct
{
  HrInterval    intervals[N_INTERVALS];
  HrBucketCount buckets[N_INTERVALS][MAX_BUCKETS];
} Series;

static Series *
draw_series (GRand *random)
{
  Series *series = g_new0 (Series, 1);
  gint64  now_ns = 0;

  for (guint i = 0; i < N_INTERVALS; i++)
    {
      HrInterval *interval = &series->intervals[i];
      double      scale = pow (10, g_rand_int_range (random, -6, 7));
      gboolean    measured = g_rand_double (random) < 0.7;

      /* Now and then two end at the same time, or a stretch is missing. */
      interval->length_ns = g_rand_int_range (random, 0, 4) == 0 ? 0 : g_rand_int_range (random, 1, 200);
      now_ns += interval->length_ns + (g_rand_int_range (random, 0, 50) == 0 ? 1000 : 0);
      *interval = (HrInterval){ .serial = i, .end_ns = now_ns, .length_ns = interval->length_ns };
      if (!measured)
        continue;

      interval->sum = scale * g_rand_double_range (random, -1, 1);
      interval->self = interval->sum / 3;
      interval->min = -scale * g_rand_double (random);
      interval->max = scale * g_rand_double (random);
      interval->last = interval->max;
      interval->buckets = series->buckets[i];
      interval->n_buckets = (gsize) g_rand_int_range (random, 1, MAX_BUCKETS);
      for (gsize k = 0; k < interval->n_buckets; k++)
        {
          /* One that does not exist among them. */
          series->buckets[i][k].bucket = (guint32) g_rand_int_range (random, 0, HR_N_BUCKETS + 1);
          series->buckets[i][k].count = (guint64) g_rand_int_range (random, 1, 100);
          interval->count += series->buckets[i][k].count;
        }
    }

  return series;
}

/* Within 1e-12 of the truth; where values of both signs cancel out, of a thousandth of what they were. */
static void
assert_close (double      actual,
              long double expected,
              long double magnitude)
{
  g_assert_cmpfloat ((double) fabsl (actual - expected), <=, 1e-12 * (double) MAX (fabsl (expected), 1e-3L * magnitude));
}

/* The window must be what a scan of the intervals from @first to @end says. */
static void
assert_is_scan (HrSlide          *slide,
                const HrInterval *intervals,
                guint             first,
                guint             end)
{
  HrTally     tally = hr_slide_tally (slide);
  HrHistogram histogram = { 0 };
  HrTally     scan = { .min = (double) INFINITY, .max = -(double) INFINITY };
  long double sum = 0, self = 0, magnitude = 0;

  for (guint i = first; i < end; i++)
    {
      scan.covered_ns += intervals[i].length_ns;
      if (intervals[i].count == 0)
        continue;
      scan.count += intervals[i].count;
      scan.n_measured++;
      scan.min = fmin (scan.min, intervals[i].min);
      scan.max = fmax (scan.max, intervals[i].max);
      scan.last = intervals[i].last;
      scan.last_ns = intervals[i].end_ns;
      sum += intervals[i].sum;
      self += intervals[i].self;
      magnitude += fabsl (intervals[i].sum);
      hr_histogram_add (&histogram, intervals[i].buckets, intervals[i].n_buckets);
    }

  g_assert_cmpuint (hr_slide_length (slide), ==, end - first);
  g_assert_cmpuint (tally.count, ==, scan.count);
  g_assert_cmpuint (tally.n_measured, ==, scan.n_measured);
  g_assert_cmpint (tally.covered_ns, ==, scan.covered_ns);
  g_assert_true (memcmp (hr_slide_histogram (slide), &histogram, sizeof histogram) == 0);
  assert_close (hr_sum_value (&tally.sum), sum, magnitude);
  assert_close (hr_sum_value (&tally.self), self, magnitude);
  if (scan.count > 0)
    {
      g_assert_cmpfloat (tally.min, ==, scan.min);
      g_assert_cmpfloat (tally.max, ==, scan.max);
      g_assert_cmpfloat (tally.last, ==, scan.last);
      g_assert_cmpint (tally.last_ns, ==, scan.last_ns);
    }
}

static void
test_a_window_of_time_equals_a_scan (void)
{
  GRand  *random = g_rand_new_with_seed (SEED);
  Series *series = draw_series (random);

  for (gint64 window_ns = 1; window_ns < 1000000; window_ns *= 7)
    {
      HrSlide *slide = hr_slide_new (true);
      guint    first = 0;

      for (guint end = 1; end <= N_INTERVALS; end++)
        {
          gint64 now_ns = series->intervals[end - 1].end_ns + g_rand_int_range (random, 0, 3);
          gint64 left_ns = G_MININT64;

          g_assert_true (hr_slide_push (slide, &series->intervals[end - 1]));
          if (g_rand_boolean (random))
            continue;
          for (; first < end && series->intervals[first].end_ns <= now_ns - window_ns; first++)
            left_ns = series->intervals[first].end_ns;
          g_assert_cmpint (hr_slide_keep_since (slide, now_ns - window_ns), ==, left_ns);
          assert_is_scan (slide, series->intervals, first, end);
        }
      hr_slide_free (slide);
    }

  g_free (series);
  g_rand_free (random);
}

static void
test_a_window_of_samples_equals_a_scan (void)
{
  GRand  *random = g_rand_new_with_seed (SEED);
  Series *series = draw_series (random);

  for (guint n_measured = 0; n_measured <= 300; n_measured = 3 * n_measured + 1)
    {
      HrSlide *slide = hr_slide_new (true);

      for (guint end = 1; end <= N_INTERVALS; end++)
        {
          guint first = end, n = 0;

          hr_slide_push (slide, &series->intervals[end - 1]);
          hr_slide_keep_last (slide, n_measured);
          for (; first > 0 && n < n_measured; first--)
            n += series->intervals[first - 1].count > 0;
          assert_is_scan (slide, series->intervals, first, end);
        }
      hr_slide_free (slide);
    }

  g_free (series);
  g_rand_free (random);
}

static HrInterval
one_value (double value)
{
  return (HrInterval){ .count = 1, .length_ns = 1, .sum = value, .self = value, .min = value, .max = value, .last = value };
}

static void
push_value (HrSlide *slide,
            double   value)
{
  HrInterval interval = one_value (value);

  hr_slide_push (slide, &interval);
}

static void
test_a_giant_leaves_no_trace (void)
{
  const double giants[] = { 1e300, -1e300, 1.7e308, 1e-300 };
  HrSlide     *slide = hr_slide_new (false);

  g_assert_null (hr_slide_histogram (slide));
  for (guint i = 0; i < 1000; i++)
    {
      HrTally tally;

      push_value (slide, i % 100 < G_N_ELEMENTS (giants) ? giants[i % 100] : 0.1);
      hr_slide_keep_last (slide, 10);
      tally = hr_slide_tally (slide);
      if (i % 100 >= G_N_ELEMENTS (giants) + 9)
        {
          g_assert_cmpfloat_with_epsilon (hr_sum_value (&tally.sum), 1, 1e-15);
          g_assert_cmpfloat (tally.max, ==, 0.1);
        }
    }
  hr_slide_free (slide);
}

static void
test_an_overflow_heals_when_it_leaves (void)
{
  HrSlide *slide = hr_slide_new (false);
  HrTally  tally;

  for (guint i = 0; i < 3; i++)
    push_value (slide, 1.7e308);
  tally = hr_slide_tally (slide);
  g_assert_true (isinf (hr_sum_value (&tally.sum)));

  push_value (slide, 7);
  hr_slide_keep_last (slide, 1);
  tally = hr_slide_tally (slide);
  g_assert_cmpfloat (hr_sum_value (&tally.sum), ==, 7);
  hr_slide_free (slide);
}

static void
test_what_is_not_finite_is_refused_and_counted (void)
{
  const double        bad[] = { (double) NAN, (double) INFINITY, -(double) INFINITY };
  const gsize         fields[] = { G_STRUCT_OFFSET (HrInterval, sum), G_STRUCT_OFFSET (HrInterval, self), G_STRUCT_OFFSET (HrInterval, min),
                                   G_STRUCT_OFFSET (HrInterval, max), G_STRUCT_OFFSET (HrInterval, last) };
  const HrBucketCount bucket = { 5, 1 };
  HrSlide            *slide = hr_slide_new (true);
  HrTally             tally;

  push_value (slide, 3);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    for (guint k = 0; k < G_N_ELEMENTS (fields); k++)
      {
        HrInterval interval = one_value (1);

        interval.buckets = &bucket;
        interval.n_buckets = 1;
        G_STRUCT_MEMBER (double, &interval, fields[k]) = bad[i];
        g_assert_false (hr_slide_push (slide, &interval));
      }

  tally = hr_slide_tally (slide);
  g_assert_cmpuint (hr_slide_refused (slide), ==, G_N_ELEMENTS (bad) * G_N_ELEMENTS (fields));
  g_assert_cmpuint (tally.count, ==, 1);
  g_assert_cmpfloat (hr_sum_value (&tally.sum), ==, 3);
  g_assert_cmpfloat (tally.last, ==, 3);
  g_assert_cmpint (tally.covered_ns, ==, 1 + 15);
  g_assert_cmpuint (hr_slide_histogram (slide)->total, ==, 0);
  hr_slide_free (slide);
}

static void
test_shifting_and_clearing (void)
{
  HrSlide   *slide = hr_slide_new (true);
  HrInterval out;

  g_assert_false (hr_slide_shift (slide, &out));
  g_assert_null (hr_slide_first (slide));
  for (guint i = 0; i < 1000; i++)
    {
      push_value (slide, i);
      push_value (slide, i + 0.5);
      g_assert_true (hr_slide_shift (slide, &out));
      g_assert_cmpfloat (out.sum, ==, i / 2 + i % 2 / 2.0);
    }
  g_assert_cmpfloat (hr_slide_first (slide)->sum, ==, 500);

  hr_slide_clear (slide);
  g_assert_cmpuint (hr_slide_length (slide), ==, 0);
  g_assert_cmpuint (hr_slide_tally (slide).count, ==, 0);
  push_value (slide, 4);
  g_assert_cmpfloat (hr_slide_tally (slide).min, ==, 4);
  g_assert_cmpfloat (hr_slide_tally (slide).max, ==, 4);
  hr_slide_free (slide);
  hr_slide_free (NULL);
}

static void
test_sums_keep_what_rounding_takes (void)
{
  HrSum all = { 0 }, first = { 0 }, rest = { 0 };

  /* The textbook case: a plain sum says 0, Kahan's says 0, the truth is 2. */
  hr_sum_add (&all, 1);
  hr_sum_add (&all, 1e100);
  hr_sum_add (&all, 1);
  hr_sum_add (&all, -1e100);
  g_assert_cmpfloat (hr_sum_value (&all), ==, 2);

  for (guint i = 0; i < 1000000; i++)
    hr_sum_add (i % 2 == 0 ? &first : &rest, 0.1);
  hr_sum_merge (&first, &rest);
  g_assert_cmpfloat (fabs (hr_sum_value (&first) - 1e5), <=, 1e-11);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/slide/time", test_a_window_of_time_equals_a_scan);
  g_test_add_func ("/stats/slide/samples", test_a_window_of_samples_equals_a_scan);
  g_test_add_func ("/stats/slide/giant", test_a_giant_leaves_no_trace);
  g_test_add_func ("/stats/slide/overflow", test_an_overflow_heals_when_it_leaves);
  g_test_add_func ("/stats/slide/refused", test_what_is_not_finite_is_refused_and_counted);
  g_test_add_func ("/stats/slide/shift", test_shifting_and_clearing);
  g_test_add_func ("/stats/slide/sum", test_sums_keep_what_rounding_takes);

  return g_test_run ();
}
