/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/metric-catalog.h"

#include "engine/budget/statistic.h"
#include "engine/model/category.h"

#include <glib/gi18n-lib.h>

/* The one place that says what a metric of ours is called and in which unit its limits are given. The seven built-in ones come
 * first, then what this computer's agent, phones and the bundled workload record. */
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
  { "memory_pressure", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Memory pressure"), N_ ("something waits for memory {value} of the time") },
  { "memory_pressure_full", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Memory stalls"), N_ ("everything waits for memory {value} of the time") },
  { "cpu_pressure", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Processor pressure"), N_ ("something waits for the processor {value} of the time") },
  { "io_pressure", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Disk pressure"), N_ ("something waits for disks {value} of the time") },
  { "frames_per_second", HR_KIND_GAUGE, HR_UNIT_PER_SECOND, HR_DIRECTION_HIGHER, HR_ALERT_PERFORMANCE,
    N_ ("Frame rate"), N_ ("the screen shows {value}") },
  { "gpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Graphics processor"), N_ ("the graphics processor is busy at {value}") },
  { "gpu_renderer_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Graphics processor, renderer"), N_ ("the renderer is busy at {value}") },
  { "gpu_tiler_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Graphics processor, tiler"), N_ ("the tiler is busy at {value}") },
  { "battery_level", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER, HR_ALERT_SYSTEM,
    N_ ("Battery"), N_ ("the battery is at {value}") },
  { "battery_temperature", HR_KIND_GAUGE, HR_UNIT_CELSIUS, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Battery temperature"), N_ ("the battery is at {value}") },
  { HR_METRIC_PROBE_OVERHEAD, HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Recording overhead"), N_ ("recording takes {value} of a processor core") },
  { HR_METRIC_SAMPLING_STRIDE, HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM,
    N_ ("Sampling stride"), N_ ("one of {value} scopes is measured") },
};

/* What programs name themselves: spans by their path, allocation categories behind a word of ours. */
static const HrKnownMetric families[] = {
  { "/", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE,
    "{name}", N_ ("{name} takes {value}") },
  { HR_CATEGORY_IN_USE, HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER, HR_ALERT_MEMORY,
    N_ ("Memory of {name}"), N_ ("{name} has {value} in use") },
  { HR_CATEGORY_ALLOCATED, HR_KIND_COUNTER, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER, HR_ALERT_MEMORY,
    N_ ("Allocations of {name}"), N_ ("{name} allocates {value}") },
};

/* Any other name, where its rate is asked for: nothing else can be asked of an event. */
static const HrKnownMetric events = {
  "", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE, "{name}", N_ ("{name} is at {value}")
};

/* What a program names itself and a contract gives the unit of. Which way is better, the budget says: by a limit or a minimum. */
static const HrKnownMetric own_metrics[HR_N_UNITS] = {
  [HR_UNIT_COUNT] = { "", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE, "{name}", N_ ("{name} is at {value}") },
  [HR_UNIT_MILLISECONDS] = { "", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE, "{name}", N_ ("{name} takes {value}") },
  [HR_UNIT_MEGABYTES] = { "", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER, HR_ALERT_MEMORY, "{name}", N_ ("{name} is at {value}") },
  [HR_UNIT_RATIO] = { "", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE, "{name}", N_ ("{name} is at {value}") },
  [HR_UNIT_PER_SECOND] = { "", HR_KIND_GAUGE, HR_UNIT_PER_SECOND, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE, "{name}", N_ ("{name} is at {value}") },
  [HR_UNIT_MEGABYTES_PER_SECOND] = { "", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE,
                                     "{name}", N_ ("{name} is at {value}") },
  [HR_UNIT_CELSIUS] = { "", HR_KIND_GAUGE, HR_UNIT_CELSIUS, HR_DIRECTION_LOWER, HR_ALERT_SYSTEM, "{name}", N_ ("{name} is at {value}") },
};

/* The same of what only adds up, which has its rate alone. */
static const HrKnownMetric own_counters[] = {
  { "", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_LOWER, HR_ALERT_PERFORMANCE, "{name}", N_ ("{name} is at {value}") },
  { "", HR_KIND_COUNTER, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER, HR_ALERT_MEMORY, "{name}", N_ ("{name} is at {value}") },
};

/* Returns: (transfer none) (nullable): what a program's own metric in @unit is; NULL where @statistic says nothing of that. */
static const HrKnownMetric *
own_metric (HrUnit      unit,
            HrStatistic statistic)
{
  if (statistic != HR_STATISTIC_RATE)
    return &own_metrics[unit];

  for (gsize i = 0; i < G_N_ELEMENTS (own_counters); i++)
    if (own_counters[i].unit == unit)
      return &own_counters[i];

  return NULL;
}

/* Returns: (transfer none) (nullable): the metric called @name, or the family that it belongs to; NULL when there is neither. */
const HrKnownMetric *
hr_metric_catalog_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_metrics); i++)
    if (g_str_equal (known_metrics[i].name, name))
      return &known_metrics[i];

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (g_str_has_prefix (name, families[i].name) && name[strlen (families[i].name)] != '\0')
      return &families[i];

  return NULL;
}

/* Returns how many metrics the catalogue has, families aside. */
guint
hr_metric_catalog_get_n (void)
{
  return G_N_ELEMENTS (known_metrics);
}

/* Returns: (transfer none): metric number @index of the catalogue. */
const HrKnownMetric *
hr_metric_catalog_get (guint index)
{
  g_return_val_if_fail (index < G_N_ELEMENTS (known_metrics), NULL);

  return &known_metrics[index];
}

/* Returns whether @self has a name of ours, or one that begins with it. */
gboolean
hr_known_metric_is_named (const HrKnownMetric *self)
{
  return *self->name != '\0';
}

/* Returns: (transfer none) (nullable): what @budget is about. A name that the catalogue lacks is the program's own where there is a unit,
 * and else, where its rate is asked for, an event of the program; whether the program has it shows only in its data. NULL when no contract
 * can speak of it. */
const HrKnownMetric *
hr_budget_metric (const HrBudget *budget)
{
  const HrKnownMetric *metric = hr_metric_catalog_find (budget->metric);

  if (metric != NULL)
    return metric;
  if (budget->has_unit)
    return own_metric (budget->unit, budget->statistic);

  return budget->statistic == HR_STATISTIC_RATE ? &events : NULL;
}

/* Returns: (transfer none): what the program calls it: the category's name without our word in front, else the metric's whole name. */
const char *
hr_budget_subject (const HrBudget *budget)
{
  const char *category = hr_category_name (budget->metric, HR_CATEGORY_IN_USE);

  if (category == NULL)
    category = hr_category_name (budget->metric, HR_CATEGORY_ALLOCATED);

  return category != NULL ? category : budget->metric;
}

/* Returns: (transfer full): what @budget's metric is called, "Ranking latency" or "/rank/draw". */
char *
hr_budget_metric_title (const HrBudget *budget)
{
  const HrKnownMetric *metric = hr_budget_metric (budget);
  GString             *title = g_string_new (metric != NULL ? _ (metric->title) : budget->metric);

  if (metric != NULL)
    g_string_replace (title, "{name}", hr_budget_subject (budget), 1);

  return g_string_free (title, FALSE);
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
  g_autofree char *title = hr_budget_metric_title (budget);
  const char      *word = statistic_word (budget->statistic);

  /* Translators: a metric and the statistic that is judged: "Ranking latency, p99". */
  return word != NULL ? g_strdup_printf (_ ("%s, %s"), title, word) : g_steal_pointer (&title);
}
