/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"
#include "engine/store/recorder.h"
#include "engine/store/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The History view: what was recorded of a source, from a hand's breadth of hours down to single records. Its sources are the
 * recorder's file, which grows while it is looked at, or a session file or a stretch of one. */
#define HR_TYPE_HISTORY_VIEW (hr_history_view_get_type ())
G_DECLARE_FINAL_TYPE (HrHistoryView, hr_history_view, HR, HISTORY_VIEW, GtkWidget)

typedef enum
{
  HR_HISTORY_NONE,
  HR_HISTORY_LOADING,
  HR_HISTORY_DATA,
  HR_HISTORY_ERROR
} HrHistoryState;

void hr_history_view_follow (HrHistoryView *self,
                             HrMonitor     *monitor,
                             GSettings     *settings);

/* Who writes the file, be it told of anything just now or not; NULL: nobody. */
void hr_history_view_set_recorder (HrHistoryView *self,
                                   HrRecorder    *recorder);
/* Shows what the recorder has of @source (nullable). */
void hr_history_view_set_source (HrHistoryView *self,
                                 HrSource      *source);
/* Shows the session file at @path in place of that, or the stretch @range of it (0, 0: all), or the recording so numbered (0: none). NULL: shows
 * the recorder's again. */
void hr_history_view_set_session (HrHistoryView *self,
                                  const char    *path,
                                  HrRange        range,
                                  gint64         recording,
                                  const char    *title);

/* Shows the records on either side of a moment, as soon as there are any; one step back is what was shown before. */
void hr_history_view_show_around (HrHistoryView *self,
                                  gint64         moment_us);

HrRange hr_history_view_get_range (HrHistoryView *self);

G_END_DECLS
