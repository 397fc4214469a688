/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/history.h"

#include "engine/stats/slide.h"

#include <math.h>

/* How many windows are kept up to date: more than a contract and a view of the app ask for together. */
#define MAX_VIEWS 64

#define NO_WINDOW G_MAXINT64
#define NO_SAMPLES G_MAXUINT

/* A window that somebody asked for, kept up to date from then on: an answer costs what came and went since
 * the last one, not the window. Its intervals point into the kept snapshots. */
typedef struct
{
  guint    metric;
  gint64   window_ns; /* NO_WINDOW: reaches back to a number of samples */
  guint    n_samples; /* NO_SAMPLES: reaches back to a time */
  gint64   left_ns;   /* end of the newest interval that has become too old; G_MININT64: none */
  guint64  asked;     /* when it was last asked for, counted in questions */
  HrSlide *slide;
} View;

struct _HrHistory
{
  GArray *metrics; /* HrMetricInfo */
  GArray *totals;  /* HrTotals, beside @metrics */

  HrSnapshot *snapshots[HR_HISTORY_SNAPSHOTS]; /* a ring */
  guint64     received;                        /* snapshots ever appended */
  guint64     lost;

  HrTrendWindow *trend; /* of @trend_metric; NULL until it is asked for */
  guint          trend_metric;

  View   *views[MAX_VIEWS];
  guint   n_views;
  guint64 asked;
};

/* What @snapshot, numbered @number, says of @metric; its buckets are the snapshot's. */
static HrInterval
interval_of (const HrSnapshot *snapshot,
             guint64           number,
             guint             metric)
{
  const HrSample *sample = hr_snapshot_find (snapshot, metric);
  HrInterval      interval = { .serial = number, .end_ns = snapshot->end_ns, .length_ns = snapshot->interval_ns };

  if (sample != NULL)
    {
      interval.count = sample->count;
      interval.sum = sample->sum;
      interval.self = sample->self;
      interval.min = sample->min;
      interval.max = sample->max;
      interval.last = sample->last;
      interval.n_buckets = sample->n_buckets;
      interval.buckets = sample->buckets;
    }

  return interval;
}

/* Hands @self the snapshot numbered @number. What makes up for an unwatched stretch counts in the totals alone:
 * nobody knows when in that stretch it was measured. */
static void
view_push (View             *self,
           guint64           number,
           const HrSnapshot *snapshot)
{
  HrInterval interval = interval_of (snapshot, number, self->metric);

  if (snapshot->catch_up)
    return;

  hr_slide_push (self->slide, &interval);
  hr_slide_keep_last (self->slide, self->n_samples);
}

/* Lets go of what ended at @since_ns or earlier. */
static void
view_advance (View  *self,
              gint64 since_ns)
{
  gint64 left_ns = hr_slide_keep_since (self->slide, since_ns);

  self->left_ns = MAX (self->left_ns, left_ns);
}

/* Lets go of what lies in snapshot number @number, which is about to be freed. */
static void
view_forget (View   *self,
             guint64 number)
{
  const HrInterval *first = hr_slide_first (self->slide);

  if (first != NULL && first->serial == number)
    hr_slide_shift (self->slide, NULL);
}

/* Reads the kept snapshots that ended after @since_ns: for a view that is new, or asked about a time that it has left
 * behind. */
static void
view_fill (View      *self,
           HrHistory *history,
           gint64     since_ns)
{
  guint n = hr_history_get_n_snapshots (history);
  guint first = n;

  hr_slide_clear (self->slide);
  self->left_ns = G_MININT64;
  while (first > 0 && self->left_ns == G_MININT64)
    {
      const HrSnapshot *snapshot = hr_history_get_snapshot (history, first - 1);

      if (!snapshot->catch_up && snapshot->end_ns <= since_ns)
        self->left_ns = snapshot->end_ns;
      else
        first--;
    }

  for (guint i = first; i < n; i++)
    view_push (self, history->received - n + i, hr_history_get_snapshot (history, i));
}

static View *
view_new (HrHistory *history,
          guint      metric,
          gint64     since_ns,
          gint64     window_ns,
          guint      n_samples)
{
  View *self = g_new0 (View, 1);

  self->metric = metric;
  self->window_ns = window_ns;
  self->n_samples = n_samples;
  self->slide = hr_slide_new (hr_kind_is_time (hr_history_get_metric (history, metric)->kind));
  if (self->slide == NULL)
    g_error ("No memory for a window of metric %u", metric);
  view_fill (self, history, since_ns);

  return self;
}

static void
push_trend (HrHistory        *self,
            guint64           number,
            const HrSnapshot *snapshot)
{
  HrInterval interval = interval_of (snapshot, number, self->trend_metric);

  if (!snapshot->catch_up)
    hr_trend_window_push (self->trend, &interval);
}

/* NULL is accepted. */
static void
view_free (View *self)
{
  if (self == NULL)
    return;

  hr_slide_free (self->slide);
  g_free (self);
}
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

  hr_trend_window_free (self->trend);
  for (guint i = 0; i < self->n_views; i++)
    view_free (self->views[i]);
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

/* Tells everything that is kept up to date that @snapshot arrives, and that the oldest kept one leaves if it is @full. */
static void
advance_views (HrHistory        *self,
               const HrSnapshot *snapshot,
               gboolean          full)
{
  if (self->trend != NULL)
    push_trend (self, self->received, snapshot);

  for (guint i = 0; i < self->n_views; i++)
    {
      View *view = self->views[i];

      if (full)
        view_forget (view, self->received - HR_HISTORY_SNAPSHOTS);
      view_push (view, self->received, snapshot);
      if (view->window_ns != NO_WINDOW)
        view_advance (view, snapshot->end_ns - view->window_ns);
    }
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

  advance_views (self, snapshot, *slot != NULL);
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

/* Returns: (transfer none): the view that was asked for; a new one takes the place of that which nobody has
 * asked for longest. */
static View *
find_view (HrHistory *self,
           guint      metric,
           gint64     since_ns,
           gint64     window_ns,
           guint      n_samples)
{
  guint oldest = 0;

  for (guint i = 0; i < self->n_views; i++)
    {
      View *view = self->views[i];

      if (view->metric == metric && view->window_ns == window_ns && view->n_samples == n_samples)
        return view;
      if (view->asked < self->views[oldest]->asked)
        oldest = i;
    }

  if (self->n_views < MAX_VIEWS)
    oldest = self->n_views++;
  view_free (self->views[oldest]);
  self->views[oldest] = view_new (self, metric, since_ns, window_ns, n_samples);

  return self->views[oldest];
}

/* Answers from a view what the intervals after @since_ns come to. */
static void
answer (HrHistory *self,
        guint      metric,
        gint64     since_ns,
        gint64     window_ns,
        guint      n_samples,
        HrWindow  *out)
{
  View   *view = find_view (self, metric, since_ns, window_ns, n_samples);
  HrTally tally;

  view->asked = ++self->asked;
  if (since_ns < view->left_ns)
    view_fill (view, self, since_ns);
  view_advance (view, since_ns);

  tally = hr_slide_tally (view->slide);
  *out = (HrWindow){
    .count = tally.count,
    .n_samples = (guint) tally.n_measured,
    .sum = hr_sum_value (&tally.sum),
    .min = tally.min,
    .max = tally.max,
    .last = tally.last,
    .self = hr_sum_value (&tally.self),
    .last_ns = tally.last_ns,
    .covered_ns = tally.covered_ns,
    .histogram = hr_slide_histogram (view->slide),
  };
}

/* Gathers the intervals of @metric that ended within the @window_ns before @now_ns (both monotonic, this
 * computer's clock), and whatever ended later. Asked again with the clock gone on, this costs only what came and
 * went in between. */
void
hr_history_window (HrHistory *self,
                   guint      metric,
                   gint64     now_ns,
                   gint64     window_ns,
                   HrWindow  *out)
{
  answer (self, metric, now_ns - window_ns, window_ns, NO_SAMPLES, out);
}

/* Gathers the last @n_samples intervals in which @metric was measured, however long ago, at the cost of
 * hr_history_window (). */
void
hr_history_recent (HrHistory *self,
                   guint      metric,
                   guint      n_samples,
                   HrWindow  *out)
{
  answer (self, metric, G_MININT64, NO_WINDOW, n_samples, out);
}

/* Returns where the items of @metric a second are going, more being better, by the last HR_TREND_SAMPLES intervals; see
 * hr_trend_window_rate (). It is kept up to date for the metric that was asked for last. */
HrTrend
hr_history_get_rate_trend (HrHistory *self,
                           guint      metric)
{
  guint n = hr_history_get_n_snapshots (self);

  if (self->trend == NULL || self->trend_metric != metric)
    {
      hr_trend_window_free (self->trend);
      self->trend = hr_trend_window_new ();
      self->trend_metric = metric;
      if (self->trend == NULL)
        g_error ("No memory for the trend of metric %u", metric);
      for (guint i = 0; i < n; i++)
        push_trend (self, self->received - n + i, hr_history_get_snapshot (self, i));
    }

  return hr_trend_window_rate (self->trend, HR_DIRECTION_HIGHER);
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

  value = hr_histogram_quantile (self->histogram, quantile) * hr_unit_from_nanoseconds (metric->unit);

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

  return hr_histogram_compliance (self->histogram, limit / hr_unit_from_nanoseconds (metric->unit));
}
