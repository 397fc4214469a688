/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/probe/pool.h"
#include "tests/engine/probe/region-fixture.h"

#define STAMP_WORDS 8

/* What an owner writes to his block, plainly: ThreadSanitizer sees whether one owner's words happen before the next one's. */
typedef struct
{
  uint64_t owner;
  uint64_t turn;
  uint64_t words[STAMP_WORDS];
  uint64_t sum;
} Stamp;

static inline void
stamp (void    *block,
       uint64_t owner,
       uint64_t turn)
{
  Stamp *self = block;

  self->owner = owner;
  self->turn = turn;
  self->sum = owner ^ turn;
  for (guint i = 0; i < STAMP_WORDS; i++)
    {
      self->words[i] = (owner << 32 | turn) * UINT64_C (0x9e3779b97f4a7c15) + i;
      self->sum ^= self->words[i];
    }
}

static inline void
assert_stamp (const void *block,
              uint64_t    owner)
{
  const Stamp *self = block;
  uint64_t     sum = self->owner ^ self->turn;

  for (guint i = 0; i < STAMP_WORDS; i++)
    sum ^= self->words[i];
  g_assert_cmpuint (self->owner, ==, owner);
  g_assert_cmpuint (self->sum, ==, sum);
}

static inline HrPool *
new_pool (uint32_t n_blocks,
          uint32_t block_bytes)
{
  HrPool *pool = hr_pool_new (n_blocks, block_bytes);

  g_assert_nonnull (pool);

  return pool;
}

/* Takes blocks until there are none, and returns how many. */
static inline guint
exhaust (HrPool *pool,
         void  **blocks)
{
  guint n = 0;

  for (void *block = hr_pool_allocate (pool); block != NULL; block = hr_pool_allocate (pool))
    blocks[n++] = block;

  return n;
}

static inline void
free_all (HrPool *pool,
          void  **blocks,
          guint   n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (hr_pool_free (pool, blocks[i]), ==, HR_POOL_OK);
}

static inline gint
compare_addresses (gconstpointer a,
                   gconstpointer b)
{
  uintptr_t first = (uintptr_t) * (void *const *) a;
  uintptr_t second = (uintptr_t) * (void *const *) b;

  return first < second ? -1 : first > second;
}

/* Sorts @blocks, and sees that no two share a byte. */
static inline void
assert_apart (void **blocks,
              guint  n,
              guint  block_bytes)
{
  qsort (blocks, n, sizeof *blocks, compare_addresses);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint ((uintptr_t) blocks[i] % HR_POOL_ALIGNMENT, ==, 0);
      if (i > 0)
        g_assert_cmpuint ((uintptr_t) blocks[i] - (uintptr_t) blocks[i - 1], >=, block_bytes);
    }
}

/* What a pool told, in the order of it. */
typedef struct
{
  guint n_high;
  guint n_full;
  guint used[2]; /* at the last event of each kind */
} Told;

static inline void
event_cb (HrPool     *pool,
          HrPoolEvent event,
          void       *user_data)
{
  Told *told = user_data;

  __atomic_fetch_add (event == HR_POOL_EVENT_HIGH ? &told->n_high : &told->n_full, 1, __ATOMIC_RELAXED);
  __atomic_store_n (&told->used[event], hr_pool_health (pool).used, __ATOMIC_RELAXED);
}
