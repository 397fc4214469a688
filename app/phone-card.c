/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/phone-card.h"

#include "app/device-wording.h"
#include "app/labels.h"
#include "app/metric-tiles.h"
#include "app/wording.h"

#include <glib/gi18n.h>

/* What the device's own instruments tell, each a metric of its history. */
static const HrMetricTile tiles[] = {
  { "cpu_usage", NULL, N_ ("CPU"), N_ ("processor") },
  { "gpu_usage", NULL, N_ ("GPU"), N_ ("graphics") },
  { "gpu_renderer_usage", NULL, N_ ("GPU renderer"), N_ ("renderer") },
  { "gpu_tiler_usage", NULL, N_ ("GPU tiler"), N_ ("tiler") },
  { "frames_per_second", NULL, N_ ("Frames per second"), N_ ("frames a second, of the screen") },
};

struct _HrPhoneCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel      *subtitle;
  HrMetricTiles *tiles;
  GtkLabel      *message;
};

G_DEFINE_FINAL_TYPE (HrPhoneCard, hr_phone_card, GTK_TYPE_BOX)

static const HrSnapshot *
newest_snapshot (HrHistory *history)
{
  guint n = hr_history_get_n_snapshots (history);

  return n > 0 ? hr_history_get_snapshot (history, n - 1) : NULL;
}

void
hr_phone_card_refresh (HrPhoneCard *self,
                       HrSource    *source)
{
  HrHistory        *history = hr_source_get_history (source);
  const HrSnapshot *newest = newest_snapshot (history);
  const char       *reason = hr_word_no_figures (hr_source_get_device (source));
  g_autofree char  *as_of = newest != NULL && !hr_source_is_live (source) ? hr_word_as_of (newest->time_us) : NULL;
  guint             n = newest != NULL ? hr_metric_tiles_refresh (self->tiles, history, newest->end_ns, as_of) : 0;

  gtk_widget_set_visible (GTK_WIDGET (self), n > 0 || reason != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->tiles), n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->message), n == 0);
  hr_label_set (self->subtitle, n == 0 ? "" : as_of != NULL ? as_of
                                                            : _ ("last 60 s"));
  hr_label_set (self->message, reason != NULL ? reason : "");
}

static void
hr_phone_card_class_init (HrPhoneCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_METRIC_TILES);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/phone-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrPhoneCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrPhoneCard, tiles);
  gtk_widget_class_bind_template_child (widget_class, HrPhoneCard, message);
}

static void
hr_phone_card_init (HrPhoneCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  hr_metric_tiles_describe (self->tiles, tiles, G_N_ELEMENTS (tiles));
}
