/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/csv-intake.h"

#include <string.h>

#define UTC G_GINT64_CONSTANT (1772366400000000) /* 2026-03-01T12:00:00Z */

/* What came of a table, in words. */
typedef struct
{
  HrCsvIntake *intake;
  GString     *rows; /* "TIME metric=value …" a line, time since UTC in us */
} Taken;

static gboolean
row_cb (const HrCsvRow *row,
        gpointer        user_data)
{
  Taken *self = user_data;

  g_string_append_printf (self->rows, "%" G_GINT64_FORMAT, row->time_us - UTC);
  if (row->source != NULL)
    g_string_append_printf (self->rows, " %s %g%s", row->source, (double) row->interval_ns / 1e6, row->catch_up ? "!" : "");
  for (guint i = 0; i < row->n_samples; i++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (text, sizeof text, "%.15g", row->samples[i].sum);
      g_string_append_printf (self->rows, " %s=%s", hr_csv_intake_get_metric (self->intake, row->samples[i].metric)->name, text);
    }
  g_string_append_c (self->rows, '\n');

  return TRUE;
}

/* Takes @table in, @piece bytes at a time. */
static gboolean
take (Taken      *self,
      const char *table,
      gsize       piece,
      gint64      start_us,
      GError    **error)
{
  gsize size = strlen (table);

  self->rows = g_string_new (NULL);
  self->intake = hr_csv_intake_new (start_us, row_cb, self);
  for (gsize i = 0; i < size; i += piece)
    if (!hr_csv_intake_push (self->intake, table + i, MIN (piece, size - i), error))
      return FALSE;

  return hr_csv_intake_finish (self->intake, error);
}

static void
taken_clear (Taken *self)
{
  hr_csv_intake_free (self->intake);
  g_string_free (self->rows, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taken, taken_clear)

/* However the bytes come. */
static void
assert_rows (const char *table,
             const char *rows)
{
  static const gsize pieces[] = { 1, 7, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_auto (Taken) taken = { NULL };
      g_autoptr (GError) error = NULL;

      take (&taken, table, pieces[i], 0, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (taken.rows->str, ==, rows);
    }
}

static void
assert_refused (const char *table,
                HrCsvError  code,
                const char *said)
{
  g_auto (Taken) taken = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (take (&taken, table, 5, 0, &error));
  g_assert_error (error, HR_CSV_ERROR, (int) code);
  if (strstr (error->message, said) == NULL)
    g_error ("“%s” does not say “%s”", error->message, said);
}

static void
test_however_it_is_written (void)
{
  assert_rows ("time,a,b\n2026-03-01T12:00:00Z,1,2\n2026-03-01T12:00:01.5Z,3,\n", "0 a=1 b=2\n1500000 a=3\n");
  assert_rows ("\xef\xbb\xbftime;a;b\r\n2026-03-01T12:00:00Z;1,5;-2\r\n\r\n2026-03-01T12:00:01Z;;1e3", "0 a=1.5 b=-2\n1000000 b=1000\n");
  assert_rows ("\"time\"\t\"a\t\"\"b\"\"\"\r\"2026-03-01 12:00:00\"\t\" 0,25 \"\r", "0 a\t\"b\"=0.25\n");
  assert_rows ("\r\n\ntime;a\n2026-03-01T12:00:00Z;1,5\n", "0 a=1.5\n");
  assert_rows ("a,time\n5,2026-03-01T13:00+01:00\n", "0 a=5\n");
}

static void
test_times_of_every_kind (void)
{
  static const char *const first[] = { "1772366400", "1772366400000", "1772366400000000", "1772366400000000000", "1772366400.0", "2026-03-01T12:00:00.000000Z", "2026-03-01 17:30:00+0530" };

  for (gsize i = 0; i < G_N_ELEMENTS (first); i++)
    {
      g_autofree char *table = g_strdup_printf ("timestamp,a\n%s,1\n", first[i]);

      assert_rows (table, "0 a=1\n");
    }
  assert_rows ("time,a\n1772366400.250125,1\n1772366401.5,2\n", "250125 a=1\n1500000 a=2\n");
  assert_rows ("time_ms,a\n1772366400000.5,1\n", "500 a=1\n");
  assert_rows ("time,a\n2026-03-01T12:00:00.2501256789Z,1\n2026-03-01T12:00:01,25Z,2\n2026-03-01T12:00:02,1\n", "250125 a=1\n2000000 a=1\n");
}

static void
test_time_that_counts_from_a_start (void)
{
  g_auto (Taken) seconds = { NULL };
  g_auto (Taken) ms = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (take (&seconds, "t,a\n0,1\n0.1,2\n", 100, UTC, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (seconds.rows->str, ==, "0 a=1\n100000 a=2\n");
  g_assert_true (take (&ms, "elapsed_ms,a\n5,1\n", 100, UTC, &error));
  g_assert_cmpstr (ms.rows->str, ==, "5000 a=1\n");
  assert_refused ("t,a\n0,1\n0.1,2\n", HR_CSV_ERROR_TIME, "Line 2");
}

static void
assert_metric (const char *name,
               HrKind      kind,
               HrUnit      unit,
               double      value)
{
  g_autofree char *table = g_strdup_printf ("time,\"%s\"\n2026-03-01T12:00:00Z,250\n", name);
  g_autofree char *row = g_strdup_printf ("0 %s=%g\n", name, value);
  g_auto (Taken) taken = { NULL };
  const HrMetricInfo *metric;

  g_assert_true (take (&taken, table, 100, 0, NULL));
  metric = hr_csv_intake_get_metric (taken.intake, 0);
  g_assert_cmpstr (metric->name, ==, name);
  g_assert_cmpint (metric->kind, ==, kind);
  g_assert_cmpint (metric->unit, ==, unit);
  g_assert_cmpstr (taken.rows->str, ==, row);
}

static void
test_names_say_units (void)
{
  assert_metric ("queue", HR_KIND_GAUGE, HR_UNIT_COUNT, 250);
  assert_metric ("job_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, 250);
  assert_metric ("job_us", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, 0.25);
  assert_metric ("Latency (s)", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, 250000);
  assert_metric ("memory_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, 250);
  assert_metric ("heap [kB]", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, 0.25);
  assert_metric ("cpu (%)", HR_KIND_RATIO, HR_UNIT_RATIO, 2.5);
  assert_metric ("disk_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, 250);
  assert_metric ("jobs_per_second", HR_KIND_GAUGE, HR_UNIT_PER_SECOND, 250);
  assert_metric ("cpu (°C)", HR_KIND_GAUGE, HR_UNIT_CELSIUS, 250);
  assert_metric ("_ms", HR_KIND_GAUGE, HR_UNIT_COUNT, 250);
  assert_metric ("()", HR_KIND_GAUGE, HR_UNIT_COUNT, 250);
}

/* What our own export wrote is known by its first columns. */
static void
test_our_own_export (void)
{
  static const HrKind kinds[] = { HR_KIND_GAUGE, HR_KIND_DURATION, HR_KIND_SPAN, HR_KIND_COUNTER, HR_KIND_EVENT };
  g_auto (Taken) taken = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (take (&taken,
                       "time,source,interval_ms,lost,catch_up,m_mb.mean,m_mb.min,m_mb.max,m_mb.last,m_mb.count,"
                       "job.mean_ms,job.min_ms,job.max_ms,job.last_ms,job.sum_ms,job.count,job.p50_ms,job.p99_ms,"
                       "/a.mean_ms,/a.min_ms,/a.max_ms,/a.last_ms,/a.sum_ms,/a.count,/a.p99_ms,/a.self_ms,"
                       "n.mean,n.min,n.max,n.last,n.sum,n.count,e.last,e.sum,e.count\r\n"
                       "2026-03-01T12:00:00.000000Z,one,100,3,0,5,5,5,5,1,2,1,3,2,8,4,2,3,2,1,3,2,8,4,3,6,2,2,2,2,6,3,0,0,2\r\n"
                       "2026-03-01T12:00:00.000000Z,two,100,0,1,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n",
                       1000, 0, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (taken.rows->str, ==, "0 one 100 m_mb=5 job=8 /a=8 n=6 e=0\n0 two 100!\n");
  g_assert_cmpuint (hr_csv_intake_get_n_metrics (taken.intake), ==, G_N_ELEMENTS (kinds));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_cmpint (hr_csv_intake_get_metric (taken.intake, i)->kind, ==, kinds[i]);
  g_assert_cmpint (hr_csv_intake_get_metric (taken.intake, 0)->unit, ==, HR_UNIT_MEGABYTES);
  g_assert_cmpint (hr_csv_intake_get_metric (taken.intake, 1)->unit, ==, HR_UNIT_MILLISECONDS);
}

static void
append_row (GString    *table,
            guint       number,
            const char *value)
{
  g_string_append_printf (table, "%" G_GINT64_FORMAT ",%s\n", UTC + number, value);
}

/* Each is told by its line, a bounded number of times. */
static void
test_bad_rows_are_told (void)
{
  g_autoptr (GString) table = g_string_new ("time,a_ms\n");
  g_auto (Taken) taken = { NULL };
  g_autoptr (GError) error = NULL;
  const char *const *complaints;

  for (guint i = 1; i <= 400; i++)
    append_row (table, i, "1");
  append_row (table, 5, "1");
  append_row (table, 401, "one");
  append_row (table, 402, "-1");
  append_row (table, 403, "1,2");
  g_string_append (table, "tomorrow,1\n");
  for (guint i = 0; i < 10; i++)
    append_row (table, 404, "nan");
  append_row (table, 500, "1");

  take (&taken, table->str, 100, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hr_csv_intake_get_n_rows (taken.intake), ==, 401);
  g_assert_cmpuint (hr_csv_intake_get_n_bad (taken.intake), ==, 15);
  complaints = hr_csv_intake_get_complaints (taken.intake);
  g_assert_cmpuint (g_strv_length ((char **) complaints), ==, HR_CSV_COMPLAINTS);
  g_assert_cmpstr (complaints[0], ==, "line 402: time does not go on");
  g_assert_cmpstr (complaints[1], ==, "line 403: “one” is no number");
  g_assert_cmpstr (complaints[2], ==, "line 404: a time is negative, or beyond all reason");
  g_assert_cmpstr (complaints[3], ==, "line 405: there are 3 cells, and 2 names");
  g_assert_cmpstr (complaints[4], ==, "line 406: “tomorrow” is no time stamp");
}

static void
test_what_is_no_table (void)
{
  g_autofree char *wide = g_strnfill (HR_CSV_MAX_COLUMNS + 10, ',');
  g_autofree char *longest = g_strnfill (HR_CSV_MAX_LINE + 10, 'x');
  g_autofree char *row = g_strdup_printf ("time,a\n%s", longest);

  assert_refused ("", HR_CSV_ERROR_HEADER, "empty");
  assert_refused ("\n\n", HR_CSV_ERROR_HEADER, "empty");
  assert_refused ("time\n1\n", HR_CSV_ERROR_HEADER, "no columns");
  assert_refused ("time,a,a\n1,2,3\n", HR_CSV_ERROR_HEADER, "“a”");
  assert_refused ("time,,a\n1,2,3\n", HR_CSV_ERROR_HEADER, "column 2");
  assert_refused ("time,a\n", HR_CSV_ERROR_ROWS, "no rows");
  assert_refused ("time,a\nyesterday,1\n", HR_CSV_ERROR_TIME, "“yesterday”");
  assert_refused ("time,a\n1772366400,x\n1772366401,y\n1772366402,1\n", HR_CSV_ERROR_ROWS, "2 of 3");
  assert_refused ("time,a\n1772366400,x\n", HR_CSV_ERROR_ROWS, "1 of 1");
  assert_refused ("time,a_gb\n1772366400,1e308\n", HR_CSV_ERROR_ROWS, "beyond");
  assert_refused ("time,a\n1772366400,\"1\n", HR_CSV_ERROR_ROWS, "never closed");
  assert_refused ("time,\xff\xfe\n1,2\n", HR_CSV_ERROR_ENCODING, "UTF-8");
  assert_refused (wide, HR_CSV_ERROR_LIMIT, "cells");
  assert_refused (longest, HR_CSV_ERROR_LIMIT, "longer");
  assert_refused (row, HR_CSV_ERROR_LIMIT, "Line 2");
}

static void
test_another_encoding (void)
{
  static const char table[] = "\xff\xfet\0i\0m\0e\0,\0a\0\n\0";
  g_autoptr (HrCsvIntake) intake = hr_csv_intake_new (0, row_cb, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (!hr_csv_intake_push (intake, table, sizeof table - 1, &error) || !hr_csv_intake_finish (intake, &error));
  g_assert_error (error, HR_CSV_ERROR, HR_CSV_ERROR_ENCODING);
}

static gboolean
stop_cb (const HrCsvRow *row,
         gpointer        user_data)
{
  return ++*(guint *) user_data < 2;
}

static void
test_it_can_be_stopped (void)
{
  static const char table[] = "time,a\n1772366400,1\n1772366401,1\n1772366402,1\n";
  guint             n = 0;
  g_autoptr (HrCsvIntake) intake = hr_csv_intake_new (0, stop_cb, &n);

  g_assert_true (hr_csv_intake_push (intake, table, sizeof table - 1, NULL));
  g_assert_true (hr_csv_intake_finish (intake, NULL));
  g_assert_cmpuint (n, ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/collect/csv-intake/written", test_however_it_is_written);
  g_test_add_func ("/collect/csv-intake/times", test_times_of_every_kind);
  g_test_add_func ("/collect/csv-intake/start", test_time_that_counts_from_a_start);
  g_test_add_func ("/collect/csv-intake/units", test_names_say_units);
  g_test_add_func ("/collect/csv-intake/export", test_our_own_export);
  g_test_add_func ("/collect/csv-intake/bad", test_bad_rows_are_told);
  g_test_add_func ("/collect/csv-intake/no-table", test_what_is_no_table);
  g_test_add_func ("/collect/csv-intake/encoding", test_another_encoding);
  g_test_add_func ("/collect/csv-intake/stop", test_it_can_be_stopped);

  return g_test_run ();
}
