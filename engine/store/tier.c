/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The body of a blob of a tier; columns as in column.c:
 *
 *     n          number, at most 4 096: bins
 *     counts     column of integers, as if signed: of items in each bin; of bins with 0 nothing else is told
 *     digits     1 byte: 0..18, or 255
 *
 * Of the filled bins, with digits up to 18, as integers that over 10^digits are the figures, modulo 2^64:
 *
 *     mins       column of integers
 *     ranges     column of integers: max - min
 *     rests      column of integers: sum - count * min
 *
 * With 255:
 *
 *     mins, maxs, sums    columns of doubles
 *
 * A sum is rounded once, and to as many digits as the samples' sums have where that stays within SUM_ULPS of it. */

#include "engine/store/block-private.h"
#include "engine/store/column-private.h"

#include "engine/stats/sum.h"

#define SUM_ULPS 4

#define NO_DIGITS 255

/* The filled ones among bins. */
typedef struct
{
  guint   n;
  gint64 *mins;
  gint64 *ranges;
  gint64 *rests;
} Integers;

static void
integers_init (Integers *self,
               guint     n)
{
  *self = (Integers){ .mins = g_new (gint64, n), .ranges = g_new (gint64, n), .rests = g_new (gint64, n) };
}

static void
integers_clear (Integers *self)
{
  g_free (self->mins);
  g_free (self->ranges);
  g_free (self->rests);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Integers, integers_clear)

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
      for (; i < block->n && block->positions[i] < (k + 1) * per_bin; i++)
        {
          add_sample (&bins[k], block, i);
          hr_sum_add (&sum, block->sums[i]);
        }
      bins[k].sum = hr_decimal_round (hr_sum_value (&sum), digits, SUM_ULPS);
    }
}

/* The filled bins as integers over 10^@digits. FALSE when one of the figures is no such decimal. */
static gboolean
to_integers (const HrBin *bins,
             guint        n_bins,
             guint        digits,
             Integers    *out)
{
  for (guint i = 0; i < n_bins; i++)
    {
      gint64 min, max, sum;

      if (bins[i].count == 0)
        continue;
      if (!hr_decimal_integer (bins[i].min, digits, &min) || !hr_decimal_integer (bins[i].max, digits, &max) ||
          !hr_decimal_integer (bins[i].sum, digits, &sum))
        return FALSE;
      out->mins[out->n] = min;
      out->ranges[out->n] = max - min;
      out->rests[out->n++] = (gint64) ((guint64) sum - bins[i].count * (guint64) min);
    }

  return TRUE;
}

static void
put_doubles (GByteArray  *out,
             const HrBin *bins,
             guint        n_bins)
{
  static const gsize offsets[] = { offsetof (HrBin, min), offsetof (HrBin, max), offsetof (HrBin, sum) };
  g_autofree double *column = g_new (double, n_bins);

  for (guint k = 0; k < G_N_ELEMENTS (offsets); k++)
    {
      guint n = 0;

      for (guint i = 0; i < n_bins; i++)
        if (bins[i].count > 0)
          column[n++] = G_STRUCT_MEMBER (double, &bins[i], offsets[k]);
      hr_column_write_doubles (out, column, n);
    }
}

static void
put_bins (GByteArray  *out,
          const HrBin *bins,
          guint        n_bins,
          guint        digits)
{
  g_autofree gint64 *counts = g_new (gint64, n_bins);
  g_auto (Integers) integers;

  for (guint i = 0; i < n_bins; i++)
    counts[i] = (gint64) bins[i].count;
  hr_put_number (out, n_bins);
  hr_column_write_integers (out, counts, n_bins);

  integers_init (&integers, n_bins);
  if (digits > HR_DECIMAL_MAX_DIGITS || !to_integers (bins, n_bins, digits, &integers))
    {
      hr_put_byte (out, NO_DIGITS);
      put_doubles (out, bins, n_bins);
      return;
    }
  hr_put_byte (out, (guint8) digits);
  hr_column_write_integers (out, integers.mins, integers.n);
  hr_column_write_integers (out, integers.ranges, integers.n);
  hr_column_write_integers (out, integers.rests, integers.n);
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
  put_bins (out, bins, n_bins, hr_decimal_digits (block->sums, block->n));

  return hr_blob_finish (out);
}

/* Columns that have one value each for the filled bins. */
static gboolean
take_integers (HrReader *in,
               HrBin    *bins,
               guint     n_bins,
               guint     n_filled,
               guint     digits,
               GError  **error)
{
  g_auto (Integers) integers;
  double power = hr_decimal_power (digits);
  guint  n = 0;

  integers_init (&integers, n_bins);
  if (!hr_column_read_integers (in, integers.mins, n_filled, error) || !hr_column_read_integers (in, integers.ranges, n_filled, error) ||
      !hr_column_read_integers (in, integers.rests, n_filled, error))
    return FALSE;

  for (guint i = 0; i < n_bins; i++)
    if (bins[i].count > 0)
      {
        guint64 min = (guint64) integers.mins[n];

        bins[i].min = (double) integers.mins[n] / power;
        bins[i].max = (double) (gint64) (min + (guint64) integers.ranges[n]) / power;
        bins[i].sum = (double) (gint64) (bins[i].count * min + (guint64) integers.rests[n]) / power;
        n++;
      }

  return TRUE;
}

static gboolean
take_doubles (HrReader *in,
              HrBin    *bins,
              guint     n_bins,
              guint     n_filled,
              GError  **error)
{
  g_autofree double *columns = g_new (double, 3 * n_filled);
  guint              n = 0;

  for (guint k = 0; k < 3; k++)
    if (!hr_column_read_doubles (in, columns + k * n_filled, n_filled, error))
      return FALSE;

  for (guint i = 0; i < n_bins; i++)
    if (bins[i].count > 0)
      {
        bins[i].min = columns[n];
        bins[i].max = columns[n_filled + n];
        bins[i].sum = columns[2 * n_filled + n];
        n++;
      }

  return TRUE;
}

static gboolean
take_bins (HrReader *in,
           HrBin    *bins,
           guint     n_bins,
           GError  **error)
{
  g_autofree gint64 *counts = g_new (gint64, n_bins);
  guint              n_filled = 0;
  guint8             digits;

  if (!hr_column_read_integers (in, counts, n_bins, error))
    return FALSE;
  for (guint i = 0; i < n_bins; i++)
    {
      bins[i] = (HrBin){ .count = (guint64) counts[i] };
      n_filled += counts[i] != 0;
    }

  if (!hr_take_byte (in, &digits) || (digits > HR_DECIMAL_MAX_DIGITS && digits != NO_DIGITS))
    return hr_blob_fail (error);
  if (digits == NO_DIGITS ? !take_doubles (in, bins, n_bins, n_filled, error) : !take_integers (in, bins, n_bins, n_filled, digits, error))
    return FALSE;

  return in->size == 0 || hr_blob_fail (error);
}

/* Reads a tier of exactly @n_bins bins to @bins, whose times stay as they are; untouched on failure: HR_STORE_ERROR_CORRUPTED or
 * HR_STORE_ERROR_NEWER. */
gboolean
hr_tier_read (GBytes  *bytes,
              HrBin   *bins,
              guint    n_bins,
              GError **error)
{
  g_autofree HrBin *read = NULL;
  HrReader          in;
  guint64           n;

  if (!hr_blob_open (bytes, &in, error))
    return FALSE;
  if (!hr_take_number (&in, HR_CHUNK_SNAPSHOTS, &n) || n != n_bins)
    return hr_blob_fail (error);

  read = g_new (HrBin, n_bins);
  if (!take_bins (&in, read, n_bins, error))
    return FALSE;
  for (guint i = 0; i < n_bins; i++)
    {
      read[i].begin_us = bins[i].begin_us;
      read[i].end_us = bins[i].end_us;
      bins[i] = read[i];
    }

  return TRUE;
}
