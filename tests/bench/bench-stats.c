/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/histogram.h"
#include "engine/stats/moments.h"
#include "engine/stats/pyramid.h"
#include "engine/stats/slide.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <string.h>

#define N_VALUES 4096 /* a power of two: inputs are taken in turn */
#define N_DAY 864000  /* a metric of 24 h at 10 Hz */
#define N_COLUMNS 1000
#define COLUMN (N_DAY / N_COLUMNS)
#define RING 16384
#define N_LANES 64
#define N_SNAPSHOTS 1024 /* a power of two */
#define RECORDS 350      /* in a snapshot: batches of ten jobs at 35 000 jobs a second, for 100 ms */
#define WINDOW 50        /* snapshots: 5 s at 10 Hz */
#define LIMIT_NS 10e6
#define SEED 271828

/* Everything the benchmarks work on; one operation is what its comment calls one. */
typedef struct
{
  uint64_t    durations[N_VALUES];
  uint32_t    buckets[N_VALUES];
  double      values[N_VALUES];
  uint64_t    counts[HR_N_BUCKETS];
  HrHistogram histogram, other;

  HrHistogram full; /* something in every bucket */
  double      full_sum;
  HrHistogram lanes[N_LANES];

  HrInterval    intervals[N_SNAPSHOTS];
  HrBucketCount rows[N_SNAPSHOTS][RECORDS];
  uint64_t      arrived;
  HrSlide      *slide;

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

static const double percentiles[] = { 0.5, 0.9, 0.99, 0.999 };

/* What a card shows of a full histogram: four percentiles, the mean, which comes from the sum beside it, and compliance. */
static void
histogram_summary (guint64  n,
                   gpointer user_data)
{
  Bench *bench = user_data;
  double out[G_N_ELEMENTS (percentiles) + 2];

  for (guint64 i = 0; i < n; i++)
    {
      hr_histogram_quantiles (&bench->full, percentiles, G_N_ELEMENTS (percentiles), out);
      out[G_N_ELEMENTS (percentiles)] = bench->full_sum / (double) bench->full.total;
      out[G_N_ELEMENTS (percentiles) + 1] = hr_histogram_compliance (&bench->full, LIMIT_NS);
      hr_bench_keep (out);
    }
}

/* The same with a pass for each percentile, and one for a mean of the buckets' middles. */
static void
histogram_summary_by_passes (guint64  n,
                             gpointer user_data)
{
  Bench *bench = user_data;
  double out[G_N_ELEMENTS (percentiles) + 2];

  for (guint64 i = 0; i < n; i++)
    {
      double sum = 0;

      for (guint k = 0; k < G_N_ELEMENTS (percentiles); k++)
        out[k] = hr_histogram_quantile (&bench->full, percentiles[k]);
      for (guint32 k = 0; k < HR_N_BUCKETS; k++)
        sum += (double) bench->full.counts[k] * hr_bucket_middle (k);
      out[G_N_ELEMENTS (percentiles)] = sum / (double) bench->full.total;
      out[G_N_ELEMENTS (percentiles) + 1] = hr_histogram_compliance (&bench->full, LIMIT_NS);
      hr_bench_keep (out);
    }
}

/* One full histogram read. */
static void
histogram_summary_floor (guint64  n,
                         gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      uint64_t sum = sum_counts (bench->full.counts);

      hr_bench_keep (&sum);
    }
}

/* The histograms of all lanes merged into one. */
static void
histogram_merge_lanes (guint64  n,
                       gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      HrHistogram merged = { 0 };

      for (guint lane = 0; lane < N_LANES; lane++)
        hr_histogram_merge (&merged, &bench->lanes[lane]);
      hr_bench_keep (&merged);
    }
}

/* The histograms of all lanes read. */
static void
histogram_merge_lanes_floor (guint64  n,
                             gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    for (guint lane = 0; lane < N_LANES; lane++)
      {
        uint64_t sum = sum_counts (bench->lanes[lane].counts);

        hr_bench_keep (&sum);
      }
}

/* The snapshot that comes next: the same ones again and again, at later times. */
static HrInterval
next_interval (Bench *bench)
{
  HrInterval interval = bench->intervals[bench->arrived % N_SNAPSHOTS];

  interval.serial = bench->arrived++;
  interval.end_ns = (int64_t) bench->arrived * interval.length_ns;

  return interval;
}

/* One snapshot taken into a window, one let go, and the window read. */
static void
window_advance (guint64  n,
                gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      HrInterval interval = next_interval (bench);
      HrTally    tally;

      hr_slide_push (bench->slide, &interval);
      hr_slide_keep_since (bench->slide, interval.end_ns - WINDOW * interval.length_ns);
      tally = hr_slide_tally (bench->slide);
      hr_bench_keep (&tally);
    }
}

/* The counts of one snapshot added and those of another subtracted. */
static void
window_advance_floor (guint64  n,
                      gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      const HrInterval *enters = &bench->intervals[bench->arrived % N_SNAPSHOTS];
      const HrInterval *leaves = &bench->intervals[(bench->arrived++ - WINDOW) % N_SNAPSHOTS];

      for (gsize k = 0; k < enters->n_buckets; k++)
        bench->counts[enters->buckets[k].bucket] += enters->buckets[k].count;
      for (gsize k = 0; k < leaves->n_buckets; k++)
        bench->counts[leaves->buckets[k].bucket] -= leaves->buckets[k].count;
      hr_bench_keep (bench->counts);
    }
}

/* The window gathered anew. */
static void
window_rescan (guint64  n,
               gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++, bench->arrived++)
    {
      HrHistogram histogram = { 0 };
      HrInterval  whole = { .min = (double) INFINITY, .max = -(double) INFINITY };

      for (guint k = 0; k < WINDOW; k++)
        {
          const HrInterval *interval = &bench->intervals[(bench->arrived - k) % N_SNAPSHOTS];

          whole.count += interval->count;
          whole.sum += interval->sum;
          whole.self += interval->self;
          whole.min = interval->min < whole.min ? interval->min : whole.min;
          whole.max = interval->max > whole.max ? interval->max : whole.max;
          hr_histogram_add (&histogram, interval->buckets, interval->n_buckets);
        }
      hr_bench_keep (&whole);
      hr_bench_keep (&histogram);
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

/* Full histograms, and as many again for the lanes. */
static void
fill_lanes (Bench *bench)
{
  for (guint32 bucket = 0; bucket < HR_N_BUCKETS; bucket++)
    {
      hr_histogram_record (&bench->full, hr_bucket_lower (bucket), 1 + bucket % 7);
      bench->full_sum += (double) (hr_bucket_lower (bucket) * (1 + bucket % 7));
    }
  for (guint lane = 0; lane < N_LANES; lane++)
    bench->lanes[lane] = bench->full;
}

/* Snapshots whose records follow on from each other in the durations. */
static void
fill_snapshots (Bench *bench)
{
  static const HrHistogram empty;

  for (guint i = 0; i < N_SNAPSHOTS; i++)
    {
      HrInterval *interval = &bench->intervals[i];
      HrHistogram histogram = { 0 };

      *interval = (HrInterval){ .length_ns = 100000000, .count = RECORDS, .min = (double) INFINITY, .buckets = bench->rows[i] };
      for (guint k = 0; k < RECORDS; k++)
        {
          double value = bench->values[(i * RECORDS + k) % N_VALUES];

          hr_histogram_record (&histogram, bench->durations[(i * RECORDS + k) % N_VALUES], 1);
          interval->sum += value;
          interval->min = fmin (interval->min, value);
          interval->max = fmax (interval->max, value);
          interval->last = value;
        }
      interval->n_buckets = hr_histogram_subtract (&histogram, &empty, bench->rows[i], RECORDS);
    }
  bench->arrived = WINDOW;
  bench->slide = hr_slide_new (true);
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
  fill_lanes (bench);
  fill_snapshots (bench);

  hr_bench_run (results, "histogram-record", histogram_record, histogram_record_floor, bench);
  hr_bench_run (results, "histogram-quantiles", histogram_quantiles, histogram_quantiles_floor, bench);
  hr_bench_run_peer (results, "histogram-quantiles", "five single", histogram_quantiles_singly, bench);
  hr_bench_run (results, "histogram-subtract", histogram_subtract, histogram_subtract_floor, bench);
  hr_bench_run (results, "histogram-merge", histogram_merge, histogram_merge_floor, bench);
  hr_bench_run (results, "summary", histogram_summary, histogram_summary_floor, bench);
  hr_bench_run_peer (results, "summary", "a pass each", histogram_summary_by_passes, bench);
  hr_bench_run (results, "merge-64-lanes", histogram_merge_lanes, histogram_merge_lanes_floor, bench);
  hr_bench_run (results, "window-advance", window_advance, window_advance_floor, bench);
  hr_bench_run_peer (results, "window-advance", "rescan", window_rescan, bench);
  hr_bench_run (results, "moments-record", moments_record, moments_record_floor, bench);
  hr_bench_run (results, "pyramid-append", pyramid_append, pyramid_append_floor, bench);
  hr_bench_run (results, "pyramid-extent-day", pyramid_extent, pyramid_extent_floor, bench);
  hr_bench_run_peer (results, "pyramid-extent-day", "naive scan", pyramid_extent_naive, bench);
  status = hr_bench_finish (results);

  hr_slide_free (bench->slide);
  hr_pyramid_free (bench->pyramid);
  hr_pyramid_free (bench->day);
  g_free (bench);

  return status;
}
