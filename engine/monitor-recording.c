/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the monitor tells a recorder: every snapshot, how alerts stand, the contract in force, and what else happened to sources. It hears of
 * these by the monitor's own signals. */

#include "engine/monitor-private.h"

#include "engine/base/clock.h"
#include "engine/model/overhead.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define OVERHEAD_INTERVAL_NS (10 * HR_NS_PER_SECOND)
#define CLOCK_INTERVAL_US (60 * G_USEC_PER_SEC)
#define LOSS_INTERVAL_US G_USEC_PER_SEC

/* Clocks that differ by less are the same. */
#define LEAST_CLOCK_ERROR_NS 1000

/* What was told of a source. */
typedef struct
{
  HrSourceState state;
  gint64        clock_error_ns; /* negative: nothing */
  gint64        clock_us;
  guint64       n_lost; /* records that are still to be told of */
  gint64        loss_us;
} Told;

struct _HrMonitorRecording
{
  GObject parent_instance;

  HrMonitor  *monitor; /* whose it is */
  HrRecorder *recorder;
  GHashTable *told; /* HrSource -> Told */
  HrOverhead  own;
};

G_DEFINE_FINAL_TYPE (HrMonitorRecording, hr_monitor_recording, G_TYPE_OBJECT)

static gboolean
is_recorded (HrMonitorRecording *self,
             HrSource           *source)
{
  return self->monitor->recorded == NULL || self->monitor->recorded (source, self->monitor->recorded_data);
}

static Told *
find_told (HrMonitorRecording *self,
           HrSource           *source)
{
  Told *told = g_hash_table_lookup (self->told, source);

  if (told == NULL)
    {
      told = g_new0 (Told, 1);
      told->clock_error_ns = -1;
      g_hash_table_insert (self->told, g_object_ref (source), told);
    }

  return told;
}

static void
add_mark (HrMonitorRecording *self,
          HrMarkKind          kind,
          gint64              time_us,
          HrSource           *source,
          const char         *text,
          guint64             n,
          double              value)
{
  HrMark mark = { kind, time_us, source != NULL ? (char *) hr_source_get_name (source) : NULL, (char *) text, n, value };

  hr_recorder_add_mark (self->recorder, &mark);
}

static void
tell_loss (HrMonitorRecording *self,
           HrSource           *source,
           Told               *told,
           gint64              time_us)
{
  g_autofree char *text = NULL;

  if (told->n_lost == 0)
    return;

  text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%" G_GUINT64_FORMAT " record was overtaken before anybody read it; it stands in the totals",
                                       "%" G_GUINT64_FORMAT " records were overtaken before anybody read them; they stand in the totals", told->n_lost),
                          told->n_lost);
  add_mark (self, HR_MARK_LOSS, time_us, source, text, told->n_lost, NAN);
  told->n_lost = 0;
  told->loss_us = time_us;
}

/* Losses of a second are one mark. */
static void
take_loss (HrMonitorRecording *self,
           HrSource           *source,
           const HrSnapshot   *snapshot)
{
  Told *told = find_told (self, source);

  told->n_lost += snapshot->lost;
  if (snapshot->catch_up)
    add_mark (self, HR_MARK_LOSS, snapshot->time_us, source, _ ("Nobody watched for a while; what was counted meanwhile was made up for"), 0, NAN);
  if (snapshot->time_us - told->loss_us >= LOSS_INTERVAL_US)
    tell_loss (self, source, told, snapshot->time_us);
}

/* How a clock stands is told again when it changed by more than half, and every minute. */
static void
take_clock (HrMonitorRecording *self,
            HrSource           *source,
            gint64              time_us)
{
  Told            *told = find_told (self, source);
  gint64           error_ns = hr_source_get_quality (source)->clock_error_ns;
  gboolean         changed = ABS (error_ns - told->clock_error_ns) > MAX (told->clock_error_ns / 2, LEAST_CLOCK_ERROR_NS);
  g_autofree char *text = NULL;

  if (error_ns < 0 || (told->clock_error_ns >= 0 && !changed && time_us - told->clock_us < CLOCK_INTERVAL_US))
    return;

  text = g_strdup_printf (_ ("Clock known to ±%.3f ms"), (double) error_ns / HR_NS_PER_MS);
  add_mark (self, HR_MARK_CLOCK, time_us, source, text, 0, (double) error_ns / HR_NS_PER_MS);
  told->clock_error_ns = error_ns;
  told->clock_us = time_us;
}

/* What watching costs is this program's own share and that of the agent of this computer. The first is told as soon as it is known. */
static void
take_overhead (HrMonitorRecording *self,
               gint64              time_us)
{
  gint64           now_ns = (gint64) hr_clock_monotonic ();
  double           agent = hr_monitor_get_agent_share (self->monitor);
  g_autofree char *text = NULL;

  if (self->own.measured && now_ns - self->own.wall_ns < OVERHEAD_INTERVAL_NS)
    return;
  if (!hr_overhead_advance (&self->own, now_ns, hr_overhead_process_cpu (), g_get_num_processors ()))
    return;

  text = g_strdup_printf (_ ("Of this computer’s processors this program took %.2f %%, the agent %.2f %%"), 100 * self->own.share, isnan (agent) ? 0 : 100 * agent);
  add_mark (self, HR_MARK_OVERHEAD, time_us, NULL, text, 0, self->own.share + (isnan (agent) ? 0 : agent));
}

static void
snapshot_cb (HrMonitor          *monitor,
             HrSource           *source,
             HrSnapshot         *snapshot,
             HrMonitorRecording *self)
{
  take_overhead (self, snapshot->time_us);
  if (!is_recorded (self, source))
    return;

  hr_recorder_add_snapshot (self->recorder, source, hr_monitor_get_origin (monitor, source), snapshot);
  take_loss (self, source, snapshot);
  take_clock (self, source, snapshot->time_us);
}

static const char *
word_state (HrSourceState state)
{
  switch (state)
    {
    case HR_SOURCE_CONNECTED:
      return _ ("Connected");
    case HR_SOURCE_STOPPED:
      return _ ("Sampling stopped");
    case HR_SOURCE_LOST:
      return _ ("Lost");
    case HR_SOURCE_DISCONNECTED:
      return _ ("Disconnected");
    case HR_SOURCE_CONNECTING:
    case HR_N_SOURCE_STATES:
    default:
      return _ ("Connecting");
    }
}

/* Messages come and go while a state lasts; the one that it began with stays. */
static void
source_state_cb (HrMonitor          *monitor,
                 HrSource           *source,
                 HrMonitorRecording *self)
{
  Told            *told = find_told (self, source);
  HrSourceState    state = hr_source_get_state (source);
  const char      *message = hr_source_get_message (source);
  g_autofree char *text = NULL;

  if (state == told->state || !is_recorded (self, source))
    return;

  tell_loss (self, source, told, g_get_real_time ());
  told->state = state;
  text = message != NULL ? g_strdup_printf ("%s: %s", word_state (state), message) : g_strdup (word_state (state));
  add_mark (self, HR_MARK_STATE, g_get_real_time (), source, text, 0, NAN);
}

static void
source_removed_cb (HrMonitor          *monitor,
                   HrSource           *source,
                   HrMonitorRecording *self)
{
  if (is_recorded (self, source))
    add_mark (self, HR_MARK_STATE, g_get_real_time (), source, _ ("Not watched any more"), 0, NAN);
  g_hash_table_remove (self->told, source);
}

/* Its being cleared is a change as well. */
static void
alert_changed_cb (HrAlert            *alert,
                  HrMonitorRecording *self)
{
  hr_recorder_add_alert (self->recorder, alert);
  if (!hr_alert_is_active (alert))
    g_signal_handlers_disconnect_by_func (alert, alert_changed_cb, self);
}

/* Whether the source of @alert is recorded; one that is not there any more was. */
static gboolean
is_alert_recorded (HrMonitorRecording *self,
                   HrAlert            *alert)
{
  GListModel *sources = hr_monitor_get_sources (self->monitor);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      if (g_str_equal (hr_source_get_name (source), hr_alert_get_source (alert)))
        return is_recorded (self, source);
    }

  return TRUE;
}

static void
alert_raised_cb (HrMonitor          *monitor,
                 HrAlert            *alert,
                 HrMonitorRecording *self)
{
  if (!is_alert_recorded (self, alert))
    return;

  hr_recorder_add_alert (self->recorder, alert);
  g_signal_connect_object (alert, "changed", G_CALLBACK (alert_changed_cb), self, 0);
}

static void
hr_monitor_recording_finalize (GObject *object)
{
  HrMonitorRecording *self = HR_MONITOR_RECORDING (object);

  g_object_unref (self->recorder);
  g_hash_table_unref (self->told);

  G_OBJECT_CLASS (hr_monitor_recording_parent_class)->finalize (object);
}

static void
hr_monitor_recording_class_init (HrMonitorRecordingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_monitor_recording_finalize;
}

static void
hr_monitor_recording_init (HrMonitorRecording *self)
{
  self->told = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
}

/* Tells the recorder by which contract sources are judged from now on. */
void
hr_monitor_recording_tell_contract (HrMonitorRecording *self)
{
  HrContract *contract = self->monitor->contract;

  hr_recorder_add_contract (self->recorder, hr_contract_get_file (contract), hr_contract_get_text (contract));
}

/* Tells the recorder that the program behind @source was asked to free memory. */
void
hr_monitor_recording_tell_cleanup (HrMonitorRecording *self,
                                   HrSource           *source)
{
  if (is_recorded (self, source))
    add_mark (self, HR_MARK_CLEANUP, g_get_real_time (), source, _ ("Asked to free memory"), 0, NAN);
}

/* Says where things stand when recording begins: what is active belongs to it. */
static void
tell_present (HrMonitorRecording *self)
{
  GListModel *sources = hr_monitor_get_sources (self->monitor);
  GListModel *alerts = G_LIST_MODEL (self->monitor->alerts);

  hr_monitor_recording_tell_contract (self);
  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      find_told (self, source)->state = hr_source_get_state (source);
    }
  for (guint i = g_list_model_get_n_items (alerts); i > 0; i--)
    {
      g_autoptr (HrAlert) alert = g_list_model_get_item (alerts, i - 1);

      if (hr_alert_is_active (alert))
        alert_raised_cb (self->monitor, alert, self);
    }
}

static HrMonitorRecording *
recording_new (HrMonitor  *monitor,
               HrRecorder *recorder)
{
  HrMonitorRecording *self = g_object_new (HR_TYPE_MONITOR_RECORDING, NULL);

  self->monitor = monitor;
  self->recorder = g_object_ref (recorder);
  tell_present (self);
  g_signal_connect_object (monitor, "snapshot", G_CALLBACK (snapshot_cb), self, 0);
  g_signal_connect_object (monitor, "source-state", G_CALLBACK (source_state_cb), self, 0);
  g_signal_connect_object (monitor, "source-removed", G_CALLBACK (source_removed_cb), self, 0);
  g_signal_connect_object (monitor, "alert-raised", G_CALLBACK (alert_raised_cb), self, 0);

  return self;
}

/* Has @recorder told of everything from now on, instead of the one before. It is closed by whoever made it, after it is taken off.
 * @recorder: (nullable): NULL: nothing is recorded */
void
hr_monitor_set_recorder (HrMonitor  *self,
                         HrRecorder *recorder)
{
  if (hr_monitor_get_recorder (self) == recorder)
    return;

  hr_monitor_raw_flush (self);
  g_clear_object (&self->recording);
  if (recorder != NULL)
    self->recording = recording_new (self, recorder);
}

/* Returns: (transfer none) (nullable): who is told of everything. */
HrRecorder *
hr_monitor_get_recorder (HrMonitor *self)
{
  return self->recording != NULL ? self->recording->recorder : NULL;
}

/* Records only the sources that @recorded returns TRUE for. @recorded: (nullable) (scope forever): NULL: all. It is asked with every snapshot. */
void
hr_monitor_set_recorded (HrMonitor     *self,
                         HrRecordedFunc recorded,
                         gpointer       user_data)
{
  self->recorded = recorded;
  self->recorded_data = user_data;
}

/* Returns what the agent of this computer measures as its own share of the machine; NaN: it has not yet. */
double
hr_monitor_get_agent_share (HrMonitor *self)
{
  GListModel *sources = hr_monitor_get_sources (self);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);
      HrHistory *history = hr_source_get_history (source);
      guint      metric;

      if (hr_source_get_role (source) == HR_SOURCE_COMPUTER && hr_source_get_group (source) == HR_GROUP_COMPUTER && hr_source_is_live (source) &&
          hr_history_find_metric (history, "monitor_cpu_usage", &metric) &&
          hr_history_get_totals (history, metric)->count > 0)
        return hr_history_get_totals (history, metric)->last;
    }

  return NAN;
}
