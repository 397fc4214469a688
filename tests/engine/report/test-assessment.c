/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/assessment.h"

#include "tests/engine/budget/feed.h"

#include <math.h>

#define HEADER "[contract]\nname=Test\nversion=1\n"
#define RANKING "[ranking]\nmetric=thompson_duration_ms\nstatistic=mean\nlimit=10\n"
#define TAIL "[tail]\nmetric=thompson_duration_ms\nstatistic=p99\nlimit=10\n"
#define MEMORY "[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=200\n"
#define SECOND ((gint64) HR_NS_PER_SECOND)
#define BEGIN (1000 * SECOND)

/* One source, judged as it goes, as it is live. */
typedef struct
{
  HrContract   *contract;
  HrAssessment *assessment;
  const char   *source;
  HrHistory    *history;
  guint         ranking;
  guint         memory;
  gint64        now_ns;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->contract = feed_contract (data);
  fixture->assessment = hr_assessment_new (fixture->contract);
  fixture->source = "ranker";
  fixture->history = hr_history_new ();
  fixture->ranking = feed_metric (fixture->history, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  fixture->memory = feed_metric (fixture->history, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);
  fixture->now_ns = BEGIN;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  hr_assessment_free (fixture->assessment);
  hr_history_free (fixture->history);
  hr_contract_unref (fixture->contract);
}

/* Judges after the newest snapshot. */
static void
judge (Fixture *fixture)
{
  HrSnapshot *snapshot = hr_history_get_snapshot (fixture->history, hr_history_get_n_snapshots (fixture->history) - 1);
  g_auto (HrVerdict) verdict = { 0 };

  hr_verdict_judge (&verdict, fixture->contract, fixture->source, fixture->history, snapshot->end_ns);
  hr_assessment_add (fixture->assessment, fixture->source, fixture->history, snapshot, &verdict);
}

/* @n snapshots in which ten jobs took @ms each. */
static void
rank (Fixture *fixture,
      guint    n,
      double   ms)
{
  for (guint i = 0; i < n; i++)
    {
      fixture->now_ns += FEED_INTERVAL_NS;
      feed_durations (fixture->history, fixture->ranking, fixture->now_ns, 10, ms, 0, ms);
      judge (fixture);
    }
}

static void
use_memory (Fixture *fixture,
            guint    n,
            double   mb)
{
  for (guint i = 0; i < n; i++)
    {
      fixture->now_ns += FEED_INTERVAL_NS;
      feed_value (fixture->history, fixture->memory, fixture->now_ns, mb);
      judge (fixture);
    }
}

static void
assert_outcome (Fixture  *fixture,
                HrOutcome expected)
{
  g_assert_cmpstr (hr_outcome_name (hr_assessment_get_outcome (fixture->assessment)), ==, hr_outcome_name (expected));
}

static void
test_nothing_added_is_no_data (Fixture      *fixture,
                               gconstpointer data)
{
  const HrBudgetResult *result = hr_assessment_get_result (fixture->assessment, 0);

  g_assert_cmpuint (hr_assessment_get_n_results (fixture->assessment), ==, 1);
  g_assert_cmpint (result->outcome, ==, HR_OUTCOME_NO_DATA);
  g_assert_null (result->source);
  g_assert_true (isnan (result->worst));
  g_assert_cmpfloat (result->limit, ==, 10);
  g_assert_cmpint (result->unit, ==, HR_UNIT_MILLISECONDS);
  assert_outcome (fixture, HR_OUTCOME_NO_DATA);
}

/* A second decides, the tenth snapshot of a tenth of one each: not the ninth. */
static void
test_a_second_is_enough (Fixture      *fixture,
                         gconstpointer data)
{
  const HrBudgetResult *result;

  rank (fixture, 9, 2);
  assert_outcome (fixture, HR_OUTCOME_NO_DATA);
  g_assert_cmpstr (hr_assessment_get_result (fixture->assessment, 0)->source, ==, "ranker");

  rank (fixture, 1, 2);
  assert_outcome (fixture, HR_OUTCOME_PASS);
  result = hr_assessment_get_result (fixture->assessment, 0);
  g_assert_cmpint (result->measured_us, ==, G_USEC_PER_SEC);
  g_assert_cmpint (result->over_us, ==, 0);
  g_assert_cmpint (result->breach_us, ==, 0);
  g_assert_cmpuint (result->n_items, ==, 100);
  g_assert_cmpfloat_with_epsilon (result->worst, 2, 1e-9);
  g_assert_cmpint (result->severity, ==, HR_SEVERITY_NONE);
}

static void
test_a_window_shorter_than_a_second_is_enough (Fixture      *fixture,
                                               gconstpointer data)
{
  rank (fixture, 1, 2);
  assert_outcome (fixture, HR_OUTCOME_NO_DATA);
  rank (fixture, 1, 2);
  assert_outcome (fixture, HR_OUTCOME_PASS);
}

static void
test_a_breach_keeps_its_worst (Fixture      *fixture,
                               gconstpointer data)
{
  const HrBudgetResult *result;

  rank (fixture, 5, 2);
  rank (fixture, 2, 500);
  rank (fixture, 100, 2);
  assert_outcome (fixture, HR_OUTCOME_BREACH);

  result = hr_assessment_get_result (fixture->assessment, 0);
  g_assert_cmpint (result->outcome, ==, HR_OUTCOME_BREACH);
  /* The mean of seven snapshots, two of them slow. */
  g_assert_cmpfloat_with_epsilon (result->worst, (5 * 2 + 2 * 500) / 7.0, 1e-9);
  g_assert_cmpint (result->worst_us, ==, (BEGIN + 7 * FEED_INTERVAL_NS) / 1000);
  g_assert_cmpint (result->breach_us, ==, (BEGIN + 6 * FEED_INTERVAL_NS) / 1000);
  g_assert_cmpint (result->severity, ==, HR_SEVERITY_CRITICAL);
  g_assert_cmpfloat_with_epsilon (result->last, 2, 1e-9);
  /* From the first slow snapshot until the second has left the window of 5 s. */
  g_assert_cmpint (result->over_us, ==, 51 * FEED_INTERVAL_NS / 1000);
}

/* The first breach is told, whatever comes after it. */
static void
test_the_first_breach_is_told (Fixture      *fixture,
                               gconstpointer data)
{
  use_memory (fixture, 10, 100);
  use_memory (fixture, 10, 250);
  use_memory (fixture, 10, 100);
  use_memory (fixture, 10, 300);
  g_assert_cmpint (hr_assessment_get_result (fixture->assessment, 0)->breach_us, ==, (BEGIN + 11 * FEED_INTERVAL_NS) / 1000);
  g_assert_cmpint (hr_assessment_get_result (fixture->assessment, 0)->worst_us, ==, (BEGIN + 31 * FEED_INTERVAL_NS) / 1000);
}

/* A breach needs no more than its hold, however short the whole was. */
static void
test_a_breach_is_one_at_once (Fixture      *fixture,
                              gconstpointer data)
{
  rank (fixture, 1, 20);
  assert_outcome (fixture, HR_OUTCOME_BREACH);
}

static void
test_over_for_less_than_the_hold_passes (Fixture      *fixture,
                                         gconstpointer data)
{
  use_memory (fixture, 10, 100);
  use_memory (fixture, 20, 250);
  use_memory (fixture, 10, 100);
  assert_outcome (fixture, HR_OUTCOME_PASS);
  g_assert_cmpint (hr_assessment_get_result (fixture->assessment, 0)->over_us, ==, 2 * G_USEC_PER_SEC);
  g_assert_cmpfloat (hr_assessment_get_result (fixture->assessment, 0)->worst, ==, 250);

  use_memory (fixture, 21, 250);
  assert_outcome (fixture, HR_OUTCOME_BREACH);
}

/* Nobody saw it go on. */
static void
test_a_gap_ends_what_was_over (Fixture      *fixture,
                               gconstpointer data)
{
  use_memory (fixture, 20, 250);
  fixture->now_ns += 4 * SECOND;
  use_memory (fixture, 20, 250);
  assert_outcome (fixture, HR_OUTCOME_PASS);
}

/* A stutter is no gap. */
static void
test_a_stutter_ends_nothing (Fixture      *fixture,
                             gconstpointer data)
{
  use_memory (fixture, 10, 250);
  fixture->now_ns += 1 * SECOND;
  use_memory (fixture, 10, 250);
  assert_outcome (fixture, HR_OUTCOME_BREACH);
}

static void
test_a_quantile_needs_items (Fixture      *fixture,
                             gconstpointer data)
{
  rank (fixture, 9, 2);
  fixture->now_ns += FEED_INTERVAL_NS;
  feed_durations (fixture->history, fixture->ranking, fixture->now_ns, 9, 2, 0, 2);
  judge (fixture);
  g_assert_cmpuint (hr_assessment_get_result (fixture->assessment, 0)->n_items, ==, 99);
  assert_outcome (fixture, HR_OUTCOME_NO_DATA);
  rank (fixture, 1, 2);
  assert_outcome (fixture, HR_OUTCOME_PASS);
}

static void
test_compliance_needs_items (Fixture      *fixture,
                             gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      fixture->now_ns += FEED_INTERVAL_NS;
      feed_durations (fixture->history, fixture->ranking, fixture->now_ns, 1, 2, 0, 2);
      judge (fixture);
      assert_outcome (fixture, i < 19 ? HR_OUTCOME_NO_DATA : HR_OUTCOME_PASS);
    }
  g_assert_cmpfloat (hr_assessment_get_result (fixture->assessment, 0)->worst, ==, 1);
  g_assert_cmpfloat (hr_assessment_get_result (fixture->assessment, 0)->limit, ==, 0.90);
}

/* What nobody watched counts for no time. */
static void
test_a_catch_up_measures_no_time (Fixture      *fixture,
                                  gconstpointer data)
{
  HrSnapshot head = { .sequence = 1, .end_ns = BEGIN + SECOND, .interval_ns = 3600 * SECOND, .time_us = (BEGIN + SECOND) / 1000, .catch_up = TRUE };
  HrSample   sample = { .metric = fixture->memory, .count = 1, .sum = 10, .min = 10, .max = 10, .last = 10 };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, &sample, 1);

  use_memory (fixture, 5, 100);
  hr_history_append (fixture->history, snapshot);
  judge (fixture);
  g_assert_cmpint (hr_assessment_get_result (fixture->assessment, 0)->measured_us, ==, 5 * FEED_INTERVAL_NS / 1000);
  assert_outcome (fixture, HR_OUTCOME_NO_DATA);
}

/* A required budget that nobody measured keeps the whole undecided; a breach says more. */
static void
test_a_required_budget_is_missed (Fixture      *fixture,
                                  gconstpointer data)
{
  use_memory (fixture, 10, 100);
  g_assert_cmpint (hr_assessment_get_result (fixture->assessment, 1)->outcome, ==, HR_OUTCOME_PASS);
  assert_outcome (fixture, HR_OUTCOME_NO_DATA);

  rank (fixture, 1, 2);
  assert_outcome (fixture, HR_OUTCOME_NO_DATA);
  rank (fixture, 9, 2);
  assert_outcome (fixture, HR_OUTCOME_PASS);

  use_memory (fixture, 1, 300);
  assert_outcome (fixture, HR_OUTCOME_BREACH);
}

static void
test_a_required_breach_is_told_without_data_of_another (Fixture      *fixture,
                                                        gconstpointer data)
{
  use_memory (fixture, 1, 300);
  assert_outcome (fixture, HR_OUTCOME_BREACH);
}

/* What one source lacks another may have: the computer ranks nothing. */
static void
test_sources_share_a_contract (Fixture      *fixture,
                               gconstpointer data)
{
  g_autoptr (HrHistory) computer = hr_history_new ();
  HrHistory *ranker = fixture->history;

  g_assert_cmpuint (feed_metric (computer, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS), ==, fixture->ranking);
  g_assert_cmpuint (feed_metric (computer, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES), ==, fixture->memory);

  rank (fixture, 10, 2);
  use_memory (fixture, 10, 100);
  fixture->history = computer;
  fixture->source = "computer";
  use_memory (fixture, 10, 300);
  fixture->history = ranker;

  g_assert_cmpuint (hr_assessment_get_n_results (fixture->assessment), ==, 3);
  g_assert_cmpstr (hr_assessment_get_result (fixture->assessment, 0)->source, ==, "ranker");
  g_assert_cmpstr (hr_assessment_get_result (fixture->assessment, 1)->source, ==, "ranker");
  g_assert_cmpint (hr_assessment_get_result (fixture->assessment, 1)->outcome, ==, HR_OUTCOME_PASS);
  g_assert_cmpstr (hr_assessment_get_result (fixture->assessment, 2)->source, ==, "computer");
  g_assert_cmpint (hr_assessment_get_result (fixture->assessment, 2)->outcome, ==, HR_OUTCOME_BREACH);
  assert_outcome (fixture, HR_OUTCOME_BREACH);
}

static void
test_the_worst_of_a_minimum_is_the_least (Fixture      *fixture,
                                          gconstpointer data)
{
  guint hits = feed_metric (fixture->history, "cache_hit_rate", HR_KIND_RATIO, HR_UNIT_RATIO);

  for (guint i = 0; i < 12; i++)
    {
      fixture->now_ns += FEED_INTERVAL_NS;
      feed_value (fixture->history, hits, fixture->now_ns, i == 5 ? 0.9 : 0.99);
      judge (fixture);
    }
  assert_outcome (fixture, HR_OUTCOME_PASS);
  g_assert_cmpfloat (hr_assessment_get_result (fixture->assessment, 0)->worst, ==, 0.9);
}

/* Nobody knows since when the program knew the event. */
static void
test_a_rate_counts_from_the_first_item (Fixture      *fixture,
                                        gconstpointer data)
{
  guint                 beats = feed_metric (fixture->history, "beat", HR_KIND_EVENT, HR_UNIT_COUNT);
  const HrBudgetResult *result;

  use_memory (fixture, 15, 100);
  for (guint i = 0; i < 15; i++)
    {
      fixture->now_ns += FEED_INTERVAL_NS;
      feed_value (fixture->history, beats, fixture->now_ns, 1);
      judge (fixture);
    }
  result = hr_assessment_get_result (fixture->assessment, 0);
  g_assert_cmpint (result->measured_us, ==, 15 * FEED_INTERVAL_NS / 1000);
  g_assert_cmpuint (result->n_items, ==, 15);
  g_assert_cmpfloat_with_epsilon (result->last, 10, 1e-9);
}

/* What never happened kept a limit, and missed a minimum. */
static void
test_what_never_happened_has_a_rate_of_nought (Fixture      *fixture,
                                               gconstpointer data)
{
  const HrBudgetResult *limit, *minimum;

  use_memory (fixture, 9, 100);
  g_assert_cmpuint (feed_metric (fixture->history, "beat", HR_KIND_EVENT, HR_UNIT_COUNT), ==, 2);
  g_assert_null (hr_assessment_get_result (fixture->assessment, 0)->source);
  assert_outcome (fixture, HR_OUTCOME_NO_DATA);

  use_memory (fixture, 1, 100);
  limit = hr_assessment_get_result (fixture->assessment, 0);
  g_assert_cmpint (limit->outcome, ==, HR_OUTCOME_PASS);
  g_assert_cmpfloat (limit->worst, ==, 0);
  g_assert_cmpint (limit->measured_us, ==, G_USEC_PER_SEC);
  minimum = hr_assessment_get_result (fixture->assessment, 1);
  g_assert_cmpint (minimum->outcome, ==, HR_OUTCOME_PASS);
  g_assert_cmpint (minimum->over_us, ==, G_USEC_PER_SEC);

  use_memory (fixture, 10, 100);
  minimum = hr_assessment_get_result (fixture->assessment, 1);
  g_assert_cmpint (minimum->outcome, ==, HR_OUTCOME_BREACH);
  g_assert_cmpint (minimum->over_us, ==, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (minimum->breach_us, ==, (BEGIN + FEED_INTERVAL_NS) / 1000);

  fixture->now_ns += FEED_INTERVAL_NS;
  feed_value (fixture->history, 2, fixture->now_ns, 1);
  judge (fixture);
  minimum = hr_assessment_get_result (fixture->assessment, 1);
  g_assert_cmpint (minimum->outcome, ==, HR_OUTCOME_NO_DATA);
  g_assert_cmpint (minimum->breach_us, ==, 0);
}

#define ADD(path, contract, function) g_test_add ("/report/assessment/" path, Fixture, HEADER contract, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing", RANKING, test_nothing_added_is_no_data);
  ADD ("second", RANKING, test_a_second_is_enough);
  ADD ("window", RANKING "window=200ms\n", test_a_window_shorter_than_a_second_is_enough);
  ADD ("breach", RANKING, test_a_breach_keeps_its_worst);
  ADD ("first-breach", MEMORY, test_the_first_breach_is_told);
  ADD ("breach-at-once", RANKING, test_a_breach_is_one_at_once);
  ADD ("hold", MEMORY "hold=2s\n", test_over_for_less_than_the_hold_passes);
  ADD ("gap", MEMORY "hold=2s\n", test_a_gap_ends_what_was_over);
  ADD ("stutter", MEMORY "hold=2s\n", test_a_stutter_ends_nothing);
  ADD ("quantile", TAIL, test_a_quantile_needs_items);
  ADD ("compliance", "[c]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=10\nminimum=0.95\nalert=0.90\n", test_compliance_needs_items);
  ADD ("catch-up", MEMORY, test_a_catch_up_measures_no_time);
  ADD ("required", RANKING "required=true\n" MEMORY, test_a_required_budget_is_missed);
  ADD ("required-breach", RANKING "required=true\n" MEMORY, test_a_required_breach_is_told_without_data_of_another);
  ADD ("sources", RANKING "required=true\n" MEMORY, test_sources_share_a_contract);
  ADD ("minimum", "[hits]\nmetric=cache_hit_rate\nstatistic=last\nminimum=0.8\n", test_the_worst_of_a_minimum_is_the_least);

  ADD ("rate", "[beats]\nmetric=beat\nstatistic=rate\nwindow=1s\nlimit=100\n", test_a_rate_counts_from_the_first_item);
  ADD ("nought", "[many]\nmetric=beat\nstatistic=rate\nwindow=5s\nlimit=100\n[few]\nmetric=beat\nstatistic=rate\nminimum=0.1\nhold=2s\n",
       test_what_never_happened_has_a_rate_of_nought);

  return g_test_run ();
}
