/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/base/clock.h"
#include "tests/bench/bench.h"
#include "widgets/chart-private.h"

#include <math.h>
#include <string.h>

#define N_CHARTS 6
#define N_POINTS 300
#define N_DAY 864000
#define N_COLUMNS 1000
#define WIDTH 800
#define HEIGHT 150
#define LINE_WIDTH 1.5

/* Three in a row fill a window 1000 pixels wide. */
#define CHART_WIDTH 320
#define CHART_HEIGHT 120
#define SEED 271828

/* What the charts of whole frames show: their budget, and the axis that they choose for the data. */
#define LIMIT 10
#define TOP 15
#define STEP 5

/* Frames of one kind in a row, and how often each kind has its turn. */
#define N_FRAMES 60
#define N_TURNS 4

static const HrScale scale = { .top = 20, .height = HEIGHT, .limit = 10, .radius = LINE_WIDTH / 2 };

typedef struct
{
  HrPoint          points[N_POINTS];
  HrOutline        outline;
  cairo_surface_t *surface; /* what everybody draws to */
  cairo_surface_t *plain;
  cairo_surface_t *tinted;
  HrSeries        *live;
  HrSeries        *day;
  HrPicture        picture;
  double           samples[N_DAY];
  HrExtent         extents[N_COLUMNS];
} Bench;

static HrCanvas
canvas_of (cairo_surface_t *surface)
{
  return (HrCanvas){
    .pixels = (guint32 *) (void *) cairo_image_surface_get_data (surface),
    .stride = (size_t) cairo_image_surface_get_stride (surface) / sizeof (guint32),
    .width = cairo_image_surface_get_width (surface),
    .height = cairo_image_surface_get_height (surface),
  };
}

/* A line of N_POINTS drawn over what is there. */
static void
line (guint64  n,
      gpointer user_data)
{
  Bench   *bench = user_data;
  HrCanvas canvas = canvas_of (bench->surface);

  for (guint64 i = 0; i < n; i++)
    {
      hr_outline_begin (&bench->outline, canvas.width, HR_OUTLINE_STEPS);
      hr_outline_add_line (&bench->outline, bench->points, N_POINTS, (float) LINE_WIDTH / 2);
      hr_canvas_fill (&canvas, &bench->outline, 0x3584e4, 1);
    }
}

/* One pixel written in each column. */
static void
line_floor (guint64  n,
            gpointer user_data)
{
  Bench   *bench = user_data;
  HrCanvas canvas = canvas_of (bench->surface);

  for (guint64 i = 0; i < n; i++)
    {
      for (int x = 0; x < canvas.width; x++)
        canvas.pixels[(size_t) (x % canvas.height) * canvas.stride + (size_t) x] = 0x3584e4;
      hr_bench_keep (canvas.pixels);
    }
}

static void
stroke (cairo_surface_t  *surface,
        const HrPoint    *points,
        cairo_antialias_t antialias)
{
  cairo_t *cr = cairo_create (surface);

  cairo_set_antialias (cr, antialias);
  cairo_set_line_width (cr, LINE_WIDTH);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_source_rgb (cr, 1, 1, 1);
  for (int i = 0; i < N_POINTS; i++)
    cairo_line_to (cr, (double) points[i].x, (double) points[i].y);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
line_cairo (guint64  n,
            gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    stroke (bench->surface, bench->points, CAIRO_ANTIALIAS_DEFAULT);
}

static void
line_cairo_fast (guint64  n,
                 gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    stroke (bench->surface, bench->points, CAIRO_ANTIALIAS_FAST);
}

/* Returns the root mean square of the difference of two images in the blue channel, of the pixels that are not black in both. */
static double
difference (cairo_surface_t *a,
            cairo_surface_t *b)
{
  HrCanvas first = canvas_of (a), second = canvas_of (b);
  double   squares = 0;
  guint64  n = 0;

  cairo_surface_flush (a);
  cairo_surface_flush (b);
  for (int y = 0; y < first.height; y++)
    for (int x = 0; x < first.width; x++)
      {
        double one = first.pixels[(size_t) y * first.stride + (size_t) x] & 0xff;
        double two = second.pixels[(size_t) y * second.stride + (size_t) x] & 0xff;

        squares += (one - two) * (one - two);
        n += one > 0 || two > 0;
      }

  return sqrt (squares / (double) n);
}

static cairo_surface_t *
surface_new (void)
{
  return cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT + 2 * HR_PICTURE_MARGIN);
}

/* How far our line and Cairo's fast one are from Cairo's best. */
static void
compare_lines (HrBench *results,
               Bench   *bench)
{
  cairo_surface_t *best = surface_new (), *fast = surface_new (), *ours = surface_new ();
  HrCanvas         canvas = canvas_of (ours);

  stroke (best, bench->points, CAIRO_ANTIALIAS_BEST);
  stroke (fast, bench->points, CAIRO_ANTIALIAS_FAST);
  hr_outline_begin (&bench->outline, canvas.width, HR_OUTLINE_STEPS);
  hr_outline_add_line (&bench->outline, bench->points, N_POINTS, (float) LINE_WIDTH / 2);
  hr_canvas_fill (&canvas, &bench->outline, 0xffffff, 1);
  hr_bench_add (results, "line-rms-from-best-of-255", difference (ours, best), "", (double) NAN);
  hr_bench_add_peer (results, "line-rms-from-best-of-255", "cairo-fast", difference (fast, best));
  cairo_surface_destroy (best);
  cairo_surface_destroy (fast);
  cairo_surface_destroy (ours);
}

/* Everything that a chart of 30 s does for a frame but hand the image over. */
static void
live (guint64  n,
      gpointer user_data)
{
  static const HrInk ink = { .line = 0x3584e4, .breach = 0xe01b24, .band_alpha = 0.35f, .breach_alpha = 0.14f };
  Bench             *bench = user_data;
  HrCanvas           plain = canvas_of (bench->plain), tinted = canvas_of (bench->tinted), out = canvas_of (bench->surface);

  for (guint64 i = 0; i < n; i++)
    {
      HrView view = { .n = N_POINTS, .end = hr_series_end (bench->live), .width = WIDTH, .inset = LINE_WIDTH / 2 };

      hr_picture_trace (&bench->picture, bench->live, &view, &scale);
      hr_picture_render (&bench->picture, &ink, &plain, &tinted, &out);
    }
}

/* The backdrop copied. */
static void
live_floor (guint64  n,
            gpointer user_data)
{
  Bench   *bench = user_data;
  HrCanvas plain = canvas_of (bench->plain), out = canvas_of (bench->surface);

  for (guint64 i = 0; i < n; i++)
    {
      memcpy (out.pixels, plain.pixels, out.stride * (size_t) out.height * sizeof (guint32));
      hr_bench_keep (out.pixels);
    }
}

/* A day's samples looked at again to find out what each column shows. */
static void
day (guint64  n,
     gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      HrView view = { .n = N_DAY, .end = hr_series_end (bench->day), .width = N_COLUMNS, .inset = LINE_WIDTH / 2 };

      hr_picture_trace (&bench->picture, bench->day, &view, &scale);
    }
}

/* The columns' extents, known beforehand, copied. */
static void
day_floor (guint64  n,
           gpointer user_data)
{
  Bench   *bench = user_data;
  HrExtent out[N_COLUMNS];

  for (guint64 i = 0; i < n; i++)
    {
      memcpy (out, bench->extents, sizeof out);
      hr_bench_keep (out);
    }
}

/* Every sample of the day read. */
static void
day_scan (guint64  n,
          gpointer user_data)
{
  Bench *bench = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      for (int x = 0; x < N_COLUMNS; x++)
        {
          HrExtent extent = { (double) INFINITY, -(double) INFINITY };

          for (int k = x * (N_DAY / N_COLUMNS); k < (x + 1) * (N_DAY / N_COLUMNS); k++)
            {
              extent.min = MIN (extent.min, bench->samples[k]);
              extent.max = MAX (extent.max, bench->samples[k]);
            }
          bench->extents[x] = extent;
        }
      hr_bench_keep (bench->extents);
    }
}

typedef enum
{
  FRAME_CHARTS, /* six charts with a new sample each */
  FRAME_STROKE, /* the same data drawn by Cairo: grid, tint and line, and less than the chart has: no labels, no budget, no shading */
  FRAME_WHOLE,  /* all of the chart's picture drawn by Cairo and Pango */
  FRAME_STILL,  /* an image painted again where each plot is: what the toolkit needs by itself */
  N_FRAME_KINDS
} FrameKind;

typedef struct
{
  FrameKind        kind;
  GtkWidget       *areas[N_CHARTS];
  GtkWidget       *stack;
  GRand           *rand;
  double           values[N_POINTS];
  gint64           time_us;
  guint64          begin_ns;
  GArray          *costs[N_FRAME_KINDS]; /* of double: microseconds */
  guint            left;
  guint            to_skip; /* frames after a change of kind */
  GdkRectangle     plot;    /* where the charts draw their data */
  cairo_surface_t *still;
} Frames;

static double
next_value (GRand *rand)
{
  return g_rand_double_range (rand, 2.5, 4.5) + (g_rand_int_range (rand, 0, 60) == 0 ? 9 : 0);
}

static double
row_of (const GdkRectangle *plot,
        double              value)
{
  return plot->y + (1 - value / TOP) * plot->height;
}

static void
trace_path (Frames             *frames,
            cairo_t            *cr,
            const GdkRectangle *plot)
{
  for (int i = 0; i < N_POINTS; i++)
    cairo_line_to (cr, plot->x + i * plot->width / (double) (N_POINTS - 1), row_of (plot, frames->values[i]));
}

static void
stroke_grid (cairo_t            *cr,
             const GdkRectangle *plot)
{
  cairo_set_source_rgb (cr, 0.9, 0.9, 0.9);
  cairo_set_line_width (cr, 1);
  for (int value = 0; value <= TOP; value += STEP)
    {
      cairo_move_to (cr, plot->x, floor (row_of (plot, value)) + 0.5);
      cairo_line_to (cr, plot->x + plot->width, floor (row_of (plot, value)) + 0.5);
    }
  cairo_stroke (cr);
}

static void
stroke_data (Frames             *frames,
             cairo_t            *cr,
             const GdkRectangle *plot)
{
  cairo_set_line_width (cr, LINE_WIDTH);
  trace_path (frames, cr, plot);
  cairo_set_source_rgb (cr, 0.2, 0.5, 0.9);
  cairo_stroke (cr);
  trace_path (frames, cr, plot);
  cairo_line_to (cr, plot->x + plot->width, plot->y + plot->height);
  cairo_line_to (cr, plot->x, plot->y + plot->height);
  cairo_set_source_rgba (cr, 0.2, 0.5, 0.9, 0.12);
  cairo_fill (cr);
}

/* Shows @text with its upper corner at @x, @y: the right one, or the left one for @left. */
static void
show_label (GtkWidget  *widget,
            cairo_t    *cr,
            const char *text,
            double      x,
            double      y,
            gboolean    left)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  int width;

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_size (layout, &width, NULL);
  cairo_set_source_rgb (cr, 0.4, 0.4, 0.4);
  cairo_move_to (cr, left ? x : x - width, y);
  pango_cairo_show_layout (cr, layout);
}

/* Draws what the chart has besides grid and data: both axes' labels, the budget, and the columns above it. */
static void
stroke_rest (Frames             *frames,
             GtkWidget          *widget,
             cairo_t            *cr,
             const GdkRectangle *plot)
{
  static const double dashes[] = { 6, 4 };
  double              bottom = plot->y + plot->height + 4;
  double              column = plot->width / (double) (N_POINTS - 1);

  cairo_set_source_rgba (cr, 0.8, 0.1, 0.1, 0.18);
  for (int i = 0; i < N_POINTS; i++)
    if (frames->values[i] > LIMIT)
      cairo_rectangle (cr, plot->x + (i - 0.5) * column, plot->y, column, plot->height);
  cairo_fill (cr);

  cairo_set_source_rgb (cr, 0.8, 0.1, 0.1);
  cairo_set_line_width (cr, 1);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_move_to (cr, plot->x, floor (row_of (plot, LIMIT)) + 0.5);
  cairo_line_to (cr, plot->x + plot->width, floor (row_of (plot, LIMIT)) + 0.5);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);

  show_label (widget, cr, "budget 10 ms", plot->x + plot->width - 2, row_of (plot, LIMIT) - 18, FALSE);
  show_label (widget, cr, "15 ms", plot->x - 8, row_of (plot, 15) - 8, FALSE);
  show_label (widget, cr, "10", plot->x - 8, row_of (plot, 10) - 8, FALSE);
  show_label (widget, cr, "5", plot->x - 8, row_of (plot, 5) - 8, FALSE);
  show_label (widget, cr, "0", plot->x - 8, row_of (plot, 0) - 8, FALSE);
  show_label (widget, cr, "30 s", plot->x, bottom, TRUE);
  show_label (widget, cr, "20 s", plot->x + plot->width / 3.0, bottom, TRUE);
  show_label (widget, cr, "10 s", plot->x + plot->width / 1.5, bottom, TRUE);
  show_label (widget, cr, "now", plot->x + plot->width, bottom, FALSE);
}

/* Draws as @kind says, every time anew. */
static void
stroke_cb (GtkDrawingArea *area,
           cairo_t        *cr,
           int             width,
           int             height,
           gpointer        user_data)
{
  Frames      *frames = user_data;
  GdkRectangle plot = { 0, 0, width, height };

  if (frames->kind == FRAME_STILL)
    {
      cairo_set_source_surface (cr, frames->still, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
      cairo_paint (cr);
      return;
    }

  if (frames->kind == FRAME_WHOLE)
    plot = frames->plot;
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  stroke_grid (cr, &plot);
  if (frames->kind == FRAME_WHOLE)
    stroke_rest (frames, GTK_WIDGET (area), cr, &plot);
  stroke_data (frames, cr, &plot);
}

/* Brings in a new sample and has everything drawn again in the next frame. */
static void
advance (Frames *frames)
{
  double value = next_value (frames->rand);

  memmove (frames->values, frames->values + 1, sizeof frames->values - sizeof *frames->values);
  frames->values[N_POINTS - 1] = value;
  frames->time_us += 100000;
  for (int i = 0; i < N_CHARTS; i++)
    if (HR_IS_CHART (frames->areas[i]))
      hr_chart_append (HR_CHART (frames->areas[i]), frames->time_us, value, (double) NAN);
    else
      gtk_widget_queue_draw (frames->areas[i]);
}

static void
before_paint_cb (GdkFrameClock *clock,
                 Frames        *frames)
{
  frames->begin_ns = hr_clock_monotonic ();
}

static void
after_paint_cb (GdkFrameClock *clock,
                Frames        *frames)
{
  double cost = (double) (hr_clock_monotonic () - frames->begin_ns) / 1e3;

  if (frames->to_skip > 0)
    {
      frames->to_skip--;
    }
  else if (frames->left > 0)
    {
      g_array_append_val (frames->costs[frames->kind], cost);
      frames->left--;
    }
  advance (frames);
}

/* Makes @area as large as @plot, with as much around it as a chart has. */
static void
leave_room (GtkWidget          *area,
            const GdkRectangle *plot)
{
  gtk_widget_set_size_request (area, plot->width, plot->height);
  gtk_widget_set_margin_start (area, plot->x);
  gtk_widget_set_margin_end (area, CHART_WIDTH - plot->x - plot->width);
  gtk_widget_set_margin_top (area, plot->y);
  gtk_widget_set_margin_bottom (area, CHART_HEIGHT - plot->y - plot->height);
}

/* Returns six of what @kind draws with, in three columns, and puts them into @frames. */
static GtkWidget *
create_grid (Frames   *frames,
             FrameKind kind)
{
  GtkWidget *grid = gtk_grid_new ();

  for (int i = 0; i < N_CHARTS; i++)
    {
      GtkWidget *area = kind == FRAME_CHARTS ? hr_chart_new () : gtk_drawing_area_new ();

      if (kind == FRAME_CHARTS)
        {
          hr_chart_set_limit (HR_CHART (area), LIMIT);
          hr_chart_set_unit (HR_CHART (area), HR_UNIT_MILLISECONDS);
          for (int k = 0; k < N_POINTS; k++)
            hr_chart_append (HR_CHART (area), frames->time_us, frames->values[k], (double) NAN);
        }
      else
        {
          gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), stroke_cb, frames, NULL);
        }
      gtk_widget_set_size_request (area, CHART_WIDTH, CHART_HEIGHT);
      if (kind == FRAME_STILL && frames->plot.width > 0)
        leave_room (area, &frames->plot);
      gtk_grid_attach (GTK_GRID (grid), area, i % 3, i / 3, 1, 1);
      frames->areas[i] = area;
    }

  return grid;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

static double
cost_at (GArray *costs,
         double  quantile)
{
  g_array_sort (costs, compare_doubles);

  return g_array_index (costs, double, (guint) (quantile * (costs->len - 1)));
}

static void
add_frames (HrBench    *results,
            const char *name,
            Frames     *frames,
            double      quantile)
{
  hr_bench_add (results, name, cost_at (frames->costs[FRAME_CHARTS], quantile), "us", cost_at (frames->costs[FRAME_STILL], quantile));
  hr_bench_add_peer (results, name, "cairo-stroke-without-labels", cost_at (frames->costs[FRAME_STROKE], quantile));
  hr_bench_add_peer (results, name, "cairo-whole-picture", cost_at (frames->costs[FRAME_WHOLE], quantile));
}

static void
run_frames (HrBench *results)
{
  Frames     frames = { .rand = g_rand_new_with_seed (SEED) };
  GtkWidget *window = gtk_window_new ();

  for (int i = 0; i < N_POINTS; i++)
    frames.values[i] = next_value (frames.rand);
  for (int kind = 0; kind < N_FRAME_KINDS; kind++)
    frames.costs[kind] = g_array_new (FALSE, FALSE, sizeof (double));
  frames.still = cairo_image_surface_create (CAIRO_FORMAT_RGB24, CHART_WIDTH, CHART_HEIGHT);
  gtk_window_set_child (GTK_WINDOW (window), create_grid (&frames, FRAME_STILL));
  gtk_window_present (GTK_WINDOW (window));
  g_signal_connect (gtk_widget_get_frame_clock (window), "before-paint", G_CALLBACK (before_paint_cb), &frames);
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (after_paint_cb), &frames);

  /* The kinds take turns, so that a slow moment of the machine meets all of them. */
  for (int turn = 0; turn < N_TURNS * N_FRAME_KINDS; turn++)
    {
      frames.kind = (FrameKind) (turn % N_FRAME_KINDS);
      frames.to_skip = 5;
      frames.left = N_FRAMES;
      gtk_window_set_child (GTK_WINDOW (window), create_grid (&frames, frames.kind));
      while (frames.left > 0)
        g_main_context_iteration (NULL, TRUE);
      if (frames.kind == FRAME_CHARTS)
        frames.plot = *hr_pane_get_area (HR_PANE (hr_chart_get_plot (HR_CHART (frames.areas[0]))));
    }

  add_frames (results, "frame-of-six-least", &frames, 0);
  add_frames (results, "frame-of-six-median", &frames, 0.5);
  add_frames (results, "frame-of-six-p99", &frames, 0.99);

  gtk_window_destroy (GTK_WINDOW (window));
  for (int kind = 0; kind < N_FRAME_KINDS; kind++)
    g_array_unref (frames.costs[kind]);
  cairo_surface_destroy (frames.still);
  g_rand_free (frames.rand);
}

static Bench *
bench_new (void)
{
  Bench *bench = g_new0 (Bench, 1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);

  bench->surface = surface_new ();
  bench->plain = surface_new ();
  bench->tinted = surface_new ();
  bench->live = hr_series_new (N_POINTS + 1);
  bench->day = hr_series_new (N_DAY + N_DAY / N_COLUMNS);
  for (int i = 0; i < N_POINTS; i++)
    {
      double value = next_value (rand);

      bench->points[i] = (HrPoint){ (float) i * WIDTH / (N_POINTS - 1), (float) (HEIGHT - value / 20 * HEIGHT) };
      hr_series_append (bench->live, i, value, (double) NAN);
    }
  for (int i = 0; i < N_DAY; i++)
    {
      bench->samples[i] = next_value (rand);
      hr_series_append (bench->day, i, bench->samples[i], (double) NAN);
    }

  return bench;
}

static void
bench_free (Bench *bench)
{
  hr_outline_clear (&bench->outline);
  hr_picture_clear (&bench->picture);
  hr_series_free (bench->live);
  hr_series_free (bench->day);
  cairo_surface_destroy (bench->surface);
  cairo_surface_destroy (bench->plain);
  cairo_surface_destroy (bench->tinted);
  g_free (bench);
}

int
main (void)
{
  HrBench *results = hr_bench_new ("charts");
  Bench   *bench = bench_new ();

  hr_bench_run (results, "line", line, line_floor, bench);
  hr_bench_run_peer (results, "line", "cairo-default", line_cairo, bench);
  hr_bench_run_peer (results, "line", "cairo-fast", line_cairo_fast, bench);
  compare_lines (results, bench);
  hr_bench_run (results, "live-render", live, live_floor, bench);
  hr_bench_run (results, "day-refresh", day, day_floor, bench);
  hr_bench_run_peer (results, "day-refresh", "scan", day_scan, bench);

  /* Without a display everything but whole frames can still be measured. */
  if (gtk_init_check ())
    run_frames (results);
  bench_free (bench);

  return hr_bench_finish (results);
}
