/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the durations of a stretch are spread. */

#include "engine/store/session-pieces.h"

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
add_chunks (HrSession   *self,
            gint64       source,
            gint64       metric,
            HrRange      range,
            HrHistogram *out,
            GError     **error)
{
  sqlite3_stmt *row = hr_session_query (self, HR_QUERY_CHUNKS, error);
  int           result = SQLITE_ROW;
  gboolean      ok = row != NULL;

  if (!ok)
    return FALSE;

  sqlite3_bind_int64 (row, 1, source);
  sqlite3_bind_int64 (row, 2, range.begin_us);
  sqlite3_bind_int64 (row, 3, range.end_us);
  while (ok && (result = sqlite3_step (row)) == SQLITE_ROW)
    {
      HrRange       span = { sqlite3_column_int64 (row, 1), sqlite3_column_int64 (row, 2) };
      HrChunkTimes *chunk = hr_session_get_chunk (self, sqlite3_column_int64 (row, 0), span, error);

      ok = chunk != NULL && add_chunk (self, metric, chunk, range, out, error);
    }
  sqlite3_reset (row);

  return ok && (result == SQLITE_DONE || hr_session_fail (self, result, error));
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
add_batches (HrSession   *self,
             gint64       source,
             gint64       metric,
             HrRange      range,
             HrHistogram *out,
             GError     **error)
{
  sqlite3_stmt *row = hr_session_query (self, HR_QUERY_BATCHES, error);
  int           result = SQLITE_ROW;
  gboolean      ok = row != NULL;

  if (!ok)
    return FALSE;

  sqlite3_bind_int64 (row, 1, source);
  while (ok && (result = sqlite3_step (row)) == SQLITE_ROW)
    {
      HrBatch *batch;
      HrPiece  piece;

      hr_piece_read (&piece, row, FALSE);
      if (piece.end_us <= range.begin_us || piece.begin_us > range.end_us)
        continue;
      batch = hr_session_get_batch (self, &piece, error);
      ok = batch != NULL;
      if (ok)
        add_batch (batch, metric, range, out);
    }
  sqlite3_reset (row);

  return ok && (result == SQLITE_DONE || hr_session_fail (self, result, error));
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
  HrHistogram histogram = { 0 };
  HrKind      kind;
  gint64      source;
  gboolean    ok;

  if (!hr_session_begin (self, error))
    return FALSE;

  ok = hr_session_find_metric (self, metric, &source, &kind, error) && hr_session_resolve (self, source, &range, error);
  if (ok && hr_kind_is_time (kind))
    ok = add_chunks (self, source, metric, range, &histogram, error) && add_batches (self, source, metric, range, &histogram, error);
  hr_session_end (self);
  if (ok)
    *out = histogram;

  return ok;
}
