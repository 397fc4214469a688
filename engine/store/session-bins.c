/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What charts of a session are drawn from. Of each chunk the coarsest is read that is fine enough: its totals, one of its tiers or its samples; of
 * the batches behind the chunks, the samples. What is damaged is left out, so that a chart shows a gap there. */

#include "engine/stats/robust.h"
#include "engine/store/session-pieces.h"

#include <math.h>

#define MAX_BINS 16384

/* Snapshots within so many intervals of each other are neighbours: chunks are made by the same rule. */
#define NEIGHBOUR_INTERVALS 3

/* A level that is measured less often than snapshots are cut holds until the next value, if that comes within so many times the usual. */
#define HOLD_PERIODS 3

/* A walk over one metric. */
typedef struct
{
  HrSession *session;
  gint64     metric;
  HrRange    range;
  gint64     resolution_us;
  gint64     end_us; /* of the last snapshot that was walked over, whether or not it has the metric */
  GArray    *bins;   /* HrBin */
} Walk;

static void
bin_merge (HrBin       *self,
           const HrBin *other)
{
  self->end_us = MAX (self->end_us, other->end_us);
  self->count += other->count;
  self->sum += other->sum;
  self->min = fmin (self->min, other->min);
  self->max = fmax (self->max, other->max);
}

/* Appends @bin if there is anything in it and it lies in the range. What begins before the last one ended, after the clock was set back, begins
 * there instead. */
static void
push (Walk *self,
      HrBin bin)
{
  HrBin *last = self->bins->len > 0 ? &g_array_index (self->bins, HrBin, self->bins->len - 1) : NULL;

  if (bin.count == 0 || bin.end_us <= self->range.begin_us || bin.begin_us > self->range.end_us)
    return;

  if (last != NULL && bin.end_us <= last->end_us)
    {
      bin_merge (last, &bin);
      return;
    }
  if (last != NULL && bin.begin_us < last->end_us)
    bin.begin_us = last->end_us;
  g_array_append_val (self->bins, bin);
}

/* Returns where what begins at @begin_us joins on: at the end of what was before, if that is near by @interval_us. */
static gint64
join (const Walk *self,
      gint64      begin_us,
      gint64      interval_us)
{
  if (self->end_us == G_MININT64 || begin_us <= self->end_us || begin_us - self->end_us > NEIGHBOUR_INTERVALS * interval_us)
    return begin_us;

  return self->end_us;
}

/* Returns how long an interval of @chunk is in the mean. */
static gint64
interval_of (const HrChunkTimes *chunk)
{
  return (chunk->piece.end_us - chunk->piece.begin_us) / chunk->piece.n;
}

static gboolean
push_totals (Walk               *self,
             const HrChunkTimes *chunk,
             GError            **error)
{
  sqlite3_stmt *row = hr_session_query (self->session, HR_QUERY_TOTALS, error);
  int           result;

  if (row == NULL)
    return FALSE;

  sqlite3_bind_int64 (row, 1, self->metric);
  sqlite3_bind_int64 (row, 2, chunk->piece.id);
  result = sqlite3_step (row);
  if (result == SQLITE_ROW)
    push (self, (HrBin){
                    .begin_us = join (self, chunk->piece.begin_us, interval_of (chunk)),
                    .end_us = chunk->piece.end_us,
                    .count = (guint64) sqlite3_column_int64 (row, 0),
                    .sum = sqlite3_column_double (row, 1),
                    .min = sqlite3_column_double (row, 2),
                    .max = sqlite3_column_double (row, 3),
                });
  sqlite3_reset (row);

  return result == SQLITE_ROW || result == SQLITE_DONE || hr_session_fail (self->session, result, error);
}

/* Pushes the tier of @per_bin snapshots. */
static gboolean
push_tier (Walk         *self,
           HrChunkTimes *chunk,
           guint         per_bin,
           GError      **error)
{
  HrBin    bins[HR_CHUNK_SNAPSHOTS / HR_TIER_FINE];
  guint    n_bins = (chunk->piece.n + per_bin - 1) / per_bin;
  guint    n_edges = (chunk->piece.n + HR_TIER_FINE - 1) / HR_TIER_FINE;
  GError  *failure = NULL;
  GBytes  *bytes = hr_session_read_blob (self->session, per_bin == HR_TIER_FINE ? HR_QUERY_FINE : HR_QUERY_COARSE, self->metric, chunk->piece.id, &failure);
  gboolean ok = failure == NULL;

  if (ok && bytes != NULL)
    ok = hr_session_load_times (self->session, chunk, FALSE, &failure) && hr_tier_read (bytes, bins, n_bins, &failure);
  for (guint i = 0; ok && bytes != NULL && i < n_bins; i++)
    {
      bins[i].begin_us = chunk->edges[i * (per_bin / HR_TIER_FINE)];
      bins[i].end_us = chunk->edges[MIN ((i + 1) * (per_bin / HR_TIER_FINE), n_edges)];
      if (i == 0)
        bins[i].begin_us = join (self, bins[i].begin_us, interval_of (chunk));
      push (self, bins[i]);
    }
  if (bytes != NULL)
    g_bytes_unref (bytes);
  if (failure != NULL)
    g_propagate_error (error, failure);

  return ok;
}

static gboolean
push_samples (Walk         *self,
              HrChunkTimes *chunk,
              GError      **error)
{
  GError *failure = NULL;
  GBytes *bytes = hr_session_read_blob (self->session, HR_QUERY_SAMPLES, self->metric, chunk->piece.id, &failure);
  g_auto (HrBlock) block = { 0 };
  gboolean ok = failure == NULL;

  if (ok && bytes != NULL)
    ok = hr_session_load_times (self->session, chunk, TRUE, &failure) &&
         hr_block_read (bytes, HR_COLUMN_COUNT | HR_COLUMN_SUM | HR_COLUMN_MIN | HR_COLUMN_MAX, &block, &failure);
  for (guint i = 0; ok && i < block.n; i++)
    {
      guint32 position = block.positions[i];

      if (position >= chunk->piece.n)
        ok = hr_session_fail_damaged (self->session, &failure);
      else
        push (self, (HrBin){
                        .begin_us = position > 0 ? chunk->times[position] : join (self, chunk->times[0], interval_of (chunk)),
                        .end_us = chunk->times[position + 1],
                        .count = block.counts[i],
                        .sum = block.sums[i],
                        .min = block.mins[i],
                        .max = block.maxs[i],
                    });
    }
  if (bytes != NULL)
    g_bytes_unref (bytes);
  if (failure != NULL)
    g_propagate_error (error, failure);

  return ok;
}

/* Pushes what chunk @id has, as coarsely as the resolution allows. */
static gboolean
chunk_cb (gint64   id,
          HrRange  span,
          gpointer user_data,
          GError **error)
{
  Walk         *self = user_data;
  GError       *failure = NULL;
  HrChunkTimes *chunk = hr_session_get_chunk (self->session, id, span, &failure);

  if (chunk == NULL)
    ;
  else if (span.end_us - span.begin_us <= self->resolution_us)
    push_totals (self, chunk, &failure);
  else if (interval_of (chunk) <= self->resolution_us / HR_TIER_COARSE)
    push_tier (self, chunk, HR_TIER_COARSE, &failure);
  else if (interval_of (chunk) <= self->resolution_us / HR_TIER_FINE)
    push_tier (self, chunk, HR_TIER_FINE, &failure);
  else
    push_samples (self, chunk, &failure);
  if (chunk != NULL)
    self->end_us = MAX (self->end_us, span.end_us);

  return hr_session_leave_out (self->session, "chunk", self->metric, id, failure, error);
}

/* Pushes what the snapshots of a batch have. */
static void
push_batch (Walk          *self,
            const HrBatch *batch)
{
  guint metric = hr_batch_find_metric (batch, self->metric);

  for (guint i = 0; i < batch->snapshots->len; i++)
    {
      const HrSnapshot *snapshot = g_ptr_array_index (batch->snapshots, i);
      const HrSample   *sample = hr_snapshot_find (snapshot, metric);
      gint64            interval_us = snapshot->interval_ns / 1000;
      gint64            begin_us = join (self, snapshot->time_us - interval_us, interval_us);

      if (sample != NULL)
        push (self, (HrBin){ begin_us, snapshot->time_us, sample->count, sample->sum, sample->min, sample->max });
      self->end_us = MAX (self->end_us, snapshot->time_us);
    }
}

static gboolean
batch_cb (const HrPiece *piece,
          gpointer       user_data,
          GError       **error)
{
  Walk    *self = user_data;
  GError  *failure = NULL;
  HrBatch *batch = hr_session_get_batch (self->session, piece, &failure);

  if (batch != NULL)
    push_batch (self, batch);

  return hr_session_leave_out (self->session, "batch", 0, piece->id, failure, error);
}

/* Merges what falls into the same stretch of @resolution_us. These stretches stand still while a view is moved over them. */
static void
merge_bins (GArray *bins,
            gint64  resolution_us)
{
  gint64 cell = G_MININT64;
  guint  n = 0;

  for (guint i = 0; i < bins->len; i++)
    {
      HrBin  bin = g_array_index (bins, HrBin, i);
      gint64 middle = bin.begin_us + (bin.end_us - bin.begin_us) / 2;
      gint64 own_cell = middle / resolution_us - (middle % resolution_us < 0);

      if (n > 0 && own_cell == cell)
        bin_merge (&g_array_index (bins, HrBin, n - 1), &bin);
      else
        g_array_index (bins, HrBin, n++) = bin;
      cell = own_cell;
    }
  g_array_set_size (bins, n);
}

/* Lets levels last until the next value of them, unless that is long in coming: then nobody looked in between. */
static void
hold_levels (GArray *bins)
{
  g_autofree double *distances = g_new (double, MAX (bins->len, 1));
  double             usual;

  for (guint i = 1; i < bins->len; i++)
    distances[i - 1] = (double) (g_array_index (bins, HrBin, i).begin_us - g_array_index (bins, HrBin, i - 1).begin_us);
  usual = bins->len > 1 ? hr_median (distances, bins->len - 1) : 0;

  for (guint i = 1; i < bins->len; i++)
    {
      HrBin       *bin = &g_array_index (bins, HrBin, i - 1);
      const HrBin *next = &g_array_index (bins, HrBin, i);

      if ((double) (next->begin_us - bin->begin_us) <= HOLD_PERIODS * usual)
        bin->end_us = next->begin_us;
    }
}

/* Returns what @metric came to in @range (0, 0: all there is of it), in at most about 2 * @n_bins bins, in order of time: its samples themselves
 * if these are no more, else bins of about the @n_bins-th part of the range, in which no extreme is lost. A level lasts
 * until its next value. Between bins that do not touch nothing was measured, and what is damaged is left out.
 * Returns: (transfer full) (nullable) (element-type HrBin): NULL with @error set */
GArray *
hr_session_read_bins (HrSession *self,
                      gint64     metric,
                      HrRange    range,
                      guint      n_bins,
                      GError   **error)
{
  Walk     walk = { .session = self, .metric = metric, .range = range, .end_us = G_MININT64 };
  gint64   source;
  HrKind   kind = HR_KIND_GAUGE;
  gboolean ok;

  n_bins = CLAMP (n_bins, 1, MAX_BINS);
  if (!hr_session_begin (self, error))
    return NULL;

  walk.bins = g_array_new (FALSE, FALSE, sizeof (HrBin));
  ok = hr_session_find_metric (self, metric, &source, &kind, error) && hr_session_resolve (self, source, &walk.range, error);
  walk.resolution_us = MAX (1, (walk.range.end_us - walk.range.begin_us) / n_bins);
  ok = ok && hr_session_walk_chunks (self, source, walk.range, chunk_cb, &walk, error) &&
       hr_session_walk_batches (self, source, walk.range, batch_cb, &walk, error);
  hr_session_end (self);
  if (!ok)
    {
      g_array_unref (walk.bins);
      return NULL;
    }

  if (walk.bins->len > 2 * n_bins)
    merge_bins (walk.bins, walk.resolution_us);
  if (kind == HR_KIND_GAUGE || kind == HR_KIND_RATIO)
    hold_levels (walk.bins);

  return walk.bins;
}
