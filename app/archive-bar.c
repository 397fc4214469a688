/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/archive-bar.h"

#include "app/flow.h"
#include "app/labels.h"
#include "engine/store/schema.h"

#include <glib/gi18n.h>

struct _HrArchiveBar
{
  GtkWidget parent_instance;

  /* Template children */
  GtkWidget *box;
  GtkLabel  *label;
  GtkWidget *salvage;
  GtkWidget *set_aside;

  /* Owned */
  HrArchive *archive;
};

static guint salvage_signal;

G_DEFINE_FINAL_TYPE (HrArchiveBar, hr_archive_bar, GTK_TYPE_WIDGET)

static void
archive_changed_cb (HrArchiveBar *self)
{
  const char      *trouble = hr_archive_get_trouble (self->archive);
  HrStoreError     kind = hr_archive_get_trouble_kind (self->archive);
  gboolean         damaged = kind == HR_STORE_ERROR_CORRUPTED;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), trouble != NULL);
  if (trouble == NULL)
    return;

  text = g_strdup_printf (_ ("The history is not being kept. %s"), trouble);
  hr_label_set (self->label, text);
  gtk_widget_set_visible (self->salvage, damaged);
  gtk_widget_set_visible (self->set_aside, damaged || kind == HR_STORE_ERROR_FOREIGN || kind == HR_STORE_ERROR_NEWER);
}

static void
retry_clicked_cb (HrArchiveBar *self)
{
  hr_archive_retry (self->archive);
}

static void
salvage_clicked_cb (HrArchiveBar *self)
{
  g_signal_emit (self, salvage_signal, 0);
}

static void
hr_archive_bar_dispose (GObject *object)
{
  HrArchiveBar *self = HR_ARCHIVE_BAR (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->archive);

  G_OBJECT_CLASS (hr_archive_bar_parent_class)->dispose (object);
}

static void
hr_archive_bar_class_init (HrArchiveBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_FLOW);

  G_OBJECT_CLASS (klass)->dispose = hr_archive_bar_dispose;

  salvage_signal = g_signal_new ("salvage", HR_TYPE_ARCHIVE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/archive-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, HrArchiveBar, box);
  gtk_widget_class_bind_template_child (widget_class, HrArchiveBar, label);
  gtk_widget_class_bind_template_child (widget_class, HrArchiveBar, salvage);
  gtk_widget_class_bind_template_child (widget_class, HrArchiveBar, set_aside);
  gtk_widget_class_bind_template_callback (widget_class, retry_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, salvage_clicked_cb);
}

static void
hr_archive_bar_init (HrArchiveBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* Tells of @archive; once. */
void
hr_archive_bar_follow (HrArchiveBar *self,
                       HrArchive    *archive)
{
  g_return_if_fail (HR_IS_ARCHIVE_BAR (self));
  g_return_if_fail (self->archive == NULL);

  self->archive = g_object_ref (archive);
  g_signal_connect_object (archive, "changed", G_CALLBACK (archive_changed_cb), self, G_CONNECT_SWAPPED);
  archive_changed_cb (self);
}
