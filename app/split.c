/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/split.h"

#define SPACING 12

struct _HrSplit
{
  GtkWidget parent_instance;

  /* Children */
  GtkWidget *first;
  GtkWidget *second;
};

G_DEFINE_FINAL_TYPE (HrSplit, hr_split, GTK_TYPE_WIDGET)

static int
least_width (GtkWidget *child)
{
  int minimum;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);

  return minimum;
}

static int
natural_width (GtkWidget *child)
{
  int natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);

  return natural;
}

static int
height_for (GtkWidget *child,
            int        width)
{
  int natural;

  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);

  return natural;
}

/* Returns the width of the second child where both stand side by side in @width, or 0 where they do not. */
static int
second_width (HrSplit *self,
              int      width)
{
  int second = natural_width (self->second);

  return least_width (self->first) + SPACING + second <= width ? second : 0;
}

static void
hr_split_measure (GtkWidget     *widget,
                  GtkOrientation orientation,
                  int            for_size,
                  int           *minimum,
                  int           *natural,
                  int           *minimum_baseline,
                  int           *natural_baseline)
{
  HrSplit *self = HR_SPLIT (widget);
  int      first = least_width (self->first);
  int      both = first + SPACING + natural_width (self->second);
  int      width = for_size < 0 ? both : for_size;
  int      beside = second_width (self, width);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (first, least_width (self->second));
      *natural = both;
    }
  else if (beside > 0)
    *minimum = *natural = MAX (height_for (self->first, width - SPACING - beside), height_for (self->second, beside));
  else
    *minimum = *natural = height_for (self->first, width) + height_for (self->second, width);
}

static void
hr_split_size_allocate (GtkWidget *widget,
                        int        width,
                        int        height,
                        int        baseline)
{
  HrSplit *self = HR_SPLIT (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int      beside = second_width (self, width);
  int      rest = width - SPACING - beside;
  int      top = height_for (self->first, width);

  if (beside > 0)
    {
      gtk_widget_size_allocate (self->first, &(GtkAllocation){ rtl ? beside + SPACING : 0, 0, rest, height }, -1);
      gtk_widget_size_allocate (self->second, &(GtkAllocation){ rtl ? 0 : rest + SPACING, 0, beside, height }, -1);
    }
  else
    {
      gtk_widget_size_allocate (self->first, &(GtkAllocation){ 0, 0, width, top }, -1);
      gtk_widget_size_allocate (self->second, &(GtkAllocation){ 0, top, width, MAX (height - top, 0) }, -1);
    }
}

static GtkSizeRequestMode
hr_split_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
hr_split_dispose (GObject *object)
{
  HrSplit *self = HR_SPLIT (object);

  g_clear_pointer (&self->first, gtk_widget_unparent);
  g_clear_pointer (&self->second, gtk_widget_unparent);

  G_OBJECT_CLASS (hr_split_parent_class)->dispose (object);
}

static void
hr_split_class_init (HrSplitClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_split_dispose;
  widget_class->measure = hr_split_measure;
  widget_class->size_allocate = hr_split_size_allocate;
  widget_class->get_request_mode = hr_split_get_request_mode;
}

static void
hr_split_init (HrSplit *self)
{
}

GtkWidget *
hr_split_new (GtkWidget *first,
              GtkWidget *second)
{
  HrSplit *self = g_object_new (HR_TYPE_SPLIT, NULL);

  self->first = first;
  self->second = second;
  gtk_widget_set_parent (first, GTK_WIDGET (self));
  gtk_widget_set_parent (second, GTK_WIDGET (self));

  return GTK_WIDGET (self);
}
