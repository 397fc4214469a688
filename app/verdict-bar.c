/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/verdict-bar.h"

#include "app/labels.h"
#include "app/reading.h"
#include "app/wording.h"

#include <glib/gi18n.h>

struct _HrVerdictBar
{
  GtkBox parent_instance;

  /* Template children */
  GtkImage *icon;
  GtkLabel *sentence;

  const char *level;     /* CSS class; interned */
  const char *icon_name; /* interned */

  HrPace     pace;     /* of the sentences that judge */
  HrStanding standing; /* that the last of them told */
};

G_DEFINE_FINAL_TYPE (HrVerdictBar, hr_verdict_bar, GTK_TYPE_BOX)

static void
show (HrVerdictBar *self,
      const char   *level,
      const char   *icon_name,
      const char   *sentence)
{
  icon_name = g_intern_string (icon_name);

  hr_css_class_swap (GTK_WIDGET (self), &self->level, level);
  if (icon_name != self->icon_name)
    {
      gtk_image_set_from_icon_name (self->icon, icon_name);
      self->icon_name = icon_name;
    }
  if (g_strcmp0 (gtk_label_get_label (self->sentence), sentence) != 0)
    {
      g_autofree char *spoken = g_strdup_printf (_ ("Verdict: %s"), sentence);

      gtk_label_set_label (self->sentence, sentence);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->sentence), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
    }
}

/* A source that is not live has a state and no verdict. */
static void
show_state (HrVerdictBar *self,
            HrSource     *source)
{
  const char      *name = hr_source_get_name (source);
  const char      *message = hr_source_get_message (source);
  g_autofree char *sentence = NULL;

  switch (hr_source_get_state (source))
    {
    case HR_SOURCE_STOPPED:
      sentence = g_strdup_printf (_ ("Sampling of %s is paused"), name);
      show (self, "neutral", "media-playback-pause-symbolic", sentence);
      break;
    case HR_SOURCE_LOST:
      sentence = message != NULL && *message != '\0'
                     ? g_strdup_printf (_ ("Lost %s: %s"), name, message)
                     : g_strdup_printf (_ ("Lost %s; it comes back by itself when the program does"), name);
      show (self, "error", "network-error-symbolic", sentence);
      break;
    case HR_SOURCE_DISCONNECTED:
      sentence = g_strdup_printf (_ ("Disconnected from %s"), name);
      show (self, "neutral", "network-offline-symbolic", sentence);
      break;
    case HR_SOURCE_CONNECTING:
    case HR_SOURCE_CONNECTED:
    case HR_N_SOURCE_STATES:
    default:
      sentence = g_strdup_printf (_ ("Waiting for the first numbers from %s"), name);
      show (self, "neutral", "content-loading-symbolic", sentence);
    }
}

/* A source that no budget could judge: for a program its metrics may still come, a computer has none of them. */
static void
show_unjudged (HrVerdictBar *self,
               HrMonitor    *monitor,
               HrSource     *source)
{
  g_autofree char *sentence = NULL;

  if (hr_source_get_role (source) == HR_SOURCE_COMPUTER)
    sentence = g_strdup_printf (_ ("Watching %s; the contract “%s” sets no budget for it"), hr_source_get_name (source),
                                hr_contract_get_name (hr_monitor_get_contract (monitor)));
  else
    sentence = hr_monitor_get_sentence (monitor, source);

  show (self, "neutral", "dialog-information-symbolic", sentence);
}

/* A sentence that changes faster than it can be read is none: its numbers follow once a second, who and how well at once. */
static gboolean
is_due (HrVerdictBar *self,
        HrSource     *source,
        HrStanding    standing)
{
  HrHistory *history = hr_source_get_history (source);
  guint      n = hr_history_get_n_snapshots (history);
  gint64     now_ns = n > 0 ? hr_history_get_snapshot (history, n - 1)->end_ns : 0;

  if (!hr_pace_advance (&self->pace, history, TRUE, now_ns) && self->standing == standing)
    return FALSE;

  self->standing = standing;

  return TRUE;
}

static void
show_judged (HrVerdictBar *self,
             HrMonitor    *monitor,
             HrSource     *source)
{
  const HrVerdict *verdict = hr_monitor_get_verdict (monitor, source);
  g_autofree char *sentence = NULL;

  if (!is_due (self, source, verdict->worst))
    return;

  sentence = hr_monitor_get_sentence (monitor, source);
  show (self, hr_standing_css_class (verdict->worst), hr_standing_icon (verdict->worst), sentence);
}

void
hr_verdict_bar_refresh (HrVerdictBar *self,
                        HrMonitor    *monitor,
                        HrSource     *source)
{
  const HrVerdict *verdict;

  g_return_if_fail (HR_IS_VERDICT_BAR (self));

  gtk_widget_set_visible (GTK_WIDGET (self), source != NULL);
  if (source == NULL)
    return;

  verdict = hr_monitor_get_verdict (monitor, source);
  if (hr_source_is_live (source) && verdict != NULL && verdict->worst_index >= 0)
    {
      show_judged (self, monitor, source);
      return;
    }

  self->pace = (HrPace){ 0 };
  if (hr_source_is_live (source) && verdict != NULL)
    show_unjudged (self, monitor, source);
  else
    show_state (self, source);
}

static void
hr_verdict_bar_class_init (HrVerdictBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/verdict-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, HrVerdictBar, icon);
  gtk_widget_class_bind_template_child (widget_class, HrVerdictBar, sentence);
}

static void
hr_verdict_bar_init (HrVerdictBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
