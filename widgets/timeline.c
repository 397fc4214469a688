/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/timeline.h"

#include <math.h>

/* No view is shorter: what is recorded has a resolution of microseconds, and a crosshair needs some of them. */
#define SHORTEST_US 1000

struct _HrTimeline
{
  GObject parent;

  GHashTable *gutters; /* owned; who needs how much */

  gint64   begin_us; /* bounds */
  gint64   end_us;
  gint64   from_us; /* view */
  gint64   to_us;
  gint64   cursor_us;
  gint64   marked_from_us; /* selection; the same as its end: none */
  gint64   marked_to_us;
  int      gutter;
  gboolean following;
};

enum
{
  PROP_0,
  PROP_FOLLOWING,
  N_PROPS
};

enum
{
  VIEW_CHANGED,
  CURSOR_CHANGED,
  SELECTION_CHANGED,
  GUTTER_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint       signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrTimeline, hr_timeline, G_TYPE_OBJECT)

static void
change_following (HrTimeline *self,
                  gboolean    following)
{
  if (self->following == following)
    return;

  self->following = following;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLLOWING]);
}

/* Shows a stretch of @length_us from @from_us on, or as near to that as the bounds allow. */
static void
show (HrTimeline *self,
      gint64      from_us,
      gint64      length_us)
{
  gint64 whole_us = MAX (self->end_us - self->begin_us, SHORTEST_US);

  length_us = CLAMP (length_us, SHORTEST_US, whole_us);
  from_us = CLAMP (from_us, self->begin_us, self->begin_us + whole_us - length_us);
  if (self->from_us == from_us && self->to_us == from_us + length_us)
    return;

  self->from_us = from_us;
  self->to_us = from_us + length_us;
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
}

static void
hr_timeline_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  if (prop_id == PROP_FOLLOWING)
    g_value_set_boolean (value, hr_timeline_get_following (HR_TIMELINE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
hr_timeline_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  if (prop_id == PROP_FOLLOWING)
    hr_timeline_set_following (HR_TIMELINE (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
hr_timeline_finalize (GObject *object)
{
  g_hash_table_unref (HR_TIMELINE (object)->gutters);
  G_OBJECT_CLASS (hr_timeline_parent_class)->finalize (object);
}

static void
hr_timeline_class_init (HrTimelineClass *klass)
{
  static const char *const names[N_SIGNALS] = { "view-changed", "cursor-changed", "selection-changed", "gutter-changed" };
  GObjectClass            *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = hr_timeline_get_property;
  object_class->set_property = hr_timeline_set_property;
  object_class->finalize = hr_timeline_finalize;

  properties[PROP_FOLLOWING] = g_param_spec_boolean ("following", NULL, NULL, FALSE,
                                                     G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  for (int i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], HR_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hr_timeline_init (HrTimeline *self)
{
  self->gutters = g_hash_table_new (NULL, NULL);
  self->end_us = self->to_us = SHORTEST_US;
  self->cursor_us = HR_TIMELINE_NOWHERE;
}

/* Returns a timeline of the first millisecond of 1970, until it is told better. */
HrTimeline *
hr_timeline_new (void)
{
  return g_object_new (HR_TYPE_TIMELINE, NULL);
}

/* Sets between what times there is anything to see. Whoever follows the end goes along with it, the others stay where they are. */
void
hr_timeline_set_bounds (HrTimeline *self,
                        gint64      begin_us,
                        gint64      end_us)
{
  gint64 length_us;

  g_return_if_fail (HR_IS_TIMELINE (self));
  g_return_if_fail (begin_us <= end_us);

  if (self->begin_us == begin_us && self->end_us == end_us)
    return;

  length_us = self->to_us - self->from_us;
  self->begin_us = begin_us;
  self->end_us = end_us;
  show (self, self->following ? end_us - length_us : self->from_us, length_us);
}

/* Writes between what times there is anything to see. */
void
hr_timeline_get_bounds (HrTimeline *self,
                        gint64     *out_begin_us,
                        gint64     *out_end_us)
{
  g_return_if_fail (HR_IS_TIMELINE (self));

  *out_begin_us = self->begin_us;
  *out_end_us = self->end_us;
}

/* Shows the stretch from @begin_us to @end_us, as far as it lies within the bounds; follows their end from then on if it reaches there. */
void
hr_timeline_set_view (HrTimeline *self,
                      gint64      begin_us,
                      gint64      end_us)
{
  g_return_if_fail (HR_IS_TIMELINE (self));
  g_return_if_fail (begin_us <= end_us);

  show (self, begin_us, end_us - begin_us);
  change_following (self, self->to_us >= self->end_us);
}

/* Writes what stretch is shown. */
void
hr_timeline_get_view (HrTimeline *self,
                      gint64     *out_begin_us,
                      gint64     *out_end_us)
{
  g_return_if_fail (HR_IS_TIMELINE (self));

  *out_begin_us = self->from_us;
  *out_end_us = self->to_us;
}

/* Shows a stretch @factor times as long, in which @around_us stands where it stood: below 1 comes closer. */
void
hr_timeline_zoom (HrTimeline *self,
                  gint64      around_us,
                  double      factor)
{
  double length_us, share;
  gint64 new_us;

  g_return_if_fail (HR_IS_TIMELINE (self));
  g_return_if_fail (factor > 0);

  length_us = (double) (self->to_us - self->from_us);
  share = CLAMP ((double) (around_us - self->from_us) / length_us, 0, 1);
  new_us = llround (CLAMP (length_us * factor, SHORTEST_US, MAX ((double) (self->end_us - self->begin_us), SHORTEST_US)));
  around_us = CLAMP (around_us, self->from_us, self->to_us);
  hr_timeline_set_view (self, around_us - llround (share * (double) new_us), around_us - llround (share * (double) new_us) + new_us);
}

/* Shows what lies @by_us later, or earlier where that is negative. */
void
hr_timeline_pan (HrTimeline *self,
                 gint64      by_us)
{
  gint64 whole_us, length_us;

  g_return_if_fail (HR_IS_TIMELINE (self));

  whole_us = self->end_us - self->begin_us;
  length_us = self->to_us - self->from_us;
  by_us = CLAMP (by_us, -whole_us, whole_us);
  show (self, self->from_us + by_us, length_us);
  change_following (self, self->to_us >= self->end_us);
}

/* Returns whether the view goes along with the end of the bounds. */
gboolean
hr_timeline_get_following (HrTimeline *self)
{
  g_return_val_if_fail (HR_IS_TIMELINE (self), FALSE);

  return self->following;
}

/* Goes along with the end of the bounds from now on, or stays. */
void
hr_timeline_set_following (HrTimeline *self,
                           gboolean    following)
{
  g_return_if_fail (HR_IS_TIMELINE (self));

  if (following)
    show (self, self->end_us - (self->to_us - self->from_us), self->to_us - self->from_us);
  change_following (self, !!following);
}

/* Returns where the crosshair stands. */
gint64
hr_timeline_get_cursor (HrTimeline *self)
{
  g_return_val_if_fail (HR_IS_TIMELINE (self), HR_TIMELINE_NOWHERE);

  return self->cursor_us;
}

/* Puts the crosshair to @time_us. */
void
hr_timeline_set_cursor (HrTimeline *self,
                        gint64      time_us)
{
  g_return_if_fail (HR_IS_TIMELINE (self));

  if (self->cursor_us == time_us)
    return;

  self->cursor_us = time_us;
  g_signal_emit (self, signals[CURSOR_CHANGED], 0);
}

/* Writes which stretch is being marked; returns FALSE where none is. */
gboolean
hr_timeline_get_selection (HrTimeline *self,
                           gint64     *out_begin_us,
                           gint64     *out_end_us)
{
  g_return_val_if_fail (HR_IS_TIMELINE (self), FALSE);

  if (self->marked_from_us == self->marked_to_us)
    return FALSE;

  *out_begin_us = MIN (self->marked_from_us, self->marked_to_us);
  *out_end_us = MAX (self->marked_from_us, self->marked_to_us);

  return TRUE;
}

/* Marks what lies between the two times, in whichever order they are. */
void
hr_timeline_set_selection (HrTimeline *self,
                           gint64      begin_us,
                           gint64      end_us)
{
  g_return_if_fail (HR_IS_TIMELINE (self));

  if (self->marked_from_us == begin_us && self->marked_to_us == end_us)
    return;

  self->marked_from_us = begin_us;
  self->marked_to_us = end_us;
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* Marks nothing any more. */
void
hr_timeline_clear_selection (HrTimeline *self)
{
  hr_timeline_set_selection (self, 0, 0);
}

/* Returns how wide the labels' room is in all charts. */
int
hr_timeline_get_gutter (HrTimeline *self)
{
  g_return_val_if_fail (HR_IS_TIMELINE (self), 0);

  return self->gutter;
}

/* Says that @who needs @width for its labels; 0: nothing any more. */
void
hr_timeline_need_gutter (HrTimeline *self,
                         gpointer    who,
                         int         width)
{
  GHashTableIter iter;
  gpointer       needed;
  int            widest = 0;

  g_return_if_fail (HR_IS_TIMELINE (self));

  if (width > 0)
    g_hash_table_insert (self->gutters, who, GINT_TO_POINTER (width));
  else
    g_hash_table_remove (self->gutters, who);

  g_hash_table_iter_init (&iter, self->gutters);
  while (g_hash_table_iter_next (&iter, NULL, &needed))
    widest = MAX (widest, GPOINTER_TO_INT (needed));
  if (self->gutter == widest)
    return;

  self->gutter = widest;
  g_signal_emit (self, signals[GUTTER_CHANGED], 0);
}

/* Returns where @time_us stands in a plot that begins at @x and is @width wide; beyond either border for what is out of sight. */
double
hr_timeline_x_of (HrTimeline *self,
                  double      x,
                  double      width,
                  gint64      time_us)
{
  g_return_val_if_fail (HR_IS_TIMELINE (self), 0);

  return x + (double) (time_us - self->from_us) / (double) (self->to_us - self->from_us) * width;
}

/* Returns what time stands @at there. */
gint64
hr_timeline_time_at (HrTimeline *self,
                     double      x,
                     double      width,
                     double      at)
{
  double share;

  g_return_val_if_fail (HR_IS_TIMELINE (self), 0);

  share = width > 0 ? CLAMP ((at - x) / width, 0, 1) : 0;

  return self->from_us + llround (share * (double) (self->to_us - self->from_us));
}
