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
  g_test_add_func ("/cli/text/about", test_what_says_itself_is_said_once);
  g_test_add_func ("/cli/output/pipe", test_a_closed_pipe_is_noticed);
  g_test_add_func ("/cli/output/full", test_a_full_disk_is_a_failure);

  return g_test_run ();
}
