/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/devices.h"
#include "engine/monitor.h"

G_BEGIN_DECLS

#define HR_TYPE_MONITOR_RECORDING (hr_monitor_recording_get_type ())
G_DECLARE_FINAL_TYPE (HrMonitorRecording, hr_monitor_recording, HR, MONITOR_RECORDING, GObject)

/* What is kept of records around breaches: monitor-raw.c. */
typedef struct _HrMonitorRaw HrMonitorRaw;

/* The monitor stands in four files: monitor.c has the object, what it tells and how sources are judged, monitor-sources.c what is asked of
 * sources, monitor-recording.c what a recorder is told, monitor-raw.c which records themselves are kept. */
struct _HrMonitor
{
  GObject parent_instance;

  HrHub       *hub;
  HrDevices   *devices; /* NULL until they are followed */
  HrAlertBook *alerts;
  HrContract  *contract;
  GHashTable  *verdicts; /* HrSource -> HrVerdict */
  guint        interval_ms;

  HrMonitorRaw       *raw;
  HrMonitorRecording *recording; /* NULL: nothing is recorded */
  HrRecordedFunc      recorded;  /* NULL: all sources are */
  gpointer            recorded_data;
};

void hr_monitor_recording_tell_contract (HrMonitorRecording *self);
void hr_monitor_recording_tell_cleanup (HrMonitorRecording *self,
                                        HrSource           *source);

HrMonitorRaw *hr_monitor_raw_new (void) G_GNUC_WARN_UNUSED_RESULT;
void          hr_monitor_raw_free (HrMonitorRaw *self);
void          hr_monitor_raw_keep (HrMonitor *self,
                                   HrAlert   *alert);
void          hr_monitor_raw_note_state (HrMonitor *self,
                                         HrSource  *source);
void          hr_monitor_raw_forget (HrMonitor *self,
                                     HrSource  *source);
void          hr_monitor_raw_flush (HrMonitor *self);

G_END_DECLS
