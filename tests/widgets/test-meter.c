/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/meter.h"
#include "widgets/palette.h"
#include "widgets/sparkline.h"

#include <math.h>

#define WIDTH 200
#define HEIGHT 20

/* Returns what @widget draws at @width by @height, after it was put into a window; free with cairo_surface_destroy (). */
static cairo_surface_t *
draw (GtkWidget *widget,
      GtkWidget *window)
{
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t         *cr = cairo_create (surface);

  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_widget_allocate (widget, WIDTH, HEIGHT, -1, NULL);
  GTK_WIDGET_GET_CLASS (widget)->snapshot (widget, snapshot);
  node = gtk_snapshot_to_node (snapshot);
  if (node != NULL)
    gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);

  return surface;
}

static guint32
pixel_at (cairo_surface_t *surface,
          int              x,
          int              y)
{
  return *(guint32 *) (void *) (cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface) + 4 * x);
}

/* Returns how many pixels in the middle row of a meter at @used are its colour there. */
static int
count_filled (double         used,
              const GdkRGBA *expected)
{
  GtkWidget       *window = gtk_window_new ();
  GtkWidget       *meter = hr_meter_new ();
  cairo_surface_t *surface;
  int              n = 0;

  hr_meter_set_marks (HR_METER (meter), 0.8, 0.95);
  hr_meter_set_used (HR_METER (meter), used);
  surface = draw (meter, window);
  for (int x = 0; x < WIDTH; x++)
    n += pixel_at (surface, x, HEIGHT / 2) == (0xff000000 | hr_palette_pixel (expected));
  cairo_surface_destroy (surface);
  gtk_window_destroy (GTK_WINDOW (window));

  return n;
}

static void
assert_filled (double         used,
               const GdkRGBA *colour,
               int            expected)
{
  int n = count_filled (used, colour);

  /* The outermost pixel at each round end has only part of the colour. */
  g_assert_cmpint (n, <=, expected);
  g_assert_cmpint (n, >=, MAX (expected - 2, 0));
}

static void
test_the_bar_is_as_long_as_the_share (void)
{
  GtkWidget *window = gtk_window_new ();
  HrPalette  palette;

  hr_palette_read (&palette, window);
  assert_filled (0.5, &palette.success, 100);
  assert_filled ((double) NAN, &palette.success, 0);
  assert_filled (0, &palette.success, 0);

  /* Less the marks that stand in it. */
  assert_filled (0.85, &palette.warning, 168);
  assert_filled (0.96, &palette.error, 188);
  assert_filled (3, &palette.error, 194);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_a_meter_says_its_value (void)
{
  GtkWidget *meter = g_object_ref_sink (hr_meter_new ());

  gtk_test_accessible_assert_role (meter, GTK_ACCESSIBLE_ROLE_METER);
  gtk_test_accessible_assert_property (meter, GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0);
  gtk_test_accessible_assert_property (meter, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 1.0);
  g_assert_false (gtk_test_accessible_has_property (GTK_ACCESSIBLE (meter), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW));

  hr_meter_set_used (HR_METER (meter), 0.29);
  hr_meter_set_text (HR_METER (meter), "58 MB of 200 MB");
  gtk_test_accessible_assert_property (meter, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 0.29);
  gtk_test_accessible_assert_property (meter, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "58 MB of 200 MB");

  hr_meter_set_used (HR_METER (meter), 1.4);
  gtk_test_accessible_assert_property (meter, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 1.0);
  g_assert_cmpfloat (hr_meter_get_used (HR_METER (meter)), ==, 1.4);
  g_assert_finalize_object (meter);
}

/* Returns the topmost row in which column @x has ink; HEIGHT: none. */
static int
top_of (cairo_surface_t *surface,
        int              x)
{
  for (int y = 0; y < HEIGHT; y++)
    if (pixel_at (surface, x, y) >> 24 > 64)
      return y;

  return HEIGHT;
}

static void
test_a_sparkline_scales_to_one_or_its_highest (void)
{
  GtkWidget       *window = gtk_window_new ();
  GtkWidget       *sparkline = hr_sparkline_new ();
  cairo_surface_t *surface;

  gtk_test_accessible_assert_role (sparkline, GTK_ACCESSIBLE_ROLE_PRESENTATION);
  for (int i = 0; i < 70; i++)
    hr_sparkline_append (HR_SPARKLINE (sparkline), i >= 30 && i < 40 ? (double) NAN : 0.5);
  g_object_ref (sparkline);
  surface = draw (sparkline, window);
  g_assert_cmpint (ABS (top_of (surface, 10) - HEIGHT / 2), <=, 1);
  g_assert_cmpint (top_of (surface, WIDTH * 25 / 60), ==, HEIGHT);
  cairo_surface_destroy (surface);

  hr_sparkline_append (HR_SPARKLINE (sparkline), 2);
  surface = draw (sparkline, window);
  g_assert_cmpint (top_of (surface, WIDTH - 1), <=, 1);
  g_assert_cmpint (ABS (top_of (surface, 10) - HEIGHT * 3 / 4), <=, 2);
  cairo_surface_destroy (surface);

  hr_sparkline_clear (HR_SPARKLINE (sparkline));
  surface = draw (sparkline, window);
  for (int x = 0; x < WIDTH; x++)
    g_assert_cmpint (top_of (surface, x), ==, HEIGHT);
  cairo_surface_destroy (surface);

  gtk_window_set_child (GTK_WINDOW (window), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_finalize_object (sparkline);
}

static void
test_a_colour_beyond_the_screen (void)
{
  g_assert_cmphex (hr_palette_pixel (&(GdkRGBA){ 1.2f, -0.1f, 0.5f, 1 }), ==, 0xff0080);
}

int
main (int   argc,
      char *argv[])
{
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/widgets/palette/beyond", test_a_colour_beyond_the_screen);
  g_test_add_func ("/widgets/meter/bar", test_the_bar_is_as_long_as_the_share);
  g_test_add_func ("/widgets/meter/accessible", test_a_meter_says_its_value);
  g_test_add_func ("/widgets/sparkline/scale", test_a_sparkline_scales_to_one_or_its_highest);

  return g_test_run ();
}
