/* SPDX-License-Identifier: MIT */

/* Apple's systems. Written from Apple's documentation without a Mac or an iPhone at hand: it was compiled with declarations of our own
 * (tests/engine/agents/ios), never with Apple's headers, and never run. Everything else of this room is tested on Linux. */

#include "engine/base/platform.h"

#if HR_PLATFORM_DARWIN

#include "engine/agents/embed/platform.h"

#include "engine/base/units.h"

#include <TargetConditionals.h>
#include <dispatch/dispatch.h>
#include <mach/mach.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <unistd.h>

#if TARGET_OS_IPHONE
#include <os/proc.h>
#define SYSTEM_NAME "iOS"
#else
#define SYSTEM_NAME "macOS"
#endif

struct _HrPlatformWatch
{
  dispatch_queue_t       queue;
  dispatch_source_t      source;
  HrPlatformPressureFunc callback;
  void                  *user_data;
};

static double
seconds (time_value_t time)
{
  return (double) time.seconds + (double) time.microseconds / 1e6;
}

/* The physical footprint is what the system judges an app by. */
static void
read_memory (HrPlatformFigures *out)
{
  task_vm_info_data_t    info;
  mach_msg_type_number_t count = TASK_VM_INFO_COUNT;

  if (task_info (mach_task_self (), TASK_VM_INFO, (task_info_t) &info, &count) != KERN_SUCCESS)
    return;

  out->memory_mb = (double) info.phys_footprint / HR_BYTES_PER_MB;
  out->resident_mb = (double) info.resident_size / HR_BYTES_PER_MB;
}

/* Threads that run stand in one place, those that ended in another. */
static void
read_cpu (HrPlatformFigures *out)
{
  struct task_thread_times_info live;
  struct mach_task_basic_info   ended;
  mach_msg_type_number_t        live_count = TASK_THREAD_TIMES_INFO_COUNT;
  mach_msg_type_number_t        ended_count = MACH_TASK_BASIC_INFO_COUNT;

  if (task_info (mach_task_self (), TASK_THREAD_TIMES_INFO, (task_info_t) &live, &live_count) != KERN_SUCCESS ||
      task_info (mach_task_self (), MACH_TASK_BASIC_INFO, (task_info_t) &ended, &ended_count) != KERN_SUCCESS)
    return;

  out->cpu_seconds = seconds (live.user_time) + seconds (live.system_time) + seconds (ended.user_time) + seconds (ended.system_time);
}

static void
read_threads (HrPlatformFigures *out)
{
  thread_act_array_t     threads;
  mach_msg_type_number_t count;

  if (task_threads (mach_task_self (), &threads, &count) != KERN_SUCCESS)
    return;

  out->n_threads = (double) count;
  for (mach_msg_type_number_t i = 0; i < count; i++)
    mach_port_deallocate (mach_task_self (), threads[i]);
  vm_deallocate (mach_task_self (), (vm_address_t) threads, count * sizeof *threads);
}

/* Reads what there is to know now. */
void
hr_platform_read (HrPlatformFigures *out)
{
  *out = (HrPlatformFigures){ (double) NAN, (double) NAN, (double) NAN, (double) NAN, (double) NAN };
  read_memory (out);
  read_cpu (out);
  read_threads (out);
#if TARGET_OS_IPHONE
  out->available_mb = (double) os_proc_available_memory () / HR_BYTES_PER_MB;
#endif
}

static void
read_text (const char *name,
           char       *out,
           size_t      size)
{
  size_t length = size;

  if (sysctlbyname (name, out, &length, NULL, 0) != 0)
    out[0] = '\0';
  out[size - 1] = '\0';
}

/* Writes "iPhone14,5 · iOS 17.2". */
void
hr_platform_describe (char  *out,
                      size_t size)
{
  char model[64], version[32];

  read_text ("hw.machine", model, sizeof model);
  read_text ("kern.osproductversion", version, sizeof version);
  snprintf (out, size, "%s · " SYSTEM_NAME " %s", model, version);
}

/* Returns whether the other end of the Unix socket @fd runs as this user, as the kernel says. */
bool
hr_platform_peer_is_us (int fd)
{
  uid_t user;
  gid_t group;

  return getpeereid (fd, &user, &group) == 0 && user == geteuid ();
}

static void
pressure_event_cb (void *user_data)
{
  HrPlatformWatch *self = user_data;
  unsigned long    flags = dispatch_source_get_data (self->source);

  self->callback (self->user_data, (flags & DISPATCH_MEMORYPRESSURE_CRITICAL) != 0 ? 2 : 1);
}

static void
nothing_cb (void *user_data)
{
}

/* Watches the system's memory from a queue of its own. Returns NULL where that cannot be had; hr_platform_watch_free () ends it. */
HrPlatformWatch *
hr_platform_watch_pressure (HrPlatformPressureFunc callback,
                            void                  *user_data)
{
  HrPlatformWatch *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;

  self->callback = callback;
  self->user_data = user_data;
  self->queue = dispatch_queue_create ("io.github.headroom.memory-pressure", DISPATCH_QUEUE_SERIAL);
  self->source = dispatch_source_create (DISPATCH_SOURCE_TYPE_MEMORYPRESSURE, 0,
                                         DISPATCH_MEMORYPRESSURE_WARN | DISPATCH_MEMORYPRESSURE_CRITICAL, self->queue);
  if (self->source == NULL)
    {
      dispatch_release (self->queue);
      free (self);
      return NULL;
    }

  dispatch_set_context (self->source, self);
  dispatch_source_set_event_handler_f (self->source, pressure_event_cb);
  dispatch_resume (self->source);

  return self;
}

/* Ends the watch: nothing is called back afterwards. Accepts NULL. Not from the callback itself. */
void
hr_platform_watch_free (HrPlatformWatch *self)
{
  if (self == NULL)
    return;

  dispatch_source_cancel (self->source);
  /* What runs in the queue now is over when this has run. */
  dispatch_sync_f (self->queue, NULL, nothing_cb);
  dispatch_release (self->source);
  dispatch_release (self->queue);
  free (self);
}

#endif
