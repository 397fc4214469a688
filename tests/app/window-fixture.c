/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/app/window-fixture.h"

#include "app/config.h"
#include "app/live-label.h"
#include "tests/folder.h"

#define SKIPPED 77

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

/* A case may activate it again. */
static void
application_activate_cb (HrApplication *application,
                         Fixture       *fixture)
{
  g_signal_handlers_disconnect_by_func (application, application_activate_cb, fixture);
  g_idle_add (run_cb, fixture);
}

static void
run_case (gconstpointer data)
{
  Fixture     fixture = { .test = data };
  const char *arguments[] = { "headroom", "--agent", fixture.test->agent };
  int         n_arguments = fixture.test->agent != NULL ? 3 : 1;

  fixture.widgets = g_ptr_array_new_with_free_func (weak_widget_free);
  fixture.application = hr_application_new (HR_APP_ID, G_APPLICATION_NON_UNIQUE, hr_sandbox_new ("/nonexistent"));
  g_signal_connect_after (fixture.application, "activate", G_CALLBACK (application_activate_cb), &fixture);
  g_assert_cmpint (g_application_run (G_APPLICATION (fixture.application), n_arguments, (char **) arguments), ==, 0);
  g_assert_finalize_object (fixture.application);
  assert_widgets_gone (fixture.widgets);
  g_ptr_array_unref (fixture.widgets);
}

/* Finds the first label or button under @widget that says @text. */
GtkWidget *
find_text (GtkWidget  *widget,
           const char *text)
{
  g_autofree char *label = NULL;

  if (!gtk_widget_get_child_visible (widget))
    return NULL;
  if (GTK_IS_LABEL (widget) || HR_IS_LIVE_LABEL (widget) || GTK_IS_BUTTON (widget))
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

void
wait_for_text (Fixture    *fixture,
               const char *text)
{
  while (find_text (GTK_WIDGET (fixture->window), text) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Finds a visible widget of @type under @widget. */
GtkWidget *
find_shown (GtkWidget *widget,
            GType      type)
{
  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_shown (child, type);

      if (found != NULL)
        return found;
    }

  return NULL;
}

/* Waits for a dialog beside the window and returns it. */
GtkWindow *
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

static int
least_width (GtkWidget *widget)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);

  return least;
}

/* It fits a phone's width, with text of twice the size too. */
void
assert_fits_phone (GtkWidget *widget)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int          dpi;

  g_assert_cmpint (least_width (widget), <=, 360);

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  g_assert_cmpint (least_width (widget), <=, 360);
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

int
run_cases (int         argc,
           char       *argv[],
           const Case *cases,
           guint       n_cases)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-window-XXXXXX", NULL);
  g_autofree char *history = g_build_filename (folder, "headroom", NULL);
  int              status;

  /* The history is none of its user's. */
  g_assert_nonnull (folder);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    return SKIPPED;

  for (guint i = 0; i < n_cases; i++)
    g_test_add_data_func (cases[i].path, &cases[i], run_case);

  status = g_test_run ();
  if (g_file_test (history, G_FILE_TEST_IS_DIR))
    remove_folder (history);
  remove_folder (folder);

  return status;
}
