/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/comparison.h"

#include "engine/report/csv-cell.h"
#include "engine/report/json-text.h"

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

static char *
word_value (double value,
            HrUnit unit)
{
  char text[64];

  if (!isfinite (value))
    return g_strdup ("–");

  hr_value_format (value, unit, text, sizeof text);

  return g_strdup (text);
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

/* What is worse comes first, then what is better, then what cannot be told, then the same; each in its own order. */
static void
append_in_order (HrComparison *self,
                 GString      *out,
                 void (*append) (GString               *out,
                                 const HrComparisonRow *row))
{
  static const HrDifference order[] = { HR_DIFFERENCE_WORSE, HR_DIFFERENCE_BETTER, HR_DIFFERENCE_INCONCLUSIVE, HR_DIFFERENCE_SAME };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint j = 0; j < hr_comparison_get_n_rows (self); j++)
      if (hr_comparison_get_row (self, j)->result.difference == order[i])
        append (out, hr_comparison_get_row (self, j));
}

static void
append_text_row (GString               *out,
                 const HrComparisonRow *row)
{
  g_autofree char *metric = word_metric (row);
  g_autofree char *base = word_value (row->result.base, row->unit);
  g_autofree char *now = word_value (row->result.now, row->unit);
  g_autofree char *ratio = word_ratio (&row->result);

  g_string_append_printf (out, "%-13s %-34s %12s -> %-12s %-26s %s\n", hr_difference_name (row->result.difference), metric, base, now, ratio, row->source);
}

static void
append_markdown_cell (GString    *out,
                      const char *text)
{
  g_string_append (out, " ");
  for (; *text != '\0'; text++)
    {
      if (*text == '|' || *text == '\\' || *text == '`')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *text == '\n' ? ' ' : *text);
    }
  g_string_append (out, " |");
}

static void
append_markdown_row (GString               *out,
                     const HrComparisonRow *row)
{
  g_autofree char  *metric = word_metric (row);
  g_autofree char  *base = word_value (row->result.base, row->unit);
  g_autofree char  *now = word_value (row->result.now, row->unit);
  g_autofree char  *ratio = word_ratio (&row->result);
  const char *const cells[] = { hr_difference_name (row->result.difference), metric, base, now, ratio, row->source };

  g_string_append (out, "|");
  for (gsize i = 0; i < G_N_ELEMENTS (cells); i++)
    append_markdown_cell (out, cells[i]);
  g_string_append (out, "\n");
}

static void
append_csv_row (GString               *out,
                const HrComparisonRow *row)
{
  const HrComparedResult *result = &row->result;
  const double            numbers[] = {
               result->base, result->now, result->ratio, result->ratio_low, result->ratio_high, result->effect, result->p, result->q,
               (double) result->n_base, (double) result->n_now
  };
  const char *const texts[] = { row->source, row->metric.name, hr_compared_statistic_name (row->statistic), hr_unit_name (row->unit) };

  g_string_append (out, hr_difference_name (result->difference));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_string_append_c (out, ',');
      hr_csv_append_text (out, texts[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_string_append_c (out, ',');
      hr_csv_append_number (out, numbers[i]);
    }
  g_string_append (out, HR_CSV_END_OF_ROW);
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
  hr_json_close (json, '}');
}

/* {"schema":"headroom.comparison","schema_version":1,"difference":"worse","metrics":[…]} */
static void
append_json (HrComparison *self,
             GString      *out)
{
  HrJsonText json = { out, .in_lines = TRUE };

  hr_json_open_document (&json, "headroom.comparison", 1);
  hr_json_text (&json, "difference", hr_difference_name (hr_comparison_get_difference (self)));
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
  const char *difference = hr_difference_name (hr_comparison_get_difference (self));
  GString    *out = g_string_new (NULL);

  switch (format)
    {
    case HR_COMPARISON_JSON:
      append_json (self, out);
      break;
    case HR_COMPARISON_CSV:
      g_string_append (out, "difference,source,metric,statistic,unit,base,now,ratio,ratio_low,ratio_high,effect,p,q,n_base,n_now" HR_CSV_END_OF_ROW);
      for (guint i = 0; i < hr_comparison_get_n_rows (self); i++)
        append_csv_row (out, hr_comparison_get_row (self, i));
      break;
    case HR_COMPARISON_MARKDOWN:
      g_string_append_printf (out, "**%s**, %u metrics compared\n\n", difference, hr_comparison_get_n_rows (self));
      g_string_append (out, "| | metric | base | now | ratio (95 %) | source |\n|---|---|---|---|---|---|\n");
      append_in_order (self, out, append_markdown_row);
      break;
    case HR_COMPARISON_TEXT:
    case HR_N_COMPARISON_FORMATS:
    default:
      g_string_append_printf (out, "%s: %u metrics compared\n", difference, hr_comparison_get_n_rows (self));
      append_in_order (self, out, append_text_row);
      break;
    }

  return g_string_free (out, FALSE);
}
