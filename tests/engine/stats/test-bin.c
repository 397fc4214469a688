/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/bin.h"

#include <glib.h>

#define SECOND_US INT64_C (1000000)

/* Returns a bin of a second from @second on with the given range, its middle being its mean. */
static HrBin
bin_of (int64_t second,
        double  min,
        double  max)
{
  return (HrBin){ second * SECOND_US, (second + 1) * SECOND_US, 10, 5 * (min + max), min, max };
}

static void
test_what_counts_is_told_a_second (void)
{
  HrBin        bin = { 0, 4 * SECOND_US, 8, 100, 1, 50 };
  HrBinReading reading;

  g_assert_true (hr_bin_read (&bin, HR_KIND_COUNTER, &reading));
  g_assert_cmpfloat (reading.mean, ==, 25);
  g_assert_cmpfloat (reading.max, ==, 25);
  g_assert_true (hr_bin_read (&bin, HR_KIND_EVENT, &reading));
  g_assert_cmpfloat (reading.mean, ==, 2);
  g_assert_true (hr_bin_read (&bin, HR_KIND_GAUGE, &reading));
  g_assert_cmpfloat (reading.mean, ==, 12.5);
  g_assert_cmpfloat (reading.max, ==, 50);
  g_assert_cmpint (hr_bin_unit (HR_UNIT_COUNT, HR_KIND_COUNTER), ==, HR_UNIT_PER_SECOND);
  g_assert_cmpint (hr_bin_unit (HR_UNIT_MEGABYTES, HR_KIND_COUNTER), ==, HR_UNIT_MEGABYTES_PER_SECOND);
  g_assert_cmpint (hr_bin_unit (HR_UNIT_MEGABYTES, HR_KIND_EVENT), ==, HR_UNIT_PER_SECOND);
  g_assert_cmpint (hr_bin_unit (HR_UNIT_MEGABYTES, HR_KIND_GAUGE), ==, HR_UNIT_MEGABYTES);

  bin.count = 0;
  g_assert_false (hr_bin_read (&bin, HR_KIND_GAUGE, &reading));
}

static void
test_bins_are_found_by_time (void)
{
  HrBin        bins[] = { bin_of (10, 1, 2), bin_of (11, 2, 4), bin_of (20, 3, 9) };
  HrBinReading reading;
  size_t       i;

  g_assert_true (hr_bins_find (bins, 3, 11 * SECOND_US + 5, 0, &i));
  g_assert_cmpuint (i, ==, 1);
  g_assert_false (hr_bins_find (bins, 3, 15 * SECOND_US, SECOND_US, &i));
  g_assert_true (hr_bins_find (bins, 3, 19 * SECOND_US, 2 * SECOND_US, &i));
  g_assert_cmpuint (i, ==, 2);
  g_assert_true (hr_bins_find (bins, 3, 0, INT64_MAX, &i));
  g_assert_cmpuint (i, ==, 0);
  g_assert_true (hr_bins_find (bins, 3, 99 * SECOND_US, INT64_MAX, &i));
  g_assert_cmpuint (i, ==, 2);
  g_assert_false (hr_bins_find (NULL, 0, 0, INT64_MAX, &i));

  g_assert_true (hr_bins_extent (bins, 3, HR_KIND_GAUGE, 0, 12 * SECOND_US, &reading));
  g_assert_cmpfloat (reading.min, ==, 1);
  g_assert_cmpfloat (reading.max, ==, 4);
  g_assert_cmpfloat (reading.mean, ==, 2.25);
  g_assert_false (hr_bins_extent (bins, 3, HR_KIND_GAUGE, 12 * SECOND_US, 20 * SECOND_US, &reading));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/bin/counted", test_what_counts_is_told_a_second);
  g_test_add_func ("/stats/bin/found", test_bins_are_found_by_time);

  return g_test_run ();
}
