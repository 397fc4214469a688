/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/peer.h"

#include "engine/base/clock.h"
#include "engine/hub/stream.h"

#include <glib/gi18n-lib.h>

/* Instances of programs that are remembered, so that a link that comes back resumes them. */
#define MAX_STREAMS 256

/* An agent answers each second's ping; after three without a word it is lost. */
#define TICK_SECONDS 1
#define SILENCE_NS (3 * HR_NS_PER_SECOND)

struct _HrPeer
{
  GObject parent_instance;

  HrConnector *connector;
  HrSource    *computer;
  GPtrArray   *sources;   /* HrSource, the computer first */
  GHashTable  *unwanted;  /* set of HrSource that the user disconnected, borrowed from @sources */
  GPtrArray   *streams;   /* HrStream, oldest first */
  GHashTable  *by_number; /* the link's stream number -> HrStream, borrowed from @streams */
  HrClockMap   clock;
  gint64       heard_ns;
  guint        tick_source;
  guint        interval_ms; /* 0: the agent's own */
};

G_DEFINE_FINAL_TYPE (HrPeer, hr_peer, G_TYPE_OBJECT)

enum
{
  SIGNAL_SOURCE_ADDED,
  SIGNAL_SOURCE_STATE,
  SIGNAL_SNAPSHOT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
send (HrPeer          *self,
      const HrMessage *message)
{
  HrLink *link = hr_connector_get_link (self->connector);

  if (link != NULL)
    hr_link_send (link, message);
}

static void
set_state (HrPeer       *self,
           HrSource     *source,
           HrSourceState state,
           const char   *message)
{
  if (hr_source_get_state (source) == state && g_strcmp0 (hr_source_get_message (source), message) == 0)
    return;

  hr_source_set_state (source, state, message);
  g_signal_emit (self, signals[SIGNAL_SOURCE_STATE], 0, source);
}

/* The number under which the link speaks of @source now. */
static gboolean
find_number (HrPeer   *self,
             HrSource *source,
             guint    *out_number)
{
  GHashTableIter iter;
  gpointer       number, stream;

  g_hash_table_iter_init (&iter, self->by_number);
  while (g_hash_table_iter_next (&iter, &number, &stream))
    if (hr_stream_get_source (stream) == source)
      {
        *out_number = GPOINTER_TO_UINT (number);
        return TRUE;
      }

  return FALSE;
}

static void
send_control (HrPeer   *self,
              HrSource *source,
              HrControl control)
{
  HrMessage message = { .type = HR_MESSAGE_CONTROL, .control = control };

  if (find_number (self, source, &message.stream))
    send (self, &message);
}

static gboolean
tick_cb (gpointer user_data)
{
  HrPeer   *self = user_data;
  gint64    now = (gint64) hr_clock_monotonic ();
  HrMessage ping = { .type = HR_MESSAGE_PING, .ping.sent_ns = now };

  if (now - self->heard_ns > SILENCE_NS)
    hr_connector_give_up (self->connector, _ ("The agent does not answer"));
  else
    send (self, &ping);

  return G_SOURCE_CONTINUE;
}

static void
send_resume (HrPeer *self)
{
  g_autofree HrPosition *positions = g_new0 (HrPosition, self->streams->len);
  HrMessage              resume = { .type = HR_MESSAGE_RESUME };

  for (guint i = 0; i < self->streams->len; i++)
    hr_stream_get_position (g_ptr_array_index (self->streams, i), &positions[i]);
  resume.resume.positions = positions;
  resume.resume.n_positions = self->streams->len;
  send (self, &resume);
}

static void
connector_opened_cb (HrConnector *connector,
                     HrLink      *link,
                     HrPeer      *self)
{
  g_hash_table_remove_all (self->by_number);
  self->clock = (HrClockMap){ 0 };
  self->heard_ns = (gint64) hr_clock_monotonic ();

  send_resume (self);
  send (self, &(HrMessage){ .type = HR_MESSAGE_PING, .ping.sent_ns = (gint64) hr_clock_monotonic () });
  hr_peer_set_interval (self, self->interval_ms);
  if (self->tick_source == 0)
    self->tick_source = g_timeout_add_seconds (TICK_SECONDS, tick_cb, self);
}

/* Nothing arrives any more from any of the agent's sources. */
static void
leave_all (HrPeer       *self,
           HrSourceState state,
           const char   *message)
{
  g_clear_handle_id (&self->tick_source, g_source_remove);
  g_hash_table_remove_all (self->by_number);
  for (guint i = 0; i < self->sources->len; i++)
    {
      HrSource *source = g_ptr_array_index (self->sources, i);

      if (!g_hash_table_contains (self->unwanted, source))
        set_state (self, source, state, message);
    }
}

static void
connector_lost_cb (HrConnector *connector,
                   const char  *why,
                   guint        retry_ms,
                   HrPeer      *self)
{
  g_autofree char *message = g_strdup_printf (_ ("The agent of this computer is gone and is being started again: %s"), why);

  leave_all (self, HR_SOURCE_LOST, message);
}

static HrSource *
add_source (HrPeer      *self,
            HrSourceRole role,
            const char  *name)
{
  HrSource *source = hr_source_new (role, name);

  g_ptr_array_add (self->sources, source);
  g_signal_emit (self, signals[SIGNAL_SOURCE_ADDED], 0, source);

  return source;
}

static HrSource *
find_source (HrPeer     *self,
             const char *name)
{
  for (guint i = 1; i < self->sources->len; i++)
    if (g_str_equal (hr_source_get_name (g_ptr_array_index (self->sources, i)), name))
      return g_ptr_array_index (self->sources, i);

  return NULL;
}

/* Which source a new instance belongs to: the computer itself; a program of the same name whose last instance is
 * gone, which has come back; or else a new one. Names stay unique: a second "ranker" at a time is "ranker (2)". */
static HrSource *
source_for_instance (HrPeer          *self,
                     const HrMessage *message)
{
  g_autofree char *name = g_strdup (message->hello.title);

  if (message->hello.role == HR_SOURCE_COMPUTER)
    return self->computer;

  for (guint i = 2;; i++)
    {
      HrSource *source = find_source (self, name);
      guint     number;

      if (source == NULL)
        return add_source (self, message->hello.role, name);
      if (!find_number (self, source, &number))
        return source;

      g_free (name);
      name = g_strdup_printf ("%s (%u)", message->hello.title, i);
    }
}

/* Forgets the oldest instance that no link speaks of, when there are too many. */
static void
bound_streams (HrPeer *self)
{
  for (guint i = 0; self->streams->len > MAX_STREAMS && i < self->streams->len; i++)
    {
      HrStream *stream = g_ptr_array_index (self->streams, i);
      guint     number;

      if (!find_number (self, hr_stream_get_source (stream), &number))
        g_ptr_array_remove_index (self->streams, i--);
    }
}

static HrStream *
stream_for_hello (HrPeer          *self,
                  const HrMessage *message)
{
  HrStream *stream;

  for (guint i = 0; i < self->streams->len; i++)
    if (hr_stream_is (g_ptr_array_index (self->streams, i), &message->hello.name))
      return g_ptr_array_index (self->streams, i);

  stream = hr_stream_new (source_for_instance (self, message), &message->hello.name);
  g_ptr_array_add (self->streams, stream);
  bound_streams (self);

  return stream;
}

static void
take_hello (HrPeer          *self,
            const HrMessage *message)
{
  HrStream *stream = stream_for_hello (self, message);
  HrSource *source = hr_stream_get_source (stream);

  g_hash_table_insert (self->by_number, GUINT_TO_POINTER (message->stream), stream);
  hr_stream_hello (stream, &message->hello.name, message->hello.metrics, message->hello.n_metrics);
  hr_source_set_pid (source, message->hello.pid);
  hr_source_set_detail (source, message->hello.detail);

  if (g_hash_table_contains (self->unwanted, source))
    send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_OFF });
  else if (!message->hello.sampling)
    set_state (self, source, HR_SOURCE_STOPPED, _ ("Sampling is stopped"));
  else if (hr_source_get_state (source) != HR_SOURCE_CONNECTED)
    set_state (self, source, HR_SOURCE_CONNECTING, NULL);
}

static void
take_numbers (HrPeer          *self,
              const HrMessage *message)
{
  HrStream *stream = g_hash_table_lookup (self->by_number, GUINT_TO_POINTER (message->stream));
  HrSource *source = stream != NULL ? hr_stream_get_source (stream) : NULL;
  gint64    now_ns = (gint64) hr_clock_monotonic ();
  gint64    now_us = g_get_real_time ();

  g_autoptr (HrSnapshot) snapshot = NULL;

  if (source == NULL || g_hash_table_contains (self->unwanted, source))
    return;

  if (message->type == HR_MESSAGE_TOTALS)
    snapshot = hr_stream_totals (stream, message->snapshot, &self->clock, now_ns, now_us);
  else
    snapshot = hr_stream_snapshot (stream, message->snapshot, &self->clock, now_ns, now_us);
  if (snapshot == NULL)
    return;

  hr_history_append (hr_source_get_history (source), snapshot);
  if (hr_source_get_state (source) != HR_SOURCE_STOPPED && !snapshot->catch_up)
    set_state (self, source, HR_SOURCE_CONNECTED, NULL);
  g_signal_emit (self, signals[SIGNAL_SNAPSHOT], 0, source, snapshot);
}

static void
take_goodbye (HrPeer          *self,
              const HrMessage *message)
{
  HrStream *stream = g_hash_table_lookup (self->by_number, GUINT_TO_POINTER (message->stream));
  HrSource *source = stream != NULL ? hr_stream_get_source (stream) : NULL;

  if (stream == NULL)
    return;

  g_hash_table_remove (self->by_number, GUINT_TO_POINTER (message->stream));
  if (!g_hash_table_contains (self->unwanted, source))
    set_state (self, source, HR_SOURCE_LOST, message->reason);
}

static void
take_pong (HrPeer          *self,
           const HrMessage *message)
{
  hr_clock_map_learn (&self->clock, message->ping.sent_ns, self->heard_ns, message->ping.monotonic_ns);
  for (guint i = 0; i < self->sources->len; i++)
    {
      HrSource     *source = g_ptr_array_index (self->sources, i);
      HrLinkQuality quality = *hr_source_get_quality (source);

      quality.clock_error_ns = hr_clock_map_error (&self->clock);
      hr_source_set_quality (source, &quality);
    }
}

static void
connector_message_cb (HrConnector     *connector,
                      const HrMessage *message,
                      HrPeer          *self)
{
  self->heard_ns = (gint64) hr_clock_monotonic ();

  switch (message->type)
    {
    case HR_MESSAGE_HELLO:
      take_hello (self, message);
      break;
    case HR_MESSAGE_SNAPSHOT:
    case HR_MESSAGE_TOTALS:
      take_numbers (self, message);
      break;
    case HR_MESSAGE_GOODBYE:
      take_goodbye (self, message);
      break;
    case HR_MESSAGE_PONG:
      take_pong (self, message);
      break;
    case HR_MESSAGE_PING:
      send (self, &(HrMessage){ .type = HR_MESSAGE_PONG,
                                .ping = { message->ping.sent_ns, self->heard_ns, (gint64) hr_clock_realtime () } });
      break;
    case HR_MESSAGE_CONTROL:
    case HR_MESSAGE_RESUME:
    default:
      hr_connector_give_up (self->connector, _ ("The agent sent what only a desktop may send"));
    }
}

static void
hr_peer_dispose (GObject *object)
{
  HrPeer *self = HR_PEER (object);

  g_clear_handle_id (&self->tick_source, g_source_remove);
  if (self->connector != NULL)
    hr_connector_close (self->connector);
  g_clear_object (&self->connector);

  G_OBJECT_CLASS (hr_peer_parent_class)->dispose (object);
}

static void
hr_peer_finalize (GObject *object)
{
  HrPeer *self = HR_PEER (object);

  g_hash_table_unref (self->by_number);
  g_hash_table_unref (self->unwanted);
  g_ptr_array_unref (self->streams);
  g_ptr_array_unref (self->sources);

  G_OBJECT_CLASS (hr_peer_parent_class)->finalize (object);
}

static void
hr_peer_class_init (HrPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hr_peer_dispose;
  object_class->finalize = hr_peer_finalize;

  signals[SIGNAL_SOURCE_ADDED] = g_signal_new ("source-added", HR_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 1, HR_TYPE_SOURCE);
  signals[SIGNAL_SOURCE_STATE] = g_signal_new ("source-state", HR_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 1, HR_TYPE_SOURCE);
  signals[SIGNAL_SNAPSHOT] = g_signal_new ("snapshot", HR_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, HR_TYPE_SOURCE, HR_TYPE_SNAPSHOT);
}

static void
hr_peer_init (HrPeer *self)
{
  self->sources = g_ptr_array_new_with_free_func (g_object_unref);
  self->streams = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_stream_free);
  self->unwanted = g_hash_table_new (NULL, NULL);
  self->by_number = g_hash_table_new (NULL, NULL);
}

/* Makes the peer at the other end of @connector, which is still closed, with a source for its computer called
 * @computer. Returns: (transfer full) */
HrPeer *
hr_peer_new (HrConnector *connector,
             const char  *computer)
{
  HrPeer *self = g_object_new (HR_TYPE_PEER, NULL);

  self->connector = g_object_ref (connector);
  self->computer = add_source (self, HR_SOURCE_COMPUTER, computer);
  g_signal_connect_object (connector, "opened", G_CALLBACK (connector_opened_cb), self, 0);
  g_signal_connect_object (connector, "lost", G_CALLBACK (connector_lost_cb), self, 0);
  g_signal_connect_object (connector, "message", G_CALLBACK (connector_message_cb), self, 0);

  return self;
}

/* Returns: (transfer none): the source that is the agent's computer. */
HrSource *
hr_peer_get_computer (HrPeer *self)
{
  return self->computer;
}

/* Returns whether @source comes from this agent. */
gboolean
hr_peer_owns (HrPeer   *self,
              HrSource *source)
{
  return g_ptr_array_find (self->sources, source, NULL);
}

/* Opens the link, at once even while a retry is due. */
static void
open_link (HrPeer *self)
{
  leave_all (self, HR_SOURCE_CONNECTING, NULL);
  hr_connector_open (self->connector);
}

/* Watches @source again. Without a link this opens it, and watches the computer again with all that comes from it. */
void
hr_peer_connect (HrPeer   *self,
                 HrSource *source)
{
  guint number;

  g_hash_table_remove (self->unwanted, source);
  if (!hr_connector_is_open (self->connector))
    {
      open_link (self);
    }
  else if (find_number (self, source, &number))
    {
      set_state (self, source, HR_SOURCE_CONNECTING, NULL);
      send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_ON });
    }
  else
    {
      set_state (self, source, HR_SOURCE_LOST, _ ("The program is not running"));
    }
}

/* Watches @source no longer, until it is connected again; for the computer this closes the link, and the
 * agent ends. */
void
hr_peer_disconnect (HrPeer   *self,
                    HrSource *source)
{
  if (source == self->computer)
    {
      hr_connector_close (self->connector);
      leave_all (self, HR_SOURCE_DISCONNECTED, _ ("Disconnected by you"));
      return;
    }

  send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_OFF });
  g_hash_table_add (self->unwanted, source);
  set_state (self, source, HR_SOURCE_DISCONNECTED, _ ("Disconnected by you"));
}

/* Starts or stops sampling in @source itself, if it is connected. */
void
hr_peer_set_sampling (HrPeer   *self,
                      HrSource *source,
                      gboolean  sampling)
{
  HrSourceState state = hr_source_get_state (source);

  if (state != HR_SOURCE_CONNECTED && state != HR_SOURCE_STOPPED)
    return;

  send_control (self, source, (HrControl){ .sampling = sampling ? HR_SWITCH_ON : HR_SWITCH_OFF });
  set_state (self, source, sampling ? HR_SOURCE_CONNECTING : HR_SOURCE_STOPPED, sampling ? NULL : _ ("Sampling is stopped"));
}

/* Asks the program behind @source to free what it can. Nothing happens while no link speaks of it; whether and when the program
 * answers is its own business (hr_probe_poll ()). */
void
hr_peer_request_cleanup (HrPeer   *self,
                         HrSource *source)
{
  send_control (self, source, (HrControl){ .cleanup = TRUE });
}

/* Asks the agent to cut a snapshot every @interval_ms from now on; 0 leaves it alone. */
void
hr_peer_set_interval (HrPeer *self,
                      guint   interval_ms)
{
  HrMessage message = { .type = HR_MESSAGE_CONTROL, .control.interval_ms = interval_ms };

  self->interval_ms = interval_ms;
  if (interval_ms != 0)
    send (self, &message);
}
