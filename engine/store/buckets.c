/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The body of a blob of buckets:
 *
 *     n        number, at most 4 096: samples
 *     size     number: bytes of the list
 *     list     packed (blob.c): of each sample: number: how many buckets it has; of each of these: number: its index, less that of the one
 *              before it and 1 (the first: its index); number: its count */

#include "engine/store/block-private.h"

/* The most that a sample and that a bucket take in a list: they are fewer than 2^14. */
#define SAMPLE_BYTES 2
#define BUCKET_BYTES (2 + HR_VARINT_MAX)

/* Appends the body of @buckets, whose samples have ascending buckets each. */
void
hr_block_buckets_put (GByteArray           *out,
                      const HrBlockBuckets *buckets)
{
  gsize              n_buckets = buckets->n > 0 ? buckets->offsets[buckets->n] : 0;
  g_autofree guint8 *list = g_malloc (buckets->n * SAMPLE_BYTES + n_buckets * BUCKET_BYTES + 1);
  guint8            *at = list;

  for (guint i = 0; i < buckets->n; i++)
    {
      guint32 next = 0;

      at = hr_write_number (at, buckets->offsets[i + 1] - buckets->offsets[i]);
      for (guint32 k = buckets->offsets[i]; k < buckets->offsets[i + 1]; k++)
        {
          at = hr_write_number (at, buckets->buckets[k].bucket - next);
          at = hr_write_number (at, buckets->buckets[k].count);
          next = buckets->buckets[k].bucket + 1;
        }
    }

  hr_put_number (out, buckets->n);
  hr_put_number (out, (guint64) (at - list));
  hr_put_packed (out, list, (gsize) (at - list));
}

/* Reads the buckets of one sample to the end of @buckets. */
static gboolean
take_sample (HrReader *list,
             GArray   *buckets)
{
  guint64 n, next = 0;

  if (!hr_take_number (list, HR_N_BUCKETS, &n))
    return FALSE;

  for (guint64 i = 0; i < n; i++)
    {
      HrBucketCount filled;
      guint64       skipped;

      if (next >= HR_N_BUCKETS || !hr_take_number (list, HR_N_BUCKETS - 1 - next, &skipped) ||
          !hr_take_number (list, G_MAXUINT64, &filled.count))
        return FALSE;
      filled.bucket = (guint32) (next + skipped);
      next = filled.bucket + 1u;
      g_array_append_val (buckets, filled);
    }

  return TRUE;
}

static gboolean
take_list (HrReader       *list,
           HrBlockBuckets *out,
           guint           n)
{
  g_autofree guint32 *offsets = g_new0 (guint32, n + 1);
  g_autoptr (GArray) buckets = g_array_new (FALSE, FALSE, sizeof (HrBucketCount));

  for (guint i = 0; i < n; i++)
    {
      if (!take_sample (list, buckets))
        return FALSE;
      offsets[i + 1] = buckets->len;
    }
  if (list->size > 0)
    return FALSE;

  *out = (HrBlockBuckets){
    .n = n,
    .offsets = g_steal_pointer (&offsets),
    .buckets = (HrBucketCount *) (void *) g_array_free (g_steal_pointer (&buckets), FALSE),
  };

  return TRUE;
}

/* Reads a body of buckets to @out, to be cleared by hr_block_buckets_clear (); untouched on failure. */
gboolean
hr_block_buckets_take (HrReader       *in,
                       HrBlockBuckets *out,
                       GError        **error)
{
  g_autofree guint8 *bytes = NULL;
  HrReader           list;
  guint64            n, size;

  if (!hr_take_number (in, HR_CHUNK_SNAPSHOTS, &n) ||
      !hr_take_number (in, n * (SAMPLE_BYTES + HR_N_BUCKETS * BUCKET_BYTES), &size))
    return hr_blob_fail (error);
  bytes = g_try_malloc (size + 1);
  if (bytes == NULL || !hr_take_packed (in, bytes, size))
    return hr_blob_fail (error);

  list = (HrReader){ bytes, size };

  return take_list (&list, out, (guint) n) || hr_blob_fail (error);
}

/* Returns: (transfer full): @self, of at most HR_CHUNK_SNAPSHOTS samples with ascending buckets, as a blob. */
GBytes *
hr_block_buckets_write (const HrBlockBuckets *self)
{
  GByteArray *out;

  g_return_val_if_fail (self->n <= HR_CHUNK_SNAPSHOTS, NULL);

  out = hr_blob_begin ();
  hr_block_buckets_put (out, self);

  return hr_blob_finish (out);
}

/* Reads what hr_block_buckets_write () wrote to @out, to be cleared by hr_block_buckets_clear (). Fails with HR_STORE_ERROR_CORRUPTED or
 * HR_STORE_ERROR_NEWER. */
gboolean
hr_block_buckets_read (GBytes         *bytes,
                       HrBlockBuckets *out,
                       GError        **error)
{
  HrReader       in;
  HrBlockBuckets buckets;

  if (!hr_blob_open (bytes, &in, error) || !hr_block_buckets_take (&in, &buckets, error))
    return FALSE;
  if (in.size > 0)
    {
      hr_block_buckets_clear (&buckets);
      return hr_blob_fail (error);
    }
  *out = buckets;

  return TRUE;
}

/* Frees what @self owns and empties it. */
void
hr_block_buckets_clear (HrBlockBuckets *self)
{
  g_free (self->offsets);
  g_free (self->buckets);
  *self = (HrBlockBuckets){ 0 };
}
