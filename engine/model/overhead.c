/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/overhead.h"

#include <time.h>

#define SECOND_NS 1000000000

/* Takes the process's CPU clock at @wall_ns. Returns whether a second has passed since the last
 * figure, so that @share is a new one. */
gboolean
hr_overhead_advance (HrOverhead *self,
                     gint64      wall_ns,
                     gint64      cpu_ns,
                     guint       n_processors)
{
  gint64 elapsed = wall_ns - self->wall_ns;

  if (self->wall_ns != 0 && elapsed < SECOND_NS)
    return FALSE;

  if (self->wall_ns != 0)
    {
      self->share = (double) (cpu_ns - self->cpu_ns) / ((double) elapsed * MAX (n_processors, 1));
      self->measured = TRUE;
    }
  self->wall_ns = wall_ns;
  self->cpu_ns = cpu_ns;

  return self->measured;
}

/* Returns the processor time that this process has used in all its threads, in nanoseconds. */
gint64
hr_overhead_process_cpu (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);

  return now.tv_sec * (gint64) SECOND_NS + now.tv_nsec;
}
