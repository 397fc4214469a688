/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the durations of a stretch are spread. */

#include "engine/store/session-pieces.h"

/* What is added up. */
typedef struct
{
  HrSession  *session;
  gint64      metric;
  HrRange     range;
  HrHistogram histogram;
} Sum;

/* Adds the buckets of those samples of @metric in @chunk whose snapshots ended within @range. */
static gboolean
add_chunk (HrSession    *self,
           gint64        metric,
           HrChunkTimes *chunk,
           HrRange       range,
           HrHistogram  *out,
           GError      **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = hr_session_read_blob (self, HR_QUERY_BUCKETS, metric, chunk->piece.id, &failure);
  g_autoptr (GBytes) samples = NULL;
  g_auto (HrBlockBuckets) buckets = { 0 };
  g_auto (HrBlock) block = { 0 };

  if (bytes != NULL)
    samples = hr_session_read_blob (self, HR_QUERY_SAMPLES, metric, chunk->piece.id, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (samples == NULL)
    return bytes == NULL || hr_session_fail_damaged (self, error);
  if (!hr_block_buckets_read (bytes, &buckets, error) || !hr_block_read (samples, 0, &block, error) ||
      !hr_session_load_times (self, chunk, TRUE, error))
    return FALSE;
  if (buckets.n != block.n || (block.n > 0 && block.positions[block.n - 1] >= chunk->piece.n))
    return hr_session_fail_damaged (self, error);

  for (guint i = 0; i < block.n; i++)
    {
      gint64 time_us = chunk->times[block.positions[i] + 1];

      if (time_us > range.begin_us && time_us <= range.end_us)
        hr_histogram_add (out, buckets.buckets + buckets.offsets[i], buckets.offsets[i + 1] - buckets.offsets[i]);
    }

  return TRUE;
}

static gboolean
chunk_cb (gint64   id,
          HrRange  span,
          gpointer user_data,
          GError **error)
{
  Sum          *self = user_data;
  HrChunkTimes *chunk = hr_session_get_chunk (self->session, id, span, error);

  return chunk != NULL && add_chunk (self->session, self->metric, chunk, self->range, &self->histogram, error);
}

/* Adds what @batch has of @metric within @range. */
static void
add_batch (const HrBatch *batch,
           gint64         metric,
           HrRange        range,
           HrHistogram   *out)
{
  guint place = hr_batch_find_metric (batch, metric);

  for (guint i = 0; i < batch->snapshots->len; i++)
    {
      const HrSnapshot *snapshot = g_ptr_array_index (batch->snapshots, i);
      const HrSample   *sample = hr_snapshot_find (snapshot, place);

      if (sample != NULL && snapshot->time_us > range.begin_us && snapshot->time_us <= range.end_us)
        hr_histogram_add (out, sample->buckets, sample->n_buckets);
    }
}

static gboolean
batch_cb (const HrPiece *piece,
          gpointer       user_data,
          GError       **error)
{
  Sum     *self = user_data;
  HrBatch *batch = hr_session_get_batch (self->session, piece, error);

  if (batch == NULL)
    return FALSE;

  add_batch (batch, self->metric, self->range, &self->histogram);

  return TRUE;
}

/* Adds up the histograms of @metric's samples that ended within @range (0, 0: all), after its beginning: empty for what is no duration. Damage is
 * an error, HR_STORE_ERROR_CORRUPTED; @out is untouched on failure. */
gboolean
hr_session_read_histogram (HrSession   *self,
                           gint64       metric,
                           HrRange      range,
                           HrHistogram *out,
                           GError     **error)
{
  Sum      sum = { .session = self, .metric = metric, .range = range };
  HrKind   kind;
  gint64   source;
  gboolean ok;

  if (!hr_session_begin (self, error))
    return FALSE;

  ok = hr_session_find_metric (self, metric, &source, &kind, error) && hr_session_resolve (self, source, &sum.range, error);
  if (ok && hr_kind_is_time (kind))
    ok = hr_session_walk_chunks (self, source, sum.range, chunk_cb, &sum, error) && hr_session_walk_batches (self, source, sum.range, batch_cb, &sum, error);
  hr_session_end (self);
  if (ok)
    *out = sum.histogram;

  return ok;
}
