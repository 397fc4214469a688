/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/tiles.h"

#define SKIPPED 77

static GtkWidget *
add_child (GtkWidget *tiles,
           int        width,
           int        height)
{
  GtkWidget *child = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_size_request (child, width, height);
  gtk_widget_set_parent (child, tiles);

  return child;
}

static int
height_for (GtkWidget *tiles,
            int        width)
{
  int height;

  gtk_widget_measure (tiles, GTK_ORIENTATION_VERTICAL, width, &height, NULL, NULL, NULL);

  return height;
}

static GtkWidget *
create_tiles (void)
{
  return g_object_ref_sink (g_object_new (HR_TYPE_TILES, "tile-width", 100, "max-columns", 4, "spacing", 10, NULL));
}

/* Five tiles where four fit stand three and two. */
static void
test_rows_are_even (void)
{
  GtkWidget    *tiles = create_tiles ();
  GtkWidget    *children[5];
  GtkAllocation place;

  for (guint i = 0; i < 5; i++)
    children[i] = add_child (tiles, 20, 30);

  gtk_widget_measure (tiles, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  g_assert_cmpint (height_for (tiles, 430), ==, 70);
  g_assert_cmpint (height_for (tiles, 100), ==, 190);
  gtk_widget_allocate (tiles, 430, 70, -1, NULL);
  gtk_widget_get_allocation (children[3], &place);
  g_assert_cmpint (place.x, ==, 0);
  g_assert_cmpint (place.y, ==, 40);

  g_object_unref (tiles);
}

static void
test_hidden_tiles_take_no_room (void)
{
  GtkWidget *tiles = create_tiles ();
  GtkWidget *second;

  add_child (tiles, 20, 30);
  second = add_child (tiles, 20, 50);
  g_assert_cmpint (height_for (tiles, 100), ==, 90);
  gtk_widget_set_visible (second, FALSE);
  g_assert_cmpint (height_for (tiles, 100), ==, 30);

  g_object_unref (tiles);
}

/* A tile that needs more than its share gets it, in fewer columns. */
static void
test_wide_tile_has_fewer_columns (void)
{
  GtkWidget *tiles = create_tiles ();

  add_child (tiles, 20, 30);
  add_child (tiles, 180, 30);
  g_assert_cmpint (height_for (tiles, 250), ==, 70);
  g_assert_cmpint (height_for (tiles, 400), ==, 30);

  g_object_unref (tiles);
}

static void
test_right_to_left (void)
{
  GtkWidget    *tiles = create_tiles ();
  GtkWidget    *first;
  GtkAllocation place;

  gtk_widget_set_direction (tiles, GTK_TEXT_DIR_RTL);
  first = add_child (tiles, 20, 30);
  add_child (tiles, 20, 30);
  gtk_widget_measure (tiles, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_allocate (tiles, 210, 30, -1, NULL);
  gtk_widget_get_allocation (first, &place);
  g_assert_cmpint (place.x, ==, 110);

  g_object_unref (tiles);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    return SKIPPED;

  g_test_add_func ("/tiles/rows-are-even", test_rows_are_even);
  g_test_add_func ("/tiles/hidden-tiles-take-no-room", test_hidden_tiles_take_no_room);
  g_test_add_func ("/tiles/wide-tile-has-fewer-columns", test_wide_tile_has_fewer_columns);
  g_test_add_func ("/tiles/right-to-left", test_right_to_left);

  return g_test_run ();
}
