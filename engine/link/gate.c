/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "headroom-link"

#include "engine/link/gate.h"

#include "engine/link/link-private.h"

#include <gnutls/gnutls.h>
#include <string.h>

/* More than a record of TLS holds, so that nothing is left inside TLS where waiting for the socket does not see it. */
#define CHUNK_BYTES (20u << 10)

/* Whoever was wrong waits so long for its next turn, and twice as long after each further time. */
#define FIRST_DELAY_MS 50
#define MAX_DOUBLINGS 5
#define MAX_REMEMBERED 64

struct _HrGate
{
  GTlsCertificate *certificate; /* owned; NULL where there is no TLS */
  guint8           token[HR_TOKEN_BYTES];
  guint            patience_ms;
  GQueue           waiting; /* of HrWaiting, the oldest first */
  GHashTable      *wrong;   /* address -> how often it was wrong */
};

/* One peer before its token. TLS is made, and shakes hands, in threads of GIO's; a callback tells it, and keeps this alive.
 *
 *   delayed -> shaking hands (TLS only) -> heard -a right token-> given out
 *   any -> out */
typedef struct
{
  HrGate     *gate;     /* NULL once it is out or given out */
  HrListener *listener; /* not owned: the gate is freed with it */

  gboolean shaking;

  /* Owned. */
  GIOStream    *stream;
  char         *address;
  GMainContext *context;
  GCancellable *cancellable;
  GSource      *source; /* waits for its turn, or for bytes */
  GSource      *limit;  /* of the time that it has */
  HrFrameCutter cutter;
} HrWaiting;

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
waiting_clear (gpointer data)
{
  HrWaiting *self = data;

  g_clear_object (&self->stream);
  g_free (self->address);
  g_main_context_unref (self->context);
  g_object_unref (self->cancellable);
  hr_frame_cutter_clear (&self->cutter);
}

static void
waiting_unref (HrWaiting *self)
{
  g_rc_box_release_full (self, waiting_clear);
}

/* Takes it out of the gate; the caller has a reference. */
static void
leave (HrWaiting *self)
{
  HrGate *gate = g_steal_pointer (&self->gate);

  clear_source (&self->source);
  clear_source (&self->limit);
  g_queue_remove (&gate->waiting, self);
  waiting_unref (self);
}

/* Without a word. While a handshake runs, its callback closes. */
static void
turn_away (HrWaiting  *self,
           const char *why)
{
  g_autoptr (GIOStream) stream = g_object_ref (self->stream);
  gboolean shaking = self->shaking;

  g_debug ("%s is turned away: %s", self->address, why);
  g_cancellable_cancel (self->cancellable);
  leave (self);
  if (!shaking)
    hr_stream_close (stream);
}

static void
remember_wrong (HrGate     *self,
                const char *address)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->wrong, address));

  /* Who comes from so many addresses is not slowed down by remembering them. */
  if (g_hash_table_size (self->wrong) >= MAX_REMEMBERED)
    g_hash_table_remove_all (self->wrong);
  g_hash_table_insert (self->wrong, g_strdup (address), GUINT_TO_POINTER (MIN (n + 1, MAX_DOUBLINGS)));
}

static guint
delay_of (HrGate     *self,
          const char *address)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->wrong, address));

  return n > 0 ? FIRST_DELAY_MS << (n - 1) : 0;
}

static void
give_out (HrWaiting *self)
{
  g_autoptr (HrListener) listener = g_object_ref (self->listener);
  g_autoptr (HrLink) link = hr_link_new (self->stream);

  hr_link_take_rest (link, &self->cutter);
  leave (self);
  hr_listener_give_out (listener, link);
}

/* Whether the first frame is the right token; the time it takes says nothing of how wrong another is. */
static gboolean
token_is_right (HrWaiting    *self,
                const guint8 *body,
                gsize         size,
                const char  **out_why)
{
  g_auto (HrMessage) message = { 0 };
  gboolean right;

  *out_why = "it began with something else than a token";
  if (!hr_message_decode (body, size, &message, NULL) || message.type != HR_MESSAGE_ACCESS)
    return FALSE;

  *out_why = "its token is wrong";
  right = gnutls_memcmp (message.access.token, self->gate->token, HR_TOKEN_BYTES) == 0;
  if (right)
    g_hash_table_remove (self->gate->wrong, self->address);
  else
    remember_wrong (self->gate, self->address);

  return right;
}

static void
examine (HrWaiting *self)
{
  const uint8_t *body;
  size_t         size;
  const char    *why;

  if (hr_frame_cutter_next (&self->cutter, &body, &size) != HR_WIRE_OK ||
      size > HR_GATE_MAX_FRAME ||
      (body == NULL && self->cutter.end - self->cutter.begin > HR_GATE_MAX_FRAME))
    turn_away (self, "it began with something else than a token");
  else if (body != NULL && token_is_right (self, body, size, &why))
    give_out (self);
  else if (body != NULL)
    turn_away (self, why);
}

static gboolean
bytes_arrived_cb (GObject *input,
                  gpointer user_data)
{
  HrWaiting            *self = g_rc_box_acquire (user_data);
  GPollableInputStream *stream = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream));
  g_autofree guint8    *chunk = g_malloc (CHUNK_BYTES);
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (stream, chunk, CHUNK_BYTES, NULL, &error);

  if (n > 0 && hr_frame_cutter_push (&self->cutter, chunk, (gsize) n) == HR_WIRE_OK)
    examine (self);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    turn_away (self, error != NULL ? error->message : "it hung up");
  waiting_unref (self);

  return G_SOURCE_CONTINUE;
}

/* The first look is by reading: bytes may have come with the handshake. */
static void
hear (HrWaiting *self)
{
  GPollableInputStream *stream = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream));

  clear_source (&self->source);
  self->source = g_pollable_input_stream_create_source (stream, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (bytes_arrived_cb), self, NULL);
  g_source_attach (self->source, self->context);
  bytes_arrived_cb (NULL, self);
}

/* A step of the handshake is over, with @error when it failed. Returns whether another may follow. */
static gboolean
end_step (HrWaiting    *self,
          const GError *error)
{
  self->shaking = FALSE;
  if (self->gate == NULL)
    hr_stream_close (self->stream);
  else if (error != NULL)
    turn_away (self, error->message);

  return self->gate != NULL;
}

static void
handshake_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  HrWaiting      *self = user_data;
  GTlsConnection *tls = G_TLS_CONNECTION (object);
  g_autoptr (GError) error = NULL;

  if (g_tls_connection_handshake_finish (tls, result, &error))
    hr_tls_check_version (tls, &error);
  if (end_step (self, error))
    hear (self);
  waiting_unref (self);
}

static void
tls_made_cb (GObject      *base,
             GAsyncResult *result,
             gpointer      user_data)
{
  HrWaiting *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) tls = hr_tls_new_finish (result, &error);

  if (end_step (self, error))
    {
      g_set_object (&self->stream, tls);
      self->shaking = TRUE;
      g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, self->cancellable, handshake_cb,
                                        g_rc_box_acquire (self));
    }
  waiting_unref (self);
}

static void
begin (HrWaiting *self)
{
  if (self->gate->certificate == NULL)
    {
      hear (self);
      return;
    }

  self->shaking = TRUE;
  hr_tls_new_async (self->stream, self->gate->certificate, tls_made_cb, g_rc_box_acquire (self));
}

static gboolean
turn_cb (gpointer user_data)
{
  HrWaiting *self = g_rc_box_acquire (user_data);

  clear_source (&self->source);
  begin (self);
  waiting_unref (self);

  return G_SOURCE_REMOVE;
}

static gboolean
limit_cb (gpointer user_data)
{
  turn_away (user_data, "it did not say a token in time");

  return G_SOURCE_REMOVE;
}

static GSource *
add_timeout (HrWaiting  *self,
             guint       after_ms,
             GSourceFunc callback)
{
  GSource *source = g_timeout_source_new (after_ms);

  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, self->context);

  return source;
}

static char *
address_of (GSocket *peer)
{
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (peer, NULL);

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return g_strdup ("a peer that is gone");

  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

/* Takes @peer in, for @listener to give out when it has said the token. The oldest leaves when too many wait. */
void
hr_gate_admit (HrGate     *self,
               HrListener *listener,
               GSocket    *peer)
{
  HrWaiting *waiting;
  guint      delay;

  hr_tcp_prepare (peer, HR_TCP_SILENCE_SECONDS);
  if (self->waiting.length >= HR_GATE_MAX_WAITING)
    turn_away (self->waiting.head->data, "too many wait");

  waiting = g_rc_box_new0 (HrWaiting);
  waiting->gate = self;
  waiting->listener = listener;
  waiting->stream = G_IO_STREAM (g_socket_connection_factory_create_connection (peer));
  waiting->address = address_of (peer);
  waiting->context = g_main_context_ref_thread_default ();
  waiting->cancellable = g_cancellable_new ();
  waiting->limit = add_timeout (waiting, self->patience_ms, limit_cb);
  g_queue_push_tail (&self->waiting, waiting);

  delay = delay_of (self, waiting->address);
  if (delay > 0)
    waiting->source = add_timeout (waiting, delay, turn_cb);
  else
    begin (waiting);
}

/* Sets how long a peer may take for its token, from now on for those that wait already. */
void
hr_gate_set_patience (HrGate *self,
                      guint   patience_ms)
{
  self->patience_ms = patience_ms;
  for (GList *at = self->waiting.head; at != NULL; at = at->next)
    {
      HrWaiting *waiting = at->data;

      clear_source (&waiting->limit);
      waiting->limit = add_timeout (waiting, patience_ms, limit_cb);
    }
}

/* Returns how many peers wait, at most HR_GATE_MAX_WAITING. */
guint
hr_gate_get_n_waiting (const HrGate *self)
{
  return self->waiting.length;
}

/* Returns a gate that @identity's token opens; @secured: over TLS, by its certificate. */
HrGate *
hr_gate_new (const HrIdentity *identity,
             gboolean          secured)
{
  HrGate *self = g_new0 (HrGate, 1);

  if (secured)
    self->certificate = g_object_ref (identity->certificate);
  memcpy (self->token, identity->token, HR_TOKEN_BYTES);
  self->patience_ms = HR_GATE_PATIENCE_MS;
  self->wrong = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->waiting);

  return self;
}

/* Turns away whoever waits. */
void
hr_gate_free (HrGate *self)
{
  while (!g_queue_is_empty (&self->waiting))
    turn_away (self->waiting.head->data, "nobody listens any more");
  g_hash_table_unref (self->wrong);
  g_clear_object (&self->certificate);
  explicit_bzero (self, sizeof *self);
  g_free (self);
}
