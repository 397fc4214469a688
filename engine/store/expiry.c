/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Letting go of what is too old, or too much. Chunks and batches go whole, oldest first; whatever else happened goes when it is older than all that
 * was measured and stays. What lies in a recording stays, and so does the contract that was in force when the oldest of what stays was
 * measured. The file shrinks: the pages that became free are given back from its end. */

#include "engine/store/schema.h"
#include "engine/store/writer-private.h"

/* What one call does at most: chunks and batches removed by age, the same by size in steps of so many, and pages given back. */
#define MAX_REMOVED 64
#define STEP_REMOVED 4
#define MAX_PAGES 2048

/* Free pages that stay for what is written next: batches come and go all the time. */
#define SPARE_PAGES 64

#define FOREVER "9223372036854775807"

/* By columns that recordings do not have, or with their table: in the parentheses a name is first the recording's. */
#define IN_RECORDING(begin, end) \
  "EXISTS (SELECT 1 FROM recording WHERE recording.begin_us <= " end " AND coalesce (recording.end_us, " FOREVER ") >= " begin ")"

/* All that was measured. */
#define MEASURED "(SELECT id, source, 1 AS whole, begin_us AS since_us, end_us AS until_us FROM chunk UNION ALL SELECT id, source, 0, begin_us, end_us FROM batch)"

/* What goes next, oldest first, of what ended before a time. */
#define CHOOSE                                                                                                 \
  "CREATE TEMP TABLE IF NOT EXISTS going (id INTEGER, source INTEGER, whole INTEGER); DELETE FROM temp.going;" \
  "INSERT INTO temp.going SELECT id, source, whole FROM " MEASURED " WHERE until_us < %" G_GINT64_FORMAT " AND NOT " IN_RECORDING ("since_us", "until_us") " ORDER BY until_us LIMIT %d"

/* A chunk with all that hangs on it. */
static const char remove_chosen[] =
    "DELETE FROM tier WHERE (metric, chunk) IN (SELECT metric.id, going.id FROM temp.going JOIN metric USING (source) WHERE going.whole);"
    "DELETE FROM block WHERE (metric, chunk) IN (SELECT metric.id, going.id FROM temp.going JOIN metric USING (source) WHERE going.whole);"
    "DELETE FROM histogram WHERE (metric, chunk) IN (SELECT metric.id, going.id FROM temp.going JOIN metric USING (source) WHERE going.whole);"
    "DELETE FROM chunk WHERE id IN (SELECT id FROM temp.going WHERE going.whole);"
    "DELETE FROM batch WHERE id IN (SELECT id FROM temp.going WHERE NOT going.whole);";

/* Writes the number that @sql answers to @out. */
static gboolean
ask (HrWriter   *self,
     const char *sql,
     gint64     *out,
     GError    **error)
{
  sqlite3_stmt *statement = hr_store_prepare (self->db, sql, error);
  int           result;

  if (statement == NULL)
    return FALSE;

  result = sqlite3_step (statement);
  if (result != SQLITE_ROW)
    {
      sqlite3_finalize (statement);
      hr_writer_fail (self, result, error);
      return FALSE;
    }

  *out = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);

  return TRUE;
}

/* Removes the oldest of what ended before @before_us; @out_n gets how many chunks and batches. */
static gboolean
remove_measured (HrWriter *self,
                 gint64    before_us,
                 int       max,
                 gint64   *out_n,
                 GError  **error)
{
  g_autofree char *choose = g_strdup_printf (CHOOSE, before_us, max);

  return hr_writer_run_sql (self, choose, error) && ask (self, "SELECT count(*) FROM temp.going", out_n, error) &&
         (*out_n == 0 || hr_writer_run_sql (self, remove_chosen, error));
}

/* Removes what happened before @before_us and outside of recordings. */
static gboolean
remove_events (HrWriter *self,
               gint64    before_us,
               GError  **error)
{
  g_autofree char *sql =
      g_strdup_printf ("DELETE FROM raw WHERE end_us < %1$" G_GINT64_FORMAT " AND NOT " IN_RECORDING ("raw.begin_us", "raw.end_us") ";"
                                                                                                                                    "DELETE FROM mark WHERE time_us < %1$" G_GINT64_FORMAT " AND NOT " IN_RECORDING ("time_us", "time_us") ";"
                                                                                                                                                                                                                                           "DELETE FROM alert WHERE cleared_us < %1$" G_GINT64_FORMAT " AND NOT " IN_RECORDING ("raised_us", "cleared_us") " AND id NOT IN (SELECT alert FROM raw WHERE alert IS NOT NULL);"
                                                                                                                                                                                                                                                                                                                                                           "DELETE FROM alert WHERE cleared_us IS NULL AND raised_us < %1$" G_GINT64_FORMAT " AND run <> %2$" G_GINT64_FORMAT
                                                                                                                                                                                                                                                                                                                                                           " AND NOT " IN_RECORDING ("raised_us", "raised_us") " AND id NOT IN (SELECT alert FROM raw WHERE alert IS NOT NULL)",
                       before_us, self->run);

  return hr_writer_run_sql (self, sql, error);
}

/* Removes what nothing that is left speaks of. What this run was told of stays: it may be spoken of any moment. */
static gboolean
remove_unused (HrWriter *self,
               GError  **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  GHashTableIter iter;
  gpointer       source;

  g_string_printf (sql,
                   "DELETE FROM contract WHERE id < (SELECT max (id) FROM contract WHERE from_us <= (SELECT min (since_us) FROM " MEASURED "));"
                   "DELETE FROM run WHERE id <> %" G_GINT64_FORMAT " AND id NOT IN (SELECT run FROM chunk UNION SELECT run FROM batch UNION SELECT run FROM alert);"
                   "DELETE FROM source WHERE id NOT IN (SELECT source FROM chunk UNION SELECT source FROM batch UNION SELECT source FROM raw) AND id NOT IN (0",
                   self->run);
  g_hash_table_iter_init (&iter, self->told);
  while (g_hash_table_iter_next (&iter, &source, NULL))
    g_string_append_printf (sql, ", %" G_GINT64_FORMAT, *(gint64 *) source);
  g_string_append (sql, "); DELETE FROM metric WHERE source NOT IN (SELECT id FROM source)");

  return hr_writer_run_sql (self, sql->str, error);
}

/* Whether what the file is made of, free pages aside, is more than @max_bytes. */
static gboolean
is_too_much (HrWriter *self,
             guint64   max_bytes,
             gboolean *out,
             GError  **error)
{
  gint64 n_pages, n_free, page_bytes;

  if (!ask (self, "PRAGMA page_count", &n_pages, error) || !ask (self, "PRAGMA freelist_count", &n_free, error) ||
      !ask (self, "PRAGMA page_size", &page_bytes, error))
    return FALSE;
  *out = max_bytes != 0 && (guint64) ((n_pages - n_free) * page_bytes) > max_bytes;

  return TRUE;
}

/* Removes the oldest until the file is within @max_bytes, or enough was done for once. */
static gboolean
remove_beyond (HrWriter *self,
               guint64   max_bytes,
               gint64   *out_n,
               GError  **error)
{
  gboolean too_much = TRUE;
  gint64   n = 1;

  *out_n = 0;
  while (n > 0 && *out_n < MAX_REMOVED)
    {
      if (!is_too_much (self, max_bytes, &too_much, error))
        return FALSE;
      if (!too_much)
        return TRUE;
      if (!remove_measured (self, G_MAXINT64, STEP_REMOVED, &n, error))
        return FALSE;
      *out_n += n;
    }

  return TRUE;
}

/* Gives free pages back to the disk. */
static gboolean
shrink (HrWriter *self,
        gboolean *out_more,
        GError  **error)
{
  g_autofree char *sql = NULL;
  gint64           n_free;

  if (!ask (self, "PRAGMA freelist_count", &n_free, error))
    return FALSE;
  if (n_free <= SPARE_PAGES)
    return TRUE;

  *out_more = *out_more || n_free - SPARE_PAGES > MAX_PAGES;
  sql = g_strdup_printf ("PRAGMA incremental_vacuum (%d)", (int) MIN (n_free - SPARE_PAGES, MAX_PAGES));

  return hr_writer_run_sql (self, sql, error);
}

static gboolean
expire (HrWriter *self,
        gint64    before_us,
        guint64   max_bytes,
        gboolean *out_more,
        GError  **error)
{
  gint64 n_old, n_beyond, oldest_us;

  if (!remove_measured (self, before_us, MAX_REMOVED, &n_old, error) || !remove_beyond (self, max_bytes, &n_beyond, error) ||
      !ask (self, "SELECT coalesce (min (since_us), 0) FROM " MEASURED " WHERE NOT " IN_RECORDING ("since_us", "until_us"), &oldest_us, error))
    return FALSE;

  *out_more = n_old == MAX_REMOVED || n_beyond >= MAX_REMOVED;

  return remove_events (self, n_beyond > 0 ? MAX (before_us, oldest_us) : before_us, error) &&
         (n_old + n_beyond == 0 || remove_unused (self, error)) && shrink (self, out_more, error);
}

/* Lets go of what ended before @before_us (UTC), and of the oldest beyond @max_bytes (0: no bound; the log stands beside that), but for what lies in
 * recordings; a piece at a time, as @out_more says. */
gboolean
hr_writer_expire (HrWriter *self,
                  gint64    before_us,
                  guint64   max_bytes,
                  gboolean *out_more,
                  GError  **error)
{
  return hr_writer_end (self, hr_writer_begin (self, error) && expire (self, before_us, max_bytes, out_more, error));
}
