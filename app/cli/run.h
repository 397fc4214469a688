/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/wanted.h"
#include "engine/monitor.h"

G_BEGIN_DECLS

/* What every command has: a monitor of what is wanted, a main loop that signals end, and what the program ends with. */
typedef struct
{
  const HrOptions *options;
  HrOutput         output;
  HrWanted         wanted;
  HrMonitor       *monitor;
  GMainLoop       *loop;
  guint            signals[2];
  HrExit           status;
} HrRun;

gboolean hr_run_begin (HrRun           *self,
                       const HrOptions *options);
void     hr_run_quit (HrRun *self,
                      HrExit status);
void     hr_run_clear (HrRun *self);

HrExit hr_doctor_run (const HrOptions *options);
HrExit hr_sources_run (const HrOptions *options);
HrExit hr_watch_run (const HrOptions *options);

G_END_DECLS
