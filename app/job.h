/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Something long: done in a thread, with its progress told to the main thread, until it is done or given up. Free of GTK. Property "progress" (double,
 * 0 to 1, notifies). */
#define HR_TYPE_JOB (hr_job_get_type ())
G_DECLARE_FINAL_TYPE (HrJob, hr_job, HR, JOB, GObject)

/* In the thread. Returns what came of it, or NULL with @error; it asks hr_job_go_on () or the cancellable whether it is still wanted, and leaves nothing
 * unfinished behind. */
typedef gpointer (*HrJobFunc) (HrJob   *job,
                               gpointer data,
                               GError **error);

HrJob   *hr_job_start (const char         *title,
                       HrJobFunc           func,
                       gpointer            data,
                       GDestroyNotify      data_free,
                       GDestroyNotify      result_free,
                       GAsyncReadyCallback callback,
                       gpointer            user_data) G_GNUC_WARN_UNUSED_RESULT;
gpointer hr_job_finish (GAsyncResult *result,
                        GError      **error) G_GNUC_WARN_UNUSED_RESULT;

const char *hr_job_get_title (HrJob *self);
double      hr_job_get_progress (HrJob *self);
void        hr_job_cancel (HrJob *self);

/* For the thread. hr_job_go_on () is an HrProgress: says how far it is, and returns whether to go on. */
gboolean      hr_job_go_on (double   share,
                            gpointer job);
GCancellable *hr_job_get_cancellable (HrJob *self);

G_END_DECLS
