/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HR_FRAME_LOG_RECENT 100
#define HR_FRAME_LOG_SECONDS 30

/* What the window's own frames cost: the last 100, and per second of the last 30 the worst of them and the
 * refreshes they missed. Start from { 0 }. */
typedef struct
{
  double recent[HR_FRAME_LOG_RECENT]; /* ms, a ring */
  guint  n_frames;
  struct
  {
    gint64 second;
    double worst;
    guint  dropped;
  } slots[HR_FRAME_LOG_SECONDS];
} HrFrameLog;

void hr_frame_log_record (HrFrameLog *self,
                          gint64      now_us,
                          double      cost_ms,
                          double      refresh_ms);

double hr_frame_log_recent (const HrFrameLog *self);
double hr_frame_log_worst (const HrFrameLog *self,
                           gint64            now_us);
guint  hr_frame_log_dropped (const HrFrameLog *self,
                             gint64            now_us);

G_END_DECLS
