/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How two series of a metric are compared. Noise is measured from the differences of neighbours, outliers are drawn in to three of its
 * deviations, and Mann and Whitney's test says whether one series lies higher. Values that follow each other carry less than independent
 * ones: z shrinks by sqrt ((1 + rho) / (1 - rho)). The ratio of the medians gets an interval by a bootstrap over stretches of the
 * series, which keep what follows each other together and show what the machine around did meanwhile; where stretches follow each other too, it
 * widens by the same factor. Over all metrics of one comparison Benjamini and Hochberg's procedure bounds the share of false findings (Journal of the
 * Royal Statistical Society B 57, 1995).
 *
 * Two sessions cannot tell what was changed from what changed around them meanwhile, such as the speed of a machine that others share. Several
 * rounds can, in which both were recorded in turn: each has one ratio, of the two medians, in which what lasts for longer than a round cancels out, and
 * how far the rounds differ is what all the rest amounts to, whatever it is. Their trimmed mean with Student's distribution then takes the place of
 * the test and of the bootstrap; metrics around zero have differences in place of ratios.
 *
 * A metric is better or worse when all of that says so: the test, an interval that lies wholly beyond the change that counts, and, of two sessions or
 * where there is no ratio, a difference of at least one deviation of the noise. It is the same when the interval lies within twice that change, or when
 * no value differs. Everything else is inconclusive. */

#include "engine/detect/compare.h"

#include "engine/stats/robust.h"
#include "engine/stats/student.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the interval of a ratio: a report has dozens of them, and of dozens hardly one may be wrong. */
#define COVERAGE 0.99

/* Below so many values of either nothing is said. */
#define LEAST_VALUES 20

/* Of two rounds Student's bound is so far out that nothing could be said but of what hardly differs at all. */
#define LEAST_ROUNDS 3

/* Longer series are averaged down to at most so many values: the bootstrap's cost is bounded, and so is the memory. */
#define MOST_VALUES 512

/* Into so many stretches of equal length a series is cut for the bootstrap: as few as tell of their spread, because what goes
 * on for longer than a stretch goes unseen. */
#define STRETCHES 10

/* How far the bounds that ten stretches give have to move out: what is known of a spread from n values is sqrt (n / (n - 1)) too little, and
 * Student's distribution with 9 degrees of freedom has its 99.5th percentile at 3.250 where the normal one has it at 2.576. */
#define WIDEN (1.0541 * 3.2498 / 2.5758)

#define MOST_CORRELATION 0.9

const HrCompareOptions hr_compare_defaults = { .alpha = 0.05, .least = 0.02, .seed = 1, .n_draws = 2000 };

/* One series, as it is compared. */
typedef struct
{
  double *values; /* tamed; owned */
  gsize   n;
  gsize   n_given; /* finite ones */
  double  median;
  double  noise;
} Series;

static void
series_clear (Series *self)
{
  g_clear_pointer (&self->values, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Series, series_clear)

static double
median_of (const double *values,
           gsize         n)
{
  g_autofree double *copy = g_memdup2 (values, n * sizeof *values);

  return hr_median (copy, n);
}

/* Leaves gaps out, averages what is too long, and draws outliers in. */
static void
series_init (Series                 *self,
             const HrComparedValues *given)
{
  const double      *values = given->values;
  const gsize        n = given->n;
  g_autofree double *kept = g_new (double, MAX (n, 1));
  g_autofree double *scratch = g_new (double, MAX (n, 1));
  gsize              n_kept = 0, group;

  for (gsize i = 0; i < n; i++)
    if (isfinite (values[i]))
      kept[n_kept++] = values[i];
  self->n_given = n_kept;

  group = (n_kept + MOST_VALUES - 1) / MOST_VALUES;
  self->n = group > 0 ? n_kept / group : 0;
  for (gsize i = 0; i < self->n; i++)
    {
      double sum = 0;

      for (gsize j = 0; j < group; j++)
        sum += kept[i * group + j] / (double) group;
      kept[i] = sum;
    }

  self->noise = hr_noise_deviation (kept, self->n, scratch);
  self->values = g_new (double, MAX (self->n, 1));
  hr_tame_outliers (kept, self->n, self->noise, self->values);
  self->median = median_of (self->values, self->n);
}

/* The chance that a normal variable lies at least as far from 0 as @z. */
static double
two_sided (double z)
{
  return erfc (fabs (z) / sqrt (2));
}

/* How much less is known from values that follow each other with @correlation than from independent ones. */
static double
inflation (double correlation)
{
  double rho = CLAMP (correlation, 0, MOST_CORRELATION);

  return sqrt ((1 + rho) / (1 - rho));
}

/* How far the values of both follow each other. */
static double
value_correlation (const Series *a,
                   const Series *b)
{
  double rho_a = hr_lag_correlation (a->values, a->n, a->median);
  double rho_b = hr_lag_correlation (b->values, b->n, b->median);

  return (rho_a * (double) a->n + rho_b * (double) b->n) / (double) (a->n + b->n);
}

/* The median of as many stretches as there are, drawn with replacement. */
static double
draw_median (const Series *self,
             GRand        *random,
             double       *scratch)
{
  gsize used = 0;

  for (gsize i = 0; i < STRETCHES; i++)
    {
      gsize drawn = (gsize) g_rand_int_range (random, 0, STRETCHES);
      gsize begin = drawn * self->n / STRETCHES, end = (drawn + 1) * self->n / STRETCHES;

      memcpy (scratch + used, self->values + begin, (end - begin) * sizeof *scratch);
      used += end - begin;
    }

  return hr_median (scratch, used);
}

/* @difference beside @noise; without any noise every difference is beyond all bounds. */
static double
in_deviations (double difference,
               double noise)
{
  if (difference == 0)
    return 0;

  return noise > 0 ? difference / noise : copysign ((double) INFINITY, difference);
}

/* How far a stretch's median follows that of the one before it: what goes on for longer than a stretch goes on beyond the session too. Of so few
 * stretches a correlation comes out too low, by (1 + 3 rho) / n (Kendall, Biometrika 41, 1954). */
static double
stretch_correlation (const Series *self)
{
  double medians[STRETCHES], centre = 0;

  for (gsize i = 0; i < STRETCHES; i++)
    {
      gsize begin = i * self->n / STRETCHES, end = (i + 1) * self->n / STRETCHES;

      medians[i] = median_of (self->values + begin, end - begin);
      centre += medians[i] / STRETCHES;
    }

  return (hr_lag_correlation (medians, STRETCHES, centre) + 1.0 / STRETCHES) / (1 - 3.0 / STRETCHES);
}

/* Writes the bounds of the ratio in 99 of 100 cases. */
static void
find_interval (const Series           *base,
               const Series           *now,
               const HrCompareOptions *options,
               HrComparedResult       *out)
{
  g_autofree double *logs = g_new (double, options->n_draws);
  /* Stretches differ by one value in length. */
  g_autofree double *scratch = g_new (double, MAX (base->n, now->n) + STRETCHES);
  g_autoptr (GRand) random = g_rand_new_with_seed (options->seed);
  double centre = log (out->ratio);
  double widen = WIDEN * inflation ((stretch_correlation (base) + stretch_correlation (now)) / 2);

  for (guint i = 0; i < options->n_draws; i++)
    {
      double drawn_base = draw_median (base, random, scratch);
      double drawn_now = draw_median (now, random, scratch);

      logs[i] = drawn_base > 0 && drawn_now > 0 ? log (drawn_now / drawn_base) : centre;
    }
  hr_sort (logs, options->n_draws);

  out->ratio_low = exp (centre + widen * (logs[(gsize) ((1 - COVERAGE) / 2 * options->n_draws)] - centre));
  out->ratio_high = exp (centre + widen * (logs[(gsize) ((1 + COVERAGE) / 2 * (options->n_draws - 1))] - centre));
}

/* Everything about one metric of two sessions but what depends on other metrics. */
static void
measure_two (const HrCompared       *metric,
             const HrCompareOptions *options,
             HrComparedResult       *out)
{
  g_auto (Series) base = { 0 };
  g_auto (Series) now = { 0 };
  g_autofree void *scratch = NULL;
  double           noise;

  series_init (&base, metric->base);
  series_init (&now, metric->now);
  out->n_base = base.n_given;
  out->n_now = now.n_given;
  out->n_rounds = base.n_given > 0 && now.n_given > 0;
  out->base = base.median;
  out->now = now.median;
  if (base.n_given < LEAST_VALUES || now.n_given < LEAST_VALUES)
    return;

  scratch = g_malloc (hr_mann_whitney_scratch (base.n, now.n));
  out->p = two_sided (hr_mann_whitney (base.values, base.n, now.values, now.n, scratch) / inflation (value_correlation (&base, &now)));
  noise = sqrt ((base.noise * base.noise + now.noise * now.noise) / 2);
  out->effect = in_deviations (now.median - base.median, noise);
  if (base.median > 0 && now.median > 0)
    {
      out->ratio = now.median / base.median;
      find_interval (&base, &now, options, out);
    }
}

/* The medians of those rounds that have values on both sides, and how many values these were. */
static void
collect_rounds (const HrCompared *metric,
                double           *base_medians,
                double           *now_medians,
                HrComparedResult *out)
{
  for (guint i = 0; i < metric->n_rounds; i++)
    {
      g_auto (Series) base = { 0 };
      g_auto (Series) now = { 0 };

      series_init (&base, &metric->base[i]);
      series_init (&now, &metric->now[i]);
      if (base.n_given == 0 || now.n_given == 0)
        continue;

      base_medians[out->n_rounds] = base.median;
      now_medians[out->n_rounds++] = now.median;
      out->n_base += base.n_given;
      out->n_now += now.n_given;
    }
}

/* Writes what each round differs by: logarithms of ratios, or differences where there are none. Returns whether there are ratios. */
static gboolean
find_differences (const double *base,
                  const double *now,
                  guint         n,
                  double       *out)
{
  gboolean ratios = TRUE;

  for (guint i = 0; i < n; i++)
    ratios = ratios && base[i] > 0 && now[i] > 0;
  for (guint i = 0; i < n; i++)
    out[i] = ratios ? log (now[i] / base[i]) : now[i] - base[i];

  return ratios;
}

/* The same of several rounds. */
static void
measure_rounds (const HrCompared *metric,
                HrComparedResult *out)
{
  g_autofree double *base = g_new (double, metric->n_rounds);
  g_autofree double *now = g_new (double, metric->n_rounds);
  g_autofree double *differences = g_new (double, metric->n_rounds);
  HrTrimmedMean      mean;
  gboolean           ratios;
  double             reach;

  collect_rounds (metric, base, now, out);
  out->base = median_of (base, out->n_rounds);
  out->now = median_of (now, out->n_rounds);
  if (out->n_rounds < LEAST_ROUNDS)
    return;

  ratios = find_differences (base, now, out->n_rounds, differences);
  mean = hr_trimmed_mean (differences, out->n_rounds);
  out->effect = in_deviations (mean.mean, mean.deviation);
  out->p = mean.error > 0 ? hr_student_chance (mean.mean / mean.error, mean.degrees) : mean.mean == 0;
  if (!ratios)
    return;

  reach = mean.error * hr_student_bound (1 - COVERAGE, mean.degrees);
  out->ratio = exp (mean.mean);
  out->ratio_low = exp (mean.mean - reach);
  out->ratio_high = exp (mean.mean + reach);
}

/* Everything about one metric but what depends on the others. */
static void
measure (const HrCompared       *metric,
         const HrCompareOptions *options,
         HrComparedResult       *out)
{
  *out = (HrComparedResult){ 0 };
  out->base = out->now = out->ratio = out->ratio_low = out->ratio_high = out->p = out->q = out->effect = (double) NAN;
  if (metric->n_rounds == 1)
    measure_two (metric, options, out);
  else
    measure_rounds (metric, out);
}

typedef struct
{
  gsize  index;
  double p;
} Chance;

static int
compare_chances (const void *a,
                 const void *b)
{
  double first = ((const Chance *) a)->p, second = ((const Chance *) b)->p;

  return (first > second) - (first < second);
}

/* q of the k-th smallest of m is the least m p / rank of itself and all larger ones. Metrics without p were not looked at. */
static void
correct (HrComparedResult *results,
         gsize             n)
{
  g_autofree Chance *chances = g_new (Chance, MAX (n, 1));
  gsize              m = 0;
  double             least = 1;

  for (gsize i = 0; i < n; i++)
    if (!isnan (results[i].p))
      chances[m++] = (Chance){ i, results[i].p };
  qsort (chances, m, sizeof *chances, compare_chances);
  for (gsize rank = m; rank > 0; rank--)
    {
      least = MIN (least, chances[rank - 1].p * (double) m / (double) rank);
      results[chances[rank - 1].index].q = least;
    }
}

static HrDifference
decide (const HrComparedResult *result,
        HrDirection             direction,
        const HrCompareOptions *options)
{
  double   most = log1p (options->least);
  double   low = log (result->ratio_low), high = log (result->ratio_high);
  gboolean beyond = isnan (result->ratio) || low > most || high < -most;
  gboolean large = fabs (result->effect) >= 1 || (result->n_rounds > 1 && !isnan (result->ratio));

  if (isnan (result->p))
    return HR_DIFFERENCE_INCONCLUSIVE;
  if (result->q <= options->alpha && large && beyond)
    return (result->effect > 0) == (direction == HR_DIRECTION_HIGHER) ? HR_DIFFERENCE_BETTER : HR_DIFFERENCE_WORSE;
  if (low >= -2 * most && high <= 2 * most)
    return HR_DIFFERENCE_SAME;

  /* Without a ratio, as around zero, only what never differs is the same. */
  return isnan (result->ratio) && result->effect == 0 && result->p > options->alpha ? HR_DIFFERENCE_SAME : HR_DIFFERENCE_INCONCLUSIVE;
}

/* Returns the word for @difference in files and on terminals; "unknown" for a number outside HrDifference. */
const char *
hr_difference_name (HrDifference difference)
{
  static const char *const names[HR_N_DIFFERENCES] = {
    [HR_DIFFERENCE_INCONCLUSIVE] = "inconclusive",
    [HR_DIFFERENCE_SAME] = "same",
    [HR_DIFFERENCE_BETTER] = "better",
    [HR_DIFFERENCE_WORSE] = "worse",
  };

  return (guint) difference < HR_N_DIFFERENCES ? names[difference] : "unknown";
}

/* Compares @n metrics. Values are in each metric's own unit. The same input and seed give the same result.
 * @options: hr_compare_defaults, or such with @alpha and @least in 0..1 and at least 100 rounds
 * @out: @n results */
void
hr_compare (const HrCompared       *metrics,
            gsize                   n,
            const HrCompareOptions *options,
            HrComparedResult       *out)
{
  g_return_if_fail (options->n_draws >= 100);

  for (gsize i = 0; i < n; i++)
    measure (&metrics[i], options, &out[i]);
  correct (out, n);
  for (gsize i = 0; i < n; i++)
    out[i].difference = decide (&out[i], metrics[i].direction, options);
}
