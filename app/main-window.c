/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/config.h"
#include "app/main-window-private.h"
#include "app/reading.h"
#include "app/remembered.h"
#include "app/sources.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (HrMainWindow, hr_main_window, ADW_TYPE_APPLICATION_WINDOW)

static void
show_title (HrMainWindow *self,
            HrSource     *source)
{
  adw_view_switcher_title_set_title (self->title, source != NULL ? hr_source_get_title (source) : _ ("Headroom"));
  adw_view_switcher_title_set_subtitle (self->title, source != NULL && hr_source_get_detail (source) != NULL ? hr_source_get_detail (source) : "");
}

/* A device has a page of its own, and so has what stands between a sandbox and this computer; whatever records has the Live view. */
static void
show_view (HrMainWindow *self,
           HrSource     *source)
{
  gboolean device = source != NULL && hr_source_get_role (source) == HR_SOURCE_DEVICE;
  gboolean host = hr_host_page_set_source (self->host, source);

  hr_live_view_set_source (self->live, device ? NULL : source);
  hr_history_view_set_source (self->history, source);
  hr_device_page_set_source (self->device, device ? source : NULL);
  gtk_stack_set_visible_child (self->views, host     ? GTK_WIDGET (self->host)
                                            : device ? GTK_WIDGET (self->device)
                                                     : GTK_WIDGET (self->live));
}

/* A device that no budget is about says all on its page, and so does what stands between a sandbox and this computer. */
static gboolean
is_silent (HrMainWindow *self,
           HrSource     *source)
{
  const HrVerdict *verdict = source != NULL ? hr_monitor_get_verdict (self->monitor, source) : NULL;

  if (hr_host_page_explains (self->host, source))
    return TRUE;

  return source != NULL && hr_source_get_role (source) == HR_SOURCE_DEVICE && (verdict == NULL || verdict->worst_index < 0);
}

/* Shows how the selected source stands; the views see to themselves. */
static void
refresh_frame (HrMainWindow *self)
{
  HrSource *source = hr_main_window_get_source (self);

  if (self->session != NULL)
    _hr_main_window_title_session (self, self->session);
  else
    show_title (self, source);
  hr_verdict_bar_refresh (self->verdict, self->monitor, is_silent (self, source) ? NULL : source);
  hr_status_line_refresh (self->status, self->monitor, source);
}

static void
remember (HrMainWindow *self,
          HrSource     *source)
{
  g_autofree char *key = source != NULL ? hr_remembered_key (source) : NULL;

  if (key != NULL)
    g_settings_set_string (self->settings, "last-source", key);
}

static gboolean
show_tick_cb (GtkWidget     *widget,
              GdkFrameClock *clock,
              gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (widget);

  self->tick = 0;
  _hr_main_window_show_session (self, self->session);
  if (self->session == NULL)
    show_view (self, hr_main_window_get_source (self));
  if (self->records_us != 0 && self->session == NULL)
    {
      adw_view_stack_set_visible_child (self->pages, GTK_WIDGET (self->history));
      hr_history_view_show_around (self->history, self->records_us);
    }
  self->records_us = 0;
  refresh_frame (self);

  return G_SOURCE_REMOVE;
}

static void
queue_show (HrMainWindow *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), show_tick_cb, NULL, NULL);
}

/* Another source is another window full of text: that is part of the next frame, and holds nobody up before. */
static void
sidebar_selected_cb (HrMainWindow *self)
{
  HrSource      *source = hr_sidebar_get_selected (self->sidebar);
  HrSessionItem *session = hr_sidebar_get_session (self->sidebar);

  if (session != self->session)
    {
      if (self->session != NULL)
        g_signal_handlers_disconnect_by_func (self->session, refresh_frame, self);
      g_set_object (&self->session, session);
      if (session != NULL)
        g_signal_connect_object (session, "changed", G_CALLBACK (refresh_frame), self, G_CONNECT_SWAPPED);
    }
  if (self->restored)
    remember (self, source);
  queue_show (self);
  _hr_main_window_update_actions (self);
}

static void
device_chosen_cb (HrMainWindow *self,
                  HrSource     *source)
{
  hr_sidebar_select (self->sidebar, source);
}

/* Whoever chooses by hand waits for the source of last time no longer. */
static void
sidebar_activated_cb (HrMainWindow *self)
{
  self->restored = TRUE;
  remember (self, hr_main_window_get_source (self));
  if (adw_flap_get_folded (self->flap))
    adw_flap_set_reveal_flap (self->flap, FALSE);
}

static gboolean
is_workload (HrMainWindow *self,
             HrSource     *source)
{
  g_autofree char *program = g_path_get_basename (hr_workload_get_path (self->workload));

  if (hr_source_get_role (source) != HR_SOURCE_PROCESS || !hr_source_is_live (source))
    return FALSE;

  /* In a sandbox the two see different process ids. */
  return hr_source_get_pid (source) == hr_workload_get_pid (self->workload) ||
         g_str_has_prefix (hr_source_get_name (source), program);
}

/* Whether @source is the program that its user has just chosen to have watched. */
static gboolean
is_expected (HrMainWindow *self,
             HrSource     *source)
{
  return self->expected_pid != 0 && hr_source_get_role (source) == HR_SOURCE_PROCESS && hr_source_get_pid (source) == self->expected_pid;
}

/* Selects the source that the reader waits for: the program just started or watched, the one of last time, or any. */
static void
offer_source (HrMainWindow *self,
              HrSource     *source)
{
  g_autofree char *last = g_settings_get_string (self->settings, "last-source");
  g_autofree char *key = hr_remembered_key (source);

  if (is_expected (self, source) || (self->expects_workload && is_workload (self, source)))
    {
      self->expected_pid = 0;
      self->expects_workload = FALSE;
      self->restored = TRUE;
      hr_sidebar_select (self->sidebar, source);
    }
  else if (!self->restored && self->session == NULL && g_str_equal (last, key))
    {
      hr_sidebar_select (self->sidebar, source);
      self->restored = TRUE;
    }
  else if (hr_sidebar_get_selected (self->sidebar) == NULL && self->session == NULL)
    hr_sidebar_select (self->sidebar, source);
}

static void
monitor_source_cb (HrMonitor    *monitor,
                   HrSource     *source,
                   HrMainWindow *self)
{
  offer_source (self, source);
  if (source != hr_main_window_get_source (self))
    return;

  /* Whether this computer is reached from a sandbox may just have turned out. */
  if (hr_host_page_explains (self->host, source) || gtk_stack_get_visible_child (self->views) == GTK_WIDGET (self->host))
    queue_show (self);
  refresh_frame (self);
  _hr_main_window_update_actions (self);
}

static void
host_copied_cb (HrMainWindow *self)
{
  hr_main_window_toast (self, _ ("Command copied"));
}

static void
monitor_verdict_cb (HrMonitor    *monitor,
                    HrSource     *source,
                    HrMainWindow *self)
{
  if (self->expects_workload)
    offer_source (self, source);
  if (source == hr_main_window_get_source (self) && hr_text_is_due (&self->paced_us))
    refresh_frame (self);
}

static void
workload_running_cb (HrMainWindow *self)
{
  if (!hr_workload_is_running (self->workload))
    self->expects_workload = FALSE;
  _hr_main_window_update_actions (self);
}

static void
workload_not_started_cb (HrWorkload   *workload,
                         GError       *error,
                         HrMainWindow *self)
{
  hr_main_window_complain (self, _ ("Workload Not Started"), error->message);
}

static void
workload_failed_cb (HrWorkload   *workload,
                    GError       *error,
                    HrMainWindow *self)
{
  hr_main_window_complain (self, _ ("Workload Ended"), error->message);
}

void
hr_main_window_set_sandbox (HrMainWindow    *self,
                            const HrSandbox *sandbox)
{
  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  hr_host_page_set_sandbox (self->host, sandbox);
  _hr_main_window_update_actions (self);
}

HrSource *
hr_main_window_get_source (HrMainWindow *self)
{
  g_return_val_if_fail (HR_IS_MAIN_WINDOW (self), NULL);

  return hr_sidebar_get_selected (self->sidebar);
}

/* Selects the source called @source, if there is one. */
void
hr_main_window_select (HrMainWindow *self,
                       const char   *name)
{
  GListModel *sources;

  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  sources = hr_monitor_get_sources (self->monitor);
  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      if (g_str_equal (hr_source_get_name (source), name))
        {
          self->restored = TRUE;
          hr_sidebar_select (self->sidebar, source);
          return;
        }
    }
}

void
hr_main_window_show_records (HrMainWindow *self,
                             const char   *source,
                             gint64        moment_us)
{
  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  hr_main_window_select (self, source);
  if (hr_monitor_get_recorder (self->monitor) == NULL)
    return;

  self->records_us = moment_us;
  queue_show (self);
}

HrLiveView *
hr_main_window_get_live_view (HrMainWindow *self)
{
  g_return_val_if_fail (HR_IS_MAIN_WINDOW (self), NULL);

  return self->live;
}

/* Without a device that was ever attached nobody waits for one. */
void
hr_main_window_show_trouble (HrMainWindow *self)
{
  GListModel *sources;
  gboolean    seen = FALSE;

  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  /* A source may be forgotten for good by the very end of the window. */
  if (self->monitor == NULL)
    return;

  sources = hr_monitor_get_sources (self->monitor);
  for (guint i = 0; i < g_list_model_get_n_items (sources) && !seen; i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      seen = hr_source_get_group (source) == HR_GROUP_USB;
    }
  hr_sidebar_set_trouble (self->sidebar,
                          !seen && hr_remembered_has_devices (self->settings) ? hr_monitor_get_device_trouble (self->monitor) : NULL);
}

void
hr_main_window_toast (HrMainWindow *self,
                      const char   *text)
{
  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (text));
}

void
hr_main_window_toast_action (HrMainWindow *self,
                             const char   *text,
                             const char   *label,
                             const char   *action,
                             GVariant     *target)
{
  AdwToast *toast = adw_toast_new (text);

  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  adw_toast_set_button_label (toast, label);
  adw_toast_set_action_name (toast, action);
  adw_toast_set_action_target_value (toast, target);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static gboolean
present_tick_cb (GtkWidget     *widget,
                 GdkFrameClock *clock,
                 gpointer       dialog)
{
  gtk_window_present (dialog);

  return G_SOURCE_REMOVE;
}

/* Shows @dialog with the next frame: to measure all the text of a new window takes as long as to draw it. */
void
hr_main_window_present (HrMainWindow *self,
                        GtkWindow    *dialog)
{
  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  gtk_widget_add_tick_callback (GTK_WIDGET (self), present_tick_cb, g_object_ref (dialog), g_object_unref);
}

GtkWidget *
hr_words_new (const char *text,
              const char *css_class)
{
  GtkWidget *words = g_object_new (GTK_TYPE_LABEL,
                                   "label", text,
                                   "wrap", TRUE,
                                   "wrap-mode", PANGO_WRAP_WORD_CHAR,
                                   "justify", GTK_JUSTIFY_CENTER,
                                   "selectable", TRUE,
                                   "can-focus", FALSE,
                                   NULL);

  gtk_widget_add_css_class (words, css_class);

  return words;
}

/* The dialog's own heading and body break between words alone, which a file's path has none of, and on newer platforms it
 * complains of the width of its own heading. These also let themselves be copied. */
static GtkWidget *
new_message (const char *heading,
             const char *body)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  gtk_box_append (GTK_BOX (box), hr_words_new (heading, "title-2"));
  gtk_box_append (GTK_BOX (box), hr_words_new (body, "body"));

  return box;
}

void
hr_main_window_complain (HrMainWindow *self,
                         const char   *heading,
                         const char   *body)
{
  GtkWidget *dialog;

  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  dialog = adw_message_dialog_new (GTK_WINDOW (self), NULL, NULL);
  gtk_window_set_title (GTK_WINDOW (dialog), heading);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), new_message (heading, body));
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  hr_main_window_present (self, GTK_WINDOW (dialog));
}

static void
restore_state (HrMainWindow *self)
{
  g_autofree char *last = g_settings_get_string (self->settings, "last-source");

  g_settings_bind (self->settings, "width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "view", self->pages, "visible-child-name", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  self->restored = *last == '\0';
}

static void
follow (HrMainWindow *self)
{
  GListModel *sources = hr_monitor_get_sources (self->monitor);

  hr_live_view_follow (self->live, self->monitor);
  hr_history_view_follow (self->history, self->monitor, self->settings);
  _hr_main_window_follow_archive (self);
  hr_device_page_follow (self->device, self->monitor);
  hr_sidebar_follow (self->sidebar, self->monitor);
  g_signal_connect_object (self->monitor, "source-added", G_CALLBACK (monitor_source_cb), self, 0);
  g_signal_connect_object (self->monitor, "source-state", G_CALLBACK (monitor_source_cb), self, 0);
  g_signal_connect_object (self->monitor, "verdict-changed", G_CALLBACK (monitor_verdict_cb), self, 0);
  g_signal_connect_object (self->workload, "notify::running", G_CALLBACK (workload_running_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->workload, "not-started", G_CALLBACK (workload_not_started_cb), self, 0);
  g_signal_connect_object (self->workload, "failed", G_CALLBACK (workload_failed_cb), self, 0);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      offer_source (self, source);
    }
}

static void
hr_main_window_dispose (GObject *object)
{
  HrMainWindow *self = HR_MAIN_WINDOW (object);

  g_clear_handle_id (&self->warming, g_source_remove);
  g_clear_weak_pointer (&self->adding);
  /* They hold the chart and the pages, and GTK may hold the window's actions longer than the window. */
  if (self->monitor != NULL)
    {
      g_action_map_remove_action (G_ACTION_MAP (self), "freeze");
      g_action_map_remove_action (G_ACTION_MAP (self), "view");
    }
  g_clear_object (&self->monitor);
  g_clear_object (&self->workload);
  g_clear_object (&self->pairings);
  g_clear_object (&self->archive);
  g_clear_object (&self->sessions);
  g_clear_object (&self->session);
  g_clear_pointer (&self->page_before, g_free);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (hr_main_window_parent_class)->dispose (object);
}

static void
hr_main_window_class_init (HrMainWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_ARCHIVE_BAR);
  g_type_ensure (HR_TYPE_DEVICE_PAGE);
  g_type_ensure (HR_TYPE_HISTORY_VIEW);
  g_type_ensure (HR_TYPE_HOST_PAGE);
  g_type_ensure (HR_TYPE_JOB_BAR);
  g_type_ensure (HR_TYPE_LIVE_VIEW);
  g_type_ensure (HR_TYPE_RECORD_BUTTON);
  g_type_ensure (HR_TYPE_SIDEBAR);
  g_type_ensure (HR_TYPE_STATUS_LINE);
  g_type_ensure (HR_TYPE_VERDICT_BAR);

  G_OBJECT_CLASS (klass)->dispose = hr_main_window_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, HR_RESOURCES "/ui/main-window.ui");
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, title);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, sampling_button);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, workload_button);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, switcher);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, record);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, obstacle);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, jobs);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, verdict);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, views);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, history);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, live);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, device);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, host);
  gtk_widget_class_bind_template_child (widget_class, HrMainWindow, status);
  gtk_widget_class_bind_template_callback (widget_class, sidebar_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, sidebar_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, device_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, host_copied_cb);
}

static void
hr_main_window_init (HrMainWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

HrMainWindow *
hr_main_window_new (GtkApplication *application,
                    HrMonitor      *monitor,
                    HrWorkload     *workload,
                    HrPairings     *pairings,
                    HrArchive      *archive,
                    HrSessions     *sessions,
                    GSettings      *settings)
{
  HrMainWindow *self = g_object_new (HR_TYPE_MAIN_WINDOW, "application", application, NULL);

  self->monitor = g_object_ref (monitor);
  self->workload = g_object_ref (workload);
  self->pairings = g_object_ref (pairings);
  self->archive = g_object_ref (archive);
  self->sessions = g_object_ref (sessions);
  self->settings = g_object_ref (settings);
  restore_state (self);
  _hr_main_window_add_actions (self);
  follow (self);
  refresh_frame (self);
  hr_main_window_show_trouble (self);
  _hr_main_window_update_actions (self);

  return self;
}
