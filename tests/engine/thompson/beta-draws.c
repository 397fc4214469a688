/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Prints draws for ks.py: beta-draws SEED N ALPHA BETA. */

#include "engine/thompson/beta.h"

#include <stdio.h>
#include <stdlib.h>

int
main (int   argc,
      char *argv[])
{
  HrRandom random;
  double   alpha, beta;

  if (argc != 5)
    return 2;

  hr_random_seed (&random, strtoull (argv[1], NULL, 10), 0);
  alpha = strtod (argv[3], NULL);
  beta = strtod (argv[4], NULL);
  for (long n = strtol (argv[2], NULL, 10); n > 0; n--)
    printf ("%.17g\n", hr_beta_draw (&random, alpha, beta));

  return 0;
}
