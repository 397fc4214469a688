/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/budget-row.h"

#include "app/labels.h"
#include "app/wording.h"
#include "engine/budget/metric-catalog.h"
#include "engine/budget/statistic.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrBudgetRow
{
  AdwActionRow parent_instance;

  GtkWidget  *value; /* a child */
  GtkWidget  *share; /* a child */
  char       *budget;
  const char *level; /* CSS class of the share; interned */
};

static guint removed_signal;

G_DEFINE_FINAL_TYPE (HrBudgetRow, hr_budget_row, ADW_TYPE_ACTION_ROW)

static char *
word_bound (const HrBudget *budget)
{
  const HrKnownMetric *metric = hr_budget_metric (budget);
  HrUnit               unit = hr_statistic_unit (budget->statistic, metric->unit);
  g_autofree char     *bound = hr_word_value (isnan (budget->minimum) ? budget->limit : budget->minimum, unit);
  g_autofree char     *of = hr_word_value (budget->of, metric->unit);

  if (budget->statistic == HR_STATISTIC_COMPLIANCE)
    return g_strdup_printf (_ ("at least %s within %s"), bound, of);

  return g_strdup_printf (isnan (budget->minimum) ? _ ("at most %s") : _ ("at least %s"), bound);
}

static char *
word_budget (const HrBudget *budget)
{
  g_autofree char *title = hr_budget_title (budget);
  g_autofree char *bound = word_bound (budget);
  g_autofree char *text = g_strdup_printf ("%s · %s", title, bound);

  if (budget->source == NULL)
    return g_steal_pointer (&text);

  /* Translators: what a budget says, and the pattern of the sources that it is for. */
  return g_strdup_printf (_ ("%s · for %s"), text, budget->source);
}

static void
remove_clicked_cb (HrBudgetRow *self)
{
  g_signal_emit (self, removed_signal, 0);
}

static void
add_suffixes (HrBudgetRow *self)
{
  GtkWidget  *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget  *remove = gtk_button_new_from_icon_name ("user-trash-symbolic");
  const char *text = _ ("Remove");

  self->value = g_object_new (GTK_TYPE_LABEL, "xalign", 1.0, NULL);
  self->share = g_object_new (GTK_TYPE_LABEL, "xalign", 1.0, NULL);
  gtk_widget_add_css_class (self->value, "numeric");
  gtk_widget_add_css_class (self->share, "card-note");
  gtk_box_append (GTK_BOX (box), self->value);
  gtk_box_append (GTK_BOX (box), self->share);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), box);

  gtk_widget_set_valign (remove, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (remove, "flat");
  gtk_widget_set_tooltip_text (remove, text);
  g_signal_connect_swapped (remove, "clicked", G_CALLBACK (remove_clicked_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), remove);
  g_object_set_data (G_OBJECT (self), "remove", remove);
}

static void
hr_budget_row_finalize (GObject *object)
{
  g_free (HR_BUDGET_ROW (object)->budget);

  G_OBJECT_CLASS (hr_budget_row_parent_class)->finalize (object);
}

static void
hr_budget_row_class_init (HrBudgetRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_budget_row_finalize;
  removed_signal = g_signal_new ("removed", HR_TYPE_BUDGET_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hr_budget_row_init (HrBudgetRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
  add_suffixes (self);
}

GtkWidget *
hr_budget_row_new (const HrBudget *budget)
{
  HrBudgetRow     *self = g_object_new (HR_TYPE_BUDGET_ROW, NULL);
  g_autofree char *subtitle = word_budget (budget);
  g_autofree char *spoken = g_strdup_printf (_ ("Remove %s"), budget->name);

  self->budget = g_strdup (budget->name);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), budget->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_accessible_update_property (g_object_get_data (G_OBJECT (self), "remove"), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, budget->name, -1);
  hr_budget_row_show (self, NULL, NULL);

  return GTK_WIDGET (self);
}

const char *
hr_budget_row_get_budget (HrBudgetRow *self)
{
  g_return_val_if_fail (HR_IS_BUDGET_ROW (self), NULL);

  return self->budget;
}

void
hr_budget_row_show (HrBudgetRow       *self,
                    const HrJudgement *judgement,
                    const char        *note)
{
  gboolean         judged = judgement != NULL && judgement->standing != HR_STANDING_NO_DATA;
  g_autofree char *value = judged ? hr_word_value (judgement->value, judgement->unit) : g_strdup (HR_NO_VALUE);
  g_autofree char *share = judged ? g_strdup_printf (_ ("%.0f %% used"), judgement->used * 100) : NULL;
  const char      *below = share != NULL ? share : note != NULL ? note
                                                                : _ ("no data");
  g_autofree char *spoken = g_strdup_printf ("%s: %s, %s", self->budget, value, below);

  g_return_if_fail (HR_IS_BUDGET_ROW (self));

  hr_label_set (GTK_LABEL (self->value), value);
  hr_label_set (GTK_LABEL (self->share), below);
  hr_css_class_swap (self->value, &self->level, judged ? hr_standing_css_class (judgement->standing) : NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}
