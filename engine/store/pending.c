/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From snapshots to batches to chunks. What was just measured is a batch; when a source's batches hold HR_CHUNK_SNAPSHOTS, or there is a gap, they
 * are read back and become a chunk in the same transaction. Reading back, rather than keeping thousands of snapshots of every source in
 * memory, is also what is done with the batches of a writer that was killed. */

#include "engine/store/block.h"
#include "engine/store/writer-private.h"

#include <math.h>

/* More than so many intervals without a snapshot are a gap. */
#define GAP_INTERVALS 3

/* The snapshots of one chunk to be: their samples name metrics by their place in @metrics, which has the file's numbers. */
typedef struct
{
  gint64             source;
  gint64             run;
  gint64             number;
  HrSnapshot *const *snapshots;
  guint              n;
  const gint64      *metrics;
} Stretch;

/* Whether @next does not follow what ended at @end_ns and @time_us. Both clocks have to agree: one stands still while the computer
 * sleeps, the other is set by people. */
static gboolean
is_gap (gint64            end_ns,
        gint64            time_us,
        gint64            interval_ns,
        const HrSnapshot *next)
{
  gint64 longest_ns = (GAP_INTERVALS + 1) * MAX (MAX (interval_ns, next->interval_ns), HR_NS_PER_MS);
  gint64 step_ns = next->end_ns - end_ns;
  gint64 step_us = next->time_us - time_us;

  return step_ns > longest_ns || step_ns < 0 || step_us > longest_ns / 1000 || step_us < -longest_ns / 1000;
}

/* The time that @n snapshots cover. */
static void
find_span (HrSnapshot *const *snapshots,
           guint              n,
           gint64            *out_begin_us,
           gint64            *out_end_us)
{
  *out_begin_us = G_MAXINT64;
  *out_end_us = G_MININT64;
  for (guint i = 0; i < n; i++)
    {
      *out_begin_us = MIN (*out_begin_us, snapshots[i]->time_us - snapshots[i]->interval_ns / 1000);
      *out_end_us = MAX (*out_end_us, snapshots[i]->time_us);
    }
}

/* Binds what batches and chunks begin with. */
static void
bind_stretch (sqlite3_stmt  *statement,
              const Stretch *stretch)
{
  gint64 begin_us, end_us;

  find_span (stretch->snapshots, stretch->n, &begin_us, &end_us);
  sqlite3_bind_int64 (statement, 1, stretch->source);
  sqlite3_bind_int64 (statement, 2, stretch->run);
  sqlite3_bind_int64 (statement, 3, stretch->number);
  sqlite3_bind_int64 (statement, 4, stretch->n);
  sqlite3_bind_int64 (statement, 5, begin_us);
  sqlite3_bind_int64 (statement, 6, end_us);
}

static gboolean
add_batch (HrWriter      *self,
           const Stretch *stretch,
           GError       **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_BATCH, error);
  g_autoptr (GBytes) bytes = NULL;

  if (statement == NULL)
    return FALSE;

  bytes = hr_batch_write (stretch->snapshots, stretch->n, stretch->metrics);
  bind_stretch (statement, stretch);
  hr_bind_bytes (statement, 7, bytes);

  return hr_writer_run (self, statement, error);
}

static gboolean
add_tier (HrWriter      *self,
          gint64         metric,
          gint64         chunk,
          const HrBlock *block,
          guint          n_snapshots,
          GError       **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_TIER, error);
  g_autoptr (GBytes) fine = NULL;
  g_autoptr (GBytes) coarse = NULL;
  guint64 count = 0;
  double  sum = 0, min = INFINITY, max = -INFINITY;

  if (statement == NULL)
    return FALSE;

  for (guint i = 0; i < block->n; i++)
    {
      count += block->counts[i];
      sum += block->sums[i];
      min = MIN (min, block->mins[i]);
      max = MAX (max, block->maxs[i]);
    }
  fine = hr_tier_write (block, n_snapshots, HR_TIER_FINE);
  coarse = hr_tier_write (block, n_snapshots, HR_TIER_COARSE);
  sqlite3_bind_int64 (statement, 1, metric);
  sqlite3_bind_int64 (statement, 2, chunk);
  sqlite3_bind_int64 (statement, 3, (gint64) count);
  sqlite3_bind_double (statement, 4, sum);
  sqlite3_bind_double (statement, 5, min);
  sqlite3_bind_double (statement, 6, max);
  hr_bind_bytes (statement, 7, fine);
  hr_bind_bytes (statement, 8, coarse);

  return hr_writer_run (self, statement, error);
}

static gboolean
add_block (HrWriter      *self,
           gint64         metric,
           gint64         chunk,
           const HrBlock *block,
           GError       **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_BLOCK, error);
  g_autoptr (GBytes) samples = NULL;

  if (statement == NULL)
    return FALSE;

  samples = hr_block_write (block);
  sqlite3_bind_int64 (statement, 1, metric);
  sqlite3_bind_int64 (statement, 2, chunk);
  sqlite3_bind_int64 (statement, 3, block->n);
  hr_bind_bytes (statement, 4, samples);

  return hr_writer_run (self, statement, error);
}

/* Metrics without a distribution have no histogram. */
static gboolean
add_histogram (HrWriter             *self,
               gint64                metric,
               gint64                chunk,
               const HrBlockBuckets *buckets,
               GError              **error)
{
  sqlite3_stmt *statement;
  g_autoptr (GBytes) bytes = NULL;

  if (buckets->n == 0 || buckets->offsets[buckets->n] == 0)
    return TRUE;
  statement = hr_writer_statement (self, HR_STATEMENT_ADD_HISTOGRAM, error);
  if (statement == NULL)
    return FALSE;

  bytes = hr_block_buckets_write (buckets);
  sqlite3_bind_int64 (statement, 1, metric);
  sqlite3_bind_int64 (statement, 2, chunk);
  hr_bind_bytes (statement, 3, bytes);

  return hr_writer_run (self, statement, error);
}

/* Which metrics the stretch has samples of. Returns: (transfer full): a flag each, as many as the highest needs */
static GArray *
find_metrics (const Stretch *stretch)
{
  GArray *present = g_array_new (FALSE, TRUE, sizeof (gboolean));

  for (guint i = 0; i < stretch->n; i++)
    for (guint j = 0; j < stretch->snapshots[i]->n_samples; j++)
      {
        guint metric = stretch->snapshots[i]->samples[j].metric;

        if (metric >= present->len)
          g_array_set_size (present, metric + 1);
        g_array_index (present, gboolean, metric) = TRUE;
      }

  return present;
}

static gboolean
add_metrics (HrWriter      *self,
             const Stretch *stretch,
             gint64         chunk,
             GError       **error)
{
  g_autoptr (GArray) present = find_metrics (stretch);

  for (guint i = 0; i < present->len; i++)
    {
      g_auto (HrBlock) block = { 0 };
      g_auto (HrBlockBuckets) buckets = { 0 };
      gint64 metric;

      if (!g_array_index (present, gboolean, i))
        continue;

      metric = stretch->metrics[i];
      hr_block_gather (&block, &buckets, stretch->snapshots, stretch->n, i);
      if (!add_tier (self, metric, chunk, &block, stretch->n, error) || !add_block (self, metric, chunk, &block, error) ||
          !add_histogram (self, metric, chunk, &buckets, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
add_chunk (HrWriter      *self,
           const Stretch *stretch,
           GError       **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_CHUNK, error);
  g_auto (HrHeads) heads = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  gint64 chunk;

  if (statement == NULL)
    return FALSE;

  hr_heads_gather (&heads, stretch->snapshots, stretch->n);
  bytes = hr_heads_write (&heads);
  bind_stretch (statement, stretch);
  hr_bind_bytes (statement, 7, bytes);
  chunk = hr_writer_run_for_id (self, statement, error);

  return chunk != 0 && add_metrics (self, stretch, chunk, error);
}

/* What was read back of a source's batches: one stretch after the other. */
typedef struct
{
  GPtrArray *snapshots; /* owned HrSnapshot */
  GArray    *metrics;   /* gint64 */
  gint64     run;
  gint64     number;
} Readback;

static gboolean
flush (HrWriter *self,
       gint64    source,
       Readback *readback,
       GError  **error)
{
  Stretch stretch = { source, readback->run, readback->number, (HrSnapshot *const *) readback->snapshots->pdata, readback->snapshots->len,
                      (const gint64 *) (void *) readback->metrics->data };

  if (stretch.n > 0 && !add_chunk (self, &stretch, error))
    return FALSE;
  g_ptr_array_set_size (readback->snapshots, 0);

  return TRUE;
}

/* Whether @next, snapshot number @number of @run, begins another chunk. */
static gboolean
begins_chunk (const Readback   *readback,
              gint64            run,
              gint64            number,
              const HrSnapshot *next)
{
  guint             n = readback->snapshots->len;
  const HrSnapshot *last = n > 0 ? g_ptr_array_index (readback->snapshots, n - 1) : NULL;

  return n == HR_CHUNK_SNAPSHOTS || readback->run != run || readback->number + n != number ||
         (last != NULL && is_gap (last->end_ns, last->time_us, last->interval_ns, next));
}

/* Appends the snapshots of a batch, the first of which is number @number of @run. */
static gboolean
take_back (HrWriter  *self,
           gint64     source,
           Readback  *readback,
           gint64     run,
           gint64     number,
           GPtrArray *snapshots,
           GError   **error)
{
  for (guint i = 0; i < snapshots->len; i++)
    {
      HrSnapshot *snapshot = g_ptr_array_index (snapshots, i);

      if (begins_chunk (readback, run, number + i, snapshot))
        {
          if (!flush (self, source, readback, error))
            return FALSE;
          readback->run = run;
          readback->number = number + i;
        }
      g_ptr_array_add (readback->snapshots, hr_snapshot_ref (snapshot));
    }

  return TRUE;
}

/* Reads the batches of @source and writes them as chunks, but for what stays in @readback at the end. A batch that is damaged is left out: its
 * snapshots are gone, and the rest of the file is not to be held up by them. */
static gboolean
read_back (HrWriter *self,
           gint64    source,
           Readback *readback,
           GError  **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_FIND_BATCHES, error);
  gboolean      done = statement != NULL;
  int           result = SQLITE_DONE;

  if (done)
    sqlite3_bind_int64 (statement, 1, source);
  while (done && (result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gint64 run = sqlite3_column_int64 (statement, 0);
      gint64 number = sqlite3_column_int64 (statement, 1);
      g_autoptr (GBytes) bytes = g_bytes_new (sqlite3_column_blob (statement, 3), (gsize) sqlite3_column_bytes (statement, 3));
      g_autoptr (GPtrArray) snapshots = hr_batch_read (bytes, readback->metrics, NULL);

      if (snapshots != NULL)
        done = take_back (self, source, readback, run, number, snapshots, error);
    }
  if (done && result != SQLITE_DONE)
    done = hr_writer_fail (self, result, error);
  sqlite3_reset (statement);

  return done;
}

static gboolean
remove_batches (HrWriter *self,
                gint64    source,
                GError  **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_REMOVE_BATCHES, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, source);

  return hr_writer_run (self, statement, error);
}

/* Makes chunks of all batches of @source. */
static gboolean
settle_source (HrWriter *self,
               gint64    source,
               GError  **error)
{
  HrWriterSource *known = g_hash_table_lookup (self->sources, &source);
  Readback        readback = { g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref), g_array_new (FALSE, FALSE, sizeof (gint64)), 0, 0 };
  gboolean        done = read_back (self, source, &readback, error) && flush (self, source, &readback, error) &&
                  remove_batches (self, source, error);

  g_ptr_array_unref (readback.snapshots);
  g_array_unref (readback.metrics);
  if (known != NULL)
    known->n_pending = 0;

  return done;
}

/* Returns: (transfer none) (nullable): where @source stands, read from the file when it is asked for the first time since the file was opened.
 * What stands in batches then has another writer's times, so it is made a chunk. */
static HrWriterSource *
find_source (HrWriter *self,
             gint64    source,
             GError  **error)
{
  HrWriterSource *known = g_hash_table_lookup (self->sources, &source);
  sqlite3_stmt   *statement;
  gint64          number;

  if (known != NULL)
    return known;
  if (!settle_source (self, source, error) || (statement = hr_writer_statement (self, HR_STATEMENT_FIND_NUMBER, error)) == NULL)
    return NULL;

  sqlite3_bind_int64 (statement, 1, source);
  number = hr_writer_run_for_id (self, statement, error);
  if (number == 0)
    return NULL;

  known = g_new0 (HrWriterSource, 1);
  known->number = number;
  g_hash_table_insert (self->sources, g_memdup2 (&source, sizeof source), known);

  return known;
}

/* How many of @n snapshots follow each other without a gap, at most @max and what a batch may hold. */
static guint
count_even (HrSnapshot *const *snapshots,
            guint              n,
            guint              max)
{
  guint count = 1;
  gsize n_samples = snapshots[0]->n_samples;

  while (count < MIN (n, max) && !is_gap (snapshots[count - 1]->end_ns, snapshots[count - 1]->time_us, snapshots[count - 1]->interval_ns, snapshots[count]) &&
         n_samples + snapshots[count]->n_samples <= HR_BATCH_SAMPLES)
    n_samples += snapshots[count++]->n_samples;

  return count;
}

/* Adds a stretch without a gap that fits what is pending. What is a whole chunk by itself need not be a batch first. */
static gboolean
add_stretch (HrWriter       *self,
             HrWriterSource *known,
             const Stretch  *stretch,
             GError        **error)
{
  const HrSnapshot *last = stretch->snapshots[stretch->n - 1];
  gboolean          whole = stretch->n == HR_CHUNK_SNAPSHOTS;

  if (!(whole ? add_chunk (self, stretch, error) : add_batch (self, stretch, error)))
    return FALSE;

  known->number += stretch->n;
  known->n_pending += whole ? 0 : stretch->n;
  known->end_ns = last->end_ns;
  known->time_us = last->time_us;
  known->interval_ns = last->interval_ns;

  return TRUE;
}

static gboolean
add_snapshots (HrWriter          *self,
               gint64             source,
               HrSnapshot *const *snapshots,
               guint              n,
               const gint64      *metric_ids,
               GError           **error)
{
  HrWriterSource *known = find_source (self, source, error);

  for (guint i = 0; known != NULL && i < n;)
    {
      Stretch stretch = { source, self->run, known->number, snapshots + i, 0, metric_ids };

      if (known->n_pending == HR_CHUNK_SNAPSHOTS ||
          (known->n_pending > 0 && is_gap (known->end_ns, known->time_us, known->interval_ns, snapshots[i])))
        if (!settle_source (self, source, error))
          return FALSE;

      stretch.n = count_even (snapshots + i, n - i, HR_CHUNK_SNAPSHOTS - known->n_pending);
      if (!add_stretch (self, known, &stretch, error))
        return FALSE;
      i += stretch.n;
    }

  return known != NULL && (known->n_pending < HR_CHUNK_SNAPSHOTS || settle_source (self, source, error));
}

/* Adds snapshots of @source, newer than all before. @metric_ids: the file's number of each metric that their samples name by its place */
gboolean
hr_writer_add_snapshots (HrWriter          *self,
                         gint64             source,
                         HrSnapshot *const *snapshots,
                         guint              n,
                         const gint64      *metric_ids,
                         GError           **error)
{
  return hr_writer_end (self, hr_writer_begin (self, error) && add_snapshots (self, source, snapshots, n, metric_ids, error));
}

/* Writes a source that has batches to @out: of other runs, or any when @all; 0 when there is none. */
static gboolean
find_unsettled (HrWriter *self,
                gboolean  all,
                gint64   *out,
                GError  **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_FIND_UNSETTLED, error);
  int           result;

  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, self->run);
  sqlite3_bind_int (statement, 2, all);
  result = sqlite3_step (statement);
  *out = result == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
  sqlite3_reset (statement);

  return result == SQLITE_ROW || result == SQLITE_DONE || hr_writer_fail (self, result, error);
}

/* Makes chunks of the batches of one source: of those that other runs left, or of any when @all. @out_more gets whether there may be others;
 * without any nothing is written. */
gboolean
hr_writer_settle (HrWriter *self,
                  gboolean  all,
                  gboolean *out_more,
                  GError  **error)
{
  gint64 source;

  if (!find_unsettled (self, all, &source, error))
    return hr_writer_end (self, FALSE);

  *out_more = source != 0;

  return hr_writer_end (self, source == 0 || (hr_writer_begin (self, error) && settle_source (self, source, error)));
}
