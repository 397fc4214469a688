/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "headroom-agent"

#include "engine/agents/local/session.h"

#include "engine/base/clock.h"

#include <string.h>

/* What a link that comes back gets from backlogs, all streams together: half of what a link may have queued. What is
 * above that gets totals. */
#define CATCH_UP_BYTES (4 << 20)

typedef enum
{
  STATE_WAITING, /* for the resume */
  STATE_LIVE,
  STATE_CLOSED
} State;

/* A stream as this link knows it. */
typedef struct
{
  gboolean subscribed;
  guint64  sent; /* the other side has everything up to this sequence */
} Channel;

struct _HrSession
{
  HrLink                *link;
  State                  state;
  const HrSessionEvents *events;
  gpointer               user_data;
  gulong                 message_handler;
  gulong                 closed_handler;

  GHashTable *channels;  /* stream number -> Channel */
  GArray     *positions; /* HrPosition, of the resume */
  gsize       catch_up_bytes;
};

static void
send_packed (HrSession *self,
             GBytes    *packed)
{
  if (packed != NULL && self->state == STATE_LIVE)
    hr_link_send_raw (self->link, packed);
}

static void
send_new (HrSession *self,
          GBytes    *packed)
{
  send_packed (self, packed);
  g_clear_pointer (&packed, g_bytes_unref);
}

static void
answer_ping (HrSession       *self,
             const HrMessage *ping)
{
  HrMessage pong = { .type = HR_MESSAGE_PONG };

  pong.ping.sent_ns = ping->ping.sent_ns;
  pong.ping.monotonic_ns = (gint64) hr_clock_monotonic ();
  pong.ping.realtime_ns = (gint64) hr_clock_realtime ();
  hr_link_send (self->link, &pong);
}

/* Returns whether @message may come in this state of the conversation. */
static gboolean
handle_message (HrSession       *self,
                const HrMessage *message)
{
  if (self->state == STATE_WAITING)
    {
      if (message->type != HR_MESSAGE_RESUME)
        return FALSE;
      if (message->resume.n_positions > 0)
        g_array_append_vals (self->positions, message->resume.positions, message->resume.n_positions);
      self->state = STATE_LIVE;
      self->events->resumed (self, self->user_data);
      return TRUE;
    }

  switch (message->type)
    {
    case HR_MESSAGE_PING:
      answer_ping (self, message);
      return TRUE;
    case HR_MESSAGE_CONTROL:
      self->events->control (self, message->stream, &message->control, self->user_data);
      return TRUE;
    case HR_MESSAGE_SEARCH:
      self->events->search (self, message->search.request, message->search.text, message->search.limit, self->user_data);
      return TRUE;
    case HR_MESSAGE_WATCH:
      if (message->watch.watched != HR_SWITCH_UNCHANGED)
        self->events->watch (self, message->watch.pid, message->watch.start_time, message->watch.watched == HR_SWITCH_ON, self->user_data);
      return TRUE;
    case HR_MESSAGE_QUERY:
      self->events->query (self, &message->query.what, message->query.uuid, message->query.request, self->user_data);
      return TRUE;
    case HR_MESSAGE_HELLO:
    case HR_MESSAGE_SNAPSHOT:
    case HR_MESSAGE_TOTALS:
    case HR_MESSAGE_GOODBYE:
    case HR_MESSAGE_RESUME:
    case HR_MESSAGE_PONG:
    case HR_MESSAGE_ACCESS:
    case HR_MESSAGE_FOUND:
    case HR_MESSAGE_REFUSAL:
    case HR_MESSAGE_RECORDS:
    default:
      return FALSE;
    }
}

static void
link_message_cb (HrLink          *link,
                 const HrMessage *message,
                 HrSession       *self)
{
  if (self->state == STATE_CLOSED || handle_message (self, message))
    return;

  g_debug ("a message of type %d out of turn: the link is closed", (int) message->type);
  hr_link_close (link);
}

static void
link_closed_cb (HrLink       *link,
                const GError *error,
                HrSession    *self)
{
  g_debug ("a link closed: %s", error->message);
  self->state = STATE_CLOSED;
  self->events->closed (self, self->user_data);
}

/* Creates a conversation over @link, which is started. */
HrSession *
hr_session_new (HrLink                *link,
                const HrSessionEvents *events,
                gpointer               user_data)
{
  HrSession *self = g_new0 (HrSession, 1);

  self->link = g_object_ref (link);
  self->events = events;
  self->user_data = user_data;
  self->channels = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->positions = g_array_new (FALSE, FALSE, sizeof (HrPosition));
  self->catch_up_bytes = CATCH_UP_BYTES;
  self->message_handler = g_signal_connect (link, "message", G_CALLBACK (link_message_cb), self);
  self->closed_handler = g_signal_connect (link, "closed", G_CALLBACK (link_closed_cb), self);
  hr_link_start (link);

  return self;
}

/* Ends the conversation and closes its link. Accepts NULL. */
void
hr_session_free (HrSession *self)
{
  if (self == NULL)
    return;

  g_clear_signal_handler (&self->message_handler, self->link);
  g_clear_signal_handler (&self->closed_handler, self->link);
  hr_link_close (self->link);
  g_object_unref (self->link);
  g_hash_table_unref (self->channels);
  g_array_unref (self->positions);
  g_free (self);
}

/* Returns FALSE once the link is closed. */
gboolean
hr_session_is_open (const HrSession *self)
{
  return self->state != STATE_CLOSED;
}

/* Returns whether the other side has said where it resumes and is still there. */
gboolean
hr_session_is_live (const HrSession *self)
{
  return self->state == STATE_LIVE;
}

/* Returns whether any stream is wanted. */
gboolean
hr_session_is_subscribed (const HrSession *self)
{
  GHashTableIter iter;
  gpointer       channel;

  if (self->state != STATE_LIVE)
    return FALSE;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &channel))
    if (((Channel *) channel)->subscribed)
      return TRUE;

  return FALSE;
}

/* Returns whether the other side was told of @stream. */
gboolean
hr_session_has_stream (const HrSession *self,
                       const HrStream  *stream)
{
  return g_hash_table_contains (self->channels, GUINT_TO_POINTER (stream->number));
}

/* Finds how far the other side had come with this stream when it resumed. */
static gboolean
find_position (const HrSession *self,
               const HrStream  *stream,
               guint64         *out_sequence)
{
  const HrStreamName *name = hr_feed_get_name (stream->feed);

  for (guint i = 0; i < self->positions->len; i++)
    {
      const HrPosition *position = &g_array_index (self->positions, HrPosition, i);

      if (position->name.epoch == name->epoch && memcmp (position->name.uuid, name->uuid, sizeof name->uuid) == 0)
        {
          *out_sequence = position->sequence;
          return TRUE;
        }
    }

  return FALSE;
}

/* Sends the snapshots after @after from the backlog. FALSE, and nothing sent, when it no longer holds them all. */
static gboolean
replay (HrSession      *self,
        const HrStream *stream,
        guint64         after)
{
  guint64 last = hr_feed_get_sequence (stream->feed);
  gsize   bytes = 0;

  if (after > last)
    return FALSE;

  for (guint64 i = after + 1; i <= last; i++)
    {
      size_t size = 0;

      if (hr_backlog_get (stream->backlog, i, &size) == NULL)
        return FALSE;
      bytes += size;
    }
  if (bytes > self->catch_up_bytes)
    return FALSE;

  self->catch_up_bytes -= bytes;
  for (guint64 i = after + 1; i <= last; i++)
    {
      size_t         size = 0;
      const uint8_t *frame = hr_backlog_get (stream->backlog, i, &size);

      send_new (self, g_bytes_new (frame, size));
    }

  return TRUE;
}

static void
catch_up (HrSession      *self,
          const HrStream *stream,
          Channel        *channel,
          gboolean        known)
{
  if (!known || !replay (self, stream, channel->sent))
    send_new (self, hr_stream_pack_totals (stream));
  channel->sent = hr_feed_get_sequence (stream->feed);
}

/* Sends the stream's hello: the first time followed by what the other side missed, later because the feed's metrics or sampling changed. */
void
hr_session_announce (HrSession      *self,
                     const HrStream *stream)
{
  Channel *channel = g_hash_table_lookup (self->channels, GUINT_TO_POINTER (stream->number));

  if (self->state != STATE_LIVE)
    return;

  send_new (self, hr_stream_pack_hello (stream));
  if (channel != NULL)
    return;

  channel = g_new0 (Channel, 1);
  channel->subscribed = TRUE;
  g_hash_table_insert (self->channels, GUINT_TO_POINTER (stream->number), channel);
  catch_up (self, stream, channel, find_position (self, stream, &channel->sent));
}

/* Switches a stream's snapshots on or off for this link. What was missed meanwhile is sent first. */
void
hr_session_subscribe (HrSession      *self,
                      const HrStream *stream,
                      gboolean        subscribed)
{
  Channel *channel = g_hash_table_lookup (self->channels, GUINT_TO_POINTER (stream->number));

  if (channel == NULL || channel->subscribed == subscribed)
    return;

  channel->subscribed = subscribed;
  if (subscribed)
    catch_up (self, stream, channel, TRUE);
}

/* Sends the snapshot that the stream was just cut to, where it is wanted. */
void
hr_session_send_snapshot (HrSession      *self,
                          const HrStream *stream,
                          GBytes         *packed)
{
  Channel *channel = g_hash_table_lookup (self->channels, GUINT_TO_POINTER (stream->number));

  if (channel == NULL || !channel->subscribed)
    return;

  send_packed (self, packed);
  channel->sent = hr_feed_get_sequence (stream->feed);
}

/* Says goodbye to a stream whose source ended. */
void
hr_session_end_stream (HrSession      *self,
                       const HrStream *stream)
{
  if (g_hash_table_remove (self->channels, GUINT_TO_POINTER (stream->number)))
    send_new (self, hr_stream_pack_goodbye (stream));
}

/* Tells of a stream that ended before this link was there, if it resumes it: what the other side missed, and the goodbye. */
void
hr_session_recall (HrSession      *self,
                   const HrStream *stream)
{
  guint64 sequence;

  if (!find_position (self, stream, &sequence))
    return;

  hr_session_announce (self, stream);
  hr_session_end_stream (self, stream);
}

/* Answers a search with @programs (HrProgram, transfer none), and how many there are beyond. */
void
hr_session_tell_found (HrSession *self,
                       guint      request,
                       GPtrArray *programs,
                       guint      n_more)
{
  HrMessage message = { .type = HR_MESSAGE_FOUND };

  message.found.request = request;
  message.found.programs = (HrProgram **) programs->pdata;
  message.found.n_programs = programs->len;
  message.found.n_more = n_more;
  send_new (self, hr_message_encode (&message));
}

/* Says why the program @pid, which was asked for, is not watched. */
void
hr_session_refuse (HrSession  *self,
                   guint64     pid,
                   const char *reason)
{
  HrMessage message = { .type = HR_MESSAGE_REFUSAL };

  message.refusal.pid = pid;
  message.refusal.reason = (char *) reason;
  send_new (self, hr_message_encode (&message));
}

/* Answers a query with @page (transfer none, nullable: nothing is kept of the instance). */
void
hr_session_tell_records (HrSession          *self,
                         guint               request,
                         const HrRecordPage *page)
{
  HrMessage message = { .type = HR_MESSAGE_RECORDS };

  message.records.request = request;
  message.records.known = page != NULL;
  if (page != NULL)
    message.records.page = *page;
  send_new (self, hr_message_encode (&message));
}
