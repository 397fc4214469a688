/* SPDX-License-Identifier: GPL-3.0-or-later */

/* For people: the verdict in the first line, then a line a budget. */

#include "engine/report/check-private.h"

#include "engine/budget/metric-catalog.h"
#include "engine/report/plain-text.h"

#define GAP 2

typedef enum
{
  COLUMN_BUDGET,
  COLUMN_STATISTIC,
  COLUMN_OBSERVED,
  COLUMN_BOUND,
  COLUMN_VERDICT,
  COLUMN_SOURCE,
  COLUMN_WHEN,
  N_COLUMNS
} Column;

typedef struct
{
  char *cells[N_COLUMNS];
} Row;

static void
row_clear (gpointer data)
{
  Row *self = data;

  for (guint i = 0; i < N_COLUMNS; i++)
    g_free (self->cells[i]);
}

static Row
head_row (void)
{
  static const char *const titles[N_COLUMNS] = { "BUDGET", "STATISTIC", "OBSERVED", "BOUND", "VERDICT", "SOURCE", "WHEN" };
  Row                      row;

  for (guint i = 0; i < N_COLUMNS; i++)
    row.cells[i] = g_strdup (titles[i]);

  return row;
}

static Row
result_row (const HrBudgetResult *result)
{
  Row row = {
    .cells = {
        [COLUMN_BUDGET] = hr_text_clean (result->budget->name),
        [COLUMN_STATISTIC] = g_strdup (hr_statistic_name (result->budget->statistic)),
        [COLUMN_OBSERVED] = hr_words_value (result->worst, result->unit),
        [COLUMN_BOUND] = hr_check_bound (result),
        [COLUMN_VERDICT] = g_strdup (hr_check_outcome_word (result->outcome)),
        [COLUMN_SOURCE] = hr_text_clean (result->source != NULL ? result->source : ""),
        [COLUMN_WHEN] = hr_check_when (result),
    }
  };

  return row;
}

/* A row without blanks at its end. */
static void
append_row (GString     *out,
            const Row   *row,
            const guint *widths)
{
  for (guint i = 0; i < N_COLUMNS; i++)
    if (widths[i] > 0)
      hr_text_append_padded (out, row->cells[i], widths[i] + GAP, FALSE);
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

static void
append_table (GString       *out,
              const HrCheck *self)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  guint widths[N_COLUMNS] = { 0 };
  Row   row = head_row ();

  g_array_set_clear_func (rows, row_clear);
  g_array_append_val (rows, row);
  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    {
      row = result_row (hr_assessment_get_result (self->assessment, i));
      g_array_append_val (rows, row);
    }

  /* A column that says nothing has no head either. */
  for (guint i = 0; i < rows->len * N_COLUMNS; i++)
    {
      guint width = hr_text_width (g_array_index (rows, Row, i / N_COLUMNS).cells[i % N_COLUMNS]);

      if (i < N_COLUMNS || width == 0)
        continue;
      widths[i % N_COLUMNS] = MAX (MAX (widths[i % N_COLUMNS], width), hr_text_width (g_array_index (rows, Row, 0).cells[i % N_COLUMNS]));
    }
  for (guint i = 0; i < rows->len; i++)
    append_row (out, &g_array_index (rows, Row, i), widths);
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
