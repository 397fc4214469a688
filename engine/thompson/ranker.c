/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/ranker.h"

#include "engine/thompson/beta.h"

/* The greater score comes first; equal ones keep the batch's order, so that a seed gives one ranking. */
static bool
comes_before (const HrRank *a,
              const HrRank *b)
{
  return a->score > b->score || (a->score == b->score && a->job < b->job);
}

/* Moves the rank at @root down until neither child comes after it. */
static void
sift_down (HrRank *heap,
           size_t  root,
           size_t  n)
{
  HrRank moved = heap[root];
  size_t child;

  while ((child = 2 * root + 1) < n)
    {
      if (child + 1 < n && comes_before (&heap[child], &heap[child + 1]))
        child++;
      if (!comes_before (&moved, &heap[child]))
        break;
      heap[root] = heap[child];
      root = child;
    }
  heap[root] = moved;
}

/* A heap sort of our own: the C library's qsort may allocate. */
static void
sort (HrRank *ranks,
      size_t  n)
{
  for (size_t i = n / 2; i-- > 0;)
    sift_down (ranks, i, n);

  while (n > 1)
    {
      HrRank last = ranks[--n];

      ranks[n] = ranks[0];
      ranks[0] = last;
      sift_down (ranks, 0, n);
    }
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
 * Writes @n_jobs ranks, best first, to @out. Allocates nothing and takes no lock: threads share the arms and bring
 * each a generator of their own. Errors: EMPTY_BATCH, BATCH_TOO_LARGE above HR_BATCH_MAX, BAD_ARM, and
 * BAD_WEIGHT outside 0..HR_ARM_LIMIT; none of them draws anything. */
HrJobStatus
hr_rank (const HrArms *arms,
         HrRandom     *random,
         const HrJob  *jobs,
         size_t        n_jobs,
         HrRank       *out)
{
  HrJobStatus status = check (arms, jobs, n_jobs);

  if (status != HR_JOB_OK)
    return status;

  for (size_t i = 0; i < n_jobs; i++)
    {
      HrArm arm;

      hr_arms_get (arms, jobs[i].source, jobs[i].category, &arm);
      out[i] = (HrRank){ (uint32_t) i, hr_beta_draw (random, arm.alpha, arm.beta) * jobs[i].weight };
    }
  sort (out, n_jobs);

  return HR_JOB_OK;
}
