/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/frame-log.h"

#include <math.h>

/* Adds a frame that ended at @now_us (monotonic) and took @cost_ms of a display that refreshes every @refresh_ms. */
void
hr_frame_log_record (HrFrameLog *self,
                     gint64      now_us,
                     double      cost_ms,
                     double      refresh_ms)
{
  gint64 second = now_us / G_USEC_PER_SEC;
  guint  slot = (guint) (second % HR_FRAME_LOG_SECONDS);

  self->recent[self->n_frames++ % HR_FRAME_LOG_RECENT] = cost_ms;
  if (self->slots[slot].second != second)
    {
      self->slots[slot].second = second;
      self->slots[slot].worst = 0;
      self->slots[slot].dropped = 0;
    }
  self->slots[slot].worst = MAX (self->slots[slot].worst, cost_ms);
  self->slots[slot].dropped += (guint) (cost_ms / refresh_ms);
}

/* Returns the mean of the last 100 frames in milliseconds; NaN without any. */
double
hr_frame_log_recent (const HrFrameLog *self)
{
  guint  n = MIN (self->n_frames, HR_FRAME_LOG_RECENT);
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += self->recent[i];

  return n > 0 ? sum / n : (double) NAN;
}

static gboolean
slot_counts (const HrFrameLog *self,
             guint             slot,
             gint64            now_us)
{
  gint64 second = now_us / G_USEC_PER_SEC;

  return self->slots[slot].second > second - HR_FRAME_LOG_SECONDS && self->slots[slot].second <= second;
}

/* Returns the dearest frame of the last 30 s in milliseconds; NaN without any. */
double
hr_frame_log_worst (const HrFrameLog *self,
                    gint64            now_us)
{
  double worst = NAN;

  for (guint i = 0; self->n_frames > 0 && i < HR_FRAME_LOG_SECONDS; i++)
    if (slot_counts (self, i, now_us))
      worst = fmax (worst, self->slots[i].worst);

  return worst;
}

/* Returns how many refreshes went by while frames of the last 30 s were being made. */
guint
hr_frame_log_dropped (const HrFrameLog *self,
                      gint64            now_us)
{
  guint dropped = 0;

  for (guint i = 0; self->n_frames > 0 && i < HR_FRAME_LOG_SECONDS; i++)
    if (slot_counts (self, i, now_us))
      dropped += self->slots[i].dropped;

  return dropped;
}
