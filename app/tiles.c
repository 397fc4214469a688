/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/tiles.h"

#include "app/children.h"

struct _HrTiles
{
  GtkWidget parent_instance;

  int tile_width;
  int max_columns;
  int spacing;
};

enum
{
  PROP_0,
  PROP_TILE_WIDTH,
  PROP_MAX_COLUMNS,
  PROP_SPACING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (HrTiles, hr_tiles, GTK_TYPE_WIDGET)

/* Counts the children that show, and finds the width that the widest of them needs. */
static int
count_visible (HrTiles *self,
               int     *out_needed)
{
  int n = 0;

  *out_needed = 0;
  for (GtkWidget *child = hr_child_next_visible (gtk_widget_get_first_child (GTK_WIDGET (self)));
       child != NULL;
       child = hr_child_next_visible (gtk_widget_get_next_sibling (child)))
    {
      int needed;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &needed, NULL, NULL, NULL);
      *out_needed = MAX (*out_needed, needed);
      n++;
    }

  return n;
}

/* How many columns the children take in @width, the rows as even as possible: five in four columns are three and two. */
static int
columns_for (HrTiles *self,
             int      width)
{
  int needed;
  int n = count_visible (self, &needed);
  int fit = (width + self->spacing) / (MAX (self->tile_width, needed) + self->spacing);
  int columns = CLAMP (fit, 1, MIN (self->max_columns, MAX (n, 1)));
  int rows = (n + columns - 1) / columns;

  return rows > 0 ? (n + rows - 1) / rows : 1;
}

static int
column_width (HrTiles *self,
              int      columns,
              int      width)
{
  return MAX ((width - (columns - 1) * self->spacing) / columns, 1);
}

/* The height of the row that begins at @child, and the child that the next row begins at. */
static int
row_height (GtkWidget  *child,
            int         columns,
            int         width,
            GtkWidget **out_next)
{
  int tallest = 0;

  for (int i = 0; i < columns && child != NULL; i++)
    {
      int natural;

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
      tallest = MAX (tallest, natural);
      child = hr_child_next_visible (gtk_widget_get_next_sibling (child));
    }
  *out_next = child;

  return tallest;
}

static void
measure_width (HrTiles *self,
               int     *minimum,
               int     *natural)
{
  int columns = MAX (MIN (self->max_columns, count_visible (self, minimum)), 1);

  *natural = columns * MAX (self->tile_width, *minimum) + (columns - 1) * self->spacing;
}

static void
measure_height (HrTiles *self,
                int      width,
                int     *height)
{
  int        columns = columns_for (self, width);
  int        column = column_width (self, columns, width);
  GtkWidget *child = hr_child_next_visible (gtk_widget_get_first_child (GTK_WIDGET (self)));

  while (child != NULL)
    *height += row_height (child, columns, column, &child) + (child != NULL ? self->spacing : 0);
}

static void
hr_tiles_measure (GtkWidget     *widget,
                  GtkOrientation orientation,
                  int            for_size,
                  int           *minimum,
                  int           *natural,
                  int           *minimum_baseline,
                  int           *natural_baseline)
{
  HrTiles *self = HR_TILES (widget);
  int      least = 0, best = 0;

  measure_width (self, &least, &best);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      int width = for_size < 0 ? best : for_size;

      least = 0;
      measure_height (self, width, &least);
      best = least;
    }
  *minimum = least;
  *natural = best;
}

static void
hr_tiles_size_allocate (GtkWidget *widget,
                        int        width,
                        int        height,
                        int        baseline)
{
  HrTiles   *self = HR_TILES (widget);
  gboolean   rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int        columns = columns_for (self, width);
  int        column = column_width (self, columns, width);
  GtkWidget *child = hr_child_next_visible (gtk_widget_get_first_child (widget));
  int        y = 0;

  while (child != NULL)
    {
      GtkWidget *next;
      int        tall = row_height (child, columns, column, &next);

      for (int i = 0; child != next; i++)
        {
          int place = rtl ? columns - 1 - i : i;

          gtk_widget_size_allocate (child, &(GtkAllocation){ place * (column + self->spacing), y, column, tall }, -1);
          child = hr_child_next_visible (gtk_widget_get_next_sibling (child));
        }
      y += tall + self->spacing;
    }
}

static GtkSizeRequestMode
hr_tiles_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static int *
property_field (HrTiles *self,
                guint    prop_id)
{
  switch (prop_id)
    {
    case PROP_TILE_WIDTH:
      return &self->tile_width;
    case PROP_MAX_COLUMNS:
      return &self->max_columns;
    case PROP_SPACING:
      return &self->spacing;
    default:
      return NULL;
    }
}

static void
hr_tiles_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  int *field = property_field (HR_TILES (object), prop_id);

  if (field != NULL)
    g_value_set_int (value, *field);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
hr_tiles_set_property (GObject      *object,
                       guint         prop_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  int *field = property_field (HR_TILES (object), prop_id);

  if (field == NULL)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }

  if (*field == g_value_get_int (value))
    return;

  *field = g_value_get_int (value);
  gtk_widget_queue_resize (GTK_WIDGET (object));
  g_object_notify_by_pspec (object, pspec);
}

static void
hr_tiles_dispose (GObject *object)
{
  hr_children_unparent (GTK_WIDGET (object));

  G_OBJECT_CLASS (hr_tiles_parent_class)->dispose (object);
}

static void
hr_tiles_class_init (HrTilesClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = hr_tiles_dispose;
  object_class->get_property = hr_tiles_get_property;
  object_class->set_property = hr_tiles_set_property;
  widget_class->measure = hr_tiles_measure;
  widget_class->size_allocate = hr_tiles_size_allocate;
  widget_class->get_request_mode = hr_tiles_get_request_mode;

  properties[PROP_TILE_WIDTH] = g_param_spec_int ("tile-width", NULL, NULL, 1, G_MAXINT, 120, flags);
  properties[PROP_MAX_COLUMNS] = g_param_spec_int ("max-columns", NULL, NULL, 1, 100, 6, flags);
  properties[PROP_SPACING] = g_param_spec_int ("spacing", NULL, NULL, 0, 100, 12, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
hr_tiles_init (HrTiles *self)
{
  self->tile_width = 120;
  self->max_columns = 6;
  self->spacing = 12;
}
