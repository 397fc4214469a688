/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/random.h"

#include <math.h>
#include <string.h>

static uint64_t
rotate_left (uint64_t word,
             int      bits)
{
  return (word << bits) | (word >> (64 - bits));
}

/* SplitMix64 (Steele, Lea and Flood, 2014): spreads any seed, zero too, over a whole state. */
static uint64_t
split_mix (uint64_t *seed)
{
  uint64_t word = (*seed += 0x9e3779b97f4a7c15u);

  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;

  return word ^ (word >> 31);
}

/* Moves the state 2^128 draws ahead. The polynomial is Blackman and Vigna's. */
static void
jump (HrRandom *self)
{
  static const uint64_t polynomial[] = { 0x180ec6d33cfd0abau, 0xd5a61266f0c9392cu, 0xa9582618e03fc9aau, 0x39abdc4529b1661cu };
  uint64_t              ahead[4] = { 0 };

  for (int word = 0; word < 4; word++)
    for (int bit = 0; bit < 64; bit++)
      {
        if (polynomial[word] >> bit & 1)
          for (int i = 0; i < 4; i++)
            ahead[i] ^= self->state[i];
        hr_random_next (self);
      }

  memcpy (self->state, ahead, sizeof ahead);
}

/* Starts the generator at @seed. Threads that share a seed take different numbers for @stream; each costs 2^128 draws'
 * jump, so count them from 0. */
void
hr_random_seed (HrRandom *self,
                uint64_t  seed,
                uint32_t  stream)
{
  for (int i = 0; i < 4; i++)
    self->state[i] = split_mix (&seed);

  while (stream-- > 0)
    jump (self);
}

/* Returns the next 64 random bits: xoshiro256++ 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021). */
uint64_t
hr_random_next (HrRandom *self)
{
  uint64_t *s = self->state;
  uint64_t  result = rotate_left (s[0] + s[3], 23) + s[0];
  uint64_t  shifted = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate_left (s[3], 45);

  return result;
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

/* Returns a draw of the standard normal distribution: Marsaglia's polar method, one of its two numbers, so that the
 * state stays the generator's alone. */
double
hr_random_normal (HrRandom *self)
{
  double x, square;

  do
    {
      double y = 2 * hr_random_uniform (self) - 1;

      x = 2 * hr_random_uniform (self) - 1;
      square = x * x + y * y;
    }
  while (square >= 1 || square == 0);

  return x * sqrt (-2 * log (square) / square);
}

/* Returns a draw of the exponential distribution with mean 1, above 0. */
double
hr_random_exponential (HrRandom *self)
{
  return -log (hr_random_uniform (self));
}
