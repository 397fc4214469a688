/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/main-window.h"
#include "app/sandbox.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* One instance, one monitor, one window. Its actions stand in application-actions.c; scripts may use them over D-Bus:
 *
 *   gapplication action io.github.headroom.Headroom export-csv "'/tmp/live.csv'"
 *
 * An empty path opens the file chooser instead. */
#define HR_TYPE_APPLICATION (hr_application_get_type ())
G_DECLARE_FINAL_TYPE (HrApplication, hr_application, HR, APPLICATION, AdwApplication)

/* @sandbox: transfer full. */
HrApplication *hr_application_new (const char       *application_id,
                                   GApplicationFlags flags,
                                   HrSandbox        *sandbox) G_GNUC_WARN_UNUSED_RESULT;

/* Transfer none; NULL before the first activation. */
HrMainWindow *hr_application_get_window (HrApplication *self);
HrMonitor    *hr_application_get_monitor (HrApplication *self);

G_END_DECLS
