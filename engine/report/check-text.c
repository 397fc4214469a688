/* SPDX-License-Identifier: GPL-3.0-or-later */

/* For people: the verdict in the first line, then a line a budget. */

#include "engine/report/check-private.h"

#include "engine/budget/metric-catalog.h"
#include "engine/report/plain-text.h"
#include "engine/report/text-table.h"

static void
append_table (GString       *out,
              const HrCheck *self)
{
  static const char *const heads[] = { "BUDGET", "STATISTIC", "OBSERVED", "BOUND", "VERDICT", "SOURCE", "WHEN" };
  g_autoptr (HrTextTable) table = hr_text_table_new (heads, G_N_ELEMENTS (heads));

  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    {
      const HrBudgetResult *result = hr_assessment_get_result (self->assessment, i);
      g_autofree char      *worst = hr_words_value (result->worst, result->unit);
      g_autofree char      *bound = hr_check_bound (result);
      g_autofree char      *when = hr_check_when (result);
      const char *const     cells[G_N_ELEMENTS (heads)] = {
            result->budget->name,
            hr_statistic_name (result->budget->statistic),
            worst,
            bound,
            hr_check_outcome_word (result->outcome),
            result->source,
            when,
      };

      hr_text_table_add_row (table, cells);
    }
  hr_text_table_append (table, out);
}

/* Returns: (transfer full): the check as a plain aligned table. */
char *
hr_check_text (const HrCheck *self)
{
  HrContract      *contract = hr_assessment_get_contract (self->assessment);
  g_autofree char *name = hr_text_clean (hr_contract_get_name (contract));
  g_autofree char *summary = hr_check_summary (self);
  g_autofree char *command = hr_check_command (self);
  GString         *out = g_string_new (NULL);

  g_string_append_printf (out, "%s: %s: %s", hr_check_outcome_word (hr_assessment_get_outcome (self->assessment)), name, summary);
  g_string_append_printf (out, "%s%s\n\n", command != NULL ? "; " : "", command != NULL ? command : "");
  append_table (out, self);

  return g_string_free (out, FALSE);
}
