/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/block-private.h"
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

/* What tiers should be, by going through the samples for each bin. */
static void
assert_bins (const HrBin   *bins,
             guint          n_bins,
             guint          per_bin,
             const HrBlock *block)
{
  for (guint k = 0; k < n_bins; k++)
    {
      HrBin expected = { 0 };

      for (guint i = 0; i < block->n; i++)
        if (block->positions[i] / per_bin == k)
          {
            expected.min = expected.count == 0 ? block->mins[i] : MIN (expected.min, block->mins[i]);
            expected.max = expected.count == 0 ? block->maxs[i] : MAX (expected.max, block->maxs[i]);
            expected.sum += block->sums[i];
            expected.count += block->counts[i];
          }
      g_assert_cmpuint (bins[k].count, ==, expected.count);
      g_assert_cmpfloat (bins[k].min, ==, expected.min);
      g_assert_cmpfloat (bins[k].max, ==, expected.max);
      g_assert_cmpfloat_with_epsilon (bins[k].sum, expected.sum, 1e-300 + 1e-12 * (fabs (expected.sum) + fabs (expected.max) + fabs (expected.min)));
      g_assert_cmpint (bins[k].begin_us, ==, k);
      g_assert_cmpint (bins[k].end_us, ==, k + 1);
    }
}

static void
check_tier (const HrBlock *block,
            guint          n_snapshots,
            guint          per_bin)
{
  guint             n_bins = (n_snapshots + per_bin - 1) / per_bin;
  g_autofree HrBin *bins = g_new (HrBin, n_bins);
  g_autoptr (GBytes) bytes = hr_tier_write (block, n_snapshots, per_bin);
  g_autoptr (GError) error = NULL;

  /* The times are the caller's, and stay. */
  for (guint k = 0; k < n_bins; k++)
    bins[k] = (HrBin){ .begin_us = k, .end_us = k + 1 };
  g_assert_true (hr_tier_read (bytes, bins, n_bins, &error));
  g_assert_no_error (error);
  assert_bins (bins, n_bins, per_bin, block);

  g_assert_false (hr_tier_read (bytes, bins, n_bins + 1, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
}

static void
test_tiers_are_what_the_samples_come_to (void)
{
  g_autoptr (GPtrArray) snapshots = draw_snapshots (N_SNAPSHOTS);

  for (guint metric = 0; metric < N_METRICS; metric++)
    {
      g_auto (HrBlock) block = { 0 };

      hr_block_gather (&block, NULL, (HrSnapshot *const *) snapshots->pdata, snapshots->len, metric);
      /* Sums of what spans all magnitudes are not comparable. */
      for (guint i = 0; metric == WILD && i < block.n; i++)
        block.sums[i] = (double) i / 3;
      check_tier (&block, snapshots->len, HR_TIER_FINE);
      check_tier (&block, snapshots->len, HR_TIER_COARSE);
      check_tier (&block, snapshots->len, 1);
    }
}

/* A metric that has no sample in the chunk, or in the snapshots of it that there are. */
static void
test_tiers_of_nothing (void)
{
  g_autoptr (GPtrArray) snapshots = draw_snapshots (N_SNAPSHOTS);
  g_auto (HrBlock) none = { 0 };

  hr_block_gather (&none, NULL, (HrSnapshot *const *) snapshots->pdata, N_SNAPSHOTS / 2, LATE);
  g_assert_cmpuint (none.n, ==, 0);
  check_tier (&none, N_SNAPSHOTS / 2, HR_TIER_FINE);
  check_tier (&none, 0, HR_TIER_FINE);
}

static void
test_tiers_keep_a_spike (void)
{
  enum
  {
    N = HR_CHUNK_SNAPSHOTS
  };
  HrBlock block = { .n = N, .positions = g_new (guint32, N), .counts = g_new (guint64, N), .sums = g_new (double, N), .lasts = g_new0 (double, N), .selves = g_new0 (double, N) };

  block.mins = g_new (double, N);
  block.maxs = g_new (double, N);
  for (guint spike = 0; spike < N; spike += 97)
    {
      g_autoptr (GBytes) bytes = NULL;
      HrBin bins[N / HR_TIER_COARSE];

      for (guint i = 0; i < N; i++)
        {
          block.positions[i] = i;
          block.counts[i] = 1;
          block.sums[i] = block.mins[i] = block.maxs[i] = i == spike ? 1e6 / 7 : 20;
        }
      bytes = hr_tier_write (&block, N, HR_TIER_COARSE);
      g_assert_true (hr_tier_read (bytes, bins, G_N_ELEMENTS (bins), NULL));
      g_assert_cmpfloat (bins[spike / HR_TIER_COARSE].max, ==, 1e6 / 7);
    }
  hr_block_clear (&block);
}

/* A blob of each kind, of a few snapshots. */
typedef enum
{
  HEADS,
  BLOCK,
  BUCKETS,
  TIER,
  BATCH,
  N_BLOBS
} Blob;

#define N_FEW 24

static GBytes *
make_blob (Blob blob)
{
  static const gint64 ids[N_METRICS] = { 31, 7, 3, 1, 400, 2 };
  g_autoptr (GPtrArray) snapshots = draw_snapshots (N_FEW);
  HrSnapshot *const *all = (HrSnapshot *const *) snapshots->pdata;
  g_auto (HrHeads) heads = { 0 };
  g_auto (HrBlock) block = { 0 };
  g_auto (HrBlockBuckets) buckets = { 0 };

  hr_heads_gather (&heads, all, N_FEW);
  hr_block_gather (&block, &buckets, all, N_FEW, DURATION);
  switch (blob)
    {
    case HEADS:
      return hr_heads_write (&heads);
    case BLOCK:
      return hr_block_write (&block);
    case BUCKETS:
      buckets.n = 2;
      return hr_block_buckets_write (&buckets);
    case TIER:
      return hr_tier_write (&block, N_FEW, 4);
    case BATCH:
    case N_BLOBS:
    default:
      return hr_batch_write (all, 2, ids);
    }
}

static gboolean
read_blob (Blob     blob,
           GBytes  *bytes,
           GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GPtrArray) snapshots = NULL;
  g_auto (HrHeads) heads = { 0 };
  g_auto (HrBlock) block = { 0 };
  g_auto (HrBlockBuckets) buckets = { 0 };
  HrBin bins[N_FEW / 4];

  switch (blob)
    {
    case HEADS:
      return hr_heads_read (bytes, &heads, error);
    case BLOCK:
      return hr_block_read (bytes, HR_COLUMN_ALL, &block, error);
    case BUCKETS:
      return hr_block_buckets_read (bytes, &buckets, error);
    case TIER:
      return hr_tier_read (bytes, bins, G_N_ELEMENTS (bins), error);
    case BATCH:
    case N_BLOBS:
    default:
      snapshots = hr_batch_read (bytes, ids, error);
      return snapshots != NULL;
    }
}

static void
refuse (Blob          blob,
        const guint8 *data,
        gsize         size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;

  g_assert_false (read_blob (blob, bytes, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
}

static void
test_damage_is_an_error (void)
{
  for (Blob blob = 0; blob < N_BLOBS; blob++)
    {
      g_autoptr (GBytes) bytes = make_blob (blob);
      gsize              size;
      const guint8      *data = g_bytes_get_data (bytes, &size);
      g_autofree guint8 *copy = g_memdup2 (data, size);

      g_assert_true (read_blob (blob, bytes, NULL));
      for (gsize at = 0; at < size; at++)
        {
          refuse (blob, data, at);
          for (guint bit = 0; bit < 8; bit++)
            {
              copy[at] ^= (guint8) (1 << bit);
              refuse (blob, copy, size);
              copy[at] ^= (guint8) (1 << bit);
            }
        }
    }
}

/* Bytes that were changed by somebody who knows how the checksum goes: read or refused, within bounds. */
static void
test_what_was_meant_is_survived (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);

  for (Blob blob = 0; blob < N_BLOBS; blob++)
    {
      g_autoptr (GBytes) bytes = make_blob (blob);
      gsize         size;
      const guint8 *data = g_bytes_get_data (bytes, &size);

      for (gsize at = 1; at < size - 4; at++)
        for (guint i = 0; i < 32; i++)
          {
            g_autoptr (GBytes) changed = NULL;
            g_autoptr (GError) error = NULL;
            GByteArray *body = hr_blob_begin ();

            g_byte_array_append (body, data + 1, (guint) (size - 5));
            body->data[at] = (guint8) g_rand_int (random);
            /* Now and then cut as well. */
            g_byte_array_set_size (body, i % 8 == 0 ? (guint) at : body->len);
            changed = hr_blob_finish (body);
            if (!read_blob (blob, changed, &error))
              g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
          }
    }
}

/* Whole blobs of what cannot be. */
static void
test_what_cannot_be_is_refused (void)
{
  guint64       counts[2] = { 1, 1 };
  double        values[2] = { 0 };
  guint32       descending[2] = { 3, 2 }, same[2] = { 3, 3 }, beyond[2] = { 0, HR_CHUNK_SNAPSHOTS };
  guint32       offsets[3] = { 0, 2, 2 };
  HrBucketCount turned[2] = { { 9, 1 }, { 8, 1 } }, above[2] = { { 9, 1 }, { HR_N_BUCKETS, 1 } };

  for (guint i = 0; i < 5; i++)
    {
      HrBlock        block = { 2, i == 0 ? descending : i == 1 ? same
                                                               : beyond,
                               counts, values, values, values, values, values };
      HrBlockBuckets buckets = { 2, offsets, i == 3 ? turned : above };
      g_autoptr (GBytes) bytes = i < 3 ? hr_block_write (&block) : hr_block_buckets_write (&buckets);
      g_autoptr (GError) error = NULL;

      g_assert_false (read_blob (i < 3 ? BLOCK : BUCKETS, bytes, &error));
      g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
    }
}

static void
test_a_metric_twice_is_refused (void)
{
  static const gint64 ids[N_METRICS] = { 1, 2, 3, 4, 5, 1 };
  g_autoptr (GPtrArray) snapshots = draw_snapshots (N_SNAPSHOTS);
  g_autoptr (GBytes) bytes = hr_batch_write ((HrSnapshot *const *) snapshots->pdata + N_SNAPSHOTS - 3, 3, ids);
  g_autoptr (GError) error = NULL;

  g_assert_false (read_blob (BATCH, bytes, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
}

/* A batch of one snapshot and one metric, whose block and buckets are those of others. */
static void
test_parts_that_do_not_fit_are_refused (void)
{
  g_autoptr (GPtrArray) snapshots = draw_snapshots (N_FEW);
  HrSnapshot *const *all = (HrSnapshot *const *) snapshots->pdata;
  g_auto (HrHeads) heads = { 0 };

  hr_heads_gather (&heads, all, 2);
  for (guint n = 1; n <= 3; n++)
    for (guint n_buckets = 1; n_buckets <= 3; n_buckets++)
      {
        g_auto (HrBlock) block = { 0 }, other = { 0 };
        g_auto (HrBlockBuckets) buckets = { 0 };
        g_autoptr (GBytes) bytes = NULL;
        GByteArray *out = hr_blob_begin ();

        hr_block_gather (&block, NULL, all, n, DURATION);
        hr_block_gather (&other, &buckets, all, n_buckets, DURATION);
        hr_heads_put (out, &heads);
        hr_put_number (out, 1);
        hr_put_signed (out, 5);
        hr_block_put (out, &block);
        hr_put_byte (out, 1);
        hr_block_buckets_put (out, &buckets);
        bytes = hr_blob_finish (out);

        g_assert_cmpint (read_blob (BATCH, bytes, NULL), ==, n <= 2 && n == n_buckets);
      }
}

/* Constants cost next to nothing in a file, but all of them take memory. */
static void
test_too_many_samples_are_refused (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autofree HrSnapshot **same = g_new (HrSnapshot *, HR_CHUNK_SNAPSHOTS);
  g_autoptr (HrSnapshot) snapshot = draw_snapshot (random, 0);
  g_auto (HrHeads) heads = { 0 };
  g_auto (HrBlock) block = { 0 };

  for (guint i = 0; i < HR_CHUNK_SNAPSHOTS; i++)
    same[i] = snapshot;
  hr_heads_gather (&heads, same, HR_CHUNK_SNAPSHOTS);
  hr_block_gather (&block, NULL, same, HR_CHUNK_SNAPSHOTS, GAUGE);

  for (guint n = HR_BATCH_SAMPLES / HR_CHUNK_SNAPSHOTS; n <= HR_BATCH_SAMPLES / HR_CHUNK_SNAPSHOTS + 1; n++)
    {
      g_autoptr (GBytes) bytes = NULL;
      GByteArray *out = hr_blob_begin ();

      hr_heads_put (out, &heads);
      hr_put_number (out, n);
      for (guint i = 0; i < n; i++)
        {
          hr_put_signed (out, i);
          hr_block_put (out, &block);
          hr_put_byte (out, 0);
        }
      bytes = hr_blob_finish (out);
      g_assert_cmpint (read_blob (BATCH, bytes, NULL), ==, n * HR_CHUNK_SNAPSHOTS <= HR_BATCH_SAMPLES);
    }
}

static void
test_a_newer_blob_is_told_apart (void)
{
  GByteArray *body = hr_blob_begin ();
  g_autoptr (GBytes) bytes = NULL;
  g_auto (HrHeads) heads = { 0 };
  g_autoptr (GError) error = NULL;

  body->data[0]++;
  bytes = hr_blob_finish (body);
  g_assert_false (hr_heads_read (bytes, &heads, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NEWER);
}

static void
test_times_come_alone (void)
{
  g_autoptr (GPtrArray) snapshots = draw_snapshots (N_SNAPSHOTS);
  g_auto (HrHeads) heads = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autofree gint64 *times = NULL;
  guint              n;

  hr_heads_gather (&heads, (HrSnapshot *const *) snapshots->pdata, snapshots->len);
  bytes = hr_heads_write (&heads);
  g_assert_true (hr_heads_read_times (bytes, &times, &n, NULL));
  g_assert_cmpmem (times, n * sizeof *times, heads.times_us, heads.n * sizeof *times);
}

/* What is like another column costs next to nothing, and so do constants. */
static void
test_a_gauge_costs_one_column (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GByteArray) column = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  double  values[1000], zeros[1000] = { 0 };
  guint64 counts[1000];
  guint32 positions[1000];
  HrBlock block = { 1000, positions, counts, values, values, values, values, zeros };

  for (guint i = 0; i < 1000; i++)
    {
      values[i] = g_rand_int_range (random, 0, 10000) / 100.0;
      counts[i] = 1;
      positions[i] = i;
    }
  hr_column_write_doubles (column, values, 1000);
  bytes = hr_block_write (&block);

  g_assert_cmpuint (g_bytes_get_size (bytes), <, column->len + 32);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/block/chunk", test_a_chunk_comes_back);
  g_test_add_func ("/store/block/columns", test_only_the_wanted_columns_come);
  g_test_add_func ("/store/block/batches", test_batches_come_back);
  g_test_add_func ("/store/block/tiers", test_tiers_are_what_the_samples_come_to);
  g_test_add_func ("/store/block/tiers-of-nothing", test_tiers_of_nothing);
  g_test_add_func ("/store/block/spike", test_tiers_keep_a_spike);
  g_test_add_func ("/store/block/times", test_times_come_alone);
  g_test_add_func ("/store/block/like", test_a_gauge_costs_one_column);
  g_test_add_func ("/store/block/damage", test_damage_is_an_error);
  g_test_add_func ("/store/block/hostile", test_what_was_meant_is_survived);
  g_test_add_func ("/store/block/impossible", test_what_cannot_be_is_refused);
  g_test_add_func ("/store/block/twice", test_a_metric_twice_is_refused);
  g_test_add_func ("/store/block/parts", test_parts_that_do_not_fit_are_refused);
  g_test_add_func ("/store/block/too-many", test_too_many_samples_are_refused);
  g_test_add_func ("/store/block/newer", test_a_newer_blob_is_told_apart);

  return g_test_run ();
}
