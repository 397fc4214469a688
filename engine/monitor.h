/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/alert/alert-book.h"
#include "engine/budget/verdict.h"
#include "engine/link/address.h"
#include "engine/link/syslog.h"
#include "engine/model/program.h"
#include "engine/model/source.h"
#include "engine/store/recorder.h"

G_BEGIN_DECLS

/* The facade: owns hub, judging and alerts, carries values forward, and is all that the app speaks to.
 *
 * Signals (main thread):
 *   "source-added"    (HrSource *)
 *   "source-removed"  (HrSource *)                  forgotten
 *   "source-state"    (HrSource *)                  its state or message changed
 *   "snapshot"        (HrSource *, HrSnapshot *)    one arrived and stands in the source's history
 *   "verdict-changed" (HrSource *)                  judged anew: with every snapshot, and when the contract changed
 *   "alert-raised"    (HrAlert *)
 *   "alert-cleared"   (HrAlert *)
 *   "raw-window"      (HrSource *, HrRawWindow *)   the records around a breach are there; lent
 *   "log-line"        (HrSource *, const HrLogLine *)  of a device's system log, once it is followed
 *   "refused"         (HrSource *, guint64 pid, const char *reason)  hr_monitor_watch () on that computer came to nothing
 *   "devices-changed" ()                            hr_monitor_get_device_trouble () */
#define HR_TYPE_MONITOR (hr_monitor_get_type ())
G_DECLARE_FINAL_TYPE (HrMonitor, hr_monitor, HR, MONITOR, GObject)

HrMonitor *hr_monitor_new (const char *const *agent,
                           HrContract        *contract) G_GNUC_WARN_UNUSED_RESULT;

/* This computer is a source all the same where no agent can see it. */
void hr_monitor_bar_computer (HrMonitor    *self,
                              const GError *why);

/* Looks for devices at @usbmux (as USBMUXD_SOCKET_ADDRESS says it; NULL: that, or the usual place) from now on: each one becomes
 * a source of its own, with the programs in it that have an agent at HR_ADDRESS_USB_PORT below it; hr_monitor_add () says another port. */
void        hr_monitor_follow_devices (HrMonitor  *self,
                                       const char *usbmux);
const char *hr_monitor_get_device_trouble (HrMonitor *self);

/* Adds the agent behind @address, which is not local, and connects to it; the source that stands for its computer. An address that is there already
 * gives the source there is. */
HrSource *hr_monitor_add (HrMonitor       *self,
                          const HrAddress *address,
                          GError         **error);
/* Closes the link and removes the source with all that came over it. Not the local computer, and not while "source-added" tells of @source. */
void hr_monitor_forget (HrMonitor *self,
                        HrSource  *source);
/* The source that the other one came with: its computer or device; itself for these. */
HrSource *hr_monitor_get_origin (HrMonitor *self,
                                 HrSource  *source);

/* The programs that run where @source is, whose name or command holds @text. A GPtrArray of HrProgram. */
void       hr_monitor_search_async (HrMonitor          *self,
                                    HrSource           *source,
                                    const char         *text,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
GPtrArray *hr_monitor_search_finish (HrMonitor    *self,
                                     GAsyncResult *result,
                                     guint        *out_n_more,
                                     GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/* Has a program without a probe measured from outside, as a source of its own that "source-added" tells of; @start_time 0: whoever
 * has the pid now. Why that cannot be is told by "refused" (HrSource *computer, guint64 pid, const char *reason). */
void hr_monitor_watch (HrMonitor *self,
                       HrSource  *computer,
                       guint64    pid,
                       guint64    start_time);

/* Lets the device's system log be followed: lines that hold @filter come by "log-line", and count as the event "system log". */
void hr_monitor_follow_log (HrMonitor  *self,
                            HrSource   *device,
                            const char *filter);
void hr_monitor_leave_log (HrMonitor *self,
                           HrSource  *device);
/* Asks the device's owner to trust this computer. */
void hr_monitor_pair (HrMonitor *self,
                      HrSource  *device);

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

/* How far the records themselves around a breach are kept, in milliseconds. */
void hr_monitor_set_raw_reach (HrMonitor *self,
                               guint      before_ms,
                               guint      after_ms);
/* The records of @source themselves, for a look at what is going on now. */
void         hr_monitor_fetch_raw_async (HrMonitor          *self,
                                         HrSource           *source,
                                         gint64              begin_us,
                                         gint64              end_us,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
HrRawWindow *hr_monitor_fetch_raw_finish (HrMonitor    *self,
                                          GAsyncResult *result,
                                          GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @source is to be recorded. */
typedef gboolean (*HrRecordedFunc) (HrSource *source,
                                    gpointer  user_data);

void        hr_monitor_set_recorder (HrMonitor  *self,
                                     HrRecorder *recorder);
HrRecorder *hr_monitor_get_recorder (HrMonitor *self);
void        hr_monitor_set_recorded (HrMonitor     *self,
                                     HrRecordedFunc recorded,
                                     gpointer       user_data);
double      hr_monitor_get_agent_share (HrMonitor *self);

G_END_DECLS
