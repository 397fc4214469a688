/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every case over plain TCP and over TLS: a listener on a wildcard address always speaks TLS. */

#include "engine/link/gate.h"
#include "engine/link/link-private.h"
#include "tests/engine/link/wait.h"
#include "tests/engine/link/watch.h"
#include "tests/folder.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define N_MANY 20000
#define LONG_MS (60 * 60 * 1000)

typedef struct
{
  gboolean    secured;
  char       *folder;
  HrIdentity *identity;
  HrPairing   pairing;
  HrListener *listener;
  GPtrArray  *links; /* that were given out */
} Fixture;

static const gboolean plain = FALSE;
static const gboolean secured = TRUE;

static void
link_cb (HrListener *listener,
         HrLink     *link,
         Fixture    *fixture)
{
  g_ptr_array_add (fixture->links, g_object_ref (link));
}

static void
listen_with (Fixture          *fixture,
             const HrIdentity *identity)
{
  g_autoptr (GError) error = NULL;

  fixture->listener = hr_listener_new_tcp (fixture->secured ? "0.0.0.0" : "127.0.0.1", fixture->pairing.port, identity, &error);
  g_assert_no_error (error);
  g_signal_connect (fixture->listener, "link", G_CALLBACK (link_cb), fixture);
  fixture->pairing.port = hr_listener_get_port (fixture->listener);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->secured = *(const gboolean *) data;
  fixture->folder = g_dir_make_tmp ("headroom-tcp-XXXXXX", NULL);
  fixture->identity = hr_identity_load (fixture->folder, &error);
  g_assert_no_error (error);
  fixture->links = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->pairing.host = (char *) "127.0.0.1";
  fixture->pairing.secured = fixture->secured;
  memcpy (fixture->pairing.token, fixture->identity->token, HR_TOKEN_BYTES);
  memcpy (fixture->pairing.fingerprint, fixture->identity->fingerprint, HR_FINGERPRINT_BYTES);
  listen_with (fixture, fixture->identity);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_ptr_array_unref (fixture->links);
  if (fixture->listener != NULL)
    g_assert_finalize_object (fixture->listener);
  hr_identity_free (fixture->identity);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static HrGate *
gate_of (Fixture *fixture)
{
  return hr_listener_get_data (fixture->listener);
}

static HrLink *
connect_to (const HrPairing *pairing,
            GError         **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_link_connect_tcp_async (pairing, NULL, result_cb, &result);
  wait_until (result != NULL);

  return hr_link_connect_tcp_finish (result, error);
}

/* Two ends that have met. */
static void
meet (Fixture *fixture,
      Watch   *agent,
      Watch   *desktop)
{
  g_autoptr (GError) error = NULL;
  guint n = fixture->links->len;

  watch_init (desktop, connect_to (&fixture->pairing, &error));
  g_assert_no_error (error);
  hr_link_start (desktop->link);
  wait_until (fixture->links->len == n + 1);
  watch_init (agent, g_ptr_array_steal_index (fixture->links, n));
  hr_link_start (agent->link);
}

static void
part (Watch *agent,
      Watch *desktop)
{
  hr_link_close (desktop->link);
  watch_until_closed (agent);
  watch_clear (desktop);
  watch_clear (agent);
}

static void
test_connect (Fixture      *fixture,
              gconstpointer data)
{
  Watch agent, desktop;

  /* Twice: what TLS remembers of the first time does not stand in the way. */
  for (guint i = 0; i < 2; i++)
    {
      meet (fixture, &agent, &desktop);
      send_ping (desktop.link, 1);
      send_ping (agent.link, 2);
      watch_until_heard (&agent, "ping 1|");
      watch_until_heard (&desktop, "ping 2|");
      g_assert_cmpstr (agent.heard->str, ==, "ping 1|");
      part (&agent, &desktop);
      g_assert_cmpuint (hr_gate_get_n_waiting (gate_of (fixture)), ==, 0);
    }
}

/* The listener may go, the links stay. */
static void
test_links_outlive_the_listener (Fixture      *fixture,
                                 gconstpointer data)
{
  Watch agent, desktop;

  meet (fixture, &agent, &desktop);
  g_assert_finalize_object (g_steal_pointer (&fixture->listener));
  send_ping (desktop.link, 1);
  watch_until_heard (&agent, "ping 1|");
  part (&agent, &desktop);
}

static void
test_a_wrong_token_gets_a_close (Fixture      *fixture,
                                 gconstpointer data)
{
  HrPairing wrong = fixture->pairing;
  Watch     agent, desktop;

  wrong.token[HR_TOKEN_BYTES - 1] ^= 1;
  for (guint i = 0; i < 3; i++)
    {
      watch_init (&desktop, connect_to (&wrong, NULL));
      hr_link_start (desktop.link);
      watch_until_closed (&desktop);
      g_assert_error (desktop.error, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED);
      g_assert_nonnull (strstr (desktop.error->message, "pairing"));
      g_assert_cmpstr (desktop.heard->str, ==, "");
      watch_clear (&desktop);
    }
  g_assert_cmpuint (fixture->links->len, ==, 0);

  /* The right one is still let in, only later. */
  meet (fixture, &agent, &desktop);
  part (&agent, &desktop);
}

static GBytes *
access_frame (Fixture *fixture)
{
  HrMessage message = { .type = HR_MESSAGE_ACCESS };

  memcpy (message.access.token, fixture->pairing.token, HR_TOKEN_BYTES);
  message.access.name = (char *) "test";

  return hr_message_encode (&message);
}

static void
append_ping (GByteArray *out,
             gint64      sent_ns)
{
  HrMessage message = { .type = HR_MESSAGE_PING, .ping.sent_ns = sent_ns };
  g_autoptr (GBytes) packed = hr_message_encode (&message);

  g_byte_array_append (out, g_bytes_get_data (packed, NULL), (guint) g_bytes_get_size (packed));
}

static gboolean
accept_any_cb (GTlsConnection      *tls,
               GTlsCertificate     *certificate,
               GTlsCertificateFlags flags,
               gpointer             data)
{
  return TRUE;
}

/* A peer that is none of ours: a socket, and TLS on it if @shake. */
static GIOStream *
foreign_peer (Fixture *fixture,
              gboolean shake)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GIOStream) tls = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  stream = G_IO_STREAM (g_socket_client_connect_to_host (client, "127.0.0.1", fixture->pairing.port, NULL, NULL));
  g_assert_nonnull (stream);
  if (!shake)
    return g_steal_pointer (&stream);

  tls = g_initable_new (g_tls_backend_get_client_connection_type (g_tls_backend_get_default ()), NULL, NULL, "base-io-stream", stream, "database",
                        NULL, NULL);
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any_cb), NULL);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), 0, NULL, result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (g_tls_connection_handshake_finish (G_TLS_CONNECTION (tls), result, NULL));

  return g_steal_pointer (&tls);
}

static void
write_bytes (GIOStream    *stream,
             gconstpointer bytes,
             gsize         size)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (stream), bytes, size, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* Returns how many bytes come until the other end closes, by whatever means. */
static gsize
count_until_closed (GIOStream *stream)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  gsize                 count = 0;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      guint8 bytes[256];
      gssize n = g_pollable_input_stream_read_nonblocking (input, bytes, sizeof bytes, NULL, &error);

      if (n == 0 || (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)))
        return count;
      count += n > 0 ? (gsize) n : 0;
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
test_what_follows_the_token_is_not_lost (Fixture      *fixture,
                                         gconstpointer data)
{
  g_autoptr (GIOStream) stream = foreign_peer (fixture, fixture->secured);
  g_autoptr (GBytes) access = access_frame (fixture);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  Watch agent;

  /* Much more than one record of TLS, and cut within a frame. */
  g_byte_array_append (bytes, g_bytes_get_data (access, NULL), (guint) g_bytes_get_size (access));
  for (gint64 i = 0; i < 3000; i++)
    {
      append_ping (bytes, i);
      g_string_append_printf (expected, "ping %" G_GINT64_FORMAT "|", i);
    }
  write_bytes (stream, bytes->data, bytes->len);

  wait_until (fixture->links->len == 1);
  watch_init (&agent, g_ptr_array_steal_index (fixture->links, 0));
  hr_link_start (agent.link);
  watch_until_heard (&agent, "ping 2999|");
  g_assert_cmpstr (agent.heard->str, ==, expected->str);

  /* And what comes then by itself. */
  append_ping (rest, 7000);
  write_bytes (stream, rest->data, rest->len);
  watch_until_heard (&agent, "ping 7000|");
  watch_clear (&agent);
}

/* One write of the token and one frame: all of it stands in the gate when the link is given out. */
static void
test_the_last_frame_may_come_with_the_token (Fixture      *fixture,
                                             gconstpointer data)
{
  g_autoptr (GIOStream) stream = foreign_peer (fixture, fixture->secured);
  g_autoptr (GBytes) access = access_frame (fixture);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Watch agent;

  g_byte_array_append (bytes, g_bytes_get_data (access, NULL), (guint) g_bytes_get_size (access));
  append_ping (bytes, 5);
  write_bytes (stream, bytes->data, bytes->len);
  wait_until (fixture->links->len == 1);
  watch_init (&agent, g_ptr_array_steal_index (fixture->links, 0));
  hr_link_start (agent.link);
  watch_until_heard (&agent, "ping 5|");
  watch_clear (&agent);
}

static void
test_strangers_get_nothing (Fixture      *fixture,
                            gconstpointer data)
{
  static const guint8 garbage[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  static const guint8 huge[] = { 0xff, 0xff, 0xff, 0xff, 1, 2, 3 };
  g_autoptr (GByteArray) ping = g_byte_array_new ();
  g_autofree guint8 *many = g_malloc (64 << 10);
  const struct
  {
    gconstpointer bytes;
    gsize         size;
  } words[] = {
    { garbage, sizeof garbage - 1 },
    { huge, sizeof huge },
    { NULL, 0 },
    { NULL, 64 << 10 },
  };

  /* A frame of 64 KB may come later, but not as the first. */
  hr_gate_set_patience (gate_of (fixture), LONG_MS);
  append_ping (ping, 1);
  memset (many, 1, 64 << 10);
  memcpy (many, "\xff\xff\0\0", 4);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GIOStream) stream = foreign_peer (fixture, fixture->secured);
      gconstpointer bytes = words[i].bytes;
      gsize         size = words[i].size;

      if (bytes == NULL)
        bytes = size > 0 ? many : ping->data;
      g_output_stream_write (g_io_stream_get_output_stream (stream), bytes, size > 0 ? size : ping->len, NULL, NULL);
      g_assert_cmpuint (count_until_closed (stream), ==, 0);
    }
  g_assert_cmpuint (fixture->links->len, ==, 0);
}

/* One that says nothing, and one that says a byte at a time, are closed when their time is over; others are served meanwhile. */
static void
test_the_slow_are_turned_away (Fixture      *fixture,
                               gconstpointer data)
{
  g_autoptr (GIOStream) silent = NULL;
  g_autoptr (GIOStream) mute = NULL;
  g_autoptr (GIOStream) slow = NULL;
  g_autoptr (GBytes) access = access_frame (fixture);
  const guint8 *bytes = g_bytes_get_data (access, NULL);
  gsize         size = g_bytes_get_size (access);
  Watch         agent, desktop;

  mute = foreign_peer (fixture, FALSE);
  slow = foreign_peer (fixture, fixture->secured);
  silent = foreign_peer (fixture, fixture->secured);
  write_bytes (slow, bytes, 1);
  meet (fixture, &agent, &desktop);
  write_bytes (slow, bytes + 1, size - 2);
  wait_until (hr_gate_get_n_waiting (gate_of (fixture)) == 3);
  hr_gate_set_patience (gate_of (fixture), 1);

  g_assert_cmpuint (count_until_closed (slow), ==, 0);
  g_assert_cmpuint (count_until_closed (silent), ==, 0);
  g_assert_cmpuint (count_until_closed (mute), ==, 0);
  g_assert_cmpuint (hr_gate_get_n_waiting (gate_of (fixture)), ==, 0);
  g_assert_cmpuint (fixture->links->len, ==, 0);

  send_ping (desktop.link, 1);
  watch_until_heard (&agent, "ping 1|");
  part (&agent, &desktop);
}

static void
test_the_oldest_makes_room (Fixture      *fixture,
                            gconstpointer data)
{
  GIOStream *peers[HR_GATE_MAX_WAITING + 1];
  Watch      agent, desktop;

  hr_gate_set_patience (gate_of (fixture), LONG_MS);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      peers[i] = foreign_peer (fixture, FALSE);
      wait_until (hr_gate_get_n_waiting (gate_of (fixture)) == MIN (i + 1, HR_GATE_MAX_WAITING));
    }
  g_assert_cmpuint (count_until_closed (peers[0]), ==, 0);
  g_assert_cmpuint (hr_gate_get_n_waiting (gate_of (fixture)), ==, HR_GATE_MAX_WAITING);

  /* Whoever has the token is let in all the same. */
  meet (fixture, &agent, &desktop);
  part (&agent, &desktop);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    g_object_unref (peers[i]);
}

/* The listener goes while some wait, in every state of theirs. */
static void
test_the_waiting_go_with_the_listener (Fixture      *fixture,
                                       gconstpointer data)
{
  g_autoptr (GIOStream) mute = foreign_peer (fixture, FALSE);
  g_autoptr (GIOStream) silent = foreign_peer (fixture, fixture->secured);

  wait_until (hr_gate_get_n_waiting (gate_of (fixture)) == 2);
  g_assert_finalize_object (g_steal_pointer (&fixture->listener));
  g_assert_cmpuint (count_until_closed (mute), ==, 0);
  g_assert_cmpuint (count_until_closed (silent), ==, 0);
}

/* Both ways at once, more than the sockets and a record hold, and none is lost. */
static void
test_much_traffic (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *reason = g_strnfill (200, 'x');
  HrMessage        message = { .type = HR_MESSAGE_GOODBYE, .reason = reason };
  gsize            expected = N_MANY * strlen ("goodbye |") + N_MANY * strlen (reason) + strlen ("ping 1|");
  Watch            agent, desktop;

  meet (fixture, &agent, &desktop);
  for (gint64 round = 0; round < 2; round++)
    {
      g_string_truncate (desktop.heard, 0);
      g_string_truncate (agent.heard, 0);
      for (guint i = 0; i < N_MANY; i++)
        {
          hr_link_send (agent.link, &message);
          hr_link_send (desktop.link, &message);
        }
      send_ping (agent.link, round);
      send_ping (desktop.link, round);
      wait_until (agent.heard->len >= expected && desktop.heard->len >= expected);
      g_assert_cmpuint (agent.heard->len, ==, expected);
      g_assert_cmpuint (desktop.heard->len, ==, expected);
    }
  part (&agent, &desktop);
}

/* A peer that reads nothing overflows its link, which does not hold anything up by saying farewell. */
static void
test_who_does_not_read_is_left (Fixture      *fixture,
                                gconstpointer data)
{
  g_autoptr (GIOStream) deaf = foreign_peer (fixture, fixture->secured);
  g_autoptr (GBytes) access = access_frame (fixture);
  g_autofree char *reason = g_strnfill (250, 'x');
  HrMessage        message = { .type = HR_MESSAGE_GOODBYE, .reason = reason };
  Watch            agent, other, desktop;
  gint64           began;

  write_bytes (deaf, g_bytes_get_data (access, NULL), g_bytes_get_size (access));
  wait_until (fixture->links->len == 1);
  watch_init (&agent, g_ptr_array_steal_index (fixture->links, 0));
  hr_link_start (agent.link);
  meet (fixture, &other, &desktop);

  while (agent.n_closed == 0)
    {
      for (guint i = 0; i < 1000; i++)
        hr_link_send (agent.link, &message);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_error (agent.error, HR_LINK_ERROR, HR_LINK_ERROR_OVERFLOW);

  began = g_get_monotonic_time ();
  send_ping (desktop.link, 1);
  watch_until_heard (&other, "ping 1|");
  g_assert_cmpint (g_get_monotonic_time () - began, <, G_USEC_PER_SEC);
  watch_clear (&agent);
  part (&other, &desktop);
}

static void
test_the_socket_is_prepared (Fixture      *fixture,
                             gconstpointer data)
{
  int         one = 0;
  socklen_t   size = sizeof one;
  const guint options[][2] = { { SOL_SOCKET, SO_KEEPALIVE }, { IPPROTO_TCP, TCP_NODELAY } };
  g_autoptr (GIOStream) stream = foreign_peer (fixture, FALSE);
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));

  hr_tcp_prepare (socket, HR_TCP_SILENCE_SECONDS);
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_assert_cmpint (getsockopt (g_socket_get_fd (socket), (int) options[i][0], (int) options[i][1], &one, &size), ==, 0);
      g_assert_cmpint (one, !=, 0);
    }
}

/* Another's client that speaks TLS 1.2 at most: even the right token brings it nothing but a close. */
static void
test_an_older_tls_gets_a_close (Fixture      *fixture,
                                gconstpointer data)
{
  g_autofree char  *place = g_strdup_printf ("127.0.0.1:%u", fixture->pairing.port);
  g_autofree char  *program = g_find_program_in_path ("openssl");
  const char *const argv[] = { "openssl", "s_client", "-tls1_2", "-quiet", "-connect", place, NULL };
  g_autoptr (GSubprocess) client = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) access = access_frame (fixture);
  g_autoptr (GBytes) received = NULL;
  g_autoptr (GBytes) errors = NULL;

  if (program == NULL)
    {
      g_test_skip ("openssl is not installed");
      return;
    }

  client = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);
  g_subprocess_communicate_async (client, access, NULL, result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (g_subprocess_communicate_finish (client, result, &received, &errors, NULL));
  g_assert_cmpuint (g_bytes_get_size (received), ==, 0);

  /* The certificate came, so the version was refused after the handshake. */
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (errors, NULL), (gssize) g_bytes_get_size (errors), "depth=0"));
  g_assert_cmpuint (fixture->links->len, ==, 0);
}

/* Another's server with the right certificate, that speaks TLS 1.2 at most. */
static void
test_an_older_server_is_refused (Fixture      *fixture,
                                 gconstpointer data)
{
  g_autofree char  *program = g_find_program_in_path ("openssl");
  g_autofree char  *pem = g_build_filename (fixture->folder, "certificate.pem", NULL);
  const char *const argv[] = { "openssl", "s_server", "-tls1_2", "-accept", "127.0.0.1:0", "-cert", pem, "-key", pem, NULL };
  g_autoptr (GSubprocess) server = NULL;
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  HrPairing pairing = fixture->pairing;

  if (program == NULL)
    {
      g_test_skip ("openssl is not installed");
      return;
    }

  server = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server));
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, NULL);

      g_assert_nonnull (line);
      if (g_str_has_prefix (line, "ACCEPT "))
        {
          pairing.port = (guint16) g_ascii_strtoull (strrchr (line, ':') + 1, NULL, 10);
          break;
        }
    }

  g_assert_null (connect_to (&pairing, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_TLS);
  g_assert_nonnull (strstr (error->message, "1.3"));
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
}

static void
test_a_swapped_certificate_is_refused (Fixture      *fixture,
                                       gconstpointer data)
{
  HrPairing other = fixture->pairing;
  g_autoptr (GError) error = NULL;

  other.fingerprint[0] ^= 1;
  g_assert_null (connect_to (&other, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, "127.0.0.1:"));
  g_assert_cmpuint (fixture->links->len, ==, 0);
}

/* The same place, and another identity behind it: neither what TLS remembers nor the token helps. */
static void
test_a_renewed_identity_revokes (Fixture      *fixture,
                                 gconstpointer data)
{
  g_autoptr (HrIdentity) renewed = NULL;
  g_autoptr (GError) error = NULL;
  Watch agent, desktop;

  meet (fixture, &agent, &desktop);
  part (&agent, &desktop);
  g_assert_finalize_object (g_steal_pointer (&fixture->listener));
  g_assert_true (hr_identity_renew (fixture->folder, NULL));
  renewed = hr_identity_load (fixture->folder, NULL);
  listen_with (fixture, renewed);

  g_assert_null (connect_to (&fixture->pairing, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_CERTIFICATE);
}

/* TLS with a plain listener, and plain with one that speaks TLS. */
static void
test_the_other_way_of_speaking_fails (Fixture      *fixture,
                                      gconstpointer data)
{
  HrPairing other = fixture->pairing;
  g_autoptr (GError) error = NULL;
  g_autoptr (HrLink) link = NULL;
  Watch desktop;

  other.secured = !fixture->secured;
  link = connect_to (&other, &error);
  if (other.secured)
    {
      g_assert_null (link);
      g_assert_nonnull (error);
      return;
    }

  watch_init (&desktop, g_steal_pointer (&link));
  hr_link_start (desktop.link);
  watch_until_closed (&desktop);
  g_assert_cmpuint (fixture->links->len, ==, 0);
  watch_clear (&desktop);
}

static void
test_nobody_listens (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_finalize_object (g_steal_pointer (&fixture->listener));
  g_assert_null (connect_to (&fixture->pairing, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static void
test_a_taken_port_is_named (Fixture      *fixture,
                            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *port = g_strdup_printf (":%u", fixture->pairing.port);

  g_assert_null (hr_listener_new_tcp ("127.0.0.1", fixture->pairing.port, fixture->identity, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, port));
}

/* An address of this computer that others can reach too, NULL where there is none. */
static GInetAddress *
outer_address (void)
{
  GInetAddress   *address = NULL;
  struct ifaddrs *all = NULL;

  g_assert_cmpint (getifaddrs (&all), ==, 0);
  for (struct ifaddrs *at = all; at != NULL && address == NULL; at = at->ifa_next)
    if (at->ifa_addr != NULL && at->ifa_addr->sa_family == AF_INET && (at->ifa_flags & IFF_LOOPBACK) == 0)
      {
        g_autoptr (GSocketAddress) native = g_socket_address_new_from_native (at->ifa_addr, sizeof (struct sockaddr_in));

        address = g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (native)));
      }
  freeifaddrs (all);

  return address;
}

/* A pairing that a program made by hand, as no link can say it. */
static void
test_no_token_leaves_without_tls (Fixture      *fixture,
                                  gconstpointer data)
{
  g_autoptr (GInetAddress) address = outer_address ();
  g_autofree char *host = NULL;
  g_autoptr (GError) error = NULL;
  HrPairing pairing = fixture->pairing;

  if (address == NULL)
    {
      g_test_skip ("this computer has no address but loopback");
      return;
    }

  host = g_inet_address_to_string (address);
  pairing.host = host;
  pairing.secured = FALSE;
  g_assert_null (connect_to (&pairing, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_PEER);
}

static void
add (const char *name,
     void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *first = g_strconcat ("/link/tcp/plain/", name, NULL);
  g_autofree char *second = g_strconcat ("/link/tcp/tls/", name, NULL);

  g_test_add (first, Fixture, &plain, set_up, test, tear_down);
  g_test_add (second, Fixture, &secured, set_up, test, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("connect", test_connect);
  add ("outlive", test_links_outlive_the_listener);
  add ("wrong-token", test_a_wrong_token_gets_a_close);
  add ("follows", test_what_follows_the_token_is_not_lost);
  add ("with-token", test_the_last_frame_may_come_with_the_token);
  add ("strangers", test_strangers_get_nothing);
  add ("slow", test_the_slow_are_turned_away);
  add ("oldest", test_the_oldest_makes_room);
  add ("waiting", test_the_waiting_go_with_the_listener);
  add ("traffic", test_much_traffic);
  add ("deaf", test_who_does_not_read_is_left);
  add ("prepared", test_the_socket_is_prepared);
  add ("other-way", test_the_other_way_of_speaking_fails);
  add ("nobody", test_nobody_listens);
  add ("taken", test_a_taken_port_is_named);
  g_test_add ("/link/tcp/tls/swapped", Fixture, &secured, set_up, test_a_swapped_certificate_is_refused, tear_down);
  g_test_add ("/link/tcp/tls/renewed", Fixture, &secured, set_up, test_a_renewed_identity_revokes, tear_down);
  g_test_add ("/link/tcp/tls/older-client", Fixture, &secured, set_up, test_an_older_tls_gets_a_close, tear_down);
  g_test_add ("/link/tcp/tls/older-server", Fixture, &secured, set_up, test_an_older_server_is_refused, tear_down);
  g_test_add ("/link/tcp/tls/beyond", Fixture, &secured, set_up, test_no_token_leaves_without_tls, tear_down);

  return g_test_run ();
}
