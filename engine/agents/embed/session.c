/* SPDX-License-Identifier: MIT */

#include "engine/agents/embed/session.h"

#include "engine/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long a peer may take to say who it is and where it stands. */
#define ACCESS_NS (5 * HR_NS_PER_SECOND)

/* How long the rest of a frame may take, and how long a peer may take nothing of what waits for it. */
#define STALL_NS (10 * HR_NS_PER_SECOND)

/* A desktop pings every second. One that has not for so long makes room for another. */
#define SILENCE_NS (3 * HR_NS_PER_SECOND)

/* The most that a peer can have sent without a whole frame: a token and a name; where it stands with every program it ever saw. */
#define MAX_ACCESS_BYTES 1024u
#define MAX_REQUEST_BYTES (1u << 18)

#define CHUNK_BYTES 4096u
#define MAX_CHUNKS 16

/* Answers that a peer may leave unread. */
#define MAX_ANSWER_BYTES (1u << 14)

/* So much is put together for one look at the socket. */
#define BATCH_BYTES (1u << 16)

/* Begins a conversation over the connected socket @fd, which is taken over. */
void
hr_embed_session_begin (HrEmbedSession *self,
                        int             fd,
                        int64_t         now_ns)
{
  *self = (HrEmbedSession){ .state = HR_SESSION_WAITING, .fd = fd, .began_ns = now_ns, .heard_ns = now_ns, .subscribed = true, .wants_totals = true };
}

/* Closes our side of the socket and nothing else. */
void
hr_embed_session_abandon (HrEmbedSession *self)
{
  if (self->state == HR_SESSION_FREE)
    return;

  close (self->fd);
  hr_frame_cutter_clear (&self->in);
  hr_byte_queue_clear (&self->out);
  self->state = HR_SESSION_FREE;
}

/* Closes the link, in order: what the peer sent is read away first, so that it sees an end and no reset. */
void
hr_embed_session_end (HrEmbedSession *self)
{
  uint8_t chunk[CHUNK_BYTES];

  if (self->state == HR_SESSION_FREE)
    return;

  shutdown (self->fd, SHUT_WR);
  for (int i = 0; i < MAX_CHUNKS && recv (self->fd, chunk, sizeof chunk, 0) > 0; i++)
    ;
  hr_embed_session_abandon (self);
}

/* Serves the peer from now on. */
void
hr_embed_session_admit (HrEmbedSession *self)
{
  self->state = HR_SESSION_LIVE;
}

/* Whether the two are equal; how long that takes tells nothing about where they differ. */
static bool
tokens_match (const uint8_t *token,
              const uint8_t *given)
{
  volatile uint8_t difference = 0;

  for (size_t i = 0; i < HR_WIRE_TOKEN_BYTES; i++)
    difference |= token[i] ^ given[i];

  return difference == 0;
}

static bool
answer (HrEmbedSession           *self,
        Headroom__Frame__BodyCase body_case,
        void                     *body)
{
  Headroom__Frame frame = HEADROOM__FRAME__INIT;
  size_t          size = 0;
  uint8_t        *bytes;

  frame.body_case = body_case;
  frame.hello = body; /* all bodies begin at the same place */
  bytes = hr_wire_pack (&frame, &size);
  self->n_answers += size;

  return hr_outbox_take (&self->out, bytes, size) && self->n_answers <= MAX_ANSWER_BYTES;
}

static bool
answer_ping (HrEmbedSession       *self,
             const Headroom__Ping *ping)
{
  Headroom__Pong pong = HEADROOM__PONG__INIT;

  pong.sent_ns = ping->sent_ns;
  pong.monotonic_ns = hr_clock_monotonic ();
  pong.realtime_ns = hr_clock_realtime ();

  return answer (self, HEADROOM__FRAME__BODY_PONG, &pong);
}

/* There is one program here, and that is watched anyway. */
static bool
answer_search (HrEmbedSession         *self,
               const Headroom__Search *search)
{
  Headroom__Found found = HEADROOM__FOUND__INIT;

  found.request = search->request;

  return answer (self, HEADROOM__FRAME__BODY_FOUND, &found);
}

static bool
answer_watch (HrEmbedSession        *self,
              const Headroom__Watch *watch)
{
  Headroom__Refusal refusal = HEADROOM__REFUSAL__INIT;

  refusal.pid = watch->pid;
  refusal.reason = (char *) "the agent inside a program sees no other";

  return answer (self, HEADROOM__FRAME__BODY_REFUSAL, &refusal);
}

/* The answer waits until the peer has taken what came before. One at a time: a peer that does not wait for it goes without. */
static bool
note_query (HrEmbedSession        *self,
            const Headroom__Query *query)
{
  self->asked = true;
  self->request = query->request;
  memcpy (self->uuid, query->uuid.data, sizeof self->uuid);
  self->query = (HrRecordQuery){ (int64_t) query->begin_ns, (int64_t) query->end_ns, query->from };

  return true;
}

/* Finds how far the peer had come with this stream. */
static bool
handle_resume (HrEmbedSession         *self,
               const HrEmbedHost      *host,
               const Headroom__Resume *resume)
{
  for (size_t i = 0; i < resume->n_positions; i++)
    {
      const Headroom__Position *position = resume->positions[i];

      if (hr_embed_stream_is (host->stream, position->uuid.data, position->epoch) &&
          position->sequence <= hr_embed_stream_get_sequence (host->stream))
        {
          self->wants_totals = false;
          self->next = position->sequence + 1;
        }
    }
  self->state = HR_SESSION_RESUMED;

  return true;
}

static bool
handle_control (HrEmbedSession          *self,
                const HrEmbedHost       *host,
                const Headroom__Control *control)
{
  if (control->stream == HR_EMBED_STREAM && control->subscribed != HEADROOM__SWITCH__UNCHANGED)
    self->subscribed = control->subscribed == HEADROOM__SWITCH__ON;
  host->control (host->user_data, control);

  return true;
}

/* Nothing but a token, where one is asked for, and a resume. */
static bool
handle_first (HrEmbedSession        *self,
              const HrEmbedHost     *host,
              const Headroom__Frame *frame)
{
  bool known = host->token == NULL || self->state == HR_SESSION_KNOWN;

  if (frame->body_case == HEADROOM__FRAME__BODY_ACCESS && self->state == HR_SESSION_WAITING &&
      (known || tokens_match (host->token, frame->access->token.data)))
    {
      self->state = HR_SESSION_KNOWN;
      return true;
    }

  return known && frame->body_case == HEADROOM__FRAME__BODY_RESUME && handle_resume (self, host, frame->resume);
}

/* Returns whether the frame may come in this state of the conversation. */
static bool
handle_frame (HrEmbedSession        *self,
              const HrEmbedHost     *host,
              const Headroom__Frame *frame)
{
  if (self->state == HR_SESSION_WAITING || self->state == HR_SESSION_KNOWN)
    return handle_first (self, host, frame);

  switch (frame->body_case)
    {
    case HEADROOM__FRAME__BODY_PING:
      return answer_ping (self, frame->ping);
    case HEADROOM__FRAME__BODY_CONTROL:
      return handle_control (self, host, frame->control);
    case HEADROOM__FRAME__BODY_SEARCH:
      return answer_search (self, frame->search);
    case HEADROOM__FRAME__BODY_WATCH:
      return answer_watch (self, frame->watch);
    case HEADROOM__FRAME__BODY_QUERY:
      return note_query (self, frame->query);
    case HEADROOM__FRAME__BODY_HELLO:
    case HEADROOM__FRAME__BODY_SNAPSHOT:
    case HEADROOM__FRAME__BODY_TOTALS:
    case HEADROOM__FRAME__BODY_GOODBYE:
    case HEADROOM__FRAME__BODY_RESUME:
    case HEADROOM__FRAME__BODY_PONG:
    case HEADROOM__FRAME__BODY_ACCESS:
    case HEADROOM__FRAME__BODY_FOUND:
    case HEADROOM__FRAME__BODY_REFUSAL:
    case HEADROOM__FRAME__BODY_RECORDS:
    case HEADROOM__FRAME__BODY__NOT_SET:
    case _HEADROOM__FRAME__BODY__CASE_IS_INT_SIZE:
    default:
      return false;
    }
}

/* Handles the frames that are whole. A resumed peer's others wait until the server has decided about it. */
static bool
handle_frames (HrEmbedSession    *self,
               const HrEmbedHost *host,
               int64_t            now_ns)
{
  while (self->state != HR_SESSION_RESUMED)
    {
      const uint8_t   *body;
      size_t           size;
      Headroom__Frame *frame;
      bool             handled;

      if (hr_frame_cutter_next (&self->in, &body, &size) != HR_WIRE_OK)
        return false;
      if (body == NULL)
        break;
      if (hr_wire_unpack (body, size, &frame) != HR_WIRE_OK)
        return false;

      handled = handle_frame (self, host, frame);
      headroom__frame__free_unpacked (frame, NULL);
      if (!handled)
        return false;
      self->heard_ns = now_ns;
      self->partial_ns = 0;
    }

  return true;
}

static bool
keeps_within_limits (HrEmbedSession    *self,
                     const HrEmbedHost *host,
                     int64_t            now_ns)
{
  size_t held = self->in.end - self->in.begin;
  bool   stranger = host->token != NULL && self->state == HR_SESSION_WAITING;

  if (held == 0)
    self->partial_ns = 0;
  else if (self->partial_ns == 0)
    self->partial_ns = now_ns;

  return held <= (stranger ? MAX_ACCESS_BYTES : MAX_REQUEST_BYTES);
}

static bool
receive (HrEmbedSession    *self,
         const HrEmbedHost *host,
         int64_t            now_ns)
{
  uint8_t chunk[CHUNK_BYTES];

  for (int i = 0; i < MAX_CHUNKS; i++)
    {
      ssize_t n = recv (self->fd, chunk, sizeof chunk, 0);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        break;
      if (n <= 0 || hr_frame_cutter_push (&self->in, chunk, (size_t) n) != HR_WIRE_OK || !handle_frames (self, host, now_ns) ||
          !keeps_within_limits (self, host, now_ns))
        return false;
    }

  return handle_frames (self, host, now_ns);
}

/* Takes in what has come. Returns false where the peer is gone, says what it may not, or takes too long. */
bool
hr_embed_session_receive (HrEmbedSession    *self,
                          const HrEmbedHost *host,
                          int64_t            now_ns)
{
  return self->state == HR_SESSION_FREE || (receive (self, host, now_ns) && now_ns < hr_embed_session_deadline (self));
}

/* Puts the next frames for the peer into its outbox, which is empty: what the backlog holds need not be held twice. */
static bool
fill_outbox (HrEmbedSession *self,
             HrEmbedStream  *stream)
{
  uint64_t last = hr_embed_stream_get_sequence (stream);

  if (!self->announced || self->generation != hr_embed_stream_get_generation (stream))
    {
      self->announced = true;
      self->generation = hr_embed_stream_get_generation (stream);
      if (!hr_embed_stream_add_hello (stream, &self->out))
        return false;
    }

  if (self->asked)
    {
      self->asked = false;
      if (!hr_embed_stream_add_records (stream, self->request, self->uuid, &self->query, &self->out))
        return false;
    }

  while (self->subscribed && hr_byte_queue_size (&self->out) < BATCH_BYTES && (self->wants_totals || self->next <= last))
    {
      size_t         size = 0;
      const uint8_t *frame = self->wants_totals ? NULL : hr_embed_stream_get_frame (stream, self->next, &size);

      if (frame == NULL)
        {
          if (!hr_embed_stream_add_totals (stream, &self->out))
            return false;
          self->wants_totals = false;
          self->next = last + 1;
        }
      else if (hr_byte_queue_add (&self->out, frame, size))
        self->next++;
      else
        return false;
    }

  return true;
}

static void
note_progress (HrEmbedSession *self,
               size_t          sent,
               int64_t         now_ns)
{
  if (hr_byte_queue_size (&self->out) == 0)
    {
      self->n_answers = 0;
      self->stuck_ns = 0;
    }
  else if (sent > 0 || self->stuck_ns == 0)
    self->stuck_ns = now_ns;
}

static bool
send_all (HrEmbedSession *self,
          HrEmbedStream  *stream,
          int64_t         now_ns)
{
  size_t sent;

  do
    {
      if (self->state == HR_SESSION_LIVE && hr_byte_queue_size (&self->out) == 0 && !fill_outbox (self, stream))
        return false;
      if (!hr_outbox_flush (&self->out, self->fd, &sent))
        return false;
      note_progress (self, sent, now_ns);
    }
  while (sent > 0 && hr_byte_queue_size (&self->out) == 0);

  return true;
}

/* Sends what the socket takes now of what the peer is to have. Returns false where the link is broken or memory is short: the backlog
 * holds what the peer misses. */
bool
hr_embed_session_send (HrEmbedSession *self,
                       HrEmbedStream  *stream,
                       int64_t         now_ns)
{
  return self->state == HR_SESSION_FREE || send_all (self, stream, now_ns);
}

/* Returns whether the peer has all that it is to have. */
bool
hr_embed_session_is_done (const HrEmbedSession *self,
                          const HrEmbedStream  *stream)
{
  return self->state != HR_SESSION_LIVE ||
         (hr_byte_queue_size (&self->out) == 0 && (!self->subscribed || (!self->wants_totals && self->next > hr_embed_stream_get_sequence (stream))));
}

/* Queues the end of the stream for a peer that is served. Returns false when memory is short. */
bool
hr_embed_session_say_goodbye (HrEmbedSession *self,
                              HrEmbedStream  *stream,
                              const char     *reason)
{
  return hr_embed_stream_add_goodbye (stream, reason, &self->out);
}

static int64_t
earlier (int64_t a,
         int64_t b)
{
  return a < b ? a : b;
}

/* Returns when the peer has taken too long, INT64_MAX: nothing is due. */
int64_t
hr_embed_session_deadline (const HrEmbedSession *self)
{
  int64_t deadline = INT64_MAX;

  if (self->state == HR_SESSION_FREE)
    return deadline;

  if (self->state != HR_SESSION_LIVE)
    deadline = self->began_ns + ACCESS_NS;
  if (self->partial_ns != 0)
    deadline = earlier (deadline, self->partial_ns + STALL_NS);
  if (self->stuck_ns != 0)
    deadline = earlier (deadline, self->stuck_ns + STALL_NS);

  return deadline;
}

/* Returns whether the peer has said nothing for so long that it may be dead. */
bool
hr_embed_session_is_silent (const HrEmbedSession *self,
                            int64_t               now_ns)
{
  return now_ns - self->heard_ns >= SILENCE_NS;
}
