/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/raw.h"
#include "engine/store/schema.h"
#include "tests/engine/store/session-fixture.h"
#include "tests/folder.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEED 223606

/* Who may read what everybody may, and no more. */
#define NOBODY 65534

static HrSession *
open_session (const char *path)
{
  g_autoptr (GError) error = NULL;
  HrSession *session = hr_session_open (path, &error);

  g_assert_no_error (error);

  return session;
}

static void
assert_refused (const char *path,
                int         code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_session_open (path, &error));
  g_assert_error (error, HR_STORE_ERROR, code);
}

/* Adds @n snapshots of a new source, @n_chunked of them in chunks. */
static gint64
add_source (SessionFixture *fixture,
            const char     *name,
            gint64          begin_us,
            guint           n,
            guint           n_chunked)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) snapshots = draw_snapshots (random, begin_us, n);
  gint64 metrics[N_KINDS];
  gint64 source = fixture_add_source (fixture, name, metrics);

  fixture_add (fixture, source, fixture_add_run (fixture), 1, snapshots, n_chunked, metrics);

  return source;
}

static void
test_session_lists_its_tables (void)
{
  SessionFixture         fixture;
  const HrSessionSource *source;
  const HrSessionMetric *metric;
  HrSession             *session;
  HrRange                range;
  gint64                 first, second;

  fixture_open (&fixture);
  first = add_source (&fixture, "ranker", FIXTURE_BEGIN_US, 500, 300);
  second = add_source (&fixture, "loader", FIXTURE_BEGIN_US + G_TIME_SPAN_MINUTE, 50, 0);
  fixture_run (&fixture, "INSERT INTO recording (name, begin_us, end_us) VALUES ('before', 10, 20), ('after', 30, NULL)");
  fixture_run (&fixture, "INSERT INTO contract (from_us, file, text) VALUES (200, 'b.ini', '[b]'), (100, 'a.ini', '[a]')");
  session = open_session (fixture.path);

  g_assert_cmpstr (hr_session_get_path (session), ==, fixture.path);
  g_assert_cmpuint (hr_session_get_n_sources (session), ==, 2);
  source = hr_session_get_source (session, 0);
  g_assert_cmpint (source->id, ==, first);
  g_assert_cmpstr (source->what.name, ==, "ranker");
  g_assert_cmpstr (source->what.title, ==, "The ranker");
  g_assert_cmpstr (source->what.address, ==, "local:");
  g_assert_null (source->what.origin);
  g_assert_cmpint (source->what.role, ==, HR_SOURCE_PROCESS);
  g_assert_cmpint (source->what.group, ==, HR_GROUP_COMPUTER);
  g_assert_cmpuint (source->n_snapshots, ==, 500);
  g_assert_cmpuint (source->n_metrics, ==, N_KINDS);
  g_assert_cmpuint (hr_session_get_source (session, 1)->n_snapshots, ==, 50);

  g_assert_cmpuint (hr_session_get_n_metrics (session, second), ==, N_KINDS);
  metric = hr_session_get_metric (session, second, DURATION);
  g_assert_cmpint (metric->source, ==, second);
  g_assert_cmpstr (metric->info.name, ==, "job");
  g_assert_cmpint (metric->info.kind, ==, HR_KIND_DURATION);
  g_assert_cmpint (metric->info.unit, ==, HR_UNIT_MILLISECONDS);
  g_assert_cmpint (metric->info.direction, ==, HR_DIRECTION_LOWER);
  g_assert_cmpuint (hr_session_get_n_metrics (session, 4711), ==, 0);

  g_assert_cmpuint (hr_session_get_n_recordings (session), ==, 2);
  g_assert_cmpstr (hr_session_get_recording (session, 0)->name, ==, "before");
  g_assert_cmpint (hr_session_get_recording (session, 1)->end_us, ==, 0);
  g_assert_cmpuint (hr_session_get_n_runs (session), ==, 2);
  g_assert_cmpstr (hr_session_get_run (session, 0)->version, ==, "0.1.0");
  g_assert_cmpuint (hr_session_get_n_contracts (session), ==, 2);
  g_assert_cmpstr (hr_session_get_contract (session, 0)->text, ==, "[a]");

  range = hr_session_get_range (session);
  g_assert_cmpint (ABS (range.begin_us - FIXTURE_BEGIN_US), <, 1000);
  g_assert_cmpint (ABS (range.end_us - FIXTURE_BEGIN_US - G_TIME_SPAN_MINUTE - 50 * FIXTURE_INTERVAL_US), <, 1000);
  g_assert_cmpuint (hr_session_get_n_damaged (session), ==, 0);
  hr_session_close (session);
  fixture_clear (&fixture);
}

/* Whoever follows a file sees what was added after a refresh, and samples without one. */
static void
test_session_follows_its_writer (void)
{
  g_autoptr (GError) error = NULL;
  SessionFixture fixture;
  HrSession     *session;
  GArray        *bins;
  HrRange        minute = { FIXTURE_BEGIN_US, FIXTURE_BEGIN_US + G_TIME_SPAN_MINUTE };
  gint64         metric;

  fixture_open (&fixture);
  add_source (&fixture, "ranker", FIXTURE_BEGIN_US, 100, 0);
  metric = fixture_ask (&fixture, "SELECT id FROM metric WHERE name = 'load'");
  session = open_session (fixture.path);
  bins = hr_session_read_bins (session, metric, minute, 1000, &error);
  g_assert_cmpuint (bins->len, ==, 100);
  g_array_unref (bins);

  fixture_run (&fixture, "DELETE FROM batch WHERE number >= 51");
  add_source (&fixture, "loader", FIXTURE_BEGIN_US, 100, 100);
  bins = hr_session_read_bins (session, metric, minute, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (bins->len, ==, 50);
  g_array_unref (bins);

  g_assert_cmpuint (hr_session_get_n_sources (session), ==, 1);
  g_assert_true (hr_session_refresh (session, &error));
  g_assert_cmpuint (hr_session_get_n_sources (session), ==, 2);
  g_assert_cmpuint (hr_session_get_source (session, 0)->n_snapshots, ==, 50);
  g_assert_cmpuint (hr_session_get_n_metrics (session, hr_session_get_source (session, 1)->id), ==, N_KINDS);
  hr_session_close (session);
  fixture_clear (&fixture);
}

/* A number that comes back for another chunk does not bring back the old one's times. */
static void
test_session_forgets_chunks_that_went (void)
{
  g_autoptr (GError) error = NULL;
  SessionFixture fixture;
  HrSession     *session;
  gint64         metric;

  fixture_open (&fixture);
  add_source (&fixture, "ranker", FIXTURE_BEGIN_US, 100, 100);
  metric = fixture_ask (&fixture, "SELECT id FROM metric WHERE name = 'load'");
  session = open_session (fixture.path);
  for (guint round = 0; round < 2; round++)
    {
      gint64 begin_us = FIXTURE_BEGIN_US + round * G_TIME_SPAN_HOUR;
      g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
      g_autoptr (GPtrArray) snapshots = draw_snapshots (random, begin_us, 100);
      g_autoptr (GArray) bins = NULL;

      if (round == 1)
        {
          fixture_run (&fixture, "DELETE FROM chunk; DELETE FROM tier; DELETE FROM block; DELETE FROM histogram");
          fixture_add_chunk (&fixture, 1, 1, 101, snapshots, 0, 100, (gint64[]){ 1, 2, 3, 4 });
          g_assert_cmpint (fixture_ask (&fixture, "SELECT id FROM chunk"), ==, 1);
        }
      bins = hr_session_read_bins (session, metric, (HrRange){ 0 }, 1000, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (bins->len, ==, 100);
      g_assert_cmpint (g_array_index (bins, HrBin, 99).end_us, ==, ((HrSnapshot *) g_ptr_array_index (snapshots, 99))->time_us);
    }
  hr_session_close (session);
  fixture_clear (&fixture);
}

static void
test_session_reads_alerts_and_marks (void)
{
  g_autoptr (GPtrArray) alerts = NULL;
  g_autoptr (GPtrArray) marks = NULL;
  g_autoptr (GError) error = NULL;
  const HrAlertNote *alert;
  const HrMark      *mark;
  SessionFixture     fixture;
  HrSession         *session;

  fixture_open (&fixture);
  fixture_add_run (&fixture);
  fixture_run (&fixture,
               "INSERT INTO alert (run, number, source, budget, title, type, severity, unit, \"limit\", worst, raised_us, cleared_us) VALUES "
               "(1, 1, 'ranker', 'rank', 'Ranking', 'performance', 'high', 'ms', 10, 15.5, 100, 200), "
               "(1, 2, 'ranker', 'memory', 'Memory', 'memory', 'low', 'MB', 100, 101, 150, NULL), "
               "(1, 5, 'ranker', 'early', 'Early', 'performance', 'low', 'ms', 1, 2, 50, 120), "
               "(1, 3, 'ranker', 'late', 'Late', 'performance', 'low', 'ms', 1, 2, 500, 600), "
               "(1, 4, 'ranker', 'odd', 'Odd', 'no such type', 'low', 'ms', 1, 2, 160, 190)");
  fixture_run (&fixture, "INSERT INTO mark (time_us, kind, source, text, n, value) VALUES "
                         "(300, 'note', NULL, 'after', 0, NULL), (180, 'loss', 'ranker', 'lost', 7, 0.5), (900, 'note', NULL, 'late', 0, NULL)");
  session = open_session (fixture.path);

  alerts = hr_session_read_alerts (session, (HrRange){ 180, 400 }, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (alerts->len, ==, 2);
  alert = g_ptr_array_index (alerts, 0);
  g_assert_cmpuint (alert->id, ==, 1);
  g_assert_cmpint (alert->type, ==, HR_ALERT_PERFORMANCE);
  g_assert_cmpint (alert->severity, ==, HR_SEVERITY_HIGH);
  g_assert_cmpint (alert->unit, ==, HR_UNIT_MILLISECONDS);
  g_assert_cmpstr (alert->budget, ==, "rank");
  g_assert_cmpstr (alert->title, ==, "Ranking");
  g_assert_cmpfloat (alert->limit, ==, 10);
  g_assert_cmpfloat (alert->worst, ==, 15.5);
  g_assert_cmpint (alert->cleared_us, ==, 200);
  g_assert_cmpint (((HrAlertNote *) g_ptr_array_index (alerts, 1))->cleared_us, ==, 0);
  g_assert_cmpuint (hr_session_get_n_damaged (session), ==, 1);

  marks = hr_session_read_marks (session, (HrRange){ 180, 400 }, &error);
  g_assert_cmpuint (marks->len, ==, 2);
  mark = g_ptr_array_index (marks, 0);
  g_assert_cmpint (mark->kind, ==, HR_MARK_LOSS);
  g_assert_cmpint (mark->time_us, ==, 180);
  g_assert_cmpstr (mark->source, ==, "ranker");
  g_assert_cmpstr (mark->text, ==, "lost");
  g_assert_cmpuint (mark->n, ==, 7);
  g_assert_cmpfloat (mark->value, ==, 0.5);
  mark = g_ptr_array_index (marks, 1);
  g_assert_null (mark->source);
  g_assert_true (isnan (mark->value));
  hr_session_close (session);
  fixture_clear (&fixture);
}

/* Adds a raw window of three records of @metrics' second and first. */
static void
add_raw (SessionFixture *fixture,
         gint64          source,
         const gint64   *metrics)
{
  const HrRawWindow window = {
    .n = 3,
    .times_us = (gint64[]){ 1001, 1002, 1003 },
    .metrics = (guint32[]){ 1, 0, 1 },
    .values = (double[]){ 0.25, 0.5, 0.75 },
    .items = (guint64[]){ 1, 2, 3 },
  };
  g_autoptr (GBytes) bytes = hr_raw_write (&window, metrics);
  g_autoptr (GString) hex = g_string_new (NULL);
  const guint8 *data = g_bytes_get_data (bytes, NULL);

  for (gsize i = 0; i < g_bytes_get_size (bytes); i++)
    g_string_append_printf (hex, "%02x", data[i]);
  fixture_run (fixture, "INSERT INTO raw (source, alert, begin_us, end_us, n, n_lost, data) VALUES (%" G_GINT64_FORMAT ", NULL, 1000, 2000, 3, 9, x'%s')",
               source, hex->str);
}

/* Records name metrics by their numbers in the source's history, whatever their numbers in the file are. */
static void
test_session_reads_raw_records (void)
{
  g_autoptr (GPtrArray) windows = NULL;
  g_autoptr (GError) error = NULL;
  const HrRawWindow *window;
  SessionFixture     fixture;
  HrSession         *session;
  gint64             source;

  fixture_open (&fixture);
  add_source (&fixture, "loader", FIXTURE_BEGIN_US, 10, 0);
  source = add_source (&fixture, "ranker", FIXTURE_BEGIN_US, 10, 0);
  add_raw (&fixture, source, (gint64[]){ 7, 6 });
  add_raw (&fixture, source, (gint64[]){ 7, 2 });
  session = open_session (fixture.path);

  windows = hr_session_read_raw (session, source, (HrRange){ 0 }, &error);
  g_assert_no_error (error);
  /* The second speaks of another source's metric. */
  g_assert_cmpuint (windows->len, ==, 1);
  g_assert_cmpuint (hr_session_get_n_damaged (session), ==, 1);
  window = g_ptr_array_index (windows, 0);
  g_assert_cmpstr (window->source, ==, "ranker");
  g_assert_cmpuint (window->alert, ==, 0);
  g_assert_cmpint (window->begin_us, ==, 1000);
  g_assert_cmpint (window->end_us, ==, 2000);
  g_assert_cmpuint (window->n_lost, ==, 9);
  g_assert_cmpuint (window->n, ==, 3);
  g_assert_cmpmem (window->metrics, 12, ((guint32[]){ DURATION, COUNTER, DURATION }), 12);
  g_assert_cmpmem (window->times_us, 24, ((gint64[]){ 1001, 1002, 1003 }), 24);
  g_assert_cmpmem (window->items, 24, ((guint64[]){ 1, 2, 3 }), 24);
  g_assert_cmpfloat (window->values[2], ==, 0.75);
  hr_session_close (session);
  fixture_clear (&fixture);
}

static void
test_session_refuses_what_is_none (void)
{
  g_autofree char *text = NULL;
  g_autofree char *fifo = NULL;
  g_autofree char *empty = NULL;
  g_autofree char *absent = NULL;
  SessionFixture   fixture;

  fixture_open (&fixture);
  text = g_build_filename (fixture.folder, "text", NULL);
  fifo = g_build_filename (fixture.folder, "fifo", NULL);
  empty = g_build_filename (fixture.folder, "empty", NULL);
  absent = g_build_filename (fixture.folder, "absent", NULL);
  g_assert_true (g_file_set_contents (text, "This is a text that is longer than any header would be, and no session.", -1, NULL));
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);

  assert_refused (text, HR_STORE_ERROR_FOREIGN);
  assert_refused (empty, HR_STORE_ERROR_FOREIGN);
  assert_refused (fixture.folder, HR_STORE_ERROR_READ);
  assert_refused (fifo, HR_STORE_ERROR_READ);
  assert_refused (absent, HR_STORE_ERROR_READ);

  fixture_run (&fixture, "PRAGMA user_version = %d", HR_STORE_VERSION + 1);
  assert_refused (fixture.path, HR_STORE_ERROR_NEWER);
  fixture_run (&fixture, "PRAGMA user_version = %d; PRAGMA application_id = 1", HR_STORE_VERSION);
  assert_refused (fixture.path, HR_STORE_ERROR_FOREIGN);
  fixture_clear (&fixture);
}

/* A table of the right name could be one that computes without end. */
static void
test_session_refuses_other_tables (void)
{
  static const char *const changes[] = {
    "DROP TABLE mark",
    "DROP TABLE mark; CREATE VIEW mark AS WITH RECURSIVE r (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r) SELECT * FROM r",
    "ALTER TABLE mark ADD COLUMN more TEXT AS (kind)",
    "DROP INDEX chunk_by_time",
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      SessionFixture fixture;

      fixture_open (&fixture);
      fixture_run (&fixture, "%s", changes[i]);
      assert_refused (fixture.path, HR_STORE_ERROR_FOREIGN);
      fixture_clear (&fixture);
    }
}

/* Half a file is damaged, not foreign. */
static void
test_session_tells_what_was_cut (void)
{
  g_autoptr (GError) error = NULL;
  SessionFixture fixture;
  HrSession     *session;
  GStatBuf       status;
  GArray        *bins;

  fixture_open (&fixture);
  add_source (&fixture, "ranker", FIXTURE_BEGIN_US, 8000, 8000);
  fixture_close_file (&fixture);
  g_assert_cmpint (g_stat (fixture.path, &status), ==, 0);
  g_assert_cmpint (truncate (fixture.path, status.st_size / 2), ==, 0);

  session = hr_session_open (fixture.path, &error);
  if (session == NULL)
    g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
  else
    {
      bins = hr_session_read_bins (session, 1, (HrRange){ 0 }, 10000, &error);
      if (bins == NULL)
        g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
      else
        g_array_unref (bins);
      g_assert_true (error != NULL || hr_session_get_n_damaged (session) > 0);
      hr_session_close (session);
    }
  fixture_clear (&fixture);
}

static gboolean
is_unprivileged (void)
{
  return geteuid () != 0 || seteuid (NOBODY) == 0;
}

static void
restore_privileges (uid_t user)
{
  g_assert_cmpint (seteuid (user), ==, 0);
}

/* Neither the folder nor the file can be written to: SQLite's files beside it cannot be made, and are not needed. */
static void
test_session_opens_where_nothing_can_be_written (void)
{
  const uid_t    user = geteuid ();
  SessionFixture fixture;
  HrSession     *session;

  fixture_open (&fixture);
  add_source (&fixture, "ranker", FIXTURE_BEGIN_US, 100, 100);
  fixture_close_file (&fixture);
  g_assert_cmpint (g_chmod (fixture.path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (fixture.folder, 0555), ==, 0);
  g_assert_true (is_unprivileged ());
  session = open_session (fixture.path);
  restore_privileges (user);

  g_assert_cmpuint (hr_session_get_n_sources (session), ==, 1);
  hr_session_close (session);
  g_assert_cmpuint (count_files (fixture.folder), ==, 1);
  g_assert_cmpint (g_chmod (fixture.folder, 0755), ==, 0);
  fixture_clear (&fixture);
}

/* What its writer left in the log cannot be had there, and it is said what to do. */
static void
test_session_says_what_was_not_closed (void)
{
  g_autoptr (GError) error = NULL;
  const uid_t      user = geteuid ();
  g_autofree char *log = NULL;
  g_autofree char *contents = NULL;
  SessionFixture   fixture;
  HrSession       *session;
  gsize            size;

  fixture_open (&fixture);
  log = g_strconcat (fixture.path, "-wal", NULL);
  add_source (&fixture, "ranker", FIXTURE_BEGIN_US, 100, 100);
  g_assert_true (g_file_get_contents (log, &contents, &size, NULL));
  fixture_close_file (&fixture);
  g_assert_true (g_file_set_contents_full (log, contents, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0444, NULL));
  g_assert_cmpint (g_chmod (fixture.path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (fixture.folder, 0555), ==, 0);
  g_assert_true (is_unprivileged ());
  session = hr_session_open (fixture.path, &error);
  restore_privileges (user);

  g_assert_null (session);
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ);
  g_assert_nonnull (strstr (error->message, "not closed"));
  g_assert_cmpint (g_chmod (fixture.folder, 0755), ==, 0);
  fixture_clear (&fixture);
}

static void
test_session_says_what_may_not_be_read (void)
{
  g_autoptr (GError) error = NULL;
  const uid_t    user = geteuid ();
  SessionFixture fixture;
  HrSession     *session;

  fixture_open (&fixture);
  fixture_close_file (&fixture);
  g_assert_cmpint (g_chmod (fixture.folder, 0755), ==, 0);
  g_assert_cmpint (g_chmod (fixture.path, 0), ==, 0);
  g_assert_true (is_unprivileged ());
  session = hr_session_open (fixture.path, &error);
  restore_privileges (user);

  g_assert_null (session);
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ);
  g_assert_nonnull (strstr (error->message, g_strerror (EACCES)));
  fixture_clear (&fixture);
}

/* Rows of the small tables that make no sense are left out and counted, and the rest is there. */
static void
test_session_leaves_out_odd_rows (void)
{
  SessionFixture fixture;
  HrSession     *session;

  fixture_open (&fixture);
  add_source (&fixture, "ranker", FIXTURE_BEGIN_US, 10, 0);
  fixture_run (&fixture, "INSERT INTO source (name, title, address, role, place) VALUES ('odd', 'Odd', 'local:', 'teapot', 'computer')");
  fixture_run (&fixture, "INSERT INTO metric (source, name, kind, unit, direction) VALUES (1, 'odd', 'gauge', 'furlong', 'lower')");
  fixture_run (&fixture, "INSERT INTO contract (from_us, file, text) VALUES (1, 'a.ini', zeroblob (2000000))");
  fixture_run (&fixture, "UPDATE source SET title = CAST (x'ff41' AS TEXT) WHERE id = 1");
  session = open_session (fixture.path);

  g_assert_cmpuint (hr_session_get_n_sources (session), ==, 1);
  g_assert_cmpuint (hr_session_get_n_metrics (session, 1), ==, N_KINDS);
  g_assert_cmpuint (hr_session_get_n_contracts (session), ==, 0);
  g_assert_cmpuint (hr_session_get_n_damaged (session), ==, 3);
  g_assert_cmpstr (hr_session_get_source (session, 0)->what.title, ==, "\357\277\275A");
  hr_session_close (session);
  fixture_clear (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/session/tables", test_session_lists_its_tables);
  g_test_add_func ("/store/session/follow", test_session_follows_its_writer);
  g_test_add_func ("/store/session/forget", test_session_forgets_chunks_that_went);
  g_test_add_func ("/store/session/notes", test_session_reads_alerts_and_marks);
  g_test_add_func ("/store/session/raw", test_session_reads_raw_records);
  g_test_add_func ("/store/session/foreign", test_session_refuses_what_is_none);
  g_test_add_func ("/store/session/other-tables", test_session_refuses_other_tables);
  g_test_add_func ("/store/session/cut", test_session_tells_what_was_cut);
  g_test_add_func ("/store/session/read-only", test_session_opens_where_nothing_can_be_written);
  g_test_add_func ("/store/session/not-closed", test_session_says_what_was_not_closed);
  g_test_add_func ("/store/session/no-permission", test_session_says_what_may_not_be_read);
  g_test_add_func ("/store/session/odd-rows", test_session_leaves_out_odd_rows);

  return g_test_run ();
}
