/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/workload.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* A program that does nothing until it is told to end, or fails at once. */
static char *
write_script (const char *body)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-workload-XXXXXX", NULL);
  char            *path = g_build_filename (folder, "workload", NULL);
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\n%s\n", body);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));

  return path;
}

static void
remove_script (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_remove (path);
  g_rmdir (folder);
}

static void
count_cb (HrWorkload   *workload,
          const GError *error,
          guint        *count)
{
  (*count)++;
}

static void
wait_for_start (HrWorkload *workload)
{
  while (hr_workload_get_pid (workload) == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_end (HrWorkload *workload)
{
  while (hr_workload_is_running (workload))
    g_main_context_iteration (NULL, TRUE);
}

static void
test_start_and_stop (void)
{
  g_autofree char *path = write_script ("exec sleep 1000");
  g_autoptr (HrWorkload) workload = hr_workload_new (path);
  guint failures = 0;

  g_signal_connect (workload, "failed", G_CALLBACK (count_cb), &failures);
  g_assert_cmpuint (hr_workload_get_pid (workload), ==, 0);
  hr_workload_start (workload);
  g_assert_true (hr_workload_is_running (workload));
  wait_for_start (workload);

  hr_workload_stop (workload);
  wait_for_end (workload);
  g_assert_cmpuint (failures, ==, 0);
  g_assert_cmpuint (hr_workload_get_pid (workload), ==, 0);
  remove_script (path);
}

/* Nothing has come of the start yet when it is asked to end. */
static void
test_stop_while_it_starts (void)
{
  g_autofree char *path = write_script ("exec sleep 1000");
  g_autoptr (HrWorkload) workload = hr_workload_new (path);
  guint failures = 0;

  g_signal_connect (workload, "failed", G_CALLBACK (count_cb), &failures);
  hr_workload_start (workload);
  hr_workload_stop (workload);
  wait_for_end (workload);
  g_assert_cmpuint (failures, ==, 0);
  remove_script (path);
}

/* Each start of the script is a line in a file. */
static void
test_two_starts_are_one (void)
{
  g_autofree char *path = write_script ("echo >>$0.starts; exec sleep 1000");
  g_autofree char *starts = g_strconcat (path, ".starts", NULL);
  g_autofree char *text = NULL;
  g_autoptr (HrWorkload) workload = hr_workload_new (path);

  hr_workload_start (workload);
  hr_workload_start (workload);
  wait_for_start (workload);
  hr_workload_start (workload);
  while (!g_file_get_contents (starts, &text, NULL, NULL) || *text == '\0')
    {
      g_clear_pointer (&text, g_free);
      g_main_context_iteration (NULL, FALSE);
    }
  hr_workload_stop (workload);
  wait_for_end (workload);
  g_clear_pointer (&text, g_free);

  g_assert_true (g_file_get_contents (starts, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "\n");
  g_remove (starts);
  remove_script (path);
}

static void
test_failure_is_told (void)
{
  g_autofree char *path = write_script ("exit 3");
  g_autoptr (HrWorkload) workload = hr_workload_new (path);
  guint failures = 0;

  g_signal_connect (workload, "failed", G_CALLBACK (count_cb), &failures);
  hr_workload_start (workload);
  wait_for_end (workload);
  g_assert_cmpuint (failures, ==, 1);
  remove_script (path);
}

static void
keep_cb (HrWorkload   *workload,
         const GError *error,
         GError      **kept)
{
  *kept = g_error_copy (error);
}

static void
test_missing_program (void)
{
  g_autoptr (HrWorkload) workload = hr_workload_new ("/nonexistent/headroom-workload");
  g_autoptr (GError) error = NULL;
  guint failures = 0;

  g_signal_connect (workload, "not-started", G_CALLBACK (keep_cb), &error);
  g_signal_connect (workload, "failed", G_CALLBACK (count_cb), &failures);
  hr_workload_start (workload);
  wait_for_end (workload);
  g_assert_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
  g_assert_cmpuint (failures, ==, 0);
}

/* Forks a program that starts @path, waits for the start if @waiting, and goes away without a word. */
static void
start_and_go_away (const char *path,
                   gboolean    waiting)
{
  int   status;
  pid_t program = fork ();

  g_assert_cmpint (program, >=, 0);
  if (program == 0)
    {
      g_autoptr (HrWorkload) workload = hr_workload_new (path);

      hr_workload_start (workload);
      if (waiting)
        wait_for_start (workload);
      _exit (0);
    }
  g_assert_cmpint (waitpid (program, &status, 0), ==, program);
  g_assert_cmpint (status, ==, 0);
}

/* What is left over of a program becomes a child of this one, which waits until there is none. */
static void
test_it_does_not_outlive_the_program (void)
{
  g_autofree char *path = write_script ("exec sleep 1000");

  prctl (PR_SET_CHILD_SUBREAPER, 1);
  start_and_go_away (path, TRUE);
  start_and_go_away (path, FALSE);
  while (waitpid (-1, NULL, 0) > 0)
    ;
  g_assert_cmpint (errno, ==, ECHILD);
  remove_script (path);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* First, as long as no thread of GLib's is there that a fork would leave behind. */
  g_test_add_func ("/workload/goes-with-the-program", test_it_does_not_outlive_the_program);
  g_test_add_func ("/workload/start-and-stop", test_start_and_stop);
  g_test_add_func ("/workload/stop-while-it-starts", test_stop_while_it_starts);
  g_test_add_func ("/workload/start-twice", test_two_starts_are_one);
  g_test_add_func ("/workload/failure-is-told", test_failure_is_told);
  g_test_add_func ("/workload/missing-program", test_missing_program);

  return g_test_run ();
}
