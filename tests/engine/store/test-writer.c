/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/block.h"
#include "tests/engine/store/store-fixture.h"

#include <string.h>

static GBytes *
column_bytes (sqlite3_stmt *statement,
              int           column)
{
  return g_bytes_new (sqlite3_column_blob (statement, column), (gsize) sqlite3_column_bytes (statement, column));
}

static void
check_buckets (const HrBlockBuckets *buckets,
               guint                 i,
               const HrSample       *sample)
{
  const HrBucketCount *read = buckets->buckets + buckets->offsets[i];

  g_assert_cmpuint (buckets->offsets[i + 1] - buckets->offsets[i], ==, sample->n_buckets);
  for (guint k = 0; k < sample->n_buckets; k++)
    {
      g_assert_cmpuint (read[k].bucket, ==, sample->buckets[k].bucket);
      g_assert_cmpuint (read[k].count, ==, sample->buckets[k].count);
    }
}

/* The samples of a block are those of the series, to the bit. */
static void
check_block (GBytes *samples,
             GBytes *histogram,
             gint64  number,
             guint   metric)
{
  g_autoptr (GError) error = NULL;
  g_auto (HrBlock) block = { 0 };
  g_auto (HrBlockBuckets) buckets = { 0 };

  g_assert_true (hr_block_read (samples, HR_COLUMN_ALL, &block, &error));
  if (histogram != NULL)
    g_assert_true (hr_block_buckets_read (histogram, &buckets, &error));
  g_assert_no_error (error);

  for (guint i = 0; i < block.n; i++)
    {
      g_autoptr (HrSnapshot) snapshot = make_snapshot ((guint) number - 1 + block.positions[i]);
      const HrSample *sample = hr_snapshot_find (snapshot, metric);
      double          read[] = { block.sums[i], block.mins[i], block.maxs[i], block.lasts[i], block.selves[i] };
      double          written[] = { sample->sum, sample->min, sample->max, sample->last, sample->self };

      g_assert_cmpuint (block.counts[i], ==, sample->count);
      g_assert_cmpmem (read, sizeof read, written, sizeof written);
      if (histogram != NULL)
        check_buckets (&buckets, i, sample);
      else
        g_assert_cmpuint (sample->n_buckets, ==, 0);
    }
}

/* Chunks hold the series up to @n, each sample once. */
static void
check_chunks (Fixture *self,
              guint    n)
{
  g_autoptr (GError) error = NULL;
  sqlite3      *db = hr_store_open_to_read (self->path, &error);
  sqlite3_stmt *statement = hr_store_prepare (db, "SELECT number, metric.name = 'job_ms', samples, buckets, block.n FROM chunk JOIN block ON block.chunk = chunk.id "
                                                  "JOIN metric ON metric.id = block.metric LEFT JOIN histogram ON histogram.chunk = chunk.id AND histogram.metric = metric.id",
                                              &error);
  guint64       n_samples = 0;

  g_assert_no_error (error);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      gboolean has_histogram = sqlite3_column_type (statement, 3) != SQLITE_NULL;
      g_autoptr (GBytes) samples = column_bytes (statement, 2);
      g_autoptr (GBytes) histogram = has_histogram ? column_bytes (statement, 3) : NULL;

      check_block (samples, histogram, sqlite3_column_int64 (statement, 0), (guint) sqlite3_column_int (statement, 1));
      n_samples += (guint64) sqlite3_column_int64 (statement, 4);
    }
  g_assert_cmpuint (n_samples, ==, n + (n + 2) / 3);
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

/* Heads too. */
static void
check_heads (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  sqlite3      *db = hr_store_open_to_read (self->path, &error);
  sqlite3_stmt *statement = hr_store_prepare (db, "SELECT number, heads, n, begin_us, end_us FROM chunk", &error);

  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      g_autoptr (GBytes) bytes = column_bytes (statement, 1);
      g_auto (HrHeads) heads = { 0 };
      guint first = (guint) sqlite3_column_int64 (statement, 0) - 1;

      g_assert_true (hr_heads_read (bytes, &heads, &error));
      g_assert_cmpuint (heads.n, ==, sqlite3_column_int64 (statement, 2));
      for (guint i = 0; i < heads.n; i++)
        {
          g_autoptr (HrSnapshot) snapshot = make_snapshot (first + i);

          g_assert_cmpint (heads.sequences[i], ==, snapshot->sequence);
          g_assert_cmpint (heads.end_ns[i], ==, snapshot->end_ns);
          g_assert_cmpint (heads.intervals_ns[i], ==, snapshot->interval_ns);
          g_assert_cmpint (heads.times_us[i], ==, snapshot->time_us);
          g_assert_cmpint (heads.lost[i], ==, snapshot->lost);
        }
      g_assert_cmpint (sqlite3_column_int64 (statement, 3), ==, heads.times_us[0] - STEP_NS / 1000);
      g_assert_cmpint (sqlite3_column_int64 (statement, 4), ==, heads.times_us[heads.n - 1]);
    }
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

static void
test_reads_back (Fixture      *self,
                 gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  gint64    metrics[2];
  gint64    source = add_source (writer, "ranker", metrics);

  add_series (writer, source, metrics, 0, 5000, 10);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 1);
  g_assert_cmpint (ask (self, "SELECT sum(n) FROM batch"), ==, 5000 - HR_CHUNK_SNAPSHOTS);
  close_writer (writer);

  g_assert_cmpint (ask (self, "SELECT sum(n) FROM chunk"), ==, 5000);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM batch"), ==, 0);
  check_chunks (self, 5000);
  check_heads (self);
  assert_sound (self);
}

/* What is a whole chunk by itself need not be a batch first, and is the same. */
static void
test_whole_chunks (Fixture      *self,
                   gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  gint64    metrics[2];
  gint64    source = add_source (writer, "ranker", metrics);

  add_series (writer, source, metrics, 0, 3 * HR_CHUNK_SNAPSHOTS, 3 * HR_CHUNK_SNAPSHOTS);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 3);
  close_writer (writer);
  check_chunks (self, 3 * HR_CHUNK_SNAPSHOTS);
}

/* What was not committed is not there. */
static void
test_uncommitted (Fixture      *self,
                  gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  g_autoptr (GPtrArray) more = make_snapshots (20, 30);
  g_autoptr (GError) error = NULL;
  gint64 metrics[2];
  gint64 source = add_source (writer, "ranker", metrics);

  add_series (writer, source, metrics, 0, 20, 10);
  g_assert_true (hr_writer_add_snapshots (writer, source, (HrSnapshot *const *) more->pdata, more->len, metrics, &error));
  hr_writer_free (writer);

  g_assert_cmpint (ask (self, "SELECT sum(n) FROM batch"), ==, 20);
}

/* After a call that fails nothing since the last commit is there, and the same can be written again. */
static void
test_failed_call (Fixture      *self,
                  gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  g_autoptr (GPtrArray) more = make_snapshots (20, 30);
  g_autoptr (GError) error = NULL;
  gint64 metrics[2];
  gint64 source = add_source (writer, "ranker", metrics);

  add_series (writer, source, metrics, 0, 20, 10);
  g_assert_true (hr_writer_add_snapshots (writer, source, (HrSnapshot *const *) more->pdata, more->len, metrics, &error));
  g_assert_false (hr_writer_remove_recording (writer, 77, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (hr_writer_commit (writer, &error));
  g_assert_cmpint (ask (self, "SELECT (SELECT total (n) FROM batch) + (SELECT total (n) FROM chunk)"), ==, 20);

  add_series (writer, source, metrics, 20, 30, 10);
  close_writer (writer);
  check_chunks (self, 30);
}

/* Numbers of a source go on over runs, and runs do not share chunks. */
static void
test_runs (Fixture      *self,
           gconstpointer data)
{
  gint64 metrics[2], source;

  for (guint run = 0; run < 3; run++)
    {
      HrWriter *writer = open_writer (self);

      source = add_source (writer, "ranker", metrics);
      add_series (writer, source, metrics, run * 30, run * 30 + 30, 10);
      if (run == 1)
        hr_writer_free (writer); /* as if killed */
      else
        close_writer (writer);
    }

  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 3);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk WHERE number IN (1, 31, 61) AND n = 30"), ==, 3);
  g_assert_cmpint (ask (self, "SELECT count(DISTINCT run) FROM chunk"), ==, 3);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM source"), ==, 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM metric"), ==, 2);
  check_chunks (self, 90);
}

/* Adds one snapshot of the gauge at both times. */
static void
add_at (HrWriter     *writer,
        gint64        source,
        const gint64 *metrics,
        gint64        end_ns,
        gint64        time_us)
{
  HrSample   sample = { .metric = 0, .count = 1, .sum = 1, .min = 1, .max = 1, .last = 1 };
  HrSnapshot head = { .sequence = 1, .end_ns = end_ns, .interval_ns = STEP_NS, .time_us = time_us };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, &sample, 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (hr_writer_add_snapshots (writer, source, &snapshot, 1, metrics, &error));
  g_assert_no_error (error);
}

typedef struct
{
  gint64 after_ns;
  gint64 after_us;
  guint  n_chunks;
} Gap;

/* Two snapshots so far apart make so many chunks. */
static void
test_gap (Fixture      *self,
          gconstpointer data)
{
  const Gap *gap = data;
  HrWriter  *writer = open_writer (self);
  gint64     metrics[2];
  gint64     source = add_source (writer, "ranker", metrics);

  add_at (writer, source, metrics, STEP_NS, EPOCH_US);
  add_at (writer, source, metrics, STEP_NS + gap->after_ns, EPOCH_US + gap->after_us);
  close_writer (writer);

  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, gap->n_chunks);
  g_assert_cmpint (ask (self, "SELECT sum(n) FROM chunk"), ==, 2);
}

/* A chunk ends before a gap within what is added at once, too. */
static void
test_gap_within (Fixture      *self,
                 gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  g_autoptr (GPtrArray) snapshots = make_snapshots (0, 100);
  g_autoptr (GPtrArray) later = make_snapshots (200, 250);
  g_autoptr (GError) error = NULL;
  gint64 metrics[2];
  gint64 source = add_source (writer, "ranker", metrics);

  g_ptr_array_extend (snapshots, later, (GCopyFunc) hr_snapshot_ref, NULL);
  g_assert_true (hr_writer_add_snapshots (writer, source, (HrSnapshot *const *) snapshots->pdata, snapshots->len, metrics, &error));
  close_writer (writer);

  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk WHERE (number, n) IN (VALUES (1, 100), (101, 50))"), ==, 2);
}

/* The run of a writer that was killed ends with the last that it wrote, and so do its recordings. */
static void
test_killed (Fixture      *self,
             gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  g_autoptr (GError) error = NULL;
  gint64 metrics[2];
  gint64 source = add_source (writer, "ranker", metrics);

  g_assert_cmpint (hr_writer_set_recording (writer, 0, "mine", EPOCH_US, 0, &error), ==, 1);
  add_series (writer, source, metrics, 0, 50, 10);
  hr_writer_free (writer);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM run WHERE end_us IS NULL"), ==, 1);

  self->utc_us += 60 * G_USEC_PER_SEC;
  writer = open_writer (self);
  g_assert_cmpint (ask (self, "SELECT end_us FROM run WHERE id = 1"), ==, EPOCH_US + 5 * G_USEC_PER_SEC);
  g_assert_cmpint (ask (self, "SELECT end_us FROM recording"), ==, EPOCH_US + 5 * G_USEC_PER_SEC);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM run WHERE end_us IS NULL"), ==, 1);
  close_writer (writer);
  g_assert_cmpint (ask (self, "SELECT end_us FROM run WHERE id = 2"), ==, self->utc_us);
  g_assert_cmpint (ask (self, "SELECT sum(n) FROM chunk WHERE run = 1"), ==, 50);
}

/* What was found of another run becomes chunks when it is asked for. */
static void
test_settle (Fixture      *self,
             gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  g_autoptr (GError) error = NULL;
  gint64   metrics[2];
  gboolean more = FALSE;

  add_series (writer, add_source (writer, "ranker", metrics), metrics, 0, 50, 10);
  add_series (writer, add_source (writer, "other", metrics), metrics, 0, 50, 10);
  hr_writer_free (writer);

  writer = open_writer (self);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (hr_writer_settle (writer, FALSE, &more, &error));
      g_assert_cmpint (more, ==, i < 2);
    }
  g_assert_true (hr_writer_commit (writer, &error));
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 2);
  close_writer (writer);
}

/* Batches of two runs do not become one chunk, though nothing is missing between them. */
static void
test_runs_apart (Fixture      *self,
                 gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  gint64    metrics[2];

  add_series (writer, add_source (writer, "ranker", metrics), metrics, 0, 50, 10);
  g_assert_cmpint (sqlite3_exec (writer->db, "UPDATE batch SET run = run + 100 WHERE number > 30", NULL, NULL, NULL), ==, SQLITE_OK);
  close_writer (writer);

  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk WHERE (run, number, n) IN (VALUES (1, 1, 30), (101, 31, 20))"), ==, 2);
}

/* What a chunk came to stands beside it. */
static void
test_summary (Fixture      *self,
              gconstpointer data)
{
  HrWriter        *writer = open_writer (self);
  gint64           metrics[2];
  guint64          count = 0;
  double           sum = 0, min = INFINITY, max = -INFINITY;
  g_autofree char *sql = NULL;

  add_series (writer, add_source (writer, "ranker", metrics), metrics, 0, 50, 10);
  close_writer (writer);
  for (guint i = 0; i < 50; i += 3)
    {
      g_autoptr (HrSnapshot) snapshot = make_snapshot (i);
      const HrSample *sample = hr_snapshot_find (snapshot, 1);

      count += sample->count;
      sum += sample->sum;
      min = MIN (min, sample->min);
      max = MAX (max, sample->max);
    }
  sql = g_strdup_printf ("SELECT count(*) FROM tier WHERE metric = %" G_GINT64_FORMAT " AND count = %" G_GUINT64_FORMAT " AND sum = %.17g AND min = %.17g AND max = %.17g",
                         metrics[1], count, sum, min, max);
  g_assert_cmpint (ask (self, sql), ==, 1);
}

/* A batch that is damaged is left out, and nothing is held up by it. */
static void
test_damaged_batch (Fixture      *self,
                    gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  gint64    metrics[2];

  add_series (writer, add_source (writer, "ranker", metrics), metrics, 0, 50, 10);
  g_assert_cmpint (sqlite3_exec (writer->db, "UPDATE batch SET data = x'010203' WHERE number = 11", NULL, NULL, NULL), ==, SQLITE_OK);
  close_writer (writer);

  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk WHERE (number, n) IN (VALUES (1, 10), (21, 30))"), ==, 2);
}

/* Only one writes. */
static void
test_busy (Fixture      *self,
           gconstpointer data)
{
  HrWriter        *writer = open_writer (self);
  g_autofree char *link = g_build_filename (self->folder, "link.headroom", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_writer_open (self->path, FALSE, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_cmpint (symlink (self->path, link), ==, 0);
  g_assert_null (hr_writer_open (link, FALSE, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_BUSY);
  g_clear_error (&error);

  close_writer (writer);
  close_writer (open_writer (self));
}

static void
test_foreign (Fixture      *self,
              gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (self->path, "not a session at all, and long enough to be seen as none by SQLite: it has pages of 512 bytes or more", -1, NULL);
  g_assert_null (hr_writer_open (self->path, FALSE, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_FOREIGN);
  g_assert_cmpuint (count_files (self->folder), ==, 1);
}

static void
test_newer (Fixture      *self,
            gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sqlite3_exec (writer->db, "PRAGMA user_version = 99", NULL, NULL, NULL), ==, SQLITE_OK);
  close_writer (writer);
  g_assert_null (hr_writer_open (self->path, FALSE, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NEWER);
}

/* A new file is not written over one that is there. */
static void
test_create_new (Fixture      *self,
                 gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  HrWriter *writer = hr_writer_open (self->path, TRUE, &error);

  g_assert_no_error (error);
  close_writer (writer);
  g_assert_null (hr_writer_open (self->path, TRUE, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_EXISTS);
}

/* Closed, it is one file and nothing beside it. */
static void
test_one_file (Fixture      *self,
               gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  gint64    metrics[2];

  add_series (writer, add_source (writer, "ranker", metrics), metrics, 0, 50, 10);
  g_assert_cmpuint (count_files (self->folder), >, 1);
  close_writer (writer);
  g_assert_cmpuint (count_files (self->folder), ==, 1);
  {
    g_autofree char *mode = ask_text (self, "PRAGMA journal_mode");

    g_assert_cmpstr (mode, ==, "delete");
  }
}

/* An alert that is told of again takes its own place. */
static void
test_alerts (Fixture      *self,
             gconstpointer data)
{
  HrWriter   *writer = open_writer (self);
  HrAlertNote alert = { .id = 4, .type = HR_ALERT_MEMORY, .severity = HR_SEVERITY_LOW, .unit = HR_UNIT_MEGABYTES, .source = (char *) "ranker", .budget = (char *) "memory", .title = (char *) "Memory", .limit = 200, .worst = 210, .raised_us = EPOCH_US };
  g_autoptr (GError) error = NULL;
  g_autofree char *row = NULL;

  g_assert_true (hr_writer_add_alert (writer, &alert, &error));
  g_assert_true (hr_writer_commit (writer, &error));
  g_assert_cmpint (ask (self, "SELECT cleared_us IS NULL FROM alert"), ==, 1);
  alert.worst = 0.1 + 0.2;
  alert.severity = HR_SEVERITY_CRITICAL;
  alert.cleared_us = EPOCH_US + 5;
  g_assert_true (hr_writer_add_alert (writer, &alert, &error));
  close_writer (writer);

  row = ask_text (self, "SELECT type || severity || unit || \"limit\" || ' ' || (cleared_us - raised_us) FROM alert");
  g_assert_cmpstr (row, ==, "memorycriticalMB200.0 5");
  g_assert_cmpint (ask (self, "SELECT count(*) FROM alert WHERE worst = 0.1 + 0.2"), ==, 1);
}

static void
test_marks_and_contracts (Fixture      *self,
                          gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  HrMark    loss = { HR_MARK_LOSS, EPOCH_US, (char *) "ranker", (char *) "gone", 17, NAN };
  HrMark    overhead = { HR_MARK_OVERHEAD, EPOCH_US, NULL, NULL, 0, 0.25 };
  g_autoptr (GError) error = NULL;

  g_assert_true (hr_writer_add_mark (writer, &loss, &error));
  g_assert_true (hr_writer_add_mark (writer, &overhead, &error));
  g_assert_true (hr_writer_add_contract (writer, EPOCH_US, "thompson.ini", "[contract]", &error));
  close_writer (writer);

  g_assert_cmpint (ask (self, "SELECT count(*) FROM mark WHERE kind = 'loss' AND source = 'ranker' AND n = 17 AND value IS NULL AND text = 'gone'"), ==, 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM mark WHERE kind = 'overhead' AND source IS NULL AND value = 0.25 AND text = ''"), ==, 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM contract WHERE file = 'thompson.ini' AND text = '[contract]'"), ==, 1);
  g_assert_cmpint (ask (self, "SELECT json_extract (host, '$.processors') > 0 AND json_extract (host, '$.name') <> '' FROM run"), ==, 1);
}

/* What the file says of a source is the last that was told. */
static void
test_source_changes (Fixture      *self,
                     gconstpointer data)
{
  HrWriter    *writer = open_writer (self);
  HrSourceNote note = { (char *) "ranker", (char *) "Ranker", (char *) "pid 5", (char *) "local:", (char *) "host", HR_SOURCE_PROCESS, HR_GROUP_COMPUTER };
  g_autoptr (GError) error = NULL;
  gint64 first = hr_writer_add_source (writer, &note, &error);

  note.title = (char *) "Mine";
  note.detail = NULL;
  g_assert_cmpint (hr_writer_add_source (writer, &note, &error), ==, first);
  close_writer (writer);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM source WHERE title = 'Mine' AND detail IS NULL AND origin = 'host' AND role = 'program' AND place = 'computer'"), ==, 1);
}

/* Opened anew, a writer knows whether its last transaction is there, and its run goes on. */
static void
test_reopen (Fixture      *self,
             gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  HrMark    mark = { HR_MARK_NOTE, EPOCH_US, NULL, (char *) "one", 0, NAN };
  g_autoptr (GError) error = NULL;
  gboolean committed = TRUE;

  g_assert_true (hr_writer_add_mark (writer, &mark, &error));
  g_assert_true (hr_writer_reopen (writer, &committed, &error));
  g_assert_false (committed);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM mark"), ==, 0);

  /* As if nobody had been told that it was committed. */
  g_assert_true (hr_writer_add_mark (writer, &mark, &error));
  g_assert_true (hr_writer_commit (writer, &error));
  writer->n_commits--;
  g_assert_true (hr_writer_reopen (writer, &committed, &error));
  g_assert_true (committed);
  g_assert_true (hr_writer_reopen (writer, &committed, &error));
  g_assert_false (committed);

  close_writer (writer);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM run"), ==, 1);
}

/* A file that is taken away is noticed, and made anew when it is opened again. */
static void
test_removed (Fixture      *self,
              gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  HrMark    mark = { HR_MARK_NOTE, EPOCH_US, NULL, (char *) "one", 0, NAN };
  g_autoptr (GError) error = NULL;
  gboolean committed = TRUE;

  empty_folder (self->folder);
  g_assert_false (hr_writer_add_mark (writer, &mark, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ);
  g_clear_error (&error);

  g_assert_true (hr_writer_reopen (writer, &committed, &error));
  g_assert_false (committed);
  g_assert_true (hr_writer_add_mark (writer, &mark, &error));
  close_writer (writer);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM mark"), ==, 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM run"), ==, 1);
}

/* A folder that cannot be written to is said to be so, to root as well. */
static void
test_read_only_folder (Fixture      *self,
                       gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  uid_t user = geteuid ();

  g_assert_cmpint (g_chmod (self->folder, 0555), ==, 0);
  if (user == 0)
    g_assert_cmpint (seteuid (65534), ==, 0);
  g_assert_null (hr_writer_open (self->path, FALSE, &error));
  if (user == 0)
    g_assert_cmpint (seteuid (user), ==, 0);
  g_assert_cmpint (g_chmod (self->folder, 0700), ==, 0);
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ_ONLY);
}

int
main (int   argc,
      char *argv[])
{
  static const Gap even = { 4 * STEP_NS, 4 * STEP_NS / 1000, 1 };
  static const Gap slept = { STEP_NS, INT64_C (3600) * G_USEC_PER_SEC, 2 };
  static const Gap apart = { 4 * STEP_NS + 1, 4 * STEP_NS / 1000, 2 };
  static const Gap set_back = { STEP_NS, -G_USEC_PER_SEC, 2 };
  static const Gap other_boot = { -1, STEP_NS / 1000, 2 };

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/writer/reads-back", Fixture, NULL, set_up, test_reads_back, tear_down);
  g_test_add ("/store/writer/whole-chunks", Fixture, NULL, set_up, test_whole_chunks, tear_down);
  g_test_add ("/store/writer/uncommitted", Fixture, NULL, set_up, test_uncommitted, tear_down);
  g_test_add ("/store/writer/failed-call", Fixture, NULL, set_up, test_failed_call, tear_down);
  g_test_add ("/store/writer/runs", Fixture, NULL, set_up, test_runs, tear_down);
  g_test_add ("/store/writer/gap/none", Fixture, &even, set_up, test_gap, tear_down);
  g_test_add ("/store/writer/gap/apart", Fixture, &apart, set_up, test_gap, tear_down);
  g_test_add ("/store/writer/gap/slept", Fixture, &slept, set_up, test_gap, tear_down);
  g_test_add ("/store/writer/gap/set-back", Fixture, &set_back, set_up, test_gap, tear_down);
  g_test_add ("/store/writer/gap/other-boot", Fixture, &other_boot, set_up, test_gap, tear_down);
  g_test_add ("/store/writer/gap/within", Fixture, NULL, set_up, test_gap_within, tear_down);
  g_test_add ("/store/writer/killed", Fixture, NULL, set_up, test_killed, tear_down);
  g_test_add ("/store/writer/settle", Fixture, NULL, set_up, test_settle, tear_down);
  g_test_add ("/store/writer/runs-apart", Fixture, NULL, set_up, test_runs_apart, tear_down);
  g_test_add ("/store/writer/summary", Fixture, NULL, set_up, test_summary, tear_down);
  g_test_add ("/store/writer/damaged-batch", Fixture, NULL, set_up, test_damaged_batch, tear_down);
  g_test_add ("/store/writer/busy", Fixture, NULL, set_up, test_busy, tear_down);
  g_test_add ("/store/writer/foreign", Fixture, NULL, set_up, test_foreign, tear_down);
  g_test_add ("/store/writer/newer", Fixture, NULL, set_up, test_newer, tear_down);
  g_test_add ("/store/writer/create-new", Fixture, NULL, set_up, test_create_new, tear_down);
  g_test_add ("/store/writer/one-file", Fixture, NULL, set_up, test_one_file, tear_down);
  g_test_add ("/store/writer/alerts", Fixture, NULL, set_up, test_alerts, tear_down);
  g_test_add ("/store/writer/marks-and-contracts", Fixture, NULL, set_up, test_marks_and_contracts, tear_down);
  g_test_add ("/store/writer/source-changes", Fixture, NULL, set_up, test_source_changes, tear_down);
  g_test_add ("/store/writer/reopen", Fixture, NULL, set_up, test_reopen, tear_down);
  g_test_add ("/store/writer/removed", Fixture, NULL, set_up, test_removed, tear_down);
  g_test_add ("/store/writer/read-only-folder", Fixture, NULL, set_up, test_read_only_folder, tear_down);

  return g_test_run ();
}
