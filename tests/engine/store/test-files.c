/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is done with a session file as a whole: it is looked through, and removed. */

#include "engine/store/remove.h"
#include "engine/store/verify.h"
#include "tests/engine/store/store-fixture.h"

#include <glib/gstdio.h>

/* More pages than the schema alone. */
static void
make_session (Fixture *self)
{
  HrWriter        *writer = open_writer (self);
  g_autofree char *text = g_strnfill (64 * 1024, 'x');

  g_assert_true (hr_writer_add_contract (writer, EPOCH_US, "x.ini", text, NULL));
  g_assert_true (hr_writer_commit (writer, NULL));
  close_writer (writer);
}

static void
test_a_sound_file_is_sound (Fixture      *self,
                            gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_session (self);
  g_assert_true (hr_store_verify (self->path, &error));
  g_assert_no_error (error);
}

static void
test_damage_is_found (Fixture      *self,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize            size;

  make_session (self);
  g_assert_true (g_file_get_contents (self->path, &bytes, &size, NULL));
  memset (bytes + 4096, 0xa5, size - 4096);
  g_assert_true (g_file_set_contents (self->path, bytes, (gssize) size, NULL));
  g_assert_false (hr_store_verify (self->path, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
}

static void
test_what_is_no_session_is_named (Fixture      *self,
                                  gconstpointer data)
{
  g_autoptr (GError) foreign = NULL;
  g_autoptr (GError) missing = NULL;

  g_assert_false (hr_store_verify (self->path, &missing));
  g_assert_nonnull (missing);
  g_assert_true (g_file_set_contents (self->path, "no session, but long enough to be something else that somebody keeps", -1, NULL));
  g_assert_false (hr_store_verify (self->path, &foreign));
  g_assert_error (foreign, HR_STORE_ERROR, HR_STORE_ERROR_FOREIGN);
}

/* A writer that was killed leaves a log, which would be taken into whatever has the file's name next. */
static void
test_nothing_stays_of_what_is_removed (Fixture      *self,
                                       gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *log = g_strconcat (self->path, "-wal", NULL);

  make_session (self);
  g_assert_true (g_file_set_contents (log, "old", -1, NULL));
  g_assert_true (hr_store_remove (self->path, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (self->folder), ==, 0);
  g_assert_true (hr_store_remove (self->path, &error));
}

static void
test_what_is_written_is_not_removed (Fixture      *self,
                                     gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  HrWriter *writer = open_writer (self);

  g_assert_false (hr_store_remove (self->path, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_BUSY);
  g_assert_true (g_file_test (self->path, G_FILE_TEST_EXISTS));
  close_writer (writer);
  g_assert_true (hr_store_verify (self->path, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/files/sound", Fixture, NULL, set_up, test_a_sound_file_is_sound, tear_down);
  g_test_add ("/store/files/damaged", Fixture, NULL, set_up, test_damage_is_found, tear_down);
  g_test_add ("/store/files/foreign", Fixture, NULL, set_up, test_what_is_no_session_is_named, tear_down);
  g_test_add ("/store/files/removed", Fixture, NULL, set_up, test_nothing_stays_of_what_is_removed, tear_down);
  g_test_add ("/store/files/busy", Fixture, NULL, set_up, test_what_is_written_is_not_removed, tear_down);

  return g_test_run ();
}
