/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-view-private.h"

#include "app/flow.h"
#include "app/history-choice.h"
#include "app/history-menu.h"
#include "engine/store/schema.h"

#include <glib/gi18n.h>

/* The whole of what goes on being written is read anew so often. */
#define WHOLE_US (15 * G_USEC_PER_SEC)

/* So much of the view is read beyond either of its ends, for hands that pan. */
#define MARGIN 0.5

/* Fine bins that are coarser than a pixel by this are read anew. */
#define COARSE 1.6

/* What is so short shows the records themselves, and what lies around an alert's mark is as long. */
#define RECORDS_US (120 * G_USEC_PER_SEC)
#define AROUND_US (30 * G_USEC_PER_SEC)

G_DEFINE_FINAL_TYPE (HrHistoryView, hr_history_view, GTK_TYPE_WIDGET)

/* Where there is anything to be read; NULL: nowhere. */
static const char *
get_path (HrHistoryView *self)
{
  if (_hr_history_view_is_session (self))
    return self->path;

  return self->recorder != NULL && self->source != NULL ? hr_recorder_get_path (self->recorder) : NULL;
}

static HrContract *
get_contract (HrHistoryView *self)
{
  return _hr_history_view_is_session (self) ? self->contract : hr_monitor_get_contract (self->monitor);
}

/* Shows the stretch that is wanted, at the end of what there is. */
static void
show_wanted (HrHistoryView *self)
{
  gint64 begin_us, end_us;

  hr_timeline_get_bounds (self->timeline, &begin_us, &end_us);
  hr_timeline_set_view (self->timeline, self->wanted_us < end_us - begin_us ? end_us - self->wanted_us : begin_us, end_us);
}

static guint
count_bins (HrHistoryView *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self->tracks)) * gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return (guint) CLAMP (width, 200, 4000);
}

/* Asks for what is in sight and somewhat beyond; for the whole too when that is old. */
static void
ask (HrHistoryView *self)
{
  const char     *path = get_path (self);
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
static gboolean
lacks_bins (HrHistoryView *self)
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

/* Starts over with what there is to be shown now. */
static void
restart (HrHistoryView *self)
{
  hr_history_loader_drop (self->loader);
  hr_history_tracks_clear (self->tracks);
  hr_history_past_clear (self->past);
  g_clear_pointer (&self->chosen, g_strfreev);
  g_clear_pointer (&self->contract, hr_contract_unref);
  hr_timeline_set_cursor (self->timeline, HR_TIMELINE_NOWHERE);
  self->whole_us = 0;
  self->around_us = 0;
  self->loaded = (HrRange){ 0, 0 };
  gtk_widget_set_visible (self->obstacle, FALSE);
  _hr_history_view_show_state (self, get_path (self) != NULL ? HR_HISTORY_LOADING : HR_HISTORY_NONE);
  ask (self);
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
  g_auto (GStrv) chosen = hr_history_choose (answer, get_contract (self), self->settings);
  gboolean changed = self->chosen == NULL || !g_strv_equal ((const char *const *) chosen, (const char *const *) self->chosen);

  hr_history_menu_show (HR_HISTORY_MENU (self->menu), answer, get_contract (self), (const char *const *) chosen);
  gtk_widget_set_visible (self->unchosen, chosen[0] == NULL);
  if (!changed)
    return FALSE;

  g_strfreev (self->chosen);
  self->chosen = g_steal_pointer (&chosen);
  self->whole_us = 0;

  return TRUE;
}

/* Shows what lies around the moment that is wanted, and goes on wanting it until there is as much on its far side. */
static void
show_around (HrHistoryView *self)
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
  if (lacks_bins (self))
    ask (self);
}

static void
go_around (HrHistoryView *self)
{
  self->applying = TRUE;
  self->wanted_us = 0;
  hr_timeline_set_cursor (self->timeline, self->around_us);
  show_around (self);
  self->applying = FALSE;
  moved (self);
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
    show_wanted (self);
  else if (self->around_us != 0)
    show_around (self);
  self->applying = FALSE;
  hr_history_past_settle (self->past, _hr_history_view_get_range (self));
  if (self->wanted_us != 0 && self->around_us != 0)
    go_around (self);
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
      ask (self);
      return;
    }

  self->loaded = answer->range;
  if (answer->has_whole)
    self->whole_us = g_get_monotonic_time ();
  hr_history_tracks_show (self->tracks, answer, get_contract (self), (const char *const *) self->chosen);
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
    ask (self);
  if (self->state == HR_HISTORY_DATA && written &&
      (hr_timeline_get_following (self->timeline) || _hr_history_view_get_range (self).end_us >= self->loaded.end_us || g_get_monotonic_time () - self->whole_us > WHOLE_US))
    ask (self);
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

static void
range_toggled_cb (HrHistoryView   *self,
                  GtkToggleButton *button)
{
  if (self->applying)
    return;

  self->applying = TRUE;
  self->around_us = 0;
  self->wanted_us = _hr_history_view_get_length (self, button);
  g_settings_set_int64 (self->settings, "history-range", self->wanted_us == G_MAXINT64 ? 0 : self->wanted_us / G_USEC_PER_SEC);
  show_wanted (self);
  self->applying = FALSE;
  moved (self);
}

static void
go_back (HrHistoryView *self)
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
  ask (self);
}

static void
back_clicked_cb (HrHistoryView *self)
{
  go_back (self);
}

static void
alert_activated_cb (HrHistoryView *self,
                    gint64         begin_us,
                    gint64         end_us)
{
  hr_history_view_show_around (self, begin_us);
}

static void
metric_chosen_cb (HrHistoryView *self,
                  const char    *metric,
                  gboolean       shown)
{
  hr_history_choose_metric (self->settings, metric, shown);
  self->whole_us = 0;
  ask (self);
}

static void
sources_selected_cb (HrHistoryView *self)
{
  GArray *names = g_object_get_data (G_OBJECT (self->sources), "names");
  guint   selected = gtk_drop_down_get_selected (self->sources);

  if (self->applying || names == NULL || selected >= names->len)
    return;

  g_free (self->name);
  self->name = g_strdup (g_array_index (names, HrHistorySource, selected).name);
  restart (self);
}

static void
retry_clicked_cb (HrHistoryView *self)
{
  if (self->recorder != NULL && !_hr_history_view_is_session (self))
    hr_recorder_retry (self->recorder);
  _hr_history_view_show_state (self, HR_HISTORY_LOADING);
  ask (self);
}

static void
salvage_clicked_cb (HrHistoryView *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "app.salvage-session", "s", "");
}

static gboolean
back_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   user_data)
{
  go_back (HR_HISTORY_VIEW (widget));

  return TRUE;
}

static void
hr_history_view_map (GtkWidget *widget)
{
  HrHistoryView *self = HR_HISTORY_VIEW (widget);

  GTK_WIDGET_CLASS (hr_history_view_parent_class)->map (widget);
  gtk_spinner_set_spinning (self->spinner, self->state == HR_HISTORY_LOADING);
  ask (self);
}

static void
hr_history_view_unmap (GtkWidget *widget)
{
  HrHistoryView *self = HR_HISTORY_VIEW (widget);

  gtk_spinner_set_spinning (self->spinner, FALSE);
  GTK_WIDGET_CLASS (hr_history_view_parent_class)->unmap (widget);
}

static void
hr_history_view_dispose (GObject *object)
{
  HrHistoryView *self = HR_HISTORY_VIEW (object);

  if (self->loader != NULL)
    hr_history_loader_drop (self->loader);
  g_clear_object (&self->loader);
  g_clear_object (&self->recorder);
  gtk_widget_dispose_template (GTK_WIDGET (self), HR_TYPE_HISTORY_VIEW);
  g_clear_object (&self->timeline);
  g_clear_object (&self->source);
  g_clear_object (&self->settings);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (hr_history_view_parent_class)->dispose (object);
}

static void
hr_history_view_finalize (GObject *object)
{
  HrHistoryView *self = HR_HISTORY_VIEW (object);

  hr_history_past_free (self->past);
  g_clear_pointer (&self->contract, hr_contract_unref);
  g_time_zone_unref (self->zone);
  g_strfreev (self->chosen);
  g_free (self->path);
  g_free (self->title);
  g_free (self->name);

  G_OBJECT_CLASS (hr_history_view_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/history-view.ui");
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, stack);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, none);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, error);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, spinner);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, salvage);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, obstacle);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, obstacle_label);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, obstacle_salvage);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, back);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, hour);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, six_hours);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, day);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, all);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, metrics);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, sources);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, stretch);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, unchosen);
  gtk_widget_class_bind_template_child (widget_class, HrHistoryView, tracks);
  gtk_widget_class_bind_template_callback (widget_class, retry_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, salvage_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, back_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, range_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, sources_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, alert_activated_cb);
}

static void
hr_history_view_class_init (HrHistoryViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_FLOW);
  g_type_ensure (HR_TYPE_HISTORY_TRACKS);

  G_OBJECT_CLASS (klass)->dispose = hr_history_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_history_view_finalize;
  widget_class->map = hr_history_view_map;
  widget_class->unmap = hr_history_view_unmap;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, back_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, GDK_ALT_MASK, back_key_cb, NULL);
  bind_template (widget_class);
}

static void
hr_history_view_init (HrHistoryView *self)
{
  GtkWidget *popover = gtk_popover_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->zone = g_time_zone_new_local ();
  self->past = hr_history_past_new ();
  self->loader = hr_history_loader_new ();
  self->timeline = g_object_ref (hr_history_tracks_get_timeline (self->tracks));
  self->menu = hr_history_menu_new ();
  gtk_popover_set_child (GTK_POPOVER (popover), self->menu);
  gtk_menu_button_set_popover (self->metrics, popover);
  g_signal_connect_object (self->menu, "chosen", G_CALLBACK (metric_chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->loader, "answered", G_CALLBACK (answered_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->loader, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline, "view-changed", G_CALLBACK (view_changed_cb), self, G_CONNECT_SWAPPED);
}

/* Judges by the contract of @monitor, and remembers in @settings; once. */
void
hr_history_view_follow (HrHistoryView *self,
                        HrMonitor     *monitor,
                        GSettings     *settings)
{
  gint64 seconds;

  g_return_if_fail (HR_IS_HISTORY_VIEW (self));
  g_return_if_fail (self->monitor == NULL);

  self->monitor = g_object_ref (monitor);
  self->settings = g_object_ref (settings);
  seconds = g_settings_get_int64 (settings, "history-range");
  self->wanted_us = seconds > 0 && seconds < G_MAXINT64 / G_USEC_PER_SEC ? seconds * G_USEC_PER_SEC : G_MAXINT64;
  _hr_history_view_show_state (self, HR_HISTORY_NONE);
}

/* Reads what @recorder writes from now on. */
void
hr_history_view_set_recorder (HrHistoryView *self,
                              HrRecorder    *recorder)
{
  g_return_if_fail (HR_IS_HISTORY_VIEW (self));

  if (self->recorder == recorder)
    return;

  if (self->recorder != NULL)
    g_signal_handlers_disconnect_by_func (self->recorder, recorder_changed_cb, self);
  g_set_object (&self->recorder, recorder);
  if (recorder != NULL)
    g_signal_connect_object (recorder, "changed", G_CALLBACK (recorder_changed_cb), self, G_CONNECT_SWAPPED);
  if (!_hr_history_view_is_session (self))
    restart (self);
}

/* Shows @source, unless a session is shown; then as soon as it is not any more. */
void
hr_history_view_set_source (HrHistoryView *self,
                            HrSource      *source)
{
  g_return_if_fail (HR_IS_HISTORY_VIEW (self));

  if (!g_set_object (&self->source, source) || _hr_history_view_is_session (self))
    return;

  restart (self);
}

/* Shows a session file, see the header. */
void
hr_history_view_set_session (HrHistoryView *self,
                             const char    *path,
                             HrRange        range,
                             gint64         recording,
                             const char    *title)
{
  g_autofree char *old_path = NULL;
  g_autofree char *old_title = NULL;

  g_return_if_fail (HR_IS_HISTORY_VIEW (self));

  if (path == NULL && self->path == NULL)
    return;

  old_path = g_steal_pointer (&self->path);
  old_title = g_steal_pointer (&self->title);
  g_clear_pointer (&self->name, g_free);
  self->path = g_strdup (path);
  self->title = g_strdup (title);
  self->within = range;
  self->recording = recording;
  if (path != NULL)
    self->wanted_us = G_MAXINT64;
  restart (self);
}

/* Shows what lies around @moment_us, see the header. */
void
hr_history_view_show_around (HrHistoryView *self,
                             gint64         moment_us)
{
  g_return_if_fail (HR_IS_HISTORY_VIEW (self));

  self->around_us = moment_us;
  if (self->state == HR_HISTORY_DATA)
    go_around (self);
}

/* Returns which of its four pages is shown. */
HrHistoryState
hr_history_view_get_state (HrHistoryView *self)
{
  g_return_val_if_fail (HR_IS_HISTORY_VIEW (self), HR_HISTORY_NONE);

  return self->state;
}

/* Returns the stretch that is in sight; 0, 0 while there are no data. */
HrRange
hr_history_view_get_range (HrHistoryView *self)
{
  g_return_val_if_fail (HR_IS_HISTORY_VIEW (self), ((HrRange){ 0, 0 }));

  return self->state == HR_HISTORY_DATA ? _hr_history_view_get_range (self) : (HrRange){ 0, 0 };
}
