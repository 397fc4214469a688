/* SPDX-License-Identifier: MIT */

/* Whatever else is POSIX: see base/platform.h. */

#include "engine/base/platform.h"

#if !HR_PLATFORM_LINUX && !HR_PLATFORM_DARWIN

#include "engine/probe/process.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint32_t               n_threads;
static _Thread_local uint32_t thread;

/* Returns an empty name: POSIX does not tell it. */
const char *
hr_process_name (void)
{
  return "";
}

/* Returns 0: it tells processes apart that have the same number in one folder, and here is none. */
uint64_t
hr_process_start_time (void)
{
  return 0;
}

/* Returns this thread's number, never 0: in the order in which they asked. */
uint32_t
hr_process_thread (void)
{
  while (thread == 0)
    thread = __atomic_add_fetch (&n_threads, 1, __ATOMIC_RELAXED);

  return thread;
}

/* Fills @out with @bytes that nobody can guess. Returns false with errno. */
bool
hr_process_random (void  *out,
                   size_t bytes)
{
  int     fd = open ("/dev/urandom", O_RDONLY | O_CLOEXEC);
  ssize_t n;

  if (fd < 0)
    return false;

  n = read (fd, out, bytes);
  close (fd);

  return n == (ssize_t) bytes;
}

/* Returns @bytes of zeros for munmap (), each page of them memory once it is touched; a private mapping of this device is the same as an
 * anonymous one, which POSIX has no word for. MAP_FAILED with errno. */
void *
hr_process_map (size_t bytes,
                bool   sparse)
{
  int   fd = open ("/dev/zero", O_RDWR | O_CLOEXEC);
  void *memory;

  if (fd < 0)
    return MAP_FAILED;

  memory = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  close (fd);

  return memory;
}

/* Returns errno's text; @buffer may be used for it. */
const char *
hr_process_error_text (int    error,
                       char  *buffer,
                       size_t size)
{
  return strerror_r (error, buffer, size) == 0 ? buffer : "unknown error";
}

#endif
