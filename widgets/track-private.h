/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/hover.h"
#include "widgets/marks.h"
#include "widgets/teller.h"
#include "widgets/timeline-input.h"
#include "widgets/track-plot.h"
#include "widgets/track.h"

G_BEGIN_DECLS

/* For tests and benches. */
void             hr_track_set_clock (HrTrack     *self,
                                     HrChartClock clock);
HrTrackPlot     *hr_track_get_plot (HrTrack *self);
HrHover         *hr_track_get_hover (HrTrack *self);
HrMarks         *hr_track_get_marks (HrTrack *self);
HrTimelineInput *hr_track_get_input (HrTrack *self);

G_END_DECLS
