/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/labelled.h"

#include "widgets/backdrop.h"

typedef struct
{
  int line_height; /* 0: to be measured */
} HrLabelledPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (HrLabelled, hr_labelled, GTK_TYPE_WIDGET)

static void
forget_line_height (GtkWidget *widget)
{
  HrLabelledPrivate *priv = hr_labelled_get_instance_private (HR_LABELLED (widget));

  priv->line_height = 0;
}

static void
hr_labelled_css_changed (GtkWidget         *widget,
                         GtkCssStyleChange *change)
{
  forget_line_height (widget);
  GTK_WIDGET_CLASS (hr_labelled_parent_class)->css_changed (widget, change);
}

static void
hr_labelled_system_setting_changed (GtkWidget       *widget,
                                    GtkSystemSetting setting)
{
  forget_line_height (widget);
  GTK_WIDGET_CLASS (hr_labelled_parent_class)->system_setting_changed (widget, setting);
  gtk_widget_queue_resize (widget);
}

static void
hr_labelled_class_init (HrLabelledClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->css_changed = hr_labelled_css_changed;
  widget_class->system_setting_changed = hr_labelled_system_setting_changed;
}

static void
hr_labelled_init (HrLabelled *self)
{
}

/* Returns the height of a label in pixels. */
int
hr_labelled_get_line_height (HrLabelled *self)
{
  HrLabelledPrivate *priv = hr_labelled_get_instance_private (self);

  if (priv->line_height == 0)
    priv->line_height = hr_backdrop_line_height (GTK_WIDGET (self));

  return priv->line_height;
}
