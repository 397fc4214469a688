/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the desktop is told of when nobody looks at a window of ours. */

#include "app/application-private.h"

/* Shows the notification @id, in place of what it said before. @label, @action, @target: of a button that does what the notification itself does when it
 * is clicked; @label: (nullable): it has none; @target: (nullable) (transfer floating) */
void
_hr_application_notify (HrApplication *self,
                        const char    *id,
                        const char    *title,
                        const char    *body,
                        const char    *label,
                        const char    *action,
                        GVariant      *target)
{
  g_autoptr (GNotification) notification = g_notification_new (title);
  g_autoptr (GVariant) owned = target != NULL ? g_variant_ref_sink (target) : NULL;

  g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target_value (notification, action, owned);
  if (label != NULL)
    g_notification_add_button_with_target_value (notification, label, action, owned);
  g_application_send_notification (G_APPLICATION (self), id, notification);
}

/* Whether what ends after @elapsed_us has to be told by the desktop: its user has no window of ours, or waited and went on to something else. */
gboolean
_hr_application_is_unseen (HrApplication *self,
                           gint64         elapsed_us)
{
  if (self->window == NULL)
    return TRUE;

  return elapsed_us >= HR_LONG_JOB_US && !gtk_window_is_active (GTK_WINDOW (self->window));
}
