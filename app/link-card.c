/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/link-card.h"

#include "app/device-wording.h"
#include "app/fact.h"
#include "app/labels.h"
#include "app/wording.h"

#include <glib/gi18n.h>

struct _HrLinkCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel *subtitle;
  HrFact   *round_trip;
  HrFact   *clock;
  HrFact   *snapshots;
  HrFact   *lost;
  HrFact   *gaps;
  HrFact   *resent;
  HrFact   *links;
};

G_DEFINE_FINAL_TYPE (HrLinkCard, hr_link_card, GTK_TYPE_BOX)

static void
show_count (HrFact *fact,
            guint64 count)
{
  g_autofree char *text = hr_word_count (count);

  hr_fact_set (fact, text, NULL, NULL);
}

static void
show_times (HrLinkCard          *self,
            const HrLinkQuality *quality)
{
  g_autofree char *now = hr_word_link_time (quality->round_trip_ns);
  g_autofree char *least = hr_word_link_time (quality->best_round_trip_ns);
  g_autofree char *best = g_strdup_printf (_ ("best %s"), least);
  g_autofree char *clock = hr_word_link_time (quality->clock_error_ns);
  g_autofree char *error = g_strdup_printf ("±%s", clock);

  hr_fact_set (self->round_trip, now, quality->best_round_trip_ns >= 0 ? best : NULL, NULL);
  hr_fact_set (self->clock, quality->clock_error_ns >= 0 ? error : clock, NULL, NULL);
}

void
hr_link_card_refresh (HrLinkCard *self,
                      HrSource   *source)
{
  const HrLinkQuality *quality = hr_source_get_quality (source);
  gboolean             shown = hr_source_get_group (source) != HR_GROUP_COMPUTER && quality->n_links > 0;

  gtk_widget_set_visible (GTK_WIDGET (self), shown);
  if (!shown)
    return;

  hr_label_set (self->subtitle, hr_source_get_group (source) == HR_GROUP_USB ? _ ("over USB") : _ ("over the network"));
  show_times (self, quality);
  show_count (self->snapshots, quality->n_snapshots);
  show_count (self->lost, quality->n_lost_records);
  show_count (self->gaps, quality->n_catch_ups);
  show_count (self->resent, quality->n_resent);
  show_count (self->links, quality->n_links);
}

static void
hr_link_card_class_init (HrLinkCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_FACT);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/link-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrLinkCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrLinkCard, round_trip);
  gtk_widget_class_bind_template_child (widget_class, HrLinkCard, clock);
  gtk_widget_class_bind_template_child (widget_class, HrLinkCard, snapshots);
  gtk_widget_class_bind_template_child (widget_class, HrLinkCard, lost);
  gtk_widget_class_bind_template_child (widget_class, HrLinkCard, gaps);
  gtk_widget_class_bind_template_child (widget_class, HrLinkCard, resent);
  gtk_widget_class_bind_template_child (widget_class, HrLinkCard, links);
}

static void
hr_link_card_init (HrLinkCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
