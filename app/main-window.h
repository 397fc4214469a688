/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/archive.h"
#include "app/live-view.h"
#include "app/pairings.h"
#include "app/sandbox.h"
#include "app/session-work.h"
#include "app/sessions.h"
#include "app/workload.h"
#include "engine/monitor.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The one window. Its actions stand in main-window-actions.c. */
#define HR_TYPE_MAIN_WINDOW (hr_main_window_get_type ())
G_DECLARE_FINAL_TYPE (HrMainWindow, hr_main_window, HR, MAIN_WINDOW, AdwApplicationWindow)

HrMainWindow *hr_main_window_new (GtkApplication *application,
                                  HrMonitor      *monitor,
                                  HrWorkload     *workload,
                                  HrPairings     *pairings,
                                  HrArchive      *archive,
                                  HrSessions     *sessions,
                                  GSettings      *settings) G_GNUC_WARN_UNUSED_RESULT;

/* Tells of the sandbox that the app is in; lent for as long as the window is there. */
void hr_main_window_set_sandbox (HrMainWindow    *self,
                                 const HrSandbox *sandbox);

HrSource *hr_main_window_get_source (HrMainWindow *self);
void      hr_main_window_select (HrMainWindow *self,
                                 const char   *source);
/* Shows what was recorded of the source called @source around @moment_us, or the source itself where nothing is recorded. */
void        hr_main_window_show_records (HrMainWindow *self,
                                         const char   *source,
                                         gint64        moment_us);
HrLiveView *hr_main_window_get_live_view (HrMainWindow *self);

/* Looks anew at why no devices can be seen. */
void hr_main_window_show_trouble (HrMainWindow *self);

/* Asks whether the source that @link, a pairing link, leads to is to be added. */
void hr_main_window_offer_source (HrMainWindow *self,
                                  const char   *link);

/* Lists the session file at @path and shows it. */
void hr_main_window_open_session (HrMainWindow *self,
                                  const char   *path);
/* What is shown of what was recorded. */
HrStretch *hr_main_window_get_stretch (HrMainWindow *self) G_GNUC_WARN_UNUSED_RESULT;
/* Shows how far @jobs, a GListModel of HrJob, are. */
void hr_main_window_follow_jobs (HrMainWindow *self,
                                 GListModel   *jobs);

/* Shows a dialog with the next frame. */
void hr_main_window_present (HrMainWindow *self,
                             GtkWindow    *dialog);
/* Says something in passing. */
void hr_main_window_toast (HrMainWindow *self,
                           const char   *text);
/* The same with a button. @target: (transfer floating) */
void hr_main_window_toast_action (HrMainWindow *self,
                                  const char   *text,
                                  const char   *label,
                                  const char   *action,
                                  GVariant     *target);
/* Says what went wrong, in full, with a button to close it. */
void hr_main_window_complain (HrMainWindow *self,
                              const char   *heading,
                              const char   *body);

G_END_DECLS
