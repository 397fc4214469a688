/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lets the ranker play for regret.py: bandit-runs SEED RUNS ROUNDS RATE..., a rate for each arm. In every round it
 * ranks one job of each arm, takes the first and learns. Writes the regret of each run, as doubles. */

#include "engine/thompson/ranker.h"

#include <stdio.h>
#include <stdlib.h>

static double
play (HrRandom     *random,
      const double *rates,
      uint32_t      n_arms,
      long          n_rounds)
{
  HrArm  storage[HR_BATCH_MAX];
  HrArms arms;
  HrJob  jobs[HR_BATCH_MAX];
  double best = 0, regret = 0;

  hr_arms_init (&arms, storage, HR_BATCH_MAX, n_arms, 1, (HrArm){ 1, 1 });
  for (uint32_t i = 0; i < n_arms; i++)
    {
      jobs[i] = (HrJob){ .source = i, .weight = 1 };
      best = rates[i] > best ? rates[i] : best;
    }

  for (long round = 0; round < n_rounds; round++)
    {
      HrRank   ranks[HR_BATCH_MAX];
      uint32_t chosen;

      hr_rank (&arms, random, jobs, n_arms, ranks);
      chosen = ranks[0].job;
      hr_arms_update (&arms, chosen, 0, hr_random_uniform (random) < rates[chosen], 1);
      regret += best - rates[chosen];
    }

  return regret;
}

int
main (int   argc,
      char *argv[])
{
  double   rates[HR_BATCH_MAX];
  uint32_t n_arms = 0;
  HrRandom random;

  if (argc < 5 || argc > 4 + HR_BATCH_MAX)
    return 2;

  for (int i = 4; i < argc; i++)
    rates[n_arms++] = strtod (argv[i], NULL);
  hr_random_seed (&random, strtoull (argv[1], NULL, 10), 0);
  for (long run = strtol (argv[2], NULL, 10); run > 0; run--)
    {
      double regret = play (&random, rates, n_arms, strtol (argv[3], NULL, 10));

      fwrite (&regret, sizeof regret, 1, stdout);
    }

  return 0;
}
