/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/timeline.h"

G_BEGIN_DECLS

/* What everything that shows a timeline does with pointer, wheel, fingers and keys: zoom, pan, mark a stretch, move the crosshair. Lives as
 * long as its widget. */
typedef struct _HrTimelineInput HrTimelineInput;

typedef struct
{
  /* Where the plot begins and how wide it is, in the widget's pixels. */
  void (*get_span) (GtkWidget *widget,
                    double    *out_x,
                    double    *out_width);
  /* A press that did not become a drag. */
  void (*clicked) (GtkWidget *widget,
                   double     x,
                   double     y);
  /* The crosshair is to go to the next thing there is to see (@direction 1) or the one before (-1). */
  void (*step) (GtkWidget *widget,
                int        direction);
  void (*activate) (GtkWidget *widget);
  /* Returns what is under the crosshair in words, transfer full; NULL: nothing. */
  char *(*copy) (GtkWidget *widget);
} HrTimelineInputEvents;

HrTimelineInput *hr_timeline_input_new (GtkWidget                   *widget,
                                        HrTimeline                  *timeline,
                                        const HrTimelineInputEvents *events);
void             hr_timeline_input_free (HrTimelineInput *self);

/* Whether the pointer is over the plot. */
gboolean hr_timeline_input_is_inside (HrTimelineInput *self);

/* The same as what pointer and wheel do at @x. */
void     hr_timeline_input_point_at (HrTimelineInput *self,
                                     double           x);
gboolean hr_timeline_input_scroll (HrTimelineInput *self,
                                   double           dx,
                                   double           dy);
void     hr_timeline_input_drag (HrTimelineInput *self,
                                 double           from,
                                 double           to,
                                 gboolean         pans,
                                 gboolean         ends);

G_END_DECLS
