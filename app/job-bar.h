/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/job.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The jobs that are under way, each with how far it is and a button that gives it up. Out of sight without any. */
#define HR_TYPE_JOB_BAR (hr_job_bar_get_type ())
G_DECLARE_FINAL_TYPE (HrJobBar, hr_job_bar, HR, JOB_BAR, GtkWidget)

/* @jobs: a GListModel of HrJob. */
void hr_job_bar_follow (HrJobBar   *self,
                        GListModel *jobs);

G_END_DECLS
