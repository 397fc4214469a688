/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/palette.h"
#include "widgets/timeline.h"
#include "widgets/track.h"

G_BEGIN_DECLS

/* Marks on the time axis, and what is being selected on it: a layer over whatever a timeline is shown by. */
#define HR_TYPE_MARKS (hr_marks_get_type ())
G_DECLARE_FINAL_TYPE (HrMarks, hr_marks, HR, MARKS, GtkWidget)

typedef enum
{
  HR_MARKS_OVER_PLOT, /* at the upper border, with a tint down through the plot */
  HR_MARKS_IN_LANE,   /* one below the other where they overlap */
} HrMarksPlace;

GtkWidget *hr_marks_new (HrTimeline  *timeline,
                         HrMarksPlace place) G_GNUC_WARN_UNUSED_RESULT;

void               hr_marks_set (HrMarks           *self,
                                 const HrTrackMark *marks,
                                 gsize              n);
const HrTrackMark *hr_marks_get (HrMarks *self,
                                 gsize   *out_n);
void               hr_marks_set_area (HrMarks            *self,
                                      const GdkRectangle *area);

const HrTrackMark *hr_marks_pick (HrMarks *self,
                                  double   x,
                                  double   y);
const HrTrackMark *hr_marks_at (HrMarks *self,
                                gint64   time_us);
const HrTrackMark *hr_marks_next (HrMarks *self,
                                  gint64   time_us,
                                  int      direction);

G_END_DECLS
