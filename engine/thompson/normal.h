/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/thompson/random.h"

#include <math.h>

/* Draws of the standard normal distribution: two loads, two multiplications and a comparison each, but for one in
 * eighty. They are inline because the gamma draws take them by the hundred. */

#define HR_NORMAL_LAYERS 256

/* Where the layers end, from the widest to 0; normal.c says how they stand. */
extern const double hr_normal_x[HR_NORMAL_LAYERS + 1];

double hr_normal_beside (HrRandom *random,
                         unsigned  layer,
                         double    x);

/* Returns the draw that @word, 64 random bits, stands for: eight bits choose the layer, 53 others the place in it, never 0. A draw
 * that @word does not settle takes more from @random. */
static inline double
hr_normal_from_word (HrRandom *random,
                     uint64_t  word)
{
  unsigned layer = word % HR_NORMAL_LAYERS;
  double   x = (double) (int64_t) ((word & ~(uint64_t) 0x7ff) | 0x400) * 0x1p-63 * hr_normal_x[layer];

  if (__builtin_expect (fabs (x) < hr_normal_x[layer + 1], 1))
    return x;

  return hr_normal_beside (random, layer, x);
}

/* Returns a draw. */
static inline double
hr_normal_draw (HrRandom *random)
{
  return hr_normal_from_word (random, hr_random_next (random));
}
