/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/monitor.h"

#include "engine/base/clock.h"
#include "engine/hub/hub.h"

#include <glib/gi18n-lib.h>

struct _HrMonitor
{
  GObject parent_instance;

  HrHub       *hub;
  HrAlertBook *alerts;
  HrContract  *contract;
  GHashTable  *verdicts; /* HrSource -> HrVerdict */
  guint        interval_ms;
};

G_DEFINE_FINAL_TYPE (HrMonitor, hr_monitor, G_TYPE_OBJECT)

enum
{
  SIGNAL_SOURCE_ADDED,
  SIGNAL_SOURCE_STATE,
  SIGNAL_SNAPSHOT,
  SIGNAL_VERDICT_CHANGED,
  SIGNAL_ALERT_RAISED,
  SIGNAL_ALERT_CLEARED,
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
  g_signal_emit (self, signals[SIGNAL_SOURCE_STATE], 0, source);
}

static void
hub_snapshot_cb (HrHub      *hub,
                 HrSource   *source,
                 HrSnapshot *snapshot,
                 HrMonitor  *self)
{
  g_signal_emit (self, signals[SIGNAL_SNAPSHOT], 0, source, snapshot);
  if (hr_source_is_live (source))
    judge (self, source, snapshot->end_ns, snapshot->time_us);
}

static void
alert_raised_cb (HrAlertBook *book,
                 HrAlert     *alert,
                 HrMonitor   *self)
{
  g_signal_emit (self, signals[SIGNAL_ALERT_RAISED], 0, alert);
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

  g_hash_table_unref (self->verdicts);
  g_object_unref (self->hub);
  g_object_unref (self->alerts);
  g_clear_pointer (&self->contract, hr_contract_unref);

  G_OBJECT_CLASS (hr_monitor_parent_class)->finalize (object);
}

static guint
new_signal (const char *name,
            GType       first,
            GType       second)
{
  return g_signal_new (name, HR_TYPE_MONITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, second == G_TYPE_NONE ? 1 : 2, first, second);
}

static void
hr_monitor_class_init (HrMonitorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_monitor_finalize;

  signals[SIGNAL_SOURCE_ADDED] = new_signal ("source-added", HR_TYPE_SOURCE, G_TYPE_NONE);
  signals[SIGNAL_SOURCE_STATE] = new_signal ("source-state", HR_TYPE_SOURCE, G_TYPE_NONE);
  signals[SIGNAL_SNAPSHOT] = new_signal ("snapshot", HR_TYPE_SOURCE, HR_TYPE_SNAPSHOT);
  signals[SIGNAL_VERDICT_CHANGED] = new_signal ("verdict-changed", HR_TYPE_SOURCE, G_TYPE_NONE);
  signals[SIGNAL_ALERT_RAISED] = new_signal ("alert-raised", HR_TYPE_ALERT, G_TYPE_NONE);
  signals[SIGNAL_ALERT_CLEARED] = new_signal ("alert-cleared", HR_TYPE_ALERT, G_TYPE_NONE);
}

static void
hr_monitor_init (HrMonitor *self)
{
  self->interval_ms = 100;
  self->verdicts = g_hash_table_new_full (NULL, NULL, g_object_unref, verdict_free);
  self->alerts = hr_alert_book_new ();
  self->hub = hr_hub_new ();
  g_signal_connect_object (self->alerts, "raised", G_CALLBACK (alert_raised_cb), self, 0);
  g_signal_connect_object (self->alerts, "cleared", G_CALLBACK (alert_cleared_cb), self, 0);
  g_signal_connect_object (self->hub, "source-added", G_CALLBACK (hub_source_added_cb), self, 0);
  g_signal_connect_object (self->hub, "source-state", G_CALLBACK (hub_source_state_cb), self, 0);
  g_signal_connect_object (self->hub, "snapshot", G_CALLBACK (hub_snapshot_cb), self, 0);
}

/* Makes a monitor that starts the agent for this computer at once and judges by @contract.
 * @agent: its program and arguments; the descriptor of its socket is added. Returns: (transfer full) */
HrMonitor *
hr_monitor_new (const char *const *agent,
                HrContract        *contract)
{
  HrMonitor *self = g_object_new (HR_TYPE_MONITOR, NULL);
  g_autoptr (HrConnector) connector = hr_connector_new_spawn (agent);

  self->contract = hr_contract_ref (contract);
  hr_hub_add (self->hub, connector, g_get_host_name ());

  return self;
}

/* Returns: (transfer none): a list model of HrSource, each computer before its programs. */
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

  if (verdict != NULL)
    return hr_verdict_sentence (verdict, over_since (self, source, verdict));

  return g_strdup (message != NULL ? message : _ ("Waiting for the first numbers"));
}

static void
set_sampling (HrMonitor *self,
              HrSource  *source,
              gboolean   sampling)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, source);

  if (peer != NULL)
    hr_peer_set_sampling (peer, source, sampling);
}

/* Lets @source sample again. */
void
hr_monitor_start_sampling (HrMonitor *self,
                           HrSource  *source)
{
  set_sampling (self, source, TRUE);
}

/* Freezes sampling in @source itself: its program records nothing until it is started again. */
void
hr_monitor_stop_sampling (HrMonitor *self,
                          HrSource  *source)
{
  set_sampling (self, source, FALSE);
}

/* Asks the program behind @source to free what it can, through the callback it gave its probe; its answer shows in its
 * memory. Nothing happens for a source that is not connected, or a program without a callback. */
void
hr_monitor_request_cleanup (HrMonitor *self,
                            HrSource  *source)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, source);

  if (peer != NULL)
    hr_peer_request_cleanup (peer, source);
}

/* Watches @source again after hr_monitor_disconnect (), or tries at once to reach it. */
void
hr_monitor_connect (HrMonitor *self,
                    HrSource  *source)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, source);

  if (peer != NULL)
    hr_peer_connect (peer, source);
}

/* Stops watching @source, until it is connected again. A computer takes its programs with it. */
void
hr_monitor_disconnect (HrMonitor *self,
                       HrSource  *source)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, source);

  if (peer != NULL)
    hr_peer_disconnect (peer, source);
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
