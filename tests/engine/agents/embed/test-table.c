/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/embed/table.h"

#include <glib.h>
#include <stdlib.h>

static const HrMetricInfo level = { "level", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };
static const HrMetricInfo ranking = { "ranking", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };

static HrSample
value_of (guint  metric,
          double value)
{
  return (HrSample){ .metric = metric, .count = 1, .sum = value, .min = value, .max = value, .last = value };
}

static void
test_a_name_is_one_metric (void)
{
  HrTable      table = { 0 };
  HrMetricInfo other = level;

  g_assert_cmpuint (hr_table_add_metric (&table, &level), ==, 0);
  g_assert_cmpuint (hr_table_add_metric (&table, &ranking), ==, 1);
  g_assert_cmpuint (hr_table_add_metric (&table, &level), ==, 0);
  other.unit = HR_UNIT_COUNT;
  g_assert_cmpuint (hr_table_add_metric (&table, &other), ==, HR_TABLE_NO_METRIC);
  hr_table_clear (&table);
}

static void
test_names_are_many (void)
{
  HrTable table = { 0 };

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("metric %u", i);
      HrMetricInfo     metric = { name, HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
      HrSample         sample;

      g_assert_cmpuint (hr_table_add_metric (&table, &metric), ==, i);
      sample = value_of (i, i);
      hr_table_add (&table, &sample);
    }
  g_assert_cmpuint (hr_table_take_pending (&table), ==, 1000);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (table.samples[i].metric, ==, i);
  hr_table_clear (&table);
}

static void
test_samples_of_an_interval_add_up (void)
{
  HrTable  table = { 0 };
  guint    metric = hr_table_add_metric (&table, &level);
  HrSample samples[] = { value_of (metric, 3), value_of (metric, -2), value_of (metric, 1) };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    hr_table_add (&table, &samples[i]);
  g_assert_cmpuint (hr_table_take_pending (&table), ==, 1);
  g_assert_cmpuint (table.samples[0].count, ==, 3);
  g_assert_cmpfloat (table.samples[0].sum, ==, 2);
  g_assert_cmpfloat (table.samples[0].min, ==, -2);
  g_assert_cmpfloat (table.samples[0].max, ==, 3);
  g_assert_cmpfloat (table.samples[0].last, ==, 1);
  g_assert_cmpuint (hr_table_take_pending (&table), ==, 0);
  hr_table_clear (&table);
}

/* Before the first interval and in each: the totals hold all of it, buckets too. */
static void
test_totals_are_what_was_taken (void)
{
  HrTable             table = { 0 };
  guint               metric = hr_table_add_metric (&table, &ranking);
  const HrBucketCount before[] = { { 5, 2 }, { 9, 1 } };
  const HrBucketCount buckets[] = { { 5, 3 }, { 1000, 4 } };
  HrSample            preloaded = { .metric = metric, .count = 3, .sum = 30, .min = 1, .max = 9, .last = 4, .self = 3, .n_buckets = 2, .buckets = before };
  HrSample            taken = { .metric = metric, .count = 7, .sum = 70, .min = 2, .max = 11, .last = 5, .self = 7, .n_buckets = 2, .buckets = buckets };
  const HrSample     *totals;
  HrBucketCount      *row;
  uint32_t            n;

  hr_table_preload (&table, &preloaded);
  g_assert_cmpuint (hr_table_take_pending (&table), ==, 0);
  hr_table_add (&table, &taken);
  g_assert_cmpuint (hr_table_take_pending (&table), ==, 1);
  g_assert_cmpmem (table.samples[0].buckets, sizeof buckets, buckets, sizeof buckets);

  totals = hr_table_totals (&table, &n, &row);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (totals->count, ==, 10);
  g_assert_cmpfloat (totals->sum, ==, 100);
  g_assert_cmpfloat (totals->self, ==, 10);
  g_assert_cmpfloat (totals->min, ==, 1);
  g_assert_cmpfloat (totals->max, ==, 11);
  g_assert_cmpuint (totals->n_buckets, ==, 3);
  g_assert_cmpuint (totals->buckets[0].count, ==, 5);
  g_assert_cmpuint (totals->buckets[1].bucket, ==, 9);
  g_assert_cmpuint (totals->buckets[2].count, ==, 4);
  free (row);
  hr_table_clear (&table);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/embed/table/name", test_a_name_is_one_metric);
  g_test_add_func ("/embed/table/many", test_names_are_many);
  g_test_add_func ("/embed/table/interval", test_samples_of_an_interval_add_up);
  g_test_add_func ("/embed/table/totals", test_totals_are_what_was_taken);

  return g_test_run ();
}
