/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/latency-card.h"

#include "app/figure.h"
#include "app/figures.h"
#include "app/labels.h"
#include "app/live-label.h"
#include "app/tiles.h"
#include "app/wording.h"
#include "widgets/chart.h"
#include "widgets/meter.h"

#include <glib/gi18n.h>
#include <math.h>

#define CHART_SECONDS 30.0

/* Two snapshots further apart than this many intervals have a gap between them. */
#define GAP_INTERVALS 1.5

struct _HrLatencyCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel    *title;
  GtkLabel    *subtitle;
  HrFigure    *average;
  HrFigure    *advantage;
  HrFigure    *p90;
  HrFigure    *p99;
  HrFigure    *compliance;
  GtkWidget   *budget;
  HrLiveLabel *budget_text;
  HrMeter     *meter;
  HrChart     *chart;

  gint64      last_end_ns; /* of the newest snapshot in the chart; 0: none */
  guint       interval_ms;
  gboolean    broken; /* the chart ends with a gap */
  const char *metric; /* interned; that the chart shows */
};

G_DEFINE_FINAL_TYPE (HrLatencyCard, hr_latency_card, GTK_TYPE_BOX)

static const char *
title_for (const char *metric)
{
  return g_str_equal (metric, "thompson_duration_ms") ? _ ("Ranking latency, per job") : metric;
}

static const char *
level_for (HrStanding standing)
{
  return standing >= HR_STANDING_WARNING ? hr_standing_css_class (standing) : NULL;
}

static void
show_advantage (HrLatencyCard          *self,
                const HrLatencyFigures *figures,
                const char             *as_of)
{
  g_autofree char *factor = hr_word_factor (figures->advantage);
  g_autofree char *exact = hr_word_exact (figures->advantage, HR_UNIT_COUNT);
  g_autofree char *baseline = hr_word_value (figures->baseline, figures->info.unit);
  g_autofree char *caption = g_strdup_printf (_ ("advantage over %s"), baseline);

  gtk_widget_set_visible (GTK_WIDGET (self->advantage), isfinite (figures->baseline));
  hr_figure_set_text (self->advantage, factor, "", exact, as_of);
  hr_figure_set_caption (self->advantage, caption);
}

static void
show_budget (HrLatencyCard          *self,
             const HrLatencyFigures *figures,
             const char             *as_of)
{
  g_autofree char *used = hr_word_value (figures->used, HR_UNIT_RATIO);
  g_autofree char *limit = hr_word_value (figures->limit, figures->info.unit);
  g_autofree char *text = as_of == NULL ? g_strdup_printf (_ ("%s of the %s budget used"), used, limit)
                                        : g_strdup_printf (_ ("budget %s"), limit);

  gtk_widget_set_visible (self->budget, isfinite (figures->limit));
  hr_live_label_set (self->budget_text, text, NULL);
  hr_meter_set_used (self->meter, as_of == NULL ? figures->used : (double) NAN);
  hr_meter_set_text (self->meter, text);
  hr_chart_set_limit (self->chart, figures->limit);
}

static void
show_subtitle (HrLatencyCard   *self,
               const HrReading *reading)
{
  g_autofree char *rate = hr_word_rate (self->interval_ms);
  g_autofree char *live = g_strdup_printf (hr_chart_get_frozen (self->chart) ? _ ("chart frozen · %s") : _ ("last 30 s · %s"), rate);

  hr_label_set (self->subtitle, reading->as_of != NULL ? reading->as_of : live);
}

void
hr_latency_card_refresh (HrLatencyCard   *self,
                         const HrReading *reading)
{
  HrLatencyFigures figures;
  gboolean         found = hr_latency_figures_read (&figures, reading);

  gtk_widget_set_visible (GTK_WIDGET (self), found);
  if (!found)
    return;

  hr_label_set (self->title, title_for (figures.info.name));
  show_subtitle (self, reading);
  hr_figure_set_value (self->average, figures.mean, figures.info.unit, reading->as_of);
  hr_figure_set_level (self->average, level_for (figures.mean_standing));
  show_advantage (self, &figures, reading->as_of);
  hr_figure_set_value (self->p90, figures.p90, figures.info.unit, reading->as_of);
  hr_figure_set_value (self->p99, figures.p99, figures.info.unit, reading->as_of);
  hr_figure_set_level (self->p99, level_for (figures.tail_standing));
  gtk_widget_set_visible (GTK_WIDGET (self->compliance), isfinite (figures.compliance) || isfinite (figures.limit));
  hr_figure_set_value (self->compliance, figures.compliance, HR_UNIT_RATIO, reading->as_of);
  hr_figure_set_level (self->compliance, level_for (figures.compliance_standing));
  show_budget (self, &figures, reading->as_of);
}

static void
append_gap (HrLatencyCard *self,
            gint64         time_us,
            guint          n)
{
  guint visible = (guint) (CHART_SECONDS * 1000 / self->interval_ms);

  for (guint i = 0; i < MIN (n, visible); i++)
    hr_chart_append (self->chart, time_us, NAN, NAN);
}

void
hr_latency_card_append (HrLatencyCard    *self,
                        HrHistory        *history,
                        const HrSnapshot *snapshot)
{
  const HrSample *sample = NULL;
  double          intervals = (double) (snapshot->end_ns - self->last_end_ns) / (self->interval_ms * 1e6);
  guint           metric;

  if (!hr_latency_metric (history, &metric))
    return;

  if (self->metric != hr_history_get_metric (history, metric)->name)
    {
      self->metric = hr_history_get_metric (history, metric)->name;
      hr_chart_set_title (self->chart, title_for (self->metric));
      hr_chart_set_unit (self->chart, hr_history_get_metric (history, metric)->unit);
    }

  if (self->last_end_ns != 0 && intervals > GAP_INTERVALS)
    append_gap (self, snapshot->time_us, (guint) MIN (intervals - 0.5, 1e6) - (self->broken ? 1 : 0));
  self->last_end_ns = snapshot->end_ns;
  self->broken = FALSE;

  /* What makes up for an unwatched stretch has no place on the time axis. */
  sample = snapshot->catch_up ? NULL : hr_snapshot_find (snapshot, metric);
  hr_chart_append (self->chart,
                   snapshot->time_us,
                   sample != NULL ? hr_sample_mean (sample) : (double) NAN,
                   sample != NULL ? sample->max : (double) NAN);
}

void
hr_latency_card_restart (HrLatencyCard *self,
                         HrHistory     *history,
                         guint          interval_ms)
{
  guint n_snapshots = hr_history_get_n_snapshots (history);
  guint visible;

  self->interval_ms = MAX (interval_ms, 1);
  self->last_end_ns = 0;
  self->broken = FALSE;
  visible = (guint) (CHART_SECONDS * 1000 / self->interval_ms);

  hr_chart_clear (self->chart);
  hr_chart_set_span (self->chart, CHART_SECONDS, 1000.0 / self->interval_ms);
  for (guint i = n_snapshots - MIN (n_snapshots, visible); i < n_snapshots; i++)
    hr_latency_card_append (self, history, hr_history_get_snapshot (history, i));
}

void
hr_latency_card_break (HrLatencyCard *self)
{
  if (self->last_end_ns == 0 || self->broken)
    return;

  append_gap (self, 0, 1);
  self->broken = TRUE;
}

GtkWidget *
hr_latency_card_get_chart (HrLatencyCard *self)
{
  g_return_val_if_fail (HR_IS_LATENCY_CARD (self), NULL);

  return GTK_WIDGET (self->chart);
}

static void
hr_latency_card_class_init (HrLatencyCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_CHART);
  g_type_ensure (HR_TYPE_FIGURE);
  g_type_ensure (HR_TYPE_LIVE_LABEL);
  g_type_ensure (HR_TYPE_METER);
  g_type_ensure (HR_TYPE_TILES);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/latency-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, title);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, average);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, advantage);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, p90);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, p99);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, compliance);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, budget);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, budget_text);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, meter);
  gtk_widget_class_bind_template_child (widget_class, HrLatencyCard, chart);
}

static void
hr_latency_card_init (HrLatencyCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->interval_ms = 100;
}
