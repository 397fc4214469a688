/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/record-button.h"

#include "app/labels.h"

#include <glib/gi18n.h>

struct _HrRecordButton
{
  GtkWidget parent_instance;

  /* Template children */
  GtkWidget *button;
  GtkWidget *picture;
  GtkLabel  *time;

  /* Owned */
  HrArchive *archive;
  guint      clock; /* the source that counts the seconds, or 0 */

  gboolean compact;
};

G_DEFINE_FINAL_TYPE (HrRecordButton, hr_record_button, GTK_TYPE_WIDGET)

static void
show_time (HrRecordButton *self)
{
  gint64           seconds = MAX (g_get_real_time () - hr_archive_get_recording_begin (self->archive), 0) / G_USEC_PER_SEC;
  g_autofree char *text = NULL;

  if (seconds < 3600)
    text = g_strdup_printf ("%d:%02d", (int) (seconds / 60), (int) (seconds % 60));
  else
    text = g_strdup_printf ("%d:%02d:%02d", (int) (seconds / 3600), (int) (seconds / 60 % 60), (int) (seconds % 60));
  hr_label_set (self->time, text);
}

static gboolean
clock_cb (gpointer user_data)
{
  show_time (user_data);

  return G_SOURCE_CONTINUE;
}

static void
archive_changed_cb (HrRecordButton *self)
{
  gboolean    recording = hr_archive_is_recording (self->archive);
  const char *text = recording ? _ ("Stop recording") : _ ("Record");

  gtk_widget_set_visible (GTK_WIDGET (self->time), recording);
  gtk_widget_set_visible (self->picture, !recording || !self->compact);
  gtk_widget_set_tooltip_text (self->button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  if (!recording)
    {
      g_clear_handle_id (&self->clock, g_source_remove);
      gtk_widget_remove_css_class (self->button, "recording");
    }
  else if (self->clock == 0)
    {
      show_time (self);
      self->clock = g_timeout_add_seconds (1, clock_cb, self);
      gtk_widget_add_css_class (self->button, "recording");
    }
}

static void
hr_record_button_dispose (GObject *object)
{
  HrRecordButton *self = HR_RECORD_BUTTON (object);

  g_clear_handle_id (&self->clock, g_source_remove);
  g_clear_pointer (&self->button, gtk_widget_unparent);
  g_clear_object (&self->archive);

  G_OBJECT_CLASS (hr_record_button_parent_class)->dispose (object);
}

static void
hr_record_button_class_init (HrRecordButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_record_button_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/record-button.ui");
  gtk_widget_class_bind_template_child (widget_class, HrRecordButton, button);
  gtk_widget_class_bind_template_child (widget_class, HrRecordButton, picture);
  gtk_widget_class_bind_template_child (widget_class, HrRecordButton, time);
}

static void
hr_record_button_init (HrRecordButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* Shows how @archive records; once. */
void
hr_record_button_follow (HrRecordButton *self,
                         HrArchive      *archive)
{
  g_return_if_fail (HR_IS_RECORD_BUTTON (self));
  g_return_if_fail (self->archive == NULL);

  self->archive = g_object_ref (archive);
  g_signal_connect_object (archive, "changed", G_CALLBACK (archive_changed_cb), self, G_CONNECT_SWAPPED);
  archive_changed_cb (self);
}

void
hr_record_button_set_compact (HrRecordButton *self,
                              gboolean        compact)
{
  g_return_if_fail (HR_IS_RECORD_BUTTON (self));

  self->compact = compact;
  archive_changed_cb (self);
}
