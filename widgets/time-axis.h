/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/labelled.h"
#include "widgets/timeline.h"

G_BEGIN_DECLS

/* The labels of a timeline, to stand below the lowest of its tracks. Time runs to the right in every language. */
#define HR_TYPE_TIME_AXIS (hr_time_axis_get_type ())
G_DECLARE_FINAL_TYPE (HrTimeAxis, hr_time_axis, HR, TIME_AXIS, HrLabelled)

GtkWidget *hr_time_axis_new (HrTimeline *timeline) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
