/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a saved stretch has beside its samples: the rows of the small tables that have to do with it, under the ids that they have. */

#include "engine/store/session-save.h"

#include <string.h>

/* What of a row has to be in the stretch. */
typedef enum
{
  KEEP_KNOWN,    /* it, as a source */
  KEEP_OF_KNOWN, /* the source in its first column behind the id */
  KEEP_OVERLAP,  /* some of the time between the first two */
  KEEP_WITHIN    /* all of it */
} Keep;

typedef struct
{
  const char *name;
  const char *columns;
  Keep        keep;
} Table;

static const Table tables[] = {
  { "run", "begin_us, end_us, n_commits, boot, version, host", KEEP_OVERLAP },
  { "source", "name, title, detail, address, origin, role, place", KEEP_KNOWN },
  { "metric", "source, name, kind, unit, direction", KEEP_OF_KNOWN },
  { "recording", "begin_us, end_us, name", KEEP_WITHIN },
  { "alert", "raised_us, cleared_us, run, number, source, budget, title, type, severity, unit, \"limit\", worst", KEEP_OVERLAP },
  { "mark", "time_us, kind, source, text, n, value", KEEP_WITHIN },
  { "raw", "begin_us, end_us, source, alert, n, n_lost, data", KEEP_OVERLAP },
};

/* A table that is being copied. */
typedef struct
{
  HrSave       *save;
  const Table  *table;
  sqlite3_stmt *insertion;
} Copy;

static gboolean
is_known (const HrSave *save,
          gint64        source)
{
  return g_hash_table_contains (save->metrics, &source);
}

/* Whether the stretch has something of @row. What has no end goes on to the end of all. */
static gboolean
is_kept (const Copy   *self,
         sqlite3_stmt *row)
{
  const HrRange *range = &self->save->range;
  gint64         first = sqlite3_column_int64 (row, 1), second = sqlite3_column_int64 (row, 2);

  if (sqlite3_column_type (row, 2) == SQLITE_NULL)
    second = G_MAXINT64;
  switch (self->table->keep)
    {
    case KEEP_KNOWN:
      return is_known (self->save, sqlite3_column_int64 (row, 0));
    case KEEP_OF_KNOWN:
      return is_known (self->save, first);
    case KEEP_OVERLAP:
      return first <= range->end_us && second >= range->begin_us;
    case KEEP_WITHIN:
    default:
      /* Marks are of one moment. */
      return first >= range->begin_us && (g_str_equal (self->table->name, "mark") ? first : second) <= range->end_us;
    }
}

static gboolean
copy_row_cb (HrSession    *session,
             sqlite3_stmt *row,
             gpointer      user_data,
             GError      **error)
{
  Copy   *self = user_data;
  GError *failure = NULL;

  if (!is_kept (self, row))
    return TRUE;

  if (!hr_save_bind (self->save, row, self->insertion, 1, &failure))
    {
      if (self->save->salvage)
        return hr_session_leave_out (session, self->table->name, 0, sqlite3_column_int64 (row, 0), failure, error);
      g_propagate_error (error, failure);
      return FALSE;
    }
  /* Nobody goes on writing a copy. */
  if (g_str_equal (self->table->name, "run") && sqlite3_column_type (row, 2) == SQLITE_NULL)
    sqlite3_bind_int64 (self->insertion, 3, self->save->extent.end_us);

  return hr_save_insert (self->save, self->insertion, error);
}

static gboolean
copy_table (HrSave      *save,
            const Table *table,
            GError     **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  Copy     copy = { save, table, NULL };
  guint    n = 1;
  gboolean ok;

  g_string_printf (sql, "INSERT INTO %s (id, %s) VALUES (?1", table->name, table->columns);
  for (const char *at = table->columns; at != NULL; at = strchr (at + 1, ','))
    g_string_append_printf (sql, ", ?%u", ++n);
  g_string_append_c (sql, ')');

  copy.insertion = hr_store_prepare (save->writer->db, sql->str, error);
  ok = copy.insertion != NULL && hr_session_scan (save->session, table->name, table->columns, !save->salvage, copy_row_cb, &copy, error);
  sqlite3_finalize (copy.insertion);

  return ok;
}

/* Copies the contracts that were in force at some time in the stretch. */
static gboolean
copy_contracts (HrSave  *save,
                GError **error)
{
  guint    n = hr_session_get_n_contracts (save->session);
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < n; i++)
    {
      const HrSessionContract *contract = hr_session_get_contract (save->session, i);
      gint64                   until_us = i + 1 < n ? hr_session_get_contract (save->session, i + 1)->from_us : G_MAXINT64;

      if (contract->from_us <= save->range.end_us && until_us > save->range.begin_us)
        ok = hr_writer_add_contract (save->writer, contract->from_us, contract->file, contract->text, error);
    }

  return ok;
}

/* Copies the small tables. */
gboolean
hr_save_take_tables (HrSave  *self,
                     GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!copy_table (self, &tables[i], error))
      return FALSE;

  return copy_contracts (self, error);
}
