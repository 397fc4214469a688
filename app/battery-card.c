/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/battery-card.h"

#include "app/device-wording.h"
#include "app/fact.h"
#include "app/figure.h"
#include "app/labels.h"
#include "app/wording.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrBatteryCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel    *subtitle;
  GtkWidget   *told;
  HrFigure    *level;
  GtkLevelBar *bar;
  HrFact      *temperature;
  HrFact      *cycles;
  GtkLabel    *message;
};

G_DEFINE_FINAL_TYPE (HrBatteryCard, hr_battery_card, GTK_TYPE_BOX)

static void
show_level (HrBatteryCard  *self,
            const HrDevice *device)
{
  g_autofree char *celsius = isnan (device->battery_celsius) ? g_strdup (HR_NO_VALUE) : g_strdup_printf (_ ("%.1f °C"), device->battery_celsius);
  g_autofree char *cycles = device->battery_cycles < 0 ? g_strdup (HR_NO_VALUE) : hr_word_count ((guint64) device->battery_cycles);

  hr_figure_set_value (self->level, device->battery, HR_UNIT_RATIO, NULL);
  gtk_level_bar_set_value (self->bar, device->battery);
  hr_fact_set (self->temperature, celsius, NULL, NULL);
  hr_fact_set (self->cycles, cycles, NULL, NULL);
}

void
hr_battery_card_refresh (HrBatteryCard *self,
                         HrSource      *source)
{
  const HrDevice  *device = hr_source_get_device (source);
  gboolean         told = device->battery >= 0;
  g_autofree char *note = hr_word_battery_note (device);

  gtk_widget_set_visible (self->told, told);
  gtk_widget_set_visible (GTK_WIDGET (self->message), !told);
  hr_label_set (self->subtitle, told && note != NULL ? note : "");
  hr_label_set (self->message, note != NULL ? note : "");
  if (told)
    show_level (self, device);
}

static void
hr_battery_card_class_init (HrBatteryCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_FACT);
  g_type_ensure (HR_TYPE_FIGURE);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/battery-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrBatteryCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrBatteryCard, told);
  gtk_widget_class_bind_template_child (widget_class, HrBatteryCard, level);
  gtk_widget_class_bind_template_child (widget_class, HrBatteryCard, bar);
  gtk_widget_class_bind_template_child (widget_class, HrBatteryCard, temperature);
  gtk_widget_class_bind_template_child (widget_class, HrBatteryCard, cycles);
  gtk_widget_class_bind_template_child (widget_class, HrBatteryCard, message);
}

static void
hr_battery_card_init (HrBatteryCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
