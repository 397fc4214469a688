/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/figures.h"

#include <math.h>

/* Growth is claimed only after this long, over this many points, and when it stands out from the scatter. */
#define GROWTH_MINUTES 0.25
#define GROWTH_POINTS 20
#define GROWTH_SHARE 0.002
#define GROWTH_OVER_SCATTER 4

static const HrJudgement *
find_judgement (const HrReading *reading,
                const char      *metric,
                HrStatistic      statistic)
{
  return reading->verdict != NULL ? hr_verdict_find (reading->verdict, metric, statistic) : NULL;
}

/* The budget behind a judgement; for a source that is not judged now, what the contract sets for it. */
static const HrBudget *
find_budget (const HrReading *reading,
             const char      *metric,
             HrStatistic      statistic)
{
  const HrJudgement *judgement = find_judgement (reading, metric, statistic);
  const char        *source = hr_source_get_name (reading->source);

  if (reading->verdict != NULL)
    return judgement != NULL ? judgement->budget : NULL;

  for (guint i = 0; i < hr_contract_get_n_budgets (reading->contract); i++)
    {
      const HrBudget *budget = hr_contract_get_budget (reading->contract, i);

      if (g_str_equal (budget->metric, metric) && budget->statistic == statistic &&
          (budget->source == NULL || g_pattern_match_simple (budget->source, source)))
        return budget;
    }

  return NULL;
}

static HrStanding
standing_of (const HrJudgement *judgement)
{
  return judgement != NULL ? judgement->standing : HR_STANDING_NO_DATA;
}

/* Finds the metric that the latency card is about: the ranking time per job, or else the first
 * duration of an instrumented program that is not a frame time. */
gboolean
hr_latency_metric (HrHistory *history,
                   guint     *out_metric)
{
  if (hr_history_find_metric (history, "thompson_duration_ms", out_metric))
    return TRUE;

  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    {
      const HrMetricInfo *info = hr_history_get_metric (history, i);

      if (info->kind == HR_KIND_DURATION && !g_str_equal (info->name, "ui_frame_time_ms"))
        {
          *out_metric = i;
          return TRUE;
        }
    }

  return FALSE;
}

static void
read_latency_budgets (HrLatencyFigures *self,
                      const HrReading  *reading,
                      const HrWindow   *window)
{
  const HrJudgement *mean = find_judgement (reading, self->info.name, HR_STATISTIC_MEAN);
  const HrJudgement *tail = find_judgement (reading, self->info.name, HR_STATISTIC_P99);
  const HrJudgement *compliance = find_judgement (reading, self->info.name, HR_STATISTIC_COMPLIANCE);
  const HrBudget    *budget = find_budget (reading, self->info.name, HR_STATISTIC_MEAN);

  self->mean_standing = standing_of (mean);
  self->tail_standing = standing_of (tail);
  self->compliance_standing = standing_of (compliance);

  if (budget != NULL)
    {
      self->limit = budget->limit;
      self->baseline = budget->baseline;
      self->used = self->mean / self->limit;
      if (self->mean > 0)
        self->advantage = self->baseline / self->mean;
    }

  if (window->count > 0 && compliance != NULL && isfinite (compliance->budget->of))
    self->compliance = hr_window_compliance (window, &self->info, compliance->budget->of);
  else if (window->count > 0 && isfinite (self->limit))
    self->compliance = hr_window_compliance (window, &self->info, self->limit);
}

gboolean
hr_latency_figures_read (HrLatencyFigures *out,
                         const HrReading  *reading)
{
  HrLatencyFigures self = { .mean = NAN, .p90 = NAN, .p99 = NAN, .compliance = NAN, .advantage = NAN, .baseline = NAN, .limit = NAN, .used = NAN };
  HrWindow         window;

  if (!hr_latency_metric (reading->history, &self.metric))
    return FALSE;

  self.info = *hr_history_get_metric (reading->history, self.metric);
  hr_history_window (reading->history, self.metric, reading->now_ns, HR_LATENCY_WINDOW_NS, &window);
  if (window.count > 0)
    {
      self.mean = hr_window_mean (&window);
      self.p90 = hr_window_quantile (&window, &self.info, 0.90);
      self.p99 = hr_window_quantile (&window, &self.info, 0.99);
    }
  read_latency_budgets (&self, reading, &window);
  *out = self;

  return TRUE;
}

/* Returns by how much a minute @values grow, by least squares over @minutes: NaN where the points do not reach far enough to tell, and 0
 * where the rise does not stand out from their scatter about the line. */
double
hr_growth_per_minute (const double *minutes,
                      const double *values,
                      guint         n)
{
  double x = 0, y = 0, xx = 0, xy = 0, scatter = 0, slope, rise;

  if (n < GROWTH_POINTS || minutes[n - 1] - minutes[0] < GROWTH_MINUTES)
    return NAN;

  for (guint i = 0; i < n; i++)
    {
      x += minutes[i] / n;
      y += values[i] / n;
    }
  for (guint i = 0; i < n; i++)
    {
      xx += (minutes[i] - x) * (minutes[i] - x);
      xy += (minutes[i] - x) * (values[i] - y);
    }
  slope = xy / xx;
  rise = slope * (minutes[n - 1] - minutes[0]);
  for (guint i = 0; i < n; i++)
    {
      double distance = values[i] - y - slope * (minutes[i] - x);

      scatter += distance * distance / n;
    }

  return rise > GROWTH_SHARE * y && rise > GROWTH_OVER_SCATTER * sqrt (scatter) ? slope : 0;
}

static double
history_growth (HrHistory *history,
                guint      metric)
{
  guint              n_snapshots = hr_history_get_n_snapshots (history);
  g_autofree double *minutes = g_new (double, n_snapshots + 1);
  g_autofree double *values = g_new (double, n_snapshots + 1);
  guint              n = 0;

  for (guint i = 0; i < n_snapshots; i++)
    {
      const HrSnapshot *snapshot = hr_history_get_snapshot (history, i);
      const HrSample   *sample = hr_snapshot_find (snapshot, metric);

      if (sample == NULL)
        continue;
      minutes[n] = (double) (snapshot->end_ns - hr_history_get_snapshot (history, 0)->end_ns) / 60e9;
      values[n++] = sample->last;
    }

  return hr_growth_per_minute (minutes, values, n);
}

gboolean
hr_memory_figures_read (HrMemoryFigures *out,
                        const HrReading *reading)
{
  HrMemoryFigures self = { .now = NAN, .peak = NAN, .growth = NAN, .minutes = NAN, .limit = NAN, .used = NAN, .warn = NAN, .critical = NAN };
  const HrTotals *totals;
  const HrBudget *budget = find_budget (reading, "memory_usage_mb", HR_STATISTIC_LAST);
  guint           metric;

  if (!hr_history_find_metric (reading->history, "memory_usage_mb", &metric))
    return FALSE;

  totals = hr_history_get_totals (reading->history, metric);
  if (totals != NULL && totals->count > 0)
    {
      self.now = totals->last;
      self.peak = totals->max;
      self.growth = history_growth (reading->history, metric);
    }
  if (budget != NULL)
    {
      self.limit = budget->limit;
      self.used = self.now / self.limit;
      self.warn = budget->warn;
      self.critical = budget->critical;
      if (self.now < self.limit && self.growth > 0)
        self.minutes = (self.limit - self.now) / self.growth;
    }
  *out = self;

  return TRUE;
}

/* Returns the limit that the contract sets for the frames of the source; NaN for none. */
double
hr_frames_limit (const HrReading *reading)
{
  const HrBudget *budget = find_budget (reading, "ui_frame_time_ms", HR_STATISTIC_RECENT);

  return budget != NULL ? budget->limit : (double) NAN;
}

gboolean
hr_frames_figures_read (HrFramesFigures *out,
                        const HrReading *reading)
{
  HrFramesFigures     self = { .recent = NAN, .worst = NAN, .limit = NAN, .used = NAN };
  const HrMetricInfo *info;
  HrWindow            window;
  guint               metric;

  if (!hr_history_find_metric (reading->history, "ui_frame_time_ms", &metric))
    return FALSE;

  info = hr_history_get_metric (reading->history, metric);
  hr_history_recent (reading->history, metric, HR_RECENT_SAMPLES, &window);
  if (window.count > 0)
    self.recent = hr_window_mean (&window);
  self.limit = hr_frames_limit (reading);
  self.used = self.recent / self.limit;
  hr_history_window (reading->history, metric, reading->now_ns, HR_WORST_WINDOW_NS, &window);
  if (window.count > 0)
    self.worst = window.max;
  if (window.count > 0 && isfinite (self.limit))
    self.over = (guint64) llround ((1 - hr_window_compliance (&window, info, self.limit)) * (double) window.count);
  *out = self;

  return TRUE;
}

static void
read_throughput (HrStatisticsFigures *self,
                 const HrReading     *reading,
                 guint                metric)
{
  HrWindow window;

  hr_history_window (reading->history, metric, reading->now_ns, HR_LATENCY_WINDOW_NS, &window);
  if (window.covered_ns > 0)
    self->throughput = (double) window.count / ((double) window.covered_ns / HR_NS_PER_SECOND);
  self->trend = hr_history_get_rate_trend (reading->history, metric);
}

gboolean
hr_statistics_figures_read (HrStatisticsFigures *out,
                            const HrReading     *reading)
{
  HrStatisticsFigures self = { .min = NAN, .max = NAN, .p50 = NAN, .p90 = NAN, .p99 = NAN, .p999 = NAN, .throughput = NAN, .scores = { NAN, NAN, NAN, NAN, NAN } };
  const double        quantiles[] = { 0.5, 0.9, 0.99, 0.999 };
  double              values[G_N_ELEMENTS (quantiles)];
  double             *outs[] = { &self.p50, &self.p90, &self.p99, &self.p999 };
  const HrTotals     *totals;
  guint               metric;

  if (!hr_latency_metric (reading->history, &metric))
    return FALSE;

  self.unit = hr_history_get_metric (reading->history, metric)->unit;
  self.lost = hr_history_get_lost (reading->history);
  if (reading->verdict != NULL)
    self.scores = reading->verdict->scores;

  totals = hr_history_get_totals (reading->history, metric);
  if (totals != NULL && totals->count > 0)
    {
      self.count = totals->count;
      self.min = totals->min;
      self.max = totals->max;
      read_throughput (&self, reading, metric);
    }
  if (self.count > 0 && totals->histogram != NULL)
    {
      hr_histogram_quantiles (totals->histogram, quantiles, G_N_ELEMENTS (quantiles), values);
      for (guint i = 0; i < G_N_ELEMENTS (quantiles); i++)
        *outs[i] = values[i] * hr_unit_from_nanoseconds (self.unit);
    }
  *out = self;

  return TRUE;
}
