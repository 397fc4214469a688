/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/comparison.h"

#include "tests/folder.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define STEP_NS (100 * (gint64) HR_NS_PER_MS)

/* 2026-01-01 */
#define EPOCH_US INT64_C (1767225600000000)

static const HrMetricInfo metrics[] = {
  { "job_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
  { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER },
  { "probe_overhead", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
  { "jobs", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_HIGHER },
  { "/batch", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
};

typedef struct
{
  char  *folder;
  GRand *random;
} Fixture;

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  self->folder = g_dir_make_tmp ("headroom-comparison-XXXXXX", NULL);
  self->random = g_rand_new_with_seed (3);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  remove_folder (self->folder);
  g_free (self->folder);
  g_rand_free (self->random);
}

/* Snapshot @i: 200 jobs of about @ms, of which the tail takes @tail times as long, 10 MB, @jobs jobs in every other interval. */
static HrSnapshot *
make_snapshot (Fixture *self,
               guint    i,
               double   ms,
               double   tail,
               double   jobs)
{
  double        mean = ms * g_rand_double_range (self->random, 0.95, 1.05);
  HrBucketCount buckets[] = { { hr_bucket_index ((uint64_t) (mean * 1e6)), 195 }, { hr_bucket_index ((uint64_t) (mean * tail * 1e6)), 5 } };
  HrSample      samples[] = {
         { .metric = 0, .count = 200, .sum = mean * 200, .min = mean, .max = mean * tail, .last = mean, .n_buckets = 2, .buckets = buckets },
         { .metric = 1, .count = 1, .sum = 10, .min = 10, .max = 10, .last = 10 },
         { .metric = 2, .count = 1, .sum = ms, .min = ms, .max = ms, .last = ms },
         { .metric = 3, .count = 1, .sum = jobs, .min = jobs, .max = jobs, .last = jobs },
  };
  HrSnapshot head = { .sequence = i + 1, .end_ns = (i + 1) * STEP_NS, .interval_ns = STEP_NS, .time_us = EPOCH_US + (i + 1) * STEP_NS / 1000 };

  /* Without jobs there are no durations of them. */
  return ms > 0 ? hr_snapshot_new (&head, samples, i % 2 == 0 ? 4 : 3) : hr_snapshot_new (&head, samples + 1, 1);
}

typedef struct
{
  const char  *name;
  HrSourceRole role;
  guint        n;
  double       ms;
  double       tail; /* times the mean; two buckets are one where it is 1 */
  double       jobs;
} Recorded;

static void
write_source (Fixture        *self,
              HrWriter       *writer,
              const Recorded *recorded)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);
  HrSourceNote note = { (char *) recorded->name, (char *) recorded->name, NULL, (char *) "local:", NULL, recorded->role, HR_GROUP_COMPUTER };
  gint64       source = hr_writer_add_source (writer, &note, &error);
  gint64       ids[G_N_ELEMENTS (metrics)];

  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    ids[i] = hr_writer_add_metric (writer, source, &metrics[i], &error);
  for (guint i = 0; i < recorded->n; i++)
    g_ptr_array_add (snapshots, make_snapshot (self, i, recorded->ms, recorded->tail, recorded->jobs));
  g_assert_true (hr_writer_add_snapshots (writer, source, (HrSnapshot *const *) snapshots->pdata, snapshots->len, ids, &error));
  g_assert_true (hr_writer_commit (writer, &error));
}

static HrSession *
record (Fixture        *self,
        const char     *name,
        const Recorded *sources,
        gsize           n)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (HrWriter) writer = hr_writer_open (path, TRUE, &error);
  HrSession *session;

  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    write_source (self, writer, &sources[i]);
  g_assert_true (hr_writer_close (writer, &error));
  session = hr_session_open (path, &error);
  g_assert_no_error (error);

  return session;
}

static HrComparison *
compare (Fixture        *self,
         const Recorded *base,
         gsize           n_base,
         const Recorded *now,
         gsize           n_now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrSession) first = record (self, "base.headroom", base, n_base);
  g_autoptr (HrSession) second = record (self, "now.headroom", now, n_now);
  HrComparison *comparison = hr_comparison_new (&(HrComparedSession){ .session = first }, &(HrComparedSession){ .session = second }, 1, NULL, NULL, &error);

  g_assert_no_error (error);

  return comparison;
}

static const HrComparisonRow *
find_row (HrComparison       *comparison,
          const char         *source,
          const char         *metric,
          HrComparedStatistic statistic)
{
  for (guint i = 0; i < hr_comparison_get_n_rows (comparison); i++)
    {
      const HrComparisonRow *row = hr_comparison_get_row (comparison, i);

      if (g_str_equal (row->source, source) && g_str_equal (row->metric.name, metric) && row->statistic == statistic)
        return row;
    }

  return NULL;
}

/* A fifth more a job, and nothing else. */
static void
test_worse_by_a_fifth (Fixture      *self,
                       gconstpointer data)
{
  const Recorded base[] = { { "ranker", HR_SOURCE_PROCESS, 300, 2, 3, 50 } };
  const Recorded now[] = { { "ranker", HR_SOURCE_PROCESS, 300, 2.4, 3, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, base, 1, now, 1);
  const HrComparisonRow *job = find_row (comparison, "ranker", "job_ms", HR_COMPARED_MEAN);
  const HrComparisonRow *memory = find_row (comparison, "ranker", "memory_usage_mb", HR_COMPARED_MEAN);

  g_assert_cmpint (hr_comparison_get_difference (comparison), ==, HR_DIFFERENCE_WORSE);
  g_assert_cmpint (job->result.difference, ==, HR_DIFFERENCE_WORSE);
  g_assert_cmpfloat_with_epsilon (job->result.ratio, 1.2, 0.02);
  g_assert_cmpfloat (job->result.ratio_low, <, 1.2);
  g_assert_cmpfloat (job->result.ratio_high, >, 1.2);
  g_assert_cmpuint (job->result.n_now, ==, 300);
  g_assert_cmpint (memory->result.difference, ==, HR_DIFFERENCE_SAME);
  g_assert_cmpfloat (memory->result.now, ==, 10);
}

/* The same mean, all but: one job in forty takes eight times as long. Only the tail knows. */
static void
test_the_tail_is_compared (Fixture      *self,
                           gconstpointer data)
{
  const Recorded base[] = { { "ranker", HR_SOURCE_PROCESS, 400, 2, 1.2, 50 } };
  const Recorded now[] = { { "ranker", HR_SOURCE_PROCESS, 400, 2, 8, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, base, 1, now, 1);
  const HrComparisonRow *tail = find_row (comparison, "ranker", "job_ms", HR_COMPARED_P99);

  g_assert_cmpint (find_row (comparison, "ranker", "job_ms", HR_COMPARED_MEAN)->result.difference, ==, HR_DIFFERENCE_SAME);
  g_assert_cmpint (tail->result.difference, ==, HR_DIFFERENCE_WORSE);
  g_assert_cmpfloat_with_epsilon (tail->result.ratio, 8 / 1.2, 0.2);
  g_assert_cmpuint (tail->result.n_now, ==, 40);
}

/* A counter is compared by what it rises a second, and an interval without it is one in which nothing happened. */
static void
test_counters_are_rates (Fixture      *self,
                         gconstpointer data)
{
  const Recorded base[] = { { "ranker", HR_SOURCE_PROCESS, 100, 2, 3, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, base, 1, base, 1);
  const HrComparisonRow *jobs = find_row (comparison, "ranker", "jobs", HR_COMPARED_RATE);

  g_assert_cmpint (jobs->unit, ==, HR_UNIT_PER_SECOND);
  g_assert_cmpuint (jobs->result.n_now, ==, 100);
  /* 50 jobs in a tenth of a second, in every other of them: in the middle between 500 a second and none. */
  g_assert_cmpfloat (jobs->result.now, ==, 250);
}

/* A span is part of what durations measure: it says where, and not whether. */
static void
test_spans_do_not_count (Fixture      *self,
                         gconstpointer data)
{
  const Recorded base[] = { { "ranker", HR_SOURCE_PROCESS, 100, 2, 3, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, base, 1, base, 1);

  g_assert_true (find_row (comparison, "ranker", "job_ms", HR_COMPARED_MEAN)->counts);
  g_assert_false (find_row (comparison, "ranker", "/batch", HR_COMPARED_MEAN)->counts);
}

/* What is around a program is shown but decides nothing, and what the monitor says of itself is not compared. */
static void
test_the_computer_does_not_count (Fixture      *self,
                                  gconstpointer data)
{
  const Recorded base[] = { { "desk", HR_SOURCE_COMPUTER, 100, 2, 3, 50 }, { "ranker", HR_SOURCE_PROCESS, 100, 2, 3, 50 } };
  const Recorded now[] = { { "desk", HR_SOURCE_COMPUTER, 100, 9, 3, 50 }, { "ranker", HR_SOURCE_PROCESS, 100, 2, 3, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, base, 2, now, 2);
  const HrComparisonRow *desk = find_row (comparison, "desk", "job_ms", HR_COMPARED_MEAN);

  g_assert_cmpint (desk->result.difference, ==, HR_DIFFERENCE_WORSE);
  g_assert_false (desk->counts);
  g_assert_cmpint (hr_comparison_get_difference (comparison), !=, HR_DIFFERENCE_WORSE);
  g_assert_null (find_row (comparison, "ranker", "probe_overhead", HR_COMPARED_MEAN));
}

static void
test_only_programs_are_paired (Fixture      *self,
                               gconstpointer data)
{
  const Recorded base[] = { { "old ranker", HR_SOURCE_PROCESS, 100, 2, 3, 50 } };
  const Recorded now[] = { { "new ranker", HR_SOURCE_PROCESS, 100, 1, 3, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, base, 1, now, 1);

  g_assert_cmpint (hr_comparison_get_difference (comparison), ==, HR_DIFFERENCE_BETTER);
  g_assert_nonnull (find_row (comparison, "new ranker", "job_ms", HR_COMPARED_MEAN));
}

/* Memory is the same and no job was measured: nobody knows whether anything has changed. */
static void
test_durations_decide_what_is_the_same (Fixture      *self,
                                        gconstpointer data)
{
  const Recorded idle[] = { { "ranker", HR_SOURCE_PROCESS, 100, 0, 3, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, idle, 1, idle, 1);

  g_assert_cmpint (find_row (comparison, "ranker", "memory_usage_mb", HR_COMPARED_MEAN)->result.difference, ==, HR_DIFFERENCE_SAME);
  g_assert_cmpint (hr_comparison_get_difference (comparison), ==, HR_DIFFERENCE_INCONCLUSIVE);
}

static void
test_durations_that_stay_the_same (Fixture      *self,
                                   gconstpointer data)
{
  const Recorded busy[] = { { "ranker", HR_SOURCE_PROCESS, 400, 2, 3, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, busy, 1, busy, 1);

  g_assert_cmpint (hr_comparison_get_difference (comparison), ==, HR_DIFFERENCE_SAME);
}

static void
test_nothing_in_common (Fixture      *self,
                        gconstpointer data)
{
  const Recorded base[] = { { "a", HR_SOURCE_PROCESS, 50, 2, 3, 50 }, { "b", HR_SOURCE_PROCESS, 50, 2, 3, 50 } };
  const Recorded now[] = { { "c", HR_SOURCE_PROCESS, 50, 1, 3, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, base, 2, now, 1);

  g_assert_cmpuint (hr_comparison_get_n_rows (comparison), ==, 0);
  g_assert_cmpint (hr_comparison_get_difference (comparison), ==, HR_DIFFERENCE_INCONCLUSIVE);
}

static gboolean
go_on_cb (double   share,
          gpointer user_data)
{
  double *latest = user_data;

  g_assert_cmpfloat (share, >=, *latest);
  g_assert_cmpfloat (share, <=, 1 + 1e-9);
  *latest = share;

  return TRUE;
}

/* Rounds of short sessions, a fifth more a job in each newer one and the machine slower from round to round; in one of them the program goes by
 * another name, and in another it did nothing. */
static void
test_rounds (Fixture      *self,
             gconstpointer data)
{
  enum
  {
    ROUNDS = 6
  };
  HrComparedSession base[ROUNDS] = { 0 }, now[ROUNDS] = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (HrComparison) comparison = NULL;
  g_autofree char       *json = NULL, *text = NULL;
  const HrComparisonRow *job;
  double                 latest = 0;

  for (guint i = 0; i < ROUNDS; i++)
    {
      double           ms = 2 + 0.4 * i;
      const Recorded   before = { i == 3 ? "old ranker" : "ranker", HR_SOURCE_PROCESS, 30, i == 4 ? 0 : ms, 3, 50 };
      const Recorded   after = { "ranker", HR_SOURCE_PROCESS, 30, 1.2 * ms, 3, 50 };
      g_autofree char *first = g_strdup_printf ("base-%u.headroom", i), *second = g_strdup_printf ("now-%u.headroom", i);

      base[i].session = record (self, first, &before, 1);
      now[i].session = record (self, second, &after, 1);
    }
  comparison = hr_comparison_new (base, now, ROUNDS, go_on_cb, &latest, &error);
  g_assert_no_error (error);
  job = find_row (comparison, "ranker", "job_ms", HR_COMPARED_MEAN);

  g_assert_cmpfloat (latest, >, 0.9);
  g_assert_cmpuint (hr_comparison_get_n_rounds (comparison), ==, ROUNDS);
  g_assert_cmpint (hr_comparison_get_difference (comparison), ==, HR_DIFFERENCE_WORSE);
  g_assert_cmpuint (job->result.n_rounds, ==, ROUNDS - 1);
  g_assert_cmpfloat_with_epsilon (job->result.ratio, 1.2, 0.02);
  g_assert_cmpfloat (job->result.ratio_high - job->result.ratio_low, <, 0.1);
  g_assert_cmpint (find_row (comparison, "ranker", "memory_usage_mb", HR_COMPARED_MEAN)->result.difference, ==, HR_DIFFERENCE_SAME);

  json = hr_comparison_format (comparison, HR_COMPARISON_JSON);
  text = hr_comparison_format (comparison, HR_COMPARISON_TEXT);
  g_assert_nonnull (strstr (json, "\"rounds\": 6"));
  g_assert_nonnull (strstr (json, "\"n_rounds\": 5"));
  g_assert_nonnull (strstr (text, "of 6 sessions in turn with 6 others"));

  for (guint i = 0; i < ROUNDS; i++)
    {
      hr_session_close (base[i].session);
      hr_session_close (now[i].session);
    }
}

static gboolean
give_up_cb (double   share,
            gpointer user_data)
{
  double *latest = user_data;

  g_assert_cmpfloat (share, >=, *latest);
  g_assert_cmpfloat (share, <=, 1);
  *latest = share;

  return share < 0.5;
}

static void
test_it_can_be_given_up (Fixture      *self,
                         gconstpointer data)
{
  const Recorded sources[] = { { "ranker", HR_SOURCE_PROCESS, 100, 2, 3, 50 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (HrSession) first = record (self, "base.headroom", sources, 1);
  g_autoptr (HrSession) second = record (self, "now.headroom", sources, 1);
  double latest = 0;

  g_assert_null (hr_comparison_new (&(HrComparedSession){ .session = first }, &(HrComparedSession){ .session = second }, 1, give_up_cb, &latest, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpfloat (latest, >=, 0.5);
}

/* Programs find the difference and every number, and null where there is none; nothing in a name is obeyed by a terminal or by Markdown. */
static void
test_documents (Fixture      *self,
                gconstpointer data)
{
  const Recorded base[] = { { "rank|\033er", HR_SOURCE_PROCESS, 100, 2, 3, 50 } };
  const Recorded now[] = { { "rank|\033er", HR_SOURCE_PROCESS, 100, 4, 3, 50 } };
  g_autoptr (HrComparison) comparison = compare (self, base, 1, now, 1);
  g_autofree char *json = hr_comparison_format (comparison, HR_COMPARISON_JSON);
  g_autofree char *csv = hr_comparison_format (comparison, HR_COMPARISON_CSV);
  g_autofree char *markdown = hr_comparison_format (comparison, HR_COMPARISON_MARKDOWN);
  g_autofree char *text = hr_comparison_format (comparison, HR_COMPARISON_TEXT);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root, *first;
  g_auto (GStrv) lines = g_strsplit (csv, "\r\n", -1);

  g_assert_true (json_parser_load_from_data (parser, json, -1, NULL));
  root = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (root, "difference"), ==, "worse");
  first = json_array_get_object_element (json_object_get_array_member (root, "metrics"), 0);
  g_assert_cmpfloat (json_object_get_double_member (first, "ratio"), ==, hr_comparison_get_row (comparison, 0)->result.ratio);
  g_assert_cmpuint (g_strv_length (lines), ==, hr_comparison_get_n_rows (comparison) + 2);
  g_assert_true (g_str_has_prefix (lines[1], "worse,rank|\033er,job_ms,mean,ms,"));
  g_assert_nonnull (strstr (markdown, "| worse | job\\_ms | 2"));
  g_assert_nonnull (strstr (markdown, "rank\\| er |"));
  g_assert_true (g_str_has_prefix (text, "worse: "));
  g_assert_nonnull (strstr (text, "  rank| er\n"));
  g_assert_null (strchr (text, '\033'));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/report/comparison/worse", Fixture, NULL, set_up, test_worse_by_a_fifth, tear_down);
  g_test_add ("/report/comparison/tail", Fixture, NULL, set_up, test_the_tail_is_compared, tear_down);
  g_test_add ("/report/comparison/counters", Fixture, NULL, set_up, test_counters_are_rates, tear_down);
  g_test_add ("/report/comparison/spans", Fixture, NULL, set_up, test_spans_do_not_count, tear_down);
  g_test_add ("/report/comparison/computer", Fixture, NULL, set_up, test_the_computer_does_not_count, tear_down);
  g_test_add ("/report/comparison/only-programs", Fixture, NULL, set_up, test_only_programs_are_paired, tear_down);
  g_test_add ("/report/comparison/durations", Fixture, NULL, set_up, test_durations_decide_what_is_the_same, tear_down);
  g_test_add ("/report/comparison/durations/same", Fixture, NULL, set_up, test_durations_that_stay_the_same, tear_down);
  g_test_add ("/report/comparison/nothing", Fixture, NULL, set_up, test_nothing_in_common, tear_down);
  g_test_add ("/report/comparison/rounds", Fixture, NULL, set_up, test_rounds, tear_down);
  g_test_add ("/report/comparison/given-up", Fixture, NULL, set_up, test_it_can_be_given_up, tear_down);
  g_test_add ("/report/comparison/documents", Fixture, NULL, set_up, test_documents, tear_down);

  return g_test_run ();
}
