/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/gate.h"
#include "engine/link/link-private.h"

#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#define N_WAITING 16
#define CONNECT_SECONDS 10

/* The last half of a silence is spent on asking so often. */
#define N_PROBES 3

/* Makes @socket send at once, and notice after @silence_seconds a peer that is gone. A socket that is not of TCP is not touched. */
void
hr_tcp_prepare (GSocket *socket,
                int      silence_seconds)
{
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX)
    return;

  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, silence_seconds / 2, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, silence_seconds / 2 / N_PROBES, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, N_PROBES, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
}

/* No certificate is trusted for who signed it: told so before it is made, GIO does not read every certificate of the system for it, nor warns where
 * there is none. An end without a farewell is an end: frames say how long they are. */
static void
make_tls_thread (GTask        *task,
                 gpointer      base,
                 gpointer      certificate,
                 GCancellable *cancellable)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  GError      *error = NULL;
  GIOStream   *tls = certificate != NULL ? g_initable_new (g_tls_backend_get_server_connection_type (backend), NULL, &error, "base-io-stream", base,
                                                           "database", NULL, "certificate", certificate, NULL)
                                         : g_initable_new (g_tls_backend_get_client_connection_type (backend), NULL, &error, "base-io-stream", base,
                                                           "database", NULL, NULL);

  if (tls == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  g_task_return_pointer (task, tls, g_object_unref);
}

/* Makes TLS over @base, a server's where there is a @certificate, without a handshake yet. In a thread: the
 * first one loads the library that does it, which takes milliseconds. Internal. */
void
hr_tls_new_async (GIOStream          *base,
                  GTlsCertificate    *certificate,
                  GAsyncReadyCallback callback,
                  gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (base, NULL, callback, user_data);

  g_task_set_source_tag (task, hr_tls_new_async);
  if (certificate != NULL)
    g_task_set_task_data (task, g_object_ref (certificate), g_object_unref);
  g_task_run_in_thread (task, make_tls_thread);
}

/* Returns: (transfer full) (nullable): the GTlsConnection; NULL with @error. Internal. */
GIOStream *
hr_tls_new_finish (GAsyncResult *result,
                   GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Whether the finished handshake was of TLS 1.3, else HR_LINK_ERROR_TLS. Internal. */
gboolean
hr_tls_check_version (GTlsConnection *tls,
                      GError        **error)
{
  if (g_tls_connection_get_protocol_version (tls) == G_TLS_PROTOCOL_VERSION_TLS_1_3)
    return TRUE;

  g_set_error_literal (error, HR_LINK_ERROR, HR_LINK_ERROR_TLS, "the peer speaks a TLS older than 1.3");

  return FALSE;
}

static void
admit_peer (HrListener *listener,
            GSocket    *peer,
            gpointer    data)
{
  hr_gate_admit (data, listener, peer);
}

static void
close_gate (gpointer data)
{
  hr_gate_free (data);
}

/* A name is looked up here and now, as the program that listens has nothing else to do yet. */
static GInetAddress *
find_address (const char *host,
              GError    **error)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  g_autoptr (GResolver) resolver = NULL;
  GList *addresses;

  if (address != NULL)
    return g_steal_pointer (&address);

  if (hr_host_is_loopback (host))
    return g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  resolver = g_resolver_get_default ();
  addresses = g_resolver_lookup_by_name (resolver, host, NULL, error);
  if (addresses != NULL)
    address = g_object_ref (addresses->data);
  g_resolver_free_addresses (addresses);

  return g_steal_pointer (&address);
}

static GSocket *
listen_at (GInetAddress *address,
           guint16       port,
           GError      **error)
{
  g_autoptr (GSocketAddress) place = g_inet_socket_address_new (address, port);
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;

  /* [::] is every address of this computer, of either family. */
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, !g_inet_address_get_is_any (address), NULL);
  g_socket_set_listen_backlog (socket, N_WAITING);
  if (!g_socket_bind (socket, place, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;

  return g_steal_pointer (&socket);
}

/* Listens on @host, an address without brackets or a name, and @port (0: any that is free), in the thread-default main context
 * of now. Links given out by "link" are not started, but their token was right. NULL with @error. */
HrListener *
hr_listener_new_tcp (const char       *host,
                     guint16           port,
                     const HrIdentity *identity,
                     GError          **error)
{
  static const HrListenerKind kind = { admit_peer, close_gate };
  g_autoptr (GInetAddress) address = find_address (host, error);
  g_autoptr (GSocket) socket = address != NULL ? listen_at (address, port, error) : NULL;

  if (socket == NULL)
    {
      g_autofree char *endpoint = hr_endpoint_format (host, port);

      g_prefix_error (error, "Cannot listen on %s: ", endpoint);
      return NULL;
    }

  return hr_listener_new (socket, &kind, hr_gate_new (identity, !hr_host_is_loopback (host)));
}

typedef struct
{
  HrPairing *pairing;
  GIOStream *stream; /* owned */
  gboolean   other;  /* the certificate is another than the pinned one */
} Attempt;

static void
attempt_free (gpointer data)
{
  Attempt *self = data;

  if (self->stream != NULL)
    hr_stream_close (self->stream);
  g_clear_object (&self->stream);
  hr_pairing_free (self->pairing);
  g_free (self);
}

static gboolean
certificate_is_pinned (const HrPairing *pairing,
                       GTlsCertificate *certificate)
{
  guint8 fingerprint[HR_FINGERPRINT_BYTES];

  if (certificate == NULL)
    return FALSE;

  hr_certificate_fingerprint (certificate, fingerprint);

  return gnutls_memcmp (fingerprint, pairing->fingerprint, HR_FINGERPRINT_BYTES) == 0;
}

/* Whoever signed it, whatever it is called and however old it is: the pin decides. */
static gboolean
accept_certificate_cb (GTlsConnection      *tls,
                       GTlsCertificate     *certificate,
                       GTlsCertificateFlags flags,
                       Attempt             *self)
{
  self->other = !certificate_is_pinned (self->pairing, certificate);

  return !self->other;
}

static GError *
certificate_error (const HrPairing *pairing)
{
  g_autofree char *endpoint = hr_endpoint_format (pairing->host, pairing->port);

  return g_error_new (HR_LINK_ERROR, HR_LINK_ERROR_CERTIFICATE,
                      "%s shows another certificate than the one it was paired with. Either it was renewed: then paste its new "
                      "pairing link. Or somebody else answers in its place: nothing was sent to it",
                      endpoint);
}

/* The stream is ready: nothing goes over it before the token. */
static void
return_link (GTask *task)
{
  Attempt *self = g_task_get_task_data (task);
  g_autoptr (GIOStream) stream = g_steal_pointer (&self->stream);
  HrLink *link = hr_link_new (stream);

  hr_link_ask_for_access (link, self->pairing->token);
  g_task_return_pointer (task, link, g_object_unref);
}

static void
stop_timing (GIOStream *stream)
{
  g_socket_set_timeout (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), 0);
}

/* What failed, in the words of this room. */
static GError *
handshake_error (const Attempt *self,
                 GError        *error)
{
  g_autoptr (GError) owned = error;
  g_autofree char *endpoint = NULL;

  if (self->other)
    return certificate_error (self->pairing);
  if (error->domain != G_TLS_ERROR)
    return g_steal_pointer (&owned);

  endpoint = hr_endpoint_format (self->pairing->host, self->pairing->port);

  return g_error_new (HR_LINK_ERROR, HR_LINK_ERROR_TLS, "TLS with %s failed: %s", endpoint, owned->message);
}

static void
handshake_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt        *self = g_task_get_task_data (task);
  GTlsConnection *tls = G_TLS_CONNECTION (object);
  g_autoptr (GIOStream) base = NULL;
  GError *error = NULL;

  if (!g_tls_connection_handshake_finish (tls, result, &error))
    g_task_return_error (task, handshake_error (self, error));
  else if (!hr_tls_check_version (tls, &error))
    g_task_return_error (task, error);
  else if (!certificate_is_pinned (self->pairing, g_tls_connection_get_peer_certificate (tls)))
    g_task_return_error (task, certificate_error (self->pairing));
  else
    {
      g_signal_handlers_disconnect_by_data (tls, self);
      g_object_get (tls, "base-io-stream", &base, NULL);
      stop_timing (base);
      return_link (task);
    }
}

static void
tls_made_cb (GObject      *base,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *self = g_task_get_task_data (task);
  GError  *error = NULL;

  self->stream = hr_tls_new_finish (result, &error);
  if (self->stream == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_signal_connect (self->stream, "accept-certificate", G_CALLBACK (accept_certificate_cb), self);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (self->stream), G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                                    handshake_cb, g_object_ref (task));
}

/* A token without TLS is for this computer alone, whatever a name was resolved to. */
static gboolean
peer_is_here (GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  return G_IS_INET_SOCKET_ADDRESS (remote) &&
         g_inet_address_get_is_loopback (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

static void
connected_cb (GObject      *client,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *self = g_task_get_task_data (task);
  GError  *error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result, &error);

  if (connection == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  hr_tcp_prepare (g_socket_connection_get_socket (connection), HR_TCP_SILENCE_SECONDS);
  if (self->pairing->secured)
    hr_tls_new_async (G_IO_STREAM (connection), NULL, tls_made_cb, g_steal_pointer (&task));
  else if (peer_is_here (connection))
    {
      self->stream = G_IO_STREAM (g_steal_pointer (&connection));
      stop_timing (self->stream);
      return_link (task);
    }
  else
    g_task_return_new_error (task, HR_LINK_ERROR, HR_LINK_ERROR_PEER,
                             "“%s” is not this computer, and its pairing link names no certificate", self->pairing->host);
}

/* Connects to the agent that @pairing names, within 10 s. Its token is queued on the link; over TLS only after the certificate
 * was found to be the pinned one. */
void
hr_link_connect_tcp_async (const HrPairing    *pairing,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketConnectable) place = g_network_address_new (pairing->host, pairing->port);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Attempt *attempt = g_new0 (Attempt, 1);

  attempt->pairing = hr_pairing_copy (pairing);
  g_task_set_source_tag (task, hr_link_connect_tcp_async);
  g_task_set_task_data (task, attempt, attempt_free);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, CONNECT_SECONDS);
  g_socket_client_connect_async (client, place, cancellable, connected_cb, g_steal_pointer (&task));
}

/* Returns the new link (not started), or NULL with @error: HR_LINK_ERROR_CERTIFICATE, HR_LINK_ERROR_TLS, HR_LINK_ERROR_PEER,
 * or what the connection failed with. */
HrLink *
hr_link_connect_tcp_finish (GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
