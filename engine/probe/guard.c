/* SPDX-License-Identifier: MIT */

#include "engine/base/platform.h"

#if HR_PLATFORM_REGION_FILES

#include "engine/probe/guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Guards are linked for ever and used again, so that the signal handler may walk the list at any moment without a lock.
 * @bytes is 0 while nobody uses the guard's stretch. */
struct _HrGuard
{
  HrGuard  *next;
  uint32_t  taken;
  uint32_t  cut;
  uintptr_t begin;
  size_t    bytes;
};

static HrGuard         *guards;
static pthread_once_t   installed = PTHREAD_ONCE_INIT;
static struct sigaction previous;
static uintptr_t        page_bytes;

/* Returns the guard whose stretch holds @address, or NULL. Async-signal-safe. */
static HrGuard *
guard_of (uintptr_t address)
{
  for (HrGuard *guard = __atomic_load_n (&guards, __ATOMIC_ACQUIRE); guard != NULL; guard = guard->next)
    {
      size_t    bytes = __atomic_load_n (&guard->bytes, __ATOMIC_ACQUIRE);
      uintptr_t begin = __atomic_load_n (&guard->begin, __ATOMIC_RELAXED);

      if (address >= begin && address - begin < bytes)
        return guard;
    }

  return NULL;
}

/* Puts a page of zeros where the file has none any more, so that the interrupted access goes on. */
static bool
patch (uintptr_t address)
{
  HrGuard  *guard = guard_of (address);
  uintptr_t page = address & ~(page_bytes - 1);

  if (guard == NULL)
    return false;

  __atomic_store_n (&guard->cut, 1, __ATOMIC_RELEASE);

  return mmap ((void *) page, page_bytes, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

/* Hands a SIGBUS that is not ours to whoever handled it before. */
static void
chain (int        number,
       siginfo_t *info,
       void      *context)
{
  if (previous.sa_flags & SA_SIGINFO)
    previous.sa_sigaction (number, info, context);
  else if (previous.sa_handler == SIG_IGN && info->si_code <= 0)
    return;
  else if (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN)
    {
      struct sigaction action = { .sa_handler = SIG_DFL };

      /* Delivered as soon as this handler returns: the process ends as it would have without us. */
      sigaction (number, &action, NULL);
      raise (number);
    }
  else
    previous.sa_handler (number);
}

static void
bus_error_cb (int        number,
              siginfo_t *info,
              void      *context)
{
  int saved = errno;

  /* si_code is positive only when the kernel raised it; then the address is true. */
  if (info->si_code <= 0 || !patch ((uintptr_t) info->si_addr))
    chain (number, info, context);
  errno = saved;
}

static void
install (void)
{
  struct sigaction action = { .sa_sigaction = bus_error_cb, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };

  page_bytes = (uintptr_t) sysconf (_SC_PAGESIZE);
  sigemptyset (&action.sa_mask);
  sigaction (SIGBUS, NULL, &previous);
  sigaction (SIGBUS, &action, NULL);
}

/* Returns a guard that is free, taken for the caller, or NULL. */
static HrGuard *
take_used_guard (void)
{
  for (HrGuard *guard = __atomic_load_n (&guards, __ATOMIC_ACQUIRE); guard != NULL; guard = guard->next)
    {
      uint32_t nobody = 0;

      if (__atomic_compare_exchange_n (&guard->taken, &nobody, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return guard;
    }

  return NULL;
}

static HrGuard *
take_new_guard (void)
{
  HrGuard *guard = calloc (1, sizeof *guard);

  if (guard == NULL)
    return NULL;

  guard->taken = 1;
  guard->next = __atomic_load_n (&guards, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n (&guards, &guard->next, guard, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
    ;

  return guard;
}

/* Guards the mapping of @bytes at @memory from now on. The process's SIGBUS handler is installed with the first guard and stays;
 * faults elsewhere go to the handler before it. Returns NULL only without memory. */
HrGuard *
hr_guard_add (void  *memory,
              size_t bytes)
{
  HrGuard *guard;

  pthread_once (&installed, install);

  guard = take_used_guard ();
  if (guard == NULL)
    guard = take_new_guard ();
  if (guard == NULL)
    return NULL;

  __atomic_store_n (&guard->cut, 0, __ATOMIC_RELAXED);
  __atomic_store_n (&guard->begin, (uintptr_t) memory, __ATOMIC_RELAXED);
  __atomic_store_n (&guard->bytes, bytes, __ATOMIC_RELEASE);

  return guard;
}

/* Ends the guard; call it before the memory is unmapped. NULL is allowed. */
void
hr_guard_remove (HrGuard *self)
{
  if (self == NULL)
    return;

  __atomic_store_n (&self->bytes, 0, __ATOMIC_RELEASE);
  __atomic_store_n (&self->taken, 0, __ATOMIC_RELEASE);
}

/* Returns whether an access has met a place where the file ends by now. NULL, for memory that has no end, is allowed. */
bool
hr_guard_cut (const HrGuard *self)
{
  return self != NULL && __atomic_load_n (&self->cut, __ATOMIC_ACQUIRE) != 0;
}

#endif
