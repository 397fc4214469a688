/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/preferences-window.h"

#include "app/history-group.h"

#include <glib/gi18n.h>

#define NUMBER_CHARS 5
#define HOURS_MAX 8784
#define MEGABYTES_MIN 16
#define MEGABYTES_MAX (1024 * 1024)

struct _HrPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  /* Owned */
  GSettings *settings;

  GtkWidget *interval; /* a child */
};

G_DEFINE_FINAL_TYPE (HrPreferencesWindow, hr_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

/* A row and the numbers that its words stand for in a setting. */
typedef struct
{
  GSettings  *settings; /* owned */
  const char *key;
  int         first; /* the number of the first word */
  GtkWidget  *row;   /* borrowed */
} Choice;

static void
choice_free (gpointer  data,
             GClosure *closure)
{
  Choice *self = data;

  g_object_unref (self->settings);
  g_free (self);
}

static void
choice_selected_cb (AdwComboRow *row,
                    GParamSpec  *property,
                    Choice      *choice)
{
  guint selected = adw_combo_row_get_selected (row);

  if (selected != GTK_INVALID_LIST_POSITION)
    g_settings_set_enum (choice->settings, choice->key, choice->first + (int) selected);
}

/* @key: of one of so many things, by name */
static GtkWidget *
new_choice (HrPreferencesWindow *self,
            const char          *key,
            int                  first,
            const char          *title,
            const char          *subtitle,
            const char *const   *words)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) model = gtk_string_list_new (words);
  Choice *choice = g_new0 (Choice, 1);

  choice->settings = g_object_ref (self->settings);
  choice->key = key;
  choice->first = first;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (model));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), (guint) (g_settings_get_enum (self->settings, key) - first));
  g_signal_connect_data (row, "notify::selected", G_CALLBACK (choice_selected_cb), choice, choice_free, 0);

  return row;
}

static GtkWidget *
new_switch (HrPreferencesWindow *self,
            const char          *key,
            const char          *title,
            const char          *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *toggle = gtk_switch_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  g_settings_bind (self->settings, key, toggle, "active", G_SETTINGS_BIND_DEFAULT);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);

  return row;
}

static GtkWidget *
new_number (HrPreferencesWindow *self,
            const char          *key,
            const char          *title,
            const char          *subtitle,
            double               least,
            double               most)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *number = gtk_spin_button_new_with_range (least, most, 1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_valign (number, GTK_ALIGN_CENTER);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (number), TRUE);
  gtk_editable_set_width_chars (GTK_EDITABLE (number), NUMBER_CHARS);
  g_settings_bind (self->settings, key, number, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "keep-history", row, "sensitive", G_SETTINGS_BIND_GET);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), number);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), number);

  return row;
}

static AdwPreferencesPage *
add_page (HrPreferencesWindow *self,
          const char          *title,
          const char          *icon)
{
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());

  adw_preferences_page_set_title (page, title);
  adw_preferences_page_set_icon_name (page, icon);
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (self), page);

  return page;
}

static AdwPreferencesGroup *
add_group (AdwPreferencesPage *page,
           const char         *title)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  adw_preferences_group_set_title (group, title);
  adw_preferences_page_add (page, group);

  return group;
}

/* The intervals that can be chosen; a setting may say another one. */
static const guint intervals[] = { 100, 1000, 5000 };

static void
interval_selected_cb (HrPreferencesWindow *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->interval));

  if (selected < G_N_ELEMENTS (intervals))
    g_settings_set_uint (self->settings, "interval", intervals[selected]);
}

static GtkWidget *
new_interval (HrPreferencesWindow *self)
{
  const char *const words[] = { _ ("Live, 100 ms"), _ ("Dashboard, 1 s"), _ ("Background, 5 s"), NULL };
  guint             now = g_settings_get_uint (self->settings, "interval");
  guint             selected = 0;
  g_autoptr (GtkStringList) model = gtk_string_list_new (words);

  while (selected < G_N_ELEMENTS (intervals) && intervals[selected] != now)
    selected++;
  if (selected == G_N_ELEMENTS (intervals))
    {
      g_autofree char *other = g_strdup_printf (_ ("%u ms"), now);

      gtk_string_list_append (model, other);
    }

  self->interval = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->interval), _ ("Refresh"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->interval), _ ("How often sources are looked at"));
  adw_combo_row_set_model (ADW_COMBO_ROW (self->interval), G_LIST_MODEL (model));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->interval), selected);
  g_signal_connect_swapped (self->interval, "notify::selected", G_CALLBACK (interval_selected_cb), self);

  return self->interval;
}

static void
add_general (HrPreferencesWindow *self)
{
  const char *const    styles[] = { _ ("As the system"), _ ("Light"), _ ("Dark"), NULL };
  const char *const    closings[] = { _ ("Ask"), _ ("Go on recording"), _ ("Stop recording"), NULL };
  AdwPreferencesPage  *page = add_page (self, _ ("General"), "preferences-system-symbolic");
  AdwPreferencesGroup *group = add_group (page, "");

  adw_preferences_group_add (group, new_choice (self, "style", 0, _ ("Style"), "", styles));
  adw_preferences_group_add (group, new_interval (self));
  adw_preferences_group_add (group, new_choice (self, "close-while-recording", 0, _ ("Closing while recording"),
                                                _ ("What becomes of a recording when the window is closed"), closings));
}

static void
add_notifications (HrPreferencesWindow *self)
{
  const char *const    severities[] = { _ ("Low"), _ ("Medium"), _ ("High"), _ ("Critical"), NULL };
  AdwPreferencesPage  *page = add_page (self, _ ("Notifications"), "alarm-symbolic");
  AdwPreferencesGroup *group = add_group (page, "");
  GtkWidget           *severity = new_choice (self, "notify-from", HR_SEVERITY_LOW, _ ("From severity"), _ ("Alerts below it are listed only"), severities);

  adw_preferences_group_add (group, new_switch (self, "notifications", _ ("Notifications"), _ ("The desktop tells of alerts while they last")));
  g_settings_bind (self->settings, "notifications", severity, "sensitive", G_SETTINGS_BIND_GET);
  adw_preferences_group_add (group, severity);
}

static void
add_history (HrPreferencesWindow *self,
             HrArchive           *archive)
{
  AdwPreferencesPage  *page = add_page (self, _ ("History"), "document-open-recent-symbolic");
  AdwPreferencesGroup *limits = add_group (page, "");

  adw_preferences_group_add (limits, new_switch (self, "keep-history", _ ("Keep a history"), _ ("Without it only recordings are kept")));
  adw_preferences_group_add (limits, new_number (self, "history-hours", _ ("Hours"), _ ("How far back it reaches"), 1, HOURS_MAX));
  adw_preferences_group_add (limits, new_number (self, "history-megabytes", _ ("Megabytes"), _ ("How large it may become: the oldest makes room"),
                                                 MEGABYTES_MIN, MEGABYTES_MAX));
  adw_preferences_group_set_description (limits, _ ("Recordings stay until they are removed, whatever is set here."));
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (hr_history_group_new (archive)));
}

static void
hr_preferences_window_dispose (GObject *object)
{
  HrPreferencesWindow *self = HR_PREFERENCES_WINDOW (object);

  g_clear_object (&self->settings);

  G_OBJECT_CLASS (hr_preferences_window_parent_class)->dispose (object);
}

static void
hr_preferences_window_class_init (HrPreferencesWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_preferences_window_dispose;
}

static void
hr_preferences_window_init (HrPreferencesWindow *self)
{
}

GtkWindow *
hr_preferences_window_new (GtkWindow *parent,
                           HrArchive *archive,
                           GSettings *settings)
{
  HrPreferencesWindow *self = g_object_new (HR_TYPE_PREFERENCES_WINDOW, "transient-for", parent, "modal", TRUE, "destroy-with-parent", TRUE,
                                            "search-enabled", FALSE, NULL);

  self->settings = g_object_ref (settings);
  add_general (self);
  add_notifications (self);
  add_history (self, archive);

  return GTK_WINDOW (self);
}
