/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/main-window-private.h"

#include <glib/gi18n.h>

static void
sampling_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);
  HrSource     *source = hr_main_window_get_source (self);

  if (hr_source_get_state (source) == HR_SOURCE_STOPPED)
    hr_monitor_start_sampling (self->monitor, source);
  else
    hr_monitor_stop_sampling (self->monitor, source);
}

static void
connect_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);

  hr_monitor_connect (self->monitor, hr_main_window_get_source (self));
}

static void
disconnect_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);

  hr_monitor_disconnect (self->monitor, hr_main_window_get_source (self));
}

/* Whether the program has anything to free, its memory will tell. */
static void
free_memory_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  HrMainWindow    *self = HR_MAIN_WINDOW (user_data);
  HrSource        *source = hr_main_window_get_source (self);
  g_autofree char *text = g_strdup_printf (_ ("Asked %s to free memory"), hr_source_get_title (source));

  hr_monitor_request_cleanup (self->monitor, source);
  hr_main_window_toast (self, text);
}

static void
start_workload_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);

  self->expects_workload = TRUE;
  hr_workload_start (self->workload);
}

static void
stop_workload_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  hr_workload_stop (HR_MAIN_WINDOW (user_data)->workload);
}

static void
sidebar_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  AdwFlap *flap = HR_MAIN_WINDOW (user_data)->flap;

  adw_flap_set_reveal_flap (flap, !adw_flap_get_reveal_flap (flap));
}

static void
menu_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  gtk_menu_button_popup (HR_MAIN_WINDOW (user_data)->menu_button);
}

/* In place of GTK's own, which shows it at once. */
static void
show_help_overlay_cb (GSimpleAction *action,
                      GVariant      *parameter,
                      gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);

  hr_main_window_present (self, GTK_WINDOW (gtk_application_window_get_help_overlay (GTK_APPLICATION_WINDOW (self))));
}

/* Leads from an alert to what was recorded around it; with the next frame, since that is another page full of text. */
static void
show_records_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  const char *source;
  gint64      moment_us;

  g_variant_get (parameter, "(&sx)", &source, &moment_us);
  hr_main_window_show_records (HR_MAIN_WINDOW (user_data), source, moment_us);
}

static const GActionEntry entries[] = {
  { "sampling", sampling_cb },
  { "connect", connect_cb },
  { "disconnect", disconnect_cb },
  { "free-memory", free_memory_cb },
  { "start-workload", start_workload_cb },
  { "stop-workload", stop_workload_cb },
  { "sidebar", sidebar_cb },
  { "menu", menu_cb },
  { "show-help-overlay", show_help_overlay_cb },
  { "show-records", show_records_cb, "(sx)" },
};

/* Actions of the action map and not of the widget class, because only those are exported on the bus. */
void
_hr_main_window_add_actions (HrMainWindow *self)
{
  g_autoptr (GPropertyAction) freeze = g_property_action_new ("freeze", hr_live_view_get_chart (self->live), "frozen");
  g_autoptr (GPropertyAction) view = g_property_action_new ("view", self->pages, "visible-child-name");

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (freeze));
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (view));
  _hr_main_window_add_source_actions (self);
  _hr_main_window_add_budget_actions (self);
}

void
_hr_main_window_enable (HrMainWindow *self,
                        const char   *name,
                        gboolean      enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
show_sampling (HrMainWindow *self,
               gboolean      stopped)
{
  const char *text = stopped ? _ ("Resume sampling") : _ ("Pause sampling");

  gtk_button_set_icon_name (GTK_BUTTON (self->sampling_button), stopped ? "media-playback-start-symbolic" : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (self->sampling_button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->sampling_button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
show_workload (HrMainWindow *self,
               gboolean      running)
{
  gtk_button_set_label (GTK_BUTTON (self->workload_button),
                        running ? _ ("Stop the Thompson workload") : _ ("Start the Thompson workload"));
  gtk_label_set_wrap (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (self->workload_button))), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->workload_button),
                                  running ? "win.stop-workload" : "win.start-workload");
}

/* Enables what makes sense for the selected source as it stands. */
void
_hr_main_window_update_actions (HrMainWindow *self)
{
  HrSource     *source = hr_main_window_get_source (self);
  HrSourceState state = source != NULL ? hr_source_get_state (source) : HR_SOURCE_DISCONNECTED;
  gboolean      connected = state == HR_SOURCE_CONNECTED || state == HR_SOURCE_STOPPED;
  gboolean      running = hr_workload_is_running (self->workload);

  if (g_action_map_lookup_action (G_ACTION_MAP (self), "sampling") == NULL)
    return;

  _hr_main_window_enable (self, "sampling", connected);
  _hr_main_window_enable (self, "free-memory", connected && hr_source_get_role (source) == HR_SOURCE_PROCESS);
  _hr_main_window_enable (self, "connect", source != NULL && (state == HR_SOURCE_DISCONNECTED || state == HR_SOURCE_LOST));
  _hr_main_window_enable (self, "disconnect", source != NULL && state != HR_SOURCE_DISCONNECTED);
  /* Where this computer cannot be measured nothing would be seen of it. */
  _hr_main_window_enable (self, "start-workload", !running && !hr_host_page_is_closed (self->host));
  _hr_main_window_enable (self, "stop-workload", running);
  show_sampling (self, state == HR_SOURCE_STOPPED);
  show_workload (self, running);
  _hr_main_window_update_source_actions (self, source);
}
