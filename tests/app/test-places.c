/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/places.h"

#include <glib/gstdio.h>

static void
test_build_tree_comes_first (void)
{
  g_autofree char *build = g_dir_make_tmp ("headroom-places-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (build, "engine", NULL);
  g_autofree char *program = g_build_filename (folder, "sh", NULL);
  g_autofree char *found = NULL;
  g_autofree char *elsewhere = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents_full (program, "", 0, G_FILE_SET_CONTENTS_NONE, 0700, NULL));

  found = hr_places_find_program (build, "engine", "sh");
  g_assert_cmpstr (found, ==, program);
  elsewhere = hr_places_find_program (NULL, "engine", "sh");
  g_assert_cmpstr (elsewhere, !=, program);
  g_assert_true (g_file_test (elsewhere, G_FILE_TEST_IS_EXECUTABLE));

  g_remove (program);
  g_rmdir (folder);
  g_rmdir (build);
}

/* Even then there is a path to name in the error that follows. */
static void
test_missing_program (void)
{
  g_autofree char *found = hr_places_find_program (NULL, "engine", "headroom-no-such-program");

  g_assert_true (g_str_has_suffix (found, "/headroom-no-such-program"));
}

static void
test_missing_schema (void)
{
  g_autofree char *empty = g_dir_make_tmp ("headroom-places-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSettings) settings = NULL;

  g_setenv ("GSETTINGS_SCHEMA_DIR", empty, TRUE);
  settings = hr_places_settings (empty, &error);
  if (settings == NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  else
    g_test_skip ("the schema is installed on this computer");

  g_rmdir (empty);
}

static void
test_default_contract (void)
{
  g_autoptr (HrContract) contract = hr_places_default_contract ();

  g_assert_cmpstr (hr_contract_get_name (contract), ==, "Thompson job ranker");
  g_assert_cmpuint (hr_contract_get_n_budgets (contract), ==, 5);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/places/build-tree-comes-first", test_build_tree_comes_first);
  g_test_add_func ("/places/missing-program", test_missing_program);
  g_test_add_func ("/places/missing-schema", test_missing_schema);
  g_test_add_func ("/places/default-contract", test_default_contract);

  return g_test_run ();
}
