/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/history-loader.h"
#include "app/history-past.h"
#include "app/history-tracks.h"
#include "app/history-view.h"

#include <adwaita.h>

G_BEGIN_DECLS

struct _HrHistoryView
{
  GtkWidget parent_instance;

  /* Template children */
  GtkStack        *stack;
  AdwStatusPage   *none;
  AdwStatusPage   *error;
  GtkSpinner      *spinner;
  GtkWidget       *salvage;
  GtkWidget       *obstacle;
  GtkLabel        *obstacle_label;
  GtkWidget       *obstacle_salvage;
  GtkWidget       *back;
  GtkToggleButton *hour;
  GtkToggleButton *six_hours;
  GtkToggleButton *day;
  GtkToggleButton *all;
  GtkMenuButton   *metrics;
  GtkDropDown     *sources;
  GtkLabel        *stretch;
  GtkWidget       *unchosen;
  HrHistoryTracks *tracks;

  /* Owned */
  HrMonitor       *monitor;
  GSettings       *settings;
  HrRecorder      *recorder;
  HrSource        *source;
  HrHistoryLoader *loader;
  HrHistoryPast   *past;
  HrContract      *contract; /* that a session file ends with, or NULL */
  GTimeZone       *zone;
  GStrv            chosen; /* metrics that are shown; NULL: not known yet */
  char            *path;   /* session file; NULL: the recorder's */
  char            *title;  /* of the session */
  char            *name;   /* of the source in the session; NULL: any */

  GtkWidget *menu; /* in the popover of the metrics' button */

  HrHistoryState state;
  HrTimeline    *timeline; /* of the tracks */
  HrRange        within;   /* of the session */
  gint64         recording;
  gint64         wanted_us;  /* length that the view is to have as time goes on; 0: whatever its reader made of it */
  gint64         around_us;  /* a moment that the view is to have in its middle, as far as there is anything yet on either side; 0: none */
  HrRange        loaded;     /* fine bins */
  gint64         durable_us; /* what the recorder had written when it last told */
  gint64         whole_us;   /* monotonic; when the whole was last read; 0: never */
  guint          n_damaged;
  gboolean       applying; /* what changes is not the reader's doing */
};

/* history-view-pages.c */

/* A file is shown, or a stretch of one, rather than what the recorder has. */
gboolean _hr_history_view_is_session (HrHistoryView *self);
void     _hr_history_view_show_state (HrHistoryView *self,
                                      HrHistoryState state);
void     _hr_history_view_show_error (HrHistoryView *self,
                                      const char    *message,
                                      gboolean       can_salvage);
void     _hr_history_view_show_obstacle (HrHistoryView *self);
void     _hr_history_view_show_stretch (HrHistoryView *self);

/* history-view-range.c */

HrRange _hr_history_view_get_range (HrHistoryView *self);
/* The length that a range button stands for; G_MAXINT64: all there is. */
gint64 _hr_history_view_get_length (HrHistoryView   *self,
                                    GtkToggleButton *button);
void   _hr_history_view_show_buttons (HrHistoryView *self);
void   _hr_history_view_show_wanted (HrHistoryView *self);
void   _hr_history_view_want (HrHistoryView *self,
                              gint64         wanted_us);
void   _hr_history_view_keep_around (HrHistoryView *self);
void   _hr_history_view_go_around (HrHistoryView *self);
void   _hr_history_view_go_back (HrHistoryView *self);
void   _hr_history_view_follow_timeline (HrHistoryView *self);

/* history-view-loading.c */

const char *_hr_history_view_get_path (HrHistoryView *self);
HrContract *_hr_history_view_get_contract (HrHistoryView *self);
void        _hr_history_view_ask (HrHistoryView *self);
gboolean    _hr_history_view_lacks_bins (HrHistoryView *self);
void        _hr_history_view_follow_loader (HrHistoryView *self);
void        _hr_history_view_follow_recorder (HrHistoryView *self,
                                              HrRecorder    *recorder);

G_END_DECLS
