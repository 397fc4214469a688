/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/contract-file.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("headroom-contract-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "mine.ini", NULL);
  g_assert_true (g_file_set_contents (fixture->path, "one", -1, NULL));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
assert_holds (const char *path,
              const char *text)
{
  g_autofree char *held = NULL;

  g_assert_true (g_file_get_contents (path, &held, NULL, NULL));
  g_assert_cmpstr (held, ==, text);
}

static void
test_saves (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hr_contract_file_save (fixture->path, "one", "two", NULL, &error));
  g_assert_no_error (error);
  assert_holds (fixture->path, "two");
}

/* Also where the other's text is as long, and was written within the same moment. */
static void
test_what_others_wrote_is_kept (Fixture      *fixture,
                                gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "eno", -1, NULL));
  g_assert_false (hr_contract_file_save (fixture->path, "one", "two", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG);
  g_assert_nonnull (strstr (error->message, fixture->path));
  assert_holds (fixture->path, "eno");
  g_clear_error (&error);

  g_assert_true (hr_contract_file_save (fixture->path, NULL, "two", NULL, &error));
  assert_holds (fixture->path, "two");
}

static void
test_a_file_that_is_gone_is_written_anew (Fixture      *fixture,
                                          gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  g_assert_true (hr_contract_file_save (fixture->path, "one", "two", NULL, &error));
  assert_holds (fixture->path, "two");
}

static void
test_folders_are_made (Fixture      *fixture,
                       gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "a", NULL);
  g_autofree char *path = g_build_filename (folder, "new.ini", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (hr_contract_file_save (path, NULL, "new", NULL, &error));
  assert_holds (path, "new");
  g_remove (path);
  g_rmdir (folder);
}

static void
test_a_link_stays_one (Fixture      *fixture,
                       gconstpointer data)
{
  g_autofree char *link = g_build_filename (fixture->folder, "link.ini", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (symlink (fixture->path, link), ==, 0);
  g_assert_cmpint (g_chmod (fixture->path, 0640), ==, 0);
  g_assert_true (hr_contract_file_save (link, "one", "two", NULL, &error));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  assert_holds (fixture->path, "two");
}

static void
test_who_may_read_it_stays (Fixture      *fixture,
                            gconstpointer data)
{
  struct stat there;

  g_assert_cmpint (g_chmod (fixture->path, 0640), ==, 0);
  g_assert_true (hr_contract_file_save (fixture->path, "one", "two", NULL, NULL));
  g_assert_cmpint (stat (fixture->path, &there), ==, 0);
  g_assert_cmpint (there.st_mode & 07777, ==, 0640);
}

static void
test_trouble_names_the_file (Fixture      *fixture,
                             gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->path, "x.ini", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (hr_contract_file_save (path, NULL, "new", NULL, &error));
  g_assert_nonnull (strstr (error->message, fixture->path));
  assert_holds (fixture->path, "one");
}

static void
save_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_a_thread_does_the_same (Fixture      *fixture,
                             gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  hr_contract_file_save_async (fixture->path, "eno", "two", NULL, save_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (hr_contract_file_save_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG);
  g_clear_object (&result);
  g_clear_error (&error);

  hr_contract_file_save_async (fixture->path, "one", "two", NULL, save_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (hr_contract_file_save_finish (result, &error));
  assert_holds (fixture->path, "two");
}

static void
test_suggested_names_stay_in_their_folder (void)
{
  static const char *const names[] = { "../../evil", ".hidden", "a/b", "plain name" };
  g_autofree char         *wanted = g_build_filename (g_get_user_config_dir (), "headroom", "contracts", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = hr_contract_file_suggest (names[i]);
      g_autofree char *folder = g_path_get_dirname (path);
      g_autofree char *file = g_path_get_basename (path);

      g_assert_cmpstr (folder, ==, wanted);
      g_assert_true (*file != '.');
      g_assert_true (g_str_has_suffix (file, ".ini"));
    }
}

#define ADD(name, test) g_test_add ("/app/contract-file/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("saves", test_saves);
  ADD ("others", test_what_others_wrote_is_kept);
  ADD ("gone", test_a_file_that_is_gone_is_written_anew);
  ADD ("folders", test_folders_are_made);
  ADD ("link", test_a_link_stays_one);
  ADD ("mode", test_who_may_read_it_stays);
  ADD ("trouble", test_trouble_names_the_file);
  ADD ("thread", test_a_thread_does_the_same);
  g_test_add_func ("/app/contract-file/suggest", test_suggested_names_stay_in_their_folder);

  return g_test_run ();
}
