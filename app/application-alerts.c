/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/application-private.h"
#include "app/wording.h"

#include <glib/gi18n.h>

static char *
notification_id (HrAlert *alert)
{
  return g_strdup_printf ("alert-%s-%s", hr_alert_get_source (alert), hr_alert_get_budget (alert));
}

static void
monitor_alert_raised_cb (HrMonitor     *monitor,
                         HrAlert       *alert,
                         HrApplication *self)
{
  g_autofree char *id = notification_id (alert);
  g_autofree char *title = hr_word_alert (alert);
  const char      *source = hr_alert_get_source (alert);
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, source);
  g_notification_set_priority (notification,
                               hr_alert_get_level (alert) >= HR_ALERT_ERROR ? G_NOTIFICATION_PRIORITY_HIGH
                                                                            : G_NOTIFICATION_PRIORITY_NORMAL);
  g_notification_add_button_with_target (notification, _ ("Show"), "app.show-alert", "s", source);
  g_notification_set_default_action_and_target (notification, "app.show-alert", "s", source);
  g_application_send_notification (G_APPLICATION (self), id, notification);
}

static void
monitor_alert_cleared_cb (HrMonitor     *monitor,
                          HrAlert       *alert,
                          HrApplication *self)
{
  g_autofree char *id = notification_id (alert);

  g_application_withdraw_notification (G_APPLICATION (self), id);
}

/* Tells the desktop of every alert while it lasts. */
void
_hr_application_follow_alerts (HrApplication *self)
{
  g_signal_connect_object (self->monitor, "alert-raised", G_CALLBACK (monitor_alert_raised_cb), self, 0);
  g_signal_connect_object (self->monitor, "alert-cleared", G_CALLBACK (monitor_alert_cleared_cb), self, 0);
}
