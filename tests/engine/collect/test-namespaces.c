/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Programs that count processes otherwise than we do, because they run in a sandbox: found, measured as themselves, and cleaned up after.
 * With the argument --program this is such a program. */

#include "engine/collect/process.h"
#include "tests/engine/collect/regions-fixture.h"
#include "tests/engine/start-child.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* So much is the program's own, so that its memory is known from another's. */
#define PROGRAM_MB 48
#define TIMEOUT_US (30 * G_USEC_PER_SEC)

static const char *self_path;

/* Records once and waits to be killed. */
static G_NORETURN void
be_program (const char *folder)
{
  HrProbe *probe = hr_probe_open_in (folder, "sandboxed");
  char    *memory = malloc (PROGRAM_MB << 20);

  memset (memory, 1, PROGRAM_MB << 20);
  hr_probe_duration (probe, ranking_of (probe), 1000, 3);
  for (;;)
    {
      pause ();
      memory[0]++;
    }
}

/* Returns whether @wrap (a command line, NULL at its end) can start programs here; else the test is skipped. */
static gboolean
can_wrap (const char *const *wrap)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GSubprocess) trial = NULL;
  g_autofree char *text = g_strjoinv (" ", (char **) wrap);

  g_strv_builder_addv (words, (const char **) wrap);
  g_strv_builder_add (words, "true");
  argv = g_strv_builder_end (words);
  trial = g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  if (trial != NULL && g_subprocess_wait_check (trial, NULL, NULL))
    return TRUE;

  g_test_skip_printf ("“%s” is not possible here", text);

  return FALSE;
}

/* Starts the program by @wrap. @folder: where it publishes, as it sees it. */
static GSubprocess *
start_program (const char *const *wrap,
               const char        *folder)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;

  g_strv_builder_addv (words, (const char **) wrap);
  g_strv_builder_add_many (words, self_path, "--program", folder, NULL);
  argv = g_strv_builder_end (words);

  return start_child ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE);
}

/* Returns the last of those that @child started one behind the other. */
static guint64
find_innermost (GSubprocess *child)
{
  guint64 pid = g_ascii_strtoull (g_subprocess_get_identifier (child), NULL, 10);

  for (;;)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%" G_GUINT64_FORMAT "/task/%" G_GUINT64_FORMAT "/children", pid, pid);
      g_autofree char *children = NULL;
      guint64          next;

      g_assert_true (g_file_get_contents (path, &children, NULL, NULL));
      next = g_ascii_strtoull (children, NULL, 10);
      if (next == 0)
        return pid;
      pid = next;
    }
}

/* What is dead is removed at once. */
static void
set_up_without_grace (Fixture      *fixture,
                      gconstpointer user_data)
{
  set_up (fixture, user_data);
  fixture->collector->klass->free (fixture->collector);
  fixture->collector = hr_regions_new ("", fixture->folder, 7, 0);
}

static HrFeed *
wait_for_feed (Fixture *fixture)
{
  gint64 deadline = g_get_monotonic_time () + TIMEOUT_US;

  while (fixture->feeds->len == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      collect_after (fixture, SECOND / 1000);
      g_thread_yield ();
    }

  return fixture->feeds->pdata[0];
}

/* Has the kernel asked about the feed's process, and returns the snapshot. */
static HrSnapshot *
measure (Fixture *fixture)
{
  HrCollector *process = hr_process_new ("");

  g_assert_true (process->klass->collect (process, fixture->now_ns, fixture->feeds, NULL));
  process->klass->free (process);
  fixture->now_ns++;

  return cut (fixture, 0);
}

static double
resident_mb (Fixture *fixture)
{
  gint64 deadline = g_get_monotonic_time () + TIMEOUT_US;
  double mb = 0;

  while (mb < PROGRAM_MB)
    {
      g_autoptr (HrSnapshot) snapshot = measure (fixture);
      const HrSample *sample = sample_of (fixture, 0, snapshot, "memory_rss_mb");

      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_assert_nonnull (sample);
      mb = sample->last;
      g_thread_yield ();
    }

  return mb;
}

static void
end_program (GSubprocess *child,
             guint64      pid)
{
  g_assert_cmpint (kill ((pid_t) pid, SIGKILL), ==, 0);
  g_assert_true (g_subprocess_wait (child, NULL, NULL));
  g_object_unref (child);
}

/* Finds the program that @wrap starts, as itself. */
static void
check_found (Fixture           *fixture,
             const char *const *wrap,
             const char        *folder)
{
  GSubprocess     *child;
  g_autofree char *detail = NULL;
  HrFeed          *feed;
  guint64          pid;

  if (!can_wrap (wrap))
    return;

  child = start_program (wrap, folder);
  feed = wait_for_feed (fixture);
  pid = find_innermost (child);
  detail = g_strdup_printf ("pid %" G_GUINT64_FORMAT, pid);
  g_assert_cmpuint (hr_feed_get_pid (feed), ==, pid);
  g_assert_cmpuint (hr_feed_get_start_time (feed), >, 0);
  g_assert_cmpstr (hr_feed_get_detail (feed), ==, detail);
  g_assert_cmpfloat (resident_mb (fixture), <, 4 * PROGRAM_MB);

  /* Its lock goes with it, wherever it was, and its file after it. */
  g_assert_null (hr_feed_get_ended (feed));
  end_program (child, pid);
  collect_after (fixture, SECOND);
  g_assert_cmpstr (hr_feed_get_ended (feed), ==, "the program ended");
  collect_after (fixture, 2 * SECOND);
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);
}

/* What cannot be told from others has what its probe says, and nothing of another. */
static void
check_unknown (Fixture           *fixture,
               const char *const *wrap)
{
  g_autoptr (HrSnapshot) snapshot = NULL;
  GSubprocess *child;
  HrFeed      *feed;

  if (!can_wrap (wrap))
    return;

  child = start_program (wrap, fixture->folder);
  feed = wait_for_feed (fixture);
  collect_after (fixture, SECOND);
  snapshot = measure (fixture);
  g_assert_cmpuint (hr_feed_get_pid (feed), ==, 0);
  g_assert_true (g_str_has_suffix (hr_feed_get_detail (feed), " by its own count"));
  g_assert_null (sample_of (fixture, 0, snapshot, "memory_rss_mb"));
  g_assert_null (sample_of (fixture, 0, snapshot, "thread_count"));
  end_program (child, find_innermost (child));
}

static void
test_another_pid_namespace (Fixture      *fixture,
                            gconstpointer user_data)
{
  const char *const wrap[] = { "unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", NULL };

  check_found (fixture, wrap, fixture->folder);
}

static void
test_a_proc_of_its_own (Fixture      *fixture,
                        gconstpointer user_data)
{
  const char *const wrap[] = { "unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc", NULL };

  check_found (fixture, wrap, fixture->folder);
}

static void
test_namespaces_in_each_other (Fixture      *fixture,
                               gconstpointer user_data)
{
  const char *const wrap[] = { "unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc",
                               "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", NULL };

  check_found (fixture, wrap, fixture->folder);
}

/* As a Flatpak is run: the folder stands elsewhere there. */
static void
test_a_sandbox_with_the_folder_bound (Fixture      *fixture,
                                      gconstpointer user_data)
{
  g_autofree char  *elsewhere = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  const char *const wrap[] = { "bwrap", "--unshare-pid", "--die-with-parent", "--dev-bind", "/", "/", "--proc", "/proc",
                               "--bind", fixture->folder, elsewhere, NULL };

  check_found (fixture, wrap, elsewhere);
  g_assert_cmpint (g_rmdir (elsewhere), ==, 0);
}

/* Starts are counted from another moment there. */
static void
test_another_time_namespace (Fixture      *fixture,
                             gconstpointer user_data)
{
  const char *const wrap[] = { "unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc",
                               "--time", "--boottime", "1000", NULL };

  check_unknown (fixture, wrap);
}

static void
test_no_proc (Fixture      *fixture,
              gconstpointer user_data)
{
  const char *const wrap[] = { "bwrap", "--unshare-pid", "--die-with-parent", "--dev-bind", "/", "/", "--tmpfs", "/proc", NULL };

  check_unknown (fixture, wrap);
}

/* It is not there to be looked at, and is what it said. */
static void
test_one_that_ended_unseen (Fixture      *fixture,
                            gconstpointer user_data)
{
  g_autofree char *detail = NULL;
  pid_t            child = fork ();

  if (child == 0)
    {
      HrProbe *probe = hr_probe_open_in (fixture->folder, "short");

      hr_probe_duration (probe, ranking_of (probe), 1000, 3);
      _exit (0);
    }

  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  collect_after (fixture, SECOND);
  g_assert_cmpuint (fixture->feeds->len, ==, 1);
  detail = g_strdup_printf ("pid %d", (int) child);
  g_assert_cmpuint (hr_feed_get_pid (fixture->feeds->pdata[0]), ==, (guint64) child);
  g_assert_cmpstr (hr_feed_get_detail (fixture->feeds->pdata[0]), ==, detail);
}

#define ADD(path, test) g_test_add ("/collect/namespaces/" path, Fixture, NULL, set_up_without_grace, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && strcmp (argv[1], "--program") == 0)
    be_program (argv[2]);

  g_test_init (&argc, &argv, NULL);
  self_path = argv[0];
  ADD ("pid", test_another_pid_namespace);
  ADD ("proc", test_a_proc_of_its_own);
  ADD ("nested", test_namespaces_in_each_other);
  ADD ("bound", test_a_sandbox_with_the_folder_bound);
  ADD ("time", test_another_time_namespace);
  ADD ("no-proc", test_no_proc);
  ADD_CASE ("/collect/namespaces/ended", test_one_that_ended_unseen);

  return g_test_run ();
}
