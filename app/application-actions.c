/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/application-private.h"
#include "app/config.h"
#include "app/file-kinds.h"
#include "app/places.h"
#include "engine/model/shown-path.h"
#include "engine/report/csv.h"
#include "engine/report/save.h"

#include <glib/gi18n.h>

/* The file that a chooser or a save that is under way is about. */
typedef struct
{
  HrApplication *application; /* owned */
  char          *path;        /* owned, nullable */
} Errand;

static Errand *
errand_new (HrApplication *application,
            const char    *path)
{
  Errand *self = g_new0 (Errand, 1);

  self->application = g_object_ref (application);
  self->path = g_strdup (path);

  return self;
}

static void
errand_free (Errand *self)
{
  g_object_unref (self->application);
  g_free (self->path);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

static void
csv_save_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  HrMainWindow *window = errand->application->window;

  if (hr_save_bytes_finish (result, &error))
    {
      g_autofree char *name = g_path_get_basename (errand->path);
      g_autofree char *text = g_strdup_printf (_ ("Saved %s"), name);

      if (window != NULL)
        hr_main_window_toast (window, text);
    }
  else if (window != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    hr_main_window_complain (window, _ ("Not Exported"), error->message);
}

static void
save_csv (HrApplication *self,
          const char    *path)
{
  HrSource *source = self->window != NULL ? hr_main_window_get_source (self->window) : NULL;
  g_autoptr (GBytes) bytes = NULL;

  /* A script would else wait for the file in vain. */
  if (self->window == NULL)
    {
      _hr_application_notify (self, path, _ ("Not Exported"), _ ("Live values are those of the source that the window shows, and there is no window."),
                              _ ("Show"), "app.show", NULL);
      return;
    }
  if (source == NULL || hr_history_get_n_snapshots (hr_source_get_history (source)) == 0)
    {
      hr_main_window_toast (self->window, _ ("Nothing has been measured yet"));
      return;
    }

  bytes = hr_csv_format (hr_source_get_history (source));
  hr_save_bytes_async (path, bytes, self->cancellable, csv_save_cb, errand_new (self, path));
}

static void
contract_load_thread (GTask        *task,
                      gpointer      object,
                      gpointer      path,
                      GCancellable *cancellable)
{
  GError     *error = NULL;
  HrContract *contract = hr_contract_load (path, &error);

  if (contract != NULL)
    g_task_return_pointer (task, contract, (GDestroyNotify) hr_contract_unref);
  else
    g_task_return_error (task, error);
}

/* Judges by the contract that was read; or says what is wrong with it, and the present one stays. */
static gboolean
take_contract (HrApplication *self,
               GAsyncResult  *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = g_task_propagate_pointer (G_TASK (result), &error);

  if (contract != NULL)
    hr_monitor_set_contract (self->monitor, contract);
  else if (self->window != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *reason = hr_shown_text (error->message, g_task_get_task_data (G_TASK (result)));
      g_autofree char *body = g_strdup_printf (_ ("%s\n\nThe contract “%s” stays in force."), reason,
                                               hr_contract_get_name (hr_monitor_get_contract (self->monitor)));

      hr_main_window_complain (self->window, _ ("Contract Not Used"), body);
    }

  return contract != NULL;
}

static void
contract_restore_cb (GObject      *object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  take_contract (HR_APPLICATION (object), result);
}

/* A contract chosen by hand is the one of the next start too. */
static void
contract_choose_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  HrApplication   *self = HR_APPLICATION (object);
  g_autofree char *text = NULL;

  if (!take_contract (self, result))
    return;

  g_settings_set_string (self->settings, "contract", g_task_get_task_data (G_TASK (result)));
  text = g_strdup_printf (_ ("Judging by “%s”"), hr_contract_get_name (hr_monitor_get_contract (self->monitor)));
  if (self->window != NULL)
    hr_main_window_toast (self->window, text);
}

static void
load_contract (HrApplication      *self,
               const char         *path,
               GAsyncReadyCallback callback)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, callback, NULL);

  g_task_set_task_data (task, g_canonicalize_filename (path, NULL), g_free);
  g_task_run_in_thread (task, contract_load_thread);
}

/* Judges by the contract at @path once it has been read beside the main loop. */
void
_hr_application_restore_contract (HrApplication *self,
                                  const char    *path)
{
  load_contract (self, path, contract_restore_cb);
}

static void
contract_chosen (HrApplication *self,
                 const char    *path)
{
  load_contract (self, path, contract_choose_cb);
}

static void
export_csv_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);
  const char    *path = g_variant_get_string (parameter, NULL);

  if (*path != '\0')
    {
      g_autofree char *whole = g_canonicalize_filename (path, NULL);

      save_csv (self, whole);
      return;
    }

  _hr_application_choose (self, _ ("Export the live values"), GTK_FILE_CHOOSER_ACTION_SAVE, "headroom.csv", "csv", save_csv);
}

static void
open_contract_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);
  const char    *path = g_variant_get_string (parameter, NULL);

  if (*path != '\0')
    {
      load_contract (self, path, contract_choose_cb);
      return;
    }

  _hr_application_choose (self, _ ("Choose a contract"), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, HR_FILE_KIND_CONTRACT, contract_chosen);
}

static void
default_contract_cb (GSimpleAction *action,
                     GVariant      *parameter,
                     gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);
  g_autoptr (HrContract) contract = hr_places_default_contract ();

  hr_monitor_set_contract (self->monitor, contract);
  g_settings_set_string (self->settings, "contract", "");
  if (self->window != NULL)
    hr_main_window_toast (self->window, _ ("Judging by the default contract"));
}

static void
show_alert_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);

  g_application_activate (G_APPLICATION (self));
  if (self->window != NULL)
    hr_main_window_select (self->window, g_variant_get_string (parameter, NULL));
}

static void
show_records_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);
  const char    *source;
  gint64         moment_us;

  g_variant_get (parameter, "(&sx)", &source, &moment_us);
  g_application_activate (G_APPLICATION (self));
  if (self->window != NULL)
    hr_main_window_show_records (self->window, source, moment_us);
}

static void
history_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);

  g_application_activate (G_APPLICATION (self));
  if (self->window != NULL)
    g_action_group_activate_action (G_ACTION_GROUP (self->window), "view", g_variant_new_string ("history"));
}

static gboolean
about_tick_cb (GtkWidget     *window,
               GdkFrameClock *clock,
               gpointer       user_data)
{
  adw_show_about_window (GTK_WINDOW (window),
                         "application-name", _ ("Headroom"),
                         "application-icon", HR_APP_ID,
                         "version", HR_VERSION,
                         "developer-name", _ ("The Headroom project"),
                         "comments", _ ("See how much room a running program has left inside its performance budgets"),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         NULL);

  return G_SOURCE_REMOVE;
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  _hr_application_do_with_frame (HR_APPLICATION (user_data), about_tick_cb, NULL);
}

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);

  /* Whoever quits is not asked: the recording is kept as it is. */
  hr_archive_end_recording (self->archive);
  if (self->window != NULL)
    gtk_window_close (GTK_WINDOW (self->window));
  g_application_quit (G_APPLICATION (self));
}

static const GActionEntry entries[] = {
  { "export-csv", export_csv_cb, "s" },
  { "open-contract", open_contract_cb, "s" },
  { "default-contract", default_contract_cb },
  { "show-alert", show_alert_cb, "s" },
  { "show-records", show_records_cb, "(sx)" },
  { "history", history_cb },
  { "about", about_cb },
  { "quit", quit_cb },
};

static const struct
{
  const char *action;
  const char *accels[3];
} shortcuts[] = {
  { "app.quit", { "<Primary>q" } },
  { "app.export-csv('')", { "<Primary>e" } },
  { "app.open-contract('')", { "<Primary>o" } },
  { "app.open-session('')", { "<Primary><Shift>o" } },
  { "app.report('')", { "<Primary><Shift>e" } },
  { "win.compare", { "<Primary><Shift>c" } },
  { "app.record", { "<Primary><Shift>r" } },
  { "win.budgets", { "<Primary>b" } },
  { "win.preferences", { "<Primary>comma" } },
  { "win.sampling", { "<Primary>p" } },
  { "win.disconnect", { "<Primary>d" } },
  { "win.connect", { "<Primary>r" } },
  { "win.free-memory", { "<Primary>m" } },
  { "win.start-workload", { "<Primary>t" } },
  { "win.stop-workload", { "<Primary><Shift>t" } },
  { "win.add-source", { "<Primary>n" } },
  { "win.network-sources", { "<Primary><Shift>n" } },
  { "win.watch-process", { "<Primary>f" } },
  { "win.view::live", { "<Alt>1" } },
  { "win.view::history", { "<Alt>2" } },
  { "win.show-origin", { "<Alt>Up" } },
  { "win.rename", { "F2" } },
  { "win.forget", { "<Primary><Shift>Delete" } },
  { "win.sidebar", { "F9" } },
  { "win.menu", { "F10" } },
  { "win.show-help-overlay", { "<Primary>question", "<Primary>F1" } },
  { "window.close", { "<Primary>w" } },
};

void
_hr_application_add_actions (HrApplication *self)
{
  g_autoptr (GAction) style = g_settings_create_action (self->settings, "style");
  g_autoptr (GAction) interval = g_settings_create_action (self->settings, "interval");

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_action_map_add_action (G_ACTION_MAP (self), style);
  g_action_map_add_action (G_ACTION_MAP (self), interval);
  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action, shortcuts[i].accels);
}
