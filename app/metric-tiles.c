/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/metric-tiles.h"

#include "app/children.h"
#include "app/figure.h"
#include "app/tiles.h"
#include "app/wording.h"
#include "widgets/sparkline.h"

#include <glib/gi18n.h>
#include <math.h>

#define LINE_POINTS 60

/* One point of a line stands for the time between two drawings, however often snapshots come. */
#define POINT_NS HR_PACE_NS

/* A tile on screen. Widgets are borrowed from the tree. */
typedef struct
{
  GtkWidget   *box;
  HrFigure    *figure;
  HrSparkline *line;
} TileView;

struct _HrMetricTiles
{
  GtkWidget parent_instance;

  GtkWidget          *grid; /* child */
  GtkSizeGroup       *widths;
  const HrMetricTile *tiles; /* borrowed */
  TileView           *views; /* owned; one for each of them */
  guint               n_tiles;
  HrPace              pace; /* of the lines */
};

G_DEFINE_FINAL_TYPE (HrMetricTiles, hr_metric_tiles, GTK_TYPE_WIDGET)

/* The mean of @metric over the second before @end_ns; NaN where nothing was measured. */
static double
mean_of_second (HrHistory *history,
                guint      metric,
                gint64     end_ns)
{
  HrWindow window;

  hr_history_window (history, metric, end_ns, POINT_NS, &window);

  return window.count > 0 ? hr_window_mean (&window) : (double) NAN;
}

/* What the top of a tile's line means: the whole where there is one, else the highest value in sight. */
static double
line_scale (HrHistory          *history,
            const HrMetricTile *tile,
            guint               metric,
            const double       *values)
{
  double highest = 0;
  guint  whole;

  if (hr_history_get_metric (history, metric)->unit == HR_UNIT_RATIO)
    return 1;
  if (tile->of_metric != NULL && hr_history_find_metric (history, tile->of_metric, &whole))
    return hr_history_get_totals (history, whole)->last;

  for (guint i = 0; i < LINE_POINTS; i++)
    highest = fmax (highest, values[i]);

  return highest > 0 ? highest : 1;
}

/* Gathers the means of @metric over each of the last seconds, the newest last; NaN where nothing was measured. */
static void
read_seconds (HrHistory *history,
              guint      metric,
              gint64     end_ns,
              double    *values)
{
  guint counts[LINE_POINTS] = { 0 };

  for (guint i = 0; i < LINE_POINTS; i++)
    values[i] = NAN;

  for (guint i = hr_history_get_n_snapshots (history); i-- > 0;)
    {
      const HrSnapshot *snapshot = hr_history_get_snapshot (history, i);
      const HrSample   *sample = hr_snapshot_find (snapshot, metric);
      gint64            age = (end_ns - snapshot->end_ns) / POINT_NS;
      gint64            point = LINE_POINTS - 1 - age;

      if (point < 0 || point >= LINE_POINTS)
        break;
      if (sample == NULL)
        continue;
      values[point] = (counts[point] > 0 ? values[point] * counts[point] : 0) + hr_sample_mean (sample);
      values[point] /= ++counts[point];
    }
}

static void
draw_line (TileView           *view,
           const HrMetricTile *tile,
           HrHistory          *history,
           guint               metric,
           gint64              end_ns)
{
  double values[LINE_POINTS];
  double scale;
  guint  begin = 0;

  read_seconds (history, metric, end_ns, values);
  scale = line_scale (history, tile, metric, values);

  hr_sparkline_clear (view->line);
  while (begin < LINE_POINTS && isnan (values[begin]))
    begin++;
  for (guint i = begin; i < LINE_POINTS; i++)
    hr_sparkline_append (view->line, values[i] / scale);
}

/* Returns whether there is anything to show. */
static gboolean
show_tile (TileView           *view,
           const HrMetricTile *tile,
           HrHistory          *history,
           gint64              now_ns,
           const char         *as_of,
           gboolean            draw)
{
  g_autofree char *caption = NULL;
  guint            metric, whole;
  gboolean         found = hr_history_find_metric (history, tile->metric, &metric);

  gtk_widget_set_visible (view->box, found);
  if (!found)
    return FALSE;

  hr_figure_set_value (view->figure,
                       mean_of_second (history, metric, now_ns),
                       hr_history_get_metric (history, metric)->unit,
                       as_of);
  if (tile->of_metric != NULL && hr_history_find_metric (history, tile->of_metric, &whole) &&
      hr_history_get_totals (history, whole)->count > 0)
    {
      g_autofree char *size = hr_word_value (hr_history_get_totals (history, whole)->last, HR_UNIT_MEGABYTES);

      caption = g_strdup_printf (_ ("%s of %s"), _ (tile->caption), size);
      hr_figure_set_caption (view->figure, caption);
    }
  if (draw)
    draw_line (view, tile, history, metric, now_ns);

  return TRUE;
}

guint
hr_metric_tiles_refresh (HrMetricTiles *self,
                         HrHistory     *history,
                         gint64         now_ns,
                         const char    *as_of)
{
  gboolean draw = hr_pace_advance (&self->pace, history, as_of == NULL, now_ns);
  guint    n = 0;

  for (guint i = 0; i < self->n_tiles; i++)
    n += show_tile (&self->views[i], &self->tiles[i], history, now_ns, as_of, draw);

  return n;
}

/* The lines of a column begin in one place: every number is as wide as the widest. */
static void
create_tile (HrMetricTiles      *self,
             TileView           *view,
             const HrMetricTile *tile)
{
  view->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  view->figure = g_object_new (HR_TYPE_FIGURE, "name-text", _ (tile->name), "caption", _ (tile->caption), NULL);
  view->line = HR_SPARKLINE (hr_sparkline_new ());

  /* The line stands beside the number and takes what is left of the width. */
  gtk_widget_add_css_class (GTK_WIDGET (view->line), "accent");
  gtk_widget_set_hexpand (GTK_WIDGET (view->line), TRUE);
  gtk_widget_set_valign (GTK_WIDGET (view->line), GTK_ALIGN_START);
  gtk_widget_set_size_request (GTK_WIDGET (view->line), -1, 26);
  gtk_box_append (GTK_BOX (view->box), GTK_WIDGET (view->figure));
  gtk_box_append (GTK_BOX (view->box), GTK_WIDGET (view->line));
  gtk_size_group_add_widget (self->widths, GTK_WIDGET (view->figure));
  gtk_widget_set_parent (view->box, self->grid);
}

void
hr_metric_tiles_describe (HrMetricTiles      *self,
                          const HrMetricTile *tiles,
                          guint               n_tiles)
{
  g_return_if_fail (HR_IS_METRIC_TILES (self));
  g_return_if_fail (self->tiles == NULL);

  self->tiles = tiles;
  self->n_tiles = n_tiles;
  self->views = g_new0 (TileView, n_tiles);
  for (guint i = 0; i < n_tiles; i++)
    create_tile (self, &self->views[i], &tiles[i]);
}

static void
hr_metric_tiles_dispose (GObject *object)
{
  HrMetricTiles *self = HR_METRIC_TILES (object);

  hr_children_unparent (GTK_WIDGET (object));
  g_clear_object (&self->widths);

  G_OBJECT_CLASS (hr_metric_tiles_parent_class)->dispose (object);
}

static void
hr_metric_tiles_finalize (GObject *object)
{
  g_free (HR_METRIC_TILES (object)->views);

  G_OBJECT_CLASS (hr_metric_tiles_parent_class)->finalize (object);
}

static void
hr_metric_tiles_class_init (HrMetricTilesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_metric_tiles_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_metric_tiles_finalize;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
hr_metric_tiles_init (HrMetricTiles *self)
{
  self->widths = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  self->grid = g_object_new (HR_TYPE_TILES, "tile-width", 150, "max-columns", 4, "spacing", 18, NULL);
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
}
