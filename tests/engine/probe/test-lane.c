/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How threads come by their lanes, where that goes wrong. */

#include "tests/engine/probe/region-fixture.h"

#include "engine/probe/layout.h"

#include <dlfcn.h>
#include <pthread.h>

/* While it is set the thread can be given nothing more to keep. */
static _Thread_local gboolean full;

/* Stands before the C library's; ThreadSanitizer needs that for itself before there is a thread. */
#if !defined(__SANITIZE_THREAD__)
int
pthread_setspecific (pthread_key_t key,
                     const void   *value)
{
  static int (*original) (pthread_key_t, const void *);

  if (original == NULL)
    *(void **) &original = dlsym (RTLD_NEXT, "pthread_setspecific");

  return full ? ENOMEM : original (key, value);
}
#endif

typedef struct
{
  HrProbe *probe;
  HrProbe *next;
  HrMetric metric;
} Thread;

static void *
record_and_close (void *data)
{
  Thread *self = data;

  hr_probe_count (self->probe, self->metric, 1);
  hr_probe_close (self->probe);

  full = TRUE;
  hr_probe_count (self->next, self->metric, 1);
  full = FALSE;

  return NULL;
}

/* What the thread held of the first probe is gone when the second one finds no memory, and must not be given back at its end. */
static void
test_a_thread_ends_after_its_memory_did (Fixture      *fixture,
                                         gconstpointer data)
{
  Thread    self = { .probe = open_probe (fixture), .next = open_probe (fixture) };
  pthread_t thread;

  self.metric = add_counter (self.probe, "jobs");
  g_assert_cmpuint (add_counter (self.next, "jobs"), ==, self.metric);
  g_assert_cmpint (pthread_create (&thread, NULL, record_and_close, &self), ==, 0);
  pthread_join (thread, NULL);

#if !defined(__SANITIZE_THREAD__)
  g_assert_cmpuint (hr_probe_unplaced (self.next), ==, 1);
#endif
  hr_probe_close (self.next);
}

static void *
count_once (void *data)
{
  Thread *self = data;

  hr_probe_count (self->probe, self->metric, 1);

  return NULL;
}

/* The region is a file that others can write: a lane is its thread's, whatever stands there. */
static void
test_a_lane_has_one_owner_whatever_the_region_says (Fixture      *fixture,
                                                    gconstpointer data)
{
  const uint32_t nobody = 0;
  const off_t    offset = HR_LAYOUT_LANES_OFFSET + offsetof (HrRegionLane, owner);
  Thread         self = { .probe = open_probe (fixture) };
  int            fd = open (hr_probe_path (self.probe), O_RDWR | O_CLOEXEC);
  uint32_t       owner, n_lanes;
  pthread_t      thread;

  self.metric = add_counter (self.probe, "jobs");
  count_once (&self);
  g_assert_cmpint (pread (fd, &owner, sizeof owner, offset), ==, sizeof owner);
  g_assert_cmpuint (owner, ==, (guint) gettid ());

  g_assert_cmpint (pwrite (fd, &nobody, sizeof nobody, offset), ==, sizeof nobody);
  g_assert_cmpint (pthread_create (&thread, NULL, count_once, &self), ==, 0);
  pthread_join (thread, NULL);
  g_assert_cmpint (pread (fd, &n_lanes, sizeof n_lanes, offsetof (HrRegionHeader, n_lanes)), ==, sizeof n_lanes);
  g_assert_cmpuint (n_lanes, ==, 2);

  close (fd);
  hr_probe_close (self.probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/lane/memory", test_a_thread_ends_after_its_memory_did);
  ADD_CASE ("/probe/lane/owner", test_a_lane_has_one_owner_whatever_the_region_says);

  return g_test_run ();
}
