/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/beta.h"
#include "engine/thompson/ranker.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SOURCES 28
#define ROUNDS 4000

static const HrArm prior = { 1, 1 };

/* The allocators count what goes through them, the C library's own calls included. Sanitizers bring theirs. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n,
                     size_t size);
void *__libc_realloc (void  *old,
                      size_t size);

static _Thread_local unsigned n_allocations;

void *
malloc (size_t size)
{
  n_allocations++;

  return __libc_malloc (size);
}

void *
calloc (size_t n,
        size_t size)
{
  n_allocations++;

  return __libc_calloc (n, size);
}

void *
realloc (void  *old,
         size_t size)
{
  n_allocations++;

  return __libc_realloc (old, size);
}
#endif

static void
fill_batch (HrJob *jobs,
            gsize  n)
{
  for (gsize i = 0; i < n; i++)
    jobs[i] = (HrJob){ .id = i, .source = i % SOURCES, .weight = 1 + (double) (i % 4) };
}

static void
test_ranking_is_sorted_whole_and_repeatable (void)
{
  HrArm    storage[SOURCES];
  HrArms   arms;
  HrJob    jobs[HR_BATCH_MAX];
  HrRank   ranks[HR_BATCH_MAX], again[HR_BATCH_MAX];
  HrRandom random;

  hr_arms_init (&arms, storage, SOURCES, SOURCES, 1, prior);
  fill_batch (jobs, HR_BATCH_MAX);
  for (gsize n = 1; n <= HR_BATCH_MAX; n++)
    {
      bool seen[HR_BATCH_MAX] = { false };

      hr_random_seed (&random, n, 0);
      g_assert_cmpint (hr_rank (&arms, &random, jobs, n, ranks), ==, HR_JOB_OK);
      hr_random_seed (&random, n, 0);
      g_assert_cmpint (hr_rank (&arms, &random, jobs, n, again), ==, HR_JOB_OK);
      for (gsize i = 0; i < n; i++)
        {
          g_assert_cmpuint (ranks[i].job, ==, again[i].job);
          g_assert_false (seen[ranks[i].job]);
          seen[ranks[i].job] = true;
          if (i > 0)
            g_assert_cmpfloat (ranks[i - 1].score, >=, ranks[i].score);
        }
    }
}

/* Whatever compiled it, and for whatever processor: a thousand rankings with feedback between them, as one number. */
static void
test_a_seed_gives_the_same_rankings_everywhere (void)
{
  HrArm    storage[HR_BATCH_MAX];
  HrArms   arms;
  HrJob    jobs[HR_BATCH_MAX];
  HrRank   ranks[HR_BATCH_MAX];
  HrRandom random;
  uint64_t hash = 1;

  hr_arms_init (&arms, storage, HR_BATCH_MAX, HR_BATCH_MAX, 1, (HrArm){ 0.5, 1 });
  hr_random_seed (&random, 23, 7);
  for (uint32_t i = 0; i < HR_BATCH_MAX; i++)
    jobs[i] = (HrJob){ .source = i, .weight = 1 + i % 4 };
  for (int round = 0; round < 1000; round++)
    {
      g_assert_cmpint (hr_rank (&arms, &random, jobs, HR_BATCH_MAX, ranks), ==, HR_JOB_OK);
      for (int i = 0; i < HR_BATCH_MAX; i++)
        hash = (hash ^ ranks[i].job) * 0x100000001b3u;
      hr_arms_update (&arms, ranks[0].job, 0, round % 3 == 0, 1);
    }
  g_assert_cmphex (hash, ==, 0xbc6f6ca77d131be9u);
}

static void
test_a_score_is_the_draw_times_the_weight (void)
{
  HrArm    storage[2], believed[] = { { 1, 1 }, { 4, 1 } };
  HrArms   arms;
  HrJob    jobs[2] = { { .source = 0, .weight = 1 }, { .source = 1, .weight = 4 } };
  HrRank   ranks[2];
  HrRandom random, replay;
  double   draws[2];

  hr_arms_init (&arms, storage, 2, 2, 1, prior);
  hr_arms_update (&arms, 1, 0, true, 3);
  hr_random_seed (&random, 5, 0);
  replay = random;
  hr_rank (&arms, &random, jobs, 2, ranks);
  hr_beta_draws (&replay, believed, 2, draws);
  for (uint32_t job = 0; job < 2; job++)
    g_assert_cmpfloat (ranks[ranks[0].job == job ? 0 : 1].score, ==, draws[job] * jobs[job].weight);
}

/* Scores that differ in their last bits only, or hardly from 0, are in order too. */
static void
test_the_closest_scores_are_told_apart (void)
{
  HrArm    storage[1];
  HrArms   arms;
  HrJob    jobs[HR_BATCH_MAX] = { 0 };
  HrRank   ranks[HR_BATCH_MAX];
  HrRandom random;

  /* Such an arm draws a half and a few of a double's last steps. */
  hr_arms_init (&arms, storage, 1, 1, 1, prior);
  storage[0] = (HrArm){ 1e29, 1e29 };
  hr_random_seed (&random, 18, 0);
  for (int round = 0; round < 200; round++)
    {
      for (gsize i = 0; i < HR_BATCH_MAX; i++)
        jobs[i].weight = round % 2 == 0 ? 1 : 0x1p-1060;
      g_assert_cmpint (hr_rank (&arms, &random, jobs, HR_BATCH_MAX, ranks), ==, HR_JOB_OK);
      for (gsize i = 1; i < HR_BATCH_MAX; i++)
        g_assert_true (ranks[i - 1].score > ranks[i].score || (ranks[i - 1].score == ranks[i].score && ranks[i - 1].job < ranks[i].job));
    }
}

/* As many as there may ever be: every job's arm is the one of its source and category. */
static void
test_ten_thousand_arms (void)
{
  enum
  {
    N_SOURCES = 100,
    N_CATEGORIES = 100
  };
  static HrArm storage[N_SOURCES * N_CATEGORIES];
  HrArms       arms;
  HrArm        arm;
  HrRandom     random;

  g_assert_cmpint (hr_arms_init (&arms, storage, G_N_ELEMENTS (storage), N_SOURCES, N_CATEGORIES, prior), ==, HR_JOB_OK);
  hr_random_seed (&random, 19, 0);
  for (uint32_t i = 0; i < G_N_ELEMENTS (storage); i++)
    g_assert_cmpint (hr_arms_update (&arms, i / N_CATEGORIES, i % N_CATEGORIES, i % 3 == 0, 1e6), ==, HR_JOB_OK);

  for (uint32_t i = 0; i < G_N_ELEMENTS (storage); i += HR_BATCH_MAX)
    {
      HrJob  jobs[HR_BATCH_MAX];
      HrRank ranks[HR_BATCH_MAX];

      for (uint32_t k = 0; k < HR_BATCH_MAX; k++)
        jobs[k] = (HrJob){ .source = (i + k) / N_CATEGORIES, .category = (i + k) % N_CATEGORIES, .weight = 1 };
      g_assert_cmpint (hr_rank (&arms, &random, jobs, HR_BATCH_MAX, ranks), ==, HR_JOB_OK);
      for (uint32_t k = 0; k < HR_BATCH_MAX; k++)
        g_assert_true ((ranks[k].score > 0.9) == ((i + ranks[k].job) % 3 == 0));
    }

  g_assert_cmpint (hr_arms_decay (&arms, 0.5), ==, HR_JOB_OK);
  for (uint32_t i = 0; i < G_N_ELEMENTS (storage); i++)
    {
      hr_arms_get (&arms, i / N_CATEGORIES, i % N_CATEGORIES, &arm);
      g_assert_cmpfloat (arm.alpha, ==, i % 3 == 0 ? 1 + 5e5 : 1);
      g_assert_cmpfloat (arm.beta, ==, i % 3 == 0 ? 1 : 1 + 5e5);
    }
}

static void
test_ties_keep_the_order_of_the_batch (void)
{
  HrArm    storage[1];
  HrArms   arms;
  HrJob    jobs[HR_BATCH_MAX] = { 0 };
  HrRank   ranks[HR_BATCH_MAX];
  HrRandom random;

  hr_arms_init (&arms, storage, 1, 1, 1, prior);
  hr_random_seed (&random, 6, 0);
  jobs[50].weight = 1;
  jobs[20].weight = -0.0;
  g_assert_cmpint (hr_rank (&arms, &random, jobs, HR_BATCH_MAX, ranks), ==, HR_JOB_OK);
  g_assert_cmpuint (ranks[0].job, ==, 50);
  for (uint32_t i = 1; i < HR_BATCH_MAX; i++)
    g_assert_cmpuint (ranks[i].job, ==, i <= 50 ? i - 1 : i);
}

static void
test_bad_batches_are_refused_untouched (void)
{
  static const double wrong[] = { -1, 2e9, (double) NAN, (double) INFINITY };
  HrArm               storage[SOURCES];
  HrArms              arms;
  HrJob               jobs[HR_BATCH_MAX + 1];
  HrRank              ranks[HR_BATCH_MAX + 1], before[HR_BATCH_MAX + 1];
  HrRandom            random, unmoved;

  hr_arms_init (&arms, storage, SOURCES, SOURCES, 1, prior);
  hr_random_seed (&random, 7, 0);
  unmoved = random;
  memset (ranks, 0x55, sizeof ranks);
  memcpy (before, ranks, sizeof ranks);
  fill_batch (jobs, G_N_ELEMENTS (jobs));

  g_assert_cmpint (hr_rank (&arms, &random, jobs, 0, ranks), ==, HR_JOB_EMPTY_BATCH);
  g_assert_cmpint (hr_rank (&arms, &random, jobs, HR_BATCH_MAX + 1, ranks), ==, HR_JOB_BATCH_TOO_LARGE);
  jobs[9].source = SOURCES;
  g_assert_cmpint (hr_rank (&arms, &random, jobs, 10, ranks), ==, HR_JOB_BAD_ARM);
  jobs[9].source = 0;
  jobs[9].category = 1;
  g_assert_cmpint (hr_rank (&arms, &random, jobs, 10, ranks), ==, HR_JOB_BAD_ARM);
  jobs[9].category = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      jobs[9].weight = wrong[i];
      g_assert_cmpint (hr_rank (&arms, &random, jobs, 10, ranks), ==, HR_JOB_BAD_WEIGHT);
    }
  g_assert_cmpmem (ranks, sizeof ranks, before, sizeof before);
  g_assert_cmpmem (&random, sizeof random, &unmoved, sizeof unmoved);
}

#ifdef COUNTS_ALLOCATIONS
static void
test_a_batch_allocates_nothing (void)
{
  HrArm    storage[SOURCES];
  HrArms   arms;
  HrJob    jobs[HR_BATCH_MAX];
  HrRank   ranks[HR_BATCH_MAX];
  HrRandom random;
  unsigned before = n_allocations;

  g_free (g_malloc (100));
  g_assert_cmpuint (n_allocations, >, before);

  hr_arms_init (&arms, storage, SOURCES, SOURCES, 1, (HrArm){ 0.5, 0.5 });
  hr_random_seed (&random, 8, 0);
  fill_batch (jobs, HR_BATCH_MAX);
  before = n_allocations;
  for (int i = 0; i < 1000; i++)
    {
      hr_rank (&arms, &random, jobs, HR_BATCH_MAX, ranks);
      hr_arms_update (&arms, jobs[ranks[0].job].source, 0, i % 3 == 0, 1);
    }
  g_assert_cmpuint (n_allocations, ==, before);
}
#endif

/* Offers one job of each arm a round and takes the first; returns the regret of the first and of the second half. */
static void
play (HrArms   *arms,
      HrRandom *random,
      bool      learn,
      double    regret[2])
{
  for (int round = 0; round < ROUNDS; round++)
    {
      HrJob    jobs[SOURCES];
      HrRank   ranks[SOURCES];
      uint32_t chosen;
      double   rate;

      for (uint32_t i = 0; i < SOURCES; i++)
        jobs[i] = (HrJob){ .source = i, .weight = 1 };
      hr_rank (arms, random, jobs, SOURCES, ranks);
      chosen = ranks[0].job;
      rate = 0.1 + 0.02 * chosen;
      if (learn)
        hr_arms_update (arms, chosen, 0, hr_random_uniform (random) < rate, 1);
      regret[round >= ROUNDS / 2] += 0.1 + 0.02 * (SOURCES - 1) - rate;
    }
}

static void
test_regret_goes_down_and_beats_chance (void)
{
  HrArm    storage[SOURCES];
  HrArms   arms;
  HrRandom random;
  double   learning[2] = { 0 }, chance[2] = { 0 };

  /* One run depends much on its luck, five together little. */
  for (uint64_t seed = 1; seed <= 5; seed++)
    {
      hr_random_seed (&random, seed, 0);
      hr_arms_init (&arms, storage, SOURCES, SOURCES, 1, prior);
      play (&arms, &random, false, chance);
      play (&arms, &random, true, learning);
    }

  g_assert_cmpfloat (learning[1], <, learning[0] / 2);
  g_assert_cmpfloat (learning[0] + learning[1], <, (chance[0] + chance[1]) / 3);
}

typedef struct
{
  HrArms  *arms;
  uint32_t stream;
  uint32_t first; /* of the last ranking */
} Worker;

static gpointer
rank_often (gpointer data)
{
  Worker  *worker = data;
  HrJob    jobs[SOURCES];
  HrRank   ranks[SOURCES];
  HrRandom random;

  hr_random_seed (&random, 10, worker->stream);
  fill_batch (jobs, SOURCES);
  for (int i = 0; i < 2000; i++)
    {
      g_assert_cmpint (hr_rank (worker->arms, &random, jobs, SOURCES, ranks), ==, HR_JOB_OK);
      hr_arms_update (worker->arms, jobs[ranks[0].job].source, 0, i % 2 == 0, 1);
    }
  worker->first = ranks[0].job;

  return NULL;
}

static void
test_threads_share_the_arms (void)
{
  HrArm    storage[SOURCES];
  HrArms   arms;
  Worker   workers[4];
  GThread *threads[4];
  double   learnt = 0;

  hr_arms_init (&arms, storage, SOURCES, SOURCES, 1, prior);
  for (uint32_t i = 0; i < 4; i++)
    {
      workers[i] = (Worker){ &arms, i, G_MAXUINT32 };
      threads[i] = g_thread_new ("ranker", rank_often, &workers[i]);
    }
  for (int i = 0; i < 4; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (workers[i].first, <, SOURCES);
    }
  for (int i = 0; i < SOURCES; i++)
    learnt += storage[i].alpha + storage[i].beta - 2;
  g_assert_cmpfloat (learnt, ==, 4 * 2000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thompson/ranker/order", test_ranking_is_sorted_whole_and_repeatable);
  g_test_add_func ("/thompson/ranker/everywhere", test_a_seed_gives_the_same_rankings_everywhere);
  g_test_add_func ("/thompson/ranker/score", test_a_score_is_the_draw_times_the_weight);
  g_test_add_func ("/thompson/ranker/ties", test_ties_keep_the_order_of_the_batch);
  g_test_add_func ("/thompson/ranker/closest", test_the_closest_scores_are_told_apart);
  g_test_add_func ("/thompson/ranker/ten-thousand", test_ten_thousand_arms);
  g_test_add_func ("/thompson/ranker/refused", test_bad_batches_are_refused_untouched);
#ifdef COUNTS_ALLOCATIONS
  g_test_add_func ("/thompson/ranker/allocates-nothing", test_a_batch_allocates_nothing);
#endif
  g_test_add_func ("/thompson/ranker/regret", test_regret_goes_down_and_beats_chance);
  g_test_add_func ("/thompson/ranker/threads", test_threads_share_the_arms);

  return g_test_run ();
}
