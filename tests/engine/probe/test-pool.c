/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The block pool: every block usable and nobody's twice, misuse told, events once, whichever threads share in it. */

#include "engine/probe/pool.h"
#include "tests/engine/probe/region-fixture.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_THREADS 4
#define STAMP_WORDS 8

/* What an owner writes to his block, plainly: ThreadSanitizer sees whether one owner's words happen before the next one's. */
typedef struct
{
  uint64_t owner;
  uint64_t turn;
  uint64_t words[STAMP_WORDS];
  uint64_t sum;
} Stamp;

/* One thread's part in a case. */
typedef struct
{
  HrPool            *pool;
  pthread_barrier_t *barrier;
  uint64_t           owner;
  guint              n_blocks; /* held in @blocks, or to be taken */
  void              *blocks[HR_POOL_BLOCKS];
  guint64            n_failures;
  guint64            n_ok;
  void             **shared; /* with the other threads */
} Part;

static void
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

static void
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

static HrPool *
new_pool (uint32_t n_blocks,
          uint32_t block_bytes)
{
  HrPool *pool = hr_pool_new (n_blocks, block_bytes);

  g_assert_nonnull (pool);

  return pool;
}

/* Takes blocks until there are none, and returns how many. */
static guint
exhaust (HrPool *pool,
         void  **blocks)
{
  guint n = 0;

  for (void *block = hr_pool_allocate (pool); block != NULL; block = hr_pool_allocate (pool))
    blocks[n++] = block;

  return n;
}

static void
free_all (HrPool *pool,
          void  **blocks,
          guint   n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (hr_pool_free (pool, blocks[i]), ==, HR_POOL_OK);
}

static gint
compare_addresses (gconstpointer a,
                   gconstpointer b)
{
  uintptr_t first = (uintptr_t) * (void *const *) a;
  uintptr_t second = (uintptr_t) * (void *const *) b;

  return first < second ? -1 : first > second;
}

/* Sorts @blocks, and sees that no two share a byte. */
static void
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

/* Runs @func in N_THREADS threads, which start together. The parts are for the caller to free. */
static Part *
run_threads (HrPool *pool,
             guint   n_blocks,
             void  **shared,
             void *(*func) (void *) )
{
  Part             *parts = g_new0 (Part, N_THREADS);
  pthread_t         threads[N_THREADS];
  pthread_barrier_t barrier;

  pthread_barrier_init (&barrier, NULL, N_THREADS);
  for (guint i = 0; i < N_THREADS; i++)
    {
      parts[i].pool = pool;
      parts[i].barrier = &barrier;
      parts[i].owner = i + 1;
      parts[i].n_blocks = n_blocks;
      parts[i].shared = shared;
      g_assert_cmpint (pthread_create (&threads[i], NULL, func, &parts[i]), ==, 0);
    }
  for (guint i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);
  pthread_barrier_destroy (&barrier);

  return parts;
}

static void
test_every_block_is_usable (void)
{
  HrPool           *pool = new_pool (HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  g_autofree void **blocks = g_new (void *, HR_POOL_BLOCKS + 1);
  HrPoolHealth      health;

  g_assert_cmpuint (exhaust (pool, blocks), ==, HR_POOL_BLOCKS);
  assert_apart (blocks, HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  for (guint i = 0; i < HR_POOL_BLOCKS; i++)
    memset (blocks[i], (int) (i % 251), HR_POOL_BLOCK_BYTES);
  for (guint i = 0; i < HR_POOL_BLOCKS; i++)
    for (guint j = 0; j < HR_POOL_BLOCK_BYTES; j++)
      if (((const guint8 *) blocks[i])[j] != i % 251)
        g_error ("block %u has lost byte %u", i, j);

  health = hr_pool_health (pool);
  g_assert_cmpuint (health.capacity, ==, HR_POOL_BLOCKS);
  g_assert_cmpuint (health.block_bytes, ==, HR_POOL_BLOCK_BYTES);
  g_assert_cmpuint (health.used, ==, HR_POOL_BLOCKS);
  g_assert_cmpuint (health.failures, ==, 1);

  free_all (pool, blocks, HR_POOL_BLOCKS);
  g_assert_cmpuint (exhaust (pool, blocks), ==, HR_POOL_BLOCKS);
  hr_pool_destroy (pool);
}

static void
test_sizes_have_limits (void)
{
  static const struct
  {
    uint32_t n_blocks, block_bytes;
  } refused[] = { { 0, 1024 }, { 10, 0 }, { HR_POOL_MAX_BLOCKS + 1, 64 }, { 1, HR_POOL_MAX_BLOCK_BYTES + 1 }, { UINT32_MAX, UINT32_MAX } },
    taken[] = { { 1, 1 }, { 1, HR_POOL_MAX_BLOCK_BYTES }, { 63, 64 }, { 64, 65 }, { 65, 3000 }, { 1000, 8128 }, { 1537, 100 } };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      errno = 0;
      g_assert_null (hr_pool_new (refused[i].n_blocks, refused[i].block_bytes));
      g_assert_cmpint (errno, ==, EINVAL);
    }

  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      HrPool           *pool = new_pool (taken[i].n_blocks, taken[i].block_bytes);
      g_autofree void **blocks = g_new (void *, taken[i].n_blocks);

      g_assert_cmpuint (exhaust (pool, blocks), ==, taken[i].n_blocks);
      assert_apart (blocks, taken[i].n_blocks, taken[i].block_bytes);
      for (guint j = 0; j < taken[i].n_blocks; j++)
        memset (blocks[j], 0xff, taken[i].block_bytes);
      free_all (pool, blocks, taken[i].n_blocks);
      g_assert_cmpuint (hr_pool_health (pool).used, ==, 0);
      hr_pool_destroy (pool);
    }
}

static void
test_a_double_free_is_told (void)
{
  HrPool *pool = new_pool (100, 1024);
  char   *block = hr_pool_allocate (pool);
  void   *blocks[101];

  g_assert_cmpuint (hr_pool_free (pool, block), ==, HR_POOL_OK);
  g_assert_cmpuint (hr_pool_free (pool, block), ==, HR_POOL_DOUBLE_FREE);
  /* Nobody had the block beside it yet. */
  g_assert_cmpuint (hr_pool_free (pool, block + 1024), ==, HR_POOL_DOUBLE_FREE);
  g_assert_cmpuint (hr_pool_health (pool).double_frees, ==, 2);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, 0);

  g_assert_cmpuint (exhaust (pool, blocks), ==, 100);
  assert_apart (blocks, 100, 1024);
  hr_pool_destroy (pool);
}

/* Offsets of every kind around and inside the blocks; strides that are no power of two divide otherwise. */
static void
assert_foreign_pointers_are_told (uint32_t block_bytes)
{
  const guint n_blocks = 100;
  HrPool     *pool = new_pool (n_blocks, block_bytes);
  HrPool     *other = new_pool (n_blocks, block_bytes);
  void       *blocks[101];
  void       *foreign = hr_pool_allocate (other);
  gsize       stride;
  char       *first;
  guint64     n_foreign = 0;

  g_assert_cmpuint (exhaust (pool, blocks), ==, n_blocks);
  assert_apart (blocks, n_blocks, block_bytes);
  first = blocks[0];
  stride = (gsize) ((char *) blocks[1] - first);

  for (gsize offset = 1; offset < n_blocks * stride; offset += offset % stride == stride - 1 ? 2 : 1)
    {
      g_assert_cmpuint (hr_pool_free (pool, first + offset), ==, HR_POOL_FOREIGN);
      n_foreign++;
    }
  for (gsize i = 0; i < 10000; i++)
    {
      g_assert_cmpuint (hr_pool_free (pool, (void *) ((uintptr_t) first + (n_blocks + i) * stride)), ==, HR_POOL_FOREIGN);
      g_assert_cmpuint (hr_pool_free (pool, (void *) ((uintptr_t) first - (i + 1) * stride)), ==, HR_POOL_FOREIGN);
      n_foreign += 2;
    }
  g_assert_cmpuint (hr_pool_free (pool, foreign), ==, HR_POOL_FOREIGN);
  g_assert_cmpuint (hr_pool_free (pool, &n_foreign), ==, HR_POOL_FOREIGN);
  g_assert_cmpuint (hr_pool_free (pool, NULL), ==, HR_POOL_OK);

  g_assert_cmpuint (hr_pool_health (pool).foreign_frees, ==, n_foreign + 2);
  g_assert_cmpuint (hr_pool_health (pool).double_frees, ==, 0);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, n_blocks);
  g_assert_cmpuint (hr_pool_health (other).used, ==, 1);
  free_all (pool, blocks, n_blocks);

  hr_pool_destroy (other);
  hr_pool_destroy (pool);
}

static void
test_foreign_pointers_are_told (void)
{
  assert_foreign_pointers_are_told (64);
  assert_foreign_pointers_are_told (1024);
  assert_foreign_pointers_are_told (3000);
}

static void *
take_stamped (void *data)
{
  Part *part = data;

  pthread_barrier_wait (part->barrier);
  part->n_blocks = 0;
  for (void *block = hr_pool_allocate (part->pool); block != NULL; block = hr_pool_allocate (part->pool))
    {
      stamp (block, part->owner, part->n_blocks);
      part->blocks[part->n_blocks++] = block;
    }

  /* Nobody has anything left: whoever had a block of mine has written to it. */
  pthread_barrier_wait (part->barrier);
  for (guint i = 0; i < part->n_blocks; i++)
    assert_stamp (part->blocks[i], part->owner);

  return NULL;
}

static void
test_threads_share_out_every_block (void)
{
  HrPool           *pool = new_pool (HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  g_autofree void **blocks = g_new (void *, HR_POOL_BLOCKS);
  g_autofree Part  *parts = run_threads (pool, 0, NULL, take_stamped);
  guint             n = 0;

  for (guint i = 0; i < N_THREADS; i++)
    for (guint j = 0; j < parts[i].n_blocks; j++)
      {
        g_assert_cmpuint (n, <, HR_POOL_BLOCKS);
        blocks[n++] = parts[i].blocks[j];
      }
  g_assert_cmpuint (n, ==, HR_POOL_BLOCKS);
  assert_apart (blocks, n, HR_POOL_BLOCK_BYTES);
  g_assert_cmpuint (hr_pool_health (pool).failures, ==, N_THREADS);

  free_all (pool, blocks, n);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, 0);
  hr_pool_destroy (pool);
}

/* Takes, proves and gives back blocks at random, but never holds more than n_blocks. */
static void *
churn (void *data)
{
  const guint n_turns = 100000;
  Part       *part = data;
  GRand      *rand = g_rand_new_with_seed ((guint32) part->owner);
  guint       n = 0;

  pthread_barrier_wait (part->barrier);
  for (guint turn = 0; turn < n_turns; turn++)
    if (n < part->n_blocks && g_rand_boolean (rand))
      {
        void *block = hr_pool_allocate (part->pool);

        if (block == NULL)
          {
            part->n_failures++;
            continue;
          }
        stamp (block, part->owner, turn);
        part->blocks[n++] = block;
      }
    else if (n > 0)
      {
        guint i = (guint) g_rand_int_range (rand, 0, (gint32) n);

        assert_stamp (part->blocks[i], part->owner);
        g_assert_cmpuint (hr_pool_free (part->pool, part->blocks[i]), ==, HR_POOL_OK);
        part->blocks[i] = part->blocks[--n];
      }
  free_all (part->pool, part->blocks, n);
  g_rand_free (rand);

  return NULL;
}

/* Has four threads churn a pool of @n_blocks, each holding up to @n_held. Returns how many allocations failed. */
static guint64
assert_churn_is_survived (guint n_blocks,
                          guint n_held)
{
  HrPool           *pool = new_pool (n_blocks, sizeof (Stamp));
  g_autofree void **blocks = g_new (void *, n_blocks);
  g_autofree Part  *parts = run_threads (pool, n_held, NULL, churn);
  HrPoolHealth      health = hr_pool_health (pool);
  guint64           n_failures = 0;

  for (guint i = 0; i < N_THREADS; i++)
    n_failures += parts[i].n_failures;
  g_assert_cmpuint (health.failures, ==, n_failures);
  g_assert_cmpuint (health.used, ==, 0);
  g_assert_cmpuint (health.peak, <=, MIN (n_blocks, N_THREADS * n_held));
  g_assert_cmpuint (health.double_frees + health.foreign_frees, ==, 0);

  g_assert_cmpuint (exhaust (pool, blocks), ==, n_blocks);
  hr_pool_destroy (pool);

  return n_failures;
}

static void
test_threads_take_and_free_at_random (void)
{
  g_assert_cmpuint (assert_churn_is_survived (N_THREADS * 40, 40), ==, 0);
  assert_churn_is_survived (2000, 1000);
}

static void
test_threads_fight_for_the_last_blocks (void)
{
  assert_churn_is_survived (3, 3);
  g_assert_cmpuint (assert_churn_is_survived (3, 4), >, 0);
}

/* Frees what every other thread frees too. */
static void *
free_shared (void *data)
{
  Part *part = data;

  pthread_barrier_wait (part->barrier);
  for (guint i = 0; i < part->n_blocks; i++)
    {
      HrPoolStatus status = hr_pool_free (part->pool, part->shared[i]);

      g_assert_cmpuint (status, !=, HR_POOL_FOREIGN);
      part->n_ok += status == HR_POOL_OK;
    }

  return NULL;
}

static void
test_one_of_many_frees_counts (void)
{
  HrPool           *pool = new_pool (HR_POOL_BLOCKS, 64);
  g_autofree void **blocks = g_new (void *, HR_POOL_BLOCKS);
  g_autofree Part  *parts = NULL;
  guint64           n_ok = 0;

  g_assert_cmpuint (exhaust (pool, blocks), ==, HR_POOL_BLOCKS);
  parts = run_threads (pool, HR_POOL_BLOCKS, blocks, free_shared);
  for (guint i = 0; i < N_THREADS; i++)
    n_ok += parts[i].n_ok;

  g_assert_cmpuint (n_ok, ==, HR_POOL_BLOCKS);
  g_assert_cmpuint (hr_pool_health (pool).double_frees, ==, (N_THREADS - 1) * HR_POOL_BLOCKS);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, 0);
  hr_pool_destroy (pool);
}

/* Passes blocks on: every slot of @shared holds one or NULL, and who puts one there takes the last one out. */
static void *
pass_on (void *data)
{
  const guint n_turns = 50000;
  Part       *part = data;
  GRand      *rand = g_rand_new_with_seed ((guint32) part->owner);

  pthread_barrier_wait (part->barrier);
  for (guint turn = 0; turn < n_turns; turn++)
    {
      gint32 i = g_rand_int_range (rand, 0, (gint32) part->n_blocks);
      void  *block = hr_pool_allocate (part->pool);

      g_assert_nonnull (block);
      stamp (block, part->owner, turn);
      block = __atomic_exchange_n (&part->shared[i], block, __ATOMIC_ACQ_REL);
      if (block == NULL)
        continue;
      assert_stamp (block, ((const Stamp *) block)->owner);
      g_assert_cmpuint (hr_pool_free (part->pool, block), ==, HR_POOL_OK);
    }
  g_rand_free (rand);

  return NULL;
}

static void
test_threads_free_each_others_blocks (void)
{
  const guint       n_slots = 100;
  HrPool           *pool = new_pool (n_slots + N_THREADS, sizeof (Stamp));
  g_autofree void **slots = g_new0 (void *, n_slots);
  g_autofree Part  *parts = run_threads (pool, n_slots, slots, pass_on);

  g_assert_cmpuint (hr_pool_health (pool).failures, ==, 0);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, n_slots);
  free_all (pool, slots, n_slots);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, 0);
  hr_pool_destroy (pool);
}

/* What a pool told, in the order of it. */
typedef struct
{
  guint n_high;
  guint n_full;
  guint used[2]; /* at the last event of each kind */
} Told;

static void
event_cb (HrPool     *pool,
          HrPoolEvent event,
          void       *user_data)
{
  Told *told = user_data;

  __atomic_fetch_add (event == HR_POOL_EVENT_HIGH ? &told->n_high : &told->n_full, 1, __ATOMIC_RELAXED);
  __atomic_store_n (&told->used[event], hr_pool_health (pool).used, __ATOMIC_RELAXED);
}

static void
set_level (HrPool *pool,
           void  **blocks,
           guint  *level,
           guint   wanted)
{
  for (; *level < wanted; (*level)++)
    blocks[*level] = hr_pool_allocate (pool);
  for (; *level > wanted; (*level)--)
    g_assert_cmpuint (hr_pool_free (pool, blocks[*level - 1]), ==, HR_POOL_OK);
}

/* Moves the level where the steps say, and sees how many events there were by then. */
static void
test_events_come_at_their_levels (void)
{
  static const struct
  {
    guint level, n_high, n_full;
  } steps[] = {
    { 9215, 0, 0 },
    { 9216, 1, 0 },
    { 8704, 1, 0 }, /* 85 %: not below */
    { 10239, 1, 0 },
    { 10240, 1, 1 },
    { 9728, 1, 1 }, /* 95 %: not below */
    { 10240, 1, 1 },
    { 9727, 1, 1 },
    { 10240, 1, 2 },
    { 8703, 1, 2 },
    { 9215, 1, 2 },
    { 9216, 2, 2 },
    { 10240, 2, 3 },
    { 0, 2, 3 },
    { 10240, 3, 4 },
  };
  HrPool           *pool = new_pool (HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  g_autofree void **blocks = g_new (void *, HR_POOL_BLOCKS);
  Told              told = { 0 };
  guint             level = 0, peak = 0;

  hr_pool_on_event (pool, event_cb, &told);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      set_level (pool, blocks, &level, steps[i].level);
      peak = MAX (peak, level);
      g_assert_cmpuint (told.n_high, ==, steps[i].n_high);
      g_assert_cmpuint (told.n_full, ==, steps[i].n_full);
      g_assert_cmpuint (hr_pool_health (pool).used, ==, level);
      g_assert_cmpuint (hr_pool_health (pool).peak, ==, peak);
    }
  g_assert_cmpuint (told.used[HR_POOL_EVENT_HIGH], ==, 9216);
  g_assert_cmpuint (told.used[HR_POOL_EVENT_FULL], ==, 10240);

  hr_pool_destroy (pool);
}

static void
test_one_block_raises_both_events (void)
{
  HrPool *pool = new_pool (1, 64);
  Told    told = { 0 };

  hr_pool_on_event (pool, event_cb, &told);
  for (guint i = 1; i <= 3; i++)
    {
      void *block = hr_pool_allocate (pool);

      g_assert_null (hr_pool_allocate (pool));
      g_assert_cmpuint (told.n_high, ==, i);
      g_assert_cmpuint (told.n_full, ==, i);
      g_assert_cmpuint (hr_pool_free (pool, block), ==, HR_POOL_OK);
    }
  hr_pool_destroy (pool);
}

/* Fills the pool with the others and empties it again. */
static void *
fill_and_empty (void *data)
{
  const guint n_rounds = 50;
  Part       *part = data;

  for (guint round = 0; round < n_rounds; round++)
    {
      pthread_barrier_wait (part->barrier);
      part->n_blocks = exhaust (part->pool, part->blocks);
      pthread_barrier_wait (part->barrier);
      free_all (part->pool, part->blocks, part->n_blocks);
      part->n_ok++;
    }

  return NULL;
}

static void
test_events_come_once_from_many_threads (void)
{
  static const guint sizes[] = { 1, 7, 64, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      HrPool          *pool = new_pool (sizes[i], 64);
      Told             told = { 0 };
      g_autofree Part *parts = NULL;

      hr_pool_on_event (pool, event_cb, &told);
      parts = run_threads (pool, 0, NULL, fill_and_empty);
      g_assert_cmpuint (told.n_high, ==, parts[0].n_ok);
      g_assert_cmpuint (told.n_full, ==, parts[0].n_ok);
      g_assert_cmpuint (hr_pool_health (pool).used, ==, 0);
      g_assert_cmpuint (hr_pool_health (pool).peak, ==, sizes[i]);
      hr_pool_destroy (pool);
    }
}

/* Gives back what it can, as a program would that is told. */
static void
free_some_cb (HrPool     *pool,
              HrPoolEvent event,
              void       *user_data)
{
  void **blocks = user_data;

  if (event == HR_POOL_EVENT_HIGH)
    free_all (pool, blocks, 2);
  else
    g_assert_null (hr_pool_allocate (pool));
}

static void
test_a_callback_may_use_the_pool (void)
{
  HrPool *pool = new_pool (100, 64);
  void   *blocks[102];

  hr_pool_on_event (pool, free_some_cb, blocks);
  for (guint i = 0; i < 102; i++)
    {
      blocks[i] = hr_pool_allocate (pool);
      g_assert_nonnull (blocks[i]);
    }

  g_assert_cmpuint (hr_pool_health (pool).used, ==, 100);
  g_assert_cmpuint (hr_pool_health (pool).failures, ==, 1);
  free_all (pool, blocks + 2, 100);
  hr_pool_destroy (pool);
}

static void
test_a_forked_child_has_a_pool_of_its_own (void)
{
  HrPool *pool = new_pool (100, sizeof (Stamp));
  void   *block = hr_pool_allocate (pool);
  void   *blocks[101];
  int     status;
  pid_t   child;

  stamp (block, 1, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      gboolean alright = exhaust (pool, blocks) == 99;

      stamp (block, 2, 0);
      alright = alright && hr_pool_free (pool, block) == HR_POOL_OK && hr_pool_health (pool).used == 99;
      _exit (alright ? 0 : 1);
    }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  assert_stamp (block, 1);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, 1);
  g_assert_cmpuint (exhaust (pool, blocks), ==, 99);
  hr_pool_destroy (pool);
}

static void
test_no_pool_is_destroyed (void)
{
  hr_pool_destroy (NULL);
}

typedef struct
{
  HrRegionReader *reader;
  HrRegionTotals  totals[3]; /* utilisation, 90 % full, exhausted */
} Published;

static const HrRegionTotals *
read_published (Published *self,
                guint      metric)
{
  g_assert_true (hr_region_reader_totals (self->reader, metric, &self->totals[metric]));

  return &self->totals[metric];
}

static void
test_a_published_pool_shows_its_level (Fixture      *fixture,
                                       gconstpointer data)
{
  HrProbe       *probe = open_probe (fixture);
  HrPool        *pool = hr_pool_new (640, 64);
  Published      seen = { open_reader (hr_probe_path (probe)) };
  HrRegionMetric metric;
  void          *blocks[640];

  g_assert_true (hr_pool_publish (pool, probe, "jobs"));
  g_assert_true (hr_region_reader_metric (seen.reader, 0, &metric));
  g_assert_cmpstr (metric.name, ==, "jobs_utilisation");
  g_assert_cmpuint (metric.kind, ==, HR_KIND_RATIO);
  g_assert_true (hr_region_reader_metric (seen.reader, 1, &metric));
  g_assert_cmpstr (metric.name, ==, "jobs 90 % full");
  g_assert_cmpuint (read_published (&seen, 0)->count, ==, 1);

  for (guint i = 0; i < 575; i++)
    blocks[i] = hr_pool_allocate (pool);
  /* 640 blocks are recorded in steps of eight. */
  g_assert_cmpuint (read_published (&seen, 0)->count, ==, 1 + 575 / 8);
  g_assert_cmpfloat (read_published (&seen, 0)->last, ==, 568.0 / 640);
  g_assert_cmpuint (read_published (&seen, 1)->count, ==, 0);

  blocks[575] = hr_pool_allocate (pool);
  g_assert_cmpuint (read_published (&seen, 1)->count, ==, 1);
  g_assert_cmpfloat (seen.totals[1].last, ==, 576);
  for (guint i = 576; i < 640; i++)
    blocks[i] = hr_pool_allocate (pool);
  g_assert_cmpuint (read_published (&seen, 2)->count, ==, 1);
  g_assert_cmpfloat (read_published (&seen, 0)->last, ==, 1);

  for (guint i = 0; i < 640; i++)
    hr_pool_free (pool, blocks[i]);
  g_assert_cmpfloat (read_published (&seen, 0)->last, ==, 0);
  g_assert_cmpfloat (seen.totals[0].max, ==, 1);
  g_assert_cmpuint (read_published (&seen, 1)->count, ==, 1);

  hr_region_reader_close (seen.reader);
  hr_pool_destroy (pool);
  hr_probe_close (probe);
}

static void
test_what_a_probe_refuses_is_not_published (Fixture      *fixture,
                                            gconstpointer data)
{
  HrProbe         *probe = open_probe (fixture);
  HrPool          *pool = hr_pool_new (1, 64);
  g_autofree char *too_long = g_strnfill (HR_REGION_NAME_BYTES - 1, 'x');

  add_duration (probe, "taken_utilisation");
  g_assert_false (hr_pool_publish (pool, probe, "taken"));
  g_assert_false (hr_pool_publish (pool, probe, too_long));
  hr_pool_free (pool, hr_pool_allocate (pool));
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);

  hr_pool_destroy (pool);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/every-block", test_every_block_is_usable);
  g_test_add_func ("/pool/sizes", test_sizes_have_limits);
  g_test_add_func ("/pool/misuse/double-free", test_a_double_free_is_told);
  g_test_add_func ("/pool/misuse/foreign", test_foreign_pointers_are_told);
  g_test_add_func ("/pool/misuse/many-frees", test_one_of_many_frees_counts);
  g_test_add_func ("/pool/misuse/destroy", test_no_pool_is_destroyed);
  g_test_add_func ("/pool/threads/share", test_threads_share_out_every_block);
  g_test_add_func ("/pool/threads/random", test_threads_take_and_free_at_random);
  g_test_add_func ("/pool/threads/last-blocks", test_threads_fight_for_the_last_blocks);
  g_test_add_func ("/pool/threads/pass-on", test_threads_free_each_others_blocks);
  g_test_add_func ("/pool/events/levels", test_events_come_at_their_levels);
  g_test_add_func ("/pool/events/one-block", test_one_block_raises_both_events);
  g_test_add_func ("/pool/events/threads", test_events_come_once_from_many_threads);
  g_test_add_func ("/pool/events/callback", test_a_callback_may_use_the_pool);
  ADD_CASE ("/pool/published/level", test_a_published_pool_shows_its_level);
  ADD_CASE ("/pool/published/refused", test_what_a_probe_refuses_is_not_published);
  g_test_add_func ("/pool/fork", test_a_forked_child_has_a_pool_of_its_own);

  return g_test_run ();
}
