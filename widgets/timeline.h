/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Which stretch of time several charts show, and where in it their common crosshair stands: all in UTC microseconds. Zooming and panning
 * keep within the bounds, and no stretch is shorter than a millisecond.
 *
 * Signals: "view-changed", "cursor-changed". Property "following": the end of the view stays at the end of the bounds as these grow. */
#define HR_TYPE_TIMELINE (hr_timeline_get_type ())
G_DECLARE_FINAL_TYPE (HrTimeline, hr_timeline, HR, TIMELINE, GObject)

HrTimeline *hr_timeline_new (void) G_GNUC_WARN_UNUSED_RESULT;

void hr_timeline_set_bounds (HrTimeline *self,
                             gint64      begin_us,
                             gint64      end_us);
void hr_timeline_get_bounds (HrTimeline *self,
                             gint64     *out_begin_us,
                             gint64     *out_end_us);
void hr_timeline_set_view (HrTimeline *self,
                           gint64      begin_us,
                           gint64      end_us);
void hr_timeline_get_view (HrTimeline *self,
                           gint64     *out_begin_us,
                           gint64     *out_end_us);
void hr_timeline_zoom (HrTimeline *self,
                       gint64      around_us,
                       double      factor);
void hr_timeline_pan (HrTimeline *self,
                      gint64      by_us);

gboolean hr_timeline_get_following (HrTimeline *self);
void     hr_timeline_set_following (HrTimeline *self,
                                    gboolean    following);

/* G_MININT64: no crosshair. */
gint64 hr_timeline_get_cursor (HrTimeline *self);
void   hr_timeline_set_cursor (HrTimeline *self,
                               gint64      time_us);

G_END_DECLS
