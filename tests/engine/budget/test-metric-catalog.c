/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/metric-catalog.h"

#include <string.h>

/* What contracts are written against: a name that goes breaks files. */
static const struct
{
  const char *name;
  HrKind      kind;
  HrUnit      unit;
  HrDirection direction;
} promised[] = {
  { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
  { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER },
  { "network_latency_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
  { "cache_hit_rate", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER },
  { "error_rate", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "ui_frame_time_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
  { "throughput_jobs_per_second", HR_KIND_GAUGE, HR_UNIT_PER_SECOND, HR_DIRECTION_HIGHER },
  { "thompson_batch_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
  { "memory_rss_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER },
  { "process_cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "monitor_cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "system_memory_used_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER },
  { "disk_write_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER },
  { "process_count", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER },
  { "memory_pressure", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "memory_pressure_full", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "cpu_pressure", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "io_pressure", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "battery_level", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER },
  { "battery_temperature", HR_KIND_GAUGE, HR_UNIT_CELSIUS, HR_DIRECTION_LOWER },
  { "probe_overhead", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "sampling_stride", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER },
};

static void
test_promised_metrics_are_known (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (promised); i++)
    {
      const HrKnownMetric *metric = hr_metric_catalog_find (promised[i].name);

      g_assert_nonnull (metric);
      g_assert_cmpstr (metric->name, ==, promised[i].name);
      g_assert_cmpint (metric->kind, ==, promised[i].kind);
      g_assert_cmpint (metric->unit, ==, promised[i].unit);
      g_assert_cmpint (metric->direction, ==, promised[i].direction);
      g_assert_cmpstr (metric->title, !=, "");
      g_assert_nonnull (strstr (metric->clause, "{value}"));
    }
}

static void
test_other_names_are_not (void)
{
  g_assert_null (hr_metric_catalog_find (""));
  g_assert_null (hr_metric_catalog_find ("thompson_duration"));
  g_assert_null (hr_metric_catalog_find ("Memory_usage_mb"));
  g_assert_null (hr_metric_catalog_find ("/"));
  g_assert_null (hr_metric_catalog_find ("rank/draw"));
  g_assert_null (hr_metric_catalog_find ("in_use_mb/"));
}

static void
test_families_of_names (void)
{
  static const struct
  {
    const char *name;
    HrKind      kind;
    HrUnit      unit;
    const char *title;
  } cases[] = {
    { "/rank", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, "/rank" },
    { "/rank/draw {name}", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, "/rank/draw {name}" },
    { "in_use_mb/ranking", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, "Memory of ranking" },
    { "allocated_mb/network buffers", HR_KIND_COUNTER, HR_UNIT_MEGABYTES, "Allocations of network buffers" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HrBudget             budget = { .metric = (char *) cases[i].name, .statistic = HR_STATISTIC_LAST };
      const HrKnownMetric *metric = hr_metric_catalog_find (cases[i].name);
      g_autofree char     *title = hr_budget_metric_title (&budget);

      g_assert_nonnull (metric);
      g_assert_true (hr_budget_metric (&budget) == metric);
      g_assert_cmpint (metric->kind, ==, cases[i].kind);
      g_assert_cmpint (metric->unit, ==, cases[i].unit);
      g_assert_cmpstr (title, ==, cases[i].title);
    }
}

/* Only a rate can be asked of a name that nobody knows. */
static void
test_a_rate_is_of_an_event (void)
{
  HrBudget budget = { .metric = (char *) "cache_refilled", .statistic = HR_STATISTIC_LAST };

  g_assert_null (hr_budget_metric (&budget));
  budget.statistic = HR_STATISTIC_RATE;
  g_assert_nonnull (hr_budget_metric (&budget));
  g_assert_cmpint (hr_budget_metric (&budget)->kind, ==, HR_KIND_EVENT);
  g_assert_cmpstr (hr_budget_subject (&budget), ==, "cache_refilled");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/budget/metric-catalog/promised", test_promised_metrics_are_known);
  g_test_add_func ("/budget/metric-catalog/unknown", test_other_names_are_not);
  g_test_add_func ("/budget/metric-catalog/families", test_families_of_names);
  g_test_add_func ("/budget/metric-catalog/events", test_a_rate_is_of_an_event);

  return g_test_run ();
}
