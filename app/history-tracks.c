/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-tracks.h"

#include "app/children.h"
#include "app/history-choice.h"
#include "app/wording.h"
#include "widgets/mark-lane.h"
#include "widgets/time-axis.h"
#include "widgets/track.h"

#include <glib/gi18n.h>
#include <math.h>

/* A track is at least so high, and without a limit it would be as high as all the room there is. */
#define TRACK_HEIGHT 96

/* What marks of events are numbered from, alerts being numbered from 0. */
#define FIRST_EVENT G_GINT64_CONSTANT (0x100000000)

typedef struct
{
  char    *metric;
  HrTrack *track; /* borrowed: a child */
  GArray  *whole; /* of HrBin; NULL: none yet */
  HrRange  range; /* of the fine bins that are shown */
} View;

struct _HrHistoryTracks
{
  GtkWidget parent_instance;

  /* Children */
  GtkWidget *lane;
  GtkWidget *box;
  GtkWidget *axis;

  /* Owned */
  HrTimeline *timeline;
  GPtrArray  *views;
  GArray     *marks; /* of HrTrackMark: those of the lane */
};

enum
{
  ALERT_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrHistoryTracks, hr_history_tracks, GTK_TYPE_WIDGET)

static void
view_free (gpointer data)
{
  View *view = data;

  g_free (view->metric);
  g_clear_pointer (&view->whole, g_array_unref);
  g_free (view);
}

static void
mark_clear (gpointer data)
{
  g_free (((HrTrackMark *) data)->text);
}

static void
mark_activated_cb (HrHistoryTracks *self,
                   gint64           id)
{
  for (guint i = 0; i < self->marks->len; i++)
    {
      const HrTrackMark *mark = &g_array_index (self->marks, HrTrackMark, i);

      if (mark->id == id)
        {
          g_signal_emit (self, signals[ALERT_ACTIVATED], 0, mark->begin_us, mark->end_us);
          return;
        }
    }
}

static View *
view_new (HrHistoryTracks *self,
          const char      *metric)
{
  View            *view = g_new0 (View, 1);
  g_autofree char *title = hr_history_title (metric);
  GtkWidget       *track = hr_track_new (self->timeline);

  view->metric = g_strdup (metric);
  view->track = HR_TRACK (track);
  hr_track_set_title (view->track, title);
  gtk_widget_set_vexpand (track, TRUE);
  gtk_widget_set_size_request (track, -1, TRACK_HEIGHT);
  g_signal_connect_object (track, "mark-activated", G_CALLBACK (mark_activated_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), track);

  return view;
}

static gboolean
is_shown (HrHistoryTracks   *self,
          const char *const *metrics)
{
  if (self->views->len != g_strv_length ((GStrv) metrics))
    return FALSE;
  for (guint i = 0; i < self->views->len; i++)
    if (!g_str_equal (((View *) g_ptr_array_index (self->views, i))->metric, metrics[i]))
      return FALSE;

  return TRUE;
}

/* Has a track for each of @metrics and for nothing else. */
static void
choose (HrHistoryTracks   *self,
        const char *const *metrics)
{
  if (is_shown (self, metrics))
    return;

  hr_history_tracks_clear (self);
  for (guint i = 0; metrics[i] != NULL; i++)
    g_ptr_array_add (self->views, view_new (self, metrics[i]));
}

/* Adds those of @bins that reach into the stretch, cut to it. */
static void
add_part (GArray       *out,
          const GArray *bins,
          gint64        begin_us,
          gint64        end_us)
{
  for (guint i = 0; i < bins->len; i++)
    {
      HrBin bin = g_array_index (bins, HrBin, i);

      bin.begin_us = MAX (bin.begin_us, begin_us);
      bin.end_us = MIN (bin.end_us, end_us);
      if (bin.begin_us < bin.end_us)
        g_array_append_val (out, bin);
    }
}

/* Shows the fine bins, and where there are none the coarse ones: something is there wherever a hand moves to. */
static void
show_bins (View         *view,
           const GArray *fine,
           HrRange       range)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (HrBin));

  view->range = range;
  if (view->whole != NULL)
    add_part (all, view->whole, G_MININT64, range.begin_us);
  if (fine->len > 0)
    g_array_append_vals (all, fine->data, fine->len);
  if (view->whole != NULL)
    add_part (all, view->whole, range.end_us, G_MAXINT64);
  hr_track_set_bins (view->track, (const HrBin *) (void *) all->data, all->len);
}

static void
show_series (View                  *view,
             const HrHistorySeries *series,
             const HrHistoryAnswer *answer,
             HrContract            *contract)
{
  HrDirection direction;
  double      limit = hr_history_limit (contract, answer->source, &series->info, &direction);

  if (series->fine == NULL)
    return;

  hr_track_set_unit (view->track, series->info.unit, series->info.kind, direction);
  hr_track_set_limit (view->track, limit);
  if (series->whole != NULL)
    {
      g_clear_pointer (&view->whole, g_array_unref);
      view->whole = g_array_ref (series->whole);
    }
  show_bins (view, series->fine, answer->range);
  if (series->times_us != NULL)
    hr_track_set_points (view->track, (const gint64 *) (void *) series->times_us->data, (const double *) (void *) series->values->data, series->values->len);
  else
    hr_track_set_points (view->track, NULL, NULL, 0);
}

static HrTrackMark
mark_of_alert (const HrAlertNote *alert,
               gint64             id,
               gint64             end_us)
{
  g_autofree char *worst = hr_word_value (alert->worst, alert->unit);
  g_autofree char *limit = hr_word_value (alert->limit, alert->unit);

  return (HrTrackMark){
    .begin_us = alert->raised_us,
    .end_us = MAX (alert->cleared_us != 0 ? alert->cleared_us : end_us, alert->raised_us),
    .severity = alert->severity != HR_SEVERITY_NONE ? alert->severity : HR_SEVERITY_LOW,
    .id = id,
    /* Translators: an alert: what it is about, the worst value, and what was allowed. */
    .text = g_strdup_printf (_ ("%s: %s, budget %s"), alert->title, worst, limit),
  };
}

/* How clocks stand and what monitoring costs is told every so often, and nothing that happened. */
static gboolean
is_event (const HrMark *mark,
          const char   *source)
{
  return mark->kind != HR_MARK_CLOCK && mark->kind != HR_MARK_OVERHEAD &&
         (mark->source == NULL || g_str_equal (mark->source, source));
}

static void
gather_marks (HrHistoryTracks       *self,
              const HrHistoryAnswer *answer)
{
  g_array_set_size (self->marks, 0);
  for (guint i = 0; i < answer->alerts->len; i++)
    {
      const HrAlertNote *alert = g_ptr_array_index (answer->alerts, i);
      HrTrackMark        mark;

      if (!g_str_equal (alert->source, answer->source))
        continue;
      mark = mark_of_alert (alert, i, answer->bounds.end_us);
      g_array_append_val (self->marks, mark);
    }
  for (guint i = 0; i < answer->marks->len; i++)
    {
      const HrMark *event = g_ptr_array_index (answer->marks, i);
      HrTrackMark   mark = { event->time_us, event->time_us, HR_SEVERITY_NONE, FIRST_EVENT + i, NULL };

      if (!is_event (event, answer->source))
        continue;
      mark.text = g_strdup (event->text != NULL ? event->text : "");
      g_array_append_val (self->marks, mark);
    }
}

/* The lane has all; a track those that are about it. */
static void
show_marks (HrHistoryTracks       *self,
            const HrHistoryAnswer *answer,
            HrContract            *contract)
{
  gather_marks (self, answer);
  hr_mark_lane_set_marks (HR_MARK_LANE (self->lane), (const HrTrackMark *) (void *) self->marks->data, self->marks->len);

  for (guint k = 0; k < self->views->len; k++)
    {
      View *view = g_ptr_array_index (self->views, k);
      g_autoptr (GArray) own = g_array_new (FALSE, FALSE, sizeof (HrTrackMark));

      for (guint i = 0; i < self->marks->len; i++)
        {
          HrTrackMark mark = g_array_index (self->marks, HrTrackMark, i);

          if (mark.id < FIRST_EVENT && hr_history_is_of_metric (contract, g_ptr_array_index (answer->alerts, (guint) mark.id), view->metric))
            g_array_append_val (own, mark);
        }
      hr_track_set_marks (view->track, (const HrTrackMark *) (void *) own->data, own->len);
    }
}

static void
hr_history_tracks_dispose (GObject *object)
{
  HrHistoryTracks *self = HR_HISTORY_TRACKS (object);

  if (self->views != NULL)
    g_ptr_array_set_size (self->views, 0);
  hr_children_unparent (GTK_WIDGET (self));
  g_clear_object (&self->timeline);

  G_OBJECT_CLASS (hr_history_tracks_parent_class)->dispose (object);
}

static void
hr_history_tracks_finalize (GObject *object)
{
  HrHistoryTracks *self = HR_HISTORY_TRACKS (object);

  g_ptr_array_unref (self->views);
  g_array_unref (self->marks);

  G_OBJECT_CLASS (hr_history_tracks_parent_class)->finalize (object);
}

static void
hr_history_tracks_class_init (HrHistoryTracksClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_history_tracks_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_history_tracks_finalize;

  signals[ALERT_ACTIVATED] = g_signal_new ("alert-activated", HR_TYPE_HISTORY_TRACKS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_INT64);

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
hr_history_tracks_init (HrHistoryTracks *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 6);
  self->timeline = hr_timeline_new ();
  self->views = g_ptr_array_new_with_free_func (view_free);
  self->marks = g_array_new (FALSE, FALSE, sizeof (HrTrackMark));
  g_array_set_clear_func (self->marks, mark_clear);

  self->lane = hr_mark_lane_new (self->timeline);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  self->axis = hr_time_axis_new (self->timeline);
  gtk_widget_set_vexpand (self->box, TRUE);
  g_signal_connect_object (self->lane, "mark-activated", G_CALLBACK (mark_activated_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (self->lane, GTK_WIDGET (self));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_parent (self->axis, GTK_WIDGET (self));
}

/* Returns what they all show; borrowed. */
HrTimeline *
hr_history_tracks_get_timeline (HrHistoryTracks *self)
{
  g_return_val_if_fail (HR_IS_HISTORY_TRACKS (self), NULL);

  return self->timeline;
}

/* Has no tracks any more. */
void
hr_history_tracks_clear (HrHistoryTracks *self)
{
  g_return_if_fail (HR_IS_HISTORY_TRACKS (self));

  for (guint i = 0; i < self->views->len; i++)
    gtk_box_remove (GTK_BOX (self->box), GTK_WIDGET (((View *) g_ptr_array_index (self->views, i))->track));
  g_ptr_array_set_size (self->views, 0);
}

/* Shows what @answer has of @metrics, judged by @contract (nullable). */
void
hr_history_tracks_show (HrHistoryTracks       *self,
                        const HrHistoryAnswer *answer,
                        HrContract            *contract,
                        const char *const     *metrics)
{
  g_return_if_fail (HR_IS_HISTORY_TRACKS (self));
  g_return_if_fail (answer->source != NULL);

  choose (self, metrics);
  for (guint i = 0; i < self->views->len; i++)
    {
      View                  *view = g_ptr_array_index (self->views, i);
      const HrHistorySeries *series = hr_history_answer_find (answer, view->metric);

      if (series != NULL)
        show_series (view, series, answer, contract);
    }
  if (answer->has_whole)
    show_marks (self, answer, contract);
}
