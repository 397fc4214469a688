/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/frame-log.h"

#include <math.h>

#define SECOND ((gint64) G_USEC_PER_SEC)
#define REFRESH_MS 16.0

static void
test_empty (void)
{
  HrFrameLog log = { 0 };

  g_assert_true (isnan (hr_frame_log_recent (&log)));
  g_assert_true (isnan (hr_frame_log_worst (&log, 5 * SECOND)));
  g_assert_cmpuint (hr_frame_log_dropped (&log, 5 * SECOND), ==, 0);
}

static void
test_recent_is_the_last_hundred (void)
{
  HrFrameLog log = { 0 };

  for (guint i = 0; i < 50; i++)
    hr_frame_log_record (&log, SECOND, 9, REFRESH_MS);
  for (guint i = 0; i < 100; i++)
    hr_frame_log_record (&log, SECOND, i % 2 == 0 ? 1 : 3, REFRESH_MS);

  g_assert_cmpfloat_with_epsilon (hr_frame_log_recent (&log), 2, 1e-9);
}

static void
test_worst_and_dropped_are_forgotten (void)
{
  HrFrameLog log = { 0 };

  hr_frame_log_record (&log, 100 * SECOND, 50, REFRESH_MS);
  hr_frame_log_record (&log, 110 * SECOND, 20, REFRESH_MS);
  hr_frame_log_record (&log, 120 * SECOND, 2, REFRESH_MS);

  g_assert_cmpfloat (hr_frame_log_worst (&log, 120 * SECOND), ==, 50);
  g_assert_cmpuint (hr_frame_log_dropped (&log, 120 * SECOND), ==, 4);
  g_assert_cmpfloat (hr_frame_log_worst (&log, 130 * SECOND), ==, 20);
  g_assert_cmpuint (hr_frame_log_dropped (&log, 130 * SECOND), ==, 1);
  g_assert_true (isnan (hr_frame_log_worst (&log, 160 * SECOND)));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame-log/empty", test_empty);
  g_test_add_func ("/frame-log/recent-is-the-last-hundred", test_recent_is_the_last_hundred);
  g_test_add_func ("/frame-log/worst-and-dropped-are-forgotten", test_worst_and_dropped_are_forgotten);

  return g_test_run ();
}
