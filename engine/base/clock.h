/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C"
{
#endif

  uint64_t hr_clock_monotonic_call (void);
  uint64_t hr_clock_realtime_call (void);

/* Which clock of the system never jumps and leaves out the time that the system slept. Apple's CLOCK_MONOTONIC does not, and counts
 * in microseconds. */
#if defined(CLOCK_UPTIME_RAW)
#define HR_CLOCK_MONOTONIC CLOCK_UPTIME_RAW
#elif defined(CLOCK_MONOTONIC) && !defined(__APPLE__)
#define HR_CLOCK_MONOTONIC CLOCK_MONOTONIC
#endif

#if defined(HR_CLOCK_MONOTONIC)
  static inline uint64_t
  hr_clock_read (clockid_t clock)
  {
    struct timespec now;

    clock_gettime (clock, &now);

    return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
  }
#endif

  /* Returns CLOCK_MONOTONIC in nanoseconds; on Apple's systems CLOCK_UPTIME_RAW. */
  static inline uint64_t
  hr_clock_monotonic (void)
  {
#if defined(HR_CLOCK_MONOTONIC)
    return hr_clock_read (HR_CLOCK_MONOTONIC);
#else
  return hr_clock_monotonic_call (); /* -std=c11 hides clock_gettime () */
#endif
  }

  /* Returns the time since 1970 (UTC) in nanoseconds. */
  static inline uint64_t
  hr_clock_realtime (void)
  {
#if defined(HR_CLOCK_MONOTONIC)
    return hr_clock_read (CLOCK_REALTIME);
#else
  return hr_clock_realtime_call ();
#endif
  }

#ifdef __cplusplus
}
#endif
