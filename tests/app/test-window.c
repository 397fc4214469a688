/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/add-source-dialog.h"
#include "app/application.h"
#include "app/config.h"
#include "app/device-page.h"
#include "app/live-label.h"
#include "app/places.h"
#include "app/spans-card.h"
#include "app/status-line.h"
#include "app/table-row.h"
#include "engine/model/category.h"

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
least_width (GtkWidget *widget)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);

  return least;
}

/* It fits a phone's width, with text of twice the size too. */
static void
assert_widget_fits_phone (GtkWidget *widget)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int          dpi;

  g_assert_cmpint (least_width (widget), <=, 360);

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  g_assert_cmpint (least_width (widget), <=, 360);
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

static void
assert_fits_phone (Fixture *fixture)
{
  assert_widget_fits_phone (GTK_WIDGET (fixture->live));
}

static void
test_narrow (Fixture *fixture)
{
  wait_for_state (fixture, HR_LIVE_DATA);
  assert_fits_phone (fixture);
}

/* A program whose history the test writes. */
typedef struct
{
  Fixture      *fixture;
  HrSource     *source;
  HrSample      samples[32];
  HrBucketCount buckets[32];
  guint         n_samples;
  gint64        now_ns;
} Program;

static void
program_set_up (Program *program,
                Fixture *fixture)
{
  *program = (Program){ .fixture = fixture, .source = hr_source_new (HR_SOURCE_PROCESS, "ranker") };
  hr_source_set_state (program->source, HR_SOURCE_CONNECTED, NULL);
}

static void
program_add (Program    *program,
             const char *name,
             HrKind      kind,
             HrUnit      unit,
             guint64     count,
             double      value)
{
  HrMetricInfo   info = { name, kind, unit, HR_DIRECTION_LOWER };
  HrSample      *sample = &program->samples[program->n_samples];
  HrBucketCount *bucket = &program->buckets[program->n_samples++];
  double         sum = value * (double) count;

  *sample = (HrSample){ hr_history_add_metric (hr_source_get_history (program->source), &info), count, sum, value, value, value };
  if (!hr_kind_is_time (kind))
    return;

  *bucket = (HrBucketCount){ hr_bucket_index ((guint64) (value * HR_NS_PER_MS)), count };
  sample->buckets = bucket;
  sample->n_buckets = 1;
  sample->self = sum;
}

/* Lets the second that was put together arrive as from the agent. */
static void
program_tell (Program *program)
{
  HrMonitor *monitor = hr_application_get_monitor (program->fixture->application);
  HrHistory *history = hr_source_get_history (program->source);
  HrSnapshot head = { .interval_ns = HR_NS_PER_SECOND, .time_us = g_get_real_time () };
  g_autoptr (HrSnapshot) snapshot = NULL;

  program->now_ns += head.interval_ns;
  head.sequence = hr_history_get_received (history) + 1;
  head.end_ns = program->now_ns;
  snapshot = hr_snapshot_new (&head, program->samples, program->n_samples);
  hr_history_append (history, snapshot);
  program->n_samples = 0;
  g_signal_emit_by_name (monitor, "snapshot", program->source, snapshot);
}

/* Shows @source as if it had been selected, as it stands now. */
static void
show_source (Fixture  *fixture,
             HrSource *source)
{
  hr_live_view_set_source (fixture->live, NULL);
  hr_live_view_set_source (fixture->live, source);
}

static void
program_tear_down (Program *program)
{
  hr_live_view_set_source (program->fixture->live, NULL);
  g_object_unref (program->source);
}

/* Finds the row under @widget that is called @name, as a screen reader does. */
static GtkWidget *
find_table_row (GtkWidget  *widget,
                const char *name)
{
  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (HR_IS_TABLE_ROW (widget) && g_strcmp0 (gtk_widget_get_tooltip_text (widget), name) == 0)
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_table_row (child, name);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
assert_row (Fixture    *fixture,
            const char *name,
            const char *description)
{
  GtkWidget *row = find_table_row (GTK_WIDGET (fixture->live), name);

  g_assert_nonnull (row);
  g_assert_true (gtk_widget_get_focusable (row));
  gtk_test_accessible_assert_role (row, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_test_accessible_assert_property (row, GTK_ACCESSIBLE_PROPERTY_LABEL, name);
  gtk_test_accessible_assert_property (row, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description);
}

/* Finds a visible widget of @type under @widget. */
static GtkWidget *
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

static void
test_spans (Fixture *fixture)
{
  Program program;

  program_set_up (&program, fixture);
  program_add (&program, "/rank", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, 30, 1);
  program_add (&program, "/rank/draw", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, 70, 1);
  program_tell (&program);
  show_source (fixture, program.source);
  assert_row (fixture, "/rank/draw", "70 % of the self time, 70/s calls, p99 1 ms");
  assert_row (fixture, "/rank", "30 % of the self time, 30/s calls, p99 1 ms");
  assert_fits_phone (fixture);
  program_tear_down (&program);
}

/* Rows stay where they are for a second, and are the same widgets afterwards. */
static void
test_spans_stand_still (Fixture *fixture)
{
  Program    program;
  GtkWidget *first;

  program_set_up (&program, fixture);
  program_add (&program, "/a", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, 1, 10);
  program_add (&program, "/b", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, 1, 5);
  program_tell (&program);
  show_source (fixture, program.source);
  first = find_table_row (GTK_WIDGET (fixture->live), "/a");

  program_add (&program, "/a", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, 1, 10);
  program_add (&program, "/b", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, 1, 100);
  program.now_ns -= HR_NS_PER_SECOND / 2;
  program_tell (&program);
  show_source (fixture, program.source);
  g_assert_true (find_table_row (GTK_WIDGET (fixture->live), "/a") == first);

  program.now_ns -= HR_NS_PER_SECOND / 2;
  program_tell (&program);
  show_source (fixture, program.source);
  g_assert_true (find_table_row (GTK_WIDGET (fixture->live), "/b") == first);
  program_tear_down (&program);
}

/* Without spans the card says how to have them; the computer has no such card. */
static void
test_no_spans (Fixture *fixture)
{
  Program program;

  wait_for_text (fixture, "processor");
  g_assert_null (find_shown (GTK_WIDGET (fixture->live), HR_TYPE_SPANS_CARD));

  program_set_up (&program, fixture);
  program_add (&program, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, 1, 50);
  program_tell (&program);
  show_source (fixture, program.source);
  g_assert_nonnull (find_shown (GTK_WIDGET (fixture->live), HR_TYPE_SPANS_CARD));
  g_assert_nonnull (find_text (GTK_WIDGET (fixture->live), "HR_SPAN"));
  assert_fits_phone (fixture);
  program_tear_down (&program);
}

/* Spans are no latency: the card of that says so and shows none of theirs. */
static void
test_spans_alone (Fixture *fixture)
{
  Program    program;
  GtkWidget *calm;

  program_set_up (&program, fixture);
  program_add (&program, "/rank", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, 1, 10);
  program_tell (&program);
  show_source (fixture, program.source);
  calm = find_text (GTK_WIDGET (fixture->live), "records no latency");
  g_assert_true (gtk_widget_get_visible (gtk_widget_get_parent (calm)));
  g_assert_null (find_shown (GTK_WIDGET (fixture->live), g_type_from_name ("HrLatencyCard")));
  g_assert_null (find_shown (GTK_WIDGET (fixture->live), g_type_from_name ("HrStatisticsCard")));

  program_add (&program, "batch_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, 1, 10);
  program_tell (&program);
  show_source (fixture, program.source);
  g_assert_false (gtk_widget_get_visible (gtk_widget_get_parent (calm)));
  g_assert_nonnull (find_shown (GTK_WIDGET (fixture->live), g_type_from_name ("HrLatencyCard")));
  program_tear_down (&program);
}

static void
test_categories (Fixture *fixture)
{
  Program program;

  program_set_up (&program, fixture);
  program_add (&program, HR_CATEGORY_IN_USE "ranking", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, 1, 30);
  program_add (&program, HR_CATEGORY_ALLOCATED "ranking", HR_KIND_COUNTER, HR_UNIT_MEGABYTES, 1, 2);
  program_add (&program, HR_CATEGORY_IN_USE "caching", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, 1, 90);
  program_add (&program, HR_CATEGORY_ALLOCATED "caching", HR_KIND_COUNTER, HR_UNIT_MEGABYTES, 1, 1);
  program_tell (&program);
  show_source (fixture, program.source);
  assert_row (fixture, "caching", "90 MB in use, 75 % of all; 1 MB/s allocated");
  assert_row (fixture, "ranking", "30 MB in use, 25 % of all; 2 MB/s allocated");
  g_assert_nonnull (find_text (GTK_WIDGET (fixture->live), "together 120 MB · 3 MB/s"));
  assert_fits_phone (fixture);
  program_tear_down (&program);
}

/* Events are kept whichever source is looked at, longer than the history. Who tells of none has no card for them. */
static void
test_events (Fixture *fixture)
{
  GType   card = g_type_from_name ("HrEventsCard");
  Program program;

  program_set_up (&program, fixture);
  program_add (&program, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, 1, 50);
  program_tell (&program);
  show_source (fixture, program.source);
  g_assert_null (find_shown (GTK_WIDGET (fixture->live), card));

  program_add (&program, "pool full", HR_KIND_EVENT, HR_UNIT_COUNT, 3, 1);
  hr_live_view_set_source (fixture->live, NULL);
  program_tell (&program);
  for (guint i = 0; i < 2 * HR_HISTORY_SNAPSHOTS; i++)
    program_tell (&program);
  show_source (fixture, program.source);
  g_assert_nonnull (find_shown (GTK_WIDGET (fixture->live), card));
  g_assert_nonnull (find_table_row (GTK_WIDGET (fixture->live), "pool full"));
  g_assert_nonnull (find_text (find_table_row (GTK_WIDGET (fixture->live), "pool full"), "3×"));
  program_tear_down (&program);
}

/* What recording costs stands in the bottom line, in the warning colour above its budget, and so does a stride. */
static void
test_recording (Fixture *fixture)
{
  GtkWidget   *status = find_shown (GTK_WIDGET (fixture->window), HR_TYPE_STATUS_LINE);
  HrMonitor   *monitor = hr_application_get_monitor (fixture->application);
  const double shares[] = { 0.0004, 0.02 };
  Program      program;

  program_set_up (&program, fixture);
  hr_status_line_refresh (HR_STATUS_LINE (status), monitor, program.source);
  g_assert_null (find_text (status, "Recording"));
  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      GtkWidget *recording, *stride;

      program_add (&program, HR_METRIC_PROBE_OVERHEAD, HR_KIND_RATIO, HR_UNIT_RATIO, 1, shares[i]);
      program_add (&program, HR_METRIC_SAMPLING_STRIDE, HR_KIND_GAUGE, HR_UNIT_COUNT, 1, i == 0 ? 1 : 8);
      program.now_ns += 10 * HR_NS_PER_SECOND;
      program_tell (&program);
      hr_status_line_refresh (HR_STATUS_LINE (status), monitor, program.source);
      recording = find_text (status, i == 0 ? "Recording 0.04 %" : "Recording 2 %");
      stride = find_text (status, "1 in 8 measured");
      g_assert_true (gtk_widget_get_visible (recording));
      gtk_test_accessible_assert_property (recording, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                           i == 0 ? "Recording 0.04 % of a core" : "Recording 2 % of a core");
      g_assert_true (gtk_widget_has_css_class (recording, "warning") == (i == 1));
      g_assert_true ((stride != NULL && gtk_widget_get_visible (stride)) == (i == 1));
    }
  program_tear_down (&program);
}

/* Only a program can be asked to free memory. */
static void
test_free_memory (Fixture *fixture)
{
  Program    program;
  GtkWidget *button;

  wait_for_state (fixture, HR_LIVE_DATA);
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "free-memory"));

  program_set_up (&program, fixture);
  program_add (&program, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, 1, 50);
  program_tell (&program);
  show_source (fixture, program.source);
  button = gtk_widget_get_ancestor (find_text (GTK_WIDGET (fixture->live), "free memory"), GTK_TYPE_BUTTON);
  g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (button)), ==, "win.free-memory");
  gtk_test_accessible_assert_property (button, GTK_ACCESSIBLE_PROPERTY_LABEL, "Ask the program to free memory");
  assert_fits_phone (fixture);
  program_tear_down (&program);
}

/* A page of its own in a window of a phone's width. */
static HrDevicePage *
new_device_page (Fixture *fixture)
{
  HrDevicePage *page = g_object_ref_sink (g_object_new (HR_TYPE_DEVICE_PAGE, NULL));

  hr_device_page_follow (page, hr_application_get_monitor (fixture->application));

  return page;
}

static void
tell_device (HrSource     *source,
             HrDeviceState state,
             const char   *name)
{
  g_autoptr (HrDevice) device = hr_device_new ("00008030-000000000000002E");

  device->state = state;
  device->name = g_strdup (name);
  hr_source_set_device (source, device);
}

/* What the page shows of a device that has told so much of itself. */
static void
test_device_states (Fixture *fixture)
{
  g_autoptr (HrDevicePage) page = new_device_page (fixture);
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_DEVICE, "iPhone");

  hr_source_set_place (source, HR_GROUP_USB, "usb:00008030-000000000000002E");
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_NONE);
  hr_device_page_set_source (page, source);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_WAITING);
  tell_device (source, HR_DEVICE_ASKING, NULL);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_WAITING);
  tell_device (source, HR_DEVICE_UNREACHABLE, NULL);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_ERROR);
  tell_device (source, HR_DEVICE_NOT_PAIRED, NULL);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_DATA);
  tell_device (source, HR_DEVICE_DETACHED, "Anna's iPhone");
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_DATA);
  hr_device_page_set_source (page, NULL);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_NONE);
}

/* Whatever it says, in text of twice the size too. */
static void
test_device_narrow (Fixture *fixture)
{
  g_autoptr (HrDevicePage) page = new_device_page (fixture);
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_DEVICE, "iPhone");
  HrLinkQuality quality = { .round_trip_ns = 900000, .best_round_trip_ns = 400000, .clock_error_ns = 200000, .n_snapshots = 27914, .n_links = 2 };

  hr_source_set_place (source, HR_GROUP_USB, "usb:00008030-000000000000002E");
  hr_source_set_quality (source, &quality);
  for (int i = 0; i < HR_N_DEVICE_STATES; i++)
    {
      tell_device (source, (HrDeviceState) i, "The telephone of somebody with a rather long name");
      hr_device_page_set_source (page, NULL);
      hr_device_page_set_source (page, source);
      assert_widget_fits_phone (GTK_WIDGET (page));
    }
  hr_device_page_set_source (page, NULL);
}

/* Adds an agent behind a socket that nobody listens on, and shows it. */
static HrSource *
add_unreachable (Fixture *fixture)
{
  g_autoptr (HrAddress) address = hr_address_parse ("unix:/nonexistent/agent.socket", NULL);
  HrSource *source = hr_monitor_add (hr_application_get_monitor (fixture->application), address, NULL);

  hr_main_window_select (fixture->window, hr_source_get_name (source));
  g_assert_true (hr_main_window_get_source (fixture->window) == source);

  return source;
}

static gboolean
is_listed (Fixture  *fixture,
           HrSource *source)
{
  return g_list_model_get_n_items (hr_monitor_get_sources (hr_application_get_monitor (fixture->application))) == 2 &&
         find_text (GTK_WIDGET (fixture->window), hr_source_get_title (source)) != NULL;
}

/* What is forgotten is out of sight at once, and another source in its place; it can be taken back. */
static void
test_forget_and_undo (Fixture *fixture)
{
  g_autoptr (HrSource) source = g_object_ref (add_unreachable (fixture));

  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "forget"));
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "forget", NULL);
  while (hr_main_window_get_source (fixture->window) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (hr_main_window_get_source (fixture->window) != source);
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "forget"));

  wait_for_text (fixture, "Undo");
  g_signal_emit_by_name (find_text (GTK_WIDGET (fixture->window), "Undo"), "clicked");
  g_assert_true (hr_main_window_get_source (fixture->window) == source);
  g_assert_true (is_listed (fixture, source));
  /* The toast itself goes by and by. */
  while (find_text (GTK_WIDGET (fixture->window), "Undo") != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Whoever leaves before has not thought better of it. */
static void
test_forget_and_leave (Fixture *fixture)
{
  add_unreachable (fixture);
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "forget", NULL);
  wait_for_text (fixture, "Undo");
}

static void
test_rename (Fixture *fixture)
{
  HrSource  *source = add_unreachable (fixture);
  GtkWindow *dialog;
  GtkWidget *entry;

  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "rename", NULL);
  dialog = wait_for_dialog (fixture);
  entry = gtk_widget_get_last_child (adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog)));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, hr_source_get_title (source));
  gtk_editable_set_text (GTK_EDITABLE (entry), "The other one");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  g_assert_cmpstr (hr_source_get_title (source), ==, "The other one");
  g_assert_nonnull (find_text (GTK_WIDGET (fixture->window), "The other one"));
}

/* The token has a row where the address wants one, and what is wrong is said beside it. */
static void
test_add_source (Fixture *fixture)
{
  HrMonitor *monitor = hr_application_get_monitor (fixture->application);
  g_autoptr (GSettings) settings = hr_places_settings (g_getenv ("HEADROOM_BUILD_DIR"), NULL);
  g_autoptr (HrPairings) pairings = hr_pairings_new (settings, &hr_secret_token_store, NULL);
  GtkWindow *dialog = hr_add_source_dialog_new (GTK_WINDOW (fixture->window), monitor, pairings);
  GtkWidget *address;

  gtk_window_present (dialog);
  address = find_shown (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW);
  g_assert_null (find_shown (GTK_WIDGET (dialog), ADW_TYPE_PASSWORD_ENTRY_ROW));
  gtk_editable_set_text (GTK_EDITABLE (address), "127.0.0.1:7777");
  g_assert_nonnull (find_text (GTK_WIDGET (dialog), "token of the agent is missing"));
  gtk_editable_set_text (GTK_EDITABLE (find_shown (GTK_WIDGET (dialog), ADW_TYPE_PASSWORD_ENTRY_ROW)), "00112233445566778899aabbccddeeff");
  g_assert_nonnull (find_text (GTK_WIDGET (dialog), "It will be called “127.0.0.1:7777”."));
  gtk_editable_set_text (GTK_EDITABLE (address), "box.lan:7777");
  g_assert_nonnull (find_text (GTK_WIDGET (dialog), "“box.lan” is another computer"));
  g_assert_cmpint (least_width (GTK_WIDGET (dialog)), <=, 360);
  gtk_window_destroy (dialog);
}

/* Which actions there are depends on what is selected. */
static void
test_source_actions (Fixture *fixture)
{
  GActionGroup *actions = G_ACTION_GROUP (fixture->window);

  g_assert_true (g_action_group_get_action_enabled (actions, "rename"));
  g_assert_false (g_action_group_get_action_enabled (actions, "forget"));
  g_assert_false (g_action_group_get_action_enabled (actions, "pair"));
  g_assert_false (g_action_group_get_action_enabled (actions, "show-origin"));
  g_assert_true (g_action_group_get_action_enabled (actions, "add-source"));
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
    { "/window/spans", MISSING_AGENT, test_spans },
    { "/window/spans-stand-still", MISSING_AGENT, test_spans_stand_still },
    { "/window/no-spans", NULL, test_no_spans },
    { "/window/spans-alone", MISSING_AGENT, test_spans_alone },
    { "/window/categories", MISSING_AGENT, test_categories },
    { "/window/events", MISSING_AGENT, test_events },
    { "/window/recording", MISSING_AGENT, test_recording },
    { "/window/free-memory", NULL, test_free_memory },
    { "/window/forget-and-undo", MISSING_AGENT, test_forget_and_undo },
    { "/window/forget-and-leave", MISSING_AGENT, test_forget_and_leave },
    { "/window/rename", MISSING_AGENT, test_rename },
    { "/window/add-source", MISSING_AGENT, test_add_source },
    { "/window/source-actions", MISSING_AGENT, test_source_actions },
    { "/window/device-states", MISSING_AGENT, test_device_states },
    { "/window/device-narrow", MISSING_AGENT, test_device_narrow },
  };

  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    return SKIPPED;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], run_case);

  return g_test_run ();
}
