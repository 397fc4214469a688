/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the History view reads, and when it reads anew. */

#include "app/history-view-private.h"

#include "app/history-choice.h"
#include "app/history-menu.h"
#include "engine/store/schema.h"

/* The whole of what goes on being written is read anew so often. */
#define WHOLE_US (15 * G_USEC_PER_SEC)

/* So much of the view is read beyond either of its ends, for hands that pan. */
#define MARGIN 0.5

/* Fine bins that are coarser than a pixel by this are read anew. */
#define COARSE 1.6

/* What is so short shows the records themselves. */
#define RECORDS_US (120 * G_USEC_PER_SEC)

/* Where there is anything to be read; NULL: nowhere. */
const char *
_hr_history_view_get_path (HrHistoryView *self)
{
  if (_hr_history_view_is_session (self))
    return self->path;

  return self->recorder != NULL && self->source != NULL ? hr_recorder_get_path (self->recorder) : NULL;
}

HrContract *
_hr_history_view_get_contract (HrHistoryView *self)
{
  return _hr_history_view_is_session (self) ? self->contract : hr_monitor_get_contract (self->monitor);
}

static guint
count_bins (HrHistoryView *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self->tracks)) * gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return (guint) CLAMP (width, 200, 4000);
}

/* Asks for what is in sight and somewhat beyond; for the whole too when that is old. */
void
_hr_history_view_ask (HrHistoryView *self)
{
  const char     *path = _hr_history_view_get_path (self);
  gint64          now_us = g_get_monotonic_time ();
  HrRange         view = _hr_history_view_get_range (self);
  gint64          margin_us = (gint64) ((double) (view.end_us - view.begin_us) * MARGIN);
  HrHistoryQuery *query;

  if (path == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;

  query = g_new0 (HrHistoryQuery, 1);
  query->path = g_strdup (path);
  query->source = _hr_history_view_is_session (self) ? g_strdup (self->name) : g_strdup (hr_source_get_name (self->source));
  query->within = self->within;
  query->recording = self->recording;
  query->metrics = g_strdupv (self->chosen);
  query->range = (HrRange){ view.begin_us - margin_us, view.end_us + margin_us };
  query->n_bins = (guint) ((double) count_bins (self) * (1 + 2 * MARGIN));
  query->raw = view.end_us - view.begin_us <= RECORDS_US;
  query->whole = self->whole_us == 0 || now_us - self->whole_us > WHOLE_US;
  hr_history_loader_ask (self->loader, query);
}

/* Whether what was read is too little, or too coarse, for what is in sight now. */
gboolean
_hr_history_view_lacks_bins (HrHistoryView *self)
{
  HrRange view = _hr_history_view_get_range (self);
  gint64  begin_us, end_us;
  double  share;

  hr_timeline_get_bounds (self->timeline, &begin_us, &end_us);
  if (view.begin_us < self->loaded.begin_us && self->loaded.begin_us > begin_us)
    return TRUE;
  if (view.end_us > self->loaded.end_us && self->loaded.end_us < end_us)
    return TRUE;
  share = (double) (view.end_us - view.begin_us) / (double) MAX (self->loaded.end_us - self->loaded.begin_us, 1);

  return share * (1 + 2 * MARGIN) * COARSE < 1 || view.end_us - view.begin_us <= RECORDS_US;
}

static void
show_sources (HrHistoryView         *self,
              const HrHistoryAnswer *answer)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = GTK_INVALID_LIST_POSITION;

  gtk_widget_set_visible (GTK_WIDGET (self->sources), _hr_history_view_is_session (self) && answer->sources->len > 1);
  if (!_hr_history_view_is_session (self))
    return;

  for (guint i = 0; i < answer->sources->len; i++)
    {
      const HrHistorySource *source = &g_array_index (answer->sources, HrHistorySource, i);

      gtk_string_list_append (names, source->title);
      if (g_strcmp0 (source->name, answer->source) == 0)
        selected = i;
    }
  self->applying = TRUE;
  gtk_drop_down_set_model (self->sources, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->sources, selected);
  self->applying = FALSE;
  g_object_set_data_full (G_OBJECT (self->sources), "names", g_array_ref (answer->sources), (GDestroyNotify) g_array_unref);
}

/* Chooses what is shown of what there is; returns whether that is something else than before. */
static gboolean
choose (HrHistoryView         *self,
        const HrHistoryAnswer *answer)
{
  g_auto (GStrv) chosen = hr_history_choose (answer, _hr_history_view_get_contract (self), self->settings);
  gboolean changed = self->chosen == NULL || !g_strv_equal ((const char *const *) chosen, (const char *const *) self->chosen);

  hr_history_menu_show (HR_HISTORY_MENU (self->menu), answer, _hr_history_view_get_contract (self), (const char *const *) chosen);
  gtk_widget_set_visible (self->unchosen, chosen[0] == NULL);
  if (!changed)
    return FALSE;

  g_strfreev (self->chosen);
  self->chosen = g_steal_pointer (&chosen);
  self->whole_us = 0;

  return TRUE;
}

static void
apply_bounds (HrHistoryView         *self,
              const HrHistoryAnswer *answer)
{
  self->applying = TRUE;
  hr_timeline_set_bounds (self->timeline, answer->bounds.begin_us, answer->bounds.end_us);
  if (self->state != HR_HISTORY_DATA && self->wanted_us == 0)
    self->wanted_us = G_MAXINT64;
  if (self->wanted_us != 0)
    _hr_history_view_show_wanted (self);
  else if (self->around_us != 0)
    _hr_history_view_keep_around (self);
  self->applying = FALSE;
  hr_history_past_settle (self->past, _hr_history_view_get_range (self));
  if (self->wanted_us != 0 && self->around_us != 0)
    _hr_history_view_go_around (self);
  _hr_history_view_show_buttons (self);
  _hr_history_view_show_stretch (self);
}

static void
answered_cb (HrHistoryView   *self,
             HrHistoryAnswer *answer)
{
  gboolean first = self->chosen == NULL;

  if (answer->source == NULL)
    {
      _hr_history_view_show_state (self, HR_HISTORY_NONE);
      return;
    }

  if (_hr_history_view_is_session (self) && answer->contract != NULL && self->contract == NULL)
    self->contract = hr_contract_ref (answer->contract);
  if (first)
    show_sources (self, answer);
  apply_bounds (self, answer);
  if (choose (self, answer))
    {
      /* Their values are still to be read. */
      _hr_history_view_ask (self);
      return;
    }

  self->loaded = answer->range;
  if (answer->has_whole)
    self->whole_us = g_get_monotonic_time ();
  hr_history_tracks_show (self->tracks, answer, _hr_history_view_get_contract (self), (const char *const *) self->chosen);
  self->n_damaged = answer->n_damaged;
  _hr_history_view_show_obstacle (self);
  _hr_history_view_show_state (self, HR_HISTORY_DATA);
}

/* A recorder's file that is not there yet will be. */
static gboolean
is_to_come (HrHistoryView *self)
{
  return !_hr_history_view_is_session (self) && self->recorder != NULL && hr_recorder_get_status (self->recorder)->durable_us == 0 &&
         hr_recorder_get_status (self->recorder)->state != HR_RECORDER_TROUBLE;
}

static void
failed_cb (HrHistoryView *self,
           GError        *error)
{
  const HrRecorderStatus *status = self->recorder != NULL && !_hr_history_view_is_session (self) ? hr_recorder_get_status (self->recorder) : NULL;

  if (is_to_come (self))
    {
      _hr_history_view_show_state (self, HR_HISTORY_NONE);
      return;
    }

  _hr_history_view_show_error (self, status != NULL && status->state == HR_RECORDER_TROUBLE && status->message != NULL ? status->message : error->message,
                               g_error_matches (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED));
}

/* Something was written, or could not be. What is in the middle of the past does not change. */
static void
recorder_changed_cb (HrHistoryView *self)
{
  const HrRecorderStatus *status = hr_recorder_get_status (self->recorder);
  gboolean                written = status->durable_us != self->durable_us;

  if (_hr_history_view_is_session (self))
    return;

  self->durable_us = status->durable_us;
  if (self->state == HR_HISTORY_DATA)
    _hr_history_view_show_obstacle (self);
  else if (status->state == HR_RECORDER_TROUBLE || written)
    _hr_history_view_ask (self);
  if (self->state == HR_HISTORY_DATA && written &&
      (hr_timeline_get_following (self->timeline) || _hr_history_view_get_range (self).end_us >= self->loaded.end_us || g_get_monotonic_time () - self->whole_us > WHOLE_US))
    _hr_history_view_ask (self);
}

/* Shows what is read from now on. */
void
_hr_history_view_follow_loader (HrHistoryView *self)
{
  g_signal_connect_object (self->loader, "answered", G_CALLBACK (answered_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->loader, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
}

/* Follows @recorder (nullable) in place of the one before. */
void
_hr_history_view_follow_recorder (HrHistoryView *self,
                                  HrRecorder    *recorder)
{
  if (self->recorder != NULL)
    g_signal_handlers_disconnect_by_func (self->recorder, recorder_changed_cb, self);
  g_set_object (&self->recorder, recorder);
  if (recorder != NULL)
    g_signal_connect_object (recorder, "changed", G_CALLBACK (recorder_changed_cb), self, G_CONNECT_SWAPPED);
}
