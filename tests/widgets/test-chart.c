/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/widgets/keys.h"
#include "widgets/chart-private.h"

#include <locale.h>
#include <math.h>

#define START_US (G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC)

static gint64 now_us;

static gint64
test_clock (void)
{
  return now_us;
}

typedef struct
{
  GtkWidget *window;
  HrChart   *chart;
  HrPlot    *plot;
  gint64     time_us;
} Fixture;

/* Lets frames pass until the chart has nothing more to draw. */
static void
settle (Fixture *fixture)
{
  while (!gtk_widget_get_mapped (fixture->window) || hr_pane_get_n_renders (HR_PANE (fixture->plot)) == 0 || hr_pane_is_ticking (HR_PANE (fixture->plot)))
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  now_us = 1000 * G_USEC_PER_SEC;
  fixture->time_us = START_US;
  fixture->chart = HR_CHART (hr_chart_new ());
  fixture->plot = hr_chart_get_plot (fixture->chart);
  hr_chart_set_clock (fixture->chart, test_clock);
  hr_chart_set_unit (fixture->chart, HR_UNIT_MILLISECONDS);
  hr_chart_set_limit (fixture->chart, 10);
  fixture->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 400, 200);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->chart));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
}

static void
append (Fixture *fixture,
        double   value,
        double   max)
{
  hr_chart_append (fixture->chart, fixture->time_us, value, max);
  fixture->time_us += 100000;
}

static void
present (Fixture *fixture)
{
  gtk_window_present (GTK_WINDOW (fixture->window));
  settle (fixture);
}

/* Returns the pixel in the middle of the widget's pixel @x, @y of what the chart has drawn. */
static guint32
pixel_at (Fixture *fixture,
          int      x,
          int      y)
{
  cairo_surface_t *surface = hr_pane_get_surface (HR_PANE (fixture->plot));
  int              scale = gtk_widget_get_scale_factor (fixture->window);

  cairo_surface_flush (surface);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, scale * gtk_widget_get_width (GTK_WIDGET (fixture->plot)));
  x = x * scale + scale / 2;
  y = y * scale + scale / 2;

  return *(guint32 *) (void *) (cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface) + 4 * x) & 0xffffff;
}

/* Returns the row in which column @x has the line's own colour, the middle of all such; NaN: none. */
static double
find_line (Fixture *fixture,
           int      x)
{
  const GdkRectangle *area = hr_pane_get_area (HR_PANE (fixture->plot));
  guint32             line = hr_palette_pixel (&hr_pane_get_palette (HR_PANE (fixture->plot))->data);
  double              sum = 0;
  int                 n = 0;

  for (int y = area->y; y < area->y + area->height; y++)
    if (pixel_at (fixture, x, y) == line)
      {
        sum += y + 0.5;
        n++;
      }

  return n > 0 ? sum / n : (double) NAN;
}

static void
test_the_line_stands_where_the_data_say (Fixture      *fixture,
                                         gconstpointer data)
{
  const GdkRectangle *area;
  int                 n_found = 0;

  /* Steps of 30 samples, wide enough to have level stretches. */
  for (int i = 0; i < 300; i++)
    append (fixture, 2 + 2 * (i / 60), (double) NAN);
  present (fixture);
  area = hr_pane_get_area (HR_PANE (fixture->plot));

  for (guint64 i = 5; i < 300; i++)
    {
      double found;

      if (i % 60 < 5 || i % 60 > 55)
        continue;
      found = find_line (fixture, (int) hr_plot_get_x (fixture->plot, i));
      if (isnan (found))
        continue;
      n_found++;
      g_assert_cmpfloat_with_epsilon (found, area->y + area->height * (1 - (2 + 2 * (double) (i / 60)) / hr_pane_get_axis (HR_PANE (fixture->plot))->top), 1);
    }
  g_assert_cmpint (n_found, >, 100);
}

static void
test_gaps_stay_ground (Fixture      *fixture,
                       gconstpointer data)
{
  guint32 ground, line, tinted;
  int     from, to, y;

  for (int i = 0; i < 300; i++)
    append (fixture, i >= 100 && i < 200 ? (double) NAN : 5, (double) NAN);
  present (fixture);
  ground = hr_palette_pixel (&hr_pane_get_palette (HR_PANE (fixture->plot))->ground);
  line = hr_palette_pixel (&hr_pane_get_palette (HR_PANE (fixture->plot))->data);
  from = (int) hr_plot_get_x (fixture->plot, 99) + 3;
  to = (int) hr_plot_get_x (fixture->plot, 200) - 3;
  y = (int) hr_pane_get_y (HR_PANE (fixture->plot), 2.3);

  tinted = pixel_at (fixture, (int) hr_plot_get_x (fixture->plot, 50), y);
  g_assert_cmphex (tinted, !=, ground);
  for (int x = from; x < to; x++)
    {
      g_assert_cmphex (pixel_at (fixture, x, y), ==, ground);
      g_assert_cmphex (pixel_at (fixture, x, (int) hr_pane_get_y (HR_PANE (fixture->plot), 5)), !=, line);
    }
}

static void
test_shading_reddens_exactly_the_breach (Fixture      *fixture,
                                         gconstpointer data)
{
  guint32 ground;
  int     y, from, to;

  for (int i = 0; i < 300; i++)
    append (fixture, i >= 100 && i < 110 ? 12 : 5, (double) NAN);
  present (fixture);
  ground = hr_palette_pixel (&hr_pane_get_palette (HR_PANE (fixture->plot))->ground);
  from = (int) lround ((hr_plot_get_x (fixture->plot, 99) + hr_plot_get_x (fixture->plot, 100)) / 2);
  to = (int) lround ((hr_plot_get_x (fixture->plot, 109) + hr_plot_get_x (fixture->plot, 110)) / 2);
  y = (int) hr_pane_get_y (HR_PANE (fixture->plot), 14);

  for (int x = from - 10; x < to + 10; x++)
    {
      guint32 pixel = pixel_at (fixture, x, y);

      if (x < from - 1 || x > to)
        g_assert_cmphex (pixel, ==, ground);
      else if (x > from && x < to - 1)
        g_assert_cmphex (pixel, !=, ground);
    }
}

static void
test_draws_only_when_something_changed (Fixture      *fixture,
                                        gconstpointer data)
{
  guint n_renders;

  for (int i = 0; i < 310; i++)
    append (fixture, 5, (double) NAN);
  present (fixture);
  n_renders = hr_pane_get_n_renders (HR_PANE (fixture->plot));

  append (fixture, 5, (double) NAN);
  g_assert_true (hr_pane_is_ticking (HR_PANE (fixture->plot)));
  settle (fixture);
  g_assert_cmpuint (hr_pane_get_n_renders (HR_PANE (fixture->plot)), ==, n_renders);

  append (fixture, 6, (double) NAN);
  append (fixture, 7, (double) NAN);
  settle (fixture);
  g_assert_cmpuint (hr_pane_get_n_renders (HR_PANE (fixture->plot)), ==, n_renders + 1);
  g_assert_false (hr_pane_is_ticking (HR_PANE (fixture->plot)));
}

/* Returns what the plot hands to the renderer; free with gsk_render_node_unref (). */
static GskRenderNode *
take_node (Fixture *fixture)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  GTK_WIDGET_GET_CLASS (fixture->plot)->snapshot (GTK_WIDGET (fixture->plot), snapshot);

  return gtk_snapshot_free_to_node (snapshot);
}

/* The renderer paints again what is another node than in the frame before. */
static void
test_only_the_plot_is_painted_again (Fixture      *fixture,
                                     gconstpointer data)
{
  const GdkRectangle *area = hr_pane_get_area (HR_PANE (fixture->plot));
  GskRenderNode      *before, *after;
  graphene_rect_t     bounds;
  guint               plot;

  for (int i = 0; i < 310; i++)
    append (fixture, 5, (double) NAN);
  present (fixture);
  before = take_node (fixture);
  append (fixture, 6, (double) NAN);
  settle (fixture);
  after = take_node (fixture);

  /* What surrounds the plot is one node, or, newer versions take nodes apart, the nodes in that. */
  plot = gsk_container_node_get_n_children (after) - 1;
  g_assert_cmpuint (plot, >=, 1);
  g_assert_cmpuint (gsk_container_node_get_n_children (before), ==, plot + 1);
  for (guint i = 0; i < plot; i++)
    g_assert_true (gsk_container_node_get_child (after, i) == gsk_container_node_get_child (before, i));
  g_assert_true (gsk_container_node_get_child (after, plot) != gsk_container_node_get_child (before, plot));
  gsk_render_node_get_bounds (gsk_container_node_get_child (after, plot), &bounds);
  g_assert_cmpint ((int) bounds.origin.x, ==, area->x);
  g_assert_cmpint ((int) bounds.size.width, ==, area->width);
  gsk_render_node_get_bounds (after, &bounds);
  g_assert_cmpint ((int) bounds.size.width, ==, gtk_widget_get_width (GTK_WIDGET (fixture->plot)));
  g_assert_cmpint ((int) bounds.size.height, ==, gtk_widget_get_height (GTK_WIDGET (fixture->plot)));

  gsk_render_node_unref (before);
  gsk_render_node_unref (after);
}

static void
test_the_crosshair_draws_no_data (Fixture      *fixture,
                                  gconstpointer data)
{
  guint n_renders;

  for (int i = 0; i < 300; i++)
    append (fixture, i / 100.0, (double) NAN);
  present (fixture);
  n_renders = hr_pane_get_n_renders (HR_PANE (fixture->plot));
  for (int i = 0; i < 300; i += 50)
    {
      char expected[32];

      hr_chart_point_at (fixture->chart, hr_plot_get_x (fixture->plot, (guint64) i));
      hr_value_format (i / 100.0, HR_UNIT_MILLISECONDS, expected, sizeof expected);
      g_assert_cmpstr (hr_hover_get_value (hr_chart_get_hover (fixture->chart)), ==, expected);
    }
  settle (fixture);
  g_assert_cmpuint (hr_pane_get_n_renders (HR_PANE (fixture->plot)), ==, n_renders);

  hr_chart_point_at (fixture->chart, 1);
  g_assert_null (hr_hover_get_value (hr_chart_get_hover (fixture->chart)));
}

static void
test_nothing_ticks_out_of_sight (Fixture      *fixture,
                                 gconstpointer data)
{
  guint n_renders;

  append (fixture, 5, (double) NAN);
  g_assert_false (hr_pane_is_ticking (HR_PANE (fixture->plot)));
  present (fixture);
  gtk_widget_set_visible (GTK_WIDGET (fixture->chart), FALSE);
  n_renders = hr_pane_get_n_renders (HR_PANE (fixture->plot));
  append (fixture, 9, (double) NAN);
  g_assert_false (hr_pane_is_ticking (HR_PANE (fixture->plot)));
  g_assert_cmpuint (hr_pane_get_n_renders (HR_PANE (fixture->plot)), ==, n_renders);

  gtk_widget_set_visible (GTK_WIDGET (fixture->chart), TRUE);
  settle (fixture);
  g_assert_cmpuint (hr_pane_get_n_renders (HR_PANE (fixture->plot)), >, n_renders);
}

static void
test_frozen_stands_still_while_data_go_on (Fixture      *fixture,
                                           gconstpointer data)
{
  g_autofree char *frozen = NULL;
  g_autofree char *after = NULL;
  guint            n_renders;

  for (int i = 0; i < 300; i++)
    append (fixture, 5, (double) NAN);
  present (fixture);
  hr_chart_set_frozen (fixture->chart, TRUE);
  settle (fixture);
  n_renders = hr_pane_get_n_renders (HR_PANE (fixture->plot));
  for (int i = 0; i < 50; i++)
    append (fixture, 12, (double) NAN);
  settle (fixture);
  g_assert_cmpuint (hr_pane_get_n_renders (HR_PANE (fixture->plot)), ==, n_renders);
  frozen = hr_chart_describe (fixture->chart);
  g_assert_cmpstr (frozen, ==, "frozen, latest 5 ms, budget 10 ms, within budget");

  hr_chart_set_frozen (fixture->chart, FALSE);
  settle (fixture);
  after = hr_chart_describe (fixture->chart);
  g_assert_cmpstr (after, ==, "latest 12 ms, budget 10 ms, over budget");
  g_assert_cmpuint (hr_pane_get_n_renders (HR_PANE (fixture->plot)), ==, n_renders + 1);
}

static void
assert_description (HrChart    *chart,
                    const char *expected)
{
  g_autofree char *description = hr_chart_describe (chart);

  g_assert_cmpstr (description, ==, expected);
}

static void
test_descriptions_say_what_is_shown (Fixture      *fixture,
                                     gconstpointer data)
{
  assert_description (fixture->chart, "no value now, budget 10 ms");
  append (fixture, 8.4, (double) NAN);
  assert_description (fixture->chart, "latest 8.4 ms, budget 10 ms, within budget");
  append (fixture, 8.4, 12.7);
  assert_description (fixture->chart, "latest 8.4 ms, highest 12.7 ms, budget 10 ms, over budget");
  append (fixture, (double) NAN, (double) NAN);
  assert_description (fixture->chart, "no value now, budget 10 ms");
  hr_chart_set_limit (fixture->chart, (double) NAN);
  append (fixture, 8.4, (double) NAN);
  assert_description (fixture->chart, "latest 8.4 ms");
}

static void
assert_told (HrChart    *chart,
             const char *expected)
{
  gtk_test_accessible_assert_property (chart, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, expected);
}

static void
test_descriptions_are_told_every_two_seconds_or_on_a_crossing (Fixture      *fixture,
                                                               gconstpointer data)
{
  gtk_test_accessible_assert_role (fixture->chart, GTK_ACCESSIBLE_ROLE_IMG);
  hr_chart_set_title (fixture->chart, "Ranking latency");
  gtk_test_accessible_assert_property (fixture->chart, GTK_ACCESSIBLE_PROPERTY_LABEL, "Ranking latency");

  append (fixture, 5, (double) NAN);
  assert_told (fixture->chart, "latest 5 ms, budget 10 ms, within budget");
  now_us += 1999999;
  append (fixture, 6, (double) NAN);
  assert_told (fixture->chart, "latest 5 ms, budget 10 ms, within budget");
  now_us += 1;
  append (fixture, 7, (double) NAN);
  assert_told (fixture->chart, "latest 7 ms, budget 10 ms, within budget");
  append (fixture, 11, (double) NAN);
  assert_told (fixture->chart, "latest 11 ms, budget 10 ms, over budget");
  append (fixture, 12, (double) NAN);
  assert_told (fixture->chart, "latest 11 ms, budget 10 ms, over budget");
  append (fixture, 9, (double) NAN);
  assert_told (fixture->chart, "latest 9 ms, budget 10 ms, within budget");
}

static void
assert_reads (Fixture    *fixture,
              const char *expected)
{
  g_assert_cmpstr (hr_hover_get_value (hr_chart_get_hover (fixture->chart)), ==, expected);
}

static void
test_keys_move_the_cursor (Fixture      *fixture,
                           gconstpointer data)
{
  g_assert_true (gtk_widget_get_focusable (GTK_WIDGET (fixture->chart)));
  for (int i = 0; i < 500; i++)
    append (fixture, i, (double) NAN);
  present (fixture);

  press (GTK_WIDGET (fixture->chart), "Left");
  assert_reads (fixture, "499 ms");
  press (GTK_WIDGET (fixture->chart), "Left");
  assert_reads (fixture, "498 ms");
  gtk_test_accessible_assert_property (fixture->chart, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "498 ms");
  press (GTK_WIDGET (fixture->chart), "Home");
  assert_reads (fixture, "200 ms");
  press (GTK_WIDGET (fixture->chart), "Left");
  assert_reads (fixture, "200 ms");
  press (GTK_WIDGET (fixture->chart), "Right");
  assert_reads (fixture, "201 ms");
  press (GTK_WIDGET (fixture->chart), "End");
  assert_reads (fixture, "499 ms");
  press (GTK_WIDGET (fixture->chart), "Right");
  assert_reads (fixture, "499 ms");

  /* The cursor stays at its sample while data pass. */
  append (fixture, 7, (double) NAN);
  assert_reads (fixture, "499 ms");
  press (GTK_WIDGET (fixture->chart), "Escape");
  assert_reads (fixture, NULL);
}

static void
test_keys_freeze (Fixture      *fixture,
                  gconstpointer data)
{
  g_assert_false (hr_chart_get_frozen (fixture->chart));
  press (GTK_WIDGET (fixture->chart), "space");
  g_assert_true (hr_chart_get_frozen (fixture->chart));
  press (GTK_WIDGET (fixture->chart), "space");
  g_assert_false (hr_chart_get_frozen (fixture->chart));
}

static void
test_keys_copy_the_value (Fixture      *fixture,
                          gconstpointer data)
{
  g_autofree char *latest = NULL;
  g_autofree char *under_cursor = NULL;

  for (int i = 0; i < 10; i++)
    append (fixture, i, (double) NAN);
  present (fixture);
  press (GTK_WIDGET (fixture->chart), "<Control>c");
  latest = get_copied (GTK_WIDGET (fixture->chart));
  g_assert_cmpstr (latest, ==, "9 ms");

  press (GTK_WIDGET (fixture->chart), "Home");
  press (GTK_WIDGET (fixture->chart), "Right");
  press (GTK_WIDGET (fixture->chart), "<Control>c");
  under_cursor = get_copied (GTK_WIDGET (fixture->chart));
  g_assert_cmpstr (under_cursor, ==, "1 ms");
}

static void
test_a_day_reads_out_its_columns (Fixture      *fixture,
                                  gconstpointer data)
{
  hr_chart_set_span (fixture->chart, 86400, 10);
  for (int i = 0; i < 864000; i++)
    append (fixture, i == 400000 ? 8 : 2, (double) NAN);
  present (fixture);
  hr_chart_point_at (fixture->chart, hr_plot_get_x (fixture->plot, 400000));
  assert_reads (fixture, "2 ms to 8 ms");
  g_assert_false (isnan (find_line (fixture, (int) hr_plot_get_x (fixture->plot, 400000))));
}

static void
test_nothing_stays_behind (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *chart = hr_chart_new ();
  GtkWidget *plot = GTK_WIDGET (hr_chart_get_plot (HR_CHART (chart)));

  gtk_window_set_child (GTK_WINDOW (window), chart);
  hr_chart_append (HR_CHART (chart), START_US, 1, 1);
  gtk_window_present (GTK_WINDOW (window));
  while (hr_pane_get_n_renders (HR_PANE (plot)) == 0)
    g_main_context_iteration (NULL, TRUE);
  hr_chart_append (HR_CHART (chart), START_US, 2, 3);

  g_object_add_weak_pointer (G_OBJECT (chart), (gpointer *) &chart);
  g_object_add_weak_pointer (G_OBJECT (plot), (gpointer *) &plot);
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (chart);
  g_assert_null (plot);
}

#define ADD(path, func) g_test_add ("/widgets/chart/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return 0;
    }
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);

  ADD ("picture/line", test_the_line_stands_where_the_data_say);
  ADD ("picture/gap", test_gaps_stay_ground);
  ADD ("picture/shading", test_shading_reddens_exactly_the_breach);
  ADD ("redraw/changed", test_draws_only_when_something_changed);
  ADD ("redraw/plot-only", test_only_the_plot_is_painted_again);
  ADD ("redraw/crosshair", test_the_crosshair_draws_no_data);
  ADD ("redraw/unmapped", test_nothing_ticks_out_of_sight);
  ADD ("frozen", test_frozen_stands_still_while_data_go_on);
  ADD ("description/words", test_descriptions_say_what_is_shown);
  ADD ("description/told", test_descriptions_are_told_every_two_seconds_or_on_a_crossing);
  ADD ("keys/cursor", test_keys_move_the_cursor);
  ADD ("keys/freeze", test_keys_freeze);
  ADD ("keys/copy", test_keys_copy_the_value);
  ADD ("day", test_a_day_reads_out_its_columns);
  g_test_add_func ("/widgets/chart/finalize", test_nothing_stays_behind);

  return g_test_run ();
}
