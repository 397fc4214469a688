/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The body of a batch:
 *
 *     heads      heads.c
 *     n          number: metrics
 *     n times, in ascending order of what they were numbered by whoever wrote:
 *       metric   signed: metric.id
 *       block    block.c
 *       buckets  1 byte, 0 or 1: none of its samples has buckets, or these follow: buckets.c, of as many samples as the block
 *
 * It has at most HR_BATCH_SAMPLES samples altogether. */

#include "engine/store/block-private.h"

/* A metric of a batch; @index is where its number stands among those that the caller has. */
typedef struct
{
  guint          index;
  HrBlock        block;
  HrBlockBuckets buckets;
} BatchMetric;

static void
batch_metric_clear (gpointer data)
{
  BatchMetric *self = data;

  hr_block_clear (&self->block);
  hr_block_buckets_clear (&self->buckets);
}

static int
compare_numbers_cb (gconstpointer a,
                    gconstpointer b)
{
  guint32 first = *(const guint32 *) a, second = *(const guint32 *) b;

  return first < second ? -1 : first > second;
}

/* Returns the metrics that @snapshots have samples of, each once, ascending. */
static GArray *
list_metrics (HrSnapshot *const *snapshots,
              guint              n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GArray *metrics = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < snapshots[i]->n_samples; k++)
      if (g_hash_table_add (seen, GUINT_TO_POINTER (snapshots[i]->samples[k].metric)))
        g_array_append_val (metrics, snapshots[i]->samples[k].metric);
  g_array_sort (metrics, compare_numbers_cb);

  return metrics;
}

static void
put_metric (GByteArray        *out,
            HrSnapshot *const *snapshots,
            guint              n,
            guint32            metric,
            gint64             id)
{
  g_auto (HrBlock) block = { 0 };
  g_auto (HrBlockBuckets) buckets = { 0 };
  gboolean any;

  hr_block_gather (&block, &buckets, snapshots, n, metric);
  any = buckets.offsets[buckets.n] > 0;

  hr_put_signed (out, id);
  hr_block_put (out, &block);
  hr_put_byte (out, any);
  if (any)
    hr_block_buckets_put (out, &buckets);
}

/* Writes snapshots of one source, at most HR_CHUNK_SNAPSHOTS with at most HR_BATCH_SAMPLES samples altogether.
 * @metric_ids: the file's numbers of metrics by theirs
 * Returns: (transfer full): a blob */
GBytes *
hr_batch_write (HrSnapshot *const *snapshots,
                guint              n,
                const gint64      *metric_ids)
{
  g_autoptr (GArray) metrics = list_metrics (snapshots, n);
  g_auto (HrHeads) heads = { 0 };
  GByteArray *out = hr_blob_begin ();

  hr_heads_gather (&heads, snapshots, n);
  hr_heads_put (out, &heads);
  hr_put_number (out, metrics->len);
  for (guint i = 0; i < metrics->len; i++)
    {
      guint32 metric = g_array_index (metrics, guint32, i);

      put_metric (out, snapshots, n, metric, metric_ids[metric]);
    }

  return hr_blob_finish (out);
}

/* The place of @id in @metric_ids, where it is appended when it is new. */
static guint
find_metric (GArray *metric_ids,
             gint64  id)
{
  for (guint i = 0; i < metric_ids->len; i++)
    if (g_array_index (metric_ids, gint64, i) == id)
      return i;
  g_array_append_val (metric_ids, id);

  return metric_ids->len - 1;
}

static gboolean
take_metric (HrReader    *in,
             guint        n_snapshots,
             BatchMetric *out,
             gint64      *out_id,
             GError     **error)
{
  guint8 any;

  *out = (BatchMetric){ 0 };
  if (!hr_take_signed (in, out_id))
    return hr_blob_fail (error);
  if (!hr_block_take (in, HR_COLUMN_ALL, &out->block, error))
    return FALSE;
  if (out->block.n > 0 && out->block.positions[out->block.n - 1] >= n_snapshots)
    return hr_blob_fail (error);
  if (!hr_take_byte (in, &any) || any > 1)
    return hr_blob_fail (error);
  if (any && !hr_block_buckets_take (in, &out->buckets, error))
    return FALSE;

  return !any || out->buckets.n == out->block.n || hr_blob_fail (error);
}

/* Reads all metrics of a batch to @metrics and their numbers to @ids, each of them once. */
static gboolean
take_metrics (HrReader *in,
              guint     n_snapshots,
              GArray   *metrics,
              GArray   *ids,
              GError  **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  guint64 n, n_samples = 0;

  if (!hr_take_number (in, in->size, &n))
    return hr_blob_fail (error);

  for (guint64 i = 0; i < n; i++)
    {
      BatchMetric metric;
      gint64      id = 0;
      gboolean    taken = take_metric (in, n_snapshots, &metric, &id, error);

      g_array_append_val (metrics, metric);
      if (!taken)
        return FALSE;
      n_samples += metric.block.n;
      if (n_samples > HR_BATCH_SAMPLES || !g_hash_table_add (seen, g_memdup2 (&id, sizeof id)))
        return hr_blob_fail (error);
      g_array_append_val (ids, id);
    }

  return in->size == 0 || hr_blob_fail (error);
}

static int
compare_metrics_cb (gconstpointer a,
                    gconstpointer b)
{
  const BatchMetric *first = a, *second = b;

  return first->index < second->index ? -1 : first->index > second->index;
}

/* Makes the snapshots of what was read, metrics numbered by @metric_ids. */
static GPtrArray *
build_snapshots (const HrHeads *heads,
                 GArray        *metrics,
                 GArray        *ids,
                 GArray        *metric_ids)
{
  g_autofree HrSeries *series = g_new (HrSeries, metrics->len);

  for (guint i = 0; i < metrics->len; i++)
    g_array_index (metrics, BatchMetric, i).index = find_metric (metric_ids, g_array_index (ids, gint64, i));
  g_array_sort (metrics, compare_metrics_cb);
  for (guint i = 0; i < metrics->len; i++)
    {
      const BatchMetric *metric = &g_array_index (metrics, BatchMetric, i);

      series[i] = (HrSeries){ metric->index, &metric->block, metric->buckets.offsets != NULL ? &metric->buckets : NULL };
    }

  return hr_snapshots_build (heads, series, metrics->len);
}

/* Reads what hr_batch_write () wrote. The samples' metrics are places in @metric_ids: the file's numbers, to which those that are not in it
 * yet are appended. Fails with HR_STORE_ERROR_CORRUPTED or HR_STORE_ERROR_NEWER; @metric_ids is untouched then.
 * @metric_ids: (element-type gint64)
 * Returns: (transfer full) (element-type HrSnapshot) (nullable): the snapshots */
GPtrArray *
hr_batch_read (GBytes  *bytes,
               GArray  *metric_ids,
               GError **error)
{
  g_autoptr (GArray) metrics = g_array_new (FALSE, FALSE, sizeof (BatchMetric));
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (HrHeads) heads = { 0 };
  HrReader in;

  g_array_set_clear_func (metrics, batch_metric_clear);
  if (!hr_blob_open (bytes, &in, error) || !hr_heads_take (&in, &heads, error) || !take_metrics (&in, heads.n, metrics, ids, error))
    return NULL;

  return build_snapshots (&heads, metrics, ids, metric_ids);
}
