/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/live-view.h"

#include "app/alerts-card.h"
#include "app/categories-card.h"
#include "app/computer-card.h"
#include "app/events-card.h"
#include "app/figures.h"
#include "app/frames-card.h"
#include "app/latency-card.h"
#include "app/link-card.h"
#include "app/memory-card.h"
#include "app/spans-card.h"
#include "app/statistics-card.h"
#include "app/tiles.h"
#include "app/wording.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _HrLiveView
{
  GtkWidget parent_instance;

  /* Template children */
  GtkStack         *stack;
  GtkSpinner       *spinner;
  AdwStatusPage    *error;
  HrLatencyCard    *latency;
  HrComputerCard   *computer;
  GtkWidget        *start_panel;
  GtkWidget        *no_durations;
  HrMemoryCard     *memory;
  HrFramesCard     *frames;
  HrStatisticsCard *statistics;
  HrAlertsCard     *alerts;
  HrSpansCard      *spans;
  HrCategoriesCard *categories;
  HrEventsCard     *events;
  HrLinkCard       *link;

  /* Owned */
  HrMonitor  *monitor;
  HrSource   *source;
  HrEventLog *log;

  guint  tick; /* the refresh that is due at the next frame, or 0 */
  guint  interval_ms;
  gint64 paced_us; /* monotonic; when a verdict last had the text refreshed */
};

G_DEFINE_FINAL_TYPE (HrLiveView, hr_live_view, GTK_TYPE_WIDGET)

static HrSnapshot *
newest_snapshot (HrSource *source)
{
  HrHistory *history = hr_source_get_history (source);
  guint      n = hr_history_get_n_snapshots (history);

  return n > 0 ? hr_history_get_snapshot (history, n - 1) : NULL;
}

HrLiveState
hr_live_view_get_state (HrLiveView *self)
{
  g_return_val_if_fail (HR_IS_LIVE_VIEW (self), HR_LIVE_NONE);

  if (self->source == NULL)
    return HR_LIVE_NONE;
  if (newest_snapshot (self->source) != NULL)
    return HR_LIVE_DATA;

  switch (hr_source_get_state (self->source))
    {
    case HR_SOURCE_LOST:
    case HR_SOURCE_DISCONNECTED:
      return HR_LIVE_ERROR;
    case HR_SOURCE_CONNECTING:
    case HR_SOURCE_CONNECTED:
    case HR_SOURCE_STOPPED:
    case HR_N_SOURCE_STATES:
    default:
      return HR_LIVE_WAITING;
    }
}

static gboolean
has_program (HrMonitor *monitor)
{
  GListModel *sources = hr_monitor_get_sources (monitor);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      if (hr_source_get_role (source) == HR_SOURCE_PROCESS && hr_source_get_state (source) != HR_SOURCE_LOST)
        return TRUE;
    }

  return FALSE;
}

/* Returns the computer or device that @source runs on; NULL where it is one itself. */
static HrSource *
find_computer (HrMonitor *monitor,
               HrSource  *source)
{
  HrSource *origin = hr_monitor_get_origin (monitor, source);

  return origin != source ? origin : NULL;
}

static void
refresh_cards (HrLiveView *self)
{
  const HrSnapshot *newest = newest_snapshot (self->source);
  g_autofree char  *as_of = hr_source_is_live (self->source) ? NULL : hr_word_as_of (newest->time_us);
  guint             metric;
  gboolean          computer = hr_source_get_role (self->source) == HR_SOURCE_COMPUTER;
  HrReading         reading = {
            .source = self->source,
            .history = hr_source_get_history (self->source),
            .contract = hr_monitor_get_contract (self->monitor),
            .verdict = hr_monitor_get_verdict (self->monitor, self->source),
            .alerts = hr_monitor_get_alerts (self->monitor),
            .events = self->log,
            .computer = find_computer (self->monitor, self->source),
            .now_ns = newest->end_ns,
            .as_of = as_of,
            .recorded = hr_monitor_get_recorder (self->monitor) != NULL,
  };

  hr_latency_card_refresh (self->latency, &reading);
  hr_computer_card_refresh (self->computer, &reading);
  hr_memory_card_refresh (self->memory, &reading);
  hr_frames_card_refresh (self->frames, &reading);
  hr_statistics_card_refresh (self->statistics, &reading);
  hr_alerts_card_refresh (self->alerts, &reading);
  hr_spans_card_refresh (self->spans, &reading);
  hr_categories_card_refresh (self->categories, &reading);
  hr_events_card_refresh (self->events, &reading);
  hr_link_card_refresh (self->link, self->source);
  gtk_widget_set_visible (self->start_panel, computer && hr_source_get_group (self->source) == HR_GROUP_COMPUTER && !has_program (self->monitor));
  gtk_widget_set_visible (self->no_durations, !computer && !hr_latency_metric (reading.history, &metric));
}

/* What went wrong, and what the reader can do about it besides waiting. */
static void
show_error (HrLiveView *self)
{
  HrSourceState    state = hr_source_get_state (self->source);
  const char      *message = hr_source_get_message (self->source);
  g_autofree char *text = g_markup_escape_text (message != NULL && *message != '\0' ? message : hr_word_state (state), -1);
  g_autofree char *advice = NULL;

  if (state == HR_SOURCE_LOST && hr_source_get_role (self->source) == HR_SOURCE_COMPUTER && hr_source_is_here (self->source))
    advice = g_strdup_printf ("%s\n\n%s", text, _ ("Headroom keeps trying. If headroom-agent is not installed, install it, or start Headroom with --agent and its path."));
  adw_status_page_set_description (self->error, advice != NULL ? advice : text);
}

static void
refresh (HrLiveView *self)
{
  static const char *const pages[] = { "none", "waiting", "data", "error" };
  HrLiveState              state = hr_live_view_get_state (self);

  gtk_stack_set_visible_child_name (self->stack, pages[state]);
  /* On a page out of sight it would still have the window laid out anew at every refresh of the display. */
  gtk_spinner_set_spinning (self->spinner, state == HR_LIVE_WAITING);
  if (state == HR_LIVE_DATA)
    refresh_cards (self);
  else if (state == HR_LIVE_ERROR)
    show_error (self);
}

static gboolean
refresh_tick_cb (GtkWidget     *widget,
                 GdkFrameClock *clock,
                 gpointer       user_data)
{
  HrLiveView *self = HR_LIVE_VIEW (widget);

  self->tick = 0;
  refresh (self);

  return G_SOURCE_REMOVE;
}

/* However many snapshots arrive, the cards are set once a frame, and not at all while the window is hidden. */
static void
queue_refresh (HrLiveView *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), refresh_tick_cb, NULL, NULL);
}

static void
restart_chart (HrLiveView *self)
{
  self->interval_ms = hr_monitor_get_interval (self->monitor);
  hr_latency_card_restart (self->latency, hr_source_get_history (self->source), self->interval_ms);
}

static void
monitor_snapshot_cb (HrMonitor  *monitor,
                     HrSource   *source,
                     HrSnapshot *snapshot,
                     HrLiveView *self)
{
  if (hr_event_log_add (self->log, hr_source_get_name (source), hr_source_get_history (source), snapshot) && self->source != NULL)
    queue_refresh (self);
  if (source != self->source)
    return;

  if (hr_monitor_get_interval (monitor) != self->interval_ms)
    restart_chart (self);
  else
    hr_latency_card_append (self->latency, hr_source_get_history (source), snapshot);
}

static void
monitor_verdict_cb (HrMonitor  *monitor,
                    HrSource   *source,
                    HrLiveView *self)
{
  if (source == self->source && hr_text_is_due (&self->paced_us))
    queue_refresh (self);
}

static void
monitor_source_cb (HrMonitor  *monitor,
                   HrSource   *source,
                   HrLiveView *self)
{
  if (source == self->source && !hr_source_is_live (source))
    hr_latency_card_break (self->latency);
  queue_refresh (self);
}

static void
monitor_alert_cb (HrMonitor  *monitor,
                  HrAlert    *alert,
                  HrLiveView *self)
{
  queue_refresh (self);
}

void
hr_live_view_set_source (HrLiveView *self,
                         HrSource   *source)
{
  g_return_if_fail (HR_IS_LIVE_VIEW (self));

  if (!g_set_object (&self->source, source))
    return;

  if (source != NULL)
    restart_chart (self);
  refresh (self);
}

GtkWidget *
hr_live_view_get_chart (HrLiveView *self)
{
  g_return_val_if_fail (HR_IS_LIVE_VIEW (self), NULL);

  return hr_latency_card_get_chart (self->latency);
}

void
hr_live_view_follow (HrLiveView *self,
                     HrMonitor  *monitor)
{
  g_return_if_fail (HR_IS_LIVE_VIEW (self));
  g_return_if_fail (self->monitor == NULL);

  self->monitor = g_object_ref (monitor);
  g_signal_connect_object (monitor, "snapshot", G_CALLBACK (monitor_snapshot_cb), self, 0);
  g_signal_connect_object (monitor, "verdict-changed", G_CALLBACK (monitor_verdict_cb), self, 0);
  g_signal_connect_object (monitor, "source-added", G_CALLBACK (monitor_source_cb), self, 0);
  g_signal_connect_object (monitor, "source-state", G_CALLBACK (monitor_source_cb), self, 0);
  g_signal_connect_object (monitor, "alert-raised", G_CALLBACK (monitor_alert_cb), self, 0);
  g_signal_connect_object (monitor, "alert-cleared", G_CALLBACK (monitor_alert_cb), self, 0);
}

static void
hr_live_view_dispose (GObject *object)
{
  HrLiveView *self = HR_LIVE_VIEW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), HR_TYPE_LIVE_VIEW);
  g_clear_object (&self->source);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (hr_live_view_parent_class)->dispose (object);
}

static void
hr_live_view_finalize (GObject *object)
{
  hr_event_log_free (HR_LIVE_VIEW (object)->log);

  G_OBJECT_CLASS (hr_live_view_parent_class)->finalize (object);
}

static void
hr_live_view_class_init (HrLiveViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_ALERTS_CARD);
  g_type_ensure (HR_TYPE_CATEGORIES_CARD);
  g_type_ensure (HR_TYPE_COMPUTER_CARD);
  g_type_ensure (HR_TYPE_EVENTS_CARD);
  g_type_ensure (HR_TYPE_FRAMES_CARD);
  g_type_ensure (HR_TYPE_LATENCY_CARD);
  g_type_ensure (HR_TYPE_LINK_CARD);
  g_type_ensure (HR_TYPE_MEMORY_CARD);
  g_type_ensure (HR_TYPE_SPANS_CARD);
  g_type_ensure (HR_TYPE_STATISTICS_CARD);
  g_type_ensure (HR_TYPE_TILES);

  G_OBJECT_CLASS (klass)->dispose = hr_live_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_live_view_finalize;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/live-view.ui");
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, stack);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, error);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, spinner);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, latency);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, computer);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, start_panel);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, no_durations);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, memory);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, frames);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, statistics);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, alerts);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, spans);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, categories);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, events);
  gtk_widget_class_bind_template_child (widget_class, HrLiveView, link);
}

static void
hr_live_view_init (HrLiveView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->log = hr_event_log_new ();
}
