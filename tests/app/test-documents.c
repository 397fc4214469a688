/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files that the document portal lends, as it lends them to a sandbox: on its file system, which knows the lent names and temporary ones alone, and has no
 * locks. tests/emulators/documents.py runs this beside the real portal. */

#include "app/contract-file.h"
#include "app/session-work.h"
#include "engine/budget/contract.h"
#include "engine/model/shown-path.h"
#include "engine/report/save.h"
#include "engine/store/schema.h"
#include "tests/app/session-fixture.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PORTAL "org.freedesktop.portal.Documents"
#define PLACE "/org/freedesktop/portal/documents"
#define APP_ID "io.github.headroom.Headroom"

static const char *const READ[] = { "read", NULL };
static const char *const READ_AND_WRITE[] = { "read", "write", NULL };

typedef struct
{
  GDBusConnection *bus;
  char            *host; /* the host's folder, empty at first */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autofree char *template = g_build_filename (g_getenv ("HEADROOM_HOST"), "case-XXXXXX", NULL);

  fixture->bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  fixture->host = g_strdup (g_mkdtemp (template));
  g_assert_nonnull (fixture->bus);
  g_assert_nonnull (fixture->host);
}

/* Nothing that was temporary is left. */
static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->host, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->host, name, NULL);

      g_assert_false (g_str_has_prefix (name, ".xdp-"));
      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (fixture->host), ==, 0);
  g_free (fixture->host);
  g_object_unref (fixture->bus);
}

/* Lends @name of the host's folder, which need not be there. Returns: (transfer full): its path as the sandbox sees it */
static char *
lend (Fixture           *fixture,
      const char        *name,
      const char *const *permissions)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;
  const char *id;
  int         folder = g_open (fixture->host, O_PATH | O_DIRECTORY | O_CLOEXEC);

  g_unix_fd_list_append (fds, folder, &error);
  close (folder);
  answer = g_dbus_connection_call_with_unix_fd_list_sync (fixture->bus, PORTAL, PLACE, PORTAL, "AddNamedFull",
                                                          g_variant_new ("(h@ayus^as)", 0, g_variant_new_bytestring (name), 0, APP_ID, permissions),
                                                          G_VARIANT_TYPE ("(sa{sv})"), G_DBUS_CALL_FLAGS_NONE, -1, fds, NULL, NULL, &error);
  g_assert_no_error (error);
  g_variant_get_child (answer, 0, "&s", &id);

  return g_build_filename (g_getenv ("HEADROOM_DOCUMENTS"), id, name, NULL);
}

static char *
on_host (Fixture    *fixture,
         const char *name)
{
  return g_build_filename (fixture->host, name, NULL);
}

static void
assert_holds (Fixture    *fixture,
              const char *name,
              const char *text)
{
  g_autofree char *path = on_host (fixture, name);
  g_autofree char *held = NULL;

  g_assert_true (g_file_get_contents (path, &held, NULL, NULL));
  g_assert_cmpstr (held, ==, text);
}

static gboolean
save (const char *path,
      const char *text,
      GError    **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return hr_save_bytes (path, bytes, NULL, error);
}

static void
test_a_new_file_arrives_and_is_replaced (Fixture      *fixture,
                                         gconstpointer data)
{
  g_autofree char *path = lend (fixture, "ours.csv", READ_AND_WRITE);
  g_autoptr (GError) error = NULL;

  g_assert_true (save (path, "one", &error));
  g_assert_no_error (error);
  assert_holds (fixture, "ours.csv", "one");
  g_assert_true (save (path, "two", &error));
  assert_holds (fixture, "ours.csv", "two");
  g_assert_cmpuint (count_files (fixture->host), ==, 1);
}

static void
test_a_refusal_names_the_file_as_people_know_it (Fixture      *fixture,
                                                 gconstpointer data)
{
  g_autofree char *own = on_host (fixture, "ours.csv");
  g_autofree char *path = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (own, "old", -1, NULL));
  path = lend (fixture, "ours.csv", READ);
  shown = hr_shown_path (path);
  g_assert_true (g_str_equal (shown, "ours.csv") || g_str_equal (shown, own));
  g_assert_false (save (path, "new", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_true (g_str_has_prefix (error->message, shown));
  assert_holds (fixture, "ours.csv", "old");
}

static void
test_a_contract_is_saved_again_and_again (Fixture      *fixture,
                                          gconstpointer data)
{
  g_autofree char *own = on_host (fixture, "mine.ini");
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  struct stat there;

  g_assert_true (g_file_set_contents (own, "one", -1, NULL));
  g_chmod (own, 0640);
  path = lend (fixture, "mine.ini", READ_AND_WRITE);
  g_assert_true (hr_contract_file_save (path, "one", "two", NULL, &error));
  g_assert_true (hr_contract_file_save (path, "two", "three", NULL, &error));
  g_assert_no_error (error);
  assert_holds (fixture, "mine.ini", "three");
  g_assert_cmpint (stat (own, &there), ==, 0);
  g_assert_cmpint (there.st_mode & 07777, ==, 0640);

  /* On the host somebody else writes it. */
  g_assert_true (g_file_set_contents (own, "theirs", -1, NULL));
  g_assert_false (hr_contract_file_save (path, "three", "four", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG);
  assert_holds (fixture, "mine.ini", "theirs");
}

/* A session is a file of SQLite's, which wants locks. */
static void
test_a_session_is_saved_and_opened (Fixture      *fixture,
                                    gconstpointer data)
{
  g_autofree char *source = on_host (fixture, "history.headroom");
  g_autofree char *path = lend (fixture, "ours.headroom", READ_AND_WRITE);
  g_autoptr (GError) error = NULL;

  session_write (source);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (HrSession) session = hr_session_open (source, &error);
      g_autoptr (HrSession) saved = NULL;

      hr_session_save (session, (HrRange){ 0, 0 }, path, FALSE, NULL, NULL, &error);
      g_assert_no_error (error);
      saved = hr_session_open (path, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (hr_session_get_n_sources (saved), ==, 1);
      g_assert_cmpuint (hr_session_get_source (saved, 0)->n_snapshots, ==, SESSION_N_SNAPSHOTS);
      g_assert_cmpuint (count_files (fixture->host), ==, 2);
    }
}

static void
test_a_session_that_may_only_be_read_is_opened (Fixture      *fixture,
                                                gconstpointer data)
{
  g_autofree char *own = on_host (fixture, "ours.headroom");
  g_autofree char *path = NULL;
  g_autoptr (HrSession) session = NULL;
  g_autoptr (GError) error = NULL;

  session_write (own);
  path = lend (fixture, "ours.headroom", READ);
  session = hr_session_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hr_session_get_source (session, 0)->n_snapshots, ==, SESSION_N_SNAPSHOTS);
  g_assert_false (hr_session_save (session, (HrRange){ 0, 0 }, path, FALSE, NULL, NULL, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_BUSY);
}

/* Of a session that is being written nothing but the file is lent: what stands in its log would be missing. */
static void
test_a_session_that_is_written_is_refused (Fixture      *fixture,
                                           gconstpointer data)
{
  g_autofree char *own = on_host (fixture, "ours.headroom");
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  HrWriter *writer;

  session_write (own);
  writer = hr_writer_open (own, FALSE, &error);
  g_assert_no_error (error);
  path = lend (fixture, "ours.headroom", READ_AND_WRITE);
  g_assert_null (hr_session_open (path, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ);
  g_assert_nonnull (strstr (error->message, "“ours.headroom” is being written"));
  g_clear_error (&error);

  g_assert_true (hr_writer_close (writer, &error));
  hr_writer_free (writer);
  g_assert_true (g_file_set_contents (own, "SQLite format 2: none of ours, and long enough", -1, NULL));
  g_assert_null (hr_session_open (path, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_FOREIGN);
}

/* A session cannot be recorded where two writers could not be told apart. */
static void
test_nothing_is_recorded_without_locks (Fixture      *fixture,
                                        gconstpointer data)
{
  g_autofree char *path = lend (fixture, "ours.headroom", READ_AND_WRITE);
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_writer_open (path, TRUE, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ);
  g_assert_cmpuint (count_files (fixture->host), ==, 0);
}

static void
work_cb (GObject      *job,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  guint *n_done = user_data;

  g_assert_nonnull (hr_job_finish (result, &error));
  g_assert_no_error (error);
  (*n_done)++;
}

/* Each way in which the window makes a file of a session, from a session that was lent. */
static void
test_everything_is_made_of_a_lent_session (Fixture      *fixture,
                                           gconstpointer data)
{
  static const struct
  {
    HrWorkKind  kind;
    const char *name;
  } works[] = {
    { HR_WORK_SAVE, "copy.headroom" },
    { HR_WORK_EXPORT, "ours.csv" },
    { HR_WORK_EXPORT, "ours.json" },
    { HR_WORK_EXPORT, "ours.ndjson" },
    { HR_WORK_REPORT, "report.html" },
    { HR_WORK_REPORT, "report.pdf" },
    { HR_WORK_REPORT, "report.json" },
    { HR_WORK_REPORT, "report.csv" },
  };
  g_autofree char *own = on_host (fixture, "ours.headroom");
  g_autofree char *session = NULL;

  session_write (own);
  session = lend (fixture, "ours.headroom", READ);
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    {
      g_autofree char *path = lend (fixture, works[i].name, READ_AND_WRITE);
      g_autofree char *made = on_host (fixture, works[i].name);
      HrWork          *work = hr_work_new (works[i].kind, hr_stretch_new (session, 0, (HrRange){ 0, 0 }, "ours"), path);
      guint            n_done = 0;
      g_autoptr (HrJob) job = hr_job_start ("", hr_work_run, work, hr_work_free, NULL, work_cb, &n_done);
      struct stat there;

      while (n_done == 0)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (stat (made, &there), ==, 0);
      g_assert_cmpint (there.st_size, >, 100);
    }
}

/* Of what was chosen last time the host may have taken leave. */
static void
test_what_is_gone_is_told (Fixture      *fixture,
                           gconstpointer data)
{
  g_autofree char *own = on_host (fixture, "ours.headroom");
  g_autofree char *path = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (GError) error = NULL;

  session_write (own);
  path = lend (fixture, "ours.headroom", READ_AND_WRITE);
  g_assert_cmpint (g_remove (own), ==, 0);
  g_assert_null (hr_session_open (path, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ);
  g_clear_error (&error);

  g_assert_null (hr_contract_load (path, &error));
  shown = hr_shown_text (error->message, path);
  g_assert_true (g_str_has_prefix (shown, "ours.headroom: ") || g_str_has_prefix (shown, own));
}

#define ADD(path, function) g_test_add ("/app/documents/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("new", test_a_new_file_arrives_and_is_replaced);
  ADD ("refused", test_a_refusal_names_the_file_as_people_know_it);
  ADD ("contract", test_a_contract_is_saved_again_and_again);
  ADD ("session", test_a_session_is_saved_and_opened);
  ADD ("session-read-only", test_a_session_that_may_only_be_read_is_opened);
  ADD ("session-written", test_a_session_that_is_written_is_refused);
  ADD ("recording", test_nothing_is_recorded_without_locks);
  ADD ("works", test_everything_is_made_of_a_lent_session);
  ADD ("gone", test_what_is_gone_is_told);

  return g_test_run ();
}
