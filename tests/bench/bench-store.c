/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/block.h"
#include "tests/bench/bench.h"
#include "tests/bench/store-day.h"

#include <math.h>
#include <string.h>
#include <zstd.h>

#define N_CHUNKS ((DAY_SNAPSHOTS + HR_CHUNK_SNAPSHOTS - 1) / HR_CHUNK_SNAPSHOTS)
#define N_COLUMNS 1000
#define STEP 32 /* snapshots: half of a column of the longest view of samples */
#define SEED 141421
#define RAW_BYTES (sizeof (gint64) + sizeof (double)) /* a time and a value */

/* A chunk in a file, and as whoever compresses raw columns has it. */
typedef struct
{
  guint   n;
  GBytes *heads;
  GBytes *block;
  GBytes *fine;
  GBytes *coarse;
  GBytes *raw;
} Chunk;

/* A day of one series, and how it is drawn. */
typedef struct
{
  StoreDay    drawn;
  Chunk       chunks[N_CHUNKS];
  HrSnapshot *snapshots[HR_CHUNK_SNAPSHOTS]; /* of the chunk that was drawn last */
  double     *decoded;
  double     *copy;
  HrBin       bins[DAY_SNAPSHOTS / HR_TIER_FINE + N_CHUNKS];
  HrBin       columns[N_COLUMNS];
  guint64     n_steps[1 << 16]; /* how often a gauge's value went by so many hundredths or units, from 1 << 15 */
} Day;

/* Draws snapshot @number, and counts how far its values went. */
static HrSnapshot *
draw_snapshot (Day  *day,
               guint number,
               guint n_metrics)
{
  StoreDay    before = day->drawn;
  HrSnapshot *snapshot = store_day_draw_snapshot (&day->drawn, number, n_metrics);

  for (guint i = 0; i < n_metrics; i++)
    day->n_steps[CLAMP ((1 << 15) + lrint ((day->drawn.values[i] - before.values[i]) * 100), 0, (1 << 16) - 1)]++;

  return snapshot;
}

/* Draws chunk @index of the day. Returns how many snapshots it has. */
static guint
draw_chunk (Day  *day,
            guint index,
            guint n_metrics)
{
  guint n = MIN (HR_CHUNK_SNAPSHOTS, DAY_SNAPSHOTS - index * HR_CHUNK_SNAPSHOTS);

  for (guint i = 0; i < n; i++)
    {
      hr_snapshot_unref (day->snapshots[i]);
      day->snapshots[i] = draw_snapshot (day, index * HR_CHUNK_SNAPSHOTS + i, n_metrics);
    }

  return n;
}

static void
chunk_clear (Chunk *self)
{
  g_clear_pointer (&self->heads, g_bytes_unref);
  g_clear_pointer (&self->block, g_bytes_unref);
  g_clear_pointer (&self->fine, g_bytes_unref);
  g_clear_pointer (&self->coarse, g_bytes_unref);
  g_clear_pointer (&self->raw, g_bytes_unref);
}

/* From snapshots to what stands in a file of one metric. */
static void
encode (HrSnapshot *const *snapshots,
        guint              n,
        guint              metric,
        Chunk             *out)
{
  g_auto (HrBlock) block = { 0 };

  chunk_clear (out);
  out->n = n;
  if (metric == 0)
    {
      g_auto (HrHeads) heads = { 0 };

      hr_heads_gather (&heads, snapshots, n);
      out->heads = hr_heads_write (&heads);
    }
  hr_block_gather (&block, NULL, snapshots, n, metric);
  out->block = hr_block_write (&block);
  out->fine = hr_tier_write (&block, n, HR_TIER_FINE);
  out->coarse = hr_tier_write (&block, n, HR_TIER_COARSE);
}

/* Times and values as they stand in memory, compressed. */
static GBytes *
encode_raw (HrSnapshot *const *snapshots,
            guint              n)
{
  g_autofree gint64 *times = g_new (gint64, n);
  g_autofree double *values = g_new (double, n);
  gsize              bound = ZSTD_compressBound (n * sizeof (double));
  guint8            *out = g_malloc (sizeof (gsize) + 2 * bound);
  gsize              first;

  for (guint i = 0; i < n; i++)
    {
      times[i] = snapshots[i]->time_us;
      values[i] = snapshots[i]->samples[0].sum;
    }
  first = ZSTD_compress (out + sizeof first, bound, times, n * sizeof *times, 3);
  memcpy (out, &first, sizeof first);

  return g_bytes_new_take (out, sizeof first + first + ZSTD_compress (out + sizeof first + first, bound, values, n * sizeof *values, 3));
}

/* One series decoded, times and values, and summed up. */
static void
decode (guint64  n,
        gpointer user_data)
{
  Day *day = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      double sum = 0;
      gint64 times = 0;

      for (guint k = 0; k < N_CHUNKS; k++)
        {
          g_autofree gint64 *times_us = NULL;
          g_auto (HrBlock) block = { 0 };
          guint n_times;

          if (!hr_heads_read_times (day->chunks[k].heads, &times_us, &n_times, NULL) || !hr_block_read (day->chunks[k].block, HR_COLUMN_SUM, &block, NULL))
            g_error ("A chunk cannot be read");
          for (guint j = 0; j < block.n; j++)
            {
              sum += block.sums[j];
              times += times_us[block.positions[j]];
            }
        }
      hr_bench_keep (&sum);
      hr_bench_keep (&times);
    }
}

/* As many bytes copied. */
static void
decode_floor (guint64  n,
              gpointer user_data)
{
  Day *day = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      memcpy (day->copy, day->decoded, DAY_SNAPSHOTS * RAW_BYTES);
      hr_bench_keep (day->copy);
    }
}

/* The same from compressed raw columns. */
static void
decode_raw (guint64  n,
            gpointer user_data)
{
  Day *day = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      double sum = 0;
      gint64 times = 0;

      for (guint k = 0; k < N_CHUNKS; k++)
        {
          gint64        read_times[HR_CHUNK_SNAPSHOTS];
          double        values[HR_CHUNK_SNAPSHOTS];
          gsize         size, first;
          const guint8 *raw = g_bytes_get_data (day->chunks[k].raw, &size);

          memcpy (&first, raw, sizeof first);
          ZSTD_decompress (read_times, sizeof read_times, raw + sizeof first, first);
          ZSTD_decompress (values, sizeof values, raw + sizeof first + first, size - sizeof first - first);
          for (guint j = 0; j < day->chunks[k].n; j++)
            {
              sum += values[j];
              times += read_times[j];
            }
        }
      hr_bench_keep (&sum);
      hr_bench_keep (&times);
    }
}

/* The snapshots of one chunk of one metric gathered and coded. */
static void
ingest (guint64  n,
        gpointer user_data)
{
  Day  *day = user_data;
  Chunk chunk = { 0 };

  for (guint64 i = 0; i < n; i++)
    encode (day->snapshots, HR_CHUNK_SNAPSHOTS, 0, &chunk);
  chunk_clear (&chunk);
}

/* The snapshots read. */
static void
ingest_floor (guint64  n,
              gpointer user_data)
{
  Day *day = user_data;

  for (guint64 i = 0; i < n; i++)
    for (guint k = 0; k < HR_CHUNK_SNAPSHOTS; k++)
      {
        HrSample sample = day->snapshots[k]->samples[0];

        hr_bench_keep (&sample);
      }
}

/* Times and values compressed. */
static void
ingest_raw (guint64  n,
            gpointer user_data)
{
  Day *day = user_data;

  for (guint64 i = 0; i < n; i++)
    g_bytes_unref (encode_raw (day->snapshots, HR_CHUNK_SNAPSHOTS));
}

/* The extent of each of 1 000 columns from @n bins. */
static void
fill_columns (Day  *day,
              guint n)
{
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      HrBin column = { 0 };

      for (guint k = (guint) ((guint64) i * n / N_COLUMNS); k < (guint64) (i + 1) * n / N_COLUMNS; k++)
        {
          const HrBin *bin = &day->bins[k];

          column.min = column.count == 0 || bin->min < column.min ? bin->min : column.min;
          column.max = column.count == 0 || bin->max > column.max ? bin->max : column.max;
          column.sum += bin->sum;
          column.count += bin->count;
        }
      day->columns[i] = column;
    }
  hr_bench_keep (day->columns);
}

/* The columns of the first @n_chunks from a tier. */
static void
view_tier (Day     *day,
           guint64  n,
           guint    n_chunks,
           gboolean fine)
{
  guint per_bin = fine ? HR_TIER_FINE : HR_TIER_COARSE;

  for (guint64 i = 0; i < n; i++)
    {
      guint at = 0;

      for (guint k = 0; k < n_chunks; k++)
        {
          const Chunk *chunk = &day->chunks[k];
          guint        n_bins = (chunk->n + per_bin - 1) / per_bin;

          if (!hr_tier_read (fine ? chunk->fine : chunk->coarse, day->bins + at, n_bins, NULL))
            g_error ("A tier cannot be read");
          at += n_bins;
        }
      fill_columns (day, at);
    }
}

/* The whole day: 1 688 bins. */
static void
view_day (guint64  n,
          gpointer user_data)
{
  view_tier (user_data, n, N_CHUNKS, FALSE);
}

/* The longest stretch for whose columns the coarse tier is too coarse. */
static void
view_fine (guint64  n,
           gpointer user_data)
{
  view_tier (user_data, n, N_COLUMNS * HR_TIER_COARSE / HR_CHUNK_SNAPSHOTS, TRUE);
}

/* The longest stretch for whose columns the fine tier is too coarse, from the samples. */
static void
view_samples (guint64  n,
              gpointer user_data)
{
  Day *day = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      guint at = 0;

      for (guint k = 0; k <= N_COLUMNS * HR_TIER_FINE / HR_CHUNK_SNAPSHOTS; k++)
        {
          g_auto (HrBlock) block = { 0 };
          guint n_bins = day->chunks[k].n / STEP;

          if (!hr_block_read (day->chunks[k].block, HR_COLUMN_COUNT | HR_COLUMN_SUM | HR_COLUMN_MIN | HR_COLUMN_MAX, &block, NULL))
            g_error ("A block cannot be read");
          hr_tier_fill (&block, STEP, day->bins + at, n_bins);
          at += n_bins;
        }
      fill_columns (day, at);
    }
}

/* The columns known beforehand read. */
static void
view_floor (guint64  n,
            gpointer user_data)
{
  Day *day = user_data;

  for (guint64 i = 0; i < n; i++)
    for (guint k = 0; k < N_COLUMNS; k++)
      {
        HrBin column = day->columns[k];

        hr_bench_keep (&column);
      }
}

/* What a sample has to cost by what is random in it, in bytes: the jitter, and a value's step. */
static double
entropy (const Day *day,
         double     share)
{
  double bits = day->drawn.kind == DAY_INTEGERS ? 0 : log2 (2 * DAY_JITTER_US + 1) * share;

  /* A double of 0..1: 52 bits of mantissa, and an exponent that halves each time. */
  if (day->drawn.kind == DAY_DOUBLES)
    return (bits + 52 + 2) / 8;

  for (guint i = 0; i < G_N_ELEMENTS (day->n_steps); i++)
    if (day->n_steps[i] > 0)
      bits -= (double) day->n_steps[i] / DAY_SNAPSHOTS * log2 ((double) day->n_steps[i] / DAY_SNAPSHOTS);

  return bits / 8;
}

static Day *
day_new (DayKind kind)
{
  Day *day = g_new0 (Day, 1);

  store_day_init (&day->drawn, kind, SEED);

  return day;
}

static void
day_free (Day *day)
{
  for (guint i = 0; i < N_CHUNKS; i++)
    chunk_clear (&day->chunks[i]);
  for (guint i = 0; i < HR_CHUNK_SNAPSHOTS; i++)
    hr_snapshot_unref (day->snapshots[i]);
  store_day_clear (&day->drawn);
  g_free (day->decoded);
  g_free (day->copy);
  g_free (day);
}

static void
add (HrBench    *results,
     const Day  *day,
     const char *what,
     double      value,
     const char *unit,
     double      floor)
{
  g_autofree char *name = g_strdup_printf ("%s-%s", what, store_day_names[day->drawn.kind]);

  hr_bench_add (results, name, value, unit, floor);
}

static void
add_peer (HrBench    *results,
          const Day  *day,
          const char *what,
          const char *peer,
          double      value)
{
  g_autofree char *name = g_strdup_printf ("%s-%s", what, store_day_names[day->drawn.kind]);

  hr_bench_add_peer (results, name, peer, value);
}

/* What delta-of-delta times and XORed values have come to so far, as published for Gorilla (Pelkonen and others, 2015): for its size alone. */
typedef struct
{
  gint64  time;
  gint64  step;
  guint64 value;
  guint   leading; /* of the window that the last XOR opened */
  guint   trailing;
  guint64 n_bits;
} Gorilla;

static guint
count_time_bits (gint64 change)
{
  if (change == 0)
    return 1;
  if (change >= -63 && change <= 64)
    return 2 + 7;
  if (change >= -255 && change <= 256)
    return 3 + 9;

  return change >= -2047 && change <= 2048 ? 4 + 12 : 4 + 32;
}

static void
gorilla_add (Gorilla *self,
             gint64   time,
             double   value)
{
  guint64 bits, changed;
  guint   leading, trailing;

  memcpy (&bits, &value, sizeof bits);
  changed = bits ^ self->value;
  self->n_bits += count_time_bits (time - self->time - self->step) + 1;
  self->step = time - self->time;
  self->time = time;
  self->value = bits;
  if (changed == 0)
    return;

  leading = MIN ((guint) __builtin_clzll (changed), 31);
  trailing = (guint) __builtin_ctzll (changed);
  if (leading >= self->leading && trailing >= self->trailing)
    {
      self->n_bits += 1 + 64 - self->leading - self->trailing;
      return;
    }
  self->n_bits += 1 + 5 + 6 + 64 - leading - trailing;
  self->leading = leading;
  self->trailing = trailing;
}

/* Bytes a sample of a source that has one metric, heads counted in. */
static void
measure_single (HrBench *results,
                Day     *day)
{
  Gorilla gorilla = { .leading = 64 };
  gsize   stored = 0, tiers = 0, raw = 0;

  for (guint i = 0; i < N_CHUNKS; i++)
    {
      Chunk *chunk = &day->chunks[i];
      guint  n = draw_chunk (day, i, 1);

      encode (day->snapshots, n, 0, chunk);
      chunk->raw = encode_raw (day->snapshots, n);
      stored += g_bytes_get_size (chunk->heads) + g_bytes_get_size (chunk->block);
      tiers += g_bytes_get_size (chunk->fine) + g_bytes_get_size (chunk->coarse);
      raw += g_bytes_get_size (chunk->raw);
      for (guint k = 0; k < n; k++)
        gorilla_add (&gorilla, day->snapshots[k]->time_us, day->snapshots[k]->samples[0].sum);
    }

  add (results, day, "bytes", (double) stored / DAY_SNAPSHOTS, "B", entropy (day, 1));
  add_peer (results, day, "bytes", "raw, zstd 3", (double) raw / DAY_SNAPSHOTS);
  add_peer (results, day, "bytes", "Gorilla", (double) gorilla.n_bits / 8 / DAY_SNAPSHOTS);
  add (results, day, "bytes-tiers", (double) tiers / DAY_SNAPSHOTS, "B", (double) NAN);
}

/* Bytes a sample of a source whose metrics share its heads. */
static void
measure_sharing (HrBench *results,
                 DayKind  kind)
{
  Day  *day = day_new (kind);
  Chunk chunk = { 0 };
  gsize stored = 0;

  for (guint i = 0; i < N_CHUNKS; i++)
    {
      guint n = draw_chunk (day, i, DAY_METRICS);

      for (guint k = 0; k < DAY_METRICS; k++)
        {
          encode (day->snapshots, n, k, &chunk);
          stored += g_bytes_get_size (chunk.block) + (chunk.heads != NULL ? g_bytes_get_size (chunk.heads) : 0);
        }
    }
  chunk_clear (&chunk);

  for (guint i = 0; i < G_N_ELEMENTS (day->n_steps); i++)
    day->n_steps[i] /= DAY_METRICS;
  add (results, day, "bytes-of-10", (double) stored / DAY_SNAPSHOTS / DAY_METRICS, "B", entropy (day, 1.0 / DAY_METRICS));
  day_free (day);
}

static void
measure_times (HrBench *results,
               Day     *day)
{
  g_autofree char *decode_name = g_strdup_printf ("decode-day-%s", store_day_names[day->drawn.kind]);
  g_autofree char *ingest_name = g_strdup_printf ("ingest-chunk-%s", store_day_names[day->drawn.kind]);
  g_autofree char *day_name = g_strdup_printf ("view-day-%s", store_day_names[day->drawn.kind]);
  g_autofree char *fine_name = g_strdup_printf ("view-fine-%s", store_day_names[day->drawn.kind]);
  g_autofree char *samples_name = g_strdup_printf ("view-samples-%s", store_day_names[day->drawn.kind]);

  day->decoded = g_malloc0 (DAY_SNAPSHOTS * RAW_BYTES);
  day->copy = g_malloc0 (DAY_SNAPSHOTS * RAW_BYTES);
  hr_bench_run (results, decode_name, decode, decode_floor, day);
  hr_bench_run_peer (results, decode_name, "raw, zstd 3", decode_raw, day);

  draw_chunk (day, 0, 1);
  hr_bench_run (results, ingest_name, ingest, ingest_floor, day);
  hr_bench_run_peer (results, ingest_name, "raw, zstd 3", ingest_raw, day);
  add (results, day, "ingest", HR_CHUNK_SNAPSHOTS / hr_bench_get (results, ingest_name) * 1e3, "M/s", (double) NAN);

  hr_bench_run (results, day_name, view_day, view_floor, day);
  hr_bench_run (results, fine_name, view_fine, view_floor, day);
  hr_bench_run (results, samples_name, view_samples, view_floor, day);
}

int
main (void)
{
  HrBench *results = hr_bench_new ("store");

  for (DayKind kind = 0; kind < N_DAY_KINDS; kind++)
    {
      Day *day = day_new (kind);

      measure_single (results, day);
      measure_sharing (results, kind);
      measure_times (results, day);
      day_free (day);
    }

  return hr_bench_finish (results);
}
