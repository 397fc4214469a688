/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/block.h"
#include "engine/store/schema.h"

#include <math.h>
#include <string.h>

#define SEED 577215
#define N_METRICS 6
#define N_SNAPSHOTS 700

/* What makes samples of a metric what they are, by its number: a gauge, a duration with buckets, an event, one that is seldom there, one
 * whose every column differs, and one that came late. */
enum
{
  GAUGE,
  DURATION,
  EVENT,
  SELDOM,
  WILD,
  LATE
};

static double
draw_any_double (GRand *random)
{
  guint64 bits = (guint64) g_rand_int (random) << 32 | g_rand_int (random);
  double  value;

  memcpy (&value, &bits, sizeof value);

  return isfinite (value) ? value : 0.1;
}

static guint
draw_buckets (GRand         *random,
              HrBucketCount *buckets)
{
  guint n = 0;

  for (guint32 i = (guint32) g_rand_int_range (random, 0, 200); i < HR_N_BUCKETS; i += (guint32) g_rand_int_range (random, 1, 300))
    buckets[n++] = (HrBucketCount){ i, (guint64) g_rand_int_range (random, 1, 500) };

  return n;
}

static void
draw_duration (GRand         *random,
               HrSample      *sample,
               HrBucketCount *buckets)
{
  sample->count = (guint64) g_rand_int_range (random, 1, 4000);
  sample->min = g_rand_double (random);
  sample->max = sample->min + g_rand_double (random);
  sample->sum = (double) sample->count * (sample->min + sample->max) / 2;
  sample->last = sample->max;
  sample->self = sample->sum / 3;
  sample->n_buckets = draw_buckets (random, buckets);
  sample->buckets = buckets;
}

/* Writes a sample of @metric to @out, if it has one at @position. */
static gboolean
draw_sample (GRand         *random,
             guint          metric,
             guint          position,
             HrSample      *out,
             HrBucketCount *buckets)
{
  double value = g_rand_int_range (random, 0, 10000) / 100.0;

  *out = (HrSample){ .metric = metric, .count = 1, .sum = value, .min = value, .max = value, .last = value };
  if (metric == DURATION)
    draw_duration (random, out, buckets);
  if (metric == EVENT)
    *out = (HrSample){ .metric = metric, .count = (guint64) value + 1, .sum = floor (value) + 1, .min = 1, .max = 1, .last = 1 };
  if (metric == WILD)
    *out = (HrSample){
      .metric = metric,
      .count = G_MAXUINT64 - position,
      .sum = draw_any_double (random),
      .min = draw_any_double (random),
      .max = draw_any_double (random),
      .last = draw_any_double (random),
      .self = draw_any_double (random),
    };

  return (metric != SELDOM || g_rand_int_range (random, 0, 40) == 0) && (metric != LATE || position > N_SNAPSHOTS / 2);
}

static HrSnapshot *
draw_snapshot (GRand *random,
               guint  position)
{
  HrBucketCount buckets[HR_N_BUCKETS];
  HrSample      samples[N_METRICS];
  guint         n = 0;
  HrSnapshot    head = {
       .sequence = 1000 + position,
       .end_ns = G_GINT64_CONSTANT (5000000000) + (gint64) position * 100000000 + g_rand_int_range (random, -200000, 200000),
       .interval_ns = 100000000 + g_rand_int_range (random, -9, 9),
       .time_us = G_GINT64_CONSTANT (1700000000000000) + (gint64) position * 100000 + g_rand_int_range (random, -200, 200),
       .lost = g_rand_int_range (random, 0, 50) == 0 ? g_rand_int (random) : 0,
       .catch_up = g_rand_int_range (random, 0, 100) == 0,
  };

  for (guint metric = 0; metric < N_METRICS; metric++)
    if (draw_sample (random, metric, position, &samples[n], buckets))
      n++;

  return hr_snapshot_new (&head, samples, n);
}

static GPtrArray *
draw_snapshots (guint n)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  GPtrArray *snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (snapshots, draw_snapshot (random, i));

  return snapshots;
}

static void
assert_same_samples (const HrSample *a,
                     const HrSample *b)
{
  g_assert_cmpuint (a->metric, ==, b->metric);
  g_assert_cmpuint (a->count, ==, b->count);
  g_assert_cmpmem (&a->sum, sizeof a->sum, &b->sum, sizeof b->sum);
  g_assert_cmpmem (&a->min, sizeof a->min, &b->min, sizeof b->min);
  g_assert_cmpmem (&a->max, sizeof a->max, &b->max, sizeof b->max);
  g_assert_cmpmem (&a->last, sizeof a->last, &b->last, sizeof b->last);
  g_assert_cmpmem (&a->self, sizeof a->self, &b->self, sizeof b->self);
  g_assert_cmpuint (a->n_buckets, ==, b->n_buckets);
  for (guint i = 0; i < a->n_buckets; i++)
    {
      g_assert_cmpuint (a->buckets[i].bucket, ==, b->buckets[i].bucket);
      g_assert_cmpuint (a->buckets[i].count, ==, b->buckets[i].count);
    }
}

static void
assert_same_snapshots (GPtrArray *a,
                       GPtrArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const HrSnapshot *first = a->pdata[i], *second = b->pdata[i];

      g_assert_cmpuint (first->sequence, ==, second->sequence);
      g_assert_cmpint (first->end_ns, ==, second->end_ns);
      g_assert_cmpint (first->interval_ns, ==, second->interval_ns);
      g_assert_cmpint (first->time_us, ==, second->time_us);
      g_assert_cmpuint (first->lost, ==, second->lost);
      g_assert_cmpint (first->catch_up, ==, second->catch_up);
      g_assert_cmpuint (first->n_samples, ==, second->n_samples);
      for (guint k = 0; k < first->n_samples; k++)
        assert_same_samples (&first->samples[k], &second->samples[k]);
    }
}

static void
test_a_chunk_comes_back (void)
{
  g_autoptr (GPtrArray) snapshots = draw_snapshots (N_SNAPSHOTS);
  HrSnapshot *const *all = (HrSnapshot *const *) snapshots->pdata;
  g_autoptr (GPtrArray) read = NULL;
  g_auto (HrHeads) heads = { 0 }, read_heads = { 0 };
  HrBlock        blocks[N_METRICS];
  HrBlockBuckets buckets[N_METRICS];
  HrSeries       series[N_METRICS];
  g_autoptr (GBytes) heads_bytes = NULL;
  g_autoptr (GError) error = NULL;

  hr_heads_gather (&heads, all, snapshots->len);
  heads_bytes = hr_heads_write (&heads);
  g_assert_true (hr_heads_read (heads_bytes, &read_heads, &error));
  for (guint i = 0; i < N_METRICS; i++)
    {
      g_auto (HrBlock) block = { 0 };
      g_auto (HrBlockBuckets) block_buckets = { 0 };
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GBytes) bucket_bytes = NULL;

      hr_block_gather (&block, &block_buckets, all, snapshots->len, i);
      bytes = hr_block_write (&block);
      bucket_bytes = hr_block_buckets_write (&block_buckets);
      g_assert_true (hr_block_read (bytes, HR_COLUMN_ALL, &blocks[i], &error));
      g_assert_true (hr_block_buckets_read (bucket_bytes, &buckets[i], &error));
      series[i] = (HrSeries){ i, &blocks[i], &buckets[i] };
    }
  g_assert_no_error (error);
  read = hr_snapshots_build (&read_heads, series, N_METRICS);
  assert_same_snapshots (read, snapshots);

  for (guint i = 0; i < N_METRICS; i++)
    {
      hr_block_clear (&blocks[i]);
      hr_block_buckets_clear (&buckets[i]);
    }
}

/* The columns of @block that are there are those of @whole. */
static void
assert_columns (const HrBlock *block,
                HrColumns      columns,
                const HrBlock *whole)
{
  const struct
  {
    HrColumns   column;
    const void *read;
    const void *written;
  } all[] = {
    { HR_COLUMN_COUNT, block->counts, whole->counts },
    { HR_COLUMN_SUM, block->sums, whole->sums },
    { HR_COLUMN_MIN, block->mins, whole->mins },
    { HR_COLUMN_MAX, block->maxs, whole->maxs },
    { HR_COLUMN_LAST, block->lasts, whole->lasts },
    { HR_COLUMN_SELF, block->selves, whole->selves },
  };

  g_assert_cmpmem (block->positions, block->n * sizeof (guint32), whole->positions, whole->n * sizeof (guint32));
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_assert_true ((all[i].read != NULL) == ((columns & all[i].column) != 0));
      if (all[i].read != NULL)
        g_assert_cmpmem (all[i].read, block->n * sizeof (double), all[i].written, whole->n * sizeof (double));
    }
}

static void
test_only_the_wanted_columns_come (void)
{
  g_autoptr (GPtrArray) snapshots = draw_snapshots (N_SNAPSHOTS);
  g_autoptr (GError) error = NULL;

  for (guint metric = 0; metric < N_METRICS; metric++)
    {
      g_auto (HrBlock) block = { 0 };
      g_autoptr (GBytes) bytes = NULL;

      hr_block_gather (&block, NULL, (HrSnapshot *const *) snapshots->pdata, snapshots->len, metric);
      bytes = hr_block_write (&block);
      for (HrColumns columns = 0; columns <= HR_COLUMN_ALL; columns++)
        {
          g_auto (HrBlock) read = { 0 };

          g_assert_true (hr_block_read (bytes, columns, &read, &error));
          assert_columns (&read, columns, &block);
        }
    }
}

static void
test_batches_come_back (void)
{
  static const gint64 ids[N_METRICS] = { 31, 7, G_MAXINT64, 1, 400, 2 };
  g_autoptr (GPtrArray) snapshots = draw_snapshots (N_SNAPSHOTS);

  for (guint n = 0; n <= 12; n++)
    {
      g_autoptr (GBytes) bytes = hr_batch_write ((HrSnapshot *const *) snapshots->pdata + N_SNAPSHOTS / 2, n, ids);
      g_autoptr (GArray) read_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_autoptr (GPtrArray) part = g_ptr_array_new ();
      g_autoptr (GPtrArray) read = NULL;
      g_autoptr (GError) error = NULL;

      /* Numbers that are known beforehand keep their places. */
      g_array_append_vals (read_ids, ids, N_METRICS);
      for (guint i = 0; i < n; i++)
        g_ptr_array_add (part, snapshots->pdata[N_SNAPSHOTS / 2 + i]);
      read = hr_batch_read (bytes, read_ids, &error);
      g_assert_no_error (error);
      assert_same_snapshots (read, part);
      g_assert_cmpuint (read_ids->len, ==, N_METRICS);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/block/chunk", test_a_chunk_comes_back);
  g_test_add_func ("/store/block/columns", test_only_the_wanted_columns_come);
  g_test_add_func ("/store/block/batches", test_batches_come_back);

  return g_test_run ();
}
