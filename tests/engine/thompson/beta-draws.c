/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Writes draws for ks.py, as doubles: beta-draws SEED N ALPHA BETA, each drawn alone, or with a further argument, in the batches
 * of a ranker. */

#include "engine/thompson/beta.h"
#include "engine/thompson/ranker.h"

#include <stdio.h>
#include <stdlib.h>

static void
write_one (HrRandom *random,
           HrArm     arm)
{
  double draw = hr_beta_draw (random, arm.alpha, arm.beta);

  fwrite (&draw, sizeof draw, 1, stdout);
}

/* The scores of jobs of weight 1 are draws; their order is no matter to a distribution. */
static void
write_batch (HrRandom *random,
             HrArm     arm)
{
  HrArms arms = { &arm, arm, 1, 1 };
  HrJob  jobs[HR_BATCH_MAX];
  HrRank ranks[HR_BATCH_MAX];

  for (int i = 0; i < HR_BATCH_MAX; i++)
    jobs[i] = (HrJob){ .weight = 1 };
  hr_rank (&arms, random, jobs, HR_BATCH_MAX, ranks);
  for (int i = 0; i < HR_BATCH_MAX; i++)
    fwrite (&ranks[i].score, sizeof ranks[i].score, 1, stdout);
}

int
main (int   argc,
      char *argv[])
{
  HrRandom random;
  HrArm    arm;

  if (argc != 5 && argc != 6)
    return 2;

  hr_random_seed (&random, strtoull (argv[1], NULL, 10), 0);
  arm = (HrArm){ strtod (argv[3], NULL), strtod (argv[4], NULL) };
  for (long n = strtol (argv[2], NULL, 10); n > 0; n -= argc == 6 ? HR_BATCH_MAX : 1)
    (argc == 6 ? write_batch : write_one) (&random, arm);

  return 0;
}
