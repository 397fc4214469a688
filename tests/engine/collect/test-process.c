/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/process.h"

#include "engine/collect/proc.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)
#define PID 4711

/* A folder that stands for /, with one process in it, and the feed of that process. */
typedef struct
{
  char        *root;
  char        *folder;
  HrFeed      *feed;
  GPtrArray   *feeds;
  HrCollector *collector;
} Fixture;

static void
write_file (Fixture    *fixture,
            const char *name,
            const char *text)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_file (Fixture    *fixture,
             const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_unlink (path);
}

/* A name with spaces and parentheses, which the fields must not be counted in. */
static void
write_stat (Fixture *fixture,
            guint64  ticks,
            guint64  start_time)
{
  g_autofree char *text = g_strdup_printf ("%d (a) b (c) S 1 2 3 4 5 6 7 8 9 10 %" G_GUINT64_FORMAT " 10 0 0 20 0 12 0 %" G_GUINT64_FORMAT " 1 2500 3\n",
                                           PID, ticks - 10, start_time);

  write_file (fixture, "stat", text);
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  HrStreamName name = { { 1 }, 1 };

  fixture->root = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->folder = g_strdup_printf ("%s/proc/%d", fixture->root, PID);
  g_assert_cmpint (g_mkdir_with_parents (fixture->folder, 0700), ==, 0);
  write_stat (fixture, 1000, 99);
  write_file (fixture, "smaps_rollup", "5500-7ffe ---p 00000000 00:00 0   [rollup]\nRss:    20000 kB\nPss:    10000 kB\nPss_Dirty:   7 kB\n");

  fixture->feed = hr_feed_new (&name, HR_SOURCE_PROCESS, "program", 0);
  hr_feed_set_process (fixture->feed, PID, 99);
  fixture->feeds = g_ptr_array_new ();
  g_ptr_array_add (fixture->feeds, fixture->feed);
  fixture->collector = hr_process_new (fixture->root);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  g_autofree char *proc = g_path_get_dirname (fixture->folder);

  fixture->collector->klass->free (fixture->collector);
  g_ptr_array_unref (fixture->feeds);
  hr_feed_unref (fixture->feed);
  remove_file (fixture, "stat");
  remove_file (fixture, "smaps_rollup");
  remove_file (fixture, "io");
  g_rmdir (fixture->folder);
  g_rmdir (proc);
  g_rmdir (fixture->root);
  g_free (fixture->folder);
  g_free (fixture->root);
}

/* Runs one round at @now and writes the value of @metric to @out; FALSE when it was not measured. */
static gboolean
collect_at (Fixture    *fixture,
            gint64      now_ns,
            const char *metric,
            double     *out)
{
  g_autoptr (HrSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  const HrMetricInfo *metrics;

  g_assert_true (fixture->collector->klass->collect (fixture->collector, now_ns, fixture->feeds, &error));
  snapshot = hr_feed_cut (fixture->feed, now_ns);
  if (snapshot == NULL)
    return FALSE;

  metrics = hr_feed_get_metrics (fixture->feed);
  for (guint i = 0; i < snapshot->n_samples; i++)
    if (g_str_equal (metrics[snapshot->samples[i].metric].name, metric))
      {
        *out = snapshot->samples[i].last;
        return TRUE;
      }

  return FALSE;
}

static void
test_memory_is_pss_and_resident_size (Fixture      *fixture,
                                      gconstpointer user_data)
{
  double value;

  g_assert_true (collect_at (fixture, SECOND, "memory_usage_mb", &value));
  g_assert_cmpfloat_with_epsilon (value, 10.24, 1e-9);
  g_assert_true (collect_at (fixture, 2 * SECOND, "memory_rss_mb", &value));
  g_assert_cmpfloat_with_epsilon (value, 20.48, 1e-9);
  g_assert_true (collect_at (fixture, 3 * SECOND, "thread_count", &value));
  g_assert_cmpfloat (value, ==, 12);
}

static void
test_resident_size_is_never_given_out_as_pss (Fixture      *fixture,
                                              gconstpointer user_data)
{
  double value;

  remove_file (fixture, "smaps_rollup");
  g_assert_false (collect_at (fixture, SECOND, "memory_usage_mb", &value));
  g_assert_true (collect_at (fixture, 2 * SECOND, "memory_rss_mb", &value));
  g_assert_cmpfloat_with_epsilon (value, 2500.0 * (double) sysconf (_SC_PAGESIZE) / 1e6, 1e-9);
}

static void
test_usage_is_a_share_of_the_machine (Fixture      *fixture,
                                      gconstpointer user_data)
{
  double n_cores = (double) sysconf (_SC_NPROCESSORS_ONLN);
  double value;

  g_assert_false (collect_at (fixture, SECOND, "process_cpu_usage", &value));

  /* Half of one core for two seconds. */
  write_stat (fixture, 1000 + (guint64) sysconf (_SC_CLK_TCK), 99);
  g_assert_true (collect_at (fixture, 3 * SECOND, "process_cpu_usage", &value));
  g_assert_cmpfloat_with_epsilon (value, 0.5 / n_cores, 1e-9);
}

static void
write_io (Fixture *fixture,
          guint64  n_read,
          guint64  n_written)
{
  g_autofree char *text = g_strdup_printf ("rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: %" G_GUINT64_FORMAT
                                           "\nwrite_bytes: %" G_GUINT64_FORMAT "\ncancelled_write_bytes: 5\n",
                                           n_read, n_written);

  write_file (fixture, "io", text);
}

static void
test_disk_traffic_is_a_rate (Fixture      *fixture,
                             gconstpointer user_data)
{
  double value;

  write_io (fixture, 1000000, 7000000);
  g_assert_false (collect_at (fixture, SECOND, "process_read_mb_per_second", &value));
  write_io (fixture, 4000000, 7000000);
  g_assert_true (collect_at (fixture, 3 * SECOND, "process_read_mb_per_second", &value));
  g_assert_cmpfloat_with_epsilon (value, 1.5, 1e-9);
  write_io (fixture, 4000000, 7500000);
  g_assert_true (collect_at (fixture, 4 * SECOND, "process_write_mb_per_second", &value));
  g_assert_cmpfloat_with_epsilon (value, 0.5, 1e-9);
}

/* Without the right to read them there is no figure, and none across the time when there was not. */
static void
test_disk_traffic_that_is_not_told_is_not_nothing (Fixture      *fixture,
                                                   gconstpointer user_data)
{
  double value;

  g_assert_false (collect_at (fixture, SECOND, "process_read_mb_per_second", &value));
  g_assert_false (collect_at (fixture, 2 * SECOND, "process_write_mb_per_second", &value));
  write_io (fixture, 1000000, 1000000);
  g_assert_false (collect_at (fixture, 3 * SECOND, "process_read_mb_per_second", &value));
  remove_file (fixture, "io");
  g_assert_false (collect_at (fixture, 4 * SECOND, "process_read_mb_per_second", &value));
  write_io (fixture, 9000000, 9000000);
  g_assert_false (collect_at (fixture, 5 * SECOND, "process_read_mb_per_second", &value));
  write_file (fixture, "io", "garbage");
  g_assert_false (collect_at (fixture, 6 * SECOND, "process_read_mb_per_second", &value));
}

static void
test_measured_once_a_second (Fixture      *fixture,
                             gconstpointer user_data)
{
  double value;

  g_assert_true (collect_at (fixture, SECOND, "thread_count", &value));
  g_assert_false (collect_at (fixture, SECOND + SECOND / 2, "thread_count", &value));
  g_assert_true (collect_at (fixture, 2 * SECOND, "thread_count", &value));
}

static void
test_another_process_of_the_same_number_is_not_measured (Fixture      *fixture,
                                                         gconstpointer user_data)
{
  double value;

  g_assert_true (collect_at (fixture, SECOND, "thread_count", &value));
  write_stat (fixture, 2000, 100);
  g_assert_false (collect_at (fixture, 2 * SECOND, "thread_count", &value));
}

static void
test_a_process_that_is_gone_is_no_failure (Fixture      *fixture,
                                           gconstpointer user_data)
{
  double value;

  remove_file (fixture, "stat");
  g_assert_false (collect_at (fixture, SECOND, "thread_count", &value));
  write_file (fixture, "stat", "garbage");
  g_assert_false (collect_at (fixture, 2 * SECOND, "thread_count", &value));
}

static void
test_a_stopped_program_is_left_alone (Fixture      *fixture,
                                      gconstpointer user_data)
{
  double value;

  hr_feed_set_sampling (fixture->feed, FALSE);
  g_assert_false (collect_at (fixture, SECOND, "thread_count", &value));
}

/* The number alone may be another's. */
static void
test_a_process_of_unknown_start_is_not_measured (Fixture      *fixture,
                                                 gconstpointer user_data)
{
  double value;

  hr_feed_set_process (fixture->feed, PID, 0);
  g_assert_false (collect_at (fixture, SECOND, "thread_count", &value));
  write_stat (fixture, 1000, 0);
  g_assert_false (collect_at (fixture, 2 * SECOND, "thread_count", &value));
}

static void
test_this_process_is_measured (void)
{
  HrStreamName name = { { 1 }, 1 };
  g_autoptr (HrFeed) feed = hr_feed_new (&name, HR_SOURCE_PROCESS, "me", 0);
  g_autoptr (GPtrArray) feeds = g_ptr_array_new ();
  g_autoptr (HrSnapshot) snapshot = NULL;
  g_autofree char *text = NULL;
  HrCollector     *collector = hr_process_new ("");
  HrProcStat       stat;

  g_assert_true (g_file_get_contents ("/proc/self/stat", &text, NULL, NULL));
  g_assert_true (hr_proc_parse_stat (text, &stat));
  hr_feed_set_process (feed, (guint64) getpid (), stat.start_time);
  g_ptr_array_add (feeds, feed);
  g_assert_true (collector->klass->collect (collector, SECOND, feeds, NULL));
  snapshot = hr_feed_cut (feed, SECOND);
  g_assert_nonnull (snapshot);
  for (guint i = 0; i < snapshot->n_samples; i++)
    g_assert_cmpfloat (snapshot->samples[i].last, >, 0);
  collector->klass->free (collector);
}

static gboolean
is_measured (HrFeed *feed,
             gint64  now_ns)
{
  g_autoptr (HrSnapshot) snapshot = hr_feed_cut (feed, now_ns);

  return snapshot != NULL && snapshot->n_samples > 0;
}

/* Many that began together take turns: each once a second, and no round has many. */
static void
test_many_are_spread_over_the_rounds (Fixture      *fixture,
                                      gconstpointer user_data)
{
  g_autoptr (GPtrArray) feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_feed_unref);
  guint n_measured[64] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (n_measured); i++)
    {
      HrStreamName name = { { 2, (guint8) i }, 1 };
      HrFeed      *feed = hr_feed_new (&name, HR_SOURCE_PROCESS, "program", 0);

      hr_feed_set_process (feed, PID, 99);
      g_ptr_array_add (feeds, feed);
    }

  for (guint round = 0; round < 30; round++)
    {
      gint64 now_ns = SECOND + round * SECOND / 10;
      guint  n = 0;

      g_assert_true (fixture->collector->klass->collect (fixture->collector, now_ns, feeds, NULL));
      for (guint i = 0; i < feeds->len; i++)
        if (is_measured (feeds->pdata[i], now_ns))
          {
            n_measured[i]++;
            n++;
          }
      g_assert_cmpuint (n, <=, 8);
    }
  for (guint i = 0; i < G_N_ELEMENTS (n_measured); i++)
    g_assert_cmpuint (n_measured[i], ==, 3);

  /* After a pause, one round has them all. */
  g_assert_true (fixture->collector->klass->collect (fixture->collector, 9 * SECOND, feeds, NULL));
  for (guint i = 0; i < feeds->len; i++)
    g_assert_true (is_measured (feeds->pdata[i], 9 * SECOND));
}

#define ADD(path, test) g_test_add ("/collect/process/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("memory", test_memory_is_pss_and_resident_size);
  ADD ("fallback", test_resident_size_is_never_given_out_as_pss);
  ADD ("usage", test_usage_is_a_share_of_the_machine);
  ADD ("disk", test_disk_traffic_is_a_rate);
  ADD ("disk/not-told", test_disk_traffic_that_is_not_told_is_not_nothing);
  ADD ("second", test_measured_once_a_second);
  ADD ("rounds", test_many_are_spread_over_the_rounds);
  ADD ("reuse", test_another_process_of_the_same_number_is_not_measured);
  ADD ("unknown", test_a_process_of_unknown_start_is_not_measured);
  ADD ("gone", test_a_process_that_is_gone_is_no_failure);
  ADD ("stopped", test_a_stopped_program_is_left_alone);
  g_test_add_func ("/collect/process/real", test_this_process_is_measured);

  return g_test_run ();
}
