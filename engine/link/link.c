/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "headroom-link"

#include "engine/link/link.h"

#include "engine/link/link-private.h"
#include "engine/link/order.h"

#include <string.h>

/* More than a record of TLS holds, so that nothing is left inside TLS where waiting for the socket does not see it. */
#define CHUNK_BYTES (64u << 10)
#define CLOSE_SECONDS 1
#define FRAMES_PER_TURN 64u
#define WRITES_PER_TURN 64u
#define CHUNKS_AFTER_FAILURE 128u

/* Names of metrics are interned, and so stay in memory when the link is gone: sixteen full sources' worth of them. */
#define MAX_NAMES (16 * HR_WIRE_MAX_METRICS)

/* A link works by sources on its streams, not by pending operations: what is not pending cannot arrive after
 * the end, and nothing holds the link but its owner.
 *
 *   new -start-> open -an error, the peer's end, hr_link_close ()-> closed */
typedef enum
{
  LINK_NEW,
  LINK_OPEN,
  LINK_CLOSED
} LinkState;

struct _HrLink
{
  GObject parent_instance;

  LinkState state;
  gsize     n_queued;
  gsize     n_written; /* of the queue's head */
  gboolean  asked;     /* for access, and nothing came back yet */
  guint     n_rest;    /* chunks read since writing failed */

  /* Owned. */
  GIOStream    *stream;
  GMainContext *context;
  GSource      *reader; /* waits for bytes, or for its turn while whole frames are left */
  GSource      *writer;
  GQueue        queue;   /* of GBytes */
  GError       *failure; /* of writing; told when what can be read has been read */
  HrFrameCutter cutter;
  GHashTable   *names; /* set of the metrics' names that came, interned */
  HrOrder      *order;
};

enum
{
  SIGNAL_MESSAGE,
  SIGNAL_CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrLink, hr_link, G_TYPE_OBJECT)

static void wait_for_bytes (HrLink *self);

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
attach (HrLink     *self,
        GSource    *source,
        GSourceFunc callback)
{
  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, self->context);

  return source;
}

/* Ends everything but the signals. */
static void
shut (HrLink *self)
{
  self->state = LINK_CLOSED;
  clear_source (&self->reader);
  clear_source (&self->writer);
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  self->n_queued = 0;
  self->n_written = 0;
  g_clear_error (&self->failure);
}

/* Closes @stream without waiting: a socket at once; TLS in a thread, for it says so to its peer, who may not read: then
 * it gives up after a second. Internal. */
void
hr_stream_close (GIOStream *stream)
{
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_SOCKET_CONNECTION (stream))
    {
      g_io_stream_close (stream, NULL, NULL);
      return;
    }

  if (G_IS_TLS_CONNECTION (stream))
    g_object_get (stream, "base-io-stream", &base, NULL);
  if (base != NULL && G_IS_SOCKET_CONNECTION (base))
    g_socket_set_timeout (g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)), CLOSE_SECONDS);
  g_io_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

/* The end: takes over @error. */
static void
end (HrLink *self,
     GError *error)
{
  g_autoptr (HrLink) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GError) owned G_GNUC_UNUSED = error;

  if (self->state == LINK_CLOSED)
    return;

  g_debug ("link %p ends: %s", (gpointer) self, error->message);
  shut (self);
  hr_stream_close (self->stream);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0, error);
}

/* Remembers which names a hello brought. FALSE when the peer names more metrics than any good one would. */
static gboolean
count_names (HrLink          *self,
             const HrMessage *message)
{
  if (message->type != HR_MESSAGE_HELLO)
    return TRUE;

  for (guint i = 0; i < message->hello.n_metrics; i++)
    g_hash_table_add (self->names, (gpointer) message->hello.metrics[i].name);

  return g_hash_table_size (self->names) <= MAX_NAMES;
}

/* Delivers at most FRAMES_PER_TURN frames. TRUE when all whole ones are delivered and the link is still open. */
static gboolean
deliver (HrLink *self)
{
  for (guint i = 0; i < FRAMES_PER_TURN; i++)
    {
      const uint8_t *body;
      size_t         size;
      HrMessage      message;
      GError        *error = NULL;
      HrWireStatus   status = hr_frame_cutter_next (&self->cutter, &body, &size);

      if (status != HR_WIRE_OK)
        {
          end (self, hr_link_error_new (status));
          return FALSE;
        }
      if (body == NULL)
        return TRUE;

      if (!hr_message_decode (body, size, &message, &error))
        {
          end (self, error);
          return FALSE;
        }

      if (!count_names (self, &message))
        end (self, hr_link_error_new (HR_WIRE_ERROR_LIMIT));
      else if (!hr_order_check (self->order, &message, &error))
        end (self, error);
      else
        g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, &message);
      hr_message_clear (&message);
      if (self->state != LINK_OPEN)
        return FALSE;
    }

  return FALSE;
}

/* What the end of the stream means. */
static GError *
hang_up_error (HrLink *self)
{
  if (self->failure != NULL)
    return g_steal_pointer (&self->failure);

  if (self->asked)
    return g_error_new_literal (HR_LINK_ERROR, HR_LINK_ERROR_CLOSED,
                                "the agent hung up at once: if its pairing was renewed, paste the new pairing link");

  return g_error_new_literal (HR_LINK_ERROR, HR_LINK_ERROR_CLOSED,
                              self->cutter.begin < self->cutter.end ? "the peer hung up in the middle of a frame" : "the peer hung up");
}

static GError *
stream_error (const GError *error)
{
  return g_error_new_literal (HR_LINK_ERROR, error->domain == G_TLS_ERROR ? HR_LINK_ERROR_TLS : HR_LINK_ERROR_CLOSED,
                              error->message);
}

/* Reads one chunk into the cutter. FALSE when there is nothing now, or the link ended. */
static gboolean
read_chunk (HrLink *self)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream));
  guint8                chunk[CHUNK_BYTES];
  g_autoptr (GError) error = NULL;
  HrWireStatus status;
  gssize       n;

  /* A peer that writes for ever, and reads nothing, does not put off its end. */
  if (self->failure != NULL && self->n_rest++ >= CHUNKS_AFTER_FAILURE)
    {
      end (self, g_steal_pointer (&self->failure));
      return FALSE;
    }

  n = g_pollable_input_stream_read_nonblocking (input, chunk, sizeof chunk, NULL, &error);
  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      if (self->failure != NULL)
        end (self, hang_up_error (self));
      return FALSE;
    }

  if (n <= 0)
    {
      end (self, n == 0 ? hang_up_error (self) : stream_error (error));
      return FALSE;
    }

  self->asked = FALSE;
  status = hr_frame_cutter_push (&self->cutter, chunk, (gsize) n);
  if (status != HR_WIRE_OK)
    end (self, hr_link_error_new (status));

  return status == HR_WIRE_OK;
}

/* One turn: a chunk, unless whole frames are left of the one before, and then frames. */
static gboolean
take_turn (HrLink  *self,
           gboolean may_read)
{
  if (may_read && !read_chunk (self))
    return TRUE;

  return deliver (self);
}

static gboolean
frames_left_cb (gpointer user_data)
{
  g_autoptr (HrLink) self = g_object_ref (user_data);

  if (take_turn (self, FALSE) && self->state == LINK_OPEN)
    {
      clear_source (&self->reader);
      wait_for_bytes (self);
    }

  return G_SOURCE_CONTINUE;
}

static void
take_frames_left (HrLink *self)
{
  self->reader = attach (self, g_idle_source_new (), frames_left_cb);
  g_source_set_priority (self->reader, G_PRIORITY_DEFAULT);
}

static gboolean
bytes_arrived_cb (GObject *input,
                  gpointer user_data)
{
  g_autoptr (HrLink) self = g_object_ref (user_data);

  if (!take_turn (self, TRUE) && self->state == LINK_OPEN)
    {
      clear_source (&self->reader);
      take_frames_left (self);
    }

  return G_SOURCE_CONTINUE;
}

/* After writing failed there may be nothing to read ever: then the end is told by this. */
static gboolean
read_rest_cb (gpointer user_data)
{
  return bytes_arrived_cb (NULL, user_data);
}

static void
wait_for_bytes (HrLink *self)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream));

  if (self->failure == NULL)
    {
      self->reader = attach (self, g_pollable_input_stream_create_source (input, NULL), G_SOURCE_FUNC (bytes_arrived_cb));
      return;
    }

  self->reader = attach (self, g_idle_source_new (), read_rest_cb);
  g_source_set_priority (self->reader, G_PRIORITY_DEFAULT);
}

/* Writing is over, for the reason in @error, which is taken over. What the peer sent before still counts: the
 * reader goes on and ends the link when nothing more comes. */
static void
fail_later (HrLink *self,
            GError *error)
{
  clear_source (&self->writer);
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  self->n_queued = 0;
  self->n_written = 0;
  self->failure = error;

  if (self->state == LINK_OPEN)
    {
      clear_source (&self->reader);
      take_frames_left (self);
    }
}

/* Writes what the stream takes without waiting, in at most WRITES_PER_TURN pieces. */
static void
write_queue (HrLink *self)
{
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->stream));

  for (guint i = 0; i < WRITES_PER_TURN && !g_queue_is_empty (&self->queue); i++)
    {
      GBytes *head = g_queue_peek_head (&self->queue);
      g_autoptr (GError) error = NULL;
      gsize         size;
      const guint8 *bytes = g_bytes_get_data (head, &size);
      gssize        n = g_pollable_output_stream_write_nonblocking (output, bytes + self->n_written, size - self->n_written, NULL, &error);

      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return;
      if (n < 0)
        {
          fail_later (self, stream_error (error));
          return;
        }

      self->n_written += (gsize) n;
      self->n_queued -= (gsize) n;
      if (self->n_written == size)
        {
          g_bytes_unref (g_queue_pop_head (&self->queue));
          self->n_written = 0;
        }
    }
}

static gboolean
room_to_write_cb (GObject *output,
                  gpointer user_data)
{
  HrLink *self = user_data;

  write_queue (self);
  if (g_queue_is_empty (&self->queue))
    clear_source (&self->writer);

  return G_SOURCE_CONTINUE;
}

static void
wait_for_room (HrLink *self)
{
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->stream));

  if (self->state == LINK_OPEN && self->writer == NULL && !g_queue_is_empty (&self->queue))
    self->writer = attach (self, g_pollable_output_stream_create_source (output, NULL), G_SOURCE_FUNC (room_to_write_cb));
}

/* Queues bytes that are one or more frames with their lengths, from a backlog for example. Nothing happens on a closed link. When
 * more than 8 MiB would wait, the link ends with HR_LINK_ERROR_OVERFLOW, in a later turn of the main loop. */
void
hr_link_send_raw (HrLink *self,
                  GBytes *packed)
{
  gsize size = g_bytes_get_size (packed);

  g_return_if_fail (HR_IS_LINK (self));

  if (!hr_link_is_open (self) || size == 0)
    return;

  if (size > HR_LINK_MAX_QUEUED - self->n_queued)
    {
      fail_later (self, g_error_new_literal (HR_LINK_ERROR, HR_LINK_ERROR_OVERFLOW, "the peer does not read what it is sent"));
      return;
    }

  g_queue_push_tail (&self->queue, g_bytes_ref (packed));
  self->n_queued += size;
  wait_for_room (self);
}

/* Queues @message; see hr_link_send_raw (). A message above the wire's limit ends the link with HR_LINK_ERROR_TOO_LARGE. */
void
hr_link_send (HrLink          *self,
              const HrMessage *message)
{
  g_autoptr (GBytes) packed = NULL;

  g_return_if_fail (HR_IS_LINK (self));

  if (!hr_link_is_open (self))
    return;

  packed = hr_message_encode (message);
  if (packed != NULL)
    hr_link_send_raw (self, packed);
  else
    fail_later (self, hr_link_error_new (HR_WIRE_ERROR_TOO_LARGE));
}

/* Begins to read and write, in the thread-default main context of now. Once only. */
void
hr_link_start (HrLink *self)
{
  g_return_if_fail (HR_IS_LINK (self));
  g_return_if_fail (self->state == LINK_NEW);

  self->state = LINK_OPEN;
  self->context = g_main_context_ref_thread_default ();
  if (self->cutter.begin < self->cutter.end)
    take_frames_left (self);
  else
    wait_for_bytes (self);
  wait_for_room (self);
}

/* Ends the link; "closed" is emitted before this returns. Of what is queued, what the stream takes at once is still
 * sent. Nothing happens on a closed link. */
void
hr_link_close (HrLink *self)
{
  g_return_if_fail (HR_IS_LINK (self));

  write_queue (self);
  end (self, g_error_new_literal (HR_LINK_ERROR, HR_LINK_ERROR_CLOSED, "closed on this side"));
}

/* Whether messages can still be sent: not after the end, nor after the failure that leads to it. */
gboolean
hr_link_is_open (HrLink *self)
{
  g_return_val_if_fail (HR_IS_LINK (self), FALSE);

  return self->state != LINK_CLOSED && self->failure == NULL;
}

static void
hr_link_dispose (GObject *object)
{
  HrLink *self = HR_LINK (object);

  if (self->state != LINK_CLOSED)
    hr_stream_close (self->stream);
  shut (self);

  G_OBJECT_CLASS (hr_link_parent_class)->dispose (object);
}

static void
hr_link_finalize (GObject *object)
{
  HrLink *self = HR_LINK (object);

  hr_frame_cutter_clear (&self->cutter);
  g_hash_table_unref (self->names);
  hr_order_free (self->order);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->stream);

  G_OBJECT_CLASS (hr_link_parent_class)->finalize (object);
}

static void
hr_link_class_init (HrLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hr_link_dispose;
  object_class->finalize = hr_link_finalize;

  signals[SIGNAL_MESSAGE] = g_signal_new ("message", HR_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", HR_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
hr_link_init (HrLink *self)
{
  g_queue_init (&self->queue);
  self->names = g_hash_table_new (NULL, NULL);
  self->order = hr_order_new ();
}

/* Returns a link over @stream, whose both streams can be polled (sockets and TLS can). It is closed with the link.
 * Connect to its signals, then hr_link_start (); what is sent before waits. */
HrLink *
hr_link_new (GIOStream *stream)
{
  HrLink *self;

  g_return_val_if_fail (G_IS_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream)), NULL);
  g_return_val_if_fail (G_IS_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream)), NULL);

  self = g_object_new (HR_TYPE_LINK, NULL);
  self->stream = g_object_ref (stream);

  return self;
}

/* Gives a link that is not started what was read from its stream already; takes over @rest and clears it. Internal. */
void
hr_link_take_rest (HrLink        *self,
                   HrFrameCutter *rest)
{
  g_return_if_fail (self->state == LINK_NEW);

  hr_frame_cutter_clear (&self->cutter);
  self->cutter = *rest;
  *rest = (HrFrameCutter){ 0 };
}

/* Queues @token and this computer's name before everything else on a new link. Internal. */
void
hr_link_ask_for_access (HrLink       *self,
                        const guint8 *token)
{
  HrMessage message = { .type = HR_MESSAGE_ACCESS };

  g_return_if_fail (self->state == LINK_NEW && g_queue_is_empty (&self->queue));

  memcpy (message.access.token, token, HR_TOKEN_BYTES);
  message.access.name = (char *) g_get_host_name ();
  hr_link_send (self, &message);
  self->asked = TRUE;
}
