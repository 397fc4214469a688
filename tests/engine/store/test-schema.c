/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/schema.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  self->folder = g_dir_make_tmp ("headroom-schema-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "session.headroom", NULL);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  g_remove (self->path);
  g_rmdir (self->folder);
  g_free (self->path);
  g_free (self->folder);
}

static gint64
read_number (sqlite3    *db,
             const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = hr_store_prepare (db, sql, &error);
  gint64        number;

  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);

  return number;
}

/* A new file knows what it is, and is one file once it is closed. */
static void
test_new_file (Fixture      *self,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *log = g_strconcat (self->path, "-wal", NULL);
  sqlite3         *db = hr_store_open_to_write (self->path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (read_number (db, "PRAGMA application_id"), ==, HR_STORE_APPLICATION_ID);
  g_assert_cmpint (read_number (db, "PRAGMA user_version"), ==, HR_STORE_VERSION);
  g_assert_cmpint (read_number (db, "PRAGMA synchronous"), ==, 2);
  sqlite3_close (db);

  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
}

static void
test_opened_again (Fixture      *self,
                   gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = hr_store_open_to_write (self->path, &error);

  g_assert_true (hr_store_run (db, "INSERT INTO recording VALUES (1, 'mine', 5, 6)", &error));
  sqlite3_close (db);
  db = hr_store_open_to_write (self->path, &error);
  g_assert_no_error (error);
  sqlite3_close (db);
  db = hr_store_open_to_read (self->path, &error);
  g_assert_no_error (error);

  g_assert_cmpint (read_number (db, "SELECT count(*) FROM recording"), ==, 1);
  sqlite3_close (db);
}

static void
assert_refused (Fixture     *self,
                HrStoreError code)
{
  g_autoptr (GError) reading = NULL;
  g_autoptr (GError) writing = NULL;

  g_assert_null (hr_store_open_to_read (self->path, &reading));
  g_assert_error (reading, HR_STORE_ERROR, (int) code);
  g_assert_null (hr_store_open_to_write (self->path, &writing));
  g_assert_error (writing, HR_STORE_ERROR, (int) code);
}

static void
test_text_is_foreign (Fixture      *self,
                      gconstpointer data)
{
  g_autofree char *text = g_strnfill (5000, 'x');

  g_file_set_contents (self->path, text, -1, NULL);

  assert_refused (self, HR_STORE_ERROR_FOREIGN);
}

/* Somebody else's database is neither read nor given our tables. */
static void
test_other_database_is_foreign (Fixture      *self,
                                gconstpointer data)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  g_assert_true (hr_store_run (db, "CREATE TABLE theirs (a)", NULL));
  sqlite3_close (db);

  assert_refused (self, HR_STORE_ERROR_FOREIGN);
}

static void
test_newer_is_refused (Fixture      *self,
                       gconstpointer data)
{
  sqlite3 *db = hr_store_open_to_write (self->path, NULL);

  g_assert_true (hr_store_run (db, "PRAGMA user_version = 1000", NULL));
  sqlite3_close (db);

  assert_refused (self, HR_STORE_ERROR_NEWER);
}

static void
test_missing_is_told (Fixture      *self,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_store_open_to_read (self->path, &error));

  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ);
  g_assert_nonnull (strstr (error->message, "session.headroom"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/store/schema/new", Fixture, NULL, set_up, test_new_file, tear_down);
  g_test_add ("/store/schema/again", Fixture, NULL, set_up, test_opened_again, tear_down);
  g_test_add ("/store/schema/foreign/text", Fixture, NULL, set_up, test_text_is_foreign, tear_down);
  g_test_add ("/store/schema/foreign/database", Fixture, NULL, set_up, test_other_database_is_foreign, tear_down);
  g_test_add ("/store/schema/newer", Fixture, NULL, set_up, test_newer_is_refused, tear_down);
  g_test_add ("/store/schema/missing", Fixture, NULL, set_up, test_missing_is_told, tear_down);

  return g_test_run ();
}
