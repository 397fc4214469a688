/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/metric-map.h"

struct _HrMetricMap
{
  GHashTable *numbers; /* of a key, and one more */
  GHashTable *known;   /* of a source: GArray of numbers, by metric of its history */
};

/* Returns: (transfer full) */
HrMetricMap *
hr_metric_map_new (void)
{
  HrMetricMap *self = g_new0 (HrMetricMap, 1);

  self->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);

  return self;
}

/* @self: (nullable) (transfer full) */
void
hr_metric_map_free (HrMetricMap *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->numbers);
  g_hash_table_unref (self->known);
  g_free (self);
}

static char *
key_of (const HrMetricInfo *metric)
{
  return g_strdup_printf ("%s\n%d\n%d", metric->name, (int) metric->kind, (int) metric->unit);
}

/* Returns the number of @metric: the next one, from 0, when there was none of that name, kind and unit. */
guint
hr_metric_map_add (HrMetricMap        *self,
                   const HrMetricInfo *metric)
{
  g_autofree char *key = key_of (metric);
  guint            next = g_hash_table_size (self->numbers) + 1;
  gpointer         there = g_hash_table_lookup (self->numbers, key);

  if (there != NULL)
    return GPOINTER_TO_UINT (there) - 1;
  g_hash_table_insert (self->numbers, g_steal_pointer (&key), GUINT_TO_POINTER (next));

  return next - 1;
}

/* Returns the number of @metric of @history, which is @source's; HR_NO_METRIC when it has none. Whatever is to be found has been added before. */
guint
hr_metric_map_find (HrMetricMap *self,
                    gint64       source,
                    HrHistory   *history,
                    guint        metric)
{
  GArray *known = g_hash_table_lookup (self->known, &source);

  if (known == NULL)
    {
      known = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (self->known, g_memdup2 (&source, sizeof source), known);
    }
  while (known->len <= metric)
    {
      g_autofree char *key = key_of (hr_history_get_metric (history, known->len));
      gpointer         there = g_hash_table_lookup (self->numbers, key);
      guint            number = there != NULL ? GPOINTER_TO_UINT (there) - 1 : HR_NO_METRIC;

      g_array_append_val (known, number);
    }

  return g_array_index (known, guint, metric);
}
