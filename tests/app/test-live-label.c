/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/live-label.h"

#define SKIPPED 77

/* A parent that counts how often it is asked for its size: once, and again after each resize that a child queues. */
static guint n_measured;

static void
measure_child (GtkWidget     *parent,
               GtkOrientation orientation,
               int            for_size,
               int           *minimum,
               int           *natural,
               int           *minimum_baseline,
               int           *natural_baseline)
{
  gtk_widget_measure (gtk_widget_get_first_child (parent), orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
  n_measured++;
}

static void
allocate_child (GtkWidget *parent,
                int        width,
                int        height,
                int        baseline)
{
  gtk_widget_allocate (gtk_widget_get_first_child (parent), width, height, baseline, NULL);
}

typedef struct
{
  GtkWidget   *window;
  GtkWidget   *parent;
  HrLiveLabel *label;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->window = gtk_window_new ();
  fixture->parent = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  fixture->label = g_object_new (HR_TYPE_LIVE_LABEL, NULL);
  gtk_widget_set_layout_manager (fixture->parent, gtk_custom_layout_new (NULL, measure_child, allocate_child));
  gtk_widget_set_parent (GTK_WIDGET (fixture->label), fixture->parent);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->parent);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  gtk_widget_unparent (GTK_WIDGET (fixture->label));
  gtk_window_destroy (GTK_WINDOW (fixture->window));
}

static int
natural (GtkWidget     *widget,
         GtkOrientation orientation,
         int            for_size)
{
  int size;

  gtk_widget_measure (widget, orientation, for_size, NULL, &size, NULL, NULL);

  return size;
}

/* Gives the label the width that it asks for, and returns it. */
static int
lay_out (Fixture *fixture)
{
  int width = natural (fixture->parent, GTK_ORIENTATION_HORIZONTAL, -1);

  gtk_widget_allocate (fixture->parent, width, natural (fixture->parent, GTK_ORIENTATION_VERTICAL, width), -1, NULL);

  return width;
}

/* What fits the width that was asked for has nothing laid out anew; what does not gets more. */
static void
test_only_growth_lays_out (Fixture      *fixture,
                           gconstpointer user_data)
{
  int   width;
  guint n;

  hr_live_label_set (fixture->label, "28.1 us", NULL);
  width = lay_out (fixture);
  lay_out (fixture);
  n = n_measured;
  hr_live_label_set (fixture->label, "31.4 us", NULL);
  hr_live_label_set (fixture->label, "7 us", NULL);
  g_assert_cmpint (lay_out (fixture), ==, width);
  g_assert_cmpuint (n_measured, ==, n);

  hr_live_label_set (fixture->label, "1 328.1 us", NULL);
  g_assert_cmpint (lay_out (fixture), >, width);
  g_assert_cmpuint (n_measured, >, n);
}

/* Another font is another beginning: large text takes more room, and gives it back. */
static void
test_new_font_begins_anew (Fixture      *fixture,
                           gconstpointer user_data)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int          dpi, least, width;

  /* Styles follow a display's frames. */
  gtk_window_present (GTK_WINDOW (fixture->window));
  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  hr_live_label_set (fixture->label, "7 us", NULL);
  least = lay_out (fixture);
  hr_live_label_set (fixture->label, "1 328.1 us", NULL);
  width = lay_out (fixture);
  hr_live_label_set (fixture->label, "7 us", NULL);
  g_assert_cmpint (lay_out (fixture), ==, width);

  g_object_set (settings, "gtk-xft-dpi", 4 * dpi, NULL);
  while (lay_out (fixture) <= width)
    g_main_context_iteration (NULL, TRUE);
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
  while (lay_out (fixture) != least)
    g_main_context_iteration (NULL, TRUE);
}

/* A column is as wide as it was told to be; a wider text gets its room only while it is there. */
static void
test_kept_width (Fixture      *fixture,
                 gconstpointer user_data)
{
  int kept;

  g_object_set (fixture->label, "width-chars", 8, NULL);
  hr_live_label_set (fixture->label, "7 us", NULL);
  kept = lay_out (fixture);
  g_assert_cmpint (kept, >, 0);
  hr_live_label_set (fixture->label, "123456789012/s", NULL);
  g_assert_cmpint (lay_out (fixture), >, kept);
  hr_live_label_set (fixture->label, "8 us", NULL);
  g_assert_cmpint (lay_out (fixture), ==, kept);
}

/* In less room than a line needs the text takes two. */
static void
test_wraps (Fixture      *fixture,
            gconstpointer user_data)
{
  int width, height, least;

  hr_live_label_set (fixture->label, "received lost", NULL);
  width = lay_out (fixture);
  height = natural (fixture->parent, GTK_ORIENTATION_VERTICAL, width);
  gtk_widget_measure (fixture->parent, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, <, width);
  g_assert_cmpint (natural (fixture->parent, GTK_ORIENTATION_VERTICAL, least), ==, 2 * height);
}

/* A screen reader says the text, or what is given in its place. */
static void
test_spoken (Fixture      *fixture,
             gconstpointer user_data)
{
  hr_live_label_set (fixture->label, "28.1 us", NULL);
  gtk_test_accessible_assert_role (fixture->label, GTK_ACCESSIBLE_ROLE_LABEL);
  gtk_test_accessible_assert_property (fixture->label, GTK_ACCESSIBLE_PROPERTY_LABEL, "28.1 us");
  hr_live_label_set (fixture->label, "28.1 us", "Average: 28.1 us");
  gtk_test_accessible_assert_property (fixture->label, GTK_ACCESSIBLE_PROPERTY_LABEL, "Average: 28.1 us");
}

/* Returns how far right of the label's left edge its text begins. */
static double
drawn_at (HrLiveLabel *label)
{
  GtkSnapshot    *snapshot = gtk_snapshot_new ();
  GskRenderNode  *node;
  graphene_rect_t bounds;

  GTK_WIDGET_GET_CLASS (label)->snapshot (GTK_WIDGET (label), snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  gsk_render_node_get_bounds (node, &bounds);
  gsk_render_node_unref (node);

  return (double) bounds.origin.x;
}

/* A unit stays next to its number when that needs less room than it keeps. */
static void
test_follows (Fixture      *fixture,
              gconstpointer user_data)
{
  GtkWidget *unit = g_object_ref_sink (g_object_new (HR_TYPE_LIVE_LABEL, "follows", fixture->label, "label", "us", NULL));
  double     wide;

  gtk_widget_set_parent (unit, fixture->parent);
  hr_live_label_set (fixture->label, "1.43", NULL);
  lay_out (fixture);
  gtk_widget_measure (unit, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_allocate (unit, 50, 50, -1, NULL);
  wide = drawn_at (HR_LIVE_LABEL (unit));
  hr_live_label_set (fixture->label, "8", NULL);
  g_assert_cmpfloat (drawn_at (HR_LIVE_LABEL (unit)), <, wide - 5);
  gtk_widget_unparent (unit);
  g_assert_finalize_object (G_OBJECT (unit));
  hr_live_label_set (fixture->label, "9", NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    return SKIPPED;

  g_test_add ("/live-label/only-growth-lays-out", Fixture, NULL, set_up, test_only_growth_lays_out, tear_down);
  g_test_add ("/live-label/new-font-begins-anew", Fixture, NULL, set_up, test_new_font_begins_anew, tear_down);
  g_test_add ("/live-label/kept-width", Fixture, NULL, set_up, test_kept_width, tear_down);
  g_test_add ("/live-label/wraps", Fixture, NULL, set_up, test_wraps, tear_down);
  g_test_add ("/live-label/follows", Fixture, NULL, set_up, test_follows, tear_down);
  g_test_add ("/live-label/spoken", Fixture, NULL, set_up, test_spoken, tear_down);

  return g_test_run ();
}
