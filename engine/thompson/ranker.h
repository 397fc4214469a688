/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/thompson/arms.h"
#include "engine/thompson/random.h"

/* The sizes of a batch. */
#define HR_BATCH_MIN 10
#define HR_BATCH_MAX 100

/* A job that waits to be ranked. */
typedef struct
{
  uint64_t id;
  uint32_t source;
  uint32_t category;
  double   weight; /* of its priority, 0 or more */
} HrJob;

/* A job's place in the ranking. */
typedef struct
{
  uint32_t job; /* index in the batch */
  double   score;
} HrRank;

HrJobStatus hr_rank (const HrArms *arms,
                     HrRandom     *random,
                     const HrJob  *jobs,
                     size_t        n_jobs,
                     HrRank       *out);
