/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/link-private.h"
#include "tests/engine/link/wait.h"
#include "tests/engine/link/watch.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *path;
} Place;

static void
place_init (Place        *self,
            gconstpointer data)
{
  self->folder = g_dir_make_tmp ("headroom-link-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "socket", NULL);
}

static void
place_clear (Place        *self,
             gconstpointer data)
{
  g_unlink (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->path);
  g_free (self->folder);
}

static HrLink *
connect_to (const char *path,
            GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_link_connect_unix_async (path, NULL, result_cb, &result);
  wait_until (result != NULL);

  return hr_link_connect_unix_finish (result, error);
}

static void
link_cb (HrListener *listener,
         HrLink     *link,
         gpointer    user_data)
{
  HrLink **out = user_data;

  g_set_object (out, link);
}

static void
test_connect (Place        *place,
              gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  HrListener *listener = hr_listener_new_unix (place->path, &error);
  HrLink     *accepted = NULL;
  Watch       a, b;
  GStatBuf    status;

  g_assert_no_error (error);
  g_assert_cmpint (g_lstat (place->path, &status), ==, 0);
  g_assert_true (S_ISSOCK (status.st_mode));
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);

  g_signal_connect (listener, "link", G_CALLBACK (link_cb), &accepted);
  watch_init (&a, connect_to (place->path, &error));
  g_assert_no_error (error);
  wait_until (accepted != NULL);
  watch_init (&b, accepted);

  hr_link_start (a.link);
  hr_link_start (b.link);
  send_ping (a.link, 1);
  watch_until_heard (&b, "ping 1|");
  send_ping (b.link, 2);
  watch_until_heard (&a, "ping 2|");

  /* The file goes with the listener, the links stay. */
  g_assert_finalize_object (listener);
  g_assert_cmpint (g_lstat (place->path, &status), <, 0);
  send_ping (a.link, 3);
  watch_until_heard (&b, "ping 3|");
  watch_clear (&a);
  watch_clear (&b);
}

/* A link that nobody wants is closed. */
static void
test_unwanted_link (Place        *place,
                    gconstpointer data)
{
  HrListener *listener = hr_listener_new_unix (place->path, NULL);
  Watch       a;

  watch_init (&a, connect_to (place->path, NULL));
  hr_link_start (a.link);
  watch_until_closed (&a);
  g_assert_error (a.error, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED);
  watch_clear (&a);
  g_assert_finalize_object (listener);
}

static void
test_taken (Place        *place,
            gconstpointer data)
{
  g_autoptr (HrListener) listener G_GNUC_UNUSED = hr_listener_new_unix (place->path, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (HrLink) link = NULL;

  g_assert_null (hr_listener_new_unix (place->path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);

  /* The first one still listens. */
  link = connect_to (place->path, NULL);
  g_assert_nonnull (link);
}

static void
test_other_files_stay (Place        *place,
                       gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;

  g_assert_true (g_file_set_contents (place->path, "mine", -1, NULL));
  g_assert_null (hr_listener_new_unix (place->path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_true (g_file_get_contents (place->path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "mine");
}

/* Leaves a socket on which nobody listens, as a program that died does. */
static void
leave_socket (const char *path,
              int         mode)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

static void
test_stale_is_replaced (Place        *place,
                        gconstpointer data)
{
  g_autoptr (HrListener) listener = NULL;
  g_autoptr (HrLink) link = NULL;
  g_autoptr (GError) error = NULL;

  leave_socket (place->path, 0600);
  listener = hr_listener_new_unix (place->path, &error);
  g_assert_no_error (error);
  link = connect_to (place->path, &error);
  g_assert_no_error (error);
}

static void
test_another_file_survives_the_listener (Place        *place,
                                         gconstpointer data)
{
  HrListener *listener = hr_listener_new_unix (place->path, NULL);

  g_assert_cmpint (g_unlink (place->path), ==, 0);
  leave_socket (place->path, 0600);
  g_assert_finalize_object (listener);
  g_assert_true (g_file_test (place->path, G_FILE_TEST_EXISTS));
}

static void
test_connect_refuses (Place        *place,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *long_path = g_strnfill (200, 'x');

  g_assert_null (connect_to (place->path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_null (connect_to (long_path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
  g_clear_error (&error);
  g_assert_null (hr_listener_new_unix (long_path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
  g_clear_error (&error);

  leave_socket (place->path, 0660);
  g_assert_null (connect_to (place->path, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_PEER);
  g_clear_error (&error);

  g_assert_cmpint (g_chmod (place->path, 0600), ==, 0);
  g_assert_null (connect_to (place->path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* The kernel's word on the peer counts, not the file's mode. */
static void
test_peer_of_another_user (void)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  socket = g_socket_new_from_fd (ends[0], NULL);
  g_assert_true (hr_peer_check (socket, geteuid (), &error));
  g_assert_no_error (error);
  g_assert_false (hr_peer_check (socket, geteuid () + 1, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_PEER);
  close (ends[1]);
}

#define ADD(path, test) g_test_add ("/link/unix/" path, Place, NULL, place_init, test, place_clear)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("connect", test_connect);
  ADD ("unwanted", test_unwanted_link);
  ADD ("taken", test_taken);
  ADD ("other-files", test_other_files_stay);
  ADD ("stale", test_stale_is_replaced);
  ADD ("replaced", test_another_file_survives_the_listener);
  ADD ("refused", test_connect_refuses);
  g_test_add_func ("/link/unix/peer", test_peer_of_another_user);

  return g_test_run ();
}
