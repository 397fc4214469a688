/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What stands in blobs is specified where it is written; every one of them begins and ends as blob.c says:
 *
 *     heads      heads.c: chunk.heads
 *     block      here: block.samples
 *     tier       tier.c: tier.fine, tier.coarse
 *     buckets    buckets.c: histogram.buckets
 *     batch      batch.c: batch.data
 *
 * The body of a block:
 *
 *     n          number, at most 4 096: samples
 *     scattered  1 byte, 0 or 1: they are those of the chunk's first n snapshots, or
 *     positions  column of integers (column.c), only if scattered: of their snapshots, ascending, below 4 096
 *     counts     column of integers: as if signed
 *     sums, mins, maxs, lasts, selves, each:
 *       like     1 byte: 0: a column of doubles follows. Else it equals, value for value, a column before it that stands there in full:
 *                1 the counts as doubles, 2 the sums, 3 the mins, 4 the maxs, 5 the lasts
 *       column   column of doubles, only if like is 0
 *
 * A gauge's sample has a count of 1 and four times the same value, so that only one column of it takes room. */

#include "engine/store/block-private.h"

#include <string.h>

/* The columns of doubles, and the counts before them. */
#define N_COLUMNS 6

/* Of which the counts, as doubles, are one. */
typedef struct
{
  const double *columns[N_COLUMNS];
  gboolean      stored[N_COLUMNS];
} Columns;

static double **
get_column (HrBlock *self,
            guint    column)
{
  double **columns[N_COLUMNS] = { NULL, &self->sums, &self->mins, &self->maxs, &self->lasts, &self->selves };

  return columns[column];
}

/* The number of the first column in full that is the same as @column to the bit, plus one; 0: none is. */
static guint8
find_like (const Columns *self,
           guint          column,
           gsize          n)
{
  for (guint i = 0; i < column; i++)
    if (self->stored[i] && memcmp (self->columns[i], self->columns[column], n * sizeof (double)) == 0)
      return (guint8) (i + 1);

  return 0;
}

static void
put_positions (GByteArray    *out,
               const HrBlock *block)
{
  g_autofree gint64 *positions = NULL;
  gboolean           scattered = block->n > 0 && block->positions[block->n - 1] + 1 != block->n;

  hr_put_byte (out, scattered);
  if (!scattered)
    return;

  positions = g_new (gint64, block->n);
  for (guint i = 0; i < block->n; i++)
    positions[i] = block->positions[i];
  hr_column_write_integers (out, positions, block->n);
}

/* Appends the body of @block, which has all columns. */
void
hr_block_put (GByteArray    *out,
              const HrBlock *block)
{
  g_autofree double *counts = g_new (double, block->n);
  Columns            columns = {
               .columns = { counts, block->sums, block->mins, block->maxs, block->lasts, block->selves },
               .stored = { TRUE },
  };

  for (guint i = 0; i < block->n; i++)
    counts[i] = (double) block->counts[i];

  hr_put_number (out, block->n);
  put_positions (out, block);
  hr_column_write_integers (out, (const gint64 *) block->counts, block->n);
  for (guint i = 1; i < N_COLUMNS; i++)
    {
      guint8 like = block->n == 0 ? 0 : find_like (&columns, i, block->n);

      columns.stored[i] = like == 0;
      hr_put_byte (out, like);
      if (like == 0)
        hr_column_write_doubles (out, columns.columns[i], block->n);
    }
}

static gboolean
take_positions (HrReader *in,
                HrBlock  *block,
                GError  **error)
{
  g_autofree gint64 *positions = NULL;
  guint8             scattered;

  block->positions = g_new (guint32, block->n);
  if (!hr_take_byte (in, &scattered) || scattered > 1)
    return hr_blob_fail (error);
  for (guint i = 0; i < block->n; i++)
    block->positions[i] = i;
  if (!scattered)
    return TRUE;

  positions = g_new (gint64, block->n);
  if (!hr_column_read_integers (in, positions, block->n, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    {
      if (positions[i] < (i == 0 ? 0 : positions[i - 1] + 1) || positions[i] >= HR_CHUNK_SNAPSHOTS)
        return hr_blob_fail (error);
      block->positions[i] = (guint32) positions[i];
    }

  return TRUE;
}

/* Where each column stands, and which one stands for it. */
typedef struct
{
  HrReader at[N_COLUMNS];
  guint    of[N_COLUMNS];
} Places;

static gboolean
take_places (HrReader *in,
             Places   *out,
             GError  **error)
{
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      guint8 like = 0;

      if (i > 0 && (!hr_take_byte (in, &like) || like > i || (like > 0 && out->of[like - 1] != like - 1u)))
        return hr_blob_fail (error);
      out->of[i] = like == 0 ? i : like - 1u;
      out->at[i] = *in;
      if (like == 0 && !hr_column_skip (in, error))
        return FALSE;
    }

  return TRUE;
}

static double *
copy_column (HrBlock *block,
             guint    column)
{
  double *copy = g_new (double, block->n);

  for (guint i = 0; column == 0 && i < block->n; i++)
    copy[i] = (double) block->counts[i];
  if (column > 0 && block->n > 0)
    memcpy (copy, *get_column (block, column), block->n * sizeof (double));

  return copy;
}

/* Decodes the columns that are asked for, each that stands in full once. */
static gboolean
take_columns (const Places *places,
              HrColumns     columns,
              HrBlock      *block,
              GError      **error)
{
  guint    read_as[N_COLUMNS] = { 0 };
  gboolean counts_needed = (columns & HR_COLUMN_COUNT) != 0;

  for (guint i = 1; i < N_COLUMNS; i++)
    counts_needed |= (columns & 1u << i) != 0 && places->of[i] == 0;
  if (counts_needed)
    {
      HrReader in = places->at[0];

      block->counts = g_new (guint64, block->n);
      if (!hr_column_read_integers (&in, (gint64 *) block->counts, block->n, error))
        return FALSE;
    }

  for (guint i = 1; i < N_COLUMNS; i++)
    {
      guint    of = places->of[i];
      HrReader in = places->at[of];

      if ((columns & 1u << i) == 0)
        continue;
      if (of == 0 || read_as[of] != 0)
        {
          *get_column (block, i) = copy_column (block, of == 0 ? 0 : read_as[of]);
          continue;
        }
      *get_column (block, i) = g_new (double, block->n);
      if (!hr_column_read_doubles (&in, *get_column (block, i), block->n, error))
        return FALSE;
      read_as[of] = i;
    }
  if ((columns & HR_COLUMN_COUNT) == 0)
    g_clear_pointer (&block->counts, g_free);

  return TRUE;
}

/* Reads @columns of a block's body to @out, to be cleared by hr_block_clear (); untouched on failure. */
gboolean
hr_block_take (HrReader *in,
               HrColumns columns,
               HrBlock  *out,
               GError  **error)
{
  HrBlock block = { 0 };
  Places  places;
  guint64 n;

  if (!hr_take_number (in, HR_CHUNK_SNAPSHOTS, &n))
    return hr_blob_fail (error);
  block.n = (guint) n;
  if (!take_positions (in, &block, error) || !take_places (in, &places, error) || !take_columns (&places, columns, &block, error))
    {
      hr_block_clear (&block);
      return FALSE;
    }
  *out = block;

  return TRUE;
}

/* Returns: (transfer full): @self, which has all columns and ascending positions below HR_CHUNK_SNAPSHOTS, as a blob. */
GBytes *
hr_block_write (const HrBlock *self)
{
  GByteArray *out;

  g_return_val_if_fail (self->n <= HR_CHUNK_SNAPSHOTS, NULL);

  out = hr_blob_begin ();
  hr_block_put (out, self);

  return hr_blob_finish (out);
}

/* Reads @columns of what hr_block_write () wrote to @out, to be cleared by hr_block_clear (). Fails with HR_STORE_ERROR_CORRUPTED or
 * HR_STORE_ERROR_NEWER. */
gboolean
hr_block_read (GBytes   *bytes,
               HrColumns columns,
               HrBlock  *out,
               GError  **error)
{
  HrReader in;
  HrBlock  block;

  if (!hr_blob_open (bytes, &in, error) || !hr_block_take (&in, columns, &block, error))
    return FALSE;
  if (in.size > 0)
    {
      hr_block_clear (&block);
      return hr_blob_fail (error);
    }
  *out = block;

  return TRUE;
}

/* Frees what @self owns and empties it. */
void
hr_block_clear (HrBlock *self)
{
  g_free (self->positions);
  g_free (self->counts);
  g_free (self->sums);
  g_free (self->mins);
  g_free (self->maxs);
  g_free (self->lasts);
  g_free (self->selves);
  *self = (HrBlock){ 0 };
}

/* The samples of @metric in @snapshots, NULL where there is none. Returns how many there are, and how many buckets they have. */
static guint
find_samples (const HrSample   **samples,
              HrSnapshot *const *snapshots,
              guint              n,
              guint              metric,
              gsize             *out_n_buckets)
{
  guint n_samples = 0;

  *out_n_buckets = 0;
  for (guint i = 0; i < n; i++)
    {
      samples[i] = hr_snapshot_find (snapshots[i], metric);
      n_samples += samples[i] != NULL;
      *out_n_buckets += samples[i] != NULL ? samples[i]->n_buckets : 0;
    }

  return n_samples;
}

static void
append_sample (HrBlock        *self,
               const HrSample *sample,
               guint           position)
{
  guint i = self->n++;

  self->positions[i] = position;
  self->counts[i] = sample->count;
  self->sums[i] = sample->sum;
  self->mins[i] = sample->min;
  self->maxs[i] = sample->max;
  self->lasts[i] = sample->last;
  self->selves[i] = sample->self;
}

static void
append_buckets (HrBlockBuckets *self,
                const HrSample *sample)
{
  guint32 begin = self->offsets[self->n];

  if (sample->n_buckets > 0)
    memcpy (self->buckets + begin, sample->buckets, sample->n_buckets * sizeof (HrBucketCount));
  self->offsets[++self->n] = begin + sample->n_buckets;
}

/* Fills @out and @out_buckets (NULL: not wanted) with what @n @snapshots, HR_CHUNK_SNAPSHOTS at most, have of @metric; to be cleared by
 * hr_block_clear () and hr_block_buckets_clear (). */
void
hr_block_gather (HrBlock           *out,
                 HrBlockBuckets    *out_buckets,
                 HrSnapshot *const *snapshots,
                 guint              n,
                 guint              metric)
{
  g_autofree const HrSample **samples = g_new (const HrSample *, n);
  gsize                       n_buckets;
  guint                       n_samples = find_samples (samples, snapshots, n, metric, &n_buckets);

  *out = (HrBlock){
    .positions = g_new (guint32, n_samples),
    .counts = g_new (guint64, n_samples),
    .sums = g_new (double, n_samples),
    .mins = g_new (double, n_samples),
    .maxs = g_new (double, n_samples),
    .lasts = g_new (double, n_samples),
    .selves = g_new (double, n_samples),
  };
  if (out_buckets != NULL)
    *out_buckets = (HrBlockBuckets){ .offsets = g_new0 (guint32, n_samples + 1), .buckets = g_new (HrBucketCount, n_buckets) };

  for (guint i = 0; i < n; i++)
    if (samples[i] != NULL)
      {
        append_sample (out, samples[i], i);
        if (out_buckets != NULL)
          append_buckets (out_buckets, samples[i]);
      }
}
