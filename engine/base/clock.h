/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C"
{
#endif

  /* Returns CLOCK_MONOTONIC in nanoseconds. */
  static inline uint64_t
  hr_clock_monotonic (void)
  {
    struct timespec now;

    clock_gettime (CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
  }

  /* Returns the time since 1970 (UTC) in nanoseconds. */
  static inline uint64_t
  hr_clock_realtime (void)
  {
    struct timespec now;

    clock_gettime (CLOCK_REALTIME, &now);

    return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
  }

#ifdef __cplusplus
}
#endif
