/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What stretch the History view shows: chosen by a button, by hand, around a moment, or gone back to. */

#include "app/history-view-private.h"

#define HOUR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* So much lies on either side of a moment. */
#define AROUND_US (30 * G_USEC_PER_SEC)

HrRange
_hr_history_view_get_range (HrHistoryView *self)
{
  HrRange view;

  hr_timeline_get_view (self->timeline, &view.begin_us, &view.end_us);

  return view;
}

gint64
_hr_history_view_get_length (HrHistoryView   *self,
                             GtkToggleButton *button)
{
  return button == self->hour ? HOUR_US : button == self->six_hours ? 6 * HOUR_US
                                      : button == self->day         ? 24 * HOUR_US
                                                                    : G_MAXINT64;
}

void
_hr_history_view_show_buttons (HrHistoryView *self)
{
  GtkToggleButton *buttons[] = { self->hour, self->six_hours, self->day, self->all };
  gboolean         was = self->applying;

  self->applying = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (buttons); i++)
    gtk_toggle_button_set_active (buttons[i], self->wanted_us == _hr_history_view_get_length (self, buttons[i]));
  self->applying = was;
}

/* Shows the stretch that is wanted, at the end of what there is. */
void
_hr_history_view_show_wanted (HrHistoryView *self)
{
  gint64 begin_us, end_us;

  hr_timeline_get_bounds (self->timeline, &begin_us, &end_us);
  hr_timeline_set_view (self->timeline, self->wanted_us < end_us - begin_us ? end_us - self->wanted_us : begin_us, end_us);
}

/* Shows what lies around the moment that is wanted, and goes on wanting it until there is as much on its far side. */
void
_hr_history_view_keep_around (HrHistoryView *self)
{
  gint64 begin_us, end_us;

  hr_timeline_get_bounds (self->timeline, &begin_us, &end_us);
  hr_timeline_set_view (self->timeline, self->around_us - AROUND_US, self->around_us + AROUND_US);
  if (end_us < self->around_us + AROUND_US)
    return;

  /* It stays there, even if that is the very end just now. */
  hr_timeline_set_following (self->timeline, FALSE);
  self->around_us = 0;
}

/* Its reader has moved the view. */
static void
moved (HrHistoryView *self)
{
  hr_history_past_move (self->past, _hr_history_view_get_range (self), g_get_monotonic_time ());
  _hr_history_view_show_buttons (self);
  _hr_history_view_show_stretch (self);
  if (_hr_history_view_lacks_bins (self))
    _hr_history_view_ask (self);
}

void
_hr_history_view_go_around (HrHistoryView *self)
{
  self->applying = TRUE;
  self->wanted_us = 0;
  hr_timeline_set_cursor (self->timeline, self->around_us);
  _hr_history_view_keep_around (self);
  self->applying = FALSE;
  moved (self);
}

static void
view_changed_cb (HrHistoryView *self)
{
  if (self->applying)
    return;

  self->wanted_us = 0;
  self->around_us = 0;
  moved (self);
}

void
_hr_history_view_go_back (HrHistoryView *self)
{
  HrRange range;

  if (!hr_history_past_back (self->past, &range))
    return;

  self->applying = TRUE;
  self->wanted_us = 0;
  self->around_us = 0;
  hr_timeline_set_view (self->timeline, range.begin_us, range.end_us);
  self->applying = FALSE;
  hr_history_past_settle (self->past, _hr_history_view_get_range (self));
  _hr_history_view_show_buttons (self);
  _hr_history_view_show_stretch (self);
  _hr_history_view_ask (self);
}

/* Shows the last @wanted_us, and remembers that; G_MAXINT64: all there is. */
void
_hr_history_view_want (HrHistoryView *self,
                       gint64         wanted_us)
{
  self->applying = TRUE;
  self->around_us = 0;
  self->wanted_us = wanted_us;
  g_settings_set_int64 (self->settings, "history-range", wanted_us == G_MAXINT64 ? 0 : wanted_us / G_USEC_PER_SEC);
  _hr_history_view_show_wanted (self);
  self->applying = FALSE;
  moved (self);
}

/* Goes where its reader moves it from now on. */
void
_hr_history_view_follow_timeline (HrHistoryView *self)
{
  g_signal_connect_object (self->timeline, "view-changed", G_CALLBACK (view_changed_cb), self, G_CONNECT_SWAPPED);
}
