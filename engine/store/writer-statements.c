/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a writer says to SQLite, and how. */

#include "engine/store/schema.h"
#include "engine/store/writer-private.h"

#include <glib/gi18n-lib.h>

static const char *const texts[HR_N_STATEMENTS] = {
  [HR_STATEMENT_ADD_RUN] =
      "INSERT INTO run (begin_us, boot, version, host) VALUES (?1, ?2, ?3, json_object ('name', ?4, 'system', ?5, 'kernel', ?6, "
      "'processor', ?7, 'processors', ?8, 'memory_mb', ?9)) RETURNING id",
  [HR_STATEMENT_COUNT_COMMIT] = "UPDATE run SET n_commits = n_commits + 1 WHERE id = ?1",
  [HR_STATEMENT_END_RUN] = "UPDATE run SET end_us = ?2 WHERE id = ?1",
  [HR_STATEMENT_ADD_SOURCE] =
      "INSERT INTO source (name, title, detail, address, origin, role, place) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
      "ON CONFLICT (name) DO UPDATE SET title = excluded.title, detail = excluded.detail, address = excluded.address, "
      "origin = excluded.origin, role = excluded.role, place = excluded.place RETURNING id",
  [HR_STATEMENT_ADD_METRIC] =
      "INSERT INTO metric (source, name, kind, unit, direction) VALUES (?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT (source, name, kind, unit) DO UPDATE SET direction = excluded.direction RETURNING id",
  [HR_STATEMENT_ADD_ALERT] =
      "INSERT INTO alert (run, number, source, budget, title, type, severity, unit, \"limit\", worst, raised_us, cleared_us) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (run, number) DO UPDATE SET title = excluded.title, "
      "severity = excluded.severity, worst = excluded.worst, cleared_us = excluded.cleared_us",
  [HR_STATEMENT_ADD_MARK] = "INSERT INTO mark (time_us, kind, source, text, n, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
  [HR_STATEMENT_ADD_CONTRACT] = "INSERT INTO contract (from_us, file, text) VALUES (?1, ?2, ?3)",
  [HR_STATEMENT_ADD_RAW] =
      "INSERT INTO raw (source, alert, begin_us, end_us, n, n_lost, data) "
      "VALUES (?1, (SELECT id FROM alert WHERE run = ?2 AND number = ?3), ?4, ?5, ?6, ?7, ?8)",
  [HR_STATEMENT_ADD_BATCH] = "INSERT INTO batch (source, run, number, n, begin_us, end_us, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
  [HR_STATEMENT_ADD_CHUNK] =
      "INSERT INTO chunk (source, run, number, n, begin_us, end_us, heads) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id",
  [HR_STATEMENT_ADD_TIER] = "INSERT INTO tier (metric, chunk, count, sum, min, max, fine, coarse) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
  [HR_STATEMENT_ADD_BLOCK] = "INSERT INTO block (metric, chunk, n, samples) VALUES (?1, ?2, ?3, ?4)",
  [HR_STATEMENT_ADD_HISTOGRAM] = "INSERT INTO histogram (metric, chunk, buckets) VALUES (?1, ?2, ?3)",
  [HR_STATEMENT_FIND_NUMBER] =
      "SELECT max (coalesce ((SELECT number + n FROM chunk WHERE source = ?1 ORDER BY number DESC LIMIT 1), 1), "
      "coalesce ((SELECT number + n FROM batch WHERE source = ?1 ORDER BY number DESC LIMIT 1), 1))",
  [HR_STATEMENT_FIND_BATCHES] = "SELECT run, number, n, data FROM batch WHERE source = ?1 ORDER BY number",
  [HR_STATEMENT_REMOVE_BATCHES] = "DELETE FROM batch WHERE source = ?1",
  [HR_STATEMENT_FIND_UNSETTLED] = "SELECT source FROM batch WHERE run <> ?1 OR ?2 ORDER BY id LIMIT 1",
  [HR_STATEMENT_ADD_RECORDING] = "INSERT INTO recording (name, begin_us, end_us) VALUES (?2, ?3, ?4) RETURNING id",
  [HR_STATEMENT_SET_RECORDING] = "UPDATE recording SET name = ?2, begin_us = ?3, end_us = ?4 WHERE id = ?1 RETURNING id",
  [HR_STATEMENT_REMOVE_RECORDING] = "DELETE FROM recording WHERE id = ?1 RETURNING id",
};

/* Sets @error by what SQLite said. Returns FALSE. */
gboolean
hr_writer_fail (HrWriter *self,
                int       result,
                GError  **error)
{
  return hr_store_fail (error, self->db, result, self->path);
}

/* Returns: (transfer none) (nullable): statement @which without values in it; NULL with @error set. */
sqlite3_stmt *
hr_writer_statement (HrWriter   *self,
                     HrStatement which,
                     GError    **error)
{
  sqlite3_stmt **statement = &self->statements[which];

  if (*statement == NULL)
    {
      int result = sqlite3_prepare_v3 (self->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);

      if (result != SQLITE_OK)
        hr_writer_fail (self, result, error);
    }
  else
    sqlite3_clear_bindings (*statement);

  return *statement;
}

/* Runs @statement for what it does alone. */
gboolean
hr_writer_run (HrWriter     *self,
               sqlite3_stmt *statement,
               GError      **error)
{
  int      result = sqlite3_step (statement);
  gboolean done = result == SQLITE_DONE || hr_writer_fail (self, result, error);

  sqlite3_reset (statement);

  return done;
}

/* Runs @statement, which answers one number. Returns it; 0 with @error set, HR_STORE_ERROR_NOT_FOUND when nothing was answered. */
gint64
hr_writer_run_for_id (HrWriter     *self,
                      sqlite3_stmt *statement,
                      GError      **error)
{
  int    result = sqlite3_step (statement);
  gint64 id = result == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;

  if (result == SQLITE_DONE)
    g_set_error_literal (error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND, _ ("There is no such thing in the session any more"));
  else if (result != SQLITE_ROW)
    hr_writer_fail (self, result, error);
  else if ((result = sqlite3_step (statement)) != SQLITE_DONE)
    {
      hr_writer_fail (self, result, error);
      id = 0;
    }
  sqlite3_reset (statement);

  return id;
}

/* Runs @sql, of one or more statements, for what it does alone. */
gboolean
hr_writer_run_sql (HrWriter   *self,
                   const char *sql,
                   GError    **error)
{
  int result = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return result == SQLITE_OK || hr_writer_fail (self, result, error);
}

/* Binds @text, which has to stay until the statement ran. @text: (nullable) */
void
hr_bind_text (sqlite3_stmt *statement,
              int           index,
              const char   *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
}

/* Binds @bytes, which have to stay until the statement ran. */
void
hr_bind_bytes (sqlite3_stmt *statement,
               int           index,
               GBytes       *bytes)
{
  sqlite3_bind_blob64 (statement, index, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), SQLITE_STATIC);
}
