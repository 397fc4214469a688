/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Prints what a scope of two LTTng-UST events costs, in nanoseconds, whether or not anybody records them. */

#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "tests/bench/lttng-scope.h"

#include "engine/base/clock.h"

#include <stdio.h>

#define RUNS 40
#define SCOPES 50000

int
main (void)
{
  double least = 1e9;

  for (int run = 0; run < RUNS; run++)
    {
      uint64_t begin = hr_clock_monotonic ();
      double   each;

      for (int i = 0; i < SCOPES; i++)
        {
          lttng_ust_tracepoint (headroom_bench, scope, 1);
          lttng_ust_tracepoint (headroom_bench, scope, 2);
        }
      each = (double) (hr_clock_monotonic () - begin) / SCOPES;
      least = each < least ? each : least;
    }
  printf ("%.2f\n", least);

  return 0;
}
