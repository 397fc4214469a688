/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/application-private.h"
#include "app/config.h"
#include "app/loop-log.h"
#include "app/places.h"
#include "engine/base/clock.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (HrApplication, hr_application, ADW_TYPE_APPLICATION)

static char *
program_path (const char *option,
              const char *build_path,
              const char *name)
{
  if (option != NULL)
    return g_canonicalize_filename (option, NULL);

  return hr_places_find_program (g_getenv ("HEADROOM_BUILD_DIR"), build_path, name);
}

static void
settings_style_cb (HrApplication *self)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT, ADW_COLOR_SCHEME_FORCE_DARK };
  int                         style = g_settings_get_enum (self->settings, "style");

  adw_style_manager_set_color_scheme (adw_application_get_style_manager (ADW_APPLICATION (self)),
                                      schemes[CLAMP (style, 0, (int) G_N_ELEMENTS (schemes) - 1)]);
}

static void
settings_interval_cb (HrApplication *self)
{
  hr_monitor_set_interval (self->monitor, g_settings_get_uint (self->settings, "interval"));
}

static void
create_monitor (HrApplication *self)
{
  g_autofree char *agent = program_path (self->agent_option, HR_AGENT_BUILD_PATH, "headroom-agent");
  g_autofree char *workload = program_path (self->workload_option, HR_WORKLOAD_BUILD_PATH, "headroom-workload");
  g_autofree char *saved = g_settings_get_string (self->settings, "contract");
  const char      *path = self->contract_option != NULL ? self->contract_option : saved;
  g_autoptr (HrContract) contract = hr_places_default_contract ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = hr_sandbox_command (self->sandbox, agent, NULL, &error);

  self->monitor = hr_monitor_new ((const char *const *) argv, contract);
  if (argv == NULL)
    hr_monitor_bar_computer (self->monitor, error);
  self->workload = hr_workload_new (workload);
  if (*path != '\0')
    _hr_application_restore_contract (self, path);
}

/* Ends the app as its menu does, so that nothing of it is cut off; at once when it is ending already. */
static gboolean
end_signal_cb (gpointer user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);

  if (self->ending)
    self->hurried = TRUE;
  else
    g_action_group_activate_action (G_ACTION_GROUP (self), "quit", NULL);

  return G_SOURCE_CONTINUE;
}

static void
follow_end_signals (HrApplication *self)
{
  static const int numbers[] = { SIGINT, SIGTERM };

  G_STATIC_ASSERT (G_N_ELEMENTS (numbers) == G_N_ELEMENTS (self->end_signals));
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    self->end_signals[i] = g_unix_signal_add (numbers[i], end_signal_cb, self);
}

/* Leaves what the main loop's log says where a benchmark or a test wants it. */
static void
report_loop (void)
{
  const HrLoopLog *log = hr_loop_log_get ();
  const char      *path = g_getenv ("HEADROOM_LOOP_REPORT");
  g_autofree char *text = NULL;

  if (path == NULL)
    return;

  text = g_strdup_printf ("{ \"longest_ms\": %.3f, \"longest_cpu_ms\": %.3f, \"dispatches\": %" G_GUINT64_FORMAT ", \"slow\": %" G_GUINT64_FORMAT " }\n",
                          (double) log->longest.ns[HR_LOOP_WALL] / HR_NS_PER_MS,
                          (double) log->longest.ns[HR_LOOP_CPU] / HR_NS_PER_MS,
                          log->n_dispatches,
                          log->n_slow);
  g_file_set_contents (path, text, -1, NULL);
}

static void
hr_application_startup (GApplication *application)
{
  HrApplication *self = HR_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  G_APPLICATION_CLASS (hr_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (HR_APP_ID);
  self->settings = hr_places_settings (g_getenv ("HEADROOM_BUILD_DIR"), &error);
  if (self->settings == NULL)
    {
      g_printerr ("headroom: %s\n", error->message);
      exit (EXIT_FAILURE);
    }

  hr_loop_log_follow ();
  create_monitor (self);
  _hr_application_start_archive (self);
  _hr_application_add_actions (self);
  _hr_application_follow_alerts (self);
  _hr_application_follow_sources (self);
  follow_end_signals (self);
  g_signal_connect_object (self->settings, "changed::style", G_CALLBACK (settings_style_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::interval", G_CALLBACK (settings_interval_cb), self, G_CONNECT_SWAPPED);
  settings_style_cb (self);
  settings_interval_cb (self);
}

static void
hr_application_activate (GApplication *application)
{
  HrApplication *self = HR_APPLICATION (application);

  if (self->ending)
    return;
  if (self->window == NULL)
    {
      self->window = hr_main_window_new (GTK_APPLICATION (self), self->monitor, self->workload, self->pairings, self->archive, self->sessions,
                                         self->settings);
      g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
      hr_main_window_set_sandbox (self->window, self->sandbox);
      _hr_application_follow_window (self);
      hr_main_window_follow_jobs (self->window, G_LIST_MODEL (self->jobs));
      gtk_window_present (GTK_WINDOW (self->window));
      /* Nothing is chosen yet, so that Space is the chart's and not the first button's. */
      gtk_window_set_focus (GTK_WINDOW (self->window), NULL);
    }
  else
    gtk_window_present (GTK_WINDOW (self->window));
}

/* Session files, and contracts. */
static void
hr_application_open (GApplication *application,
                     GFile       **files,
                     int           n_files,
                     const char   *hint)
{
  g_application_activate (application);
  for (int i = 0; i < n_files; i++)
    _hr_application_open_file (HR_APPLICATION (application), files[i]);
}

static void
hr_application_shutdown (GApplication *application)
{
  HrApplication *self = HR_APPLICATION (application);

  /* What follows holds nobody up: nobody is left who would wait for the window. */
  report_loop ();
  self->ending = TRUE;
  g_cancellable_cancel (self->cancellable);
  if (self->monitor != NULL)
    _hr_application_withdraw_alerts (self);
  if (self->workload != NULL)
    hr_workload_stop (self->workload);
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  g_clear_weak_pointer (&self->window);
  _hr_application_close_archive (self);
  for (gsize i = 0; i < G_N_ELEMENTS (self->end_signals); i++)
    g_clear_handle_id (&self->end_signals[i], g_source_remove);

  G_APPLICATION_CLASS (hr_application_parent_class)->shutdown (application);

  g_clear_object (&self->workload);
  g_clear_object (&self->pairings);
  g_clear_object (&self->monitor);
  g_clear_object (&self->settings);
}

static char *
take_path (GVariantDict *options,
           const char   *name)
{
  char *path = NULL;

  g_variant_dict_lookup (options, name, "^ay", &path);

  return path;
}

/* Has the action @name done, here with a window or by the instance that runs; FALSE with an error where there is none that takes nothing. */
static gboolean
do_action (GApplication *application,
           const char   *name,
           GError      **error)
{
  const GVariantType *parameter;

  if (!g_action_group_query_action (G_ACTION_GROUP (application), name, NULL, &parameter, NULL, NULL, NULL) || parameter != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("There is no action “%s”"), name);
      return FALSE;
    }

  /* Else it would find none: a recording would take itself for one that goes on without, and a dialog would have nothing to stand before. */
  if (!g_application_get_is_remote (application))
    g_application_activate (application);
  g_action_group_activate_action (G_ACTION_GROUP (application), name, NULL);

  return TRUE;
}

/* Has the instance that runs judge by the contract of this one's option, if there is one. */
static gboolean
hand_on_contract (HrApplication *self,
                  GError       **error)
{
  g_autofree char *path = self->contract_option != NULL ? g_canonicalize_filename (self->contract_option, NULL) : NULL;
  g_autofree char *shown = path != NULL ? g_filename_display_name (path) : NULL;

  if (path == NULL)
    return TRUE;
  if (!g_utf8_validate (path, -1, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("“%s” is not UTF-8 text"), shown);
      return FALSE;
    }

  g_action_group_activate_action (G_ACTION_GROUP (self), "open-contract", g_variant_new_string (path));

  return TRUE;
}

/* Options are this instance's; of a second start only the contract and the action reach the one that runs. */
static int
hr_application_handle_local_options (GApplication *application,
                                     GVariantDict *options)
{
  HrApplication *self = HR_APPLICATION (application);
  g_autoptr (GError) error = NULL;
  const char *action;

  self->agent_option = take_path (options, "agent");
  self->workload_option = take_path (options, "workload");
  self->contract_option = take_path (options, "contract");

  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("headroom: %s\n", error->message);
      return EXIT_FAILURE;
    }
  if (g_application_get_is_remote (application) && !hand_on_contract (self, &error))
    {
      g_printerr ("headroom: %s\n", error->message);
      return EXIT_FAILURE;
    }
  if (g_variant_dict_lookup (options, "action", "&s", &action) && !do_action (application, action, &error))
    {
      g_printerr ("headroom: %s\n", error->message);
      return EXIT_FAILURE;
    }

  return -1;
}

static void
hr_application_finalize (GObject *object)
{
  HrApplication *self = HR_APPLICATION (object);

  g_clear_object (&self->workload);
  g_clear_object (&self->pairings);
  g_clear_object (&self->monitor);
  g_clear_object (&self->settings);
  g_clear_object (&self->sessions);
  g_clear_object (&self->archive);
  g_clear_object (&self->jobs);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->background);
  g_clear_pointer (&self->notices, hr_notices_free);
  g_clear_pointer (&self->sandbox, hr_sandbox_free);
  g_free (self->agent_option);
  g_free (self->workload_option);
  g_free (self->contract_option);

  G_OBJECT_CLASS (hr_application_parent_class)->finalize (object);
}

static void
hr_application_class_init (HrApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = hr_application_startup;
  application_class->activate = hr_application_activate;
  application_class->open = hr_application_open;
  application_class->shutdown = hr_application_shutdown;
  application_class->handle_local_options = hr_application_handle_local_options;
  G_OBJECT_CLASS (klass)->finalize = hr_application_finalize;
}

static void
hr_application_init (HrApplication *self)
{
  static const GOptionEntry options[] = {
    { "contract", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Judge by the contract in FILE"), N_ ("FILE") },
    { "action", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Do what the action NAME does, as “history” or “start-recording”"), N_ ("NAME") },
    { "agent", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Use the agent at PATH for this computer"), N_ ("PATH") },
    { "workload", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Use the Thompson workload at PATH"), N_ ("PATH") },
    { NULL },
  };

  self->notices = hr_notices_new ();
  self->cancellable = g_cancellable_new ();
  self->jobs = g_list_store_new (HR_TYPE_JOB);
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

HrApplication *
hr_application_new (const char       *application_id,
                    GApplicationFlags flags,
                    HrSandbox        *sandbox)
{
  HrApplication *self = g_object_new (HR_TYPE_APPLICATION,
                                      "application-id", application_id,
                                      "flags", flags,
                                      "resource-base-path", HR_RESOURCES,
                                      NULL);

  self->sandbox = sandbox;

  return self;
}

HrMainWindow *
hr_application_get_window (HrApplication *self)
{
  g_return_val_if_fail (HR_IS_APPLICATION (self), NULL);

  return self->window;
}

HrMonitor *
hr_application_get_monitor (HrApplication *self)
{
  g_return_val_if_fail (HR_IS_APPLICATION (self), NULL);

  return self->monitor;
}
