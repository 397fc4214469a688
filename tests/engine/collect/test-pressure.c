/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/pressure.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)
#define SECOND_US G_GUINT64_CONSTANT (1000000)

static void
test_totals_are_read (void)
{
  HrPressure pressure;

  g_assert_true (hr_pressure_parse ("some avg10=19.28 avg60=26.49 avg300=55.16 total=1098015538\n"
                                    "full avg10=0.00 avg60=0.01 avg300=0.00 total=10236605\n",
                                    &pressure));
  g_assert_cmpuint (pressure.some_us, ==, 1098015538);
  g_assert_cmpuint (pressure.full_us, ==, 10236605);
}

static void
test_an_older_kernel_has_one_line_for_processors (void)
{
  HrPressure pressure;

  g_assert_true (hr_pressure_parse ("some avg10=0.00 avg60=0.00 avg300=0.00 total=12\n", &pressure));
  g_assert_cmpuint (pressure.some_us, ==, 12);
  g_assert_cmpuint (pressure.full_us, ==, 0);
}

#define SOME "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n"
#define FULL "full avg10=0.00 avg60=0.00 avg300=0.00 total=2\n"

static void
test_anything_else_is_refused (void)
{
  static const char *const wrong[] = {
    "",
    "\n",
    FULL,
    FULL      SOME,
    SOME      SOME,
    SOME FULL FULL,
    SOME      FULL "\n",
    SOME "nonsense\n",
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=1",
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=\n",
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=-1\n",
    "some avg10=0.00 avg60=0.00 avg300=0.00 total= 1\n",
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=1x\n",
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=99999999999999999999\n",
    "some avg10=0.00 avg60=0.00 total=1\n",
    "some avg10= avg60=0.00 avg300=0.00 total=1\n",
    "some avg60=0.00 avg10=0.00 avg300=0.00 total=1\n",
    "some  avg10=0.00 avg60=0.00 avg300=0.00 total=1\n",
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=1 more\n",
  };
  HrPressure pressure = { 7, 8 };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (hr_pressure_parse (wrong[i], &pressure));
      g_assert_cmpuint (pressure.some_us, ==, 7);
      g_assert_cmpuint (pressure.full_us, ==, 8);
    }
}

/* A computer whose pressure a test makes, and a program on it. */
typedef struct
{
  char        *root;
  HrFeed      *computer;
  HrFeed      *program;
  GPtrArray   *feeds;
  HrCollector *collector;
  gint64       now_ns;
  HrPressure   cpu;
  HrPressure   memory;
  HrPressure   io;
  guint        n_cleanups;
} Fixture;

static void
count_cleanup (gpointer owner)
{
  ((Fixture *) owner)->n_cleanups++;
}

static char *
path_of (Fixture    *fixture,
         const char *name)
{
  return g_build_filename (fixture->root, "proc", "pressure", name, NULL);
}

static void
write_pressure (Fixture          *fixture,
                const char       *name,
                const HrPressure *pressure)
{
  g_autofree char *path = path_of (fixture, name);
  g_autofree char *text = g_strdup_printf ("some avg10=1.50 avg60=0.00 avg300=0.00 total=%" G_GUINT64_FORMAT "\n"
                                           "full avg10=0.00 avg60=0.25 avg300=0.00 total=%" G_GUINT64_FORMAT "\n",
                                           pressure->some_us, pressure->full_us);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  static const HrFeedControls controls = { .request_cleanup = count_cleanup };
  HrStreamName                name = { .epoch = 1 };
  g_autofree char            *folder = NULL;

  fixture->root = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  folder = path_of (fixture, NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  fixture->now_ns = 100 * SECOND;
  fixture->cpu.some_us = 5000;
  fixture->memory.some_us = 70000;
  fixture->memory.full_us = 60000;
  fixture->computer = hr_feed_new (&name, HR_SOURCE_COMPUTER, "computer", fixture->now_ns);
  fixture->program = hr_feed_new (&name, HR_SOURCE_PROCESS, "program", fixture->now_ns);
  hr_feed_set_controls (fixture->program, &controls, fixture);
  fixture->feeds = g_ptr_array_new ();
  g_ptr_array_add (fixture->feeds, fixture->computer);
  g_ptr_array_add (fixture->feeds, fixture->program);
  fixture->collector = hr_pressure_new (fixture->root, fixture->computer);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  static const char *const entries[] = { "proc/pressure/cpu", "proc/pressure/memory", "proc/pressure/io", "proc/pressure", "proc", "." };

  fixture->collector->klass->free (fixture->collector);
  g_ptr_array_unref (fixture->feeds);
  hr_feed_unref (fixture->computer);
  hr_feed_unref (fixture->program);
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autofree char *path = g_build_filename (fixture->root, entries[i], NULL);

      g_remove (path);
    }
  g_rmdir (fixture->root);
  g_free (fixture->root);
}

/* Lets a second pass, of which some and all tasks waited for memory that share, and collects. Returns what was measured
 * of @name: its last value and, in @out_count where that is not NULL, how often. */
static double
wait_for_memory (Fixture    *fixture,
                 double      some,
                 double      full,
                 const char *name,
                 guint64    *out_count)
{
  g_autoptr (HrSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  double value = -1;

  fixture->now_ns += SECOND;
  fixture->memory.some_us += (guint64) (some * (double) SECOND_US);
  fixture->memory.full_us += (guint64) (full * (double) SECOND_US);
  write_pressure (fixture, "cpu", &fixture->cpu);
  write_pressure (fixture, "memory", &fixture->memory);
  write_pressure (fixture, "io", &fixture->io);
  g_assert_true (fixture->collector->klass->collect (fixture->collector, fixture->now_ns, fixture->feeds, &error));
  g_assert_no_error (error);

  snapshot = hr_feed_cut (fixture->computer, fixture->now_ns);
  if (out_count != NULL)
    *out_count = 0;
  for (guint i = 0; snapshot != NULL && i < snapshot->n_samples; i++)
    if (g_str_equal (hr_feed_get_metrics (fixture->computer)[snapshot->samples[i].metric].name, name))
      {
        value = snapshot->samples[i].last;
        if (out_count != NULL)
          *out_count = snapshot->samples[i].count;
      }

  return value;
}

/* Returns how often the event @name was raised in a second like that. */
static guint64
events_in (Fixture    *fixture,
           double      some,
           double      full,
           const char *name)
{
  guint64 count;

  wait_for_memory (fixture, some, full, name, &count);

  return count;
}

static void
test_pressure_is_the_share_of_the_interval (Fixture      *fixture,
                                            gconstpointer user_data)
{
  g_assert_cmpfloat (wait_for_memory (fixture, 0, 0, "memory_pressure", NULL), ==, -1);
  g_assert_cmpfloat_with_epsilon (wait_for_memory (fixture, 0.25, 0.125, "memory_pressure", NULL), 0.25, 1e-9);
  g_assert_cmpfloat_with_epsilon (wait_for_memory (fixture, 0.25, 0.125, "memory_pressure_full", NULL), 0.125, 1e-9);
  fixture->cpu.some_us += SECOND_US / 2;
  g_assert_cmpfloat_with_epsilon (wait_for_memory (fixture, 0, 0, "cpu_pressure", NULL), 0.5, 1e-9);
  fixture->io.some_us += 2 * SECOND_US;
  g_assert_cmpfloat (wait_for_memory (fixture, 0, 0, "io_pressure", NULL), ==, 1);
  g_assert_cmpfloat (wait_for_memory (fixture, 0, 0, "io_pressure", NULL), ==, 0);
}

static void
test_rounds_within_a_second_say_nothing (Fixture      *fixture,
                                         gconstpointer user_data)
{
  g_autoptr (HrSnapshot) snapshot = NULL;

  wait_for_memory (fixture, 0, 0, "memory_pressure", NULL);
  fixture->now_ns += SECOND / 10;
  g_assert_true (fixture->collector->klass->collect (fixture->collector, fixture->now_ns, fixture->feeds, NULL));
  snapshot = hr_feed_cut (fixture->computer, fixture->now_ns);
  g_assert_null (snapshot);
}

/* Half a second of waiting within the ten since the last look is a twentieth of them. */
static void
test_a_late_look_is_about_all_the_time_since (Fixture      *fixture,
                                              gconstpointer user_data)
{
  wait_for_memory (fixture, 0, 0, "memory_pressure", NULL);
  fixture->now_ns += 9 * SECOND;
  g_assert_cmpfloat_with_epsilon (wait_for_memory (fixture, 0.5, 0, "memory_pressure", NULL), 0.05, 1e-9);
}

static void
test_an_event_is_raised_once_on_the_way_up (Fixture      *fixture,
                                            gconstpointer user_data)
{
  const struct
  {
    double  some;
    guint64 raised;
  } seconds[] = {
    { 0.5, 0 }, /* only the beginning of the first second */
    { 0.09, 0 },
    { 0.10, 1 },
    { 0.50, 0 },
    { 0.06, 0 }, /* below the threshold, but not far enough */
    { 0.20, 0 },
    { 0.04, 0 },
    { 0.11, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    g_assert_cmpuint (events_in (fixture, seconds[i].some, 0, "memory pressure"), ==, seconds[i].raised);
  g_assert_cmpuint (fixture->n_cleanups, ==, 0);
}

static void
test_a_critical_shortage_asks_programs_to_clean_up (Fixture      *fixture,
                                                    gconstpointer user_data)
{
  wait_for_memory (fixture, 0, 0, "", NULL);
  g_assert_cmpuint (events_in (fixture, 0.08, 0.04, "memory pressure critical"), ==, 0);
  g_assert_cmpuint (fixture->n_cleanups, ==, 0);
  g_assert_cmpuint (events_in (fixture, 0.08, 0.05, "memory pressure critical"), ==, 1);
  g_assert_cmpuint (fixture->n_cleanups, ==, 1);

  /* It goes on for half a minute before they are asked again. */
  for (guint i = 1; i < 30; i++)
    {
      g_assert_cmpuint (events_in (fixture, 0.08, 0.05, "memory pressure critical"), ==, 0);
      g_assert_cmpuint (fixture->n_cleanups, ==, 1);
    }
  wait_for_memory (fixture, 0.08, 0.05, "", NULL);
  g_assert_cmpuint (fixture->n_cleanups, ==, 2);

  /* A new shortage soon after is an event, but no reason to ask again so soon. */
  wait_for_memory (fixture, 0, 0, "", NULL);
  g_assert_cmpuint (events_in (fixture, 0.2, 0.1, "memory pressure critical"), ==, 1);
  g_assert_cmpuint (fixture->n_cleanups, ==, 2);
}

static void
test_a_pause_is_no_interval (Fixture      *fixture,
                             gconstpointer user_data)
{
  wait_for_memory (fixture, 0, 0, "memory_pressure", NULL);
  hr_feed_set_sampling (fixture->computer, FALSE);
  g_assert_cmpfloat (wait_for_memory (fixture, 1, 1, "memory_pressure", NULL), ==, -1);
  hr_feed_set_sampling (fixture->computer, TRUE);
  g_assert_cmpfloat (wait_for_memory (fixture, 1, 1, "memory_pressure", NULL), ==, -1);
  g_assert_cmpfloat_with_epsilon (wait_for_memory (fixture, 0.5, 0, "memory_pressure", NULL), 0.5, 1e-9);
}

static void
test_a_kernel_that_does_not_tell_is_no_failure (Fixture      *fixture,
                                                gconstpointer user_data)
{
  g_autoptr (HrSnapshot) snapshot = NULL;

  for (guint i = 0; i < 3; i++)
    {
      fixture->now_ns += SECOND;
      g_assert_true (fixture->collector->klass->collect (fixture->collector, fixture->now_ns, fixture->feeds, NULL));
    }
  snapshot = hr_feed_cut (fixture->computer, fixture->now_ns);
  g_assert_null (snapshot);
  g_assert_cmpuint (hr_feed_get_n_metrics (fixture->computer), ==, 0);
}

/* An agent that is out of descriptors for a while has not asked the kernel at all. */
static void
test_a_shortage_passes (Fixture      *fixture,
                        gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  struct rlimit before, none;

  wait_for_memory (fixture, 0, 0, "", NULL);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none = (struct rlimit){ 0, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  fixture->now_ns += SECOND;
  g_assert_false (fixture->collector->klass->collect (fixture->collector, fixture->now_ns, fixture->feeds, &error));
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  g_assert_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_UNREADABLE);

  wait_for_memory (fixture, 0, 0, "", NULL);
  g_assert_cmpfloat_with_epsilon (wait_for_memory (fixture, 0.5, 0, "memory_pressure", NULL), 0.5, 1e-9);
}

static void
test_a_file_of_another_shape_is_a_failure (Fixture      *fixture,
                                           gconstpointer user_data)
{
  g_autofree char *path = path_of (fixture, "memory");
  g_autoptr (GError) error = NULL;

  wait_for_memory (fixture, 0, 0, "", NULL);
  g_assert_true (g_file_set_contents (path, "some more\n", -1, NULL));
  fixture->now_ns += SECOND;
  g_assert_false (fixture->collector->klass->collect (fixture->collector, fixture->now_ns, fixture->feeds, &error));
  g_assert_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_MALFORMED);

  /* It comes back by itself, with a new beginning. */
  g_assert_cmpfloat (wait_for_memory (fixture, 0.5, 0, "memory_pressure", NULL), ==, -1);
  g_assert_cmpfloat_with_epsilon (wait_for_memory (fixture, 0.5, 0, "memory_pressure", NULL), 0.5, 1e-9);
}

#define ADD(path, test) g_test_add ("/collect/pressure/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/collect/pressure/parse", test_totals_are_read);
  g_test_add_func ("/collect/pressure/older", test_an_older_kernel_has_one_line_for_processors);
  g_test_add_func ("/collect/pressure/wrong", test_anything_else_is_refused);
  ADD ("share", test_pressure_is_the_share_of_the_interval);
  ADD ("second", test_rounds_within_a_second_say_nothing);
  ADD ("late", test_a_late_look_is_about_all_the_time_since);
  ADD ("event", test_an_event_is_raised_once_on_the_way_up);
  ADD ("critical", test_a_critical_shortage_asks_programs_to_clean_up);
  ADD ("pause", test_a_pause_is_no_interval);
  ADD ("absent", test_a_kernel_that_does_not_tell_is_no_failure);
  ADD ("shortage", test_a_shortage_passes);
  ADD ("malformed", test_a_file_of_another_shape_is_a_failure);

  return g_test_run ();
}
