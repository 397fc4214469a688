/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/beta.h"

#include <glib.h>
#include <math.h>

#define DRAWS 100000

typedef struct
{
  double mean;
  double variance;
  double spread; /* standard error of the variance of DRAWS draws, as a share of it */
} Moments;

static Moments
closed_form (double alpha,
             double beta)
{
  double sum = alpha + beta, product = alpha * beta;
  double mean = alpha / sum;
  double excess = 6 * ((alpha - beta) * (alpha - beta) * (sum + 1) - product * (sum + 2)) / (product * (sum + 2) * (sum + 3));

  return (Moments){ mean, mean * (1 - mean) / (sum + 1), sqrt ((excess + 2) / DRAWS) };
}

static Moments
draw_moments (HrRandom *random,
              double    alpha,
              double    beta)
{
  double sum = 0, squares = 0, centre = closed_form (alpha, beta).mean;

  for (int i = 0; i < DRAWS; i++)
    {
      double distance = hr_beta_draw (random, alpha, beta) - centre;

      sum += distance;
      squares += distance * distance;
    }

  return (Moments){ centre + sum / DRAWS, squares / DRAWS - (sum / DRAWS) * (sum / DRAWS), 0 };
}

static void
test_the_generator_is_the_published_one (void)
{
  /* The first numbers of xoshiro256++ from the state 1, 2, 3, 4, as its authors' code gives them. */
  const uint64_t expected[] = { 41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205u };
  HrRandom       random = { { 1, 2, 3, 4 } };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (hr_random_next (&random), ==, expected[i]);
}

static void
test_seeds_and_streams_differ_and_repeat (void)
{
  HrRandom a, b, c, again;

  hr_random_seed (&a, 0, 0);
  hr_random_seed (&b, 0, 1);
  hr_random_seed (&c, 1, 0);
  hr_random_seed (&again, 0, 1);
  for (int i = 0; i < 100; i++)
    {
      uint64_t drawn = hr_random_next (&b);

      g_assert_cmpuint (drawn, ==, hr_random_next (&again));
      g_assert_cmpuint (drawn, !=, hr_random_next (&a));
      g_assert_cmpuint (drawn, !=, hr_random_next (&c));
    }
}

static void
test_far_streams_cost_no_more (void)
{
  HrRandom last;
  guint64  ones = 0;

  /* With a jump a stream, this would take a quarter of an hour. */
  hr_random_seed (&last, 0, G_MAXUINT32);

  /* The first bits of neighbouring streams are as good as any: 64 a stream, half of them set. */
  for (guint32 stream = 0; stream < 10000; stream++)
    {
      HrRandom random;

      hr_random_seed (&random, 0, stream);
      ones += (guint64) __builtin_popcountll (hr_random_next (&random));
      g_assert_cmpuint (random.state[0], !=, last.state[0]);
    }
  g_assert_cmpfloat (fabs ((double) ones - 320000), <, 5 * sqrt (640000 * 0.25));
}

static void
test_below_is_even_and_bounded (void)
{
  int      counts[28] = { 0 };
  HrRandom random;

  hr_random_seed (&random, 3, 0);
  for (int i = 0; i < 280000; i++)
    counts[hr_random_below (&random, 28)]++;
  for (int i = 0; i < 28; i++)
    g_assert_cmpfloat_with_epsilon (counts[i], 10000, 500);
  g_assert_cmpuint (hr_random_below (&random, 1), ==, 0);
  g_assert_cmpuint (hr_random_below (&random, 0), ==, 0);
}

static void
test_moments_match_the_closed_forms (void)
{
  static const double shapes[][2] = { { 1, 1 }, { 0.5, 0.5 }, { 2, 3 }, { 0.01, 0.02 }, { 1e-3, 1 }, { 40, 2 }, { 1e6, 3e6 }, { 1e12, 1e12 } };
  HrRandom            random;

  hr_random_seed (&random, 11, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      double  alpha = shapes[i][0], beta = shapes[i][1];
      Moments expected = closed_form (alpha, beta);
      Moments drawn = draw_moments (&random, alpha, beta);

      /* Five standard errors each. */
      g_assert_cmpfloat (fabs (drawn.mean - expected.mean), <, 5 * sqrt (expected.variance / DRAWS));
      g_assert_cmpfloat (fabs (drawn.variance / expected.variance - 1), <, 5 * expected.spread);
    }
}

/* Every arm of a batch longer than any block gets its own distribution, wherever it stands. */
static void
test_a_batch_is_drawn_arm_by_arm (void)
{
  static const HrArm kinds[] = { { 2, 3 }, { 0.5, 7 }, { 40, 0.3 }, { 1, 1 }, { 1e-3, 2 }, { 300, 20 }, { 1e4, 1e4 } };
  HrArm              arms[G_N_ELEMENTS (kinds) * 43];
  double             draws[G_N_ELEMENTS (arms)], sums[G_N_ELEMENTS (arms)] = { 0 };
  HrRandom           random;

  for (gsize i = 0; i < G_N_ELEMENTS (arms); i++)
    arms[i] = kinds[i % G_N_ELEMENTS (kinds)];
  hr_random_seed (&random, 17, 0);
  for (int round = 0; round < 2000; round++)
    {
      hr_beta_draws (&random, arms, G_N_ELEMENTS (arms), draws);
      for (gsize i = 0; i < G_N_ELEMENTS (arms); i++)
        sums[i] += draws[i];
    }

  for (gsize i = 0; i < G_N_ELEMENTS (arms); i++)
    {
      Moments expected = closed_form (arms[i].alpha, arms[i].beta);

      g_assert_cmpfloat (fabs (sums[i] / 2000 - expected.mean), <, 6 * sqrt (expected.variance / 2000));
    }
}

static void
test_swapped_shapes_mirror_the_draws (void)
{
  int      low = 0, high = 0;
  HrRandom random;

  hr_random_seed (&random, 13, 0);
  for (int i = 0; i < DRAWS; i++)
    {
      low += hr_beta_draw (&random, 0.7, 3) < 0.1;
      high += hr_beta_draw (&random, 3, 0.7) > 0.9;
    }
  g_assert_cmpfloat (fabs ((double) (low - high)), <, 5 * sqrt (2.0 * DRAWS * 0.25));
  g_assert_cmpint (low, >, DRAWS / 10);
}

static void
test_extreme_shapes_stay_numbers (void)
{
  static const double shapes[] = { 5e-324, 1e-310, 1e-200, 1e-100, 1e-9, 1e-3, 1, 1e9, 1e100, 1.7e308 };
  HrRandom            random;

  hr_random_seed (&random, 14, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (shapes); j++)
      for (int n = 0; n < 200; n++)
        {
          double draw = hr_beta_draw (&random, shapes[i], shapes[j]);

          g_assert_true (draw >= 0 && draw <= 1);
          if (shapes[i] > shapes[j] * 1e90)
            g_assert_cmpfloat (draw, >, 0.5);
        }
}

static void
test_vanishing_shapes_are_a_coin (void)
{
  static const double alphas[] = { 1e-6, 1e-100, 1e-305, 5e-310 };
  HrRandom            random;

  hr_random_seed (&random, 15, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (alphas); i++)
    {
      int ones = 0;

      for (int n = 0; n < DRAWS; n++)
        ones += hr_beta_draw (&random, alphas[i], 3 * alphas[i]) > 0.5;
      g_assert_cmpfloat_with_epsilon (ones / (double) DRAWS, 0.25, 5 * sqrt (0.25 * 0.75 / DRAWS));
    }
}

static void
test_what_is_no_shape_gives_nan (void)
{
  static const double wrong[] = { 0, -1, (double) NAN, (double) INFINITY };
  HrRandom            random;

  hr_random_seed (&random, 16, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      HrArm  mixed[] = { { 2, 2 }, { wrong[i], 2 }, { 2, 2 } };
      double draws[3];

      hr_beta_draws (&random, mixed, 3, draws);
      g_assert_true (draws[0] > 0 && isnan (draws[1]) && draws[2] > 0);
      g_assert_true (isnan (hr_beta_draw (&random, wrong[i], 1)));
      g_assert_true (isnan (hr_beta_draw (&random, 1, wrong[i])));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thompson/random/published", test_the_generator_is_the_published_one);
  g_test_add_func ("/thompson/random/streams", test_seeds_and_streams_differ_and_repeat);
  g_test_add_func ("/thompson/random/far-streams", test_far_streams_cost_no_more);
  g_test_add_func ("/thompson/random/below", test_below_is_even_and_bounded);
  g_test_add_func ("/thompson/beta/moments", test_moments_match_the_closed_forms);
  g_test_add_func ("/thompson/beta/batches", test_a_batch_is_drawn_arm_by_arm);
  g_test_add_func ("/thompson/beta/symmetry", test_swapped_shapes_mirror_the_draws);
  g_test_add_func ("/thompson/beta/extreme", test_extreme_shapes_stay_numbers);
  g_test_add_func ("/thompson/beta/vanishing", test_vanishing_shapes_are_a_coin);
  g_test_add_func ("/thompson/beta/refused", test_what_is_no_shape_gives_nan);

  return g_test_run ();
}
