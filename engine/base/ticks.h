/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/clock.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C"
{
#endif

  /* What a process counts time with, in ticks. Travels in regions: append only. A counter of the processor costs a third of
   * clock_gettime (); where it does not run evenly a tick is a nanosecond of CLOCK_MONOTONIC. */
  typedef enum
  {
    HR_TICKS_MONOTONIC,
    HR_TICKS_TSC,    /* x86: the invariant time stamp counter */
    HR_TICKS_CNTVCT, /* ARM: the generic timer */
    HR_N_TICK_SOURCES
  } HrTickSource;

/* Nanoseconds a tick are fixed-point numbers with so many bits behind the point. */
#define HR_TICK_SCALE_BITS 32
#define HR_TICK_SCALE_ONE ((uint64_t) 1 << HR_TICK_SCALE_BITS)

/* A source that a compiler knows how to read; the others read as HR_TICKS_MONOTONIC. */
#if defined(__x86_64__)
#define HR_TICKS_COUNTER HR_TICKS_TSC
#elif defined(__aarch64__)
#define HR_TICKS_COUNTER HR_TICKS_CNTVCT
#else
#define HR_TICKS_COUNTER HR_TICKS_MONOTONIC
#endif

#define HR_LIKELY(condition) __builtin_expect (!!(condition), 1)

  /* Returns the processor's counter. Not ordered with the instructions around it: a fence would cost more than the tick. */
  static inline uint64_t
  hr_ticks_counter (void)
  {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc ();
#elif defined(__aarch64__)
  uint64_t count;

  __asm__ volatile("mrs %0, cntvct_el0"
                   : "=r"(count));

  return count;
#else
  return hr_clock_monotonic ();
#endif
  }

  /* Returns the time now in ticks of @source, one that this process found fit to count with (hr_tick_clock_get ()). */
  static inline uint64_t
  hr_ticks_now (uint32_t source)
  {
    return HR_LIKELY (source != HR_TICKS_MONOTONIC) ? hr_ticks_counter () : hr_clock_monotonic ();
  }

  /* Returns @ticks as nanoseconds, for stretches up to 2^63 ns; @scale: nanoseconds a tick. */
  static inline uint64_t
  hr_ticks_to_ns (uint64_t ticks,
                  uint64_t scale)
  {
#if defined(__SIZEOF_INT128__)
    return (uint64_t) ((__extension__(unsigned __int128) ticks * scale) >> HR_TICK_SCALE_BITS);
#else
  return (ticks >> HR_TICK_SCALE_BITS) * scale + (((ticks & 0xffffffffu) * (scale >> 16)) >> 16);
#endif
  }

  /* Returns @begin to @end in ticks: 0 where it ends before it begins, as after a suspend that set the counter back. */
  static inline uint64_t
  hr_ticks_between (uint64_t begin,
                    uint64_t end)
  {
    return HR_LIKELY ((int64_t) (end - begin) >= 0) ? end - begin : 0;
  }

  /* How a process counts. */
  typedef struct
  {
    HrTickSource source;
    uint64_t     scale; /* ns a tick, fixed point */
  } HrTickClock;

  /* One moment on both clocks. */
  typedef struct
  {
    uint64_t ticks;
    uint64_t monotonic_ns;
  } HrTickMoment;

  bool               hr_tick_clock_calibrate (HrTickSource source,
                                              uint64_t (*counter) (void),
                                              uint64_t (*monotonic) (void),
                                              HrTickClock *out);
  const HrTickClock *hr_tick_clock_get (void);

  bool         hr_tick_source_is_fit (uint32_t source);
  HrTickMoment hr_tick_moment_now (uint32_t source);

  const char *hr_tick_source_name (HrTickSource source);

#ifdef __cplusplus
}
#endif
