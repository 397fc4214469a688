/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/events-card.h"

#include "app/labels.h"
#include "app/table.h"
#include "app/wording.h"

#include <glib/gi18n.h>
#include <math.h>

#define SHOWN_EVENTS 10

struct _HrEventsCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel *subtitle;
  GtkLabel *message;
  HrTable  *table;
};

G_DEFINE_FINAL_TYPE (HrEventsCard, hr_events_card, GTK_TYPE_BOX)

/* An event of the computer says so before its name; what happened while nobody watched was some time before. */
static void
show_event (HrEventsCard  *self,
            guint          index,
            const HrEvent *event,
            const char    *source)
{
  gboolean         ours = g_str_equal (event->source, source);
  g_autofree char *clock = hr_word_clock (event->time_us);
  g_autofree char *when = event->unwatched ? g_strdup_printf (_ ("before %s"), clock) : g_steal_pointer (&clock);
  g_autofree char *count = hr_word_count (event->count);
  g_autofree char *times = g_strdup_printf ("%s×", count);
  g_autofree char *name = ours ? g_strdup (event->name) : g_strdup_printf ("%s: %s", event->source, event->name);
  g_autofree char *spoken = g_strdup_printf (ngettext ("%s, %s time", "%s, %s times", event->count), when, count);
  HrTableLine      line = { name, strlen (name) - strlen (event->name), { times, when }, spoken, (double) NAN };

  hr_table_set_row (self->table, index, &line);
}

void
hr_events_card_refresh (HrEventsCard    *self,
                        const HrReading *reading)
{
  const char *source = hr_source_get_name (reading->source);
  const char *computer = reading->computer != NULL ? hr_source_get_name (reading->computer) : NULL;
  HrEvent     events[SHOWN_EVENTS];
  guint       n = hr_event_log_read (reading->events, source, computer, events, SHOWN_EVENTS);
  gboolean    told = hr_history_has_events (reading->history) ||
                  (computer != NULL && hr_history_has_events (hr_source_get_history (reading->computer)));

  gtk_widget_set_visible (GTK_WIDGET (self), told || n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->message), n == 0);
  for (guint i = 0; i < n; i++)
    show_event (self, i, &events[i], source);
  hr_table_set_n_rows (self->table, n);
  hr_label_set (self->subtitle, n == SHOWN_EVENTS ? _ ("last 10") : "");
}

static void
hr_events_card_class_init (HrEventsCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_TABLE);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/events-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrEventsCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrEventsCard, message);
  gtk_widget_class_bind_template_child (widget_class, HrEventsCard, table);
}

static void
hr_events_card_init (HrEventsCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  hr_table_describe (self->table, _ ("Events"), NULL);
}
