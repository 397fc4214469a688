/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/teller.h"

/* A screen reader is told about new values at most this often, crossings of the budget aside. */
#define TELL_EVERY_US (2 * G_USEC_PER_SEC)

/* Makes @self tell what @describe returns (transfer full) of @about, which owns it. */
void
hr_teller_init (HrTeller      *self,
                GtkAccessible *about,
                char *(*describe) (gpointer about))
{
  *self = (HrTeller){ .about = about, .describe = describe, .clock = g_get_monotonic_time, .told_us = -TELL_EVERY_US };
}

/* Tells nothing any more. */
void
hr_teller_clear (HrTeller *self)
{
  g_clear_handle_id (&self->later, g_source_remove);
}

/* Lets @clock tell when descriptions are due. */
void
hr_teller_set_clock (HrTeller    *self,
                     HrChartClock clock)
{
  self->clock = clock;
  self->told_us = clock () - TELL_EVERY_US;
}

/* Tells the description now. */
void
hr_teller_tell (HrTeller *self)
{
  g_autofree char *description = self->describe (self->about);

  g_clear_handle_id (&self->later, g_source_remove);
  self->told_us = self->clock ();
  gtk_accessible_update_property (self->about, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}

static gboolean
later_cb (gpointer user_data)
{
  HrTeller *self = user_data;

  self->later = 0;
  hr_teller_tell (self);

  return G_SOURCE_REMOVE;
}

/* Tells the description now when the last one is old enough, else as soon as it will be. */
void
hr_teller_changed (HrTeller *self)
{
  gint64 wait_us = self->told_us + TELL_EVERY_US - self->clock ();

  if (wait_us <= 0)
    hr_teller_tell (self);
  else if (self->later == 0)
    self->later = g_timeout_add ((guint) (wait_us / 1000 + 1), later_cb, self);
}
