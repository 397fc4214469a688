/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The block pool between threads: every block is one thread's at a time, and each event comes once. */

#include "tests/engine/probe/pool-fixture.h"

#include <pthread.h>

#define N_THREADS 4

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
  HrPool                *pool = new_pool (HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  g_autofree void      **blocks = g_new (void *, HR_POOL_BLOCKS);
  g_autofree Part *parts G_GNUC_UNUSED = run_threads (pool, 0, NULL, take_stamped);
  guint                  n = 0;

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
  HrPool                *pool = new_pool (n_blocks, sizeof (Stamp));
  g_autofree void      **blocks = g_new (void *, n_blocks);
  g_autofree Part *parts G_GNUC_UNUSED = run_threads (pool, n_held, NULL, churn);
  HrPoolHealth           health = hr_pool_health (pool);
  guint64                n_failures = 0;

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
  const guint            n_slots = 100;
  HrPool                *pool = new_pool (n_slots + N_THREADS, sizeof (Stamp));
  g_autofree void      **slots = g_new0 (void *, n_slots);
  g_autofree Part *parts G_GNUC_UNUSED = run_threads (pool, n_slots, slots, pass_on);

  g_assert_cmpuint (hr_pool_health (pool).failures, ==, 0);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, n_slots);
  free_all (pool, slots, n_slots);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, 0);
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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/misuse/many-frees", test_one_of_many_frees_counts);
  g_test_add_func ("/pool/threads/share", test_threads_share_out_every_block);
  g_test_add_func ("/pool/threads/random", test_threads_take_and_free_at_random);
  g_test_add_func ("/pool/threads/last-blocks", test_threads_fight_for_the_last_blocks);
  g_test_add_func ("/pool/threads/pass-on", test_threads_free_each_others_blocks);
  g_test_add_func ("/pool/events/threads", test_events_come_once_from_many_threads);

  return g_test_run ();
}
