/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Draws of the Beta distribution, exact for all parameters above 0.
 *
 * Beta (a, b) is X / (X + Y) with X of Gamma (a) and Y of Gamma (b). Gamma: G. Marsaglia and W. W. Tsang, "A simple method for
 * generating gamma variables", 2000: with d = a - 1/3, a normal x and t = x / sqrt (9 d), d (1 + t)^3 is a draw for a >= 1 if
 * log U < x^2/2 + d (1 - v + log v), v = (1 + t)^3. A shape below 1 is boosted by Gamma (a) = Gamma (a + 1) * U^(1/a).
 *
 * A batch goes through in passes over arrays: the normals, then arithmetic that has neither branch nor call and that the
 * compiler vectorises, then the few draws that it left open. */

#include "engine/thompson/beta.h"

#include "engine/thompson/normal.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Draws that go through the passes together, and how many of their gammas the inner loop takes: a number that the compiler
 * knows, or it does not vectorise at -O2. */
#define BLOCK 128
#define LANES 4

/* Up to here two gammas can be added without running over. */
#define LARGEST_PLAIN 1e300

/* Below this, both shapes of a Beta are scaled up together before anything is divided by them. */
#define TINY_SHAPE 1e-200
#define TINY_SHAPE_SCALE 1e100

/* The gammas of a block, those of one arm beside each other. */
typedef struct
{
  uint64_t words[2 * BLOCK]; /* decide whether a draw is taken */
  double   normals[2 * BLOCK];
  double   shapes[2 * BLOCK]; /* >= 1 */
  double   margins[2 * BLOCK];
  double   gammas[2 * BLOCK];
} Block;

/* Arms without boost, and far from where a double ends. NaN fails the comparisons. */
static inline bool
is_plain (double shape)
{
  return shape >= 1 && shape <= LARGEST_PLAIN;
}

static bool
is_shape (double value)
{
  return value > 0 && value <= DBL_MAX;
}

/* Returns the shape of at least 1 from which the draw for @shape is made: any, where it is none. */
static inline double
lift (double shape)
{
  if (is_plain (shape))
    return shape;

  return !is_shape (shape) ? 1 : shape < 1 ? shape + 1
                                           : shape;
}

/* Returns a number between 0 and 1, as hr_random_uniform () gives it, by a conversion that every vector unit has: the bits are
 * put behind a 1. */
static inline double
uniform_from_word (uint64_t word)
{
  uint64_t bits = word >> 12 | 0x3ff0000000000000u;
  double   value;

  memcpy (&value, &bits, sizeof value);

  return value - (1 - 0x1p-53);
}

/* Returns log (1 + t) - t + t^2/2 - t^3/3, where the plain expression would cancel to noise. */
static double
log1p_tail (double t)
{
  if (fabs (t) < 1e-2)
    return t * t * t * t * (-1.0 / 4 + t * (1.0 / 5 + t * (-1.0 / 6 + t * (1.0 / 7 + t * (-1.0 / 8 + t / 9)))));

  return log1p (t) - t * (1 - t * (0.5 - t / 3));
}

/* Fills in what chance decides of @n gammas. The state of the generator stays in registers while the words come. */
static void
draw_normals (Block    *self,
              HrRandom *random,
              size_t    n)
{
  HrRandom local = *random;
  uint64_t words[2 * BLOCK];

  for (size_t i = 0; i < n; i++)
    {
      words[i] = hr_random_next (&local);
      self->words[i] = hr_random_next (&local);
    }
  *random = local;

  for (size_t i = 0; i < n; i++)
    self->normals[i] = hr_normal_from_word (random, words[i]);
}

/* Makes the gammas of LANES draws from @at on, each good if its margin is above 0 and else undecided. With d = x^2 / (9
 * t^2) put in, the test is log U < 3 d (log (1 + t) - t + t^2/2 - t^3/3), and the bracket is at least -t^4/4, divided
 * by 1 + t where t < 0: so 1 - U > x^2 t^2 / 12 / (1 + min (t, 0)) is enough. U is as good as 1 - U. */
static inline void
make_gammas (Block *self,
             size_t at)
{
  for (size_t lane = 0; lane < LANES; lane++)
    {
      size_t i = at + lane;
      double x = self->normals[i];
      double d = self->shapes[i] - 1.0 / 3;
      double t = x / (3 * sqrt (d));
      double root = 1 + t;

      self->margins[i] = uniform_from_word (self->words[i]) * (1 + 0.5 * (t - fabs (t))) - x * x * (t * t) * (1.0 / 12);
      self->gammas[i] = d * root * root * root;
    }
}

/* Returns the gamma of @shape that the whole test gives, beginning with @x and @word. */
static double
settle (HrRandom *random,
        double    shape,
        double    x,
        uint64_t  word)
{
  double d = shape - 1.0 / 3;

  while (true)
    {
      double t = x / (3 * sqrt (d));

      if (t > -1 && log1p (-uniform_from_word (word)) < 3 * d * log1p_tail (t))
        return d * (1 + t) * (1 + t) * (1 + t);

      x = hr_normal_draw (random);
      word = hr_random_next (random);
    }
}

/* Draws @n gammas of the shapes that stand in the block. */
static void
draw_gammas (Block    *self,
             HrRandom *random,
             size_t    n)
{
  size_t end = (n + LANES - 1) / LANES * LANES;

  draw_normals (self, random, n);
  for (size_t i = n; i < end; i++)
    {
      self->words[i] = 0;
      self->normals[i] = 0;
      self->shapes[i] = 1;
    }

  for (size_t i = 0; i < end; i += LANES)
    make_gammas (self, i);
  for (size_t i = 0; i < n; i++)
    if (__builtin_expect (!(self->margins[i] > 0), 0))
      self->gammas[i] = settle (random, self->shapes[i], self->normals[i], self->words[i]);
}

/* Returns the draw for shapes that are not plain, from the gammas @x and @y of the lifted ones. The boost stays in a logarithm:
 * with a = 0.001 a plain X is 0 in a double half of the time, and 0 / (0 + 0) nothing. */
static double
combine (HrRandom *random,
         HrArm     arm,
         double    x,
         double    y)
{
  double boost = 0;

  if (!is_shape (arm.alpha) || !is_shape (arm.beta))
    return (double) NAN;

  /* There the draw is 0 or 1 but for a chance of 1e-190, and only alpha : beta counts. */
  if (arm.alpha < TINY_SHAPE && arm.beta < TINY_SHAPE)
    {
      arm.alpha *= TINY_SHAPE_SCALE;
      arm.beta *= TINY_SHAPE_SCALE;
    }
  if (arm.alpha < 1)
    boost += hr_random_exponential (random) / arm.alpha;
  if (arm.beta < 1)
    boost -= hr_random_exponential (random) / arm.beta;

  return 1 / (1 + exp (log (y / x) + boost));
}

static void
draw_block (HrRandom    *random,
            const HrArm *arms,
            size_t       n,
            double      *out)
{
  Block block;
  bool  plain = true;

  for (size_t i = 0; i < n; i++)
    {
      plain = plain && is_plain (arms[i].alpha) && is_plain (arms[i].beta);
      block.shapes[2 * i] = lift (arms[i].alpha);
      block.shapes[2 * i + 1] = lift (arms[i].beta);
    }

  draw_gammas (&block, random, 2 * n);

  for (size_t i = 0; i < n; i++)
    out[i] = block.gammas[2 * i] / (block.gammas[2 * i] + block.gammas[2 * i + 1]);
  for (size_t i = 0; i < n && !plain; i++)
    if (!is_plain (arms[i].alpha) || !is_plain (arms[i].beta))
      out[i] = combine (random, arms[i], block.gammas[2 * i], block.gammas[2 * i + 1]);
}

/* Writes a draw of Beta (alpha, beta) for each of the @n arms to @out, in 0..1; 0 and 1 themselves come where the nearest double
 * is one of them. NaN for an arm with a parameter that is not a positive finite number. Allocates nothing. */
void
hr_beta_draws (HrRandom    *random,
               const HrArm *arms,
               size_t       n,
               double      *out)
{
  for (size_t done = 0; done < n; done += BLOCK)
    draw_block (random, arms + done, n - done < BLOCK ? n - done : BLOCK, out + done);
}

/* Returns one draw of Beta (@alpha, @beta), the same as a batch of one. */
double
hr_beta_draw (HrRandom *random,
              double    alpha,
              double    beta)
{
  HrArm  arm = { alpha, beta };
  double draw;

  draw_block (random, &arm, 1, &draw);

  return draw;
}
