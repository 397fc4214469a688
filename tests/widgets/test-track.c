/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/widgets/keys.h"
#include "widgets/mark-lane.h"
#include "widgets/time-axis.h"
#include "widgets/track-private.h"

#include <locale.h>
#include <math.h>

#define SECOND_US ((gint64) G_USEC_PER_SEC)
#define START_US (G_GINT64_CONSTANT (1790000000) * SECOND_US)
#define N_BINS 1000

static gint64 now_us;

static gint64
test_clock (void)
{
  return now_us;
}

typedef struct
{
  GtkWidget  *window;
  HrTimeline *timeline;
  HrTrack    *tracks[2];
  HrPane     *plots[2];
  GtkWidget  *lane;
  gint64      activated; /* id of the mark that was, or 0 */
} Fixture;

static void
mark_activated_cb (GtkWidget *widget,
                   gint64     id,
                   Fixture   *fixture)
{
  fixture->activated = id;
}

static void
settle (Fixture *fixture)
{
  while (!gtk_widget_get_mapped (fixture->window) || hr_pane_get_n_renders (fixture->plots[0]) == 0 ||
         hr_pane_is_ticking (fixture->plots[0]) || hr_pane_is_ticking (fixture->plots[1]))
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  now_us = 1000 * SECOND_US;
  fixture->timeline = hr_timeline_new ();
  hr_timeline_set_bounds (fixture->timeline, START_US, START_US + N_BINS * SECOND_US);
  hr_timeline_set_view (fixture->timeline, START_US, START_US + N_BINS * SECOND_US);
  fixture->lane = hr_mark_lane_new (fixture->timeline);
  g_signal_connect (fixture->lane, "mark-activated", G_CALLBACK (mark_activated_cb), fixture);
  gtk_box_append (GTK_BOX (box), fixture->lane);
  for (int i = 0; i < 2; i++)
    {
      fixture->tracks[i] = HR_TRACK (hr_track_new (fixture->timeline));
      fixture->plots[i] = HR_PANE (hr_track_get_plot (fixture->tracks[i]));
      hr_track_set_clock (fixture->tracks[i], test_clock);
      hr_track_set_unit (fixture->tracks[i], i == 0 ? HR_UNIT_MILLISECONDS : HR_UNIT_MEGABYTES, HR_KIND_GAUGE, HR_DIRECTION_LOWER);
      g_signal_connect (fixture->tracks[i], "mark-activated", G_CALLBACK (mark_activated_cb), fixture);
      gtk_widget_set_vexpand (GTK_WIDGET (fixture->tracks[i]), TRUE);
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->tracks[i]));
    }
  hr_track_set_limit (fixture->tracks[0], 10);
  gtk_box_append (GTK_BOX (box), hr_time_axis_new (fixture->timeline));
  fixture->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 600, 400);
  gtk_window_set_child (GTK_WINDOW (fixture->window), box);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_object_unref (fixture->timeline);
}

static void
present (Fixture *fixture)
{
  gtk_window_present (GTK_WINDOW (fixture->window));
  settle (fixture);
}

/* Gives both tracks a bin a second whose mean is 2 + its number in thousandths, 1 below and 2 above that its extremes. */
static void
fill (Fixture *fixture)
{
  HrBin bins[N_BINS];

  for (int i = 0; i < N_BINS; i++)
    {
      double mean = 2 + i / 1000.0;

      bins[i] = (HrBin){ START_US + i * SECOND_US, START_US + (i + 1) * SECOND_US, 10, 10 * mean, mean - 1, mean + 2 };
    }
  hr_track_set_bins (fixture->tracks[0], bins, N_BINS);
  hr_track_set_bins (fixture->tracks[1], bins, N_BINS);
}

static guint32
pixel_at (Fixture *fixture,
          double   x,
          double   y)
{
  cairo_surface_t *surface = hr_pane_get_surface (fixture->plots[0]);
  int              scale = gtk_widget_get_scale_factor (fixture->window);
  int              column = (int) floor (x * scale), row = (int) floor (y * scale);

  cairo_surface_flush (surface);

  return *(guint32 *) (void *) (cairo_image_surface_get_data (surface) + row * cairo_image_surface_get_stride (surface) + 4 * column) & 0xffffff;
}

static double
x_of (Fixture *fixture,
      gint64   time_us)
{
  const GdkRectangle *area = hr_pane_get_area (fixture->plots[0]);

  return hr_timeline_x_of (fixture->timeline, area->x, area->width, time_us);
}

static HrTimelineInput *
input_of (Fixture *fixture)
{
  return hr_track_get_input (fixture->tracks[0]);
}

static void
assert_reads (Fixture    *fixture,
              int         track,
              const char *expected)
{
  g_assert_cmpstr (hr_hover_get_value (hr_track_get_hover (fixture->tracks[track])), ==, expected);
}

static gint64
view_length (Fixture *fixture)
{
  gint64 from_us, to_us;

  hr_timeline_get_view (fixture->timeline, &from_us, &to_us);

  return to_us - from_us;
}

/* Of 864 000 samples, which come as 2 000 bins, one stands out. */
static void
test_one_sample_of_a_day_is_seen (Fixture      *fixture,
                                  gconstpointer data)
{
  HrBin   bins[2000];
  guint32 ground, found;
  double  x;
  int     difference = 0;

  for (int i = 0; i < 2000; i++)
    bins[i] = (HrBin){ START_US + i * SECOND_US / 2, START_US + (i + 1) * SECOND_US / 2, 432, 432 * 2, 1.8, i == 1234 ? 9 : 2.3 };
  hr_track_set_bins (fixture->tracks[0], bins, 2000);
  present (fixture);

  ground = hr_palette_pixel (&hr_pane_get_palette (fixture->plots[0])->ground);
  x = x_of (fixture, START_US + 1234 * SECOND_US / 2 + 1);
  found = pixel_at (fixture, x, hr_pane_get_y (fixture->plots[0], 7.7));
  for (int shift = 0; shift <= 16; shift += 8)
    difference = MAX (difference, ABS ((int) (found >> shift & 0xff) - (int) (ground >> shift & 0xff)));
  g_assert_cmpint (difference, >, 60);
  g_assert_cmphex (pixel_at (fixture, x - 3, hr_pane_get_y (fixture->plots[0], 7.7)), ==, ground);
  g_assert_cmphex (pixel_at (fixture, x + 3, hr_pane_get_y (fixture->plots[0], 7.7)), ==, ground);
}

/* Far above the budget too. */
static void
test_the_highest_value_has_room (Fixture      *fixture,
                                 gconstpointer data)
{
  const HrBin  bin = { START_US + SECOND_US, START_US + 2 * SECOND_US, 100, 200, 1.8, 60 };
  const gint64 time_us = START_US + 200 * SECOND_US;
  const double value = 90;

  hr_track_set_bins (fixture->tracks[0], &bin, 1);
  present (fixture);
  g_assert_cmpfloat (hr_pane_get_y (fixture->plots[0], bin.max), >, hr_pane_get_area (fixture->plots[0])->y);
  hr_track_set_points (fixture->tracks[0], &time_us, &value, 1);
  present (fixture);
  g_assert_cmpfloat (hr_pane_get_y (fixture->plots[0], value), >, hr_pane_get_area (fixture->plots[0])->y);
}

static void
test_records_are_dots (Fixture      *fixture,
                       gconstpointer data)
{
  gint64  times_us[] = { START_US + 200 * SECOND_US, START_US + 700 * SECOND_US };
  double  values[] = { 6, 3 };
  guint32 ink;

  hr_track_set_points (fixture->tracks[0], times_us, values, 2);
  present (fixture);
  ink = hr_palette_pixel (&hr_pane_get_palette (fixture->plots[0])->data);
  for (int i = 0; i < 2; i++)
    g_assert_cmphex (pixel_at (fixture, x_of (fixture, times_us[i]), hr_pane_get_y (fixture->plots[0], values[i])), ==, ink);

  /* The crosshair reads the record that it is at, not what lies around it. */
  hr_timeline_set_cursor (fixture->timeline, times_us[0] + SECOND_US);
  assert_reads (fixture, 0, "6 ms");
  hr_timeline_set_cursor (fixture->timeline, times_us[0] + 100 * SECOND_US);
  assert_reads (fixture, 0, "not measured");
}

static void
test_all_tracks_read_out_one_time (Fixture      *fixture,
                                   gconstpointer data)
{
  guint n_renders;

  fill (fixture);
  present (fixture);
  n_renders = hr_pane_get_n_renders (fixture->plots[0]);

  hr_timeline_input_point_at (input_of (fixture), x_of (fixture, START_US + 500 * SECOND_US) + 0.1);
  assert_reads (fixture, 0, "2.5 ms");
  assert_reads (fixture, 1, "2.5 MB");
  hr_timeline_input_point_at (input_of (fixture), 1);
  assert_reads (fixture, 0, NULL);
  assert_reads (fixture, 1, NULL);
  settle (fixture);
  g_assert_cmpuint (hr_pane_get_n_renders (fixture->plots[0]), ==, n_renders);
}

static void
test_plots_begin_in_one_column (Fixture      *fixture,
                                gconstpointer data)
{
  HrBin bin = { START_US, START_US + SECOND_US, 1, 123456, 123456, 123456 };

  fill (fixture);
  hr_track_set_bins (fixture->tracks[1], &bin, 1);
  present (fixture);
  while (hr_pane_get_area (fixture->plots[0])->x != hr_pane_get_area (fixture->plots[1])->x)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (hr_pane_get_area (fixture->plots[0])->x, ==, hr_timeline_get_gutter (fixture->timeline));
}

static void
test_the_wheel_zooms_around_the_pointer (Fixture      *fixture,
                                         gconstpointer data)
{
  gint64 at_us = START_US + 300 * SECOND_US;
  double x;

  fill (fixture);
  present (fixture);
  x = x_of (fixture, at_us);
  hr_timeline_input_point_at (input_of (fixture), x);
  for (int i = 0; i < 8; i++)
    g_assert_true (hr_timeline_input_scroll (input_of (fixture), 0, -1));
  g_assert_cmpint (view_length (fixture), <, 200 * SECOND_US);
  g_assert_cmpfloat_with_epsilon (x_of (fixture, at_us), x, 1);

  /* Beside the plot whatever is around scrolls. */
  hr_timeline_input_point_at (input_of (fixture), 1);
  g_assert_false (hr_timeline_input_scroll (input_of (fixture), 0, -1));
}

static void
test_drags_mark_and_pan (Fixture      *fixture,
                         gconstpointer data)
{
  gint64 from_us, to_us;
  double a, b;

  fill (fixture);
  present (fixture);
  a = x_of (fixture, START_US + 200 * SECOND_US);
  b = x_of (fixture, START_US + 400 * SECOND_US);
  hr_timeline_input_drag (input_of (fixture), b, (a + b) / 2, FALSE, FALSE);
  g_assert_true (hr_timeline_get_selection (fixture->timeline, &from_us, &to_us));
  g_assert_cmpint (view_length (fixture), ==, N_BINS * SECOND_US);
  hr_timeline_input_drag (input_of (fixture), b, a, FALSE, TRUE);
  g_assert_false (hr_timeline_get_selection (fixture->timeline, &from_us, &to_us));
  hr_timeline_get_view (fixture->timeline, &from_us, &to_us);
  g_assert_cmpint (ABS (from_us - (START_US + 200 * SECOND_US)), <, SECOND_US / 100);
  g_assert_cmpint (ABS (to_us - (START_US + 400 * SECOND_US)), <, SECOND_US / 100);

  /* What was grasped stays below the pointer. */
  a = x_of (fixture, START_US + 300 * SECOND_US);
  hr_timeline_input_drag (input_of (fixture), a, a + 50, TRUE, FALSE);
  hr_timeline_input_drag (input_of (fixture), a, a + 100, TRUE, TRUE);
  g_assert_cmpfloat_with_epsilon (x_of (fixture, START_US + 300 * SECOND_US), a + 100, 1);
  g_assert_cmpint (ABS (view_length (fixture) - 200 * SECOND_US), <, SECOND_US / 50);
}

static void
test_keys_zoom_and_pan (Fixture      *fixture,
                        gconstpointer data)
{
  GtkWidget *track = GTK_WIDGET (fixture->tracks[0]);
  gint64     from_us, to_us;

  fill (fixture);
  present (fixture);
  g_assert_true (gtk_widget_get_focusable (track));
  press (track, "plus");
  press (track, "KP_Add");
  g_assert_cmpint (view_length (fixture), <, N_BINS * SECOND_US / 2);
  press (track, "Home");
  hr_timeline_get_view (fixture->timeline, &from_us, &to_us);
  g_assert_cmpint (from_us, ==, START_US);
  press (track, "Page_Down");
  hr_timeline_get_view (fixture->timeline, &from_us, &to_us);
  g_assert_cmpint (from_us, >, START_US);
  press (track, "End");
  hr_timeline_get_view (fixture->timeline, &from_us, &to_us);
  g_assert_cmpint (to_us, ==, START_US + N_BINS * SECOND_US);
  g_assert_true (hr_timeline_get_following (fixture->timeline));
  press (track, "0");
  g_assert_cmpint (view_length (fixture), ==, N_BINS * SECOND_US);
}

static void
test_keys_move_the_crosshair_and_copy (Fixture      *fixture,
                                       gconstpointer data)
{
  GtkWidget       *track = GTK_WIDGET (fixture->tracks[0]);
  g_autofree char *copied = NULL;

  fill (fixture);
  present (fixture);
  press (track, "Right");
  assert_reads (fixture, 0, "2 ms");
  press (track, "Right");
  press (track, "Right");
  assert_reads (fixture, 1, "2 MB");
  gtk_test_accessible_assert_property (track, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "2 ms, 1 ms to 4 ms");
  press (track, "<Control>c");
  copied = get_copied (track);
  g_assert_cmpstr (copied, ==, "2 ms, 1 ms to 4 ms");
  g_assert_cmpint (hr_timeline_get_cursor (fixture->timeline), ==, START_US + 2 * SECOND_US + SECOND_US / 2);
  press (track, "Left");
  g_assert_cmpint (hr_timeline_get_cursor (fixture->timeline), ==, START_US + SECOND_US + SECOND_US / 2);

  /* What is beyond the border comes into sight. */
  hr_timeline_set_view (fixture->timeline, START_US + 100 * SECOND_US, START_US + 110 * SECOND_US);
  hr_timeline_set_cursor (fixture->timeline, START_US + 109 * SECOND_US + 1);
  press (track, "Right");
  g_assert_cmpint (hr_timeline_get_cursor (fixture->timeline), ==, START_US + 110 * SECOND_US + SECOND_US / 2);
  assert_reads (fixture, 0, "2.11 ms");
}

static void
add_marks (Fixture *fixture)
{
  HrTrackMark marks[] = {
    { START_US + 600 * SECOND_US, START_US + 600 * SECOND_US, HR_SEVERITY_NONE, 8, (char *) "ranker is back" },
    { START_US + 200 * SECOND_US, START_US + 300 * SECOND_US, HR_SEVERITY_HIGH, 7, (char *) "Ranking is slow" },
  };

  hr_track_set_marks (fixture->tracks[0], marks, G_N_ELEMENTS (marks));
  hr_mark_lane_set_marks (HR_MARK_LANE (fixture->lane), marks, G_N_ELEMENTS (marks));
}

static void
test_marks_open (Fixture      *fixture,
                 gconstpointer data)
{
  GtkWidget *track = GTK_WIDGET (fixture->tracks[0]);
  HrMarks   *marks = hr_track_get_marks (fixture->tracks[0]);

  fill (fixture);
  add_marks (fixture);
  present (fixture);
  hr_timeline_set_cursor (fixture->timeline, START_US + 250 * SECOND_US);
  press (track, "Return");
  g_assert_cmpint (fixture->activated, ==, 7);
  fixture->activated = 0;
  hr_timeline_set_cursor (fixture->timeline, START_US + 450 * SECOND_US);
  press (track, "Return");
  g_assert_cmpint (fixture->activated, ==, 0);

  /* By the pointer a mark is where it is drawn: at the upper border. */
  g_assert_nonnull (hr_marks_pick (marks, x_of (fixture, START_US + 250 * SECOND_US), 30));
  g_assert_null (hr_marks_pick (marks, x_of (fixture, START_US + 250 * SECOND_US), 100));
}

static void
test_keys_go_from_mark_to_mark_in_the_lane (Fixture      *fixture,
                                            gconstpointer data)
{
  g_autofree char *description = NULL;

  add_marks (fixture);
  present (fixture);
  press (fixture->lane, "Right");
  g_assert_cmpint (hr_timeline_get_cursor (fixture->timeline), ==, START_US + 200 * SECOND_US);
  press (fixture->lane, "Right");
  g_assert_cmpint (hr_timeline_get_cursor (fixture->timeline), ==, START_US + 600 * SECOND_US);
  gtk_test_accessible_assert_property (fixture->lane, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "ranker is back");
  press (fixture->lane, "Right");
  press (fixture->lane, "Return");
  g_assert_cmpint (fixture->activated, ==, 8);
  press (fixture->lane, "Left");
  press (fixture->lane, "Return");
  g_assert_cmpint (fixture->activated, ==, 7);
  description = hr_mark_lane_describe (HR_MARK_LANE (fixture->lane));
  g_assert_true (g_str_has_suffix (description, ": 1 alert, 1 event"));
}

static void
assert_told (Fixture    *fixture,
             const char *suffix)
{
  g_autofree char *description = hr_track_describe (fixture->tracks[0]);

  g_assert_true (g_str_has_suffix (description, suffix));
}

static void
test_descriptions_say_what_is_in_sight (Fixture      *fixture,
                                        gconstpointer data)
{
  assert_told (fixture, ": nothing was measured, budget 10 ms");
  fill (fixture);
  add_marks (fixture);
  assert_told (fixture, ": mean 2.5 ms, 1 ms to 5 ms, budget 10 ms, within budget; 1 alert, 1 event");
  hr_track_set_limit (fixture->tracks[0], 4);
  assert_told (fixture, ", budget 4 ms, over budget at times; 1 alert, 1 event");
  hr_track_set_limit (fixture->tracks[0], 2);
  assert_told (fixture, ", budget 2 ms, over budget on average; 1 alert, 1 event");
  hr_timeline_set_view (fixture->timeline, START_US, START_US + 10 * SECOND_US);
  hr_track_set_limit (fixture->tracks[0], (double) NAN);
  assert_told (fixture, ": mean 2 ms, 1 ms to 4.01 ms");
}

static void
test_descriptions_are_told_every_two_seconds (Fixture      *fixture,
                                              gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  hr_track_set_title (fixture->tracks[0], "Ranking latency");
  gtk_test_accessible_assert_role (fixture->tracks[0], GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_accessible_assert_property (fixture->tracks[0], GTK_ACCESSIBLE_PROPERTY_LABEL, "Ranking latency");
  fill (fixture);
  before = hr_track_describe (fixture->tracks[0]);
  now_us += 2 * SECOND_US;
  hr_timeline_set_view (fixture->timeline, START_US, START_US + 500 * SECOND_US);
  after = hr_track_describe (fixture->tracks[0]);
  g_assert_cmpstr (after, !=, before);
  gtk_test_accessible_assert_property (fixture->tracks[0], GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, after);

  now_us += 2 * SECOND_US - 1;
  hr_timeline_set_view (fixture->timeline, START_US, START_US + 200 * SECOND_US);
  gtk_test_accessible_assert_property (fixture->tracks[0], GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, after);
}

static void
test_nothing_ticks_out_of_sight (Fixture      *fixture,
                                 gconstpointer data)
{
  fill (fixture);
  g_assert_false (hr_pane_is_ticking (fixture->plots[0]));
  present (fixture);
  gtk_widget_set_visible (GTK_WIDGET (fixture->tracks[0]), FALSE);
  hr_timeline_pan (fixture->timeline, SECOND_US);
  fill (fixture);
  g_assert_false (hr_pane_is_ticking (fixture->plots[0]));
}

static void
test_nothing_stays_behind (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, NULL);
  fill (&fixture);
  present (&fixture);
  hr_timeline_set_cursor (fixture.timeline, START_US + 50 * SECOND_US);
  now_us += 1;
  fill (&fixture);

  g_object_add_weak_pointer (G_OBJECT (fixture.tracks[0]), (gpointer *) &fixture.tracks[0]);
  g_object_add_weak_pointer (G_OBJECT (fixture.plots[0]), (gpointer *) &fixture.plots[0]);
  g_object_add_weak_pointer (G_OBJECT (fixture.lane), (gpointer *) &fixture.lane);
  gtk_window_destroy (GTK_WINDOW (fixture.window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (fixture.tracks[0]);
  g_assert_null (fixture.plots[0]);
  g_assert_null (fixture.lane);
  g_object_add_weak_pointer (G_OBJECT (fixture.timeline), (gpointer *) &fixture.timeline);
  g_object_unref (fixture.timeline);
  g_assert_null (fixture.timeline);
}

#define ADD(path, func) g_test_add ("/widgets/track/" path, Fixture, NULL, set_up, func, tear_down)

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

  ADD ("picture/spike", test_one_sample_of_a_day_is_seen);
  ADD ("picture/highest", test_the_highest_value_has_room);
  ADD ("picture/records", test_records_are_dots);
  ADD ("picture/gutter", test_plots_begin_in_one_column);
  ADD ("crosshair", test_all_tracks_read_out_one_time);
  ADD ("pointer/wheel", test_the_wheel_zooms_around_the_pointer);
  ADD ("pointer/drag", test_drags_mark_and_pan);
  ADD ("keys/view", test_keys_zoom_and_pan);
  ADD ("keys/crosshair", test_keys_move_the_crosshair_and_copy);
  ADD ("marks/open", test_marks_open);
  ADD ("marks/lane", test_keys_go_from_mark_to_mark_in_the_lane);
  ADD ("description/words", test_descriptions_say_what_is_in_sight);
  ADD ("description/told", test_descriptions_are_told_every_two_seconds);
  ADD ("unmapped", test_nothing_ticks_out_of_sight);
  g_test_add_func ("/widgets/track/finalize", test_nothing_stays_behind);

  return g_test_run ();
}
