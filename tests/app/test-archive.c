/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The archive and the list of what is in it: a real monitor, with nothing to measure, and real files. */

#include "app/sessions.h"
#include "engine/store/schema.h"
#include "session-fixture.h"
#include "settings.h"

#include <sys/stat.h>

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

typedef struct
{
  char       *folder;
  char       *path;
  GSettings  *settings;
  HrMonitor  *monitor;
  HrArchive  *archive;
  HrSessions *sessions;
  guint       n_recorded;
  guint       n_failed;
  gboolean    closed;
} Fixture;

static void
recorded_cb (HrArchive  *archive,
             gint64      id,
             const char *name,
             Fixture    *self)
{
  self->n_recorded++;
}

static void
failed_cb (HrArchive  *archive,
           const char *heading,
           const char *body,
           Fixture    *self)
{
  self->n_failed++;
}

static void
closed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  hr_archive_close_finish (HR_ARCHIVE (object), result, NULL);
  ((Fixture *) user_data)->closed = TRUE;
}

static void
start_archive (Fixture *self)
{
  self->archive = hr_archive_new (self->monitor, self->settings, self->path);
  self->sessions = hr_sessions_new (self->archive, self->settings);
  self->closed = FALSE;
  g_signal_connect (self->archive, "recorded", G_CALLBACK (recorded_cb), self);
  g_signal_connect (self->archive, "failed", G_CALLBACK (failed_cb), self);
}

static void
open_archive (Fixture *self)
{
  start_archive (self);
  wait_until (hr_archive_get_recorder (self->archive) != NULL &&
              hr_recorder_get_status (hr_archive_get_recorder (self->archive))->state != HR_RECORDER_OPENING);
}

static void
close_archive (Fixture *self)
{
  hr_archive_close_async (self->archive, closed_cb, self);
  wait_until (self->closed);
  g_clear_object (&self->sessions);
  /* The list may just be read, and lets go of the archive then. */
  wait_until (G_OBJECT (self->archive)->ref_count == 1);
  g_assert_finalize_object (g_steal_pointer (&self->archive));
}

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  const char *const agent[] = { "/nonexistent/headroom-agent", NULL };
  g_autofree char  *inner = NULL;
  g_autoptr (HrContract) contract = hr_places_default_contract ();

  self->folder = g_dir_make_tmp ("headroom-archive-XXXXXX", NULL);
  inner = g_build_filename (self->folder, "headroom", NULL);
  self->path = g_build_filename (inner, "history.headroom", NULL);
  self->settings = new_settings ();
  self->monitor = hr_monitor_new (agent, contract);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  g_autofree char *inner = g_path_get_dirname (self->path);

  if (self->archive != NULL)
    close_archive (self);
  g_clear_object (&self->monitor);
  g_clear_object (&self->settings);
  remove_folder (inner);
  remove_folder (self->folder);
  g_free (self->path);
  g_free (self->folder);
}

static guint
count (Fixture *self)
{
  return g_list_model_get_n_items (hr_sessions_get_list (self->sessions));
}

static HrSessionItem *
get (Fixture *self,
     guint    index)
{
  g_autoptr (HrSessionItem) item = g_list_model_get_item (hr_sessions_get_list (self->sessions), index);

  return item;
}

static void
record (Fixture    *self,
        const char *name)
{
  guint n = self->n_recorded;

  hr_archive_begin_recording (self->archive, name);
  wait_until (hr_archive_get_recording_id (self->archive) != 0);
  hr_archive_end_recording (self->archive);
  wait_until (self->n_recorded > n);
}

static void
test_its_folder_is_its_users_alone (Fixture      *self,
                                    gconstpointer data)
{
  g_autofree char *inner = g_path_get_dirname (self->path);
  struct stat      status;

  open_archive (self);
  g_assert_cmpint (stat (inner, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  close_archive (self);
  g_assert_cmpuint (count_files (inner), ==, 1);
}

static void
test_recordings_are_listed_the_newest_first (Fixture      *self,
                                             gconstpointer data)
{
  HrSessionItem *first;

  open_archive (self);
  record (self, "First");
  wait_until (count (self) == 1);
  first = get (self, 0);
  record (self, "Second");
  wait_until (count (self) == 2);

  g_assert_cmpstr (hr_session_item_get_title (get (self, 0)), ==, "Second");
  g_assert_true (get (self, 1) == first);

  hr_archive_set_recording (self->archive, hr_session_item_get_recording (first), "Renamed", hr_session_item_get_range (first).begin_us,
                            hr_session_item_get_range (first).end_us);
  wait_until (g_str_equal (hr_session_item_get_title (first), "Renamed"));
  hr_archive_remove_recording (self->archive, hr_session_item_get_recording (first));
  wait_until (count (self) == 1);
  g_assert_cmpstr (hr_session_item_get_title (get (self, 0)), ==, "Second");
  g_assert_cmpuint (self->n_failed, ==, 0);
}

/* As a launcher does that starts the app with it. */
static void
test_a_recording_can_begin_before_the_file_is_open (Fixture      *self,
                                                    gconstpointer data)
{
  start_archive (self);
  g_assert_null (hr_archive_get_recorder (self->archive));
  record (self, "Early");
  wait_until (count (self) == 1);
  g_assert_cmpstr (hr_session_item_get_title (get (self, 0)), ==, "Early");
  g_assert_cmpuint (self->n_failed, ==, 0);
}

/* Whoever ends it before the file knows of it is heard too. */
static void
test_a_recording_can_end_at_once (Fixture      *self,
                                  gconstpointer data)
{
  open_archive (self);
  hr_archive_begin_recording (self->archive, "Brief");
  g_assert_true (hr_archive_is_recording (self->archive));
  hr_archive_end_recording (self->archive);
  wait_until (self->n_recorded == 1);
  g_assert_false (hr_archive_is_recording (self->archive));
  wait_until (count (self) == 1 && hr_session_item_get_range (get (self, 0)).end_us != 0);
}

static void
test_nothing_is_kept_unless_it_is_wanted_or_recorded (Fixture      *self,
                                                      gconstpointer data)
{
  open_archive (self);
  g_assert_nonnull (hr_monitor_get_recorder (self->monitor));
  g_settings_set_boolean (self->settings, "keep-history", FALSE);
  g_assert_null (hr_monitor_get_recorder (self->monitor));
  hr_archive_begin_recording (self->archive, "Wanted");
  g_assert_nonnull (hr_monitor_get_recorder (self->monitor));
  wait_until (hr_archive_get_recording_id (self->archive) != 0);
  hr_archive_end_recording (self->archive);
  g_assert_null (hr_monitor_get_recorder (self->monitor));
  wait_until (self->n_recorded == 1);
  g_settings_reset (self->settings, "keep-history");
}

static void
test_what_a_killed_app_left_open_is_ended (Fixture      *self,
                                           gconstpointer data)
{
  g_autofree char *inner = g_path_get_dirname (self->path);

  g_mkdir_with_parents (inner, 0700);
  session_write (self->path);
  session_add_recording (self->path, "Left open", SESSION_BEGIN_US + 5 * G_USEC_PER_SEC, 0);
  g_settings_set_int (self->settings, "history-hours", 8784);
  open_archive (self);
  wait_until (count (self) == 1 && hr_session_item_get_range (get (self, 0)).end_us != 0);

  g_assert_cmpstr (hr_session_item_get_title (get (self, 0)), ==, "Left open");
  g_settings_reset (self->settings, "history-hours");
}

static void
set_aside_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  *(char **) user_data = hr_archive_set_aside_finish (HR_ARCHIVE (object), result, &error);
  g_assert_no_error (error);
}

static void
test_a_foreign_file_is_told_and_set_aside (Fixture      *self,
                                           gconstpointer data)
{
  g_autofree char *inner = g_path_get_dirname (self->path);
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  g_mkdir_with_parents (inner, 0700);
  g_assert_true (g_file_set_contents (self->path, "This is no session, however long it is.", -1, NULL));
  open_archive (self);
  wait_until (hr_archive_get_trouble (self->archive) != NULL);
  g_assert_cmpint (hr_archive_get_trouble_kind (self->archive), ==, HR_STORE_ERROR_FOREIGN);
  hr_archive_begin_recording (self->archive, "In vain");
  wait_until (self->n_failed == 1);
  g_assert_false (hr_archive_is_recording (self->archive));

  hr_archive_set_aside_async (self->archive, set_aside_cb, &name);
  wait_until (name != NULL);
  g_assert_true (g_file_get_contents (name, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "This is no session"));
  wait_until (hr_archive_get_recorder (self->archive) != NULL &&
              hr_recorder_get_status (hr_archive_get_recorder (self->archive))->state == HR_RECORDER_WRITING);
  g_assert_null (hr_archive_get_trouble (self->archive));
}

static void
test_opened_files_are_remembered (Fixture      *self,
                                  gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->folder, "a.headroom", NULL);
  g_autofree char *missing = g_build_filename (self->folder, "b.headroom", NULL);
  g_auto (GStrv) left = NULL;
  HrSessionItem *item;

  session_write (file);
  g_settings_reset (self->settings, "sessions");
  open_archive (self);
  item = hr_sessions_open (self->sessions, file);
  g_assert_true (hr_sessions_open (self->sessions, file) == item);
  hr_sessions_open (self->sessions, missing);
  wait_until (hr_session_item_get_state (item) == HR_SESSION_ITEM_READY);
  g_assert_cmpstr (hr_session_item_get_title (item), ==, "a");
  g_assert_cmpint (hr_session_item_get_range (item).end_us, ==, SESSION_END_US);
  wait_until (hr_session_item_get_state (get (self, 1)) == HR_SESSION_ITEM_UNREADABLE);
  record (self, "Before them");
  wait_until (count (self) == 3 && get (self, 1) == item);
  close_archive (self);

  open_archive (self);
  wait_until (count (self) == 3);
  item = get (self, 1);
  g_assert_cmpstr (hr_session_item_get_path (item), ==, file);
  hr_sessions_close (self->sessions, get (self, 2));
  hr_sessions_close (self->sessions, get (self, 0)); /* a recording: it stays */
  g_assert_cmpuint (count (self), ==, 2);
  hr_sessions_close (self->sessions, item);
  g_assert_cmpuint (count (self), ==, 1);
  left = g_settings_get_strv (self->settings, "sessions");
  g_assert_null (left[0]);
  close_archive (self);
  g_assert_cmpint (g_remove (file), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } cases[] = {
    { "/app/archive/its-folder-is-its-users-alone", test_its_folder_is_its_users_alone },
    { "/app/archive/recordings-are-listed-the-newest-first", test_recordings_are_listed_the_newest_first },
    { "/app/archive/a-recording-can-begin-before-the-file-is-open", test_a_recording_can_begin_before_the_file_is_open },
    { "/app/archive/a-recording-can-end-at-once", test_a_recording_can_end_at_once },
    { "/app/archive/nothing-is-kept-unless-it-is-wanted-or-recorded", test_nothing_is_kept_unless_it_is_wanted_or_recorded },
    { "/app/archive/what-a-killed-app-left-open-is-ended", test_what_a_killed_app_left_open_is_ended },
    { "/app/archive/a-foreign-file-is-told-and-set-aside", test_a_foreign_file_is_told_and_set_aside },
    { "/app/archive/opened-files-are-remembered", test_opened_files_are_remembered },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].test, tear_down);

  return g_test_run ();
}
