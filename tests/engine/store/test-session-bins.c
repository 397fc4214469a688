/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/block.h"
#include "engine/store/schema.h"
#include "tests/engine/store/session-fixture.h"

#include <math.h>

#define SEED 173205
#define N_DAY 864000
#define N_CHUNKED (3 * HR_CHUNK_SNAPSHOTS + 700)
#define N_SNAPSHOTS (N_CHUNKED + 95)

/* A source of which snapshots are there, and its file opened. */
typedef struct
{
  SessionFixture file;
  GPtrArray     *snapshots;
  gint64         source;
  gint64         metrics[N_KINDS];
  HrSession     *session;
} Fixture;

static void
open_session (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  self->session = hr_session_open (self->file.path, &error);
  g_assert_no_error (error);
}

static void
fixture_init (Fixture *self)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);

  fixture_open (&self->file);
  self->source = fixture_add_source (&self->file, "ranker", self->metrics);
  self->snapshots = draw_snapshots (random, FIXTURE_BEGIN_US, N_SNAPSHOTS);
  fixture_add (&self->file, self->source, fixture_add_run (&self->file), 0, self->snapshots, N_CHUNKED, self->metrics);
  open_session (self);
}

static void
clear (Fixture *self)
{
  hr_session_close (self->session);
  g_clear_pointer (&self->snapshots, g_ptr_array_unref);
  fixture_clear (&self->file);
}

static GArray *
read_bins (Fixture *self,
           guint    kind,
           HrRange  range,
           guint    n_bins)
{
  g_autoptr (GError) error = NULL;
  GArray *bins = hr_session_read_bins (self->session, self->metrics[kind], range, n_bins, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < bins->len; i++)
    {
      const HrBin *bin = &g_array_index (bins, HrBin, i);

      g_assert_cmpint (bin->begin_us, <=, bin->end_us);
      g_assert_true (bin->count > 0);
      if (i > 0)
        g_assert_cmpint (bin->begin_us, >=, bin[-1].end_us);
    }

  return bins;
}

static const HrSnapshot *
get_snapshot (Fixture *self,
              guint    index)
{
  return g_ptr_array_index (self->snapshots, index);
}

/* Of a stretch with few enough of them, every sample stands there itself, and neighbours touch. */
static void
test_bins_are_samples_when_near (void)
{
  const guint first = HR_CHUNK_SNAPSHOTS - 50, n = 100;
  Fixture     fixture;
  HrRange     range;
  g_autoptr (GArray) bins = NULL;

  fixture_init (&fixture);
  range = (HrRange){ get_snapshot (&fixture, first - 1)->time_us, get_snapshot (&fixture, first + n - 1)->time_us - 1 };
  bins = read_bins (&fixture, DURATION, range, 1000);

  g_assert_cmpuint (bins->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      const HrSnapshot *snapshot = get_snapshot (&fixture, first + i);
      const HrBin      *bin = &g_array_index (bins, HrBin, i);

      g_assert_cmpint (bin->begin_us, ==, get_snapshot (&fixture, first + i - 1)->time_us);
      g_assert_cmpint (bin->end_us, ==, snapshot->time_us);
      g_assert_cmpuint (bin->count, ==, snapshot->samples[DURATION].count);
      g_assert_cmpfloat (bin->sum, ==, snapshot->samples[DURATION].sum);
      g_assert_cmpfloat (bin->min, ==, snapshot->samples[DURATION].min);
      g_assert_cmpfloat (bin->max, ==, snapshot->samples[DURATION].max);
    }
  clear (&fixture);
}

/* What @kind came to in all of the file. */
static HrBin
add_up (Fixture *self,
        guint    kind)
{
  HrBin whole = { .min = (double) INFINITY, .max = -(double) INFINITY };

  for (guint i = 0; i < self->snapshots->len; i++)
    {
      const HrSample *sample = hr_snapshot_find (get_snapshot (self, i), kind);

      if (sample == NULL)
        continue;
      whole.count += sample->count;
      whole.sum += sample->sum;
      whole.min = fmin (whole.min, sample->min);
      whole.max = fmax (whole.max, sample->max);
    }

  return whole;
}

/* At every resolution, from one bin to every sample, all is counted once, and there are about as many bins as asked for. */
static void
test_bins_count_all_once (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  for (guint kind = 0; kind < N_KINDS; kind++)
    {
      HrBin whole = add_up (&fixture, kind);

      for (guint n_bins = 1; n_bins <= 16384; n_bins *= 2)
        {
          g_autoptr (GArray) bins = read_bins (&fixture, kind, (HrRange){ 0 }, n_bins);
          HrBin sum = { .min = (double) INFINITY, .max = -(double) INFINITY };

          g_assert_cmpuint (bins->len, <=, 2 * n_bins + 1);
          for (guint i = 0; i < bins->len; i++)
            {
              const HrBin *bin = &g_array_index (bins, HrBin, i);

              sum.count += bin->count;
              sum.sum += bin->sum;
              sum.min = fmin (sum.min, bin->min);
              sum.max = fmax (sum.max, bin->max);
            }
          g_assert_cmpuint (sum.count, ==, whole.count);
          g_assert_cmpfloat_with_epsilon (sum.sum, whole.sum, 1e-9 * whole.sum);
          g_assert_cmpfloat (sum.min, ==, whole.min);
          g_assert_cmpfloat (sum.max, ==, whole.max);
        }
    }
  clear (&fixture);
}

/* Whether there is a bin over the end of snapshot @index in which @value could be. */
static gboolean
is_covered (GArray           *bins,
            const HrSnapshot *snapshot,
            double            value)
{
  for (guint i = 0; i < bins->len; i++)
    {
      const HrBin *bin = &g_array_index (bins, HrBin, i);

      if (snapshot->time_us > bin->begin_us && snapshot->time_us <= bin->end_us)
        return bin->min <= value && value <= bin->max;
    }

  return FALSE;
}

/* Wherever one looks and how closely, each sample lies within the bin over its time, and no bin is much longer than asked for. */
static void
test_bins_hold_every_sample (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  Fixture fixture;

  fixture_init (&fixture);
  for (guint round = 0; round < 200; round++)
    {
      guint   n = (guint) exp (g_rand_double_range (random, log (3), log (N_SNAPSHOTS)));
      guint   first = (guint) g_rand_int_range (random, 0, (gint32) (N_SNAPSHOTS - n));
      guint   n_bins = (guint) g_rand_int_range (random, 2, 300);
      HrRange range = { get_snapshot (&fixture, first)->time_us - 1, get_snapshot (&fixture, first + n)->time_us };
      g_autoptr (GArray) bins = read_bins (&fixture, GAUGE, range, n_bins);

      g_assert_cmpuint (bins->len, <=, 2 * n_bins + 2);
      for (guint i = 0; i < 20; i++)
        {
          const HrSnapshot *snapshot = get_snapshot (&fixture, first + (guint) g_rand_int_range (random, 0, (gint32) n));

          g_assert_true (is_covered (bins, snapshot, snapshot->samples[GAUGE].last));
        }
      for (guint i = 0; i < bins->len; i++)
        {
          const HrBin *bin = &g_array_index (bins, HrBin, i);

          g_assert_cmpint (bin->end_us - bin->begin_us, <=, 2 * (range.end_us - range.begin_us) / n_bins + 2 * FIXTURE_INTERVAL_US);
        }
    }
  clear (&fixture);
}

/* Adds a day of a gauge that stands at 1, but for one sample. */
static void
add_day (Fixture *self,
         guint    spike)
{
  gint64 run = fixture_add_run (&self->file);

  fixture_run (&self->file, "BEGIN");
  for (guint first = 0; first < N_DAY; first += HR_CHUNK_SNAPSHOTS)
    {
      guint n = MIN (HR_CHUNK_SNAPSHOTS, N_DAY - first);
      g_autoptr (GPtrArray) snapshots = g_ptr_array_new_full (n, (GDestroyNotify) hr_snapshot_unref);

      for (guint i = first; i < first + n; i++)
        {
          double     value = i == spike ? 99.25 : 1;
          HrSample   sample = { .metric = GAUGE, .count = 1, .sum = value, .min = value, .max = value, .last = value };
          HrSnapshot head = {
            .sequence = i + 1,
            .end_ns = (gint64) (i + 1) * FIXTURE_INTERVAL_US * 1000,
            .interval_ns = FIXTURE_INTERVAL_US * 1000,
            .time_us = FIXTURE_BEGIN_US + (gint64) (i + 1) * FIXTURE_INTERVAL_US,
          };

          g_ptr_array_add (snapshots, hr_snapshot_new (&head, &sample, 1));
        }
      fixture_add_chunk (&self->file, self->source, run, first, snapshots, 0, n, self->metrics);
    }
  fixture_run (&self->file, "COMMIT");
}

static void
test_bins_keep_a_spike (void)
{
  const guint spikes[] = { 0, 431999, N_DAY - 1 };

  for (guint i = 0; i < G_N_ELEMENTS (spikes); i++)
    {
      Fixture fixture = { 0 };
      guint   n_high = 0;
      g_autoptr (GArray) bins = NULL;

      fixture_open (&fixture.file);
      fixture.source = fixture_add_source (&fixture.file, "ranker", fixture.metrics);
      add_day (&fixture, spikes[i]);
      open_session (&fixture);
      bins = read_bins (&fixture, GAUGE, (HrRange){ 0 }, 1000);

      g_assert_cmpuint (bins->len, >=, 900);
      for (guint k = 0; k < bins->len; k++)
        {
          const HrBin *bin = &g_array_index (bins, HrBin, k);
          gint64       time_us = FIXTURE_BEGIN_US + (gint64) (spikes[i] + 1) * FIXTURE_INTERVAL_US;

          if (bin->max < 99.25)
            continue;
          n_high++;
          g_assert_cmpint (bin->begin_us, <, time_us);
          g_assert_cmpint (bin->end_us, >=, time_us);
        }
      g_assert_cmpuint (n_high, ==, 1);
      clear (&fixture);
    }
}

/* Between two stretches of measuring nothing joins, at any resolution that can show it; within one everything does. */
static void
test_bins_keep_gaps (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) later = draw_snapshots (random, FIXTURE_BEGIN_US + N_SNAPSHOTS * FIXTURE_INTERVAL_US + G_TIME_SPAN_MINUTE, 500);
  Fixture fixture;

  fixture_init (&fixture);
  fixture_add (&fixture.file, fixture.source, 1, N_SNAPSHOTS, later, 400, fixture.metrics);
  for (guint n_bins = 64; n_bins <= 16384; n_bins *= 2)
    {
      g_autoptr (GArray) bins = read_bins (&fixture, GAUGE, (HrRange){ 0 }, n_bins);
      guint n_gaps = 0;

      for (guint i = 1; i < bins->len; i++)
        if (g_array_index (bins, HrBin, i).begin_us > g_array_index (bins, HrBin, i - 1).end_us)
          {
            n_gaps++;
            g_assert_cmpint (g_array_index (bins, HrBin, i).begin_us - g_array_index (bins, HrBin, i - 1).end_us, >, 59 * G_USEC_PER_SEC);
          }
      g_assert_cmpuint (n_gaps, ==, 1);
    }
  clear (&fixture);
}

/* An event that is seldom there leaves the time between untouched when one looks closely. */
static void
test_bins_of_what_is_seldom (void)
{
  Fixture fixture;
  g_autoptr (GArray) bins = NULL;

  fixture_init (&fixture);
  bins = read_bins (&fixture, EVENT, (HrRange){ FIXTURE_BEGIN_US, FIXTURE_BEGIN_US + 60 * G_USEC_PER_SEC }, 1000);

  g_assert_cmpuint (bins->len, ==, (600 - 6) / 37 + 1);
  for (guint i = 1; i < bins->len; i++)
    g_assert_cmpint (g_array_index (bins, HrBin, i).begin_us - g_array_index (bins, HrBin, i - 1).end_us, >, 35 * FIXTURE_INTERVAL_US);
  clear (&fixture);
}

/* A level of every 37th snapshot holds until its next value, but not over a minute in which nobody looked. */
static void
test_bins_of_levels_hold (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) later = draw_snapshots (random, FIXTURE_BEGIN_US + N_SNAPSHOTS * FIXTURE_INTERVAL_US + G_TIME_SPAN_MINUTE, 500);
  Fixture fixture;
  g_autoptr (GArray) bins = NULL;
  guint n_gaps = 0;

  fixture_init (&fixture);
  fixture_add (&fixture.file, fixture.source, 1, N_SNAPSHOTS, later, 400, fixture.metrics);
  fixture_run (&fixture.file, "UPDATE metric SET kind = 'gauge' WHERE id = %d", (int) fixture.metrics[EVENT]);
  hr_session_close (fixture.session);
  open_session (&fixture);
  bins = read_bins (&fixture, EVENT, (HrRange){ 0 }, 16384);

  g_assert_cmpuint (bins->len, >, N_SNAPSHOTS / 37);
  for (guint i = 1; i < bins->len; i++)
    n_gaps += g_array_index (bins, HrBin, i).begin_us > g_array_index (bins, HrBin, i - 1).end_us;
  g_assert_cmpuint (n_gaps, ==, 1);
  clear (&fixture);
}

/* Damage is a gap, counted once however often it is met. */
static void
test_bins_leave_out_damage (void)
{
  static const struct
  {
    const char *table, *column, *where;
    guint       n_bins;
  } damages[] = {
    { "chunk", "heads", "id = 2", 100 },
    { "tier", "coarse", "chunk = 2 AND metric = 1", N_SNAPSHOTS / HR_TIER_COARSE - 1 },
    { "tier", "fine", "chunk = 2 AND metric = 1", N_SNAPSHOTS / HR_TIER_FINE - 1 },
    { "block", "samples", "chunk = 2 AND metric = 1", 16384 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      Fixture fixture;
      guint   n_gaps = 0;
      g_autoptr (GArray) bins = NULL;

      fixture_init (&fixture);
      fixture_damage (&fixture.file, damages[i].table, damages[i].column, damages[i].where);
      for (guint round = 0; round < 2; round++)
        {
          g_clear_pointer (&bins, g_array_unref);
          bins = read_bins (&fixture, GAUGE, (HrRange){ 0 }, damages[i].n_bins);
        }
      for (guint k = 1; k < bins->len; k++)
        n_gaps += g_array_index (bins, HrBin, k).begin_us > g_array_index (bins, HrBin, k - 1).end_us;
      g_assert_cmpuint (n_gaps, ==, 1);
      g_assert_cmpuint (hr_session_get_n_damaged (fixture.session), ==, 1);
      clear (&fixture);
    }
}

/* Someone sets the clock back by an hour: nothing is lost, and time still goes on. */
static void
test_bins_after_the_clock_was_set_back (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) first = draw_snapshots (random, FIXTURE_BEGIN_US, 500);
  g_autoptr (GPtrArray) second = draw_snapshots (random, FIXTURE_BEGIN_US - 30 * G_USEC_PER_SEC, 500);
  Fixture fixture = { 0 };

  fixture_open (&fixture.file);
  fixture.source = fixture_add_source (&fixture.file, "ranker", fixture.metrics);
  fixture_add (&fixture.file, fixture.source, fixture_add_run (&fixture.file), 0, first, 500, fixture.metrics);
  fixture_add (&fixture.file, fixture.source, fixture_add_run (&fixture.file), 500, second, 250, fixture.metrics);
  open_session (&fixture);
  for (guint n_bins = 1; n_bins < 4096; n_bins *= 2)
    {
      g_autoptr (GArray) bins = read_bins (&fixture, GAUGE, (HrRange){ 0 }, n_bins);
      guint64 count = 0;

      for (guint i = 0; i < bins->len; i++)
        count += g_array_index (bins, HrBin, i).count;
      g_assert_cmpuint (count, ==, 1000);
    }
  clear (&fixture);
}

/* The durations of a range, from whole chunks, parts of them and batches. */
static void
test_histogram_is_of_its_range (void)
{
  const guint cuts[] = { 1, 777, HR_CHUNK_SNAPSHOTS, 3 * HR_CHUNK_SNAPSHOTS - 5, N_CHUNKED + 33, N_SNAPSHOTS };
  Fixture     fixture;

  fixture_init (&fixture);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (cuts); i++)
    {
      HrRange     range = { get_snapshot (&fixture, cuts[i] - 1)->time_us, get_snapshot (&fixture, cuts[i + 1] - 1)->time_us };
      HrHistogram expected = { 0 }, found = { 0 };
      g_autoptr (GError) error = NULL;

      for (guint k = cuts[i]; k < cuts[i + 1]; k++)
        {
          const HrSample *sample = hr_snapshot_find (get_snapshot (&fixture, k), DURATION);

          hr_histogram_add (&expected, sample->buckets, sample->n_buckets);
        }
      g_assert_true (hr_session_read_histogram (fixture.session, fixture.metrics[DURATION], range, &found, &error));
      g_assert_no_error (error);
      g_assert_cmpmem (&found, sizeof found, &expected, sizeof expected);
    }
  clear (&fixture);
}

static void
test_histogram_is_none_of_what_is_no_time (void)
{
  HrHistogram histogram = { .total = 7 };
  Fixture     fixture;
  g_autoptr (GError) error = NULL;

  fixture_init (&fixture);
  g_assert_true (hr_session_read_histogram (fixture.session, fixture.metrics[GAUGE], (HrRange){ 0 }, &histogram, &error));
  g_assert_cmpuint (histogram.total, ==, 0);
  g_assert_false (hr_session_read_histogram (fixture.session, 4711, (HrRange){ 0 }, &histogram, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND);
  clear (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/session-bins/samples", test_bins_are_samples_when_near);
  g_test_add_func ("/store/session-bins/all-once", test_bins_count_all_once);
  g_test_add_func ("/store/session-bins/every-sample", test_bins_hold_every_sample);
  g_test_add_func ("/store/session-bins/spike", test_bins_keep_a_spike);
  g_test_add_func ("/store/session-bins/gaps", test_bins_keep_gaps);
  g_test_add_func ("/store/session-bins/seldom", test_bins_of_what_is_seldom);
  g_test_add_func ("/store/session-bins/levels", test_bins_of_levels_hold);
  g_test_add_func ("/store/session-bins/damage", test_bins_leave_out_damage);
  g_test_add_func ("/store/session-bins/clock", test_bins_after_the_clock_was_set_back);
  g_test_add_func ("/store/session-histogram/range", test_histogram_is_of_its_range);
  g_test_add_func ("/store/session-histogram/no-time", test_histogram_is_none_of_what_is_no_time);

  return g_test_run ();
}
