/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/programs-card.h"

#include "app/labels.h"
#include "app/source-row.h"

#include <glib/gi18n.h>

struct _HrProgramsCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel   *subtitle;
  GtkListBox *list;
  GtkLabel   *message;

  /* Owned */
  HrMonitor *monitor;
  HrSource  *device;
  GtkFilter *filter;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (HrProgramsCard, hr_programs_card, GTK_TYPE_BOX)

static gboolean
is_program (gpointer item,
            gpointer user_data)
{
  HrProgramsCard *self = user_data;

  return self->device != NULL && item != (gpointer) self->device && hr_monitor_get_origin (self->monitor, item) == self->device;
}

static GtkWidget *
create_row (gpointer source,
            gpointer user_data)
{
  return hr_source_row_new (source);
}

static void
list_activated_cb (GtkListBox     *list,
                   GtkListBoxRow  *row,
                   HrProgramsCard *self)
{
  g_signal_emit (self, chosen_signal, 0, hr_source_row_get_source (HR_SOURCE_ROW (row)));
}

static void
monitor_verdict_cb (HrMonitor      *monitor,
                    HrSource       *source,
                    HrProgramsCard *self)
{
  GtkListBoxRow *row;

  if (!is_program (source, self))
    return;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (hr_source_row_get_source (HR_SOURCE_ROW (row)) == source)
      hr_source_row_judge (HR_SOURCE_ROW (row), hr_monitor_get_verdict (monitor, source));
}

/* Why no program can be seen, or is live, where that is so. */
static const char *
word_message (HrProgramsCard *self,
              guint           n_live)
{
  const HrDevice *device = hr_source_get_device (self->device);
  const char     *message = hr_source_get_message (self->device);

  if (n_live > 0 || device == NULL || device->state == HR_DEVICE_DETACHED)
    return NULL;
  if (message != NULL && *message != '\0')
    return message;

  return _ ("No program with Headroom's agent in it runs in the foreground. Headroom tries again each second.");
}

/* Shows how the programs stand now. */
void
hr_programs_card_refresh (HrProgramsCard *self)
{
  GtkListBoxRow   *row;
  guint            n = 0, n_live = 0;
  const char      *message;
  g_autofree char *text = NULL;

  if (self->device == NULL)
    return;

  for (; (row = gtk_list_box_get_row_at_index (self->list, (int) n)) != NULL; n++)
    n_live += hr_source_is_live (hr_source_row_get_source (HR_SOURCE_ROW (row)));

  message = word_message (self, n_live);
  text = g_strdup_printf (_ ("%u live"), n_live);
  hr_label_set (self->subtitle, n > 0 ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->list), n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->message), message != NULL || n == 0);
  hr_label_set (self->message, message != NULL ? message : _ ("None so far"));
}

void
hr_programs_card_set_device (HrProgramsCard *self,
                             HrSource       *device)
{
  g_return_if_fail (HR_IS_PROGRAMS_CARD (self));

  if (g_set_object (&self->device, device))
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

void
hr_programs_card_follow (HrProgramsCard *self,
                         HrMonitor      *monitor)
{
  GtkFilterListModel *programs;

  g_return_if_fail (HR_IS_PROGRAMS_CARD (self));
  g_return_if_fail (self->monitor == NULL);

  self->monitor = g_object_ref (monitor);
  programs = gtk_filter_list_model_new (g_object_ref (hr_monitor_get_sources (monitor)), g_object_ref (self->filter));
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (programs), create_row, NULL, NULL);
  g_object_unref (programs);
  g_signal_connect_object (monitor, "verdict-changed", G_CALLBACK (monitor_verdict_cb), self, 0);
}

static void
hr_programs_card_dispose (GObject *object)
{
  HrProgramsCard *self = HR_PROGRAMS_CARD (object);

  if (self->monitor != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->device);
  g_clear_object (&self->filter);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (hr_programs_card_parent_class)->dispose (object);
}

static void
hr_programs_card_class_init (HrProgramsCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_programs_card_dispose;
  chosen_signal = g_signal_new ("chosen", HR_TYPE_PROGRAMS_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HR_TYPE_SOURCE);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/programs-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrProgramsCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrProgramsCard, list);
  gtk_widget_class_bind_template_child (widget_class, HrProgramsCard, message);
  gtk_widget_class_bind_template_callback (widget_class, list_activated_cb);
}

static void
hr_programs_card_init (HrProgramsCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_program, self, NULL));
}
