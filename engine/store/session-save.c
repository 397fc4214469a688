/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A stretch of a session as a file of its own. What lies wholly within it is copied as it stands, each blob checked; what lies across its borders, or
 * is to be salvaged, is read to snapshots, and those that belong to it are written anew, tiers and all. The file is made under
 * another name and only takes its own when it is whole. */

#include "engine/store/session-save.h"
#include "engine/store/session-pieces.h"

#include "engine/store/blob.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Chunks from one commit to the next: what the log of the new file may grow by. */
#define COMMIT_EVERY 256

/* What there is of a row that is to be copied, and where it goes. */
static const struct
{
  const char *select; /* by metric and chunk; of a chunk by its id alone */
  const char *insert; /* behind the number of the new chunk */
} parts[HR_SAVE_N_PARTS] = {
  { "SELECT source, run, number, n, begin_us, end_us, heads FROM chunk WHERE id = ?1",
    "INSERT INTO chunk (id, source, run, number, n, begin_us, end_us, heads) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)" },
  { "SELECT metric, count, sum, min, max, fine, coarse FROM tier WHERE metric = ?1 AND chunk = ?2",
    "INSERT INTO tier (chunk, metric, count, sum, min, max, fine, coarse) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)" },
  { "SELECT metric, n, samples FROM block WHERE metric = ?1 AND chunk = ?2",
    "INSERT INTO block (chunk, metric, n, samples) VALUES (?1, ?2, ?3, ?4)" },
  { "SELECT metric, buckets FROM histogram WHERE metric = ?1 AND chunk = ?2",
    "INSERT INTO histogram (chunk, metric, buckets) VALUES (?1, ?2, ?3)" },
};

static gboolean
overlaps (const HrSave *self,
          gint64        begin_us,
          gint64        end_us)
{
  return end_us > self->range.begin_us && begin_us <= self->range.end_us;
}

static gboolean
is_within (const HrSave *self,
           gint64        begin_us,
           gint64        end_us)
{
  return begin_us >= self->range.begin_us && end_us <= self->range.end_us;
}

/* Binds the columns of @row to @insertion, from parameter @first on, as they are; blobs have to be what their checksums say. */
gboolean
hr_save_bind (HrSave       *self,
              sqlite3_stmt *row,
              sqlite3_stmt *insertion,
              int           first,
              GError      **error)
{
  for (int i = 0; i < sqlite3_column_count (row); i++)
    {
      if (sqlite3_column_type (row, i) == SQLITE_BLOB)
        {
          g_autoptr (GBytes) bytes = g_bytes_new_static (sqlite3_column_blob (row, i), (gsize) sqlite3_column_bytes (row, i));
          HrReader in;

          if (!hr_blob_open (bytes, &in, error))
            return FALSE;
        }
      sqlite3_bind_value (insertion, first + i, sqlite3_column_value (row, i));
    }

  return TRUE;
}

/* Runs @insertion once. */
gboolean
hr_save_insert (HrSave       *self,
                sqlite3_stmt *insertion,
                GError      **error)
{
  int result = sqlite3_step (insertion);

  sqlite3_reset (insertion);

  return result == SQLITE_DONE || hr_writer_fail (self->writer, result, error);
}

/* Copies a part of a chunk, if there is one. */
static gboolean
copy_part (HrSave  *self,
           guint    part,
           gint64   metric,
           gint64   chunk,
           GError **error)
{
  sqlite3_stmt *row = self->selects[part], *insertion = self->inserts[part];
  gboolean      ok = TRUE;
  int           result;

  sqlite3_bind_int64 (row, 1, part == HR_SAVE_CHUNK ? chunk : metric);
  if (part != HR_SAVE_CHUNK)
    sqlite3_bind_int64 (row, 2, chunk);
  result = sqlite3_step (row);
  if (result == SQLITE_ROW)
    {
      sqlite3_bind_int64 (insertion, 1, self->next_chunk);
      ok = hr_save_bind (self, row, insertion, 2, error) && hr_save_insert (self, insertion, error);
    }
  else if (result != SQLITE_DONE)
    ok = hr_session_fail (self->session, result, error);
  sqlite3_reset (row);

  return ok;
}

/* Copies a chunk with all that its metrics have in it. The writer has to look anew how far the source's numbers go then. */
static gboolean
copy_chunk (HrSave        *self,
            gint64         source,
            const HrPiece *piece,
            GArray        *metrics,
            GError       **error)
{
  gboolean ok = copy_part (self, HR_SAVE_CHUNK, 0, piece->id, error);

  for (guint i = 0; ok && i < metrics->len; i++)
    for (guint part = HR_SAVE_CHUNK + 1; ok && part < HR_SAVE_N_PARTS; part++)
      ok = copy_part (self, part, g_array_index (metrics, HrSessionMetric, i).id, piece->id, error);
  self->next_chunk++;
  g_hash_table_remove (self->writer->sources, &source);

  return ok;
}

/* Finds the number that the next copied chunk gets. */
static gboolean
find_next_chunk (HrSave  *self,
                 GError **error)
{
  sqlite3_stmt *last = self->last_chunk;
  int           result = sqlite3_step (last);

  if (result == SQLITE_ROW)
    self->next_chunk = sqlite3_column_int64 (last, 0) + 1;
  sqlite3_reset (last);

  return result == SQLITE_ROW || hr_writer_fail (self->writer, result, error);
}

/* Writes those snapshots of @piece anew that belong to the stretch. */
static gboolean
rewrite (HrSave        *self,
         gint64         source,
         const HrPiece *piece,
         GArray        *metrics,
         GError       **error)
{
  g_autoptr (GPtrArray) snapshots = g_ptr_array_new ();
  g_autofree gint64 *ids = g_new (gint64, metrics->len);
  HrPieceReader      reader;
  HrSnapshot        *snapshot;
  gboolean           ok;

  if (!hr_piece_reader_open (&reader, self->session, piece, metrics, self->salvage, error))
    return FALSE;

  for (guint i = 0; i < metrics->len; i++)
    ids[i] = g_array_index (metrics, HrSessionMetric, i).id;
  while ((snapshot = hr_piece_reader_next (&reader, self->range)) != NULL)
    g_ptr_array_add (snapshots, snapshot);
  self->writer->run = piece->run;
  ok = snapshots->len == 0 ||
       hr_writer_add_snapshots (self->writer, source, (HrSnapshot *const *) snapshots->pdata, snapshots->len, ids, error);
  self->writer->run = 0;
  hr_piece_reader_close (&reader);

  /* It may have become chunks. */
  return ok && find_next_chunk (self, error);
}

/* Takes over a chunk or batch. What is salvaged is always written anew, so that nothing is in the new file that cannot be read. */
static gboolean
take_piece (HrSave        *self,
            gint64         source,
            const HrPiece *piece,
            GArray        *metrics,
            GError       **error)
{
  GError *failure = NULL;

  if (piece->is_chunk && !self->salvage && is_within (self, piece->begin_us, piece->end_us))
    return copy_chunk (self, source, piece, metrics, error);
  if (rewrite (self, source, piece, metrics, &failure))
    return TRUE;
  if (self->salvage)
    return hr_session_leave_out (self->session, piece->is_chunk ? "chunk" : "batch", 0, piece->id, failure, error);
  g_propagate_error (error, failure);

  return FALSE;
}

static gboolean
tell_progress (HrSave  *self,
               GError **error)
{
  double share = self->n_all > 0 ? MIN (1.0, (double) self->n_done / (double) self->n_all) : 1.0;

  if (self->progress == NULL || self->progress (share, self->user_data))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Given up"));

  return FALSE;
}

/* A row of chunk or batch; @user_data says whether it is one of chunk. */
static gboolean
take_piece_cb (HrSession    *session,
               sqlite3_stmt *row,
               gpointer      user_data,
               GError      **error)
{
  HrSavePieces *pieces = user_data;
  HrSave       *self = pieces->save;
  gint64        source = sqlite3_column_int64 (row, 6);
  GArray       *metrics = g_hash_table_lookup (self->metrics, &source);
  HrPiece       piece;

  hr_piece_read (&piece, row, pieces->are_chunks);
  if (metrics == NULL || piece.n == 0)
    {
      if (!self->salvage)
        return hr_session_fail_damaged (session, error);
      hr_session_add_damaged (session, pieces->are_chunks ? "chunk" : "batch", 0, piece.id);
      return TRUE;
    }

  self->n_done += piece.n;
  if (!overlaps (self, piece.begin_us, piece.end_us))
    return TRUE;
  if (!take_piece (self, source, &piece, metrics, error))
    return FALSE;
  if (++self->n_uncommitted >= COMMIT_EVERY)
    {
      self->n_uncommitted = 0;
      if (!hr_writer_commit (self->writer, error) || !hr_writer_begin (self->writer, error))
        return FALSE;
    }

  return tell_progress (self, error);
}

/* Copies all chunks and batches of the stretch. */
gboolean
hr_save_take_pieces (HrSave  *self,
                     GError **error)
{
  static const char columns[] = "run, number, n, begin_us, end_us, source";
  HrSavePieces      chunks = { self, TRUE }, batches = { self, FALSE };
  gboolean          ok = TRUE;

  for (guint i = 0; ok && i < HR_SAVE_N_PARTS; i++)
    {
      self->selects[i] = hr_store_prepare (self->session->db, parts[i].select, error);
      self->inserts[i] = self->selects[i] != NULL ? hr_store_prepare (self->writer->db, parts[i].insert, error) : NULL;
      ok = self->inserts[i] != NULL;
    }
  self->last_chunk = ok ? hr_store_prepare (self->writer->db, "SELECT coalesce (max (id), 0) FROM chunk", error) : NULL;
  ok = self->last_chunk != NULL && find_next_chunk (self, error) &&
       hr_session_scan (self->session, "chunk", columns, !self->salvage, take_piece_cb, &chunks, error) &&
       hr_session_scan (self->session, "batch", columns, !self->salvage, take_piece_cb, &batches, error);

  for (guint i = 0; i < HR_SAVE_N_PARTS; i++)
    {
      sqlite3_finalize (self->selects[i]);
      sqlite3_finalize (self->inserts[i]);
    }
  sqlite3_finalize (self->last_chunk);

  return ok;
}
