/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/computer-card.h"

#include "app/labels.h"
#include "app/metric-tiles.h"

#include <glib/gi18n.h>

/* The figures of the card, each a metric of the agent for its computer. */
static const HrMetricTile tiles[] = {
  { "cpu_usage", NULL, N_ ("CPU"), N_ ("processor") },
  { "system_memory_used_mb", "system_memory_total_mb", N_ ("System memory"), N_ ("memory") },
  { "disk_read_mb_per_second", NULL, N_ ("Disk read"), N_ ("disk read") },
  { "disk_write_mb_per_second", NULL, N_ ("Disk write"), N_ ("disk write") },
  { "network_in_mb_per_second", NULL, N_ ("Network in"), N_ ("network in") },
  { "network_out_mb_per_second", NULL, N_ ("Network out"), N_ ("network out") },
  { "process_count", NULL, N_ ("Processes"), N_ ("processes") },
  { "load_average_1m", NULL, N_ ("Load"), N_ ("load, 1 min") },
};

struct _HrComputerCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel      *title;
  GtkLabel      *subtitle;
  HrMetricTiles *tiles;
};

G_DEFINE_FINAL_TYPE (HrComputerCard, hr_computer_card, GTK_TYPE_BOX)

void
hr_computer_card_refresh (HrComputerCard  *self,
                          const HrReading *reading)
{
  gboolean shown = hr_source_get_role (reading->source) == HR_SOURCE_COMPUTER;

  gtk_widget_set_visible (GTK_WIDGET (self), shown);
  if (!shown)
    return;

  hr_label_set (self->title, hr_source_get_group (reading->source) == HR_GROUP_COMPUTER ? _ ("This computer") : hr_source_get_title (reading->source));
  hr_label_set (self->subtitle, reading->as_of != NULL ? reading->as_of : _ ("last 60 s"));
  hr_metric_tiles_refresh (self->tiles, reading->history, reading->now_ns, reading->as_of);
}

static void
hr_computer_card_class_init (HrComputerCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_METRIC_TILES);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/computer-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrComputerCard, title);
  gtk_widget_class_bind_template_child (widget_class, HrComputerCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrComputerCard, tiles);
}

static void
hr_computer_card_init (HrComputerCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  hr_metric_tiles_describe (self->tiles, tiles, G_N_ELEMENTS (tiles));
}
