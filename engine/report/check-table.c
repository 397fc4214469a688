/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A check as tables: CSV (RFC 4180), a row a budget and source, every number to its last digit and an empty cell where there is none; and Markdown. */

#include "engine/report/check-private.h"

#include "engine/budget/metric-catalog.h"
#include "engine/report/csv-cell.h"
#include "engine/report/markdown.h"

#define CSV_HEAD                                                                                                             \
  "outcome,budget,line,required,metric,statistic,source,unit,bound,limit,of,worst,last,severity,worst_at,breach_at,over_ms," \
  "measured_ms,items,command" HR_CSV_END_OF_ROW

static void
append_csv_row (GString              *out,
                const HrBudgetResult *result,
                const char           *command)
{
  const HrBudget *budget = result->budget;

  hr_csv_append_text (out, hr_outcome_name (result->outcome));
  hr_csv_append_text (out, budget->name);
  hr_csv_append_count (out, budget->line);
  hr_csv_append_text (out, budget->required ? "true" : "false");
  hr_csv_append_text (out, budget->metric);
  hr_csv_append_text (out, hr_statistic_name (budget->statistic));
  hr_csv_append_text (out, result->source);
  hr_csv_append_text (out, hr_unit_name (result->unit));
  hr_csv_append_text (out, hr_budget_bound_name (budget));
  hr_csv_append_number (out, result->limit);
  hr_csv_append_number (out, budget->of);
  hr_csv_append_number (out, result->worst);
  hr_csv_append_number (out, result->last);
  hr_csv_append_text (out, hr_severity_name (result->severity));
  hr_csv_append_exact_time (out, result->worst_us);
  hr_csv_append_exact_time (out, result->breach_us);
  hr_csv_append_number (out, (double) result->over_us / 1e3);
  hr_csv_append_number (out, (double) result->measured_us / 1e3);
  hr_csv_append_count (out, result->n_items);
  hr_csv_append_text (out, command);
  hr_csv_end_row (out);
}

/* Returns: (transfer full): the check as CSV. */
char *
hr_check_csv (const HrCheck *self)
{
  g_autofree char *command = hr_check_command (self);
  GString         *out = g_string_new (CSV_HEAD);

  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    append_csv_row (out, hr_assessment_get_result (self->assessment, i), command);

  return g_string_free (out, FALSE);
}

static void
append_markdown_row (GString              *out,
                     const HrBudgetResult *result)
{
  g_autofree char  *worst = hr_words_value (result->worst, result->unit);
  g_autofree char  *bound = hr_check_bound (result);
  g_autofree char  *when = hr_check_when (result);
  const char *const cells[] = {
    hr_check_outcome_word (result->outcome),
    result->budget->name,
    result->source,
    hr_statistic_name (result->budget->statistic),
    worst,
    bound,
    when,
  };

  hr_markdown_append_row (out, cells, G_N_ELEMENTS (cells));
}

/* Returns: (transfer full): the check as a table in Markdown. */
char *
hr_check_markdown (const HrCheck *self)
{
  g_autofree char *summary = hr_check_summary (self);
  g_autofree char *command = hr_check_command (self);
  GString         *out = g_string_new ("**");

  g_string_append_printf (out, "%s**: ", hr_check_outcome_word (hr_assessment_get_outcome (self->assessment)));
  hr_markdown_append (out, hr_contract_get_name (hr_assessment_get_contract (self->assessment)));
  g_string_append_printf (out, ": %s", summary);
  if (command != NULL)
    {
      g_string_append (out, "; ");
      hr_markdown_append (out, command);
    }
  g_string_append (out, "\n\n| Verdict | Budget | Source | Statistic | Observed | Bound | When |\n|---|---|---|---|---|---|---|\n");
  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    append_markdown_row (out, hr_assessment_get_result (self->assessment, i));

  return g_string_free (out, FALSE);
}
