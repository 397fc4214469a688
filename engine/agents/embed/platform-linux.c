/* SPDX-License-Identifier: MIT */

/* Linux, by /proc/self. */

#include "engine/base/platform.h"

#if HR_PLATFORM_LINUX

#include "engine/agents/embed/platform.h"

#include "engine/base/units.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define FILE_BYTES 4096

/* Reads the beginning of a file, closed by a NUL. */
static bool
read_file (const char *path,
           char       *out)
{
  int     fd = open (path, O_RDONLY | O_CLOEXEC);
  size_t  used = 0;
  ssize_t n = 0;

  if (fd < 0)
    return false;

  while (used < FILE_BYTES - 1 && (n = read (fd, out + used, FILE_BYTES - 1 - used)) > 0)
    used += (size_t) n;
  close (fd);
  out[used] = '\0';

  return n >= 0 && used > 0;
}

/* Finds the line "Name:  123 kB", where kB are 1 024 bytes. */
static double
megabytes_of (const char *text,
              const char *name)
{
  const char        *line = strstr (text, name);
  unsigned long long kilobytes;

  if (line == NULL || (line != text && line[-1] != '\n') || sscanf (line + strlen (name), " %llu kB", &kilobytes) != 1)
    return (double) NAN;

  return (double) kilobytes * 1024 / HR_BYTES_PER_MB;
}

/* Field 20 of the stat file. The program's name is field 2, in parentheses, and may hold anything: fields count from the last ')'. */
static double
threads_of (const char *stat)
{
  const char        *field = strrchr (stat, ')');
  unsigned long long n_threads;

  for (int i = 2; field != NULL && i < 20; i++)
    field = strchr (field + 1, ' ');

  return field != NULL && sscanf (field, " %llu", &n_threads) == 1 ? (double) n_threads : (double) NAN;
}

/* Reads what there is to know now. smaps_rollup walks the whole address space: milliseconds for a large program. */
void
hr_platform_read (HrPlatformFigures *out)
{
  char            text[FILE_BYTES];
  struct timespec cpu;

  *out = (HrPlatformFigures){ (double) NAN, (double) NAN, (double) NAN, (double) NAN, (double) NAN };
  if (read_file ("/proc/self/smaps_rollup", text))
    {
      out->memory_mb = megabytes_of (text, "Pss:");
      out->resident_mb = megabytes_of (text, "Rss:");
    }
  if (read_file ("/proc/self/stat", text))
    out->n_threads = threads_of (text);
  if (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0)
    out->cpu_seconds = (double) cpu.tv_sec + (double) cpu.tv_nsec / HR_NS_PER_SECOND;
}

/* Writes "pid 4711 · Linux 6.1.0". */
void
hr_platform_describe (char  *out,
                      size_t size)
{
  struct utsname name;

  if (uname (&name) == 0)
    snprintf (out, size, "pid %ld · %s %s", (long) getpid (), name.sysname, name.release);
  else
    snprintf (out, size, "pid %ld", (long) getpid ());
}

/* Returns whether the other end of the Unix socket @fd runs as this user, as the kernel says. */
bool
hr_platform_peer_is_us (int fd)
{
  struct ucred peer;
  socklen_t    size = sizeof peer;

  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid ();
}

/* Returns NULL: the desktop learns of pressure on Linux from the computer's own agent. */
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
