/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/mark-lane.h"

#include "widgets/backdrop.h"
#include "widgets/calendar.h"
#include "widgets/focus-ring.h"
#include "widgets/head.h"
#include "widgets/hover.h"
#include "widgets/marks.h"
#include "widgets/teller.h"
#include "widgets/timeline-input.h"
#include "widgets/track-words.h"

#include <glib/gi18n.h>
#include <math.h>

/* Room for three rows of bars and one of dots. */
#define HEIGHT 34

struct _HrMarkLane
{
  GtkWidget parent;

  /* Owned. */
  HrTimeline      *timeline;
  HrTimelineInput *input;
  GTimeZone       *zone;
  GtkWidget       *marks;
  GtkWidget       *hover;

  HrTeller teller;
};

enum
{
  MARK_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrMarkLane, hr_mark_lane, HR_TYPE_LABELLED)

static int
get_head_height (HrMarkLane *self)
{
  return hr_head_height (hr_labelled_get_line_height (HR_LABELLED (self)));
}

static GdkRectangle
get_area (HrMarkLane *self)
{
  int gutter = hr_timeline_get_gutter (self->timeline);
  int head = get_head_height (self);

  return (GdkRectangle){ gutter, head, MAX (gtk_widget_get_width (GTK_WIDGET (self)) - gutter, 1), MAX (gtk_widget_get_height (GTK_WIDGET (self)) - head, 1) };
}

static const HrTrackMark *
get_mark (HrMarkLane *self)
{
  return hr_marks_at (HR_MARKS (self->marks), hr_timeline_get_cursor (self->timeline));
}

/* Whoever points at a mark, or has come to it by keys, reads what it is. */
static void
update_hover (HrMarkLane *self)
{
  gboolean           reads = hr_timeline_input_is_inside (self->input) || gtk_widget_has_focus (GTK_WIDGET (self));
  const HrTrackMark *mark = reads ? get_mark (self) : NULL;
  g_autofree char   *when = NULL;
  GdkRectangle       area;
  HrPalette          palette;

  if (mark == NULL)
    {
      hr_hover_hide (HR_HOVER (self->hover));
      return;
    }

  area = get_area (self);
  hr_palette_read (&palette, GTK_WIDGET (self));
  when = mark->begin_us == mark->end_us ? hr_calendar_time (mark->begin_us, G_USEC_PER_SEC, g_get_real_time (), self->zone)
                                        : hr_calendar_stretch (mark->begin_us, mark->end_us, g_get_real_time (), self->zone);
  hr_hover_show (HR_HOVER (self->hover), &palette, &area,
                 hr_timeline_x_of (self->timeline, area.x, area.width, hr_timeline_get_cursor (self->timeline)), (double) NAN,
                 mark->text != NULL ? mark->text : "", when);
}

static void
cursor_changed_cb (HrMarkLane *self)
{
  update_hover (self);
}

static void
view_changed_cb (HrMarkLane *self)
{
  update_hover (self);
  hr_teller_changed (&self->teller);
}

static void
get_span (GtkWidget *widget,
          double    *out_x,
          double    *out_width)
{
  GdkRectangle area = get_area (HR_MARK_LANE (widget));

  *out_x = area.x;
  *out_width = area.width;
}

static void
activate_mark (HrMarkLane        *self,
               const HrTrackMark *mark)
{
  if (mark != NULL)
    g_signal_emit (self, signals[MARK_ACTIVATED], 0, mark->id);
}

static void
clicked (GtkWidget *widget,
         double     x,
         double     y)
{
  HrMarkLane *self = HR_MARK_LANE (widget);

  activate_mark (self, hr_marks_pick (HR_MARKS (self->marks), x, y));
}

static void
activate (GtkWidget *widget)
{
  activate_mark (HR_MARK_LANE (widget), get_mark (HR_MARK_LANE (widget)));
}

/* Goes to the next mark, and has the view go there too. */
static void
step (GtkWidget *widget,
      int        direction)
{
  HrMarkLane        *self = HR_MARK_LANE (widget);
  gint64             cursor_us = hr_timeline_get_cursor (self->timeline);
  gint64             from_us, to_us;
  const HrTrackMark *mark;

  hr_timeline_get_view (self->timeline, &from_us, &to_us);
  if (cursor_us == HR_TIMELINE_NOWHERE)
    cursor_us = direction > 0 ? from_us - 1 : to_us + 1;
  mark = hr_marks_next (HR_MARKS (self->marks), cursor_us, direction);
  if (mark == NULL)
    return;

  if (mark->begin_us < from_us || mark->begin_us > to_us)
    hr_timeline_pan (self->timeline, mark->begin_us - (from_us + (to_us - from_us) / 2));
  hr_timeline_set_cursor (self->timeline, mark->begin_us);
  if (mark->text != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, mark->text, -1);
}

static char *
copy (GtkWidget *widget)
{
  const HrTrackMark *mark = get_mark (HR_MARK_LANE (widget));

  return mark != NULL ? g_strdup (mark->text) : NULL;
}

static char *
describe (gpointer self)
{
  return hr_mark_lane_describe (self);
}

static void
snapshot_head (HrMarkLane      *self,
               GtkSnapshot     *snapshot,
               const HrPalette *palette)
{
  gboolean           rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int                width = gtk_widget_get_width (GTK_WIDGET (self));
  gsize              n;
  const HrTrackMark *marks = hr_marks_get (HR_MARKS (self->marks), &n);
  gint64             from_us, to_us;
  g_autofree char   *told = NULL;

  hr_timeline_get_view (self->timeline, &from_us, &to_us);
  told = hr_track_word_marks (marks, n, from_us, to_us);
  hr_head_append (GTK_WIDGET (self), snapshot, _ ("Alerts and events"), &palette->text, TRUE, rtl, width / 2);
  hr_head_append (GTK_WIDGET (self), snapshot, told != NULL ? told : _ ("none"), &palette->dim, FALSE, !rtl, width / 2);
}

static void
hr_mark_lane_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  HrMarkLane  *self = HR_MARK_LANE (widget);
  GdkRectangle area = get_area (self);
  HrPalette    palette;

  hr_palette_read (&palette, widget);
  snapshot_head (self, snapshot, &palette);
  /* The line on which the dots stand. */
  gtk_snapshot_append_color (snapshot, &palette.grid,
                             &GRAPHENE_RECT_INIT ((float) area.x, (float) (area.y + area.height - 4), (float) area.width, 1));
  hr_marks_set_area (HR_MARKS (self->marks), &area);
  gtk_widget_snapshot_child (widget, self->marks, snapshot);
  gtk_widget_snapshot_child (widget, self->hover, snapshot);
  hr_focus_ring_snapshot (widget, snapshot);
}

static void
hr_mark_lane_measure (GtkWidget     *widget,
                      GtkOrientation orientation,
                      int            for_size,
                      int           *minimum,
                      int           *natural,
                      int           *minimum_baseline,
                      int           *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT + get_head_height (HR_MARK_LANE (widget)) : 0;
}

static void
hr_mark_lane_size_allocate (GtkWidget *widget,
                            int        width,
                            int        height,
                            int        baseline)
{
  HrMarkLane *self = HR_MARK_LANE (widget);

  gtk_widget_size_allocate (self->marks, &(GtkAllocation){ 0, 0, width, height }, -1);
  gtk_widget_size_allocate (self->hover, &(GtkAllocation){ 0, 0, width, height }, -1);
}

static void
hr_mark_lane_dispose (GObject *object)
{
  HrMarkLane *self = HR_MARK_LANE (object);

  hr_teller_clear (&self->teller);
  g_clear_pointer (&self->input, hr_timeline_input_free);
  if (self->timeline != NULL)
    g_signal_handlers_disconnect_by_data (self->timeline, self);
  g_clear_pointer (&self->marks, gtk_widget_unparent);
  g_clear_pointer (&self->hover, gtk_widget_unparent);
  g_clear_object (&self->timeline);
  G_OBJECT_CLASS (hr_mark_lane_parent_class)->dispose (object);
}

static void
hr_mark_lane_finalize (GObject *object)
{
  g_time_zone_unref (HR_MARK_LANE (object)->zone);
  G_OBJECT_CLASS (hr_mark_lane_parent_class)->finalize (object);
}

static void
hr_mark_lane_class_init (HrMarkLaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_mark_lane_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_mark_lane_finalize;
  widget_class->snapshot = hr_mark_lane_snapshot;
  widget_class->measure = hr_mark_lane_measure;
  widget_class->size_allocate = hr_mark_lane_size_allocate;

  signals[MARK_ACTIVATED] = g_signal_new ("mark-activated", HR_TYPE_MARK_LANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_INT64);

  gtk_widget_class_set_css_name (widget_class, "mark-lane");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
hr_mark_lane_init (HrMarkLane *self)
{
  self->zone = g_time_zone_new_local ();
}

/* Returns a lane without marks. */
GtkWidget *
hr_mark_lane_new (HrTimeline *timeline)
{
  static const HrTimelineInputEvents events = { .get_span = get_span, .clicked = clicked, .step = step, .activate = activate, .copy = copy };
  HrMarkLane                        *self = g_object_new (HR_TYPE_MARK_LANE, NULL);

  self->timeline = g_object_ref (timeline);
  self->marks = hr_marks_new (timeline, HR_MARKS_IN_LANE);
  self->hover = hr_hover_new ();
  gtk_widget_set_parent (self->marks, GTK_WIDGET (self));
  gtk_widget_set_parent (self->hover, GTK_WIDGET (self));
  hr_teller_init (&self->teller, GTK_ACCESSIBLE (self), describe);
  self->input = hr_timeline_input_new (GTK_WIDGET (self), timeline, &events);
  g_signal_connect_swapped (timeline, "cursor-changed", G_CALLBACK (cursor_changed_cb), self);
  g_signal_connect_swapped (timeline, "view-changed", G_CALLBACK (view_changed_cb), self);
  g_signal_connect_swapped (timeline, "gutter-changed", G_CALLBACK (gtk_widget_queue_draw), self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Alerts and events"), -1);

  return GTK_WIDGET (self);
}

/* Shows the @n @marks, which are copied, in place of those before. */
void
hr_mark_lane_set_marks (HrMarkLane        *self,
                        const HrTrackMark *marks,
                        gsize              n)
{
  g_return_if_fail (HR_IS_MARK_LANE (self));

  hr_marks_set (HR_MARKS (self->marks), marks, n);
  update_hover (self);
  hr_teller_changed (&self->teller);
}

/* Returns in one sentence what it shows now; free with g_free (). */
char *
hr_mark_lane_describe (HrMarkLane *self)
{
  g_autofree char   *stretch = NULL;
  g_autofree char   *told = NULL;
  const HrTrackMark *marks;
  gint64             from_us, to_us;
  gsize              n;

  g_return_val_if_fail (HR_IS_MARK_LANE (self), NULL);

  marks = hr_marks_get (HR_MARKS (self->marks), &n);
  hr_timeline_get_view (self->timeline, &from_us, &to_us);
  stretch = hr_calendar_stretch (from_us, to_us, g_get_real_time (), self->zone);
  told = hr_track_word_marks (marks, n, from_us, to_us);

  return g_strdup_printf ("%s: %s", stretch, told != NULL ? told : _ ("no alerts or events"));
}
