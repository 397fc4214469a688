/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/metric-choices.h"

#include "engine/budget/metric-catalog.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (HrMetricChoice, hr_metric_choice, G_TYPE_OBJECT)

static void
hr_metric_choice_finalize (GObject *object)
{
  HrMetricChoice *self = HR_METRIC_CHOICE (object);

  g_free (self->name);
  g_free (self->title);

  G_OBJECT_CLASS (hr_metric_choice_parent_class)->finalize (object);
}

static void
hr_metric_choice_class_init (HrMetricChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_metric_choice_finalize;
}

static void
hr_metric_choice_init (HrMetricChoice *self)
{
}

/* What a budget on it would be called. */
static char *
title_of (const char *name)
{
  HrBudget budget = { .metric = (char *) name, .statistic = HR_STATISTIC_LAST };

  return hr_budget_metric_title (&budget);
}

/* Adds a metric unless one by its name is there already: of several by one name a budget is about the first that is measured. */
static void
add (GListStore *choices,
     GHashTable *names,
     const char *name,
     HrUnit      unit,
     HrKind      kind,
     gboolean    measured)
{
  g_autoptr (HrMetricChoice) choice = NULL;

  if (g_hash_table_contains (names, name))
    return;

  choice = g_object_new (HR_TYPE_METRIC_CHOICE, NULL);
  choice->name = g_strdup (name);
  choice->title = title_of (name);
  choice->unit = unit;
  choice->kind = kind;
  choice->needs_unit = hr_metric_catalog_find (name) == NULL && kind != HR_KIND_EVENT;
  choice->measured = measured;
  g_hash_table_add (names, choice->name);
  g_list_store_append (choices, choice);
}

static void
add_source (GListStore *choices,
            GHashTable *names,
            HrSource   *source)
{
  HrHistory *history = hr_source_get_history (source);

  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    {
      const HrMetricInfo *metric = hr_history_get_metric (history, i);

      if (hr_history_get_totals (history, i)->count > 0)
        add (choices, names, metric->name, metric->unit, metric->kind, TRUE);
    }
}

/* Returns: (transfer full): a list of HrMetricChoice, a name once: what @first (nullable) has measured, what the other @sources have, and the rest of what
 * has a name of ours. */
GListModel *
hr_metric_choices_new (GListModel *sources,
                       HrSource   *first)
{
  GListStore *choices = g_list_store_new (HR_TYPE_METRIC_CHOICE);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (first != NULL)
    add_source (choices, names, first);
  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      add_source (choices, names, source);
    }
  for (guint i = 0; i < hr_metric_catalog_get_n (); i++)
    {
      const HrKnownMetric *known = hr_metric_catalog_get (i);

      add (choices, names, known->name, known->unit, known->kind, FALSE);
    }

  return G_LIST_MODEL (choices);
}

/* Returns: (transfer none) (nullable): the one called @name. */
HrMetricChoice *
hr_metric_choices_find (GListModel *choices,
                        const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (choices); i++)
    {
      g_autoptr (HrMetricChoice) choice = g_list_model_get_item (choices, i);

      /* The list holds it. */
      if (g_str_equal (choice->name, name))
        return choice;
    }

  return NULL;
}

/* Returns whether its name or title has @text in it, whatever the case. */
gboolean
hr_metric_choice_matches (HrMetricChoice *self,
                          const char     *text)
{
  g_autofree char *wanted = g_utf8_casefold (text, -1);
  g_autofree char *name = g_utf8_casefold (self->name, -1);
  g_autofree char *title = g_utf8_casefold (self->title, -1);

  return strstr (name, wanted) != NULL || strstr (title, wanted) != NULL;
}
