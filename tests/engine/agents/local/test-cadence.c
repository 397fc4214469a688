/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/local/cadence.h"

static void
test_lateness_never_adds_up (void)
{
  gint64 deadline = 1000;

  for (guint i = 0; i < 1000; i++)
    deadline = hr_cadence_after (deadline, 100, deadline + 37);
  g_assert_cmpint (deadline, ==, 1000 + 1000 * 100);
}

static void
test_missed_deadlines_are_left_out (void)
{
  g_assert_cmpint (hr_cadence_after (1000, 100, 1000), ==, 1100);
  g_assert_cmpint (hr_cadence_after (1000, 100, 1099), ==, 1100);
  g_assert_cmpint (hr_cadence_after (1000, 100, 1100), ==, 1200);
  g_assert_cmpint (hr_cadence_after (1000, 100, 5555), ==, 5600);
}

static void
test_an_early_wake_keeps_the_grid (void)
{
  g_assert_cmpint (hr_cadence_after (1000, 100, 990), ==, 1100);
}

static gboolean
count_cb (gpointer user_data)
{
  return ++*(guint *) user_data < 3;
}

static void
test_the_source_calls_until_it_is_told_to_stop (void)
{
  GSource *source = hr_cadence_source_new (1);
  guint    n_calls = 0;

  g_source_set_callback (source, count_cb, &n_calls, NULL);
  g_source_attach (source, NULL);
  while (!g_source_is_destroyed (source))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_calls, ==, 3);
  g_source_unref (source);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/agent/cadence/drift", test_lateness_never_adds_up);
  g_test_add_func ("/agent/cadence/missed", test_missed_deadlines_are_left_out);
  g_test_add_func ("/agent/cadence/early", test_an_early_wake_keeps_the_grid);
  g_test_add_func ("/agent/cadence/source", test_the_source_calls_until_it_is_told_to_stop);

  return g_test_run ();
}
