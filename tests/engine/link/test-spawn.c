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
spawned_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Starts @argv beside the main loop, and waits for what comes of it. */
static HrLink *
spawn_beside (const char *const *argv,
              const char *const *environment,
              GCancellable      *cancellable,
              GSubprocess      **child,
              GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_link_spawn_async (argv, environment, cancellable, spawned_cb, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return hr_link_spawn_finish (result, child, error);
}

static void
test_beside_the_main_loop (void)
{
  const char *const argv[] = { child_path, NULL };
  const char *const environment[] = { "ECHO_WORD=a=b", NULL };
  Watch             a;
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;

  watch_init (&a, spawn_beside (argv, environment, NULL, &child, &error));
  g_assert_no_error (error);
  hr_link_start (a.link);
  send_ping (a.link, 5);
  watch_until_heard (&a, "goodbye a=b|ping 5|");
  hr_link_close (a.link);
  g_assert_true (g_subprocess_wait_check (child, NULL, &error));
  watch_clear (&a);
}

static void
test_beside_the_main_loop_in_vain (void)
{
  const char *const missing[] = { "/nonexistent/headroom-agent", NULL };
  const char *const argv[] = { child_path, NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) not_there = NULL;
  g_autoptr (GError) not_wanted = NULL;

  g_assert_null (spawn_beside (missing, NULL, NULL, &child, &not_there));
  g_assert_error (not_there, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
  g_cancellable_cancel (cancellable);
  g_assert_null (spawn_beside (argv, NULL, cancellable, &child, &not_wanted));
  g_assert_error (not_wanted, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (child);
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
  g_test_add_func ("/link/spawn/beside", test_beside_the_main_loop);
  g_test_add_func ("/link/spawn/beside-in-vain", test_beside_the_main_loop_in_vain);

  return g_test_run ();
}
