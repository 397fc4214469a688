/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/snapshot.h"

static void
test_a_snapshot_owns_what_it_was_made_of (void)
{
  HrBucketCount buckets[] = { { 1, 10 }, { 2, 20 } };
  HrSample      samples[] = { { .metric = 1, .count = 1, .n_buckets = 1, .buckets = buckets },
                              { .metric = 4, .count = 2, .n_buckets = 1, .buckets = buckets + 1 } };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&(HrSnapshot){ .sequence = 9 }, samples, 2);

  buckets[0].count = buckets[1].count = 0;
  samples[0].metric = 77;

  g_assert_cmpuint (snapshot->sequence, ==, 9);
  g_assert_cmpuint (snapshot->samples[0].metric, ==, 1);
  g_assert_cmpuint (snapshot->samples[0].buckets[0].count, ==, 10);
  g_assert_cmpuint (snapshot->samples[1].buckets[0].count, ==, 20);
}

static void
test_find_by_metric (void)
{
  const HrSample samples[] = { { .metric = 1 }, { .metric = 4 }, { .metric = 5 }, { .metric = 9 } };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&(HrSnapshot){ 0 }, samples, 4);
  g_autoptr (HrSnapshot) empty = hr_snapshot_new (&(HrSnapshot){ 0 }, NULL, 0);

  for (guint i = 0; i < 4; i++)
    g_assert_true (hr_snapshot_find (snapshot, samples[i].metric) == &snapshot->samples[i]);
  g_assert_null (hr_snapshot_find (snapshot, 0));
  g_assert_null (hr_snapshot_find (snapshot, 6));
  g_assert_null (hr_snapshot_find (snapshot, 10));
  g_assert_null (hr_snapshot_find (empty, 0));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/snapshot/copies", test_a_snapshot_owns_what_it_was_made_of);
  g_test_add_func ("/model/snapshot/find", test_find_by_metric);

  return g_test_run ();
}
