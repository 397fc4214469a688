/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/base/buckets.h"
#include "engine/base/region.h"

#include <glib.h>
#include <math.h>
#include <stddef.h>

static void
test_every_bucket_holds_its_bounds (void)
{
  for (uint32_t i = 0; i < HR_N_BUCKETS; i++)
    {
      uint64_t lower = hr_bucket_lower (i);
      uint64_t width = hr_bucket_width (i);

      g_assert_cmpuint (hr_bucket_index (lower), ==, i);
      g_assert_cmpuint (hr_bucket_index (lower + width - 1), ==, i);
      if (i + 1 < HR_N_BUCKETS)
        g_assert_cmpuint (lower + width, ==, hr_bucket_lower (i + 1));
    }
}

static void
test_relative_error_stays_below_one_per_cent (void)
{
  for (double ns = 1; ns < 60e9; ns *= 1.0007)
    {
      uint64_t value = (uint64_t) ns;
      double   error = fabs (hr_bucket_middle (hr_bucket_index (value)) - (double) value);

      g_assert_cmpfloat (error / (double) value, <=, 0.01);
    }
}

static void
test_the_last_bucket_takes_what_is_larger (void)
{
  g_assert_cmpuint (hr_bucket_index (G_MAXUINT64), ==, HR_N_BUCKETS - 1);
  g_assert_cmpuint (hr_bucket_index ((uint64_t) 1 << HR_BUCKET_MAX_BITS), ==, HR_N_BUCKETS - 1);
}

static void
test_the_region_layout_is_an_abi (void)
{
  g_assert_cmpuint (sizeof (HrRegionRecord), ==, 24);
  g_assert_cmpuint (sizeof (HrRegionLane), ==, 64);
  g_assert_cmpuint (sizeof (HrRegionMetric), ==, 112);
  g_assert_cmpuint (sizeof (HrRegionTotals), ==, 64 + 8 * HR_N_BUCKETS);
  g_assert_cmpuint (sizeof (HrRegionTotals), <=, 16384);
  g_assert_cmpuint (offsetof (HrRegionHeader, control) % 8, ==, 0);
  g_assert_cmpuint (sizeof (HrRegionHeader), <=, HR_REGION_PAGE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/buckets/bounds", test_every_bucket_holds_its_bounds);
  g_test_add_func ("/base/buckets/error", test_relative_error_stays_below_one_per_cent);
  g_test_add_func ("/base/buckets/overflow", test_the_last_bucket_takes_what_is_larger);
  g_test_add_func ("/base/region/layout", test_the_region_layout_is_an_abi);

  return g_test_run ();
}
