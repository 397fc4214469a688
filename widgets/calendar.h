/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Times of a recorded stretch, as the reader's clock and calendar tell them. */

/* @lines: how often the height of a label goes into the length of the axis, which is all that is asked of its font. */
gint64 hr_calendar_step (gint64 length_us,
                         double lines);

/* Array of gint64, ascending: the multiples of @step_us in the day of @zone, from @begin_us to @end_us. */
GArray *hr_calendar_ticks (gint64     begin_us,
                           gint64     end_us,
                           gint64     step_us,
                           GTimeZone *zone) G_GNUC_WARN_UNUSED_RESULT;
char   *hr_calendar_label (gint64     time_us,
                           gint64     step_us,
                           GTimeZone *zone) G_GNUC_WARN_UNUSED_RESULT;

/* "14:03:05.250", as exact as a step of @step_us needs; with the day where that is not @now_us's. */
char *hr_calendar_time (gint64     time_us,
                        gint64     step_us,
                        gint64     now_us,
                        GTimeZone *zone) G_GNUC_WARN_UNUSED_RESULT;
char *hr_calendar_stretch (gint64     begin_us,
                           gint64     end_us,
                           gint64     now_us,
                           GTimeZone *zone) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
