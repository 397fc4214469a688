/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/statistic.h"

#include <math.h>

/* A latest value is believed for three intervals, and for three seconds at least: a source that is sampled ten times a second
 * may stutter without its memory being unknown at once. */
#define FRESH_INTERVALS 3
#define FRESH_LEAST_NS (3 * (gint64) HR_NS_PER_SECOND)

static const char *const names[HR_N_STATISTICS] = {
  [HR_STATISTIC_MEAN] = "mean",
  [HR_STATISTIC_P50] = "p50",
  [HR_STATISTIC_P90] = "p90",
  [HR_STATISTIC_P99] = "p99",
  [HR_STATISTIC_P999] = "p99.9",
  [HR_STATISTIC_MAX] = "max",
  [HR_STATISTIC_LAST] = "last",
  [HR_STATISTIC_RECENT] = "recent",
  [HR_STATISTIC_RATE] = "rate",
  [HR_STATISTIC_COMPLIANCE] = "compliance",
};

/* Returns the word for @statistic in contract files: "mean", "p99.9", …; "unknown" for a number outside HrStatistic. */
const char *
hr_statistic_name (HrStatistic statistic)
{
  return (guint) statistic < HR_N_STATISTICS ? names[statistic] : "unknown";
}

/* Writes the statistic called @name to @out. Returns FALSE and leaves it alone when there is none. */
gboolean
hr_statistic_from_name (const char  *name,
                        HrStatistic *out)
{
  for (guint i = 0; i < HR_N_STATISTICS; i++)
    if (g_str_equal (names[i], name))
      {
        *out = (HrStatistic) i;
        return TRUE;
      }

  return FALSE;
}

/* Returns whether @statistic means anything for values of @kind. Only durations and spans keep a histogram, so only they have
 * quantiles and compliance; increments say nothing one by one, and an event only happens, so counters and events have their
 * rate alone. */
gboolean
hr_statistic_suits (HrStatistic statistic,
                    HrKind      kind)
{
  switch (statistic)
    {
    case HR_STATISTIC_P50:
    case HR_STATISTIC_P90:
    case HR_STATISTIC_P99:
    case HR_STATISTIC_P999:
    case HR_STATISTIC_COMPLIANCE:
      return hr_kind_is_time (kind);
    case HR_STATISTIC_RATE:
      return hr_kind_is_counted (kind);
    case HR_STATISTIC_MEAN:
    case HR_STATISTIC_MAX:
    case HR_STATISTIC_LAST:
    case HR_STATISTIC_RECENT:
      return !hr_kind_is_counted (kind);
    case HR_N_STATISTICS:
    default:
      return FALSE;
    }
}

/* Returns the unit of @statistic over a metric in unit @metric: a share for compliance, per second for a rate. */
HrUnit
hr_statistic_unit (HrStatistic statistic,
                   HrUnit      metric)
{
  if (statistic == HR_STATISTIC_COMPLIANCE)
    return HR_UNIT_RATIO;
  if (statistic == HR_STATISTIC_RATE)
    return hr_rate_unit (metric, HR_KIND_COUNTER);

  return metric;
}

/* Returns how long ago what came every @interval_ns may lie at most to be still told as the present; in nanoseconds. */
gint64
hr_statistic_reach (gint64 interval_ns)
{
  return MAX (FRESH_INTERVALS * interval_ns, FRESH_LEAST_NS);
}

static gint64
fresh_ns (HrHistory *history)
{
  guint n = hr_history_get_n_snapshots (history);

  return hr_statistic_reach (n > 0 ? hr_history_get_snapshot (history, n - 1)->interval_ns : 0);
}

/* What a counter rose by a second, or how often an event happened; NaN where nobody looked. */
static double
window_rate (const HrMetricInfo *metric,
             const HrWindow     *window)
{
  double amount = metric->kind == HR_KIND_EVENT ? (double) window->count : window->sum;

  return window->covered_ns > 0 ? amount * HR_NS_PER_SECOND / (double) window->covered_ns : (double) NAN;
}

static double
window_value (const HrBudget     *budget,
              const HrMetricInfo *metric,
              const HrWindow     *window)
{
  switch (budget->statistic)
    {
    case HR_STATISTIC_P50:
      return hr_window_quantile (window, metric, 0.5);
    case HR_STATISTIC_P90:
      return hr_window_quantile (window, metric, 0.9);
    case HR_STATISTIC_P99:
      return hr_window_quantile (window, metric, 0.99);
    case HR_STATISTIC_P999:
      return hr_window_quantile (window, metric, 0.999);
    case HR_STATISTIC_MAX:
      return window->max;
    case HR_STATISTIC_LAST:
      return window->last;
    case HR_STATISTIC_RATE:
      return window_rate (metric, window);
    case HR_STATISTIC_COMPLIANCE:
      return hr_window_compliance (window, metric, budget->of);
    case HR_STATISTIC_MEAN:
    case HR_STATISTIC_RECENT:
    case HR_N_STATISTICS:
    default:
      return hr_window_mean (window);
    }
}

/* Returns what @budget's statistic of metric number @metric comes to at @now_ns (monotonic), in hr_statistic_unit (); NaN without
 * data. Means are weighted by items. Most statistics look at the budget's window. The latest value counts while it is fresh, that is
 * no older than three intervals or three seconds, whichever is longer; the recent mean while its newest sample is fresh or
 * lies within the window. Nothing older is judged. A rate is 0 where nothing happened while somebody looked. */
double
hr_statistic_measure (const HrBudget *budget,
                      HrHistory      *history,
                      guint           metric,
                      gint64          now_ns)
{
  gboolean latest = budget->statistic == HR_STATISTIC_LAST;
  gboolean recent = budget->statistic == HR_STATISTIC_RECENT;
  gint64   reach_ns = fresh_ns (history);
  HrWindow window;

  if (latest || recent)
    hr_history_recent (history, metric, latest ? 1 : HR_RECENT_SAMPLES, &window);
  else
    hr_history_window (history, metric, now_ns, budget->window_ns, &window);

  if (recent)
    reach_ns = MAX (reach_ns, budget->window_ns);
  if ((window.count == 0 && budget->statistic != HR_STATISTIC_RATE) || ((latest || recent) && now_ns - window.last_ns > reach_ns))
    return (double) NAN;

  return window_value (budget, hr_history_get_metric (history, metric), &window);
}
