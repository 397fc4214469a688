/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/labelled.h"
#include "widgets/track.h"

G_BEGIN_DECLS

/* All that happened in the stretch that a timeline shows, alerts as bars and events as dots, to stand beside its tracks. Behaves as these
 * do; the arrow keys go from mark to mark.
 *
 * Signal "mark-activated" (gint64 id). */
#define HR_TYPE_MARK_LANE (hr_mark_lane_get_type ())
G_DECLARE_FINAL_TYPE (HrMarkLane, hr_mark_lane, HR, MARK_LANE, HrLabelled)

GtkWidget *hr_mark_lane_new (HrTimeline *timeline) G_GNUC_WARN_UNUSED_RESULT;

void  hr_mark_lane_set_marks (HrMarkLane        *self,
                              const HrTrackMark *marks,
                              gsize              n);
char *hr_mark_lane_describe (HrMarkLane *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
