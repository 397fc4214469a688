/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/save.h"
#include "tests/folder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  char *folder; /* empty at first */
  char *path;   /* of the file to be saved in it */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("headroom-save-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "export.csv", NULL);
}

/* Nothing but the file itself may be left behind. */
static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

/* Saves and waits for the answer. */
static gboolean
save (GBytes       *bytes,
      const char   *path,
      GCancellable *cancellable,
      GError      **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_save_bytes_async (path, bytes, cancellable, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return hr_save_bytes_finish (result, error);
}

static GBytes *
bytes_of (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
assert_contents (const char *path,
                 const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_a_file_appears_whole (Fixture      *fixture,
                           gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = bytes_of ("time\r\n");
  g_autoptr (GBytes) other = bytes_of ("other\r\n");
  mode_t      mask = umask (027);
  struct stat status;

  g_assert_true (save (bytes, fixture->path, NULL, &error));
  umask (mask);
  g_assert_no_error (error);
  assert_contents (fixture->path, "time\r\n");
  g_assert_cmpint (stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0640);

  g_assert_true (save (other, fixture->path, NULL, &error));
  assert_contents (fixture->path, "other\r\n");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_a_large_file_is_whole (Fixture      *fixture,
                            gconstpointer data)
{
  g_autofree char *text = g_strnfill (3000000, 'x');
  g_autoptr (GBytes) bytes = bytes_of (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (save (bytes, fixture->path, NULL, &error));
  assert_contents (fixture->path, text);
}

static void
test_a_missing_folder_is_named (Fixture      *fixture,
                                gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "missing", "export.csv", NULL);
  g_autoptr (GBytes) bytes = bytes_of ("time\r\n");
  g_autoptr (GError) error = NULL;

  g_assert_false (save (bytes, path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_a_pipe_is_not_replaced (Fixture      *fixture,
                             gconstpointer data)
{
  g_autoptr (GBytes) bytes = bytes_of ("time\r\n");
  g_autoptr (GError) error = NULL;
  struct stat there;

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  g_assert_false (save (bytes, fixture->path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_assert_cmpint (stat (fixture->path, &there), ==, 0);
  g_assert_true (S_ISFIFO (there.st_mode));
}

static void
test_a_failed_rename_leaves_nothing (Fixture      *fixture,
                                     gconstpointer data)
{
  g_autoptr (GBytes) bytes = bytes_of ("time\r\n");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  g_assert_false (save (bytes, fixture->path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_cancelling_keeps_the_old_file (Fixture      *fixture,
                                    gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) bytes = bytes_of ("time\r\n");
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "old", -1, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_false (save (bytes, fixture->path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_contents (fixture->path, "old");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_a_forbidden_folder (Fixture      *fixture,
                         gconstpointer data)
{
  g_autoptr (GBytes) bytes = bytes_of ("time\r\n");
  g_autoptr (GError) error = NULL;
  /* Where even root may not write. */
  const char *path = geteuid () == 0 ? "/proc/export.csv" : fixture->path;

  g_chmod (fixture->folder, 0500);
  g_assert_false (save (bytes, path, NULL, &error));
  g_chmod (fixture->folder, 0700);
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_IO_ERROR);
  g_assert_true (g_str_has_prefix (error->message, path));
}

/* In a mount namespace of its own, so that nothing stays mounted whatever happens. Returns FALSE where that is not allowed. */
static gboolean
mount_small_disk (const char *folder)
{
  return geteuid () == 0 && unshare (CLONE_NEWNS) == 0 && mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
         mount ("none", folder, "tmpfs", 0, "size=64k") == 0;
}

static void
fill_a_small_disk (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "export.csv", NULL);
  g_autofree char *text = g_strnfill (1000000, 'x');
  g_autoptr (GBytes) small = bytes_of ("old\r\n");
  g_autoptr (GBytes) large = bytes_of (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (save (small, path, NULL, &error));
  g_assert_false (save (large, path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_true (g_str_has_prefix (error->message, path));
  assert_contents (path, "old\r\n");
  g_assert_cmpuint (count_files (folder), ==, 1);
}

/* Whether a disk can be mounted here, tried out by a child that takes its namespace along when it ends. */
static gboolean
can_mount (const char *folder)
{
  int   status = 1;
  pid_t child = fork ();

  if (child == 0)
    _exit (mount_small_disk (folder) ? 0 : 1);

  return child > 0 && waitpid (child, &status, 0) == child && status == 0;
}

static void
test_a_full_disk_keeps_the_old_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-disk-XXXXXX", NULL);

  if (g_test_subprocess ())
    {
      g_assert_true (mount_small_disk (folder));
      fill_a_small_disk (folder);
      umount (folder);
    }
  else if (can_mount (folder))
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
    }
  else
    g_test_skip ("a small disk cannot be mounted here");

  g_rmdir (folder);
}

#define ADD(path, function) g_test_add ("/report/save/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("whole", test_a_file_appears_whole);
  ADD ("large", test_a_large_file_is_whole);
  ADD ("missing", test_a_missing_folder_is_named);
  ADD ("pipe", test_a_pipe_is_not_replaced);
  ADD ("rename", test_a_failed_rename_leaves_nothing);
  ADD ("cancel", test_cancelling_keeps_the_old_file);
  ADD ("forbidden", test_a_forbidden_folder);
  g_test_add_func ("/report/save/full-disk", test_a_full_disk_keeps_the_old_file);

  return g_test_run ();
}
