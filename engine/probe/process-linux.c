/* SPDX-License-Identifier: MIT */

#include "engine/base/platform.h"

#if HR_PLATFORM_LINUX

#include "engine/probe/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

/* Returns the executable's name, without its folder. Owned by the system. */
const char *
hr_process_name (void)
{
  return program_invocation_short_name;
}

/* Returns the process's start in clock ticks since boot, 0 where /proc does not say. */
uint64_t
hr_process_start_time (void)
{
  char               text[1024];
  int                fd = open ("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  ssize_t            length = fd < 0 ? -1 : read (fd, text, sizeof text - 1);
  unsigned long long start = 0;
  const char        *field;

  if (fd >= 0)
    close (fd);
  if (length <= 0)
    return 0;

  /* The program's name is field 2, in parentheses, and may hold anything: fields count from the last ')'. */
  text[length] = '\0';
  field = strrchr (text, ')');
  for (int i = 2; field != NULL && i < 22; i++)
    field = strchr (field + 1, ' ');

  return field != NULL && sscanf (field, " %llu", &start) == 1 ? start : 0;
}

/* Returns this thread's number, never 0. */
uint32_t
hr_process_thread (void)
{
  return (uint32_t) gettid ();
}

/* Fills @out with @bytes (at most 256) that nobody can guess. Returns false with errno. */
bool
hr_process_random (void  *out,
                   size_t bytes)
{
  return getrandom (out, bytes, 0) == (ssize_t) bytes;
}

/* Returns @bytes of zeros for munmap (), each page of them memory once it is touched; @sparse: most never are, and are not set aside.
 * MAP_FAILED with errno. */
void *
hr_process_map (size_t bytes,
                bool   sparse)
{
  return mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (sparse ? MAP_NORESERVE : 0), -1, 0);
}

/* Returns errno's text; @buffer may be used for it. */
const char *
hr_process_error_text (int    error,
                       char  *buffer,
                       size_t size)
{
  return strerror_r (error, buffer, size);
}

#endif
