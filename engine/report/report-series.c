/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which metrics have a chart: those with a budget, in the order of the results, then what else tells most: programs before computers, durations before
 * levels. */

#include "engine/report/report-private.h"

#include <math.h>

/* @self: (nullable) (transfer full) */
void
hr_report_series_free (HrReportSeries *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->limits);
  g_clear_pointer (&self->bins, g_array_unref);
  g_free (self);
}

/* Returns: (nullable): the metric that @result is about, measured or not */
static HrReportMetric *
find_metric (HrReport             *self,
             const HrBudgetResult *result)
{
  for (guint i = 0; result->source != NULL && i < self->metrics->len; i++)
    {
      HrReportMetric *metric = &g_array_index (self->metrics, HrReportMetric, i);

      if (metric->count > 0 && g_str_equal (metric->source, result->source) && g_str_equal (metric->info.name, result->budget->metric))
        return metric;
    }

  return NULL;
}

static HrReportSeries *
find_series (const HrReport       *self,
             const HrReportMetric *metric)
{
  for (guint i = 0; i < self->series->len; i++)
    {
      HrReportSeries *series = g_ptr_array_index (self->series, i);

      if (series->metric == metric)
        return series;
    }

  return NULL;
}

/* Returns: (transfer none) (nullable): the chart of @metric, which has its percentiles */
const HrReportSeries *
hr_report_find_series (const HrReport       *self,
                       const HrReportMetric *metric)
{
  return find_series (self, metric);
}

/* Returns the mean over the items of @metric, of which there are some. */
double
hr_report_metric_mean (const HrReportMetric *metric)
{
  return metric->sum / (double) metric->count;
}

static HrReportSeries *
add_series (HrReport             *self,
            const HrReportMetric *metric)
{
  HrReportSeries *series = g_new0 (HrReportSeries, 1);

  series->metric = metric;
  series->unit = hr_bin_unit (metric->info.unit, metric->info.kind);
  series->limits = g_array_new (FALSE, FALSE, sizeof (HrReportLimit));
  g_ptr_array_add (self->series, series);

  return series;
}

/* Adds the limit that @budget puts on what the chart shows: of what is counted on its rate, else on its values; of compliance it is what an
 * item may take. */
static void
add_limit (HrReportSeries *series,
           const HrBudget *budget)
{
  gboolean      compliance = budget->statistic == HR_STATISTIC_COMPLIANCE;
  HrReportLimit limit = { budget, compliance ? budget->of : budget->limit, FALSE };

  if (!compliance && isnan (limit.value))
    limit = (HrReportLimit){ budget, budget->minimum, TRUE };
  if ((budget->statistic == HR_STATISTIC_RATE) != hr_kind_is_counted (series->metric->info.kind) || !isfinite (limit.value))
    return;

  for (guint i = 0; i < series->limits->len; i++)
    {
      const HrReportLimit *there = &g_array_index (series->limits, HrReportLimit, i);

      if (there->least == limit.least && !(there->value < limit.value) && !(there->value > limit.value))
        return;
    }
  g_array_append_val (series->limits, limit);
}

static void
choose_judged (HrReport *self)
{
  for (guint i = 0; self->assessment != NULL && i < hr_assessment_get_n_results (self->assessment); i++)
    {
      const HrBudgetResult *result = hr_assessment_get_result (self->assessment, i);
      HrReportMetric       *metric = find_metric (self, result);
      HrReportSeries       *series = metric != NULL ? find_series (self, metric) : NULL;

      if (metric == NULL)
        continue;
      if (series == NULL)
        series = add_series (self, metric);
      add_limit (series, result->budget);
    }
}

/* A span has its table, and a level that never moved has nothing to show. */
static gboolean
tells_something (const HrReportMetric *metric,
                 HrKind                kind)
{
  return metric->count > 0 && metric->info.kind == kind && (metric->min < metric->max || hr_kind_is_time (kind) || hr_kind_is_counted (kind));
}

static void
choose_of_source (HrReport             *self,
                  const HrReportSource *source)
{
  static const HrKind kinds[] = { HR_KIND_DURATION, HR_KIND_RATIO, HR_KIND_GAUGE, HR_KIND_COUNTER };

  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < source->n_metrics; i++)
      {
        const HrReportMetric *metric = &g_array_index (self->metrics, HrReportMetric, source->first_metric + i);

        if (!tells_something (metric, kinds[k]) || find_series (self, metric) != NULL)
          continue;
        if (self->series->len < HR_REPORT_SERIES)
          add_series (self, metric);
        else
          self->n_metrics_left_out++;
      }
}

static void
choose_others (HrReport *self)
{
  for (int of_programs = 1; of_programs >= 0; of_programs--)
    for (guint i = 0; i < self->sources->len; i++)
      {
        const HrReportSource *source = &g_array_index (self->sources, HrReportSource, i);

        if ((source->role == HR_SOURCE_PROCESS) == (of_programs == 1))
          choose_of_source (self, source);
      }
}

static gboolean
read_quantiles (HrReportSeries *series,
                HrSession      *session,
                HrRange         range,
                HrHistogram    *histogram,
                GError        **error)
{
  const HrReportMetric *metric = series->metric;

  if (!hr_kind_is_time (metric->info.kind))
    return TRUE;

  *histogram = (HrHistogram){ 0 };
  if (!hr_session_read_histogram (session, metric->id, range, histogram, error))
    return FALSE;
  series->has_quantiles = histogram->total > 0;
  hr_histogram_quantiles (histogram, hr_report_quantiles, HR_REPORT_N_QUANTILES, series->quantiles);
  for (guint i = 0; i < HR_REPORT_N_QUANTILES; i++)
    series->quantiles[i] = CLAMP (series->quantiles[i] * hr_unit_from_nanoseconds (metric->info.unit), metric->min, metric->max);

  return TRUE;
}

/* What a metric came to in all: of levels and times it is known of every item, of what is counted it is how many came over the time. */
static void
read_all (HrReportSeries *series)
{
  const HrReportMetric *metric = series->metric;

  series->all = (HrBinReading){ hr_report_metric_mean (metric), metric->min, metric->max };
  if (hr_kind_is_counted (metric->info.kind) &&
      !hr_bins_extent ((const HrBin *) (gpointer) series->bins->data, series->bins->len, metric->info.kind, G_MININT64, G_MAXINT64, &series->all))
    series->all = (HrBinReading){ (double) NAN, (double) NAN, (double) NAN };
}

/* Chooses the metrics that have a chart and reads what is drawn of them. Returns FALSE with what the session said. */
gboolean
hr_report_read_series (HrReport  *self,
                       HrSession *session,
                       HrRange    range,
                       GError   **error)
{
  g_autofree HrHistogram *histogram = g_new0 (HrHistogram, 1);

  choose_judged (self);
  choose_others (self);
  for (guint i = 0; i < self->series->len; i++)
    {
      HrReportSeries *series = g_ptr_array_index (self->series, i);

      series->bins = hr_session_read_bins (session, series->metric->id, range, HR_REPORT_BINS, error);
      if (series->bins == NULL || !read_quantiles (series, session, range, histogram, error))
        return FALSE;
      read_all (series);
    }

  return TRUE;
}
