/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stdint.h>

/* A generator of random numbers. Every thread has its own; two of one seed and different streams never
 * overlap within 2^128 draws. Copy by assignment to replay. */
typedef struct
{
  uint64_t state[4];
} HrRandom;

void hr_random_seed (HrRandom *self,
                     uint64_t  seed,
                     uint32_t  stream);

uint64_t hr_random_next (HrRandom *self);
uint32_t hr_random_below (HrRandom *self,
                          uint32_t  bound);
double   hr_random_uniform (HrRandom *self);
double   hr_random_normal (HrRandom *self);
double   hr_random_exponential (HrRandom *self);
