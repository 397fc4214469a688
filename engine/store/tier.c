/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The body of a blob of a tier; columns as in column.c:
 *
 *     n         number, at most 4 096: bins
 *     counts    column of integers, as if signed: of items in each bin; of bins with 0 nothing else is told
 *     mins      column of doubles, of the filled bins
 *     maxs      1 byte, 0 or 1: a column of doubles follows, or they are the mins
 *     sums      1 byte, 0 or 1: a column of doubles follows, or they are count * min
 *
 * A sum is rounded once, and to as many digits as the samples' sums have where that stays within SUM_ULPS of it. */

#include "engine/store/block-private.h"
#include "engine/store/column-private.h"

#include "engine/stats/sum.h"

#include <string.h>

#define SUM_ULPS 4

/* Columns of the filled ones among bins. */
typedef struct
{
  guint   n;
  double *mins;
  double *maxs;
  double *sums;
} Filled;

static void
filled_init (Filled *self,
             guint   n)
{
  *self = (Filled){ .mins = g_new (double, n), .maxs = g_new (double, n), .sums = g_new (double, n) };
}

static void
filled_clear (Filled *self)
{
  g_free (self->mins);
  g_free (self->maxs);
  g_free (self->sums);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filled, filled_clear)

static void
add_sample (HrBin         *bin,
            const HrBlock *block,
            guint          i)
{
  if (bin->count == 0 || block->mins[i] < bin->min)
    bin->min = block->mins[i];
  if (bin->count == 0 || block->maxs[i] > bin->max)
    bin->max = block->maxs[i];
  bin->count += block->counts[i];
}

/* Adds up @block, which has counts, sums, mins and maxs, to @n_bins bins: bin i has what stands in snapshots i * @per_bin up to
 * (i + 1) * @per_bin of the chunk; what is beyond them is left out. Times stay as they are. */
void
hr_tier_fill (const HrBlock *block,
              guint          per_bin,
              HrBin         *bins,
              guint          n_bins)
{
  guint digits = hr_decimal_digits (block->sums, block->n);
  guint i = 0;

  for (guint k = 0; k < n_bins; k++)
    {
      HrSum sum = { 0 };

      bins[k].count = 0;
      bins[k].sum = bins[k].min = bins[k].max = 0;
      for (; i < block->n && block->positions[i] / per_bin <= k; i++)
        {
          add_sample (&bins[k], block, i);
          hr_sum_add (&sum, block->sums[i]);
        }
      bins[k].sum = hr_decimal_round (hr_sum_value (&sum), digits, SUM_ULPS);
    }
}

static gboolean
are_products (const HrBin *bins,
              guint        n_bins)
{
  for (guint i = 0; i < n_bins; i++)
    {
      double product = (double) bins[i].count * bins[i].min;

      if (bins[i].count > 0 && memcmp (&product, &bins[i].sum, sizeof product) != 0)
        return FALSE;
    }

  return TRUE;
}

static void
put_bins (GByteArray  *out,
          const HrBin *bins,
          guint        n_bins)
{
  g_autofree gint64 *counts = g_new (gint64, n_bins);
  g_auto (Filled) filled;
  gboolean same, products = are_products (bins, n_bins);

  filled_init (&filled, n_bins);
  for (guint i = 0; i < n_bins; i++)
    {
      counts[i] = (gint64) bins[i].count;
      if (bins[i].count == 0)
        continue;
      filled.mins[filled.n] = bins[i].min;
      filled.maxs[filled.n] = bins[i].max;
      filled.sums[filled.n++] = bins[i].sum;
    }
  same = filled.n == 0 || memcmp (filled.mins, filled.maxs, filled.n * sizeof (double)) == 0;

  hr_put_number (out, n_bins);
  hr_column_write_integers (out, counts, n_bins);
  hr_column_write_doubles (out, filled.mins, filled.n);
  hr_put_byte (out, same);
  if (!same)
    hr_column_write_doubles (out, filled.maxs, filled.n);
  hr_put_byte (out, products);
  if (!products)
    hr_column_write_doubles (out, filled.sums, filled.n);
}

/* Returns: (transfer full): a tier of @block, which has all columns, over a chunk of @n_snapshots, as a blob of
 * (@n_snapshots + @per_bin - 1) / @per_bin bins. */
GBytes *
hr_tier_write (const HrBlock *block,
               guint          n_snapshots,
               guint          per_bin)
{
  guint             n_bins = (n_snapshots + per_bin - 1) / per_bin;
  g_autofree HrBin *bins = g_new0 (HrBin, n_bins);
  GByteArray       *out = hr_blob_begin ();

  hr_tier_fill (block, per_bin, bins, n_bins);
  put_bins (out, bins, n_bins);

  return hr_blob_finish (out);
}

/* Reads a column that is there unless a byte of 1 before it says that it is not. */
static gboolean
take_optional (HrReader *in,
               double   *values,
               guint     n,
               guint8   *out_absent,
               GError  **error)
{
  if (!hr_take_byte (in, out_absent) || *out_absent > 1)
    return hr_blob_fail (error);

  return *out_absent || hr_column_read_doubles (in, values, n, error);
}

static gboolean
take_bins (HrReader     *in,
           const gint64 *counts,
           HrBin        *bins,
           guint         n_bins,
           GError      **error)
{
  g_auto (Filled) filled;
  guint8 same, products;
  guint  n = 0;

  filled_init (&filled, n_bins);
  for (guint i = 0; i < n_bins; i++)
    filled.n += counts[i] != 0;
  if (!hr_column_read_doubles (in, filled.mins, filled.n, error) || !take_optional (in, filled.maxs, filled.n, &same, error) ||
      !take_optional (in, filled.sums, filled.n, &products, error))
    return FALSE;
  if (in->size > 0)
    return hr_blob_fail (error);

  for (guint i = 0; i < n_bins; i++)
    {
      bins[i].count = (guint64) counts[i];
      bins[i].sum = bins[i].min = bins[i].max = 0;
      if (counts[i] == 0)
        continue;
      bins[i].min = filled.mins[n];
      bins[i].max = same ? filled.mins[n] : filled.maxs[n];
      bins[i].sum = products ? (double) bins[i].count * bins[i].min : filled.sums[n];
      n++;
    }

  return TRUE;
}

/* Reads a tier of exactly @n_bins bins to @bins, whose times stay as they are; untouched on failure: HR_STORE_ERROR_CORRUPTED or
 * HR_STORE_ERROR_NEWER. */
gboolean
hr_tier_read (GBytes  *bytes,
              HrBin   *bins,
              guint    n_bins,
              GError **error)
{
  g_autofree gint64 *counts = NULL;
  HrReader           in;
  guint64            n;

  if (!hr_blob_open (bytes, &in, error))
    return FALSE;
  if (!hr_take_number (&in, HR_CHUNK_SNAPSHOTS, &n) || n != n_bins)
    return hr_blob_fail (error);

  counts = g_new (gint64, n_bins);

  return hr_column_read_integers (&in, counts, n_bins, error) && take_bins (&in, counts, bins, n_bins, error);
}
