/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdint.h>

/* Returns when to wake after @deadline, now that it is @now: a whole number of intervals later, so that lateness never adds
 * up. Deadlines that have passed already are left out. All of one unit. */
static inline int64_t
hr_cadence_after (int64_t deadline,
                  int64_t interval,
                  int64_t now)
{
  int64_t late = now > deadline ? now - deadline : 0;

  return deadline + (late / interval + 1) * interval;
}
