/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/histogram.h"
#include "engine/stats/moments.h"
#include "engine/stats/pyramid.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <string.h>

#define N_VALUES 4096 /* a power of two: inputs are taken in turn */
#define N_DAY 864000  /* a metric of 24 h at 10 Hz */
#define N_COLUMNS 1000
#define COLUMN (N_DAY / N_COLUMNS)
#define RING 16384
#define SEED 271828

/* Everything the benchmarks work on; one operation is what its comment calls one. */
typedef struct
{
  uint64_t    durations[N_VALUES];
  uint32_t    buckets[N_VALUES];
  double      values[N_VALUES];
  uint64_t    counts[HR_N_BUCKETS];
  HrHistogram histogram, other;

  HrMoments moments;
  double    sum;
  double    plain[RING];

  HrPyramid *pyramid; /* appended to for ever */
  HrPyramid *day;     /* N_DAY samples, only read */
  double     samples[N_DAY];
  HrExtent   extents[N_COLUMNS];
} Bench;

static const double quantiles[] = { 0.5, 0.9, 0.99, 0.999, 1 };

/* One duration recorded. */
static void
histogram_record (guint64  n,
                  gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_histogram_record (&bench->histogram, bench->durations[i % N_VALUES], 1);
}

/* One bucket, known beforehand, incremented. */
static void
histogram_record_floor (guint64  n,
                        gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      bench->counts[bench->buckets[i % N_VALUES]]++;
      hr_bench_keep (bench->counts);
    }
}

/* Five quantiles read. */
static void
histogram_quantiles (guint64  n,
                     gpointer user_data)
{
  Bench *bench = user_data;
  double out[G_N_ELEMENTS (quantiles)];

  for (guint64 i = 0; i < n; i++)
    {
      hr_histogram_quantiles (&bench->histogram, quantiles, G_N_ELEMENTS (quantiles), out);
      hr_bench_keep (out);
    }
}

/* The same five, a pass each. */
static void
histogram_quantiles_singly (guint64  n,
                            gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    for (guint k = 0; k < G_N_ELEMENTS (quantiles); k++)
      {
        double value = hr_histogram_quantile (&bench->histogram, quantiles[k]);

        hr_bench_keep (&value);
      }
}

/* Reads every count once, in four sums so that no addition waits for the one before. */
static uint64_t
sum_counts (const uint64_t *counts)
{
  uint64_t a = 0, b = 0, c = 0, d = 0;

  for (guint i = 0; i < HR_N_BUCKETS; i += 4)
    {
      a += counts[i];
      b += counts[i + 1];
      c += counts[i + 2];
      d += counts[i + 3];
    }

  return a + b + c + d;
}

/* One histogram read. */
static void
histogram_quantiles_floor (guint64  n,
                           gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      uint64_t sum = sum_counts (bench->histogram.counts);

      hr_bench_keep (&sum);
    }
}

/* One histogram merged into another. */
static void
histogram_merge (guint64  n,
                 gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_histogram_merge (&bench->other, &bench->histogram);
}

/* One histogram copied. */
static void
histogram_merge_floor (guint64  n,
                       gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      memcpy (&bench->other, &bench->histogram, sizeof bench->other);
      hr_bench_keep (&bench->other);
    }
}

/* One difference of two histograms. */
static void
histogram_subtract (guint64  n,
                    gpointer user_data)
{
  Bench        *bench = user_data;
  HrBucketCount out[HR_N_BUCKETS];

  for (guint64 i = 0; i < n; i++)
    {
      hr_histogram_subtract (&bench->histogram, &bench->other, out, G_N_ELEMENTS (out));
      hr_bench_keep (out);
    }
}

/* Two histograms read. */
static void
histogram_subtract_floor (guint64  n,
                          gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      uint64_t sum = sum_counts (bench->histogram.counts) + sum_counts (bench->other.counts);

      hr_bench_keep (&sum);
    }
}

/* One value recorded. */
static void
moments_record (guint64  n,
                gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_moments_record (&bench->moments, bench->values[i % N_VALUES]);
}

/* One value added to a sum in memory. */
static void
moments_record_floor (guint64  n,
                      gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      bench->sum += bench->values[i % N_VALUES];
      hr_bench_keep (&bench->sum);
    }
}

/* One sample appended. */
static void
pyramid_append (guint64  n,
                gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    hr_pyramid_append (bench->pyramid, bench->values[i % N_VALUES]);
}

/* One value stored in a plain ring. */
static void
pyramid_append_floor (guint64  n,
                      gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      bench->plain[i % RING] = bench->values[i % N_VALUES];
      hr_bench_keep (bench->plain);
    }
}

/* One view of the day: the extent of each of its columns. */
static void
pyramid_extent (guint64  n,
                gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    for (guint64 column = 0; column < N_COLUMNS; column++)
      {
        HrExtent extent = hr_pyramid_extent (bench->day, column * COLUMN, (column + 1) * COLUMN);

        hr_bench_keep (&extent);
      }
}

/* One extent a column, known beforehand, read. */
static void
pyramid_extent_floor (guint64  n,
                      gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    for (guint64 column = 0; column < N_COLUMNS; column++)
      {
        HrExtent extent = bench->extents[column];

        hr_bench_keep (&extent);
      }
}

/* One view, from the samples alone. */
static void
pyramid_extent_naive (guint64  n,
                      gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    for (guint64 column = 0; column < N_COLUMNS; column++)
      {
        HrExtent extent = { .min = (double) INFINITY, .max = -(double) INFINITY };

        for (guint64 k = column * COLUMN; k < (column + 1) * COLUMN; k++)
          {
            extent.min = bench->samples[k] < extent.min ? bench->samples[k] : extent.min;
            extent.max = bench->samples[k] > extent.max ? bench->samples[k] : extent.max;
          }
        hr_bench_keep (&extent);
      }
}

/* Durations spread as a ranker's are: around 28 us, with a long tail. */
static void
fill (Bench *bench)
{
  GRand *random = g_rand_new_with_seed (SEED);

  for (guint i = 0; i < N_VALUES; i++)
    {
      double body = 28000 * exp (g_rand_double_range (random, -0.2, 0.2));

      bench->durations[i] = (uint64_t) (body / (1 - 0.999 * g_rand_double (random)));
      bench->buckets[i] = hr_bucket_index (bench->durations[i]);
      bench->values[i] = (double) bench->durations[i] * 1e-6;
      hr_histogram_record (&bench->histogram, bench->durations[i], 1);
    }

  bench->pyramid = hr_pyramid_new (RING);
  bench->day = hr_pyramid_new (N_DAY);
  for (guint i = 0; i < N_DAY; i++)
    {
      bench->samples[i] = g_rand_double (random);
      hr_pyramid_append (bench->day, bench->samples[i]);
    }
  g_rand_free (random);
}

int
main (void)
{
  HrBench *results = hr_bench_new ("stats");
  Bench   *bench = g_new0 (Bench, 1);
  int      status;

  fill (bench);

  hr_bench_run (results, "histogram-record", histogram_record, histogram_record_floor, bench);
  hr_bench_run (results, "histogram-quantiles", histogram_quantiles, histogram_quantiles_floor, bench);
  hr_bench_run_peer (results, "histogram-quantiles", "five single", histogram_quantiles_singly, bench);
  hr_bench_run (results, "histogram-subtract", histogram_subtract, histogram_subtract_floor, bench);
  hr_bench_run (results, "histogram-merge", histogram_merge, histogram_merge_floor, bench);
  hr_bench_run (results, "moments-record", moments_record, moments_record_floor, bench);
  hr_bench_run (results, "pyramid-append", pyramid_append, pyramid_append_floor, bench);
  hr_bench_run (results, "pyramid-extent-day", pyramid_extent, pyramid_extent_floor, bench);
  hr_bench_run_peer (results, "pyramid-extent-day", "naive scan", pyramid_extent_naive, bench);
  status = hr_bench_finish (results);

  hr_pyramid_free (bench->pyramid);
  hr_pyramid_free (bench->day);
  g_free (bench);

  return status;
}
