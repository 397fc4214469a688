/* SPDX-License-Identifier: MIT */

/* Whatever else is POSIX: see base/platform.h. It tells what the process has computed, and nothing more. */

#include "engine/base/platform.h"

#if !HR_PLATFORM_LINUX && !HR_PLATFORM_DARWIN

#include "engine/agents/embed/platform.h"

#include "engine/base/units.h"

#include <math.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* Reads what there is to know now. */
void
hr_platform_read (HrPlatformFigures *out)
{
  struct timespec cpu;

  *out = (HrPlatformFigures){ (double) NAN, (double) NAN, (double) NAN, (double) NAN, (double) NAN };
  if (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0)
    out->cpu_seconds = (double) cpu.tv_sec + (double) cpu.tv_nsec / HR_NS_PER_SECOND;
}

/* Writes "pid 4711 · FreeBSD 14.1". */
void
hr_platform_describe (char  *out,
                      size_t size)
{
  struct utsname name;

  if (uname (&name) < 0)
    snprintf (out, size, "pid %ld", (long) getpid ());
  else
    snprintf (out, size, "pid %ld · %s %s", (long) getpid (), name.sysname, name.release);
}

/* Returns false: POSIX does not tell who the other end of a Unix socket is. So nobody is let in there, and TCP remains. */
bool
hr_platform_peer_is_us (int fd)
{
  return false;
}

/* Returns NULL: POSIX knows no shortage of memory. */
HrPlatformWatch *
hr_platform_watch_pressure (HrPlatformPressureFunc callback,
                            void                  *user_data)
{
  return NULL;
}

/* Accepts NULL, which is all that there is here. */
void
hr_platform_watch_free (HrPlatformWatch *self)
{
}

#endif
