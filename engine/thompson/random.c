/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/random.h"

#include <math.h>

/* SplitMix64 (Steele, Lea and Flood, 2014): spreads any seed, zero too, over a whole state. */
static uint64_t
split_mix (uint64_t *seed)
{
  uint64_t word = (*seed += 0x9e3779b97f4a7c15u);

  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;

  return word ^ (word >> 31);
}

/* Starts the generator at @seed. Threads that share a seed take different numbers for @stream, in any order; none costs more
 * than another. Every stream of a seed starts elsewhere on the one cycle of 2^256 - 1 states, at a place that the seed
 * scatters: that any two of 2^32 streams meet within 2^64 draws of each has a chance of about 2^-128. */
void
hr_random_seed (HrRandom *self,
                uint64_t  seed,
                uint32_t  stream)
{
  uint64_t spread = split_mix (&seed) + stream;

  for (int i = 0; i < 4; i++)
    self->state[i] = split_mix (&spread);
}

/* Returns a number in 0..@bound - 1, each equally likely (Lemire, 2019); 0 when @bound is 0. */
uint32_t
hr_random_below (HrRandom *self,
                 uint32_t  bound)
{
  uint64_t product;
  uint32_t threshold;

  if (bound == 0)
    return 0;

  threshold = -bound % bound;
  do
    product = (hr_random_next (self) >> 32) * bound;
  while ((uint32_t) product < threshold);

  return (uint32_t) (product >> 32);
}

/* Returns a number strictly between 0 and 1: the middle of one of 2^52 equal parts. */
double
hr_random_uniform (HrRandom *self)
{
  return ((double) (hr_random_next (self) >> 12) + 0.5) * 0x1p-52;
}

/* Returns a draw of the exponential distribution with mean 1, above 0. */
double
hr_random_exponential (HrRandom *self)
{
  return -log (hr_random_uniform (self));
}
