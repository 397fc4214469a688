/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whole session files: a day of ten metrics ten times a second of each kind is written, measured, read back and compared bit for bit. Beside them stands
 * what SQLite alone makes of one such series, a row a sample. */

#include "engine/base/clock.h"
#include "engine/store/block.h"
#include "engine/store/schema.h"
#include "engine/store/session.h"
#include "tests/bench/bench.h"
#include "tests/bench/store-day.h"
#include "tests/folder.h"

#include <glib/gstdio.h>
#include <math.h>

#define SEED 141421
#define N_PIXELS 1000
#define N_RANGES 300
#define N_TRIES 5
#define SECOND 10 /* snapshots */
#define N_SECONDS 4096

typedef struct
{
  HrBench *results;
  char    *folder;
  char    *path;
  char    *row_path;
  DayKind  kind;
  gint64   source;
  gint64   metrics[DAY_METRICS];
  double   row_bytes, row_scan_ms, row_group_ms, row_insert_ns;
} Bench;

static void
add (Bench      *self,
     const char *name,
     double      value,
     const char *unit)
{
  g_autofree char *whole = g_strdup_printf ("%s-%s", name, store_day_names[self->kind]);

  hr_bench_add (self->results, whole, value, unit, (double) NAN);
}

static void
add_beside (Bench      *self,
            const char *name,
            double      value,
            const char *unit,
            const char *peer,
            double      peer_value)
{
  g_autofree char *whole = g_strdup_printf ("%s-%s", name, store_day_names[self->kind]);

  hr_bench_add (self->results, whole, value, unit, (double) NAN);
  hr_bench_add_peer (self->results, whole, peer, peer_value);
}

static double
since (guint64 begin_ns)
{
  return (double) (hr_clock_monotonic () - begin_ns);
}

static double
size_of (const char *path)
{
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);

  return (double) status.st_size;
}

static sqlite3 *
open_rows (const char *path)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", NULL, NULL, NULL);

  return db;
}

static double
ask (sqlite3    *db,
     const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = hr_store_prepare (db, sql, &error);
  double        answer;

  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  answer = sqlite3_column_double (statement, 0);
  sqlite3_finalize (statement);

  return answer;
}

/* One series of a day as rows of SQLite's own. */
static void
measure_rows (Bench *self)
{
  sqlite3      *db = open_rows (self->row_path);
  sqlite3_stmt *insertion;
  StoreDay      day;
  guint64       begin_ns;
  double        took_ns = 0;

  store_day_init (&day, self->kind, SEED);
  sqlite3_exec (db, "CREATE TABLE sample (metric INTEGER, time_us INTEGER, value REAL, PRIMARY KEY (metric, time_us)) WITHOUT ROWID", NULL, NULL, NULL);
  insertion = hr_store_prepare (db, "INSERT INTO sample VALUES (1, ?1, ?2)", NULL);
  for (guint first = 0; first < DAY_SNAPSHOTS; first += HR_CHUNK_SNAPSHOTS)
    {
      g_autoptr (GPtrArray) snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);

      for (guint i = first; i < MIN (first + HR_CHUNK_SNAPSHOTS, DAY_SNAPSHOTS); i++)
        g_ptr_array_add (snapshots, store_day_draw_snapshot (&day, i, 1));
      begin_ns = hr_clock_monotonic ();
      sqlite3_exec (db, "BEGIN", NULL, NULL, NULL);
      for (guint i = 0; i < snapshots->len; i++)
        {
          const HrSnapshot *snapshot = g_ptr_array_index (snapshots, i);

          sqlite3_bind_int64 (insertion, 1, snapshot->time_us);
          sqlite3_bind_double (insertion, 2, snapshot->samples[0].last);
          sqlite3_step (insertion);
          sqlite3_reset (insertion);
        }
      sqlite3_exec (db, "COMMIT", NULL, NULL, NULL);
      took_ns += since (begin_ns);
    }
  sqlite3_finalize (insertion);
  sqlite3_close (db);
  store_day_clear (&day);
  self->row_insert_ns = took_ns / DAY_SNAPSHOTS;
  self->row_bytes = size_of (self->row_path) / DAY_SNAPSHOTS;

  db = open_rows (self->row_path);
  self->row_scan_ms = self->row_group_ms = INFINITY;
  for (guint i = 0; i < N_TRIES; i++)
    {
      double sum;

      begin_ns = hr_clock_monotonic ();
      sum = ask (db, "SELECT sum(value) FROM sample WHERE metric = 1");
      hr_bench_keep (&sum);
      self->row_scan_ms = MIN (self->row_scan_ms, since (begin_ns) / 1e6);
      begin_ns = hr_clock_monotonic ();
      sum = ask (db, "SELECT count(*) FROM (SELECT min(value), max(value), avg(value) FROM sample WHERE metric = 1 GROUP BY time_us / 86400000)");
      hr_bench_keep (&sum);
      self->row_group_ms = MIN (self->row_group_ms, since (begin_ns) / 1e6);
    }
  sqlite3_close (db);
}

static HrWriter *
open_writer (Bench      *self,
             const char *path)
{
  static const HrSourceNote note = { .name = (char *) "day", .title = (char *) "day", .address = (char *) "local:", .role = HR_SOURCE_PROCESS };
  g_autoptr (GError) error = NULL;
  HrWriter *writer = hr_writer_open (path, TRUE, &error);

  g_assert_no_error (error);
  self->source = hr_writer_add_source (writer, &note, &error);
  for (guint i = 0; i < DAY_METRICS; i++)
    {
      g_autofree char   *name = g_strdup_printf ("series-%u", i);
      const HrMetricInfo metric = { g_intern_string (name), HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };

      self->metrics[i] = hr_writer_add_metric (writer, self->source, &metric, &error);
    }
  g_assert_no_error (error);

  return writer;
}

/* Writes the first @n snapshots of a day, @per_call a call and @per_commit a commit. Returns how many nanoseconds a sample took. */
static double
write_day (Bench    *self,
           HrWriter *writer,
           guint     n,
           guint     per_call,
           guint     per_commit)
{
  g_autoptr (GError) error = NULL;
  StoreDay day;
  guint64  begin_ns;
  double   took_ns = 0;

  store_day_init (&day, self->kind, SEED);
  for (guint first = 0; first < n; first += per_commit)
    {
      guint end = MIN (first + per_commit, n);
      g_autoptr (GPtrArray) snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);

      for (guint i = first; i < end; i++)
        g_ptr_array_add (snapshots, store_day_draw_snapshot (&day, i, DAY_METRICS));
      begin_ns = hr_clock_monotonic ();
      for (guint i = 0; i < snapshots->len; i += per_call)
        hr_writer_add_snapshots (writer, self->source, (HrSnapshot *const *) snapshots->pdata + i, MIN (per_call, snapshots->len - i),
                                 self->metrics, &error);
      hr_writer_commit (writer, &error);
      took_ns += since (begin_ns);
      g_assert_no_error (error);
    }
  store_day_clear (&day);

  return took_ns / ((double) n * DAY_METRICS);
}

/* The same into a file of its own, closed at the end, which counts too. */
static double
write_file (Bench      *self,
            const char *path,
            guint       n,
            guint       per_call,
            guint       per_commit)
{
  HrWriter *writer = open_writer (self, path);
  g_autoptr (GError) error = NULL;
  double  took_ns = write_day (self, writer, n, per_call, per_commit);
  guint64 begin_ns = hr_clock_monotonic ();

  hr_writer_close (writer, &error);
  took_ns += since (begin_ns) / ((double) n * DAY_METRICS);
  g_assert_no_error (error);
  hr_writer_free (writer);

  return took_ns;
}

static void
measure_writing (Bench *self)
{
  g_autofree char *path = g_build_filename (self->folder, "seconds.headroom", NULL);
  double           at_once_ns = write_file (self, self->path, DAY_SNAPSHOTS, HR_CHUNK_SNAPSHOTS, 4 * HR_CHUNK_SNAPSHOTS);
  double           by_seconds_ns = write_file (self, path, N_SECONDS * SECOND, SECOND, HR_CHUNK_SNAPSHOTS);

  add_beside (self, "write", at_once_ns, "ns", "a row a sample", self->row_insert_ns);
  add_beside (self, "write-by-seconds", by_seconds_ns, "ns", "a row a sample", self->row_insert_ns);
  g_unlink (path);
}

static void
measure_size (Bench *self)
{
  const double n = (double) DAY_SNAPSHOTS * DAY_METRICS;
  sqlite3     *db = hr_store_open_to_read (self->path, NULL);
  double       samples, tiers, heads;

  samples = ask (db, "SELECT sum(length(samples)) FROM block") / n;
  tiers = ask (db, "SELECT sum(length(fine) + length(coarse)) FROM tier") / n;
  heads = ask (db, "SELECT sum(length(heads)) FROM chunk") / n;
  sqlite3_close (db);
  add_beside (self, "file-bytes", size_of (self->path) / n, "B", "a row a sample", self->row_bytes);
  add (self, "block-bytes", samples + heads, "B");
  add (self, "tier-bytes", tiers, "B");
  add (self, "other-bytes", size_of (self->path) / n - samples - heads - tiers, "B");
}

/* Every sample of one series from the file, added up. */
static double
decode_series (Bench *self)
{
  sqlite3      *db = hr_store_open_to_read (self->path, NULL);
  sqlite3_stmt *rows = hr_store_prepare (db, "SELECT samples FROM block WHERE metric = ?1 ORDER BY chunk", NULL);
  double        sum = 0;

  sqlite3_bind_int64 (rows, 1, self->metrics[DAY_METRICS / 2]);
  while (sqlite3_step (rows) == SQLITE_ROW)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (sqlite3_column_blob (rows, 0), (gsize) sqlite3_column_bytes (rows, 0));
      g_auto (HrBlock) block = { 0 };

      g_assert_true (hr_block_read (bytes, HR_COLUMN_LAST, &block, NULL));
      for (guint i = 0; i < block.n; i++)
        sum += block.lasts[i];
    }
  sqlite3_finalize (rows);
  sqlite3_close (db);

  return sum;
}

static HrSession *
open_session (const char *path)
{
  g_autoptr (GError) error = NULL;
  HrSession *session = hr_session_open (path, &error);

  g_assert_no_error (error);

  return session;
}

/* Returns the least of a few tries. */
static double
time_view (Bench     *self,
           HrSession *session,
           guint      metric,
           HrRange    range)
{
  double least_ns = INFINITY;

  for (guint i = 0; i < N_TRIES; i++)
    {
      guint64 begin_ns = hr_clock_monotonic ();
      GArray *bins = hr_session_read_bins (session, self->metrics[metric], range, N_PIXELS, NULL);

      least_ns = MIN (least_ns, since (begin_ns));
      g_assert_cmpuint (bins->len, >, 0);
      g_array_unref (bins);
    }

  return least_ns / 1e6;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return (one > other) - (one < other);
}

/* Views of lengths from ten seconds to the day, anywhere in it: the median and the worst. */
static void
measure_views (Bench *self)
{
  GRand     *random = g_rand_new_with_seed (SEED);
  HrSession *session = open_session (self->path);
  HrRange    all = hr_session_get_range (session);
  double     times[N_RANGES];

  for (guint i = 0; i < N_RANGES; i++)
    {
      double length = exp (g_rand_double_range (random, log (10e6), log ((double) (all.end_us - all.begin_us))));
      gint64 begin_us = all.begin_us + (gint64) (g_rand_double (random) * ((double) (all.end_us - all.begin_us) - length));

      times[i] = time_view (self, session, (guint) g_rand_int_range (random, 0, DAY_METRICS), (HrRange){ begin_us, begin_us + (gint64) length });
    }
  qsort (times, N_RANGES, sizeof *times, compare_doubles);
  add_beside (self, "view-day", time_view (self, session, 0, all), "ms", "a row a sample", self->row_group_ms);
  add (self, "view-median", times[N_RANGES / 2], "ms");
  add (self, "view-worst", times[N_RANGES - 1], "ms");
  hr_session_close (session);
  g_rand_free (random);
}

/* The last minutes of what is being written, as batches: when they are looked at first, and again. */
static void
measure_batches (Bench *self)
{
  g_autofree char *path = g_build_filename (self->folder, "batches.headroom", NULL);
  HrWriter        *writer = open_writer (self, path);
  HrSession       *session;
  GArray          *bins;
  guint64          begin_ns;

  write_day (self, writer, HR_CHUNK_SNAPSHOTS - 1, SECOND, SECOND);
  session = open_session (path);
  begin_ns = hr_clock_monotonic ();
  bins = hr_session_read_bins (session, self->metrics[0], (HrRange){ 0 }, N_PIXELS, NULL);
  add (self, "view-batches-first", since (begin_ns) / 1e6, "ms");
  g_array_unref (bins);
  add (self, "view-batches", time_view (self, session, 1, (HrRange){ 0 }), "ms");
  hr_session_close (session);
  hr_writer_free (writer);
}

static void
measure_reading (Bench *self)
{
  double open_ms = INFINITY, first_ms = INFINITY, decode_ms = INFINITY;

  for (guint i = 0; i < N_TRIES; i++)
    {
      guint64    begin_ns = hr_clock_monotonic ();
      HrSession *session = open_session (self->path);
      GArray    *bins;
      double     sum;

      open_ms = MIN (open_ms, since (begin_ns) / 1e6);
      begin_ns = hr_clock_monotonic ();
      bins = hr_session_read_bins (session, self->metrics[i], (HrRange){ 0 }, N_PIXELS, NULL);
      first_ms = MIN (first_ms, since (begin_ns) / 1e6);
      g_array_unref (bins);
      hr_session_close (session);

      begin_ns = hr_clock_monotonic ();
      sum = decode_series (self);
      hr_bench_keep (&sum);
      decode_ms = MIN (decode_ms, since (begin_ns) / 1e6);
    }
  add (self, "open", open_ms, "ms");
  add (self, "view-day-first", first_ms, "ms");
  add_beside (self, "decode-series", decode_ms, "ms", "a row a sample", self->row_scan_ms);
}

/* What is drawn again has to be what is read back. */
typedef struct
{
  StoreDay day;
  guint    number;
} Comparison;

static gboolean
compared_snapshot_cb (const HrSessionSource *source,
                      HrHistory             *history,
                      HrSnapshot            *snapshot,
                      gpointer               user_data)
{
  Comparison *comparison = user_data;
  g_autoptr (HrSnapshot) expected = store_day_draw_snapshot (&comparison->day, comparison->number++, DAY_METRICS);

  g_assert_cmpuint (snapshot->sequence, ==, expected->sequence);
  g_assert_cmpint (snapshot->end_ns, ==, expected->end_ns);
  g_assert_cmpint (snapshot->interval_ns, ==, expected->interval_ns);
  g_assert_cmpint (snapshot->time_us, ==, expected->time_us);
  g_assert_cmpuint (snapshot->n_samples, ==, DAY_METRICS);
  for (guint i = 0; i < DAY_METRICS; i++)
    {
      g_assert_cmpuint (snapshot->samples[i].count, ==, 1);
      g_assert_cmpmem (&snapshot->samples[i].sum, 4 * sizeof (double), &expected->samples[i].sum, 4 * sizeof (double));
    }

  return TRUE;
}

/* All of the day comes back bit for bit, while it is drawn once more. */
static void
measure_replay (Bench *self)
{
  static const HrReplayEvents events = { compared_snapshot_cb, NULL };
  g_autoptr (GError) error = NULL;
  HrSession *session = open_session (self->path);
  Comparison comparison = { .number = 0 };
  guint64    begin_ns = hr_clock_monotonic ();

  store_day_init (&comparison.day, self->kind, SEED);
  hr_session_replay (session, 0, (HrRange){ 0 }, &events, &comparison, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (comparison.number, ==, DAY_SNAPSHOTS);
  add (self, "replay-and-compare", since (begin_ns) / ((double) DAY_SNAPSHOTS * DAY_METRICS), "ns");
  store_day_clear (&comparison.day);
  hr_session_close (session);
}

int
main (void)
{
  Bench   self = { .results = hr_bench_new ("store-file") };
  GError *error = NULL;
  int     status;

  self.folder = hr_bench_make_folder (&error);
  g_assert_no_error (error);
  self.path = g_build_filename (self.folder, "day.headroom", NULL);
  self.row_path = g_build_filename (self.folder, "rows.db", NULL);
  for (self.kind = 0; self.kind < N_DAY_KINDS; self.kind++)
    {
      measure_rows (&self);
      measure_writing (&self);
      measure_size (&self);
      measure_reading (&self);
      measure_views (&self);
      measure_batches (&self);
      measure_replay (&self);
      empty_folder (self.folder);
    }
  status = hr_bench_finish (self.results);

  remove_folder (self.folder);
  g_free (self.path);
  g_free (self.row_path);
  g_free (self.folder);

  return status;
}
