/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/plot.h"

#include "widgets/backdrop.h"

#include <math.h>

/* The line's width and the strength of what is drawn in lighter ink. */
#define LINE_WIDTH 1.5
#define BAND_ALPHA 0.4f
#define BREACH_ALPHA 0.18f

/* Ticks keep at least this many label heights of distance. */
#define TICK_DISTANCE 2.0

#define MIN_WIDTH 160
#define NATURAL_WIDTH 320
#define MIN_LINES 5
#define NATURAL_LINES 10

struct _HrPlot
{
  GtkWidget parent;

  /* Borrowed from the chart. */
  const HrSeries *series;

  /* Owned. */
  HrPalette        palette;
  HrBackdrop       backdrop;
  HrPicture        shown;
  HrPicture        next;
  cairo_surface_t *images[2]; /* drawn to in turn: the last frame still refers to the other */
  GskRenderNode   *frame;     /* the backdrop around the plot; NULL: to be made */

  HrPlotSpec   spec;
  HrAxis       axis;
  GdkRectangle area;
  int          line_height; /* 0: to be measured */
  int          front;
  gboolean     images_stale[2]; /* lacks what the backdrop has outside the plot */
  gboolean     dirty;
  guint        tick;
  guint        n_renders;
};

G_DEFINE_FINAL_TYPE (HrPlot, hr_plot, GTK_TYPE_WIDGET)

/* Returns how many samples the whole time axis holds. */
guint64
hr_plot_n_visible (const HrPlotSpec *spec)
{
  return MAX (2, (guint64) llround (spec->seconds * spec->rate));
}

static HrView
get_view (HrPlot *self)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return (HrView){
    .n = hr_plot_n_visible (&self->spec),
    .end = self->series != NULL ? hr_series_end (self->series) : 0,
    .width = self->area.width * scale,
    .inset = LINE_WIDTH / 2 * scale,
  };
}

static HrScale
get_scale (HrPlot *self)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return (HrScale){
    .top = self->axis.top,
    .height = self->area.height * scale,
    .limit = self->spec.limit,
    .direction = self->spec.direction,
    .radius = LINE_WIDTH / 2 * scale,
  };
}

static int
get_line_height (HrPlot *self)
{
  if (self->line_height == 0)
    self->line_height = hr_backdrop_line_height (GTK_WIDGET (self));

  return self->line_height;
}

/* Fits the axis to what is in sight; returns whether it changed. */
static gboolean
fit_axis (HrPlot *self)
{
  guint64  n = hr_plot_n_visible (&self->spec);
  guint64  end = hr_series_end (self->series);
  HrExtent extent = hr_series_highest (self->series, end - MIN (end, n), end);
  int      max_steps = (int) (self->area.height / (TICK_DISTANCE * get_line_height (self)));

  return hr_axis_fit (&self->axis, self->spec.unit, extent.min > extent.max ? (double) NAN : extent.max,
                      self->spec.limit, max_steps);
}

static void
drop_backdrop (HrPlot *self)
{
  hr_backdrop_clear (&self->backdrop);
  g_clear_pointer (&self->frame, gsk_render_node_unref);
  self->images_stale[0] = self->images_stale[1] = TRUE;
}

static void
draw_backdrop (HrPlot *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int        gutter;

  hr_palette_read (&self->palette, widget);
  gutter = hr_backdrop_gutter (widget, &self->axis);
  self->area.x = gutter;
  self->area.width = MAX (gtk_widget_get_width (widget) - gutter, 1);
  drop_backdrop (self);
  hr_backdrop_draw (&self->backdrop, &(HrBackdropSpec){
                                         .widget = widget,
                                         .palette = &self->palette,
                                         .axis = &self->axis,
                                         .plot = self->area,
                                         .width = gtk_widget_get_width (widget),
                                         .height = gtk_widget_get_height (widget),
                                         .scale = gtk_widget_get_scale_factor (widget),
                                         .seconds = self->spec.seconds,
                                         .limit = self->spec.limit,
                                     });
}

/* Returns the part of @surface that the line is drawn to. */
static HrCanvas
get_canvas (HrPlot          *self,
            cairo_surface_t *surface)
{
  int    scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  size_t stride = (size_t) cairo_image_surface_get_stride (surface) / sizeof (guint32);
  int    top = self->area.y * scale - HR_PICTURE_MARGIN;
  /* Rows of an image surface are aligned for its pixels. */
  guint32 *pixels = (guint32 *) (void *) cairo_image_surface_get_data (surface);

  return (HrCanvas){
    .pixels = pixels + (size_t) top * stride + self->area.x * scale,
    .stride = stride,
    .width = self->area.width * scale,
    .height = self->area.height * scale + 2 * HR_PICTURE_MARGIN,
  };
}

/* Returns the image to draw to, of the widget's size, with the backdrop around the plot in it. */
static cairo_surface_t *
get_back_image (HrPlot *self)
{
  int               back = 1 - self->front;
  cairo_surface_t **image = &self->images[back];
  cairo_t          *cr;

  if (*image != NULL && (cairo_image_surface_get_width (*image) != cairo_image_surface_get_width (self->backdrop.plain) ||
                         cairo_image_surface_get_height (*image) != cairo_image_surface_get_height (self->backdrop.plain)))
    g_clear_pointer (image, cairo_surface_destroy);
  if (*image == NULL)
    {
      *image = hr_surface_new (gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)),
                               gtk_widget_get_scale_factor (GTK_WIDGET (self)));
      self->images_stale[back] = TRUE;
    }

  if (self->images_stale[back])
    {
      cr = cairo_create (*image);
      cairo_set_source_surface (cr, self->backdrop.plain, 0, 0);
      cairo_paint (cr);
      cairo_destroy (cr);
      self->images_stale[back] = FALSE;
    }

  return *image;
}

static void
render (HrPlot *self)
{
  cairo_surface_t *image = get_back_image (self);
  HrCanvas         plain = get_canvas (self, self->backdrop.plain);
  HrCanvas         tinted = get_canvas (self, self->backdrop.tinted);
  HrCanvas         out;
  HrInk            ink = {
               .line = hr_palette_pixel (&self->palette.data),
               .breach = hr_palette_pixel (&self->palette.limit),
               .band_alpha = BAND_ALPHA,
               .breach_alpha = BREACH_ALPHA,
  };

  cairo_surface_flush (image);
  out = get_canvas (self, image);
  hr_picture_render (&self->shown, &ink, &plain, &tinted, &out);
  cairo_surface_mark_dirty (image);
  self->front = 1 - self->front;
  self->n_renders++;
}

/* Brings the image up to date; returns whether it changed. */
static gboolean
refresh (HrPlot *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int        line_height = get_line_height (self);
  gboolean   backdrop_changed;
  HrPicture  previous = self->shown;
  HrView     view;
  HrScale    scale;

  self->dirty = FALSE;
  if (self->series == NULL)
    return FALSE;

  self->area.y = line_height / 2 + HR_PICTURE_MARGIN;
  self->area.height = MAX (gtk_widget_get_height (widget) - self->area.y - line_height * 5 / 4 - HR_PICTURE_MARGIN, 1);
  backdrop_changed = fit_axis (self) || self->backdrop.plain == NULL;
  if (backdrop_changed)
    draw_backdrop (self);

  view = get_view (self);
  scale = get_scale (self);
  hr_picture_trace (&self->next, self->series, &view, &scale);
  if (!backdrop_changed && hr_picture_equal (&self->next, &self->shown))
    return FALSE;

  self->shown = self->next;
  self->next = previous;
  render (self);

  return TRUE;
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  HrPlot *self = HR_PLOT (widget);

  self->tick = 0;
  if (self->dirty && gtk_widget_get_width (widget) > 0 && refresh (self))
    gtk_widget_queue_draw (widget);

  return G_SOURCE_REMOVE;
}

static void
set_dirty (HrPlot *self)
{
  self->dirty = TRUE;
  if (self->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
drop_look (HrPlot *self)
{
  self->line_height = 0;
  drop_backdrop (self);
  set_dirty (self);
}

static void
scale_factor_cb (HrPlot *self)
{
  drop_look (self);
}

static void
hr_plot_measure (GtkWidget     *widget,
                 GtkOrientation orientation,
                 int            for_size,
                 int           *minimum,
                 int           *natural,
                 int           *minimum_baseline,
                 int           *natural_baseline)
{
  int line_height = get_line_height (HR_PLOT (widget));

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : MIN_LINES * line_height;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : NATURAL_LINES * line_height;
}

static void
hr_plot_size_allocate (GtkWidget *widget,
                       int        width,
                       int        height,
                       int        baseline)
{
  HrPlot *self = HR_PLOT (widget);
  int     scale = gtk_widget_get_scale_factor (widget);

  if (self->backdrop.plain != NULL && cairo_image_surface_get_width (self->backdrop.plain) == width * scale &&
      cairo_image_surface_get_height (self->backdrop.plain) == height * scale)
    return;

  drop_backdrop (self);
  self->dirty = TRUE;
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
create_frame (HrPlot                *self,
              const graphene_rect_t *inner)
{
  GtkSnapshot     *snapshot = gtk_snapshot_new ();
  cairo_surface_t *image = self->backdrop.plain;
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
hr_plot_snapshot (GtkWidget   *widget,
                  GtkSnapshot *snapshot)
{
  HrPlot         *self = HR_PLOT (widget);
  graphene_rect_t inner;

  if (self->dirty)
    refresh (self);
  if (self->images[self->front] == NULL)
    return;

  inner = GRAPHENE_RECT_INIT ((float) self->area.x, (float) (self->area.y - HR_PICTURE_MARGIN),
                              (float) self->area.width, (float) (self->area.height + 2 * HR_PICTURE_MARGIN));
  if (self->frame == NULL)
    self->frame = create_frame (self, &inner);
  if (self->frame != NULL)
    gtk_snapshot_append_node (snapshot, self->frame);
  append_part (snapshot, self->images[self->front], &inner);
}

static void
hr_plot_map (GtkWidget *widget)
{
  HrPlot *self = HR_PLOT (widget);

  GTK_WIDGET_CLASS (hr_plot_parent_class)->map (widget);
  if (self->dirty)
    set_dirty (self);
}

static void
hr_plot_unmap (GtkWidget *widget)
{
  HrPlot *self = HR_PLOT (widget);

  if (self->tick != 0)
    gtk_widget_remove_tick_callback (widget, self->tick);
  self->tick = 0;
  GTK_WIDGET_CLASS (hr_plot_parent_class)->unmap (widget);
}

static void
hr_plot_css_changed (GtkWidget         *widget,
                     GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (hr_plot_parent_class)->css_changed (widget, change);
  drop_look (HR_PLOT (widget));
}

static void
hr_plot_system_setting_changed (GtkWidget       *widget,
                                GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (hr_plot_parent_class)->system_setting_changed (widget, setting);
  drop_look (HR_PLOT (widget));
  gtk_widget_queue_resize (widget);
}

static void
hr_plot_finalize (GObject *object)
{
  HrPlot *self = HR_PLOT (object);

  hr_backdrop_clear (&self->backdrop);
  g_clear_pointer (&self->frame, gsk_render_node_unref);
  hr_picture_clear (&self->shown);
  hr_picture_clear (&self->next);
  for (int i = 0; i < 2; i++)
    g_clear_pointer (&self->images[i], cairo_surface_destroy);
  G_OBJECT_CLASS (hr_plot_parent_class)->finalize (object);
}

static void
hr_plot_class_init (HrPlotClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hr_plot_finalize;
  widget_class->measure = hr_plot_measure;
  widget_class->size_allocate = hr_plot_size_allocate;
  widget_class->snapshot = hr_plot_snapshot;
  widget_class->map = hr_plot_map;
  widget_class->unmap = hr_plot_unmap;
  widget_class->css_changed = hr_plot_css_changed;
  widget_class->system_setting_changed = hr_plot_system_setting_changed;
  gtk_widget_class_set_css_name (widget_class, "plot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
hr_plot_init (HrPlot *self)
{
  self->dirty = TRUE;
  self->spec = (HrPlotSpec){ .limit = (double) NAN, .seconds = 30, .rate = 10 };
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (scale_factor_cb), NULL);
}

/* Returns a plot without data. */
GtkWidget *
hr_plot_new (void)
{
  return g_object_new (HR_TYPE_PLOT, NULL);
}

/* Shows @series, which must outlive @self; NULL: nothing. */
void
hr_plot_set_series (HrPlot         *self,
                    const HrSeries *series)
{
  self->series = series;
  set_dirty (self);
}

/* Shows it as @spec says. */
void
hr_plot_set_spec (HrPlot           *self,
                  const HrPlotSpec *spec)
{
  self->spec = *spec;
  drop_backdrop (self);
  set_dirty (self);
}

/* Looks at the data again before the next frame. */
void
hr_plot_data_changed (HrPlot *self)
{
  set_dirty (self);
}

/* Returns where the data are drawn, in the widget's pixels. */
const GdkRectangle *
hr_plot_get_area (HrPlot *self)
{
  return &self->area;
}

/* Returns the value axis as last drawn. */
const HrAxis *
hr_plot_get_axis (HrPlot *self)
{
  return &self->axis;
}

/* Returns the colours as last drawn. */
const HrPalette *
hr_plot_get_palette (HrPlot *self)
{
  return &self->palette;
}

/* Returns where sample @index stands, in the widget's pixels. */
double
hr_plot_get_x (HrPlot *self,
               guint64 index)
{
  HrView view = get_view (self);

  return self->area.x + hr_view_x (&view, index) / gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

/* Returns the height at which @value stands, in the widget's pixels. */
double
hr_plot_get_y (HrPlot *self,
               double  value)
{
  HrScale scale = get_scale (self);

  return self->area.y + hr_scale_y (&scale, value) / gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

/* Writes which samples are drawn at @x; returns FALSE where there are none. */
gboolean
hr_plot_pick (HrPlot  *self,
              double   x,
              guint64 *out_begin,
              guint64 *out_end)
{
  HrView view = get_view (self);
  double column = (x - self->area.x) * gtk_widget_get_scale_factor (GTK_WIDGET (self));

  if (view.width <= 0 || !hr_view_index_at (&view, column, out_begin))
    return FALSE;

  *out_end = *out_begin + 1;
  if (hr_view_is_dense (&view))
    hr_view_column (&view, CLAMP ((int) column, 0, view.width - 1), out_begin, out_end);

  return TRUE;
}

/* Returns how often the data were drawn. */
guint
hr_plot_get_n_renders (HrPlot *self)
{
  return self->n_renders;
}

/* Returns the image in front, borrowed; NULL before the first. */
cairo_surface_t *
hr_plot_get_surface (HrPlot *self)
{
  return self->images[self->front];
}

/* Returns whether a tick callback is waiting for the next frame. */
gboolean
hr_plot_is_ticking (HrPlot *self)
{
  return self->tick != 0;
}
