/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Opening a session file and asking it. Its tables must be the ones that this version makes, so that none of them is computed by SQL of
 * somebody else's. */

#include "engine/store/session-private.h"

#include "engine/store/words.h"

#include <glib/gi18n-lib.h>

/* No blob of ours comes near it, nor does a text. */
#define MAX_VALUE_BYTES (64 << 20)

/* How many ids are tried one by one behind a damaged row, before larger steps are made. */
#define SINGLE_STEPS 4096

static const char *const queries[HR_N_QUERIES] = {
  [HR_QUERY_BEGIN] = "BEGIN",
  [HR_QUERY_END] = "COMMIT",
  [HR_QUERY_DATA_VERSION] = "PRAGMA data_version",
  [HR_QUERY_CHUNKS] = "SELECT id, begin_us, end_us FROM chunk WHERE source = ?1 AND end_us > ?2 AND begin_us <= ?3 ORDER BY end_us, begin_us",
  [HR_QUERY_CHUNK] = "SELECT id, run, number, n, begin_us, end_us FROM chunk WHERE id = ?1",
  [HR_QUERY_HEADS] = "SELECT heads FROM chunk WHERE id = ?1",
  [HR_QUERY_CHUNK_FROM] = "SELECT id, run, number, n, begin_us, end_us FROM chunk WHERE source = ?1 AND number >= ?2 ORDER BY number LIMIT 1",
  [HR_QUERY_CHUNK_UNTIL] = "SELECT id, run, number, n, begin_us, end_us FROM chunk WHERE source = ?1 AND number <= ?2 ORDER BY number DESC LIMIT 1",
  [HR_QUERY_BATCHES] = "SELECT id, run, number, n, begin_us, end_us FROM batch WHERE source = ?1 ORDER BY number",
  [HR_QUERY_BATCH] = "SELECT data FROM batch WHERE id = ?1",
  [HR_QUERY_BATCH_FROM] = "SELECT id, run, number, n, begin_us, end_us FROM batch WHERE source = ?1 AND number >= ?2 ORDER BY number LIMIT 1",
  [HR_QUERY_BATCH_UNTIL] = "SELECT id, run, number, n, begin_us, end_us FROM batch WHERE source = ?1 AND number <= ?2 ORDER BY number DESC LIMIT 1",
  [HR_QUERY_TOTALS] = "SELECT count, sum, min, max FROM tier WHERE metric = ?1 AND chunk = ?2",
  [HR_QUERY_COARSE] = "SELECT coarse FROM tier WHERE metric = ?1 AND chunk = ?2",
  [HR_QUERY_FINE] = "SELECT fine FROM tier WHERE metric = ?1 AND chunk = ?2",
  [HR_QUERY_SAMPLES] = "SELECT samples FROM block WHERE metric = ?1 AND chunk = ?2",
  [HR_QUERY_BUCKETS] = "SELECT buckets FROM histogram WHERE metric = ?1 AND chunk = ?2",
  [HR_QUERY_SOURCE_OF] = "SELECT source, kind FROM metric WHERE id = ?1",
  [HR_QUERY_METRICS] = "SELECT id, source, name, kind, unit, direction FROM metric WHERE source = ?1 ORDER BY id",
  [HR_QUERY_SPAN] = "SELECT min(begin_us), max(end_us) FROM (SELECT begin_us, end_us FROM chunk WHERE source = ?1"
                    " UNION ALL SELECT begin_us, end_us FROM batch WHERE source = ?1)",
  [HR_QUERY_ALERTS] = "SELECT id, type, severity, unit, source, budget, title, \"limit\", worst, raised_us, cleared_us FROM alert"
                      " WHERE raised_us <= ?2 AND (cleared_us IS NULL OR cleared_us >= ?1) ORDER BY raised_us, id",
  [HR_QUERY_MARKS] = "SELECT id, kind, time_us, source, text, n, value FROM mark WHERE time_us >= ?1 AND time_us <= ?2 ORDER BY time_us, id",
  [HR_QUERY_RAW] = "SELECT id, alert, begin_us, end_us, n, n_lost, data FROM raw WHERE source = ?1 AND end_us >= ?2 AND begin_us <= ?3"
                   " ORDER BY begin_us, id",
};

/* Sets @error by what SQLite answered. Returns FALSE. */
gboolean
hr_session_fail (HrSession *self,
                 int        result,
                 GError   **error)
{
  return hr_store_fail (error, self->db, result, self->path);
}

/* Sets @error: something in the file is not what its checksum or its place says. Returns FALSE. */
gboolean
hr_session_fail_damaged (HrSession *self,
                         GError   **error)
{
  return hr_store_fail (error, self->db, SQLITE_CORRUPT, self->path);
}

/* Returns: (transfer none) (nullable): the compiled @query, ready for its parameters; NULL with @error set */
sqlite3_stmt *
hr_session_query (HrSession *self,
                  HrQuery    query,
                  GError   **error)
{
  sqlite3_stmt **statement = &self->statements[query];

  if (*statement == NULL)
    *statement = hr_store_prepare (self->db, queries[query], error);
  else
    sqlite3_reset (*statement);

  return *statement;
}

/* From here to hr_session_end () the file stands still, whoever writes it. */
gboolean
hr_session_begin (HrSession *self,
                  GError   **error)
{
  sqlite3_stmt *begin = hr_session_query (self, HR_QUERY_BEGIN, error);
  int           result = begin != NULL ? sqlite3_step (begin) : SQLITE_ERROR;

  if (begin != NULL)
    sqlite3_reset (begin);

  return result == SQLITE_DONE || (begin != NULL && hr_session_fail (self, result, error));
}

/* Lets go of what hr_session_begin () holds. */
void
hr_session_end (HrSession *self)
{
  sqlite3_stmt *end;

  for (guint i = 0; i < HR_N_QUERIES; i++)
    if (self->statements[i] != NULL)
      sqlite3_reset (self->statements[i]);

  end = hr_session_query (self, HR_QUERY_END, NULL);
  if (end != NULL)
    {
      sqlite3_step (end);
      sqlite3_reset (end);
    }
}

/* Takes down that row @id of @table, of @metric unless that is 0, is damaged and left out: once, however often it is met. */
void
hr_session_add_damaged (HrSession  *self,
                        const char *table,
                        gint64      metric,
                        gint64      id)
{
  g_hash_table_add (self->damaged, g_strdup_printf ("%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, table, metric, id));
}

/* Returns: (transfer full) (nullable): what stands in @column, as text that is valid; NULL for none, or one that is too long to be ours. */
char *
hr_session_column_text (sqlite3_stmt *statement,
                        int           column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);
  int         length = sqlite3_column_bytes (statement, column);

  if (text == NULL || length > HR_SESSION_TEXT_MAX)
    return NULL;

  return g_utf8_make_valid (text, -1);
}

/* Returns: (transfer full): a copy of the blob in @column; empty for none. */
GBytes *
hr_session_column_bytes (sqlite3_stmt *statement,
                         int           column)
{
  const void *data = sqlite3_column_blob (statement, column);
  int         size = sqlite3_column_bytes (statement, column);

  return g_bytes_new (data, data != NULL ? (gsize) size : 0);
}

/* Whether @result is of something that other rows may be free of. */
static gboolean
is_damage (int result)
{
  return (result & 0xff) == SQLITE_CORRUPT || (result & 0xff) == SQLITE_IOERR;
}

/* Hands each row of @table that can be read to @func, by ids from 0 on; @columns stand behind the id. Unless @strict, a damaged stretch of rows is
 * stepped over and counted once. Returns FALSE with @error set, also when @func did. */
gboolean
hr_session_scan (HrSession  *self,
                 const char *table,
                 const char *columns,
                 gboolean    strict,
                 HrRowFunc   func,
                 gpointer    user_data,
                 GError    **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT id, %s FROM %s WHERE id >= ?1 ORDER BY id", columns, table);
  sqlite3_stmt    *row = hr_store_prepare (self->db, sql, error);
  gint64           next = 0, step = 1;
  guint            n_misses = 0;
  gboolean         done = FALSE, ok = row != NULL;

  if (ok)
    sqlite3_bind_int64 (row, 1, next);
  while (ok && !done)
    {
      int result = sqlite3_step (row);

      if (result == SQLITE_ROW)
        {
          next = sqlite3_column_int64 (row, 0);
          ok = func (self, row, user_data, error);
          n_misses = 0;
          step = 1;
        }
      else if (result == SQLITE_DONE)
        done = TRUE;
      else if (is_damage (result) && !strict)
        {
          if (n_misses++ == 0)
            hr_session_add_damaged (self, table, 0, next + 1);
          step = n_misses > SINGLE_STEPS ? step * 2 : 1;
          done = next > G_MAXINT64 / 2 || step > G_MAXINT64 / 4;
          next += step;
          sqlite3_reset (row);
          sqlite3_bind_int64 (row, 1, next);
        }
      else
        ok = hr_session_fail (self, result, error);
    }
  sqlite3_finalize (row);

  return ok;
}

/* Turns @range 0, 0 into all there is of @source, and bounds any other, so that nobody has to think of overflows. */
gboolean
hr_session_resolve (HrSession *self,
                    gint64     source,
                    HrRange   *range,
                    GError   **error)
{
  sqlite3_stmt *span;
  int           result;

  if (range->begin_us == 0 && range->end_us == 0)
    {
      span = hr_session_query (self, HR_QUERY_SPAN, error);
      if (span == NULL)
        return FALSE;
      sqlite3_bind_int64 (span, 1, source);
      result = sqlite3_step (span);
      if (result == SQLITE_ROW)
        *range = (HrRange){ sqlite3_column_int64 (span, 0), sqlite3_column_int64 (span, 1) };
      sqlite3_reset (span);
      if (result != SQLITE_ROW)
        return hr_session_fail (self, result, error);
      /* What took no time at the very beginning belongs to it too. */
      range->begin_us = CLAMP (range->begin_us, -HR_SESSION_TIME_MAX, HR_SESSION_TIME_MAX) - 1;
    }
  range->begin_us = CLAMP (range->begin_us, -HR_SESSION_TIME_MAX - 1, HR_SESSION_TIME_MAX);
  range->end_us = CLAMP (range->end_us, range->begin_us, HR_SESSION_TIME_MAX);

  return TRUE;
}

/* Finds whose @metric is, and unless @out_kind is NULL what kind. */
gboolean
hr_session_find_metric (HrSession *self,
                        gint64     metric,
                        gint64    *out_source,
                        HrKind    *out_kind,
                        GError   **error)
{
  g_autofree char *name = g_path_get_basename (self->path);
  sqlite3_stmt    *row = hr_session_query (self, HR_QUERY_SOURCE_OF, error);
  guint            kind = HR_KIND_GAUGE;
  int              result;

  if (row == NULL)
    return FALSE;

  sqlite3_bind_int64 (row, 1, metric);
  result = sqlite3_step (row);
  if (result == SQLITE_ROW)
    {
      *out_source = sqlite3_column_int64 (row, 0);
      hr_store_find_word (HR_WORDS_KIND, (const char *) sqlite3_column_text (row, 1), &kind);
      if (out_kind != NULL)
        *out_kind = (HrKind) kind;
    }
  sqlite3_reset (row);

  if (result == SQLITE_DONE)
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND, _ ("“%s” has no metric with that number"), name);
  else if (result != SQLITE_ROW)
    hr_session_fail (self, result, error);

  return result == SQLITE_ROW;
}

/* Whether @db has each table and index of @model, made by the same words. */
static gboolean
has_tables_of (sqlite3 *db,
               sqlite3 *model,
               GError **error)
{
  sqlite3_stmt *expected = hr_store_prepare (model, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL", error);
  sqlite3_stmt *found = hr_store_prepare (db, "SELECT sql FROM sqlite_schema WHERE type = ?1 AND name = ?2", error);
  gboolean      same = expected != NULL && found != NULL;

  while (same && sqlite3_step (expected) == SQLITE_ROW)
    {
      sqlite3_reset (found);
      sqlite3_bind_value (found, 1, sqlite3_column_value (expected, 0));
      sqlite3_bind_value (found, 2, sqlite3_column_value (expected, 1));
      same = sqlite3_step (found) == SQLITE_ROW &&
             g_strcmp0 ((const char *) sqlite3_column_text (found, 0), (const char *) sqlite3_column_text (expected, 2)) == 0;
    }
  sqlite3_finalize (expected);
  sqlite3_finalize (found);

  return same;
}

/* Whether the file's tables are a session's. */
static gboolean
check_tables (HrSession *self,
              GError   **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *name = g_path_get_basename (self->path);
  sqlite3         *model = hr_store_open_to_write (":memory:", error);
  gboolean         same;

  if (model == NULL)
    return FALSE;

  same = has_tables_of (self->db, model, &failure);
  sqlite3_close (model);
  if (!same && failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (!same)
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_FOREIGN, _ ("“%s” is no session file: its tables are others"), name);

  return same;
}

/* Opens the session file @path, which may be in the middle of being written. What is damaged of its small tables is left out, and counted.
 * Returns: (transfer full) (nullable): NULL with @error set, of HR_STORE_ERROR */
HrSession *
hr_session_open (const char *path,
                 GError    **error)
{
  g_autoptr (HrSession) self = g_new0 (HrSession, 1);

  self->path = g_strdup (path);
  self->damaged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  hr_session_init_tables (self);
  hr_session_init_caches (self);
  self->db = hr_store_open_to_read (path, error);
  if (self->db == NULL)
    return NULL;

  sqlite3_limit (self->db, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
  if (!hr_store_run (self->db, "PRAGMA cell_size_check = ON", error) || !check_tables (self, error) || !hr_session_refresh (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* Frees @self and closes its file. NULL is accepted. */
void
hr_session_close (HrSession *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < HR_N_QUERIES; i++)
    sqlite3_finalize (self->statements[i]);
  sqlite3_close (self->db);
  hr_session_clear_caches (self);
  hr_session_clear_tables (self);
  g_hash_table_unref (self->damaged);
  g_free (self->path);
  g_free (self);
}

/* Returns: (transfer none): what was opened. */
const char *
hr_session_get_path (HrSession *self)
{
  return self->path;
}

/* Returns how many rows were left out so far because they, or the blobs in them, are damaged. */
guint
hr_session_get_n_damaged (HrSession *self)
{
  return g_hash_table_size (self->damaged);
}
