/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The bundled Thompson workload as a child of the app: it never outlives the app. Property "running" notifies; it holds while the program starts, too.
 * Signals, each with a const GError *: "not-started", and "failed" when it ended by itself with an error. */
#define HR_TYPE_WORKLOAD (hr_workload_get_type ())
G_DECLARE_FINAL_TYPE (HrWorkload, hr_workload, HR, WORKLOAD, GObject)

HrWorkload *hr_workload_new (const char *path) G_GNUC_WARN_UNUSED_RESULT;

void hr_workload_start (HrWorkload *self);
void hr_workload_stop (HrWorkload *self);

gboolean    hr_workload_is_running (HrWorkload *self);
guint64     hr_workload_get_pid (HrWorkload *self);
const char *hr_workload_get_path (HrWorkload *self);

G_END_DECLS
