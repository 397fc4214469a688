/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/app/window-fixture.h"

#include "app/alert-row.h"
#include "app/live-label.h"
#include "app/spans-card.h"
#include "app/status-line.h"
#include "app/table-row.h"
#include "engine/model/category.h"

#include <glib/gstdio.h>

static void
wait_for_state (Fixture    *fixture,
                HrLiveState state)
{
  while (hr_live_view_get_state (fixture->live) != state)
    g_main_context_iteration (NULL, TRUE);
}

static const char *
visible_page (Fixture *fixture)
{
  GtkWidget *pages = gtk_widget_get_ancestor (GTK_WIDGET (fixture->live), ADW_TYPE_VIEW_STACK);

  return adw_view_stack_get_visible_child_name (ADW_VIEW_STACK (pages));
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

static void
test_narrow (Fixture *fixture)
{
  wait_for_state (fixture, HR_LIVE_DATA);
  assert_fits_phone (GTK_WIDGET (fixture->live));
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
  assert_fits_phone (GTK_WIDGET (fixture->live));
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
  assert_fits_phone (GTK_WIDGET (fixture->live));
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
  assert_fits_phone (GTK_WIDGET (fixture->live));
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
  assert_fits_phone (GTK_WIDGET (fixture->live));
  program_tear_down (&program);
}

/* An alert leads to what was recorded around it, and nowhere where nothing is recorded. */
static void
test_alert_records (Fixture *fixture)
{
  HrMonitor *monitor = hr_application_get_monitor (fixture->application);
  g_autoptr (HrRecorder) recorder = NULL;
  g_autoptr (HrAlert) alert = hr_alert_new (HR_ALERT_MEMORY, "ranker", "memory", "Memory", HR_UNIT_MEGABYTES, 200, 1700000000000000);
  GtkWidget  *list = g_object_ref_sink (gtk_list_box_new ());
  GtkWidget  *row = hr_alert_row_new (alert);
  const char *source;
  gint64      moment_us;

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  g_assert_false (gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (row)));
  g_assert_null (gtk_actionable_get_action_name (GTK_ACTIONABLE (row)));

  hr_alert_row_set_recorded (HR_ALERT_ROW (row), TRUE);
  g_assert_true (gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (row)));
  g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (row)), ==, "win.show-records");
  g_variant_get (gtk_actionable_get_action_target_value (GTK_ACTIONABLE (row)), "(&sx)", &source, &moment_us);
  g_assert_cmpstr (source, ==, "ranker");
  g_assert_cmpint (moment_us, ==, 1700000000000000);
  gtk_test_accessible_assert_property (row, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Shows what was recorded around it");

  hr_alert_row_set_recorded (HR_ALERT_ROW (row), FALSE);
  g_assert_false (gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (row)));
  g_assert_null (gtk_actionable_get_action_name (GTK_ACTIONABLE (row)));
  g_object_unref (list);

  /* Asked for all the same, it leads to the live view alone. */
  while (hr_monitor_get_recorder (monitor) == NULL)
    g_main_context_iteration (NULL, TRUE);
  recorder = g_object_ref (hr_monitor_get_recorder (monitor));
  hr_monitor_set_recorder (monitor, NULL);
  hr_main_window_show_records (fixture->window, g_get_host_name (), 1700000000000000);
  g_assert_cmpstr (visible_page (fixture), ==, "live");
  hr_monitor_set_recorder (monitor, recorder);
  hr_main_window_show_records (fixture->window, g_get_host_name (), 1700000000000000);
  while (!g_str_equal (visible_page (fixture), "history"))
    g_main_context_iteration (NULL, TRUE);
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
    { "/window/alert-records", NULL, test_alert_records },
  };

  return run_cases (argc, argv, cases, G_N_ELEMENTS (cases));
}
