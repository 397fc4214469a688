/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/identity-card.h"

#include "app/device-wording.h"
#include "app/fact.h"
#include "app/labels.h"

#include <glib/gi18n.h>

struct _HrIdentityCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkImage *icon;
  GtkLabel *name;
  GtkLabel *state;
  HrFact   *product;
  HrFact   *system;
  GtkLabel *udid;
};

G_DEFINE_FINAL_TYPE (HrIdentityCard, hr_identity_card, GTK_TYPE_BOX)

static void
copy_clicked_cb (HrIdentityCard *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), gtk_label_get_label (self->udid));
}

/* What its user calls it comes first; what it calls itself beside its state, where that is another name. */
static char *
word_state (HrSource *source)
{
  const HrDevice *device = hr_source_get_device (source);
  const char     *state = hr_word_device_state (device->state);

  if (device->name == NULL || g_str_equal (device->name, hr_source_get_title (source)))
    return g_strdup (state);

  return g_strdup_printf ("%s · %s", device->name, state);
}

void
hr_identity_card_refresh (HrIdentityCard *self,
                          HrSource       *source)
{
  const HrDevice  *device = hr_source_get_device (source);
  g_autofree char *state = word_state (source);
  g_autofree char *product = hr_word_product (device);
  g_autofree char *system = hr_word_system (device);

  gtk_image_set_from_icon_name (self->icon, hr_source_icon (source));
  hr_label_set (self->name, hr_source_get_title (source));
  hr_label_set (self->state, state);
  hr_fact_set (self->product, product, NULL, NULL);
  hr_fact_set (self->system, system, NULL, NULL);
  hr_label_set (self->udid, device->udid);
}

static void
hr_identity_card_class_init (HrIdentityCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_FACT);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/identity-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrIdentityCard, icon);
  gtk_widget_class_bind_template_child (widget_class, HrIdentityCard, name);
  gtk_widget_class_bind_template_child (widget_class, HrIdentityCard, state);
  gtk_widget_class_bind_template_child (widget_class, HrIdentityCard, product);
  gtk_widget_class_bind_template_child (widget_class, HrIdentityCard, system);
  gtk_widget_class_bind_template_child (widget_class, HrIdentityCard, udid);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
}

static void
hr_identity_card_init (HrIdentityCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
