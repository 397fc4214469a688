/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/application-private.h"
#include "app/wording.h"

#include <glib/gi18n.h>
#include <string.h>

/* On an alert that the desktop was told of. */
#define TOLD "told"

/* Either name may have any letter in it: only with its length it is clear where the first one ends. */
static char *
notification_id (const char *source,
                 const char *budget)
{
  return g_strdup_printf ("alert-%zu-%s-%s", strlen (source), source, budget);
}

static void
send (HrApplication *self,
      HrAlert       *alert)
{
  const char      *source = hr_alert_get_source (alert);
  const char      *budget = hr_alert_get_budget (alert);
  gint64           raised_us = hr_alert_get_raised (alert);
  g_autofree char *id = notification_id (source, budget);
  g_autofree char *title = hr_word_alert (alert);
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, source);
  g_notification_set_priority (notification,
                               hr_alert_get_level (alert) >= HR_ALERT_ERROR ? G_NOTIFICATION_PRIORITY_HIGH
                                                                            : G_NOTIFICATION_PRIORITY_NORMAL);
  g_notification_add_button_with_target (notification, _ ("Show"), "app.show-records", "(sx)", source, raised_us);
  g_notification_add_button_with_target (notification, _ ("Snooze for 10 Minutes"), "app.snooze-alert", "(ss)", source, budget);
  g_notification_set_default_action_and_target (notification, "app.show-records", "(sx)", source, raised_us);
  g_application_send_notification (G_APPLICATION (self), id, notification);
}

static void
withdraw (HrApplication *self,
          const char    *source,
          const char    *budget)
{
  g_autofree char *id = notification_id (source, budget);

  g_application_withdraw_notification (G_APPLICATION (self), id);
}

static gboolean
is_wanted (HrApplication *self,
           HrAlert       *alert)
{
  HrSeverity least = (HrSeverity) g_settings_get_enum (self->settings, "notify-from");

  return g_settings_get_boolean (self->settings, "notifications") && hr_notices_wants (self->notices, alert, least, g_get_monotonic_time ());
}

/* The desktop is told of an alert once, and not any more when its user does not want that. */
static void
tell (HrApplication *self,
      HrAlert       *alert)
{
  gboolean told = g_object_get_data (G_OBJECT (alert), TOLD) != NULL;
  gboolean wanted = is_wanted (self, alert);

  if (wanted == told)
    return;

  g_object_set_data (G_OBJECT (alert), TOLD, wanted ? GINT_TO_POINTER (TRUE) : NULL);
  if (wanted)
    send (self, alert);
  else
    withdraw (self, hr_alert_get_source (alert), hr_alert_get_budget (alert));
}

/* What is wanted of all alerts is something else than before. */
static void
tell_all (HrApplication *self)
{
  GListModel *alerts = G_LIST_MODEL (hr_monitor_get_alerts (self->monitor));

  for (guint i = 0; i < g_list_model_get_n_items (alerts); i++)
    {
      g_autoptr (HrAlert) alert = g_list_model_get_item (alerts, i);

      tell (self, alert);
    }
}

/* It became more severe than it began. */
static void
alert_changed_cb (HrAlert       *alert,
                  HrApplication *self)
{
  tell (self, alert);
}

static void
monitor_alert_raised_cb (HrMonitor     *monitor,
                         HrAlert       *alert,
                         HrApplication *self)
{
  g_signal_connect_object (alert, "changed", G_CALLBACK (alert_changed_cb), self, 0);
  tell (self, alert);
}

static void
monitor_alert_cleared_cb (HrMonitor     *monitor,
                          HrAlert       *alert,
                          HrApplication *self)
{
  g_signal_handlers_disconnect_by_func (alert, alert_changed_cb, self);
  withdraw (self, hr_alert_get_source (alert), hr_alert_get_budget (alert));
}

static gboolean
snooze_over_cb (gpointer user_data)
{
  g_autoptr (HrApplication) self = g_weak_ref_get (user_data);

  if (self != NULL && self->monitor != NULL)
    tell_all (self);

  return G_SOURCE_REMOVE;
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* Says nothing more of this budget of this source for a while; if it is still over then, it is told of anew. */
static void
snooze_alert_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);
  GWeakRef      *weak = g_new0 (GWeakRef, 1);
  const char    *source, *budget;

  g_variant_get (parameter, "(&s&s)", &source, &budget);
  hr_notices_snooze (self->notices, source, budget, g_get_monotonic_time ());
  tell_all (self);
  g_weak_ref_init (weak, self);
  g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, (guint) (HR_SNOOZE_US / G_USEC_PER_SEC) + 1, snooze_over_cb, weak, weak_free);
}

/* Tells the desktop of every alert that is wanted, while it lasts. */
void
_hr_application_follow_alerts (HrApplication *self)
{
  static const GActionEntry entries[] = { { "snooze-alert", snooze_alert_cb, "(ss)" } };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->monitor, "alert-raised", G_CALLBACK (monitor_alert_raised_cb), self, 0);
  g_signal_connect_object (self->monitor, "alert-cleared", G_CALLBACK (monitor_alert_cleared_cb), self, 0);
  g_signal_connect_object (self->settings, "changed::notifications", G_CALLBACK (tell_all), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::notify-from", G_CALLBACK (tell_all), self, G_CONNECT_SWAPPED);
}

/* Nobody is left who could act on them. */
void
_hr_application_withdraw_alerts (HrApplication *self)
{
  GListModel *alerts = G_LIST_MODEL (hr_monitor_get_alerts (self->monitor));

  for (guint i = 0; i < g_list_model_get_n_items (alerts); i++)
    {
      g_autoptr (HrAlert) alert = g_list_model_get_item (alerts, i);

      if (hr_alert_is_active (alert) && g_object_get_data (G_OBJECT (alert), TOLD) != NULL)
        withdraw (self, hr_alert_get_source (alert), hr_alert_get_budget (alert));
    }
}
