/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Draws of the Gamma and the Beta distribution, exact for every shape above 0.
 *
 * Gamma: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", 2000; a shape below 1
 * is boosted by G(a) = G(a + 1) * U^(1/a). Beta(a, b) = X / (X + Y) with X of G(a), Y of G(b).
 * Everything stays in logarithms: with a = 0.001 a plain X is 0 in a double half of the time, and 0 / (0 + 0) nothing. */

#include "engine/thompson/beta.h"

#include <math.h>
#include <stdbool.h>

/* Below this, both shapes of a Beta are scaled up together before anything is divided by them. */
#define TINY_SHAPE 1e-200
#define TINY_SHAPE_SCALE 1e100

static bool
is_shape (double value)
{
  return value > 0 && isfinite (value);
}

/* Returns log (1 + t) - t + t^2/2 - t^3/3, where the plain expression would cancel to noise. */
static double
log1p_tail (double t)
{
  if (fabs (t) < 1e-2)
    return t * t * t * t * (-1.0 / 4 + t * (1.0 / 5 + t * (-1.0 / 6 + t * (1.0 / 7 + t * (-1.0 / 8 + t / 9)))));

  return log1p (t) - t * (1 - t * (0.5 - t / 3));
}

/* Returns the logarithm of a Gamma draw of shape >= 1. The paper's test log U < x^2/2 + d (1 - v + log v) with
 * v = (1 + t)^3, t = x / sqrt (9 d) loses everything to cancellation where d is large; with d = x^2 / (9 t^2) put
 * in, it is log U < 3 d (log (1 + t) - t + t^2/2 - t^3/3). */
static double
draw_log_from_one (HrRandom *random,
                   double    shape)
{
  double d = shape - 1.0 / 3;
  double scale = 1 / (3 * sqrt (d));

  while (true)
    {
      double x = hr_random_normal (random);
      double t = scale * x;
      double u;

      if (t <= -1)
        continue;

      u = hr_random_uniform (random);
      if (u < 1 - 0.0331 * (x * x) * (x * x) || log (u) < 3 * d * log1p_tail (t))
        return log (d) + 3 * log1p (t);
    }
}

/* Returns the natural logarithm of a draw of the Gamma distribution with @shape > 0 and scale 1. It may be -infinity
 * where @shape is below 1e-305. NaN when @shape is not a positive finite number. */
double
hr_gamma_draw_log (HrRandom *random,
                   double    shape)
{
  if (!is_shape (shape))
    return (double) NAN;

  if (shape >= 1)
    return draw_log_from_one (random, shape);

  return draw_log_from_one (random, shape + 1) - hr_random_exponential (random) / shape;
}

/* Returns a draw of Beta (@alpha, @beta), in 0..1; 0 and 1 themselves come where the nearest double is one of them. NaN
 * when a parameter is not a positive finite number. */
double
hr_beta_draw (HrRandom *random,
              double    alpha,
              double    beta)
{
  double log_x, log_y;

  if (!is_shape (alpha) || !is_shape (beta))
    return (double) NAN;

  /* There the draw is 0 or 1 but for a chance of 1e-190, and only alpha : beta counts. */
  if (alpha < TINY_SHAPE && beta < TINY_SHAPE)
    {
      alpha *= TINY_SHAPE_SCALE;
      beta *= TINY_SHAPE_SCALE;
    }

  log_x = hr_gamma_draw_log (random, alpha);
  log_y = hr_gamma_draw_log (random, beta);

  return 1 / (1 + exp (log_y - log_x));
}

/* Returns the mean of Beta (@alpha, @beta): alpha / (alpha + beta). */
double
hr_beta_mean (double alpha,
              double beta)
{
  return 1 / (1 + beta / alpha);
}

/* Returns the variance of Beta (@alpha, @beta): m (1 - m) / (alpha + beta + 1), m being the mean. */
double
hr_beta_variance (double alpha,
                  double beta)
{
  return hr_beta_mean (alpha, beta) * hr_beta_mean (beta, alpha) / (alpha + beta + 1);
}
