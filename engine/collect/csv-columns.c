/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/csv-columns.h"

#include "engine/collect/csv-intake.h"

#include <glib/gi18n-lib.h>

/* What stands in front of the metrics in our own export of a session. */
static const char *const exported_names[] = { "time", "source", "interval_ms", "lost", "catch_up" };

static const char *const part_names[HR_CSV_N_PARTS] = { "mean", "min", "max", "last", "sum", "count", "p50", "p99", "self" };

/* How names say units: behind an underscore, or in brackets. */
static const struct
{
  const char *word;
  HrUnit      unit;
  double      factor;
  gboolean    behind; /* an underscore too */
} units[] = {
  { "ms", HR_UNIT_MILLISECONDS, 1, TRUE },
  { "us", HR_UNIT_MILLISECONDS, 1e-3, TRUE },
  { "µs", HR_UNIT_MILLISECONDS, 1e-3, FALSE },
  { "ns", HR_UNIT_MILLISECONDS, 1e-6, TRUE },
  { "s", HR_UNIT_MILLISECONDS, 1e3, FALSE },
  { "seconds", HR_UNIT_MILLISECONDS, 1e3, TRUE },
  { "mb_per_second", HR_UNIT_MEGABYTES_PER_SECOND, 1, TRUE },
  { "MB/s", HR_UNIT_MEGABYTES_PER_SECOND, 1, FALSE },
  { "per_second", HR_UNIT_PER_SECOND, 1, TRUE },
  { "1/s", HR_UNIT_PER_SECOND, 1, FALSE },
  { "mb", HR_UNIT_MEGABYTES, 1, TRUE },
  { "kb", HR_UNIT_MEGABYTES, 1e-3, TRUE },
  { "gb", HR_UNIT_MEGABYTES, 1e3, TRUE },
  { "bytes", HR_UNIT_MEGABYTES, 1e-6, TRUE },
  { "ratio", HR_UNIT_RATIO, 1, TRUE },
  { "%", HR_UNIT_RATIO, 1e-2, FALSE },
  { "celsius", HR_UNIT_CELSIUS, 1, TRUE },
  { "°C", HR_UNIT_CELSIUS, 1, FALSE },
};

static gboolean
same_word (const char *a,
           gsize       length,
           const char *b)
{
  return strlen (b) == length && g_ascii_strncasecmp (a, b, length) == 0;
}

/* Finds the unit that @name says; *@out_length gets the length of what is before it. Returns its number, or -1. */
static int
find_unit (const char *name,
           gsize      *out_length)
{
  gsize       length = strlen (name);
  const char *open = strrchr (name, name[length - 1] == ']' ? '[' : '(');
  gboolean    bracket = length > 2 && strchr (")]", name[length - 1]) != NULL && open != NULL && open > name;

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      gsize word = strlen (units[i].word);

      if (bracket && same_word (open + 1, (gsize) (name + length - 1 - (open + 1)), units[i].word))
        {
          *out_length = (gsize) (open - name);
          return (int) i;
        }
      if (units[i].behind && length > word + 1 && name[length - word - 1] == '_' && same_word (name + length - word, word, units[i].word))
        {
          *out_length = length - word - 1;
          return (int) i;
        }
    }
  *out_length = length;

  return -1;
}

static void
metric_clear (gpointer data)
{
  g_free (((HrCsvMetric *) data)->name);
}

static HrCsvMetric *
add_metric (HrCsvColumns *self,
            char         *name)
{
  HrCsvMetric metric = { .name = name, .factor = 1 };

  metric.info.name = metric.name;
  for (guint i = 0; i < HR_CSV_N_PARTS; i++)
    metric.cells[i] = HR_CSV_NO_CELL;
  g_array_append_val (self->metrics, metric);

  return &g_array_index (self->metrics, HrCsvMetric, self->metrics->len - 1);
}

/* A column whose values are items: times where its name says a unit of time, else levels. */
static void
add_values (HrCsvColumns *self,
            const char   *name,
            guint         column)
{
  gsize        length;
  int          unit = find_unit (name, &length);
  HrCsvMetric *metric = add_metric (self, g_strdup (name));

  metric->cells[0] = column;
  if (unit < 0)
    return;

  metric->info.unit = units[unit].unit;
  metric->factor = units[unit].factor;
  metric->info.kind = metric->info.unit == HR_UNIT_MILLISECONDS ? HR_KIND_DURATION : metric->info.unit == HR_UNIT_RATIO ? HR_KIND_RATIO
                                                                                                                        : HR_KIND_GAUGE;
}

/* Takes "NAME.PART_UNIT" apart. Returns the part, or HR_CSV_N_PARTS where there is none. *@out_length gets the length of NAME, *@out_unit its unit, which
 * may be told by NAME itself. */
static HrCsvPart
read_part (const char *name,
           gsize      *out_length,
           HrUnit     *out_unit)
{
  const char *dot = strrchr (name, '.');
  gsize       length;
  int         unit = find_unit (name, &length);

  if (dot == NULL || dot == name)
    return HR_CSV_N_PARTS;

  *out_length = (gsize) (dot - name);
  if (unit < 0)
    {
      g_autofree char *before = g_strndup (name, *out_length);
      gsize            ignored;

      unit = find_unit (before, &ignored);
    }
  *out_unit = unit >= 0 ? units[unit].unit : HR_UNIT_COUNT;
  for (guint i = 0; i < HR_CSV_N_PARTS; i++)
    if (length > *out_length && same_word (dot + 1, length - *out_length - 1, part_names[i]))
      return (HrCsvPart) i;

  return HR_CSV_N_PARTS;
}

static void
add_part (HrCsvColumns *self,
          const char   *name,
          guint         column)
{
  gsize        length;
  HrUnit       unit;
  HrCsvPart    part = read_part (name, &length, &unit);
  HrCsvMetric *metric = self->metrics->len > 0 ? &g_array_index (self->metrics, HrCsvMetric, self->metrics->len - 1) : NULL;

  if (part == HR_CSV_N_PARTS)
    {
      add_values (self, name, column);
      return;
    }
  /* The parts of a metric stand beside each other. */
  if (metric == NULL || !metric->whole || strlen (metric->name) != length || strncmp (metric->name, name, length) != 0 ||
      metric->cells[part] != HR_CSV_NO_CELL)
    {
      metric = add_metric (self, g_strndup (name, length));
      metric->whole = TRUE;
    }
  metric->cells[part] = column;
  /* The count has no unit of its own. */
  if (part != HR_CSV_COUNT)
    metric->info.unit = unit;
}

/* By its parts: every kind is exported with others. */
static HrKind
kind_of (const HrCsvMetric *metric)
{
  if (metric->cells[HR_CSV_SELF] != HR_CSV_NO_CELL)
    return HR_KIND_SPAN;
  if (metric->cells[HR_CSV_P50] != HR_CSV_NO_CELL)
    return HR_KIND_DURATION;
  if (metric->cells[HR_CSV_MEAN] == HR_CSV_NO_CELL)
    return HR_KIND_EVENT;
  if (metric->cells[HR_CSV_SUM] != HR_CSV_NO_CELL)
    return HR_KIND_COUNTER;

  return metric->info.unit == HR_UNIT_RATIO ? HR_KIND_RATIO : HR_KIND_GAUGE;
}

static gboolean
is_exported (const char *const *names,
             guint              n)
{
  for (guint i = 0; i < G_N_ELEMENTS (exported_names); i++)
    if (i >= n || !g_str_equal (names[i], exported_names[i]))
      return FALSE;

  return TRUE;
}

/* The column that is called as times are, or else the first one. *@out_tick_us gets what its name says it counts. */
static guint
find_time (const char *const *names,
           guint              n,
           gint64            *out_tick_us)
{
  static const char *const words[] = { "time", "timestamp", "time_stamp", "datetime", "date", "ts", "t", "elapsed", "utc" };
  guint                    column = 0;
  gsize                    length;
  int                      unit;

  for (guint i = n; i > 0; i--)
    {
      find_unit (names[i - 1], &length);
      for (guint k = 0; k < G_N_ELEMENTS (words); k++)
        if (same_word (names[i - 1], length, words[k]) || same_word (names[i - 1], strlen (names[i - 1]), words[k]))
          column = i - 1;
    }
  unit = find_unit (names[column], &length);
  *out_tick_us = unit >= 0 && units[unit].unit == HR_UNIT_MILLISECONDS ? (gint64) (units[unit].factor * 1000) : 0;

  return column;
}

static gboolean
check_names (const char *const *names,
             guint              n,
             GError           **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    if (*names[i] == '\0' || strlen (names[i]) > HR_CSV_MAX_NAME)
      {
        g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_HEADER, _ ("Line 1: column %u has no name of at most %d bytes"), i + 1, HR_CSV_MAX_NAME);
        return FALSE;
      }
    else if (!g_hash_table_add (seen, (gpointer) names[i]))
      {
        g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_HEADER, _ ("Line 1: two columns are called “%s”"), names[i]);
        return FALSE;
      }

  return TRUE;
}

/* Says what columns called @names are for. Returns FALSE with HR_CSV_ERROR_HEADER, and nothing in @self, when they are no table of times and values. */
gboolean
hr_csv_columns_read (HrCsvColumns      *self,
                     const char *const *names,
                     guint              n,
                     GError           **error)
{
  if (!check_names (names, n, error))
    return FALSE;
  if (n < 2)
    {
      g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_HEADER, _ ("Line 1: there are no columns of times and values"));
      return FALSE;
    }

  self->metrics = g_array_new (FALSE, FALSE, sizeof (HrCsvMetric));
  g_array_set_clear_func (self->metrics, metric_clear);
  self->exported = is_exported (names, n);
  self->time = find_time (names, n, &self->tick_us);
  for (guint i = 0; i < n; i++)
    if (self->exported && i >= G_N_ELEMENTS (exported_names))
      add_part (self, names[i], i);
    else if (!self->exported && i != self->time)
      add_values (self, names[i], i);
  for (guint i = 0; i < self->metrics->len; i++)
    {
      HrCsvMetric *metric = &g_array_index (self->metrics, HrCsvMetric, i);

      metric->info.name = metric->name;
      metric->info.kind = metric->whole ? kind_of (metric) : metric->info.kind;
    }

  return TRUE;
}

/* Frees what @self holds. */
void
hr_csv_columns_clear (HrCsvColumns *self)
{
  g_clear_pointer (&self->metrics, g_array_unref);
}
