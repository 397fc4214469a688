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

static double
per_second (double          amount,
            const HrWindow *window)
{
  return amount / ((double) window->covered_ns / HR_NS_PER_SECOND);
}

/* Reads the spans that ended within the window. Returns FALSE, @self empty, where the program has none at all. */
gboolean
hr_profile_read_spans (HrProfile       *self,
                       const HrReading *reading)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (HrProfileRow));
  gboolean found = FALSE;

  for (guint i = 0; i < hr_history_get_n_metrics (reading->history); i++)
    {
      const HrMetricInfo *info = hr_history_get_metric (reading->history, i);
      HrProfileRow        row = { .name = info->name };
      HrWindow            window;

      if (info->kind != HR_KIND_SPAN)
        continue;

      found = TRUE;
      hr_history_window (reading->history, i, reading->now_ns, HR_PROFILE_WINDOW_NS, &window);
      if (window.count == 0)
        continue;
      row.weight = window.self;
      row.rate = per_second ((double) window.count, &window);
      row.p99 = hr_window_quantile (&window, info, 0.99);
      g_array_append_val (rows, row);
    }
  rank (self, rows);

  return found;
}

static double
allocation_rate (const HrReading *reading,
                 const char      *category)
{
  g_autofree char *name = g_strconcat (HR_CATEGORY_ALLOCATED, category, NULL);
  HrWindow         window;
  guint            metric;

  if (!hr_history_find_metric (reading->history, name, &metric))
    return NAN;

  hr_history_window (reading->history, metric, reading->now_ns, HR_PROFILE_WINDOW_NS, &window);

  return window.covered_ns > 0 ? per_second (window.sum, &window) : (double) NAN;
}

/* Reads what each category has in use. Returns FALSE, @self empty, where the program has none. */
gboolean
hr_profile_read_categories (HrProfile       *self,
                            const HrReading *reading)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (HrProfileRow));

  for (guint i = 0; i < hr_history_get_n_metrics (reading->history); i++)
    {
      const char     *category = hr_category_name (hr_history_get_metric (reading->history, i)->name, HR_CATEGORY_IN_USE);
      const HrTotals *totals = hr_history_get_totals (reading->history, i);
      HrProfileRow    row = { .p99 = NAN };

      if (category == NULL || totals->count == 0)
        continue;

      row.name = g_intern_string (category);
      row.weight = totals->last;
      row.rate = allocation_rate (reading, category);
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
