/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What the Live view shows. */
typedef enum
{
  HR_LIVE_NONE,    /* no source: what to do, and the button that does it */
  HR_LIVE_WAITING, /* a source, nothing from it yet */
  HR_LIVE_DATA,
  HR_LIVE_ERROR /* nothing came and nothing will: why, and Retry */
} HrLiveState;

/* The Live view of one source: the cards, or one of its other states. */
#define HR_TYPE_LIVE_VIEW (hr_live_view_get_type ())
G_DECLARE_FINAL_TYPE (HrLiveView, hr_live_view, HR, LIVE_VIEW, GtkWidget)

void hr_live_view_follow (HrLiveView *self,
                          HrMonitor  *monitor);

void hr_live_view_set_source (HrLiveView *self,
                              HrSource   *source);

HrLiveState hr_live_view_get_state (HrLiveView *self);

/* Transfer none: the chart, whose property "frozen" is an action. */
GtkWidget *hr_live_view_get_chart (HrLiveView *self);

G_END_DECLS
