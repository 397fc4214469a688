/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/engine/store/session-fixture.h"

#include "engine/store/block.h"
#include "engine/store/schema.h"
#include "tests/folder.h"

#include <string.h>

/* Makes a new file in a folder of its own. */
void
fixture_open (SessionFixture *self)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("headroom-session-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "test.headroom", NULL);
  self->db = hr_store_open_to_write (self->path, &error);
  g_assert_no_error (error);
}

/* Leaves one file. */
void
fixture_close_file (SessionFixture *self)
{
  g_assert_cmpint (sqlite3_close (self->db), ==, SQLITE_OK);
  self->db = NULL;
}

void
fixture_clear (SessionFixture *self)
{
  sqlite3_close (self->db);
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

void
fixture_run (SessionFixture *self,
             const char     *sql,
             ...)
{
  va_list arguments;
  char   *text, *message = NULL;

  va_start (arguments, sql);
  text = g_strdup_vprintf (sql, arguments);
  va_end (arguments);
  if (sqlite3_exec (self->db, text, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", text, message);
  g_free (text);
}

/* Returns the number that @sql answers. */
gint64
fixture_ask (SessionFixture *self,
             const char     *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = hr_store_prepare (self->db, sql, &error);
  gint64        answer;

  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  answer = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);

  return answer;
}

gint64
fixture_add_run (SessionFixture *self)
{
  fixture_run (self, "INSERT INTO run (begin_us, boot, version, host) VALUES (1, 'b', '0.1.0', '{}')");

  return sqlite3_last_insert_rowid (self->db);
}

gint64
fixture_add_source (SessionFixture *self,
                    const char     *name,
                    gint64         *out_metrics)
{
  static const char *const metrics[N_KINDS] = {
    [GAUGE] = "'load', 'gauge', 'ratio', 'lower'",
    [DURATION] = "'job', 'duration', 'ms', 'lower'",
    [COUNTER] = "'jobs', 'counter', 'count', 'higher'",
    [EVENT] = "'miss', 'event', 'count', 'lower'",
  };
  gint64 source;

  fixture_run (self, "INSERT INTO source (name, title, address, role, place) VALUES ('%s', 'The %s', 'local:', 'program', 'computer')", name, name);
  source = sqlite3_last_insert_rowid (self->db);
  for (guint i = 0; i < N_KINDS; i++)
    {
      fixture_run (self, "INSERT INTO metric (source, name, kind, unit, direction) VALUES (%" G_GINT64_FORMAT ", %s)", source, metrics[i]);
      out_metrics[i] = sqlite3_last_insert_rowid (self->db);
    }

  return source;
}

/* Runs the insertion @sql with whole numbers, then blobs, which are freed. */
static gint64
insert (SessionFixture *self,
        const char     *sql,
        const gint64   *numbers,
        int             n_numbers,
        GBytes        **blobs,
        int             n_blobs)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = hr_store_prepare (self->db, sql, &error);

  g_assert_no_error (error);
  for (int i = 0; i < n_numbers; i++)
    sqlite3_bind_int64 (statement, i + 1, numbers[i]);
  for (int i = 0; i < n_blobs; i++)
    {
      gsize         size;
      gconstpointer data = g_bytes_get_data (blobs[i], &size);

      sqlite3_bind_blob64 (statement, n_numbers + i + 1, data, size, SQLITE_TRANSIENT);
      g_bytes_unref (blobs[i]);
    }
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);

  return sqlite3_last_insert_rowid (self->db);
}

static gint64
begin_of (GPtrArray *snapshots,
          guint      first)
{
  const HrSnapshot *snapshot = g_ptr_array_index (snapshots, first);

  return snapshot->time_us - snapshot->interval_ns / 1000;
}

static gint64
end_of (GPtrArray *snapshots,
        guint      last)
{
  return ((const HrSnapshot *) g_ptr_array_index (snapshots, last))->time_us;
}

static void
add_metric (SessionFixture *self,
            gint64          metric,
            gint64          chunk,
            const HrBlock  *block,
            guint           n_snapshots)
{
  g_autofree char *sql = NULL;
  char             sum[G_ASCII_DTOSTR_BUF_SIZE], min[G_ASCII_DTOSTR_BUF_SIZE], max[G_ASCII_DTOSTR_BUF_SIZE];
  HrBin            bin;

  hr_tier_fill (block, HR_CHUNK_SNAPSHOTS, &bin, 1);
  sql = g_strdup_printf ("INSERT INTO tier (metric, chunk, count, sum, min, max, fine, coarse) VALUES (?1, ?2, ?3, %s, %s, %s, ?4, ?5)",
                         g_ascii_dtostr (sum, sizeof sum, bin.sum), g_ascii_dtostr (min, sizeof min, bin.min),
                         g_ascii_dtostr (max, sizeof max, bin.max));
  insert (self, sql, (gint64[]){ metric, chunk, (gint64) bin.count }, 3,
          (GBytes *[]){ hr_tier_write (block, n_snapshots, HR_TIER_FINE), hr_tier_write (block, n_snapshots, HR_TIER_COARSE) }, 2);
  insert (self, "INSERT INTO block (metric, chunk, n, samples) VALUES (?1, ?2, ?3, ?4)", (gint64[]){ metric, chunk, block->n }, 3,
          (GBytes *[]){ hr_block_write (block) }, 1);
}

void
fixture_add_chunk (SessionFixture *self,
                   gint64          source,
                   gint64          run,
                   gint64          number,
                   GPtrArray      *snapshots,
                   guint           first,
                   guint           n,
                   const gint64   *metrics)
{
  HrSnapshot **from = (HrSnapshot **) &g_ptr_array_index (snapshots, first);
  g_auto (HrHeads) heads = { 0 };
  gint64 chunk;

  hr_heads_gather (&heads, from, n);
  chunk = insert (self, "INSERT INTO chunk (source, run, number, n, begin_us, end_us, heads) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                  (gint64[]){ source, run, number, n, begin_of (snapshots, first), end_of (snapshots, first + n - 1) }, 6,
                  (GBytes *[]){ hr_heads_write (&heads) }, 1);
  for (guint i = 0; i < N_KINDS; i++)
    {
      g_auto (HrBlock) block = { 0 };
      g_auto (HrBlockBuckets) buckets = { 0 };

      hr_block_gather (&block, &buckets, from, n, i);
      if (block.n > 0)
        add_metric (self, metrics[i], chunk, &block, n);
      if (i == DURATION && block.n > 0)
        insert (self, "INSERT INTO histogram (metric, chunk, buckets) VALUES (?1, ?2, ?3)", (gint64[]){ metrics[i], chunk }, 2,
                (GBytes *[]){ hr_block_buckets_write (&buckets) }, 1);
    }
}

void
fixture_add_batch (SessionFixture *self,
                   gint64          source,
                   gint64          run,
                   gint64          number,
                   GPtrArray      *snapshots,
                   guint           first,
                   guint           n,
                   const gint64   *metrics)
{
  HrSnapshot **from = (HrSnapshot **) &g_ptr_array_index (snapshots, first);

  insert (self, "INSERT INTO batch (source, run, number, n, begin_us, end_us, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
          (gint64[]){ source, run, number, n, begin_of (snapshots, first), end_of (snapshots, first + n - 1) }, 6,
          (GBytes *[]){ hr_batch_write (from, n, metrics) }, 1);
}

/* Adds @snapshots: the first @n_chunked of them as chunks, the rest in batches of ten. */
void
fixture_add (SessionFixture *self,
             gint64          source,
             gint64          run,
             gint64          number,
             GPtrArray      *snapshots,
             guint           n_chunked,
             const gint64   *metrics)
{
  fixture_run (self, "BEGIN");
  for (guint first = 0; first < n_chunked; first += HR_CHUNK_SNAPSHOTS)
    fixture_add_chunk (self, source, run, number + first, snapshots, first, MIN (HR_CHUNK_SNAPSHOTS, n_chunked - first), metrics);
  for (guint first = n_chunked; first < snapshots->len; first += 10)
    fixture_add_batch (self, source, run, number + first, snapshots, first, MIN (10, snapshots->len - first), metrics);
  fixture_run (self, "COMMIT");
}

/* Turns a byte in the middle of the blob @column of the rows @where around. */
void
fixture_damage (SessionFixture *self,
                const char     *table,
                const char     *column,
                const char     *where)
{
  fixture_run (self,
               "UPDATE %s SET %s = CAST (substr (%s, 1, length (%s) / 2 - 1) ||"
               " CASE substr (%s, length (%s) / 2, 1) WHEN x'55' THEN x'aa' ELSE x'55' END ||"
               " substr (%s, length (%s) / 2 + 1) AS BLOB) WHERE %s",
               table, column, column, column, column, column, column, column, where);
  g_assert_cmpint (sqlite3_changes (self->db), >, 0);
}

static void
draw_job (GRand         *random,
          HrSample      *out,
          HrBucketCount *buckets)
{
  guint64 count = (guint64) g_rand_int_range (random, 1, 50);
  double  ms = g_rand_double_range (random, 1, 30);

  buckets[0] = (HrBucketCount){ hr_bucket_index ((guint64) (ms * 1e6)), count };
  *out = (HrSample){
    .metric = DURATION,
    .count = count,
    .sum = ms * (double) count,
    .min = ms * 0.9,
    .max = ms * 1.1,
    .last = ms,
    .n_buckets = 1,
    .buckets = buckets,
  };
}

/* Returns: (transfer full): @n snapshots of all kinds of metrics, one every FIXTURE_INTERVAL_US. */
GPtrArray *
draw_snapshots (GRand *random,
                gint64 begin_us,
                guint  n)
{
  GPtrArray *snapshots = g_ptr_array_new_full (n, (GDestroyNotify) hr_snapshot_unref);

  for (guint i = 0; i < n; i++)
    {
      double        level = g_rand_int_range (random, 0, 10000) / 100.0;
      double        jobs = g_rand_int_range (random, 1, 100);
      HrBucketCount buckets[1];
      HrSample      samples[N_KINDS] = { { .metric = GAUGE, .count = 1, .sum = level, .min = level, .max = level, .last = level } };
      HrSnapshot    head = {
           .sequence = i + 1,
           .interval_ns = FIXTURE_INTERVAL_US * 1000 + g_rand_int_range (random, -1000, 1000),
           .time_us = begin_us + (gint64) (i + 1) * FIXTURE_INTERVAL_US + g_rand_int_range (random, -50, 50),
           .lost = i % 97 == 0 ? 3 : 0,
           .catch_up = i % 501 == 500,
      };

      head.end_ns = (head.time_us - FIXTURE_BEGIN_US) * 1000 + G_GINT64_CONSTANT (5000000000);
      draw_job (random, &samples[DURATION], buckets);
      samples[COUNTER] = (HrSample){ .metric = COUNTER, .count = (guint64) jobs, .sum = jobs, .min = 1, .max = 1, .last = 1 };
      samples[EVENT] = (HrSample){ .metric = EVENT, .count = 1, .sum = 1, .min = 1, .max = 1, .last = 1 };
      g_ptr_array_add (snapshots, hr_snapshot_new (&head, samples, i % 37 == 5 ? N_KINDS : EVENT));
    }

  return snapshots;
}

static void
assert_samples_equal (const HrSample *a,
                      const HrSample *b)
{
  g_assert_cmpuint (a->metric, ==, b->metric);
  g_assert_cmpuint (a->count, ==, b->count);
  g_assert_cmpmem (&a->sum, sizeof a->sum, &b->sum, sizeof b->sum);
  g_assert_cmpmem (&a->min, sizeof a->min, &b->min, sizeof b->min);
  g_assert_cmpmem (&a->max, sizeof a->max, &b->max, sizeof b->max);
  g_assert_cmpmem (&a->last, sizeof a->last, &b->last, sizeof b->last);
  g_assert_cmpmem (&a->self, sizeof a->self, &b->self, sizeof b->self);
  g_assert_cmpuint (a->n_buckets, ==, b->n_buckets);
  for (guint i = 0; i < a->n_buckets; i++)
    {
      g_assert_cmpuint (a->buckets[i].bucket, ==, b->buckets[i].bucket);
      g_assert_cmpuint (a->buckets[i].count, ==, b->buckets[i].count);
    }
}

/* To the last bit. */
void
assert_snapshots_equal (const HrSnapshot *a,
                        const HrSnapshot *b)
{
  g_assert_cmpuint (a->sequence, ==, b->sequence);
  g_assert_cmpint (a->end_ns, ==, b->end_ns);
  g_assert_cmpint (a->interval_ns, ==, b->interval_ns);
  g_assert_cmpint (a->time_us, ==, b->time_us);
  g_assert_cmpuint (a->lost, ==, b->lost);
  g_assert_cmpint (a->catch_up, ==, b->catch_up);
  g_assert_cmpuint (a->n_samples, ==, b->n_samples);
  for (guint i = 0; i < a->n_samples; i++)
    assert_samples_equal (&a->samples[i], &b->samples[i]);
}
