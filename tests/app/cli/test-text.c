/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/output.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

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

static void
test_what_says_itself_is_said_once (void)
{
  assert_text (hr_text_about ("unix:/a", "gone"), "unix:/a: gone");
  assert_text (hr_text_about ("unix:/a", "nobody at unix:/a"), "nobody at unix:/a");
}

/* A reader that has left is no failure, and nothing is written after that. */
static void
test_a_closed_pipe_is_noticed (void)
{
  HrOutput output;
  int      fds[2];

  signal (SIGPIPE, SIG_IGN);
  g_assert_cmpint (pipe (fds), ==, 0);
  hr_output_init (&output, fds[1], FALSE);
  g_assert_false (output.live);
  g_assert_true (hr_output_write (&output, "one\n", -1));
  close (fds[0]);
  g_assert_false (hr_output_write (&output, "two\n", -1));
  g_assert_true (output.closed);
  g_assert_false (output.failed);
  close (fds[1]);
}

static void
test_a_full_disk_is_a_failure (void)
{
  HrOutput output;
  int      fd = open ("/dev/full", O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    {
      g_test_skip ("there is no /dev/full");
      return;
    }
  hr_output_init (&output, fd, TRUE);
  g_assert_false (hr_output_write (&output, "one\n", -1));
  g_assert_true (output.failed);
  close (fd);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/text/clean", test_nothing_foreign_is_obeyed);
  g_test_add_func ("/cli/text/width", test_columns_are_counted);
  g_test_add_func ("/cli/text/fit", test_texts_give_way);
  g_test_add_func ("/cli/text/about", test_what_says_itself_is_said_once);
  g_test_add_func ("/cli/output/pipe", test_a_closed_pipe_is_noticed);
  g_test_add_func ("/cli/output/full", test_a_full_disk_is_a_failure);

  return g_test_run ();
}
