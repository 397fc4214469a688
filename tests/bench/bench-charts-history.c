/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whole frames of a history with six tracks that is being zoomed and panned, beside what the toolkit needs to paint as much by itself. */

#include "engine/base/clock.h"
#include "tests/bench/bench.h"
#include "widgets/time-axis.h"
#include "widgets/track-private.h"

#include <math.h>

#define N_TRACKS 6
#define N_BINS 2000
#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)
#define START_US (G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC)
#define SEED 271828

/* Six of them fill the window as it is at first. */
#define WIDTH 840
#define TRACK_HEIGHT 100

/* Frames of one kind in a row, and how often each kind has its turn. */
#define N_FRAMES 60
#define N_TURNS 4

/* Finer bins come in every so many frames. */
#define FRAMES_A_QUERY 6

typedef enum
{
  FRAME_ZOOM,
  FRAME_PAN,
  FRAME_STILL, /* an image painted again where each plot is */
  N_FRAME_KINDS
} FrameKind;

typedef struct
{
  FrameKind        kind;
  HrTimeline      *timeline;
  GtkWidget       *areas[N_TRACKS];
  HrBin            bins[N_BINS];
  cairo_surface_t *still;
  GdkRectangle     plot;
  GArray          *costs[N_FRAME_KINDS]; /* of double: microseconds */
  guint64          begin_ns;
  guint            left;
  guint            to_skip;
  guint            n;
} Frames;

static void
paint_cb (GtkDrawingArea *area,
          cairo_t        *cr,
          int             width,
          int             height,
          gpointer        user_data)
{
  Frames *frames = user_data;

  cairo_set_source_surface (cr, frames->still, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
}

/* Does what a hand on the wheel or the mouse does between two frames. */
static void
advance (Frames *frames)
{
  HrTimelineInput *input;

  frames->n++;
  if (frames->kind == FRAME_STILL)
    {
      for (int i = 0; i < N_TRACKS; i++)
        gtk_widget_queue_draw (frames->areas[i]);
      return;
    }

  input = hr_track_get_input (HR_TRACK (frames->areas[0]));
  hr_timeline_input_point_at (input, WIDTH * (0.4 + 0.2 * sin (frames->n / 20.0)));
  if (frames->kind == FRAME_ZOOM)
    hr_timeline_input_scroll (input, 0, frames->n / 20 % 2 == 0 ? -0.4 : 0.4);
  else
    hr_timeline_input_scroll (input, frames->n / 20 % 2 == 0 ? -0.3 : 0.3, 0);
  if (frames->n % FRAMES_A_QUERY == 0)
    hr_track_set_bins (HR_TRACK (frames->areas[frames->n / FRAMES_A_QUERY % N_TRACKS]), frames->bins, N_BINS);
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

static GtkWidget *
create_still (Frames *frames)
{
  GtkWidget *area = gtk_drawing_area_new ();

  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), paint_cb, frames, NULL);
  gtk_widget_set_size_request (area, frames->plot.width, frames->plot.height);
  gtk_widget_set_margin_start (area, WIDTH - frames->plot.width);
  gtk_widget_set_margin_bottom (area, TRACK_HEIGHT - frames->plot.height);

  return area;
}

static GtkWidget *
create_track (Frames *frames)
{
  GtkWidget *track = hr_track_new (frames->timeline);

  hr_track_set_title (HR_TRACK (track), "Ranking latency");
  hr_track_set_unit (HR_TRACK (track), HR_UNIT_MILLISECONDS, HR_KIND_DURATION, HR_DIRECTION_LOWER);
  hr_track_set_limit (HR_TRACK (track), 10);
  hr_track_set_bins (HR_TRACK (track), frames->bins, N_BINS);
  gtk_widget_set_size_request (track, WIDTH, TRACK_HEIGHT);

  return track;
}

static GtkWidget *
create_box (Frames *frames)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  for (int i = 0; i < N_TRACKS; i++)
    {
      frames->areas[i] = frames->kind == FRAME_STILL ? create_still (frames) : create_track (frames);
      gtk_box_append (GTK_BOX (box), frames->areas[i]);
    }
  if (frames->kind != FRAME_STILL)
    gtk_box_append (GTK_BOX (box), hr_time_axis_new (frames->timeline));

  return box;
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
add_results (HrBench *results,
             Frames  *frames)
{
  static const struct
  {
    const char *name;
    FrameKind   kind;
    double      quantile;
  } wanted[] = {
    { "zoom-of-six-least", FRAME_ZOOM, 0 },
    { "zoom-of-six-median", FRAME_ZOOM, 0.5 },
    { "zoom-of-six-p99", FRAME_ZOOM, 0.99 },
    { "pan-of-six-least", FRAME_PAN, 0 },
    { "pan-of-six-median", FRAME_PAN, 0.5 },
    { "pan-of-six-p99", FRAME_PAN, 0.99 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    hr_bench_add (results, wanted[i].name, cost_at (frames->costs[wanted[i].kind], wanted[i].quantile), "us",
                  cost_at (frames->costs[FRAME_STILL], wanted[i].quantile));
}

static void
make_bins (Frames *frames)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  gint64 bin_us = DAY_US / N_BINS;

  for (int i = 0; i < N_BINS; i++)
    {
      double mean = g_rand_double_range (rand, 3, 4.5);

      frames->bins[i] = (HrBin){ START_US + i * bin_us, START_US + (i + 1) * bin_us, 432, 432 * mean, mean * 0.7,
                                 mean * g_rand_double_range (rand, 1.5, 3.5) };
    }
}

static void
run_frames (HrBench *results)
{
  Frames    *frames = g_new0 (Frames, 1);
  GtkWidget *window = gtk_window_new ();

  make_bins (frames);
  for (int kind = 0; kind < N_FRAME_KINDS; kind++)
    frames->costs[kind] = g_array_new (FALSE, FALSE, sizeof (double));
  frames->still = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, TRACK_HEIGHT);
  frames->timeline = hr_timeline_new ();
  hr_timeline_set_bounds (frames->timeline, START_US, START_US + DAY_US);
  hr_timeline_set_view (frames->timeline, START_US + DAY_US / 3, START_US + DAY_US / 2);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, -1);
  gtk_window_set_child (GTK_WINDOW (window), create_box (frames));
  gtk_window_present (GTK_WINDOW (window));
  g_signal_connect (gtk_widget_get_frame_clock (window), "before-paint", G_CALLBACK (before_paint_cb), frames);
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (after_paint_cb), frames);

  /* The kinds take turns, so that a slow moment of the machine meets all of them. */
  for (int turn = 0; turn < N_TURNS * N_FRAME_KINDS; turn++)
    {
      frames->kind = (FrameKind) (turn % N_FRAME_KINDS);
      frames->to_skip = 5;
      frames->left = N_FRAMES;
      gtk_window_set_child (GTK_WINDOW (window), create_box (frames));
      while (frames->left > 0)
        g_main_context_iteration (NULL, TRUE);
      if (frames->kind != FRAME_STILL)
        frames->plot = *hr_pane_get_area (HR_PANE (hr_track_get_plot (HR_TRACK (frames->areas[0]))));
    }
  add_results (results, frames);

  gtk_window_destroy (GTK_WINDOW (window));
  for (int kind = 0; kind < N_FRAME_KINDS; kind++)
    g_array_unref (frames->costs[kind]);
  cairo_surface_destroy (frames->still);
  g_object_unref (frames->timeline);
  g_free (frames);
}

int
main (void)
{
  HrBench *results = hr_bench_new ("charts-history");

  if (gtk_init_check ())
    run_frames (results);

  return hr_bench_finish (results);
}
