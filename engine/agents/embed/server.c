/* SPDX-License-Identifier: MIT */

#include "engine/agents/embed/server.h"

#include "engine/agents/embed/figures.h"
#include "engine/agents/embed/session.h"
#include "engine/base/cadence.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHORTEST_INTERVAL_MS 10u
#define LONGEST_INTERVAL_MS 60000u
/* How often it looks while the desktop that is there wants no snapshots. */
#define IDLE_INTERVAL_MS 1000u

/* How long listening rests when it failed, and accepting when descriptors ran out. */
#define RELISTEN_NS HR_NS_PER_SECOND
#define REST_NS (HR_NS_PER_SECOND / 5)

struct _HrEmbedServer
{
  HrRegionReader *reader; /* borrowed */
  HrEmbedStream  *stream;
  HrEmbedFigures  figures;
  HrEmbedHost     host;
  HrEmbedListener listener;
  HrEmbedSession  sessions[HR_SERVER_SESSIONS];
  uint8_t         token[HR_WIRE_TOKEN_BYTES];
  unsigned        interval_ms;
  int             thermal_state;

  int64_t  now_ns; /* of the last turn */
  bool     suspended;
  bool     finishing;
  bool     said_goodbye;
  int64_t  rest_ns;   /* until then nobody is accepted, or listened for */
  bool     awake;     /* looks at the region at an interval */
  int64_t  tick_ns;   /* when it looks next; 0: at once */
  bool     remembers; /* @sent is how far a desktop that left has come */
  uint64_t sent;
};

static unsigned
clamp_interval (unsigned interval_ms)
{
  if (interval_ms < SHORTEST_INTERVAL_MS)
    return SHORTEST_INTERVAL_MS;

  return interval_ms < LONGEST_INTERVAL_MS ? interval_ms : LONGEST_INTERVAL_MS;
}

/* Carries out what a desktop asks for. A command for a stream that is none does nothing. */
static void
session_control_cb (void                    *user_data,
                    const Headroom__Control *control)
{
  HrEmbedServer *self = user_data;

  if (control->interval_ms > 0)
    {
      self->interval_ms = clamp_interval (control->interval_ms);
      hr_region_reader_set_interval (self->reader, self->interval_ms);
      self->tick_ns = 0;
    }
  if (control->stream != HR_EMBED_STREAM)
    return;

  if (control->sampling != HEADROOM__SWITCH__UNCHANGED)
    hr_embed_stream_set_sampling (self->stream, control->sampling == HEADROOM__SWITCH__ON);
  if (control->cleanup)
    hr_region_reader_request_cleanup (self->reader);
  if (control->subscribed == HEADROOM__SWITCH__ON)
    self->tick_ns = 0;
}

/* Creates a server of the program behind @reader (borrowed); it does not listen yet. NULL when memory is short. */
HrEmbedServer *
hr_embed_server_new (HrRegionReader             *reader,
                     const HrEmbedServerOptions *options,
                     int64_t                     now_ns)
{
  const HrEmbedStreamOptions stream = { options->epoch, options->detail, options->backlog_bytes };
  HrEmbedServer             *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;

  self->reader = reader;
  self->listener = options->listener;
  self->thermal_state = -1;
  self->interval_ms = clamp_interval (options->interval_ms);
  self->stream = hr_embed_stream_new (reader, &stream, now_ns);
  if (self->stream == NULL)
    {
      free (self);
      return NULL;
    }

  hr_region_reader_set_interval (reader, self->interval_ms);
  self->host = (HrEmbedHost){ session_control_cb, self, self->stream, NULL };
  if (options->token != NULL)
    {
      memcpy (self->token, options->token, sizeof self->token);
      self->host.token = self->token;
    }

  return self;
}

static HrEmbedSession *
find_live (HrEmbedServer *self)
{
  for (unsigned i = 0; i < HR_SERVER_SESSIONS; i++)
    if (self->sessions[i].state == HR_SESSION_LIVE)
      return &self->sessions[i];

  return NULL;
}

/* Remembers how far the desktop has come that leaves. What of it was still on its way is asked for again from the backlog. */
static void
close_session (HrEmbedServer  *self,
               HrEmbedSession *session)
{
  if (session->state == HR_SESSION_LIVE && !session->wants_totals)
    {
      self->remembers = true;
      self->sent = session->next - 1;
    }
  hr_embed_session_end (session);
}

static void
close_sessions (HrEmbedServer *self)
{
  for (unsigned i = 0; i < HR_SERVER_SESSIONS; i++)
    close_session (self, &self->sessions[i]);
}

/* Closes everything and frees the server. Accepts NULL. */
void
hr_embed_server_free (HrEmbedServer *self)
{
  if (self == NULL)
    return;

  close_sessions (self);
  hr_embed_listener_close (&self->listener);
  hr_embed_stream_free (self->stream);
  free (self);
}

/* Lets go of the sockets without a word to the other ends: after a fork they are the parent's, who goes on with them. */
void
hr_embed_server_abandon (HrEmbedServer *self)
{
  for (unsigned i = 0; i < HR_SERVER_SESSIONS; i++)
    hr_embed_session_abandon (&self->sessions[i]);
  hr_embed_listener_abandon (&self->listener);
}

/* Begins to listen. Returns false with errno. */
bool
hr_embed_server_listen (HrEmbedServer *self)
{
  return hr_embed_listener_open (&self->listener);
}

/* Closes the sockets until it is resumed; measuring goes on as long as the backlog is of use. */
void
hr_embed_server_suspend (HrEmbedServer *self)
{
  self->suspended = true;
  close_sessions (self);
  hr_embed_listener_close (&self->listener);
}

/* Listens again, on a socket made anew; where that fails it is tried again each second. */
void
hr_embed_server_resume (HrEmbedServer *self,
                        int64_t        now_ns)
{
  self->suspended = false;
  hr_embed_listener_close (&self->listener);
  self->rest_ns = hr_embed_listener_open (&self->listener) ? 0 : now_ns + RELISTEN_NS;
}

/* Returns where it listens, the port it was given included. */
const char *
hr_embed_server_address (const HrEmbedServer *self)
{
  return self->listener.address;
}

/* Takes over the thermal state of the device; negative: not known. */
void
hr_embed_server_set_thermal (HrEmbedServer *self,
                             int            state)
{
  self->thermal_state = state;
}

/* Returns a place for a peer that comes: a free one, or that of whoever has waited longest without a word who they are. */
static HrEmbedSession *
find_place (HrEmbedServer *self)
{
  HrEmbedSession *oldest = NULL;

  for (unsigned i = 0; i < HR_SERVER_SESSIONS; i++)
    {
      HrEmbedSession *session = &self->sessions[i];

      if (session->state == HR_SESSION_FREE)
        return session;
      if (session->state != HR_SESSION_LIVE && (oldest == NULL || session->began_ns < oldest->began_ns))
        oldest = session;
    }
  close_session (self, oldest);

  return oldest;
}

/* Takes in whoever waits. */
static void
accept_peers (HrEmbedServer *self,
              int64_t        now_ns)
{
  for (unsigned i = 0; i < HR_SERVER_SESSIONS && self->listener.fd >= 0 && now_ns >= self->rest_ns; i++)
    {
      int fd = -1;

      switch (hr_embed_listener_accept (&self->listener, &fd))
        {
        case HR_ACCEPT_PEER:
          hr_embed_session_begin (find_place (self), fd, now_ns);
          break;
        case HR_ACCEPT_REFUSED:
          break;
        case HR_ACCEPT_LATER:
          self->rest_ns = now_ns + REST_NS;
          break;
        case HR_ACCEPT_BROKEN:
          hr_embed_listener_close (&self->listener);
          self->rest_ns = now_ns + RELISTEN_NS;
          break;
        case HR_ACCEPT_NOBODY:
        default:
          return;
        }
    }
}

/* A socket that the system took away is made again. */
static void
listen_again (HrEmbedServer *self,
              int64_t        now_ns)
{
  if (self->listener.fd < 0 && !self->suspended && now_ns >= self->rest_ns && !hr_embed_listener_open (&self->listener))
    self->rest_ns = now_ns + RELISTEN_NS;
}

/* Wakes up: what nobody saw goes to the totals, and the first look comes at once. */
static void
wake (HrEmbedServer *self,
      int64_t        now_ns)
{
  if (!self->awake)
    hr_embed_stream_skip (self->stream, now_ns);
  self->awake = true;
  self->tick_ns = now_ns;
}

/* Serves a desktop that has said where it stands, unless another one is being served that is still alive. */
static void
admit (HrEmbedServer  *self,
       HrEmbedSession *session,
       int64_t         now_ns)
{
  HrEmbedSession *live = find_live (self);

  if (live != NULL && !hr_embed_session_is_silent (live, now_ns))
    {
      hr_embed_session_end (session);
      return;
    }
  if (live != NULL)
    close_session (self, live);
  wake (self, now_ns);
  hr_embed_session_admit (session);
}

/* What came behind a resume is there already, and no socket tells of it again. */
static void
receive (HrEmbedServer  *self,
         HrEmbedSession *session,
         int64_t         now_ns)
{
  bool open = hr_embed_session_receive (session, &self->host, now_ns);

  if (open && session->state == HR_SESSION_RESUMED)
    {
      admit (self, session, now_ns);
      open = hr_embed_session_receive (session, &self->host, now_ns);
    }
  if (!open)
    close_session (self, session);
}

/* The desktop that is served comes first: it may be gone, and be the one that has just come back. */
static void
receive_all (HrEmbedServer *self,
             int64_t        now_ns)
{
  HrEmbedSession *live = find_live (self);

  if (live != NULL)
    receive (self, live, now_ns);
  for (unsigned i = 0; i < HR_SERVER_SESSIONS; i++)
    if (&self->sessions[i] != live)
      receive (self, &self->sessions[i], now_ns);
}

/* Whether somebody is served, or will be and can go on from what the backlog holds. Otherwise the next desktop gets totals anyway. */
static bool
is_worth_looking (HrEmbedServer *self)
{
  return find_live (self) != NULL || (self->remembers && hr_embed_stream_can_resume (self->stream, self->sent + 1));
}

static int64_t
interval_ns (HrEmbedServer *self)
{
  const HrEmbedSession *live = find_live (self);
  unsigned              interval_ms = self->interval_ms;

  if (live != NULL && !live->subscribed && interval_ms < IDLE_INTERVAL_MS)
    interval_ms = IDLE_INTERVAL_MS;

  return interval_ms * HR_NS_PER_MS;
}

/* Looks at the region and the platform, and makes a snapshot of it. */
static void
look (HrEmbedServer *self,
      int64_t        now_ns)
{
  hr_embed_stream_collect (self->stream, now_ns);
  if (hr_embed_stream_get_sampling (self->stream))
    hr_embed_figures_measure (&self->figures, self->stream, self->thermal_state, now_ns);
  hr_embed_stream_cut (self->stream, now_ns);
}

static void
look_when_due (HrEmbedServer *self,
               int64_t        now_ns)
{
  self->awake = self->awake && is_worth_looking (self);
  if (!self->awake || self->finishing || now_ns < self->tick_ns)
    return;

  look (self, now_ns);
  self->tick_ns = hr_cadence_after (self->tick_ns > 0 ? self->tick_ns : now_ns, interval_ns (self), now_ns);
}

static void
send_to (HrEmbedServer  *self,
         HrEmbedSession *session,
         int64_t         now_ns)
{
  bool open = hr_embed_session_send (session, self->stream, now_ns);

  if (open && self->finishing && !self->said_goodbye && session->state == HR_SESSION_LIVE && hr_embed_session_is_done (session, self->stream))
    {
      self->said_goodbye = true;
      open = hr_embed_session_say_goodbye (session, self->stream, "the program stopped its agent") &&
             hr_embed_session_send (session, self->stream, now_ns);
    }
  if (!open)
    close_session (self, session);
}

static int64_t
earlier (int64_t a,
         int64_t b)
{
  return a < b ? a : b;
}

static int64_t
next_deadline (const HrEmbedServer *self,
               int64_t              now_ns)
{
  int64_t deadline = self->awake && !self->finishing ? self->tick_ns : INT64_MAX;

  for (unsigned i = 0; i < HR_SERVER_SESSIONS; i++)
    deadline = earlier (deadline, hr_embed_session_deadline (&self->sessions[i]));
  if (self->rest_ns > now_ns && !self->suspended)
    deadline = earlier (deadline, self->rest_ns);

  return deadline;
}

/* Does all that can be done at @now_ns (monotonic) without waiting. Returns when something is due next, whatever the descriptors say;
 * INT64_MAX: nothing is. */
int64_t
hr_embed_server_turn (HrEmbedServer *self,
                      int64_t        now_ns)
{
  self->now_ns = now_ns;
  listen_again (self, now_ns);
  accept_peers (self, now_ns);
  receive_all (self, now_ns);
  look_when_due (self, now_ns);
  for (unsigned i = 0; i < HR_SERVER_SESSIONS; i++)
    send_to (self, &self->sessions[i], now_ns);

  return next_deadline (self, now_ns);
}

/* Writes what to wait for to @out, of HR_SERVER_DESCRIPTORS. Returns how many that is. */
unsigned
hr_embed_server_descriptors (const HrEmbedServer *self,
                             struct pollfd       *out)
{
  unsigned n = 0;

  if (self->listener.fd >= 0 && self->now_ns >= self->rest_ns)
    out[n++] = (struct pollfd){ .fd = self->listener.fd, .events = POLLIN };
  for (unsigned i = 0; i < HR_SERVER_SESSIONS; i++)
    {
      const HrEmbedSession *session = &self->sessions[i];

      if (session->state != HR_SESSION_FREE)
        out[n++] = (struct pollfd){ .fd = session->fd, .events = (short) (hr_byte_queue_size (&session->out) > 0 ? POLLIN | POLLOUT : POLLIN) };
    }

  return n;
}

/* Looks a last time, lets nobody in any more, and says goodbye in the turns to come. */
void
hr_embed_server_finish (HrEmbedServer *self,
                        int64_t        now_ns)
{
  self->finishing = true;
  self->suspended = true;
  hr_embed_listener_close (&self->listener);
  if (self->awake)
    look (self, now_ns);
}

/* Returns whether nobody is left who has not heard the goodbye. */
bool
hr_embed_server_is_done (const HrEmbedServer *self)
{
  for (unsigned i = 0; i < HR_SERVER_SESSIONS; i++)
    if (self->sessions[i].state == HR_SESSION_LIVE)
      return self->said_goodbye && hr_byte_queue_size (&self->sessions[i].out) == 0;

  return true;
}
