/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/app/window-fixture.h"

#include "app/budget-page.h"
#include "app/budget-row.h"
#include "app/budget-trial.h"
#include "app/budgets-dialog.h"
#include "app/history-group.h"
#include "app/places.h"
#include "app/preferences-window.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define INTERVAL_NS (100 * (gint64) HR_NS_PER_MS)

static const char mine[] = "# Mine, with comments\n[contract]\nname=Mine\nversion=1\n\n"
                           "# what it may take\n[memory]\nmetric = memory_usage_mb\nstatistic=last\nlimit= 200\nwarn=0.80\n\n"
                           "# more\n[hits]\nmetric=cache_hit_rate\nstatistic=recent\nminimum=0.64\n";

static const HrMetricInfo gauge = { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };

/* A program whose memory was at 120 MB for five seconds, and at 160 for two of them. */
static HrSource *
new_source (void)
{
  HrSource  *source = hr_source_new (HR_SOURCE_PROCESS, "ranker");
  HrHistory *history = hr_source_get_history (source);
  guint      metric = hr_history_add_metric (history, &gauge);

  for (guint i = 1; i <= 50; i++)
    {
      double     value = i > 20 && i <= 40 ? 160 : 120;
      gint64     end_ns = i * INTERVAL_NS;
      HrSnapshot head = { .sequence = i, .end_ns = end_ns, .interval_ns = INTERVAL_NS, .time_us = 1700000000000000 + end_ns / 1000 };
      HrSample   sample = { .metric = metric, .count = 1, .sum = value, .min = value, .max = value, .last = value };
      g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, &sample, 1);

      hr_history_append (history, snapshot);
    }

  return source;
}

/* The row called @title under @widget; it is shown. */
static GtkWidget *
find_row (GtkWidget  *widget,
          const char *title)
{
  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (ADW_IS_PREFERENCES_ROW (widget) && g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, title);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
write_field (GtkWidget  *dialog,
             const char *title,
             const char *text)
{
  GtkWidget *row = find_row (dialog, title);

  g_assert_nonnull (row);
  gtk_editable_set_text (GTK_EDITABLE (find_shown (row, GTK_TYPE_ENTRY)), text);
}

static const char *
subtitle_of (GtkWidget  *dialog,
             const char *title)
{
  return adw_action_row_get_subtitle (ADW_ACTION_ROW (find_row (dialog, title)));
}

static gboolean
is_enabled (GtkWidget  *dialog,
            const char *icon_or_label)
{
  GtkWidget *button = find_text (dialog, icon_or_label);

  g_assert_nonnull (button);

  return gtk_widget_is_sensitive (button);
}

/* What @run needs: a dialog on a contract of a file of its own. */
typedef struct
{
  char      *folder;
  char      *path;
  GtkWidget *dialog;
  HrMonitor *monitor;
  HrSource  *source;
} Stage;

static void
open_stage (Stage   *stage,
            Fixture *fixture)
{
  g_autoptr (GSettings) settings = hr_places_settings (g_getenv ("HEADROOM_BUILD_DIR"), NULL);
  g_autoptr (HrContract) contract = NULL;
  g_autoptr (GError) error = NULL;

  stage->folder = g_dir_make_tmp ("headroom-budgets-XXXXXX", NULL);
  stage->path = g_build_filename (stage->folder, "mine.ini", NULL);
  g_assert_true (g_file_set_contents (stage->path, mine, -1, NULL));
  contract = hr_contract_load (stage->path, &error);
  g_assert_no_error (error);
  stage->monitor = hr_application_get_monitor (fixture->application);
  hr_monitor_set_contract (stage->monitor, contract);
  stage->source = new_source ();
  stage->dialog = GTK_WIDGET (hr_budgets_dialog_new (GTK_WINDOW (fixture->window), stage->monitor, settings, stage->source));
  gtk_window_present (GTK_WINDOW (stage->dialog));
}

static void
close_stage (Stage *stage)
{
  if (stage->dialog != NULL)
    gtk_window_destroy (GTK_WINDOW (stage->dialog));
  g_remove (stage->path);
  g_assert_cmpint (g_rmdir (stage->folder), ==, 0);
  g_object_unref (stage->source);
  g_free (stage->path);
  g_free (stage->folder);
}

static void
act (Stage      *stage,
     const char *action)
{
  g_assert_true (gtk_widget_activate_action (stage->dialog, action, NULL));
}

static void
edit (Stage      *stage,
      const char *budget)
{
  hr_budgets_dialog_edit (HR_BUDGETS_DIALOG (stage->dialog), budget);
}

static void
assert_file (Stage      *stage,
             const char *text)
{
  g_autofree char *held = NULL;

  g_assert_true (g_file_get_contents (stage->path, &held, NULL, NULL));
  g_assert_cmpstr (held, ==, text);
}

/* The text of the file with @limit in place of its 200. */
static char *
with_limit (const char *limit)
{
  GString *text = g_string_new (mine);

  g_string_replace (text, "200", limit, 1);

  return g_string_free (text, FALSE);
}

static double
limit_in_force (Stage *stage)
{
  return hr_contract_get_budget (hr_monitor_get_contract (stage->monitor), 0)->limit;
}

static void
test_budgets_are_listed (Fixture *fixture)
{
  Stage stage = { 0 };

  open_stage (&stage, fixture);
  g_assert_cmpstr (subtitle_of (stage.dialog, "memory"), ==, "Memory · at most 200 MB");
  g_assert_cmpstr (subtitle_of (stage.dialog, "hits"), ==, "Cache hits, recent mean · at least 64 %");
  close_stage (&stage);
}

/* What the parser says stands at the field it is about, and nothing wrong is taken. */
static void
test_mistakes_stand_at_their_field (Fixture *fixture)
{
  Stage stage = { 0 };

  open_stage (&stage, fixture);
  edit (&stage, "memory");
  g_assert_cmpstr (subtitle_of (stage.dialog, "Limit"), ==, "Not to exceed, in MB");
  write_field (stage.dialog, "Limit", "much");
  g_assert_cmpstr (subtitle_of (stage.dialog, "Limit"), ==, "limit=much is not a number");
  g_assert_false (is_enabled (stage.dialog, "Apply"));
  write_field (stage.dialog, "Limit", "150");
  g_assert_cmpstr (subtitle_of (stage.dialog, "Limit"), ==, "Not to exceed, in MB");
  g_assert_true (is_enabled (stage.dialog, "Apply"));
  write_field (stage.dialog, "Name", "hits");
  g_assert_cmpstr (subtitle_of (stage.dialog, "Name"), ==, "the group is there twice");
  g_assert_false (is_enabled (stage.dialog, "Apply"));
  write_field (stage.dialog, "Name", "memory");
  write_field (stage.dialog, "Limit", "200");
  g_assert_false (is_enabled (stage.dialog, "Apply"));
  close_stage (&stage);
}

/* A metric brings its unit, its direction and the statistics that suit it. */
static void
test_fields_follow_the_metric (Fixture *fixture)
{
  Stage stage = { 0 };

  open_stage (&stage, fixture);
  edit (&stage, "memory");
  g_assert_null (find_row (stage.dialog, "Unit"));
  write_field (stage.dialog, "Metric", "battery_level");
  g_assert_nonnull (find_row (stage.dialog, "Minimum"));
  g_assert_null (find_row (stage.dialog, "Limit"));
  write_field (stage.dialog, "Metric", "Robot Commands");
  g_assert_nonnull (find_row (stage.dialog, "Unit"));
  g_assert_nonnull (find_row (stage.dialog, "Bound"));
  g_assert_nonnull (find_row (stage.dialog, "Limit"));
  close_stage (&stage);
}

static void
test_changes_can_be_undone (Fixture *fixture)
{
  Stage stage = { 0 };

  open_stage (&stage, fixture);
  g_assert_false (is_enabled (stage.dialog, "Save"));
  edit (&stage, "memory");
  write_field (stage.dialog, "Limit", "150");
  act (&stage, "budgets.apply");
  g_assert_cmpstr (subtitle_of (stage.dialog, "memory"), ==, "Memory · at most 150 MB");
  g_assert_true (is_enabled (stage.dialog, "Save"));
  act (&stage, "budgets.undo");
  g_assert_cmpstr (subtitle_of (stage.dialog, "memory"), ==, "Memory · at most 200 MB");
  g_assert_false (is_enabled (stage.dialog, "Save"));
  g_assert_cmpfloat (limit_in_force (&stage), ==, 200);
  close_stage (&stage);
}

static void
test_a_budget_goes_and_comes_back (Fixture *fixture)
{
  Stage stage = { 0 };

  open_stage (&stage, fixture);
  g_signal_emit_by_name (find_row (stage.dialog, "hits"), "removed");
  g_assert_null (find_row (stage.dialog, "hits"));
  /* A contract without budgets is none. */
  g_signal_emit_by_name (find_row (stage.dialog, "memory"), "removed");
  g_assert_nonnull (find_row (stage.dialog, "memory"));
  act (&stage, "budgets.undo");
  g_assert_nonnull (find_row (stage.dialog, "hits"));
  close_stage (&stage);
}

static void
test_a_budget_is_added (Fixture *fixture)
{
  Stage stage = { 0 };

  open_stage (&stage, fixture);
  act (&stage, "budgets.add");
  while (find_row (stage.dialog, "Name") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_enabled (stage.dialog, "Apply"));
  write_field (stage.dialog, "Name", "processor");
  write_field (stage.dialog, "Metric", "process_cpu_usage");
  write_field (stage.dialog, "Limit", "0.5");
  g_assert_true (is_enabled (stage.dialog, "Apply"));
  act (&stage, "budgets.apply");
  g_assert_cmpstr (subtitle_of (stage.dialog, "processor"), ==, "Processor time of the program, mean · at most 50 %");
  close_stage (&stage);
}

static void
wait_for_limit (Stage *stage,
                double limit)
{
  while (limit_in_force (stage) != limit)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_saving_keeps_comments_and_applies (Fixture *fixture)
{
  Stage            stage = { 0 };
  g_autofree char *wanted = with_limit ("150");

  open_stage (&stage, fixture);
  edit (&stage, "memory");
  write_field (stage.dialog, "Limit", "150");
  act (&stage, "budgets.apply");
  act (&stage, "budgets.save");
  wait_for_limit (&stage, 150);
  assert_file (&stage, wanted);
  g_assert_cmpstr (hr_contract_get_file (hr_monitor_get_contract (stage.monitor)), ==, stage.path);
  g_assert_false (is_enabled (stage.dialog, "Save"));
  close_stage (&stage);
}

/* Waits until something is asked that @response answers. */
static GtkWindow *
wait_for_question (const char *response)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (;;)
    {
      for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
        {
          g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

          if (ADW_IS_MESSAGE_DIALOG (window) && adw_message_dialog_has_response (ADW_MESSAGE_DIALOG (window), response) &&
              gtk_widget_get_visible (GTK_WIDGET (window)))
            return window;
        }
      g_main_context_iteration (NULL, TRUE);
    }
}

/* Begins to save what somebody else has changed meanwhile, and gives @response to what is asked. */
static void
save_over_others (Stage      *stage,
                  const char *theirs,
                  const char *response)
{
  GtkWindow *question;

  edit (stage, "memory");
  write_field (stage->dialog, "Limit", "150");
  act (stage, "budgets.apply");
  g_assert_true (g_file_set_contents (stage->path, theirs, -1, NULL));
  act (stage, "budgets.save");
  question = wait_for_question (response);
  assert_file (stage, theirs);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (question), response);
}

static void
test_what_others_wrote_is_overwritten_on_request (Fixture *fixture)
{
  Stage            stage = { 0 };
  g_autofree char *theirs = with_limit ("300");
  g_autofree char *wanted = with_limit ("150");

  open_stage (&stage, fixture);
  save_over_others (&stage, theirs, "overwrite");
  wait_for_limit (&stage, 150);
  assert_file (&stage, wanted);
  close_stage (&stage);
}

static void
test_what_others_wrote_is_loaded_on_request (Fixture *fixture)
{
  Stage            stage = { 0 };
  g_autofree char *theirs = with_limit ("300");

  open_stage (&stage, fixture);
  save_over_others (&stage, theirs, "theirs");
  wait_for_limit (&stage, 300);
  assert_file (&stage, theirs);
  g_assert_cmpstr (subtitle_of (stage.dialog, "memory"), ==, "Memory · at most 300 MB");
  close_stage (&stage);
}

/* Waits until a window says @text, and returns it. */
static GtkWindow *
wait_for_words (const char *text)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (;;)
    {
      for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
        {
          g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

          if (ADW_IS_MESSAGE_DIALOG (window) && find_text (GTK_WIDGET (window), text) != NULL)
            return window;
        }
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
test_trouble_with_saving_is_told (Fixture *fixture)
{
  Stage      stage = { 0 };
  GtkWindow *complaint;

  open_stage (&stage, fixture);
  gtk_widget_activate_action (stage.dialog, "budgets.save-to", "s", "/proc/none/x.ini");
  complaint = wait_for_words ("/proc/none");
  gtk_window_destroy (complaint);
  g_assert_cmpfloat (limit_in_force (&stage), ==, 200);
  close_stage (&stage);
}

/* What would be lost is asked about; what is saved then closes. */
static void
test_closing_asks (Fixture *fixture)
{
  Stage            stage = { 0 };
  g_autofree char *wanted = with_limit ("150");
  GtkWindow       *question;

  open_stage (&stage, fixture);
  edit (&stage, "memory");
  write_field (stage.dialog, "Limit", "150");
  gtk_window_close (GTK_WINDOW (stage.dialog));
  question = wait_for_question ("save");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (question), "cancel");
  g_assert_true (gtk_widget_get_visible (stage.dialog));

  g_object_add_weak_pointer (G_OBJECT (stage.dialog), (gpointer *) &stage.dialog);
  gtk_window_close (GTK_WINDOW (stage.dialog));
  question = wait_for_question ("save");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (question), "save");
  wait_for_limit (&stage, 150);
  assert_file (&stage, wanted);
  while (stage.dialog != NULL)
    g_main_context_iteration (NULL, TRUE);
  close_stage (&stage);
}

static void
test_it_is_tried_on_the_last_minutes (Fixture *fixture)
{
  Stage       stage = { 0 };
  GtkWidget  *trial;
  const char *said;

  open_stage (&stage, fixture);
  edit (&stage, "memory");
  trial = find_shown (stage.dialog, HR_TYPE_BUDGET_TRIAL);
  write_field (stage.dialog, "Limit", "150");
  while (said = hr_budget_trial_get_sentence (HR_BUDGET_TRIAL (trial)), strstr (said, "over") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (said, ==, "Would have been over for 2.0 s of the last 5.0 s: worst 160 MB, 1 alert");
  write_field (stage.dialog, "Limit", "");
  g_assert_cmpstr (hr_budget_trial_get_sentence (HR_BUDGET_TRIAL (trial)), ==, "It is tried on the last minutes once it is whole");
  close_stage (&stage);
}

static void
test_examples_begin_a_new_contract (Fixture *fixture)
{
  static const char *const names[] = { "build-slo", "six-pillars", "thompson", "wasm-page" };
  Stage                    stage = { 0 };

  open_stage (&stage, fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gtk_widget_activate_action (stage.dialog, "budgets.example", "s", names[i]);
      g_assert_true (is_enabled (stage.dialog, "Save"));
      g_assert_nonnull (find_text (stage.dialog, "not saved yet"));
    }
  assert_file (&stage, mine);
  close_stage (&stage);
}

static void
test_narrow (Fixture *fixture)
{
  Stage stage = { 0 };

  open_stage (&stage, fixture);
  assert_fits_phone (stage.dialog);
  edit (&stage, "memory");
  assert_fits_phone (stage.dialog);
  write_field (stage.dialog, "Metric", "A name that a program gave and that is long");
  assert_fits_phone (stage.dialog);
  close_stage (&stage);
}

static GtkWidget *
find_preferences (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (HR_IS_PREFERENCES_WINDOW (window))
        return window;
    }

  return NULL;
}

static void
test_preferences_are_settings (Fixture *fixture)
{
  g_autoptr (GSettings) settings = hr_places_settings (g_getenv ("HEADROOM_BUILD_DIR"), NULL);
  GtkWidget *window;

  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "preferences", NULL);
  while ((window = find_preferences ()) == NULL)
    g_main_context_iteration (NULL, TRUE);
  /* Without the frame that is drawn around it here: libadwaita gives what is within 360 pixels itself. */
  assert_fits_phone (gtk_widget_get_first_child (window));
  adw_combo_row_set_selected (ADW_COMBO_ROW (find_row (window, "Refresh")), 1);
  g_assert_cmpuint (g_settings_get_uint (settings, "interval"), ==, 1000);
  g_assert_cmpuint (hr_monitor_get_interval (hr_application_get_monitor (fixture->application)), ==, 1000);
  adw_combo_row_set_selected (ADW_COMBO_ROW (find_row (window, "Closing while recording")), 2);
  g_assert_cmpint (g_settings_get_enum (settings, "close-while-recording"), ==, 2);
  g_settings_reset (settings, "interval");
  g_settings_reset (settings, "close-while-recording");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The group of the history's file, whose page may not be the one that is shown. */
static GtkWidget *
find_group (GtkWidget *widget)
{
  GtkWidget *found = HR_IS_HISTORY_GROUP (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_group (child);

  return found;
}

static ino_t
number_of (const char *path)
{
  struct stat there;

  return stat (path, &there) == 0 ? there.st_ino : 0;
}

/* How many files beside @path were written before it. */
static guint
count_aside (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GDir) names = g_dir_open (folder, 0, NULL);
  const char *name;
  guint       n = 0;

  while ((name = g_dir_read_name (names)) != NULL)
    n += g_str_has_prefix (name, "history (") ? 1 : 0;

  return n;
}

/* Once it is said so, there is a file again, and of the old one nothing is left beside it. */
static void
test_the_history_is_cleared (Fixture *fixture)
{
  g_autofree char *path = hr_places_history ();
  GtkWidget       *window, *group, *clear;
  ino_t            before;

  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "preferences", NULL);
  while ((window = find_preferences ()) == NULL || number_of (path) == 0)
    g_main_context_iteration (NULL, TRUE);
  before = number_of (path);
  group = find_group (window);
  adw_preferences_window_set_visible_page (ADW_PREFERENCES_WINDOW (window), ADW_PREFERENCES_PAGE (gtk_widget_get_ancestor (group, ADW_TYPE_PREFERENCES_PAGE)));
  clear = gtk_widget_get_ancestor (find_text (group, "Clear History"), GTK_TYPE_BUTTON);
  while (!gtk_widget_is_sensitive (clear))
    g_main_context_iteration (NULL, TRUE);

  g_signal_emit_by_name (clear, "clicked");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (wait_for_question ("cancel")), "cancel");
  g_assert_cmpuint (number_of (path), ==, before);
  g_signal_emit_by_name (clear, "clicked");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (wait_for_question ("clear")), "clear");
  while (find_text (window, "The history is cleared") == NULL || number_of (path) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count_aside (path), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int   argc,
      char *argv[])
{
  static const Case cases[] = {
    { "/window-budgets/listed", MISSING_AGENT, test_budgets_are_listed },
    { "/window-budgets/mistakes", MISSING_AGENT, test_mistakes_stand_at_their_field },
    { "/window-budgets/metric", MISSING_AGENT, test_fields_follow_the_metric },
    { "/window-budgets/undo", MISSING_AGENT, test_changes_can_be_undone },
    { "/window-budgets/remove", MISSING_AGENT, test_a_budget_goes_and_comes_back },
    { "/window-budgets/add", MISSING_AGENT, test_a_budget_is_added },
    { "/window-budgets/save", MISSING_AGENT, test_saving_keeps_comments_and_applies },
    { "/window-budgets/overwrite", MISSING_AGENT, test_what_others_wrote_is_overwritten_on_request },
    { "/window-budgets/theirs", MISSING_AGENT, test_what_others_wrote_is_loaded_on_request },
    { "/window-budgets/trouble", MISSING_AGENT, test_trouble_with_saving_is_told },
    { "/window-budgets/close", MISSING_AGENT, test_closing_asks },
    { "/window-budgets/trial", MISSING_AGENT, test_it_is_tried_on_the_last_minutes },
    { "/window-budgets/examples", MISSING_AGENT, test_examples_begin_a_new_contract },
    { "/window-budgets/narrow", MISSING_AGENT, test_narrow },
    { "/window-budgets/preferences", MISSING_AGENT, test_preferences_are_settings },
    { "/window-budgets/clear", MISSING_AGENT, test_the_history_is_cleared },
  };

  return run_cases (argc, argv, cases, G_N_ELEMENTS (cases));
}
