/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/engine/link/fake-usbmuxd.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  FakeUsbmuxd       *fake;
  GSocketConnection *connection;
  guint8             header[16];
  char              *body;
  GBytes            *answer;
} Conversation;

static void
conversation_free (Conversation *self)
{
  g_object_unref (self->connection);
  g_free (self->body);
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_free (self);
}

static void
send_bytes (GSocketConnection *connection,
            const guint8      *bytes,
            gsize              size)
{
  /* The client may have hung up: that is its good right. */
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), bytes, size, NULL, NULL, NULL);
}

static gboolean
rest_cb (gpointer user_data)
{
  Conversation *self = user_data;
  gsize         size;
  const guint8 *bytes = g_bytes_get_data (self->answer, &size);

  send_bytes (self->connection, bytes + self->fake->split, size - self->fake->split);
  conversation_free (self);

  return G_SOURCE_REMOVE;
}

/* Sends the next answer under the request's tag. The rest of a split one has the lowest priority: everything else that can happen happens
 * before. */
static void
answer (Conversation *self)
{
  gsize       size;
  guint8     *bytes;
  const gsize split = self->fake->split;
  g_autoptr (GBytes) next = g_queue_pop_head (&self->fake->answers);

  g_assert_nonnull (next);
  bytes = g_bytes_unref_to_data (g_steal_pointer (&next), &size);
  if (size >= 16 && memcmp (bytes + 12, "TAG!", 4) == 0)
    memcpy (bytes + 12, self->header + 12, 4);
  self->answer = g_bytes_new_take (bytes, size);

  if (split == 0 || split >= size)
    {
      send_bytes (self->connection, bytes, size);
      conversation_free (self);
      return;
    }

  send_bytes (self->connection, bytes, split);
  g_idle_add_full (G_PRIORITY_LOW, rest_cb, self, NULL);
}

static void
body_cb (GObject      *input,
         GAsyncResult *result,
         gpointer      user_data)
{
  Conversation *self = user_data;
  gsize         n;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (input), result, &n, NULL) || n == 0)
    {
      conversation_free (self);
      return;
    }

  g_ptr_array_add (self->fake->requests, g_strndup (self->body, n));
  answer (self);
}

static void
header_cb (GObject      *input,
           GAsyncResult *result,
           gpointer      user_data)
{
  Conversation *self = user_data;
  guint32       length;
  gsize         n;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (input), result, &n, NULL) || n < sizeof self->header)
    {
      conversation_free (self);
      return;
    }

  memcpy (&length, self->header, sizeof length);
  length = GUINT32_FROM_LE (length) - 16;
  self->body = g_malloc (length);
  g_input_stream_read_all_async (G_INPUT_STREAM (input), self->body, length, 0, NULL, body_cb, self);
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             gpointer           user_data)
{
  Conversation *conversation = g_new0 (Conversation, 1);

  conversation->fake = user_data;
  conversation->connection = g_object_ref (connection);
  g_ptr_array_add (conversation->fake->connections, g_object_ref (connection));
  g_input_stream_read_all_async (g_io_stream_get_input_stream (G_IO_STREAM (connection)), conversation->header,
                                 sizeof conversation->header, 0, NULL, header_cb, conversation);

  return TRUE;
}

void
fake_usbmuxd_init (FakeUsbmuxd *self)
{
  *self = (FakeUsbmuxd){ 0 };
  self->folder = g_dir_make_tmp ("headroom-usbmuxd-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "usbmuxd", NULL);
  self->address = g_strdup_printf ("UNIX:%s", self->path);
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  g_queue_init (&self->answers);
}

void
fake_usbmuxd_start (FakeUsbmuxd *self)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->path);

  self->service = g_socket_service_new ();
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, NULL));
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
}

void
fake_usbmuxd_stop (FakeUsbmuxd *self)
{
  if (self->service == NULL)
    return;

  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  for (guint i = 0; i < self->connections->len; i++)
    g_socket_shutdown (g_socket_connection_get_socket (self->connections->pdata[i]), TRUE, TRUE, NULL);
  g_ptr_array_set_size (self->connections, 0);
  g_unlink (self->path);
}

void
fake_usbmuxd_clear (FakeUsbmuxd *self)
{
  fake_usbmuxd_stop (self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_queue_clear_full (&self->answers, (GDestroyNotify) g_bytes_unref);
  g_ptr_array_unref (self->connections);
  g_ptr_array_unref (self->requests);
  g_free (self->folder);
  g_free (self->path);
  g_free (self->address);
}

static GByteArray *
frame (const char *content,
       const char *tag)
{
  g_autofree char *body = g_strdup_printf ("<plist version=\"1.0\"><dict>%s</dict></plist>", content);
  const guint32    header[] = { GUINT32_TO_LE (16 + (guint32) strlen (body)), GUINT32_TO_LE (1), GUINT32_TO_LE (8) };
  GByteArray      *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) header, sizeof header);
  g_byte_array_append (bytes, (const guint8 *) tag, 4);
  g_byte_array_append (bytes, (const guint8 *) body, (guint) strlen (body));

  return bytes;
}

void
fake_usbmuxd_answer_bytes (FakeUsbmuxd *self,
                           const char  *bytes,
                           gsize        size)
{
  g_queue_push_tail (&self->answers, g_bytes_new (bytes, size));
}

void
fake_usbmuxd_answer (FakeUsbmuxd *self,
                     const char  *content,
                     const char  *tail)
{
  GByteArray *bytes = frame (content, "TAG!");

  g_byte_array_append (bytes, (const guint8 *) tail, (guint) strlen (tail));
  g_queue_push_tail (&self->answers, g_byte_array_free_to_bytes (bytes));
}

/* A good answer, to another request. */
void
fake_usbmuxd_answer_another (FakeUsbmuxd *self,
                             const char  *content)
{
  g_queue_push_tail (&self->answers, g_byte_array_free_to_bytes (frame (content, "tag?")));
}

/* Listening, and one device with number 5. */
void
fake_usbmuxd_answer_listen (FakeUsbmuxd *self)
{
  GByteArray *bytes = frame (FAKE_RESULT (0), "TAG!");
  GByteArray *event = frame (FAKE_ATTACHED (5, FAKE_UDID), "\0\0\0\0");

  g_byte_array_append (bytes, event->data, event->len);
  g_byte_array_unref (event);
  g_queue_push_tail (&self->answers, g_byte_array_free_to_bytes (bytes));
}

void
fake_usbmuxd_tell (FakeUsbmuxd *self,
                   guint        i,
                   const char  *content)
{
  GByteArray *bytes = frame (content, "\0\0\0\0");

  send_bytes (self->connections->pdata[i], bytes->data, bytes->len);
  g_byte_array_unref (bytes);
}
