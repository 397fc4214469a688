/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/opener.h"

#include <glib/gstdio.h>
#include <signal.h>

static const HrPairing pairing = { .host = (char *) "atlas.example", .port = 7, .secured = TRUE };

static void
check_retries (HrOpener   *opener,
               GQuark      domain,
               int         code,
               const guint expected[],
               guint       n_expected)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "gone");
  guint n_failures = 0;

  for (guint i = 0; i < n_expected; i++)
    g_assert_cmpuint (hr_opener_plan_retry (opener, error, &n_failures), ==, expected[i]);
}

static void
test_retries_become_rarer (void)
{
  const guint       expected[] = { 100, 200, 400, 800, 1600, 3200, 5000, 5000 };
  const char *const argv[] = { "agent", NULL };
  g_autoptr (HrOpener) spawn = hr_opener_new_spawn (argv);
  g_autoptr (HrOpener) path = hr_opener_new_unix ("/nowhere");
  g_autoptr (HrOpener) tcp = hr_opener_new_tcp (&pairing);

  check_retries (spawn, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED, expected, G_N_ELEMENTS (expected));
  check_retries (path, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, expected, G_N_ELEMENTS (expected));
  check_retries (tcp, HR_LINK_ERROR, HR_LINK_ERROR_CERTIFICATE, expected, G_N_ELEMENTS (expected));
}

/* However long the app stays away, it is found within a second; and what happens to it then is quick again. */
static void
test_an_app_is_looked_for_every_second (void)
{
  g_autoptr (HrUsbmux) usbmux = hr_usbmux_new ("UNIX:/nowhere");
  g_autoptr (HrOpener) usb = hr_opener_new_usb (usbmux, "udid", 7777, NULL);
  g_autoptr (GError) refused = g_error_new_literal (HR_USBMUX_ERROR, HR_USBMUX_ERROR_REFUSED, "refused");
  g_autoptr (GError) closed = g_error_new_literal (HR_LINK_ERROR, HR_LINK_ERROR_CLOSED, "closed");
  guint n_failures = 0;

  for (guint i = 0; i < 9; i++)
    hr_opener_plan_retry (usb, closed, &n_failures);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpuint (hr_opener_plan_retry (usb, refused, &n_failures), ==, 1000);
  g_assert_cmpuint (hr_opener_plan_retry (usb, closed, &n_failures), ==, 100);
  g_assert_cmpuint (hr_opener_plan_retry (usb, closed, &n_failures), ==, 200);
}

static void
opened_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Opens and returns what that failed with. */
static GError *
open_and_fail (HrOpener     *opener,
               GCancellable *cancellable)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  hr_opener_open_async (opener, cancellable, opened_cb, &result);
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (hr_opener_open_finish (result, &error));

  return error;
}

static void
test_what_fails_is_said (void)
{
  const char *const argv[] = { "/nonexistent/agent", NULL };
  g_autoptr (HrUsbmux) usbmux = hr_usbmux_new ("UNIX:/nowhere");
  g_autoptr (HrOpener) spawn = hr_opener_new_spawn (argv);
  g_autoptr (HrOpener) usb = hr_opener_new_usb (usbmux, "udid", 7777, NULL);
  g_autoptr (GError) not_there = open_and_fail (spawn, NULL);
  g_autoptr (GError) not_attached = open_and_fail (usb, NULL);

  g_assert_error (not_there, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
  g_assert_error (not_attached, HR_USBMUX_ERROR, HR_USBMUX_ERROR_NO_DEVICE);
}

/* The reason is told as it is, every time, and nobody tries by himself. */
static void
test_what_is_barred_says_why (void)
{
  g_autoptr (GError) why = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "not allowed");
  g_autoptr (HrOpener) barred = hr_opener_new_barred (why);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = open_and_fail (barred, NULL);
      guint n_failures = i;

      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
      g_assert_cmpstr (error->message, ==, "not allowed");
      g_assert_cmpuint (hr_opener_plan_retry (barred, error, &n_failures), ==, HR_OPENER_NO_RETRY);
    }
}

static void
test_what_is_cancelled_brings_no_link (void)
{
  const char *const argv[] = { "/bin/sleep", "3600", NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (HrOpener) opener = hr_opener_new_spawn (argv);
  g_autoptr (GError) error = open_and_fail (opener, cancellable);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Returns the process id that the agent wrote to @path, 0 before it did. */
static int
read_pid (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strchr (text, '\n') != NULL ? atoi (text) : 0;
}

/* It would hang: it does not listen to its socket. */
static void
test_an_agent_that_runs_already_ends (void)
{
  g_autofree char  *folder = g_dir_make_tmp ("headroom-opener-XXXXXX", NULL);
  g_autofree char  *path = g_build_filename (folder, "pid", NULL);
  const char *const argv[] = { "/bin/sh", "-c", "echo $$ > \"$0\"; exec sleep 3600", path, NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (HrOpener) opener = hr_opener_new_spawn (argv);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  int pid;

  /* Its answer waits in the main context, which nobody runs meanwhile. */
  hr_opener_open_async (opener, cancellable, opened_cb, &result);
  while ((pid = read_pid (path)) == 0)
    g_thread_yield ();
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_assert_null (hr_opener_open_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&result);
  while (kill (pid, 0) == 0)
    g_main_context_iteration (NULL, FALSE);

  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/opener/retries", test_retries_become_rarer);
  g_test_add_func ("/hub/opener/app", test_an_app_is_looked_for_every_second);
  g_test_add_func ("/hub/opener/fails", test_what_fails_is_said);
  g_test_add_func ("/hub/opener/barred", test_what_is_barred_says_why);
  g_test_add_func ("/hub/opener/cancelled", test_what_is_cancelled_brings_no_link);
  g_test_add_func ("/hub/opener/cancelled-late", test_an_agent_that_runs_already_ends);

  return g_test_run ();
}
