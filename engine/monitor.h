/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/alert/alert-book.h"
#include "engine/budget/verdict.h"
#include "engine/model/source.h"

G_BEGIN_DECLS

/* The facade: owns hub, judging and alerts, carries values forward, and is all that the app speaks to.
 *
 * Signals (main thread):
 *   "source-added"    (HrSource *)
 *   "source-state"    (HrSource *)                  its state or message changed
 *   "snapshot"        (HrSource *, HrSnapshot *)    one arrived and stands in the source's history
 *   "verdict-changed" (HrSource *)                  judged anew: with every snapshot, and when the contract changed
 *   "alert-raised"    (HrAlert *)
 *   "alert-cleared"   (HrAlert *) */
#define HR_TYPE_MONITOR (hr_monitor_get_type ())
G_DECLARE_FINAL_TYPE (HrMonitor, hr_monitor, HR, MONITOR, GObject)

HrMonitor *hr_monitor_new (const char *const *agent,
                           HrContract        *contract) G_GNUC_WARN_UNUSED_RESULT;

/* A GListModel of HrSource, computers before their processes. */
GListModel *hr_monitor_get_sources (HrMonitor *self);
/* A GListModel of HrAlert, newest first. */
HrAlertBook *hr_monitor_get_alerts (HrMonitor *self);

HrContract *hr_monitor_get_contract (HrMonitor *self);
void        hr_monitor_set_contract (HrMonitor  *self,
                                     HrContract *contract);

/* How @source stands now; NULL before its first snapshot. Valid until the next verdict-changed. */
const HrVerdict *hr_monitor_get_verdict (HrMonitor *self,
                                         HrSource  *source);
char            *hr_monitor_get_sentence (HrMonitor *self,
                                          HrSource  *source) G_GNUC_WARN_UNUSED_RESULT;

/* Sampling in the source itself, through its control word. */
void hr_monitor_start_sampling (HrMonitor *self,
                                HrSource  *source);
void hr_monitor_stop_sampling (HrMonitor *self,
                               HrSource  *source);

/* Asks the program to free what it can. */
void hr_monitor_request_cleanup (HrMonitor *self,
                                 HrSource  *source);

void hr_monitor_connect (HrMonitor *self,
                         HrSource  *source);
void hr_monitor_disconnect (HrMonitor *self,
                            HrSource  *source);

/* Sets how often snapshots are cut, in milliseconds (100 live, 1 000 dashboard, 5 000 background). */
void  hr_monitor_set_interval (HrMonitor *self,
                               guint      interval_ms);
guint hr_monitor_get_interval (HrMonitor *self);

G_END_DECLS
