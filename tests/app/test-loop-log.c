/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/loop-log.h"

#define MS G_GINT64_CONSTANT (1000000)

/* A moment at which both clocks say the same. */
static const HrLoopTime *
at (gint64 ms)
{
  static HrLoopTime time;

  time = (HrLoopTime){ { ms * MS, ms * MS } };

  return &time;
}

static void
test_longest (void)
{
  HrLoopLog log = { .counting = TRUE };

  hr_loop_log_sleep (&log, at (5));
  hr_loop_log_wake (&log, at (10));
  hr_loop_log_sleep (&log, at (13));
  hr_loop_log_wake (&log, at (100));
  hr_loop_log_sleep (&log, at (101));

  g_assert_cmpuint (log.n_dispatches, ==, 2);
  g_assert_cmpint (log.longest.ns[HR_LOOP_WALL], ==, 3 * MS);
  g_assert_cmpuint (log.n_slow, ==, 0);
}

static void
test_start_up_does_not_count (void)
{
  HrLoopLog log = { 0 };

  hr_loop_log_wake (&log, at (10));
  hr_loop_log_sleep (&log, at (500));
  log.counting = TRUE;
  hr_loop_log_wake (&log, at (600));
  hr_loop_log_sleep (&log, at (602));

  g_assert_cmpuint (log.n_dispatches, ==, 1);
  g_assert_cmpint (log.longest.ns[HR_LOOP_WALL], ==, 2 * MS);
}

static void
test_frames_are_left_out (void)
{
  HrLoopLog log = { .counting = TRUE };

  hr_loop_log_wake (&log, at (10));
  hr_loop_log_begin_frame (&log, at (12));
  hr_loop_log_end_frame (&log, at (30));
  hr_loop_log_begin_frame (&log, at (31));
  hr_loop_log_end_frame (&log, at (41));
  hr_loop_log_sleep (&log, at (43));
  g_assert_cmpint (log.longest.ns[HR_LOOP_WALL], ==, 5 * MS);

  /* They are those of this dispatch alone. */
  hr_loop_log_wake (&log, at (50));
  hr_loop_log_sleep (&log, at (56));
  g_assert_cmpint (log.longest.ns[HR_LOOP_WALL], ==, 6 * MS);
}

/* Whoever runs a loop of their own within a frame is drawing still. */
static void
test_loop_within_a_frame (void)
{
  HrLoopLog log = { .counting = TRUE };

  hr_loop_log_wake (&log, at (10));
  hr_loop_log_begin_frame (&log, at (11));
  hr_loop_log_sleep (&log, at (20));
  hr_loop_log_wake (&log, at (30));
  hr_loop_log_end_frame (&log, at (40));
  hr_loop_log_sleep (&log, at (42));

  g_assert_cmpint (log.longest.ns[HR_LOOP_WALL], ==, 2 * MS);
}

/* Time in which others had the processor is not counted as slow. */
static void
test_clocks (void)
{
  HrLoopLog  log = { .counting = TRUE };
  HrLoopTime woken = { { 0, 0 } };
  HrLoopTime slept = { { 20 * MS, 3 * MS } };

  hr_loop_log_wake (&log, &woken);
  hr_loop_log_sleep (&log, &slept);
  g_assert_cmpint (log.longest.ns[HR_LOOP_WALL], ==, 20 * MS);
  g_assert_cmpint (log.longest.ns[HR_LOOP_CPU], ==, 3 * MS);
  g_assert_cmpuint (log.n_slow, ==, 0);

  hr_loop_log_wake (&log, at (100));
  hr_loop_log_sleep (&log, at (109));
  g_assert_cmpuint (log.n_slow, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loop-log/longest", test_longest);
  g_test_add_func ("/loop-log/start-up-does-not-count", test_start_up_does_not_count);
  g_test_add_func ("/loop-log/frames-are-left-out", test_frames_are_left_out);
  g_test_add_func ("/loop-log/loop-within-a-frame", test_loop_within_a_frame);
  g_test_add_func ("/loop-log/clocks", test_clocks);

  return g_test_run ();
}
