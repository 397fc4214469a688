/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/verdict.h"

#include "tests/engine/budget/feed.h"

#include <math.h>
#include <string.h>

#define HEADER "[contract]\nname=Test\nversion=1\n"
#define SECOND ((gint64) HR_NS_PER_SECOND)
#define NOW (1000 * SECOND)

/* A contract with one budget of these lines. */
#define ONE(lines) HEADER "[one]\n" lines

static HrHistory *
history_with (const char *name,
              HrKind      kind,
              HrUnit      unit)
{
  HrHistory *history = hr_history_new ();

  g_assert_cmpuint (feed_metric (history, name, kind, unit), ==, 0);

  return history;
}

static HrHistory *
thompson_history (void)
{
  return history_with ("thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
}

static HrHistory *
memory_history (double value)
{
  HrHistory *history = history_with ("memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);

  feed_value (history, 0, NOW, value);

  return history;
}

static void
judge (HrVerdict  *verdict,
       const char *text,
       HrHistory  *history)
{
  g_autoptr (HrContract) contract = feed_contract (text);

  hr_verdict_judge (verdict, contract, "ranker", history, NOW);
}

static HrContract *
default_contract (void)
{
  HrContract *contract = hr_contract_load (THOMPSON_INI, NULL);

  g_assert_nonnull (contract);

  return contract;
}

/* The standing of the whole when the default contract judges @n_fast jobs of @fast_ms and @n_slow of @slow_ms. */
static void
judge_workload (HrVerdict *verdict,
                guint64    n_fast,
                double     fast_ms,
                guint64    n_slow,
                double     slow_ms)
{
  g_autoptr (HrContract) contract = default_contract ();
  g_autoptr (HrHistory) history = thompson_history ();

  for (int i = 9; i >= 0; i--)
    feed_durations (history, 0, NOW - i * FEED_INTERVAL_NS, n_fast, fast_ms, n_slow, slow_ms);
  hr_verdict_judge (verdict, contract, "ranker", history, NOW);
}

static void
test_without_data_nothing_passes (void)
{
  g_autoptr (HrContract) contract = default_contract ();
  g_autoptr (HrHistory) history = hr_history_new ();
  g_auto (HrVerdict) verdict = { 0 };

  hr_verdict_judge (&verdict, contract, "ranker", history, NOW);
  g_assert_cmpuint (verdict.n_judgements, ==, 5);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_NO_DATA);
  g_assert_cmpint (verdict.worst_index, ==, -1);
  g_assert_true (isnan (verdict.scores.overall));
  for (guint i = 0; i < verdict.n_judgements; i++)
    {
      g_assert_cmpint (verdict.judgements[i].standing, ==, HR_STANDING_NO_DATA);
      g_assert_cmpint (verdict.judgements[i].severity, ==, HR_SEVERITY_NONE);
      g_assert_true (isnan (verdict.judgements[i].value));
      g_assert_true (isnan (verdict.judgements[i].used));
    }
  g_assert_cmpint (verdict.judgements[0].unit, ==, HR_UNIT_MILLISECONDS);
  g_assert_cmpfloat (verdict.judgements[0].limit, ==, 10);
}

static void
test_a_mean_of_25_ms_is_critical (void)
{
  g_auto (HrVerdict) verdict = { 0 };
  const HrJudgement *mean;

  judge_workload (&verdict, 0, 25, 40, 25);
  mean = hr_verdict_find (&verdict, "thompson_duration_ms", HR_STATISTIC_MEAN);
  g_assert_cmpfloat_with_epsilon (mean->value, 25, 1e-9);
  g_assert_cmpfloat_with_epsilon (mean->used, 2.5, 1e-9);
  g_assert_cmpint (mean->standing, ==, HR_STANDING_OVER);
  g_assert_cmpint (mean->severity, ==, HR_SEVERITY_CRITICAL);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_OVER);
  g_assert_cmpint (verdict.worst_index, ==, 0);
  g_assert_cmpfloat (verdict.scores.thompson, ==, 0);
  g_assert_cmpfloat (verdict.scores.overall, ==, 0);
}

static void
test_a_mean_of_12_5_ms_is_medium (void)
{
  g_auto (HrVerdict) verdict = { 0 };
  const HrJudgement *mean, *compliance;

  judge_workload (&verdict, 20, 5, 20, 20);
  mean = hr_verdict_find (&verdict, "thompson_duration_ms", HR_STATISTIC_MEAN);
  g_assert_cmpfloat_with_epsilon (mean->value, 12.5, 1e-9);
  g_assert_cmpint (mean->standing, ==, HR_STANDING_OVER);
  g_assert_cmpint (mean->severity, ==, HR_SEVERITY_MEDIUM);

  compliance = hr_verdict_find (&verdict, "thompson_duration_ms", HR_STATISTIC_COMPLIANCE);
  g_assert_cmpfloat_with_epsilon (compliance->value, 0.5, 1e-9);
  g_assert_cmpint (compliance->unit, ==, HR_UNIT_RATIO);
  g_assert_cmpfloat (compliance->limit, ==, 0.90);
  g_assert_cmpfloat_with_epsilon (compliance->used, 10, 1e-9);
  g_assert_cmpint (compliance->standing, ==, HR_STANDING_OVER);
  g_assert_cmpint (compliance->severity, ==, HR_SEVERITY_HIGH); /* 0.9 / 0.5 = 1.8 */
}

static void
test_two_per_cent_slow_show_in_the_tail_alone (void)
{
  g_auto (HrVerdict) verdict = { 0 };
  const HrJudgement *tail;

  judge_workload (&verdict, 98, 0.028, 2, 50);
  tail = hr_verdict_find (&verdict, "thompson_duration_ms", HR_STATISTIC_P99);
  g_assert_cmpint (tail->standing, ==, HR_STANDING_OVER);
  g_assert_cmpint (tail->severity, ==, HR_SEVERITY_CRITICAL);
  g_assert_cmpfloat_with_epsilon (tail->value, 50, 0.5);
  g_assert_cmpint (verdict.judgements[0].standing, ==, HR_STANDING_WITHIN);
  g_assert_cmpfloat_with_epsilon (verdict.judgements[0].value, (98 * 0.028 + 2 * 50) / 100, 1e-9);
  g_assert_cmpint (verdict.judgements[2].standing, ==, HR_STANDING_WITHIN);
  g_assert_cmpfloat_with_epsilon (verdict.judgements[2].used, 0.4, 1e-9);
  g_assert_cmpint (verdict.worst_index, ==, 1);
}

static void
test_memory_at_80_95_and_100_per_cent (void)
{
  static const struct
  {
    double     value;
    HrStanding standing;
    HrSeverity severity;
  } cases[] = {
    { 0, HR_STANDING_WITHIN, HR_SEVERITY_NONE },
    { 159.9, HR_STANDING_WITHIN, HR_SEVERITY_NONE },
    { 160, HR_STANDING_WARNING, HR_SEVERITY_NONE },
    { 189.9, HR_STANDING_WARNING, HR_SEVERITY_NONE },
    { 190, HR_STANDING_CRITICAL, HR_SEVERITY_NONE },
    { 200, HR_STANDING_CRITICAL, HR_SEVERITY_NONE },
    { 200.1, HR_STANDING_OVER, HR_SEVERITY_LOW },
    { 220, HR_STANDING_OVER, HR_SEVERITY_MEDIUM },
    { 300, HR_STANDING_OVER, HR_SEVERITY_HIGH },
    { 400, HR_STANDING_OVER, HR_SEVERITY_CRITICAL },
  };
  g_autoptr (HrContract) contract = default_contract ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrHistory) history = memory_history (cases[i].value);
      g_auto (HrVerdict) verdict = { 0 };
      const HrJudgement *memory;

      hr_verdict_judge (&verdict, contract, "ranker", history, NOW);
      memory = hr_verdict_find (&verdict, "memory_usage_mb", HR_STATISTIC_LAST);
      g_assert_cmpint (memory->standing, ==, cases[i].standing);
      g_assert_cmpint (memory->severity, ==, cases[i].severity);
      g_assert_cmpfloat_with_epsilon (memory->used, cases[i].value / 200, 1e-9);
      g_assert_cmpint (verdict.worst, ==, cases[i].standing);
    }
}

static void
test_nothing_stale_is_judged (void)
{
  g_autoptr (HrContract) contract = default_contract ();
  g_autoptr (HrHistory) history = memory_history (100);
  g_auto (HrVerdict) verdict = { 0 };

  hr_verdict_judge (&verdict, contract, "ranker", history, NOW + 3 * SECOND);
  g_assert_cmpint (verdict.judgements[3].standing, ==, HR_STANDING_WITHIN);
  hr_verdict_judge (&verdict, contract, "ranker", history, NOW + 3 * SECOND + 1);
  g_assert_cmpint (verdict.judgements[3].standing, ==, HR_STANDING_NO_DATA);
}

static void
test_a_slow_source_stays_fresh_for_three_intervals (void)
{
  g_autoptr (HrContract) contract = default_contract ();
  g_autoptr (HrHistory) history = history_with ("memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);
  HrSample   sample = { .metric = 0, .count = 1, .sum = 100, .min = 100, .max = 100, .last = 100 };
  HrSnapshot head = { .sequence = 1, .end_ns = NOW, .interval_ns = 5 * SECOND };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, &sample, 1);
  g_auto (HrVerdict) verdict = { 0 };

  hr_history_append (history, snapshot);
  hr_verdict_judge (&verdict, contract, "ranker", history, NOW + 15 * SECOND);
  g_assert_cmpint (verdict.judgements[3].standing, ==, HR_STANDING_WITHIN);
  hr_verdict_judge (&verdict, contract, "ranker", history, NOW + 15 * SECOND + 1);
  g_assert_cmpint (verdict.judgements[3].standing, ==, HR_STANDING_NO_DATA);
}

static void
test_a_mean_forgets_what_left_its_window (void)
{
  g_autoptr (HrContract) contract = default_contract ();
  g_autoptr (HrHistory) history = thompson_history ();
  g_auto (HrVerdict) verdict = { 0 };

  feed_durations (history, 0, NOW - 5 * SECOND, 0, 100, 10, 100);
  feed_durations (history, 0, NOW, 10, 1, 30, 3);
  hr_verdict_judge (&verdict, contract, "ranker", history, NOW);
  g_assert_cmpfloat_with_epsilon (verdict.judgements[0].value, 2.5, 1e-9);
  hr_verdict_judge (&verdict, contract, "ranker", history, NOW + 5 * SECOND);
  g_assert_cmpint (verdict.judgements[0].standing, ==, HR_STANDING_NO_DATA);
}

static void
test_every_statistic_of_a_duration (void)
{
  static const struct
  {
    const char *name;
    double      value;
    double      epsilon;
  } cases[] = {
    { "mean", 2.98, 1e-9 },
    { "p50", 1, 0.008 },
    { "p90", 1, 0.008 },
    { "p99", 100, 0.8 },
    { "p99.9", 100, 0.8 },
    { "max", 100, 0 },
    { "last", 100, 0 },
    { "recent", 2.98, 1e-9 },
  };
  g_autoptr (HrHistory) history = thompson_history ();

  feed_durations (history, 0, NOW, 98, 1, 2, 100);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf (ONE ("metric=thompson_duration_ms\nlimit=10\nstatistic=%s\n"), cases[i].name);
      g_auto (HrVerdict) verdict = { 0 };

      judge (&verdict, text, history);
      g_assert_cmpfloat_with_epsilon (verdict.judgements[0].value, cases[i].value, cases[i].epsilon + 1e-12);
      g_assert_cmpstr (hr_statistic_name (verdict.judgements[0].budget->statistic), ==, cases[i].name);
    }
}

static void
test_recent_is_the_last_hundred_samples (void)
{
  g_autoptr (HrContract) contract = default_contract ();
  g_autoptr (HrHistory) history = history_with ("ui_frame_time_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  g_auto (HrVerdict) verdict = { 0 };
  const HrJudgement *frames;

  for (int i = 149; i >= 0; i--)
    feed_durations (history, 0, NOW - i * FEED_INTERVAL_NS, 1, i >= 100 ? 100 : 8, 0, 100);
  hr_verdict_judge (&verdict, contract, "ranker", history, NOW);
  frames = hr_verdict_find (&verdict, "ui_frame_time_ms", HR_STATISTIC_RECENT);
  g_assert_cmpfloat_with_epsilon (frames->value, 8, 1e-9);
  g_assert_cmpfloat_with_epsilon (frames->used, 0.5, 1e-9);
}

static void
test_a_minimum_is_the_mirror_of_a_limit (void)
{
  g_autoptr (HrHistory) history = history_with ("throughput_jobs_per_second", HR_KIND_GAUGE, HR_UNIT_PER_SECOND);
  g_auto (HrVerdict) verdict = { 0 };
  const char *text = ONE ("metric=throughput_jobs_per_second\nstatistic=last\nminimum=100\nwarn=0.8\ncritical=0.95\n");

  feed_value (history, 0, NOW, 200);
  judge (&verdict, text, history);
  g_assert_cmpfloat (verdict.judgements[0].used, ==, 0.5);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_WITHIN);

  feed_value (history, 0, NOW, 125);
  judge (&verdict, text, history);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_WARNING);

  feed_value (history, 0, NOW, 60);
  judge (&verdict, text, history);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_OVER);
  g_assert_cmpint (verdict.judgements[0].severity, ==, HR_SEVERITY_HIGH);

  feed_value (history, 0, NOW, 0);
  judge (&verdict, text, history);
  g_assert_cmpfloat (verdict.judgements[0].used, ==, 1000);
  g_assert_cmpint (verdict.judgements[0].severity, ==, HR_SEVERITY_CRITICAL);
}

static void
test_compliance_warns_before_it_is_over (void)
{
  g_auto (HrVerdict) within = { 0 }, warned = { 0 }, over = { 0 };

  judge_workload (&within, 95, 1, 5, 20);
  judge_workload (&warned, 92, 1, 8, 20);
  judge_workload (&over, 89, 1, 11, 20);
  g_assert_cmpint (within.judgements[2].standing, ==, HR_STANDING_WITHIN);
  g_assert_cmpfloat_with_epsilon (within.judgements[2].used, 1, 1e-9);
  g_assert_cmpint (warned.judgements[2].standing, ==, HR_STANDING_WARNING);
  g_assert_cmpint (warned.judgements[2].severity, ==, HR_SEVERITY_NONE);
  g_assert_cmpint (over.judgements[2].standing, ==, HR_STANDING_OVER);
  g_assert_cmpint (over.judgements[2].severity, ==, HR_SEVERITY_LOW);
}

/* Whatever characters a path has, a contract can name it and its tail is judged. */
static void
test_a_span_is_judged_by_its_path (void)
{
  static const char *const paths[] = { "/rank/draw", "/rank = draw", "/[a] #1/\"b\"/größer" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (HrHistory) history = history_with (paths[i], HR_KIND_SPAN, HR_UNIT_MILLISECONDS);
      g_autofree char *text = g_strdup_printf (ONE ("metric=%s\nstatistic=p99\nlimit=10\n"), paths[i]);
      g_auto (HrVerdict) verdict = { 0 };

      feed_durations (history, 0, NOW, 100, 1, 0, 1);
      judge (&verdict, text, history);
      g_assert_cmpint (verdict.worst, ==, HR_STANDING_WITHIN);
      g_assert_cmpfloat_with_epsilon (verdict.judgements[0].value, 1, 0.008);

      feed_durations (history, 0, NOW, 90, 1, 10, 16);
      judge (&verdict, text, history);
      g_assert_cmpint (verdict.worst, ==, HR_STANDING_OVER);
      g_assert_cmpfloat_with_epsilon (verdict.judgements[0].value, 16, 0.13);
      g_assert_cmpint (verdict.judgements[0].severity, ==, HR_SEVERITY_HIGH);
    }
}

/* The count of an event is judged, whatever values it carries; while nothing happens its rate is 0, and without anybody
 * looking there is none. */
static void
test_an_event_has_a_rate (void)
{
  g_autoptr (HrHistory) history = history_with ("heartbeat", HR_KIND_EVENT, HR_UNIT_MEGABYTES);
  const char *text = ONE ("metric=heartbeat\nstatistic=rate\nwindow=1s\nminimum=5\n");
  HrSample    sample = { .metric = 0, .count = 2, .sum = 900, .min = 400, .max = 500, .last = 500 };
  g_auto (HrVerdict) verdict = { 0 };

  judge (&verdict, text, history);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_NO_DATA);

  feed_sample (history, &sample, NOW);
  judge (&verdict, text, history);
  g_assert_cmpfloat (verdict.judgements[0].value, ==, 20);
  g_assert_cmpint (verdict.judgements[0].unit, ==, HR_UNIT_PER_SECOND);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_WITHIN);
}

static void
test_an_event_that_stopped_has_a_rate_of_nought (void)
{
  g_autoptr (HrHistory) history = history_with ("heartbeat", HR_KIND_EVENT, HR_UNIT_COUNT);
  guint memory = feed_metric (history, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);
  g_auto (HrVerdict) verdict = { 0 };

  feed_value (history, 0, NOW - 10 * SECOND, 1);
  feed_value (history, memory, NOW, 100);
  judge (&verdict, ONE ("metric=heartbeat\nstatistic=rate\nwindow=1s\nminimum=5\n"), history);
  g_assert_cmpfloat (verdict.judgements[0].value, ==, 0);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_OVER);
}

/* A program's own metric is judged in the unit that the contract gives, whatever its kind, and not at all in another. */
static void
test_own_metrics_are_judged_in_their_unit (void)
{
  static const struct
  {
    HrKind      kind;
    HrUnit      unit;
    const char *budget;
    HrStanding  standing;
    HrUnit      judged;
  } cases[] = {
    { HR_KIND_GAUGE, HR_UNIT_MILLISECONDS, "unit=ms\nstatistic=last\nlimit=5\n", HR_STANDING_OVER, HR_UNIT_MILLISECONDS },
    { HR_KIND_GAUGE, HR_UNIT_MILLISECONDS, "unit=ms\nstatistic=mean\nlimit=7\n", HR_STANDING_WITHIN, HR_UNIT_MILLISECONDS },
    { HR_KIND_GAUGE, HR_UNIT_MILLISECONDS, "unit=ms\nstatistic=p99\nlimit=5\n", HR_STANDING_NO_DATA, HR_UNIT_MILLISECONDS },
    { HR_KIND_GAUGE, HR_UNIT_MEGABYTES, "unit=ms\nstatistic=last\nlimit=5\n", HR_STANDING_NO_DATA, HR_UNIT_MILLISECONDS },
    { HR_KIND_GAUGE, HR_UNIT_MEGABYTES, "unit=MB\nstatistic=last\nminimum=7\n", HR_STANDING_OVER, HR_UNIT_MEGABYTES },
    { HR_KIND_GAUGE, HR_UNIT_CELSIUS, "unit=°C\nstatistic=max\nlimit=6\n", HR_STANDING_WITHIN, HR_UNIT_CELSIUS },
    { HR_KIND_COUNTER, HR_UNIT_MEGABYTES, "unit=MB\nstatistic=rate\nwindow=1s\nlimit=5\n", HR_STANDING_OVER, HR_UNIT_MEGABYTES_PER_SECOND },
    { HR_KIND_COUNTER, HR_UNIT_COUNT, "unit=MB\nstatistic=rate\nwindow=1s\nlimit=5\n", HR_STANDING_NO_DATA, HR_UNIT_MEGABYTES_PER_SECOND },
    { HR_KIND_COUNTER, HR_UNIT_COUNT, "unit=count\nstatistic=rate\nwindow=1s\nminimum=5\n", HR_STANDING_WITHIN, HR_UNIT_PER_SECOND },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrHistory) history = history_with ("own", cases[i].kind, cases[i].unit);
      g_autofree char *text = g_strconcat (ONE ("metric=own\n"), cases[i].budget, NULL);
      g_auto (HrVerdict) verdict = { 0 };

      feed_value (history, 0, NOW, 6);
      judge (&verdict, text, history);
      g_assert_cmpint (verdict.worst, ==, cases[i].standing);
      g_assert_cmpint (verdict.judgements[0].unit, ==, cases[i].judged);
    }
}

/* Of metrics by one name the one that suits is meant, and of these the one that is measured. */
static void
test_a_name_may_be_there_twice (void)
{
  g_autoptr (HrHistory) history = history_with ("own", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);
  guint gauge = feed_metric (history, "own", HR_KIND_GAUGE, HR_UNIT_MILLISECONDS);
  guint duration = feed_metric (history, "own", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  g_auto (HrVerdict) verdict = { 0 };

  feed_value (history, 0, NOW - SECOND, 100);
  feed_durations (history, duration, NOW, 10, 6, 0, 6);
  judge (&verdict, ONE ("metric=own\nunit=ms\nstatistic=mean\nlimit=5\n"), history);
  g_assert_cmpfloat (verdict.judgements[0].value, ==, 6);

  feed_value (history, gauge, NOW, 3);
  judge (&verdict, ONE ("metric=own\nunit=ms\nstatistic=mean\nlimit=5\n"), history);
  g_assert_cmpfloat (verdict.judgements[0].value, ==, 3);
}

static void
test_an_allocation_category_has_a_rate (void)
{
  g_autoptr (HrHistory) history = history_with ("allocated_mb/ranking", HR_KIND_COUNTER, HR_UNIT_MEGABYTES);
  g_auto (HrVerdict) verdict = { 0 };

  feed_value (history, 0, NOW, 3);
  judge (&verdict, ONE ("metric=allocated_mb/ranking\nstatistic=rate\nwindow=1s\nlimit=10\n"), history);
  g_assert_cmpfloat (verdict.judgements[0].value, ==, 30);
  g_assert_cmpint (verdict.judgements[0].unit, ==, HR_UNIT_MEGABYTES_PER_SECOND);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_OVER);
}

static void
test_a_metric_in_another_unit_is_no_data (void)
{
  g_autoptr (HrContract) contract = default_contract ();
  g_autoptr (HrHistory) history = history_with ("memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_COUNT);
  g_auto (HrVerdict) verdict = { 0 };

  feed_value (history, 0, NOW, 100);
  hr_verdict_judge (&verdict, contract, "ranker", history, NOW);
  g_assert_cmpint (verdict.judgements[3].standing, ==, HR_STANDING_NO_DATA);
}

static void
test_a_pattern_picks_the_sources (void)
{
  g_autoptr (HrContract) contract = feed_contract (HEADER "[all]\nmetric=memory_usage_mb\nstatistic=last\nlimit=1\n"
                                                          "[some]\nmetric=memory_usage_mb\nstatistic=last\nlimit=2\nsource=rank*\n");
  g_autoptr (HrHistory) history = memory_history (1);
  g_auto (HrVerdict) verdict = { 0 };

  hr_verdict_judge (&verdict, contract, "ranker", history, NOW);
  g_assert_cmpuint (verdict.n_judgements, ==, 2);
  hr_verdict_judge (&verdict, contract, "browser", history, NOW);
  g_assert_cmpuint (verdict.n_judgements, ==, 1);
  g_assert_cmpstr (verdict.judgements[0].budget->name, ==, "all");
}

/* 1 - 4/10 = 0.6, 1 - 50/200 = 0.75, 1 - 8/16 = 0.5, compliance 0.98:
 * 0.40 * 0.6 + 0.25 * 0.75 + 0.25 * 0.5 + 0.10 * 0.98 = 0.6505. */
static void
test_scores_by_hand (void)
{
  g_autoptr (HrContract) contract = default_contract ();
  g_autoptr (HrHistory) history = thompson_history ();
  guint memory = feed_metric (history, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);
  guint frames = feed_metric (history, "ui_frame_time_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  g_auto (HrVerdict) verdict = { 0 };

  feed_durations (history, 0, NOW, 98, 3, 2, 53);
  feed_value (history, memory, NOW, 50);
  hr_verdict_judge (&verdict, contract, "ranker", history, NOW);
  g_assert_cmpfloat_with_epsilon (verdict.scores.thompson, 0.6, 1e-9);
  g_assert_cmpfloat_with_epsilon (verdict.scores.memory, 0.75, 1e-9);
  g_assert_true (isnan (verdict.scores.frames));
  g_assert_cmpfloat_with_epsilon (verdict.scores.compliance, 0.98, 1e-9);
  g_assert_cmpfloat_with_epsilon (verdict.scores.overall, (0.24 + 0.1875 + 0.098) / 0.75, 1e-9);

  feed_durations (history, frames, NOW, 1, 8, 0, 8);
  hr_verdict_judge (&verdict, contract, "ranker", history, NOW);
  g_assert_cmpfloat_with_epsilon (verdict.scores.frames, 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (verdict.scores.overall, 0.6505, 1e-9);
}

static void
test_a_budget_can_stay_out_of_the_score (void)
{
  g_autoptr (HrHistory) history = memory_history (50);
  g_auto (HrVerdict) verdict = { 0 };

  judge (&verdict, ONE ("metric=memory_usage_mb\nstatistic=last\nlimit=200\nscores=false\n"), history);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_WITHIN);
  g_assert_true (isnan (verdict.scores.memory));
  g_assert_true (isnan (verdict.scores.overall));
}

static void
test_a_limit_of_zero_is_broken_by_anything (void)
{
  g_autoptr (HrHistory) history = history_with ("error_rate", HR_KIND_RATIO, HR_UNIT_RATIO);
  g_auto (HrVerdict) verdict = { 0 };
  const char *text = ONE ("metric=error_rate\nstatistic=last\nlimit=0\n");

  feed_value (history, 0, NOW, 0);
  judge (&verdict, text, history);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_WITHIN);
  feed_value (history, 0, NOW, 0.001);
  judge (&verdict, text, history);
  g_assert_cmpint (verdict.worst, ==, HR_STANDING_OVER);
  g_assert_true (isfinite (verdict.judgements[0].used));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/budget/verdict/no-data", test_without_data_nothing_passes);
  g_test_add_func ("/budget/verdict/workload/25-ms", test_a_mean_of_25_ms_is_critical);
  g_test_add_func ("/budget/verdict/workload/12.5-ms", test_a_mean_of_12_5_ms_is_medium);
  g_test_add_func ("/budget/verdict/workload/tail", test_two_per_cent_slow_show_in_the_tail_alone);
  g_test_add_func ("/budget/verdict/memory", test_memory_at_80_95_and_100_per_cent);
  g_test_add_func ("/budget/verdict/stale", test_nothing_stale_is_judged);
  g_test_add_func ("/budget/verdict/slow-source", test_a_slow_source_stays_fresh_for_three_intervals);
  g_test_add_func ("/budget/verdict/window", test_a_mean_forgets_what_left_its_window);
  g_test_add_func ("/budget/verdict/statistics", test_every_statistic_of_a_duration);
  g_test_add_func ("/budget/verdict/recent", test_recent_is_the_last_hundred_samples);
  g_test_add_func ("/budget/verdict/minimum", test_a_minimum_is_the_mirror_of_a_limit);
  g_test_add_func ("/budget/verdict/compliance", test_compliance_warns_before_it_is_over);
  g_test_add_func ("/budget/verdict/unit", test_a_metric_in_another_unit_is_no_data);
  g_test_add_func ("/budget/verdict/span", test_a_span_is_judged_by_its_path);
  g_test_add_func ("/budget/verdict/event", test_an_event_has_a_rate);
  g_test_add_func ("/budget/verdict/event/stopped", test_an_event_that_stopped_has_a_rate_of_nought);
  g_test_add_func ("/budget/verdict/twice", test_a_name_may_be_there_twice);
  g_test_add_func ("/budget/verdict/own", test_own_metrics_are_judged_in_their_unit);
  g_test_add_func ("/budget/verdict/category", test_an_allocation_category_has_a_rate);
  g_test_add_func ("/budget/verdict/source", test_a_pattern_picks_the_sources);
  g_test_add_func ("/budget/verdict/scores", test_scores_by_hand);
  g_test_add_func ("/budget/verdict/scores-off", test_a_budget_can_stay_out_of_the_score);
  g_test_add_func ("/budget/verdict/zero-limit", test_a_limit_of_zero_is_broken_by_anything);

  return g_test_run ();
}
