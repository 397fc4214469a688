/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/syslog-line.h"

#include <string.h>

#define MARK "Nov 21 16:00:00 Phone SpringBoard(Front)[123] <Notice>: "

static HrLogLine *
parse (const char *text)
{
  return hr_log_line_parse ((const guint8 *) text, strlen (text));
}

static void
line_cb (const HrLogLine *line,
         gpointer         user_data)
{
  g_string_append_printf (user_data, "%s|%s|%" G_GUINT64_FORMAT "|%s|%s\n", line->time, line->process, line->pid, line->level, line->text);
}

static void
test_parts (void)
{
  const struct
  {
    const char *line;
    const char *parts;
  } cases[] = {
    { MARK "open: [1] <x>: y", "Nov 21 16:00:00|SpringBoard(Front)|123|Notice|open: [1] <x>: y\n" },
    { "Nov  1 06:00:00 Phone kernel[0] <Debug>: tick", "Nov  1 06:00:00|kernel|0|Debug|tick\n" },
    { "Nov 21 16:00:00 Phone Some App(UI Kit)[7] <Error>:", "Nov 21 16:00:00|Some App(UI Kit)|7|Error|\n" },
    { "Nov 21 16:00:00 Phone [a][1][2] <Error>: b", "Nov 21 16:00:00|[a][1]|2|Error|b\n" },
    { MARK "one\n\ttwo", "Nov 21 16:00:00|SpringBoard(Front)|123|Notice|one\n\ttwo\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrLogLine) line = parse (cases[i].line);
      g_autoptr (GString) parts = g_string_new (NULL);

      line_cb (line, parts);
      g_assert_cmpstr (parts->str, ==, cases[i].parts);
    }
}

static void
test_text_alone (void)
{
  const char *cases[] = {
    "just this",
    "Nov 21 16:00:00 Phone a[] <b>: c",
    "Nov 21 16:00:00 Phone a[1] b",
    "Nov 21 16:00:00 Phone a[1] <b",
    "Nov 21 16:00:00 Phone a[1] <b>",
    "Nov 21 16:00:00 Phone a[12345678901] <b>: c",
    "Nov 21 16:00:00 ",
    "Nov 21 16:00:00",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrLogLine) line = parse (cases[i]);

      g_assert_cmpstr (line->text, ==, cases[i]);
      g_assert_cmpstr (line->time, ==, "");
      g_assert_cmpstr (line->process, ==, "");
      g_assert_cmpstr (line->level, ==, "");
      g_assert_cmpuint (line->pid, ==, 0);
    }
}

/* Whatever a program logs, it does not reach a terminal or a label as such. */
static void
test_foreign_bytes (void)
{
  g_autoptr (HrLogLine) invalid = parse (MARK "a\xff\xc3(");
  g_autoptr (HrLogLine) control = parse (MARK "a\x1b[2Jb\r\x7f");

  g_assert_cmpstr (invalid->text, ==, "a��(");
  g_assert_cmpstr (control->text, ==, "a [2Jb  ");
}

static void
test_long (void)
{
  g_autoptr (GString) text = g_string_new (MARK);
  g_autoptr (HrLogLine) line = NULL;

  g_string_append_c (text, 'x');
  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "ü");
  line = parse (text->str);
  g_assert_true (g_utf8_validate (line->text, -1, NULL));
  g_assert_cmpuint (strlen (line->text), ==, HR_LOG_TEXT_BYTES - 1);
  g_assert_true (g_str_has_suffix (line->text, "ü"));
}

#define STREAM "\0" MARK "one\n\0" MARK "two\nrows\n\0" \
               "three\n\0\0\n\0" MARK "four"

static void
test_split (void)
{
  const char  stream[] = STREAM;
  const gsize size = sizeof stream - 1;
  g_autoptr (GString) whole = g_string_new (NULL);
  HrLogCutter cutter = { 0 };

  hr_log_cutter_push (&cutter, (const guint8 *) stream, size, line_cb, whole);
  g_assert_nonnull (strstr (whole->str, "|Notice|one\nNov"));
  g_assert_nonnull (strstr (whole->str, "|Notice|two\nrows\n"));
  g_assert_nonnull (strstr (whole->str, "|three\n"));
  g_assert_null (strstr (whole->str, "four"));
  for (gsize i = 0; i <= size; i++)
    {
      g_autoptr (GString) split = g_string_new (NULL);
      HrLogCutter another = { 0 };

      hr_log_cutter_push (&another, (const guint8 *) stream, i, line_cb, split);
      hr_log_cutter_push (&another, (const guint8 *) stream + i, size - i, line_cb, split);
      g_assert_cmpstr (split->str, ==, whole->str);
    }
}

/* A line whose NUL comes only before the next one is not kept waiting; one that goes on is. */
static void
test_rest (void)
{
  HrLogCutter cutter = { 0 };
  g_autoptr (GString) heard = g_string_new (NULL);

  hr_log_cutter_push (&cutter, (const guint8 *) "half", 4, line_cb, heard);
  hr_log_cutter_rest (&cutter, line_cb, heard);
  g_assert_cmpstr (heard->str, ==, "");
  hr_log_cutter_push (&cutter, (const guint8 *) " a line\n", 8, line_cb, heard);
  g_assert_cmpstr (heard->str, ==, "");
  hr_log_cutter_rest (&cutter, line_cb, heard);
  hr_log_cutter_rest (&cutter, line_cb, heard);
  g_assert_cmpstr (heard->str, ==, "||0||half a line\n");
  hr_log_cutter_push (&cutter, (const guint8 *) "\0next\n\0", 7, line_cb, heard);
  g_assert_cmpstr (heard->str, ==, "||0||half a line\n||0||next\n");
}

/* A line without an end takes no more room than any other. */
static void
test_endless (void)
{
  HrLogCutter cutter = { 0 };
  g_autoptr (GString) heard = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    hr_log_cutter_push (&cutter, (const guint8 *) "x", 1, line_cb, heard);
  g_assert_cmpstr (heard->str, ==, "");
  hr_log_cutter_push (&cutter, (const guint8 *) "\n\0next\n\0", 8, line_cb, heard);
  g_assert_cmpuint (heard->len, ==, strlen ("||0||\n") + HR_LOG_TEXT_BYTES + strlen ("||0||next\n"));
}

static gboolean
matches (const HrLogLine *line,
         const char      *filter)
{
  g_autofree char *folded = g_utf8_casefold (filter, -1);

  return hr_log_line_matches (line, folded);
}

static void
test_filter (void)
{
  g_autoptr (HrLogLine) line = parse (MARK "Größe of the house");

  g_assert_true (matches (line, ""));
  g_assert_true (matches (line, "springboard"));
  g_assert_true (matches (line, "HOUSE"));
  g_assert_true (matches (line, "GRÖSSE"));
  g_assert_false (matches (line, "garden"));
  g_assert_false (matches (line, "Notice"));
}

static void
test_rate (void)
{
  HrLogRate rate = { 0 };
  guint     n = 0;

  for (guint i = 0; i < 3000; i++)
    n += hr_log_rate_take (&rate, 5 * G_USEC_PER_SEC + i);
  g_assert_cmpuint (n, ==, 1000);
  g_assert_false (hr_log_rate_take (&rate, 6 * G_USEC_PER_SEC - 1));
  g_assert_true (hr_log_rate_take (&rate, 6 * G_USEC_PER_SEC));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/syslog-line/parts", test_parts);
  g_test_add_func ("/link/syslog-line/text-alone", test_text_alone);
  g_test_add_func ("/link/syslog-line/foreign-bytes", test_foreign_bytes);
  g_test_add_func ("/link/syslog-line/long", test_long);
  g_test_add_func ("/link/syslog-line/split", test_split);
  g_test_add_func ("/link/syslog-line/rest", test_rest);
  g_test_add_func ("/link/syslog-line/endless", test_endless);
  g_test_add_func ("/link/syslog-line/filter", test_filter);
  g_test_add_func ("/link/syslog-line/rate", test_rate);

  return g_test_run ();
}
