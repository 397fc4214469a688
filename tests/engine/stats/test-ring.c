/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/ring.h"

#include <glib.h>
#include <math.h>

static void
assert_times (const HrRing  *ring,
              const guint64 *times,
              gsize          n)
{
  g_assert_cmpuint (hr_ring_length (ring), ==, n);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpuint (hr_ring_get (ring, i).time, ==, times[i]);
      g_assert_cmpfloat (hr_ring_get (ring, i).value, ==, (double) times[i]);
    }
}

static void
test_the_latest_are_kept_for_ever (void)
{
  HrTimedValue storage[7];
  HrRing       ring;

  hr_ring_init (&ring, storage, G_N_ELEMENTS (storage));
  for (guint64 i = 1; i <= 1000; i++)
    {
      g_assert_true (hr_ring_append (&ring, i, (double) i));
      g_assert_cmpuint (hr_ring_length (&ring), ==, MIN (i, 7));
      g_assert_cmpuint (hr_ring_get (&ring, 0).time, ==, i > 7 ? i - 6 : 1);
      g_assert_cmpuint (hr_ring_get (&ring, hr_ring_length (&ring) - 1).time, ==, i);
    }
  g_assert_true (isnan (hr_ring_get (&ring, 7).value));
}

/* The seeds took the end of the array for the latest: after the ring wraps that is the oldest. */
static void
test_recent_means_by_time_after_wrapping (void)
{
  HrTimedValue storage[1000];
  HrRing       ring;

  hr_ring_init (&ring, storage, G_N_ELEMENTS (storage));
  for (guint i = 0; i < 1050; i++)
    hr_ring_append (&ring, i, i < 950 ? 1 : 5);

  g_assert_cmpfloat (hr_ring_recent_mean (&ring, HR_RECENT_SAMPLES), ==, 5);
  g_assert_cmpfloat (hr_ring_recent_mean (&ring, 200), ==, 3);
}

static void
test_late_values_take_their_place (void)
{
  const guint64 in_order[] = { 20, 30, 40, 50 };
  const guint64 after_wrap[] = { 35, 40, 45, 50 };
  HrTimedValue  storage[4];
  HrRing        ring;

  hr_ring_init (&ring, storage, G_N_ELEMENTS (storage));
  hr_ring_append (&ring, 40, 40);
  hr_ring_append (&ring, 20, 20);
  hr_ring_append (&ring, 50, 50);
  hr_ring_append (&ring, 30, 30);
  assert_times (&ring, in_order, 4);

  hr_ring_append (&ring, 45, 45);
  hr_ring_append (&ring, 35, 35);
  assert_times (&ring, after_wrap, 4);
  g_assert_cmpfloat (hr_ring_recent_mean (&ring, 2), ==, 47.5);
}

static void
test_what_has_no_place_is_refused_and_counted (void)
{
  HrTimedValue storage[3];
  HrRing       ring;

  hr_ring_init (&ring, storage, G_N_ELEMENTS (storage));
  for (guint64 time = 10; time < 13; time++)
    hr_ring_append (&ring, time, 1);

  g_assert_false (hr_ring_append (&ring, 9, 1));
  g_assert_false (hr_ring_append (&ring, 20, (double) NAN));
  g_assert_false (hr_ring_append (&ring, 20, (double) INFINITY));
  g_assert_cmpuint (ring.refused, ==, 3);
  g_assert_cmpuint (hr_ring_get (&ring, 2).time, ==, 12);

  hr_ring_clear (&ring);
  g_assert_cmpuint (hr_ring_length (&ring), ==, 0);
  g_assert_cmpuint (ring.refused, ==, 0);
  g_assert_true (hr_ring_append (&ring, 1, 1));
}

static void
test_find_gives_the_first_at_or_after (void)
{
  HrTimedValue storage[8];
  HrRing       ring;

  hr_ring_init (&ring, storage, G_N_ELEMENTS (storage));
  g_assert_cmpuint (hr_ring_find (&ring, 5), ==, 0);
  for (guint64 i = 0; i < 11; i++)
    hr_ring_append (&ring, 10 * i, 1);

  /* 30, 40 .. 100 are left. */
  g_assert_cmpuint (hr_ring_find (&ring, 0), ==, 0);
  g_assert_cmpuint (hr_ring_find (&ring, 31), ==, 1);
  g_assert_cmpuint (hr_ring_find (&ring, 60), ==, 3);
  g_assert_cmpuint (hr_ring_find (&ring, 100), ==, 7);
  g_assert_cmpuint (hr_ring_find (&ring, 101), ==, 8);
}

static void
test_compliance_respects_direction (void)
{
  HrTimedValue storage[10];
  HrRing       ring;

  hr_ring_init (&ring, storage, G_N_ELEMENTS (storage));
  for (guint i = 1; i <= 10; i++)
    hr_ring_append (&ring, i, i);

  g_assert_cmpfloat (hr_ring_compliance (&ring, 8, HR_DIRECTION_LOWER), ==, 0.8);
  g_assert_cmpfloat (hr_ring_compliance (&ring, 8, HR_DIRECTION_HIGHER), ==, 0.3);
  g_assert_cmpfloat (hr_ring_compliance (&ring, 0, HR_DIRECTION_LOWER), ==, 0);
  g_assert_true (isnan (hr_ring_compliance (&ring, (double) NAN, HR_DIRECTION_LOWER)));
}

static void
test_an_empty_ring_answers_nan (void)
{
  HrRing ring;

  hr_ring_init (&ring, NULL, 0);

  g_assert_false (hr_ring_append (&ring, 1, 1));
  g_assert_true (isnan (hr_ring_recent_mean (&ring, HR_RECENT_SAMPLES)));
  g_assert_true (isnan (hr_ring_compliance (&ring, 1, HR_DIRECTION_LOWER)));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/ring/latest", test_the_latest_are_kept_for_ever);
  g_test_add_func ("/stats/ring/recent", test_recent_means_by_time_after_wrapping);
  g_test_add_func ("/stats/ring/late", test_late_values_take_their_place);
  g_test_add_func ("/stats/ring/refused", test_what_has_no_place_is_refused_and_counted);
  g_test_add_func ("/stats/ring/find", test_find_gives_the_first_at_or_after);
  g_test_add_func ("/stats/ring/compliance", test_compliance_respects_direction);
  g_test_add_func ("/stats/ring/empty", test_an_empty_ring_answers_nan);

  return g_test_run ();
}
