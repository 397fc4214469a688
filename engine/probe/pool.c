/* SPDX-License-Identifier: MIT */

/* Two kinds of shared words decide everything:
 *
 * - The level: blocks in use, their peak and which events were raised, in one word. Allocating counts up first, freeing counts down
 *   last. So a thread that was let in always has a block waiting for it, the pool is exhausted exactly when the level says so, and the one
 *   exchange that crosses a limit is the one that raises its event.
 * - The bitmap: a set bit is a free block. A block changes hands by its bit alone, so there is no list whose
 *   head could come back (ABA), and the bit's old value tells a double free. Freeing releases and allocating acquires the bit's word. All that
 *   ever changes a word is a read-modify-write, which does not end a release sequence (C11 5.1.2.4): what an owner did happens before what
 *   the next one does, whoever else used the word between them.
 *
 * A thread looks for a block first where it last took or left one: that is its seat. Seats begin far apart, so that threads meet
 * in the level but seldom in the bitmap. */

#include "engine/probe/pool.h"
#include "engine/probe/process.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LINE_BYTES 64
#define WORD_BITS 64u
#define N_SEATS 64u

/* A published pool records its level about so many times on its way from empty to full. */
#define LEVELS_RECORDED 64u

/* The level: used in bits 0 to 31, the peak in 32 to 61, an event's bit while it is not armed. */
#define LEVEL_USED UINT32_MAX
#define LEVEL_PEAK_SHIFT 32
#define LEVEL_PEAK UINT64_C (0x3fffffff)
#define LEVEL_HIGH (UINT64_C (1) << 62)
#define LEVEL_FULL (UINT64_C (1) << 63)

typedef struct
{
  _Alignas(LINE_BYTES) uint32_t word; /* of the bitmap */
} Seat;

/* What never changes stands on other lines than what every thread writes. */
struct _HrPool
{
  char           *blocks;
  uint32_t        n_blocks;
  uint32_t        n_words;
  uint32_t        block_bytes;
  uint32_t        stride_shift;   /* a stride is an odd number shifted by this... */
  uint64_t        stride_inverse; /* ...and this is that number's inverse modulo 2^64 */
  size_t          stride;
  uint32_t        high, high_rearm;
  uint32_t        full_rearm;
  HrPoolEventFunc callback;
  void           *callback_data;

  HrProbe *probe; /* borrowed; NULL: not published */
  HrMetric utilisation;
  HrMetric event_high;
  HrMetric event_full;
  uint32_t quiet; /* bits that are 0 in the levels which are recorded */

  _Alignas(LINE_BYTES) uint64_t level;
  _Alignas(LINE_BYTES) uint64_t failures;
  uint64_t double_frees;
  uint64_t foreign_frees;

  Seat seats[N_SEATS];
  _Alignas(LINE_BYTES) uint64_t bitmap[];
};

/* What aligned_alloc () is asked for is a multiple of the line, as the C standard wants and Apple insists on. */
_Static_assert(sizeof (HrPool) % LINE_BYTES == 0, "whole lines");

/* This thread's seat, in every pool the same, + 1; 0: none yet. */
static _Thread_local uint32_t thread_seat;
static uint32_t               last_seat;

static inline uint32_t
used_of (uint64_t level)
{
  return (uint32_t) (level & LEVEL_USED);
}

static inline uint32_t
peak_of (uint64_t level)
{
  return (uint32_t) (level >> LEVEL_PEAK_SHIFT & LEVEL_PEAK);
}

/* The least number of blocks that is @percent of @n_blocks or more. */
static uint32_t
blocks_at (uint32_t n_blocks,
           uint32_t percent)
{
  return (uint32_t) (((uint64_t) n_blocks * percent + 99) / 100);
}

/* The inverse of an odd number modulo 2^64, by Newton's iteration: the number itself is right in 3 bits, and every step doubles
 * them (Warren, Hacker's Delight, 10-16). */
static uint64_t
inverse_of_odd (uint64_t odd)
{
  uint64_t inverse = odd;

  for (int bits = 3; bits < 64; bits *= 2)
    inverse *= 2 - odd * inverse;

  return inverse;
}

static void
set_sizes (HrPool  *self,
           uint32_t n_blocks,
           uint32_t block_bytes,
           size_t   stride)
{
  self->n_blocks = n_blocks;
  self->n_words = (n_blocks + WORD_BITS - 1) / WORD_BITS;
  self->block_bytes = block_bytes;
  self->stride = stride;
  self->stride_shift = (uint32_t) __builtin_ctzll (stride);
  self->stride_inverse = inverse_of_odd (stride >> self->stride_shift);
  self->high = blocks_at (n_blocks, HR_POOL_HIGH_PERCENT);
  self->high_rearm = blocks_at (n_blocks, HR_POOL_HIGH_REARM_PERCENT);
  self->full_rearm = blocks_at (n_blocks, HR_POOL_FULL_REARM_PERCENT);
  self->quiet = UINT32_MAX;
}

/* Every block is free, every seat far from the ones before it: multiples of the golden ratio spread
 * evenly over a circle, however many there are. */
static void
set_free (HrPool *self)
{
  for (uint32_t i = 0; i < self->n_words; i++)
    self->bitmap[i] = UINT64_MAX;
  if (self->n_blocks % WORD_BITS != 0)
    self->bitmap[self->n_words - 1] >>= WORD_BITS - self->n_blocks % WORD_BITS;

  for (uint32_t i = 0; i < N_SEATS; i++)
    self->seats[i].word = (uint32_t) ((uint64_t) (i * UINT32_C (0x9e3779b9)) * self->n_words >> 32);
}

/* Makes a pool of @n_blocks blocks (1 to HR_POOL_MAX_BLOCKS) of @block_bytes bytes (1 to HR_POOL_MAX_BLOCK_BYTES;
 * blocks stand at multiples of HR_POOL_ALIGNMENT). The memory is reserved here and never grows; it is all zero, and the
 * system provides a page when it is first touched. Returns NULL with errno EINVAL for other sizes, ENOMEM without
 * memory. Free with hr_pool_destroy ().
 *
 * After fork () parent and child have a pool each, with the same content. What other threads held stays in use in the
 * child, and a block that they were taking or leaving just then may count as used there for ever; no lock is left
 * behind. */
HrPool *
hr_pool_new (uint32_t n_blocks,
             uint32_t block_bytes)
{
  size_t   stride = ((size_t) block_bytes + HR_POOL_ALIGNMENT - 1) / HR_POOL_ALIGNMENT * HR_POOL_ALIGNMENT;
  size_t   bitmap_bytes = ((size_t) n_blocks + 8 * LINE_BYTES - 1) / (8 * LINE_BYTES) * LINE_BYTES;
  uint64_t bytes = (uint64_t) n_blocks * stride;
  HrPool  *self;

  if (n_blocks == 0 || n_blocks > HR_POOL_MAX_BLOCKS || block_bytes == 0 || block_bytes > HR_POOL_MAX_BLOCK_BYTES)
    {
      errno = EINVAL;
      return NULL;
    }
  if (bytes > SIZE_MAX)
    {
      errno = ENOMEM;
      return NULL;
    }

  self = aligned_alloc (LINE_BYTES, sizeof *self + bitmap_bytes);
  if (self == NULL)
    return NULL;

  memset (self, 0, sizeof *self);
  set_sizes (self, n_blocks, block_bytes, stride);
  set_free (self);
  self->blocks = hr_process_map ((size_t) bytes, false);
  if (self->blocks == MAP_FAILED)
    {
      free (self);
      errno = ENOMEM;
      return NULL;
    }

  return self;
}

/* Takes the pool down with all its blocks, also those in use. No thread may use it any more. NULL is allowed. */
void
hr_pool_destroy (HrPool *self)
{
  if (self == NULL)
    return;

  munmap (self->blocks, self->n_blocks * self->stride);
  free (self);
}

/* Sets who is told when the level rises to HR_POOL_HIGH_PERCENT and when the last block goes; NULL: nobody. Call it
 * before other threads use the pool. @callback runs in the thread whose allocation crossed the limit, before that
 * returns its block: it must not block, and may use the pool. Each crossing is told once, whichever threads share in
 * it; two events can run at once in two threads. */
void
hr_pool_on_event (HrPool         *self,
                  HrPoolEventFunc callback,
                  void           *user_data)
{
  self->callback = callback;
  self->callback_data = user_data;
}

static HrMetric
register_for (HrProbe    *probe,
              const char *name,
              const char *what,
              HrKind      kind)
{
  char   metric[HR_REGION_NAME_BYTES];
  HrUnit unit = kind == HR_KIND_RATIO ? HR_UNIT_RATIO : HR_UNIT_COUNT;
  int    length = snprintf (metric, sizeof metric, "%s%s", name, what);

  return length < (int) sizeof metric ? hr_probe_metric (probe, metric, kind, unit, HR_DIRECTION_LOWER) : HR_METRIC_NONE;
}

static void
record_level (HrPool  *self,
              uint32_t used)
{
  if (self->probe != NULL)
    hr_probe_gauge (self->probe, self->utilisation, (double) used / self->n_blocks);
}

/* Makes the pool show on @probe (borrowed; it outlives the pool) as @name (up to 75 bytes): its level as the ratio
 * NAME_utilisation, recorded whenever it has moved by a sixty-fourth or so, and the events "NAME 90 % full" and "NAME
 * exhausted". Call it before other threads use the pool. Returns false, and publishes nothing, where the probe takes no
 * such metrics. */
bool
hr_pool_publish (HrPool     *self,
                 HrProbe    *probe,
                 const char *name)
{
  HrMetric utilisation = register_for (probe, name, "_utilisation", HR_KIND_RATIO);
  HrMetric event_high = register_for (probe, name, " 90 % full", HR_KIND_EVENT);
  HrMetric event_full = register_for (probe, name, " exhausted", HR_KIND_EVENT);
  uint32_t step = 1;

  if (utilisation == HR_METRIC_NONE || event_high == HR_METRIC_NONE || event_full == HR_METRIC_NONE)
    return false;

  while (step * 2 * LEVELS_RECORDED <= self->n_blocks)
    step *= 2;
  self->quiet = step - 1;
  self->probe = probe;
  self->utilisation = utilisation;
  self->event_high = event_high;
  self->event_full = event_full;
  record_level (self, used_of (__atomic_load_n (&self->level, __ATOMIC_RELAXED)));

  return true;
}

/* The level with one more block in use. */
static inline uint64_t
risen (const HrPool *self,
       uint64_t      level)
{
  uint32_t used = used_of (++level);

  if (used > peak_of (level))
    level += UINT64_C (1) << LEVEL_PEAK_SHIFT;
  if (used >= self->high)
    level |= LEVEL_HIGH;
  if (used == self->n_blocks)
    level |= LEVEL_FULL;

  return level;
}

/* The level with one block less in use. */
static inline uint64_t
fallen (const HrPool *self,
        uint64_t      level)
{
  uint32_t used = used_of (--level);

  if (used < self->high_rearm)
    level &= ~LEVEL_HIGH;
  if (used < self->full_rearm)
    level &= ~LEVEL_FULL;

  return level;
}

static inline bool
exchange_level (HrPool   *self,
                uint64_t *seen,
                uint64_t  next)
{
  return __atomic_compare_exchange_n (&self->level, seen, next, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static inline uint32_t *
seat_of (HrPool *self)
{
  if (__builtin_expect (thread_seat == 0, 0))
    thread_seat = __atomic_fetch_add (&last_seat, 1, __ATOMIC_RELAXED) % N_SEATS + 1;

  return &self->seats[thread_seat - 1].word;
}

/* Takes the lowest block of the first word with one, from this thread's seat on. The level has promised one; a round can miss it
 * only when other threads take and leave blocks meanwhile. */
static inline void *
take_block (HrPool *self)
{
  uint32_t *seat = seat_of (self);
  uint32_t  word = __atomic_load_n (seat, __ATOMIC_RELAXED);

  for (;;)
    {
      uint64_t bits = __atomic_load_n (&self->bitmap[word], __ATOMIC_RELAXED);

      while (bits != 0)
        if (__atomic_compare_exchange_n (&self->bitmap[word], &bits, bits & (bits - 1), true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
          {
            __atomic_store_n (seat, word, __ATOMIC_RELAXED);
            return self->blocks + (word * (size_t) WORD_BITS + (size_t) __builtin_ctzll (bits)) * self->stride;
          }

      word = word + 1 < self->n_words ? word + 1 : 0;
    }
}

/* In a small pool one block can be both. */
static void
raise_events (HrPool  *self,
              uint64_t level,
              uint64_t events)
{
  record_level (self, used_of (level));
  if (self->probe != NULL && events & LEVEL_HIGH)
    hr_probe_event (self->probe, self->event_high, used_of (level));
  if (self->probe != NULL && events & LEVEL_FULL)
    hr_probe_event (self->probe, self->event_full, used_of (level));
  if (self->callback == NULL)
    return;

  if (events & LEVEL_HIGH)
    self->callback (self, HR_POOL_EVENT_HIGH, self->callback_data);
  if (events & LEVEL_FULL)
    self->callback (self, HR_POOL_EVENT_FULL, self->callback_data);
}

/* Hands out a block, aligned to HR_POOL_ALIGNMENT, with whatever its last owner left in it. Returns NULL when all
 * blocks are in use, and counts that. Give it back with hr_pool_free (), from any thread. Not from a signal handler:
 * the event callback may run here. */
void *
hr_pool_allocate (HrPool *self)
{
  uint64_t seen = __atomic_load_n (&self->level, __ATOMIC_RELAXED);
  uint64_t next, events;
  void    *block;

  do
    {
      if (used_of (seen) == self->n_blocks)
        {
          __atomic_fetch_add (&self->failures, 1, __ATOMIC_RELAXED);
          return NULL;
        }
      next = risen (self, seen);
    }
  while (!exchange_level (self, &seen, next));

  block = take_block (self);
  events = (next & ~seen) & (LEVEL_HIGH | LEVEL_FULL);
  if (__builtin_expect (events != 0, 0))
    raise_events (self, next, events);
  else if (__builtin_expect ((used_of (next) & self->quiet) == 0, 0))
    record_level (self, used_of (next));

  return block;
}

/* Returns the number of the block that begins at @block, and n_blocks or more where none does. An offset times the
 * inverse of the stride's odd part, turned right by its even part, is the quotient for a multiple of the stride, and
 * more than any quotient for every other offset, a negative one too (Warren, Hacker's Delight, 10-17): one
 * multiplication in the place of a division. */
static inline uint64_t
number_of (const HrPool *self,
           const void   *block)
{
  uint64_t product = ((uint64_t) (uintptr_t) block - (uint64_t) (uintptr_t) self->blocks) * self->stride_inverse;

  return product >> self->stride_shift | product << (64 - self->stride_shift);
}

/* Takes @block back, from any thread; NULL is allowed. Returns HR_POOL_FOREIGN for what is not the beginning of a block
 * of this pool, HR_POOL_DOUBLE_FREE for a block that is not in use; both are counted and change nothing else. A block
 * that was freed and has a new owner by now cannot be told from the owner's: freeing it again takes it away. */
HrPoolStatus
hr_pool_free (HrPool *self,
              void   *block)
{
  uint64_t number = number_of (self, block);
  uint64_t bit = UINT64_C (1) << number % WORD_BITS;
  uint64_t seen, next;

  if (block == NULL)
    return HR_POOL_OK;

  if (number >= self->n_blocks)
    {
      __atomic_fetch_add (&self->foreign_frees, 1, __ATOMIC_RELAXED);
      return HR_POOL_FOREIGN;
    }
  if (__atomic_fetch_or (&self->bitmap[number / WORD_BITS], bit, __ATOMIC_RELEASE) & bit)
    {
      __atomic_fetch_add (&self->double_frees, 1, __ATOMIC_RELAXED);
      return HR_POOL_DOUBLE_FREE;
    }

  __atomic_store_n (seat_of (self), (uint32_t) (number / WORD_BITS), __ATOMIC_RELAXED);
  seen = __atomic_load_n (&self->level, __ATOMIC_RELAXED);
  do
    next = fallen (self, seen);
  while (!exchange_level (self, &seen, next));
  if (__builtin_expect ((used_of (next) & self->quiet) == 0, 0))
    record_level (self, used_of (next));

  return HR_POOL_OK;
}

/* Returns how the pool stands. A block that another thread is taking or leaving at the moment counts as used; the
 * counts are of one moment each. */
HrPoolHealth
hr_pool_health (const HrPool *self)
{
  uint64_t     level = __atomic_load_n (&self->level, __ATOMIC_RELAXED);
  HrPoolHealth health = {
    .capacity = self->n_blocks,
    .block_bytes = self->block_bytes,
    .used = used_of (level),
    .peak = peak_of (level),
    .failures = __atomic_load_n (&self->failures, __ATOMIC_RELAXED),
    .double_frees = __atomic_load_n (&self->double_frees, __ATOMIC_RELAXED),
    .foreign_frees = __atomic_load_n (&self->foreign_frees, __ATOMIC_RELAXED),
  };

  return health;
}
