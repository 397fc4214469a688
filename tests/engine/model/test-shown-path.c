/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/shown-path.h"
#include "tests/folder.h"

#include <string.h>
#include <sys/xattr.h>

/* A runtime folder with a file in it that looks as one which was lent; the portal itself is met in tests/app/test-documents.c. */
typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->folder = g_build_filename (g_get_user_runtime_dir (), "doc", "2883fac5", NULL);
  fixture->path = g_build_filename (fixture->folder, "ours.csv", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (fixture->path, "", 0, NULL));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
assert_shown (const char *path,
              const char *expected)
{
  g_autofree char *shown = hr_shown_path (path);

  g_assert_cmpstr (shown, ==, expected);
}

static void
test_paths_are_shown_as_they_are (Fixture      *fixture,
                                  gconstpointer data)
{
  assert_shown ("/home/me/ours.csv", "/home/me/ours.csv");
  assert_shown ("ours.csv", "ours.csv");
  assert_shown ("", "");
  assert_shown ("/home/me/doc/ours.csv", "/home/me/doc/ours.csv");
}

static void
test_a_lent_file_has_its_name_alone (Fixture      *fixture,
                                     gconstpointer data)
{
  g_autofree char *gone = g_build_filename (fixture->folder, "gone.csv", NULL);

  assert_shown (fixture->path, "ours.csv");
  assert_shown (gone, "gone.csv");
  assert_shown ("/run/flatpak/doc/2883fac5/ours.csv", "ours.csv");
}

static void
test_the_host_path_is_told (Fixture      *fixture,
                            gconstpointer data)
{
  static const char host[] = "/home/me/reports/ours.csv";
  g_autofree char  *text = g_strconcat (fixture->path, ": no space; ", fixture->path, NULL);
  g_autofree char  *told = NULL;

  if (setxattr (fixture->path, "user.document-portal.host-path", host, strlen (host), 0) != 0)
    {
      g_test_skip ("this file system keeps no attributes of files");
      return;
    }

  assert_shown (fixture->path, host);
  told = hr_shown_text (text, fixture->path);
  g_assert_cmpstr (told, ==, "/home/me/reports/ours.csv: no space; /home/me/reports/ours.csv");
}

static void
test_text_that_names_no_path_stays (Fixture      *fixture,
                                    gconstpointer data)
{
  g_autofree char *told = hr_shown_text ("line 3: no such metric", fixture->path);
  g_autofree char *named = hr_shown_text ("/home/me/mine.ini:3: no such metric", "/home/me/mine.ini");

  g_assert_cmpstr (told, ==, "line 3: no such metric");
  g_assert_cmpstr (named, ==, "/home/me/mine.ini:3: no such metric");
}

#define ADD(path, function) g_test_add ("/model/shown-path/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_autofree char *runtime = g_dir_make_tmp ("headroom-shown-path-XXXXXX", NULL);
  g_autofree char *documents = g_build_filename (runtime, "doc", NULL);
  int              status;

  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("as-it-is", test_paths_are_shown_as_they_are);
  ADD ("lent", test_a_lent_file_has_its_name_alone);
  ADD ("host", test_the_host_path_is_told);
  ADD ("text", test_text_that_names_no_path_stays);
  status = g_test_run ();
  g_rmdir (documents);
  g_rmdir (runtime);

  return status;
}
