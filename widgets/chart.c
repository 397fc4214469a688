/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/chart.h"

#include "widgets/chart-private.h"
#include "widgets/focus-ring.h"
#include "widgets/readout.h"

#include <glib/gi18n.h>
#include <math.h>

typedef enum
{
  CURSOR_NONE,
  CURSOR_POINTER, /* stays where the pointer is while data pass below it */
  CURSOR_KEYS,    /* stays at its sample */
} CursorKind;

struct _HrChart
{
  GtkWidget parent;

  /* Owned. */
  char      *title;
  HrSeries  *series;
  GtkWidget *plot;
  GtkWidget *hover;

  HrPlotSpec spec;

  CursorKind cursor;
  double     pointer_x;
  guint64    index;

  HrTeller teller;
  gboolean was_over;
  gboolean was_measured; /* a value has come since it was empty */
};

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_LIMIT,
  PROP_FROZEN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (HrChart, hr_chart, GTK_TYPE_WIDGET)

/* A crossing of the budget and the first value are told at once. */
static void
update_description (HrChart *self)
{
  HrReading latest;
  gboolean  measured = hr_series_latest (self->series, &latest);
  gboolean  over = measured && hr_readout_is_over (&self->spec, &latest);
  gboolean  at_once = over != self->was_over || (measured && !self->was_measured);

  self->was_over = over;
  self->was_measured = self->was_measured || measured;
  if (at_once)
    hr_teller_tell (&self->teller);
  else
    hr_teller_changed (&self->teller);
}

/* Writes the samples that the cursor is on; returns FALSE without a cursor or samples. */
static gboolean
get_cursor (HrChart *self,
            guint64 *out_begin,
            guint64 *out_end)
{
  HrPlot *plot = HR_PLOT (self->plot);
  double  x = self->pointer_x;

  if (self->cursor == CURSOR_NONE || hr_series_end (self->series) == 0)
    return FALSE;
  if (self->cursor == CURSOR_KEYS)
    x = hr_plot_get_x (plot, self->index);

  return hr_plot_pick (plot, x, out_begin, out_end);
}

static void
update_hover (HrChart *self)
{
  HrPlot          *plot = HR_PLOT (self->plot);
  HrReading        reading = { 0 };
  gboolean         measured;
  guint64          begin, end;
  g_autofree char *value = NULL;
  g_autofree char *note = NULL;

  if (!get_cursor (self, &begin, &end))
    {
      hr_hover_hide (HR_HOVER (self->hover));
      return;
    }

  measured = hr_readout_range (self->series, begin, end, &reading);
  value = measured ? hr_readout_value (self->spec.unit, &reading, end - begin > 1) : g_strdup (_ ("not measured"));
  note = hr_readout_time (reading.time_us);
  hr_hover_show (HR_HOVER (self->hover), hr_pane_get_palette (HR_PANE (plot)), hr_pane_get_area (HR_PANE (plot)),
                 hr_plot_get_x (plot, begin), measured ? hr_pane_get_y (HR_PANE (plot), end - begin > 1 ? reading.max : reading.value) : (double) NAN,
                 value, note);
}

/* Puts the crosshair at @x in the chart's pixels, as the pointer does. */
void
hr_chart_point_at (HrChart *self,
                   double   x)
{
  const GdkRectangle *area = hr_pane_get_area (HR_PANE (self->plot));

  self->cursor = x >= area->x && x <= area->x + area->width ? CURSOR_POINTER : CURSOR_NONE;
  self->pointer_x = x;
  update_hover (self);
}

static void
motion_cb (HrChart *self,
           double   x,
           double   y)
{
  hr_chart_point_at (self, x);
}

static void
leave_cb (HrChart *self)
{
  if (self->cursor == CURSOR_POINTER)
    self->cursor = CURSOR_NONE;
  update_hover (self);
}

static void
focus_leave_cb (HrChart *self)
{
  if (self->cursor == CURSOR_KEYS)
    self->cursor = CURSOR_NONE;
  update_hover (self);
}

static void
press_cb (HrChart *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

/* Tells a screen reader what the keyboard cursor reached. */
static void
tell_cursor (HrChart *self)
{
  const char *value = hr_hover_get_value (HR_HOVER (self->hover));

  if (value != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, value, -1);
}

/* Moves the keyboard cursor by @parameter steps; G_MININT32 and G_MAXINT32 mean the ends. */
static void
move_cursor (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  HrChart *self = HR_CHART (widget);
  gint32   steps = g_variant_get_int32 (parameter);
  guint64  end = hr_series_end (self->series);
  guint64  first, begin, stop, stride = 1;

  if (end == 0)
    return;

  first = MAX (hr_series_first (self->series), end - MIN (end, hr_plot_n_visible (&self->spec)));
  if (get_cursor (self, &begin, &stop))
    stride = stop - begin;
  else
    begin = steps < 0 ? end : first;

  if (steps == G_MININT32)
    self->index = first;
  else if (steps == G_MAXINT32)
    self->index = end - 1;
  else if (steps < 0)
    self->index = MAX (begin, first + stride) - stride;
  else
    self->index = MIN (begin + stride, end - 1);

  self->cursor = CURSOR_KEYS;
  update_hover (self);
  tell_cursor (self);
}

static void
clear_cursor (GtkWidget  *widget,
              const char *action,
              GVariant   *parameter)
{
  HrChart *self = HR_CHART (widget);

  self->cursor = CURSOR_NONE;
  update_hover (self);
}

static void
toggle_frozen (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  hr_chart_set_frozen (HR_CHART (widget), !hr_chart_get_frozen (HR_CHART (widget)));
}

/* Copies the value under the cursor, or the latest one. */
static void
copy (GtkWidget  *widget,
      const char *action,
      GVariant   *parameter)
{
  HrChart         *self = HR_CHART (widget);
  guint64          begin, end;
  HrReading        reading;
  g_autofree char *text = NULL;

  if (get_cursor (self, &begin, &end))
    {
      if (!hr_readout_range (self->series, begin, end, &reading))
        return;
    }
  else if (hr_series_latest (self->series, &reading))
    {
      begin = hr_series_end (self->series) - 1;
      end = begin + 1;
    }
  else
    {
      return;
    }

  text = hr_readout_value (self->spec.unit, &reading, end - begin > 1);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
hr_chart_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  HrChart *self = HR_CHART (widget);

  gtk_widget_snapshot_child (widget, self->plot, snapshot);
  gtk_widget_snapshot_child (widget, self->hover, snapshot);
  hr_focus_ring_snapshot (widget, snapshot);
}

static void
hr_chart_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  HrChart *self = HR_CHART (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, hr_chart_get_title (self));
      break;
    case PROP_LIMIT:
      g_value_set_double (value, hr_chart_get_limit (self));
      break;
    case PROP_FROZEN:
      g_value_set_boolean (value, hr_chart_get_frozen (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hr_chart_set_property (GObject      *object,
                       guint         prop_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  HrChart *self = HR_CHART (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      hr_chart_set_title (self, g_value_get_string (value));
      break;
    case PROP_LIMIT:
      hr_chart_set_limit (self, g_value_get_double (value));
      break;
    case PROP_FROZEN:
      hr_chart_set_frozen (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hr_chart_dispose (GObject *object)
{
  HrChart *self = HR_CHART (object);

  hr_teller_clear (&self->teller);
  if (self->plot != NULL)
    hr_plot_set_series (HR_PLOT (self->plot), NULL);
  g_clear_pointer (&self->plot, gtk_widget_unparent);
  g_clear_pointer (&self->hover, gtk_widget_unparent);
  G_OBJECT_CLASS (hr_chart_parent_class)->dispose (object);
}

static void
hr_chart_finalize (GObject *object)
{
  HrChart *self = HR_CHART (object);

  hr_series_free (self->series);
  g_free (self->title);
  G_OBJECT_CLASS (hr_chart_parent_class)->finalize (object);
}

static void
install_keys (GtkWidgetClass *widget_class)
{
  static const struct
  {
    guint  key;
    gint32 steps;
  } moves[] = {
    { GDK_KEY_Left, -1 },
    { GDK_KEY_KP_Left, -1 },
    { GDK_KEY_Right, 1 },
    { GDK_KEY_KP_Right, 1 },
    { GDK_KEY_Home, G_MININT32 },
    { GDK_KEY_KP_Home, G_MININT32 },
    { GDK_KEY_End, G_MAXINT32 },
    { GDK_KEY_KP_End, G_MAXINT32 },
  };

  gtk_widget_class_install_action (widget_class, "chart.move-cursor", "i", move_cursor);
  gtk_widget_class_install_action (widget_class, "chart.clear-cursor", NULL, clear_cursor);
  gtk_widget_class_install_action (widget_class, "chart.freeze", NULL, toggle_frozen);
  gtk_widget_class_install_action (widget_class, "chart.copy", NULL, copy);

  for (gsize i = 0; i < G_N_ELEMENTS (moves); i++)
    gtk_widget_class_add_binding_action (widget_class, moves[i].key, 0, "chart.move-cursor", "i", moves[i].steps);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "chart.clear-cursor", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_space, 0, "chart.freeze", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "chart.copy", NULL);
}

static void
hr_chart_class_init (HrChartClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags     flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = hr_chart_get_property;
  object_class->set_property = hr_chart_set_property;
  object_class->dispose = hr_chart_dispose;
  object_class->finalize = hr_chart_finalize;
  widget_class->snapshot = hr_chart_snapshot;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_LIMIT] = g_param_spec_double ("limit", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, G_MAXDOUBLE, flags);
  properties[PROP_FROZEN] = g_param_spec_boolean ("frozen", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  install_keys (widget_class);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
add_input (HrChart *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture         *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (focus_leave_cb), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (press_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

/* Makes a new series for the time axis; what was shown is gone. */
static void
replace_series (HrChart *self)
{
  /* Some more than are in sight: the line comes in from the border, and the oldest column holds whole samples. */
  guint64   n = hr_plot_n_visible (&self->spec);
  guint64   capacity = n + n / 64 + 4;
  HrSeries *previous = self->series;

  self->series = hr_series_new (capacity);
  if (previous != NULL)
    hr_series_set_frozen (self->series, hr_series_get_frozen (previous));
  hr_plot_set_series (HR_PLOT (self->plot), self->series);
  hr_series_free (previous);
}

static char *
describe (gpointer self)
{
  return hr_chart_describe (self);
}

static void
hr_chart_init (HrChart *self)
{
  self->spec = (HrPlotSpec){ .limit = (double) NAN, .seconds = 30, .rate = 10 };
  hr_teller_init (&self->teller, GTK_ACCESSIBLE (self), describe);
  self->plot = hr_plot_new ();
  self->hover = hr_hover_new ();
  gtk_widget_set_parent (self->plot, GTK_WIDGET (self));
  gtk_widget_set_parent (self->hover, GTK_WIDGET (self));
  replace_series (self);
  add_input (self);
}

/* Returns a chart of the last 30 s at 10 Hz, without data. */
GtkWidget *
hr_chart_new (void)
{
  return g_object_new (HR_TYPE_CHART, NULL);
}

/* Returns what the chart shows, as a screen reader says it; NULL until it is set. */
const char *
hr_chart_get_title (HrChart *self)
{
  g_return_val_if_fail (HR_IS_CHART (self), NULL);

  return self->title;
}

/* Sets what the chart shows; NULL for nothing to say. */
void
hr_chart_set_title (HrChart    *self,
                    const char *title)
{
  g_return_if_fail (HR_IS_CHART (self));

  if (g_strcmp0 (self->title, title) == 0)
    return;

  g_free (self->title);
  self->title = g_strdup (title);
  if (title != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

static void
spec_changed (HrChart *self)
{
  hr_plot_set_spec (HR_PLOT (self->plot), &self->spec);
  update_hover (self);
  hr_teller_tell (&self->teller);
}

/* Sets the unit that values are in. */
void
hr_chart_set_unit (HrChart *self,
                   HrUnit   unit)
{
  g_return_if_fail (HR_IS_CHART (self));
  g_return_if_fail ((guint) unit < HR_N_UNITS);

  if (self->spec.unit == unit)
    return;

  self->spec.unit = unit;
  spec_changed (self);
}

/* Returns the budget; NaN: none. */
double
hr_chart_get_limit (HrChart *self)
{
  g_return_val_if_fail (HR_IS_CHART (self), (double) NAN);

  return self->spec.limit;
}

/* Sets the budget, in the chart's unit; NaN: none. */
void
hr_chart_set_limit (HrChart *self,
                    double   limit)
{
  g_return_if_fail (HR_IS_CHART (self));

  if (self->spec.limit == limit || (isnan (self->spec.limit) && isnan (limit)))
    return;

  self->spec.limit = limit;
  spec_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIMIT]);
}

/* Makes the time axis @seconds long with @rate samples in each; forgets the samples if that differs. */
void
hr_chart_set_span (HrChart *self,
                   double   seconds,
                   double   rate)
{
  g_return_if_fail (HR_IS_CHART (self));
  g_return_if_fail (seconds > 0 && rate > 0 && seconds * rate < G_MAXINT32);

  if (self->spec.seconds == seconds && self->spec.rate == rate)
    return;

  self->spec.seconds = seconds;
  self->spec.rate = rate;
  self->cursor = CURSOR_NONE;
  self->was_measured = FALSE;
  replace_series (self);
  spec_changed (self);
}

/* Returns whether the chart stands still while data go on. */
gboolean
hr_chart_get_frozen (HrChart *self)
{
  g_return_val_if_fail (HR_IS_CHART (self), FALSE);

  return hr_series_get_frozen (self->series);
}

/* Stops the chart, or lets it catch up with what came meanwhile. */
void
hr_chart_set_frozen (HrChart *self,
                     gboolean frozen)
{
  g_return_if_fail (HR_IS_CHART (self));

  if (hr_series_get_frozen (self->series) == !!frozen)
    return;

  hr_series_set_frozen (self->series, !!frozen);
  hr_pane_data_changed (HR_PANE (self->plot));
  update_hover (self);
  hr_teller_tell (&self->teller);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FROZEN]);
}

/* Appends the sample of the next interval; see the header. */
void
hr_chart_append (HrChart *self,
                 gint64   time_us,
                 double   value,
                 double   max)
{
  g_return_if_fail (HR_IS_CHART (self));

  hr_series_append (self->series, time_us, value, max);
  if (hr_series_get_frozen (self->series))
    return;

  hr_pane_data_changed (HR_PANE (self->plot));
  if (self->cursor != CURSOR_NONE)
    update_hover (self);
  update_description (self);
}

/* Forgets every sample. */
void
hr_chart_clear (HrChart *self)
{
  g_return_if_fail (HR_IS_CHART (self));

  hr_series_clear (self->series);
  self->was_measured = FALSE;
  self->cursor = CURSOR_NONE;
  hr_pane_data_changed (HR_PANE (self->plot));
  update_hover (self);
  hr_teller_tell (&self->teller);
}

/* Returns in one sentence what the chart shows now; free with g_free (). */
char *
hr_chart_describe (HrChart *self)
{
  g_return_val_if_fail (HR_IS_CHART (self), NULL);

  return hr_readout_sentence (self->series, &self->spec);
}

/* Lets @clock tell when descriptions are due. */
void
hr_chart_set_clock (HrChart     *self,
                    HrChartClock clock)
{
  hr_teller_set_clock (&self->teller, clock);
}

/* Returns the child that draws the data; borrowed. */
HrPlot *
hr_chart_get_plot (HrChart *self)
{
  return HR_PLOT (self->plot);
}

/* Returns the child that draws the crosshair; borrowed. */
HrHover *
hr_chart_get_hover (HrChart *self)
{
  return HR_HOVER (self->hover);
}
