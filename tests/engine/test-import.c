/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/csv-intake.h"
#include "engine/monitor-import.h"
#include "engine/report/export.h"
#include "tests/folder.h"

#include <string.h>

typedef struct
{
  char *folder;
  char *table;
  char *session;
} Fixture;

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  self->folder = g_dir_make_tmp ("headroom-import-XXXXXX", NULL);
  self->table = g_build_filename (self->folder, "night.csv", NULL);
  self->session = g_build_filename (self->folder, "night.headroom", NULL);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->table);
  g_free (self->session);
}

static void
write_table (Fixture    *self,
             const char *text)
{
  g_assert_true (g_file_set_contents (self->table, text, -1, NULL));
}

/* Imports what write_table () wrote and opens it. */
static HrSession *
import (Fixture               *self,
        const HrImportOptions *options,
        HrImportResult        *out)
{
  g_autoptr (GError) error = NULL;
  HrSession *session;

  hr_import_csv (self->table, self->session, options, NULL, NULL, out, &error);
  g_assert_no_error (error);
  session = hr_session_open (self->session, &error);
  g_assert_no_error (error);

  return session;
}

static gboolean
print_snapshot_cb (const HrSessionSource *source,
                   HrHistory             *history,
                   HrSnapshot            *snapshot,
                   gpointer               user_data)
{
  GString *out = user_data;

  g_string_append_printf (out, "%s %" G_GINT64_FORMAT " %d:", source->what.name, snapshot->time_us % G_GINT64_CONSTANT (100000000), (int) (snapshot->interval_ns / 1000000));
  for (guint i = 0; i < snapshot->n_samples; i++)
    g_string_append_printf (out, " %s=%g", hr_history_get_metric (history, snapshot->samples[i].metric)->name, snapshot->samples[i].last);
  g_string_append_c (out, '\n');

  return TRUE;
}

static char *
print_session (HrSession *session)
{
  static const HrReplayEvents events = { print_snapshot_cb, NULL };
  g_autoptr (GError) error = NULL;
  GString *out = g_string_new (NULL);

  hr_session_replay (session, 0, (HrRange){ 0 }, &events, out, &error);
  g_assert_no_error (error);

  return g_string_free (out, FALSE);
}

/* Intervals reach from row to row, but not over a gap. */
static void
test_rows_become_snapshots (Fixture      *self,
                            gconstpointer data)
{
  g_auto (HrImportResult) result = { 0 };
  g_autoptr (HrSession) session = NULL;
  g_autofree char *printed = NULL;

  write_table (self, "time,job_ms,queue\n1772366400,1,7\n1772366400.5,2,\n1772366401,,8\n1772366411,3,9\n");
  session = import (self, NULL, &result);
  printed = print_session (session);
  g_assert_cmpstr (printed, ==, "night 0 500: job_ms=1 queue=7\nnight 500000 500: job_ms=2\nnight 1000000 500: queue=8\nnight 11000000 500: job_ms=3 queue=9\n");
  g_assert_cmpuint (result.n_rows, ==, 4);
  g_assert_cmpuint (result.n_bad, ==, 0);
  g_assert_cmpuint (result.n_metrics, ==, 2);
  g_assert_cmpuint (result.n_sources, ==, 1);
  g_assert_cmpuint (g_strv_length (result.complaints), ==, 0);
  g_assert_cmpuint (count_files (self->folder), ==, 2);
}

static void
test_time_and_name_may_be_given (Fixture      *self,
                                 gconstpointer data)
{
  HrImportOptions options = { "ranker", G_GINT64_CONSTANT (1772366400000000) };
  g_auto (HrImportResult) result = { 0 };
  g_autoptr (HrSession) session = NULL;
  g_autofree char *printed = NULL;

  write_table (self, "elapsed_ms;a\n100;1,5\n200;2\n");
  session = import (self, &options, &result);
  printed = print_session (session);
  g_assert_cmpstr (printed, ==, "ranker 100000 100: a=1.5\nranker 200000 100: a=2\n");
}

static char *
export_text (HrSession     *session,
             HrExportFormat format)
{
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;

  hr_export_session (session, format, NULL, out, NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  return g_strndup (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (out)), g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (out)));
}

/* A table that was exported, imported and exported again is the same but for percentiles, which no table holds. */
static void
test_there_and_back (Fixture      *self,
                     gconstpointer data)
{
  g_autoptr (GString) table = g_string_new ("time,source,interval_ms,lost,catch_up,level.mean,level.min,level.max,level.last,level.count,"
                                            "job_ms.mean,job_ms.min,job_ms.max,job_ms.last,job_ms.sum,job_ms.count,job_ms.p50,job_ms.p99\r\n");
  g_auto (HrImportResult) result = { 0 };
  g_autoptr (HrSession) session = NULL;
  g_autofree char *back = NULL;

  for (guint i = 0; i < 6000; i++)
    {
      const char *level = i % 3 == 0 ? "0.1,0.1,0.1,0.1,1" : "-1.2345678901234566e-07,-1.2345678901234566e-07,-1.2345678901234566e-07,-1.2345678901234566e-07,1";

      g_string_append_printf (table, "2026-03-01T12:%02u:%02u.%06uZ,%s,100.5,%u,%u,%s,%s\r\n", i / 1200, i / 20 % 60, i % 20 / 2 * 100000 + 17,
                              i % 2 == 0 ? "\"one, or two\"" : "other", i % 5, i == 100 ? 1 : 0, i % 7 == 3 ? ",,,," : level,
                              i % 2 == 0 ? "2.5,1,4,3,10,4,," : ",,,,,,,");
    }
  write_table (self, table->str);
  session = import (self, NULL, &result);
  g_assert_cmpuint (result.n_bad, ==, 0);
  g_assert_cmpuint (result.n_sources, ==, 2);
  back = export_text (session, HR_EXPORT_CSV);
  for (guint i = 0; back[i] != '\0' || table->str[i] != '\0'; i++)
    if (back[i] != table->str[i])
      g_error ("byte %u: %.80s rather than %.80s", i, back + i, table->str + i);
}

/* A single duration is an item, and has its place in the histogram. */
static void
test_durations_have_percentiles (Fixture      *self,
                                 gconstpointer data)
{
  g_auto (HrImportResult) result = { 0 };
  g_autofree HrHistogram *histogram = g_new0 (HrHistogram, 1);
  g_autoptr (GString) table = g_string_new ("time,job_ms\n");
  g_autoptr (HrSession) session = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= 100; i++)
    g_string_append_printf (table, "%u,%u\n", 1772366400 + i, i);
  write_table (self, table->str);
  session = import (self, NULL, &result);
  g_assert_true (hr_session_read_histogram (session, hr_session_get_metric (session, hr_session_get_source (session, 0)->id, 0)->id, (HrRange){ 0 }, histogram, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (histogram->total, ==, 100);
  g_assert_cmpfloat_with_epsilon (hr_histogram_quantile (histogram, 0.99), 99e6, 99e6 * 0.008);
}

static void
assert_nothing_left (Fixture *self)
{
  g_autofree char *text = NULL;

  g_assert_cmpuint (count_files (self->folder), ==, 2);
  g_assert_true (g_file_get_contents (self->session, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
}

static gboolean
give_up_cb (double   share,
            gpointer user_data)
{
  return FALSE;
}

/* What was there stays, and nothing is left beside it. */
static void
test_what_fails_leaves_nothing (Fixture      *self,
                                gconstpointer data)
{
  HrImportResult result = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (self->session, "old", -1, NULL));
  write_table (self, "time,a\n1772366400,x\n");
  g_assert_false (hr_import_csv (self->table, self->session, NULL, NULL, NULL, &result, &error));
  g_assert_error (error, HR_CSV_ERROR, HR_CSV_ERROR_ROWS);
  assert_nothing_left (self);
  g_clear_error (&error);

  write_table (self, "time,a\n1772366400,1\n");
  g_assert_false (hr_import_csv (self->table, self->session, NULL, give_up_cb, NULL, &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_nothing_left (self);
  g_clear_error (&error);

  g_assert_false (hr_import_csv ("/nowhere/night.csv", self->session, NULL, NULL, NULL, &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  assert_nothing_left (self);
  g_assert_null (result.complaints);
}

#define ADD(path, function) g_test_add ("/import/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("rows", test_rows_become_snapshots);
  ADD ("given", test_time_and_name_may_be_given);
  ADD ("back", test_there_and_back);
  ADD ("percentiles", test_durations_have_percentiles);
  ADD ("fails", test_what_fails_leaves_nothing);

  return g_test_run ();
}
