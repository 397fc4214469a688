/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Shows the widgets with data made up for the eye, to be looked at by a person: show-charts [FILE.png]. With a file it writes what
 * it shows there, after half a second, and ends. ADW_DEBUG_COLOR_SCHEME=prefer-dark and ADW_DEBUG_HIGH_CONTRAST=1 change the style, CHARTS_WIDTH
 * the window's width, CHARTS_DPI=192 the size of text, CHARTS_RTL=1 the direction; CHARTS_HOVER=1 points at something, CHARTS_FOCUS=1 has the focus. */

#include "widgets/chart-private.h"
#include "widgets/meter.h"
#include "widgets/sparkline.h"

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
