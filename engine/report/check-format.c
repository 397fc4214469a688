/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/check-private.h"

#include "engine/budget/metric-catalog.h"
#include "engine/report/utc.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>

/* Returns how @outcome stands where people read it. */
const char *
hr_check_outcome_word (HrOutcome outcome)
{
  static const char *const words[HR_N_OUTCOMES] = { "PASS", "NO DATA", "BREACH" };

  return (guint) outcome < HR_N_OUTCOMES ? words[outcome] : "unknown";
}

/* Returns: (transfer full): "limit 10 ms", "minimum 12/s"; "minimum 90 % within 10 ms" where a share of items is judged. */
char *
hr_check_bound (const HrBudgetResult *result)
{
  const HrBudget  *budget = result->budget;
  g_autofree char *bound = hr_words_value (result->limit, result->unit);
  g_autofree char *of = NULL;

  if (budget->statistic != HR_STATISTIC_COMPLIANCE)
    return g_strdup_printf ("%s %s", hr_budget_bound_name (budget), bound);

  of = hr_words_value (budget->of, hr_budget_metric (budget)->unit);

  return g_strdup_printf ("minimum %s within %s", bound, of);
}

/* Returns: (transfer full): since when it was over and for how long in all; else when the value was observed; empty without data. */
char *
hr_check_when (const HrBudgetResult *result)
{
  gboolean         breach = result->outcome == HR_OUTCOME_BREACH;
  g_autofree char *over = hr_words_stretch (result->over_us);
  GString         *when = g_string_new (NULL);

  hr_utc_append (when, breach ? result->breach_us : result->worst_us);
  if (result->over_us > 0)
    g_string_append_printf (when, "%sover for %s", when->len > 0 ? ", " : "", over);

  return g_string_free (when, FALSE);
}

/* Why a budget has no verdict. */
static char *
missing_text (const HrBudgetResult *result)
{
  g_autofree char *measured = hr_words_stretch (result->measured_us);

  if (isnan (result->worst))
    return g_strdup ("never measured");

  return g_strdup_printf ("measured for %s, %" G_GUINT64_FORMAT " items: too little to say", measured, result->n_items);
}

/* Returns: (transfer full): what there is to say of one budget: "Ranking latency, mean: 14.2 ms, limit 10 ms, over for 3.2 s". */
char *
hr_check_sentence (const HrBudgetResult *result)
{
  g_autofree char *title = hr_budget_title (result->budget);
  g_autofree char *value = hr_words_value (result->worst, result->unit);
  g_autofree char *bound = hr_check_bound (result);
  g_autofree char *over = hr_words_stretch (result->over_us);
  g_autofree char *missing = NULL;

  if (result->outcome == HR_OUTCOME_NO_DATA)
    {
      missing = missing_text (result);
      return g_strdup_printf ("%s: %s, %s", title, missing, bound);
    }
  if (result->over_us > 0)
    return g_strdup_printf ("%s: %s, %s, over for %s", title, value, bound, over);

  return g_strdup_printf ("%s: %s, %s", title, value, bound);
}

/* How many budgets any source came to @outcome of, a worse one aside. */
static guint
count_budgets (HrAssessment *assessment,
               HrOutcome     outcome)
{
  static const int      rank[HR_N_OUTCOMES] = { [HR_OUTCOME_NO_DATA] = 0, [HR_OUTCOME_PASS] = 1, [HR_OUTCOME_BREACH] = 2 };
  const HrBudgetResult *result;
  const HrBudget       *budget;
  HrOutcome             worst;
  guint                 n = 0, i = 0;

  while (i < hr_assessment_get_n_results (assessment))
    {
      budget = hr_assessment_get_result (assessment, i)->budget;
      worst = HR_OUTCOME_NO_DATA;
      for (; i < hr_assessment_get_n_results (assessment) && (result = hr_assessment_get_result (assessment, i))->budget == budget; i++)
        if (rank[result->outcome] > rank[worst])
          worst = result->outcome;
      n += worst == outcome ? 1 : 0;
    }

  return n;
}

/* Returns: (transfer full): what the whole comes to: "1 of 5 budgets was broken". */
char *
hr_check_summary (const HrCheck *self)
{
  guint    n = hr_contract_get_n_budgets (hr_assessment_get_contract (self->assessment));
  guint    n_broken = count_budgets (self->assessment, HR_OUTCOME_BREACH);
  guint    n_kept = count_budgets (self->assessment, HR_OUTCOME_PASS);
  GString *text = g_string_new (NULL);

  if (n_broken > 0)
    g_string_append_printf (text, "%u of %u budgets broken", n_broken, n);
  else
    g_string_append_printf (text, "%u of %u budgets kept", n_kept, n);
  if (n_broken + n_kept < n)
    g_string_append_printf (text, ", %u without enough data", n - n_broken - n_kept);

  return g_string_free (text, FALSE);
}

/* Returns: (transfer full) (nullable): how the command ended: "the command exited with status 3"; NULL where none was run. */
char *
hr_check_command (const HrCheck *self)
{
  int status = self->command_status;

  if (status < 0)
    return NULL;
  if (WIFEXITED (status))
    return g_strdup_printf ("the command exited with status %d", WEXITSTATUS (status));

  return g_strdup_printf ("the command was killed by signal %d (%s)", WTERMSIG (status), strsignal (WTERMSIG (status)));
}

/* Writes what @assessment found in @format.
 * @file: the contract's, as it was given; @command_status: of the command that was run, as waitpid () says it, negative: none was
 * Returns: (transfer full): the text, with the end of its last line */
char *
hr_check_format (HrAssessment *assessment,
                 HrCheckFormat format,
                 const char   *file,
                 int           command_status)
{
  static char *(*const writers[HR_N_CHECK_FORMATS]) (const HrCheck *self) = {
    [HR_CHECK_TEXT] = hr_check_text,
    [HR_CHECK_JSON] = hr_check_json,
    [HR_CHECK_NDJSON] = hr_check_ndjson,
    [HR_CHECK_CSV] = hr_check_csv,
    [HR_CHECK_JUNIT] = hr_check_junit,
    [HR_CHECK_GITHUB] = hr_check_github,
    [HR_CHECK_MARKDOWN] = hr_check_markdown,
  };
  HrCheck check = { assessment, file, command_status };

  g_return_val_if_fail ((guint) format < HR_N_CHECK_FORMATS, NULL);

  return writers[format](&check);
}
