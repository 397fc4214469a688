/* SPDX-License-Identifier: MIT */

/* Apple's systems. Written from Apple's documentation without a Mac or an iPhone at hand: it was compiled with declarations of our own
 * (tests/engine/agents/ios), never with Apple's headers, and never run. */

#include "engine/base/platform.h"

#if HR_PLATFORM_DARWIN

#include "engine/probe/process.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Returns the executable's name, without its folder. Owned by the system. */
const char *
hr_process_name (void)
{
  const char *name = getprogname ();

  return name != NULL ? name : "";
}

/* Returns 0: it tells processes apart that have the same number in one folder, and here is none. */
uint64_t
hr_process_start_time (void)
{
  return 0;
}

/* Returns this thread's number, never 0. The system's have 64 bits, of which no boot uses up the lower half. */
uint32_t
hr_process_thread (void)
{
  uint64_t number = 0;

  return pthread_threadid_np (pthread_self (), &number) == 0 && (uint32_t) number != 0 ? (uint32_t) number : UINT32_MAX;
}

/* Fills @out with @bytes that nobody can guess. Cannot fail. */
bool
hr_process_random (void  *out,
                   size_t bytes)
{
  arc4random_buf (out, bytes);

  return true;
}

/* Returns @bytes of zeros for munmap (), each page of them memory once it is touched: nothing is set aside here, be it @sparse or not.
 * MAP_FAILED with errno. */
void *
hr_process_map (size_t bytes,
                bool   sparse)
{
  return mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
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
