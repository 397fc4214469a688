/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/base/units.h"

#include <glib.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static void
assert_format (double      value,
               HrUnit      unit,
               const char *expected)
{
  char   text[32];
  size_t length = hr_value_format (value, unit, text, sizeof text);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (length, ==, strlen (expected));
}

static void
test_format_scales_durations (void)
{
  assert_format (152e-6, HR_UNIT_MILLISECONDS, "152 ns");
  assert_format (0.0281, HR_UNIT_MILLISECONDS, "28.1 us");
  assert_format (9.4, HR_UNIT_MILLISECONDS, "9.4 ms");
  assert_format (3.124, HR_UNIT_MILLISECONDS, "3.12 ms");
  assert_format (2500, HR_UNIT_MILLISECONDS, "2.5 s");
  assert_format (90e3, HR_UNIT_MILLISECONDS, "1.5 min");
}

static void
test_format_knows_every_unit (void)
{
  assert_format (58, HR_UNIT_MEGABYTES, "58 MB");
  assert_format (0.5, HR_UNIT_MEGABYTES, "500 kB");
  assert_format (25284, HR_UNIT_MEGABYTES, "25.3 GB");
  assert_format (0.989, HR_UNIT_RATIO, "98.9 %");
  assert_format (318.4, HR_UNIT_PER_SECOND, "318/s");
  assert_format (0.02, HR_UNIT_MEGABYTES_PER_SECOND, "20 kB/s");
  assert_format (30.1, HR_UNIT_CELSIUS, "30.1 °C");
  assert_format (-4, HR_UNIT_CELSIUS, "-4 °C");
  assert_format (0, HR_UNIT_CELSIUS, "0 °C");
  assert_format (27914, HR_UNIT_COUNT, "27914");
}

static void
test_format_rounds_into_the_next_step (void)
{
  assert_format (0.99996, HR_UNIT_MILLISECONDS, "1 ms");
  assert_format (999.96, HR_UNIT_MILLISECONDS, "1 s");
  assert_format (9.996, HR_UNIT_MILLISECONDS, "10 ms");
}

static void
test_format_of_zero_negative_and_nothing (void)
{
  assert_format (0, HR_UNIT_MILLISECONDS, "0 ms");
  assert_format (0, HR_UNIT_MEGABYTES, "0 MB");
  assert_format (-1.5, HR_UNIT_MILLISECONDS, "-1.5 ms");
  assert_format ((double) NAN, HR_UNIT_MILLISECONDS, "–");
  assert_format ((double) INFINITY, HR_UNIT_COUNT, "–");
}

/* A share that is not nothing does not read as nothing. */
static void
test_format_keeps_the_first_digit_of_a_share (void)
{
  assert_format (0, HR_UNIT_RATIO, "0 %");
  assert_format (0.4e-3 / 10, HR_UNIT_RATIO, "0.004 %");
  assert_format (-0.4e-3 / 10, HR_UNIT_RATIO, "-0.004 %");
  assert_format (0.49e-4, HR_UNIT_RATIO, "0.005 %");
  assert_format (0.51e-4, HR_UNIT_RATIO, "0.01 %");
  assert_format (0.96e-5, HR_UNIT_RATIO, "0.001 %");
  assert_format (3e-9, HR_UNIT_RATIO, "0.0000003 %");
}

static void
test_format_never_overflows (void)
{
  char   text[6] = "xxxxx";
  size_t length = hr_value_format (123456789, HR_UNIT_MILLISECONDS, text, 4);

  g_assert_cmpuint (length, ==, 3);
  g_assert_cmpint (text[4], ==, 'x');
}

static void
test_severity_follows_the_ratio (void)
{
  g_assert_cmpint (hr_severity_from_ratio (1.0), ==, HR_SEVERITY_NONE);
  g_assert_cmpint (hr_severity_from_ratio (1.01), ==, HR_SEVERITY_LOW);
  g_assert_cmpint (hr_severity_from_ratio (1.1), ==, HR_SEVERITY_MEDIUM);
  g_assert_cmpint (hr_severity_from_ratio (1.5), ==, HR_SEVERITY_HIGH);
  g_assert_cmpint (hr_severity_from_ratio (2.0), ==, HR_SEVERITY_CRITICAL);
  g_assert_cmpint (hr_severity_from_ratio ((double) NAN), ==, HR_SEVERITY_NONE);
}

static void
test_names_are_complete (void)
{
  for (int i = 0; i < HR_N_KINDS; i++)
    g_assert_cmpstr (hr_kind_name ((HrKind) i), !=, "unknown");
  for (int i = 0; i < HR_N_UNITS; i++)
    g_assert_cmpstr (hr_unit_name ((HrUnit) i), !=, "unknown");
  for (int i = 0; i < HR_N_SEVERITIES; i++)
    g_assert_cmpstr (hr_severity_name ((HrSeverity) i), !=, "unknown");
  for (int i = 0; i < HR_N_DIRECTIONS; i++)
    g_assert_cmpstr (hr_direction_name ((HrDirection) i), !=, "unknown");
  g_assert_cmpstr (hr_unit_name (HR_N_UNITS), ==, "unknown");
  g_assert_cmpstr (hr_unit_suffix (HR_UNIT_MEGABYTES_PER_SECOND), ==, "_mb_per_second");
  g_assert_cmpstr (hr_unit_suffix (HR_UNIT_COUNT), ==, "");
  g_assert_cmpstr (hr_unit_suffix (HR_N_UNITS), ==, "");
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/units/format/durations", test_format_scales_durations);
  g_test_add_func ("/base/units/format/every-unit", test_format_knows_every_unit);
  g_test_add_func ("/base/units/format/next-step", test_format_rounds_into_the_next_step);
  g_test_add_func ("/base/units/format/edges", test_format_of_zero_negative_and_nothing);
  g_test_add_func ("/base/units/format/small-share", test_format_keeps_the_first_digit_of_a_share);
  g_test_add_func ("/base/units/format/bounded", test_format_never_overflows);
  g_test_add_func ("/base/units/severity", test_severity_follows_the_ratio);
  g_test_add_func ("/base/units/names", test_names_are_complete);

  return g_test_run ();
}
