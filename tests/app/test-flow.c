/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/flow.h"

#define SKIPPED 77

static GtkWidget *
add_child (GtkWidget *flow,
           int        width,
           int        height)
{
  GtkWidget *child = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_size_request (child, width, height);
  gtk_widget_set_parent (child, flow);

  return child;
}

static GtkWidget *
create_flow (void)
{
  return g_object_ref_sink (g_object_new (HR_TYPE_FLOW, NULL));
}

static int
height_for (GtkWidget *flow,
            int        width)
{
  int height;

  gtk_widget_measure (flow, GTK_ORIENTATION_VERTICAL, width, &height, NULL, NULL, NULL);

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

/* Each child takes the room that it needs and no more, so that unlike ones share a line that equal columns would break. */
static void
test_natural_widths (void)
{
  GtkWidget *flow = create_flow ();
  GtkWidget *wide = add_child (flow, 100, 20);
  GtkWidget *small = add_child (flow, 30, 20);
  int        minimum, natural;

  gtk_widget_measure (flow, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  g_assert_cmpint (minimum, ==, 100);
  g_assert_cmpint (natural, ==, 154);
  g_assert_cmpint (height_for (flow, -1), ==, 20);
  g_assert_cmpint (height_for (flow, 154), ==, 20);
  gtk_widget_allocate (flow, 154, 20, -1, NULL);
  assert_place (wide, 0, 0, 100);
  assert_place (small, 124, 0, 30);

  g_object_unref (flow);
}

static void
test_lines_break (void)
{
  GtkWidget *flow = create_flow ();
  GtkWidget *second, *third;

  add_child (flow, 100, 20);
  second = add_child (flow, 30, 30);
  third = add_child (flow, 30, 20);
  g_assert_cmpint (height_for (flow, 153), ==, 56);
  g_assert_cmpint (height_for (flow, 100), ==, 56);
  gtk_widget_allocate (flow, 153, 56, -1, NULL);
  assert_place (second, 0, 26, 30);
  assert_place (third, 54, 26, 30);

  g_object_unref (flow);
}

static void
test_hidden_children_take_no_room (void)
{
  GtkWidget *flow = create_flow ();
  GtkWidget *hidden, *last;

  g_assert_cmpint (height_for (flow, 100), ==, 0);
  hidden = add_child (flow, 50, 90);
  last = add_child (flow, 60, 20);
  gtk_widget_set_visible (hidden, FALSE);
  g_assert_cmpint (height_for (flow, 100), ==, 20);
  gtk_widget_allocate (flow, 100, 20, -1, NULL);
  assert_place (last, 0, 0, 60);

  g_object_unref (flow);
}

static void
test_right_to_left (void)
{
  GtkWidget *flow = create_flow ();
  GtkWidget *first, *second;

  gtk_widget_set_direction (flow, GTK_TEXT_DIR_RTL);
  first = add_child (flow, 20, 30);
  second = add_child (flow, 40, 30);
  gtk_widget_measure (flow, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_allocate (flow, 200, 30, -1, NULL);
  assert_place (first, 180, 0, 20);
  assert_place (second, 116, 0, 40);

  g_object_unref (flow);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    return SKIPPED;

  g_test_add_func ("/flow/natural-widths", test_natural_widths);
  g_test_add_func ("/flow/lines-break", test_lines_break);
  g_test_add_func ("/flow/hidden-children-take-no-room", test_hidden_children_take_no_room);
  g_test_add_func ("/flow/right-to-left", test_right_to_left);

  return g_test_run ();
}
