/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/flow.h"

#include "app/children.h"

#define SPACING 24
#define LINE_SPACING 6

struct _HrFlow
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (HrFlow, hr_flow, GTK_TYPE_WIDGET)

/* One line of children: those from @first to before @end. */
typedef struct
{
  GtkWidget *first;
  GtkWidget *end; /* NULL: all the rest */
  int        height;
} Line;

static int
width_of (GtkWidget *child,
          int        width)
{
  int natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);

  return MIN (natural, width);
}

/* Gathers what stands beside @first in @width; at least @first itself. */
static Line
fill_line (GtkWidget *first,
           int        width)
{
  Line line = { first, first, 0 };
  int  x = 0;

  do
    {
      int child_width = width_of (line.end, width);
      int height;

      if (line.end != first && x + child_width > width)
        break;
      gtk_widget_measure (line.end, GTK_ORIENTATION_VERTICAL, child_width, NULL, &height, NULL, NULL);
      line.height = MAX (line.height, height);
      x += child_width + SPACING;
      line.end = hr_child_next_visible (gtk_widget_get_next_sibling (line.end));
    }
  while (line.end != NULL);

  return line;
}

static GtkWidget *
first_visible (GtkWidget *widget)
{
  return hr_child_next_visible (gtk_widget_get_first_child (widget));
}

/* @minimum: of the widest child alone, @natural: of all in one line. */
static void
measure_width (GtkWidget *widget,
               int       *minimum,
               int       *natural)
{
  for (GtkWidget *child = first_visible (widget); child != NULL; child = hr_child_next_visible (gtk_widget_get_next_sibling (child)))
    {
      int least, best;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &best, NULL, NULL);
      *minimum = MAX (*minimum, least);
      *natural += best + (*natural > 0 ? SPACING : 0);
    }
}

static int
measure_height (GtkWidget *widget,
                int        width)
{
  int height = 0;

  for (GtkWidget *child = first_visible (widget); child != NULL;)
    {
      Line line = fill_line (child, width);

      height += line.height + (height > 0 ? LINE_SPACING : 0);
      child = line.end;
    }

  return height;
}

static void
hr_flow_measure (GtkWidget     *widget,
                 GtkOrientation orientation,
                 int            for_size,
                 int           *minimum,
                 int           *natural,
                 int           *minimum_baseline,
                 int           *natural_baseline)
{
  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    measure_width (widget, minimum, natural);
  else
    *minimum = *natural = measure_height (widget, for_size < 0 ? G_MAXINT : for_size);
}

static void
allocate_line (GtkWidget  *widget,
               const Line *line,
               int         width,
               int         y)
{
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int      x = 0;

  for (GtkWidget *child = line->first; child != line->end; child = hr_child_next_visible (gtk_widget_get_next_sibling (child)))
    {
      int child_width = width_of (child, width);

      gtk_widget_size_allocate (child, &(GtkAllocation){ rtl ? width - x - child_width : x, y, child_width, line->height }, -1);
      x += child_width + SPACING;
    }
}

static void
hr_flow_size_allocate (GtkWidget *widget,
                       int        width,
                       int        height,
                       int        baseline)
{
  int y = 0;

  for (GtkWidget *child = first_visible (widget); child != NULL;)
    {
      Line line = fill_line (child, width);

      allocate_line (widget, &line, width, y);
      y += line.height + LINE_SPACING;
      child = line.end;
    }
}

static GtkSizeRequestMode
hr_flow_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
hr_flow_dispose (GObject *object)
{
  hr_children_unparent (GTK_WIDGET (object));

  G_OBJECT_CLASS (hr_flow_parent_class)->dispose (object);
}

static void
hr_flow_class_init (HrFlowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_flow_dispose;
  widget_class->measure = hr_flow_measure;
  widget_class->size_allocate = hr_flow_size_allocate;
  widget_class->get_request_mode = hr_flow_get_request_mode;
}

static void
hr_flow_init (HrFlow *self)
{
}
