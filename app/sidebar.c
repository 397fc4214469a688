/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/sidebar.h"

#include "app/labels.h"
#include "app/session-row.h"
#include "app/source-row.h"

#include <glib/gi18n.h>

struct _HrSidebar
{
  GtkBox parent_instance;

  /* Template children */
  GtkListBox *list;
  GtkListBox *sessions;
  GtkWidget  *trouble;
  GtkLabel   *trouble_label;
  GtkWidget  *menu;
  GMenuModel *menu_model;
  GMenuModel *session_menu_model;

  /* Owned */
  HrMonitor  *monitor;
  GHashTable *hidden; /* set of HrSource and HrSessionItem that are out of sight */
  GtkFilter  *filter;
  GtkFilter  *session_filter;
  HrSource   *origin;   /* of the selected source */
  guint       fallback; /* source of the selection that is due after one has left, or 0 */
};

enum
{
  PROP_0,
  PROP_SELECTED,
  PROP_SESSION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint       activated_signal;

G_DEFINE_FINAL_TYPE (HrSidebar, hr_sidebar, GTK_TYPE_BOX)

static HrSourceRow *
find_row (HrSidebar *self,
          HrSource  *source)
{
  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, i);

      if (row == NULL || hr_source_row_get_source (HR_SOURCE_ROW (row)) == source)
        return row != NULL ? HR_SOURCE_ROW (row) : NULL;
    }
}

static GtkWidget *
create_row (gpointer source,
            gpointer user_data)
{
  return hr_source_row_new (source);
}

static GtkListBoxRow *
find_session_row (HrSidebar     *self,
                  HrSessionItem *session)
{
  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->sessions, i);

      if (row == NULL || hr_session_row_get_item (HR_SESSION_ROW (row)) == session)
        return row;
    }
}

static GtkWidget *
create_session_row (gpointer session,
                    gpointer user_data)
{
  return hr_session_row_new (session);
}

static const char *
word_group (HrSourceGroup group)
{
  static const char *const words[] = { N_ ("This computer"), N_ ("USB devices"), N_ ("Network") };

  G_STATIC_ASSERT (G_N_ELEMENTS (words) == HR_N_SOURCE_GROUPS);

  return _ (words[MIN (group, HR_N_SOURCE_GROUPS - 1)]);
}

static void
set_heading (GtkListBoxRow *row,
             const char    *text)
{
  GtkWidget *heading;

  if (gtk_list_box_row_get_header (row) != NULL)
    return;

  heading = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "group-heading");
  gtk_list_box_row_set_header (row, heading);
}

/* The first row of a group stands under its heading. */
static void
update_header (GtkListBoxRow *row,
               GtkListBoxRow *before,
               gpointer       user_data)
{
  HrSourceGroup group = hr_source_get_group (hr_source_row_get_source (HR_SOURCE_ROW (row)));

  if (before != NULL && hr_source_get_group (hr_source_row_get_source (HR_SOURCE_ROW (before))) == group)
    gtk_list_box_row_set_header (row, NULL);
  else
    set_heading (row, word_group (group));
}

static void
update_session_header (GtkListBoxRow *row,
                       GtkListBoxRow *before,
                       gpointer       user_data)
{
  if (before != NULL)
    gtk_list_box_row_set_header (row, NULL);
  else
    set_heading (row, _ ("Recordings"));
}

/* Groups one after the other; within them the monitor's order, which the sorting leaves as it is. */
static int
compare_groups (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  return (int) hr_source_get_group ((HrSource *) a) - (int) hr_source_get_group ((HrSource *) b);
}

static gboolean
is_in_sight (gpointer item,
             gpointer user_data)
{
  HrSidebar *self = user_data;

  return !g_hash_table_contains (self->hidden, item) && !g_hash_table_contains (self->hidden, hr_monitor_get_origin (self->monitor, item));
}

static gboolean
is_session_in_sight (gpointer item,
                     gpointer user_data)
{
  return !g_hash_table_contains (HR_SIDEBAR (user_data)->hidden, item);
}

static void
verdict_changed_cb (HrMonitor *monitor,
                    HrSource  *source,
                    HrSidebar *self)
{
  HrSourceRow *row = find_row (self, source);

  if (row != NULL)
    hr_source_row_judge (row, hr_monitor_get_verdict (monitor, source));
}

static void
select_fallback_cb (gpointer user_data)
{
  HrSidebar   *self = user_data;
  HrSourceRow *row = self->origin != NULL ? find_row (self, self->origin) : NULL;

  self->fallback = 0;
  if (gtk_list_box_get_selected_row (self->list) == NULL && hr_sidebar_get_session (self) == NULL)
    gtk_list_box_select_row (self->list, row != NULL ? GTK_LIST_BOX_ROW (row) : gtk_list_box_get_row_at_index (self->list, 0));
}

/* The selected source may have left, in the midst of a change of the list: another one is chosen after that. */
static void
list_selected_cb (HrSidebar *self)
{
  HrSource *source = hr_sidebar_get_selected (self);

  if (source != NULL)
    {
      g_set_object (&self->origin, hr_monitor_get_origin (self->monitor, source));
      gtk_list_box_unselect_all (self->sessions);
    }
  else if (self->fallback == 0)
    self->fallback = g_idle_add_once (select_fallback_cb, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

/* Of sources and sessions one is selected. A session that has left gives way to a source. */
static void
sessions_selected_cb (HrSidebar *self)
{
  if (hr_sidebar_get_session (self) != NULL)
    gtk_list_box_select_row (self->list, NULL);
  else if (self->fallback == 0)
    self->fallback = g_idle_add_once (select_fallback_cb, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
}

static void
list_activated_cb (HrSidebar *self)
{
  g_signal_emit (self, activated_signal, 0);
}

static void
show_menu (GtkWidget *list,
           double     x,
           double     y)
{
  HrSidebar     *self = HR_SIDEBAR (gtk_widget_get_ancestor (list, HR_TYPE_SIDEBAR));
  GtkListBoxRow *row = gtk_list_box_get_row_at_y (GTK_LIST_BOX (list), (int) y);

  if (row == NULL || !gtk_widget_translate_coordinates (list, GTK_WIDGET (self), x, y, &x, &y))
    return;

  gtk_list_box_select_row (GTK_LIST_BOX (list), row);
  /* It follows the window's actions from its first use on only. */
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), GTK_LIST_BOX (list) == self->sessions ? self->session_menu_model : self->menu_model);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
list_right_click_cb (GtkGesture *gesture,
                     int         n_press,
                     double      x,
                     double      y,
                     HrSidebar  *self)
{
  show_menu (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)), x, y);
}

static void
list_long_press_cb (GtkGesture *gesture,
                    double      x,
                    double      y,
                    HrSidebar  *self)
{
  show_menu (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)), x, y);
}

/* The Menu key and Shift+F10, as everywhere. */
static gboolean
list_menu_key_cb (GtkWidget *list,
                  GVariant  *arguments,
                  gpointer   user_data)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (list));
  GtkAllocation  place;

  if (row == NULL)
    return FALSE;

  gtk_widget_get_allocation (GTK_WIDGET (row), &place);
  show_menu (list, place.x + place.width / 2.0, place.y + place.height / 2.0);

  return TRUE;
}

HrSource *
hr_sidebar_get_selected (HrSidebar *self)
{
  GtkListBoxRow *row;

  g_return_val_if_fail (HR_IS_SIDEBAR (self), NULL);

  row = gtk_list_box_get_selected_row (self->list);

  return row != NULL ? hr_source_row_get_source (HR_SOURCE_ROW (row)) : NULL;
}

void
hr_sidebar_select (HrSidebar *self,
                   HrSource  *source)
{
  HrSourceRow *row;

  g_return_if_fail (HR_IS_SIDEBAR (self));

  row = find_row (self, source);
  if (row != NULL)
    gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
}

void
hr_sidebar_set_hidden (HrSidebar *self,
                       HrSource  *source,
                       gboolean   hidden)
{
  g_return_if_fail (HR_IS_SIDEBAR (self));

  if (hidden)
    g_hash_table_add (self->hidden, g_object_ref (source));
  else
    g_hash_table_remove (self->hidden, source);
  gtk_filter_changed (self->filter, hidden ? GTK_FILTER_CHANGE_MORE_STRICT : GTK_FILTER_CHANGE_LESS_STRICT);
}

void
hr_sidebar_set_session_hidden (HrSidebar     *self,
                               HrSessionItem *session,
                               gboolean       hidden)
{
  g_return_if_fail (HR_IS_SIDEBAR (self));

  if (hidden)
    g_hash_table_add (self->hidden, g_object_ref (session));
  else
    g_hash_table_remove (self->hidden, session);
  gtk_filter_changed (self->session_filter, hidden ? GTK_FILTER_CHANGE_MORE_STRICT : GTK_FILTER_CHANGE_LESS_STRICT);
}

HrSessionItem *
hr_sidebar_get_session (HrSidebar *self)
{
  GtkListBoxRow *row;

  g_return_val_if_fail (HR_IS_SIDEBAR (self), NULL);

  row = gtk_list_box_get_selected_row (self->sessions);

  return row != NULL ? hr_session_row_get_item (HR_SESSION_ROW (row)) : NULL;
}

void
hr_sidebar_select_session (HrSidebar     *self,
                           HrSessionItem *session)
{
  GtkListBoxRow *row;

  g_return_if_fail (HR_IS_SIDEBAR (self));

  row = find_session_row (self, session);
  if (row != NULL)
    gtk_list_box_select_row (self->sessions, row);
}

void
hr_sidebar_set_trouble (HrSidebar  *self,
                        const char *trouble)
{
  g_return_if_fail (HR_IS_SIDEBAR (self));

  gtk_widget_set_visible (self->trouble, trouble != NULL);
  if (trouble != NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("No device: %s"), trouble);

      hr_label_set (self->trouble_label, text);
    }
}

void
hr_sidebar_follow (HrSidebar *self,
                   HrMonitor *monitor)
{
  GListModel         *sources = hr_monitor_get_sources (monitor);
  GtkSorter          *sorter = GTK_SORTER (gtk_custom_sorter_new (compare_groups, NULL, NULL));
  GtkSortListModel   *sorted = gtk_sort_list_model_new (g_object_ref (sources), sorter);
  GtkFilterListModel *filtered;

  g_return_if_fail (HR_IS_SIDEBAR (self));
  g_return_if_fail (self->monitor == NULL);

  self->monitor = g_object_ref (monitor);
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_in_sight, self, NULL));
  filtered = gtk_filter_list_model_new (G_LIST_MODEL (sorted), g_object_ref (self->filter));
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (filtered), create_row, NULL, NULL);
  g_object_unref (filtered);
  g_signal_connect_object (monitor, "verdict-changed", G_CALLBACK (verdict_changed_cb), self, 0);
}

void
hr_sidebar_follow_sessions (HrSidebar  *self,
                            GListModel *sessions)
{
  GtkFilterListModel *filtered;

  g_return_if_fail (HR_IS_SIDEBAR (self));
  g_return_if_fail (self->session_filter == NULL);

  self->session_filter = GTK_FILTER (gtk_custom_filter_new (is_session_in_sight, self, NULL));
  filtered = gtk_filter_list_model_new (g_object_ref (sessions), g_object_ref (self->session_filter));
  gtk_list_box_bind_model (self->sessions, G_LIST_MODEL (filtered), create_session_row, NULL, NULL);
  g_object_unref (filtered);
}

static void
hr_sidebar_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  if (prop_id == PROP_SELECTED)
    g_value_set_object (value, hr_sidebar_get_selected (HR_SIDEBAR (object)));
  else if (prop_id == PROP_SESSION)
    g_value_set_object (value, hr_sidebar_get_session (HR_SIDEBAR (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
hr_sidebar_dispose (GObject *object)
{
  HrSidebar *self = HR_SIDEBAR (object);

  g_clear_handle_id (&self->fallback, g_source_remove);
  if (self->monitor != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  if (self->session_filter != NULL)
    gtk_list_box_bind_model (self->sessions, NULL, NULL, NULL, NULL);
  g_clear_handle_id (&self->fallback, g_source_remove);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_object (&self->filter);
  g_clear_object (&self->session_filter);
  g_clear_object (&self->origin);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (hr_sidebar_parent_class)->dispose (object);
}

static void
hr_sidebar_finalize (GObject *object)
{
  g_hash_table_unref (HR_SIDEBAR (object)->hidden);

  G_OBJECT_CLASS (hr_sidebar_parent_class)->finalize (object);
}

static void
hr_sidebar_class_init (HrSidebarClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = hr_sidebar_dispose;
  object_class->finalize = hr_sidebar_finalize;
  object_class->get_property = hr_sidebar_get_property;

  properties[PROP_SELECTED] = g_param_spec_object ("selected", NULL, NULL, HR_TYPE_SOURCE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, HR_TYPE_SESSION_ITEM, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  activated_signal = g_signal_new ("activated", HR_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, HrSidebar, list);
  gtk_widget_class_bind_template_child (widget_class, HrSidebar, sessions);
  gtk_widget_class_bind_template_child (widget_class, HrSidebar, trouble);
  gtk_widget_class_bind_template_child (widget_class, HrSidebar, trouble_label);
  gtk_widget_class_bind_template_child (widget_class, HrSidebar, menu);
  gtk_widget_class_bind_template_child_full (widget_class, "source_menu", FALSE, G_STRUCT_OFFSET (HrSidebar, menu_model));
  gtk_widget_class_bind_template_child_full (widget_class, "session_menu", FALSE, G_STRUCT_OFFSET (HrSidebar, session_menu_model));
  gtk_widget_class_bind_template_callback (widget_class, sessions_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, list_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, list_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, list_right_click_cb);
  gtk_widget_class_bind_template_callback (widget_class, list_long_press_cb);
}

static void
add_menu_keys (GtkListBox *list)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10"),
                                                          gtk_callback_action_new (list_menu_key_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (list), keys);
}

static void
hr_sidebar_init (HrSidebar *self)
{
  self->hidden = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->list, update_header, NULL, NULL);
  gtk_list_box_set_header_func (self->sessions, update_session_header, NULL, NULL);
  add_menu_keys (self->list);
  add_menu_keys (self->sessions);
}
