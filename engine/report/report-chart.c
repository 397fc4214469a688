/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One metric over the session: the mean as a line, least to most as a band behind it, limits dashed, what is beyond them in red. Where nothing
 * was measured there is nothing. */

#include "engine/report/report-chart.h"

#include "engine/report/report-words.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define WIDTH 720.0
#define HEIGHT 190.0
#define LEFT 62.0
#define RIGHT 28.0
#define TOP 16.0
#define BOTTOM 22.0

/* Breaks in time that are narrower than this, or than so many intervals, cannot be seen or are none. */
#define GAP_POINTS 3.0
#define GAP_INTERVALS 3

/* A limit further away than this, in times of what was measured, is said rather than drawn: the line would lie on the floor. */
#define FAR 4.0
/* From here on, most of a linear axis would be empty: the largest value in medians. */
#define SPREAD 50.0

typedef struct
{
  const HrReportSeries *series;
  const HrBin          *bins;
  const HrBinReading   *readings; /* of the bins */
  guint                 n_bins;
  HrRange               range;
  double                low; /* of the axis; of its logarithm where that is what it shows */
  double                high;
  double                step; /* between two levels of a linear axis */
  gboolean              logarithmic;
  HrPicture            *picture;
} Chart;

static double
x_of (const Chart *self,
      gint64       time_us)
{
  double share = (double) (time_us - self->range.begin_us) / (double) MAX (self->range.end_us - self->range.begin_us, 1);

  return LEFT + CLAMP (share, 0, 1) * (WIDTH - LEFT - RIGHT);
}

static double
y_of (const Chart *self,
      double       value)
{
  double at = self->logarithmic ? log10 (fmax (value, 1e-12)) : value;
  double share = (at - self->low) / (self->high - self->low);

  return HEIGHT - BOTTOM - CLAMP (share, 0, 1) * (HEIGHT - TOP - BOTTOM);
}

static gint64
middle_of (const HrBin *bin)
{
  return bin->begin_us + (bin->end_us - bin->begin_us) / 2;
}

/* Returns where the stretch without a gap that begins at @first ends: the first bin behind it. */
static guint
end_of_stretch (const Chart *self,
                guint        first)
{
  gint64 narrow = (gint64) ((double) (self->range.end_us - self->range.begin_us) * GAP_POINTS / (WIDTH - LEFT - RIGHT));
  guint  i = first + 1;

  while (i < self->n_bins)
    {
      const HrBin *before = &self->bins[i - 1];
      gint64       allowed = MAX (narrow, GAP_INTERVALS * (before->end_us - before->begin_us));

      if (self->bins[i].begin_us - before->end_us > allowed)
        break;
      i++;
    }

  return i;
}

/* Returns the largest limit near enough to be drawn, and least of the lower ones; 0 where there is none. */
static double
farthest_limit (const Chart *self,
                double       most)
{
  double farthest = 0;

  for (guint i = 0; i < self->series->limits->len; i++)
    {
      double value = g_array_index (self->series->limits, HrReportLimit, i).value;

      if (value <= most * FAR)
        farthest = fmax (farthest, value);
    }

  return farthest;
}

/* A round step that cuts @span into about @n parts: 1, 2 or 5 times a power of ten. */
static double
round_step (double span,
            double n)
{
  double raw = span / n;
  double power = pow (10, floor (log10 (raw)));
  double part = raw / power;

  return power * (part <= 1 ? 1 : part <= 2 ? 2
                              : part <= 5   ? 5
                                            : 10);
}

static void
choose_axis (Chart *self)
{
  const HrReportSeries *series = self->series;
  double                most = fmax (series->all.max, farthest_limit (self, series->all.max));

  self->logarithmic = series->has_quantiles && series->all.min > 0 && most > SPREAD * series->quantiles[0];
  if (self->logarithmic)
    {
      self->low = floor (log10 (series->all.min) * (1 + DBL_EPSILON));
      self->high = fmax (ceil (log10 (most * 1.05)), self->low + 1);
      return;
    }

  self->low = fmin (series->all.min, 0);
  self->high = most > self->low ? most : self->low + 1;
  self->step = round_step (self->high - self->low, 4);
  self->low = floor (self->low / self->step) * self->step;
  self->high = ceil ((self->high + (self->high - self->low) * 0.02) / self->step) * self->step;
  /* There is nothing above the whole. */
  if (series->unit == HR_UNIT_RATIO && most <= 1)
    self->high = fmin (self->high, 1);
}

static void
draw_level (Chart *self,
            double value)
{
  g_autofree char *text = hr_words_value (value, self->series->unit);
  double           y = y_of (self, value);

  hr_picture_move (self->picture, LEFT, y);
  hr_picture_draw (self->picture, WIDTH - RIGHT, y);
  hr_picture_stroke (self->picture, HR_INK_GRID);
  hr_picture_text (self->picture, LEFT - 6, y + 3, HR_ALIGN_END, HR_INK_TEXT, text);
}

static void
draw_levels (Chart *self)
{
  if (self->logarithmic)
    for (double power = self->low; power <= self->high + 0.5; power += fmax (1, ceil ((self->high - self->low) / 6)))
      draw_level (self, pow (10, power));
  else
    for (int i = 0; self->low + i * self->step <= self->high + self->step / 2; i++)
      draw_level (self, fabs (self->low + i * self->step) < self->step / 1e6 ? 0 : self->low + i * self->step);
}

/* A step in time that people count in, so that at most ten stand on the axis. */
static gint64
time_step (gint64 span_us)
{
  static const gint64 steps_ms[] = { 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000, 3600000,
                                     7200000, 10800000, 21600000, 43200000, 86400000 };

  for (gsize i = 0; i < G_N_ELEMENTS (steps_ms); i++)
    if (steps_ms[i] * 1000 * 10 >= span_us)
      return steps_ms[i] * 1000;

  return (span_us / 10 / 86400000000 + 1) * 86400000000;
}

static void
draw_times (Chart *self)
{
  gint64   step = time_step (self->range.end_us - self->range.begin_us);
  gboolean with_day = self->range.end_us / 86400000000 != self->range.begin_us / 86400000000 && step >= 3600000000;
  gboolean with_seconds = step < 60000000;

  for (gint64 time_us = (self->range.begin_us + step - 1) / step * step; time_us <= self->range.end_us; time_us += step)
    {
      g_autofree char *text = hr_words_clock (time_us, with_day, with_seconds);
      double           x = x_of (self, time_us);

      hr_picture_move (self->picture, x, HEIGHT - BOTTOM);
      hr_picture_draw (self->picture, x, HEIGHT - BOTTOM + 4);
      hr_picture_stroke (self->picture, HR_INK_GRID);
      hr_picture_text (self->picture, x, HEIGHT - 6, HR_ALIGN_MIDDLE, HR_INK_TEXT, text);
    }
}

/* Whether a mean is beyond @limit. */
static gboolean
is_beyond (const HrReportLimit *limit,
           double               value)
{
  return limit->least ? value < limit->value : value > limit->value;
}

/* A rectangle over the whole height wherever the mean is beyond the limit. */
static void
draw_breaches (Chart               *self,
               const HrReportLimit *limit)
{
  guint n = 0;

  for (guint i = 0; i < self->n_bins; i++)
    {
      double begin = x_of (self, self->bins[i].begin_us), end;

      if (!is_beyond (limit, self->readings[i].mean))
        continue;
      while (i + 1 < self->n_bins && is_beyond (limit, self->readings[i + 1].mean) && end_of_stretch (self, i) > i + 1)
        i++;
      end = fmax (x_of (self, self->bins[i].end_us), begin + 1);
      hr_picture_move (self->picture, begin, TOP);
      hr_picture_draw (self->picture, end, TOP);
      hr_picture_draw (self->picture, end, HEIGHT - BOTTOM);
      hr_picture_draw (self->picture, begin, HEIGHT - BOTTOM);
      n++;
    }
  if (n > 0)
    hr_picture_fill (self->picture, HR_INK_BREACH);
}

/* The band of one stretch between @low and the extremes, no lower than @low and no higher than @high. Returns whether it has an area. */
static gboolean
add_band (Chart *self,
          guint  first,
          guint  end,
          double low,
          double high)
{
  gboolean any = FALSE;

  for (guint i = first; i < end; i++)
    any = any || (self->readings[i].max > low && self->readings[i].min < high);
  if (!any)
    return FALSE;

  for (guint i = first; i < end; i++)
    {
      double y = y_of (self, CLAMP (self->readings[i].max, low, high));

      if (i == first)
        hr_picture_move (self->picture, x_of (self, self->bins[i].begin_us), y);
      else
        hr_picture_draw (self->picture, x_of (self, self->bins[i].begin_us), y);
      hr_picture_draw (self->picture, x_of (self, self->bins[i].end_us), y);
    }
  for (guint i = end; i > first; i--)
    {
      double y = y_of (self, CLAMP (self->readings[i - 1].min, low, high));

      hr_picture_draw (self->picture, x_of (self, self->bins[i - 1].end_us), y);
      hr_picture_draw (self->picture, x_of (self, self->bins[i - 1].begin_us), y);
    }

  return TRUE;
}

/* Fills what lies between @low and @high of every stretch's band. */
static void
draw_bands (Chart *self,
            double low,
            double high,
            HrInk  ink)
{
  gboolean any = FALSE;

  for (guint first = 0, end; first < self->n_bins; first = end)
    {
      end = end_of_stretch (self, first);
      any = add_band (self, first, end, low, high) || any;
    }
  if (any)
    hr_picture_fill (self->picture, ink);
}

/* The means, from middle to middle, and as long as the bin is where it stands alone. */
static void
draw_means (Chart *self)
{
  for (guint first = 0, end; first < self->n_bins; first = end)
    {
      end = end_of_stretch (self, first);
      hr_picture_move (self->picture, x_of (self, self->bins[first].begin_us), y_of (self, self->readings[first].mean));
      for (guint i = first; i < end; i++)
        hr_picture_draw (self->picture, x_of (self, middle_of (&self->bins[i])), y_of (self, self->readings[i].mean));
      hr_picture_draw (self->picture, fmax (x_of (self, self->bins[end - 1].end_us), x_of (self, self->bins[first].begin_us) + 1),
                       y_of (self, self->readings[end - 1].mean));
    }
  if (self->n_bins > 0)
    hr_picture_stroke (self->picture, HR_INK_LINE);
}

/* The limit as a dashed line with its value, or in words where it is far beyond what was measured. */
static void
draw_limit (Chart               *self,
            const HrReportLimit *limit)
{
  g_autofree char *text = hr_words_limit (limit, self->series->unit);
  double           at = self->logarithmic ? log10 (fmax (limit->value, 1e-12)) : limit->value;
  double           y = y_of (self, limit->value);

  if (at > self->high || at < self->low)
    {
      /* Translators: "limit 10 ms" */
      g_autofree char *far = g_strdup_printf (at > self->high ? _ ("%s, above this chart") : _ ("%s, below this chart"), text);

      hr_picture_text (self->picture, WIDTH - RIGHT, TOP - 6, HR_ALIGN_END, HR_INK_LIMIT, far);
      return;
    }

  hr_picture_move (self->picture, LEFT, y);
  hr_picture_draw (self->picture, WIDTH - RIGHT, y);
  hr_picture_stroke (self->picture, HR_INK_LIMIT);
  hr_picture_text (self->picture, WIDTH - RIGHT - 2, y - 4 < TOP + 4 ? y + 11 : y - 4, HR_ALIGN_END, HR_INK_LIMIT, text);
}

/* How many gaps there are between stretches. */
static guint
count_gaps (const Chart *self)
{
  guint n = 0;

  for (guint first = 0; first < self->n_bins; first = end_of_stretch (self, first))
    n++;

  return n > 0 ? n - 1 : 0;
}

static void
describe (Chart *self)
{
  const HrReportMetric *metric = self->series->metric;
  g_autofree char      *name = hr_words_metric (&metric->info);
  g_autofree char      *title = g_strdup_printf ("%s, %s", name, metric->source);
  g_autofree char      *mean = hr_words_value (self->series->all.mean, self->series->unit);
  g_autofree char      *least = hr_words_value (self->series->all.min, self->series->unit);
  g_autofree char      *most = hr_words_value (self->series->all.max, self->series->unit);
  g_autoptr (GString) words = g_string_new (NULL);
  guint n_gaps = count_gaps (self);

  /* Translators: three values. */
  g_string_append_printf (words, _ ("Mean %s, between %s and %s"), mean, least, most);
  for (guint i = 0; i < self->series->limits->len; i++)
    {
      g_autofree char *limit = hr_words_limit (&g_array_index (self->series->limits, HrReportLimit, i), self->series->unit);

      g_string_append_printf (words, ", %s", limit);
    }
  if (n_gaps > 0)
    g_string_append_printf (words, ngettext (", %u gap in which nothing was measured", ", %u gaps in which nothing was measured", n_gaps), n_gaps);
  if (self->logarithmic)
    g_string_append (words, _ (", logarithmic scale"));
  hr_picture_set_words (self->picture, title, words->str);
}

/* Returns: (transfer full): what the bins of @series show */
static HrBinReading *
read_bins (const HrReportSeries *series)
{
  HrBinReading *readings = g_new0 (HrBinReading, MAX (series->bins->len, 1));

  for (guint i = 0; i < series->bins->len; i++)
    hr_bin_read (&g_array_index (series->bins, HrBin, i), series->metric->info.kind, &readings[i]);

  return readings;
}

/* Draws what @series came to over @range. Returns: (transfer full) */
HrPicture *
hr_report_chart (const HrReportSeries *series,
                 HrRange               range)
{
  g_autofree HrBinReading *readings = read_bins (series);
  Chart                    self = { .series = series, .bins = (const HrBin *) (gpointer) series->bins->data, .readings = readings, .n_bins = series->bins->len, .range = range };
  double                   most = (double) INFINITY;

  self.picture = hr_picture_new (WIDTH, HEIGHT);
  choose_axis (&self);
  draw_levels (&self);
  draw_times (&self);
  for (guint i = 0; i < series->limits->len; i++)
    {
      const HrReportLimit *limit = &g_array_index (series->limits, HrReportLimit, i);

      draw_breaches (&self, limit);
      if (!limit->least)
        most = fmin (most, limit->value);
    }
  draw_bands (&self, -(double) INFINITY, most, HR_INK_BAND);
  draw_bands (&self, most, (double) INFINITY, HR_INK_OVER);
  draw_means (&self);
  for (guint i = 0; i < series->limits->len; i++)
    draw_limit (&self, &g_array_index (series->limits, HrReportLimit, i));
  if (self.logarithmic)
    hr_picture_text (self.picture, LEFT, TOP - 6, HR_ALIGN_START, HR_INK_TEXT, _ ("logarithmic scale"));
  describe (&self);

  return self.picture;
}
