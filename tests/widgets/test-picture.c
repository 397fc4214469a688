/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/picture.h"

#include <math.h>

#define WIDTH 300
#define HEIGHT 100

static const HrScale scale = {
  .top = 20,
  .height = HEIGHT,
  .limit = 10,
  .direction = HR_DIRECTION_LOWER,
  .radius = 0.75,
};

static HrView
view_of (const HrSeries *series,
         guint64         n)
{
  return (HrView){ .n = n, .end = hr_series_end (series), .width = WIDTH, .inset = 0.75 };
}

static void
trace (HrPicture      *picture,
       const HrSeries *series,
       guint64         n)
{
  HrView view = view_of (series, n);

  hr_picture_trace (picture, series, &view, &scale);
}

/* Returns whether @column is without a line. */
static gboolean
is_empty (const HrPicture *picture,
          int              column)
{
  int steps = picture->line.steps;

  if (steps == 0)
    return picture->line.top[column] > picture->line.bottom[column];
  for (int i = column * steps; i <= (column + 1) * steps; i++)
    if (picture->line.top[i] <= picture->line.bottom[i])
      return FALSE;

  return TRUE;
}

static void
test_the_line_passes_through_every_value (void)
{
  g_autoptr (HrSeries) series = hr_series_new (200);
  HrPicture picture = { 0 };
  HrView    view;

  for (int i = 0; i < 130; i++)
    hr_series_append (series, i, 5 + 4 * sin (i / 5.0), (double) NAN);
  trace (&picture, series, 100);
  view = view_of (series, 100);
  g_assert_false (hr_view_is_dense (&view));

  for (guint64 i = 31; i < 129; i++)
    {
      HrReading reading;
      int       at = (int) lround (hr_view_x (&view, i) * HR_OUTLINE_STEPS);
      double    middle = (double) (picture.line.top[at] + picture.line.bottom[at]) / 2 - HR_PICTURE_MARGIN;

      g_assert_true (hr_series_get (series, i, &reading));
      g_assert_cmpfloat_with_epsilon (middle, HEIGHT - reading.value / 20 * HEIGHT, 1);
    }
  hr_picture_clear (&picture);
}

static void
test_a_spike_survives_decimation (void)
{
  g_autoptr (HrSeries) series = hr_series_new (900000);
  HrPicture picture = { 0 };
  int       n_spikes = 0;

  for (int i = 0; i < 864000; i++)
    hr_series_append (series, i, i == 432100 ? 18 : 2, (double) NAN);
  trace (&picture, series, 864000);

  for (int x = 0; x < WIDTH; x++)
    {
      double top = (double) picture.line.top[x] - HR_PICTURE_MARGIN;

      if (top < 50)
        {
          n_spikes++;
          g_assert_cmpfloat_with_epsilon (top, HEIGHT - 18.0 / 20 * HEIGHT - 0.75, 0.01);
          g_assert_cmpint (x, ==, 432100 / 2880);
        }
    }
  g_assert_cmpint (n_spikes, ==, 1);
  hr_picture_clear (&picture);
}

static void
test_gap_columns_stay_empty (void)
{
  g_autoptr (HrSeries) series = hr_series_new (9000);
  HrPicture picture = { 0 };
  HrView    view;

  /* A line with a sample every 3 pixels, then columns of 30 samples. */
  for (int i = 0; i < 100; i++)
    hr_series_append (series, i, i >= 40 && i < 60 ? (double) NAN : 5, (double) NAN);
  trace (&picture, series, 100);
  view = view_of (series, 100);
  for (int x = 0; x < WIDTH; x++)
    {
      gboolean gap = x > hr_view_x (&view, 39) + 1 && x + 1 < hr_view_x (&view, 60) - 1;

      if (gap)
        g_assert_true (is_empty (&picture, x));
      else if (x < hr_view_x (&view, 39) - 1 || x > hr_view_x (&view, 60) + 1)
        g_assert_false (is_empty (&picture, x));
    }

  hr_series_clear (series);
  for (int i = 0; i < 9000; i++)
    hr_series_append (series, i, i >= 3000 && i < 6000 ? (double) NAN : 5, (double) NAN);
  trace (&picture, series, 9000);
  for (int x = 0; x < WIDTH; x++)
    g_assert_cmpint (is_empty (&picture, x), ==, x >= 100 && x < 200);
  hr_picture_clear (&picture);
}

static void
test_shading_stands_where_the_limit_is_broken (void)
{
  g_autoptr (HrSeries) series = hr_series_new (9000);
  HrPicture picture = { 0 };
  HrView    view;

  for (int i = 0; i < 100; i++)
    hr_series_append (series, i, 5, i == 50 || i == 51 ? 10.5 : 10);
  trace (&picture, series, 100);
  view = view_of (series, 100);
  for (int x = 0; x < WIDTH; x++)
    {
      double half = (WIDTH - 0.75) / 99 / 2;

      g_assert_cmpint (picture.breach[x], ==, x >= lround (hr_view_x (&view, 50) - half) && x < lround (hr_view_x (&view, 51) + half));
    }

  hr_series_clear (series);
  for (int i = 0; i < 9000; i++)
    hr_series_append (series, i, 5, i == 4500 ? 11 : 6);
  trace (&picture, series, 9000);
  for (int x = 0; x < WIDTH; x++)
    g_assert_cmpint (picture.breach[x], ==, x == 150);
  hr_picture_clear (&picture);
}

static void
test_higher_is_better_turns_the_limit_round (void)
{
  HrScale higher = scale;

  higher.direction = HR_DIRECTION_HIGHER;
  g_assert_true (hr_scale_is_breach (&higher, 9, 11));
  g_assert_false (hr_scale_is_breach (&higher, 10, 10));
  g_assert_true (hr_scale_is_breach (&scale, 9, 11));
  g_assert_false (hr_scale_is_breach (&scale, 10, 10));
  g_assert_false (hr_scale_is_breach (&scale, (double) NAN, (double) NAN));
}

static void
test_scrolling_moves_columns_unchanged (void)
{
  g_autoptr (HrSeries) series = hr_series_new (4000);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  HrPicture before = { 0 }, after = { 0 };

  /* 3.1 samples a column: no column begins where the last one did, unless they are counted from the beginning. */
  for (int i = 0; i < 2000; i++)
    hr_series_append (series, i, g_rand_double_range (rand, 1, 9), (double) NAN);
  trace (&before, series, 930);
  for (int i = 0; i < 31; i++)
    hr_series_append (series, i, g_rand_double_range (rand, 1, 9), (double) NAN);
  trace (&after, series, 930);
  for (int x = 10; x < WIDTH - 1; x++)
    {
      g_assert_cmpfloat (before.line.top[x], ==, after.line.top[x - 10]);
      g_assert_cmpfloat (before.line.bottom[x], ==, after.line.bottom[x - 10]);
    }
  hr_picture_clear (&before);
  hr_picture_clear (&after);
}

static void
test_a_view_finds_the_sample_it_shows (void)
{
  static const guint64 lengths[] = { 50, 300, 599, 601, 4000 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      HrView  view = { .n = lengths[i], .end = 10000, .width = WIDTH, .inset = 0.75 };
      guint64 found;

      for (guint64 index = 10000 - lengths[i] + 20; index < 10000; index += 7)
        {
          g_assert_true (hr_view_index_at (&view, hr_view_x (&view, index), &found));
          if (hr_view_is_dense (&view))
            g_assert_cmpuint (index - found, <=, lengths[i] / WIDTH + 1);
          else
            g_assert_cmpuint (found, ==, index);
        }
    }
}

static void
test_pictures_differ_when_a_column_does (void)
{
  g_autoptr (HrSeries) series = hr_series_new (100000);
  HrPicture before = { 0 }, after = { 0 };

  for (int i = 0; i < 90000; i++)
    hr_series_append (series, i, 5, (double) NAN);
  trace (&before, series, 90000);
  hr_series_append (series, 0, 5, (double) NAN);
  trace (&after, series, 90000);
  g_assert_true (hr_picture_equal (&before, &after));
  hr_series_append (series, 0, 6, (double) NAN);
  trace (&after, series, 90000);
  g_assert_false (hr_picture_equal (&before, &after));
  hr_picture_clear (&before);
  hr_picture_clear (&after);
}

static void
test_a_frozen_series_keeps_what_it_shows (void)
{
  g_autoptr (HrSeries) series = hr_series_new (10);
  HrReading reading;

  for (int i = 0; i < 10; i++)
    hr_series_append (series, i, i, (double) NAN);
  hr_series_set_frozen (series, TRUE);
  for (int i = 10; i < 115; i++)
    hr_series_append (series, i, i, (double) NAN);
  g_assert_cmpuint (hr_series_end (series), ==, 10);
  g_assert_true (hr_series_get (series, 0, &reading));
  g_assert_cmpfloat (reading.value, ==, 0);

  hr_series_set_frozen (series, FALSE);
  for (guint64 i = hr_series_first (series), expected = 105; i < hr_series_end (series); i++, expected++)
    {
      g_assert_true (hr_series_get (series, i, &reading));
      g_assert_cmpint (reading.time_us, ==, (gint64) expected);
      g_assert_cmpfloat (reading.value, ==, (double) expected);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/widgets/picture/line", test_the_line_passes_through_every_value);
  g_test_add_func ("/widgets/picture/spike", test_a_spike_survives_decimation);
  g_test_add_func ("/widgets/picture/gap", test_gap_columns_stay_empty);
  g_test_add_func ("/widgets/picture/shading", test_shading_stands_where_the_limit_is_broken);
  g_test_add_func ("/widgets/picture/direction", test_higher_is_better_turns_the_limit_round);
  g_test_add_func ("/widgets/picture/scrolling", test_scrolling_moves_columns_unchanged);
  g_test_add_func ("/widgets/picture/pick", test_a_view_finds_the_sample_it_shows);
  g_test_add_func ("/widgets/picture/equal", test_pictures_differ_when_a_column_does);
  g_test_add_func ("/widgets/series/frozen", test_a_frozen_series_keeps_what_it_shows);

  return g_test_run ();
}
