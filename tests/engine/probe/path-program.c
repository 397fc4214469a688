/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Records a million times of each kind where every system call but write () and exit_group () is deadly, and every
 * allocation and lock is told: path-program records | strided | clock | malloc | free | lock | getpid | first.
 *
 * "clock" only reads the system's clock; the last five then do on purpose, once, what a record must not, "first" with a
 * metric that is new. Ends with 0, PATH_EXIT_SEEN, PATH_EXIT_NO_SECCOMP, or by SIGSYS. Its region stays for the caller
 * to read. */

#include "tests/engine/probe/path-program.h"
#include "engine/probe/category.h"
#include "engine/probe/probe.h"
#include "engine/probe/reader.h"
#include "engine/probe/span.h"

#include <dlfcn.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

static bool guarded;

static void
tell (const char *what)
{
  const char end[] = " on the path of a record\n";

  if (!guarded)
    return;

  guarded = false;
  if (write (STDERR_FILENO, what, strlen (what)) < 0 || write (STDERR_FILENO, end, sizeof end - 1) < 0)
    _exit (2);
  _exit (PATH_EXIT_SEEN);
}

/* What the C library calls behind its own names. */
void *__libc_malloc (size_t bytes);
void *__libc_calloc (size_t n,
                     size_t bytes);
void *__libc_realloc (void  *memory,
                      size_t bytes);
void  __libc_free (void *memory);

void *
malloc (size_t bytes)
{
  tell ("malloc ()");

  return __libc_malloc (bytes);
}

void *
calloc (size_t n,
        size_t bytes)
{
  tell ("calloc ()");

  return __libc_calloc (n, bytes);
}

void *
realloc (void  *memory,
         size_t bytes)
{
  tell ("realloc ()");

  return __libc_realloc (memory, bytes);
}

void
free (void *memory)
{
  tell ("free ()");
  __libc_free (memory);
}

int
pthread_mutex_lock (pthread_mutex_t *mutex)
{
  static int (*real) (pthread_mutex_t * mutex);

  tell ("pthread_mutex_lock ()");
  if (real == NULL)
    real = (int (*) (pthread_mutex_t *)) dlsym (RTLD_NEXT, "pthread_mutex_lock");

  return real (mutex);
}

/* From here on the kernel ends the process at a system call that is none of the two. */
static bool
forbid_system_calls (void)
{
  struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, arch)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0, 3),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_write, 2, 0),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_exit_group, 1, 0),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { .len = sizeof filter / sizeof filter[0], .filter = filter };

  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

typedef struct
{
  HrProbe   *probe;
  HrMetric   timed;
  HrMetric   measured;
  HrMetric   gauge;
  HrMetric   ratio;
  HrMetric   counter;
  HrMetric   event;
  HrCategory category;
} Everything;

static void
set_up (Everything *self,
        HrProbe    *probe)
{
  *self = (Everything){
    .probe = probe,
    .timed = hr_probe_metric (probe, "timed", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER),
    .measured = hr_probe_metric (probe, "measured", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER),
    .gauge = hr_probe_metric (probe, "gauge", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER),
    .ratio = hr_probe_metric (probe, "ratio", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER),
    .counter = hr_probe_metric (probe, "counter", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_HIGHER),
    .event = hr_probe_metric (probe, "event", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER),
    .category = hr_probe_category (probe, "ranking"),
  };
}

static void
record_everything (const Everything *self,
                   uint32_t          n)
{
  HrProbe *probe = self->probe;

  for (uint32_t i = 0; i < n; i++)
    {
      uint64_t begin = hr_probe_begin (probe);

      HR_SPAN (probe, "outer")
        HR_SPAN (probe, "inner")
          hr_probe_duration (probe, self->measured, i, 1 + i % 3);
      hr_probe_gauge (probe, self->gauge, i);
      hr_probe_gauge_at (probe, self->ratio, begin, 0.5);
      hr_probe_count (probe, self->counter, 1);
      hr_probe_event (probe, self->event, i);
      hr_probe_allocated (probe, self->category, 100);
      hr_probe_freed (probe, self->category, 100);
      hr_probe_end (probe, self->timed, begin, 1);
    }
}

static void
read_clock (void)
{
  volatile uint64_t last;

  for (uint32_t i = 0; i < PATH_RECORDS; i++)
    last = hr_clock_monotonic ();
  (void) last;
}

/* Does what a record must not. */
static void
misbehave (const char       *how,
           const Everything *everything)
{
  static void *volatile memory;
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

  if (strcmp (how, "malloc") == 0)
    memory = malloc (100);
  else if (strcmp (how, "free") == 0)
    free (memory);
  else if (strcmp (how, "lock") == 0)
    pthread_mutex_lock (&mutex);
  else if (strcmp (how, "getpid") == 0)
    syscall (SYS_getpid);
  else if (strcmp (how, "first") == 0)
    hr_probe_gauge (everything->probe, hr_probe_metric (everything->probe, "new", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER), 1);
}

int
main (int   argc,
      char *argv[])
{
  const char     *mode = argc > 1 ? argv[1] : "records";
  HrProbe        *probe = hr_probe_open ("path");
  HrRegionReader *reader;
  Everything      everything;

  if (hr_probe_path (probe) == NULL || hr_region_reader_open (hr_probe_path (probe), &reader) != HR_REGION_OK)
    return 2;

  set_up (&everything, probe);
  record_everything (&everything, 1);
  if (strcmp (mode, "strided") == 0)
    hr_region_reader_set_stride (reader, PATH_STRIDE);

  if (!forbid_system_calls ())
    return PATH_EXIT_NO_SECCOMP;
  guarded = true;
  if (strcmp (mode, "clock") == 0)
    read_clock ();
  else
    record_everything (&everything, PATH_RECORDS);
  misbehave (mode, &everything);
  guarded = false;

  _exit (hr_probe_unplaced (probe) == 0 ? 0 : 2);
}
