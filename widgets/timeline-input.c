/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/timeline-input.h"

#include <math.h>

/* How much closer one notch of the wheel and one press of a key come. */
#define WHEEL_FACTOR 1.25
#define KEY_FACTOR 1.6

/* Shares of the view that one notch and one press of a key pan. */
#define WHEEL_PAN 0.08
#define KEY_PAN 0.5

/* A press that moves less than this is a click. */
#define DRAG_PIXELS 5

struct _HrTimelineInput
{
  GtkWidget  *widget;   /* borrowed: owns this */
  HrTimeline *timeline; /* owned */

  HrTimelineInputEvents events;

  double   pointer_x;
  gboolean inside; /* the pointer is over the plot */
  gboolean pans;   /* the drag under way moves the view */
  gboolean drags;
  double   drag_x;
  double   drag_y;
  gint64   grasped_us;   /* time where the drag began */
  gint64   view_from_us; /* view when the gesture began */
  gint64   view_to_us;
  double   pinch_x; /* middle of the fingers when they came down */
};

static gint64
time_at (HrTimelineInput *self,
         double           at)
{
  double x, width;

  self->events.get_span (self->widget, &x, &width);

  return hr_timeline_time_at (self->timeline, x, width, at);
}

static gboolean
is_over_plot (HrTimelineInput *self,
              double           at)
{
  double x, width;

  self->events.get_span (self->widget, &x, &width);

  return at >= x && at <= x + width;
}

/* Microseconds that @pixels stand for. */
static gint64
length_of (HrTimelineInput *self,
           double           pixels)
{
  double x, width;
  gint64 from_us, to_us;

  self->events.get_span (self->widget, &x, &width);
  hr_timeline_get_view (self->timeline, &from_us, &to_us);

  return width > 0 ? llround (pixels / width * (double) (to_us - from_us)) : 0;
}

static gint64
view_length (HrTimelineInput *self)
{
  gint64 from_us, to_us;

  hr_timeline_get_view (self->timeline, &from_us, &to_us);

  return to_us - from_us;
}

/* Puts the crosshair to @x in the widget's pixels, as the pointer does. */
void
hr_timeline_input_point_at (HrTimelineInput *self,
                            double           x)
{
  self->inside = is_over_plot (self, x);
  self->pointer_x = x;
  hr_timeline_set_cursor (self->timeline, self->inside ? time_at (self, x) : HR_TIMELINE_NOWHERE);
}

static void
motion_cb (HrTimelineInput *self,
           double           x,
           double           y)
{
  hr_timeline_input_point_at (self, x);
}

static void
leave_cb (HrTimelineInput *self)
{
  if (!self->inside)
    return;

  self->inside = FALSE;
  hr_timeline_set_cursor (self->timeline, HR_TIMELINE_NOWHERE);
}

/* What moves below a resting pointer is another time. */
static void
view_changed_cb (HrTimelineInput *self)
{
  if (self->inside)
    hr_timeline_set_cursor (self->timeline, time_at (self, self->pointer_x));
}

/* Zooms around the pointer by @dy notches and pans by @dx; returns FALSE where the pointer is beside the plot. */
gboolean
hr_timeline_input_scroll (HrTimelineInput *self,
                          double           dx,
                          double           dy)
{
  if (!self->inside)
    return FALSE;

  if (fabs (dx) > fabs (dy))
    hr_timeline_pan (self->timeline, llround (dx * WHEEL_PAN * (double) view_length (self)));
  else if (dy < 0 || dy > 0)
    hr_timeline_zoom (self->timeline, time_at (self, self->pointer_x), pow (WHEEL_FACTOR, dy));

  return TRUE;
}

static gboolean
scroll_cb (HrTimelineInput          *self,
           double                    dx,
           double                    dy,
           GtkEventControllerScroll *scroll)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));

  if ((state & GDK_SHIFT_MASK) != 0 && fabs (dx) < fabs (dy))
    return hr_timeline_input_scroll (self, dy, 0);

  return hr_timeline_input_scroll (self, dx, dy);
}

/* Drags from @from to @to, in the widget's pixels, which marks a stretch or moves the view; marked is zoomed into at the end. */
void
hr_timeline_input_drag (HrTimelineInput *self,
                        double           from,
                        double           to,
                        gboolean         pans,
                        gboolean         ends)
{
  gint64 begin_us, end_us;

  if (!self->drags)
    {
      self->drags = TRUE;
      self->grasped_us = time_at (self, from);
      hr_timeline_get_view (self->timeline, &self->view_from_us, &self->view_to_us);
    }

  if (pans)
    {
      gint64 by_us = length_of (self, from - to);

      hr_timeline_set_view (self->timeline, self->view_from_us + by_us, self->view_to_us + by_us);
    }
  else
    {
      hr_timeline_set_selection (self->timeline, self->grasped_us, time_at (self, to));
    }

  if (!ends)
    return;
  self->drags = FALSE;
  if (!pans && hr_timeline_get_selection (self->timeline, &begin_us, &end_us))
    {
      hr_timeline_clear_selection (self->timeline);
      hr_timeline_set_view (self->timeline, begin_us, end_us);
    }
}

static void
drag_begin_cb (HrTimelineInput *self,
               double           x,
               double           y,
               GtkGestureDrag  *drag)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (drag));

  gtk_widget_grab_focus (self->widget);
  self->drags = FALSE;
  self->pans = (state & GDK_SHIFT_MASK) != 0;
  self->drag_x = x;
  self->drag_y = y;
  if (!is_over_plot (self, x))
    gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_DENIED);
}

static void
drag_update_cb (HrTimelineInput *self,
                double           dx,
                double           dy,
                GtkGestureDrag  *drag)
{
  if (!self->drags && fabs (dx) < DRAG_PIXELS)
    return;

  gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_CLAIMED);
  hr_timeline_input_drag (self, self->drag_x, self->drag_x + dx, self->pans, FALSE);
}

static void
drag_end_cb (HrTimelineInput *self,
             double           dx,
             double           dy)
{
  if (self->drags)
    hr_timeline_input_drag (self, self->drag_x, self->drag_x + dx, self->pans, TRUE);
  else if (self->events.clicked != NULL)
    self->events.clicked (self->widget, self->drag_x, self->drag_y);
}

static void
drag_cancel_cb (HrTimelineInput *self)
{
  self->drags = FALSE;
  hr_timeline_clear_selection (self->timeline);
}

static void
pinch_begin_cb (HrTimelineInput  *self,
                GdkEventSequence *sequence,
                GtkGesture       *pinch)
{
  double y;

  drag_cancel_cb (self);
  hr_timeline_get_view (self->timeline, &self->view_from_us, &self->view_to_us);
  if (!gtk_gesture_get_bounding_box_center (pinch, &self->pinch_x, &y))
    self->pinch_x = self->pointer_x;
}

/* Two fingers: their distance zooms, their middle pans. */
static void
pinch_update_cb (HrTimelineInput *self,
                 double           spread,
                 GtkGesture      *pinch)
{
  double x, width, y, at = self->pinch_x;
  double length_us = (double) (self->view_to_us - self->view_from_us) / MAX (spread, 1e-3);
  gint64 grasped_us, from_us;

  self->events.get_span (self->widget, &x, &width);
  if (!gtk_gesture_get_bounding_box_center (pinch, &at, &y) || width <= 0)
    at = self->pinch_x;
  grasped_us = self->view_from_us + llround ((self->pinch_x - x) / width * (double) (self->view_to_us - self->view_from_us));
  from_us = grasped_us - llround ((at - x) / width * length_us);
  hr_timeline_set_view (self->timeline, from_us, from_us + llround (length_us));
}

/* Where keys zoom: around the crosshair if it is in sight, else around the middle. */
static gint64
get_focus (HrTimelineInput *self)
{
  gint64 cursor_us = hr_timeline_get_cursor (self->timeline);
  gint64 from_us, to_us;

  hr_timeline_get_view (self->timeline, &from_us, &to_us);

  return cursor_us >= from_us && cursor_us <= to_us ? cursor_us : from_us + (to_us - from_us) / 2;
}

typedef enum
{
  KEY_STEP_BACK,
  KEY_STEP_ON,
  KEY_CLOSER,
  KEY_FURTHER,
  KEY_PAN_BACK,
  KEY_PAN_ON,
  KEY_BEGIN,
  KEY_END,
  KEY_WHOLE,
  KEY_ACTIVATE,
  KEY_COPY,
} Key;

static void
show_whole (HrTimelineInput *self)
{
  gint64 begin_us, end_us;

  hr_timeline_get_bounds (self->timeline, &begin_us, &end_us);
  hr_timeline_set_view (self->timeline, begin_us, end_us);
}

static void
copy (HrTimelineInput *self)
{
  g_autofree char *text = self->events.copy (self->widget);

  if (text != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (self->widget), text);
}

static void
press (HrTimelineInput *self,
       Key              key)
{
  gint64 length_us = view_length (self);
  gint64 begin_us, end_us;

  hr_timeline_get_bounds (self->timeline, &begin_us, &end_us);
  switch (key)
    {
    case KEY_STEP_BACK:
    case KEY_STEP_ON:
      /* The pointer has the crosshair no longer. */
      self->inside = FALSE;
      self->events.step (self->widget, key == KEY_STEP_ON ? 1 : -1);
      break;
    case KEY_CLOSER:
      hr_timeline_zoom (self->timeline, get_focus (self), 1 / KEY_FACTOR);
      break;
    case KEY_FURTHER:
      hr_timeline_zoom (self->timeline, get_focus (self), KEY_FACTOR);
      break;
    case KEY_PAN_BACK:
      hr_timeline_pan (self->timeline, -(gint64) ((double) length_us * KEY_PAN));
      break;
    case KEY_PAN_ON:
      hr_timeline_pan (self->timeline, (gint64) ((double) length_us * KEY_PAN));
      break;
    case KEY_BEGIN:
      hr_timeline_set_view (self->timeline, begin_us, begin_us + length_us);
      break;
    case KEY_END:
      hr_timeline_set_view (self->timeline, end_us - length_us, end_us);
      break;
    case KEY_WHOLE:
      show_whole (self);
      break;
    case KEY_ACTIVATE:
      self->events.activate (self->widget);
      break;
    case KEY_COPY:
    default:
      copy (self);
    }
}

static gboolean
key_cb (GtkWidget *widget,
        GVariant  *key,
        gpointer   user_data)
{
  press (user_data, (Key) g_variant_get_int32 (key));

  return TRUE;
}

static void
add_keys (HrTimelineInput *self)
{
  static const struct
  {
    guint           value;
    GdkModifierType modifiers;
    Key             key;
  } keys[] = {
    { GDK_KEY_Left, 0, KEY_STEP_BACK },
    { GDK_KEY_KP_Left, 0, KEY_STEP_BACK },
    { GDK_KEY_Right, 0, KEY_STEP_ON },
    { GDK_KEY_KP_Right, 0, KEY_STEP_ON },
    { GDK_KEY_plus, 0, KEY_CLOSER },
    { GDK_KEY_equal, 0, KEY_CLOSER },
    { GDK_KEY_KP_Add, 0, KEY_CLOSER },
    { GDK_KEY_minus, 0, KEY_FURTHER },
    { GDK_KEY_KP_Subtract, 0, KEY_FURTHER },
    { GDK_KEY_Page_Up, 0, KEY_PAN_BACK },
    { GDK_KEY_KP_Page_Up, 0, KEY_PAN_BACK },
    { GDK_KEY_Page_Down, 0, KEY_PAN_ON },
    { GDK_KEY_KP_Page_Down, 0, KEY_PAN_ON },
    { GDK_KEY_Home, 0, KEY_BEGIN },
    { GDK_KEY_KP_Home, 0, KEY_BEGIN },
    { GDK_KEY_End, 0, KEY_END },
    { GDK_KEY_KP_End, 0, KEY_END },
    { GDK_KEY_0, 0, KEY_WHOLE },
    { GDK_KEY_KP_0, 0, KEY_WHOLE },
    { GDK_KEY_Return, 0, KEY_ACTIVATE },
    { GDK_KEY_KP_Enter, 0, KEY_ACTIVATE },
    { GDK_KEY_c, GDK_CONTROL_MASK, KEY_COPY },
  };
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      GtkShortcut *shortcut = gtk_shortcut_new (gtk_keyval_trigger_new (keys[i].value, keys[i].modifiers),
                                                gtk_callback_action_new (key_cb, self, NULL));

      gtk_shortcut_set_arguments (shortcut, g_variant_new_int32 (keys[i].key));
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), shortcut);
    }
  gtk_widget_add_controller (self->widget, controller);
}

static void
add_pointer (HrTimelineInput *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture         *drag = gtk_gesture_drag_new ();
  GtkGesture         *pinch = gtk_gesture_zoom_new ();

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect_swapped (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect_swapped (pinch, "scale-changed", G_CALLBACK (pinch_update_cb), self);
  gtk_widget_add_controller (self->widget, motion);
  gtk_widget_add_controller (self->widget, scroll);
  gtk_widget_add_controller (self->widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (self->widget, GTK_EVENT_CONTROLLER (pinch));
}

/* Has @widget, which frees what is returned when it is disposed of, move @timeline. */
HrTimelineInput *
hr_timeline_input_new (GtkWidget                   *widget,
                       HrTimeline                  *timeline,
                       const HrTimelineInputEvents *events)
{
  HrTimelineInput *self = g_new0 (HrTimelineInput, 1);

  self->widget = widget;
  self->timeline = g_object_ref (timeline);
  self->events = *events;
  g_signal_connect_swapped (timeline, "view-changed", G_CALLBACK (view_changed_cb), self);
  gtk_widget_set_focusable (widget, TRUE);
  add_pointer (self);
  add_keys (self);

  return self;
}

/* Removes the controllers with it: they would call what is gone. */
void
hr_timeline_input_free (HrTimelineInput *self)
{
  g_autoptr (GListModel) controllers = NULL;

  if (self == NULL)
    return;

  controllers = gtk_widget_observe_controllers (self->widget);
  for (guint i = g_list_model_get_n_items (controllers); i-- > 0;)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      gtk_widget_remove_controller (self->widget, controller);
    }
  g_signal_handlers_disconnect_by_data (self->timeline, self);
  g_object_unref (self->timeline);
  g_free (self);
}

/* Returns whether the pointer is over the plot. */
gboolean
hr_timeline_input_is_inside (HrTimelineInput *self)
{
  return self->inside;
}
