/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/engine/link/watch.h"

static const char *child_path;

static void
test_child_answers (void)
{
  const char *const argv[] = { child_path, NULL };
  const char *const environment[] = { "ECHO_WORD=a=b", NULL };
  Watch             a;
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;

  watch_init (&a, hr_link_spawn (argv, environment, &child, &error));
  g_assert_no_error (error);
  hr_link_start (a.link);
  send_ping (a.link, 5);
  watch_until_heard (&a, "goodbye a=b|ping 5|");

  /* The child ends because its link does. */
  hr_link_close (a.link);
  g_assert_true (g_subprocess_wait_check (child, NULL, &error));
  g_assert_no_error (error);
  watch_clear (&a);
}

static void
test_death_of_the_child_is_the_end (void)
{
  const char *const argv[] = { child_path, NULL };
  Watch             a;
  g_autoptr (GSubprocess) child = NULL;

  watch_init (&a, hr_link_spawn (argv, NULL, &child, NULL));
  hr_link_start (a.link);
  watch_until_heard (&a, "goodbye |");
  g_subprocess_force_exit (child);
  watch_until_closed (&a);
  g_assert_error (a.error, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED);
  g_assert_true (g_subprocess_wait (child, NULL, NULL));
  watch_clear (&a);
}

static void
test_no_such_program (void)
{
  const char *const argv[] = { "/nonexistent/headroom-agent", NULL };
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_link_spawn (argv, NULL, &child, &error));
  g_assert_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
  g_assert_null (child);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  child_path = argv[1];
  g_test_add_func ("/link/spawn/answers", test_child_answers);
  g_test_add_func ("/link/spawn/death", test_death_of_the_child_is_the_end);
  g_test_add_func ("/link/spawn/no-program", test_no_such_program);

  return g_test_run ();
}
