/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/market.h"
#include "engine/base/units.h"
#include "engine/probe/reader.h"
#include "engine/thompson/arms-file.h"
#include "tests/folder.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <signal.h>

#define POLL_USEC 2000

static const char *program;

/* One run of the program in a runtime folder of its own. */
typedef struct
{
  char           *folder;
  GSubprocess    *process;
  JsonParser     *parser;
  HrRegionReader *reader;
} Run;

static void
start (Run        *self,
       const char *options)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf ("%s %s", program, options);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);

  self->folder = g_dir_make_tmp ("headroom-workload-XXXXXX", &error);
  g_assert_no_error (error);
  g_subprocess_launcher_setenv (launcher, "HEADROOM_RUNTIME_DIR", self->folder, TRUE);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  self->parser = json_parser_new ();
}

/* Opens the only region of the run's folder; FALSE while there is none. */
static gboolean
open_region (Run *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (self->reader == NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, HR_REGION_SUFFIX))
      {
        g_autofree char *path = g_build_filename (self->folder, name, NULL);

        hr_region_reader_open (path, &self->reader);
      }

  return self->reader != NULL;
}

static gboolean
read_totals (Run            *self,
             const char     *name,
             HrRegionTotals *out)
{
  HrRegionMetric metric;

  for (uint32_t i = 0; i < hr_region_reader_n_metrics (self->reader); i++)
    if (hr_region_reader_metric (self->reader, i, &metric) && g_str_equal (metric.name, name))
      return hr_region_reader_totals (self->reader, i, out);

  return FALSE;
}

/* Reads what the span @name within @outer (a root where that is NULL) has come to; 0 where there is none. */
static HrRegionTotals
read_span (Run        *self,
           const char *outer,
           const char *name)
{
  HrRegionTotals totals = { 0 };
  HrRegionMetric metric, parent;

  for (uint32_t i = 0; i < hr_region_reader_n_metrics (self->reader); i++)
    if (hr_region_reader_metric (self->reader, i, &metric) && metric.kind == HR_KIND_SPAN && g_str_equal (metric.name, name) &&
        (metric.parent == HR_REGION_NO_PARENT) == (outer == NULL) &&
        (outer == NULL || (hr_region_reader_metric (self->reader, metric.parent, &parent) && g_str_equal (parent.name, outer))))
      g_assert_true (hr_region_reader_totals (self->reader, i, &totals));

  return totals;
}

/* Reads what the program has allocated and freed in a category. */
static HrRegionUsage
read_usage (Run        *self,
            const char *name)
{
  HrRegionUsage    usage = { 0 };
  HrRegionCategory category;

  for (uint32_t i = 0; i < hr_region_reader_n_categories (self->reader); i++)
    if (hr_region_reader_category (self->reader, i, &category) && g_str_equal (category.name, name))
      g_assert_true (hr_region_reader_usage (self->reader, i, &usage));

  return usage;
}

/* Waits until the running program has recorded a batch. */
static void
wait_for_batch (Run *self)
{
  HrRegionTotals totals = { 0 };

  while (!open_region (self) || !read_totals (self, "thompson_batch_ms", &totals) || totals.count == 0)
    g_usleep (POLL_USEC);
}

static int64_t
resident_bytes (Run *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/statm", g_subprocess_get_identifier (self->process));
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  words = g_strsplit (text, " ", -1);

  return g_ascii_strtoll (words[1], NULL, 10) * 4096;
}

/* Waits for the end of the program and returns its summary. */
static JsonObject *
finish (Run *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8 (self->process, NULL, NULL, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (self->process));
  json_parser_load_from_data (self->parser, text, -1, &error);
  g_assert_no_error (error);
  g_assert_true (open_region (self));

  return json_node_get_object (json_parser_get_root (self->parser));
}

static void
clear (Run *self)
{
  remove_folder (self->folder);
  g_free (self->folder);
  hr_region_reader_close (self->reader);
  g_object_unref (self->parser);
  g_object_unref (self->process);
}

/* What the program says of itself and what stands in its region have to agree. */
static void
assert_agreement (Run        *self,
                  JsonObject *summary)
{
  HrRegionTotals totals, batches;
  double         mean = json_object_get_double_member (summary, "mean");

  g_assert_true (read_totals (self, "thompson_duration_ms", &totals));
  g_assert_true (read_totals (self, "thompson_batch_ms", &batches));
  g_assert_cmpuint (totals.count, ==, (uint64_t) json_object_get_int_member (summary, "count"));
  g_assert_cmpuint (batches.count, ==, (uint64_t) json_object_get_int_member (summary, "batches"));
  g_assert_cmpfloat (batches.sum, ==, totals.sum);
  g_assert_cmpfloat (fabs (totals.sum / (double) totals.count / 1e6 / mean - 1), <, 0.01);
  g_assert_cmpint (json_object_get_int_member (summary, "unplaced"), ==, 0);
  g_assert_cmpuint (hr_region_reader_unplaced (self->reader), ==, 0);
}

static void
test_summary_and_region_agree (void)
{
  Run            run = { 0 };
  JsonObject    *summary;
  HrRegionTotals totals;
  int64_t        count;

  start (&run, "--duration 0.5 --seed 1");
  summary = finish (&run);
  assert_agreement (&run, summary);

  count = json_object_get_int_member (summary, "count");
  g_assert_cmpint (count, >, 0);
  g_assert_cmpint (count, ==, 28 * json_object_get_int_member (summary, "batches"));
  g_assert_true (read_totals (&run, "cache_hit_rate", &totals));
  g_assert_cmpfloat (totals.min, >=, 0);
  g_assert_cmpfloat (totals.max, <=, 1);
  g_assert_cmpfloat (totals.sum, >, 0);
  g_assert_true (read_totals (&run, "error_rate", &totals));
  g_assert_cmpuint (totals.count, ==, (uint64_t) json_object_get_int_member (summary, "batches"));
  g_assert_false (read_totals (&run, "memory_usage_mb", &totals));
  clear (&run);
}

static void
test_a_batch_is_a_tree_of_spans (void)
{
  static const char *const parts[] = { "refill", "match", "rank", "learn", "record" };
  Run                      run = { 0 };
  int64_t                  n_batches;
  HrRegionTotals           batch;
  double                   inner = 0;

  start (&run, "--duration 0.2 --rate 500");
  n_batches = json_object_get_int_member (finish (&run), "batches");
  batch = read_span (&run, NULL, "batch");
  g_assert_cmpint (n_batches, >, 0);
  g_assert_cmpuint (batch.count, ==, (uint64_t) n_batches);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      HrRegionTotals part = read_span (&run, "batch", parts[i]);

      g_assert_cmpuint (part.count, ==, (uint64_t) n_batches);
      g_assert_cmpfloat (part.self, ==, part.sum);
      inner += part.sum;
    }

  /* Each time is cut to whole nanoseconds. */
  g_assert_cmpfloat_with_epsilon (batch.self + inner, batch.sum, 6 * (double) n_batches);
  clear (&run);
}

static void
test_what_it_allocates_it_frees (void)
{
  static const char *const names[] = { "ranking", "caching", "postings" };
  Run                      run = { 0 };

  start (&run, "--rate 100");
  wait_for_batch (&run);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      HrRegionUsage usage = read_usage (&run, names[i]);

      g_assert_cmpuint (usage.allocations, ==, 1);
      g_assert_cmpuint (usage.allocated_bytes, >, 4096);
      g_assert_cmpuint (usage.frees, ==, 0);
    }

  g_subprocess_send_signal (run.process, SIGTERM);
  finish (&run);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      HrRegionUsage usage = read_usage (&run, names[i]);

      g_assert_cmpuint (usage.frees, ==, usage.allocations);
      g_assert_cmpuint (usage.freed_bytes, ==, usage.allocated_bytes);
    }
  g_assert_cmpuint (hr_region_reader_n_categories (run.reader), ==, G_N_ELEMENTS (names));
  clear (&run);
}

static void
test_every_other_batch_is_slow (void)
{
  Run            run = { 0 };
  JsonObject    *summary;
  HrRegionTotals totals;
  double         batches, slow;

  start (&run, "--duration 0.5 --slow-ms 12 --slow-every 2 --rate 0");
  summary = finish (&run);
  assert_agreement (&run, summary);

  batches = (double) json_object_get_int_member (summary, "batches");
  slow = floor (batches / 2);
  g_assert_cmpfloat (slow, >=, 1);
  g_assert_cmpfloat (json_object_get_double_member (summary, "mean"), >=, 12 * slow / batches);
  g_assert_cmpfloat (json_object_get_double_member (summary, "min"), <, 12);
  g_assert_cmpfloat (json_object_get_double_member (summary, "max"), >=, 12);

  /* Above 10 ms a job the coordinator refuses the batch. */
  g_assert_true (read_totals (&run, "error_rate", &totals));
  g_assert_cmpfloat (totals.last, >=, 0.99 * slow / batches);
  clear (&run);
}

static void
test_a_signal_ends_it_with_its_summary (gconstpointer number)
{
  Run run = { 0 };

  start (&run, "--rate 200 --batch 100");
  wait_for_batch (&run);
  g_subprocess_send_signal (run.process, GPOINTER_TO_INT (number));
  assert_agreement (&run, finish (&run));
  clear (&run);
}

static void
test_nothing_counts_while_sampling_is_off (void)
{
  Run run = { 0 };

  start (&run, "--rate 500");
  wait_for_batch (&run);
  hr_region_reader_set_sampling (run.reader, false);
  /* Some batches that must not count; without one the case would only say less. */
  g_usleep (50000);
  g_subprocess_send_signal (run.process, SIGTERM);
  assert_agreement (&run, finish (&run));
  clear (&run);
}

static void
test_a_cleanup_frees_what_leaked (void)
{
  const int64_t step = 40000000;
  Run           run = { 0 };
  int64_t       least, most;

  start (&run, "--leak 100");
  wait_for_batch (&run);
  least = resident_bytes (&run);
  while ((most = resident_bytes (&run)) < least + step)
    g_usleep (POLL_USEC);

  hr_region_reader_request_cleanup (run.reader);
  while (resident_bytes (&run) > most - step / 2)
    g_usleep (POLL_USEC);
  g_subprocess_send_signal (run.process, SIGTERM);
  finish (&run);
  clear (&run);
}

static void
test_bad_options_end_with_two (void)
{
  static const char *const options[] = { "--batch=9", "--rate=x", "--slow-every=2", "--nothing", "extra" };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                                                          &error, program, options[i], NULL);
      g_autofree char *output = NULL, *message = NULL;

      g_assert_no_error (error);
      g_subprocess_communicate_utf8 (process, NULL, NULL, &output, &message, &error);
      g_assert_no_error (error);
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 2);
      g_assert_cmpstr (output, ==, "");
      g_assert_true (g_str_has_prefix (message, "headroom-workload: "));
    }
}

/* Runs ten batches or so, and returns how many answers it learnt from: five a batch. */
static double
learn (const char *path)
{
  g_autofree char *options = g_strdup_printf ("--rate 100 --duration 0.1 --learnt %s", path);
  Run              run = { 0 };
  double           n_batches;

  start (&run, options);
  n_batches = (double) json_object_get_int_member (finish (&run), "batches");
  clear (&run);

  return 5 * n_batches;
}

/* Returns how many answers the file at @path knows of. */
static double
count_learnt (const char *path)
{
  HrArm  storage[HR_MARKET_SOURCES * HR_MARKET_CATEGORIES];
  HrArms arms;
  double sum = 0;

  hr_arms_init (&arms, storage, G_N_ELEMENTS (storage), HR_MARKET_SOURCES, HR_MARKET_CATEGORIES, (HrArm){ 1, 1 });
  g_assert_cmpint (hr_arms_load (&arms, path), ==, HR_JOB_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (storage); i++)
    sum += storage[i].alpha + storage[i].beta - 2;

  return sum;
}

static void
test_what_is_learnt_outlives_the_run (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-learnt-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "learnt", NULL);
  double           learnt = learn (path);

  g_assert_cmpfloat (learnt, >, 0);
  g_assert_cmpfloat (count_learnt (path), ==, learnt);
  learnt += learn (path);
  g_assert_cmpfloat (count_learnt (path), ==, learnt);
  remove_folder (folder);
}

static void
test_a_file_that_was_not_learnt_is_left_alone (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-learnt-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "letter", NULL);
  g_autofree char *message = NULL, *text = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) process = NULL;

  g_assert_true (g_file_set_contents (path, "Dear all", -1, NULL));
  g_subprocess_launcher_setenv (launcher, "HEADROOM_RUNTIME_DIR", folder, TRUE);
  process = g_subprocess_launcher_spawn (launcher, NULL, program, "--learnt", path, NULL);
  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &message, NULL);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 2);
  g_assert_true (g_str_has_suffix (message, "/letter: not a file of arms\n"));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "Dear all");
  remove_folder (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  g_test_add_func ("/workload/program/agreement", test_summary_and_region_agree);
  g_test_add_func ("/workload/program/spans", test_a_batch_is_a_tree_of_spans);
  g_test_add_func ("/workload/program/categories", test_what_it_allocates_it_frees);
  g_test_add_func ("/workload/program/slow", test_every_other_batch_is_slow);
  g_test_add_data_func ("/workload/program/sigterm", GINT_TO_POINTER (SIGTERM), test_a_signal_ends_it_with_its_summary);
  g_test_add_data_func ("/workload/program/sigint", GINT_TO_POINTER (SIGINT), test_a_signal_ends_it_with_its_summary);
  g_test_add_func ("/workload/program/sampling", test_nothing_counts_while_sampling_is_off);
  g_test_add_func ("/workload/program/cleanup", test_a_cleanup_frees_what_leaked);
  g_test_add_func ("/workload/program/learnt", test_what_is_learnt_outlives_the_run);
  g_test_add_func ("/workload/program/not-learnt", test_a_file_that_was_not_learnt_is_left_alone);
  g_test_add_func ("/workload/program/options", test_bad_options_end_with_two);

  return g_test_run ();
}
