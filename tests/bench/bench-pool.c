/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/base/clock.h"
#include "engine/probe/pool.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

/* A race is short beside a scheduler's slice, so that in many of them both threads run all the time. */
#define RACE_PAIRS 20000
#define N_RACES 40
#define MAX_RACES 2000

typedef struct
{
  HrPool *pool;
  void   *blocks[HR_POOL_BLOCKS];
} Bench;

/* What two threads do at once, and when each began and ended. */
typedef struct
{
  HrBenchFunc func;
  gpointer    user_data;
  guint       n_ready;
  guint64     begin[2];
  guint64     end[2];
} Race;

/* One block, taken and given back. */
static void
pair (guint64  n,
      gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_pool_free (bench->pool, hr_pool_allocate (bench->pool));
}

static void
pair_of_malloc (guint64  n,
                gpointer user_data)
{
  for (guint64 i = 0; i < n; i++)
    {
      void *block = malloc (HR_POOL_BLOCK_BYTES);

      hr_bench_keep (block);
      free (block);
    }
}

/* Who takes a block without a lock changes a shared word, and again to give it back. */
static void
pair_floor (guint64  n,
            gpointer user_data)
{
  uint64_t word = 0;

  for (guint64 i = 0; i < n; i++)
    {
      __atomic_fetch_add (&word, 1, __ATOMIC_ACQUIRE);
      hr_bench_keep (&word);
      __atomic_fetch_sub (&word, 1, __ATOMIC_RELEASE);
      hr_bench_keep (&word);
    }
}

/* Every block of the pool taken, then every one given back; an operation is one block's part of it. */
static void
refill (guint64  n,
        gpointer user_data)
{
  Bench *bench = user_data;

  while (n > 0)
    {
      guint64 n_blocks = MIN (n, HR_POOL_BLOCKS);

      for (guint64 i = 0; i < n_blocks; i++)
        bench->blocks[i] = hr_pool_allocate (bench->pool);
      for (guint64 i = 0; i < n_blocks; i++)
        hr_pool_free (bench->pool, bench->blocks[i]);
      n -= n_blocks;
    }
}

static void
refill_of_malloc (guint64  n,
                  gpointer user_data)
{
  Bench *bench = user_data;

  while (n > 0)
    {
      guint64 n_blocks = MIN (n, HR_POOL_BLOCKS);

      for (guint64 i = 0; i < n_blocks; i++)
        bench->blocks[i] = malloc (HR_POOL_BLOCK_BYTES);
      hr_bench_keep (bench->blocks);
      for (guint64 i = 0; i < n_blocks; i++)
        free (bench->blocks[i]);
      n -= n_blocks;
    }
}

static void
run_race (Race *race,
          guint thread)
{
  __atomic_fetch_add (&race->n_ready, 1, __ATOMIC_ACQ_REL);
  while (__atomic_load_n (&race->n_ready, __ATOMIC_ACQUIRE) < 2)
    ;

  race->begin[thread] = hr_clock_monotonic ();
  race->func (RACE_PAIRS, race->user_data);
  race->end[thread] = hr_clock_monotonic ();
}

static void *
run_second (void *race)
{
  run_race (race, 1);

  return NULL;
}

static guint64
distance (const guint64 times[2])
{
  return MAX (times[0], times[1]) - MIN (times[0], times[1]);
}

/* Returns how long a race took, or 0 where one thread ran alone for more than a twentieth of it: that would pass for a
 * fast race. */
static guint64
time_race (HrBenchFunc func,
           gpointer    user_data)
{
  Race      race = { func, user_data };
  pthread_t second;
  guint64   elapsed;

  if (pthread_create (&second, NULL, run_second, &race) != 0)
    g_error ("no second thread");
  run_race (&race, 0);
  pthread_join (second, NULL);

  elapsed = MAX (race.end[0], race.end[1]) - MIN (race.begin[0], race.begin[1]);

  return MAX (distance (race.begin), distance (race.end)) <= elapsed / 20 ? elapsed : 0;
}

/* Returns the nanoseconds of one operation of @func while another thread does the same, the least of many
 * races; NaN where the machine never let both run. */
static double
time_of_two (HrBenchFunc func,
             gpointer    user_data)
{
  double least = INFINITY;
  guint  n = 0;

  for (guint i = 0; i < MAX_RACES && n < N_RACES; i++)
    {
      guint64 elapsed = time_race (func, user_data);

      if (elapsed == 0)
        continue;
      least = MIN (least, (double) elapsed / RACE_PAIRS);
      n++;
    }

  return n > 0 ? least : (double) NAN;
}

static void
add_two (HrBench *results,
         Bench   *bench)
{
  double value = time_of_two (pair, bench);
  double floor = time_of_two (pair_floor, bench);
  double peer = time_of_two (pair_of_malloc, bench);

  if (isnan (value) || isnan (peer))
    {
      g_printerr ("bench-pool: two threads never ran at once\n");
      return;
    }

  hr_bench_add (results, "pair-by-two-threads", value, "ns", floor);
  hr_bench_add_peer (results, "pair-by-two-threads", "malloc", peer);
}

int
main (void)
{
  HrBench *results = hr_bench_new ("pool");
  Bench   *bench = g_new0 (Bench, 1);
  int      status;

  bench->pool = hr_pool_new (HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  if (bench->pool == NULL)
    g_error ("no memory for a pool");

  hr_bench_run (results, "pair", pair, pair_floor, bench);
  hr_bench_run_peer (results, "pair", "malloc", pair_of_malloc, bench);
  add_two (results, bench);
  hr_bench_run (results, "exhaust-and-refill", refill, pair_floor, bench);
  hr_bench_run_peer (results, "exhaust-and-refill", "malloc", refill_of_malloc, bench);
  status = hr_bench_finish (results);

  hr_pool_destroy (bench->pool);
  g_free (bench);

  return status;
}
