/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The life of a probe: its metrics, lanes, control, forks, and what it does when it cannot publish. */

#include "tests/engine/probe/region-fixture.h"

#include <pthread.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void
test_metrics_have_one_meaning (Fixture      *fixture,
                               gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        jobs = add_counter (probe, "jobs");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  char            too_long[HR_REGION_NAME_BYTES + 1];
  HrRegionMetric  metric;

  memset (too_long, 'x', HR_REGION_NAME_BYTES);
  too_long[HR_REGION_NAME_BYTES] = '\0';

  g_assert_cmpuint (add_counter (probe, "jobs"), ==, jobs);
  g_assert_cmpuint (add_duration (probe, "jobs"), ==, HR_METRIC_NONE);
  g_assert_cmpuint (add_counter (probe, too_long), ==, HR_METRIC_NONE);
  g_assert_cmpuint (add_counter (probe, ""), ==, HR_METRIC_NONE);
  g_assert_cmpuint (add_counter (probe, "a\xff"), ==, HR_METRIC_NONE);
  g_assert_cmpuint (add_counter (probe, "größe"), ==, jobs + 1);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 2);

  g_assert_true (hr_region_reader_metric (reader, jobs, &metric));
  g_assert_cmpstr (metric.name, ==, "jobs");
  g_assert_cmpuint (metric.kind, ==, HR_KIND_COUNTER);
  g_assert_cmpuint (metric.direction, ==, HR_DIRECTION_HIGHER);
  g_assert_false (hr_region_reader_metric (reader, 2, &metric));

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_records_without_a_metric_are_counted (Fixture      *fixture,
                                           gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  for (guint i = 0; i < HR_REGION_METRICS; i++)
    {
      char name[16];

      g_snprintf (name, sizeof name, "metric %u", i);
      g_assert_cmpuint (add_counter (probe, name), ==, i);
    }

  g_assert_cmpuint (add_counter (probe, "one too many"), ==, HR_METRIC_NONE);
  hr_probe_count (probe, HR_METRIC_NONE, 1);
  hr_probe_count (probe, HR_REGION_METRICS, 1);
  hr_probe_duration (probe, 0, 1, 1);
  hr_probe_gauge (probe, 0, 1);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 4);
  g_assert_cmpuint (hr_region_reader_unplaced (reader), ==, 4);
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 0);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_the_header_says_who (Fixture      *fixture,
                          gconstpointer data)
{
  HrProbe              *probe = hr_probe_open_in (fixture->folder, "../.of \x01 many words");
  HrRegionReader       *reader = open_reader (hr_probe_path (probe));
  const HrRegionHeader *header = hr_region_reader_header (reader);
  g_autofree char      *folder = g_path_get_dirname (hr_probe_path (probe));
  struct stat           info;

  g_assert_cmpstr (header->name, ==, "../.of _ many words");
  g_assert_cmpuint (header->pid, ==, (guint) getpid ());
  g_assert_cmpuint (header->pid_start_time, >, 0);
  g_assert_cmpuint (header->started_realtime, <=, hr_clock_realtime ());
  g_assert_cmpstr (folder, ==, fixture->folder);
  g_assert_true (g_str_has_suffix (hr_probe_path (probe), HR_REGION_SUFFIX));
  g_assert_cmpint (stat (hr_probe_path (probe), &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_readers_switch_sampling (Fixture      *fixture,
                              gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrMetric        level = add_gauge (probe, "level");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  g_assert_true (hr_probe_sampling (probe));
  hr_region_reader_set_sampling (reader, false);
  g_assert_false (hr_probe_sampling (probe));
  g_assert_false (hr_region_reader_get_sampling (reader));
  hr_probe_gauge (probe, level, 1);
  hr_probe_gauge (probe, HR_METRIC_NONE, 1);
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 0);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);

  hr_region_reader_set_sampling (reader, true);
  hr_probe_gauge (probe, level, 1);
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 1);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
count_call_cb (void *user_data)
{
  (*(int *) user_data)++;
}

static void
test_a_cleanup_request_is_answered_once (Fixture      *fixture,
                                         gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  int             calls = 0;

  hr_region_reader_request_cleanup (reader);
  hr_probe_poll (probe);
  hr_probe_on_cleanup (probe, count_call_cb, &calls);
  hr_probe_poll (probe);
  hr_probe_poll (probe);
  g_assert_cmpint (calls, ==, 1);

  hr_region_reader_request_cleanup (reader);
  hr_probe_poll (probe);
  hr_probe_poll (probe);
  g_assert_cmpint (calls, ==, 2);

  hr_probe_on_cleanup (probe, NULL, NULL);
  hr_region_reader_request_cleanup (reader);
  hr_probe_poll (probe);
  g_assert_cmpint (calls, ==, 2);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_several_probes_keep_apart (Fixture      *fixture,
                                gconstpointer data)
{
  HrProbe        *first = open_probe (fixture);
  HrProbe        *second = open_probe (fixture);
  HrMetric        level = add_gauge (first, "level");
  HrRegionReader *reader = open_reader (hr_probe_path (second));

  add_gauge (second, "level");
  for (int i = 0; i < 3; i++)
    {
      hr_probe_gauge (first, level, 1);
      hr_probe_gauge (second, level, 1);
    }
  hr_probe_close (first);
  hr_probe_gauge (second, level, 1);

  /* A new probe may lie where the closed one lay. */
  first = open_probe (fixture);
  add_gauge (first, "level");
  hr_probe_gauge (first, level, 1);
  hr_probe_gauge (second, level, 1);

  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 5);
  hr_region_reader_close (reader);
  reader = open_reader (hr_probe_path (first));
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 1);

  hr_region_reader_close (reader);
  hr_probe_close (first);
  hr_probe_close (second);
}

/* Threads that record once each, and end together or when they like. */
typedef struct
{
  HrProbe          *probe;
  HrMetric          metric;
  pthread_barrier_t recorded;
} Crowd;

static void *
record_and_end (void *data)
{
  Crowd *crowd = data;

  hr_probe_gauge (crowd->probe, crowd->metric, 1);

  return NULL;
}

static void *
record_and_stay (void *data)
{
  Crowd *crowd = data;

  hr_probe_gauge (crowd->probe, crowd->metric, 1);
  pthread_barrier_wait (&crowd->recorded);

  return NULL;
}

static void
test_a_lane_is_handed_on (Fixture      *fixture,
                          gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  Crowd           crowd = { .probe = probe, .metric = add_gauge (probe, "level") };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  const guint     n = 3 * HR_REGION_LANES;
  HrRegionTotals  totals;

  for (guint i = 0; i < n; i++)
    {
      pthread_t thread;

      pthread_create (&thread, NULL, record_and_end, &crowd);
      pthread_join (thread, NULL);
    }

  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);
  g_assert_true (hr_region_reader_totals (reader, crowd.metric, &totals));
  g_assert_cmpuint (totals.count, ==, n);
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, n);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_threads_without_a_lane_are_counted (Fixture      *fixture,
                                         gconstpointer data)
{
  enum
  {
    N = HR_REGION_LANES + 3
  };
  HrProbe  *probe = open_probe (fixture);
  Crowd     crowd = { .probe = probe, .metric = add_gauge (probe, "level") };
  pthread_t threads[N];

  pthread_barrier_init (&crowd.recorded, NULL, N);
  for (guint i = 0; i < N; i++)
    pthread_create (&threads[i], NULL, record_and_stay, &crowd);
  for (guint i = 0; i < N; i++)
    pthread_join (threads[i], NULL);
  pthread_barrier_destroy (&crowd.recorded);

  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 3);
  hr_probe_close (probe);
}

static void *
record_before_and_after (void *data)
{
  Crowd *crowd = data;

  pthread_barrier_wait (&crowd->recorded);
  hr_probe_gauge (crowd->probe, crowd->metric, 1);
  pthread_barrier_wait (&crowd->recorded);
  pthread_barrier_wait (&crowd->recorded);
  hr_probe_gauge (crowd->probe, crowd->metric, 1);

  return NULL;
}

static void
test_a_thread_gets_a_lane_when_one_is_free (Fixture      *fixture,
                                            gconstpointer data)
{
  HrProbe  *probe = open_probe (fixture);
  Crowd     crowd = { .probe = probe, .metric = add_gauge (probe, "level") };
  Crowd     late = crowd;
  pthread_t threads[HR_REGION_LANES];
  pthread_t thread;

  pthread_barrier_init (&crowd.recorded, NULL, HR_REGION_LANES + 1);
  pthread_barrier_init (&late.recorded, NULL, 2);
  for (guint i = 0; i < HR_REGION_LANES; i++)
    pthread_create (&threads[i], NULL, record_and_stay, &crowd);
  pthread_create (&thread, NULL, record_before_and_after, &late);

  while (hr_probe_unplaced (probe) == 0)
    {
      HrRegionReader *reader = open_reader (hr_probe_path (probe));

      /* All lanes are taken when each has its record; only then does the late thread ask. */
      if (hr_region_reader_drain (reader, ignore_record_cb, NULL) == HR_REGION_LANES)
        {
          pthread_barrier_wait (&late.recorded);
          pthread_barrier_wait (&late.recorded);
        }
      hr_region_reader_close (reader);
    }

  pthread_barrier_wait (&crowd.recorded);
  for (guint i = 0; i < HR_REGION_LANES; i++)
    pthread_join (threads[i], NULL);
  pthread_barrier_wait (&late.recorded);
  pthread_join (thread, NULL);

  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 1);
  pthread_barrier_destroy (&crowd.recorded);
  pthread_barrier_destroy (&late.recorded);
  hr_probe_close (probe);
}

/* Says something to the parent, and goes with it at the latest. */
static void
wait_to_be_killed (int         out,
                   const char *text,
                   size_t      length)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (write (out, text, length) > 0)
    pause ();
  _exit (1);
}

/* A child that lives on does not keep the region of its dead parent alive. */
static void
test_a_region_ends_before_a_forked_child (Fixture      *fixture,
                                          gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  pid_t           child;
  int             ends[2];
  char            byte;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      close (ends[0]);
      wait_to_be_killed (ends[1], "", 1);
    }
  g_assert_cmpint (read (ends[0], &byte, 1), ==, 1);
  close (ends[0]);
  close (ends[1]);
  g_assert_true (hr_region_reader_alive (reader));
  hr_probe_close (probe);
  g_assert_false (hr_region_reader_alive (reader));
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  hr_region_reader_close (reader);
}

/* A program that records five times, says where, and waits to be killed. */
static void
run_victim (const char *folder,
            int         out)
{
  HrProbe *probe = hr_probe_open_in (folder, "victim");
  HrMetric level = add_gauge (probe, "level");

  for (int i = 0; i < 5; i++)
    hr_probe_gauge (probe, level, 1);
  wait_to_be_killed (out, hr_probe_path (probe), strlen (hr_probe_path (probe)) + 1);
}

static void
test_a_killed_program_leaves_its_records (Fixture      *fixture,
                                          gconstpointer data)
{
  char            path[4096];
  HrRegionReader *reader;
  HrRegionTotals  totals;
  pid_t           child;
  int             ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    run_victim (fixture->folder, ends[1]);
  g_assert_cmpint (read (ends[0], path, sizeof path), >, 0);
  close (ends[0]);
  close (ends[1]);

  reader = open_reader (path);
  g_assert_true (hr_region_reader_alive (reader));
  g_assert_false (hr_region_reap (path, G_MAXUINT64, 0));
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);

  g_assert_false (hr_region_reader_alive (reader));
  g_assert_cmpuint (hr_region_reader_drain (reader, ignore_record_cb, NULL), ==, 5);
  g_assert_true (hr_region_reader_totals (reader, 0, &totals));
  g_assert_cmpuint (totals.count, ==, 5);
  hr_region_reader_close (reader);
}

static void
test_no_folder_means_memory (Fixture      *fixture,
                             gconstpointer data)
{
  g_autofree char *missing = g_build_filename (fixture->folder, "no", "such", NULL);
  HrProbe         *probe = hr_probe_open_in (missing, "test");
  HrMetric         jobs = add_counter (probe, "jobs");

  g_assert_nonnull (hr_probe_error (probe));
  g_assert_null (hr_probe_path (probe));
  hr_probe_count (probe, jobs, 1);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);
  hr_probe_close (probe);
}

static void
assert_folder_refused (const char *folder)
{
  HrProbe *probe = hr_probe_open_in (folder, "test");

  g_assert_nonnull (hr_probe_error (probe));
  g_assert_null (hr_probe_path (probe));
  hr_probe_close (probe);
}

static void
test_folders_that_others_can_write_are_refused (Fixture      *fixture,
                                                gconstpointer data)
{
  g_autofree char *link = g_build_filename (fixture->folder, "link", NULL);

  g_assert_cmpint (symlink (fixture->folder, link), ==, 0);
  assert_folder_refused (link);

  g_assert_cmpint (chmod (fixture->folder, 0720), ==, 0);
  assert_folder_refused (fixture->folder);
  g_assert_cmpint (chmod (fixture->folder, 0702), ==, 0);
  assert_folder_refused (fixture->folder);
  g_assert_cmpint (chmod (fixture->folder, 0700), ==, 0);
}

static void
test_folders_of_others_are_refused (Fixture      *fixture,
                                    gconstpointer data)
{
  if (geteuid () != 0 || chown (fixture->folder, 12345, (gid_t) -1) < 0)
    {
      g_test_skip ("needs root");
      return;
    }

  assert_folder_refused (fixture->folder);
}

static void
test_the_runtime_folder_follows_the_environment (Fixture      *fixture,
                                                 gconstpointer data)
{
  g_autofree char *expected = g_build_filename (fixture->folder, "headroom", NULL);
  char             path[4096];
  HrProbe         *probe;

  g_setenv ("HEADROOM_RUNTIME_DIR", "/own/folder", TRUE);
  g_setenv ("XDG_RUNTIME_DIR", fixture->folder, TRUE);
  g_assert_true (hr_region_folder (path, sizeof path));
  g_assert_cmpstr (path, ==, "/own/folder");
  g_assert_false (hr_region_folder (path, 5));

  g_setenv ("HEADROOM_RUNTIME_DIR", "relative", TRUE);
  g_assert_true (hr_region_folder (path, sizeof path));
  g_assert_cmpstr (path, ==, expected);

  probe = hr_probe_open (NULL);
  g_assert_true (g_str_has_prefix (hr_probe_path (probe), expected));
  g_remove (hr_probe_path (probe));
  hr_probe_close (probe);

  g_unsetenv ("HEADROOM_RUNTIME_DIR");
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_assert_true (hr_region_folder (path, sizeof path));
  g_assert_true (g_str_has_prefix (path, "/tmp/headroom-"));
}

static void
test_a_file_size_limit_is_no_signal (Fixture      *fixture,
                                     gconstpointer data)
{
  struct rlimit before, limit;
  HrProbe      *probe;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 4096;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  probe = hr_probe_open_in (fixture->folder, "test");
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);

  g_assert_nonnull (hr_probe_error (probe));
  g_assert_cmpuint (add_counter (probe, "jobs"), ==, HR_METRIC_NONE);
  hr_probe_count (probe, HR_METRIC_NONE, 1);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 1);
  hr_probe_close (probe);
}

/* Opens a probe on a file system of @size bytes and records once. Returns what did not find a place. */
static uint64_t
record_on_small_file_system (const char *folder,
                             const char *size,
                             bool       *out_published)
{
  HrProbe *probe;
  uint64_t unplaced;

  g_assert_cmpint (mount ("tmpfs", folder, "tmpfs", 0, size), ==, 0);
  g_assert_cmpint (chmod (folder, 0700), ==, 0);
  probe = hr_probe_open_in (folder, "test");
  hr_probe_count (probe, add_counter (probe, "jobs"), 1);
  *out_published = hr_probe_path (probe) != NULL;
  unplaced = hr_probe_unplaced (probe);
  hr_probe_close (probe);
  g_assert_cmpint (umount2 (folder, MNT_DETACH), ==, 0);

  return unplaced;
}

static void
test_a_full_file_system_is_survived (Fixture      *fixture,
                                     gconstpointer data)
{
  bool published;

  if (!mount_small (fixture, "size=4k"))
    return;
  g_assert_cmpint (umount2 (fixture->folder, MNT_DETACH), ==, 0);

  g_assert_cmpuint (record_on_small_file_system (fixture->folder, "size=4k", &published), ==, 1);
  g_assert_false (published);
  g_assert_cmpuint (record_on_small_file_system (fixture->folder, "size=64k", &published), ==, 1);
  g_assert_true (published);
  g_assert_cmpuint (record_on_small_file_system (fixture->folder, "size=8m", &published), ==, 0);
  g_assert_true (published);
}

static bool
is_descriptor_of (int         number,
                  const char *path)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", number);
  g_autofree char *target = g_file_read_link (link, NULL);

  return g_strcmp0 (target, path) == 0;
}

/* A program that closes every descriptor at its start gives the number to another file. */
static void
test_a_lost_descriptor_harms_nobody (Fixture      *fixture,
                                     gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "other", NULL);
  HrProbe         *probe = open_probe (fixture);
  int              other = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int              number = 0;
  struct stat      info;

  g_assert_cmpint (other, >=, 0);
  while (number < 64 && !is_descriptor_of (number, hr_probe_path (probe)))
    number++;
  g_assert_cmpint (number, <, 64);
  g_assert_cmpint (dup2 (other, number), ==, number);

  hr_probe_count (probe, add_counter (probe, "jobs"), 1);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 1);
  hr_probe_close (probe);
  g_assert_cmpint (fstat (number, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 0);
  close (number);
  close (other);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/metrics/meaning", test_metrics_have_one_meaning);
  ADD_CASE ("/probe/metrics/none", test_records_without_a_metric_are_counted);
  ADD_CASE ("/probe/header", test_the_header_says_who);
  ADD_CASE ("/probe/control/sampling", test_readers_switch_sampling);
  ADD_CASE ("/probe/control/cleanup", test_a_cleanup_request_is_answered_once);
  ADD_CASE ("/probe/several", test_several_probes_keep_apart);
  ADD_CASE ("/probe/lanes/handed-on", test_a_lane_is_handed_on);
  ADD_CASE ("/probe/lanes/used-up", test_threads_without_a_lane_are_counted);
  ADD_CASE ("/probe/lanes/free-again", test_a_thread_gets_a_lane_when_one_is_free);
  ADD_CASE ("/probe/outlived", test_a_region_ends_before_a_forked_child);
  ADD_CASE ("/probe/killed", test_a_killed_program_leaves_its_records);
  ADD_CASE ("/probe/folder/missing", test_no_folder_means_memory);
  ADD_CASE ("/probe/folder/writable", test_folders_that_others_can_write_are_refused);
  ADD_CASE ("/probe/folder/foreign", test_folders_of_others_are_refused);
  ADD_CASE ("/probe/folder/environment", test_the_runtime_folder_follows_the_environment);
  ADD_CASE ("/probe/no-space/limit", test_a_file_size_limit_is_no_signal);
  ADD_CASE ("/probe/descriptor", test_a_lost_descriptor_harms_nobody);
  ADD_CASE ("/probe/no-space/full", test_a_full_file_system_is_survived);

  return g_test_run ();
}
