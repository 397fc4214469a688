/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/meter.h"

#include "widgets/palette.h"

#include <math.h>

#define BAR_HEIGHT 8
#define MARK_WIDTH 2
#define MARK_OVERHANG 3
#define MIN_WIDTH 60
#define NATURAL_WIDTH 200

/* Strength of the empty track and of the marks, in the text colour. */
#define TRACK_ALPHA 0.12f
#define MARK_ALPHA 0.45f

struct _HrMeter
{
  GtkWidget parent;

  char *text;

  double used;
  double warn;
  double critical;
};

enum
{
  PROP_0,
  PROP_USED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (HrMeter, hr_meter, GTK_TYPE_WIDGET)

/* Two unknown numbers are the same. */
static gboolean
is_same (double a,
         double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/* The bar ends at the limit; what is above it fills the bar. */
static double
shown_share (HrMeter *self)
{
  return isnan (self->used) ? 0 : CLAMP (self->used, 0, 1);
}

static const GdkRGBA *
level_colour (HrMeter         *self,
              const HrPalette *palette)
{
  /* NaN, no mark, fails the comparison. */
  if (self->used > 1 || self->used >= self->critical)
    return &palette->error;

  return self->used >= self->warn ? &palette->warning : &palette->success;
}

static void
append_bar (GtkSnapshot   *snapshot,
            double         width,
            double         clip_width,
            double         y,
            const GdkRGBA *colour)
{
  graphene_rect_t bar = GRAPHENE_RECT_INIT (0, (float) y, (float) width, BAR_HEIGHT);
  graphene_rect_t part = GRAPHENE_RECT_INIT (0, (float) y, (float) clip_width, BAR_HEIGHT);
  GskRoundedRect  outline;

  gsk_rounded_rect_init_from_rect (&outline, &bar, BAR_HEIGHT / 2.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, colour, &part);
  gtk_snapshot_pop (snapshot);
}

static void
append_mark (GtkSnapshot   *snapshot,
             double         width,
             double         height,
             double         share,
             const GdkRGBA *colour)
{
  double          x = round (MIN (share * width, width - MARK_WIDTH));
  graphene_rect_t mark = GRAPHENE_RECT_INIT ((float) x, 0, MARK_WIDTH, (float) height);

  gtk_snapshot_append_color (snapshot, colour, &mark);
}

static void
hr_meter_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  HrMeter  *self = HR_METER (widget);
  int       width = gtk_widget_get_width (widget);
  int       height = BAR_HEIGHT + 2 * MARK_OVERHANG;
  int       filled = (int) round (shown_share (self) * width);
  HrPalette palette;
  GdkRGBA   track, mark;

  hr_palette_read (&palette, widget);
  track = mark = palette.text;
  track.alpha *= TRACK_ALPHA;
  mark.alpha *= MARK_ALPHA;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, (float) ((gtk_widget_get_height (widget) - height) / 2)));
  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    {
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) width, 0));
      gtk_snapshot_scale (snapshot, -1, 1);
    }
  append_bar (snapshot, width, width, MARK_OVERHANG, &track);
  /* A bar shorter than it is high would not look round. */
  if (filled > 0)
    append_bar (snapshot, MAX (filled, BAR_HEIGHT), MAX (filled, BAR_HEIGHT), MARK_OVERHANG, level_colour (self, &palette));

  if (isfinite (self->warn))
    append_mark (snapshot, width, height, self->warn, &mark);
  if (isfinite (self->critical))
    append_mark (snapshot, width, height, self->critical, &mark);
  append_mark (snapshot, width, height, 1, &mark);
  gtk_snapshot_restore (snapshot);
}

static void
hr_meter_measure (GtkWidget     *widget,
                  GtkOrientation orientation,
                  int            for_size,
                  int           *minimum,
                  int           *natural,
                  int           *minimum_baseline,
                  int           *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : BAR_HEIGHT + 2 * MARK_OVERHANG;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : *minimum;
}

static void
hr_meter_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_USED:
      g_value_set_double (value, hr_meter_get_used (HR_METER (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hr_meter_set_property (GObject      *object,
                       guint         prop_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_USED:
      hr_meter_set_used (HR_METER (object), g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hr_meter_finalize (GObject *object)
{
  g_free (HR_METER (object)->text);
  G_OBJECT_CLASS (hr_meter_parent_class)->finalize (object);
}

static void
hr_meter_class_init (HrMeterClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = hr_meter_get_property;
  object_class->set_property = hr_meter_set_property;
  object_class->finalize = hr_meter_finalize;
  widget_class->snapshot = hr_meter_snapshot;
  widget_class->measure = hr_meter_measure;

  properties[PROP_USED] = g_param_spec_double ("used", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0,
                                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "meter");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
}

static void
hr_meter_init (HrMeter *self)
{
  self->used = (double) NAN;
  self->warn = (double) NAN;
  self->critical = (double) NAN;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 1.0,
                                  -1);
}

/* Returns an empty track without marks. */
GtkWidget *
hr_meter_new (void)
{
  return g_object_new (HR_TYPE_METER, NULL);
}

/* Returns the share of the limit that is used, 1 at the limit; NaN: unknown. */
double
hr_meter_get_used (HrMeter *self)
{
  g_return_val_if_fail (HR_IS_METER (self), (double) NAN);

  return self->used;
}

/* Sets the share of the limit that is used; more than 1 is over it. */
void
hr_meter_set_used (HrMeter *self,
                   double   used)
{
  g_return_if_fail (HR_IS_METER (self));

  if (is_same (self->used, used))
    return;

  self->used = used;
  if (isnan (used))
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW);
  else
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, shown_share (self), -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_USED]);
}

/* Sets the shares from which on the bar has the warning and the error colour, each with a mark; NaN: none. */
void
hr_meter_set_marks (HrMeter *self,
                    double   warn,
                    double   critical)
{
  g_return_if_fail (HR_IS_METER (self));

  if (is_same (self->warn, warn) && is_same (self->critical, critical))
    return;

  self->warn = warn;
  self->critical = critical;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Sets what a screen reader says for the value; NULL: nothing but the share. */
void
hr_meter_set_text (HrMeter    *self,
                   const char *text)
{
  g_return_if_fail (HR_IS_METER (self));

  if (g_strcmp0 (self->text, text) == 0)
    return;

  g_free (self->text);
  self->text = g_strdup (text);
  if (text != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT);
}
