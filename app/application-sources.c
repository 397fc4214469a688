/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/application-private.h"
#include "app/remembered.h"

#include <glib/gi18n.h>

static void
monitor_added_cb (HrMonitor     *monitor,
                  HrSource      *source,
                  HrApplication *self)
{
  hr_remembered_restore (self->settings, source);
  if (self->window != NULL)
    hr_main_window_show_trouble (self->window);
}

static void
monitor_removed_cb (HrMonitor     *monitor,
                    HrSource      *source,
                    HrApplication *self)
{
  if (self->window != NULL)
    hr_main_window_show_trouble (self->window);
}

static void
monitor_state_cb (HrMonitor     *monitor,
                  HrSource      *source,
                  HrApplication *self)
{
  if (hr_source_get_group (source) == HR_GROUP_NETWORK && hr_source_is_live (source))
    hr_pairings_see (self->pairings, hr_source_get_address (source), g_get_real_time () / G_USEC_PER_SEC);
}

static void
monitor_refused_cb (HrMonitor     *monitor,
                    HrSource      *computer,
                    guint64        pid,
                    const char    *reason,
                    HrApplication *self)
{
  g_autofree char *text = g_strdup_printf (_ ("Process %" G_GUINT64_FORMAT " is not watched: %s"), pid, reason);

  if (self->window != NULL)
    hr_main_window_toast (self->window, text);
}

static void
monitor_devices_cb (HrApplication *self)
{
  if (self->window != NULL)
    hr_main_window_show_trouble (self->window);
}

/* A source of last time that cannot even be tried tells so among the network sources, not in a dialog at every start. */
static void
pairings_restored_cb (HrPairings      *pairings,
                      const HrAddress *address,
                      HrApplication   *self)
{
  g_autoptr (GError) error = NULL;

  if (hr_monitor_add (self->monitor, address, &error) == NULL)
    g_debug ("not restored: %s", error->message);
}

/* Brings back what is known of sources, looks for devices, and remembers what comes. */
void
_hr_application_follow_sources (HrApplication *self)
{
  GListModel *sources = hr_monitor_get_sources (self->monitor);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      hr_remembered_restore (self->settings, source);
    }

  self->pairings = hr_pairings_new (self->settings, &hr_secret_token_store, NULL);
  g_signal_connect_object (self->monitor, "source-added", G_CALLBACK (monitor_added_cb), self, 0);
  g_signal_connect_object (self->monitor, "source-removed", G_CALLBACK (monitor_removed_cb), self, 0);
  g_signal_connect_object (self->monitor, "source-state", G_CALLBACK (monitor_state_cb), self, 0);
  g_signal_connect_object (self->monitor, "refused", G_CALLBACK (monitor_refused_cb), self, 0);
  g_signal_connect_object (self->monitor, "devices-changed", G_CALLBACK (monitor_devices_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pairings, "restored", G_CALLBACK (pairings_restored_cb), self, 0);
  hr_monitor_follow_devices (self->monitor, NULL);
  hr_pairings_restore (self->pairings);
}
