/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/monitor-private.h"

#include "engine/base/clock.h"

#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (HrMonitor, hr_monitor, G_TYPE_OBJECT)

enum
{
  SIGNAL_SOURCE_ADDED,
  SIGNAL_SOURCE_REMOVED,
  SIGNAL_SOURCE_STATE,
  SIGNAL_SNAPSHOT,
  SIGNAL_VERDICT_CHANGED,
  SIGNAL_ALERT_RAISED,
  SIGNAL_ALERT_CLEARED,
  SIGNAL_RAW_WINDOW,
  SIGNAL_REFUSED,
  SIGNAL_LOG_LINE,
  SIGNAL_DEVICES_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
verdict_free (gpointer data)
{
  hr_verdict_clear (data);
  g_free (data);
}

/* Judges @source as it stands at @now_ns (UTC @now_us) and tells alerts and listeners. */
static void
judge (HrMonitor *self,
       HrSource  *source,
       gint64     now_ns,
       gint64     now_us)
{
  HrVerdict *verdict = g_new0 (HrVerdict, 1);

  hr_verdict_judge (verdict, self->contract, hr_source_get_name (source), hr_source_get_history (source), now_ns);
  g_hash_table_insert (self->verdicts, g_object_ref (source), verdict);
  hr_alert_book_judge (self->alerts, hr_source_get_name (source), verdict, now_ns, now_us);
  g_signal_emit (self, signals[SIGNAL_VERDICT_CHANGED], 0, source);
}

static void
hub_source_added_cb (HrHub     *hub,
                     HrSource  *source,
                     HrMonitor *self)
{
  g_signal_emit (self, signals[SIGNAL_SOURCE_ADDED], 0, source);
}

/* Nothing stays of a source that was forgotten. */
static void
hub_source_removed_cb (HrHub     *hub,
                       HrSource  *source,
                       HrMonitor *self)
{
  hr_monitor_raw_forget (self, source);
  g_hash_table_remove (self->verdicts, source);
  hr_alert_book_forget (self->alerts, hr_source_get_name (source), g_get_real_time ());
  g_signal_emit (self, signals[SIGNAL_SOURCE_REMOVED], 0, source);
}

/* A source that is not live has no verdict: nothing old is shown as the present. */
static void
hub_source_state_cb (HrHub     *hub,
                     HrSource  *source,
                     HrMonitor *self)
{
  HrSourceState state = hr_source_get_state (source);

  if (state == HR_SOURCE_LOST || state == HR_SOURCE_DISCONNECTED || state == HR_SOURCE_STOPPED)
    {
      g_hash_table_remove (self->verdicts, source);
      hr_alert_book_drop (self->alerts, hr_source_get_name (source), g_get_real_time ());
      g_signal_emit (self, signals[SIGNAL_VERDICT_CHANGED], 0, source);
    }
  hr_monitor_raw_note_state (self, source);
  g_signal_emit (self, signals[SIGNAL_SOURCE_STATE], 0, source);
}

static void
hub_snapshot_cb (HrHub      *hub,
                 HrSource   *source,
                 HrSnapshot *snapshot,
                 HrMonitor  *self)
{
  g_signal_emit (self, signals[SIGNAL_SNAPSHOT], 0, source, snapshot);

  /* Whoever heard of it may have forgotten the source. */
  if (hr_source_is_live (source) && hr_hub_find_peer (hub, source) != NULL)
    judge (self, source, snapshot->end_ns, snapshot->time_us);
}

static void
refused_cb (gpointer    stage,
            HrSource   *origin,
            guint64     pid,
            const char *reason,
            HrMonitor  *self)
{
  g_signal_emit (self, signals[SIGNAL_REFUSED], 0, origin, pid, reason);
}

static void
devices_changed_cb (HrDevices *devices,
                    HrMonitor *self)
{
  g_signal_emit (self, signals[SIGNAL_DEVICES_CHANGED], 0);
}

static void
devices_log_line_cb (HrDevices       *devices,
                     HrSource        *device,
                     const HrLogLine *line,
                     HrMonitor       *self)
{
  g_signal_emit (self, signals[SIGNAL_LOG_LINE], 0, device, line);
}

static void
alert_raised_cb (HrAlertBook *book,
                 HrAlert     *alert,
                 HrMonitor   *self)
{
  g_signal_emit (self, signals[SIGNAL_ALERT_RAISED], 0, alert);
  hr_monitor_raw_keep (self, alert);
}

static void
alert_cleared_cb (HrAlertBook *book,
                  HrAlert     *alert,
                  HrMonitor   *self)
{
  g_signal_emit (self, signals[SIGNAL_ALERT_CLEARED], 0, alert);
}

static void
hr_monitor_finalize (GObject *object)
{
  HrMonitor *self = HR_MONITOR (object);

  g_clear_object (&self->recording);
  hr_monitor_raw_free (self->raw);
  g_hash_table_unref (self->verdicts);
  g_clear_object (&self->devices);
  g_object_unref (self->hub);
  g_object_unref (self->alerts);
  g_clear_pointer (&self->contract, hr_contract_unref);

  G_OBJECT_CLASS (hr_monitor_parent_class)->finalize (object);
}

static guint
new_signal (const char *name,
            guint       n_params,
            GType       first,
            GType       second,
            GType       third)
{
  return g_signal_new (name, HR_TYPE_MONITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, n_params, first, second, third);
}

static void
hr_monitor_class_init (HrMonitorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_monitor_finalize;

  signals[SIGNAL_SOURCE_ADDED] = new_signal ("source-added", 1, HR_TYPE_SOURCE, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_SOURCE_REMOVED] = new_signal ("source-removed", 1, HR_TYPE_SOURCE, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_SOURCE_STATE] = new_signal ("source-state", 1, HR_TYPE_SOURCE, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_SNAPSHOT] = new_signal ("snapshot", 2, HR_TYPE_SOURCE, HR_TYPE_SNAPSHOT, G_TYPE_NONE);
  signals[SIGNAL_VERDICT_CHANGED] = new_signal ("verdict-changed", 1, HR_TYPE_SOURCE, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_ALERT_RAISED] = new_signal ("alert-raised", 1, HR_TYPE_ALERT, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_ALERT_CLEARED] = new_signal ("alert-cleared", 1, HR_TYPE_ALERT, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_RAW_WINDOW] = new_signal ("raw-window", 2, HR_TYPE_SOURCE, G_TYPE_POINTER, G_TYPE_NONE);
  signals[SIGNAL_REFUSED] = new_signal ("refused", 3, HR_TYPE_SOURCE, G_TYPE_UINT64, G_TYPE_STRING);
  signals[SIGNAL_LOG_LINE] = new_signal ("log-line", 2, HR_TYPE_SOURCE, G_TYPE_POINTER, G_TYPE_NONE);
  signals[SIGNAL_DEVICES_CHANGED] = new_signal ("devices-changed", 0, G_TYPE_NONE, G_TYPE_NONE, G_TYPE_NONE);
}

static void
hr_monitor_init (HrMonitor *self)
{
  self->interval_ms = 100;
  self->verdicts = g_hash_table_new_full (NULL, NULL, g_object_unref, verdict_free);
  self->alerts = hr_alert_book_new ();
  self->hub = hr_hub_new ();
  self->raw = hr_monitor_raw_new ();
  g_signal_connect_object (self->alerts, "raised", G_CALLBACK (alert_raised_cb), self, 0);
  g_signal_connect_object (self->alerts, "cleared", G_CALLBACK (alert_cleared_cb), self, 0);
  g_signal_connect_object (self->hub, "source-added", G_CALLBACK (hub_source_added_cb), self, 0);
  g_signal_connect_object (self->hub, "source-removed", G_CALLBACK (hub_source_removed_cb), self, 0);
  g_signal_connect_object (self->hub, "refused", G_CALLBACK (refused_cb), self, 0);
  g_signal_connect_object (self->hub, "source-state", G_CALLBACK (hub_source_state_cb), self, 0);
  g_signal_connect_object (self->hub, "snapshot", G_CALLBACK (hub_snapshot_cb), self, 0);
}

/* Adds this computer, whose agent is reached by @opener. */
static void
add_computer (HrMonitor *self,
              HrOpener  *opener)
{
  HrOrigin origin = { HR_SOURCE_COMPUTER, HR_GROUP_COMPUTER, HR_SOURCE_LOCAL_ADDRESS, g_get_host_name () };
  HrPeer  *peer = hr_hub_add (self->hub, opener, &origin);

  hr_peer_connect (peer, hr_peer_get_origin (peer));
}

/* Makes a monitor that judges by @contract, and starts the agent for this computer at once.
 * @agent: (nullable): its program and arguments; the descriptor of its socket is added. NULL: this computer is not watched.
 * Returns: (transfer full) */
HrMonitor *
hr_monitor_new (const char *const *agent,
                HrContract        *contract)
{
  HrMonitor *self = g_object_new (HR_TYPE_MONITOR, NULL);

  self->contract = hr_contract_ref (contract);
  if (agent != NULL)
    {
      g_autoptr (HrOpener) opener = hr_opener_new_spawn (agent);

      add_computer (self, opener);
    }

  return self;
}

/* Adds this computer to a monitor that was made without an agent: as a source that nothing comes from, for the reason @why. */
void
hr_monitor_bar_computer (HrMonitor    *self,
                         const GError *why)
{
  g_autoptr (HrOpener) opener = hr_opener_new_barred (why);

  add_computer (self, opener);
}

/* Looks for devices from now on, once. @usbmux: (nullable): where the multiplexer is, as USBMUXD_SOCKET_ADDRESS says it; NULL: as
 * that variable says, or else at its usual place */
void
hr_monitor_follow_devices (HrMonitor  *self,
                           const char *usbmux)
{
  g_autoptr (HrUsbmux) multiplexer = NULL;

  if (self->devices != NULL)
    return;

  multiplexer = hr_usbmux_new (usbmux);
  self->devices = hr_devices_new (self->hub, multiplexer);
  g_signal_connect_object (self->devices, "changed", G_CALLBACK (devices_changed_cb), self, 0);
  g_signal_connect_object (self->devices, "refused", G_CALLBACK (refused_cb), self, 0);
  g_signal_connect_object (self->devices, "log-line", G_CALLBACK (devices_log_line_cb), self, 0);
  hr_devices_start (self->devices);
}

/* Returns: (transfer none) (nullable): why no devices can be seen, for people; NULL while they can, or are not looked for. */
const char *
hr_monitor_get_device_trouble (HrMonitor *self)
{
  return self->devices != NULL ? hr_devices_get_trouble (self->devices) : NULL;
}

/* Returns: (transfer none): a list model of HrSource, each computer or device before its programs. */
GListModel *
hr_monitor_get_sources (HrMonitor *self)
{
  return G_LIST_MODEL (self->hub);
}

/* Returns: (transfer none): all alerts, newest first. */
HrAlertBook *
hr_monitor_get_alerts (HrMonitor *self)
{
  return self->alerts;
}

/* Returns: (transfer none): what sources are judged by. */
HrContract *
hr_monitor_get_contract (HrMonitor *self)
{
  return self->contract;
}

/* Judges by @contract from now on, and every live source at once. Alerts of the old contract end. */
void
hr_monitor_set_contract (HrMonitor  *self,
                         HrContract *contract)
{
  gint64 now_ns = (gint64) hr_clock_monotonic ();
  gint64 now_us = g_get_real_time ();

  if (contract == self->contract)
    return;

  hr_contract_ref (contract);
  hr_contract_unref (self->contract);
  self->contract = contract;
  if (self->recording != NULL)
    hr_monitor_recording_tell_contract (self->recording);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hub)); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (G_LIST_MODEL (self->hub), i);

      hr_alert_book_drop (self->alerts, hr_source_get_name (source), now_us);
      if (hr_source_is_live (source))
        judge (self, source, now_ns, now_us);
    }
}

/* Returns: (transfer none) (nullable): how @source stands now; NULL while nothing live has arrived. Valid until
 * its next "verdict-changed". */
const HrVerdict *
hr_monitor_get_verdict (HrMonitor *self,
                        HrSource  *source)
{
  return g_hash_table_lookup (self->verdicts, source);
}

/* How long the worst budget of @verdict has been over. */
static gint64
over_since (HrMonitor       *self,
            HrSource        *source,
            const HrVerdict *verdict)
{
  const HrJudgement *worst;
  HrHistory         *history = hr_source_get_history (source);
  guint              n = hr_history_get_n_snapshots (history);

  if (verdict->worst_index < 0 || n == 0)
    return 0;

  worst = &verdict->judgements[verdict->worst_index];

  return hr_alert_book_get_over (self->alerts, hr_source_get_name (source), worst->budget->name,
                                 hr_history_get_snapshot (history, n - 1)->end_ns);
}

/* Returns: (transfer full): the one sentence about @source that stands under the header bar. */
char *
hr_monitor_get_sentence (HrMonitor *self,
                         HrSource  *source)
{
  const HrVerdict *verdict = hr_monitor_get_verdict (self, source);
  const char      *message = hr_source_get_message (source);

  /* What stands in the way of a device's numbers says more than the few that it tells by itself. */
  if (verdict != NULL && (message == NULL || hr_source_get_role (source) != HR_SOURCE_DEVICE))
    return hr_verdict_sentence (verdict, over_since (self, source, verdict));

  return g_strdup (message != NULL ? message : _ ("Waiting for the first numbers"));
}

/* Has a snapshot cut every @interval_ms, in 10..60 000. */
void
hr_monitor_set_interval (HrMonitor *self,
                         guint      interval_ms)
{
  self->interval_ms = CLAMP (interval_ms, 10, 60000);
  hr_hub_set_interval (self->hub, self->interval_ms);
}

/* Returns how often snapshots are cut, in milliseconds. */
guint
hr_monitor_get_interval (HrMonitor *self)
{
  return self->interval_ms;
}
