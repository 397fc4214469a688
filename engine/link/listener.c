/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/link-private.h"
#include "engine/link/network.h"

/* How long accepting rests after it failed, out of descriptors for example. */
#define REST_MS 200

struct _HrListener
{
  GObject parent_instance;

  const HrListenerKind *kind;
  gpointer              data; /* the kind's own */

  /* Owned. */
  GSocket      *socket;
  GMainContext *context;
  GSource      *source; /* waits for a peer, or rests */
};

enum
{
  SIGNAL_LINK,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrListener, hr_listener, G_TYPE_OBJECT)

static void wait_for_peer (HrListener *self);

static void
clear_source (HrListener *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static gboolean
rested_cb (gpointer user_data)
{
  HrListener *self = user_data;

  clear_source (self);
  wait_for_peer (self);

  return G_SOURCE_REMOVE;
}

static void
rest (HrListener *self)
{
  clear_source (self);
  self->source = g_timeout_source_new (REST_MS);
  g_source_set_callback (self->source, rested_cb, self, NULL);
  g_source_attach (self->source, self->context);
}

static gboolean
peer_cb (GSocket     *socket,
         GIOCondition condition,
         gpointer     user_data)
{
  g_autoptr (HrListener) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) peer = g_socket_accept (socket, NULL, &error);

  if (peer != NULL)
    self->kind->admit (self, peer, self->data);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    rest (self);

  return G_SOURCE_CONTINUE;
}

static void
wait_for_peer (HrListener *self)
{
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (peer_cb), self, NULL);
  g_source_attach (self->source, self->context);
}

static void
hr_listener_dispose (GObject *object)
{
  HrListener *self = HR_LISTENER (object);

  clear_source (self);
  if (self->data != NULL)
    self->kind->stop (g_steal_pointer (&self->data));
  g_clear_object (&self->socket);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (hr_listener_parent_class)->dispose (object);
}

static void
hr_listener_class_init (HrListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_listener_dispose;

  signals[SIGNAL_LINK] = g_signal_new ("link", HR_TYPE_LISTENER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, HR_TYPE_LINK);
}

static void
hr_listener_init (HrListener *self)
{
}

/* Returns a listener on the listening @socket, in the thread-default main context of now, until it is disposed of. @data goes to
 * the functions of @kind; its stop frees it. Internal. */
HrListener *
hr_listener_new (GSocket              *socket,
                 const HrListenerKind *kind,
                 gpointer              data)
{
  HrListener *self = g_object_new (HR_TYPE_LISTENER, NULL);

  g_socket_set_blocking (socket, FALSE);
  self->kind = kind;
  self->data = data;
  self->socket = g_object_ref (socket);
  self->context = g_main_context_ref_thread_default ();
  wait_for_peer (self);

  return self;
}

/* Returns what the listener's kind keeps (transfer none). Internal. */
gpointer
hr_listener_get_data (HrListener *self)
{
  return self->data;
}

/* Emits "link": whoever wants @link takes a reference. Internal. */
void
hr_listener_give_out (HrListener *self,
                      HrLink     *link)
{
  g_signal_emit (self, signals[SIGNAL_LINK], 0, link);
}

/* Returns the TCP port that @self listens on, 0 where it is a Unix socket. */
guint16
hr_listener_get_port (HrListener *self)
{
  g_autoptr (GSocketAddress) address = NULL;

  g_return_val_if_fail (HR_IS_LISTENER (self), 0);

  address = g_socket_get_local_address (self->socket, NULL);

  return G_IS_INET_SOCKET_ADDRESS (address) ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}
