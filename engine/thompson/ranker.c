/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/ranker.h"

#include "engine/thompson/beta.h"
#include "engine/thompson/order.h"

#include <string.h>

/* A batch's index fits into so many bits. */
#define INDEX_MASK ((uint64_t) HR_ORDER_MAX - 1)

_Static_assert(HR_BATCH_MAX < HR_ORDER_MAX, "a batch is sorted at once, and no key is 0");

/* Returns a key that sorts as @score does, and among equals the earlier of the batch as the greater: doubles from 0 on sort as
 * their bits do, of which the last seven give way to the index. */
static uint64_t
make_key (double score,
          size_t i)
{
  uint64_t bits;

  memcpy (&bits, &score, sizeof bits);

  return (bits | INDEX_MASK) - i;
}

/* The greater score comes first; equal ones keep the batch's order, so that a seed gives one ranking. */
static bool
comes_before (const HrRank *a,
              const HrRank *b)
{
  return a->score > b->score || (a->score == b->score && a->job < b->job);
}

/* Puts right what the keys could not tell apart: almost never anything. */
static void
settle (HrRank *ranks,
        size_t  n)
{
  for (size_t i = 1; i < n; i++)
    {
      HrRank moved = ranks[i];
      size_t to = i;

      for (; to > 0 && comes_before (&moved, &ranks[to - 1]); to--)
        ranks[to] = ranks[to - 1];
      ranks[to] = moved;
    }
}

/* Writes the ranks of @n scores, the best first. */
static void
sort (const double *scores,
      size_t        n,
      HrRank       *out)
{
  uint64_t        keys[HR_ORDER_MAX], spare[HR_ORDER_MAX];
  const uint64_t *sorted;

  for (size_t i = 0; i < n; i++)
    keys[i] = make_key (scores[i], i);
  sorted = hr_order_descending (keys, spare, n);

  for (size_t i = 0; i < n; i++)
    {
      uint32_t job = (uint32_t) (INDEX_MASK - (sorted[i] & INDEX_MASK));

      out[i] = (HrRank){ job, scores[job] };
    }
  settle (out, n);
}

/* NaN fails the comparisons. */
static HrJobStatus
check (const HrArms *arms,
       const HrJob  *jobs,
       size_t        n_jobs)
{
  if (n_jobs == 0)
    return HR_JOB_EMPTY_BATCH;
  if (n_jobs > HR_BATCH_MAX)
    return HR_JOB_BATCH_TOO_LARGE;

  for (size_t i = 0; i < n_jobs; i++)
    {
      if (jobs[i].source >= arms->n_sources || jobs[i].category >= arms->n_categories)
        return HR_JOB_BAD_ARM;
      if (!(jobs[i].weight >= 0 && jobs[i].weight <= HR_ARM_LIMIT))
        return HR_JOB_BAD_WEIGHT;
    }

  return HR_JOB_OK;
}

/* Ranks a batch by Thompson sampling: each job's score is one draw of its arm's posterior times the weight of its priority.
 * Writes @n_jobs ranks, best first, to @out; jobs of one score keep their order. Allocates nothing and takes no lock: threads share
 * the arms and bring each a generator of their own. Errors: EMPTY_BATCH, BATCH_TOO_LARGE above HR_BATCH_MAX, BAD_ARM, and
 * BAD_WEIGHT outside 0..HR_ARM_LIMIT; none of them draws anything. */
HrJobStatus
hr_rank (const HrArms *arms,
         HrRandom     *random,
         const HrJob  *jobs,
         size_t        n_jobs,
         HrRank       *out)
{
  HrJobStatus status = check (arms, jobs, n_jobs);
  HrArm       believed[HR_BATCH_MAX];
  double      scores[HR_BATCH_MAX];

  if (status != HR_JOB_OK)
    return status;

  for (size_t i = 0; i < n_jobs; i++)
    believed[i] = hr_arms_at (arms, (size_t) jobs[i].source * arms->n_categories + jobs[i].category);
  hr_beta_draws (random, believed, n_jobs, scores);
  for (size_t i = 0; i < n_jobs; i++)
    scores[i] *= jobs[i].weight;
  sort (scores, n_jobs, out);

  return HR_JOB_OK;
}
