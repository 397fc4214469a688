/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/pane.h"

#include "widgets/backdrop.h"

#include <math.h>

/* The strength of what is drawn in lighter ink. */
#define BAND_ALPHA 0.4f
#define OVER_ALPHA 0.7f
#define BREACH_ALPHA 0.18f

#define DOT_RADIUS 2.0

/* Ticks keep at least this many label heights of distance. */
#define TICK_DISTANCE 2.0

#define MIN_WIDTH 160
#define NATURAL_WIDTH 320
#define MIN_LINES 5
#define NATURAL_LINES 10

typedef struct
{
  /* Owned. */
  HrPalette        palette;
  HrBackdrop       backdrop;
  HrPicture        shown;
  HrPicture        next;
  cairo_surface_t *images[2]; /* drawn to in turn: the last frame still refers to the other */
  GskRenderNode   *frame;     /* the backdrop around the plot; NULL: to be made */

  HrPaneSpec   spec;
  HrAxis       axis;
  GdkRectangle area;
  int          front;
  gboolean     images_stale[2]; /* lacks what the backdrop has outside the plot */
  gboolean     dirty;
  guint        tick;
  guint        n_renders;
} HrPanePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (HrPane, hr_pane, HR_TYPE_LABELLED)

static HrScale
get_scale (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);
  int            scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return (HrScale){
    .top = priv->axis.top,
    .height = priv->area.height * scale,
    .limit = priv->spec.limit,
    .direction = priv->spec.direction,
    .radius = HR_PANE_LINE_WIDTH / 2 * scale,
  };
}

/* Fits the axis to what is in sight; returns whether it changed. */
static gboolean
fit_axis (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);
  int            max_steps = (int) (priv->area.height / (TICK_DISTANCE * hr_labelled_get_line_height (HR_LABELLED (self))));

  return hr_axis_fit (&priv->axis, priv->spec.unit, HR_PANE_GET_CLASS (self)->highest (self), priv->spec.limit, max_steps);
}

static void
drop_backdrop (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  hr_backdrop_clear (&priv->backdrop);
  g_clear_pointer (&priv->frame, gsk_render_node_unref);
  priv->images_stale[0] = priv->images_stale[1] = TRUE;
}

static void
draw_backdrop (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);
  GtkWidget     *widget = GTK_WIDGET (self);
  int            gutter;

  hr_palette_read (&priv->palette, widget);
  gutter = hr_backdrop_gutter (widget, &priv->axis);
  if (HR_PANE_GET_CLASS (self)->share_gutter != NULL)
    gutter = HR_PANE_GET_CLASS (self)->share_gutter (self, gutter);
  priv->area.x = gutter;
  priv->area.width = MAX (gtk_widget_get_width (widget) - gutter, 1);
  drop_backdrop (self);
  hr_backdrop_draw (&priv->backdrop, &(HrBackdropSpec){
                                         .widget = widget,
                                         .palette = &priv->palette,
                                         .axis = &priv->axis,
                                         .plot = priv->area,
                                         .width = gtk_widget_get_width (widget),
                                         .height = gtk_widget_get_height (widget),
                                         .scale = gtk_widget_get_scale_factor (widget),
                                         .seconds = priv->spec.seconds,
                                         .limit = priv->spec.limit,
                                         .limit_unnamed = priv->spec.limit_unnamed,
                                     });
}

/* Returns the part of @surface that the line is drawn to. */
static HrCanvas
get_canvas (HrPane          *self,
            cairo_surface_t *surface)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);
  int            scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  size_t         stride = (size_t) cairo_image_surface_get_stride (surface) / sizeof (guint32);
  int            top = priv->area.y * scale - HR_PICTURE_MARGIN;
  /* Rows of an image surface are aligned for its pixels. */
  guint32 *pixels = (guint32 *) (void *) cairo_image_surface_get_data (surface);

  return (HrCanvas){
    .pixels = pixels + (size_t) top * stride + priv->area.x * scale,
    .stride = stride,
    .width = priv->area.width * scale,
    .height = priv->area.height * scale + 2 * HR_PICTURE_MARGIN,
  };
}

/* Returns the image to draw to, of the widget's size, with the backdrop around the plot in it. */
static cairo_surface_t *
get_back_image (HrPane *self)
{
  HrPanePrivate    *priv = hr_pane_get_instance_private (self);
  int               back = 1 - priv->front;
  cairo_surface_t **image = &priv->images[back];
  cairo_t          *cr;

  if (*image != NULL && (cairo_image_surface_get_width (*image) != cairo_image_surface_get_width (priv->backdrop.plain) ||
                         cairo_image_surface_get_height (*image) != cairo_image_surface_get_height (priv->backdrop.plain)))
    g_clear_pointer (image, cairo_surface_destroy);
  if (*image == NULL)
    {
      *image = hr_surface_new (gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)),
                               gtk_widget_get_scale_factor (GTK_WIDGET (self)));
      priv->images_stale[back] = TRUE;
    }

  if (priv->images_stale[back])
    {
      cr = cairo_create (*image);
      cairo_set_source_surface (cr, priv->backdrop.plain, 0, 0);
      cairo_paint (cr);
      cairo_destroy (cr);
      priv->images_stale[back] = FALSE;
    }

  return *image;
}

static void
render (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  cairo_surface_t *image = get_back_image (self);
  HrCanvas         plain = get_canvas (self, priv->backdrop.plain);
  HrCanvas         tinted = get_canvas (self, priv->backdrop.tinted);
  HrCanvas         out;
  HrInk            ink = {
               .line = hr_palette_pixel (&priv->palette.data),
               .breach = hr_palette_pixel (&priv->palette.limit),
               .grid = hr_palette_pixel (&priv->palette.grid),
               .grid_alpha = priv->palette.grid.alpha,
               .grid_width = gtk_widget_get_scale_factor (GTK_WIDGET (self)),
               .dot_radius = (float) (DOT_RADIUS * gtk_widget_get_scale_factor (GTK_WIDGET (self))),
               .band_alpha = BAND_ALPHA,
               .over_alpha = OVER_ALPHA,
               .breach_alpha = BREACH_ALPHA,
  };

  cairo_surface_flush (image);
  out = get_canvas (self, image);
  hr_picture_render (&priv->shown, &ink, &plain, &tinted, &out);
  cairo_surface_mark_dirty (image);
  priv->front = 1 - priv->front;
  priv->n_renders++;
}

/* Brings the image up to date; returns whether it changed. */
static gboolean
refresh (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);
  GtkWidget     *widget = GTK_WIDGET (self);
  int            line_height = hr_labelled_get_line_height (HR_LABELLED (self));
  int            below = priv->spec.seconds > 0 ? line_height * 5 / 4 : line_height / 2;
  gboolean       backdrop_changed;
  HrPicture      previous = priv->shown;
  HrScale        scale;

  priv->dirty = FALSE;
  priv->area.y = line_height / 2 + HR_PICTURE_MARGIN;
  priv->area.height = MAX (gtk_widget_get_height (widget) - priv->area.y - below - HR_PICTURE_MARGIN, 1);
  backdrop_changed = fit_axis (self) || priv->backdrop.plain == NULL;
  if (backdrop_changed)
    draw_backdrop (self);

  scale = get_scale (self);
  HR_PANE_GET_CLASS (self)->trace (self, &priv->next, priv->area.width * gtk_widget_get_scale_factor (widget), &scale);
  if (!backdrop_changed && hr_picture_equal (&priv->next, &priv->shown))
    return FALSE;

  priv->shown = priv->next;
  priv->next = previous;
  render (self);

  return TRUE;
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  HrPane        *self = HR_PANE (widget);
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  priv->tick = 0;
  if (priv->dirty && gtk_widget_get_width (widget) > 0 && refresh (self))
    gtk_widget_queue_draw (widget);

  return G_SOURCE_REMOVE;
}

static void
set_dirty (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  priv->dirty = TRUE;
  if (priv->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    priv->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
drop_look (HrPane *self)
{
  drop_backdrop (self);
  set_dirty (self);
}

static void
scale_factor_cb (HrPane *self)
{
  drop_look (self);
}

static void
hr_pane_measure (GtkWidget     *widget,
                 GtkOrientation orientation,
                 int            for_size,
                 int           *minimum,
                 int           *natural,
                 int           *minimum_baseline,
                 int           *natural_baseline)
{
  int line_height = hr_labelled_get_line_height (HR_LABELLED (widget));

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : MIN_LINES * line_height;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : NATURAL_LINES * line_height;
}

static void
hr_pane_size_allocate (GtkWidget *widget,
                       int        width,
                       int        height,
                       int        baseline)
{
  HrPane        *self = HR_PANE (widget);
  HrPanePrivate *priv = hr_pane_get_instance_private (self);
  int            scale = gtk_widget_get_scale_factor (widget);

  if (priv->backdrop.plain != NULL && cairo_image_surface_get_width (priv->backdrop.plain) == width * scale &&
      cairo_image_surface_get_height (priv->backdrop.plain) == height * scale)
    return;

  drop_backdrop (self);
  priv->dirty = TRUE;
}

/* Appends the pixels of @surface that lie in @bounds. */
static void
append_part (GtkSnapshot           *snapshot,
             cairo_surface_t       *surface,
             const graphene_rect_t *bounds)
{
  cairo_t *cr;

  if (bounds->size.width <= 0 || bounds->size.height <= 0)
    return;

  cr = gtk_snapshot_append_cairo (snapshot, bounds);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_destroy (cr);
}

/* Returns what surrounds @inner, as one node that stays the same: what is the same node as before is not painted again. */
static GskRenderNode *
create_frame (HrPane                *self,
              const graphene_rect_t *inner)
{
  HrPanePrivate   *priv = hr_pane_get_instance_private (self);
  GtkSnapshot     *snapshot = gtk_snapshot_new ();
  cairo_surface_t *image = priv->backdrop.plain;
  float            width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float            height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  float            right = inner->origin.x + inner->size.width;
  float            bottom = inner->origin.y + inner->size.height;

  append_part (snapshot, image, &GRAPHENE_RECT_INIT (0, 0, width, inner->origin.y));
  append_part (snapshot, image, &GRAPHENE_RECT_INIT (0, inner->origin.y, inner->origin.x, inner->size.height));
  append_part (snapshot, image, &GRAPHENE_RECT_INIT (right, inner->origin.y, width - right, inner->size.height));
  append_part (snapshot, image, &GRAPHENE_RECT_INIT (0, bottom, width, height - bottom));

  return gtk_snapshot_free_to_node (snapshot);
}

static void
hr_pane_snapshot (GtkWidget   *widget,
                  GtkSnapshot *snapshot)
{
  HrPane         *self = HR_PANE (widget);
  HrPanePrivate  *priv = hr_pane_get_instance_private (self);
  graphene_rect_t inner;

  if (priv->dirty)
    refresh (self);
  if (priv->images[priv->front] == NULL)
    return;

  inner = GRAPHENE_RECT_INIT ((float) priv->area.x, (float) (priv->area.y - HR_PICTURE_MARGIN),
                              (float) priv->area.width, (float) (priv->area.height + 2 * HR_PICTURE_MARGIN));
  if (priv->frame == NULL)
    priv->frame = create_frame (self, &inner);
  if (priv->frame != NULL)
    gtk_snapshot_append_node (snapshot, priv->frame);
  append_part (snapshot, priv->images[priv->front], &inner);
}

static void
hr_pane_map (GtkWidget *widget)
{
  HrPane        *self = HR_PANE (widget);
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  GTK_WIDGET_CLASS (hr_pane_parent_class)->map (widget);
  if (priv->dirty)
    set_dirty (self);
}

static void
hr_pane_unmap (GtkWidget *widget)
{
  HrPane        *self = HR_PANE (widget);
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  if (priv->tick != 0)
    gtk_widget_remove_tick_callback (widget, priv->tick);
  priv->tick = 0;
  GTK_WIDGET_CLASS (hr_pane_parent_class)->unmap (widget);
}

static void
hr_pane_css_changed (GtkWidget         *widget,
                     GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (hr_pane_parent_class)->css_changed (widget, change);
  drop_look (HR_PANE (widget));
}

static void
hr_pane_system_setting_changed (GtkWidget       *widget,
                                GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (hr_pane_parent_class)->system_setting_changed (widget, setting);
  drop_look (HR_PANE (widget));
}

static void
hr_pane_finalize (GObject *object)
{
  HrPane        *self = HR_PANE (object);
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  hr_backdrop_clear (&priv->backdrop);
  g_clear_pointer (&priv->frame, gsk_render_node_unref);
  hr_picture_clear (&priv->shown);
  hr_picture_clear (&priv->next);
  for (int i = 0; i < 2; i++)
    g_clear_pointer (&priv->images[i], cairo_surface_destroy);
  G_OBJECT_CLASS (hr_pane_parent_class)->finalize (object);
}

static void
hr_pane_class_init (HrPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hr_pane_finalize;
  widget_class->measure = hr_pane_measure;
  widget_class->size_allocate = hr_pane_size_allocate;
  widget_class->snapshot = hr_pane_snapshot;
  widget_class->map = hr_pane_map;
  widget_class->unmap = hr_pane_unmap;
  widget_class->css_changed = hr_pane_css_changed;
  widget_class->system_setting_changed = hr_pane_system_setting_changed;
  gtk_widget_class_set_css_name (widget_class, "plot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hr_pane_init (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  priv->dirty = TRUE;
  priv->spec = (HrPaneSpec){ .limit = (double) NAN };
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (scale_factor_cb), NULL);
}

/* Shows it as @spec says. */
void
hr_pane_set_spec (HrPane           *self,
                  const HrPaneSpec *spec)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  priv->spec = *spec;
  drop_backdrop (self);
  set_dirty (self);
}

/* Draws axes and all anew. */
void
hr_pane_look_changed (HrPane *self)
{
  drop_backdrop (self);
  set_dirty (self);
}

/* Looks at the data again before the next frame. */
void
hr_pane_data_changed (HrPane *self)
{
  set_dirty (self);
}

/* Returns where the data are drawn, in the widget's pixels. */
const GdkRectangle *
hr_pane_get_area (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  return &priv->area;
}

/* Returns the value axis as last drawn. */
const HrAxis *
hr_pane_get_axis (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  return &priv->axis;
}

/* Returns the colours as last drawn. */
const HrPalette *
hr_pane_get_palette (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  return &priv->palette;
}

/* Returns the height at which @value stands, in the widget's pixels. */
double
hr_pane_get_y (HrPane *self,
               double  value)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);
  HrScale        scale = get_scale (self);

  return priv->area.y + hr_scale_y (&scale, value) / gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

/* Returns how often the data were drawn. */
guint
hr_pane_get_n_renders (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  return priv->n_renders;
}

/* Returns the image in front, borrowed; NULL before the first. */
cairo_surface_t *
hr_pane_get_surface (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  return priv->images[priv->front];
}

/* Returns whether a tick callback is waiting for the next frame. */
gboolean
hr_pane_is_ticking (HrPane *self)
{
  HrPanePrivate *priv = hr_pane_get_instance_private (self);

  return priv->tick != 0;
}
