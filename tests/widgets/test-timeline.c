/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/timeline.h"

#include <math.h>

#define START_US (G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC)
#define HOUR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct
{
  HrTimeline *timeline;
  guint       n_changes;
} Fixture;

static void
count_cb (Fixture *fixture)
{
  fixture->n_changes++;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->timeline = hr_timeline_new ();
  hr_timeline_set_bounds (fixture->timeline, START_US, START_US + 24 * HOUR_US);
  hr_timeline_set_view (fixture->timeline, START_US + 10 * HOUR_US, START_US + 12 * HOUR_US);
  g_signal_connect_swapped (fixture->timeline, "view-changed", G_CALLBACK (count_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_object_unref (fixture->timeline);
}

static void
assert_view (Fixture *fixture,
             gint64   begin_us,
             gint64   end_us)
{
  gint64 from_us, to_us;

  hr_timeline_get_view (fixture->timeline, &from_us, &to_us);
  g_assert_cmpint (from_us, ==, begin_us);
  g_assert_cmpint (to_us, ==, end_us);
}

static void
test_zooming_keeps_what_is_below_the_pointer (Fixture      *fixture,
                                              gconstpointer data)
{
  gint64 around_us = START_US + 10 * HOUR_US + HOUR_US / 2;
  double before = hr_timeline_x_of (fixture->timeline, 40, 700, around_us);

  for (int i = 0; i < 20; i++)
    {
      hr_timeline_zoom (fixture->timeline, around_us, i < 10 ? 0.7 : 1.2);
      g_assert_cmpfloat_with_epsilon (hr_timeline_x_of (fixture->timeline, 40, 700, around_us), before, 0.01);
    }
  g_assert_cmpuint (fixture->n_changes, ==, 20);
}

static void
test_views_stay_within_the_bounds (Fixture      *fixture,
                                   gconstpointer data)
{
  hr_timeline_pan (fixture->timeline, -100 * HOUR_US);
  assert_view (fixture, START_US, START_US + 2 * HOUR_US);
  hr_timeline_pan (fixture->timeline, 100 * HOUR_US);
  assert_view (fixture, START_US + 22 * HOUR_US, START_US + 24 * HOUR_US);
  hr_timeline_zoom (fixture->timeline, START_US + 23 * HOUR_US, 1000);
  assert_view (fixture, START_US, START_US + 24 * HOUR_US);
  hr_timeline_set_view (fixture->timeline, START_US - HOUR_US, START_US + HOUR_US);
  assert_view (fixture, START_US, START_US + 2 * HOUR_US);
  hr_timeline_pan (fixture->timeline, G_MININT64 / 2);
  assert_view (fixture, START_US, START_US + 2 * HOUR_US);
}

static void
test_no_view_is_shorter_than_a_millisecond (Fixture      *fixture,
                                            gconstpointer data)
{
  gint64 from_us, to_us;

  for (int i = 0; i < 100; i++)
    hr_timeline_zoom (fixture->timeline, START_US + 11 * HOUR_US, 0.5);
  hr_timeline_get_view (fixture->timeline, &from_us, &to_us);
  g_assert_cmpint (to_us - from_us, ==, 1000);
  g_assert_cmpint (from_us, <=, START_US + 11 * HOUR_US);
  g_assert_cmpint (to_us, >=, START_US + 11 * HOUR_US);

  hr_timeline_set_view (fixture->timeline, START_US + HOUR_US, START_US + HOUR_US + 1);
  hr_timeline_get_view (fixture->timeline, &from_us, &to_us);
  g_assert_cmpint (from_us, ==, START_US + HOUR_US);
  g_assert_cmpint (to_us - from_us, ==, 1000);
}

static void
test_following_goes_along_with_the_end (Fixture      *fixture,
                                        gconstpointer data)
{
  g_assert_false (hr_timeline_get_following (fixture->timeline));
  hr_timeline_set_bounds (fixture->timeline, START_US, START_US + 25 * HOUR_US);
  assert_view (fixture, START_US + 10 * HOUR_US, START_US + 12 * HOUR_US);

  hr_timeline_set_view (fixture->timeline, START_US + 23 * HOUR_US, START_US + 25 * HOUR_US);
  g_assert_true (hr_timeline_get_following (fixture->timeline));
  hr_timeline_set_bounds (fixture->timeline, START_US + HOUR_US, START_US + 26 * HOUR_US);
  assert_view (fixture, START_US + 24 * HOUR_US, START_US + 26 * HOUR_US);

  hr_timeline_pan (fixture->timeline, -HOUR_US);
  g_assert_false (hr_timeline_get_following (fixture->timeline));
  hr_timeline_set_following (fixture->timeline, TRUE);
  assert_view (fixture, START_US + 24 * HOUR_US, START_US + 26 * HOUR_US);

  /* The whole goes on being the whole only at its end: what is gone at its beginning is out of sight. */
  hr_timeline_set_view (fixture->timeline, 0, START_US + 100 * HOUR_US);
  assert_view (fixture, START_US + HOUR_US, START_US + 26 * HOUR_US);
}

static void
test_places_and_times_are_inverse (Fixture      *fixture,
                                   gconstpointer data)
{
  for (int x = 40; x <= 740; x += 7)
    {
      gint64 time_us = hr_timeline_time_at (fixture->timeline, 40, 700, x);

      g_assert_cmpfloat_with_epsilon (hr_timeline_x_of (fixture->timeline, 40, 700, time_us), x, 1e-3);
    }
  g_assert_cmpint (hr_timeline_time_at (fixture->timeline, 40, 700, 0), ==, START_US + 10 * HOUR_US);
  g_assert_cmpint (hr_timeline_time_at (fixture->timeline, 40, 700, 4000), ==, START_US + 12 * HOUR_US);
}

static void
test_the_widest_gutter_is_everybodys (Fixture      *fixture,
                                      gconstpointer data)
{
  hr_timeline_need_gutter (fixture->timeline, GINT_TO_POINTER (1), 40);
  hr_timeline_need_gutter (fixture->timeline, GINT_TO_POINTER (2), 60);
  g_assert_cmpint (hr_timeline_get_gutter (fixture->timeline), ==, 60);
  hr_timeline_need_gutter (fixture->timeline, GINT_TO_POINTER (2), 30);
  g_assert_cmpint (hr_timeline_get_gutter (fixture->timeline), ==, 40);
  hr_timeline_need_gutter (fixture->timeline, GINT_TO_POINTER (1), 0);
  g_assert_cmpint (hr_timeline_get_gutter (fixture->timeline), ==, 30);
}

static void
test_a_selection_has_no_direction (Fixture      *fixture,
                                   gconstpointer data)
{
  gint64 from_us, to_us;

  g_assert_false (hr_timeline_get_selection (fixture->timeline, &from_us, &to_us));
  hr_timeline_set_selection (fixture->timeline, START_US + HOUR_US, START_US);
  g_assert_true (hr_timeline_get_selection (fixture->timeline, &from_us, &to_us));
  g_assert_cmpint (from_us, ==, START_US);
  g_assert_cmpint (to_us, ==, START_US + HOUR_US);
  hr_timeline_clear_selection (fixture->timeline);
  g_assert_false (hr_timeline_get_selection (fixture->timeline, &from_us, &to_us));
}

#define ADD(path, func) g_test_add ("/widgets/timeline/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("zoom", test_zooming_keeps_what_is_below_the_pointer);
  ADD ("bounds", test_views_stay_within_the_bounds);
  ADD ("shortest", test_no_view_is_shorter_than_a_millisecond);
  ADD ("following", test_following_goes_along_with_the_end);
  ADD ("places", test_places_and_times_are_inverse);
  ADD ("gutter", test_the_widest_gutter_is_everybodys);
  ADD ("selection", test_a_selection_has_no_direction);

  return g_test_run ();
}
