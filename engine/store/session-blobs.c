/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Blobs of a session as they stand in rows, and what is kept of them from one question to the next: the times of chunks, which every metric
 * of a source shares, and the batches at its end, which everybody who follows it asks for again. */

#include "engine/store/session-private.h"

/* What is kept at most, in bytes of memory. */
#define MAX_CHUNK_BYTES (16 << 20)
#define MAX_BATCH_BYTES (32 << 20)

static void
chunk_times_free (HrChunkTimes *self)
{
  g_free (self->edges);
  g_free (self->times);
  g_free (self);
}

static void
batch_free (HrBatch *self)
{
  g_clear_pointer (&self->snapshots, g_ptr_array_unref);
  g_clear_pointer (&self->metric_ids, g_array_unref);
  g_free (self);
}

/* Makes what is kept, empty. */
void
hr_session_init_caches (HrSession *self)
{
  self->chunks = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) chunk_times_free);
  self->batches = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) batch_free);
}

/* Frees what is kept. */
void
hr_session_clear_caches (HrSession *self)
{
  g_hash_table_unref (self->chunks);
  g_hash_table_unref (self->batches);
}

/* Whether @failure is of row @id of @table (and of @metric, unless that is 0) alone: then it is counted, freed, and the row left out.
 * @failure: (transfer full) (nullable): else moved to @error */
gboolean
hr_session_leave_out (HrSession  *self,
                      const char *table,
                      gint64      metric,
                      gint64      id,
                      GError     *failure,
                      GError    **error)
{
  if (failure != NULL && !g_error_matches (failure, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED))
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  if (failure != NULL)
    {
      hr_session_add_damaged (self, table, metric, id);
      g_error_free (failure);
    }

  return TRUE;
}

/* Reads the blob that @query finds for @first and @second, which only queries with two parameters look at.
 * Returns: (transfer full) (nullable): NULL with @error set; NULL without when there is none */
GBytes *
hr_session_read_blob (HrSession *self,
                      HrQuery    query,
                      gint64     first,
                      gint64     second,
                      GError   **error)
{
  sqlite3_stmt *row = hr_session_query (self, query, error);
  GBytes       *bytes = NULL;
  int           result;

  if (row == NULL)
    return NULL;

  sqlite3_bind_int64 (row, 1, first);
  if (sqlite3_bind_parameter_count (row) > 1)
    sqlite3_bind_int64 (row, 2, second);
  result = sqlite3_step (row);
  if (result == SQLITE_ROW)
    bytes = hr_session_column_bytes (row, 0);
  else if (result != SQLITE_DONE)
    hr_session_fail (self, result, error);
  sqlite3_reset (row);

  return bytes;
}

static gboolean
is_within (gint64 time)
{
  return time >= -HR_SESSION_TIME_MAX && time <= HR_SESSION_TIME_MAX;
}

static gboolean
heads_are_sane (const HrHeads *heads,
                guint          n)
{
  if (heads->n != n)
    return FALSE;

  for (guint i = 0; i < n; i++)
    if (!is_within (heads->times_us[i]) || !is_within (heads->end_ns[i]) || heads->intervals_ns[i] < 0 ||
        heads->intervals_ns[i] > HR_SESSION_TIME_MAX)
      return FALSE;

  return TRUE;
}

/* Reads the heads of @chunk. */
gboolean
hr_session_read_heads (HrSession     *self,
                       const HrPiece *chunk,
                       HrHeads       *out,
                       GError       **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = hr_session_read_blob (self, HR_QUERY_HEADS, chunk->id, 0, &failure);
  HrHeads heads = { 0 };

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (bytes == NULL)
    return hr_session_fail_damaged (self, error);
  if (!hr_heads_read (bytes, &heads, error))
    return FALSE;
  if (!heads_are_sane (&heads, chunk->n))
    {
      hr_heads_clear (&heads);
      return hr_session_fail_damaged (self, error);
    }
  *out = heads;

  return TRUE;
}

/* Reads a row of HR_QUERY_CHUNK, HR_QUERY_BATCHES and their like. */
void
hr_piece_read (HrPiece      *out,
               sqlite3_stmt *row,
               gboolean      is_chunk)
{
  gint64 n = sqlite3_column_int64 (row, 3);

  *out = (HrPiece){
    .is_chunk = is_chunk,
    .id = sqlite3_column_int64 (row, 0),
    .run = sqlite3_column_int64 (row, 1),
    .number = sqlite3_column_int64 (row, 2),
    .begin_us = sqlite3_column_int64 (row, 4),
    .end_us = sqlite3_column_int64 (row, 5),
  };
  if (n > 0 && n <= HR_CHUNK_SNAPSHOTS && out->number >= 0 && out->number <= HR_SESSION_TIME_MAX && out->begin_us <= out->end_us &&
      is_within (out->begin_us) && is_within (out->end_us))
    out->n = (guint) n;
}

/* Reads the row of chunk @id, which spans @span by the index; its times are not read yet.
 * Returns: (transfer none) (nullable): valid until the next call; NULL with @error set */
HrChunkTimes *
hr_session_get_chunk (HrSession *self,
                      gint64     id,
                      HrRange    span,
                      GError   **error)
{
  HrChunkTimes *chunk = g_hash_table_lookup (self->chunks, &id);
  HrPiece       piece = { 0 };
  sqlite3_stmt *row;
  int           result;

  /* A number can come back for another chunk, after the one that had it was let go. */
  if (chunk != NULL && chunk->piece.begin_us == span.begin_us && chunk->piece.end_us == span.end_us)
    return chunk;

  row = hr_session_query (self, HR_QUERY_CHUNK, error);
  if (row == NULL)
    return NULL;
  sqlite3_bind_int64 (row, 1, id);
  result = sqlite3_step (row);
  if (result == SQLITE_ROW)
    hr_piece_read (&piece, row, TRUE);
  sqlite3_reset (row);
  if (piece.n == 0 || piece.begin_us != span.begin_us || piece.end_us != span.end_us)
    {
      hr_session_fail (self, result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_CORRUPT : result, error);
      return NULL;
    }

  if (self->chunk_bytes > MAX_CHUNK_BYTES)
    {
      g_hash_table_remove_all (self->chunks);
      self->chunk_bytes = 0;
    }
  chunk = g_new0 (HrChunkTimes, 1);
  chunk->piece = piece;
  g_hash_table_replace (self->chunks, &chunk->piece.id, chunk);
  self->chunk_bytes += sizeof *chunk;

  return chunk;
}

/* Reads the ends of @chunk's snapshots, laid on one line that never descends, whatever became of the clock, behind the beginning of the first.
 * Returns: (transfer full) (nullable): NULL with @error set */
static gint64 *
read_times (HrSession     *self,
            const HrPiece *chunk,
            GError       **error)
{
  GError *failure = NULL;
  g_autoptr (GBytes) bytes = hr_session_read_blob (self, HR_QUERY_HEADS, chunk->id, 0, &failure);
  g_autofree gint64 *ends = NULL;
  gint64            *times;
  guint              n = 0;

  if (bytes != NULL)
    hr_heads_read_times (bytes, &ends, &n, &failure);
  if (failure != NULL)
    g_propagate_error (error, failure);
  else if (n != chunk->n)
    hr_session_fail_damaged (self, error);
  if (n != chunk->n)
    return NULL;

  times = g_new (gint64, n + 1);
  times[0] = chunk->begin_us;
  for (guint i = 0; i < n; i++)
    times[i + 1] = CLAMP (ends[i], times[i], HR_SESSION_TIME_MAX);

  return times;
}

/* Reads the edges of @chunk's bins, and with @all the times of all its snapshots, unless they are there. */
gboolean
hr_session_load_times (HrSession    *self,
                       HrChunkTimes *chunk,
                       gboolean      all,
                       GError      **error)
{
  guint   n = chunk->piece.n;
  guint   n_bins = (n + HR_TIER_FINE - 1) / HR_TIER_FINE;
  gint64 *times;

  if (all ? chunk->times != NULL : chunk->edges != NULL)
    return TRUE;
  times = read_times (self, &chunk->piece, error);
  if (times == NULL)
    return FALSE;

  if (chunk->edges == NULL)
    {
      chunk->edges = g_new (gint64, n_bins + 1);
      for (guint i = 0; i <= n_bins; i++)
        chunk->edges[i] = times[MIN (i * HR_TIER_FINE, n)];
      self->chunk_bytes += (n_bins + 1) * sizeof *chunk->edges;
    }
  if (all)
    {
      chunk->times = times;
      self->chunk_bytes += (n + 1) * sizeof *chunk->times;
    }
  else
    g_free (times);

  return TRUE;
}

/* About what @self takes in memory. */
static gsize
batch_bytes (const HrBatch *self)
{
  gsize bytes = sizeof *self + self->metric_ids->len * sizeof (gint64);

  for (guint i = 0; i < self->snapshots->len; i++)
    {
      const HrSnapshot *snapshot = g_ptr_array_index (self->snapshots, i);

      bytes += sizeof *snapshot + snapshot->n_samples * sizeof (HrSample);
      for (guint k = 0; k < snapshot->n_samples; k++)
        bytes += snapshot->samples[k].n_buckets * sizeof (HrBucketCount);
    }

  return bytes;
}

static gboolean
snapshots_are_sane (GPtrArray *snapshots,
                    guint      n)
{
  if (snapshots->len != n)
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      const HrSnapshot *snapshot = g_ptr_array_index (snapshots, i);

      if (!is_within (snapshot->time_us) || !is_within (snapshot->end_ns) || snapshot->interval_ns < 0 ||
          snapshot->interval_ns > HR_SESSION_TIME_MAX)
        return FALSE;
    }

  return TRUE;
}

/* Reads the blob of @piece, a batch. Samples name metrics by their places in @metric_ids, to which those that are not in it are appended.
 * Returns: (transfer full) (nullable) (element-type HrSnapshot): NULL with @error set */
GPtrArray *
hr_session_read_batch (HrSession     *self,
                       const HrPiece *piece,
                       GArray        *metric_ids,
                       GError       **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = hr_session_read_blob (self, HR_QUERY_BATCH, piece->id, 0, &failure);
  g_autoptr (GPtrArray) snapshots = NULL;

  if (bytes != NULL)
    snapshots = hr_batch_read (bytes, metric_ids, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (snapshots != NULL && snapshots_are_sane (snapshots, piece->n))
    return g_steal_pointer (&snapshots);

  hr_session_fail_damaged (self, error);

  return NULL;
}

/* Whether what has the number of @a is still that. */
static gboolean
is_same_piece (const HrPiece *a,
               const HrPiece *b)
{
  return a->number == b->number && a->n == b->n && a->begin_us == b->begin_us && a->end_us == b->end_us;
}

/* Reads a batch as hr_session_read_batch () does, unless it is still there. Returns: (transfer none) (nullable): valid until the next call; NULL
 * with @error set */
HrBatch *
hr_session_get_batch (HrSession     *self,
                      const HrPiece *piece,
                      GError       **error)
{
  HrBatch *batch = g_hash_table_lookup (self->batches, &piece->id);

  if (batch != NULL && is_same_piece (&batch->piece, piece))
    return batch;

  batch = g_new0 (HrBatch, 1);
  batch->piece = *piece;
  batch->metric_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  batch->snapshots = hr_session_read_batch (self, piece, batch->metric_ids, error);
  if (batch->snapshots == NULL)
    {
      batch_free (batch);
      return NULL;
    }

  if (self->batch_bytes > MAX_BATCH_BYTES)
    {
      g_hash_table_remove_all (self->batches);
      self->batch_bytes = 0;
    }
  g_hash_table_replace (self->batches, &batch->piece.id, batch);
  self->batch_bytes += batch_bytes (batch);

  return batch;
}

/* Returns by which number @self's samples name @metric; one that they do not have if it is not in there. */
guint
hr_batch_find_metric (const HrBatch *self,
                      gint64         metric)
{
  guint place = 0;

  while (place < self->metric_ids->len && g_array_index (self->metric_ids, gint64, place) != metric)
    place++;

  return place;
}
