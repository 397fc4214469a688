/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/wanted.h"
#include "engine/monitor.h"

G_BEGIN_DECLS

typedef struct _HrRun HrRun;

/* What every command that measures has: a monitor of what is wanted, a main loop that signals end, and what the program ends with. */
struct _HrRun
{
  const HrOptions *options;
  HrOutput         output;
  HrWanted         wanted;
  HrMonitor       *monitor;
  GError          *barred; /* why this computer, which is what is wanted, cannot be measured; NULL: nothing stands in the way */
  GMainLoop       *loop;
  guint            signals[2];
  HrExit           status;
  gboolean         over; /* the loop has ended, or need not begin */

  /* NULL: SIGINT and SIGTERM end the loop. */
  void (*signalled) (HrRun *self,
                     int    number);
};

gboolean hr_run_begin (HrRun           *self,
                       const HrOptions *options,
                       const char      *source,
                       const char      *regions);
gboolean hr_run_require (HrRun *self);
void     hr_run_loop (HrRun *self);
void     hr_run_quit (HrRun *self,
                      HrExit status);
void     hr_run_clear (HrRun *self);

HrContract *hr_run_load_contract (const HrOptions *options,
                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;

HrExit hr_check_run (const HrOptions *options);
HrExit hr_compare_run (const HrOptions *options);
HrExit hr_doctor_run (const HrOptions *options);
HrExit hr_export_run (const HrOptions *options);
HrExit hr_import_run (const HrOptions *options);
HrExit hr_record_run (const HrOptions *options);
HrExit hr_report_run (const HrOptions *options);
HrExit hr_sources_run (const HrOptions *options);
HrExit hr_watch_run (const HrOptions *options);

G_END_DECLS
