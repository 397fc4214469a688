/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A session that was recorded is judged as it was live, to the last bit. */

#include "engine/alert/alert-book.h"
#include "engine/report/assessment.h"
#include "engine/store/writer.h"

#include "tests/engine/budget/feed.h"
#include "tests/folder.h"

#include <math.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)
#define BEGIN_US G_GINT64_CONSTANT (1772366400000000)
#define N_SOURCES 2

#define CONTRACT                                                                                \
  "[contract]\nname=Test\nversion=1\n"                                                          \
  "[mean]\nmetric=thompson_duration_ms\nstatistic=mean\nlimit=9\nhold=300ms\n"                  \
  "[tail]\nmetric=thompson_duration_ms\nstatistic=p99\nlimit=40\nwindow=2s\n"                   \
  "[worst]\nmetric=thompson_duration_ms\nstatistic=max\nlimit=60\nwindow=100ms\n"               \
  "[share]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=20\nminimum=0.9\nalert=0.8\n" \
  "[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=190\nhold=1s\nclear=0.9\n"           \
  "[memory of one]\nmetric=memory_usage_mb\nstatistic=recent\nlimit=110\nsource=ranker*\n"      \
  "[beats]\nmetric=beat\nstatistic=rate\nwindow=1s\nminimum=1\nhold=500ms\n"                    \
  "[misses]\nmetric=miss\nstatistic=rate\nlimit=3\nrequired=true\n"                             \
  "[heat]\nmetric=heat\nunit=°C\nstatistic=max\nlimit=60\n"                                    \
  "[nobody's]\nmetric=nobody's\nunit=ms\nstatistic=mean\nlimit=1\n"

enum
{
  RANKING,
  MEMORY,
  BEAT,
  MISS,
  HEAT,
  N_METRICS
};

static const HrMetricInfo metrics[N_METRICS] = {
  [RANKING] = { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
  [MEMORY] = { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER },
  [BEAT] = { "beat", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_HIGHER },
  [MISS] = { "miss", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER },
  [HEAT] = { "heat", HR_KIND_GAUGE, HR_UNIT_CELSIUS, HR_DIRECTION_LOWER },
};

static const char *const names[N_SOURCES] = { "ranker", "computer" };

typedef struct
{
  char       *folder;
  char       *path;
  HrContract *contract;
  GPtrArray  *snapshots[N_SOURCES];
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("headroom-assessment-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "a.headroom", NULL);
  fixture->contract = feed_contract (CONTRACT);
  for (guint i = 0; i < N_SOURCES; i++)
    fixture->snapshots[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  for (guint i = 0; i < N_SOURCES; i++)
    g_ptr_array_unref (fixture->snapshots[i]);
  hr_contract_unref (fixture->contract);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

/* A single value, or seldom nothing. */
static guint
draw_value (GRand    *rand,
            HrSample *out,
            guint     metric,
            double    often,
            double    value)
{
  if (g_rand_double (rand) >= often)
    return 0;

  *out = (HrSample){ .metric = metric, .count = 1, .sum = value, .min = value, .max = value, .last = value };

  return 1;
}

/* @n_items of about @ms, with their buckets. */
static guint
draw_durations (GRand         *rand,
                HrSample      *out,
                HrBucketCount *buckets,
                double         ms)
{
  guint n = (guint) g_rand_int_range (rand, 0, 20);

  if (n == 0)
    return 0;

  buckets[0] = (HrBucketCount){ hr_bucket_index ((guint64) (ms * HR_NS_PER_MS)), n };
  buckets[1] = (HrBucketCount){ hr_bucket_index ((guint64) (ms * 3 * HR_NS_PER_MS)), 1 };
  *out = (HrSample){ .metric = RANKING, .count = n + 1, .sum = n * ms + 3 * ms, .min = ms, .max = 3 * ms, .last = ms, .n_buckets = 2, .buckets = buckets };

  return 1;
}

/* Load comes in waves, snapshots stutter, and now and then nobody looks for a while. */
static void
draw_snapshots (GRand     *rand,
                GPtrArray *out,
                guint      n,
                gboolean   beats)
{
  gint64 end_ns = 5 * SECOND + g_rand_int_range (rand, 0, 1000000000);
  gint64 first_ns = end_ns;

  for (guint i = 0; i < n; i++)
    {
      double        wave = 1 + sin (i / 200.0) + g_rand_double (rand) / 4;
      gint64        interval_ns = 100 * HR_NS_PER_MS + g_rand_int_range (rand, -3000000, 3000000);
      gboolean      gap = g_rand_int_range (rand, 0, 500) == 0;
      HrBucketCount buckets[2];
      HrSample      samples[N_METRICS];
      guint         n_samples = draw_durations (rand, samples, buckets, 5 * wave);
      HrSnapshot    head = { .sequence = i + 1, .interval_ns = interval_ns };

      n_samples += draw_value (rand, &samples[n_samples], MEMORY, 0.9, 100 * wave);
      n_samples += draw_value (rand, &samples[n_samples], BEAT, beats && i > 50 ? 0.3 : 0, 1);
      n_samples += draw_value (rand, &samples[n_samples], HEAT, 0.1, 30 * wave);
      end_ns += gap ? g_rand_int_range (rand, 1, 6) * SECOND : interval_ns;
      head.end_ns = end_ns;
      head.time_us = BEGIN_US + (end_ns - first_ns) / 1000;
      head.catch_up = gap && g_rand_boolean (rand);
      g_ptr_array_add (out, hr_snapshot_new (&head, samples, n_samples));
    }
}

static void
record (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrWriter) writer = hr_writer_open (fixture->path, TRUE, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < N_SOURCES; i++)
    {
      HrSourceNote note = { .name = (char *) names[i], .title = (char *) "", .address = (char *) "local:", .role = HR_SOURCE_PROCESS };
      gint64       source = hr_writer_add_source (writer, &note, &error);
      gint64       ids[N_METRICS];

      g_assert_no_error (error);
      for (guint m = 0; m < N_METRICS; m++)
        ids[m] = hr_writer_add_metric (writer, source, &metrics[m], &error);
      g_assert_no_error (error);
      /* Some of them at a time, as they come. */
      for (guint k = 0; k < fixture->snapshots[i]->len; k += 10)
        {
          guint n = MIN (10, fixture->snapshots[i]->len - k);

          g_assert_true (hr_writer_add_snapshots (writer, source, (HrSnapshot *const *) fixture->snapshots[i]->pdata + k, n, ids, &error));
        }
      g_assert_true (hr_writer_commit (writer, &error));
      g_assert_no_error (error);
    }
  g_assert_true (hr_writer_close (writer, &error));
  g_assert_no_error (error);
}

static void
count_cb (HrAlertBook *book,
          HrAlert     *alert,
          GHashTable  *raised)
{
  g_hash_table_add (raised, g_strdup_printf ("%s of %s", hr_alert_get_budget (alert), hr_alert_get_source (alert)));
}

/* Judges source @index live, from the first snapshot after @begin_us on. The program names its metrics when it first has something to say of them.
 * @book: (nullable): that is told of every verdict as well */
static void
watch (Fixture      *fixture,
       HrAssessment *assessment,
       guint         index,
       gint64        begin_us,
       HrAlertBook  *book)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  g_auto (HrVerdict) verdict = { 0 };

  for (guint i = 0; i < fixture->snapshots[index]->len; i++)
    {
      HrSnapshot *snapshot = g_ptr_array_index (fixture->snapshots[index], i);

      if (snapshot->time_us <= begin_us)
        continue;
      for (guint m = 0; m < (i > 40 ? N_METRICS : snapshot->n_samples > 0 ? snapshot->samples[snapshot->n_samples - 1].metric + 1
                                                                          : 0);
           m++)
        hr_history_add_metric (history, &metrics[m]);
      hr_history_append (history, snapshot);
      hr_verdict_judge (&verdict, fixture->contract, names[index], history, snapshot->end_ns);
      hr_assessment_add (assessment, names[index], history, snapshot, &verdict);
      if (book != NULL)
        hr_alert_book_judge (book, names[index], &verdict, snapshot->end_ns, snapshot->time_us);
    }
}

static gboolean
is_same (double a,
         double b)
{
  return a == b || (isnan (a) && isnan (b));
}

static void
assert_same (HrAssessment *live,
             HrAssessment *recorded)
{
  guint n = hr_assessment_get_n_results (live);

  g_assert_cmpint (hr_assessment_get_outcome (live), ==, hr_assessment_get_outcome (recorded));
  g_assert_cmpuint (n, ==, hr_assessment_get_n_results (recorded));
  for (guint i = 0; i < n; i++)
    {
      const HrBudgetResult *a = hr_assessment_get_result (live, i), *b = hr_assessment_get_result (recorded, i);

      g_assert_true (a->budget == b->budget);
      g_assert_cmpstr (a->source, ==, b->source);
      g_assert_cmpint (a->outcome, ==, b->outcome);
      g_assert_true (is_same (a->worst, b->worst) && is_same (a->last, b->last) && a->limit == b->limit && a->unit == b->unit);
      g_assert_cmpint (a->severity, ==, b->severity);
      g_assert_cmpint (a->worst_us, ==, b->worst_us);
      g_assert_cmpint (a->breach_us, ==, b->breach_us);
      g_assert_cmpint (a->over_us, ==, b->over_us);
      g_assert_cmpint (a->measured_us, ==, b->measured_us);
      g_assert_cmpuint (a->n_items, ==, b->n_items);
    }
}

static HrAssessment *
assess (Fixture    *fixture,
        const char *source,
        HrRange     range)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrSession) session = hr_session_open (fixture->path, &error);
  HrAssessment *assessment;

  g_assert_no_error (error);
  assessment = hr_assess_session (session, fixture->contract, source, range, NULL, NULL, &error);
  g_assert_no_error (error);

  return assessment;
}

static void
test_recorded_is_live (Fixture      *fixture,
                       gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260601);
  g_autoptr (HrAssessment) live = hr_assessment_new (fixture->contract);
  g_autoptr (HrAssessment) recorded = NULL;
  guint n_outcomes[HR_N_OUTCOMES] = { 0 };

  for (guint i = 0; i < N_SOURCES; i++)
    {
      draw_snapshots (rand, fixture->snapshots[i], 5000, i == 0);
      watch (fixture, live, i, 0, NULL);
    }
  record (fixture);
  recorded = assess (fixture, NULL, (HrRange){ 0 });
  assert_same (live, recorded);

  /* All that there can be was there. */
  for (guint i = 0; i < hr_assessment_get_n_results (live); i++)
    n_outcomes[hr_assessment_get_result (live, i)->outcome]++;
  g_assert_cmpuint (n_outcomes[HR_OUTCOME_PASS], >, 0);
  g_assert_cmpuint (n_outcomes[HR_OUTCOME_NO_DATA], >, 0);
  g_assert_cmpuint (n_outcomes[HR_OUTCOME_BREACH], >, 3);
}

/* Whoever began to watch in the middle saw nothing of what was before. */
static void
test_a_stretch_is_judged_by_itself (Fixture      *fixture,
                                    gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260602);

  draw_snapshots (rand, fixture->snapshots[0], 1500, TRUE);
  draw_snapshots (rand, fixture->snapshots[1], 1500, FALSE);
  record (fixture);

  for (guint round = 0; round < 10; round++)
    {
      g_autoptr (HrAssessment) live = hr_assessment_new (fixture->contract);
      g_autoptr (HrAssessment) recorded = NULL;
      gint64 begin_us = BEGIN_US + g_rand_int_range (rand, 1, 140000000);

      watch (fixture, live, 0, begin_us, NULL);
      recorded = assess (fixture, "rank*", (HrRange){ begin_us, G_MAXINT64 });
      assert_same (live, recorded);
    }
}

/* Alerts are raised for what is a breach, and for nothing else. */
static void
test_a_breach_is_an_alert (Fixture      *fixture,
                           gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260603);
  g_autoptr (GHashTable) raised = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (HrAlertBook) book = hr_alert_book_new ();
  g_autoptr (HrAssessment) assessment = hr_assessment_new (fixture->contract);
  guint n_breaches = 0;

  g_signal_connect (book, "raised", G_CALLBACK (count_cb), raised);
  draw_snapshots (rand, fixture->snapshots[0], 2000, TRUE);
  watch (fixture, assessment, 0, 0, book);
  for (guint i = 0; i < hr_assessment_get_n_results (assessment); i++)
    {
      const HrBudgetResult *result = hr_assessment_get_result (assessment, i);
      g_autofree char      *name = g_strdup_printf ("%s of %s", result->budget->name, result->source);

      /* A rate may have been 0 before anything happened, which is no matter of the assessment. */
      if (result->budget->statistic == HR_STATISTIC_RATE)
        continue;
      g_assert_cmpint (result->outcome == HR_OUTCOME_BREACH, ==, g_hash_table_contains (raised, name));
      n_breaches += result->outcome == HR_OUTCOME_BREACH ? 1 : 0;
    }
  g_assert_cmpuint (n_breaches, >, 3);
}

static gboolean
give_up_cb (double   share,
            gpointer user_data)
{
  guint *n_asked = user_data;

  g_assert_true (share >= 0 && share <= 1);

  return ++*n_asked < 2;
}

static void
test_it_can_be_given_up (Fixture      *fixture,
                         gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260604);
  g_autoptr (HrSession) session = NULL;
  g_autoptr (GError) error = NULL;
  guint n_asked = 0;

  draw_snapshots (rand, fixture->snapshots[0], 3000, TRUE);
  record (fixture);
  session = hr_session_open (fixture->path, NULL);
  g_assert_null (hr_assess_session (session, fixture->contract, NULL, (HrRange){ 0 }, give_up_cb, &n_asked, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (n_asked, ==, 2);
}

static void
test_a_source_that_is_not_there_has_no_data (Fixture      *fixture,
                                             gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260605);
  g_autoptr (HrAssessment) recorded = NULL;

  draw_snapshots (rand, fixture->snapshots[0], 100, TRUE);
  record (fixture);
  recorded = assess (fixture, "nobody", (HrRange){ 0 });
  g_assert_cmpint (hr_assessment_get_outcome (recorded), ==, HR_OUTCOME_NO_DATA);
  g_assert_cmpuint (hr_assessment_get_n_results (recorded), ==, hr_contract_get_n_budgets (fixture->contract));
}

#define ADD(path, function) g_test_add ("/report/assessment-session/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("live", test_recorded_is_live);
  ADD ("stretch", test_a_stretch_is_judged_by_itself);
  ADD ("alert", test_a_breach_is_an_alert);
  ADD ("given-up", test_it_can_be_given_up);
  ADD ("nobody", test_a_source_that_is_not_there_has_no_data);

  return g_test_run ();
}
