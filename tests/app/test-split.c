/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/split.h"
#include "app/tiles.h"

#define SKIPPED 77
#define FIRST_WIDTH 100
#define CELL_WIDTH 60
#define SECOND_WIDTH (2 * CELL_WIDTH + 12)
#define HEIGHT 20

typedef struct
{
  GtkWidget *first;
  GtkWidget *second;
  GtkWidget *split;
} Fixture;

static GtkWidget *
new_child (int width)
{
  return g_object_new (GTK_TYPE_BOX, "width-request", width, "height-request", HEIGHT, NULL);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->first = new_child (FIRST_WIDTH);
  fixture->second = g_object_new (HR_TYPE_TILES, "tile-width", 1, NULL);
  gtk_widget_set_parent (new_child (CELL_WIDTH), fixture->second);
  gtk_widget_set_parent (new_child (CELL_WIDTH), fixture->second);
  fixture->split = g_object_ref_sink (hr_split_new (fixture->first, fixture->second));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_finalize_object (fixture->split);
}

/* Gives the split @width and the height that it asks for, which is returned. */
static int
allocate (Fixture *fixture,
          int      width)
{
  int height;

  gtk_widget_measure (fixture->split, GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
  gtk_widget_size_allocate (fixture->split, &(GtkAllocation){ 0, 0, width, height }, -1);

  return height;
}

static void
assert_place (GtkWidget *child,
              int        x,
              int        y,
              int        width)
{
  GtkAllocation place;

  gtk_widget_get_allocation (child, &place);
  g_assert_cmpint (place.x, ==, x);
  g_assert_cmpint (place.y, ==, y);
  g_assert_cmpint (place.width, ==, width);
}

static void
test_wide (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_cmpint (allocate (fixture, 300), ==, HEIGHT);
  assert_place (fixture->first, 0, 0, 300 - 12 - SECOND_WIDTH);
  assert_place (fixture->second, 300 - SECOND_WIDTH, 0, SECOND_WIDTH);
}

/* The second child may have to break its own line. */
static void
test_narrow (Fixture      *fixture,
             gconstpointer data)
{
  int least;

  gtk_widget_measure (fixture->split, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, ==, FIRST_WIDTH);

  g_assert_cmpint (allocate (fixture, FIRST_WIDTH + 12 + SECOND_WIDTH), ==, HEIGHT);
  g_assert_cmpint (allocate (fixture, FIRST_WIDTH + 12 + SECOND_WIDTH - 1), ==, 2 * HEIGHT);
  assert_place (fixture->first, 0, 0, FIRST_WIDTH + 12 + SECOND_WIDTH - 1);
  assert_place (fixture->second, 0, HEIGHT, FIRST_WIDTH + 12 + SECOND_WIDTH - 1);
}

static void
test_right_to_left (Fixture      *fixture,
                    gconstpointer data)
{
  gtk_widget_set_direction (fixture->split, GTK_TEXT_DIR_RTL);
  allocate (fixture, 300);
  assert_place (fixture->first, SECOND_WIDTH + 12, 0, 300 - 12 - SECOND_WIDTH);
  assert_place (fixture->second, 0, 0, SECOND_WIDTH);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    return SKIPPED;

  g_test_add ("/split/wide", Fixture, NULL, set_up, test_wide, tear_down);
  g_test_add ("/split/narrow", Fixture, NULL, set_up, test_narrow, tear_down);
  g_test_add ("/split/right-to-left", Fixture, NULL, set_up, test_right_to_left, tear_down);

  return g_test_run ();
}
