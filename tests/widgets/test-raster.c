/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/raster.h"

#include <cairo.h>
#include <glib.h>
#include <math.h>

#define WIDTH 200
#define HEIGHT 100

typedef struct
{
  guint32  pixels[WIDTH * HEIGHT];
  HrCanvas canvas;
} Sheet;

static void
sheet_init (Sheet *self)
{
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    self->pixels[i] = 0xff000000;
  self->canvas = (HrCanvas){ self->pixels, WIDTH, WIDTH, HEIGHT };
}

static double
coverage (const Sheet *self,
          int          x,
          int          y)
{
  return (self->pixels[y * WIDTH + x] & 0xff) / 255.0;
}

static double
area (const Sheet *self)
{
  double sum = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      sum += coverage (self, x, y);

  return sum;
}

static void
stroke (Sheet         *sheet,
        const HrPoint *points,
        gsize          n_points,
        float          radius)
{
  HrOutline outline = { 0 };

  sheet_init (sheet);
  hr_outline_begin (&outline, WIDTH, HR_OUTLINE_STEPS);
  hr_outline_add_line (&outline, points, n_points, radius);
  hr_canvas_fill (&sheet->canvas, &outline, 0xffffff, 1);
  hr_outline_clear (&outline);
}

static void
test_a_level_line_covers_its_share_of_each_row (void)
{
  const HrPoint points[] = { { -10, 20.25f }, { WIDTH + 10, 20.25f } };
  Sheet         sheet;

  stroke (&sheet, points, 2, 0.75f);
  for (int x = 0; x < WIDTH; x++)
    {
      g_assert_cmpfloat_with_epsilon (coverage (&sheet, x, 18), 0, 1e-9);
      g_assert_cmpfloat_with_epsilon (coverage (&sheet, x, 19), 0.5, 0.01);
      g_assert_cmpfloat_with_epsilon (coverage (&sheet, x, 20), 1, 0.01);
      g_assert_cmpfloat_with_epsilon (coverage (&sheet, x, 21), 0, 1e-9);
    }
}

static void
test_the_area_of_a_slope_is_its_length_times_its_width (void)
{
  static const float ends[] = { 50, 50.5f, 60, 95, 5 };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      /* Both ends lie beyond the canvas, as long as the slope says. */
      float         slope = (ends[i] - 50) / WIDTH;
      const HrPoint points[] = { { -10, 50 - 10 * slope }, { WIDTH + 10, ends[i] + 10 * slope } };
      double        expected = WIDTH * 1.5 * sqrt (1 + (double) slope * (double) slope);
      Sheet         sheet;

      stroke (&sheet, points, 2, 0.75f);
      g_assert_cmpfloat_with_epsilon (area (&sheet), expected, expected * 0.005);
    }
}

static void
test_a_steep_line_has_its_area (void)
{
  const HrPoint points[] = { { 100, 10 }, { 102, 90 } };
  double        expected = hypot (2, 80) * 1.5 + G_PI * 0.75 * 0.75;
  Sheet         sheet;

  stroke (&sheet, points, 2, 0.75f);
  g_assert_cmpfloat_with_epsilon (area (&sheet), expected, expected * 0.03);
}

static void
test_a_single_point_is_a_disc (void)
{
  const HrPoint points[] = { { 50, NAN }, { 60.3f, 40.6f }, { 70, NAN } };
  Sheet         sheet;

  stroke (&sheet, points, 3, 4);
  g_assert_cmpfloat_with_epsilon (area (&sheet), G_PI * 16, G_PI * 16 * 0.02);
}

static void
test_a_gap_draws_nothing (void)
{
  const HrPoint points[] = { { 10, 50 }, { 50, 50 }, { 60, NAN }, { 150, 50 }, { 190, 50 } };
  Sheet         sheet;

  stroke (&sheet, points, G_N_ELEMENTS (points), 0.75f);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 52; x < 148; x++)
      g_assert_cmpfloat_with_epsilon (coverage (&sheet, x, y), 0, 1e-9);
  g_assert_cmpfloat (coverage (&sheet, 48, 49), >, 0.5);
  g_assert_cmpfloat (coverage (&sheet, 152, 49), >, 0.5);
}

static void
test_what_lies_outside_is_cut (void)
{
  const HrPoint points[] = { { -500, -5000 }, { 50, 1e7f }, { 90, -1e7f }, { 100, 50 }, { 4000, 50 } };
  Sheet         sheet;

  stroke (&sheet, points, G_N_ELEMENTS (points), 0.75f);
  g_assert_cmpfloat_with_epsilon (coverage (&sheet, WIDTH - 1, 50), 0.75, 0.01);
}

static void
test_columns_are_exact (void)
{
  HrOutline outline = { 0 };
  Sheet     sheet;

  sheet_init (&sheet);
  hr_outline_begin (&outline, WIDTH, 0);
  hr_outline_add_column (&outline, 7, 10.25f, 30.5f);
  hr_canvas_fill (&sheet.canvas, &outline, 0xffffff, 1);
  g_assert_cmpfloat_with_epsilon (coverage (&sheet, 7, 10), 0.75, 0.005);
  g_assert_cmpfloat_with_epsilon (coverage (&sheet, 7, 11), 1, 0.005);
  g_assert_cmpfloat_with_epsilon (coverage (&sheet, 7, 30), 0.5, 0.005);
  g_assert_cmpfloat_with_epsilon (area (&sheet), 20.25, 0.05);
  hr_outline_clear (&outline);
}

/* Strokes @points with Cairo at its best quality. */
static cairo_surface_t *
stroke_with_cairo (const HrPoint *points,
                   gsize          n_points)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t         *cr = cairo_create (surface);

  cairo_set_antialias (cr, CAIRO_ANTIALIAS_BEST);
  cairo_set_line_width (cr, 1.5);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_source_rgb (cr, 1, 1, 1);
  for (gsize i = 0; i < n_points; i++)
    cairo_line_to (cr, (double) points[i].x, (double) points[i].y);
  cairo_stroke (cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);

  return surface;
}

static void
test_it_looks_like_cairo_at_its_best (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);

  for (int round = 0; round < 20; round++)
    {
      HrPoint          points[81];
      Sheet            sheet;
      cairo_surface_t *surface;
      double           squares = 0;
      int              n_touched = 0;

      for (gsize i = 0; i < G_N_ELEMENTS (points); i++)
        points[i] = (HrPoint){ 2.45f * (float) i + 1, (float) g_rand_double_range (rand, 4, round % 2 == 0 ? HEIGHT - 4 : 20) };
      stroke (&sheet, points, G_N_ELEMENTS (points), 0.75f);
      surface = stroke_with_cairo (points, G_N_ELEMENTS (points));
      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
          {
            const guint32 *row = (guint32 *) (void *) (cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface));
            double         difference = coverage (&sheet, x, y) * 255 - (row[x] & 0xff);

            squares += difference * difference;
            n_touched += coverage (&sheet, x, y) > 0 || (row[x] & 0xff) > 0;
          }
      cairo_surface_destroy (surface);

      /* Only pixels that either has touched count: the rest would flatter us. */
      g_assert_cmpint (n_touched, >, 500);
      g_test_message ("RMS %.2f of 255 over %d pixels", sqrt (squares / n_touched), n_touched);
      g_assert_cmpfloat (sqrt (squares / n_touched), <=, 5);
    }
}

static void
test_compose_and_shade_touch_what_they_should (void)
{
  static Sheet plain, tinted, out;
  gint32       edges[WIDTH];

  sheet_init (&plain);
  sheet_init (&tinted);
  sheet_init (&out);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    {
      plain.pixels[i] = 0xff000001;
      tinted.pixels[i] = 0xff000002;
    }
  for (int x = 0; x < WIDTH; x++)
    edges[x] = x < 100 ? 40 + x % 10 : INT32_MAX;

  hr_canvas_compose (&out.canvas, &plain.canvas, &tinted.canvas, edges);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      g_assert_cmphex (out.pixels[y * WIDTH + x], ==, y >= edges[x] ? 0xff000002 : 0xff000001);

  hr_canvas_shade (&out.canvas, 50, 60, 0xffffff, 1);
  for (int x = 0; x < WIDTH; x++)
    g_assert_cmpint (out.pixels[x] == 0xffffffff, ==, x >= 50 && x < 60);
}

static void
test_a_mask_holds_the_coverage_in_every_byte (void)
{
  const HrPoint points[] = { { -10, 20.25f }, { WIDTH + 10, 20.25f } };
  HrOutline     outline = { 0 };
  Sheet         sheet;

  sheet_init (&sheet);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    sheet.pixels[i] = 0;
  hr_outline_begin (&outline, WIDTH, HR_OUTLINE_STEPS);
  hr_outline_add_line (&outline, points, 2, 0.75f);
  hr_canvas_fill_mask (&sheet.canvas, &outline);
  g_assert_cmphex (sheet.pixels[20 * WIDTH + 50], ==, 0xffffffff);
  g_assert_cmphex (sheet.pixels[19 * WIDTH + 50], ==, 0x80808080);
  g_assert_cmphex (sheet.pixels[50], ==, 0);
  hr_outline_clear (&outline);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/widgets/raster/level", test_a_level_line_covers_its_share_of_each_row);
  g_test_add_func ("/widgets/raster/slope", test_the_area_of_a_slope_is_its_length_times_its_width);
  g_test_add_func ("/widgets/raster/steep", test_a_steep_line_has_its_area);
  g_test_add_func ("/widgets/raster/disc", test_a_single_point_is_a_disc);
  g_test_add_func ("/widgets/raster/gap", test_a_gap_draws_nothing);
  g_test_add_func ("/widgets/raster/cut", test_what_lies_outside_is_cut);
  g_test_add_func ("/widgets/raster/columns", test_columns_are_exact);
  g_test_add_func ("/widgets/raster/cairo", test_it_looks_like_cairo_at_its_best);
  g_test_add_func ("/widgets/raster/compose", test_compose_and_shade_touch_what_they_should);
  g_test_add_func ("/widgets/raster/mask", test_a_mask_holds_the_coverage_in_every_byte);

  return g_test_run ();
}
