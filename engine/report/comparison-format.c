/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/comparison.h"

#include "engine/report/csv-cell.h"
#include "engine/report/json-text.h"
#include "engine/report/markdown.h"
#include "engine/report/report-words.h"
#include "engine/report/text-table.h"

#include <math.h>

/* Returns the word for @statistic in files and on terminals; "unknown" for a number outside HrComparedStatistic. */
const char *
hr_compared_statistic_name (HrComparedStatistic statistic)
{
  static const char *const names[HR_N_COMPARED] = {
    [HR_COMPARED_MEAN] = "mean",
    [HR_COMPARED_RATE] = "rate",
    [HR_COMPARED_P99] = "p99",
  };

  return (guint) statistic < HR_N_COMPARED ? names[statistic] : "unknown";
}

/* "1.19 (1.17 to 1.22)" */
static char *
word_ratio (const HrComparedResult *result)
{
  if (!isfinite (result->ratio))
    return g_strdup ("–");

  return g_strdup_printf ("%.3g (%.3g to %.3g)", result->ratio, result->ratio_low, result->ratio_high);
}

static char *
word_metric (const HrComparisonRow *row)
{
  return row->statistic == HR_COMPARED_MEAN ? g_strdup (row->metric.name)
                                            : g_strdup_printf ("%s, %s", row->metric.name, hr_compared_statistic_name (row->statistic));
}

typedef enum
{
  CELL_DIFFERENCE,
  CELL_METRIC,
  CELL_BASE,
  CELL_NOW,
  CELL_RATIO,
  CELL_SOURCE,
  N_CELLS
} Cell;

/* A row in words, for people. */
typedef struct
{
  char *cells[N_CELLS];
} Words;

static void
words_clear (gpointer data)
{
  Words *self = data;

  for (guint i = 0; i < N_CELLS; i++)
    g_free (self->cells[i]);
}

/* Returns: (transfer full): what is worse comes first, then what is better, then what cannot be told, then the same; each in its own order. */
static GArray *
word_rows (HrComparison *self)
{
  static const HrDifference order[] = { HR_DIFFERENCE_WORSE, HR_DIFFERENCE_BETTER, HR_DIFFERENCE_INCONCLUSIVE, HR_DIFFERENCE_SAME };
  GArray                   *rows = g_array_new (FALSE, FALSE, sizeof (Words));

  g_array_set_clear_func (rows, words_clear);
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint j = 0; j < hr_comparison_get_n_rows (self); j++)
      {
        const HrComparisonRow *row = hr_comparison_get_row (self, j);
        Words                  words;

        if (row->result.difference != order[i])
          continue;
        words = (Words){ { g_strdup (hr_difference_name (order[i])), word_metric (row), hr_words_value (row->result.base, row->unit),
                           hr_words_value (row->result.now, row->unit), word_ratio (&row->result), g_strdup (row->source) } };
        g_array_append_val (rows, words);
      }

  return rows;
}

/* "39 metrics compared", and of how many sessions where one is not all there is on either side. */
static char *
word_extent (HrComparison *self)
{
  guint n_rows = hr_comparison_get_n_rows (self), n_rounds = hr_comparison_get_n_rounds (self);

  return n_rounds == 1 ? g_strdup_printf ("%u metrics compared", n_rows)
                       : g_strdup_printf ("%u metrics compared, of %u sessions in turn with %u others", n_rows, n_rounds, n_rounds);
}

static void
append_text (HrComparison *self,
             GString      *out)
{
  static const char *const heads[N_CELLS] = { "DIFFERENCE", "METRIC", "BASE", "NOW", "RATIO (99 %)", "SOURCE" };
  g_autoptr (GArray) rows = word_rows (self);
  g_autofree char *extent = word_extent (self);
  g_autoptr (HrTextTable) table = hr_text_table_new (heads, N_CELLS);

  g_string_append_printf (out, "%s: %s\n", hr_difference_name (hr_comparison_get_difference (self)), extent);
  g_string_append (out, rows->len > 0 ? "\n" : "");
  for (guint i = 0; i < rows->len; i++)
    hr_text_table_add_row (table, (const char *const *) g_array_index (rows, Words, i).cells);
  hr_text_table_append (table, out);
}

static void
append_markdown (HrComparison *self,
                 GString      *out)
{
  g_autoptr (GArray) rows = word_rows (self);
  g_autofree char *extent = word_extent (self);

  g_string_append_printf (out, "**%s**, %s\n\n", hr_difference_name (hr_comparison_get_difference (self)), extent);
  g_string_append (out, "| | metric | base | now | ratio (99 %) | source |\n|---|---|---|---|---|---|\n");
  for (guint i = 0; i < rows->len; i++)
    hr_markdown_append_row (out, (const char *const *) g_array_index (rows, Words, i).cells, N_CELLS);
}

static void
append_csv_row (GString               *out,
                const HrComparisonRow *row)
{
  const HrComparedResult *result = &row->result;
  const double            numbers[] = { result->base, result->now, result->ratio, result->ratio_low, result->ratio_high, result->effect, result->p, result->q };
  const char *const       texts[] = { hr_difference_name (result->difference), row->source, row->metric.name, hr_compared_statistic_name (row->statistic), hr_unit_name (row->unit) };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    hr_csv_append_text (out, texts[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    hr_csv_append_number (out, numbers[i]);
  hr_csv_append_count (out, result->n_base);
  hr_csv_append_count (out, result->n_now);
  hr_csv_append_count (out, result->n_rounds);
  hr_csv_end_row (out);
}

static void
append_json_row (HrJsonText            *json,
                 const HrComparisonRow *row)
{
  const HrComparedResult *result = &row->result;

  hr_json_open (json, NULL, '{');
  hr_json_text (json, "source", row->source);
  hr_json_text (json, "metric", row->metric.name);
  hr_json_text (json, "statistic", hr_compared_statistic_name (row->statistic));
  hr_json_text (json, "unit", hr_unit_name (row->unit));
  hr_json_text (json, "difference", hr_difference_name (result->difference));
  hr_json_flag (json, "counts", row->counts);
  hr_json_number (json, "base", result->base);
  hr_json_number (json, "now", result->now);
  hr_json_number (json, "ratio", result->ratio);
  hr_json_number (json, "ratio_low", result->ratio_low);
  hr_json_number (json, "ratio_high", result->ratio_high);
  hr_json_number (json, "effect", result->effect);
  hr_json_number (json, "p", result->p);
  hr_json_number (json, "q", result->q);
  hr_json_count (json, "n_base", result->n_base);
  hr_json_count (json, "n_now", result->n_now);
  hr_json_count (json, "n_rounds", result->n_rounds);
  hr_json_close (json, '}');
}

/* {"schema":"headroom.comparison","schema_version":1,"difference":"worse","rounds":1,"metrics":[…]} */
static void
append_json (HrComparison *self,
             GString      *out)
{
  HrJsonText json = { out, .in_lines = TRUE };

  hr_json_open_document (&json, "headroom.comparison", 1);
  hr_json_text (&json, "difference", hr_difference_name (hr_comparison_get_difference (self)));
  hr_json_count (&json, "rounds", hr_comparison_get_n_rounds (self));
  hr_json_open (&json, "metrics", '[');
  for (guint i = 0; i < hr_comparison_get_n_rows (self); i++)
    append_json_row (&json, hr_comparison_get_row (self, i));
  hr_json_close (&json, ']');
  hr_json_close_document (&json);
}

/* Returns: (transfer full): the comparison for people (text, Markdown) or programs (JSON, CSV), with a line end at its end. Numbers for
 * programs are in the C locale and have all their digits. */
char *
hr_comparison_format (HrComparison      *self,
                      HrComparisonFormat format)
{
  GString *out = g_string_new (NULL);

  switch (format)
    {
    case HR_COMPARISON_JSON:
      append_json (self, out);
      break;
    case HR_COMPARISON_CSV:
      g_string_append (out, "difference,source,metric,statistic,unit,base,now,ratio,ratio_low,ratio_high,effect,p,q,n_base,n_now,n_rounds" HR_CSV_END_OF_ROW);
      for (guint i = 0; i < hr_comparison_get_n_rows (self); i++)
        append_csv_row (out, hr_comparison_get_row (self, i));
      break;
    case HR_COMPARISON_MARKDOWN:
      append_markdown (self, out);
      break;
    case HR_COMPARISON_TEXT:
    case HR_N_COMPARISON_FORMATS:
    default:
      append_text (self, out);
      break;
    }

  return g_string_free (out, FALSE);
}
