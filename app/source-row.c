/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/source-row.h"

#include "app/device-wording.h"
#include "app/labels.h"
#include "app/wording.h"
#include "widgets/sparkline.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrSourceRow
{
  GtkListBoxRow parent_instance;

  /* Template children */
  GtkImage    *icon;
  GtkWidget   *dot;
  GtkLabel    *name;
  GtkLabel    *detail;
  HrSparkline *line;

  /* Owned */
  HrSource *source;

  const char *dot_class;  /* interned */
  const char *line_class; /* interned */
  gint64      second;     /* of the point that is being gathered */
  double      worst;      /* share used within it, NaN: none yet */
  HrStanding  standing;
};

G_DEFINE_FINAL_TYPE (HrSourceRow, hr_source_row, GTK_TYPE_LIST_BOX_ROW)

static void
source_notify_cb (HrSource    *source,
                  GParamSpec  *pspec,
                  HrSourceRow *self)
{
  HrSourceState    state = hr_source_get_state (source);
  const char      *detail = hr_source_get_detail (source);
  const HrDevice  *device = hr_source_get_device (source);
  gboolean         device_only = device != NULL && device->state != HR_DEVICE_READY;
  const char      *word = device_only ? hr_word_device_state (device->state) : hr_word_state (state);
  gboolean         says_state = device_only || (device == NULL && !hr_source_is_live (source)) || detail == NULL || *detail == '\0';
  g_autofree char *spoken = g_strdup_printf ("%s, %s", hr_source_get_title (source), word);

  gtk_image_set_from_icon_name (self->icon, hr_source_icon (source));
  hr_label_set (self->name, hr_source_get_title (source));
  hr_label_set (self->detail, says_state ? word : detail);
  hr_css_class_swap (self->dot, &self->dot_class, device != NULL ? hr_device_css_class (device->state) : hr_state_css_class (state));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), hr_source_get_message (source));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  if (!hr_source_is_live (source))
    hr_css_class_swap (GTK_WIDGET (self->line), &self->line_class, "dim-label");
}

HrSource *
hr_source_row_get_source (HrSourceRow *self)
{
  g_return_val_if_fail (HR_IS_SOURCE_ROW (self), NULL);

  return self->source;
}

static void
finish_point (HrSourceRow *self)
{
  hr_sparkline_append (self->line, self->worst);
  hr_css_class_swap (GTK_WIDGET (self->line), &self->line_class, hr_standing_css_class (self->standing));
  gtk_widget_set_visible (GTK_WIDGET (self->line), TRUE);
}

void
hr_source_row_judge (HrSourceRow     *self,
                     const HrVerdict *verdict)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;

  g_return_if_fail (HR_IS_SOURCE_ROW (self));

  if (verdict == NULL || verdict->worst_index < 0)
    return;

  if (second != self->second)
    {
      if (isfinite (self->worst))
        finish_point (self);
      self->second = second;
      self->worst = NAN;
      self->standing = HR_STANDING_NO_DATA;
    }
  self->worst = fmax (self->worst, verdict->judgements[verdict->worst_index].used);
  self->standing = MAX (self->standing, verdict->worst);
}

static void
hr_source_row_finalize (GObject *object)
{
  g_clear_object (&HR_SOURCE_ROW (object)->source);

  G_OBJECT_CLASS (hr_source_row_parent_class)->finalize (object);
}

static void
hr_source_row_class_init (HrSourceRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_SPARKLINE);

  G_OBJECT_CLASS (klass)->finalize = hr_source_row_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/source-row.ui");
  gtk_widget_class_bind_template_child (widget_class, HrSourceRow, icon);
  gtk_widget_class_bind_template_child (widget_class, HrSourceRow, dot);
  gtk_widget_class_bind_template_child (widget_class, HrSourceRow, name);
  gtk_widget_class_bind_template_child (widget_class, HrSourceRow, detail);
  gtk_widget_class_bind_template_child (widget_class, HrSourceRow, line);
}

static void
hr_source_row_init (HrSourceRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->worst = NAN;
}

GtkWidget *
hr_source_row_new (HrSource *source)
{
  HrSourceRow *self = g_object_new (HR_TYPE_SOURCE_ROW, NULL);

  self->source = g_object_ref (source);
  if (hr_source_get_role (source) == HR_SOURCE_PROCESS)
    gtk_widget_add_css_class (GTK_WIDGET (self), "process");
  g_signal_connect_object (source, "notify", G_CALLBACK (source_notify_cb), self, 0);
  source_notify_cb (source, NULL, self);

  return GTK_WIDGET (self);
}
