/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/watches.h"

#include "engine/base/clock.h"
#include "engine/collect/process.h"
#include "tests/engine/collect/proc-fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)
#define PID 4711
#define EPOCH 7

static const HrStreamName computer = { { 1, 2, 3 }, 42 };

/* Two that ask; only their addresses count. */
static const char anna, bert;

typedef struct
{
  char        *root;
  HrUsers     *users;
  GPtrArray   *feeds;
  HrCollector *watches;
  gint64       now_ns;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->root = proc_root_new ();
  fixture->feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_feed_unref);
  fixture->users = hr_users_new ();
  fixture->watches = hr_watches_new (fixture->root, fixture->users, &computer);
  fixture->now_ns = SECOND;
  proc_add (fixture->root, PID, "ranker", 'S', 0, 99, 100);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  fixture->watches->klass->free (fixture->watches);
  hr_users_unref (fixture->users);
  g_ptr_array_unref (fixture->feeds);
  proc_remove_tree (fixture->root);
  g_free (fixture->root);
}

static void
collect (Fixture *fixture)
{
  fixture->now_ns += SECOND;
  g_assert_true (fixture->watches->klass->collect (fixture->watches, fixture->now_ns, fixture->feeds, NULL));
}

static gboolean
begin (Fixture    *fixture,
       guint64     pid,
       guint64     start_time,
       const char *owner)
{
  g_autoptr (GError) error = NULL;
  gboolean begun = hr_watches_begin (fixture->watches, fixture->feeds, pid, start_time, owner, EPOCH, fixture->now_ns, &error);

  g_assert_true (begun == (error == NULL));
  if (!begun)
    g_assert_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED);

  return begun;
}

static HrFeed *
feed_at (Fixture *fixture,
         guint    place)
{
  g_assert_cmpuint (place, <, fixture->feeds->len);

  return fixture->feeds->pdata[place];
}

/* Adds the feed of a followed region. */
static HrFeed *
add_instrumented (Fixture *fixture,
                  guint64  pid,
                  guint64  start_time)
{
  const HrStreamName name = { { 9 }, 1 };
  HrFeed            *feed = hr_feed_new (&name, HR_SOURCE_PROCESS, "instrumented", 0);

  hr_feed_set_process (feed, pid, start_time);
  g_ptr_array_add (fixture->feeds, feed);

  return feed;
}

static void
test_a_watched_program_has_a_feed (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autofree char *detail = g_strdup_printf ("pid %d · %s", PID, g_get_user_name ());
  g_autofree char *user = hr_users_find (fixture->users, getuid ());
  HrFeed          *feed;

  g_assert_cmpstr (user, ==, g_get_user_name ());
  g_assert_true (begin (fixture, PID, 0, &anna));
  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  feed = feed_at (fixture, 0);
  g_assert_cmpstr (hr_feed_get_title (feed), ==, "ranker");
  g_assert_cmpstr (hr_feed_get_detail (feed), ==, detail);
  g_assert_cmpint (hr_feed_get_role (feed), ==, HR_SOURCE_PROCESS);
  g_assert_cmpuint (hr_feed_get_pid (feed), ==, PID);
  g_assert_cmpuint (hr_feed_get_start_time (feed), ==, 99);
  g_assert_cmpuint (hr_feed_get_name (feed)->epoch, ==, EPOCH);
  collect (fixture);
  g_assert_null (hr_feed_get_ended (feed));
}

/* The system may take its time to tell a name; the number is there at once. */
static void
test_a_users_name_comes_later (Fixture      *fixture,
                               gconstpointer user_data)
{
  g_autofree char *number = g_strdup_printf ("pid %d · %u", PID, (guint) getuid ());
  g_autofree char *named = g_strdup_printf ("pid %d · %s", PID, g_get_user_name ());
  HrFeed          *feed;

  g_assert_true (begin (fixture, PID, 0, &anna));
  feed = feed_at (fixture, 0);
  g_assert_cmpstr (hr_feed_get_detail (feed), ==, number);
  while (g_str_equal (hr_feed_get_detail (feed), number))
    collect (fixture);
  g_assert_cmpstr (hr_feed_get_detail (feed), ==, named);
}

/* Another agent on the same computer continues the instance; another program, or run of the computer, does not. */
static void
test_the_instance_is_named_by_what_it_is (Fixture      *fixture,
                                          gconstpointer user_data)
{
  HrStreamName rebooted = { { 1, 2, 4 }, 42 };
  HrCollector *others[] = { hr_watches_new (fixture->root, fixture->users, &computer), hr_watches_new (fixture->root, fixture->users, &rebooted) };
  guint8       uuids[5][16];

  proc_add (fixture->root, PID + 1, "ranker", 'S', 0, 99, 100);
  g_assert_true (begin (fixture, PID, 0, &anna));
  g_assert_true (begin (fixture, PID + 1, 0, &anna));
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GPtrArray) feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_feed_unref);

      g_assert_true (hr_watches_begin (others[i], feeds, PID, 0, &anna, EPOCH + 1, SECOND, NULL));
      memcpy (uuids[2 + i], hr_feed_get_name (feeds->pdata[0])->uuid, 16);
      others[i]->klass->free (others[i]);
    }
  for (guint i = 0; i < 2; i++)
    memcpy (uuids[i], hr_feed_get_name (feed_at (fixture, i))->uuid, 16);

  hr_watches_leave (fixture->watches, &anna);
  proc_add (fixture->root, PID, "ranker", 'S', 0, 100, 100);
  g_assert_true (begin (fixture, PID, 0, &anna));
  memcpy (uuids[4], hr_feed_get_name (feed_at (fixture, 2))->uuid, 16);

  g_assert_cmpmem (uuids[0], 16, uuids[2], 16);
  g_assert_true (memcmp (uuids[0], uuids[1], 16) != 0);
  g_assert_true (memcmp (uuids[0], uuids[3], 16) != 0);
  g_assert_true (memcmp (uuids[0], uuids[4], 16) != 0);
}

static void
test_one_feed_for_all_who_ask (Fixture      *fixture,
                               gconstpointer user_data)
{
  HrFeed *feed;

  g_assert_true (begin (fixture, PID, 0, &anna));
  g_assert_true (begin (fixture, PID, 99, &anna));
  feed = feed_at (fixture, 0);
  g_assert_true (hr_watches_concern (fixture->watches, feed, &anna));
  g_assert_false (hr_watches_concern (fixture->watches, feed, &bert));
  g_assert_true (begin (fixture, PID, 99, &bert));
  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_true (hr_watches_has (fixture->watches, PID, 99, &bert));
  g_assert_false (hr_watches_has (fixture->watches, PID, 98, &bert));

  hr_watches_end (fixture->watches, PID, 99, &anna);
  g_assert_null (hr_feed_get_ended (feed));
  g_assert_false (hr_watches_has (fixture->watches, PID, 99, &anna));
  hr_watches_end (fixture->watches, PID, 0, &anna);
  g_assert_null (hr_feed_get_ended (feed));
  hr_watches_leave (fixture->watches, &bert);
  g_assert_nonnull (hr_feed_get_ended (feed));
}

static void
test_it_ends_with_the_program (Fixture      *fixture,
                               gconstpointer user_data)
{
  g_autofree char *folder = proc_path (fixture->root, PID, "");

  g_assert_true (begin (fixture, PID, 0, &anna));
  proc_remove_tree (folder);
  collect (fixture);
  g_assert_cmpstr (hr_feed_get_ended (feed_at (fixture, 0)), ==, "the program ended");
  g_assert_false (hr_watches_has (fixture->watches, PID, 99, &anna));
}

static void
test_another_program_of_its_number_is_not_it (Fixture      *fixture,
                                              gconstpointer user_data)
{
  g_assert_true (begin (fixture, PID, 0, &anna));
  proc_add (fixture->root, PID, "ranker", 'S', 0, 100, 100);
  collect (fixture);
  g_assert_nonnull (hr_feed_get_ended (feed_at (fixture, 0)));

  g_assert_false (begin (fixture, PID, 99, &anna));
  g_assert_true (begin (fixture, PID, 100, &anna));
}

static void
test_a_region_takes_over (Fixture      *fixture,
                          gconstpointer user_data)
{
  g_assert_true (begin (fixture, PID, 0, &anna));
  add_instrumented (fixture, PID, 98);
  collect (fixture);
  g_assert_null (hr_feed_get_ended (feed_at (fixture, 0)));
  add_instrumented (fixture, PID, 99);
  collect (fixture);
  g_assert_cmpstr (hr_feed_get_ended (feed_at (fixture, 0)), ==, "the program has opened a probe");
}

static void
test_what_has_a_region_needs_no_watch (Fixture      *fixture,
                                       gconstpointer user_data)
{
  HrFeed *feed = add_instrumented (fixture, PID, 99);

  g_assert_true (begin (fixture, PID, 0, &anna));
  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  g_assert_false (hr_watches_has (fixture->watches, PID, 99, &anna));
  g_assert_true (hr_watches_is_instrumented (fixture->watches, fixture->feeds, PID, 99));
  g_assert_true (hr_watches_concern (fixture->watches, feed, &bert));

  /* Its region closed while it runs on. */
  hr_feed_end (feed, "closed");
  g_assert_true (begin (fixture, PID, 0, &anna));
  g_assert_cmpuint (fixture->feeds->len, ==, 2);
}

static void
test_so_many_and_no_more (Fixture      *fixture,
                          gconstpointer user_data)
{
  for (guint i = 0; i <= HR_WATCHES_MAX; i++)
    {
      proc_add (fixture->root, PID + i, "ranker", 'S', 0, 99, 100);
      g_assert_true (begin (fixture, PID + i, 0, &anna) == (i < HR_WATCHES_MAX));
    }
  g_assert_cmpuint (fixture->feeds->len, ==, HR_WATCHES_MAX);

  hr_watches_end (fixture->watches, PID, 0, &anna);
  g_assert_true (begin (fixture, PID + HR_WATCHES_MAX, 0, &anna));
}

static void
test_what_is_not_there_is_refused (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_assert_false (begin (fixture, PID + 1, 0, &anna));
  g_assert_false (begin (fixture, PID, 98, &anna));
  g_assert_cmpuint (fixture->feeds->len, ==, 0);
}

static GPid
spawn_sleeper (void)
{
  const char *const argv[] = { "sleep", "1000", NULL };
  GPid              pid;

  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL));

  return pid;
}

/* The real thing: the kernel tells its end, before anybody has asked how it ended. */
static void
test_a_real_program (void)
{
  GPid pid = spawn_sleeper ();
  g_autoptr (HrUsers) users = hr_users_new ();
  HrCollector *watches = hr_watches_new ("", users, &computer);
  HrCollector *process = hr_process_new ("");
  gint64       now_ns = (gint64) hr_clock_monotonic ();
  siginfo_t    info;
  g_autoptr (GPtrArray) feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_feed_unref);
  g_autoptr (HrSnapshot) snapshot = NULL;
  HrFeed *feed;

  g_assert_true (hr_watches_begin (watches, feeds, (guint64) pid, 0, &anna, EPOCH, now_ns, NULL));
  feed = feeds->pdata[0];
  g_assert_cmpstr (hr_feed_get_title (feed), ==, "sleep");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (process->klass->collect (process, now_ns + i * SECOND, feeds, NULL));
      g_assert_true (watches->klass->collect (watches, now_ns + i * SECOND, feeds, NULL));
    }
  g_assert_null (hr_feed_get_ended (feed));
  snapshot = hr_feed_cut (feed, now_ns + SECOND);
  g_assert_nonnull (snapshot);
  g_assert_cmpuint (snapshot->n_samples, >=, 4);

  kill (pid, SIGKILL);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), ==, 0);
  g_assert_true (watches->klass->collect (watches, now_ns + SECOND, feeds, NULL));
  g_assert_cmpstr (hr_feed_get_ended (feed), ==, "the program ended");
  waitpid (pid, NULL, 0);
  watches->klass->free (watches);
  process->klass->free (process);
}

static gpointer
wait_in_thread (gpointer data)
{
  g_mutex_lock (data);
  g_mutex_unlock (data);

  return NULL;
}

/* Its number leads to a folder of /proc that no list shows. */
static void
test_a_thread_is_no_program (void)
{
  g_autoptr (HrUsers) users = hr_users_new ();
  HrCollector *watches = hr_watches_new ("", users, &computer);
  g_autoptr (GPtrArray) feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_feed_unref);
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  GMutex      wait;
  GThread    *thread;
  const char *name;
  guint       n_refused = 0;

  g_mutex_init (&wait);
  g_mutex_lock (&wait);
  thread = g_thread_new ("other", wait_in_thread, &wait);
  g_dir_rewind (tasks);
  while ((name = g_dir_read_name (tasks)) != NULL)
    n_refused += !hr_watches_begin (watches, feeds, g_ascii_strtoull (name, NULL, 10), 0, &anna, EPOCH, SECOND, NULL);
  g_mutex_unlock (&wait);
  g_thread_join (thread);

  g_assert_cmpuint (n_refused, >=, 1);
  g_assert_cmpuint (feeds->len, ==, 1);
  g_assert_cmpuint (hr_feed_get_pid (feeds->pdata[0]), ==, (guint64) getpid ());
  g_mutex_clear (&wait);
  watches->klass->free (watches);
}

#define ADD(path, test) g_test_add ("/collect/watches/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("feed", test_a_watched_program_has_a_feed);
  ADD ("user", test_a_users_name_comes_later);
  ADD ("instance", test_the_instance_is_named_by_what_it_is);
  ADD ("owners", test_one_feed_for_all_who_ask);
  ADD ("end", test_it_ends_with_the_program);
  ADD ("reuse", test_another_program_of_its_number_is_not_it);
  ADD ("region/later", test_a_region_takes_over);
  ADD ("region/before", test_what_has_a_region_needs_no_watch);
  ADD ("limit", test_so_many_and_no_more);
  ADD ("refused", test_what_is_not_there_is_refused);
  g_test_add_func ("/collect/watches/real", test_a_real_program);
  g_test_add_func ("/collect/watches/thread", test_a_thread_is_no_program);

  return g_test_run ();
}
