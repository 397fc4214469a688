/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Shows the widgets with data made up for the eye, to be looked at by a person: show-charts [FILE.png]. With a file it writes what
 * it shows there, after half a second, and ends. ADW_DEBUG_COLOR_SCHEME=prefer-dark and ADW_DEBUG_HIGH_CONTRAST=1 change the style, CHARTS_WIDTH
 * the window's width, CHARTS_DPI=192 the size of text, CHARTS_RTL=1 the direction; CHARTS_HOVER=1 points at something, CHARTS_FOCUS=1 has the focus; CHARTS_HISTORY=24 shows the
 * tracks of so many hours instead. */

#include "widgets/chart-private.h"
#include "widgets/mark-lane.h"
#include "widgets/meter.h"
#include "widgets/sparkline.h"
#include "widgets/time-axis.h"
#include "widgets/track-private.h"

#include <adwaita.h>
#include <math.h>

#define START_US (G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC)

static const char *png;

static GtkWidget *
wrap_in_card (const char *title,
              GtkWidget  *child)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *label = gtk_label_new (title);

  gtk_widget_add_css_class (label, "heading");
  gtk_widget_set_halign (label, GTK_ALIGN_START);
  gtk_widget_add_css_class (box, "card");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), child);
  gtk_widget_set_margin_top (label, 12);
  gtk_widget_set_margin_start (label, 14);
  gtk_widget_set_margin_start (child, 14);
  gtk_widget_set_margin_end (child, 14);
  gtk_widget_set_margin_bottom (child, 12);
  gtk_widget_set_hexpand (box, TRUE);

  return box;
}

/* Latency around 3 ms with three spikes over the budget and a gap. */
static GtkWidget *
create_latency (double factor)
{
  GtkWidget *chart = hr_chart_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  double value = 3;

  hr_chart_set_title (HR_CHART (chart), "Ranking latency");
  hr_chart_set_unit (HR_CHART (chart), HR_UNIT_MILLISECONDS);
  hr_chart_set_limit (HR_CHART (chart), 10);
  for (int i = 0; i < 320; i++)
    {
      double spike = i == 240 ? 10.5 : i == 245 ? 12.2
                                   : i == 252   ? 9.8
                                                : 0;

      value += (3.2 - value) * 0.2 + g_rand_double_range (rand, -0.5, 0.5);
      hr_chart_append (HR_CHART (chart), START_US + i * 100000, (i > 100 && i < 112 ? (double) NAN : value + spike) * factor, (double) NAN);
    }
  gtk_widget_set_size_request (chart, -1, 190);
  gtk_widget_set_vexpand (chart, TRUE);

  return wrap_in_card (factor == 1 ? "Ranking latency, per job" : "Far below its budget", chart);
}

/* Means with their intervals' highest values above. */
static GtkWidget *
create_extents (void)
{
  GtkWidget *chart = hr_chart_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  hr_chart_set_title (HR_CHART (chart), "Frames");
  hr_chart_set_unit (HR_CHART (chart), HR_UNIT_MILLISECONDS);
  hr_chart_set_limit (HR_CHART (chart), 16);
  hr_chart_set_span (HR_CHART (chart), 30, 10);
  for (int i = 0; i < 180; i++)
    {
      double value = 8 + sin (i / 9.0) + g_rand_double_range (rand, -0.4, 0.4);

      hr_chart_append (HR_CHART (chart), START_US + i * 100000, value,
                       value + g_rand_double_range (rand, 0, 2) + (i == 90 ? 9 : 0));
    }
  gtk_widget_set_size_request (chart, -1, 150);

  return wrap_in_card ("Frames: mean and highest, 18 s of data", chart);
}

static GtkWidget *
create_day (void)
{
  GtkWidget *chart = hr_chart_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  hr_chart_set_title (HR_CHART (chart), "Memory, one day");
  hr_chart_set_unit (HR_CHART (chart), HR_UNIT_MEGABYTES);
  hr_chart_set_limit (HR_CHART (chart), 200);
  hr_chart_set_span (HR_CHART (chart), 86400, 10);
  for (int i = 0; i < 864000; i++)
    hr_chart_append (HR_CHART (chart), START_US + i * G_GINT64_CONSTANT (100000),
                     110 + 30 * sin (i / 60000.0) + g_rand_double_range (rand, -6, 6) + (i == 500000 ? 95 : 0), (double) NAN);
  gtk_widget_set_size_request (chart, -1, 150);

  return wrap_in_card ("Memory, 864 000 samples", chart);
}

static GtkWidget *
create_row (void)
{
  static const double      used[] = { 0.31, 0.86, 0.97, 1.4 };
  static const char *const classes[] = { "success", "warning", "error", "dim-label" };
  GtkWidget               *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  for (int i = 0; i < 4; i++)
    {
      GtkWidget *meter = hr_meter_new ();
      GtkWidget *sparkline = hr_sparkline_new ();

      hr_meter_set_marks (HR_METER (meter), 0.8, 0.95);
      hr_meter_set_used (HR_METER (meter), used[i]);
      gtk_widget_set_hexpand (meter, TRUE);
      gtk_widget_add_css_class (sparkline, classes[i]);
      for (int k = 0; k < 60; k++)
        hr_sparkline_append (HR_SPARKLINE (sparkline), 0.4 + 0.15 * sin (k * 1.7) + (i == 2 && k % 17 == 0 ? 0.9 : 0));
      gtk_box_append (GTK_BOX (row), meter);
      gtk_box_append (GTK_BOX (row), sparkline);
    }

  return wrap_in_card ("Meters and sparklines", row);
}

/* A track of 2 000 bins with a gap and one sample that stands out. */
static GtkWidget *
create_track (HrTimeline *timeline,
              const char *title,
              HrUnit      unit,
              double      level,
              double      limit,
              double      hours)
{
  GtkWidget *track = hr_track_new (timeline);
  gint64     bin_us = (gint64) (hours * 3600 * G_USEC_PER_SEC / 2000);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  HrBin bins[2000];
  gsize n = 0;

  for (gint64 i = 0; i < 2000; i++)
    {
      double mean = level * (1 + 0.2 * sin ((double) i / 90) + g_rand_double_range (rand, -0.06, 0.06));

      if (i > 620 && i < 760)
        continue;
      bins[n++] = (HrBin){ START_US + i * bin_us, START_US + (i + 1) * bin_us, 100, 100 * mean, 0.6 * mean,
                           mean * g_rand_double_range (rand, 1.2, 1.9) + (i == 1500 ? 2.2 * level : 0) };
    }
  hr_track_set_title (HR_TRACK (track), title);
  hr_track_set_unit (HR_TRACK (track), unit, HR_KIND_DURATION, HR_DIRECTION_LOWER);
  hr_track_set_limit (HR_TRACK (track), limit);
  hr_track_set_bins (HR_TRACK (track), bins, n);
  gtk_widget_set_vexpand (track, TRUE);

  return track;
}

static GtkWidget *
create_history (double hours)
{
  gint64      length_us = (gint64) (hours * 3600 * G_USEC_PER_SEC);
  HrTimeline *timeline = hr_timeline_new ();
  GtkWidget  *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget  *lane = hr_mark_lane_new (timeline);
  GtkWidget  *track;
  HrTrackMark marks[] = {
    { START_US + length_us / 10, START_US + length_us / 7, HR_SEVERITY_HIGH, 1, (char *) "Ranking latency" },
    { START_US + length_us / 8, START_US + length_us / 6, HR_SEVERITY_LOW, 2, (char *) "Memory" },
    { START_US + length_us / 2, START_US + length_us / 2, HR_SEVERITY_CRITICAL, 3, (char *) "Ranking latency" },
    { START_US + length_us / 4, START_US + length_us / 4, HR_SEVERITY_NONE, 4, (char *) "ranker is back" },
    { START_US + length_us / 5 * 4, START_US + length_us / 5 * 4, HR_SEVERITY_NONE, 5, (char *) "asked to free memory" },
  };

  hr_timeline_set_bounds (timeline, START_US, START_US + length_us);
  hr_timeline_set_view (timeline, START_US, START_US + length_us);
  hr_mark_lane_set_marks (HR_MARK_LANE (lane), marks, G_N_ELEMENTS (marks));
  gtk_box_append (GTK_BOX (box), lane);
  track = create_track (timeline, "Ranking latency", HR_UNIT_MILLISECONDS, 4, 10, hours);
  hr_track_set_marks (HR_TRACK (track), marks, 3);
  gtk_box_append (GTK_BOX (box), track);
  gtk_box_append (GTK_BOX (box), create_track (timeline, "Resident memory", HR_UNIT_MEGABYTES, 110, 200, hours));
  gtk_box_append (GTK_BOX (box), create_track (timeline, "Processor", HR_UNIT_RATIO, 0.3, (double) NAN, hours));
  gtk_box_append (GTK_BOX (box), hr_time_axis_new (timeline));
  if (g_getenv ("CHARTS_HOVER") != NULL)
    {
      hr_timeline_set_cursor (timeline, START_US + length_us / 4 * 3);
      hr_timeline_set_selection (timeline, START_US + length_us / 5, START_US + length_us / 4);
    }
  gtk_widget_set_size_request (box, -1, 560);
  g_object_unref (timeline);

  return wrap_in_card ("History", box);
}

static gboolean
save_cb (gpointer user_data)
{
  GtkWidget *window = user_data;
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (window));

  gdk_paintable_snapshot (paintable, snapshot, gdk_paintable_get_intrinsic_width (paintable), gdk_paintable_get_intrinsic_height (paintable));
  node = gtk_snapshot_to_node (snapshot);
  if (node != NULL)
    {
      g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (renderer, node, NULL);

      gdk_texture_save_to_png (texture, png);
    }
  gtk_window_destroy (GTK_WINDOW (window));

  return G_SOURCE_REMOVE;
}

static gboolean
point_cb (gpointer user_data)
{
  hr_chart_point_at (user_data, 0.78 * gtk_widget_get_width (user_data));

  return G_SOURCE_REMOVE;
}

static void
activate_cb (GtkApplication *app)
{
  GtkWidget  *window = adw_application_window_new (app);
  GtkWidget  *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget  *pair = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget  *latency = create_latency (1);
  const char *width = g_getenv ("CHARTS_WIDTH");

  if (g_getenv ("CHARTS_DPI") != NULL)
    g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", atoi (g_getenv ("CHARTS_DPI")) * 1024, NULL);
  if (g_getenv ("CHARTS_HISTORY") != NULL)
    gtk_box_append (GTK_BOX (box), create_history (g_ascii_strtod (g_getenv ("CHARTS_HISTORY"), NULL)));
  gtk_box_append (GTK_BOX (box), latency);
  gtk_box_append (GTK_BOX (pair), create_extents ());
  gtk_box_append (GTK_BOX (pair), create_latency (0.0093));
  gtk_box_set_homogeneous (GTK_BOX (pair), TRUE);
  gtk_box_append (GTK_BOX (box), pair);
  gtk_box_append (GTK_BOX (box), create_day ());
  gtk_box_append (GTK_BOX (box), create_row ());
  gtk_widget_set_margin_top (box, 18);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), width != NULL ? atoi (width) : 900, -1);
  gtk_window_present (GTK_WINDOW (window));
  gtk_window_set_focus (GTK_WINDOW (window), NULL);

  if (g_getenv ("CHARTS_FOCUS") != NULL)
    {
      gtk_window_set_focus_visible (GTK_WINDOW (window), TRUE);
      gtk_widget_grab_focus (gtk_widget_get_last_child (latency));
    }
  if (g_getenv ("CHARTS_HOVER") != NULL)
    g_timeout_add (300, point_cb, gtk_widget_get_last_child (latency));
  if (png != NULL)
    g_timeout_add (700, save_cb, window);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (AdwApplication) app = adw_application_new (NULL, G_APPLICATION_DEFAULT_FLAGS);

  png = argc > 1 ? argv[1] : NULL;
  if (g_getenv ("CHARTS_RTL") != NULL)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  g_signal_connect (app, "activate", G_CALLBACK (activate_cb), NULL);

  return g_application_run (G_APPLICATION (app), 1, argv);
}
