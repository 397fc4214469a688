/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the History view says around its charts: which of its pages is shown, and what stands above the data. */

#include "app/history-view-private.h"

#include "app/labels.h"
#include "widgets/calendar.h"

#include <glib/gi18n.h>

gboolean
_hr_history_view_is_session (HrHistoryView *self)
{
  return self->path != NULL;
}

/* What there is to read when nothing is there to be seen. */
static void
word_none (HrHistoryView *self)
{
  const char *text;

  if (_hr_history_view_is_session (self))
    text = _ ("Nothing was recorded in this stretch.");
  else if (hr_monitor_get_recorder (self->monitor) == NULL)
    text = _ ("Recording is switched off. Switch it on in the preferences, or open a session file.");
  else if (self->source == NULL)
    text = _ ("Choose a source: what was recorded of it is shown here.");
  else
    text = _ ("Headroom records while it runs. The first seconds of this source appear here as soon as they are written.");
  adw_status_page_set_description (self->none, text);
}

void
_hr_history_view_show_state (HrHistoryView *self,
                             HrHistoryState state)
{
  static const char *const pages[] = { "none", "loading", "data", "error" };

  self->state = state;
  if (state == HR_HISTORY_NONE)
    word_none (self);
  gtk_stack_set_visible_child_name (self->stack, pages[state]);
  /* On a page out of sight it would still have the window laid out anew at every refresh of the display. */
  gtk_spinner_set_spinning (self->spinner, state == HR_HISTORY_LOADING && gtk_widget_get_mapped (GTK_WIDGET (self)));
}

void
_hr_history_view_show_error (HrHistoryView *self,
                             const char    *message,
                             gboolean       can_salvage)
{
  g_autofree char *text = g_markup_escape_text (message, -1);

  adw_status_page_set_description (self->error, text);
  gtk_widget_set_visible (self->salvage, can_salvage);
  _hr_history_view_show_state (self, HR_HISTORY_ERROR);
}

/* Says above the data what is wrong with them. */
void
_hr_history_view_show_obstacle (HrHistoryView *self)
{
  g_autofree char *text = NULL;

  /* Why nothing new comes is said by the window. */
  if (self->n_damaged > 0)
    text = g_strdup_printf (ngettext ("%u part of this file is damaged and left out.", "%u parts of this file are damaged and left out.", self->n_damaged),
                            self->n_damaged);

  gtk_widget_set_visible (self->obstacle, text != NULL);
  gtk_widget_set_visible (self->obstacle_salvage, self->n_damaged > 0);
  if (text != NULL)
    hr_label_set (self->obstacle_label, text);
}

void
_hr_history_view_show_stretch (HrHistoryView *self)
{
  HrRange          view = _hr_history_view_get_range (self);
  g_autofree char *stretch = hr_calendar_stretch (view.begin_us, view.end_us, g_get_real_time (), self->zone);
  g_autofree char *text = self->title != NULL ? g_strdup_printf ("%s · %s", self->title, stretch) : g_steal_pointer (&stretch);

  hr_label_set (self->stretch, text);
  gtk_widget_set_sensitive (self->back, !hr_history_past_is_empty (self->past));
}
