/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/metric-catalog.h"

#include <glib/gi18n-lib.h>

/* The one place that says what a metric of ours is called and in which unit its limits are given. The seven built-in ones come
 * first, then what this computer's agent and the bundled workload record. */
static const HrKnownMetric known_metrics[] = {
  { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE,
    N_ ("Ranking latency"), N_ ("ranking takes {value}") },
  { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER, HR_ALERT_MEMORY,
    N_ ("Memory"), N_ ("memory is at {value}") },
  { "network_latency_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER, HR_ALERT_NETWORK,
    N_ ("Network latency"), N_ ("the network takes {value}") },
  { "cache_hit_rate", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER, HR_ALERT_PERFORMANCE,
    N_ ("Cache hits"), N_ ("the cache hits {value}") },
  { "error_rate", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_API,
    N_ ("Errors"), N_ ("errors are at {value}") },
  { "ui_frame_time_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE,
    N_ ("Frame time"), N_ ("a frame takes {value}") },
  { "throughput_jobs_per_second", HR_KIND_GAUGE, HR_UNIT_PER_SECOND, HR_DIRECTION_HIGHER, HR_ALERT_PERFORMANCE,
    N_ ("Throughput"), N_ ("throughput is {value}") },
  { "thompson_batch_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE,
    N_ ("Batch latency"), N_ ("a batch takes {value}") },
  { "memory_rss_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER, HR_ALERT_MEMORY,
    N_ ("Resident memory"), N_ ("resident memory is at {value}") },
  { "process_cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Processor time of the program"), N_ ("the program uses {value} of the processor") },
  { "cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Processor"), N_ ("the processor is busy at {value}") },
  { "monitor_cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Monitoring overhead"), N_ ("monitoring uses {value} of the processor") },
  { "system_memory_used_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Memory of this computer"), N_ ("this computer uses {value} of memory") },
  { "swap_used_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Swap"), N_ ("this computer uses {value} of swap") },
  { "disk_read_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Disk reads"), N_ ("disks are read at {value}") },
  { "disk_write_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Disk writes"), N_ ("disks are written at {value}") },
  { "network_in_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER, HR_ALERT_NETWORK,
    N_ ("Network, incoming"), N_ ("the network brings {value}") },
  { "network_out_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER, HR_ALERT_NETWORK,
    N_ ("Network, outgoing"), N_ ("the network takes away {value}") },
  { "process_count", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Processes"), N_ ("{value} processes run") },
  { "thread_count", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Threads"), N_ ("the program has {value} threads") },
  { "load_average_1m", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Load"), N_ ("the load is {value}") },
};

/* Returns: (transfer none) (nullable): the metric called @name, or NULL when no contract can speak of it. */
const HrKnownMetric *
hr_metric_catalog_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_metrics); i++)
    if (g_str_equal (known_metrics[i].name, name))
      return &known_metrics[i];

  return NULL;
}

/* Returns: (nullable): the statistic as people call it; NULL for the latest value, which needs no word. */
static const char *
statistic_word (HrStatistic statistic)
{
  switch (statistic)
    {
    case HR_STATISTIC_MEAN:
      return _ ("mean");
    case HR_STATISTIC_MAX:
      return _ ("maximum");
    case HR_STATISTIC_RECENT:
      return _ ("recent mean");
    case HR_STATISTIC_RATE:
      return _ ("rate");
    case HR_STATISTIC_COMPLIANCE:
      return _ ("compliance");
    case HR_STATISTIC_P50:
    case HR_STATISTIC_P90:
    case HR_STATISTIC_P99:
    case HR_STATISTIC_P999:
      return hr_statistic_name (statistic);
    case HR_STATISTIC_LAST:
    case HR_N_STATISTICS:
    default:
      return NULL;
    }
}

/* Returns: (transfer full): "Ranking latency, p99"; "Memory" where the latest value is judged. */
char *
hr_budget_title (const HrBudget *budget)
{
  const HrKnownMetric *metric = hr_metric_catalog_find (budget->metric);
  const char          *title = metric != NULL ? _ (metric->title) : budget->metric;
  const char          *word = statistic_word (budget->statistic);

  /* Translators: a metric and the statistic that is judged: "Ranking latency, p99". */
  return word != NULL ? g_strdup_printf (_ ("%s, %s"), title, word) : g_strdup (title);
}
