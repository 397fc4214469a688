/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Where no crosshair stands. */
#define HR_TIMELINE_NOWHERE G_MININT64

/* Which stretch of time several charts show, and where in it their common crosshair stands: all in UTC microseconds. Zooming and panning
 * keep within the bounds, and no stretch is shorter than a millisecond.
 *
 * Signals: "view-changed", "cursor-changed", "selection-changed", "gutter-changed". Property "following": the end of the view stays at the
 * end of the bounds as these grow. */
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

/* HR_TIMELINE_NOWHERE: no crosshair. */
gint64 hr_timeline_get_cursor (HrTimeline *self);
void   hr_timeline_set_cursor (HrTimeline *self,
                               gint64      time_us);

/* The stretch that is being marked to be zoomed into; FALSE: none. */
gboolean hr_timeline_get_selection (HrTimeline *self,
                                    gint64     *out_begin_us,
                                    gint64     *out_end_us);
void     hr_timeline_set_selection (HrTimeline *self,
                                    gint64      begin_us,
                                    gint64      end_us);
void     hr_timeline_clear_selection (HrTimeline *self);

/* Charts one below the other have their plots begin in one column: the widest gutter that any of them needs. */
int  hr_timeline_get_gutter (HrTimeline *self);
void hr_timeline_need_gutter (HrTimeline *self,
                              gpointer    who,
                              int         width);

/* Times and places in a plot that begins at @x and is @width wide. */
double hr_timeline_x_of (HrTimeline *self,
                         double      x,
                         double      width,
                         gint64      time_us);
gint64 hr_timeline_time_at (HrTimeline *self,
                            double      x,
                            double      width,
                            double      at);

G_END_DECLS
