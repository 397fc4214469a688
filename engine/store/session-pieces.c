/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Snapshots as they came, bit for bit, from the columns of chunks and from batches. A piece is whatever stands in one row. Snapshots keep their numbers
 * when batches become a chunk, so whoever goes from piece to piece by number needs no transaction over all of them. */

#include "engine/store/session-pieces.h"

#define MAX_METRICS 65536

/* What a metric has in a chunk. */
typedef struct
{
  HrBlock        block;
  HrBlockBuckets buckets; /* no offsets: has none */
} Column;

static void
column_clear (gpointer data)
{
  Column *self = data;

  hr_block_clear (&self->block);
  hr_block_buckets_clear (&self->buckets);
}

/* Calls @func for each chunk of @source that has a part in @range, in order of time, by what the index says of it. */
gboolean
hr_session_walk_chunks (HrSession  *self,
                        gint64      source,
                        HrRange     range,
                        HrChunkFunc func,
                        gpointer    user_data,
                        GError    **error)
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
      HrRange span = { sqlite3_column_int64 (row, 1), sqlite3_column_int64 (row, 2) };

      ok = func (sqlite3_column_int64 (row, 0), span, user_data, error);
    }
  sqlite3_reset (row);

  return ok && (result == SQLITE_DONE || hr_session_fail (self, result, error));
}

/* Calls @func for each batch of @source that has a part in @range, in order of time. */
gboolean
hr_session_walk_batches (HrSession  *self,
                         gint64      source,
                         HrRange     range,
                         HrBatchFunc func,
                         gpointer    user_data,
                         GError    **error)
{
  sqlite3_stmt *row = hr_session_query (self, HR_QUERY_BATCHES, error);
  int           result = SQLITE_ROW;
  gboolean      ok = row != NULL;

  if (!ok)
    return FALSE;

  sqlite3_bind_int64 (row, 1, source);
  while (ok && (result = sqlite3_step (row)) == SQLITE_ROW)
    {
      HrPiece piece;

      hr_piece_read (&piece, row, FALSE);
      if (piece.end_us > range.begin_us && piece.begin_us <= range.end_us)
        ok = func (&piece, user_data, error);
    }
  sqlite3_reset (row);

  return ok && (result == SQLITE_DONE || hr_session_fail (self, result, error));
}

/* Asks @query for a piece of @source at @number. */
static gboolean
find_one (HrSession *self,
          HrQuery    query,
          gint64     source,
          gint64     number,
          HrPiece   *out,
          GError   **error)
{
  sqlite3_stmt *row = hr_session_query (self, query, error);
  int           result;

  if (row == NULL)
    return FALSE;

  *out = (HrPiece){ 0 };
  sqlite3_bind_int64 (row, 1, source);
  sqlite3_bind_int64 (row, 2, number);
  result = sqlite3_step (row);
  if (result == SQLITE_ROW)
    hr_piece_read (out, row, query == HR_QUERY_CHUNK_FROM || query == HR_QUERY_CHUNK_UNTIL);
  sqlite3_reset (row);
  if (result == SQLITE_ROW && out->n == 0)
    return hr_session_fail_damaged (self, error);

  return result == SQLITE_ROW || result == SQLITE_DONE || hr_session_fail (self, result, error);
}

/* Finds the piece of one table that holds @number, or the next after it. */
static gboolean
find_in_table (HrSession *self,
               HrQuery    until,
               HrQuery    from,
               gint64     source,
               gint64     number,
               HrPiece   *out,
               GError   **error)
{
  if (!find_one (self, until, source, number, out, error))
    return FALSE;
  if (out->n > 0 && out->number + out->n > number)
    return TRUE;

  return find_one (self, from, source, number, out, error);
}

/* Finds the chunk or batch of @source that holds its snapshot @number, or the next after it; @out->n is 0 when there is none. */
gboolean
hr_session_find_piece (HrSession *self,
                       gint64     source,
                       gint64     number,
                       HrPiece   *out,
                       GError   **error)
{
  HrPiece chunk, batch;

  if (!find_in_table (self, HR_QUERY_CHUNK_UNTIL, HR_QUERY_CHUNK_FROM, source, number, &chunk, error) ||
      !find_in_table (self, HR_QUERY_BATCH_UNTIL, HR_QUERY_BATCH_FROM, source, number, &batch, error))
    return FALSE;

  *out = batch.n == 0 || (chunk.n > 0 && chunk.number <= batch.number) ? chunk : batch;

  return TRUE;
}

/* Finds the number behind the last snapshot of @source. */
gboolean
hr_session_find_end (HrSession *self,
                     gint64     source,
                     gint64    *out_number,
                     GError   **error)
{
  HrPiece chunk, batch;

  if (!find_one (self, HR_QUERY_CHUNK_UNTIL, source, G_MAXINT64, &chunk, error) ||
      !find_one (self, HR_QUERY_BATCH_UNTIL, source, G_MAXINT64, &batch, error))
    return FALSE;

  *out_number = MAX (chunk.number + chunk.n, batch.number + batch.n);

  return TRUE;
}

/* Reads all metrics that @source has by now, by id; their places are the numbers that snapshots name them by.
 * Returns: (transfer full) (nullable) (element-type HrSessionMetric): NULL with @error set */
GArray *
hr_session_read_metrics (HrSession *self,
                         gint64     source,
                         GError   **error)
{
  sqlite3_stmt *row = hr_session_query (self, HR_QUERY_METRICS, error);
  GArray       *metrics;
  int           result;

  if (row == NULL)
    return NULL;

  metrics = g_array_new (FALSE, FALSE, sizeof (HrSessionMetric));
  sqlite3_bind_int64 (row, 1, source);
  while ((result = sqlite3_step (row)) == SQLITE_ROW && metrics->len < MAX_METRICS)
    {
      HrSessionMetric metric;

      if (hr_session_read_metric (row, &metric))
        g_array_append_val (metrics, metric);
      else
        hr_session_add_damaged (self, "metric", 0, sqlite3_column_int64 (row, 0));
    }
  sqlite3_reset (row);
  if (result == SQLITE_DONE)
    return metrics;

  if (result == SQLITE_ROW)
    hr_session_fail_limit (self, "metric", error);
  else
    hr_session_fail (self, result, error);
  g_array_unref (metrics);

  return NULL;
}

/* Finds the place of the metric with @id among @metrics, which are of one source. */
gboolean
hr_session_find_number (GArray *metrics,
                        gint64  id,
                        guint  *out)
{
  guint low = 0, high = metrics->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (metrics, HrSessionMetric, middle).id < id)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == metrics->len || g_array_index (metrics, HrSessionMetric, low).id != id)
    return FALSE;
  *out = low;

  return TRUE;
}

/* Whether what was read of a metric of @kind suits a chunk of @n snapshots. */
static gboolean
column_is_sane (const Column *self,
                HrKind        kind,
                guint         n)
{
  if (self->block.n > 0 && self->block.positions[self->block.n - 1] >= n)
    return FALSE;

  return self->buckets.offsets == NULL || (self->buckets.n == self->block.n && hr_kind_is_time (kind));
}

/* Reads what @metric has in @chunk; @out stays empty if that is nothing. */
static gboolean
read_column (HrSession             *session,
             const HrPiece         *chunk,
             const HrSessionMetric *metric,
             Column                *out,
             GError               **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) samples = hr_session_read_blob (session, HR_QUERY_SAMPLES, metric->id, chunk->id, &failure);
  g_autoptr (GBytes) buckets = NULL;
  Column column = { 0 };

  if (samples != NULL)
    buckets = hr_session_read_blob (session, HR_QUERY_BUCKETS, metric->id, chunk->id, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (samples == NULL)
    return TRUE;

  if (hr_block_read (samples, HR_COLUMN_ALL, &column.block, error) &&
      (buckets == NULL || hr_block_buckets_read (buckets, &column.buckets, error)) &&
      (column_is_sane (&column, metric->info.kind, chunk->n) || hr_session_fail_damaged (session, error)))
    {
      *out = column;
      return TRUE;
    }
  column_clear (&column);

  return FALSE;
}

/* Reads what all of @metrics have in @chunk, one a column. */
static gboolean
read_columns (HrSession     *session,
              const HrPiece *chunk,
              GArray        *metrics,
              gboolean       salvage,
              GArray        *columns,
              GError       **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < metrics->len; i++)
    {
      const HrSessionMetric *metric = &g_array_index (metrics, HrSessionMetric, i);
      Column                 column = { 0 };
      GError                *failure = NULL;

      ok = read_column (session, chunk, metric, &column, &failure);
      if (!ok && salvage)
        ok = hr_session_leave_out (session, "block", metric->id, chunk->id, failure, error);
      else if (!ok)
        g_propagate_error (error, failure);
      g_array_append_val (columns, column);
    }

  return ok;
}

static GPtrArray *
read_chunk (HrSession     *session,
            const HrPiece *piece,
            GArray        *metrics,
            gboolean       salvage,
            GError       **error)
{
  g_autoptr (GArray) columns = g_array_sized_new (FALSE, FALSE, sizeof (Column), metrics->len);
  g_autofree HrSeries *series = g_new (HrSeries, metrics->len);
  g_auto (HrHeads) heads = { 0 };
  guint n = 0;

  g_array_set_clear_func (columns, column_clear);
  if (!hr_session_read_heads (session, piece, &heads, error) || !read_columns (session, piece, metrics, salvage, columns, error))
    return NULL;

  for (guint i = 0; i < metrics->len; i++)
    {
      const Column *column = &g_array_index (columns, Column, i);

      if (column->block.n > 0)
        series[n++] = (HrSeries){ i, &column->block, column->buckets.offsets != NULL ? &column->buckets : NULL };
    }

  return hr_snapshots_build (&heads, series, n);
}

/* Whether only what is a time has buckets. */
static gboolean
buckets_are_of_times (GPtrArray *snapshots,
                      GArray    *metrics)
{
  for (guint i = 0; i < snapshots->len; i++)
    {
      const HrSnapshot *snapshot = g_ptr_array_index (snapshots, i);

      for (guint k = 0; k < snapshot->n_samples; k++)
        if (snapshot->samples[k].n_buckets > 0 &&
            !hr_kind_is_time (g_array_index (metrics, HrSessionMetric, snapshot->samples[k].metric).info.kind))
          return FALSE;
    }

  return TRUE;
}

static GPtrArray *
read_batch (HrSession     *session,
            const HrPiece *piece,
            GArray        *metrics,
            GError       **error)
{
  g_autoptr (GArray) ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), metrics->len);
  g_autoptr (GPtrArray) snapshots = NULL;

  for (guint i = 0; i < metrics->len; i++)
    g_array_append_val (ids, g_array_index (metrics, HrSessionMetric, i).id);

  snapshots = hr_session_read_batch (session, piece, ids, error);
  if (snapshots == NULL)
    return NULL;
  if (ids->len == metrics->len && buckets_are_of_times (snapshots, metrics))
    return g_steal_pointer (&snapshots);

  hr_session_fail_damaged (session, error);

  return NULL;
}

/* Reads the snapshots of @piece; @metrics are its source's. With @salvage a column that is damaged is left out, and counted. On failure there is
 * nothing to close. */
gboolean
hr_piece_reader_open (HrPieceReader *self,
                      HrSession     *session,
                      const HrPiece *piece,
                      GArray        *metrics,
                      gboolean       salvage,
                      GError       **error)
{
  *self = (HrPieceReader){ .piece = *piece, .end = piece->n };
  self->snapshots = piece->is_chunk ? read_chunk (session, piece, metrics, salvage, error) : read_batch (session, piece, metrics, error);

  return self->snapshots != NULL;
}

/* Frees what was read; may be called twice. */
void
hr_piece_reader_close (HrPieceReader *self)
{
  g_clear_pointer (&self->snapshots, g_ptr_array_unref);
}

/* Returns: (transfer none) (nullable): the next snapshot that ended within @range, after its beginning; valid until @self is closed. NULL
 * when there is no more. */
HrSnapshot *
hr_piece_reader_next (HrPieceReader *self,
                      HrRange        range)
{
  while (self->next < self->end)
    {
      HrSnapshot *snapshot = g_ptr_array_index (self->snapshots, self->next++);

      if (snapshot->time_us > range.begin_us && snapshot->time_us <= range.end_us)
        return snapshot;
    }

  return NULL;
}
