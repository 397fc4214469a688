/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-past.h"

/* What moves again within this time is still the same movement. */
#define PAUSE_US (700 * 1000)

/* As far back as anybody remembers. */
#define MAX_STEPS 50

struct _HrHistoryPast
{
  GArray *steps;    /* of HrRange */
  HrRange at;       /* what is shown */
  gint64  moved_us; /* monotonic; when it last moved by hand */
};

/* Returns a past without steps. */
HrHistoryPast *
hr_history_past_new (void)
{
  HrHistoryPast *self = g_new0 (HrHistoryPast, 1);

  self->steps = g_array_new (FALSE, FALSE, sizeof (HrRange));

  return self;
}

/* Frees it. */
void
hr_history_past_free (HrHistoryPast *self)
{
  g_array_unref (self->steps);
  g_free (self);
}

/* Forgets everything. */
void
hr_history_past_clear (HrHistoryPast *self)
{
  g_array_set_size (self->steps, 0);
  self->at = (HrRange){ 0, 0 };
  self->moved_us = 0;
}

/* Notes that its reader moved to @to; @now_us is monotonic. */
void
hr_history_past_move (HrHistoryPast *self,
                      HrRange        to,
                      gint64         now_us)
{
  if (self->at.end_us != 0 && (self->moved_us == 0 || now_us - self->moved_us > PAUSE_US))
    {
      if (self->steps->len == MAX_STEPS)
        g_array_remove_index (self->steps, 0);
      g_array_append_val (self->steps, self->at);
    }
  self->at = to;
  self->moved_us = now_us;
}

/* Notes that @at is shown by itself: time went on, or one went back. */
void
hr_history_past_settle (HrHistoryPast *self,
                        HrRange        at)
{
  self->at = at;
}

/* Writes the range before and forgets it; returns FALSE where there is none. */
gboolean
hr_history_past_back (HrHistoryPast *self,
                      HrRange       *out)
{
  if (self->steps->len == 0)
    return FALSE;

  *out = g_array_index (self->steps, HrRange, self->steps->len - 1);
  g_array_set_size (self->steps, self->steps->len - 1);
  self->moved_us = 0;

  return TRUE;
}

/* Returns whether there is nothing to go back to. */
gboolean
hr_history_past_is_empty (HrHistoryPast *self)
{
  return self->steps->len == 0;
}
