/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/trend.h"

#include "engine/stats/moments.h"

#include <math.h>

/* Returns "unknown", "improving", "stable" or "degrading". */
const char *
hr_trend_name (HrTrend trend)
{
  static const char *const names[HR_N_TRENDS] = { "unknown", "improving", "stable", "degrading" };

  return (unsigned) trend < HR_N_TRENDS ? names[trend] : names[HR_TREND_UNKNOWN];
}

/* Returns the trend from the mean of an earlier stretch to that of a @later one: stable while they differ
 * by at most 5 % of the earlier one. Anything but zero after zero is a change. UNKNOWN when
 * either is NaN or infinite. */
HrTrend
hr_trend_from_means (double      earlier,
                     double      later,
                     HrDirection direction)
{
  double change = later - earlier;
  bool   higher_is_better = direction == HR_DIRECTION_HIGHER;

  if (!isfinite (earlier) || !isfinite (later))
    return HR_TREND_UNKNOWN;
  if (fabs (change) <= HR_TREND_CHANGE * fabs (earlier))
    return HR_TREND_STABLE;

  return (change > 0) == higher_is_better ? HR_TREND_IMPROVING : HR_TREND_DEGRADING;
}

/* Returns the trend within the last HR_TREND_SAMPLES of the @n values, oldest first: the mean of the
 * earlier half against that of the later (the odd one counts as later). NaN and infinite values are
 * gaps. UNKNOWN while fewer than HR_TREND_MIN_SAMPLES are there, or when one half holds gaps alone. */
HrTrend
hr_trend_from_values (const double *values,
                      size_t        n,
                      HrDirection   direction)
{
  size_t    window = n < HR_TREND_SAMPLES ? n : HR_TREND_SAMPLES;
  HrMoments earlier = { 0 }, later = { 0 };

  for (size_t i = 0; i < window; i++)
    hr_moments_record (i < window / 2 ? &earlier : &later, values[n - window + i]);

  if (earlier.n + later.n < HR_TREND_MIN_SAMPLES)
    return HR_TREND_UNKNOWN;

  return hr_trend_from_means (hr_moments_mean (&earlier), hr_moments_mean (&later), direction);
}

/* Returns the trend within the latest HR_TREND_SAMPLES values of @ring, by time; see
 * hr_trend_from_values (). */
HrTrend
hr_trend_from_ring (const HrRing *ring,
                    HrDirection   direction)
{
  double values[HR_TREND_SAMPLES];
  size_t length = hr_ring_length (ring);
  size_t n = length < HR_TREND_SAMPLES ? length : HR_TREND_SAMPLES;

  for (size_t i = 0; i < n; i++)
    values[i] = hr_ring_get (ring, length - n + i).value;

  return hr_trend_from_values (values, n, direction);
}
