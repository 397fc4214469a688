/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/axis.h"

#include <locale.h>
#include <math.h>

/* Returns whether @step is 1, 2 or 5 times a power of ten. */
static gboolean
is_round (double step)
{
  double digit = step / pow (10, floor (log10 (step) + 1e-9));

  return fabs (digit - 1) < 1e-6 || fabs (digit - 2) < 1e-6 || fabs (digit - 5) < 1e-6;
}

static void
test_ticks_are_round_bounded_and_above_the_data (void)
{
  for (double highest = 1e-6; highest < 1e7; highest *= 1.37)
    for (int max_steps = 1; max_steps <= 8; max_steps++)
      {
        HrAxis axis = { 0 };
        int    n_ticks;

        g_assert_true (hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, highest, (double) NAN, max_steps));
        n_ticks = hr_axis_n_ticks (&axis);
        g_assert_true (is_round (axis.step * axis.factor));
        g_assert_cmpint (n_ticks, >=, 2);
        g_assert_cmpint (n_ticks, <=, max_steps + 1);
        g_assert_cmpfloat_with_epsilon ((n_ticks - 1) * axis.step / axis.top, 1, 1e-9);
        g_assert_cmpfloat (axis.top, >, highest);
        /* A line that fills less than this would look flat. */
        if (max_steps >= 3)
          g_assert_cmpfloat (axis.top, <, 2.6 * highest);
      }
}

static void
assert_labels (double      highest,
               HrUnit      unit,
               int         max_steps,
               const char *expected)
{
  HrAxis axis = { 0 };
  g_autoptr (GString) labels = g_string_new (NULL);

  hr_axis_fit (&axis, unit, highest, (double) NAN, max_steps);
  for (int i = 0, n = hr_axis_n_ticks (&axis); i < n; i++)
    {
      g_autofree char *label = hr_axis_label (&axis, i, i == n - 1);

      g_string_append_printf (labels, i == 0 ? "%s" : "|%s", label);
    }
  g_assert_cmpstr (labels->str, ==, expected);
}

static void
test_one_unit_for_the_whole_axis (void)
{
  assert_labels (14.9, HR_UNIT_MILLISECONDS, 5, "0|5|10|15|20 ms");
  assert_labels (1.4, HR_UNIT_MILLISECONDS, 4, "0|0.5|1.0|1.5 ms");
  assert_labels (0.028, HR_UNIT_MILLISECONDS, 4, "0|10|20|30 us");
  assert_labels (110000, HR_UNIT_MILLISECONDS, 4, "0|0.5|1.0|1.5|2.0 min");
  assert_labels (0.97, HR_UNIT_RATIO, 3, "0|50|100|150 %");
  assert_labels (318, HR_UNIT_PER_SECOND, 4, "0|100|200|300|400/s");
  assert_labels (150, HR_UNIT_MEGABYTES, 4, "0|50|100|150|200 MB");
  assert_labels (4, HR_UNIT_COUNT, 5, "0|1|2|3|4|5");
}

static void
test_the_top_rises_at_once_and_sinks_late (void)
{
  HrAxis axis = { 0 };

  hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, 9, (double) NAN, 5);
  g_assert_cmpfloat (axis.top, ==, 10);
  g_assert_true (hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, 18, (double) NAN, 5));
  g_assert_cmpfloat (axis.top, ==, 20);
  g_assert_false (hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, 13, (double) NAN, 5));
  g_assert_cmpfloat (axis.top, ==, 20);
  g_assert_true (hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, 9, (double) NAN, 5));
  g_assert_cmpfloat (axis.top, ==, 10);
}

static void
test_the_limit_joins_when_data_come_near (void)
{
  HrAxis axis = { 0 };

  hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, (double) NAN, 10, 5);
  g_assert_true (axis.limit_shown);
  g_assert_cmpfloat (axis.top, >, 10);

  hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, 0.028, 10, 5);
  g_assert_false (axis.limit_shown);
  g_assert_cmpfloat (axis.top, <, 0.05);

  hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, 1.9, 10, 5);
  g_assert_false (axis.limit_shown);
  hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, 2.1, 10, 5);
  g_assert_true (axis.limit_shown);
  g_assert_cmpfloat (axis.top, >, 10);
  hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, 1.5, 10, 5);
  g_assert_true (axis.limit_shown);
  hr_axis_fit (&axis, HR_UNIT_MILLISECONDS, 1.1, 10, 5);
  g_assert_false (axis.limit_shown);
}

static void
test_time_steps_are_those_of_clocks (void)
{
  g_assert_cmpfloat (hr_time_step (30, 3), ==, 10);
  g_assert_cmpfloat (hr_time_step (30, 6), ==, 5);
  g_assert_cmpfloat (hr_time_step (3600, 4), ==, 900);
  g_assert_cmpfloat (hr_time_step (86400, 4), ==, 21600);
  g_assert_cmpfloat (hr_time_step (86400 * 7, 4), ==, 86400 * 2);
  g_assert_cmpfloat (hr_time_step (1, 4), ==, 0.5);
}

static void
test_time_labels_scale (void)
{
  static const struct
  {
    double      seconds;
    const char *expected;
  } cases[] = {
    { 0, "now" },
    { 0.5, "0.5 s" },
    { 30, "30 s" },
    { 90, "1.5 min" },
    { 3600, "1 h" },
    { 86400, "24 h" },
    { 172800, "2 d" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *label = hr_time_label (cases[i].seconds);

      g_assert_cmpstr (label, ==, cases[i].expected);
    }
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/widgets/axis/round", test_ticks_are_round_bounded_and_above_the_data);
  g_test_add_func ("/widgets/axis/unit", test_one_unit_for_the_whole_axis);
  g_test_add_func ("/widgets/axis/hysteresis", test_the_top_rises_at_once_and_sinks_late);
  g_test_add_func ("/widgets/axis/limit", test_the_limit_joins_when_data_come_near);
  g_test_add_func ("/widgets/axis/time/steps", test_time_steps_are_those_of_clocks);
  g_test_add_func ("/widgets/axis/time/labels", test_time_labels_scale);

  return g_test_run ();
}
