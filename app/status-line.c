/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/status-line.h"

#include "app/device-wording.h"
#include "app/flow.h"
#include "app/labels.h"
#include "app/live-label.h"
#include "app/loop-log.h"
#include "app/profile.h"
#include "app/wording.h"

#include "engine/base/clock.h"
#include "engine/model/overhead.h"

#include <glib/gi18n.h>
#include <math.h>

/* The budgets of monitoring: of the machine for the window and the agent together, of one core for recording in the program. */
#define MONITORING_LIMIT 0.02
#define RECORDING_LIMIT 0.01

struct _HrStatusLine
{
  GtkWidget parent_instance;

  /* Template children */
  GtkWidget   *box;
  HrLiveLabel *overhead;
  HrLiveLabel *recording;
  HrLiveLabel *stride;
  HrLiveLabel *rate;
  HrLiveLabel *samples;
  HrLiveLabel *clock;
  HrLiveLabel *state;

  HrOverhead own;

  const char *overhead_level; /* CSS class; interned, as the next */
  const char *recording_level;
};

G_DEFINE_FINAL_TYPE (HrStatusLine, hr_status_line, GTK_TYPE_WIDGET)

/* Shows @text, which is short so that all fits one line, and tells a screen reader the whole: @spoken, NULL: the same. @text NULL:
 * nothing to show. */
static void
show (HrLiveLabel *label,
      const char  *text,
      const char  *spoken)
{
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
  if (text != NULL)
    hr_live_label_set (label, text, spoken);
}

/* The same where the text needs the name before it: "Refresh rate: 10 Hz". */
static void
show_named (HrLiveLabel *label,
            const char  *name,
            const char  *text)
{
  g_autofree char *spoken = text != NULL ? g_strdup_printf ("%s: %s", name, text) : NULL;

  show (label, text, spoken);
}

/* Says what the label's number is made of, to the pointer and to a screen reader. */
static void
explain (HrLiveLabel *label,
         const char  *text)
{
  if (g_strcmp0 (gtk_widget_get_tooltip_text (GTK_WIDGET (label)), text) == 0)
    return;

  gtk_widget_set_tooltip_text (GTK_WIDGET (label), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static char *
word_parts (HrStatusLine *self,
            double        agent,
            double        recording)
{
  g_autofree char *own_text = hr_word_value (self->own.share, HR_UNIT_RATIO);
  g_autofree char *agent_text = hr_word_value (agent, HR_UNIT_RATIO);
  g_autofree char *recording_text = hr_word_value (recording, HR_UNIT_RATIO);
  g_autofree char *longest = hr_word_value ((double) hr_loop_log_get ()->longest.ns[HR_LOOP_WALL] / HR_NS_PER_MS, HR_UNIT_MILLISECONDS);

  return g_strdup_printf (_ ("Share of this computer's processors: window %s, agent %s. Recording takes %s of one core within the program; "
                             "its budget is 1 %%, and 0.1 %% in a real-time path. Drawing apart, the window was never busy for longer than %s at a time."),
                          own_text, agent_text, recording_text, longest);
}

/* The overhead and its parts follow once a second, when the window's own share is known anew. */
static void
show_overhead (HrStatusLine *self,
               HrMonitor    *monitor,
               double        recording)
{
  double           agent = hr_monitor_get_agent_share (monitor);
  double           share;
  g_autofree char *total = NULL;
  g_autofree char *text = NULL;
  g_autofree char *spoken = NULL;
  g_autofree char *parts = NULL;

  if (!hr_overhead_advance (&self->own, (gint64) hr_clock_monotonic (), hr_overhead_process_cpu (), g_get_num_processors ()))
    return;

  share = self->own.share + (isnan (agent) ? 0 : agent);
  total = hr_word_value (share, HR_UNIT_RATIO);
  text = g_strdup_printf (_ ("Overhead %s"), total);
  spoken = g_strdup_printf (_ ("Monitoring overhead %s"), total);
  parts = word_parts (self, agent, recording);
  show (self->overhead, text, spoken);
  hr_css_class_swap (GTK_WIDGET (self->overhead), &self->overhead_level, share > MONITORING_LIMIT ? "warning" : NULL);
  explain (self->overhead, parts);
  explain (self->recording, parts);
}

/* What recording costs the program itself, and how much of it is recorded. */
static void
show_recording (HrStatusLine      *self,
                const HrRecording *recording)
{
  g_autofree char *share = hr_word_value (recording->share, HR_UNIT_RATIO);
  g_autofree char *text = g_strdup_printf (_ ("Recording %s"), share);
  g_autofree char *spoken = g_strdup_printf (_ ("Recording %s of a core"), share);
  g_autofree char *stride = g_strdup_printf (_ ("1 in %.0f measured"), recording->stride);
  g_autofree char *reason = g_strdup_printf (_ ("Recording everything would cost the program more than 1 %% of a core, so that one in %.0f of its scopes is measured. "
                                                "Counts are of those that are; shares and percentiles hold for all."),
                                             recording->stride);

  show (self->recording, isfinite (recording->share) ? text : NULL, spoken);
  hr_css_class_swap (GTK_WIDGET (self->recording), &self->recording_level, recording->share > RECORDING_LIMIT ? "warning" : NULL);
  show (self->stride, recording->stride > 1 ? stride : NULL, NULL);
  explain (self->stride, reason);
}

static void
show_samples (HrStatusLine *self,
              HrSource     *source)
{
  HrHistory       *history = hr_source_get_history (source);
  g_autofree char *received = hr_word_count (hr_history_get_received (history));
  g_autofree char *lost = hr_word_count (hr_history_get_lost (history));
  g_autofree char *text = g_strdup_printf (_ ("%s received · %s lost"), received, lost);

  show_named (self->samples, _ ("Samples"), hr_source_get_role (source) == HR_SOURCE_DEVICE && hr_history_get_received (history) == 0 ? NULL : text);
}

static void
show_clock (HrStatusLine *self,
            HrSource     *source)
{
  double           error_ms = (double) hr_source_get_quality (source)->clock_error_ns / HR_NS_PER_MS;
  g_autofree char *error = hr_word_value (error_ms, HR_UNIT_MILLISECONDS);
  g_autofree char *text = g_strdup_printf (_ ("clock ±%s"), error);

  show (self->clock, error_ms >= 0 && hr_history_get_received (hr_source_get_history (source)) > 0 ? text : NULL, NULL);
}

/* The state; of a source that is not here, the way to it too: "Connected · USB, 0.6 ms". */
static void
show_state (HrStatusLine *self,
            HrSource     *source)
{
  const char      *state = hr_word_state (hr_source_get_state (source));
  gint64           round_trip_ns = hr_source_get_quality (source)->round_trip_ns;
  HrSourceGroup    group = hr_source_get_group (source);
  g_autofree char *time = hr_word_link_time (round_trip_ns);
  g_autofree char *text = NULL;

  if (group == HR_GROUP_COMPUTER || round_trip_ns < 0 || !hr_source_is_live (source))
    text = g_strdup (state);
  else
    text = g_strdup_printf (_ ("%s · %s, %s round trip"), state, group == HR_GROUP_USB ? _ ("USB") : _ ("network"), time);
  show_named (self->state, _ ("Source state"), text);
}

void
hr_status_line_refresh (HrStatusLine *self,
                        HrMonitor    *monitor,
                        HrSource     *source)
{
  g_autofree char *rate = hr_word_rate (hr_monitor_get_interval (monitor));
  HrRecording      recording = { NAN, NAN };

  if (source != NULL && hr_source_is_live (source))
    hr_recording_read (&recording, hr_source_get_history (source));
  show_recording (self, &recording);
  show_overhead (self, monitor, recording.share);
  show_named (self->rate, _ ("Refresh rate"), rate);
  if (source == NULL)
    {
      show (self->samples, NULL, NULL);
      show (self->clock, NULL, NULL);
      show (self->state, NULL, NULL);
      return;
    }

  show_samples (self, source);
  show_clock (self, source);
  show_state (self, source);
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

  g_type_ensure (HR_TYPE_FLOW);
  g_type_ensure (HR_TYPE_LIVE_LABEL);

  G_OBJECT_CLASS (klass)->dispose = hr_status_line_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/status-line.ui");
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, box);
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, overhead);
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, recording);
  gtk_widget_class_bind_template_child (widget_class, HrStatusLine, stride);
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
