/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-view-private.h"

#include "app/flow.h"
#include "app/history-choice.h"
#include "app/history-menu.h"

G_DEFINE_FINAL_TYPE (HrHistoryView, hr_history_view, GTK_TYPE_WIDGET)

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
  _hr_history_view_show_state (self, _hr_history_view_get_path (self) != NULL ? HR_HISTORY_LOADING : HR_HISTORY_NONE);
  _hr_history_view_ask (self);
}

static void
range_toggled_cb (HrHistoryView   *self,
                  GtkToggleButton *button)
{
  if (!self->applying)
    _hr_history_view_want (self, _hr_history_view_get_length (self, button));
}

static void
back_clicked_cb (HrHistoryView *self)
{
  _hr_history_view_go_back (self);
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
  _hr_history_view_ask (self);
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
  _hr_history_view_ask (self);
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
  _hr_history_view_go_back (HR_HISTORY_VIEW (widget));

  return TRUE;
}

static void
hr_history_view_map (GtkWidget *widget)
{
  HrHistoryView *self = HR_HISTORY_VIEW (widget);

  GTK_WIDGET_CLASS (hr_history_view_parent_class)->map (widget);
  gtk_spinner_set_spinning (self->spinner, self->state == HR_HISTORY_LOADING);
  _hr_history_view_ask (self);
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

/* Newer GTK names a button by the label in it first; the tooltips of these say more than their labels. */
static void
name_ranges (HrHistoryView *self)
{
  GtkToggleButton *const ranges[] = { self->hour, self->six_hours, self->day, self->all };

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    gtk_accessible_reset_relation (GTK_ACCESSIBLE (ranges[i]), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

static void
hr_history_view_init (HrHistoryView *self)
{
  GtkWidget *popover = gtk_popover_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  /* Time runs from left to right, as it does in the charts. */
  gtk_widget_set_direction (GTK_WIDGET (self->stretch), GTK_TEXT_DIR_LTR);
  name_ranges (self);
  self->zone = g_time_zone_new_local ();
  self->past = hr_history_past_new ();
  self->loader = hr_history_loader_new ();
  self->timeline = g_object_ref (hr_history_tracks_get_timeline (self->tracks));
  self->menu = hr_history_menu_new ();
  gtk_popover_set_child (GTK_POPOVER (popover), self->menu);
  gtk_menu_button_set_popover (self->metrics, popover);
  g_signal_connect_object (self->menu, "chosen", G_CALLBACK (metric_chosen_cb), self, G_CONNECT_SWAPPED);
  _hr_history_view_follow_loader (self);
  _hr_history_view_follow_timeline (self);
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

  _hr_history_view_follow_recorder (self, recorder);
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
    _hr_history_view_go_around (self);
}

/* Returns the stretch that is in sight; 0, 0 while there are no data. */
HrRange
hr_history_view_get_range (HrHistoryView *self)
{
  g_return_val_if_fail (HR_IS_HISTORY_VIEW (self), ((HrRange){ 0, 0 }));

  return self->state == HR_HISTORY_DATA ? _hr_history_view_get_range (self) : (HrRange){ 0, 0 };
}
