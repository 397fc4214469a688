/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who may use the real headroom-agent: peers of another user, peers without its token, and peers that are programs of others. $HEADROOM_AGENT
 * is its path. */

#include "engine/agents/local/entrance.h"
#include "engine/probe/probe.h"
#include "tests/engine/agents/local/peer.h"
#include "tests/folder.h"

#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANOTHER_USER 65534
#define TLS_ALERT 21

typedef struct
{
  char        *folder;
  char        *identity;
  char        *path; /* of the Unix socket */
  guint16      loopback_port;
  guint16      port; /* on every address, over TLS */
  GSubprocess *child;
  HrPairing   *loopback; /* what it printed */
  HrPairing   *network;
} Fixture;

/* A port that is free now. */
static guint16
free_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) place = g_inet_socket_address_new (any, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, place, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static HrPairing *
read_pairing (GDataInputStream *output)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  HrPairing       *pairing;

  g_assert_no_error (error);
  g_assert_nonnull (line);
  pairing = hr_pairing_parse (line, &error);
  g_assert_no_error (error);

  return pairing;
}

static void
start_agent (Fixture    *fixture,
             const char *option)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *identity = g_strconcat ("--identity=", fixture->identity, NULL);
  g_autofree char *local = g_strconcat ("--listen=unix:", fixture->path, NULL);
  g_autofree char *loopback = g_strdup_printf ("--listen=tcp:127.0.0.1:%u", fixture->loopback_port);
  g_autofree char *network = g_strdup_printf ("--listen=tcp:0.0.0.0:%u", fixture->port);

  g_subprocess_launcher_setenv (launcher, "HEADROOM_RUNTIME_DIR", fixture->folder, TRUE);
  fixture->child = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("HEADROOM_AGENT"), identity, local, loopback, network, option, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fixture->child));
  fixture->loopback = read_pairing (output);
  fixture->network = read_pairing (output);
}

static void
stop_agent (Fixture *fixture)
{
  g_clear_pointer (&fixture->loopback, hr_pairing_free);
  g_clear_pointer (&fixture->network, hr_pairing_free);
  g_subprocess_send_signal (fixture->child, SIGTERM);
  g_assert_true (g_subprocess_wait_check (fixture->child, NULL, NULL));
  g_clear_object (&fixture->child);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->identity = g_build_filename (fixture->folder, "identity", NULL);
  fixture->path = g_build_filename (fixture->folder, "socket", NULL);
  fixture->loopback_port = free_port ();
  fixture->port = free_port ();
  start_agent (fixture, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  stop_agent (fixture);
  remove_folder (fixture->identity);
  remove_folder (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->identity);
  g_free (fixture->folder);
}

static void
link_ready_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static HrLink *
connect_to (const HrPairing *pairing,
            GError         **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_link_connect_tcp_async (pairing, NULL, link_ready_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return hr_link_connect_tcp_finish (result, error);
}

static void
assert_served (const HrPairing *pairing)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrLink) link = connect_to (pairing, &error);
  g_autoptr (Peer) peer = NULL;

  g_assert_no_error (error);
  peer = peer_new (link);
  peer_resume (peer, NULL, 0);
  while (peer_count_type (peer, HR_MESSAGE_SNAPSHOT, 1) < 2)
    {
      g_assert_false (peer->closed);
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
test_whoever_has_the_link_is_served (Fixture      *fixture,
                                     gconstpointer data)
{
  HrPairing here = *fixture->network;

  g_assert_false (fixture->loopback->secured);
  g_assert_cmpstr (fixture->loopback->host, ==, "127.0.0.1");
  g_assert_cmpuint (fixture->loopback->port, ==, fixture->loopback_port);
  assert_served (fixture->loopback);

  /* A wildcard's peers speak TLS from loopback too. */
  g_assert_true (fixture->network->secured);
  here.host = (char *) "127.0.0.1";
  assert_served (&here);
}

static void
assert_not_served (const HrPairing *pairing)
{
  g_autoptr (HrLink) link = connect_to (pairing, NULL);
  g_autoptr (Peer) peer = NULL;

  g_assert_nonnull (link);
  peer = peer_new (link);
  peer_resume (peer, NULL, 0);
  peer_wait_closed (peer);
  g_assert_cmpuint (peer->events->len, ==, 0);
}

static void
test_without_the_token_nothing_is_served (Fixture      *fixture,
                                          gconstpointer data)
{
  HrPairing wrong = *fixture->loopback;
  HrPairing other = *fixture->network;

  wrong.token[0] ^= 0x80;
  assert_not_served (&wrong);
  other.host = (char *) "127.0.0.1";
  other.token[0] ^= 0x80;
  assert_not_served (&other);
}

static void
test_renewed_revokes (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (HrPairing) loopback = hr_pairing_copy (fixture->loopback);
  g_autoptr (HrPairing) network = hr_pairing_copy (fixture->network);
  g_autoptr (GError) error = NULL;
  HrPairing here;

  stop_agent (fixture);
  start_agent (fixture, NULL);
  g_assert_cmpmem (fixture->network->fingerprint, HR_FINGERPRINT_BYTES, network->fingerprint, HR_FINGERPRINT_BYTES);
  g_assert_cmpmem (fixture->loopback->token, HR_TOKEN_BYTES, loopback->token, HR_TOKEN_BYTES);

  stop_agent (fixture);
  start_agent (fixture, "--renew");
  assert_not_served (loopback);
  here = *network;
  here.host = (char *) "127.0.0.1";
  g_assert_null (connect_to (&here, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_CERTIFICATE);
  assert_served (fixture->loopback);
}

/* What a stranger's bytes bring back until the end. */
static GBytes *
converse (guint16     port,
          const char *words)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GByteArray) heard = g_byte_array_new ();
  guint8 bytes[4096];
  gssize n;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);
  g_assert_nonnull (connection);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), words, strlen (words), NULL, NULL, NULL);
  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), bytes, sizeof bytes, NULL, NULL)) > 0)
    g_byte_array_append (heard, bytes, (guint) n);

  return g_byte_array_free_to_bytes (g_steal_pointer (&heard));
}

/* Nothing comes over the plain port, and over the other nothing that is not TLS's: an alert at most. */
static void
test_a_raw_socket_gets_a_close (Fixture      *fixture,
                                gconstpointer data)
{
  static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (GBytes) nothing = converse (fixture->loopback_port, request);
  g_autoptr (GBytes) alert = converse (fixture->port, request);

  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
  g_assert_cmpuint (g_bytes_get_size (alert), <=, 7);
  if (g_bytes_get_size (alert) > 0)
    g_assert_cmpuint (*(const guint8 *) g_bytes_get_data (alert, NULL), ==, TLS_ALERT);
}

/* Runs another's TLS client until the agent closes. Returns what it wrote, NULL where it is not installed. */
static char *
run_client (const char *const *argv,
            GSubprocessFlags   errors)
{
  g_autoptr (GSubprocess) client = NULL;
  g_autoptr (GOutputStream) all = NULL;
  g_autofree char *program = g_find_program_in_path (argv[0]);

  if (program == NULL)
    {
      g_autofree char *reason = g_strdup_printf ("%s is not installed", argv[0]);

      g_test_skip (reason);
      return NULL;
    }

  client = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | errors, NULL);
  g_assert_nonnull (client);
  /* It says something that is no token; its input stays open then: it is the agent that ends. */
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (client), "hello\n", 6, NULL, NULL, NULL);
  all = g_memory_output_stream_new_resizable ();
  g_output_stream_splice (all, g_subprocess_get_stdout_pipe (client), G_OUTPUT_STREAM_SPLICE_NONE, NULL, NULL);
  g_output_stream_write_all (all, "", 1, NULL, NULL, NULL);
  g_output_stream_close (all, NULL, NULL);
  g_subprocess_wait (client, NULL, NULL);

  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (all));
}

static void
test_openssl_of_1_3_gets_a_close (Fixture      *fixture,
                                  gconstpointer data)
{
  g_autofree char  *place = g_strdup_printf ("127.0.0.1:%u", fixture->port);
  const char *const argv[] = { "openssl", "s_client", "-tls1_3", "-brief", "-connect", place, NULL };
  const char *const bytes[] = { "openssl", "s_client", "-tls1_3", "-quiet", "-connect", place, NULL };
  g_autofree char  *text = run_client (argv, G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autofree char  *received = NULL;

  if (text == NULL)
    return;
  g_assert_nonnull (strstr (text, "Protocol version: TLSv1.3"));

  /* Its standard output is what the agent said, and nothing else. */
  received = run_client (bytes, G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_assert_cmpstr (received, ==, "");
}

static void
test_openssl_of_1_2_is_refused (Fixture      *fixture,
                                gconstpointer data)
{
  g_autofree char  *place = g_strdup_printf ("127.0.0.1:%u", fixture->port);
  const char *const argv[] = { "openssl", "s_client", "-tls1_2", "-connect", place, NULL };
  g_autofree char  *text = run_client (argv, G_SUBPROCESS_FLAGS_STDERR_MERGE);

  if (text == NULL)
    return;
  g_assert_nonnull (strstr (text, "handshake has read 0 bytes"));
}

static void
test_gnutls_gets_a_close (Fixture      *fixture,
                          gconstpointer data)
{
  g_autofree char  *port = g_strdup_printf ("%u", fixture->port);
  const char *const argv[] = { "gnutls-cli", "--insecure", "-p", port, "127.0.0.1", NULL };
  g_autofree char  *text = run_client (argv, G_SUBPROCESS_FLAGS_STDERR_MERGE);
  const char       *mode;

  if (text == NULL)
    return;
  mode = strstr (text, "Simple Client Mode:");
  g_assert_nonnull (mode);
  g_assert_cmpstr (g_strstrip ((char *) mode + strlen ("Simple Client Mode:")), ==, "- Peer has closed the GnuTLS connection");
}

static int
try_unix_socket (gconstpointer data)
{
  const Fixture     *fixture = data;
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  char               byte;
  int                fd = socket (AF_UNIX, SOCK_STREAM, 0);

  g_strlcpy (address.sun_path, fixture->path, sizeof address.sun_path);

  return connect (fd, (struct sockaddr *) &address, sizeof address) == 0 && read (fd, &byte, 1) != 0;
}

static int
try_region (gconstpointer path)
{
  return open (path, O_RDONLY) >= 0;
}

static int
try_secrets (gconstpointer data)
{
  const Fixture   *fixture = data;
  g_autofree char *token = g_build_filename (fixture->identity, "token", NULL);
  g_autofree char *certificate = g_build_filename (fixture->identity, "certificate.pem", NULL);

  return open (token, O_RDONLY) >= 0 || open (certificate, O_RDONLY) >= 0;
}

/* Says everything a desktop would, but for the token, which it does not know. */
static int
try_loopback (gconstpointer data)
{
  const Fixture     *fixture = data;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (fixture->loopback_port) };
  HrMessage          resume = { .type = HR_MESSAGE_RESUME };
  HrMessage          access = { .type = HR_MESSAGE_ACCESS, .access.name = (char *) "another user" };
  g_autoptr (GBytes) first = hr_message_encode (&access);
  g_autoptr (GBytes) second = hr_message_encode (&resume);
  char byte;
  int  fd = socket (AF_INET, SOCK_STREAM, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0)
    return -1;
  send (fd, g_bytes_get_data (first, NULL), g_bytes_get_size (first), MSG_NOSIGNAL);
  send (fd, g_bytes_get_data (second, NULL), g_bytes_get_size (second), MSG_NOSIGNAL);

  return read (fd, &byte, 1) > 0;
}

/* Runs @attempt as another user. Returns what it returned: 0 where it got nothing. */
static int
as_another_user (int (*attempt) (gconstpointer),
                 gconstpointer data)
{
  pid_t child = fork ();
  int   status;

  if (child == 0)
    {
      if (setgroups (0, NULL) < 0 || setgid (ANOTHER_USER) < 0 || setuid (ANOTHER_USER) < 0)
        _exit (2);
      alarm (20);
      _exit (attempt (data));
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));

  return WEXITSTATUS (status);
}

static int
always_seen (gconstpointer data)
{
  return access (data, F_OK) == 0;
}

static void
test_another_user_gets_nothing (Fixture      *fixture,
                                gconstpointer data)
{
  g_autofree char *region = NULL;
  HrProbe         *probe;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can become another user");
      return;
    }

  /* The folder's own mode is not what protects: each thing is tried with the way to it open. */
  probe = hr_probe_open_in (fixture->folder, "ranker");
  region = g_strdup (hr_probe_path (probe));
  g_assert_cmpint (chmod (fixture->folder, 0755), ==, 0);
  g_assert_cmpint (as_another_user (always_seen, region), ==, 1);
  g_assert_cmpint (as_another_user (try_region, region), ==, 0);
  g_assert_cmpint (as_another_user (try_unix_socket, fixture), ==, 0);
  g_assert_cmpint (as_another_user (try_secrets, fixture), ==, 0);
  g_assert_cmpint (as_another_user (try_loopback, fixture), ==, 0);

  /* Nor does the socket's: the kernel says who comes. */
  g_assert_cmpint (chmod (fixture->path, 0666), ==, 0);
  g_assert_cmpint (as_another_user (try_unix_socket, fixture), ==, 0);
  g_assert_cmpint (chmod (fixture->folder, 0700), ==, 0);
  hr_probe_close (probe);
}

static void
test_an_unsafe_identity_is_refused (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *identity = g_strconcat ("--identity=", folder, NULL);
  g_autofree char *place = g_strdup_printf ("--listen=tcp:127.0.0.1:%u", free_port ());
  g_autofree char *text = NULL;
  g_autoptr (GSubprocess) child = NULL;

  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, g_getenv ("HEADROOM_AGENT"), identity, place, NULL);
  g_assert_true (g_subprocess_communicate_utf8 (child, NULL, NULL, NULL, &text, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (child), ==, 1);
  g_assert_nonnull (strstr (text, folder));
  g_assert_cmpuint (count_files (folder), ==, 0);
  remove_folder (folder);
}

static void
test_renew_alone_ends (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *identity = g_strconcat ("--identity=", folder, NULL);
  g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, g_getenv ("HEADROOM_AGENT"), identity, "--renew", NULL);

  g_assert_true (g_subprocess_wait_check (child, NULL, NULL));
  g_assert_cmpuint (count_files (folder), ==, 2);
  remove_folder (folder);
}

static void
assert_hosts (const char *host,
              const char *expected)
{
  const char *const texts[] = { "127.0.0.1", "192.0.2.7", "169.254.1.1", "::1", "fe80::1", "2001:db8::7" };
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GStrv) hosts = NULL;
  g_autofree char *joined = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_ptr_array_add (addresses, g_inet_address_new_from_string (texts[i]));
  hosts = hr_entrance_hosts (host, addresses, "atlas");
  joined = g_strjoinv (" ", hosts);
  g_assert_cmpstr (joined, ==, expected);
}

static void
test_a_wildcard_is_every_address_that_others_reach (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_auto (GStrv) alone = hr_entrance_hosts ("0.0.0.0", none, "atlas");

  assert_hosts ("0.0.0.0", "192.0.2.7 atlas");
  assert_hosts ("::", "192.0.2.7 2001:db8::7 atlas");
  assert_hosts ("127.0.0.1", "127.0.0.1");
  assert_hosts ("build.example", "build.example");
  g_assert_cmpstr (alone[0], ==, "127.0.0.1");
  g_assert_null (alone[1]);
}

#define ADD(path, test) g_test_add ("/agent/network/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("served", test_whoever_has_the_link_is_served);
  ADD ("token", test_without_the_token_nothing_is_served);
  ADD ("renewed", test_renewed_revokes);
  ADD ("raw", test_a_raw_socket_gets_a_close);
  ADD ("openssl-1.3", test_openssl_of_1_3_gets_a_close);
  ADD ("openssl-1.2", test_openssl_of_1_2_is_refused);
  ADD ("gnutls", test_gnutls_gets_a_close);
  ADD ("another-user", test_another_user_gets_nothing);
  g_test_add_func ("/agent/network/identity", test_an_unsafe_identity_is_refused);
  g_test_add_func ("/agent/network/renew", test_renew_alone_ends);
  g_test_add_func ("/agent/network/wildcard", test_a_wildcard_is_every_address_that_others_reach);

  return g_test_run ();
}
