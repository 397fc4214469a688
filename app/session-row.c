/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/session-row.h"

#include "app/labels.h"
#include "engine/model/shown-path.h"

#include <glib/gi18n.h>

struct _HrSessionRow
{
  GtkListBoxRow parent_instance;

  /* Template children */
  GtkImage *icon;
  GtkLabel *name;
  GtkLabel *detail;

  /* Owned */
  HrSessionItem *item;
};

G_DEFINE_FINAL_TYPE (HrSessionRow, hr_session_row, GTK_TYPE_LIST_BOX_ROW)

static const char *
icon_of (HrSessionItem *item)
{
  if (hr_session_item_get_state (item) == HR_SESSION_ITEM_UNREADABLE)
    return "dialog-warning-symbolic";

  return hr_session_item_get_recording (item) != 0 ? "media-record-symbolic" : "folder-documents-symbolic";
}

static void
item_changed_cb (HrSessionRow *self)
{
  g_autofree char *detail = hr_session_item_describe (self->item);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", hr_session_item_get_title (self->item), detail);
  g_autofree char *path = hr_session_item_get_recording (self->item) == 0 ? hr_shown_path (hr_session_item_get_path (self->item)) : NULL;

  gtk_image_set_from_icon_name (self->icon, icon_of (self->item));
  hr_label_set (self->name, hr_session_item_get_title (self->item));
  hr_label_set (self->detail, detail);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), path);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
hr_session_row_finalize (GObject *object)
{
  g_clear_object (&HR_SESSION_ROW (object)->item);

  G_OBJECT_CLASS (hr_session_row_parent_class)->finalize (object);
}

static void
hr_session_row_class_init (HrSessionRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hr_session_row_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/session-row.ui");
  gtk_widget_class_bind_template_child (widget_class, HrSessionRow, icon);
  gtk_widget_class_bind_template_child (widget_class, HrSessionRow, name);
  gtk_widget_class_bind_template_child (widget_class, HrSessionRow, detail);
}

static void
hr_session_row_init (HrSessionRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
hr_session_row_new (HrSessionItem *item)
{
  HrSessionRow *self = g_object_new (HR_TYPE_SESSION_ROW, NULL);

  self->item = g_object_ref (item);
  g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  item_changed_cb (self);

  return GTK_WIDGET (self);
}

HrSessionItem *
hr_session_row_get_item (HrSessionRow *self)
{
  g_return_val_if_fail (HR_IS_SESSION_ROW (self), NULL);

  return self->item;
}
