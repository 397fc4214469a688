/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/alert/breach.h"

#include "tests/engine/budget/feed.h"

#include <math.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)
#define UTC (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC)

#define BUDGET(keys) "[contract]\nname=Test\nversion=1\n[budget]\n" keys

/* One budget, judged once a second. */
typedef struct
{
  HrContract *contract;
  HrBreach    breach;
  guint       now; /* s */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->contract = feed_contract (data);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  hr_contract_unref (fixture->contract);
}

/* A second later it stands at @value; NaN: there are no data. */
static HrBreachChange
tell (Fixture *fixture,
      double   value)
{
  const HrBudget *budget = hr_contract_get_budget (fixture->contract, 0);
  HrJudgement     judgement = { .budget = budget, .value = value, .limit = hr_budget_bound (budget), .unit = HR_UNIT_MEGABYTES };
  gboolean        over = isnan (budget->minimum) ? value > judgement.limit : value < judgement.limit;

  if (!isnan (value))
    judgement.standing = over ? HR_STANDING_OVER : HR_STANDING_WITHIN;
  if (budget->statistic == HR_STATISTIC_COMPLIANCE)
    judgement.unit = HR_UNIT_RATIO;
  fixture->now++;

  return hr_breach_judge (&fixture->breach, &judgement, fixture->now * SECOND, UTC + fixture->now * G_USEC_PER_SEC);
}

static void
test_a_breach_begins_after_its_hold (Fixture      *fixture,
                                     gconstpointer data)
{
  g_assert_cmpint (tell (fixture, 100), ==, HR_BREACH_SAME);
  g_assert_cmpint (tell (fixture, 201), ==, HR_BREACH_SAME);
  g_assert_cmpint (tell (fixture, 201), ==, HR_BREACH_SAME);
  g_assert_true (fixture->breach.over && !fixture->breach.breached);
  g_assert_cmpint (tell (fixture, 201), ==, HR_BREACH_BEGAN);
  g_assert_cmpint (fixture->breach.over_since_us, ==, UTC + 2 * G_USEC_PER_SEC);
  g_assert_cmpint (tell (fixture, 500), ==, HR_BREACH_SAME);
}

static void
test_a_break_begins_the_hold_anew (Fixture      *fixture,
                                   gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpint (tell (fixture, 201), ==, HR_BREACH_SAME);
      g_assert_cmpint (tell (fixture, 201), ==, HR_BREACH_SAME);
      g_assert_cmpint (tell (fixture, i % 2 == 0 ? 200 : (double) NAN), ==, HR_BREACH_SAME);
      g_assert_false (fixture->breach.over);
    }
}

/* A value at its limit does not ring all day, and no data are no good news. */
static void
test_a_breach_ends_by_its_clear_share (Fixture      *fixture,
                                       gconstpointer data)
{
  g_assert_cmpint (tell (fixture, 201), ==, HR_BREACH_BEGAN);
  g_assert_cmpint (tell (fixture, 191), ==, HR_BREACH_SAME);
  g_assert_cmpint (tell (fixture, (double) NAN), ==, HR_BREACH_SAME);
  g_assert_cmpint (tell (fixture, 201), ==, HR_BREACH_SAME);
  g_assert_true (fixture->breach.breached);
  g_assert_cmpint (tell (fixture, 190), ==, HR_BREACH_ENDED);
  g_assert_cmpint (tell (fixture, 190), ==, HR_BREACH_SAME);
  g_assert_cmpint (tell (fixture, 201), ==, HR_BREACH_BEGAN);
}

static void
test_a_minimum_is_the_mirror (Fixture      *fixture,
                              gconstpointer data)
{
  g_assert_cmpint (tell (fixture, 94), ==, HR_BREACH_BEGAN);
  g_assert_cmpint (tell (fixture, 99), ==, HR_BREACH_SAME);
  g_assert_cmpint (tell (fixture, 100), ==, HR_BREACH_ENDED);
}

/* What cannot pass 1 has to come nearer to it. */
static void
test_a_share_comes_nearer_to_one (Fixture      *fixture,
                                  gconstpointer data)
{
  g_assert_cmpint (tell (fixture, 0.899), ==, HR_BREACH_BEGAN);
  g_assert_cmpint (tell (fixture, 0.904), ==, HR_BREACH_SAME);
  g_assert_cmpint (tell (fixture, 0.905), ==, HR_BREACH_ENDED);
}

#define ADD(path, keys, function) g_test_add ("/alert/breach/" path, Fixture, BUDGET (keys), set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("hold", "metric=memory_usage_mb\nstatistic=last\nlimit=200\nhold=2s\n", test_a_breach_begins_after_its_hold);
  ADD ("break", "metric=memory_usage_mb\nstatistic=last\nlimit=200\nhold=2s\n", test_a_break_begins_the_hold_anew);
  ADD ("clear", "metric=memory_usage_mb\nstatistic=last\nlimit=200\n", test_a_breach_ends_by_its_clear_share);
  ADD ("minimum", "metric=room\nunit=MB\nstatistic=last\nminimum=95\n", test_a_minimum_is_the_mirror);
  ADD ("share", "metric=thompson_duration_ms\nstatistic=compliance\nof=1\nminimum=0.95\nalert=0.90\n", test_a_share_comes_nearer_to_one);

  return g_test_run ();
}
