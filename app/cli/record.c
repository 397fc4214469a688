/* SPDX-License-Identifier: GPL-3.0-or-later */

/* headroom-cli record: what is measured, in a session file. */

#include "app/cli/recording.h"

/* The flight recorder keeps what was recorded so long after a breach. */
#define AFTER_BREACH_NS (30 * (gint64) HR_NS_PER_SECOND)

typedef struct
{
  HrLive       live;
  HrRecording *recording;
  gulong       raised_handler;
} Record;

static gboolean
is_wanted (HrLive     *live,
           const char *name)
{
  GListModel *sources = hr_monitor_get_sources (live->run.monitor);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      if (g_str_equal (hr_source_get_name (source), name))
        return hr_live_wants (live, source);
    }

  return FALSE;
}

static void
monitor_alert_raised_cb (HrMonitor *monitor,
                         HrAlert   *alert,
                         Record    *self)
{
  if (!is_wanted (&self->live, hr_alert_get_source (alert)))
    return;

  g_clear_signal_handler (&self->raised_handler, monitor);
  hr_output_say (&self->live.run.output, "%s: %s is over its limit; 30 seconds more are recorded", hr_alert_get_source (alert), hr_alert_get_title (alert));
  hr_live_end_in (&self->live, AFTER_BREACH_NS);
}

static gboolean
live_prepare_cb (HrLive  *live,
                 gpointer user_data)
{
  Record *self = user_data;

  self->recording = hr_recording_new (live, live->run.options->output);
  if (self->recording == NULL)
    return FALSE;

  if (live->run.options->until_breach)
    self->raised_handler = g_signal_connect (live->run.monitor, "alert-raised", G_CALLBACK (monitor_alert_raised_cb), self);

  return TRUE;
}

/* Records until the end. */
HrExit
hr_record_run (const HrOptions *options)
{
  static const HrLiveEvents events = { live_prepare_cb, NULL };
  Record                    self = { 0 };
  HrExit                    status = hr_live_run (&self.live, options, &events, &self);

  if (self.raised_handler != 0)
    g_clear_signal_handler (&self.raised_handler, self.live.run.monitor);
  status = hr_exit_join (status, hr_recording_finish (self.recording));
  hr_live_clear (&self.live);

  return status;
}
