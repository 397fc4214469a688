/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Held to sums made by hand over the same snapshots, and to what was judged live. */

#include "app/budget-preview.h"

#include <math.h>
#include <string.h>

#define INTERVAL_NS (100 * (gint64) HR_NS_PER_MS)
#define BEGIN_US G_GINT64_CONSTANT (1700000000000000)

static const HrMetricInfo gauge = { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };
static const HrMetricInfo hits = { "cache_hit_rate", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER };

static HrContract *
contract_of (const char *keys)
{
  g_autofree char *text = g_strconcat ("[contract]\nname=Test\nversion=1\n[one]\n", keys, NULL);
  g_autoptr (GError) error = NULL;
  HrContract *contract = hr_contract_parse (text, strlen (text), "test.ini", &error);

  g_assert_no_error (error);

  return contract;
}

/* Snapshot number @number of @history: the metric's one item is @value; NaN: none. */
static void
append (HrHistory *history,
        guint      metric,
        guint64    number,
        double     value)
{
  gint64     end_ns = (gint64) number * INTERVAL_NS;
  HrSnapshot head = { .sequence = number, .end_ns = end_ns, .interval_ns = INTERVAL_NS, .time_us = BEGIN_US + end_ns / 1000 };
  HrSample   sample = { .metric = metric, .count = 1, .sum = value, .min = value, .max = value, .last = value };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, &sample, isnan (value) ? 0 : 1);

  hr_history_append (history, snapshot);
}

/* Values that rise and fall, with a gap and a peak. */
static double
value_at (guint number)
{
  if (number % 97 > 60 && number % 97 < 65)
    return (double) NAN;

  return 100 + 40 * sin (number / 17.0) + (number % 131 == 0 ? 90 : 0);
}

static HrHistory *
history_of (guint n)
{
  HrHistory *history = hr_history_new ();
  guint      metric = hr_history_add_metric (history, &gauge);

  for (guint i = 1; i <= n; i++)
    append (history, metric, i, value_at (i));

  return history;
}

static HrBudgetPreview *
run (const char *keys,
     HrHistory  *history)
{
  g_autoptr (HrContract) contract = contract_of (keys);
  g_autoptr (HrPreviewSeries) series = hr_preview_series_new ("ranker", history);

  return hr_budget_preview_run (contract, series, NULL);
}

/* The highest or the mean value of the @width snapshots up to number @number, of which @first is the oldest. */
static double
by_hand (guint    first,
         guint    number,
         guint    width,
         gboolean highest)
{
  double sum = 0, most = -INFINITY;
  guint  n = 0;

  for (guint i = number >= first + width ? number - width + 1 : first; i <= number; i++)
    if (!isnan (value_at (i)))
      {
        sum += value_at (i);
        most = MAX (most, value_at (i));
        n++;
      }

  return n == 0 ? (double) NAN : highest ? most
                                         : sum / n;
}

/* Holds the points of @preview, the first of which is for snapshot @from, to a window of @width snapshots reckoned by hand. */
static void
assert_by_hand (const HrBudgetPreview *preview,
                guint                  first,
                guint                  from,
                guint                  width,
                gboolean               highest,
                double                 limit)
{
  gint64 over_ns = 0;
  double worst = -INFINITY;

  for (guint i = 0; i < preview->points->len; i++)
    {
      const HrPreviewPoint *point = &g_array_index (preview->points, HrPreviewPoint, i);
      double                value = by_hand (first, from + i, width, highest);

      g_assert_cmpint (point->end_us, ==, BEGIN_US + (gint64) (from + i) * INTERVAL_NS / 1000);
      g_assert_cmpint (point->end_us - point->begin_us, ==, INTERVAL_NS / 1000);
      g_assert_true (isnan (value) == isnan (point->value));
      if (isnan (value))
        continue;
      g_assert_cmpfloat_with_epsilon (point->value, value, 1e-9 * value);
      g_assert_cmpint (point->over, ==, value > limit);
      over_ns += value > limit ? INTERVAL_NS : 0;
      worst = MAX (worst, value);
    }
  g_assert_cmpint (preview->over_ns, ==, over_ns);
  g_assert_cmpint (preview->covered_ns, ==, preview->points->len * INTERVAL_NS);
  g_assert_cmpfloat_with_epsilon (preview->worst, worst, 1e-9 * worst);
}

static void
test_a_maximum_is_what_sums_by_hand_say (void)
{
  g_autoptr (HrHistory) history = history_of (500);
  g_autoptr (HrBudgetPreview) preview = run ("metric=memory_usage_mb\nstatistic=max\nwindow=2s\nlimit=135\n", history);

  g_assert_cmpuint (preview->points->len, ==, 500);
  assert_by_hand (preview, 1, 1, 20, TRUE, 135);
  g_assert_cmpint (preview->over_ns, >, 0);
}

static void
test_a_mean_is_what_sums_by_hand_say (void)
{
  g_autoptr (HrHistory) history = history_of (500);
  g_autoptr (HrBudgetPreview) preview = run ("metric=memory_usage_mb\nstatistic=mean\nwindow=1s\nlimit=130\n", history);

  assert_by_hand (preview, 1, 1, 10, FALSE, 130);
  g_assert_cmpint (preview->over_ns, >, 0);
}

/* Where older snapshots are gone, windows that they would stand in are left out. */
static void
test_windows_without_their_beginning_are_left_out (void)
{
  g_autoptr (HrHistory) history = history_of (1500);
  g_autoptr (HrBudgetPreview) preview = run ("metric=memory_usage_mb\nstatistic=max\nwindow=2s\nlimit=135\n", history);

  g_assert_cmpuint (preview->points->len, ==, HR_HISTORY_SNAPSHOTS - 19);
  assert_by_hand (preview, 501, 520, 20, TRUE, 135);
}

/* The preview of a budget says what its verdicts said. */
static void
test_it_says_what_live_judging_said (void)
{
  static const char keys[] = "metric=memory_usage_mb\nstatistic=recent\nlimit=110\n";
  g_autoptr (HrContract) contract = contract_of (keys);
  g_autoptr (HrHistory) history = hr_history_new ();
  guint metric = hr_history_add_metric (history, &gauge);
  g_auto (HrVerdict) verdict = { 0 };
  double values[400];
  g_autoptr (HrBudgetPreview) preview = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      append (history, metric, i + 1, value_at (i + 1));
      hr_verdict_judge (&verdict, contract, "ranker", history, (gint64) (i + 1) * INTERVAL_NS);
      values[i] = verdict.judgements[0].value;
    }
  preview = run (keys, history);
  g_assert_cmpuint (preview->points->len, ==, G_N_ELEMENTS (values));
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      double value = g_array_index (preview->points, HrPreviewPoint, i).value;

      g_assert_true (value == values[i] || (isnan (value) && isnan (values[i])));
    }
}

static void
test_of_a_minimum_the_lowest_is_worst (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  guint metric = hr_history_add_metric (history, &hits);
  g_autoptr (HrBudgetPreview) preview = NULL;

  append (history, metric, 1, 0.9);
  append (history, metric, 2, 0.4);
  append (history, metric, 3, 0.8);
  preview = run ("metric=cache_hit_rate\nstatistic=last\nminimum=0.5\n", history);
  g_assert_cmpfloat (preview->worst, ==, 0.4);
  g_assert_cmpint (preview->over_ns, ==, INTERVAL_NS);
  g_assert_cmpuint (preview->n_alerts, ==, 1);
}

static void
assert_sentence (const char *keys,
                 HrHistory  *history,
                 const char *wanted)
{
  g_autoptr (HrBudgetPreview) preview = run (keys, history);
  g_autofree char *sentence = hr_budget_preview_sentence (preview);

  g_assert_cmpstr (sentence, ==, wanted);
}

static void
test_sentences (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  guint metric = hr_history_add_metric (history, &gauge);

  assert_sentence ("metric=memory_usage_mb\nstatistic=last\nlimit=100\n", history, "Nothing of ranker has arrived yet to try it on");
  for (guint i = 1; i <= 50; i++)
    append (history, metric, i, i > 20 && i <= 32 ? 140 : 80);

  assert_sentence ("metric=memory_usage_mb\nstatistic=last\nlimit=100\n", history,
                   "Would have been over for 1.2 s of the last 5.0 s: worst 140 MB, 1 alert");
  assert_sentence ("metric=memory_usage_mb\nstatistic=last\nlimit=100\nhold=2s\n", history,
                   "Would have been over for 1.2 s of the last 5.0 s: worst 140 MB, never long enough for an alert");
  assert_sentence ("metric=memory_usage_mb\nstatistic=last\nlimit=200\n", history, "Would have kept within it for the last 5.0 s: worst 140 MB");
  assert_sentence ("metric=cpu_usage\nstatistic=last\nlimit=0.5\n", history, "ranker measured nothing of this kind in the last 5.0 s");
  assert_sentence ("metric=memory_usage_mb\nstatistic=last\nlimit=100\nsource=web*\n", history,
                   "Not for ranker: the pattern “web*” does not match its name");
}

static void
run_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_a_thread_says_the_same (void)
{
  static const char keys[] = "metric=memory_usage_mb\nstatistic=max\nwindow=2s\nlimit=135\n";
  g_autoptr (HrHistory) history = history_of (1000);
  g_autoptr (HrContract) contract = contract_of (keys);
  g_autoptr (HrBudgetPreview) here = run (keys, history);
  g_autoptr (HrBudgetPreview) there = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  hr_budget_preview_run_async (contract, hr_preview_series_new ("ranker", history), NULL, run_cb, &result);
  /* The source goes on meanwhile. */
  for (guint i = 1001; i <= 1200; i++)
    append (history, 0, i, value_at (i));
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  there = hr_budget_preview_run_finish (result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (there->over_ns, ==, here->over_ns);
  g_assert_cmpfloat (there->worst, ==, here->worst);
  g_assert_cmpuint (there->points->len, ==, here->points->len);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/budget-preview/maximum", test_a_maximum_is_what_sums_by_hand_say);
  g_test_add_func ("/app/budget-preview/mean", test_a_mean_is_what_sums_by_hand_say);
  g_test_add_func ("/app/budget-preview/cut", test_windows_without_their_beginning_are_left_out);
  g_test_add_func ("/app/budget-preview/live", test_it_says_what_live_judging_said);
  g_test_add_func ("/app/budget-preview/minimum", test_of_a_minimum_the_lowest_is_worst);
  g_test_add_func ("/app/budget-preview/sentences", test_sentences);
  g_test_add_func ("/app/budget-preview/thread", test_a_thread_says_the_same);

  return g_test_run ();
}
