/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/agents/workload/market.h"

#define HR_MATCHER_SLOTS 1024
#define HR_MATCHER_FEATURES 256

typedef struct
{
  uint64_t key; /* the job's id + 1; 0: empty */
  double   match;
} HrMatcherSlot;

/* How well postings match the user's profile, with a cache of the latest answers. */
typedef struct
{
  double        profile[HR_MATCHER_FEATURES]; /* of length 1 */
  HrMatcherSlot slots[HR_MATCHER_SLOTS];
  uint64_t      n_lookups;
  uint64_t      n_hits;
} HrMatcher;

void hr_matcher_init (HrMatcher *self,
                      HrRandom  *random);

double hr_matcher_match (HrMatcher       *self,
                         uint64_t         id,
                         const HrPosting *posting);
