/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/engine/agents/local/peer.h"

#include <string.h>

static void
event_clear (gpointer data)
{
  PeerEvent *event = data;

  g_free (event->text);
  g_free (event->metrics);
  g_free (event->detail);
  hr_snapshot_unref (event->snapshot);
  g_clear_pointer (&event->programs, g_ptr_array_unref);
  hr_record_page_clear (&event->page);
}

static void
take_programs (PeerEvent       *event,
               const HrMessage *message)
{
  event->request = message->found.request;
  event->n_more = message->found.n_more;
  event->programs = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_program_free);
  for (guint i = 0; i < message->found.n_programs; i++)
    g_ptr_array_add (event->programs, hr_program_copy (message->found.programs[i]));
}

static void
take_page (PeerEvent       *event,
           const HrMessage *message)
{
  const HrRecordPage *page = &message->records.page;

  event->request = message->records.request;
  event->known = message->records.known;
  g_assert_true (hr_record_page_init (&event->page, page->n));
  memcpy (event->page.times_ns, page->times_ns, page->n * sizeof *page->times_ns);
  memcpy (event->page.values, page->values, page->n * sizeof *page->values);
  memcpy (event->page.items, page->items, page->n * sizeof *page->items);
  memcpy (event->page.metrics, page->metrics, page->n * sizeof *page->metrics);
  event->page.n = page->n;
  event->page.next = page->next;
  event->page.more = page->more;
  event->page.lost = page->lost;
  event->page.since_ns = page->since_ns;
  event->page.until_ns = page->until_ns;
}

static void
link_message_cb (HrLink          *link,
                 const HrMessage *message,
                 Peer            *self)
{
  PeerEvent event = { .type = message->type, .stream = message->stream };

  switch (message->type)
    {
    case HR_MESSAGE_HELLO:
      event.name = message->hello.name;
      event.role = message->hello.role;
      event.text = g_strdup (message->hello.title);
      event.detail = g_strdup (message->hello.detail);
      event.pid = message->hello.pid;
      event.sampling = message->hello.sampling;
      event.records = message->hello.records;
      event.n_metrics = message->hello.n_metrics;
      event.metrics = g_memdup2 (message->hello.metrics, event.n_metrics * sizeof *event.metrics);
      break;
    case HR_MESSAGE_SNAPSHOT:
    case HR_MESSAGE_TOTALS:
      event.snapshot = hr_snapshot_ref (message->snapshot);
      break;
    case HR_MESSAGE_GOODBYE:
      event.text = g_strdup (message->reason);
      break;
    case HR_MESSAGE_PONG:
      event.sent_ns = message->ping.sent_ns;
      event.monotonic_ns = message->ping.monotonic_ns;
      break;
    case HR_MESSAGE_FOUND:
      take_programs (&event, message);
      break;
    case HR_MESSAGE_REFUSAL:
      event.pid = message->refusal.pid;
      event.text = g_strdup (message->refusal.reason);
      break;
    case HR_MESSAGE_RECORDS:
      take_page (&event, message);
      break;
    case HR_MESSAGE_QUERY:
    case HR_MESSAGE_CONTROL:
    case HR_MESSAGE_RESUME:
    case HR_MESSAGE_PING:
    case HR_MESSAGE_ACCESS:
    case HR_MESSAGE_SEARCH:
    case HR_MESSAGE_WATCH:
    default:
      g_assert_not_reached ();
    }
  g_array_append_val (self->events, event);
}

static void
link_closed_cb (HrLink       *link,
                const GError *error,
                Peer         *self)
{
  self->closed = TRUE;
}

Peer *
peer_new (HrLink *link)
{
  Peer *self = g_new0 (Peer, 1);

  self->link = g_object_ref (link);
  self->events = g_array_new (FALSE, TRUE, sizeof (PeerEvent));
  g_array_set_clear_func (self->events, event_clear);
  g_signal_connect (link, "message", G_CALLBACK (link_message_cb), self);
  g_signal_connect (link, "closed", G_CALLBACK (link_closed_cb), self);
  hr_link_start (link);

  return self;
}

void
peer_free (Peer *self)
{
  g_signal_handlers_disconnect_by_data (self->link, self);
  hr_link_close (self->link);
  g_object_unref (self->link);
  g_array_unref (self->events);
  g_free (self);
}

void
peer_resume (Peer             *self,
             const HrPosition *positions,
             guint             n_positions)
{
  HrMessage message = { .type = HR_MESSAGE_RESUME };

  message.resume.positions = (HrPosition *) positions;
  message.resume.n_positions = n_positions;
  hr_link_send (self->link, &message);
}

void
peer_control (Peer            *self,
              guint            stream,
              const HrControl *control)
{
  HrMessage message = { .type = HR_MESSAGE_CONTROL, .stream = stream };

  message.control = *control;
  hr_link_send (self->link, &message);
}

void
peer_ping (Peer  *self,
           gint64 sent_ns)
{
  HrMessage message = { .type = HR_MESSAGE_PING };

  message.ping.sent_ns = sent_ns;
  hr_link_send (self->link, &message);
}

void
peer_search (Peer       *self,
             guint       request,
             const char *text,
             guint       limit)
{
  HrMessage message = { .type = HR_MESSAGE_SEARCH };

  message.search.request = request;
  message.search.text = (char *) text;
  message.search.limit = limit;
  hr_link_send (self->link, &message);
}

void
peer_watch (Peer    *self,
            guint64  pid,
            guint64  start_time,
            HrSwitch watched)
{
  HrMessage message = { .type = HR_MESSAGE_WATCH };

  message.watch.pid = pid;
  message.watch.start_time = start_time;
  message.watch.watched = watched;
  hr_link_send (self->link, &message);
}

void
peer_query (Peer                *self,
            guint                request,
            const guint8        *uuid,
            const HrRecordQuery *query)
{
  HrMessage message = { .type = HR_MESSAGE_QUERY };

  message.query.request = request;
  memcpy (message.query.uuid, uuid, sizeof message.query.uuid);
  message.query.what = *query;
  hr_link_send (self->link, &message);
}

/* Runs the main loop until there are @n_events messages. The test's own time limit ends what never comes. */
void
peer_wait (Peer *self,
           guint n_events)
{
  while (self->events->len < n_events)
    {
      g_assert_false (self->closed);
      g_main_context_iteration (NULL, TRUE);
    }
}

void
peer_wait_closed (Peer *self)
{
  while (!self->closed)
    g_main_context_iteration (NULL, TRUE);
}

/* Everything that was sent before the answer to this ping has then arrived. */
void
peer_wait_pong (Peer  *self,
                gint64 sent_ns)
{
  peer_ping (self, sent_ns);
  while (TRUE)
    {
      for (guint i = self->events->len; i > 0; i--)
        {
          const PeerEvent *event = peer_event (self, i - 1);

          if (event->type == HR_MESSAGE_PONG && event->sent_ns == sent_ns)
            return;
        }
      g_assert_false (self->closed);
      g_main_context_iteration (NULL, TRUE);
    }
}

const PeerEvent *
peer_event (Peer *self,
            guint index)
{
  g_assert_cmpuint (index, <, self->events->len);

  return &g_array_index (self->events, PeerEvent, index);
}

/* The last message of @type and @stream; NULL when there is none. */
const PeerEvent *
peer_find (Peer         *self,
           HrMessageType type,
           guint         stream)
{
  for (guint i = self->events->len; i > 0; i--)
    {
      const PeerEvent *event = peer_event (self, i - 1);

      if (event->type == type && event->stream == stream)
        return event;
    }

  return NULL;
}

/* The last hello of a stream of the process @pid; NULL when there is none. */
const PeerEvent *
peer_find_program (Peer   *self,
                   guint64 pid)
{
  for (guint i = self->events->len; i > 0; i--)
    {
      const PeerEvent *event = peer_event (self, i - 1);

      if (event->type == HR_MESSAGE_HELLO && event->pid == pid)
        return event;
    }

  return NULL;
}

/* The place of the metric called @name, as of the stream's last hello; PEER_NO_METRIC when it has none. */
guint
peer_find_metric (Peer       *self,
                  guint       stream,
                  const char *name)
{
  const PeerEvent *hello = peer_find (self, HR_MESSAGE_HELLO, stream);

  for (guint i = 0; hello != NULL && i < hello->n_metrics; i++)
    if (g_str_equal (hello->metrics[i].name, name))
      return i;

  return PEER_NO_METRIC;
}

guint
peer_count_type (Peer         *self,
                 HrMessageType type,
                 guint         stream)
{
  guint n = 0;

  for (guint i = 0; i < self->events->len; i++)
    n += peer_event (self, i)->type == type && peer_event (self, i)->stream == stream;

  return n;
}

/* Adds a stream's metric up as the desktop does, and checks the order on the way: a hello first, which names the metrics, totals or not,
 * then snapshots without a gap. */
PeerCount
peer_add_up (Peer *self,
             guint stream,
             guint metric)
{
  PeerCount count = { 0 };
  guint     n_metrics = 0;
  gboolean  opened = FALSE;

  for (guint i = 0; i < self->events->len; i++)
    {
      const PeerEvent *event = peer_event (self, i);
      const HrSample  *sample;

      if (event->stream != stream || event->type == HR_MESSAGE_PONG)
        continue;
      if (event->type == HR_MESSAGE_HELLO)
        {
          opened = TRUE;
          n_metrics = event->n_metrics;
        }
      g_assert_true (opened);
      if (event->snapshot == NULL)
        continue;

      for (guint k = 0; k < event->snapshot->n_samples; k++)
        g_assert_cmpuint (event->snapshot->samples[k].metric, <, n_metrics);
      if (event->type == HR_MESSAGE_TOTALS)
        count = (PeerCount){ 0 };
      else if (count.sequence != 0)
        g_assert_cmpuint (event->snapshot->sequence, ==, count.sequence + 1);
      count.sequence = event->snapshot->sequence;
      sample = hr_snapshot_find (event->snapshot, metric);
      if (sample != NULL)
        {
          count.count += sample->count;
          count.sum += sample->sum;
          count.self += sample->self;
          count.last = sample->last;
        }
    }

  return count;
}
