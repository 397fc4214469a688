/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/engine/collect/regions-fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_GRACE 0

/* Lets the collector of the fixture remove what is dead at once. */
static void
forget_grace (Fixture *fixture)
{
  fixture->collector->klass->free (fixture->collector);
  fixture->collector = hr_regions_new ("", fixture->folder, 7, NO_GRACE);
}

static void
test_a_program_that_ends_is_drained_first (Fixture      *fixture,
                                           gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  HrMetric ranking = ranking_of (probe);
  g_autoptr (HrSnapshot) snapshot = NULL;

  collect_after (fixture, SECOND / 10);
  hr_probe_duration (probe, ranking, 5000, 4);
  hr_probe_close (probe);
  collect_after (fixture, SECOND / 10);

  snapshot = cut (fixture, 0);
  g_assert_cmpuint (snapshot->samples[0].count, ==, 4);
  g_assert_cmpstr (hr_feed_get_ended (fixture->feeds->pdata[0]), ==, "the program ended");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);

  /* It is neither found again nor removed before its time. */
  collect_after (fixture, 2 * SECOND);
  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_a_program_that_ended_unseen_is_told_once (Fixture      *fixture,
                                               gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autoptr (HrSnapshot) snapshot = NULL;

  hr_probe_duration (probe, ranking_of (probe), 5000, 4);
  hr_probe_close (probe);
  collect_after (fixture, SECOND * 5);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  snapshot = cut (fixture, 0);
  g_assert_cmpuint (snapshot->samples[0].count, ==, 4);
  g_assert_nonnull (hr_feed_get_ended (fixture->feeds->pdata[0]));
}

/* Too long ago for an interval, its numbers still count. */
static void
test_a_program_that_ended_in_a_long_pause_is_in_the_totals (Fixture      *fixture,
                                                            gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autoptr (HrSnapshot) nothing = NULL;

  hr_probe_duration (probe, ranking_of (probe), 5000, 4);
  hr_probe_close (probe);
  collect_after (fixture, SECOND * 60);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  nothing = cut (fixture, 0);
  g_assert_null (nothing);
  g_assert_cmpuint (hr_feed_get_totals (fixture->feeds->pdata[0], 0)->count, ==, 4);
  g_assert_nonnull (hr_feed_get_ended (fixture->feeds->pdata[0]));
}

static void
test_a_program_long_gone_is_removed (Fixture      *fixture,
                                     gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");

  hr_probe_close (probe);
  forget_grace (fixture);
  collect_after (fixture, SECOND);

  g_assert_cmpuint (fixture->feeds->len, ==, 0);
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);
}

static void
test_a_program_that_ended_is_removed_in_time (Fixture      *fixture,
                                              gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");

  forget_grace (fixture);
  collect_after (fixture, SECOND / 10);
  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  hr_probe_close (probe);
  collect_after (fixture, SECOND / 10);
  g_assert_nonnull (hr_feed_get_ended (fixture->feeds->pdata[0]));
  collect_after (fixture, 2 * SECOND);
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);
}

static void
test_changes_within_one_step_of_the_clock_are_seen (Fixture      *fixture,
                                                    gconstpointer user_data)
{
  const struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };
  HrProbe              *probes[2];

  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      probes[i] = hr_probe_open_in (fixture->folder, "ranker");
      g_assert_cmpint (utimensat (AT_FDCWD, fixture->folder, times, 0), ==, 0);
      collect_after (fixture, SECOND / 10);
      g_assert_cmpuint (fixture->feeds->len, ==, i + 1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    hr_probe_close (probes[i]);
}

static void
test_a_copy_is_not_another_program (Fixture      *fixture,
                                    gconstpointer user_data)
{
  HrProbe         *probe = hr_probe_open_in (fixture->folder, "ranker");
  g_autofree char *copy = g_build_filename (fixture->folder, "copy-1.region", NULL);

  collect_after (fixture, SECOND / 10);
  g_assert_cmpint (link (hr_probe_path (probe), copy), ==, 0);
  collect_after (fixture, SECOND / 10);
  collect_after (fixture, SECOND / 10);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_nonnull (strstr (fixture->collector->klass->notice (fixture->collector), "copy-1.region"));
  hr_probe_close (probe);
}

static void
test_a_foreign_file_is_told_and_left_alone (Fixture      *fixture,
                                            gconstpointer user_data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "bad-1.region", NULL);
  g_autofree char *other = g_build_filename (fixture->folder, "readme.txt", NULL);
  HrProbe         *probe = hr_probe_open_in (fixture->folder, "ranker");

  g_assert_true (g_file_set_contents_full (path, "not a region", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_true (g_file_set_contents (other, "hello", -1, NULL));
  collect_after (fixture, SECOND / 10);
  collect_after (fixture, SECOND / 10);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_nonnull (strstr (fixture->collector->klass->notice (fixture->collector), "bad-1.region"));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  g_unlink (path);
  collect_after (fixture, SECOND / 10);
  collect_after (fixture, SECOND / 10);
  g_assert_null (fixture->collector->klass->notice (fixture->collector));
  hr_probe_close (probe);
}

static void
test_a_region_cut_short_ends_its_feed_alone (Fixture      *fixture,
                                             gconstpointer user_data)
{
  HrProbe *damaged = hr_probe_open_in (fixture->folder, "damaged");
  HrProbe *sound = hr_probe_open_in (fixture->folder, "sound");
  HrMetric ranking = ranking_of (sound);
  g_autoptr (HrSnapshot) snapshot = NULL;
  guint sound_feed;

  collect_after (fixture, SECOND / 10);
  g_assert_cmpuint (fixture->feeds->len, ==, 2);
  sound_feed = g_str_equal (hr_feed_get_title (fixture->feeds->pdata[0]), "sound") ? 0 : 1;

  g_assert_cmpint (truncate (hr_probe_path (damaged), 100), ==, 0);
  hr_probe_duration (sound, ranking, 1000, 1);
  collect_after (fixture, SECOND / 10);
  snapshot = cut (fixture, sound_feed);

  g_assert_nonnull (hr_feed_get_ended (fixture->feeds->pdata[1 - sound_feed]));
  g_assert_null (hr_feed_get_ended (fixture->feeds->pdata[sound_feed]));
  g_assert_cmpuint (snapshot->samples[0].count, ==, 1);
  hr_probe_close (sound);
}

static void
count_cleanup (void *user_data)
{
  (*(guint *) user_data)++;
}

static void
test_commands_reach_the_program (Fixture      *fixture,
                                 gconstpointer user_data)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "ranker");
  guint    n_cleanups = 0;
  HrFeed  *feed;

  hr_probe_on_cleanup (probe, count_cleanup, &n_cleanups);
  collect_after (fixture, SECOND / 10);
  feed = fixture->feeds->pdata[0];
  g_assert_true (hr_feed_get_sampling (feed));

  hr_feed_set_sampling (feed, FALSE);
  g_assert_false (hr_probe_sampling (probe));
  collect_after (fixture, SECOND / 10);
  g_assert_false (hr_feed_get_sampling (feed));
  hr_feed_set_sampling (feed, TRUE);
  g_assert_true (hr_probe_sampling (probe));

  hr_feed_request_cleanup (feed);
  hr_probe_poll (probe);
  g_assert_cmpuint (n_cleanups, ==, 1);
  hr_probe_close (probe);

  /* Nobody is behind the feed any more. */
  collect_after (fixture, SECOND / 10);
  hr_feed_request_cleanup (feed);
}

/* Gives every region the look of one whose program began long ago. */
static void
make_old (Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char     *name;
  struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
    }
}

static void
test_a_program_killed_loses_no_count (Fixture      *fixture,
                                      gconstpointer user_data)
{
  guint64 count = 0;
  int     ready[2];
  char    byte;
  pid_t   child;

  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  if (child == 0)
    {
      HrProbe *probe = hr_probe_open_in (fixture->folder, "victim");
      HrMetric ranking = ranking_of (probe);

      for (guint i = 0; i < 50000; i++)
        hr_probe_duration (probe, ranking, 1000 + i, 2);
      if (write (ready[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }

  collect_after (fixture, SECOND / 10);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  collect_after (fixture, SECOND / 10);
  make_old (fixture);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  collect_after (fixture, SECOND / 10);

  /* It is not removed before its grace: another agent may still be reading. */
  collect_after (fixture, 2 * SECOND);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);

  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_cmpstr (hr_feed_get_ended (fixture->feeds->pdata[0]), ==, "the program ended");
  while (TRUE)
    {
      g_autoptr (HrSnapshot) snapshot = cut (fixture, 0);

      if (snapshot == NULL)
        break;
      count += snapshot->samples[0].count;
    }
  g_assert_cmpuint (count, ==, 100000);
  close (ready[0]);
  close (ready[1]);
}

static void
test_no_folder_is_no_failure (void)
{
  HrCollector *collector = hr_regions_new ("", "/nonexistent/headroom", 1, NO_GRACE);
  g_autoptr (GPtrArray) feeds = g_ptr_array_new ();

  g_assert_true (collector->klass->collect (collector, SECOND, feeds, NULL));
  g_assert_cmpuint (feeds->len, ==, 0);
  collector->klass->free (collector);
}

static void
test_a_folder_that_cannot_be_read_is_a_failure (void)
{
  HrCollector *collector = hr_regions_new ("", "/dev/null", 1, NO_GRACE);
  g_autoptr (GPtrArray) feeds = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (collector->klass->collect (collector, SECOND, feeds, &error));
  g_assert_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_UNREADABLE);
  collector->klass->free (collector);
}

#define ADD(path, test) ADD_CASE ("/collect/regions/" path, test)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("gone", test_a_program_that_ends_is_drained_first);
  ADD ("unseen", test_a_program_that_ended_unseen_is_told_once);
  ADD ("pause", test_a_program_that_ended_in_a_long_pause_is_in_the_totals);
  ADD ("long-gone", test_a_program_long_gone_is_removed);
  ADD ("removed", test_a_program_that_ended_is_removed_in_time);
  ADD ("clock", test_changes_within_one_step_of_the_clock_are_seen);
  ADD ("copy", test_a_copy_is_not_another_program);
  ADD ("foreign", test_a_foreign_file_is_told_and_left_alone);
  ADD ("cut", test_a_region_cut_short_ends_its_feed_alone);
  ADD ("control", test_commands_reach_the_program);
  ADD ("killed", test_a_program_killed_loses_no_count);
  g_test_add_func ("/collect/regions/no-folder", test_no_folder_is_no_failure);
  g_test_add_func ("/collect/regions/unreadable", test_a_folder_that_cannot_be_read_is_a_failure);

  return g_test_run ();
}
