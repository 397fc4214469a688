/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The history goes along with the app: it begins with it and ends in order after the last window. A recording may go on without a window. */

#include "app/application-private.h"
#include "app/places.h"

#include <glib/gi18n.h>

#define NOTIFICATION "recording"
#define OUTCOME "recorded"

static void
leave_background (HrApplication *self)
{
  if (!self->in_background)
    return;

  self->in_background = FALSE;
  if (self->background != NULL)
    hr_background_leave (self->background);
  g_application_withdraw_notification (G_APPLICATION (self), NOTIFICATION);
  g_application_release (G_APPLICATION (self));
}

/* Says that a recording goes on though there is no window, and how to get it back or to end it. */
static void
notify_of_background (HrApplication *self,
                      const char    *title,
                      const char    *body)
{
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, body);
  g_notification_set_default_action (notification, "app.show");
  g_notification_add_button (notification, _ ("Show"), "app.show");
  g_notification_add_button (notification, _ ("Stop Recording"), "app.stop-recording");
  g_application_send_notification (G_APPLICATION (self), NOTIFICATION, notification);
}

static char *
begin_of_recording (HrApplication *self)
{
  g_autoptr (GDateTime) begin = g_date_time_new_from_unix_local (hr_archive_get_recording_begin (self->archive) / G_USEC_PER_SEC);

  return g_date_time_format (begin, "%H:%M");
}

static void
background_refused_cb (HrApplication *self)
{
  g_autofree char *time = NULL;
  g_autofree char *body = NULL;

  if (!self->in_background || !hr_archive_is_recording (self->archive))
    return;

  time = begin_of_recording (self);
  body = g_strdup_printf (_ ("Headroom has been recording since %s and is not allowed to run in the background: the system may end it. "
                             "With its window open it goes on."),
                          time);
  notify_of_background (self, _ ("Recording May Be Ended"), body);
}

/* Asks the desktop whether the app may go on without a window; where no portal answers nothing follows from it. */
static void
ask_desktop (HrApplication *self,
             const char    *status)
{
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (self));

  if (bus == NULL)
    return;

  if (self->background == NULL)
    {
      self->background = hr_background_new (bus);
      g_signal_connect_object (self->background, "refused", G_CALLBACK (background_refused_cb), self, G_CONNECT_SWAPPED);
    }
  hr_background_enter (self->background, _ ("A recording goes on while the window is closed."), status);
}

static void
go_to_background (HrApplication *self)
{
  g_autofree char *time = NULL;
  g_autofree char *body = NULL;
  g_autofree char *status = NULL;

  if (self->in_background)
    return;

  time = begin_of_recording (self);
  body = g_strdup_printf (_ ("Headroom has been recording since %s."), time);
  status = g_strdup_printf (_ ("Recording since %s"), time);
  self->in_background = TRUE;
  g_application_hold (G_APPLICATION (self));
  notify_of_background (self, _ ("Recording Goes On"), body);
  ask_desktop (self, status);
}

static void
close_response_cb (AdwMessageDialog *dialog,
                   const char       *response,
                   HrApplication    *self)
{
  if (g_str_equal (response, "cancel") || self->window == NULL)
    return;

  if (g_str_equal (response, "stop"))
    hr_archive_end_recording (self->archive);
  else if (hr_archive_is_recording (self->archive))
    go_to_background (self);
  /* It outlives the window by a moment. */
  gtk_window_set_transient_for (GTK_WINDOW (dialog), NULL);
  gtk_window_destroy (GTK_WINDOW (self->window));
}

static void
ask (HrApplication *self)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self->window), NULL, NULL);

  gtk_window_set_title (GTK_WINDOW (dialog), _ ("Keep Recording?"));
  adw_message_dialog_set_heading (ADW_MESSAGE_DIALOG (dialog), _ ("Keep Recording?"));
  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), _ ("A recording goes on. It can go on without the window."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "stop", _ ("_Stop and Close"), "background",
                                    _ ("_Record in the Background"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "background", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "background");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (close_response_cb), self, 0);
  hr_main_window_present (self->window, GTK_WINDOW (dialog));
}

/* Returns whether the window stays. */
static gboolean
window_close_cb (HrMainWindow  *window,
                 HrApplication *self)
{
  if (!hr_archive_is_recording (self->archive))
    return FALSE;

  switch (g_settings_get_enum (self->settings, "close-while-recording"))
    {
    case HR_CLOSE_STOP:
      hr_archive_end_recording (self->archive);
      return FALSE;
    case HR_CLOSE_BACKGROUND:
      go_to_background (self);
      return FALSE;
    case HR_CLOSE_ASK:
    default:
      ask (self);
      return TRUE;
    }
}

/* There is a window again. */
void
_hr_application_follow_window (HrApplication *self)
{
  if (self->in_background)
    g_application_withdraw_notification (G_APPLICATION (self), OUTCOME);
  leave_background (self);
  g_signal_connect_object (self->window, "close-request", G_CALLBACK (window_close_cb), self, 0);
}

static void
record_change_cb (GSimpleAction *action,
                  GVariant      *state,
                  gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);
  gboolean       wanted = g_variant_get_boolean (state);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *name = g_date_time_format (now, _ ("Recording %-e %b %H:%M"));

  if (wanted && !hr_archive_is_recording (self->archive))
    hr_archive_begin_recording (self->archive, name);
  else if (!wanted)
    hr_archive_end_recording (self->archive);

  /* A script began it. */
  if (self->window == NULL && hr_archive_is_recording (self->archive))
    go_to_background (self);
}

/* For a launcher's menu: with the window, so that it can be seen. */
static void
start_recording_cb (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  g_application_activate (G_APPLICATION (user_data));
  g_action_group_change_action_state (G_ACTION_GROUP (user_data), "record", g_variant_new_boolean (TRUE));
}

static void
stop_recording_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  hr_archive_end_recording (HR_APPLICATION (user_data)->archive);
}

static void
show_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  g_application_activate (G_APPLICATION (user_data));
}

/* What keeps a recording from being written would otherwise be seen when it is too late. */
static void
tell_trouble (HrApplication *self)
{
  const char *trouble = hr_archive_get_trouble (self->archive);

  if (trouble != NULL && hr_archive_is_recording (self->archive))
    _hr_application_notify (self, OUTCOME, _ ("Nothing Is Being Recorded"), trouble, _ ("Show"), "app.show", NULL);
  else
    g_application_withdraw_notification (G_APPLICATION (self), OUTCOME);
}

static void
archive_changed_cb (HrApplication *self)
{
  gboolean recording = hr_archive_is_recording (self->archive);
  GAction *record = g_action_map_lookup_action (G_ACTION_MAP (self), "record");
  GAction *stop = g_action_map_lookup_action (G_ACTION_MAP (self), "stop-recording");

  g_simple_action_set_state (G_SIMPLE_ACTION (record), g_variant_new_boolean (recording));
  g_simple_action_set_enabled (G_SIMPLE_ACTION (stop), recording);
  if (self->in_background)
    tell_trouble (self);
  /* Its end would be told of as soon as it can be written: that may be never. */
  if (!recording && hr_archive_get_trouble (self->archive) != NULL)
    leave_background (self);
}

/* The recording that went on without a window is in the file: that is told of, and nothing keeps the app any more. */
static void
archive_recorded_cb (HrArchive     *archive,
                     gint64         id,
                     const char    *name,
                     HrApplication *self)
{
  if (!self->in_background)
    return;

  _hr_application_notify (self, OUTCOME, _ ("Recording Kept"), name, _ ("Show"), "app.show", NULL);
  leave_background (self);
}

static void
archive_failed_cb (HrArchive     *archive,
                   const char    *heading,
                   const char    *body,
                   HrApplication *self)
{
  if (self->window != NULL)
    hr_main_window_complain (self->window, heading, body);
  else
    _hr_application_notify (self, OUTCOME, heading, body, _ ("Show"), "app.show", NULL);
  if (!hr_archive_is_recording (archive))
    leave_background (self);
}

static const GActionEntry entries[] = {
  { "record", NULL, NULL, "false", record_change_cb },
  { "start-recording", start_recording_cb },
  { "stop-recording", stop_recording_cb },
  { "show", show_cb },
};

/* Keeps what is measured from now on. */
void
_hr_application_start_archive (HrApplication *self)
{
  g_autofree char *path = hr_places_history ();

  self->archive = hr_archive_new (self->monitor, self->settings, path);
  self->sessions = hr_sessions_new (self->archive, self->settings);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->archive, "changed", G_CALLBACK (archive_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->archive, "recorded", G_CALLBACK (archive_recorded_cb), self, 0);
  g_signal_connect_object (self->archive, "failed", G_CALLBACK (archive_failed_cb), self, 0);
  archive_changed_cb (self);
  _hr_application_add_session_actions (self);
}

static void
close_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (HrApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!hr_archive_close_finish (HR_ARCHIVE (object), result, &error))
    g_debug ("the history was not closed: %s", error->message);
  self->archive_closed = TRUE;
}

/* Waits until the history is whole on the disk, and nothing is left of files that were being made, with no window in the way. Whoever asks the app to end once more waits no longer: what was durable
 * stays so. */
void
_hr_application_close_archive (HrApplication *self)
{
  if (self->archive == NULL)
    return;

  /* That it goes on is true no more, and its buttons would start the app anew. */
  leave_background (self);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->jobs)); i++)
    {
      g_autoptr (HrJob) job = g_list_model_get_item (G_LIST_MODEL (self->jobs), i);

      hr_job_cancel (job);
    }
  hr_archive_close_async (self->archive, close_cb, g_object_ref (self));
  while ((!self->archive_closed || g_list_model_get_n_items (G_LIST_MODEL (self->jobs)) > 0) && !self->hurried)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&self->sessions);
  g_clear_object (&self->archive);
}
