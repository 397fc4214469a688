/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/history.h"

#include <math.h>

struct _HrHistory
{
  GArray *metrics; /* HrMetricInfo */
  GArray *totals;  /* HrTotals, beside @metrics */

  HrSnapshot *snapshots[HR_HISTORY_SNAPSHOTS]; /* a ring */
  guint64     received;                        /* snapshots ever appended */
  guint64     lost;
};

/* Returns: (transfer full): a history without metrics and snapshots. */
HrHistory *
hr_history_new (void)
{
  HrHistory *self = g_new0 (HrHistory, 1);

  self->metrics = g_array_new (FALSE, FALSE, sizeof (HrMetricInfo));
  self->totals = g_array_new (FALSE, FALSE, sizeof (HrTotals));
  g_array_set_clear_func (self->totals, (GDestroyNotify) hr_totals_clear);

  return self;
}

/* Frees @self with its snapshots. NULL is accepted. */
void
hr_history_free (HrHistory *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < HR_HISTORY_SNAPSHOTS; i++)
    hr_snapshot_unref (self->snapshots[i]);
  g_array_unref (self->metrics);
  g_array_unref (self->totals);
  g_free (self);
}

/* Returns how many metrics the source has. */
guint
hr_history_get_n_metrics (HrHistory *self)
{
  return self->metrics->len;
}

/* Returns: (transfer none): metric number @metric, which exists; valid until a metric is added. */
const HrMetricInfo *
hr_history_get_metric (HrHistory *self,
                       guint      metric)
{
  g_return_val_if_fail (metric < self->metrics->len, NULL);

  return &g_array_index (self->metrics, HrMetricInfo, metric);
}

/* Writes the number of the first metric called @name to @out_metric. Returns FALSE when there is none. */
gboolean
hr_history_find_metric (HrHistory  *self,
                        const char *name,
                        guint      *out_metric)
{
  for (guint i = 0; i < self->metrics->len; i++)
    if (g_str_equal (g_array_index (self->metrics, HrMetricInfo, i).name, name))
      {
        *out_metric = i;
        return TRUE;
      }

  return FALSE;
}

/* Returns the number of the metric that is @metric in name, kind and unit; it is added when it is not known yet. */
guint
hr_history_add_metric (HrHistory          *self,
                       const HrMetricInfo *metric)
{
  HrMetricInfo added = *metric;
  HrTotals     totals;

  for (guint i = 0; i < self->metrics->len; i++)
    {
      const HrMetricInfo *known = &g_array_index (self->metrics, HrMetricInfo, i);

      if (known->kind == metric->kind && known->unit == metric->unit && g_str_equal (known->name, metric->name))
        return i;
    }

  added.name = g_intern_string (metric->name);
  hr_totals_init (&totals, metric->kind);
  g_array_append_val (self->metrics, added);
  g_array_append_val (self->totals, totals);

  return self->metrics->len - 1;
}

/* Appends @snapshot, newer than all before it, and adds its samples to the totals. The oldest gives way.
 * @snapshot: (transfer none): its samples name metrics of this history */
void
hr_history_append (HrHistory  *self,
                   HrSnapshot *snapshot)
{
  HrSnapshot **slot = &self->snapshots[self->received % HR_HISTORY_SNAPSHOTS];

  for (guint i = 0; i < snapshot->n_samples; i++)
    {
      const HrSample *sample = &snapshot->samples[i];

      g_return_if_fail (sample->metric < self->totals->len);
      hr_totals_add (&g_array_index (self->totals, HrTotals, sample->metric), sample);
    }

  hr_snapshot_unref (*slot);
  *slot = hr_snapshot_ref (snapshot);
  self->received++;
  self->lost += snapshot->lost;
}

/* Returns how many snapshots are kept, at most HR_HISTORY_SNAPSHOTS. */
guint
hr_history_get_n_snapshots (HrHistory *self)
{
  return (guint) MIN (self->received, HR_HISTORY_SNAPSHOTS);
}

/* Returns: (transfer none): kept snapshot @index, 0 being the oldest. */
HrSnapshot *
hr_history_get_snapshot (HrHistory *self,
                         guint      index)
{
  guint n = hr_history_get_n_snapshots (self);

  g_return_val_if_fail (index < n, NULL);

  return self->snapshots[(self->received - n + index) % HR_HISTORY_SNAPSHOTS];
}

/* Returns: (transfer none): everything ever counted of @metric; valid until a metric is added. */
const HrTotals *
hr_history_get_totals (HrHistory *self,
                       guint      metric)
{
  g_return_val_if_fail (metric < self->totals->len, NULL);

  return &g_array_index (self->totals, HrTotals, metric);
}

/* Returns how many items of @metric had been counted when kept snapshot @index ended. */
guint64
hr_history_get_cumulative (HrHistory *self,
                           guint      index,
                           guint      metric)
{
  guint64 count = hr_history_get_totals (self, metric)->count;

  for (guint i = hr_history_get_n_snapshots (self); i > index + 1; i--)
    {
      const HrSample *sample = hr_snapshot_find (hr_history_get_snapshot (self, i - 1), metric);

      count -= sample != NULL ? sample->count : 0;
    }

  return count;
}

/* Returns how many records were overtaken before anyone read them. Their items are in the totals all the same. */
guint64
hr_history_get_lost (HrHistory *self)
{
  return self->lost;
}

/* Returns how many snapshots ever arrived. */
guint64
hr_history_get_received (HrHistory *self)
{
  return self->received;
}

/* Adds the sample of one more, earlier interval to a window that is walked from its newest end. */
static void
window_add_earlier (HrWindow       *self,
                    const HrSample *sample,
                    gint64          end_ns)
{
  if (self->count == 0)
    {
      self->min = sample->min;
      self->max = sample->max;
      self->last = sample->last;
      self->last_ns = end_ns;
    }
  self->min = MIN (self->min, sample->min);
  self->max = MAX (self->max, sample->max);
  self->count += sample->count;
  self->sum += sample->sum;
  self->n_samples++;
  hr_histogram_add (&self->histogram, sample->buckets, sample->n_buckets);
}

/* Walks back from the newest snapshot until @since_ns or @max_samples samples. What makes up for an unwatched
 * stretch counts in the totals alone: nobody knows when in that stretch it was measured. */
static void
gather (HrHistory *self,
        guint      metric,
        gint64     since_ns,
        guint      max_samples,
        HrWindow  *out)
{
  *out = (HrWindow){ 0 };

  for (guint i = hr_history_get_n_snapshots (self); i > 0 && out->n_samples < max_samples; i--)
    {
      HrSnapshot     *snapshot = hr_history_get_snapshot (self, i - 1);
      const HrSample *sample = hr_snapshot_find (snapshot, metric);

      if (snapshot->catch_up)
        continue;
      if (snapshot->end_ns <= since_ns)
        break;
      if (sample != NULL)
        window_add_earlier (out, sample, snapshot->end_ns);
      out->covered_ns += snapshot->interval_ns;
    }
}

/* Gathers the intervals of @metric that ended within the @window_ns before @now_ns (both monotonic, this
 * computer's clock). */
void
hr_history_window (HrHistory *self,
                   guint      metric,
                   gint64     now_ns,
                   gint64     window_ns,
                   HrWindow  *out)
{
  gather (self, metric, now_ns - window_ns, G_MAXUINT, out);
}

/* Gathers the last @n_samples intervals in which @metric was measured, however long ago. */
void
hr_history_recent (HrHistory *self,
                   guint      metric,
                   guint      n_samples,
                   HrWindow  *out)
{
  gather (self, metric, G_MININT64, n_samples, out);
}

/* Returns the mean per item in the metric's unit; NaN for an empty window. */
double
hr_window_mean (const HrWindow *self)
{
  return self->count > 0 ? self->sum / (double) self->count : (double) NAN;
}

/* Returns the @quantile (0..1) per item in @metric's unit, within 1 %; NaN for an empty window or a metric that is no
 * duration. Never outside what was seen. */
double
hr_window_quantile (const HrWindow     *self,
                    const HrMetricInfo *metric,
                    double              quantile)
{
  double value;

  if (self->count == 0 || !hr_kind_is_time (metric->kind))
    return (double) NAN;

  value = hr_histogram_quantile (&self->histogram, quantile) * hr_unit_from_nanoseconds (metric->unit);

  return CLAMP (value, self->min, self->max);
}

/* Returns the share (0..1) of items at or below @limit, given in @metric's unit; NaN as for quantiles. */
double
hr_window_compliance (const HrWindow     *self,
                      const HrMetricInfo *metric,
                      double              limit)
{
  if (self->count == 0 || !hr_kind_is_time (metric->kind))
    return (double) NAN;

  return hr_histogram_compliance (&self->histogram, limit / hr_unit_from_nanoseconds (metric->unit));
}
