/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"
#include "engine/stats/bin.h"
#include "widgets/labelled.h"
#include "widgets/timeline.h"

G_BEGIN_DECLS

/* A mark on the time axis: an alert, which has a length, or something that happened. */
typedef struct
{
  gint64     begin_us;
  gint64     end_us;   /* the same as @begin_us: a moment */
  HrSeverity severity; /* NONE: an event */
  gint64     id;       /* whoever set it knows what it is */
  char      *text;
} HrTrackMark;

/* A chart of one metric over the stretch that its timeline shows: the range from lowest to highest value of every bin, and the mean as a line; gaps
 * where bins do not touch; a dashed budget line; marks. Drag selects a stretch to zoom into, Shift+drag or two fingers pan, the wheel
 * zooms around the pointer, keys: arrows move the crosshair, + and - zoom, Page Up and Down pan, Home and End, 0 the whole.
 *
 * Signal "mark-activated" (gint64 id). */
#define HR_TYPE_TRACK (hr_track_get_type ())
G_DECLARE_FINAL_TYPE (HrTrack, hr_track, HR, TRACK, HrLabelled)

GtkWidget *hr_track_new (HrTimeline *timeline) G_GNUC_WARN_UNUSED_RESULT;

void hr_track_set_title (HrTrack    *self,
                         const char *title);
void hr_track_set_unit (HrTrack    *self,
                        HrUnit      unit,
                        HrKind      kind,
                        HrDirection direction);
/* NaN: none. */
void hr_track_set_limit (HrTrack *self,
                         double   limit);
/* @bins: copied. Between two that do not touch, by more than half a bin, nothing was measured. */
void hr_track_set_bins (HrTrack     *self,
                        const HrBin *bins,
                        gsize        n);
/* @marks: copied. */
void hr_track_set_marks (HrTrack           *self,
                         const HrTrackMark *marks,
                         gsize              n);
/* Records themselves, as dots above the bins. */
void hr_track_set_points (HrTrack      *self,
                          const gint64 *times_us,
                          const double *values,
                          gsize         n);

char *hr_track_describe (HrTrack *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
