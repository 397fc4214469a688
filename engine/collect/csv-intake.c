/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tables that others measured: a row of names, then a row a moment, in UTF-8, with or without a byte order mark. Cells stand between commas, semicolons
 * or tabs, whichever there are most of in the row of names; they may be quoted, with two quotes for one (RFC 4180); rows end with CR LF, LF or CR.
 *
 * Time is the column that is called so ("time", "timestamp", "date", "ts", "elapsed", …), or else the first: ISO 8601, or a number. A number counts
 * what its column's name says ("elapsed_ms"); else seconds, milliseconds, microseconds or nanoseconds since 1970, by the size of the first one; or,
 * where the caller says when time 0 was, seconds from there. Every row is later than the one before it of the same source.
 *
 * Every other column is a metric, every cell an item of it: a number with a point, or, unless cells are parted by commas, a comma; an empty cell is
 * nothing measured. What a name ends in says its unit, "_ms", "_us", "_ns", "_seconds", "_mb", "_kb", "_gb", "_bytes", "_ratio", "_per_second",
 * "_mb_per_second", "_celsius", or one in brackets, "latency (ms)", "[s]", "(%)", "(MB/s)", "(1/s)", "(°C)"; values are turned into the unit that the
 * engine has for it. Times are durations, with a histogram; shares are ratios; what says no unit is a gauge that counts things.
 *
 * A table that our own export of sessions wrote (engine/report/export-csv.c) comes back as sources with intervals and losses, and its metrics as what
 * they were, but for what the table does not hold: the direction that is better, and the distribution of items within an interval. Durations that come
 * back have no histogram then, so that nobody reads percentiles from them that nobody measured.
 *
 * A row that makes no sense is left out, counted, and, one of the first ten, told by its line. */

#include "engine/collect/csv-intake.h"

#include "engine/collect/csv-columns.h"
#include "engine/collect/csv-cutter.h"
#include "engine/collect/csv-time.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Before this much is known to be bad, it may yet become a small share. */
#define ENOUGH_BAD 1000
/* Numbers of 1973 and later in seconds; one in finer units is a thousand times as large. */
#define FIRST_DATE_SECONDS 1e8
/* The year 9999, in microseconds. */
#define LAST_DATE_US (G_GINT64_CONSTANT (253402300800) * G_USEC_PER_SEC)
/* The largest count that is a double without loss. */
#define MAX_COUNT 9007199254740992.0

struct _HrCsvIntake
{
  gint64       start_us;
  HrCsvRowFunc row;
  gpointer     user_data;

  HrCsvCutter cutter;

  HrCsvColumns columns;
  guint        n_columns;
  double       tick_us; /* what a number of the time column counts; 0: it has dates, or no row came yet */
  gboolean     dated;
  GHashTable  *last; /* newest time by source's name: gint64 */

  HrSample      *samples; /* of the row, room for every metric */
  HrBucketCount *buckets;

  guint64    n_rows;
  guint64    n_bad;
  GPtrArray *complaints;
};

G_DEFINE_QUARK (hr - csv - error - quark, hr_csv_error)

/* @self: (nullable) (transfer full) */
void
hr_csv_intake_free (HrCsvIntake *self)
{
  if (self == NULL)
    return;

  hr_csv_cutter_clear (&self->cutter);
  hr_csv_columns_clear (&self->columns);
  g_hash_table_unref (self->last);
  g_ptr_array_unref (self->complaints);
  g_free (self->samples);
  g_free (self->buckets);
  g_free (self);
}

/* Counts a row as bad. @why: (transfer full) */
static void
complain (HrCsvIntake *self,
          char        *why)
{
  self->n_bad++;
  /* The last one is the NULL at the end. */
  if (self->complaints->len <= HR_CSV_COMPLAINTS)
    g_ptr_array_insert (self->complaints, (int) self->complaints->len - 1,
                        g_strdup_printf (_ ("line %" G_GUINT64_FORMAT ": %s"), self->cutter.first_line, why));
  g_free (why);
}

/* What is quoted in a complaint: not more of a cell than people want to read, and as text. */
static char *
excerpt (const char *cell)
{
  g_autofree char *start = g_strndup (cell, 32);

  return g_utf8_make_valid (start, -1);
}

/* Decides what the numbers of the time column count, by the first of them. */
static gboolean
choose_tick (HrCsvIntake *self,
             double       first,
             GError     **error)
{
  double tick_us = (double) self->columns.tick_us;

  if (self->start_us > 0)
    tick_us = tick_us > 0 ? tick_us : G_USEC_PER_SEC;
  else if (tick_us <= 0)
    tick_us = first >= FIRST_DATE_SECONDS * 1e9   ? 1e-3
              : first >= FIRST_DATE_SECONDS * 1e6 ? 1
              : first >= FIRST_DATE_SECONDS * 1e3 ? 1e3
                                                  : 1e6;

  if (self->start_us <= 0 && first * tick_us < FIRST_DATE_SECONDS * G_USEC_PER_SEC)
    {
      g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_TIME, _ ("Line %" G_GUINT64_FORMAT ": time counts from a beginning that is not said"), self->cutter.first_line);
      return FALSE;
    }
  self->tick_us = tick_us;

  return TRUE;
}

/* Decides by the first row what times look like. Returns FALSE with @error when that is nothing that is known. */
static gboolean
choose_time (HrCsvIntake *self,
             GError     **error)
{
  const char *text = hr_csv_cutter_get_cell (&self->cutter, self->columns.time);
  gint64      time_us;
  double      number;

  if (self->dated || self->tick_us > 0)
    return TRUE;

  if (hr_csv_date_read (text, &time_us))
    self->dated = TRUE;
  else if (!hr_csv_number_read (text, self->cutter.delimiter != ',', &number))
    {
      g_autofree char *shown = excerpt (text);

      g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_TIME, _ ("Line %" G_GUINT64_FORMAT ": “%s” is no time stamp"), self->cutter.first_line, shown);
      return FALSE;
    }
  else if (!choose_tick (self, number, error))
    return FALSE;

  return TRUE;
}

static gboolean
read_time (HrCsvIntake *self,
           gint64      *out_us)
{
  const char *text = hr_csv_cutter_get_cell (&self->cutter, self->columns.time);
  double      number;

  if (self->dated)
    return hr_csv_date_read (text, out_us) && *out_us > 0;
  if (!hr_csv_number_read (text, self->cutter.delimiter != ',', &number))
    return FALSE;

  number = number * self->tick_us + (double) self->start_us;
  if (!(number >= 1) || number >= (double) LAST_DATE_US)
    return FALSE;
  *out_us = llround (number);

  return TRUE;
}

/* Whether @time_us comes after what came before it of @source, and remembers it. @out_too_many: there are more sources than fit */
static gboolean
is_later (HrCsvIntake *self,
          const char  *source,
          gint64       time_us,
          gboolean    *out_too_many)
{
  gint64 *last = g_hash_table_lookup (self->last, source);

  *out_too_many = last == NULL && g_hash_table_size (self->last) >= HR_CSV_MAX_SOURCES;
  if (*out_too_many || (last != NULL && time_us <= *last))
    return FALSE;
  if (last != NULL)
    *last = time_us;
  else
    g_hash_table_insert (self->last, g_strdup (source), g_memdup2 (&time_us, sizeof time_us));

  return TRUE;
}

/* Reads the cell of @column, nothing in it is NaN. Returns FALSE with the row counted as bad. */
static gboolean
read_cell (HrCsvIntake *self,
           guint        column,
           double      *out)
{
  const char *text = column != HR_CSV_NO_CELL ? hr_csv_cutter_get_cell (&self->cutter, column) : "";

  *out = (double) NAN;
  if (*text == '\0' || hr_csv_number_read (text, self->cutter.delimiter != ',', out))
    return TRUE;

  {
    g_autofree char *shown = excerpt (text);

    complain (self, g_strdup_printf (_ ("“%s” is no number"), shown));
  }

  return FALSE;
}

/* Reads a whole number that is not negative; an empty cell is @otherwise. */
static gboolean
read_count (HrCsvIntake *self,
            guint        column,
            guint64      otherwise,
            guint64     *out)
{
  double value;

  if (!read_cell (self, column, &value))
    return FALSE;
  if (value < 0 || value >= MAX_COUNT || value > floor (value))
    {
      g_autofree char *shown = excerpt (hr_csv_cutter_get_cell (&self->cutter, column));

      complain (self, g_strdup_printf (_ ("“%s” is no count"), shown));
      return FALSE;
    }
  *out = isnan (value) ? otherwise : (guint64) value;

  return TRUE;
}

/* An item: the cell's value. Of a duration it has its place in the histogram. */
static gboolean
read_item (HrCsvIntake       *self,
           const HrCsvMetric *metric,
           HrBucketCount     *bucket,
           HrSample          *out)
{
  double value;

  if (!read_cell (self, metric->cells[0], &value))
    return FALSE;
  if (isnan (value))
    return TRUE;

  value *= metric->factor;
  if (!isfinite (value))
    {
      complain (self, g_strdup (_ ("a value is beyond all numbers")));
      return FALSE;
    }
  out->count = 1;
  out->sum = out->min = out->max = out->last = value;
  if (metric->info.kind != HR_KIND_DURATION)
    return TRUE;
  if (value < 0 || value * HR_NS_PER_MS >= (double) G_MAXINT64)
    {
      complain (self, g_strdup (_ ("a time is negative, or beyond all reason")));
      return FALSE;
    }
  *bucket = (HrBucketCount){ hr_bucket_index ((guint64) llround (value * HR_NS_PER_MS)), 1 };
  out->n_buckets = 1;
  out->buckets = bucket;

  return TRUE;
}

/* An interval as we exported it. Its sum is that which was written, or that of a mean, which is exact for a single item. */
static gboolean
read_interval (HrCsvIntake       *self,
               const HrCsvMetric *metric,
               HrSample          *out)
{
  double  parts[HR_CSV_N_PARTS];
  guint64 count;

  if (!read_count (self, metric->cells[HR_CSV_COUNT], 0, &count))
    return FALSE;
  if (count == 0)
    return TRUE;

  for (guint i = 0; i < HR_CSV_N_PARTS; i++)
    if (!read_cell (self, metric->cells[i], &parts[i]))
      return FALSE;
  out->last = isnan (parts[HR_CSV_LAST]) ? 0 : parts[HR_CSV_LAST];
  out->sum = !isnan (parts[HR_CSV_SUM])    ? parts[HR_CSV_SUM]
             : !isnan (parts[HR_CSV_MEAN]) ? parts[HR_CSV_MEAN] * (double) count
                                           : out->last * (double) count;
  out->min = isnan (parts[HR_CSV_MIN]) ? out->last : parts[HR_CSV_MIN];
  out->max = isnan (parts[HR_CSV_MAX]) ? out->last : parts[HR_CSV_MAX];
  out->self = isnan (parts[HR_CSV_SELF]) ? 0 : parts[HR_CSV_SELF];
  out->count = count;
  if (isfinite (out->sum))
    return TRUE;
  complain (self, g_strdup (_ ("a value is beyond all numbers")));

  return FALSE;
}

/* Reads what was measured. Returns FALSE with the row counted as bad. */
static gboolean
read_samples (HrCsvIntake *self,
              guint       *out_n)
{
  guint n = 0;

  for (guint i = 0; i < self->columns.metrics->len; i++)
    {
      const HrCsvMetric *metric = &g_array_index (self->columns.metrics, HrCsvMetric, i);
      HrSample           sample = { .metric = i };

      if (!(metric->whole ? read_interval (self, metric, &sample) : read_item (self, metric, &self->buckets[i], &sample)))
        return FALSE;
      if (sample.count > 0)
        self->samples[n++] = sample;
    }
  *out_n = n;

  return TRUE;
}

/* What our own export says of a snapshot itself. Returns FALSE with the row counted as bad. */
static gboolean
read_exported (HrCsvIntake *self,
               HrCsvRow    *out)
{
  double  interval_ms;
  guint64 catch_up;

  out->source = hr_csv_cutter_get_cell (&self->cutter, 1);
  if (*out->source == '\0' || strlen (out->source) > HR_CSV_MAX_NAME || !g_utf8_validate (out->source, -1, NULL))
    {
      complain (self, g_strdup (_ ("the source has no name that can be read")));
      return FALSE;
    }
  if (!read_cell (self, 2, &interval_ms) || !read_count (self, 3, 0, &out->lost) || !read_count (self, 4, 0, &catch_up))
    return FALSE;
  if (isnan (interval_ms) || interval_ms < 0 || interval_ms > 86400e3)
    {
      complain (self, g_strdup (_ ("the interval is not between 0 and a day")));
      return FALSE;
    }
  out->interval_ns = llround (interval_ms * HR_NS_PER_MS);
  out->catch_up = catch_up != 0;

  return TRUE;
}

/* Hands a row on. Returns FALSE with @error when the whole table cannot be read, or when nobody wants more. */
static gboolean
take_row (HrCsvIntake *self,
          GError     **error)
{
  HrCsvRow row = { .line = self->cutter.first_line };
  gboolean too_many;

  if (!choose_time (self, error))
    return FALSE;
  if (self->columns.exported && !read_exported (self, &row))
    return TRUE;
  if (!read_time (self, &row.time_us))
    {
      g_autofree char *shown = excerpt (hr_csv_cutter_get_cell (&self->cutter, self->columns.time));

      complain (self, g_strdup_printf (_ ("“%s” is no time stamp"), shown));
      return TRUE;
    }
  if (!read_samples (self, &row.n_samples))
    return TRUE;
  if (!is_later (self, row.source != NULL ? row.source : "", row.time_us, &too_many))
    {
      if (too_many)
        {
          g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_LIMIT, _ ("There are more than %d sources"), HR_CSV_MAX_SOURCES);
          return FALSE;
        }
      complain (self, g_strdup (_ ("time does not go on")));
      return TRUE;
    }
  if (++self->n_rows > HR_CSV_MAX_ROWS)
    {
      g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_LIMIT, _ ("There are more than %d rows"), HR_CSV_MAX_ROWS);
      return FALSE;
    }

  row.samples = self->samples;
  self->cutter.stopped = !self->row (&row, self->user_data);

  return TRUE;
}

/* Too many bad rows are no table of that kind. */
static gboolean
check_share (HrCsvIntake *self,
             GError     **error)
{
  guint64 n = self->n_rows + self->n_bad;

  if (n == 0)
    {
      g_set_error_literal (error, HR_CSV_ERROR, HR_CSV_ERROR_ROWS, _ ("There are no rows below the names"));
      return FALSE;
    }
  if (self->n_rows > 0 && (self->n_bad <= 1 || (double) self->n_bad <= HR_CSV_MAX_BAD * (double) n))
    return TRUE;

  g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_ROWS, _ ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " rows make no sense: %s"), self->n_bad, n,
               (const char *) g_ptr_array_index (self->complaints, 0));

  return FALSE;
}

static gboolean
take_names (HrCsvIntake *self,
            GError     **error)
{
  g_autofree const char **names = g_new0 (const char *, self->cutter.cells->len + 1);
  guint                   n = self->cutter.cells->len;

  for (guint i = 0; i < n; i++)
    if (!g_utf8_validate (hr_csv_cutter_get_cell (&self->cutter, i), -1, NULL))
      {
        g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_ENCODING, _ ("Line 1: a name is no UTF-8"));
        return FALSE;
      }
  for (guint i = 0; i < n; i++)
    names[i] = g_strstrip (hr_csv_cutter_get_cell (&self->cutter, i));
  if (!hr_csv_columns_read (&self->columns, names, n, error))
    return FALSE;

  self->n_columns = n;
  self->samples = g_new0 (HrSample, MAX (self->columns.metrics->len, 1));
  self->buckets = g_new0 (HrBucketCount, MAX (self->columns.metrics->len, 1));

  return TRUE;
}

/* Takes a row: that of names, or one of values. */
static gboolean
cut_row_cb (gpointer user_data,
            GError **error)
{
  HrCsvIntake *self = user_data;
  gboolean     done = TRUE;

  if (self->columns.metrics == NULL)
    done = take_names (self, error);
  else if (self->cutter.cells->len != self->n_columns)
    complain (self, g_strdup_printf (_ ("there are %u cells, and %u names"), self->cutter.cells->len, self->n_columns));
  else
    done = take_row (self, error);

  return done && (self->n_bad < ENOUGH_BAD || check_share (self, error));
}

/* @row: told of every row; see HrCsvRowFunc. Returns: (transfer full) */
HrCsvIntake *
hr_csv_intake_new (gint64       start_us,
                   HrCsvRowFunc row,
                   gpointer     user_data)
{
  HrCsvIntake *self = g_new0 (HrCsvIntake, 1);

  self->start_us = start_us;
  self->row = row;
  self->user_data = user_data;
  hr_csv_cutter_init (&self->cutter, cut_row_cb, self);
  self->last = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->complaints = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->complaints, NULL);

  return self;
}

/* Takes in the next bytes of the table. Returns FALSE with HR_CSV_ERROR when it cannot be read; after that, and once a HrCsvRowFunc has stopped it,
 * nothing more is taken in. */
gboolean
hr_csv_intake_push (HrCsvIntake *self,
                    const char  *data,
                    gsize        size,
                    GError     **error)
{
  return hr_csv_cutter_push (&self->cutter, data, size, error);
}

/* Takes in the last row, where no line ends it. Returns FALSE with HR_CSV_ERROR when there was no table, or too little sense in it. */
gboolean
hr_csv_intake_finish (HrCsvIntake *self,
                      GError     **error)
{
  if (!hr_csv_cutter_finish (&self->cutter, error))
    return FALSE;
  if (self->cutter.stopped)
    return TRUE;
  if (self->columns.metrics == NULL)
    {
      g_set_error_literal (error, HR_CSV_ERROR, HR_CSV_ERROR_HEADER, _ ("The file is empty"));
      return FALSE;
    }

  return check_share (self, error);
}

/* Returns how many metrics the columns have. */
guint
hr_csv_intake_get_n_metrics (HrCsvIntake *self)
{
  return self->columns.metrics != NULL ? self->columns.metrics->len : 0;
}

/* Returns: (transfer none): metric @index, as the columns' names say it */
const HrMetricInfo *
hr_csv_intake_get_metric (HrCsvIntake *self,
                          guint        index)
{
  return &g_array_index (self->columns.metrics, HrCsvMetric, index).info;
}

/* Returns how many rows made sense so far. */
guint64
hr_csv_intake_get_n_rows (HrCsvIntake *self)
{
  return self->n_rows;
}

/* Returns how many rows made none so far. */
guint64
hr_csv_intake_get_n_bad (HrCsvIntake *self)
{
  return self->n_bad;
}

/* Returns: (transfer none): what was wrong with the first of these, "line 12: “abc” is no number" each, and NULL */
const char *const *
hr_csv_intake_get_complaints (HrCsvIntake *self)
{
  return (const char *const *) self->complaints->pdata;
}
