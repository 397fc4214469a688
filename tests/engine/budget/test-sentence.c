/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/metric-catalog.h"
#include "engine/budget/verdict.h"

#include "tests/engine/budget/feed.h"

#include <string.h>

#define HEADER "[contract]\nname=Test\nversion=1\n"
#define SECOND ((gint64) HR_NS_PER_SECOND)
#define NOW (1000 * SECOND)

typedef struct
{
  HrContract *contract;
  HrHistory  *history;
  guint       ranking;
  guint       memory;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->contract = hr_contract_load (THOMPSON_INI, NULL);
  fixture->history = hr_history_new ();
  fixture->ranking = feed_metric (fixture->history, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  fixture->memory = feed_metric (fixture->history, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  hr_contract_unref (fixture->contract);
  hr_history_free (fixture->history);
}

static void
assert_sentence (Fixture    *fixture,
                 gint64      over_ns,
                 const char *expected)
{
  g_auto (HrVerdict) verdict = { 0 };
  g_autofree char *sentence = NULL;

  hr_verdict_judge (&verdict, fixture->contract, "ranker", fixture->history, NOW);
  sentence = hr_verdict_sentence (&verdict, over_ns);
  g_assert_cmpstr (sentence, ==, expected);
}

static void
use_contract (Fixture    *fixture,
              const char *text)
{
  hr_contract_unref (fixture->contract);
  fixture->contract = feed_contract (text);
}

static void
test_no_data (Fixture      *fixture,
              gconstpointer data)
{
  assert_sentence (fixture, 0, "No data yet for any budget");
}

static void
test_within (Fixture      *fixture,
             gconstpointer data)
{
  feed_durations (fixture->history, fixture->ranking, NOW, 1000, 0.028, 0, 1);
  assert_sentence (fixture, 0, "Within budget: 357x on latency");
  feed_value (fixture->history, fixture->memory, NOW, 142);
  assert_sentence (fixture, 0, "Within budget: 357x on latency, 58 MB of memory left");
}

static void
test_small_advantages_have_a_decimal (Fixture      *fixture,
                                      gconstpointer data)
{
  feed_durations (fixture->history, fixture->ranking, NOW, 1000, 8, 0, 8);
  assert_sentence (fixture, 0, "Within budget: 1.2x on latency");
}

static void
test_over (Fixture      *fixture,
           gconstpointer data)
{
  feed_durations (fixture->history, fixture->ranking, NOW, 10, 14.2, 0, 15);
  /* The tail and, at nought, compliance are over as well: the mean leads them. */
  assert_sentence (fixture, 0, "Over budget: ranking takes 14.2 ms, limit 10 ms");
  assert_sentence (fixture, 12 * SECOND + 900 * (gint64) HR_NS_PER_MS, "Over budget for 12 s: ranking takes 14.2 ms, limit 10 ms");
  assert_sentence (fixture, 90 * SECOND, "Over budget for 1.5 min: ranking takes 14.2 ms, limit 10 ms");
}

static void
test_over_in_the_tail (Fixture      *fixture,
                       gconstpointer data)
{
  feed_durations (fixture->history, fixture->ranking, NOW, 98, 0.028, 2, 50);
  assert_sentence (fixture, 3 * SECOND, "Over budget for 3 s: ranking takes 50 ms at p99, limit 10 ms");
}

static void
test_a_share_of_the_budget (Fixture      *fixture,
                            gconstpointer data)
{
  feed_value (fixture->history, fixture->memory, NOW, 192);
  assert_sentence (fixture, 0, "Memory at 96 % of its budget");
  feed_value (fixture->history, fixture->memory, NOW, 199.9);
  assert_sentence (fixture, 0, "Memory at 99 % of its budget");
}

static void
test_compliance_in_between (Fixture      *fixture,
                            gconstpointer data)
{
  use_contract (fixture, HEADER "[c]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=10\nminimum=0.95\nalert=0.9\n");
  feed_durations (fixture->history, fixture->ranking, NOW, 93, 1, 7, 20);
  assert_sentence (fixture, 0, "Ranking latency: only 93 % within 10 ms, 95 % agreed");
  feed_durations (fixture->history, fixture->ranking, NOW, 57, 1, 43, 20);
  assert_sentence (fixture, 2 * SECOND, "Over budget for 2 s: Ranking latency: only 75 % within 10 ms, 95 % agreed");
}

static void
test_a_required_budget_without_data (Fixture      *fixture,
                                     gconstpointer data)
{
  feed_value (fixture->history, fixture->memory, NOW, 100);
  assert_sentence (fixture, 0, "No data for Ranking latency, mean, the rest is within budget");
}

static void
test_a_minimum (Fixture      *fixture,
                gconstpointer data)
{
  guint throughput = feed_metric (fixture->history, "throughput_jobs_per_second", HR_KIND_GAUGE, HR_UNIT_PER_SECOND);

  use_contract (fixture, HEADER "[t]\nmetric=throughput_jobs_per_second\nstatistic=last\nminimum=100\n");
  feed_value (fixture->history, throughput, NOW, 12);
  assert_sentence (fixture, 0, "Over budget: throughput is 12/s, minimum 100/s");
  feed_value (fixture->history, throughput, NOW, 200);
  assert_sentence (fixture, 0, "Within budget: Throughput at 50 % of its budget");
}

static void
test_spans (Fixture      *fixture,
            gconstpointer data)
{
  guint draw = feed_metric (fixture->history, "/rank/{value}", HR_KIND_SPAN, HR_UNIT_MILLISECONDS);

  use_contract (fixture, HEADER "[s]\nmetric=/rank/{value}\nstatistic=p99\nlimit=10\n");
  feed_durations (fixture->history, draw, NOW, 98, 1, 2, 50);
  assert_sentence (fixture, 0, "Over budget: /rank/{value} takes 50 ms at p99, limit 10 ms");

  use_contract (fixture, HEADER "[c]\nmetric=/rank/{value}\nstatistic=compliance\nof=10\nminimum=0.99\nalert=0.9\n");
  assert_sentence (fixture, 0, "/rank/{value}: only 98 % within 10 ms, 99 % agreed");
}

static void
test_events (Fixture      *fixture,
             gconstpointer data)
{
  guint refills = feed_metric (fixture->history, "cache_refilled", HR_KIND_EVENT, HR_UNIT_MEGABYTES);

  use_contract (fixture, HEADER "[e]\nmetric=cache_refilled\nstatistic=rate\nwindow=1s\nlimit=5\n");
  feed_value (fixture->history, refills, NOW, 512);
  assert_sentence (fixture, 0, "Over budget: cache_refilled is at 10/s, limit 5/s");
}

/* What is left of a category says nothing of the program's memory. */
static void
test_categories (Fixture      *fixture,
                 gconstpointer data)
{
  guint in_use = feed_metric (fixture->history, "in_use_mb/ranking", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);

  use_contract (fixture, HEADER "[m]\nmetric=in_use_mb/ranking\nstatistic=last\nlimit=20\n");
  feed_value (fixture->history, in_use, NOW, 10);
  assert_sentence (fixture, 0, "Within budget: Memory of ranking at 50 % of its budget");
  feed_value (fixture->history, in_use, NOW, 30);
  assert_sentence (fixture, 0, "Over budget: ranking has 30 MB in use, limit 20 MB");
}

/* A contract gives the unit of what only the program has a name for. */
static void
test_own_metrics (Fixture      *fixture,
                  gconstpointer data)
{
  guint checks = feed_metric (fixture->history, "Security Operations", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  guint saved = feed_metric (fixture->history, "space {value} saved", HR_KIND_RATIO, HR_UNIT_RATIO);
  guint heap = feed_metric (fixture->history, "heap", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);

  use_contract (fixture, HEADER "[s]\nmetric=Security Operations\nunit=ms\nstatistic=mean\nlimit=5\n");
  feed_durations (fixture->history, checks, NOW, 10, 6, 0, 6);
  assert_sentence (fixture, 0, "Over budget: Security Operations takes 6 ms, limit 5 ms");

  use_contract (fixture, HEADER "[r]\nmetric=space {value} saved\nunit=ratio\nstatistic=last\nminimum=0.4\n");
  feed_value (fixture->history, saved, NOW, 0.38);
  assert_sentence (fixture, 0, "Over budget: space {value} saved is at 38 %, minimum 40 %");

  use_contract (fixture, HEADER "[h]\nmetric=heap\nunit=MB\nstatistic=last\nlimit=64\n");
  feed_value (fixture->history, heap, NOW, 32);
  assert_sentence (fixture, 0, "Within budget: heap at 50 % of its budget");
}

static void
test_titles (void)
{
  g_autoptr (HrContract) contract = hr_contract_load (THOMPSON_INI, NULL);
  static const char *const titles[] = { "Ranking latency, mean", "Ranking latency, p99", "Ranking latency, compliance", "Memory", "Frame time, recent mean" };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      g_autofree char *title = hr_budget_title (hr_contract_get_budget (contract, i));

      g_assert_cmpstr (title, ==, titles[i]);
    }
}

#define ADD(path, function) g_test_add ("/budget/sentence/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("no-data", test_no_data);
  ADD ("within", test_within);
  ADD ("small-advantage", test_small_advantages_have_a_decimal);
  ADD ("over", test_over);
  ADD ("tail", test_over_in_the_tail);
  ADD ("share", test_a_share_of_the_budget);
  ADD ("compliance", test_compliance_in_between);
  ADD ("required", test_a_required_budget_without_data);
  ADD ("minimum", test_a_minimum);
  ADD ("spans", test_spans);
  ADD ("events", test_events);
  ADD ("categories", test_categories);
  ADD ("own", test_own_metrics);
  g_test_add_func ("/budget/titles", test_titles);

  return g_test_run ();
}
