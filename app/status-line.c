/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/status-line.h"

#include "app/labels.h"
#include "app/overhead.h"
#include "app/wording.h"

#include "engine/base/clock.h"

#include <glib/gi18n.h>

struct _HrStatusLine
{
  GtkWidget parent_instance;

  /* Template children */
  GtkWidget *box;
  GtkLabel  *overhead;
  GtkLabel  *rate;
  GtkLabel  *samples;
  GtkLabel  *clock;
  GtkLabel  *state;

  HrOverhead own;
};

G_DEFINE_FINAL_TYPE (HrStatusLine, hr_status_line, GTK_TYPE_WIDGET)

static void
show (GtkLabel   *label,
      const char *name,
      const char *text)
{
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
  if (text == NULL || g_strcmp0 (gtk_label_get_label (label), text) == 0)
    return;

  gtk_label_set_label (label, text);
  if (name != NULL)
    {
      g_autofree char *spoken = g_strdup_printf ("%s: %s", name, text);

      gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
    }
}

/* Finds what the agent of this computer measures as its own share of the machine. */
static gboolean
agent_share (HrMonitor *monitor,
             double    *out_share)
{
  GListModel *sources = hr_monitor_get_sources (monitor);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);
      HrHistory *history = hr_source_get_history (source);
      guint      metric;

      if (hr_source_get_role (source) == HR_SOURCE_COMPUTER && hr_source_is_live (source) &&
          hr_history_find_metric (history, "monitor_cpu_usage", &metric) &&
          hr_history_get_totals (history, metric)->count > 0)
        {
          *out_share = hr_history_get_totals (history, metric)->last;
          return TRUE;
        }
    }

  return FALSE;
}

static void
show_overhead (HrStatusLine *self,
               HrMonitor    *monitor)
{
  double           agent = 0;
  gboolean         knows_agent = agent_share (monitor, &agent);
  g_autofree char *total = NULL;
  g_autofree char *own_text = NULL;
  g_autofree char *agent_text = NULL;
  g_autofree char *text = NULL;
  g_autofree char *tooltip = NULL;

  if (!hr_overhead_advance (&self->own, (gint64) hr_clock_monotonic (), hr_overhead_process_cpu (), g_get_num_processors ()))
    return;

  total = hr_word_value (self->own.share + agent, HR_UNIT_RATIO);
  own_text = hr_word_value (self->own.share, HR_UNIT_RATIO);
  agent_text = knows_agent ? hr_word_value (agent, HR_UNIT_RATIO) : g_strdup (HR_NO_VALUE);
  text = g_strdup_printf (_ ("Monitoring overhead %s"), total);
  tooltip = g_strdup_printf (_ ("Share of this computer's processors: window %s, agent %s"), own_text, agent_text);
  show (self->overhead, NULL, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->overhead), tooltip);
}

static void
show_samples (HrStatusLine *self,
              HrSource     *source)
{
  HrHistory       *history = hr_source_get_history (source);
  g_autofree char *received = hr_word_count (hr_history_get_received (history));
  g_autofree char *lost = hr_word_count (hr_history_get_lost (history));
  g_autofree char *text = g_strdup_printf (_ ("%s received · %s lost"), received, lost);

  show (self->samples, _ ("Samples"), text);
}

static void
show_clock (HrStatusLine *self,
            HrSource     *source)
{
  double           error_ms = (double) hr_source_get_clock_error (source) / HR_NS_PER_MS;
  g_autofree char *error = hr_word_value (error_ms, HR_UNIT_MILLISECONDS);
  g_autofree char *text = g_strdup_printf (_ ("clock ±%s"), error);

  show (self->clock, NULL, error_ms >= 0 && hr_history_get_received (hr_source_get_history (source)) > 0 ? text : NULL);
}

void
hr_status_line_refresh (HrStatusLine *self,
                        HrMonitor    *monitor,
                        HrSource     *source)
{
  g_autofree char *rate = hr_word_rate (hr_monitor_get_interval (monitor));

  show_overhead (self, monitor);
  show (self->rate, _ ("Refresh rate"), rate);
  if (source == NULL)
    {
      show (self->samples, NULL, NULL);
      show (self->clock, NULL, NULL);
      show (self->state, NULL, NULL);
      return;
    }

  show_samples (self, source);
  show_clock (self, source);
  show (self->state, _ ("Source state"), hr_word_state (hr_source_get_state (source)));
}

static void
hr_status_line_dispose (GObject *object)
{
  g_clear_pointer (&HR_STATUS_LINE (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (hr_status_line_parent_class)->dispose (object);
}

static void
hr_status_line_class_init (HrStatusLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_status_line_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/status-line.ui");
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, box);
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, overhead);
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, rate);
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, samples);
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, clock);
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, state);
}

static void
hr_status_line_init (HrStatusLine *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
