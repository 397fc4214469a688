/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/workload.h"

#include <glib/gstdio.h>

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
  g_autoptr (GError) error = NULL;
  guint failures = 0;

  g_signal_connect (workload, "failed", G_CALLBACK (count_cb), &failures);
  g_assert_cmpuint (hr_workload_get_pid (workload), ==, 0);
  g_assert_true (hr_workload_start (workload, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (hr_workload_get_pid (workload), >, 0);

  hr_workload_stop (workload);
  wait_for_end (workload);
  g_assert_cmpuint (failures, ==, 0);
  g_assert_cmpuint (hr_workload_get_pid (workload), ==, 0);
  remove_script (path);
}

static void
test_failure_is_told (void)
{
  g_autofree char *path = write_script ("exit 3");
  g_autoptr (HrWorkload) workload = hr_workload_new (path);
  g_autoptr (GError) error = NULL;
  guint failures = 0;

  g_signal_connect (workload, "failed", G_CALLBACK (count_cb), &failures);
  g_assert_true (hr_workload_start (workload, &error));
  wait_for_end (workload);
  g_assert_cmpuint (failures, ==, 1);
  remove_script (path);
}

static void
test_missing_program (void)
{
  g_autoptr (HrWorkload) workload = hr_workload_new ("/nonexistent/headroom-workload");
  g_autoptr (GError) error = NULL;

  g_assert_false (hr_workload_start (workload, &error));
  g_assert_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
  g_assert_false (hr_workload_is_running (workload));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workload/start-and-stop", test_start_and_stop);
  g_test_add_func ("/workload/failure-is-told", test_failure_is_told);
  g_test_add_func ("/workload/missing-program", test_missing_program);

  return g_test_run ();
}
