/* SPDX-License-Identifier: MIT */

#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a record is made of is compiled into the program whatever the compiler thinks of its size. */
#define HR_INLINE inline __attribute__ ((always_inline))

/* The words that a writer and its readers share. Relaxed atomics cost no more than plain loads and stores on the machines we run
 * on, and make the race a defined one; order comes from the lane's counters alone (base/region.h). */

/* Loads a shared word. */
static HR_INLINE uint64_t
hr_word_load (const uint64_t *word)
{
  return __atomic_load_n (word, __ATOMIC_RELAXED);
}

/* Stores a shared word. */
static HR_INLINE void
hr_word_store (uint64_t *word,
               uint64_t  value)
{
  __atomic_store_n (word, value, __ATOMIC_RELAXED);
}

/* Adds to a word that only this thread writes: a load and a store, no locked instruction. */
static HR_INLINE void
hr_word_add (uint64_t *word,
             uint64_t  value)
{
  hr_word_store (word, hr_word_load (word) + value);
}

/* The same, seen by nobody before all that this thread stored earlier. */
static inline void
hr_word_add_release (uint64_t *word,
                     uint64_t  value)
{
  __atomic_store_n (word, hr_word_load (word) + value, __ATOMIC_RELEASE);
}

/* Loads a shared real. */
static HR_INLINE double
hr_real_load (const double *real)
{
  double value;

  __atomic_load (real, &value, __ATOMIC_RELAXED);

  return value;
}

/* Stores a shared real. */
static HR_INLINE void
hr_real_store (double *real,
               double  value)
{
  __atomic_store (real, &value, __ATOMIC_RELAXED);
}

/* A word that may lie over members of any type. */
typedef uint64_t __attribute__ ((may_alias)) HrWord;

/* Copies @bytes (a multiple of 8) out of shared memory, word by word. */
static HR_INLINE void
hr_words_copy (void       *out,
               const void *shared,
               size_t      bytes)
{
  const HrWord *from = (const HrWord *) shared;
  HrWord       *to = (HrWord *) out;

  for (size_t i = 0; i < bytes / sizeof (uint64_t); i++)
    to[i] = __atomic_load_n (from + i, __ATOMIC_RELAXED);
}
