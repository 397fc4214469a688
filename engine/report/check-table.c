/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A check as tables: CSV (RFC 4180), a row a budget and source, every number to its last digit and an empty cell where there is none; and Markdown. */

#include "engine/report/check-private.h"

#include "engine/budget/metric-catalog.h"
#include "engine/report/csv-cell.h"
#include "engine/report/plain-text.h"

#include <string.h>

#define CSV_HEAD                                                                                                             \
  "outcome,budget,line,required,metric,statistic,source,unit,bound,limit,of,worst,last,severity,worst_at,breach_at,over_ms," \
  "measured_ms,items,command" HR_CSV_END_OF_ROW

/* What Markdown would take for anything else than a letter within a line. */
#define MARKDOWN_MARKS "\\`*_[]<>|~&"

static void
csv_text (GString    *out,
          const char *text)
{
  hr_csv_append_text (out, text);
  g_string_append_c (out, ',');
}

static void
csv_number (GString *out,
            double   value)
{
  hr_csv_append_number (out, value);
  g_string_append_c (out, ',');
}

static void
csv_time (GString *out,
          gint64   time_us)
{
  hr_csv_append_time (out, time_us);
  g_string_append_c (out, ',');
}

static void
append_csv_row (GString              *out,
                const HrBudgetResult *result,
                const char           *command)
{
  const HrBudget *budget = result->budget;

  csv_text (out, hr_outcome_name (result->outcome));
  csv_text (out, budget->name);
  g_string_append_printf (out, "%u,%s,", budget->line, budget->required ? "true" : "false");
  csv_text (out, budget->metric);
  csv_text (out, hr_statistic_name (budget->statistic));
  csv_text (out, result->source != NULL ? result->source : "");
  csv_text (out, hr_unit_name (result->unit));
  csv_text (out, hr_budget_bound_name (budget));
  csv_number (out, result->limit);
  csv_number (out, budget->of);
  csv_number (out, result->worst);
  csv_number (out, result->last);
  csv_text (out, hr_severity_name (result->severity));
  csv_time (out, result->worst_us);
  csv_time (out, result->breach_us);
  csv_number (out, (double) result->over_us / 1e3);
  csv_number (out, (double) result->measured_us / 1e3);
  g_string_append_printf (out, "%" G_GUINT64_FORMAT ",", result->n_items);
  hr_csv_append_text (out, command != NULL ? command : "");
  g_string_append (out, HR_CSV_END_OF_ROW);
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

/* Appends @text as nothing but text, in one line. */
static void
append_plain (GString    *out,
              const char *text)
{
  g_autofree char *clean = hr_text_clean (text);

  for (const char *at = clean; *at != '\0'; at++)
    {
      if (strchr (MARKDOWN_MARKS, *at) != NULL)
        g_string_append_c (out, '\\');
      g_string_append_c (out, *at);
    }
}

static void
append_cell (GString    *out,
             const char *text)
{
  g_string_append (out, " ");
  append_plain (out, text);
  g_string_append (out, " |");
}

static void
append_markdown_row (GString              *out,
                     const HrBudgetResult *result)
{
  g_autofree char *worst = hr_words_value (result->worst, result->unit);
  g_autofree char *bound = hr_check_bound (result);
  g_autofree char *when = hr_check_when (result);

  g_string_append_printf (out, "| %s |", hr_check_outcome_word (result->outcome));
  append_cell (out, result->budget->name);
  append_cell (out, result->source != NULL ? result->source : "");
  append_cell (out, hr_statistic_name (result->budget->statistic));
  append_cell (out, worst);
  append_cell (out, bound);
  append_cell (out, when);
  g_string_append_c (out, '\n');
}

/* Returns: (transfer full): the check as a table in Markdown. */
char *
hr_check_markdown (const HrCheck *self)
{
  g_autofree char *summary = hr_check_summary (self);
  g_autofree char *command = hr_check_command (self);
  GString         *out = g_string_new ("**");

  g_string_append_printf (out, "%s**: ", hr_check_outcome_word (hr_assessment_get_outcome (self->assessment)));
  append_plain (out, hr_contract_get_name (hr_assessment_get_contract (self->assessment)));
  g_string_append_printf (out, ": %s", summary);
  if (command != NULL)
    {
      g_string_append (out, "; ");
      append_plain (out, command);
    }
  g_string_append (out, "\n\n| Verdict | Budget | Source | Statistic | Observed | Bound | When |\n|---|---|---|---|---|---|---|\n");
  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    append_markdown_row (out, hr_assessment_get_result (self->assessment, i));

  return g_string_free (out, FALSE);
}
