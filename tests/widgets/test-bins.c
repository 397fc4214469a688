/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/bins.h"

#include <math.h>

#define WIDTH 1000
#define HEIGHT 100
#define TOP 10.0
#define SECOND_US G_GINT64_CONSTANT (1000000)

static const HrScale   scale = { .top = TOP, .height = HEIGHT, .limit = 8, .radius = 0.75 };
static const HrStretch stretch = { .begin_us = 0, .end_us = 1000 * SECOND_US, .width = WIDTH };

/* Returns a bin of a second from @second on with the given range, its middle being its mean. */
static HrBin
bin_of (gint64 second,
        double min,
        double max)
{
  return (HrBin){ second * SECOND_US, (second + 1) * SECOND_US, 10, 5 * (min + max), min, max };
}

static float
row_of (double value)
{
  return (float) (HR_PICTURE_MARGIN + HEIGHT * (1 - value / TOP));
}

static void
test_columns_have_the_range_of_their_bins (void)
{
  HrPicture picture = { 0 };
  HrBin     bins[WIDTH];

  for (int i = 0; i < WIDTH; i++)
    bins[i] = bin_of (i, 2, 3 + i % 4);
  hr_picture_trace_bins (&picture, bins, WIDTH, HR_KIND_GAUGE, &stretch, &scale);

  g_assert_true (picture.has_band);
  g_assert_false (picture.has_over);
  for (int x = 0; x < WIDTH; x++)
    {
      g_assert_cmpfloat_with_epsilon (picture.band.top[x], row_of (3 + x % 4), 0.01);
      g_assert_cmpfloat_with_epsilon (picture.band.bottom[x], row_of (2), 0.01);
      g_assert_false (picture.breach[x]);
    }
  hr_picture_clear (&picture);
}

/* The highest of 864 000 samples is in one bin, and seen in whatever width. */
static void
test_no_extreme_is_lost_in_any_width (void)
{
  HrPicture picture = { 0 };
  HrBin     bins[4000];

  for (int i = 0; i < 4000; i++)
    bins[i] = (HrBin){ i * SECOND_US / 4, (i + 1) * SECOND_US / 4, 216, 216 * 3, 2.5, i == 2345 ? 9.5 : 3.5 };
  for (int width = 50; width <= WIDTH; width += 37)
    {
      HrStretch narrow = stretch;
      float     highest = INFINITY;
      int       at = -1;

      narrow.width = width;
      hr_picture_trace_bins (&picture, bins, 4000, HR_KIND_DURATION, &narrow, &scale);
      for (int x = 0; x < width; x++)
        if (picture.over.top[x] < highest)
          {
            highest = picture.over.top[x];
            at = x;
          }
      g_assert_cmpfloat_with_epsilon (highest, row_of (9.5), 0.01);
      g_assert_cmpint (at, ==, 2345 * width / 4000);
      /* Up to the limit it is the band's. */
      g_assert_cmpfloat_with_epsilon (picture.over.bottom[at], row_of (8), 0.01);
      g_assert_cmpfloat_with_epsilon (picture.band.top[at], row_of (8), 0.01);
    }
  hr_picture_clear (&picture);
}

static gboolean
has_line (const HrPicture *picture,
          int              x)
{
  size_t i = (size_t) x * HR_OUTLINE_STEPS + 2;

  return picture->line.top[i] <= picture->line.bottom[i];
}

static void
test_what_was_not_measured_stays_empty (void)
{
  HrPicture picture = { 0 };
  HrBin     bins[WIDTH];
  gsize     n = 0;

  for (int i = 0; i < WIDTH; i++)
    if (i < 300 || i >= 400)
      {
        bins[n] = bin_of (i, 2, 4);
        if (i >= 600 && i < 650)
          bins[n].count = 0;
        n++;
      }
  hr_picture_trace_bins (&picture, bins, n, HR_KIND_GAUGE, &stretch, &scale);

  for (int x = 0; x < WIDTH; x++)
    {
      gboolean gap = (x >= 300 && x < 400) || (x >= 600 && x < 650);

      /* The line's round ends reach a little into it. */
      if (x != 300 && x != 399 && x != 600 && x != 649)
        g_assert_cmpint (has_line (&picture, x), ==, !gap);
      g_assert_cmpint (picture.band.top[x] <= picture.band.bottom[x], ==, !gap);
    }
  hr_picture_clear (&picture);
}

static void
test_a_lone_sample_is_as_long_as_it_was (void)
{
  HrPicture picture = { 0 };
  HrBin     bin = { 200 * SECOND_US, 210 * SECOND_US, 1, 5, 5, 5 };

  hr_picture_trace_bins (&picture, &bin, 1, HR_KIND_GAUGE, &stretch, &scale);
  g_assert_false (picture.has_band);
  for (int x = 195; x < 215; x++)
    if (x != 199 && x != 210)
      g_assert_cmpint (has_line (&picture, x), ==, x >= 200 && x < 210);
  hr_picture_clear (&picture);
}

static void
test_means_beyond_the_limit_are_shaded (void)
{
  HrPicture picture = { 0 };
  HrScale   higher = scale;
  HrBin     bins[WIDTH];

  for (int i = 0; i < WIDTH; i++)
    bins[i] = i >= 100 && i < 110 ? bin_of (i, 8, 9) : bin_of (i, 2, 3);
  hr_picture_trace_bins (&picture, bins, WIDTH, HR_KIND_GAUGE, &stretch, &scale);
  for (int x = 0; x < WIDTH; x++)
    g_assert_cmpint (picture.breach[x], ==, x >= 100 && x < 110);

  higher.direction = HR_DIRECTION_HIGHER;
  hr_picture_trace_bins (&picture, bins, WIDTH, HR_KIND_GAUGE, &stretch, &higher);
  for (int x = 0; x < WIDTH; x++)
    g_assert_cmpint (picture.breach[x], ==, x < 100 || x >= 110);
  hr_picture_clear (&picture);
}

/* Zoomed in as far as it goes, neighbours out of sight are millions of pixels away. */
static void
test_far_neighbours_do_no_harm (void)
{
  HrPicture picture = { 0 };
  HrStretch close = { 500 * SECOND_US, 500 * SECOND_US + 1000, WIDTH };
  HrBin     bins[] = { bin_of (0, 1, 2), bin_of (500, 4, 6), { 501 * SECOND_US, 90000000 * SECOND_US, 1, 3, 3, 3 }, bin_of (900000000, 1, 9) };

  hr_picture_trace_bins (&picture, bins, G_N_ELEMENTS (bins), HR_KIND_GAUGE, &close, &scale);
  for (int x = 0; x < WIDTH; x++)
    {
      g_assert_true (has_line (&picture, x));
      g_assert_cmpfloat_with_epsilon (picture.band.top[x], row_of (6), 0.01);
    }
  hr_picture_clear (&picture);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/widgets/bins/range", test_columns_have_the_range_of_their_bins);
  g_test_add_func ("/widgets/bins/extremes", test_no_extreme_is_lost_in_any_width);
  g_test_add_func ("/widgets/bins/gaps", test_what_was_not_measured_stays_empty);
  g_test_add_func ("/widgets/bins/lone", test_a_lone_sample_is_as_long_as_it_was);
  g_test_add_func ("/widgets/bins/shading", test_means_beyond_the_limit_are_shaded);
  g_test_add_func ("/widgets/bins/far", test_far_neighbours_do_no_harm);

  return g_test_run ();
}
