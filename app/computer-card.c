/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/computer-card.h"

#include "app/figure.h"
#include "app/labels.h"
#include "app/tiles.h"
#include "app/wording.h"
#include "widgets/sparkline.h"

#include <glib/gi18n.h>
#include <math.h>

#define LINE_POINTS 60

/* One point of a line stands for the time between two drawings, however often snapshots come. */
#define POINT_NS HR_PACE_NS

/* The figures of the card, each a metric of the agent for this computer. */
typedef struct
{
  const char *metric;
  const char *of_metric; /* the metric that is its whole, or NULL */
  const char *name;      /* in the accessibility tree */
  const char *caption;
} Tile;

static const Tile tiles[] = {
  { "cpu_usage", NULL, N_ ("CPU"), N_ ("processor") },
  { "system_memory_used_mb", "system_memory_total_mb", N_ ("System memory"), N_ ("memory") },
  { "disk_read_mb_per_second", NULL, N_ ("Disk read"), N_ ("disk read") },
  { "disk_write_mb_per_second", NULL, N_ ("Disk write"), N_ ("disk write") },
  { "network_in_mb_per_second", NULL, N_ ("Network in"), N_ ("network in") },
  { "network_out_mb_per_second", NULL, N_ ("Network out"), N_ ("network out") },
  { "process_count", NULL, N_ ("Processes"), N_ ("processes") },
  { "load_average_1m", NULL, N_ ("Load"), N_ ("load, 1 min") },
};

/* A tile on screen. Widgets are borrowed from the tree. */
typedef struct
{
  GtkWidget   *box;
  HrFigure    *figure;
  HrSparkline *line;
} TileView;

struct _HrComputerCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel  *subtitle;
  GtkWidget *tiles;

  HrPace pace; /* of the lines */

  TileView views[G_N_ELEMENTS (tiles)];
};

G_DEFINE_FINAL_TYPE (HrComputerCard, hr_computer_card, GTK_TYPE_BOX)

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
line_scale (HrHistory    *history,
            const Tile   *tile,
            guint         metric,
            const double *values)
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
draw_line (TileView   *view,
           const Tile *tile,
           HrHistory  *history,
           guint       metric,
           gint64      end_ns)
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

static void
show_tile (TileView        *view,
           const Tile      *tile,
           const HrReading *reading,
           gboolean         draw)
{
  g_autofree char *caption = NULL;
  guint            metric, whole;
  gboolean         found = hr_history_find_metric (reading->history, tile->metric, &metric);

  gtk_widget_set_visible (view->box, found);
  if (!found)
    return;

  hr_figure_set_value (view->figure,
                       mean_of_second (reading->history, metric, reading->now_ns),
                       hr_history_get_metric (reading->history, metric)->unit,
                       reading->as_of);
  if (tile->of_metric != NULL && hr_history_find_metric (reading->history, tile->of_metric, &whole) &&
      hr_history_get_totals (reading->history, whole)->count > 0)
    {
      g_autofree char *size = hr_word_value (hr_history_get_totals (reading->history, whole)->last, HR_UNIT_MEGABYTES);

      caption = g_strdup_printf (_ ("%s of %s"), _ (tile->caption), size);
      hr_figure_set_caption (view->figure, caption);
    }
  if (draw)
    draw_line (view, tile, reading->history, metric, reading->now_ns);
}

void
hr_computer_card_refresh (HrComputerCard  *self,
                          const HrReading *reading)
{
  gboolean shown = hr_source_get_role (reading->source) == HR_SOURCE_COMPUTER;
  gboolean draw;

  gtk_widget_set_visible (GTK_WIDGET (self), shown);
  if (!shown)
    return;

  draw = hr_pace_is_due (&self->pace, reading);
  hr_label_set (self->subtitle, reading->as_of != NULL ? reading->as_of : _ ("last 60 s"));
  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    show_tile (&self->views[i], &tiles[i], reading, draw);
}

/* The lines of a column begin in one place: every number is as wide as the widest in @widths. */
static void
create_tile (HrComputerCard *self,
             TileView       *view,
             const Tile     *tile,
             GtkSizeGroup   *widths)
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
  gtk_size_group_add_widget (widths, GTK_WIDGET (view->figure));
  gtk_widget_set_parent (view->box, self->tiles);
}

static void
hr_computer_card_class_init (HrComputerCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_TILES);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/computer-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrComputerCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrComputerCard, tiles);
}

static void
hr_computer_card_init (HrComputerCard *self)
{
  g_autoptr (GtkSizeGroup) widths = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  gtk_widget_init_template (GTK_WIDGET (self));

  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    create_tile (self, &self->views[i], &tiles[i], widths);
}
