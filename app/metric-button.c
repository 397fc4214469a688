/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/metric-button.h"

#include <glib/gi18n.h>

#define LIST_WIDTH 280
#define LIST_HEIGHT 320

struct _HrMetricButton
{
  AdwBin parent_instance;

  GtkWidget *button; /* a child */

  /* Owned */
  GListModel *choices;
  char       *wanted; /* what is searched for */

  /* GTK's, once the list was opened */
  GtkFilter          *filter;
  GtkSingleSelection *selection;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (HrMetricButton, hr_metric_button, ADW_TYPE_BIN)

static void
choose (HrMetricButton *self,
        guint           position)
{
  g_autoptr (HrMetricChoice) choice = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (choice == NULL)
    return;

  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->button));
  g_signal_emit (self, chosen_signal, 0, choice);
}

static void
list_activate_cb (HrMetricButton *self,
                  guint           position)
{
  choose (self, position);
}

/* Enter in the entry takes the one that is marked. */
static void
search_activate_cb (HrMetricButton *self)
{
  choose (self, gtk_single_selection_get_selected (self->selection));
}

static void
search_changed_cb (HrMetricButton *self,
                   GtkEditable    *search)
{
  g_free (self->wanted);
  self->wanted = g_strdup (gtk_editable_get_text (search));
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static gboolean
is_wanted (gpointer item,
           gpointer user_data)
{
  HrMetricButton *self = user_data;

  return self->wanted == NULL || hr_metric_choice_matches (item, self->wanted);
}

static GtkWidget *
new_line (const char *css_class)
{
  GtkWidget *line = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "ellipsize", PANGO_ELLIPSIZE_END, NULL);

  if (css_class != NULL)
    gtk_widget_add_css_class (line, css_class);

  return line;
}

static void
factory_setup_cb (GtkSignalListItemFactory *factory,
                  GtkListItem              *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), new_line (NULL));
  gtk_box_append (GTK_BOX (box), new_line ("card-note"));
  gtk_list_item_set_child (item, box);
}

static void
factory_bind_cb (GtkSignalListItemFactory *factory,
                 GtkListItem              *item)
{
  HrMetricChoice  *choice = gtk_list_item_get_item (item);
  GtkWidget       *box = gtk_list_item_get_child (item);
  g_autofree char *note = g_strdup_printf (choice->measured ? _ ("%s · measured now") : "%s", choice->name);

  gtk_label_set_label (GTK_LABEL (gtk_widget_get_first_child (box)), choice->title);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_last_child (box)), note);
}

static GtkWidget *
new_list (HrMetricButton *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkFilterListModel *filtered;
  GtkWidget          *list;

  self->filter = GTK_FILTER (gtk_custom_filter_new (is_wanted, self, NULL));
  filtered = gtk_filter_list_model_new (g_object_ref (self->choices), self->filter);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (filtered));
  g_signal_connect (factory, "setup", G_CALLBACK (factory_setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (factory_bind_cb), NULL);

  list = gtk_list_view_new (GTK_SELECTION_MODEL (self->selection), factory);
  gtk_list_view_set_single_click_activate (GTK_LIST_VIEW (list), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Metrics"), -1);
  g_signal_connect_swapped (list, "activate", G_CALLBACK (list_activate_cb), self);

  return list;
}

/* Made when it is first asked for: most budgets are edited without it. */
static void
create_popup (GtkMenuButton *button,
              gpointer       user_data)
{
  HrMetricButton *self = user_data;
  GtkWidget      *popover, *box, *search, *scrolled;

  if (gtk_menu_button_get_popover (button) != NULL)
    return;

  search = gtk_search_entry_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (search), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Search the metrics"), -1);
  scrolled = g_object_new (GTK_TYPE_SCROLLED_WINDOW, "hscrollbar-policy", GTK_POLICY_NEVER, "child", new_list (self), "height-request", LIST_HEIGHT,
                           "width-request", LIST_WIDTH, NULL);
  g_signal_connect_swapped (search, "search-changed", G_CALLBACK (search_changed_cb), self);
  g_signal_connect_swapped (search, "activate", G_CALLBACK (search_activate_cb), self);

  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_append (GTK_BOX (box), search);
  gtk_box_append (GTK_BOX (box), scrolled);
  popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (button, popover);
}

static void
hr_metric_button_dispose (GObject *object)
{
  HrMetricButton *self = HR_METRIC_BUTTON (object);

  if (self->button != NULL)
    gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->button), NULL, NULL, NULL);
  self->button = NULL;
  g_clear_object (&self->choices);
  g_clear_pointer (&self->wanted, g_free);

  G_OBJECT_CLASS (hr_metric_button_parent_class)->dispose (object);
}

static void
hr_metric_button_class_init (HrMetricButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_metric_button_dispose;
  chosen_signal = g_signal_new ("chosen", HR_TYPE_METRIC_BUTTON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HR_TYPE_METRIC_CHOICE);
}

static void
hr_metric_button_init (HrMetricButton *self)
{
  const char *text = _ ("Choose a metric");

  self->button = gtk_menu_button_new ();
  gtk_widget_set_valign (self->button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_add_css_class (self->button, "flat");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->button), create_popup, self, NULL);
  adw_bin_set_child (ADW_BIN (self), self->button);
}

/* @choices: of HrMetricChoice */
GtkWidget *
hr_metric_button_new (GListModel *choices)
{
  HrMetricButton *self = g_object_new (HR_TYPE_METRIC_BUTTON, NULL);

  self->choices = g_object_ref (choices);

  return GTK_WIDGET (self);
}
