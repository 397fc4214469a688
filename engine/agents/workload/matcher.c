/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/matcher.h"

#include <math.h>

static double
norm (const double *vector)
{
  double squares = 0;

  for (int i = 0; i < HR_MATCHER_FEATURES; i++)
    squares += vector[i] * vector[i];

  return sqrt (squares);
}

/* Starts with an empty cache and a profile drawn from @random. */
void
hr_matcher_init (HrMatcher *self,
                 HrRandom  *random)
{
  double length;

  *self = (HrMatcher){ 0 };
  for (int i = 0; i < HR_MATCHER_FEATURES; i++)
    self->profile[i] = hr_random_exponential (random);

  length = norm (self->profile);
  for (int i = 0; i < HR_MATCHER_FEATURES; i++)
    self->profile[i] /= length;
}

/* The cosine between the profile and the posting's words, hashed to features (Fibonacci hashing to 8 bits). Both have
 * no negative part, so it is above 0. */
static double
compare (const HrMatcher *self,
         const HrPosting *posting)
{
  double features[HR_MATCHER_FEATURES] = { 0 };
  double product = 0;

  for (int i = 0; i < HR_MARKET_TERMS; i++)
    features[(uint32_t) (posting->terms[i] * 2654435769u) >> 24] += 1;
  for (int i = 0; i < HR_MATCHER_FEATURES; i++)
    product += features[i] * self->profile[i];

  return product / norm (features);
}

/* Returns how well @posting, known as @id, matches the profile, in 0..1. */
double
hr_matcher_match (HrMatcher       *self,
                  uint64_t         id,
                  const HrPosting *posting)
{
  HrMatcherSlot *slot = &self->slots[id % HR_MATCHER_SLOTS];

  self->n_lookups++;
  if (slot->key == id + 1)
    self->n_hits++;
  else
    *slot = (HrMatcherSlot){ id + 1, compare (self, posting) };

  return slot->match;
}
