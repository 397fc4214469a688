/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What stands in a session file, of any bytes, is refused or read; and what was read comes back when it is written. The first byte says as what
 * the others are read, the second how many values a column or a tier has. Blobs get their version and their checksum here, which no fuzzer
 * would find. */

#include "engine/store/blob.h"
#include "engine/store/block.h"
#include "engine/store/column.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

enum
{
  DOUBLES,
  INTEGERS,
  HEADS,
  BLOCK,
  BUCKETS,
  TIER,
  BATCH,
  N_KINDS
};

static void
read_doubles (HrReader in,
              gsize    n)
{
  g_autofree double *values = g_new (double, n);
  g_autofree double *again = g_new (double, n);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (!hr_column_read_doubles (&in, values, n, NULL))
    return;
  hr_column_write_doubles (bytes, values, n);
  in = (HrReader){ bytes->data, bytes->len };
  g_assert (hr_column_read_doubles (&in, again, n, NULL) && in.size == 0);
  g_assert (n == 0 || memcmp (values, again, n * sizeof *values) == 0);
}

static void
read_integers (HrReader in,
               gsize    n)
{
  g_autofree gint64 *values = g_new (gint64, n);
  g_autofree gint64 *again = g_new (gint64, n);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (!hr_column_read_integers (&in, values, n, NULL))
    return;
  hr_column_write_integers (bytes, values, n);
  in = (HrReader){ bytes->data, bytes->len };
  g_assert (hr_column_read_integers (&in, again, n, NULL) && in.size == 0);
  g_assert (n == 0 || memcmp (values, again, n * sizeof *values) == 0);
}

static void
read_heads (GBytes *bytes)
{
  g_auto (HrHeads) heads = { 0 }, again = { 0 };
  g_autoptr (GBytes) written = NULL;
  g_autofree gint64 *times = NULL;
  guint              n;

  hr_heads_read_times (bytes, &times, &n, NULL);
  if (!hr_heads_read (bytes, &heads, NULL))
    return;
  written = hr_heads_write (&heads);
  g_assert (hr_heads_read (written, &again, NULL) && again.n == heads.n);
  for (guint i = 0; i < heads.n; i++)
    g_assert (heads.sequences[i] == again.sequences[i] && heads.times_us[i] == again.times_us[i] && heads.end_ns[i] == again.end_ns[i] &&
              heads.intervals_ns[i] == again.intervals_ns[i] && heads.lost[i] == again.lost[i] && heads.catch_up[i] == again.catch_up[i]);
}

static void
read_block (GBytes *bytes)
{
  g_auto (HrBlock) block = { 0 }, again = { 0 };
  g_autoptr (GBytes) written = NULL;
  HrBin bins[HR_CHUNK_SNAPSHOTS / HR_TIER_FINE];

  if (!hr_block_read (bytes, HR_COLUMN_ALL, &block, NULL))
    return;
  written = hr_block_write (&block);
  g_assert (hr_block_read (written, HR_COLUMN_ALL, &again, NULL) && again.n == block.n);
  for (guint i = 0; i < block.n; i++)
    g_assert (block.positions[i] == again.positions[i] && block.counts[i] == again.counts[i] &&
              memcmp (&block.sums[i], &again.sums[i], sizeof (double)) == 0 && memcmp (&block.selves[i], &again.selves[i], sizeof (double)) == 0);
  hr_tier_fill (&block, HR_TIER_FINE, bins, G_N_ELEMENTS (bins));
}

static void
read_buckets (GBytes *bytes)
{
  g_auto (HrBlockBuckets) buckets = { 0 }, again = { 0 };
  g_autoptr (GBytes) written = NULL;

  if (!hr_block_buckets_read (bytes, &buckets, NULL))
    return;
  for (guint i = 0; i < buckets.n; i++)
    for (guint32 k = buckets.offsets[i]; k < buckets.offsets[i + 1]; k++)
      g_assert (buckets.buckets[k].bucket < HR_N_BUCKETS && (k == buckets.offsets[i] || buckets.buckets[k].bucket > buckets.buckets[k - 1].bucket));
  written = hr_block_buckets_write (&buckets);
  g_assert (hr_block_buckets_read (written, &again, NULL) && again.n == buckets.n);
}

static void
read_tier (GBytes *bytes,
           guint   n)
{
  HrBin bins[256];

  hr_tier_read (bytes, bins, n, NULL);
}

static void
read_batch (GBytes *bytes)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GPtrArray) snapshots = hr_batch_read (bytes, ids, NULL);
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GBytes) written = NULL;

  if (snapshots == NULL)
    return;
  written = hr_batch_write ((HrSnapshot *const *) snapshots->pdata, snapshots->len, (const gint64 *) (void *) ids->data);
  again = hr_batch_read (written, ids, NULL);
  g_assert (again != NULL && again->len == snapshots->len);
}

static GBytes *
seal (HrReader body)
{
  GByteArray *blob = hr_blob_begin ();

  g_byte_array_append (blob, body.data, (guint) body.size);

  return hr_blob_finish (blob);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  HrReader in = { data, size };
  g_autoptr (GBytes) blob = NULL;
  guint8 kind, n;

  if (!hr_take_byte (&in, &kind) || !hr_take_byte (&in, &n))
    return 0;

  blob = seal (in);
  switch (kind % N_KINDS)
    {
    case DOUBLES:
      read_doubles (in, n);
      break;
    case INTEGERS:
      read_integers (in, n);
      break;
    case HEADS:
      read_heads (blob);
      break;
    case BLOCK:
      read_block (blob);
      break;
    case BUCKETS:
      read_buckets (blob);
      break;
    case TIER:
      read_tier (blob, n);
      break;
    default:
      read_batch (blob);
    }

  return 0;
}
