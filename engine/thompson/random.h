/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stdint.h>

/* A generator of random numbers: xoshiro256++ 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
 * Every thread has its own. Copy by assignment to replay. */
typedef struct
{
  uint64_t state[4];
} HrRandom;

void hr_random_seed (HrRandom *self,
                     uint64_t  seed,
                     uint32_t  stream);

uint32_t hr_random_below (HrRandom *self,
                          uint32_t  bound);
double   hr_random_uniform (HrRandom *self);
double   hr_random_exponential (HrRandom *self);

static inline uint64_t
hr_random_rotate (uint64_t word,
                  int      bits)
{
  return (word << bits) | (word >> (64 - bits));
}

/* Returns the next 64 random bits. Inline, so that a loop keeps the state in registers. */
static inline uint64_t
hr_random_next (HrRandom *self)
{
  uint64_t *s = self->state;
  uint64_t  result = hr_random_rotate (s[0] + s[3], 23) + s[0];
  uint64_t  shifted = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = hr_random_rotate (s[3], 45);

  return result;
}
