/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/main-window.h"
#include "app/sidebar.h"
#include "app/status-line.h"
#include "app/verdict-bar.h"

G_BEGIN_DECLS

struct _HrMainWindow
{
  AdwApplicationWindow parent_instance;

  /* Template children */
  AdwToastOverlay *toasts;
  AdwFlap         *flap;
  HrSidebar       *sidebar;
  AdwWindowTitle  *title;
  GtkWidget       *sampling_button;
  GtkWidget       *workload_button;
  GtkMenuButton   *menu_button;
  HrVerdictBar    *verdict;
  HrLiveView      *live;
  HrStatusLine    *status;

  /* Owned */
  HrMonitor  *monitor;
  HrWorkload *workload;
  GSettings  *settings;

  gint64   paced_us;         /* monotonic; when a verdict last had the bar and the status line refreshed */
  gboolean expects_workload; /* it was started here: its source selects itself when it comes */
  gboolean restored;         /* the source of last time has been looked for */
};

void _hr_main_window_add_actions (HrMainWindow *self);
void _hr_main_window_update_actions (HrMainWindow *self);

G_END_DECLS
