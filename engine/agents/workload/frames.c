/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/frames.h"

#include "engine/base/cadence.h"
#include "engine/base/clock.h"

#include <glib.h>
#include <time.h>

struct _HrFrames
{
  int64_t  interval_ns;
  HrProbe *probe; /* borrowed, as is the agent */
  HrEmbed *embed; /* NULL: the frames go to the probe */
  HrMetric metric;
  GThread *thread;
  gint     stop;
};

static void
sleep_until (int64_t time)
{
  struct timespec wake = { .tv_sec = (time_t) (time / HR_NS_PER_SECOND), .tv_nsec = (long) (time % HR_NS_PER_SECOND) };

  clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
}

static void
tell (HrFrames *self,
      uint64_t  frame_ns)
{
  if (self->embed != NULL)
    hr_embed_frame (self->embed, frame_ns);
  else
    hr_probe_duration (self->probe, self->metric, frame_ns, 1);
}

static gpointer
frames_thread (gpointer user_data)
{
  HrFrames *self = user_data;
  int64_t   before = (int64_t) hr_clock_monotonic ();
  int64_t   deadline = before;

  while (!g_atomic_int_get (&self->stop))
    {
      int64_t now;

      deadline = hr_cadence_after (deadline, self->interval_ns, before);
      sleep_until (deadline);
      now = (int64_t) hr_clock_monotonic ();
      tell (self, (uint64_t) (now - before));
      before = now;
    }

  return NULL;
}

/* Begins to tick @frames_per_second times a second, on absolute deadlines. The frames go to @embed, or to @probe where that is NULL; both
 * are borrowed. End with hr_frames_stop (). */
HrFrames *
hr_frames_start (double   frames_per_second,
                 HrProbe *probe,
                 HrEmbed *embed)
{
  HrFrames *self = g_new0 (HrFrames, 1);

  self->interval_ns = (int64_t) (HR_NS_PER_SECOND / frames_per_second);
  self->probe = probe;
  self->embed = embed;
  self->metric = HR_METRIC_NONE;
  if (embed == NULL)
    self->metric = hr_probe_metric (probe, "ui_frame_time_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  self->thread = g_thread_new ("frames", frames_thread, self);

  return self;
}

/* Ends the thread with the frame that has begun. Accepts NULL. */
void
hr_frames_stop (HrFrames *self)
{
  if (self == NULL)
    return;

  g_atomic_int_set (&self->stop, 1);
  g_thread_join (self->thread);
  g_free (self);
}
