/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/plain-text.h"
#include "engine/report/text-table.h"

static void
assert_text (char       *actual,
             const char *expected)
{
  g_autofree char *owned = actual;

  g_assert_cmpstr (owned, ==, expected);
}

/* Names come from programs and devices, and terminals obey what they are sent. */
static void
test_nothing_foreign_is_obeyed (void)
{
  assert_text (hr_text_clean ("a\033[31mb\nc\rd\x9b"), "a [31mb c d\xef\xbf\xbd");
  assert_text (hr_text_clean ("a\xc2\x9b"
                              "1mb"),
               "a 1mb");
  assert_text (hr_text_clean ("a\xe2\x80\xae"
                              "b\xe2\x80\xa8"
                              "c"),
               "a b c");
  assert_text (hr_text_clean ("größe 測"), "größe 測");
}

static void
test_columns_are_counted (void)
{
  g_assert_cmpuint (hr_text_width (""), ==, 0);
  g_assert_cmpuint (hr_text_width ("größe"), ==, 5);
  g_assert_cmpuint (hr_text_width ("測量"), ==, 4);
  g_assert_cmpuint (hr_text_width ("e\xcc\x81"), ==, 1);
}

static void
test_texts_give_way (void)
{
  assert_text (hr_text_fit ("ranker", 6), "ranker");
  assert_text (hr_text_fit ("ranker", 5), "rank…");
  assert_text (hr_text_fit ("測量測量", 4), "測…");
  assert_text (hr_text_fit ("ranker", 0), "");
  assert_text (hr_text_squeeze ("system_memory_used_mb", 12), "system…ed_mb");
  assert_text (hr_text_squeeze ("system_memory_used_mb", 21), "system_memory_used_mb");
  assert_text (hr_text_squeeze ("ranker", 1), "…");

  for (guint width = 0; width < 30; width++)
    {
      g_autofree char *text = hr_text_squeeze ("/größe/測量測量/rank ranker", width);

      g_assert_cmpuint (hr_text_width (text), <=, width);
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

/* Columns stand below each other, what nobody says anything in is not there, and a table without rows is nothing. */
static void
test_columns_stand_below_each_other (void)
{
  static const char *const heads[] = { "WHO", "WHY", "WHAT" };
  g_autoptr (HrTextTable) table = hr_text_table_new (heads, G_N_ELEMENTS (heads));
  g_autoptr (GString) out = g_string_new (NULL);

  hr_text_table_append (table, out);
  g_assert_cmpstr (out->str, ==, "");

  hr_text_table_add_row (table, (const char *const[]){ "測\n量", NULL, "a" });
  hr_text_table_add_row (table, (const char *const[]){ "x", "", NULL });
  hr_text_table_append (table, out);
  g_assert_cmpstr (out->str, ==, "WHO    WHAT\n測 量  a\nx\n");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/plain-text/clean", test_nothing_foreign_is_obeyed);
  g_test_add_func ("/report/plain-text/width", test_columns_are_counted);
  g_test_add_func ("/report/plain-text/fit", test_texts_give_way);
  g_test_add_func ("/report/plain-text/table", test_columns_stand_below_each_other);

  return g_test_run ();
}
