/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/memory-card.h"

#include "app/figure.h"
#include "app/figures.h"
#include "app/labels.h"
#include "app/tiles.h"
#include "app/wording.h"
#include "widgets/meter.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrMemoryCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel *subtitle;
  HrFigure *now;
  HrFigure *peak;
  HrFigure *growth;
  HrMeter  *meter;
};

G_DEFINE_FINAL_TYPE (HrMemoryCard, hr_memory_card, GTK_TYPE_BOX)

/* That memory is steady is a finding too; that it was not watched for long enough is none. */
static void
show_growth (HrMemoryCard          *self,
             const HrMemoryFigures *figures,
             const char            *as_of)
{
  g_autofree char *exact = hr_word_exact (figures->growth, HR_UNIT_MEGABYTES);
  g_autofree char *text = NULL;
  g_autofree char *suffix = NULL;
  g_autofree char *caption = NULL;
  const char      *unit;
  char             number[64];

  if (!(figures->growth > 0))
    {
      hr_figure_set_text (self->growth, figures->growth == 0 ? _ ("steady") : HR_NO_VALUE, "", HR_NO_VALUE, as_of);
      hr_figure_set_caption (self->growth, _ ("growth"));
      return;
    }

  hr_value_split (figures->growth, HR_UNIT_MEGABYTES, number, sizeof number, &unit);
  text = g_strdup_printf ("+%s", number);
  suffix = g_strdup_printf (_ ("%s/min"), unit);
  if (isfinite (figures->minutes))
    {
      g_autofree char *estimate = hr_word_estimate (figures->minutes);

      caption = g_strdup_printf (_ ("%s to budget"), estimate);
    }
  hr_figure_set_text (self->growth, text, suffix, exact, as_of);
  hr_figure_set_caption (self->growth, caption != NULL ? caption : _ ("growth"));
}

static void
show_budget (HrMemoryCard          *self,
             const HrMemoryFigures *figures,
             const char            *as_of)
{
  g_autofree char *limit = hr_word_value (figures->limit, HR_UNIT_MEGABYTES);
  g_autofree char *now = hr_word_value (figures->now, HR_UNIT_MEGABYTES);
  g_autofree char *budget = g_strdup_printf (_ ("budget %s"), limit);
  g_autofree char *text = g_strdup_printf (_ ("%s of %s"), now, limit);

  gtk_widget_set_visible (GTK_WIDGET (self->meter), isfinite (figures->limit));
  hr_label_set (self->subtitle, as_of != NULL ? as_of : isfinite (figures->limit) ? budget
                                                                                  : _ ("no budget"));
  hr_meter_set_marks (self->meter, figures->warn, figures->critical);
  hr_meter_set_used (self->meter, as_of == NULL ? figures->used : (double) NAN);
  hr_meter_set_text (self->meter, text);
}

static const char *
level_for (const HrMemoryFigures *figures)
{
  if (figures->used > 1)
    return "error";

  return figures->used > figures->warn ? "warning" : NULL;
}

void
hr_memory_card_refresh (HrMemoryCard    *self,
                        const HrReading *reading)
{
  HrMemoryFigures figures;
  gboolean        found = hr_memory_figures_read (&figures, reading);

  gtk_widget_set_visible (GTK_WIDGET (self), found);
  if (!found)
    return;

  hr_figure_set_value (self->now, figures.now, HR_UNIT_MEGABYTES, reading->as_of);
  hr_figure_set_level (self->now, level_for (&figures));
  /* A phone counts what its system would end a program for. */
  hr_figure_set_caption (self->now, hr_source_get_group (reading->source) == HR_GROUP_USB ? _ ("now, footprint") : _ ("now, PSS"));
  hr_figure_set_value (self->peak, figures.peak, HR_UNIT_MEGABYTES, reading->as_of);
  show_growth (self, &figures, reading->as_of);
  show_budget (self, &figures, reading->as_of);
}

static void
hr_memory_card_class_init (HrMemoryCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_FIGURE);
  g_type_ensure (HR_TYPE_METER);
  g_type_ensure (HR_TYPE_TILES);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/memory-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrMemoryCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrMemoryCard, now);
  gtk_widget_class_bind_template_child (widget_class, HrMemoryCard, peak);
  gtk_widget_class_bind_template_child (widget_class, HrMemoryCard, growth);
  gtk_widget_class_bind_template_child (widget_class, HrMemoryCard, meter);
}

static void
hr_memory_card_init (HrMemoryCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
