/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/track.h"

#include "widgets/backdrop.h"
#include "widgets/calendar.h"
#include "widgets/focus-ring.h"
#include "widgets/head.h"
#include "widgets/track-private.h"
#include "widgets/track-words.h"

#include <glib/gi18n.h>
#include <math.h>

/* Air between title and summary. */
#define HEAD_GAP 12

/* So near, in pixels, the crosshair finds a bin or a record. */
#define REACH 4

/* The title gives way to the summary down to this share of the width. */
#define TITLE_SHARE 0.4

struct _HrTrack
{
  GtkWidget parent;

  /* Owned. */
  char            *title;
  char            *value; /* what is under the crosshair, for the clipboard; NULL: nothing */
  HrTimeline      *timeline;
  HrTimelineInput *input;
  GTimeZone       *zone;
  GtkWidget       *plot;
  GtkWidget       *marks;
  GtkWidget       *hover;

  HrTeller     teller;
  GdkRectangle shown_area; /* of the data as last drawn */
};

enum
{
  MARK_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrTrack, hr_track, HR_TYPE_LABELLED)

static int
get_head_height (HrTrack *self)
{
  return hr_head_height (hr_labelled_get_line_height (HR_LABELLED (self)));
}

/* Where the data are drawn, in the track's own pixels. */
static GdkRectangle
get_area (HrTrack *self)
{
  GdkRectangle area = *hr_pane_get_area (HR_PANE (self->plot));

  area.y += get_head_height (self);

  return area;
}

static HrUnit
get_unit (HrTrack *self)
{
  const HrTrackSpec *spec = hr_track_plot_get_spec (HR_TRACK_PLOT (self->plot));

  return hr_bin_unit (spec->unit, spec->kind);
}

/* What @pixels come to on the time axis. */
static gint64
length_of (HrTrack *self,
           double   pixels)
{
  gint64 from_us, to_us;

  hr_timeline_get_view (self->timeline, &from_us, &to_us);

  return llround (pixels / MAX (hr_pane_get_area (HR_PANE (self->plot))->width, 1) * (double) (to_us - from_us));
}

/* Shows @value and @range of what lies at @time_us; whoever has the pointer or the focus also tells @when. */
static void
show_readout (HrTrack    *self,
              gint64      time_us,
              double      height,
              const char *value,
              const char *range,
              const char *when)
{
  const GdkRectangle *area = hr_pane_get_area (HR_PANE (self->plot));
  gboolean            tells = hr_timeline_input_is_inside (self->input) || gtk_widget_has_focus (GTK_WIDGET (self));
  g_autofree char    *note = range != NULL && tells ? g_strdup_printf ("%s\n%s", range, when) : g_strdup (range != NULL ? range : tells ? when
                                                                                                                                        : "");

  g_free (self->value);
  self->value = range != NULL ? g_strdup_printf (_ ("%s, %s"), value, range) : g_strdup (value);
  hr_hover_show (HR_HOVER (self->hover), hr_pane_get_palette (HR_PANE (self->plot)), area,
                 hr_timeline_x_of (self->timeline, area->x, area->width, time_us), height, value, note);
}

static void
show_bin (HrTrack     *self,
          gint64       time_us,
          const HrBin *bin)
{
  const HrTrackSpec *spec = hr_track_plot_get_spec (HR_TRACK_PLOT (self->plot));
  g_autofree char   *when = hr_track_word_bin_time (bin, g_get_real_time (), self->zone);
  g_autofree char   *value = NULL;
  g_autofree char   *range = NULL;
  HrBinReading       reading;

  if (!hr_bin_read (bin, spec->kind, &reading))
    return;

  value = hr_track_word_value (get_unit (self), &reading);
  range = hr_track_word_range (get_unit (self), &reading);
  show_readout (self, time_us, hr_pane_get_y (HR_PANE (self->plot), reading.mean), value, range, when);
}

static void
show_point (HrTrack *self,
            gint64   time_us,
            double   number)
{
  g_autofree char *when = hr_calendar_time (time_us, 1, g_get_real_time (), self->zone);
  char             value[32];

  hr_value_format (number, get_unit (self), value, sizeof value);
  show_readout (self, time_us, hr_pane_get_y (HR_PANE (self->plot), number), value, NULL, when);
}

static void
update_hover (HrTrack *self)
{
  HrTrackPlot *plot = HR_TRACK_PLOT (self->plot);
  gint64       time_us = hr_timeline_get_cursor (self->timeline);
  gint64       from_us, to_us, at_us;
  const HrBin *bins;
  double       value;
  gsize        n, i;

  hr_timeline_get_view (self->timeline, &from_us, &to_us);
  g_clear_pointer (&self->value, g_free);
  if (time_us < from_us || time_us > to_us)
    {
      hr_hover_hide (HR_HOVER (self->hover));
      return;
    }

  bins = hr_track_plot_get_bins (plot, &n);
  if (hr_track_plot_find_point (plot, time_us, length_of (self, REACH), &at_us, &value))
    show_point (self, at_us, value);
  else if (hr_bins_find (bins, n, time_us, length_of (self, REACH), &i) && bins[i].count > 0)
    show_bin (self, time_us, &bins[i]);
  else
    show_readout (self, time_us, (double) NAN, _ ("not measured"), NULL, "");
}

static void
cursor_changed_cb (HrTrack *self)
{
  update_hover (self);
}

static void
view_changed_cb (HrTrack *self)
{
  if (hr_timeline_get_cursor (self->timeline) != HR_TIMELINE_NOWHERE)
    update_hover (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  hr_teller_changed (&self->teller);
}

static void
get_span (GtkWidget *widget,
          double    *out_x,
          double    *out_width)
{
  GdkRectangle area = get_area (HR_TRACK (widget));

  *out_x = area.x;
  *out_width = area.width;
}

static void
activate_mark (HrTrack           *self,
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
  HrTrack *self = HR_TRACK (widget);

  activate_mark (self, hr_marks_pick (HR_MARKS (self->marks), x, y));
}

static void
activate (GtkWidget *widget)
{
  HrTrack *self = HR_TRACK (widget);

  activate_mark (self, hr_marks_at (HR_MARKS (self->marks), hr_timeline_get_cursor (self->timeline)));
}

/* Puts the crosshair to the next bin that was measured, and the view to where that can be seen. */
static void
step (GtkWidget *widget,
      int        direction)
{
  HrTrack     *self = HR_TRACK (widget);
  gint64       cursor_us = hr_timeline_get_cursor (self->timeline);
  gint64       from_us, to_us, middle_us;
  gsize        n, i, first, end;
  const HrBin *bins = hr_track_plot_get_bins (HR_TRACK_PLOT (self->plot), &n);

  hr_timeline_get_view (self->timeline, &from_us, &to_us);
  hr_bins_in (bins, n, from_us, to_us, &first, &end);
  if (cursor_us != HR_TIMELINE_NOWHERE && hr_bins_find (bins, n, cursor_us, G_MAXINT64, &i))
    i = direction > 0 ? i + 1 : i - 1;
  else
    i = direction > 0 ? first : end - 1;
  /* Below zero is above @n. */
  while (i < n && bins[i].count == 0)
    i = direction > 0 ? i + 1 : i - 1;
  if (i >= n)
    return;

  middle_us = bins[i].begin_us + (bins[i].end_us - bins[i].begin_us) / 2;
  if (middle_us < from_us || middle_us > to_us)
    hr_timeline_pan (self->timeline, middle_us < from_us ? (from_us - to_us) / 2 : (to_us - from_us) / 2);
  hr_timeline_set_cursor (self->timeline, middle_us);
  if (self->value != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, self->value, -1);
}

static char *
copy (GtkWidget *widget)
{
  return g_strdup (HR_TRACK (widget)->value);
}

static char *
describe (gpointer self)
{
  return hr_track_describe (self);
}

/* Returns as much of what the stretch came to as fits into @width; NULL: nothing. Free with g_free (). */
static char *
create_summary (HrTrack            *self,
                const HrBinReading *reading,
                int                 width)
{
  HrUnit           unit = get_unit (self);
  double           limit = hr_track_plot_get_spec (HR_TRACK_PLOT (self->plot))->limit;
  HrBinReading     mean;
  g_autofree char *summary = hr_track_word_summary (unit, reading, limit);

  if (reading == NULL || summary == NULL || hr_head_width (GTK_WIDGET (self), summary) <= width)
    return g_steal_pointer (&summary);

  g_free (summary);
  summary = hr_track_word_summary (unit, reading, (double) NAN);
  if (hr_head_width (GTK_WIDGET (self), summary) <= width)
    return g_steal_pointer (&summary);

  mean = (HrBinReading){ reading->mean, reading->mean, reading->mean };

  return hr_track_word_summary (unit, &mean, (double) NAN);
}

/* The title stands where reading begins, what the stretch in sight came to at the other end. */
static void
snapshot_head (HrTrack     *self,
               GtkSnapshot *snapshot)
{
  const HrTrackSpec *spec = hr_track_plot_get_spec (HR_TRACK_PLOT (self->plot));
  gboolean           rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int                width = gtk_widget_get_width (GTK_WIDGET (self));
  int                title = self->title != NULL ? hr_head_width (GTK_WIDGET (self), self->title) : 0;
  int                room = MAX (width - title - 2 * HEAD_GAP, (int) (width * (1 - TITLE_SHARE)));
  int                taken = 0;
  gsize              n;
  const HrBin       *bins = hr_track_plot_get_bins (HR_TRACK_PLOT (self->plot), &n);
  g_autofree char   *summary = NULL;
  HrBinReading       reading;
  gboolean           measured;
  gint64             from_us, to_us;
  HrPalette          palette;

  hr_palette_read (&palette, GTK_WIDGET (self));
  hr_timeline_get_view (self->timeline, &from_us, &to_us);
  measured = hr_bins_extent (bins, n, spec->kind, from_us, to_us, &reading);
  summary = create_summary (self, measured ? &reading : NULL, room);
  if (summary != NULL)
    taken = hr_head_append (GTK_WIDGET (self), snapshot, summary, &palette.dim, FALSE, !rtl, room) + HEAD_GAP;
  if (self->title != NULL)
    hr_head_append (GTK_WIDGET (self), snapshot, self->title, &palette.text, TRUE, rtl, width - taken);
}

static void
hr_track_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  HrTrack     *self = HR_TRACK (widget);
  GdkRectangle area;

  snapshot_head (self, snapshot);
  gtk_widget_snapshot_child (widget, self->plot, snapshot);
  area = get_area (self);
  hr_marks_set_area (HR_MARKS (self->marks), &area);
  /* Where the crosshair stands is known only once the axis is. */
  if (!gdk_rectangle_equal (&area, &self->shown_area))
    {
      self->shown_area = area;
      update_hover (self);
    }
  gtk_widget_snapshot_child (widget, self->marks, snapshot);
  gtk_widget_snapshot_child (widget, self->hover, snapshot);
  hr_focus_ring_snapshot (widget, snapshot);
}

static void
hr_track_measure (GtkWidget     *widget,
                  GtkOrientation orientation,
                  int            for_size,
                  int           *minimum,
                  int           *natural,
                  int           *minimum_baseline,
                  int           *natural_baseline)
{
  HrTrack *self = HR_TRACK (widget);
  int      head = orientation == GTK_ORIENTATION_VERTICAL ? get_head_height (self) : 0;

  gtk_widget_measure (self->plot, orientation, -1, minimum, natural, NULL, NULL);
  *minimum += head;
  *natural += head;
}

static void
hr_track_size_allocate (GtkWidget *widget,
                        int        width,
                        int        height,
                        int        baseline)
{
  HrTrack *self = HR_TRACK (widget);
  int      head = get_head_height (self);

  gtk_widget_size_allocate (self->plot, &(GtkAllocation){ 0, head, width, height - head }, -1);
  gtk_widget_size_allocate (self->hover, &(GtkAllocation){ 0, head, width, height - head }, -1);
  gtk_widget_size_allocate (self->marks, &(GtkAllocation){ 0, 0, width, height }, -1);
}

static void
hr_track_dispose (GObject *object)
{
  HrTrack *self = HR_TRACK (object);

  hr_teller_clear (&self->teller);
  g_clear_pointer (&self->input, hr_timeline_input_free);
  if (self->timeline != NULL)
    g_signal_handlers_disconnect_by_data (self->timeline, self);
  g_clear_pointer (&self->plot, gtk_widget_unparent);
  g_clear_pointer (&self->marks, gtk_widget_unparent);
  g_clear_pointer (&self->hover, gtk_widget_unparent);
  g_clear_object (&self->timeline);
  G_OBJECT_CLASS (hr_track_parent_class)->dispose (object);
}

static void
hr_track_finalize (GObject *object)
{
  HrTrack *self = HR_TRACK (object);

  g_time_zone_unref (self->zone);
  g_free (self->title);
  g_free (self->value);
  G_OBJECT_CLASS (hr_track_parent_class)->finalize (object);
}

static void
hr_track_class_init (HrTrackClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = hr_track_dispose;
  object_class->finalize = hr_track_finalize;
  widget_class->snapshot = hr_track_snapshot;
  widget_class->measure = hr_track_measure;
  widget_class->size_allocate = hr_track_size_allocate;

  signals[MARK_ACTIVATED] = g_signal_new ("mark-activated", HR_TYPE_TRACK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_INT64);

  gtk_widget_class_set_css_name (widget_class, "track");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
hr_track_init (HrTrack *self)
{
  self->zone = g_time_zone_new_local ();
}

static void
hr_track_follow (HrTrack *self)
{
  static const HrTimelineInputEvents events = { .get_span = get_span, .clicked = clicked, .step = step, .activate = activate, .copy = copy };

  self->input = hr_timeline_input_new (GTK_WIDGET (self), self->timeline, &events);
  g_signal_connect_swapped (self->timeline, "cursor-changed", G_CALLBACK (cursor_changed_cb), self);
  g_signal_connect_swapped (self->timeline, "view-changed", G_CALLBACK (view_changed_cb), self);
}

/* Returns a track without data of what @timeline shows. */
GtkWidget *
hr_track_new (HrTimeline *timeline)
{
  HrTrack *self;

  g_return_val_if_fail (HR_IS_TIMELINE (timeline), NULL);

  self = g_object_new (HR_TYPE_TRACK, NULL);
  self->timeline = g_object_ref (timeline);
  self->plot = hr_track_plot_new (timeline);
  self->marks = hr_marks_new (timeline, HR_MARKS_OVER_PLOT);
  self->hover = hr_hover_new ();
  gtk_widget_set_parent (self->plot, GTK_WIDGET (self));
  gtk_widget_set_parent (self->marks, GTK_WIDGET (self));
  gtk_widget_set_parent (self->hover, GTK_WIDGET (self));
  hr_teller_init (&self->teller, GTK_ACCESSIBLE (self), describe);
  hr_track_follow (self);

  return GTK_WIDGET (self);
}

/* Sets what it shows, which stands above it and is its accessible label. */
void
hr_track_set_title (HrTrack    *self,
                    const char *title)
{
  g_return_if_fail (HR_IS_TRACK (self));

  if (g_strcmp0 (self->title, title) == 0)
    return;

  g_free (self->title);
  self->title = g_strdup (title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title != NULL ? title : "", -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
data_changed (HrTrack *self)
{
  update_hover (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  hr_teller_changed (&self->teller);
}

/* Sets what the bins' values are. What counts is shown a second. */
void
hr_track_set_unit (HrTrack    *self,
                   HrUnit      unit,
                   HrKind      kind,
                   HrDirection direction)
{
  HrTrackSpec spec;

  g_return_if_fail (HR_IS_TRACK (self));

  spec = *hr_track_plot_get_spec (HR_TRACK_PLOT (self->plot));
  spec.unit = unit;
  spec.kind = kind;
  spec.direction = direction;
  hr_track_plot_set_spec (HR_TRACK_PLOT (self->plot), &spec);
  data_changed (self);
}

/* Sets the budget, in the unit that is shown; NaN: none. */
void
hr_track_set_limit (HrTrack *self,
                    double   limit)
{
  HrTrackSpec spec;

  g_return_if_fail (HR_IS_TRACK (self));

  spec = *hr_track_plot_get_spec (HR_TRACK_PLOT (self->plot));
  spec.limit = limit;
  hr_track_plot_set_spec (HR_TRACK_PLOT (self->plot), &spec);
  data_changed (self);
}

/* Shows the @n @bins, ascending, in place of those before. */
void
hr_track_set_bins (HrTrack     *self,
                   const HrBin *bins,
                   gsize        n)
{
  g_return_if_fail (HR_IS_TRACK (self));

  hr_track_plot_set_bins (HR_TRACK_PLOT (self->plot), bins, n);
  data_changed (self);
}

/* Shows the @n @marks in place of those before. */
void
hr_track_set_marks (HrTrack           *self,
                    const HrTrackMark *marks,
                    gsize              n)
{
  g_return_if_fail (HR_IS_TRACK (self));

  hr_marks_set (HR_MARKS (self->marks), marks, n);
  hr_teller_changed (&self->teller);
}

/* Shows the @n records, ascending by time, in place of those before. */
void
hr_track_set_points (HrTrack      *self,
                     const gint64 *times_us,
                     const double *values,
                     gsize         n)
{
  g_return_if_fail (HR_IS_TRACK (self));

  hr_track_plot_set_points (HR_TRACK_PLOT (self->plot), times_us, values, n);
  data_changed (self);
}

/* Returns in one sentence what it shows now; free with g_free (). */
char *
hr_track_describe (HrTrack *self)
{
  const HrTrackMark *marks;
  const HrBin       *bins;
  gsize              n_marks, n_bins;
  gint64             from_us, to_us;

  g_return_val_if_fail (HR_IS_TRACK (self), NULL);

  marks = hr_marks_get (HR_MARKS (self->marks), &n_marks);
  bins = hr_track_plot_get_bins (HR_TRACK_PLOT (self->plot), &n_bins);
  hr_timeline_get_view (self->timeline, &from_us, &to_us);

  return hr_track_sentence (hr_track_plot_get_spec (HR_TRACK_PLOT (self->plot)), bins, n_bins, marks, n_marks,
                            from_us, to_us, g_get_real_time (), self->zone);
}

/* Lets @clock tell when descriptions are due. */
void
hr_track_set_clock (HrTrack     *self,
                    HrChartClock clock)
{
  hr_teller_set_clock (&self->teller, clock);
}

/* Returns the child that draws the data; borrowed. */
HrTrackPlot *
hr_track_get_plot (HrTrack *self)
{
  return HR_TRACK_PLOT (self->plot);
}

/* Returns the child that draws the crosshair; borrowed. */
HrHover *
hr_track_get_hover (HrTrack *self)
{
  return HR_HOVER (self->hover);
}

/* Returns the child that draws the marks; borrowed. */
HrMarks *
hr_track_get_marks (HrTrack *self)
{
  return HR_MARKS (self->marks);
}

/* Returns what moves the timeline; borrowed. */
HrTimelineInput *
hr_track_get_input (HrTrack *self)
{
  return self->input;
}
