/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A forked child records in a region of its own, from its first record on, and its parent notices nothing. */

#include "tests/engine/probe/region-fixture.h"

#include "engine/probe/category.h"
#include "engine/probe/span.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define N_CHILDREN 20
#define N_THREADS 4
#define RECORDS_EACH 1000

/* In a child: ends it well when all it asserted was true. */
static void
end_child (HrProbe *probe)
{
  uint64_t unplaced = hr_probe_unplaced (probe);

  hr_probe_close (probe);
  _exit (unplaced == 0 ? 0 : 1);
}

static void
assert_own_header (const char           *path,
                   const HrRegionHeader *parent)
{
  HrRegionReader       *reader = open_reader (path);
  const HrRegionHeader *header = hr_region_reader_header (reader);

  g_assert_cmpuint (header->pid, ==, (guint) getpid ());
  g_assert_cmpuint (header->pid, !=, parent->pid);
  g_assert_cmpuint (header->pid_start_time, >=, parent->pid_start_time);
  g_assert_cmpuint (header->started_monotonic, >=, parent->started_monotonic);
  g_assert_cmpuint (header->tick_scale, ==, parent->tick_scale);
  g_assert_cmpstr (header->name, ==, parent->name);
  g_assert_cmpint (memcmp (header->uuid, parent->uuid, sizeof header->uuid), !=, 0);
  g_assert_true (hr_region_reader_alive (reader));
  hr_region_reader_close (reader);
}

static void
test_a_child_begins_at_nothing (Fixture      *fixture,
                                gconstpointer data)
{
  HrProbe         *probe = open_probe (fixture);
  HrMetric         batch = add_duration (probe, "batch");
  HrMetric         jobs = add_counter (probe, "jobs");
  HrCategory       category = hr_probe_category (probe, "ranking");
  HrRegionReader  *reader = open_reader (hr_probe_path (probe));
  g_autofree char *path = g_strdup (hr_probe_path (probe));
  pid_t            child;

  hr_probe_duration (probe, batch, 7, 1);
  hr_probe_count (probe, jobs, 1);
  hr_probe_allocated (probe, category, 100);
  hr_region_reader_set_stride (reader, 4);

  child = fork ();
  if (child == 0)
    {
      HrRegionReader  *own;
      HrRegionUsage    usage;
      HrRegionCategory name;

      hr_probe_count (probe, jobs, 20);
      g_assert_cmpuint (totals_in (hr_probe_path (probe), batch).count, ==, 0);
      hr_probe_duration (probe, batch, 5000, 1);
      hr_probe_allocated (probe, category, 30);
      hr_probe_count (probe, add_counter (probe, "more"), 300);
      g_assert_null (hr_probe_error (probe));
      assert_own_header (hr_probe_path (probe), hr_region_reader_header (reader));

      /* Metrics and categories stand where they stood. */
      g_assert_cmpfloat (totals_in (hr_probe_path (probe), jobs).sum, ==, 20);
      g_assert_cmpfloat (totals_in (hr_probe_path (probe), batch).min, ==, 5000);
      g_assert_cmpfloat (totals_in (hr_probe_path (probe), 2).sum, ==, 300);
      g_assert_cmpuint (add_counter (probe, "jobs"), ==, jobs);
      own = open_reader (hr_probe_path (probe));
      g_assert_cmpuint (hr_region_reader_drain (own, ignore_record_cb, NULL), ==, 1);
      g_assert_cmpuint (hr_region_reader_get_stride (own), ==, 1);
      g_assert_true (hr_region_reader_category (own, category, &name));
      g_assert_cmpstr (name.name, ==, "ranking");
      g_assert_true (hr_region_reader_usage (own, category, &usage));
      g_assert_cmpuint (usage.allocated_bytes, ==, 30);
      hr_region_reader_close (own);
      end_child (probe);
    }
  wait_for_success (child);

  /* The parent's is as it was. */
  g_assert_cmpuint (count_files (fixture->folder), ==, 2);
  g_assert_true (hr_region_reader_alive (reader));
  g_assert_cmpstr (hr_probe_path (probe), ==, path);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 2);
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 1);
  g_assert_cmpfloat (totals_in (path, jobs).sum, ==, 1);
  g_assert_cmpuint (add_counter (probe, "more too"), ==, 2);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_child_that_never_records_has_no_region (Fixture      *fixture,
                                               gconstpointer data)
{
  HrProbe *probe = open_probe (fixture);
  pid_t    child;
  HrSpan   span;

  add_counter (probe, "jobs");
  span = hr_span_begin (probe, "outer");
  child = fork ();
  if (child == 0)
    {
      /* None of these is a record: the span was the parent's. */
      add_counter (probe, "more");
      hr_probe_category (probe, "ranking");
      hr_probe_poll (probe);
      hr_span_end (probe, span);
      g_assert_null (hr_probe_path (probe));
      end_child (probe);
    }
  wait_for_success (child);
  hr_span_end (probe, span);

  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
  g_assert_cmpuint (totals_in (hr_probe_path (probe), 1).count, ==, 1);
  hr_probe_close (probe);
}

/* In a process @generations from the last: forks, and records @n times when its child has ended. */
static void
record_in_generations (HrProbe *probe,
                       HrMetric metric,
                       guint    generations)
{
  if (generations > 0)
    {
      pid_t child = fork ();

      if (child == 0)
        {
          record_in_generations (probe, metric, generations - 1);
          end_child (probe);
        }
      wait_for_success (child);
    }

  /* Every second generation keeps silent. */
  if (generations % 2 == 0)
    {
      hr_probe_count (probe, metric, 10 + generations);
      g_assert_cmpfloat (totals_in (hr_probe_path (probe), metric).sum, ==, 10 + generations);
    }
}

static void
test_grandchildren_have_their_own (Fixture      *fixture,
                                   gconstpointer data)
{
  HrProbe *probe = open_probe (fixture);
  HrMetric jobs = add_counter (probe, "jobs");

  hr_probe_count (probe, jobs, 0);
  record_in_generations (probe, jobs, 4);
  g_assert_cmpuint (count_files (fixture->folder), ==, 3);
  g_assert_cmpfloat (totals_in (hr_probe_path (probe), jobs).sum, ==, 14);
  hr_probe_close (probe);
}

typedef struct
{
  HrProbe *probe;
  HrMetric metric;
  uint32_t n; /* records, 0: until told to stop */
  uint32_t stop;
  uint64_t n_recorded;
} Recorder;

static void *
record_many (void *data)
{
  Recorder *self = data;
  uint64_t  n = 0;

  while (self->n > 0 ? n < self->n : __atomic_load_n (&self->stop, __ATOMIC_RELAXED) == 0)
    {
      hr_probe_gauge (self->probe, self->metric, (double) n);
      n++;
    }
  __atomic_fetch_add (&self->n_recorded, n, __ATOMIC_RELAXED);

  return NULL;
}

static void
test_a_fork_disturbs_no_thread (Fixture      *fixture,
                                gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  Recorder        recorder = { .probe = probe, .metric = add_gauge (probe, "level") };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  uint64_t        n_read;
  pthread_t       thread;

  pthread_create (&thread, NULL, record_many, &recorder);
  for (guint i = 0; i < N_CHILDREN; i++)
    {
      pid_t child = fork ();

      if (child == 0)
        {
          for (guint r = 0; r < RECORDS_EACH; r++)
            hr_probe_gauge (probe, recorder.metric, r);
          g_assert_cmpuint (totals_in (hr_probe_path (probe), recorder.metric).count, ==, RECORDS_EACH);
          g_remove (hr_probe_path (probe));
          end_child (probe);
        }
      wait_for_success (child);
    }
  __atomic_store_n (&recorder.stop, 1, __ATOMIC_RELAXED);
  pthread_join (thread, NULL);

  n_read = hr_region_reader_drain (reader, ignore_record_cb, NULL);
  g_assert_cmpuint (n_read + hr_region_reader_lost (reader), ==, recorder.n_recorded);
  g_assert_cmpuint (totals_in (hr_probe_path (probe), recorder.metric).count, ==, recorder.n_recorded);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Whichever thread of the child records first makes the region, and none of the others' records is lost meanwhile. */
static void
test_threads_of_a_child_share_a_region (Fixture      *fixture,
                                        gconstpointer data)
{
  HrProbe *probe = open_probe (fixture);
  Recorder recorder = { .probe = probe, .metric = add_gauge (probe, "level"), .n = RECORDS_EACH };

  for (guint i = 0; i < N_CHILDREN; i++)
    {
      pid_t child = fork ();

      if (child == 0)
        {
          pthread_t threads[N_THREADS];

          for (guint t = 0; t < N_THREADS; t++)
            pthread_create (&threads[t], NULL, record_many, &recorder);
          for (guint t = 0; t < N_THREADS; t++)
            pthread_join (threads[t], NULL);
          g_assert_cmpuint (totals_in (hr_probe_path (probe), recorder.metric).count, ==, N_THREADS * RECORDS_EACH);
          g_remove (hr_probe_path (probe));
          end_child (probe);
        }
      wait_for_success (child);
    }
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
  hr_probe_close (probe);
}

static HrProbe *
open_below_limit (Fixture       *fixture,
                  struct rlimit *before)
{
  struct rlimit limit;
  HrProbe      *probe;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, before), ==, 0);
  limit = *before;
  limit.rlim_cur = 4096;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  probe = hr_probe_open_in (fixture->folder, "test");
  g_assert_nonnull (hr_probe_error (probe));

  return probe;
}

static void
test_the_child_of_a_no_op (Fixture      *fixture,
                           gconstpointer data)
{
  struct rlimit before;
  HrProbe      *probe = open_below_limit (fixture, &before);
  pid_t         child;

  hr_probe_count (probe, add_counter (probe, "jobs"), 1);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 1);

  /* What stopped the parent stops the child. */
  child = fork ();
  if (child == 0)
    {
      hr_probe_count (probe, HR_METRIC_NONE, 1);
      hr_probe_count (probe, add_counter (probe, "jobs"), 1);
      g_assert_null (hr_probe_path (probe));
      _exit (hr_probe_unplaced (probe) == 2 && hr_probe_error (probe) != NULL ? 0 : 1);
    }
  wait_for_success (child);
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);

  /* And where that is past, it records. */
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  child = fork ();
  if (child == 0)
    {
      hr_probe_count (probe, add_counter (probe, "jobs"), 2);
      g_assert_null (hr_probe_error (probe));
      g_assert_cmpfloat (totals_in (hr_probe_path (probe), 0).sum, ==, 2);
      end_child (probe);
    }
  wait_for_success (child);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 1);
  hr_probe_close (probe);
}

/* The probe whose region gets no name, and what its threads record in at that moment. */
static HrProbe        *nameless;
static HrRegionHeader *meanwhile;

/* Stands before the C library's. */
int
renameat (int         old_folder,
          const char *old_name,
          int         new_folder,
          const char *new_name)
{
  if (nameless == NULL)
    return (int) syscall (SYS_renameat2, old_folder, old_name, new_folder, new_name, 0);

  meanwhile = hr_probe_header (nameless);
  errno = EIO;

  return -1;
}

/* Another thread of the child may be recording while the region is made: it must not see one that goes away again. */
static void
test_a_region_that_fails_is_never_seen (Fixture      *fixture,
                                        gconstpointer data)
{
  HrProbe *probe = open_probe (fixture);
  HrMetric jobs = add_counter (probe, "jobs");
  pid_t    child = fork ();

  if (child == 0)
    {
      nameless = probe;
      hr_probe_count (probe, jobs, 1);
      g_assert_true (meanwhile == hr_probe_header (probe));
      g_assert_nonnull (hr_probe_error (probe));
      _exit (hr_probe_unplaced (probe) == 1 ? 0 : 1);
    }
  wait_for_success (child);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
  hr_probe_close (probe);
}

static void
test_a_child_without_a_folder_has_memory (Fixture      *fixture,
                                          gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "gone", NULL);
  HrProbe         *probe = hr_probe_open_in (folder, "test");
  HrMetric         jobs = add_counter (probe, "jobs");
  pid_t            child;

  g_assert_cmpint (g_remove (hr_probe_path (probe)), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_cmpint (chmod (fixture->folder, 0722), ==, 0);
  g_assert_cmpint (symlink ("/nowhere", folder), ==, 0);
  child = fork ();
  if (child == 0)
    {
      hr_probe_count (probe, jobs, 1);
      g_assert_nonnull (hr_probe_error (probe));
      g_assert_null (hr_probe_path (probe));
      end_child (probe);
    }
  wait_for_success (child);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/fork/nothing", test_a_child_begins_at_nothing);
  ADD_CASE ("/probe/fork/silent", test_a_child_that_never_records_has_no_region);
  ADD_CASE ("/probe/fork/grandchildren", test_grandchildren_have_their_own);
  ADD_CASE ("/probe/fork/undisturbed", test_a_fork_disturbs_no_thread);
  ADD_CASE ("/probe/fork/threads", test_threads_of_a_child_share_a_region);
  ADD_CASE ("/probe/fork/no-op", test_the_child_of_a_no_op);
  ADD_CASE ("/probe/fork/nameless", test_a_region_that_fails_is_never_seen);
  ADD_CASE ("/probe/fork/memory", test_a_child_without_a_folder_has_memory);

  return g_test_run ();
}
