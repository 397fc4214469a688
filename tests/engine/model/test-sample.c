/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/sample.h"

static void
test_totals_add_up (void)
{
  const HrBucketCount buckets[] = { { hr_bucket_index (1000000), 3 } };
  HrTotals            totals;

  hr_totals_init (&totals, HR_KIND_DURATION);
  hr_totals_add (&totals, &(HrSample){ .count = 3, .sum = 3, .min = 0.5, .max = 1.5, .last = 1, .n_buckets = 1, .buckets = buckets });
  hr_totals_add (&totals, &(HrSample){ .count = 1, .sum = 9, .min = 9, .max = 9, .last = 9 });

  g_assert_cmpuint (totals.count, ==, 4);
  g_assert_cmpfloat (totals.sum, ==, 12);
  g_assert_cmpfloat (totals.min, ==, 0.5);
  g_assert_cmpfloat (totals.max, ==, 9);
  g_assert_cmpfloat (totals.last, ==, 9);
  g_assert_cmpuint (totals.histogram->total, ==, 3);
  hr_totals_clear (&totals);
}

static void
test_difference_of_totals_is_the_gap (void)
{
  HrTotals                  before, after;
  HrSample                  gap;
  g_autofree HrBucketCount *room = g_new (HrBucketCount, HR_N_BUCKETS);
  const HrBucketCount       first[] = { { hr_bucket_index (1000000), 2 } };
  const HrBucketCount       second[] = { { hr_bucket_index (1000000), 1 }, { hr_bucket_index (5000000), 4 } };

  hr_totals_init (&before, HR_KIND_DURATION);
  hr_totals_init (&after, HR_KIND_DURATION);
  hr_totals_add (&before, &(HrSample){ .count = 2, .sum = 2, .min = 1, .max = 1, .last = 1, .n_buckets = 1, .buckets = first });
  hr_totals_add (&after, &(HrSample){ .count = 2, .sum = 2, .min = 1, .max = 1, .last = 1, .n_buckets = 1, .buckets = first });
  hr_totals_add (&after, &(HrSample){ .count = 5, .sum = 21, .min = 1, .max = 5, .last = 5, .n_buckets = 2, .buckets = second });

  g_assert_true (hr_totals_since (&after, &before, 7, &gap, room));
  g_assert_cmpuint (gap.metric, ==, 7);
  g_assert_cmpuint (gap.count, ==, 5);
  g_assert_cmpfloat (gap.sum, ==, 21);
  g_assert_cmpuint (gap.n_buckets, ==, 2);
  g_assert_cmpuint (gap.buckets[1].count, ==, 4);
  g_assert_cmpfloat_with_epsilon (gap.max, 5, 0.05);
  g_assert_cmpfloat_with_epsilon (gap.min, 1, 0.01);

  g_assert_false (hr_totals_since (&before, &after, 7, &gap, room));
  g_assert_cmpuint (gap.count, ==, 5);
  hr_totals_clear (&before);
  hr_totals_clear (&after);
}

/* Self times add up and are told apart like sums, and stay a part of them however the differences round. */
static void
test_self_times_follow_the_sums (void)
{
  HrTotals before, after;
  HrSample gap;

  hr_totals_init (&before, HR_KIND_SPAN);
  hr_totals_init (&after, HR_KIND_SPAN);
  hr_totals_add (&before, &(HrSample){ .count = 1, .sum = 4, .self = 3 });
  hr_totals_add (&after, &(HrSample){ .count = 1, .sum = 4, .self = 3 });
  hr_totals_add (&after, &(HrSample){ .count = 2, .sum = 10, .self = 2.5 });
  g_assert_nonnull (after.histogram);
  g_assert_cmpfloat (after.self, ==, 5.5);
  g_assert_true (hr_totals_since (&after, &before, 0, &gap, NULL));
  g_assert_cmpfloat (gap.self, ==, 2.5);

  before.self = 6;
  g_assert_true (hr_totals_since (&after, &before, 0, &gap, NULL));
  g_assert_cmpfloat (gap.self, ==, 0);
  before.self = -6;
  g_assert_true (hr_totals_since (&after, &before, 0, &gap, NULL));
  g_assert_cmpfloat (gap.self, ==, gap.sum);

  hr_totals_clear (&before);
  hr_totals_clear (&after);
}

static void
test_a_gap_without_buckets_claims_only_its_last_value (void)
{
  HrTotals before, after;
  HrSample gap;

  hr_totals_init (&before, HR_KIND_GAUGE);
  hr_totals_init (&after, HR_KIND_GAUGE);
  hr_totals_add (&after, &(HrSample){ .count = 2, .sum = 110, .min = 10, .max = 100, .last = 10 });

  g_assert_true (hr_totals_since (&after, &before, 0, &gap, NULL));
  g_assert_cmpfloat (gap.max, ==, 10);
  g_assert_cmpfloat (gap.min, ==, 10);
  hr_totals_clear (&before);
  hr_totals_clear (&after);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/totals/add", test_totals_add_up);
  g_test_add_func ("/model/totals/since", test_difference_of_totals_is_the_gap);
  g_test_add_func ("/model/totals/self", test_self_times_follow_the_sums);
  g_test_add_func ("/model/totals/since/gauge", test_a_gap_without_buckets_claims_only_its_last_value);

  return g_test_run ();
}
