/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/event-log.h"

#define BURST_US G_USEC_PER_SEC

struct _HrEventLog
{
  GHashTable *sources; /* interned name -> GArray of HrEvent, oldest first */
};

/* Returns: (transfer full): a log without events. */
HrEventLog *
hr_event_log_new (void)
{
  HrEventLog *self = g_new0 (HrEventLog, 1);

  self->sources = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);

  return self;
}

/* Frees @self. NULL is accepted. */
void
hr_event_log_free (HrEventLog *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->sources);
  g_free (self);
}

static GArray *
events_of (HrEventLog *self,
           const char *source)
{
  GArray *events = g_hash_table_lookup (self->sources, source);

  if (events == NULL)
    {
      events = g_array_new (FALSE, FALSE, sizeof (HrEvent));
      g_hash_table_insert (self->sources, (gpointer) source, events);
    }

  return events;
}

/* Takes the event out that @next goes on with, and returns how often it had happened. */
static guint64
take_before (GArray        *events,
             const HrEvent *next)
{
  for (guint i = events->len; i-- > 0;)
    {
      const HrEvent *event = &g_array_index (events, HrEvent, i);
      guint64        count = event->count;

      if (next->time_us - event->time_us > BURST_US)
        break;
      if (event->name == next->name && event->unwatched == next->unwatched)
        {
          g_array_remove_index (events, i);
          return count;
        }
    }

  return 0;
}

static void
add_event (GArray        *events,
           const HrEvent *event)
{
  HrEvent added = *event;

  added.count += take_before (events, event);
  if (events->len == HR_EVENT_LOG_KEPT)
    g_array_remove_index (events, 0);
  g_array_append_val (events, added);
}

/* Adds the events of @snapshot, which @source has just brought and whose metrics stand in @history. Returns whether there were any. */
gboolean
hr_event_log_add (HrEventLog       *self,
                  const char       *source,
                  HrHistory        *history,
                  const HrSnapshot *snapshot)
{
  gboolean found = FALSE;

  for (guint i = 0; i < snapshot->n_samples; i++)
    {
      const HrSample     *sample = &snapshot->samples[i];
      const HrMetricInfo *info = hr_history_get_metric (history, sample->metric);
      HrEvent             event = { g_intern_string (source), info->name, snapshot->time_us, sample->count, snapshot->catch_up };

      if (info->kind != HR_KIND_EVENT)
        continue;

      add_event (events_of (self, event.source), &event);
      found = TRUE;
    }

  return found;
}

static const GArray *
look_up (HrEventLog *self,
         const char *source)
{
  return source != NULL ? g_hash_table_lookup (self->sources, g_intern_string (source)) : NULL;
}

/* Returns the newest event of @events that is not among its last @n_taken; NULL: none. */
static const HrEvent *
newest (const GArray *events,
        guint         n_taken)
{
  return events != NULL && events->len > n_taken ? &g_array_index (events, HrEvent, events->len - 1 - n_taken) : NULL;
}

/* Writes the last events of @source and @other (NULL: none), the newest first, to @out, which has room for @max. Returns
 * how many. */
guint
hr_event_log_read (HrEventLog *self,
                   const char *source,
                   const char *other,
                   HrEvent    *out,
                   guint       max)
{
  const GArray *logs[] = { look_up (self, source), look_up (self, other) };
  guint         taken[] = { 0, 0 };
  guint         n = 0;

  for (; n < max; n++)
    {
      const HrEvent *first = newest (logs[0], taken[0]);
      const HrEvent *second = newest (logs[1], taken[1]);
      gboolean       is_second = first == NULL || (second != NULL && second->time_us > first->time_us);

      if (first == NULL && second == NULL)
        break;
      out[n] = is_second ? *second : *first;
      taken[is_second]++;
    }

  return n;
}

/* Returns whether the source of @history tells of events, even if none has happened yet. */
gboolean
hr_history_has_events (HrHistory *history)
{
  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    if (hr_history_get_metric (history, i)->kind == HR_KIND_EVENT)
      return TRUE;

  return FALSE;
}
