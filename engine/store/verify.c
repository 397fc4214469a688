/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/verify.h"

#include "engine/store/schema.h"

#include <glib/gi18n-lib.h>

/* Reads the first word of the quick check: "ok", or what is wrong. */
static gboolean
read_answer (sqlite3      *db,
             sqlite3_stmt *statement,
             const char   *path,
             GError      **error)
{
  int              result = sqlite3_step (statement);
  const char      *answer = result == SQLITE_ROW ? (const char *) sqlite3_column_text (statement, 0) : NULL;
  g_autofree char *name = NULL;

  if (answer == NULL)
    return hr_store_fail (error, db, result, path);
  if (g_str_equal (answer, "ok"))
    return TRUE;

  name = g_path_get_basename (path);
  g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED, _ ("“%s” is damaged: %s"), name, answer);

  return FALSE;
}

/* Looks through the session file at @path, whether or not somebody writes it, and changes nothing. Reads all of it: for a thread, or for whoever has
 * nothing else to do. Returns FALSE with HR_STORE_ERROR when it cannot be opened or SQLite's quick check finds it damaged. */
gboolean
hr_store_verify (const char *path,
                 GError    **error)
{
  sqlite3      *db = hr_store_open_to_read (path, error);
  sqlite3_stmt *statement = db != NULL ? hr_store_prepare (db, "PRAGMA quick_check(1)", error) : NULL;
  gboolean      sound = statement != NULL && read_answer (db, statement, path, error);

  sqlite3_finalize (statement);
  sqlite3_close (db);

  return sound;
}
