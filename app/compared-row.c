/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/compared-row.h"

#include "app/wording.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrComparedRow
{
  GObject parent_instance;

  char        *texts[HR_N_COMPARED_COLUMNS]; /* owned */
  double       keys[HR_N_COMPARED_COLUMNS];  /* what is sorted by; NaN: the text */
  HrDifference difference;
};

G_DEFINE_FINAL_TYPE (HrComparedRow, hr_compared_row, G_TYPE_OBJECT)

static void
hr_compared_row_finalize (GObject *object)
{
  HrComparedRow *self = HR_COMPARED_ROW (object);

  for (int i = 0; i < HR_N_COMPARED_COLUMNS; i++)
    g_free (self->texts[i]);

  G_OBJECT_CLASS (hr_compared_row_parent_class)->finalize (object);
}

static void
hr_compared_row_class_init (HrComparedRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_compared_row_finalize;
}

static void
hr_compared_row_init (HrComparedRow *self)
{
}

/* A change in per cent: "+12.3 %". */
static char *
word_change (double ratio)
{
  return isfinite (ratio) ? g_strdup_printf (_ ("%+.1f %%"), 100 * (ratio - 1)) : g_strdup (HR_NO_VALUE);
}

static char *
word_interval (double low,
               double high)
{
  g_autofree char *from = word_change (low);
  g_autofree char *to = word_change (high);

  return isfinite (low) && isfinite (high) ? g_strdup_printf (_ ("%s to %s"), from, to) : g_strdup (HR_NO_VALUE);
}

static void
set (HrComparedRow   *self,
     HrComparedColumn column,
     char            *text,
     double           key)
{
  self->texts[column] = text;
  self->keys[column] = key;
}

HrComparedRow *
hr_compared_row_new (const HrComparisonRow *row)
{
  HrComparedRow          *self = g_object_new (HR_TYPE_COMPARED_ROW, NULL);
  const HrComparedResult *result = &row->result;

  self->difference = result->difference;
  set (self, HR_COMPARED_METRIC, g_strdup_printf ("%s · %s, %s", row->source, row->metric.name, hr_compared_statistic_name (row->statistic)), NAN);
  set (self, HR_COMPARED_RESULT, g_strdup (hr_word_difference (result->difference)), result->difference);
  set (self, HR_COMPARED_RATIO, word_change (result->ratio), result->ratio);
  set (self, HR_COMPARED_INTERVAL, word_interval (result->ratio_low, result->ratio_high), result->ratio_low);
  set (self, HR_COMPARED_BASE, hr_word_value (result->base, row->unit), result->base);
  set (self, HR_COMPARED_NOW, hr_word_value (result->now, row->unit), result->now);

  return self;
}

const char *
hr_compared_row_get_text (HrComparedRow   *self,
                          HrComparedColumn column)
{
  return self->texts[column];
}

HrDifference
hr_compared_row_get_difference (HrComparedRow *self)
{
  return self->difference;
}

/* Numbers by size, and after them those that are none; the rest by name. */
int
hr_compared_row_compare (HrComparedRow   *a,
                         HrComparedRow   *b,
                         HrComparedColumn column)
{
  double first = a->keys[column], second = b->keys[column];

  if (column == HR_COMPARED_METRIC)
    return g_utf8_collate (a->texts[column], b->texts[column]);
  if (isnan (first) || isnan (second))
    return (isnan (first) != 0) - (isnan (second) != 0);

  return (first > second) - (first < second);
}

const char *
hr_compared_column_title (HrComparedColumn column)
{
  static const char *const titles[] = { N_ ("Metric"), N_ ("Result"), N_ ("Change"), N_ ("99 % interval"), N_ ("Base"), N_ ("New") };

  G_STATIC_ASSERT (G_N_ELEMENTS (titles) == HR_N_COMPARED_COLUMNS);

  return _ (titles[column]);
}

const char *
hr_word_difference (HrDifference difference)
{
  static const char *const words[] = { N_ ("cannot tell"), N_ ("same"), N_ ("better"), N_ ("worse") };

  G_STATIC_ASSERT (G_N_ELEMENTS (words) == HR_N_DIFFERENCES);

  return _ (words[difference]);
}

const char *
hr_word_comparison (HrDifference difference)
{
  static const char *const words[] = {
    N_ ("There is too little to tell whether anything has changed"),
    N_ ("Nothing has changed that counts"),
    N_ ("The new one is better"),
    N_ ("The new one is worse"),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (words) == HR_N_DIFFERENCES);

  return _ (words[difference]);
}

/* NULL: none */
const char *
hr_difference_css_class (HrDifference difference)
{
  return difference == HR_DIFFERENCE_WORSE ? "error" : difference == HR_DIFFERENCE_BETTER ? "success"
                                                                                          : NULL;
}
