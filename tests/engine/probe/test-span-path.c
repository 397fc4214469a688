/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/probe/span-path.h"

#include <glib.h>
#include <string.h>

/* Returns (transfer full) (nullable) the path. */
static char *
path_of (const char *const *names,
         guint              n_names)
{
  char path[HR_SPAN_PATH_BYTES + 1];

  return hr_span_path (names, n_names, path) ? g_strdup (path) : NULL;
}

static void
test_names_are_joined (void)
{
  const char *const names[] = { "rank", "draw", "gamma" };
  g_autofree char  *root = path_of (names, 1);
  g_autofree char  *path = path_of (names, 3);

  g_assert_cmpstr (root, ==, "/rank");
  g_assert_cmpstr (path, ==, "/rank/draw/gamma");
}

/* Else the span "a/b" would be mistaken for one called b within one called a. */
static void
test_a_slash_in_a_name_is_no_step (void)
{
  const char *const names[] = { "GET /jobs", "a/b" };
  g_autofree char  *path = path_of (names, 2);

  g_assert_cmpstr (path, ==, "/GET ∕jobs/a∕b");
}

static void
test_what_fits_is_whole (void)
{
  g_autofree char  *a = g_strnfill (95, 'a');
  g_autofree char  *b = g_strnfill (95, 'b');
  g_autofree char  *c = g_strnfill (62, 'c');
  const char *const names[] = { a, b, c };
  g_autofree char  *path = path_of (names, 3);

  g_assert_cmpuint (strlen (path), ==, HR_SPAN_PATH_BYTES);
  g_assert_null (strstr (path, "…"));
}

static void
test_a_long_path_keeps_head_and_leaf (void)
{
  g_autofree char  *a = g_strnfill (95, 'a');
  g_autofree char  *b = g_strnfill (95, 'b');
  g_autofree char  *c = g_strnfill (63, 'c');
  const char *const names[] = { a, b, c };
  g_autofree char  *path = path_of (names, 3);
  g_autofree char  *expected = g_strconcat ("/", a, "/…(1)/", c, NULL);

  g_assert_cmpstr (path, ==, expected);
}

/* A recursion is the same name over and over; each of its levels is a span of its own. */
static void
test_levels_of_a_recursion_differ (void)
{
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *names[256];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *path;

      names[i] = "evaluate_expression";
      path = path_of (names, i + 1);
      g_assert_cmpuint (strlen (path), <=, HR_SPAN_PATH_BYTES);
      g_assert_true (g_utf8_validate (path, -1, NULL));
      g_assert_true (g_str_has_suffix (path, "/evaluate_expression"));
      g_assert_true (g_hash_table_add (paths, path));
    }
}

static void
test_a_name_without_room_has_no_path (void)
{
  g_autofree char  *slashes = g_strnfill (95, '/');
  const char *const names[] = { "outer", slashes };

  g_assert_null (path_of (names, 2));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/span-path/join", test_names_are_joined);
  g_test_add_func ("/probe/span-path/slash", test_a_slash_in_a_name_is_no_step);
  g_test_add_func ("/probe/span-path/fits", test_what_fits_is_whole);
  g_test_add_func ("/probe/span-path/long", test_a_long_path_keeps_head_and_leaf);
  g_test_add_func ("/probe/span-path/recursion", test_levels_of_a_recursion_differ);
  g_test_add_func ("/probe/span-path/no-room", test_a_name_without_room_has_no_path);

  return g_test_run ();
}
