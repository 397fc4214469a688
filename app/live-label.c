/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/live-label.h"

struct _HrLiveLabel
{
  GtkWidget parent_instance;

  /* Owned */
  PangoLayout *layout; /* of the text, in one line but while it is measured or drawn in less */
  char        *spoken;

  /* Siblings; weak */
  HrLiveLabel *followed;
  HrLiveLabel *follower;

  float xalign;
  int   width_chars;

  /* What was asked for so far in the font that @serial stands for, in pixels; 0: nothing yet. */
  guint serial;
  int   kept;  /* for "width-chars" */
  int   least; /* the widest word */
  int   width;
  int   height;

  int baseline; /* as allocated; -1: none */
};

enum
{
  PROP_0,
  PROP_LABEL,
  PROP_XALIGN,
  PROP_WIDTH_CHARS,
  PROP_FOLLOWS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (HrLiveLabel, hr_live_label, GTK_TYPE_WIDGET)

/* Returns whether the text, in one line, stays within the size that was asked for and given. */
static gboolean
fits (HrLiveLabel *self)
{
  int width, height;

  if (self->serial != pango_context_get_serial (pango_layout_get_context (self->layout)))
    return FALSE;
  if (self->kept > 0 && self->width > self->kept)
    return FALSE;

  pango_layout_get_pixel_size (self->layout, &width, &height);

  return width <= self->width && height <= self->height && gtk_widget_get_width (GTK_WIDGET (self)) >= self->width;
}

/* The follower moves with the end of this text. */
static void
queue_follower (HrLiveLabel *self)
{
  if (self->follower != NULL)
    gtk_widget_queue_draw (GTK_WIDGET (self->follower));
}

/* Shows @text. @spoken: what a screen reader says in its place, NULL: the same. */
void
hr_live_label_set (HrLiveLabel *self,
                   const char  *text,
                   const char  *spoken)
{
  g_return_if_fail (HR_IS_LIVE_LABEL (self));

  spoken = spoken != NULL ? spoken : text;
  if (g_strcmp0 (self->spoken, spoken) != 0)
    {
      g_free (self->spoken);
      self->spoken = g_strdup (spoken);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
    }
  if (g_str_equal (pango_layout_get_text (self->layout), text))
    return;

  pango_layout_set_text (self->layout, text, -1);
  if (fits (self))
    gtk_widget_queue_draw (GTK_WIDGET (self));
  else
    gtk_widget_queue_resize (GTK_WIDGET (self));
  queue_follower (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABEL]);
}

/* The width that "width-chars" keeps free. */
static int
kept_width (HrLiveLabel *self)
{
  PangoContext     *context = pango_layout_get_context (self->layout);
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int               digit = pango_font_metrics_get_approximate_digit_width (metrics);
  int               letter = pango_font_metrics_get_approximate_char_width (metrics);

  pango_font_metrics_unref (metrics);

  return PANGO_PIXELS_CEIL (MAX (digit, letter) * self->width_chars);
}

/* Lets the asked size grow to what the text needs; in another font than before it begins anew. */
static void
ask (HrLiveLabel *self)
{
  guint serial = pango_context_get_serial (pango_layout_get_context (self->layout));
  int   least, width, height;

  if (self->serial != serial)
    {
      self->serial = serial;
      self->kept = kept_width (self);
      self->least = self->width = self->height = 0;
    }
  if (self->kept > 0)
    self->least = self->width = self->kept;
  pango_layout_get_pixel_size (self->layout, &width, &height);
  pango_layout_set_width (self->layout, 0);
  pango_layout_get_pixel_size (self->layout, &least, NULL);
  pango_layout_set_width (self->layout, -1);

  self->least = MAX (self->least, least);
  self->width = MAX (MAX (self->width, width), self->least);
  self->height = MAX (self->height, height);
}

static void
hr_live_label_measure (GtkWidget     *widget,
                       GtkOrientation orientation,
                       int            for_size,
                       int           *minimum,
                       int           *natural,
                       int           *minimum_baseline,
                       int           *natural_baseline)
{
  HrLiveLabel *self = HR_LIVE_LABEL (widget);

  ask (self);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = self->least;
      *natural = self->width;
      return;
    }

  *natural = self->height;
  if (for_size >= 0 && for_size < self->width)
    {
      pango_layout_set_width (self->layout, for_size * PANGO_SCALE);
      pango_layout_get_pixel_size (self->layout, NULL, natural);
    }
  *minimum = *natural;
  *minimum_baseline = *natural_baseline = PANGO_PIXELS (pango_layout_get_baseline (self->layout));
  pango_layout_set_width (self->layout, -1);
}

static void
hr_live_label_size_allocate (GtkWidget *widget,
                             int        width,
                             int        height,
                             int        baseline)
{
  HR_LIVE_LABEL (widget)->baseline = baseline;
  queue_follower (HR_LIVE_LABEL (widget));
}

/* How far the text to the left of this one ends from its label's right edge. */
static int
slack_before (HrLiveLabel *self)
{
  int width;

  if (self->followed == NULL)
    return 0;

  pango_layout_get_pixel_size (self->followed->layout, &width, NULL);

  width = gtk_widget_get_width (GTK_WIDGET (self->followed)) - width;

  return (int) ((float) MAX (width, 0) * (1 - self->followed->xalign));
}

static void
hr_live_label_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  HrLiveLabel *self = HR_LIVE_LABEL (widget);
  gboolean     rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int          room = gtk_widget_get_width (widget);
  int          width, height, x, y;
  GdkRGBA      colour;

  pango_layout_get_pixel_size (self->layout, &width, &height);
  if (width > room)
    {
      pango_layout_set_width (self->layout, room * PANGO_SCALE);
      pango_layout_get_pixel_size (self->layout, NULL, &height);
      width = room;
    }
  x = (int) ((float) (room - width) * (rtl ? 1 - self->xalign : self->xalign)) - slack_before (self);
  y = self->baseline >= 0 ? self->baseline - PANGO_PIXELS (pango_layout_get_baseline (self->layout))
                          : (gtk_widget_get_height (widget) - height) / 2;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (snapshot, self->layout, &colour);
  gtk_snapshot_restore (snapshot);
  pango_layout_set_width (self->layout, -1);
}

static GtkSizeRequestMode
hr_live_label_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
hr_live_label_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  HrLiveLabel *self = HR_LIVE_LABEL (object);

  switch (prop_id)
    {
    case PROP_LABEL:
      g_value_set_string (value, pango_layout_get_text (self->layout));
      break;
    case PROP_XALIGN:
      g_value_set_float (value, self->xalign);
      break;
    case PROP_WIDTH_CHARS:
      g_value_set_int (value, self->width_chars);
      break;
    case PROP_FOLLOWS:
      g_value_set_object (value, self->followed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hr_live_label_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  HrLiveLabel *self = HR_LIVE_LABEL (object);

  switch (prop_id)
    {
    case PROP_LABEL:
      hr_live_label_set (self, g_value_get_string (value) != NULL ? g_value_get_string (value) : "", NULL);
      break;
    case PROP_XALIGN:
      self->xalign = g_value_get_float (value);
      pango_layout_set_alignment (self->layout, self->xalign > 0.5f ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
      gtk_widget_queue_draw (GTK_WIDGET (self));
      break;
    case PROP_WIDTH_CHARS:
      self->width_chars = g_value_get_int (value);
      self->serial = 0;
      gtk_widget_queue_resize (GTK_WIDGET (self));
      break;
    case PROP_FOLLOWS:
      g_set_weak_pointer (&self->followed, g_value_get_object (value));
      g_set_weak_pointer (&self->followed->follower, self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hr_live_label_dispose (GObject *object)
{
  g_clear_weak_pointer (&HR_LIVE_LABEL (object)->followed);
  g_clear_weak_pointer (&HR_LIVE_LABEL (object)->follower);

  G_OBJECT_CLASS (hr_live_label_parent_class)->dispose (object);
}

static void
hr_live_label_finalize (GObject *object)
{
  HrLiveLabel *self = HR_LIVE_LABEL (object);

  g_object_unref (self->layout);
  g_free (self->spoken);

  G_OBJECT_CLASS (hr_live_label_parent_class)->finalize (object);
}

static void
hr_live_label_class_init (HrLiveLabelClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = hr_live_label_get_property;
  object_class->set_property = hr_live_label_set_property;
  object_class->dispose = hr_live_label_dispose;
  object_class->finalize = hr_live_label_finalize;
  widget_class->measure = hr_live_label_measure;
  widget_class->size_allocate = hr_live_label_size_allocate;
  widget_class->snapshot = hr_live_label_snapshot;
  widget_class->get_request_mode = hr_live_label_get_request_mode;

  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, "", flags | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_XALIGN] = g_param_spec_float ("xalign", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_WIDTH_CHARS] = g_param_spec_int ("width-chars", NULL, NULL, 0, 100, 0, flags);
  properties[PROP_FOLLOWS] = g_param_spec_object ("follows", NULL, NULL, HR_TYPE_LIVE_LABEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "label");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
hr_live_label_init (HrLiveLabel *self)
{
  PangoAttrList *attributes = pango_attr_list_new ();

  /* The style's font features reach labels of GTK alone. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum"));
  self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), "");
  pango_layout_set_attributes (self->layout, attributes);
  pango_attr_list_unref (attributes);
  self->baseline = -1;
}
