/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/thompson/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is believed of one arm: its rate of success is Beta (alpha, beta) distributed. */
typedef struct
{
  double alpha;
  double beta;
} HrArm;

/* One arm for each source and category, in storage of the caller. Any thread may read, update and decay at any time
 * once it is initialised: every parameter is an atomic of its own, so a reader may see the alpha of one
 * moment beside the beta of the next, each of them valid. */
typedef struct
{
  HrArm   *arms; /* borrowed */
  HrArm    prior;
  uint32_t n_sources;
  uint32_t n_categories;
} HrArms;

/* The largest parameter of a prior and the largest weight of one feedback; the smallest is its inverse. */
#define HR_ARM_LIMIT 1e9

/* Where a parameter stops growing. Long before, at 2^53, one more plain answer no longer changes a double. */
#define HR_ARM_MOST 1e18

HrJobStatus hr_arms_init (HrArms  *self,
                          HrArm   *storage,
                          size_t   n_storage,
                          uint32_t n_sources,
                          uint32_t n_categories,
                          HrArm    prior);

HrJobStatus hr_arms_get (const HrArms *self,
                         uint32_t      source,
                         uint32_t      category,
                         HrArm        *out);
HrJobStatus hr_arms_update (HrArms  *self,
                            uint32_t source,
                            uint32_t category,
                            bool     success,
                            double   weight);
HrJobStatus hr_arms_decay (HrArms *self,
                           double  keep);

/* Returns arm @i in the order of the storage; it is there. Inline, because the ranker reads a hundred. */
static inline HrArm
hr_arms_at (const HrArms *self,
            size_t        i)
{
  HrArm arm;

  __atomic_load (&self->arms[i].alpha, &arm.alpha, __ATOMIC_RELAXED);
  __atomic_load (&self->arms[i].beta, &arm.beta, __ATOMIC_RELAXED);

  return arm;
}
