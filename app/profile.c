/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/profile.h"

#include "engine/model/category.h"

#include <math.h>

/* One overtakes another only by this much: two that weigh about the same would change places at every look. */
#define OVERTAKE 1.05

static int
compare_rows (gconstpointer a,
              gconstpointer b)
{
  const HrProfileRow *first = a;
  const HrProfileRow *second = b;

  if (first->weight != second->weight)
    return first->weight > second->weight ? -1 : 1;

  return g_strcmp0 (first->name, second->name);
}

static const HrProfileRow *
find_row (const GArray *rows,
          const char   *name)
{
  for (guint i = 0; i < rows->len; i++)
    if (g_array_index (rows, HrProfileRow, i).name == name)
      return &g_array_index (rows, HrProfileRow, i);

  return NULL;
}

static gboolean
holds (const HrProfile *self,
       const char      *name)
{
  for (guint i = 0; i < self->n_rows; i++)
    if (self->rows[i].name == name)
      return TRUE;

  return FALSE;
}

/* Gives the rows of @self their new values where they stand. Returns FALSE when the order no longer tells the truth. */
static gboolean
keep_order (HrProfile    *self,
            const GArray *rows)
{
  double least = INFINITY;

  if (self->n_rows != MIN (rows->len, HR_PROFILE_ROWS))
    return FALSE;

  for (guint i = 0; i < self->n_rows; i++)
    {
      const HrProfileRow *row = find_row (rows, self->rows[i].name);

      if (row == NULL || row->weight > least * OVERTAKE)
        return FALSE;
      least = MIN (least, row->weight);
      self->rows[i] = *row;
    }
  for (guint i = 0; i < rows->len; i++)
    {
      const HrProfileRow *row = &g_array_index (rows, HrProfileRow, i);

      if (row->weight > least * OVERTAKE && !holds (self, row->name))
        return FALSE;
    }

  return TRUE;
}

/* Takes over the heaviest of @rows. */
static void
rank (HrProfile *self,
      GArray    *rows)
{
  self->n_all = rows->len;
  self->weight = self->rate = 0;
  for (guint i = 0; i < rows->len; i++)
    {
      self->weight += g_array_index (rows, HrProfileRow, i).weight;
      self->rate += g_array_index (rows, HrProfileRow, i).rate;
    }
  for (guint i = 0; i < rows->len; i++)
    {
      HrProfileRow *row = &g_array_index (rows, HrProfileRow, i);

      row->share = self->weight > 0 ? row->weight / self->weight : (double) NAN;
    }

  if (keep_order (self, rows))
    return;

  g_array_sort (rows, compare_rows);
  self->n_rows = MIN (rows->len, HR_PROFILE_ROWS);
  for (guint i = 0; i < self->n_rows; i++)
    self->rows[i] = g_array_index (rows, HrProfileRow, i);
}

/* What a metric comes to in the window. */
typedef struct
{
  double count;
  double sum;
  double self;
} Amount;

/* Adds up every metric in one walk through the window, and returns how many seconds of it were watched. The history keeps a window up to
 * date from the first time that it is asked for; there may be more spans than it keeps. */
static double
add_up (const HrReading *reading,
        Amount          *amounts)
{
  gint64 covered_ns = 0;

  for (guint i = hr_history_get_n_snapshots (reading->history); i-- > 0;)
    {
      const HrSnapshot *snapshot = hr_history_get_snapshot (reading->history, i);

      if (snapshot->catch_up)
        continue;
      if (snapshot->end_ns <= reading->now_ns - HR_PROFILE_WINDOW_NS)
        break;
      covered_ns += snapshot->interval_ns;
      for (guint j = 0; j < snapshot->n_samples; j++)
        {
          const HrSample *sample = &snapshot->samples[j];

          amounts[sample->metric].count += (double) sample->count;
          amounts[sample->metric].sum += sample->sum;
          amounts[sample->metric].self += sample->self;
        }
    }

  return (double) covered_ns / HR_NS_PER_SECOND;
}

static void
read_tails (HrProfile       *self,
            const HrReading *reading)
{
  for (guint i = 0; i < self->n_rows; i++)
    {
      HrProfileRow *row = &self->rows[i];
      HrWindow      window;

      hr_history_window (reading->history, row->metric, reading->now_ns, HR_PROFILE_WINDOW_NS, &window);
      row->p99 = hr_window_quantile (&window, hr_history_get_metric (reading->history, row->metric), 0.99);
    }
}

/* Reads the spans that ended within the window. Returns FALSE, @self empty, where the program has none at all. */
gboolean
hr_profile_read_spans (HrProfile       *self,
                       const HrReading *reading)
{
  guint              n_metrics = hr_history_get_n_metrics (reading->history);
  g_autofree Amount *amounts = g_new0 (Amount, n_metrics);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (HrProfileRow));
  double   seconds = add_up (reading, amounts);
  gboolean found = FALSE;

  for (guint i = 0; i < n_metrics; i++)
    {
      const HrMetricInfo *info = hr_history_get_metric (reading->history, i);
      HrProfileRow        row = { .metric = i, .name = info->name, .weight = amounts[i].self, .rate = amounts[i].count / seconds };

      if (info->kind != HR_KIND_SPAN)
        continue;

      found = TRUE;
      if (amounts[i].count > 0)
        g_array_append_val (rows, row);
    }
  rank (self, rows);
  read_tails (self, reading);

  return found;
}

/* Returns the megabytes a second that @category allocates; NaN where nobody watched. */
static double
allocation_rate (const HrReading *reading,
                 const char      *category,
                 const Amount    *amounts,
                 double           seconds)
{
  g_autofree char *name = g_strconcat (HR_CATEGORY_ALLOCATED, category, NULL);
  guint            metric;

  return seconds > 0 && hr_history_find_metric (reading->history, name, &metric) ? amounts[metric].sum / seconds : (double) NAN;
}

/* Reads what each category has in use. Returns FALSE, @self empty, where the program has none. */
gboolean
hr_profile_read_categories (HrProfile       *self,
                            const HrReading *reading)
{
  guint              n_metrics = hr_history_get_n_metrics (reading->history);
  g_autofree Amount *amounts = g_new0 (Amount, n_metrics);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (HrProfileRow));
  double seconds = add_up (reading, amounts);

  for (guint i = 0; i < n_metrics; i++)
    {
      const char     *category = hr_category_name (hr_history_get_metric (reading->history, i)->name, HR_CATEGORY_IN_USE);
      const HrTotals *totals = hr_history_get_totals (reading->history, i);
      HrProfileRow    row = { .metric = i, .p99 = NAN };

      if (category == NULL || totals->count == 0)
        continue;

      row.name = g_intern_string (category);
      row.weight = totals->last;
      row.rate = allocation_rate (reading, category, amounts, seconds);
      g_array_append_val (rows, row);
    }
  rank (self, rows);

  return rows->len > 0;
}

static gint64
newest_ns (HrHistory *history)
{
  guint n = hr_history_get_n_snapshots (history);

  return n > 0 ? hr_history_get_snapshot (history, n - 1)->end_ns : 0;
}

/* Reads what recording costs the program of @history, and how much of it is recorded, by its newest snapshot. */
void
hr_recording_read (HrRecording *out,
                   HrHistory   *history)
{
  HrWindow window;
  guint    metric;

  *out = (HrRecording){ NAN, NAN };

  if (hr_history_find_metric (history, HR_METRIC_PROBE_OVERHEAD, &metric))
    {
      hr_history_window (history, metric, newest_ns (history), HR_PROFILE_WINDOW_NS, &window);
      out->share = hr_window_mean (&window);
    }
  if (hr_history_find_metric (history, HR_METRIC_SAMPLING_STRIDE, &metric) && hr_history_get_totals (history, metric)->count > 0)
    out->stride = hr_history_get_totals (history, metric)->last;
}
