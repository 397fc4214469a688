/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/arms.h"

/* Sets a parameter to floor + keep * (parameter - floor) + increment, without losing another thread's change. What stays as it is,
 * as most arms do that decay and never learnt, is not written. */
static void
change (double *parameter,
        double  floor,
        double  keep,
        double  increment)
{
  double before, after;

  __atomic_load (parameter, &before, __ATOMIC_RELAXED);
  do
    {
      after = floor + keep * (before - floor) + increment;
      if (after > HR_ARM_MOST)
        after = HR_ARM_MOST;
    }
  while (after != before && !__atomic_compare_exchange (parameter, &before, &after, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

/* NaN fails both comparisons. */
static bool
in_limits (double value)
{
  return value >= 1 / HR_ARM_LIMIT && value <= HR_ARM_LIMIT;
}

static bool
has_arm (const HrArms *self,
         uint32_t      source,
         uint32_t      category)
{
  return source < self->n_sources && category < self->n_categories;
}

static size_t
index_of (const HrArms *self,
          uint32_t      source,
          uint32_t      category)
{
  return (size_t) source * self->n_categories + category;
}

/* Sets up @n_sources times @n_categories arms, all at @prior, in @storage (borrowed, @n_storage arms long).
 * Errors: BAD_ARM when a count is 0, RESOURCES_EXHAUSTED when the storage is too small, BAD_PRIOR when a parameter is
 * outside 1 / HR_ARM_LIMIT..HR_ARM_LIMIT. */
HrJobStatus
hr_arms_init (HrArms  *self,
              HrArm   *storage,
              size_t   n_storage,
              uint32_t n_sources,
              uint32_t n_categories,
              HrArm    prior)
{
  if (n_sources == 0 || n_categories == 0)
    return HR_JOB_BAD_ARM;
  if (n_storage / n_categories < n_sources)
    return HR_JOB_RESOURCES_EXHAUSTED;
  if (!in_limits (prior.alpha) || !in_limits (prior.beta))
    return HR_JOB_BAD_PRIOR;

  *self = (HrArms){ storage, prior, n_sources, n_categories };
  for (size_t i = 0; i < (size_t) n_sources * n_categories; i++)
    storage[i] = prior;

  return HR_JOB_OK;
}

/* Writes what is believed now of one arm to @out. Error: BAD_ARM. */
HrJobStatus
hr_arms_get (const HrArms *self,
             uint32_t      source,
             uint32_t      category,
             HrArm        *out)
{
  if (!has_arm (self, source, category))
    return HR_JOB_BAD_ARM;

  *out = hr_arms_at (self, index_of (self, source, category));

  return HR_JOB_OK;
}

/* Learns that a job of this arm was a success or a failure; @weight is how many plain answers it counts for. Errors: BAD_ARM, and
 * BAD_WEIGHT outside 1 / HR_ARM_LIMIT..HR_ARM_LIMIT. */
HrJobStatus
hr_arms_update (HrArms  *self,
                uint32_t source,
                uint32_t category,
                bool     success,
                double   weight)
{
  HrArm *arm;

  if (!has_arm (self, source, category))
    return HR_JOB_BAD_ARM;
  if (!in_limits (weight))
    return HR_JOB_BAD_WEIGHT;

  arm = &self->arms[index_of (self, source, category)];
  change (success ? &arm->alpha : &arm->beta, 0, 1, weight);

  return HR_JOB_OK;
}

/* Forgets: every arm keeps the share @keep (0..1) of what it learnt beyond the prior. Takes about ten nanoseconds for each arm that
 * learnt anything, so decay by more and seldom rather than after every batch. Error: BAD_WEIGHT. */
HrJobStatus
hr_arms_decay (HrArms *self,
               double  keep)
{
  if (!(keep >= 0 && keep <= 1))
    return HR_JOB_BAD_WEIGHT;

  for (size_t i = 0; i < (size_t) self->n_sources * self->n_categories; i++)
    {
      change (&self->arms[i].alpha, self->prior.alpha, keep, 0);
      change (&self->arms[i].beta, self->prior.beta, keep, 0);
    }

  return HR_JOB_OK;
}
