/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-choice.h"
#include "tests/app/settings.h"

#include <math.h>

static const char contract_text[] = "[contract]\n"
                                    "name=A\n"
                                    "version=1\n"
                                    "[tail]\n"
                                    "metric=thompson_duration_ms\n"
                                    "statistic=p99\n"
                                    "limit=10\n"
                                    "[memory]\n"
                                    "metric=memory_usage_mb\n"
                                    "statistic=last\n"
                                    "limit=200\n"
                                    "source=other*\n"
                                    "[frames]\n"
                                    "metric=ui_frame_time_ms\n"
                                    "statistic=compliance\n"
                                    "of=16\n"
                                    "minimum=0.95\n"
                                    "[rate]\n"
                                    "metric=throughput_jobs_per_second\n"
                                    "statistic=mean\n"
                                    "minimum=100\n";

typedef struct
{
  GSettings       *settings;
  HrContract      *contract;
  HrHistoryAnswer *answer;
} Fixture;

static void
add_series (Fixture    *self,
            const char *name,
            HrKind      kind,
            HrUnit      unit)
{
  HrHistorySeries series = { .name = g_strdup (name), .info = { NULL, kind, unit, HR_DIRECTION_LOWER } };

  series.info.name = series.name;
  g_array_append_val (self->answer->series, series);
}

static void
series_clear (gpointer data)
{
  g_free (((HrHistorySeries *) data)->name);
}

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->settings = new_settings ();
  self->contract = hr_contract_parse (contract_text, sizeof contract_text - 1, "a.ini", &error);
  g_assert_no_error (error);
  self->answer = g_new0 (HrHistoryAnswer, 1);
  self->answer->source = g_strdup ("ranker");
  self->answer->sources = g_array_new (FALSE, FALSE, sizeof (HrHistorySource));
  self->answer->series = g_array_new (FALSE, FALSE, sizeof (HrHistorySeries));
  g_array_set_clear_func (self->answer->series, series_clear);
  add_series (self, "thread_count", HR_KIND_GAUGE, HR_UNIT_COUNT);
  add_series (self, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);
  add_series (self, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  add_series (self, "ui_frame_time_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  g_settings_reset (self->settings, "history-shown");
  g_settings_reset (self->settings, "history-hidden");
  g_object_unref (self->settings);
  hr_contract_unref (self->contract);
  hr_history_answer_free (self->answer);
}

static void
assert_chosen (Fixture    *self,
               HrContract *contract,
               const char *expected)
{
  g_auto (GStrv) chosen = hr_history_choose (self->answer, contract, self->settings);
  g_autofree char *text = g_strjoinv (" ", chosen);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_budgets_come_first (Fixture      *self,
                         gconstpointer data)
{
  /* The budget on memory is for other sources. */
  assert_chosen (self, self->contract, "thompson_duration_ms ui_frame_time_ms");
  hr_history_choose_metric (self->settings, "thread_count", TRUE);
  assert_chosen (self, self->contract, "thompson_duration_ms ui_frame_time_ms thread_count");
  hr_history_choose_metric (self->settings, "thompson_duration_ms", FALSE);
  assert_chosen (self, self->contract, "ui_frame_time_ms thread_count");
  hr_history_choose_metric (self->settings, "thompson_duration_ms", TRUE);
  hr_history_choose_metric (self->settings, "thread_count", FALSE);
  assert_chosen (self, self->contract, "thompson_duration_ms ui_frame_time_ms");
}

static void
test_without_budgets_what_says_most_is_shown (Fixture      *self,
                                              gconstpointer data)
{
  assert_chosen (self, NULL, "memory_usage_mb thompson_duration_ms ui_frame_time_ms");
  g_array_set_size (self->answer->series, 1);
  assert_chosen (self, NULL, "thread_count");
  g_array_set_size (self->answer->series, 0);
  assert_chosen (self, NULL, "");
}

/* A window has room for so many at first. */
static void
test_not_all_of_many_budgets_are_shown_at_first (Fixture      *self,
                                                 gconstpointer data)
{
  static const char *const names[] = { "memory_rss_mb", "swap_used_mb", "process_count", "disk_read_mb_per_second", "network_in_mb_per_second" };
  g_autoptr (GString) text = g_string_new (contract_text);
  g_autoptr (HrContract) contract = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) chosen = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      add_series (self, names[i], HR_KIND_GAUGE, HR_UNIT_COUNT);
      g_string_append_printf (text, "[%s]\nmetric=%s\nstatistic=last\nlimit=100\n", names[i], names[i]);
    }
  contract = hr_contract_parse (text->str, text->len, "many.ini", &error);
  g_assert_no_error (error);
  chosen = hr_history_choose (self->answer, contract, self->settings);
  g_assert_cmpuint (g_strv_length (chosen), ==, 6);
  g_strfreev (chosen);
  hr_history_choose_metric (self->settings, "network_in_mb_per_second", TRUE);
  chosen = hr_history_choose (self->answer, contract, self->settings);
  g_assert_cmpuint (g_strv_length (chosen), ==, 7);
}

static void
test_the_newest_choices_are_remembered (Fixture      *self,
                                        gconstpointer data)
{
  g_auto (GStrv) shown = NULL;

  for (int i = 0; i < 250; i++)
    {
      g_autofree char *name = g_strdup_printf ("metric-%d", i);

      hr_history_choose_metric (self->settings, name, TRUE);
    }
  shown = g_settings_get_strv (self->settings, "history-shown");
  g_assert_cmpuint (g_strv_length (shown), ==, 200);
  g_assert_cmpstr (shown[0], ==, "metric-50");
  g_assert_cmpstr (shown[199], ==, "metric-249");
}

static void
assert_limit (Fixture    *self,
              const char *source,
              const char *name,
              HrKind      kind,
              double      expected,
              HrDirection direction)
{
  HrMetricInfo metric = { name, kind, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
  HrDirection  found;
  double       limit = hr_history_limit (self->contract, source, &metric, &found);

  g_assert_true (limit == expected || (isnan (limit) && isnan (expected)));
  g_assert_cmpint (found, ==, direction);
}

static void
test_limits_are_those_of_items (Fixture      *self,
                                gconstpointer data)
{
  assert_limit (self, "ranker", "thompson_duration_ms", HR_KIND_DURATION, 10, HR_DIRECTION_LOWER);
  /* What a job takes cannot be held against how many there are. */
  assert_limit (self, "ranker", "thompson_duration_ms", HR_KIND_COUNTER, (double) NAN, HR_DIRECTION_LOWER);
  assert_limit (self, "ranker", "memory_usage_mb", HR_KIND_GAUGE, (double) NAN, HR_DIRECTION_LOWER);
  assert_limit (self, "other 1", "memory_usage_mb", HR_KIND_GAUGE, 200, HR_DIRECTION_LOWER);
  assert_limit (self, "ranker", "ui_frame_time_ms", HR_KIND_DURATION, 16, HR_DIRECTION_LOWER);
  assert_limit (self, "ranker", "throughput_jobs_per_second", HR_KIND_GAUGE, 100, HR_DIRECTION_HIGHER);
  assert_limit (self, "ranker", "thread_count", HR_KIND_GAUGE, (double) NAN, HR_DIRECTION_LOWER);
}

static void
test_alerts_are_about_the_metric_of_their_budget (Fixture      *self,
                                                  gconstpointer data)
{
  HrAlertNote alert = { .budget = (char *) "tail" };

  g_assert_true (hr_history_is_of_metric (self->contract, &alert, "thompson_duration_ms"));
  g_assert_false (hr_history_is_of_metric (self->contract, &alert, "memory_usage_mb"));
  alert.budget = (char *) "gone";
  g_assert_false (hr_history_is_of_metric (self->contract, &alert, "thompson_duration_ms"));
}

#define ADD(path, func) g_test_add ("/app/history-choice/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("budgets", test_budgets_come_first);
  ADD ("without", test_without_budgets_what_says_most_is_shown);
  ADD ("many", test_not_all_of_many_budgets_are_shown_at_first);
  ADD ("remembered", test_the_newest_choices_are_remembered);
  ADD ("limits", test_limits_are_those_of_items);
  ADD ("alerts", test_alerts_are_about_the_metric_of_their_budget);

  return g_test_run ();
}
