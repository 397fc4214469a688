/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/programs.h"

#include "engine/base/units.h"
#include "engine/collect/collector.h"
#include "engine/collect/proc.h"
#include "tests/engine/collect/proc-fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define KERNEL_THREAD 0x00200040

typedef struct
{
  char    *root;
  HrUsers *users;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->root = proc_root_new ();
  fixture->users = hr_users_new ();
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  hr_users_unref (fixture->users);
  proc_remove_tree (fixture->root);
  g_free (fixture->root);
}

static HrProgram *
find_pid (const GPtrArray *programs,
          guint64          pid)
{
  for (guint i = 0; i < programs->len; i++)
    if (((HrProgram *) programs->pdata[i])->pid == pid)
      return programs->pdata[i];

  return NULL;
}

static HrProgram *
look (Fixture *fixture,
      guint    pid)
{
  g_autoptr (GError) error = NULL;
  uid_t      uid;
  HrProgram *program = hr_programs_look (fixture->root, pid, 0, &uid, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (uid, ==, getuid ());

  return program;
}

static void
test_stat_is_read_behind_the_name (void)
{
  HrProcStat stat;

  g_assert_true (hr_proc_parse_stat ("7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 990 10 0 0 20 0 12 0 99 1 2 3\n", &stat));
  g_assert_cmpstr (stat.name, ==, "a) b (c");
  g_assert_cmpuint (stat.used, ==, 1000);
  g_assert_cmpuint (stat.n_threads, ==, 12);
  g_assert_cmpuint (stat.start_time, ==, 99);
  g_assert_cmpuint (stat.resident_pages, ==, 2);
  g_assert_false (stat.ended || stat.kernel);
}

static void
test_what_is_no_stat_is_refused (void)
{
  static const char *const texts[] = { "", "garbage", "7 (a S 1 2", "7 a) S", ")(", "7 (a) S 1 2 3 4 5 6 7 8 9 10 990 10 0 0 20 0 12 0 99 1\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      HrProcStat stat = { .used = 4711 };

      g_assert_false (hr_proc_parse_stat (texts[i], &stat));
      g_assert_cmpuint (stat.used, ==, 4711);
    }
}

static void
test_a_program_is_described (Fixture      *fixture,
                             gconstpointer user_data)
{
  g_autoptr (HrProgram) program = NULL;

  proc_add (fixture->root, 4711, "ranker", 'S', 0, 99, 500);
  proc_write (fixture->root, 4711, "cmdline", "/usr/bin/ranker\0--slow-ms\0003\0", 27);
  program = look (fixture, 4711);

  g_assert_cmpuint (program->pid, ==, 4711);
  g_assert_cmpuint (program->start_time, ==, 99);
  g_assert_cmpstr (program->name, ==, "ranker");
  g_assert_cmpstr (program->command, ==, "/usr/bin/ranker --slow-ms 3");
  g_assert_cmpstr (program->user, ==, "");
  g_assert_cmpfloat_with_epsilon (program->resident_mb, 500.0 * (double) sysconf (_SC_PAGESIZE) / HR_BYTES_PER_MB, 1e-9);
  g_assert_false (program->instrumented || program->watched);
}

/* The kernel keeps 15 bytes of a name; the rest stands in the command or in the path of what runs. */
static void
test_cut_names_are_completed (Fixture      *fixture,
                              gconstpointer user_data)
{
  static const struct
  {
    const char *name;
    const char *arguments;
    gssize      n_arguments;
    const char *exe;
    const char *expected;
  } cases[] = {
    { "headroom-worklo", "/opt/headroom-workload\0--leak", 30, NULL, "headroom-workload" },
    { "unattended-upgr", "/usr/bin/python3\0/usr/bin/unattended-upgrade-shutdown\0", 54, NULL, "unattended-upgrade-shutdown" },
    { "gnome-terminal-", "renamed", 7, "/usr/libexec/gnome-terminal-server", "gnome-terminal-server" },
    { "gnome-terminal-", "", 0, "/usr/bin/other", "gnome-terminal-" },
    { "gnome-terminal-", "", 0, NULL, "gnome-terminal-" },
    { "short", "/usr/bin/shorter", 16, "/usr/bin/shortest", "short" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint            pid = 100 + (guint) i;
      g_autofree char *link = proc_path (fixture->root, pid, "exe");
      g_autoptr (HrProgram) program = NULL;

      proc_add (fixture->root, pid, cases[i].name, 'S', 0, 99, 1);
      proc_write (fixture->root, pid, "cmdline", cases[i].arguments, cases[i].n_arguments);
      if (cases[i].exe != NULL)
        g_assert_cmpint (symlink (cases[i].exe, link), ==, 0);
      program = look (fixture, pid);
      g_assert_cmpstr (program->name, ==, cases[i].expected);
    }
}

/* What programs say of themselves is shown in lists and terminals. */
static void
test_texts_are_harmless (Fixture      *fixture,
                         gconstpointer user_data)
{
  g_autofree char *long_command = g_strnfill (100000, 'x');
  g_autoptr (HrProgram) first = NULL;
  g_autoptr (HrProgram) second = NULL;
  g_autoptr (HrProgram) third = NULL;

  proc_add (fixture->root, 1, "a\x1b[31m\xff", 'S', 0, 99, 1);
  proc_write (fixture->root, 1, "cmdline", "a\nb\x1b]0;c\a\0\xc3\0", 12);
  proc_add (fixture->root, 2, "b", 'S', 0, 99, 1);
  proc_write (fixture->root, 2, "cmdline", long_command, -1);
  proc_add (fixture->root, 3, "c", 'S', 0, 99, 1);

  first = look (fixture, 1);
  g_assert_cmpstr (first->name, ==, "a [31m\xef\xbf\xbd");
  g_assert_cmpstr (first->command, ==, "a b ]0;c  \xef\xbf\xbd");
  second = look (fixture, 2);
  g_assert_cmpuint (strlen (second->command), ==, HR_PROC_TEXT_SIZE - 1);
  third = look (fixture, 3);
  g_assert_cmpstr (third->command, ==, "");
}

static void
test_kernel_threads_and_the_dead_are_no_programs (Fixture      *fixture,
                                                  gconstpointer user_data)
{
  g_autofree char *empty = g_build_filename (fixture->root, "proc", "9", NULL);
  g_autofree char *file = g_build_filename (fixture->root, "proc", "10", NULL);
  g_autofree char *folder = g_build_filename (fixture->root, "proc", "sys", NULL);
  g_autoptr (GPtrArray) programs = NULL;

  proc_add (fixture->root, 1, "init", 'S', 0x400100, 1, 100);
  proc_add (fixture->root, 2, "kthreadd", 'S', KERNEL_THREAD, 1, 0);
  proc_add (fixture->root, 3, "gone", 'Z', 0, 1, 0);
  proc_add (fixture->root, 4, "garbled", 'S', 0, 1, 0);
  proc_write (fixture->root, 4, "stat", "4 (garbled", -1);
  g_assert_cmpint (g_mkdir (empty, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "", 0, NULL));

  programs = hr_programs_list (fixture->root, fixture->users);
  g_assert_cmpuint (programs->len, ==, 1);
  g_assert_nonnull (find_pid (programs, 1));
}

static void
test_no_proc_is_no_programs (void)
{
  g_autoptr (HrUsers) users = hr_users_new ();
  g_autoptr (GPtrArray) programs = hr_programs_list ("/nonexistent", users);

  g_assert_cmpuint (programs->len, ==, 0);
}

static void
assert_refused (Fixture    *fixture,
                guint64     pid,
                guint64     start_time,
                const char *reason)
{
  g_autoptr (GError) error = NULL;
  uid_t uid;

  g_assert_null (hr_programs_look (fixture->root, pid, start_time, &uid, &error));
  g_assert_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED);
  g_assert_cmpstr (error->message, ==, reason);
}

static void
test_what_cannot_be_measured_is_named (Fixture      *fixture,
                                       gconstpointer user_data)
{
  g_autoptr (HrProgram) program = NULL;
  uid_t uid;

  proc_add (fixture->root, 1, "init", 'S', 0, 77, 100);
  proc_add (fixture->root, 2, "kthreadd", 'S', KERNEL_THREAD, 1, 0);
  proc_add (fixture->root, 3, "gone", 'Z', 0, 1, 0);

  program = hr_programs_look (fixture->root, 1, 77, &uid, NULL);
  g_assert_nonnull (program);
  assert_refused (fixture, 1, 78, "The program that had the number 1 is gone");
  assert_refused (fixture, 2, 0, "The number 2 belongs to the kernel, not to a program");
  assert_refused (fixture, 3, 0, "The program with the number 3 has ended");
  assert_refused (fixture, 0, 0, "No program has the number 0");
  assert_refused (fixture, G_MAXUINT64, 0, "No program has the number 18446744073709551615");
}

/* A list of programs to look in, each with its place as pid. */
static GPtrArray *
make_list (void)
{
  static const struct
  {
    const char *name;
    const char *command;
    double      resident_mb;
  } all[] = {
    { "ranker-helper", "/opt/helper", 500 },
    { "Ranker", "/opt/ranker", 20 },
    { "shell", "sh -c RANKER", 900 },
    { "old-ranker", "/opt/old", 700 },
    { "ranker", "/opt/ranker --fast", 30 },
    { "Größe", "/opt/größe", 10 },
    { "ranker", "/opt/ranker", 30 },
  };
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_program_free);

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      HrProgram program = { i, 1, (char *) all[i].name, (char *) all[i].command, (char *) "", all[i].resident_mb, FALSE, FALSE };

      g_ptr_array_add (list, hr_program_copy (&program));
    }

  return list;
}

static void
assert_found (const char  *text,
              guint        limit,
              const guint *expected,
              guint        n_expected,
              guint        n_more_expected)
{
  g_autoptr (GPtrArray) list = make_list ();
  guint n_more = G_MAXUINT;
  g_autoptr (GPtrArray) found = hr_programs_find (list, text, limit, &n_more);

  g_assert_cmpuint (found->len, ==, n_expected);
  for (guint i = 0; i < n_expected; i++)
    g_assert_cmpuint (((HrProgram *) found->pdata[i])->pid, ==, expected[i]);
  g_assert_cmpuint (n_more, ==, n_more_expected);
}

#define FOUND(text, limit, n_more, ...)                                             \
  G_STMT_START                                                                      \
  {                                                                                 \
    static const guint expected[] = { __VA_ARGS__ };                                \
                                                                                    \
    assert_found (text, limit, expected, sizeof expected / sizeof (guint), n_more); \
  }                                                                                 \
  G_STMT_END

static void
test_the_best_fit_comes_first (void)
{
  FOUND ("ranker", 100, 0, 4, 6, 1, 0, 3, 2);
  FOUND ("RANK", 100, 0, 0, 4, 6, 1, 3, 2);
  FOUND ("", 100, 0, 2, 3, 0, 4, 6, 1, 5);
  FOUND ("--fast", 100, 0, 4);
  assert_found ("nothing of the kind", 100, NULL, 0, 0);
}

static void
test_letters_case_is_nothing_in_any_language (void)
{
  FOUND ("gRÖSSE", 100, 0, 5);
}

static void
test_the_rest_is_counted (void)
{
  FOUND ("ranker", 2, 4, 4, 6);
  FOUND ("", 1, 6, 2);
  FOUND ("ranker", 6, 0, 4, 6, 1, 0, 3, 2);
}

/* A program with a long name and arguments, which sleeps until it is killed. */
static GPid
spawn_sleeper (void)
{
  const char *const argv[] = { "sleep", "1000", NULL };
  GPid              pid;

  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL));

  return pid;
}

static void
test_a_real_program (void)
{
  GPid pid = spawn_sleeper ();
  g_autoptr (HrUsers) users = hr_users_new ();
  g_autoptr (GPtrArray) programs = hr_programs_list ("", users);
  guint n_more;
  g_autoptr (GPtrArray) found = hr_programs_find (programs, "SLEEP 1000", 1024, &n_more);
  const HrProgram *program = find_pid (found, (guint64) pid);
  const HrProgram *self;
  g_autoptr (GError) error = NULL;
  uid_t uid;

  g_assert_nonnull (program);
  g_assert_cmpstr (program->name, ==, "sleep");
  g_assert_cmpstr (program->command, ==, "sleep 1000");
  g_assert_cmpstr (program->user, ==, g_get_user_name ());
  g_assert_cmpuint (program->start_time, >, 0);

  /* Of a program this young the kernel may still tell no memory: it counts pages a processor at a time. */
  self = find_pid (programs, (guint64) getpid ());
  g_assert_nonnull (self);
  g_assert_cmpfloat (self->resident_mb, >, 0);

  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  g_assert_null (hr_programs_look ("", (guint64) pid, program->start_time, &uid, &error));
  g_assert_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED);
}

/* Adds a process with what it says of its numbers, from here inwards. */
static void
add_numbered (Fixture    *fixture,
              guint       pid,
              guint64     start_time,
              const char *numbers)
{
  g_autofree char *status = g_strdup_printf ("Name:\tranker\nGroups:\t%s\nNStgid:\t1\t1\n%s%s%sNSpgid:\t9\n", "1 2 3",
                                             numbers != NULL ? "NSpid:\t" : "", numbers != NULL ? numbers : "", numbers != NULL ? "\n" : "");

  proc_add (fixture->root, pid, "ranker", 'S', 0, start_time, 10);
  proc_write (fixture->root, pid, "status", status, -1);
}

static void
test_a_program_in_a_namespace_is_located (Fixture      *fixture,
                                          gconstpointer user_data)
{
  add_numbered (fixture, 2, 0, "2");
  add_numbered (fixture, 7, 500, "7");
  add_numbered (fixture, 4711, 500, "4711\t19\t2");
  add_numbered (fixture, 4712, 500, "4712\t20\t3");
  add_numbered (fixture, 4713, 501, "4713\t2");
  add_numbered (fixture, 4714, 777, NULL);

  /* The same number, or another one inside. */
  g_assert_cmpuint (hr_programs_locate (fixture->root, 7, 500, "ranker.region"), ==, 7);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 500, "ranker.region"), ==, 4711);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 501, "ranker.region"), ==, 4713);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 4711, 500, "ranker.region"), ==, 0);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 19, 500, "ranker.region"), ==, 0);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 4, 500, "ranker.region"), ==, 0);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 502, "ranker.region"), ==, 0);

  /* A start that is not known tells nobody from nobody. */
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 0, "ranker.region"), ==, 0);

  /* A kernel without namespaces. */
  g_assert_cmpuint (hr_programs_locate (fixture->root, 4714, 777, "ranker.region"), ==, 4714);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 14, 777, "ranker.region"), ==, 0);
  g_assert_cmpuint (hr_programs_locate ("/nonexistent", 7, 500, "ranker.region"), ==, 0);
}

/* Two sandboxes that began together, whose first programs have the same number. */
static void
test_of_two_it_is_the_one_with_the_file (Fixture      *fixture,
                                         gconstpointer user_data)
{
  add_numbered (fixture, 4711, 500, "4711\t2");
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 500, "ranker.region"), ==, 4711);
  add_numbered (fixture, 4712, 500, "4712\t2");
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 500, "ranker.region"), ==, 0);
  proc_write (fixture->root, 4711, "maps", "7f00-7f10 rw-s 00000000 00:1b 7 /run/other-ranker.region\n", -1);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 500, "ranker.region"), ==, 0);
  proc_write (fixture->root, 4712, "maps", "5500-5510 r-xp 00000000 00:1b 9 /usr/bin/ranker\n7f00-7f10 rw-s 00000000 00:1b 8 /run/ranker.region\n", -1);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 500, "ranker.region"), ==, 4712);
  proc_write (fixture->root, 4711, "maps", "7f00-7f10 rw-s 00000000 00:1b 8 /run/ranker.region (deleted)\n", -1);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 500, "ranker.region"), ==, 0);
}

/* The line stands behind the groups, and there may be many of these. */
static void
test_many_groups_hide_no_number (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autoptr (GString) status = g_string_new ("Name:\tranker\nGroups:\t");

  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (status, "%u ", 100000 + i);
  g_string_append (status, "\nNSpid:\t4711\t2\n");
  proc_add (fixture->root, 4711, "ranker", 'S', 0, 500, 10);
  proc_write (fixture->root, 4711, "status", status->str, -1);
  g_assert_cmpuint (hr_programs_locate (fixture->root, 2, 500, "ranker.region"), ==, 4711);
}

#define ADD(path, test) g_test_add ("/collect/programs/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/collect/proc/stat", test_stat_is_read_behind_the_name);
  g_test_add_func ("/collect/proc/garbled", test_what_is_no_stat_is_refused);
  ADD ("described", test_a_program_is_described);
  ADD ("names", test_cut_names_are_completed);
  ADD ("harmless", test_texts_are_harmless);
  ADD ("kernel", test_kernel_threads_and_the_dead_are_no_programs);
  g_test_add_func ("/collect/programs/no-proc", test_no_proc_is_no_programs);
  ADD ("refused", test_what_cannot_be_measured_is_named);
  ADD ("located", test_a_program_in_a_namespace_is_located);
  ADD ("located/doubtful", test_of_two_it_is_the_one_with_the_file);
  ADD ("located/groups", test_many_groups_hide_no_number);
  g_test_add_func ("/collect/programs/order", test_the_best_fit_comes_first);
  g_test_add_func ("/collect/programs/case", test_letters_case_is_nothing_in_any_language);
  g_test_add_func ("/collect/programs/limit", test_the_rest_is_counted);
  g_test_add_func ("/collect/programs/real", test_a_real_program);

  return g_test_run ();
}
