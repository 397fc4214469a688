/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/marks.h"

#include <math.h>
#include <string.h>

/* Height of a bar in a lane and over a plot, and the least that is seen of a short one. */
#define LANE_BAR 7
#define PLOT_BAR 4
#define SHORTEST 7

#define EVENT_RADIUS 3
#define MAX_ROWS 3
#define ROW_GAP 2

/* How near one has to come to a mark. */
#define REACH 5

/* What lies below an alert is tinted by this much of its colour, and what is selected by that. */
#define TINT_ALPHA 0.1f
#define SELECTION_ALPHA 0.18f

struct _HrMarks
{
  GtkWidget parent;

  /* Owned. */
  HrTimeline  *timeline;
  HrTrackMark *marks; /* by time */
  gsize        n;

  HrMarksPlace place;
  GdkRectangle area;
};

G_DEFINE_FINAL_TYPE (HrMarks, hr_marks, GTK_TYPE_WIDGET)

static gboolean
is_event (const HrTrackMark *mark)
{
  return mark->severity == HR_SEVERITY_NONE;
}

static void
get_extent (HrMarks           *self,
            const HrTrackMark *mark,
            double            *out_from,
            double            *out_to)
{
  double from = hr_timeline_x_of (self->timeline, self->area.x, self->area.width, mark->begin_us);
  double to = hr_timeline_x_of (self->timeline, self->area.x, self->area.width, mark->end_us);
  double least = is_event (mark) ? 2 * EVENT_RADIUS : SHORTEST;

  if (to - from < least)
    {
      from = (from + to - least) / 2;
      to = from + least;
    }
  *out_from = from;
  *out_to = to;
}

static gboolean
is_in_sight (HrMarks *self,
             double   from,
             double   to)
{
  return to > self->area.x && from < self->area.x + self->area.width;
}

static const GdkRGBA *
colour_of (const HrPalette   *palette,
           const HrTrackMark *mark)
{
  switch (mark->severity)
    {
    case HR_SEVERITY_CRITICAL:
    case HR_SEVERITY_HIGH:
      return &palette->error;
    case HR_SEVERITY_MEDIUM:
    case HR_SEVERITY_LOW:
      return &palette->warning;
    case HR_SEVERITY_NONE:
    case HR_N_SEVERITIES:
    default:
      return &palette->dim;
    }
}

static void
append_rounded (GtkSnapshot   *snapshot,
                const GdkRGBA *colour,
                double         x,
                double         y,
                double         width,
                double         height)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width, (float) height);
  GskRoundedRect  outline;

  gsk_rounded_rect_init_from_rect (&outline, &bounds, (float) MIN (width, height) / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, colour, &bounds);
  gtk_snapshot_pop (snapshot);
}

/* Returns which row of a lane a mark from @from to @to goes into, @ends being how far each is taken; the last when all are. */
static int
take_row (double *ends,
          double  from,
          double  to)
{
  int row = 0;

  while (row < MAX_ROWS - 1 && ends[row] > from)
    row++;
  ends[row] = MAX (ends[row], to);

  return row;
}

static void
append_alert (HrMarks           *self,
              GtkSnapshot       *snapshot,
              const HrPalette   *palette,
              const HrTrackMark *mark,
              double             from,
              double             to,
              int                row)
{
  const GdkRGBA *colour = colour_of (palette, mark);
  GdkRGBA        tint = *colour;

  if (self->place == HR_MARKS_IN_LANE)
    {
      append_rounded (snapshot, colour, from, self->area.y + row * (LANE_BAR + ROW_GAP), to - from, LANE_BAR);
      return;
    }

  tint.alpha *= TINT_ALPHA;
  gtk_snapshot_append_color (snapshot, &tint,
                             &GRAPHENE_RECT_INIT ((float) from, (float) self->area.y, (float) (to - from), (float) self->area.height));
  append_rounded (snapshot, colour, from, self->area.y, to - from, PLOT_BAR);
}

static void
append_event (HrMarks           *self,
              GtkSnapshot       *snapshot,
              const HrPalette   *palette,
              const HrTrackMark *mark,
              double             from)
{
  double y = self->place == HR_MARKS_IN_LANE ? self->area.y + self->area.height - 2 * EVENT_RADIUS : self->area.y;

  append_rounded (snapshot, colour_of (palette, mark), from, y, 2 * EVENT_RADIUS, 2 * EVENT_RADIUS);
}

/* Many in one place are drawn once: a day can have thousands. */
static void
append_marks (HrMarks         *self,
              GtkSnapshot     *snapshot,
              const HrPalette *palette)
{
  double ends[MAX_ROWS] = { -(double) INFINITY, -(double) INFINITY, -(double) INFINITY };
  double last_event = -(double) INFINITY;

  for (gsize i = 0; i < self->n; i++)
    {
      const HrTrackMark *mark = &self->marks[i];
      double             from, to;

      get_extent (self, mark, &from, &to);
      if (!is_in_sight (self, from, to))
        continue;
      if (is_event (mark))
        {
          if (from > last_event + EVENT_RADIUS)
            append_event (self, snapshot, palette, mark, from);
          last_event = MAX (last_event, from);
          continue;
        }
      append_alert (self, snapshot, palette, mark, from, to, take_row (ends, from, to));
    }
}

static void
append_selection (HrMarks         *self,
                  GtkSnapshot     *snapshot,
                  const HrPalette *palette)
{
  GdkRGBA colour = palette->data;
  gint64  begin_us, end_us;
  double  from, to;

  if (!hr_timeline_get_selection (self->timeline, &begin_us, &end_us))
    return;

  from = hr_timeline_x_of (self->timeline, self->area.x, self->area.width, begin_us);
  to = hr_timeline_x_of (self->timeline, self->area.x, self->area.width, end_us);
  colour.alpha *= SELECTION_ALPHA;
  gtk_snapshot_append_color (snapshot, &colour,
                             &GRAPHENE_RECT_INIT ((float) from, (float) self->area.y, (float) (to - from), (float) self->area.height));
  for (int side = 0; side < 2; side++)
    gtk_snapshot_append_color (snapshot, &palette->data,
                               &GRAPHENE_RECT_INIT ((float) floor (side == 0 ? from : to), (float) self->area.y, 1, (float) self->area.height));
}

static void
hr_marks_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  HrMarks  *self = HR_MARKS (widget);
  HrPalette palette;

  if (self->area.width <= 0)
    return;

  hr_palette_read (&palette, widget);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT ((float) self->area.x, (float) self->area.y - EVENT_RADIUS,
                                                         (float) self->area.width, (float) self->area.height + 2 * EVENT_RADIUS));
  append_marks (self, snapshot, &palette);
  append_selection (self, snapshot, &palette);
  gtk_snapshot_pop (snapshot);
}

static void
clear_marks (HrMarks *self)
{
  for (gsize i = 0; i < self->n; i++)
    g_free (self->marks[i].text);
  g_clear_pointer (&self->marks, g_free);
  self->n = 0;
}

static void
hr_marks_dispose (GObject *object)
{
  HrMarks *self = HR_MARKS (object);

  if (self->timeline != NULL)
    g_signal_handlers_disconnect_by_data (self->timeline, self);
  g_clear_object (&self->timeline);
  G_OBJECT_CLASS (hr_marks_parent_class)->dispose (object);
}

static void
hr_marks_finalize (GObject *object)
{
  clear_marks (HR_MARKS (object));
  G_OBJECT_CLASS (hr_marks_parent_class)->finalize (object);
}

static void
hr_marks_class_init (HrMarksClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_marks_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_marks_finalize;
  widget_class->snapshot = hr_marks_snapshot;
  gtk_widget_class_set_css_name (widget_class, "marks");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hr_marks_init (HrMarks *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

/* Returns a layer without marks. */
GtkWidget *
hr_marks_new (HrTimeline  *timeline,
              HrMarksPlace place)
{
  HrMarks *self = g_object_new (HR_TYPE_MARKS, NULL);

  self->timeline = g_object_ref (timeline);
  self->place = place;
  g_signal_connect_swapped (timeline, "selection-changed", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect_swapped (timeline, "view-changed", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect_swapped (timeline, "gutter-changed", G_CALLBACK (gtk_widget_queue_draw), self);

  return GTK_WIDGET (self);
}

static int
compare_marks (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  gint64 first = ((const HrTrackMark *) a)->begin_us, second = ((const HrTrackMark *) b)->begin_us;

  return (first > second) - (first < second);
}

/* Shows the @n @marks, which are copied, in place of those before. */
void
hr_marks_set (HrMarks           *self,
              const HrTrackMark *marks,
              gsize              n)
{
  clear_marks (self);
  self->marks = g_memdup2 (marks, n * sizeof *marks);
  self->n = n;
  for (gsize i = 0; i < n; i++)
    self->marks[i].text = g_strdup (marks[i].text);
  if (n > 0)
    g_qsort_with_data (self->marks, (gint) n, sizeof *self->marks, compare_marks, NULL);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Returns the marks by time; borrowed. */
const HrTrackMark *
hr_marks_get (HrMarks *self,
              gsize   *out_n)
{
  *out_n = self->n;

  return self->marks;
}

/* Says where they stand, in the widget's pixels, before they are drawn. */
void
hr_marks_set_area (HrMarks            *self,
                   const GdkRectangle *area)
{
  self->area = *area;
}

/* Returns the nearest of those at @x, alerts before events; NULL: none within reach. */
static const HrTrackMark *
nearest (HrMarks *self,
         double   x)
{
  const HrTrackMark *found = NULL;
  double             best = REACH;

  for (gsize i = 0; i < self->n; i++)
    {
      double from, to, distance;

      get_extent (self, &self->marks[i], &from, &to);
      distance = MAX (MAX (from - x, x - to), 0) + (is_event (&self->marks[i]) ? 0.5 : 0);
      if (distance < best)
        {
          best = distance;
          found = &self->marks[i];
        }
    }

  return found;
}

/* Returns the mark that is drawn at @x, @y; NULL: none. */
const HrTrackMark *
hr_marks_pick (HrMarks *self,
               double   x,
               double   y)
{
  if (self->place == HR_MARKS_OVER_PLOT && y > self->area.y + PLOT_BAR + REACH)
    return NULL;

  return nearest (self, x);
}

/* Returns the mark at @time_us, or within a few pixels of it; NULL: none. */
const HrTrackMark *
hr_marks_at (HrMarks *self,
             gint64   time_us)
{
  if (time_us == HR_TIMELINE_NOWHERE)
    return NULL;

  return nearest (self, hr_timeline_x_of (self->timeline, self->area.x, self->area.width, time_us));
}

/* Returns the first mark that begins after @time_us, or the last one before for @direction -1; NULL: none. */
const HrTrackMark *
hr_marks_next (HrMarks *self,
               gint64   time_us,
               int      direction)
{
  if (direction > 0)
    {
      for (gsize i = 0; i < self->n; i++)
        if (self->marks[i].begin_us > time_us)
          return &self->marks[i];
      return NULL;
    }

  for (gsize i = self->n; i-- > 0;)
    if (self->marks[i].begin_us < time_us)
      return &self->marks[i];

  return NULL;
}
