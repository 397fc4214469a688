/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/history-reader.h"
#include "widgets/timeline.h"

G_BEGIN_DECLS

/* The charts of a history, one below the other over one timeline: a lane of alerts and events, a track a metric, the time axis.
 *
 * Signal "alert-activated" (gint64 begin_us, gint64 end_us): its mark was chosen. */
#define HR_TYPE_HISTORY_TRACKS (hr_history_tracks_get_type ())
G_DECLARE_FINAL_TYPE (HrHistoryTracks, hr_history_tracks, HR, HISTORY_TRACKS, GtkWidget)

HrTimeline *hr_history_tracks_get_timeline (HrHistoryTracks *self);

void hr_history_tracks_clear (HrHistoryTracks *self);
void hr_history_tracks_show (HrHistoryTracks       *self,
                             const HrHistoryAnswer *answer,
                             HrContract            *contract,
                             const char *const     *metrics);

G_END_DECLS
