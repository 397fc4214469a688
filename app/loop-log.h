/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Whatever holds the main loop for longer can be felt. */
#define HR_LOOP_LIMIT_NS (8 * G_GINT64_CONSTANT (1000000))

/* By the clock on the wall, and by what this thread has computed in that time: they differ where the machine was busy otherwise. */
typedef enum
{
  HR_LOOP_WALL,
  HR_LOOP_CPU,
  HR_N_LOOP_CLOCKS
} HrLoopClock;

typedef struct
{
  gint64 ns[HR_N_LOOP_CLOCKS];
} HrLoopTime;

/* How long the main loop was away from its poll at a time, which is how long everything else had to wait for it; the frames that it drew
 * meanwhile are left out. Start from { 0 }. */
typedef struct
{
  HrLoopTime woken; /* when the poll last returned */
  HrLoopTime begun; /* of the frame that is being drawn */
  HrLoopTime drawn; /* in frames since the poll returned */
  gboolean   awake;
  gboolean   drawing;
  gboolean   counting; /* start-up is over */

  guint64    n_dispatches;
  guint64    n_slow; /* above HR_LOOP_LIMIT_NS of the thread's own time */
  HrLoopTime longest;
} HrLoopLog;

void hr_loop_log_wake (HrLoopLog        *self,
                       const HrLoopTime *now);
void hr_loop_log_sleep (HrLoopLog        *self,
                        const HrLoopTime *now);
void hr_loop_log_begin_frame (HrLoopLog        *self,
                              const HrLoopTime *now);
void hr_loop_log_end_frame (HrLoopLog        *self,
                            const HrLoopTime *now);

/* The log of the default main context, which counts from shortly after the first frame on. */
void             hr_loop_log_follow (void);
const HrLoopLog *hr_loop_log_get (void);

G_END_DECLS
