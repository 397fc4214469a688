/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/application.h"

G_BEGIN_DECLS

struct _HrApplication
{
  AdwApplication parent_instance;

  /* Owned */
  char         *agent_option;
  char         *workload_option;
  char         *contract_option;
  GSettings    *settings;
  HrMonitor    *monitor;
  HrRecorder   *recorder;
  HrWorkload   *workload;
  HrPairings   *pairings;
  GCancellable *cancellable;    /* of everything that answers later */
  guint         end_signals[2]; /* sources of SIGINT and SIGTERM */

  /* Borrowed: GTK's */
  HrMainWindow *window;
};

void _hr_application_add_actions (HrApplication *self);
void _hr_application_restore_contract (HrApplication *self,
                                       const char    *path);
void _hr_application_start_recording (HrApplication *self);
void _hr_application_end_recording (HrApplication *self);
void _hr_application_follow_alerts (HrApplication *self);
void _hr_application_follow_sources (HrApplication *self);

G_END_DECLS
