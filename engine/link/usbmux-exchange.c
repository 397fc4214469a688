/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/usbmux-exchange.h"

#include "engine/link/link-private.h"

#include <string.h>

/* A daemon on another computer that is gone without a word is noticed so soon. */
#define SILENCE_SECONDS 12

typedef struct
{
  guint8  header[HR_USBMUX_HEADER_BYTES];
  guint8 *body;
  gsize   size;
  guint32 tag;
} Reception;

static void
reception_free (Reception *self)
{
  g_free (self->body);
  g_free (self);
}

static void
packet_free (HrUsbmuxPacket *self)
{
  hr_usbmux_packet_clear (self);
  g_free (self);
}

/* Whether all @size bytes came. Else fails @task, which is then done. */
static gboolean
all_came (GTask        *task,
          GInputStream *input,
          GAsyncResult *result,
          gsize         size)
{
  gsize   n = 0;
  GError *error = NULL;

  if (!g_input_stream_read_all_finish (input, result, &n, &error))
    g_task_return_error (task, error);
  else if (n < size)
    g_task_return_new_error (task, HR_USBMUX_ERROR, HR_USBMUX_ERROR_UNAVAILABLE, "usbmuxd has hung up%s", n > 0 ? " in the middle of a word" : "");
  else
    return TRUE;

  return FALSE;
}

static void
body_read_cb (GObject      *input,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Reception     *reception = g_task_get_task_data (task);
  HrUsbmuxPacket packet;
  GError        *error = NULL;

  if (!all_came (task, G_INPUT_STREAM (input), result, reception->size))
    return;

  if (!hr_usbmux_packet_read (reception->body, reception->size, &packet, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  packet.tag = reception->tag;
  g_task_return_pointer (task, g_memdup2 (&packet, sizeof packet), (GDestroyNotify) packet_free);
}

static void
header_read_cb (GObject      *input,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Reception *reception = g_task_get_task_data (task);
  GError    *error = NULL;

  if (!all_came (task, G_INPUT_STREAM (input), result, sizeof reception->header))
    return;

  if (!hr_usbmux_header_read (reception->header, &reception->size, &reception->tag, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  reception->body = g_malloc (reception->size);
  g_input_stream_read_all_async (G_INPUT_STREAM (input), reception->body, reception->size, G_PRIORITY_DEFAULT,
                                 g_task_get_cancellable (task), body_read_cb, g_object_ref (task));
}

/* Waits for the next packet of @connection, and reads no byte behind it. */
void
hr_usbmux_receive_async (GIOStream          *connection,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (connection, cancellable, callback, user_data);
  Reception *reception = g_new0 (Reception, 1);

  g_task_set_source_tag (task, hr_usbmux_receive_async);
  g_task_set_task_data (task, reception, (GDestroyNotify) reception_free);
  g_input_stream_read_all_async (g_io_stream_get_input_stream (connection), reception->header, sizeof reception->header,
                                 G_PRIORITY_DEFAULT, cancellable, header_read_cb, g_object_ref (task));
}

/* Returns whether a packet came, which is to be cleared then. Else FALSE with an HR_USBMUX_ERROR or a G_IO_ERROR. */
gboolean
hr_usbmux_receive_finish (GAsyncResult   *result,
                          HrUsbmuxPacket *out,
                          GError        **error)
{
  g_autofree HrUsbmuxPacket *packet = g_task_propagate_pointer (G_TASK (result), error);

  if (packet != NULL)
    *out = *packet;

  return packet != NULL;
}

typedef struct
{
  gulong   caller_handler;
  gboolean late;

  /* Owned. */
  HrUsbmuxAddress *address;
  GBytes          *request;
  GIOStream       *connection;
  GCancellable    *caller;
  GCancellable    *cancellable; /* of the steps: the caller's, and the time limit's */
  GSource         *limit;
  HrUsbmuxPacket   reply;
} Exchange;

static void
exchange_free (Exchange *self)
{
  g_cancellable_disconnect (self->caller, self->caller_handler);
  g_source_destroy (self->limit);
  g_source_unref (self->limit);
  hr_usbmux_address_free (self->address);
  g_bytes_unref (self->request);
  g_clear_object (&self->connection);
  g_clear_object (&self->caller);
  g_object_unref (self->cancellable);
  hr_usbmux_packet_clear (&self->reply);
  g_free (self);
}

/* Ends @task, with words for the user where GIO alone knows the reason. Takes over @error. */
static void
fail (GTask  *task,
      GError *error)
{
  g_autoptr (GError) reason = error;
  Exchange *self = g_task_get_task_data (task);

  if (self->late)
    {
      g_clear_error (&reason);
      reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no answer in time");
    }

  if (reason->domain == HR_USBMUX_ERROR || g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&reason));
  else
    g_task_return_error (task, hr_usbmux_address_explain (self->address, reason));
}

static gboolean
limit_passed_cb (gpointer user_data)
{
  Exchange *self = user_data;

  self->late = TRUE;
  g_cancellable_cancel (self->cancellable);

  return G_SOURCE_REMOVE;
}

static void
caller_cancelled_cb (GCancellable *caller,
                     gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

static guint32
tag_of (GBytes *request)
{
  guint32 tag;

  memcpy (&tag, (const guint8 *) g_bytes_get_data (request, NULL) + 12, sizeof tag);

  return GUINT32_FROM_LE (tag);
}

static void
reply_received_cb (GObject      *connection,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *self = g_task_get_task_data (task);
  GError   *error = NULL;

  if (!hr_usbmux_receive_finish (result, &self->reply, &error))
    fail (task, error);
  else if (self->reply.tag != tag_of (self->request))
    g_task_return_new_error (task, HR_USBMUX_ERROR, HR_USBMUX_ERROR_PROTOCOL, "usbmuxd answers a request that was not made");
  else
    g_task_return_pointer (task, g_steal_pointer (&self->connection), g_object_unref);
}

static void
request_written_cb (GObject      *output,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *self = g_task_get_task_data (task);
  GError   *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (output), result, NULL, &error))
    fail (task, error);
  else
    hr_usbmux_receive_async (self->connection, self->cancellable, reply_received_cb, g_object_ref (task));
}

static void
connected_cb (GObject      *client,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *self = g_task_get_task_data (task);
  GError   *error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result, &error);

  if (connection == NULL)
    {
      fail (task, error);
      return;
    }

  hr_tcp_prepare (g_socket_connection_get_socket (connection), SILENCE_SECONDS);
  self->connection = G_IO_STREAM (g_steal_pointer (&connection));
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->connection), g_bytes_get_data (self->request, NULL),
                                   g_bytes_get_size (self->request), G_PRIORITY_DEFAULT, self->cancellable,
                                   request_written_cb, g_object_ref (task));
}

static Exchange *
exchange_new (const HrUsbmuxAddress *address,
              GBytes                *request,
              guint                  limit_ms,
              GCancellable          *caller)
{
  Exchange *self = g_new0 (Exchange, 1);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->address = hr_usbmux_address_copy (address);
  self->request = g_bytes_ref (request);
  self->cancellable = g_cancellable_new ();
  self->limit = g_timeout_source_new (limit_ms);
  g_source_set_callback (self->limit, limit_passed_cb, self, NULL);
  g_source_attach (self->limit, context);
  if (caller != NULL)
    {
      self->caller = g_object_ref (caller);
      self->caller_handler = g_cancellable_connect (caller, G_CALLBACK (caller_cancelled_cb), self->cancellable, NULL);
    }

  return self;
}

/* Connects to usbmuxd, sends @request, and waits for its reply, all in @limit_ms. */
void
hr_usbmux_exchange_async (const HrUsbmuxAddress *address,
                          GBytes                *request,
                          guint                  limit_ms,
                          GCancellable          *cancellable,
                          GAsyncReadyCallback    callback,
                          gpointer               user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketClient) client = NULL;
  Exchange *self;

  g_task_set_source_tag (task, hr_usbmux_exchange_async);
  if (address->connectable == NULL)
    {
      g_task_return_error (task, hr_usbmux_address_explain (address, NULL));
      return;
    }

  self = exchange_new (address, request, limit_ms, cancellable);
  g_task_set_task_data (task, self, (GDestroyNotify) exchange_free);
  client = g_socket_client_new ();
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, address->connectable, self->cancellable, connected_cb, g_object_ref (task));
}

/* Returns: (transfer full): the connection, of which nothing behind @out_reply was read; the reply is to be cleared. NULL with @error: an
 * HR_USBMUX_ERROR, or G_IO_ERROR_CANCELLED. */
GIOStream *
hr_usbmux_exchange_finish (GAsyncResult   *result,
                           HrUsbmuxPacket *out_reply,
                           GError        **error)
{
  Exchange  *self = g_task_get_task_data (G_TASK (result));
  GIOStream *connection = g_task_propagate_pointer (G_TASK (result), error);

  if (connection != NULL)
    {
      *out_reply = self->reply;
      memset (&self->reply, 0, sizeof self->reply);
    }

  return connection;
}
