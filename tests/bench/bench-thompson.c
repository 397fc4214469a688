/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/arms-file.h"
#include "engine/thompson/beta.h"
#include "engine/thompson/normal.h"
#include "engine/thompson/order.h"
#include "engine/thompson/ranker.h"
#include "tests/bench/bench.h"

#include <stdlib.h>
#include <string.h>

#define SOURCES 100
#define CATEGORIES 100
#define N_ARMS (SOURCES * CATEGORIES)
#define N_BATCHES 64 /* ranked in turn */
#define SEED 271828

/* Everything the benchmarks work on; one operation is what its comment calls one. */
typedef struct
{
  HrArms   arms;
  HrArm    storage[N_ARMS];
  HrRandom random;

  HrJob    jobs[N_BATCHES][HR_BATCH_MAX];
  HrArm    believed[N_BATCHES][HR_BATCH_MAX]; /* of those jobs */
  uint64_t keys[N_BATCHES][HR_BATCH_MAX];
  double   scores[HR_BATCH_MAX];
  HrRank   ranks[HR_BATCH_MAX];

  double   increment;
  uint8_t *packed;
  uint8_t *copy;
} Bench;

/* One draw alone. */
static void
beta_draw (guint64  n,
           gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      double draw = hr_beta_draw (&bench->random, bench->storage[i % N_ARMS].alpha, bench->storage[i % N_ARMS].beta);

      hr_bench_keep (&draw);
    }
}

/* One draw of a batch of 100. */
static void
beta_draws (guint64  n,
            gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i += HR_BATCH_MAX)
    {
      hr_beta_draws (&bench->random, bench->believed[i / HR_BATCH_MAX % N_BATCHES], HR_BATCH_MAX, bench->scores);
      hr_bench_keep (bench->scores);
    }
}

/* The chance that every draw needs: two normal numbers and two words. */
static void
beta_draw_floor (guint64  n,
                 gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      double   sum = hr_normal_draw (&bench->random) + hr_normal_draw (&bench->random);
      uint64_t words = hr_random_next (&bench->random) ^ hr_random_next (&bench->random);

      hr_bench_keep (&sum);
      hr_bench_keep (&words);
    }
}

/* A gamma of a shape of at least 1 as the paper has it, with a normal number of Box and Muller's. */
static double
textbook_gamma (HrRandom *random,
                double    shape)
{
  double d = shape - 1.0 / 3, c = 1 / sqrt (9 * d);

  while (true)
    {
      double x = sqrt (-2 * log (hr_random_uniform (random))) * cos (2 * G_PI * hr_random_uniform (random));
      double v = (1 + c * x) * (1 + c * x) * (1 + c * x);

      if (v > 0 && log (hr_random_uniform (random)) < 0.5 * x * x + d - d * v + d * log (v))
        return d * v;
    }
}

static double
textbook_beta (HrRandom *random,
               HrArm     arm)
{
  double x = textbook_gamma (random, arm.alpha), y = textbook_gamma (random, arm.beta);

  return x / (x + y);
}

static void
beta_draw_textbook (guint64  n,
                    gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      double draw = textbook_beta (&bench->random, bench->storage[i % N_ARMS]);

      hr_bench_keep (&draw);
    }
}

/* One job of a batch of 100, ranked. */
static void
rank_batch (guint64  n,
            gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i += HR_BATCH_MAX)
    {
      hr_rank (&bench->arms, &bench->random, bench->jobs[i / HR_BATCH_MAX % N_BATCHES], HR_BATCH_MAX, bench->ranks);
      hr_bench_keep (bench->ranks);
    }
}

static int
compare_ranks (const void *a,
               const void *b)
{
  const HrRank *left = a, *right = b;

  return (left->score < right->score) - (left->score > right->score);
}

static void
rank_batch_textbook (guint64  n,
                     gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i += HR_BATCH_MAX)
    {
      const HrJob *jobs = bench->jobs[i / HR_BATCH_MAX % N_BATCHES];

      for (uint32_t k = 0; k < HR_BATCH_MAX; k++)
        {
          HrArm arm = bench->storage[jobs[k].source * CATEGORIES + jobs[k].category];

          bench->ranks[k] = (HrRank){ k, textbook_beta (&bench->random, arm) * jobs[k].weight };
        }
      qsort (bench->ranks, HR_BATCH_MAX, sizeof (HrRank), compare_ranks);
      hr_bench_keep (bench->ranks);
    }
}

/* One key of 100, sorted. */
static void
order (guint64  n,
       gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i += HR_BATCH_MAX)
    {
      uint64_t keys[HR_ORDER_MAX], spare[HR_ORDER_MAX];

      memcpy (keys, bench->keys[i / HR_BATCH_MAX % N_BATCHES], sizeof bench->keys[0]);
      hr_bench_keep (hr_order_descending (keys, spare, HR_BATCH_MAX));
    }
}

/* One key, copied. */
static void
order_floor (guint64  n,
             gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i += HR_BATCH_MAX)
    {
      uint64_t keys[HR_ORDER_MAX];

      memcpy (keys, bench->keys[i / HR_BATCH_MAX % N_BATCHES], sizeof bench->keys[0]);
      hr_bench_keep (keys);
    }
}

static int
compare_keys (const void *a,
              const void *b)
{
  uint64_t left = *(const uint64_t *) a, right = *(const uint64_t *) b;

  return (left < right) - (left > right);
}

static void
order_qsort (guint64  n,
             gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i += HR_BATCH_MAX)
    {
      uint64_t keys[HR_ORDER_MAX];

      memcpy (keys, bench->keys[i / HR_BATCH_MAX % N_BATCHES], sizeof bench->keys[0]);
      qsort (keys, HR_BATCH_MAX, sizeof *keys, compare_keys);
      hr_bench_keep (keys);
    }
}

/* One feedback. */
static void
update (guint64  n,
        gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_arms_update (&bench->arms, i % SOURCES, i / SOURCES % CATEGORIES, i % 2 == 0, bench->increment);
}

/* The same sum, as one thread alone may do it. */
static void
update_floor (guint64  n,
              gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      HrArm *arm = &bench->storage[i % SOURCES * CATEGORIES + i / SOURCES % CATEGORIES];

      *(i % 2 == 0 ? &arm->alpha : &arm->beta) += bench->increment;
      hr_bench_keep (arm);
    }
}

/* One decay of 10 000 arms. */
static void
decay (guint64  n,
       gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_arms_decay (&bench->arms, 0.9999);
}

/* The same, as one thread alone may do it. */
static void
decay_floor (guint64  n,
             gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      for (guint k = 0; k < N_ARMS; k++)
        {
          bench->storage[k].alpha = 1 + 0.9999 * (bench->storage[k].alpha - 1);
          bench->storage[k].beta = 1 + 0.9999 * (bench->storage[k].beta - 1);
        }
      hr_bench_keep (bench->storage);
    }
}

/* 10 000 arms packed. */
static void
pack (guint64  n,
      gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      hr_arms_pack (&bench->arms, bench->packed);
      hr_bench_keep (bench->packed);
    }
}

/* 10 000 arms checked and taken. */
static void
unpack (guint64  n,
        gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    g_assert_cmpint (hr_arms_unpack (&bench->arms, bench->packed, hr_arms_packed_size (&bench->arms)), ==, HR_JOB_OK);
}

/* As many bytes copied. */
static void
pack_floor (guint64  n,
            gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      memcpy (bench->copy, bench->packed, hr_arms_packed_size (&bench->arms));
      hr_bench_keep (bench->copy);
    }
}

/* Arms that have had up to some hundred answers, and jobs of any of them. */
static void
fill (Bench *bench)
{
  hr_random_seed (&bench->random, SEED, 0);
  hr_arms_init (&bench->arms, bench->storage, N_ARMS, SOURCES, CATEGORIES, (HrArm){ 1, 1 });
  for (guint i = 0; i < N_ARMS; i++)
    bench->storage[i] = (HrArm){ 1 + hr_random_below (&bench->random, 200), 1 + hr_random_below (&bench->random, 200) };

  for (guint batch = 0; batch < N_BATCHES; batch++)
    for (guint i = 0; i < HR_BATCH_MAX; i++)
      {
        uint32_t source = hr_random_below (&bench->random, SOURCES), category = hr_random_below (&bench->random, CATEGORIES);

        bench->jobs[batch][i] = (HrJob){ i, source, category, 1 + hr_random_below (&bench->random, 4) };
        bench->believed[batch][i] = bench->storage[source * CATEGORIES + category];
        bench->keys[batch][i] = hr_random_next (&bench->random) | 1;
      }

  bench->increment = 0x1p-20;
  bench->packed = g_malloc (hr_arms_packed_size (&bench->arms));
  bench->copy = g_malloc (hr_arms_packed_size (&bench->arms));
}

int
main (void)
{
  HrBench *results = hr_bench_new ("thompson");
  Bench   *bench = g_new0 (Bench, 1);
  int      status;

  fill (bench);

  hr_bench_run (results, "beta-draw", beta_draw, beta_draw_floor, bench);
  hr_bench_run_peer (results, "beta-draw", "textbook", beta_draw_textbook, bench);
  hr_bench_run (results, "beta-draw-in-100", beta_draws, beta_draw_floor, bench);
  hr_bench_run (results, "rank-100-per-job", rank_batch, beta_draws, bench);
  hr_bench_run_peer (results, "rank-100-per-job", "textbook", rank_batch_textbook, bench);
  hr_bench_run (results, "order-100-per-key", order, order_floor, bench);
  hr_bench_run_peer (results, "order-100-per-key", "qsort", order_qsort, bench);
  hr_bench_run (results, "pack-10000", pack, pack_floor, bench);
  hr_bench_run (results, "unpack-10000", unpack, pack_floor, bench);
  hr_bench_run (results, "update", update, update_floor, bench);
  hr_bench_run (results, "decay-10000", decay, decay_floor, bench);
  status = hr_bench_finish (results);

  g_free (bench->packed);
  g_free (bench->copy);
  g_free (bench);

  return status;
}
