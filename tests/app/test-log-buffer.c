/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/log-buffer.h"

static void
add (HrLogBuffer *buffer,
     guint        number)
{
  g_autofree char *text = g_strdup_printf ("line %u", number);
  HrLogLine        line = { (char *) "", (char *) "", 0, (char *) "", text };

  hr_log_buffer_add (buffer, &line);
}

static void
assert_lines (HrLogBuffer *buffer,
              guint        n,
              const char  *first,
              const char  *last)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (buffer->lines)), ==, n);
  g_assert_cmpstr (gtk_string_list_get_string (buffer->lines, 0), ==, first);
  g_assert_cmpstr (gtk_string_list_get_string (buffer->lines, n - 1), ==, last);
}

static void
test_format (void)
{
  HrLogLine        whole = { (char *) "12:00:01", (char *) "SpringBoard", 52, (char *) "Notice", (char *) "hello" };
  HrLogLine        bare = { (char *) "", (char *) "", 0, (char *) "", (char *) "hello" };
  g_autofree char *whole_text = hr_log_line_format (&whole);
  g_autofree char *bare_text = hr_log_line_format (&bare);

  g_assert_cmpstr (whole_text, ==, "12:00:01 SpringBoard[52] Notice: hello");
  g_assert_cmpstr (bare_text, ==, "hello");
}

/* They come together, in their order. */
static void
test_let_in (void)
{
  HrLogBuffer      buffer;
  g_autofree char *text = NULL;

  hr_log_buffer_init (&buffer);
  g_assert_false (hr_log_buffer_let_in (&buffer));
  add (&buffer, 1);
  add (&buffer, 2);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (buffer.lines)), ==, 0);
  g_assert_true (hr_log_buffer_let_in (&buffer));
  assert_lines (&buffer, 2, "line 1", "line 2");
  text = hr_log_buffer_copy (&buffer);
  g_assert_cmpstr (text, ==, "line 1\nline 2\n");
  hr_log_buffer_clear (&buffer);
}

/* However many come, at once or one after the other. */
static void
test_bounded (void)
{
  HrLogBuffer buffer;

  hr_log_buffer_init (&buffer);
  for (guint i = 1; i <= 3 * HR_LOG_LINES; i++)
    add (&buffer, i);
  g_assert_cmpuint (buffer.waiting.length, ==, HR_LOG_LINES);
  hr_log_buffer_let_in (&buffer);
  assert_lines (&buffer, HR_LOG_LINES, "line 1001", "line 1500");

  add (&buffer, 1501);
  hr_log_buffer_let_in (&buffer);
  assert_lines (&buffer, HR_LOG_LINES, "line 1002", "line 1501");
  hr_log_buffer_clear (&buffer);
}

static void
test_empty (void)
{
  HrLogBuffer buffer;

  hr_log_buffer_init (&buffer);
  add (&buffer, 1);
  hr_log_buffer_let_in (&buffer);
  add (&buffer, 2);
  hr_log_buffer_empty (&buffer);
  g_assert_false (hr_log_buffer_let_in (&buffer));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (buffer.lines)), ==, 0);
  hr_log_buffer_clear (&buffer);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log-buffer/format", test_format);
  g_test_add_func ("/log-buffer/let-in", test_let_in);
  g_test_add_func ("/log-buffer/bounded", test_bounded);
  g_test_add_func ("/log-buffer/empty", test_empty);

  return g_test_run ();
}
