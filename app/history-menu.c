/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-menu.h"

#include "app/children.h"
#include "app/history-choice.h"

#include <glib/gi18n.h>

#define WIDTH 260
#define MAX_HEIGHT 420

struct _HrHistoryMenu
{
  GtkWidget parent_instance;

  GtkWidget *scroller; /* child */
  GtkWidget *list;     /* of check buttons, those with budgets first; borrowed from it */

  char *listed; /* owned: what is in the list, in one text */
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrHistoryMenu, hr_history_menu, GTK_TYPE_WIDGET)

static void
check_toggled_cb (HrHistoryMenu  *self,
                  GtkCheckButton *check)
{
  g_signal_emit (self, signals[CHOSEN], 0, g_object_get_data (G_OBJECT (check), "metric"), gtk_check_button_get_active (check));
}

static void
hr_history_menu_dispose (GObject *object)
{
  hr_children_unparent (GTK_WIDGET (object));

  G_OBJECT_CLASS (hr_history_menu_parent_class)->dispose (object);
}

static void
hr_history_menu_finalize (GObject *object)
{
  g_free (HR_HISTORY_MENU (object)->listed);

  G_OBJECT_CLASS (hr_history_menu_parent_class)->finalize (object);
}

static void
hr_history_menu_class_init (HrHistoryMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_history_menu_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_history_menu_finalize;

  signals[CHOSEN] = g_signal_new ("chosen", HR_TYPE_HISTORY_MENU, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
hr_history_menu_init (HrHistoryMenu *self)
{
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->scroller = g_object_new (GTK_TYPE_SCROLLED_WINDOW,
                                 "hscrollbar-policy", GTK_POLICY_NEVER,
                                 "propagate-natural-height", TRUE,
                                 "max-content-height", MAX_HEIGHT,
                                 "width-request", WIDTH,
                                 "child", self->list,
                                 NULL);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

/* Returns a menu without metrics. */
GtkWidget *
hr_history_menu_new (void)
{
  return g_object_new (HR_TYPE_HISTORY_MENU, NULL);
}

static void
add_heading (HrHistoryMenu *self,
             const char    *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "group-heading");
  gtk_box_append (GTK_BOX (self->list), label);
}

static void
add_metric (HrHistoryMenu     *self,
            const char        *metric,
            const char *const *chosen)
{
  g_autofree char *title = hr_history_title (metric);
  GtkWidget       *label = gtk_label_new (title);
  GtkWidget       *check = gtk_check_button_new ();

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_tooltip_text (check, metric);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (check), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), g_strv_contains (chosen, metric));
  g_object_set_data_full (G_OBJECT (check), "metric", g_strdup (metric), g_free);
  g_signal_connect_object (check, "toggled", G_CALLBACK (check_toggled_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->list), check);
}

/* Adds the metrics that have budgets, or those that have none; returns whether there were any. */
static gboolean
add_metrics (HrHistoryMenu         *self,
             const HrHistoryAnswer *answer,
             HrContract            *contract,
             const char *const     *chosen,
             gboolean               budgeted)
{
  gboolean any = FALSE;

  for (guint i = 0; i < answer->series->len; i++)
    {
      const char *name = g_array_index (answer->series, HrHistorySeries, i).name;

      if (hr_history_has_budget (contract, answer->source, name) != budgeted)
        continue;
      if (!any)
        add_heading (self, budgeted ? _ ("With Budgets") : _ ("Others"));
      any = TRUE;
      add_metric (self, name, chosen);
    }

  return any;
}

/* Returns what the list will show, but for what is checked, which its reader does; free with g_free (). */
static char *
list_text (const HrHistoryAnswer *answer,
           HrContract            *contract)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < answer->series->len; i++)
    {
      const char *name = g_array_index (answer->series, HrHistorySeries, i).name;

      g_string_append_printf (text, "%s\n%d\n", name, hr_history_has_budget (contract, answer->source, name));
    }

  return g_string_free (text, FALSE);
}

/* Lists the metrics of @answer, those in @chosen checked. */
void
hr_history_menu_show (HrHistoryMenu         *self,
                      const HrHistoryAnswer *answer,
                      HrContract            *contract,
                      const char *const     *chosen)
{
  g_autofree char *text = list_text (answer, contract);
  GtkWidget       *child;

  g_return_if_fail (HR_IS_HISTORY_MENU (self));

  if (g_strcmp0 (self->listed, text) == 0)
    return;

  g_free (self->listed);
  self->listed = g_steal_pointer (&text);
  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_box_remove (GTK_BOX (self->list), child);
  add_metrics (self, answer, contract, chosen, TRUE);
  add_metrics (self, answer, contract, chosen, FALSE);
}
