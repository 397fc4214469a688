/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

/* The log-linear buckets of every duration histogram, in nanoseconds: 0..127 ns have a bucket
 * each, above that every octave is cut into 64 equal parts. A value read back as its bucket's
 * middle is off by at most 1/128 (0.8 %). Values from 2^36 ns (68.7 s) share the last bucket.
 * The same numbers stand in regions, on the wire and in files: never change them without a new
 * ABI version. The scheme is HdrHistogram's (Tene), with a power-of-two sub-bucket count. */
#define HR_BUCKET_BITS 6
#define HR_BUCKET_MAX_BITS 36
#define HR_N_BUCKETS (((HR_BUCKET_MAX_BITS - HR_BUCKET_BITS - 1) << HR_BUCKET_BITS) + (2 << HR_BUCKET_BITS))

  /* One filled bucket: how a histogram's difference over an interval travels. */
  typedef struct
  {
    uint32_t bucket;
    uint64_t count;
  } HrBucketCount;

  /* Returns the bucket of a duration, in 0..HR_N_BUCKETS - 1. */
  static inline uint32_t
  hr_bucket_index (uint64_t ns)
  {
    int      shift;
    uint32_t index;

    if (ns < (2u << HR_BUCKET_BITS))
      return (uint32_t) ns;

    shift = 63 - __builtin_clzll (ns) - HR_BUCKET_BITS;
    index = ((uint32_t) shift << HR_BUCKET_BITS) + (uint32_t) (ns >> shift);

    return ns >> HR_BUCKET_MAX_BITS ? HR_N_BUCKETS - 1 : index;
  }

  /* Returns the smallest duration that falls in bucket @index, in nanoseconds. */
  static inline uint64_t
  hr_bucket_lower (uint32_t index)
  {
    uint32_t shift;

    if (index < (2u << HR_BUCKET_BITS))
      return index;

    shift = (index >> HR_BUCKET_BITS) - 1;

    return (uint64_t) (index - (shift << HR_BUCKET_BITS)) << shift;
  }

  /* Returns how many nanoseconds wide bucket @index is. */
  static inline uint64_t
  hr_bucket_width (uint32_t index)
  {
    return index < (2u << HR_BUCKET_BITS) ? 1 : (uint64_t) 1 << ((index >> HR_BUCKET_BITS) - 1);
  }

  /* Returns the value that stands for bucket @index: its middle, in nanoseconds. */
  static inline double
  hr_bucket_middle (uint32_t index)
  {
    return (double) hr_bucket_lower (index) + (double) (hr_bucket_width (index) - 1) / 2;
  }

#ifdef __cplusplus
}
#endif
