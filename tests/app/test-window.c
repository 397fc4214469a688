/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/application.h"
#include "app/config.h"

#include <glib/gstdio.h>

#define SKIPPED 77
#define MISSING_AGENT "/nonexistent/headroom-agent"

typedef struct _Fixture Fixture;

typedef struct
{
  const char *path;
  const char *agent; /* NULL: the one of the build */
  void (*run) (Fixture *fixture);
} Case;

struct _Fixture
{
  const Case    *test;
  HrApplication *application;
  HrMainWindow  *window;
  HrLiveView    *live;
  GPtrArray     *widgets; /* WeakWidget, owned: every widget that the window held at its end */
};

typedef struct
{
  GWeakRef    widget;
  const char *type;
} WeakWidget;

static void
weak_widget_free (gpointer data)
{
  WeakWidget *weak = data;

  g_weak_ref_clear (&weak->widget);
  g_free (weak);
}

/* The leak checker does not see a leaked widget that handles a signal: GObject's own table of handlers leads to it. */
static void
watch_widgets (GPtrArray *widgets,
               GtkWidget *widget)
{
  WeakWidget *weak;

  /* GTK keeps the one of the display. */
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkTooltipWindow"))
    return;

  weak = g_new0 (WeakWidget, 1);
  g_weak_ref_init (&weak->widget, widget);
  weak->type = G_OBJECT_TYPE_NAME (widget);
  g_ptr_array_add (widgets, weak);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    watch_widgets (widgets, child);
}

static void
assert_widgets_gone (GPtrArray *widgets)
{
  g_assert_cmpuint (widgets->len, >, 0);
  for (guint i = 0; i < widgets->len; i++)
    {
      WeakWidget *weak = g_ptr_array_index (widgets, i);
      g_autoptr (GtkWidget) widget = g_weak_ref_get (&weak->widget);

      if (widget != NULL)
        g_error ("a %s outlives the window", weak->type);
    }
}

/* Runs within the application's own loop, once its window is there. */
static gboolean
run_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->window = hr_application_get_window (fixture->application);
  fixture->live = hr_main_window_get_live_view (fixture->window);
  fixture->test->run (fixture);
  watch_widgets (fixture->widgets, GTK_WIDGET (fixture->window));
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_application_quit (G_APPLICATION (fixture->application));

  return G_SOURCE_REMOVE;
}

static void
application_activate_cb (HrApplication *application,
                         Fixture       *fixture)
{
  g_idle_add (run_cb, fixture);
}

static void
run_case (gconstpointer data)
{
  Fixture     fixture = { .test = data };
  const char *arguments[] = { "headroom", "--agent", fixture.test->agent };
  int         n_arguments = fixture.test->agent != NULL ? 3 : 1;

  fixture.widgets = g_ptr_array_new_with_free_func (weak_widget_free);
  fixture.application = hr_application_new (HR_APP_ID, G_APPLICATION_NON_UNIQUE);
  g_signal_connect_after (fixture.application, "activate", G_CALLBACK (application_activate_cb), &fixture);
  g_assert_cmpint (g_application_run (G_APPLICATION (fixture.application), n_arguments, (char **) arguments), ==, 0);
  g_assert_finalize_object (fixture.application);
  assert_widgets_gone (fixture.widgets);
  g_ptr_array_unref (fixture.widgets);
}

static void
wait_for_state (Fixture    *fixture,
                HrLiveState state)
{
  while (hr_live_view_get_state (fixture->live) != state)
    g_main_context_iteration (NULL, TRUE);
}

/* Finds the first label or button under @widget that says @text. */
static GtkWidget *
find_text (GtkWidget  *widget,
           const char *text)
{
  g_autofree char *label = NULL;

  if (!gtk_widget_get_child_visible (widget))
    return NULL;
  if (GTK_IS_LABEL (widget) || GTK_IS_BUTTON (widget))
    g_object_get (widget, "label", &label, NULL);
  if (label != NULL && strstr (label, text) != NULL)
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_text (child, text);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
wait_for_text (Fixture    *fixture,
               const char *text)
{
  while (find_text (GTK_WIDGET (fixture->window), text) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Returns whether a spinner under @widget turns, on whatever page. */
static gboolean
has_spinning (GtkWidget *widget)
{
  if (GTK_IS_SPINNER (widget) && gtk_spinner_get_spinning (GTK_SPINNER (widget)))
    return TRUE;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_spinning (child))
      return TRUE;

  return FALSE;
}

/* Waits for a dialog beside the window and returns it. */
static GtkWindow *
wait_for_dialog (Fixture *fixture)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (;;)
    {
      for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
        {
          g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

          if (ADW_IS_MESSAGE_DIALOG (window))
            return window;
        }
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
activate (Fixture    *fixture,
          const char *action,
          const char *parameter)
{
  g_action_group_activate_action (G_ACTION_GROUP (fixture->application), action, g_variant_new_string (parameter));
}

/* The computer's agent cannot be started: the window says so and offers to try again. */
static void
test_missing_agent (Fixture *fixture)
{
  GtkWidget *retry;

  wait_for_state (fixture, HR_LIVE_ERROR);
  wait_for_text (fixture, "Retry");
  retry = find_text (GTK_WIDGET (fixture->live), "Retry");
  g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (retry)), ==, "win.connect");
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "connect"));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "sampling"));
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "connect", NULL);
  wait_for_state (fixture, HR_LIVE_ERROR);
}

/* Nothing measured, nothing written. */
static void
test_csv_without_data (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "headroom-window-none.csv", NULL);

  g_remove (path);
  wait_for_state (fixture, HR_LIVE_ERROR);
  activate (fixture, "export-csv", path);
  wait_for_text (fixture, "Nothing has been measured");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_csv (Fixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-window-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "live.csv", NULL);
  g_autofree char *text = NULL;

  wait_for_state (fixture, HR_LIVE_DATA);
  activate (fixture, "export-csv", path);
  wait_for_text (fixture, "Saved live.csv");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "time"));
  g_assert_nonnull (strstr (text, "system_memory_used_mb"));
  g_remove (path);
  g_rmdir (folder);
}

/* A faulty contract is named with its line, and the present one stays. */
static void
test_faulty_contract (Fixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-window-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "faulty.ini", NULL);
  HrContract      *before = hr_monitor_get_contract (hr_application_get_monitor (fixture->application));
  GtkWindow       *dialog;

  g_assert_true (g_file_set_contents (path, "[contract]\nname=Faulty\nversion=1\n[memory]\nmetric=memory_usage_mb\nlimit=many\n", -1, NULL));
  activate (fixture, "open-contract", path);
  dialog = wait_for_dialog (fixture);
  g_assert_nonnull (strstr (gtk_label_get_label (GTK_LABEL (gtk_widget_get_last_child (adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog))))), "faulty.ini:6"));
  g_assert_true (hr_monitor_get_contract (hr_application_get_monitor (fixture->application)) == before);
  gtk_window_destroy (dialog);
  g_remove (path);
  g_rmdir (folder);
}

static void
test_other_contract (Fixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-window-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "mine.ini", NULL);
  HrMonitor       *monitor = hr_application_get_monitor (fixture->application);

  g_assert_true (g_file_set_contents (path, "[contract]\nname=Mine\nversion=1\n[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=50\n", -1, NULL));
  activate (fixture, "open-contract", path);
  wait_for_text (fixture, "Mine");
  g_assert_cmpstr (hr_contract_get_name (hr_monitor_get_contract (monitor)), ==, "Mine");
  g_action_group_activate_action (G_ACTION_GROUP (fixture->application), "default-contract", NULL);
  g_assert_cmpstr (hr_contract_get_name (hr_monitor_get_contract (monitor)), ==, "Thompson job ranker");
  g_remove (path);
  g_rmdir (folder);
}

/* Without a program to watch the computer's numbers come with the offer to start one. */
static void
test_computer (Fixture *fixture)
{
  wait_for_state (fixture, HR_LIVE_DATA);
  wait_for_text (fixture, "processor");
  g_assert_nonnull (find_text (GTK_WIDGET (fixture->window), "Connected"));
}

/* Animations of hidden pages keep the frame clock going. */
static void
test_spinner (Fixture *fixture)
{
  wait_for_state (fixture, HR_LIVE_DATA);
  wait_for_text (fixture, "processor");
  g_assert_false (has_spinning (GTK_WIDGET (fixture->window)));
}

static void
test_disconnect_and_connect (Fixture *fixture)
{
  HrSource *source;

  wait_for_state (fixture, HR_LIVE_DATA);
  source = hr_main_window_get_source (fixture->window);
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "disconnect", NULL);
  while (hr_source_get_state (source) != HR_SOURCE_DISCONNECTED)
    g_main_context_iteration (NULL, TRUE);
  wait_for_text (fixture, "last at");
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "disconnect"));

  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "connect", NULL);
  while (!hr_source_is_live (source))
    g_main_context_iteration (NULL, TRUE);
}

static void
test_interval (Fixture *fixture)
{
  HrMonitor *monitor = hr_application_get_monitor (fixture->application);

  g_assert_cmpuint (hr_monitor_get_interval (monitor), ==, 100);
  g_action_group_change_action_state (G_ACTION_GROUP (fixture->application), "interval", g_variant_new_uint32 (1000));
  g_assert_cmpuint (hr_monitor_get_interval (monitor), ==, 1000);
  g_action_group_change_action_state (G_ACTION_GROUP (fixture->application), "interval", g_variant_new_uint32 (100));
}

static void
test_freeze (Fixture *fixture)
{
  gboolean frozen;

  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "freeze", NULL);
  g_object_get (hr_live_view_get_chart (fixture->live), "frozen", &frozen, NULL);
  g_assert_true (frozen);
}

static int
least_width (Fixture *fixture)
{
  int least;

  gtk_widget_measure (GTK_WIDGET (fixture->live), GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);

  return least;
}

/* The view of the computer fits a phone's width, with text of twice the size too. */
static void
test_narrow (Fixture *fixture)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int          dpi;

  wait_for_state (fixture, HR_LIVE_DATA);
  g_assert_cmpint (least_width (fixture), <=, 360);

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  g_assert_cmpint (least_width (fixture), <=, 360);
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

int
main (int   argc,
      char *argv[])
{
  static const Case cases[] = {
    { "/window/missing-agent", MISSING_AGENT, test_missing_agent },
    { "/window/csv-without-data", MISSING_AGENT, test_csv_without_data },
    { "/window/csv", NULL, test_csv },
    { "/window/faulty-contract", MISSING_AGENT, test_faulty_contract },
    { "/window/other-contract", MISSING_AGENT, test_other_contract },
    { "/window/computer", NULL, test_computer },
    { "/window/narrow", NULL, test_narrow },
    { "/window/spinner", NULL, test_spinner },
    { "/window/disconnect-and-connect", NULL, test_disconnect_and_connect },
    { "/window/interval", MISSING_AGENT, test_interval },
    { "/window/freeze", MISSING_AGENT, test_freeze },
  };

  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    return SKIPPED;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], run_case);

  return g_test_run ();
}
