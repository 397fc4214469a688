/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/statistics-card.h"

#include "app/fact.h"
#include "app/figures.h"
#include "app/labels.h"
#include "app/wording.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrStatisticsCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel *subtitle;
  HrFact   *extremes;
  HrFact   *middle;
  HrFact   *tail;
  HrFact   *records;
  HrFact   *throughput;
  HrFact   *score;
};

G_DEFINE_FINAL_TYPE (HrStatisticsCard, hr_statistics_card, GTK_TYPE_BOX)

static void
show_pair (HrFact *fact,
           double  first,
           double  second,
           HrUnit  unit)
{
  g_autofree char *first_text = hr_word_value (first, unit);
  g_autofree char *second_text = hr_word_value (second, unit);
  g_autofree char *first_exact = hr_word_exact (first, unit);
  g_autofree char *second_exact = hr_word_exact (second, unit);
  g_autofree char *text = g_strdup_printf ("%s · %s", first_text, second_text);
  g_autofree char *exact = g_strdup_printf ("%s · %s", first_exact, second_exact);

  hr_fact_set (fact, text, NULL, exact);
}

static void
show_records (HrStatisticsCard          *self,
              const HrStatisticsFigures *figures)
{
  g_autofree char *count = hr_word_count (figures->count);
  g_autofree char *exact = g_strdup_printf ("%" G_GUINT64_FORMAT, figures->count);
  g_autofree char *lost = hr_word_count (figures->lost);
  g_autofree char *note = g_strdup_printf (_ ("%s lost"), lost);

  hr_fact_set (self->records, count, note, exact);
}

static const char *
word_trend (HrTrend trend)
{
  switch (trend)
    {
    case HR_TREND_IMPROVING:
      return _ ("rising ↗");
    case HR_TREND_STABLE:
      return _ ("stable →");
    case HR_TREND_DEGRADING:
      return _ ("falling ↘");
    case HR_TREND_UNKNOWN:
    case HR_N_TRENDS:
    default:
      return NULL;
    }
}

static void
show_throughput (HrStatisticsCard          *self,
                 const HrStatisticsFigures *figures)
{
  g_autofree char *rate = hr_word_value (figures->throughput, HR_UNIT_PER_SECOND);
  g_autofree char *exact = hr_word_exact (figures->throughput, HR_UNIT_PER_SECOND);

  hr_fact_set (self->throughput, rate, isfinite (figures->throughput) ? word_trend (figures->trend) : NULL, exact);
}

static void
append_part (GString    *text,
             const char *name,
             double      score)
{
  if (isfinite (score))
    g_string_append_printf (text, "%s%s %.0f", text->len > 0 ? " · " : "", name, score * 100);
}

static void
show_score (HrStatisticsCard *self,
            const HrScores   *scores)
{
  g_autoptr (GString) parts = g_string_new (NULL);
  g_autofree char *overall = isfinite (scores->overall) ? g_strdup_printf ("%.2f", scores->overall) : g_strdup (HR_NO_VALUE);
  g_autofree char *exact = hr_word_exact (scores->overall, HR_UNIT_COUNT);

  append_part (parts, _ ("latency"), scores->thompson);
  append_part (parts, _ ("memory"), scores->memory);
  append_part (parts, _ ("frames"), scores->frames);
  append_part (parts, _ ("compliance"), scores->compliance);
  hr_fact_set (self->score, overall, parts->str, exact);
}

void
hr_statistics_card_refresh (HrStatisticsCard *self,
                            const HrReading  *reading)
{
  HrStatisticsFigures figures;
  gboolean            found = hr_statistics_figures_read (&figures, reading);

  gtk_widget_set_visible (GTK_WIDGET (self), found);
  if (!found)
    return;

  hr_stale_set (GTK_WIDGET (self), reading->as_of != NULL);
  hr_label_set (self->subtitle, reading->as_of != NULL ? reading->as_of : _ ("since start"));
  show_pair (self->extremes, figures.min, figures.max, figures.unit);
  show_pair (self->middle, figures.p50, figures.p90, figures.unit);
  show_pair (self->tail, figures.p99, figures.p999, figures.unit);
  show_records (self, &figures);
  show_throughput (self, &figures);
  show_score (self, &figures.scores);
}

static void
hr_statistics_card_class_init (HrStatisticsCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_FACT);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/statistics-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrStatisticsCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrStatisticsCard, extremes);
  gtk_widget_class_bind_template_child (widget_class, HrStatisticsCard, middle);
  gtk_widget_class_bind_template_child (widget_class, HrStatisticsCard, tail);
  gtk_widget_class_bind_template_child (widget_class, HrStatisticsCard, records);
  gtk_widget_class_bind_template_child (widget_class, HrStatisticsCard, throughput);
  gtk_widget_class_bind_template_child (widget_class, HrStatisticsCard, score);
}

static void
hr_statistics_card_init (HrStatisticsCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
