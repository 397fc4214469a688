/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/budget-draft.h"

#include "engine/budget/contract-editor.h"

#include <string.h>

static const char contract_text[] = "# mine\n[contract]\nname=Test\nversion=1\n\n"
                                    "[tail]\nmetric = thompson_duration_ms\nstatistic=p99\nwindow=5s\nlimit= 10.0\nwarn=0.80\nsource=rank*\n\n"
                                    "[share]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=10\nminimum=0.95\nalert=0.90\n\n"
                                    "[hits]\nmetric=cache_hit_rate\nstatistic=last\nminimum=0.64\n\n"
                                    "[own]\nmetric=Robot Commands\nunit=ms\nstatistic=p99\nlimit=10\n";

static HrContract *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  HrContract *contract = hr_contract_parse (text, strlen (text), "test.ini", &error);

  g_assert_no_error (error);

  return contract;
}

static void
read_budget (HrBudgetDraft *draft,
             const char    *name)
{
  g_autoptr (HrContract) contract = parse (contract_text);

  hr_budget_draft_read (draft, contract, name);
}

/* What is wrong with a draft stands beside the field it is about. */
static void
assert_wrong (const HrBudgetDraft *draft,
              HrField              field,
              const char          *message)
{
  g_autofree char *said = NULL;
  HrField          at = HR_N_FIELDS;
  HrContract      *contract = hr_budget_draft_parse (draft, &at, &said);

  g_assert_null (contract);
  g_assert_cmpstr (said, ==, message);
  g_assert_cmpint (at, ==, field);
}

static void
assert_right (const HrBudgetDraft *draft)
{
  g_autofree char *said = NULL;
  HrField          at = HR_N_FIELDS;
  g_autoptr (HrContract) contract = hr_budget_draft_parse (draft, &at, &said);

  g_assert_cmpstr (said, ==, NULL);
  g_assert_nonnull (contract);
  g_assert_cmpuint (hr_contract_get_n_budgets (contract), ==, 1);
}

static void
test_texts_are_read_word_for_word (void)
{
  g_auto (HrBudgetDraft) draft = { 0 };

  read_budget (&draft, "tail");
  g_assert_cmpstr (draft.values[HR_FIELD_NAME], ==, "tail");
  g_assert_cmpstr (draft.values[HR_FIELD_METRIC], ==, "thompson_duration_ms");
  g_assert_cmpstr (draft.values[HR_FIELD_LIMIT], ==, "10.0");
  g_assert_cmpstr (draft.values[HR_FIELD_WARN], ==, "0.80");
  g_assert_cmpstr (draft.values[HR_FIELD_SOURCE], ==, "rank*");
  g_assert_cmpstr (draft.values[HR_FIELD_CRITICAL], ==, NULL);
  assert_right (&draft);

  read_budget (&draft, "no such budget");
  g_assert_cmpstr (draft.values[HR_FIELD_NAME], ==, NULL);
}

static void
test_every_budget_of_a_contract_is_right (void)
{
  g_autoptr (HrContract) contract = parse (contract_text);

  for (guint i = 0; i < hr_contract_get_n_budgets (contract); i++)
    {
      g_auto (HrBudgetDraft) draft = { 0 };

      hr_budget_draft_read (&draft, contract, hr_contract_get_budget (contract, i)->name);
      assert_right (&draft);
    }
}

/* Giving a budget the keys that were read of it changes no byte of the file. */
static void
test_what_was_read_is_written_back (void)
{
  g_autoptr (HrContract) contract = parse (contract_text);
  g_autoptr (HrContractEditor) editor = hr_contract_editor_new (contract_text, strlen (contract_text), "test.ini", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < hr_contract_get_n_budgets (contract); i++)
    {
      const char *name = hr_contract_get_budget (contract, i)->name;
      g_auto (HrBudgetDraft) draft = { 0 };
      g_autofree const char **keys = NULL;

      hr_budget_draft_read (&draft, contract, name);
      keys = hr_budget_draft_keys (&draft);
      hr_contract_editor_replace (editor, name, draft.values[HR_FIELD_NAME], keys, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, contract_text);
}

static void
test_what_is_wrong_is_said_of_its_field (void)
{
  g_auto (HrBudgetDraft) draft = { 0 };

  read_budget (&draft, "tail");
  hr_budget_draft_set (&draft, HR_FIELD_LIMIT, "ten");
  assert_wrong (&draft, HR_FIELD_LIMIT, "limit=ten is not a number");
  hr_budget_draft_set (&draft, HR_FIELD_LIMIT, "  ");
  assert_wrong (&draft, HR_FIELD_LIMIT, "the key is missing");
  hr_budget_draft_set (&draft, HR_FIELD_LIMIT, "12");
  hr_budget_draft_set (&draft, HR_FIELD_WARN, "0.99");
  hr_budget_draft_set (&draft, HR_FIELD_CRITICAL, "0.9");
  assert_wrong (&draft, HR_FIELD_WARN, "it is above critical");
  hr_budget_draft_set (&draft, HR_FIELD_WARN, "0.8");
  hr_budget_draft_set (&draft, HR_FIELD_WINDOW, "5 parsecs");
  assert_wrong (&draft, HR_FIELD_WINDOW, "window=5 parsecs is not a duration from 0s to 24h (us, ms, s, min, h)");
  hr_budget_draft_set (&draft, HR_FIELD_WINDOW, "2s");
  hr_budget_draft_set (&draft, HR_FIELD_METRIC, "what is this");
  assert_wrong (&draft, HR_FIELD_METRIC, "no metric has this name (one that the program names itself needs a unit)");
  hr_budget_draft_set (&draft, HR_FIELD_METRIC, NULL);
  assert_wrong (&draft, HR_FIELD_METRIC, "the key is missing");
  hr_budget_draft_set (&draft, HR_FIELD_METRIC, "memory_usage_mb");
  assert_wrong (&draft, HR_FIELD_STATISTIC, "p99 of memory_usage_mb makes no sense: it is a gauge");
  hr_budget_draft_set (&draft, HR_FIELD_STATISTIC, "last");
  assert_right (&draft);
  hr_budget_draft_set (&draft, HR_FIELD_NAME, "contract");
  assert_wrong (&draft, HR_FIELD_NAME, "the group is there twice");
}

/* A value with a line end in it cannot say more than its field. */
static void
test_values_stay_in_their_line (void)
{
  g_auto (HrBudgetDraft) draft = { 0 };

  read_budget (&draft, "tail");
  hr_budget_draft_set (&draft, HR_FIELD_WINDOW, "5s\nrequired=true");
  assert_wrong (&draft, HR_FIELD_WINDOW, "a control character (0x0a)");
}

/* What another kind of budget would need stays in the draft and out of the file. */
static void
test_keys_of_another_kind_wait (void)
{
  g_auto (HrBudgetDraft) draft = { 0 };
  g_auto (HrBudgetDraft) as_it_was = { 0 };

  read_budget (&draft, "tail");
  hr_budget_draft_copy (&as_it_was, &draft);
  hr_budget_draft_set (&draft, HR_FIELD_STATISTIC, "compliance");
  assert_wrong (&draft, HR_FIELD_OF, "the key is missing");
  hr_budget_draft_set (&draft, HR_FIELD_OF, "10");
  hr_budget_draft_set (&draft, HR_FIELD_MINIMUM, "0.95");
  assert_right (&draft);
  g_assert_false (hr_budget_draft_uses (&draft, HR_FIELD_LIMIT));
  g_assert_false (hr_budget_draft_equal (&draft, &as_it_was));

  hr_budget_draft_set (&draft, HR_FIELD_STATISTIC, "p99");
  g_assert_true (hr_budget_draft_equal (&draft, &as_it_was));
}

static void
test_direction_says_limit_or_minimum (void)
{
  g_auto (HrBudgetDraft) hits = { 0 };
  g_auto (HrBudgetDraft) own = { 0 };

  read_budget (&hits, "hits");
  g_assert_true (hr_budget_draft_uses (&hits, HR_FIELD_MINIMUM));
  g_assert_false (hr_budget_draft_uses (&hits, HR_FIELD_LIMIT));
  g_assert_false (hr_budget_draft_is_free (&hits));

  read_budget (&own, "own");
  g_assert_true (hr_budget_draft_is_free (&own));
  g_assert_true (hr_budget_draft_uses (&own, HR_FIELD_LIMIT));
  own.upward = TRUE;
  hr_budget_draft_set (&own, HR_FIELD_MINIMUM, "3");
  g_assert_false (hr_budget_draft_uses (&own, HR_FIELD_LIMIT));
  assert_right (&own);
}

static void
test_statistics_suit_their_metric (void)
{
  g_auto (HrBudgetDraft) draft = { 0 };

  hr_budget_draft_set (&draft, HR_FIELD_METRIC, "memory_usage_mb");
  g_assert_true (hr_budget_draft_suits (&draft, HR_STATISTIC_LAST, HR_N_KINDS));
  g_assert_false (hr_budget_draft_suits (&draft, HR_STATISTIC_P99, HR_N_KINDS));
  hr_budget_draft_set (&draft, HR_FIELD_METRIC, "cache cleared");
  g_assert_true (hr_budget_draft_suits (&draft, HR_STATISTIC_RATE, HR_KIND_EVENT));
  g_assert_false (hr_budget_draft_suits (&draft, HR_STATISTIC_MEAN, HR_KIND_EVENT));
  hr_budget_draft_set (&draft, HR_FIELD_UNIT, "ms");
  g_assert_true (hr_budget_draft_suits (&draft, HR_STATISTIC_P99, HR_N_KINDS));
  g_assert_false (hr_budget_draft_suits (&draft, HR_STATISTIC_RATE, HR_N_KINDS));
  g_assert_false (hr_budget_draft_suits (&draft, HR_STATISTIC_P99, HR_KIND_GAUGE));
}

/* A unit that a known metric already has may stand in the file; one that stems from another metric goes. */
static void
test_units_of_known_metrics (void)
{
  g_auto (HrBudgetDraft) draft = { 0 };

  read_budget (&draft, "own");
  hr_budget_draft_set (&draft, HR_FIELD_METRIC, "thompson_batch_ms");
  g_assert_true (hr_budget_draft_uses (&draft, HR_FIELD_UNIT));
  assert_right (&draft);
  hr_budget_draft_set (&draft, HR_FIELD_UNIT, "MB");
  g_assert_false (hr_budget_draft_uses (&draft, HR_FIELD_UNIT));
  assert_right (&draft);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/budget-draft/read", test_texts_are_read_word_for_word);
  g_test_add_func ("/app/budget-draft/all-right", test_every_budget_of_a_contract_is_right);
  g_test_add_func ("/app/budget-draft/written-back", test_what_was_read_is_written_back);
  g_test_add_func ("/app/budget-draft/wrong", test_what_is_wrong_is_said_of_its_field);
  g_test_add_func ("/app/budget-draft/lines", test_values_stay_in_their_line);
  g_test_add_func ("/app/budget-draft/kinds", test_keys_of_another_kind_wait);
  g_test_add_func ("/app/budget-draft/direction", test_direction_says_limit_or_minimum);
  g_test_add_func ("/app/budget-draft/statistics", test_statistics_suit_their_metric);
  g_test_add_func ("/app/budget-draft/units", test_units_of_known_metrics);

  return g_test_run ();
}
