/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/csv-column.h"

#include "engine/report/csv-cell.h"

#include <math.h>

static const char *const names[HR_N_CSV_FIGURES] = {
  [HR_CSV_MEAN] = "mean",
  [HR_CSV_MIN] = "min",
  [HR_CSV_MAX] = "max",
  [HR_CSV_LAST] = "last",
  [HR_CSV_SUM] = "sum",
  [HR_CSV_COUNT] = "count",
  [HR_CSV_P50] = "p50",
  [HR_CSV_P99] = "p99",
  [HR_CSV_SELF] = "self",
};

static gboolean
has_column (const HrMetricInfo *metric,
            const HrCsvColumn  *column)
{
  return (column->kinds & 1u << metric->kind) != 0;
}

/* Appends the names of those of @columns that @metric has, "LABEL.mean_ms": without the unit where @label ends in it or things are counted. */
void
hr_csv_append_heads (GString            *out,
                     const char         *label,
                     const HrMetricInfo *metric,
                     const HrCsvColumn  *columns,
                     gsize               n_columns)
{
  const char *suffix = hr_unit_suffix (metric->unit);

  if (g_str_has_suffix (label, suffix))
    suffix = "";
  for (gsize i = 0; i < n_columns; i++)
    if (has_column (metric, &columns[i]))
      {
        g_autofree char *name = g_strdup_printf ("%s.%s%s", label, names[columns[i].figure], columns[i].figure != HR_CSV_COUNT ? suffix : "");

        hr_csv_append_text (out, name);
      }
}

/* Writes median and 99th percentile of one interval's items to @out, in the metric's unit and never outside what was seen; NaN where their
 * distribution is not known. @scratch: an empty histogram, and empty again afterwards */
static void
measure_quantiles (const HrMetricInfo *metric,
                   const HrSample     *sample,
                   HrHistogram        *scratch,
                   double              out[2])
{
  static const double quantiles[] = { 0.5, 0.99 };

  hr_histogram_add (scratch, sample->buckets, sample->n_buckets);
  hr_histogram_quantiles (scratch, quantiles, G_N_ELEMENTS (quantiles), out);
  hr_histogram_remove (scratch, sample->buckets, sample->n_buckets);

  /* NaN passes through CLAMP. */
  for (gsize i = 0; i < G_N_ELEMENTS (quantiles); i++)
    out[i] = CLAMP (out[i] * hr_unit_from_nanoseconds (metric->unit), sample->min, sample->max);
}

static void
append_figure (GString        *out,
               HrCsvFigure     figure,
               const HrSample *sample,
               const double    quantiles[2])
{
  switch (figure)
    {
    case HR_CSV_MEAN:
      hr_csv_append_number (out, hr_sample_mean (sample));
      break;
    case HR_CSV_MIN:
      hr_csv_append_number (out, sample->min);
      break;
    case HR_CSV_MAX:
      hr_csv_append_number (out, sample->max);
      break;
    case HR_CSV_LAST:
      hr_csv_append_number (out, sample->last);
      break;
    case HR_CSV_SUM:
      hr_csv_append_number (out, sample->sum);
      break;
    case HR_CSV_COUNT:
      hr_csv_append_count (out, sample->count);
      break;
    case HR_CSV_P50:
      hr_csv_append_number (out, quantiles[0]);
      break;
    case HR_CSV_P99:
      hr_csv_append_number (out, quantiles[1]);
      break;
    case HR_CSV_SELF:
      hr_csv_append_number (out, sample->self);
      break;
    case HR_N_CSV_FIGURES:
    default:
      break;
    }
}

/* Appends the cells of @metric in one interval, empty ones where nothing was measured.
 * @sample: (nullable): what was measured; @scratch: an empty histogram, and empty again afterwards */
void
hr_csv_append_sample (GString            *out,
                      const HrMetricInfo *metric,
                      const HrSample     *sample,
                      const HrCsvColumn  *columns,
                      gsize               n_columns,
                      HrHistogram        *scratch)
{
  double quantiles[2] = { (double) NAN, (double) NAN };

  if (sample != NULL && hr_kind_is_time (metric->kind))
    measure_quantiles (metric, sample, scratch, quantiles);

  for (gsize i = 0; i < n_columns; i++)
    if (!has_column (metric, &columns[i]))
      continue;
    else if (sample == NULL)
      hr_csv_append_text (out, NULL);
    else
      append_figure (out, columns[i].figure, sample, quantiles);
}
