/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/trend.h"

#include <math.h>
#include <stdlib.h>

/* An interval enters the later half, passes into the earlier one when the middle of the window has
 * overtaken its own, and leaves from there. The middle only ever moves forward, so nothing comes back. */
struct _HrTrendWindow
{
  HrSlide *earlier;
  HrSlide *later;
};

/* Returns "unknown", "improving", "stable" or "degrading". */
const char *
hr_trend_name (HrTrend trend)
{
  static const char *const names[HR_N_TRENDS] = { "unknown", "improving", "stable", "degrading" };

  return (unsigned) trend < HR_N_TRENDS ? names[trend] : names[HR_TREND_UNKNOWN];
}

/* Returns an empty window, which the caller frees with hr_trend_window_free (); NULL when there is no memory. */
HrTrendWindow *
hr_trend_window_new (void)
{
  HrTrendWindow *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;

  self->earlier = hr_slide_new (false);
  self->later = hr_slide_new (false);
  if (self->earlier == NULL || self->later == NULL)
    {
      hr_trend_window_free (self);
      return NULL;
    }

  return self;
}

/* Frees @self, which may be NULL. */
void
hr_trend_window_free (HrTrendWindow *self)
{
  if (self == NULL)
    return;

  hr_slide_free (self->earlier);
  hr_slide_free (self->later);
  free (self);
}

static int64_t
begin_of (const HrInterval *interval)
{
  return interval->end_ns - interval->length_ns;
}

/* The half that holds the oldest interval. */
static HrSlide *
oldest_half (const HrTrendWindow *self)
{
  return hr_slide_length (self->earlier) > 0 ? self->earlier : self->later;
}

/* Takes in @interval, whose buckets nobody looks at, under the terms of hr_slide_push (). The oldest leaves when there
 * are HR_TREND_SAMPLES. */
void
hr_trend_window_push (HrTrendWindow    *self,
                      const HrInterval *interval)
{
  const HrInterval *next;
  HrInterval        passing;
  int64_t           begin_ns;

  if (hr_slide_length (self->earlier) + hr_slide_length (self->later) == HR_TREND_SAMPLES)
    hr_slide_shift (oldest_half (self), NULL);
  hr_slide_push (self->later, interval);

  /* Twice the middle of each, so that nothing is rounded; an interval right in the middle counts as later. */
  begin_ns = begin_of (hr_slide_first (oldest_half (self)));
  while ((next = hr_slide_first (self->later)) != NULL && begin_of (next) + next->end_ns < begin_ns + interval->end_ns)
    {
      hr_slide_shift (self->later, &passing);
      hr_slide_push (self->earlier, &passing);
    }
}

/* Items per nanosecond; NaN for too few intervals. */
static double
rate_of (const HrSlide *half)
{
  HrTally tally = hr_slide_tally (half);

  if (hr_slide_length (half) < HR_TREND_MIN_SAMPLES || tally.covered_ns <= 0)
    return (double) NAN;

  return (double) tally.count / (double) tally.covered_ns;
}

/* Stable while the halves differ by at most HR_TREND_CHANGE of the earlier. Anything but zero after zero is a change. */
static HrTrend
compare (double      earlier,
         double      later,
         HrDirection direction)
{
  double change = later - earlier;
  bool   higher_is_better = direction == HR_DIRECTION_HIGHER;

  if (isnan (change))
    return HR_TREND_UNKNOWN;
  if (fabs (change) <= HR_TREND_CHANGE * earlier)
    return HR_TREND_STABLE;

  return (change > 0) == higher_is_better ? HR_TREND_IMPROVING : HR_TREND_DEGRADING;
}

/* Returns where the items per second are going: those of the earlier half of the time that the window spans
 * against those of the later. Within a half the items of all intervals stand over the length of all intervals: an
 * interval weighs as long as it lasted, one without items counts with its time, and a stretch that no interval
 * covers counts with neither. So samples that bunch up or are missing shift no half and tilt no mean.
 * UNKNOWN while a half has fewer than HR_TREND_MIN_SAMPLES intervals. */
HrTrend
hr_trend_window_rate (const HrTrendWindow *self,
                      HrDirection          direction)
{
  return compare (rate_of (self->earlier), rate_of (self->later), direction);
}
