/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/archive-bar.h"
#include "app/device-page.h"
#include "app/history-view.h"
#include "app/host-page.h"
#include "app/job-bar.h"
#include "app/main-window.h"
#include "app/record-button.h"
#include "app/sidebar.h"
#include "app/status-line.h"
#include "app/verdict-bar.h"

G_BEGIN_DECLS

struct _HrMainWindow
{
  AdwApplicationWindow parent_instance;

  /* Template children */
  AdwToastOverlay      *toasts;
  AdwFlap              *flap;
  HrSidebar            *sidebar;
  AdwViewSwitcherTitle *title;
  GtkWidget            *sampling_button;
  GtkWidget            *workload_button;
  GtkWidget            *switcher;
  HrRecordButton       *record;
  HrArchiveBar         *obstacle;
  HrJobBar             *jobs;
  GtkMenuButton        *menu_button;
  HrVerdictBar         *verdict;
  AdwViewStack         *pages;
  GtkStack             *views;
  HrLiveView           *live;
  HrDevicePage         *device;
  HrHostPage           *host;
  HrHistoryView        *history;
  HrStatusLine         *status;

  /* Owned */
  HrMonitor     *monitor;
  HrWorkload    *workload;
  HrPairings    *pairings;
  HrArchive     *archive;
  HrSessions    *sessions;
  HrSessionItem *session;     /* that is selected, or NULL */
  char          *page_before; /* that was looked at before a session was; NULL: none is */
  GSettings     *settings;

  /* Borrowed: GTK's */
  GtkWindow *adding; /* the dialog that asks for a network source; NULL: none is open */

  guint    warming;          /* the source that reads what dialogs need, or 0 */
  guint    n_warm;           /* kinds of widgets that have been read */
  guint    tick;             /* that shows the selected source with the next frame, or 0 */
  gint64   records_us;       /* of what time the records are shown with the next frame; 0: none */
  gint64   paced_us;         /* monotonic; when a verdict last had the bar and the status line refreshed */
  gboolean expects_workload; /* it was started here: its source selects itself when it comes */
  guint64  expected_pid;     /* of the program that its user has just had watched; 0: none */
  gboolean restored;         /* the source of last time has been looked for */
};

void _hr_main_window_add_actions (HrMainWindow *self);
void _hr_main_window_update_actions (HrMainWindow *self);
void _hr_main_window_enable (HrMainWindow *self,
                             const char   *name,
                             gboolean      enabled);

void _hr_main_window_follow_archive (HrMainWindow *self);
void _hr_main_window_show_session (HrMainWindow  *self,
                                   HrSessionItem *item);
void _hr_main_window_title_session (HrMainWindow  *self,
                                    HrSessionItem *item);
void _hr_main_window_remove_session (HrMainWindow  *self,
                                     HrSessionItem *item);
void _hr_main_window_rename_session (HrMainWindow  *self,
                                     HrSessionItem *item,
                                     const char    *name);

void _hr_main_window_add_source_actions (HrMainWindow *self);
void _hr_main_window_update_source_actions (HrMainWindow *self,
                                            HrSource     *source);

void _hr_main_window_add_budget_actions (HrMainWindow *self);

/* Words for a dialog that wrap wherever they have to and can be copied. */
GtkWidget *hr_words_new (const char *text,
                         const char *css_class) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
