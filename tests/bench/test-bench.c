/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/bench/bench.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* A path in a new folder that is removed with remove_path (). */
static char *
new_path (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("headroom-bench-XXXXXX", &error);

  g_assert_no_error (error);

  return g_build_filename (folder, "bench.json", NULL);
}

static void
remove_path (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
save_one (const char *path,
          const char *group,
          const char *name,
          double      value,
          double      floor)
{
  g_autoptr (HrBench) bench = hr_bench_new (group);
  g_autoptr (GError) error = NULL;

  hr_bench_add (bench, name, value, "ns", floor);
  hr_bench_add_peer (bench, name, "naive", 3 * value);
  hr_bench_save (bench, path, &error);
  g_assert_no_error (error);
}

static void
test_groups_are_merged_and_their_own_replaced (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *all, *result;

  save_one (path, "first", "gone", 1, 1);
  save_one (path, "second", "stays", 10, (double) NAN);
  save_one (path, "first", "new", 6, 4);

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  all = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpuint (json_object_get_size (all), ==, 2);

  result = json_object_get_object_member (all, "first.new");
  g_assert_cmpfloat (json_object_get_double_member (result, "value"), ==, 6);
  g_assert_cmpfloat (json_object_get_double_member (result, "floor"), ==, 4);
  g_assert_cmpfloat (json_object_get_double_member (result, "ratio"), ==, 1.5);
  g_assert_cmpstr (json_object_get_string_member (result, "unit"), ==, "ns");
  result = json_object_get_object_member (result, "peer");
  g_assert_cmpfloat (json_object_get_double_member (result, "naive"), ==, 18);

  result = json_object_get_object_member (all, "second.stays");
  g_assert_cmpfloat (json_object_get_double_member (result, "value"), ==, 10);
  g_assert_false (json_object_has_member (result, "floor"));
  g_assert_false (json_object_has_member (result, "ratio"));
  remove_path (path);
}

static void
test_a_foreign_file_is_left_alone (void)
{
  static const char *const contents[] = { "[1, 2]", "{ \"cut", "" };
  g_autofree char         *path = new_path ();
  g_autoptr (HrBench) bench = hr_bench_new ("group");

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autofree char *after = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, contents[i], -1, NULL));
      g_assert_false (hr_bench_save (bench, path, &error));
      g_assert_nonnull (error);
      g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
      g_assert_cmpstr (after, ==, contents[i]);
    }
  remove_path (path);
}

static void
test_the_table_is_aligned (void)
{
  g_autoptr (HrBench) bench = hr_bench_new ("group");
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;

  hr_bench_add (bench, "short", 1.5, "ns", 0.5);
  hr_bench_add (bench, "a-longer-name", 123456, "ns", (double) NAN);
  hr_bench_add_peer (bench, "short", "naive", 4.5);
  table = hr_bench_format (bench);
  lines = g_strsplit (table, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_cmpint (strstr (lines[1], " ns") - lines[1], ==, strstr (lines[2], " ns") - lines[2]);
  g_assert_nonnull (strstr (lines[1], "3.00"));
  g_assert_nonnull (strstr (lines[1], "naive 4.50 (x 3.00)"));
  g_assert_nonnull (strstr (lines[2], "123456 ns"));
}

/* Counts what it was asked to do, and takes a time that grows with it. */
static void
count_operations (guint64  n,
                  gpointer user_data)
{
  guint64 *operations = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      (*operations)++;
      hr_bench_keep (operations);
    }
}

static void
test_a_run_is_taken_down_with_its_floor (void)
{
  g_autoptr (HrBench) bench = hr_bench_new ("group");
  g_autofree char *table = NULL;
  guint64          operations = 0;

  hr_bench_run (bench, "count", count_operations, count_operations, &operations);
  hr_bench_run_peer (bench, "count", "again", count_operations, &operations);
  table = hr_bench_format (bench);

  g_assert_cmpuint (operations, >, 1000);
  g_assert_nonnull (strstr (table, "group.count"));
  g_assert_nonnull (strstr (table, "again"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench/save/merge", test_groups_are_merged_and_their_own_replaced);
  g_test_add_func ("/bench/save/foreign", test_a_foreign_file_is_left_alone);
  g_test_add_func ("/bench/format", test_the_table_is_aligned);
  g_test_add_func ("/bench/run", test_a_run_is_taken_down_with_its_floor);

  return g_test_run ();
}
