/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/link-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define N_WAITING 16

/* Which file is ours: whoever put another in its place keeps it. */
typedef struct
{
  dev_t      device;
  ino_t      inode;
  char      *path;     /* owned */
  HrPeerFunc admitted; /* NULL: peers are links */
  gpointer   user_data;
} SocketFile;

static gboolean
set_errno_error (GError    **error,
                 const char *path,
                 const char *what)
{
  int number = errno;

  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (number), "%s “%s”: %s", what, path, g_strerror (number));

  return FALSE;
}

/* Checks that the other end of a connected Unix socket runs as @user, as the kernel says (SO_PEERCRED).
 * Else HR_LINK_ERROR_PEER. Internal. */
gboolean
hr_peer_check (GSocket *socket,
               uid_t    user,
               GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GCredentials) credentials = g_socket_get_credentials (socket, &reason);

  if (credentials != NULL && g_credentials_get_unix_user (credentials, &reason) == user)
    return TRUE;

  g_set_error (error, HR_LINK_ERROR, HR_LINK_ERROR_PEER, "the peer is not this user: %s",
               reason != NULL ? reason->message : "it runs as another");

  return FALSE;
}

static gboolean
path_fits (const char *path,
           GError    **error)
{
  if (strlen (path) < sizeof ((struct sockaddr_un *) NULL)->sun_path)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG, "“%s” is too long for the name of a socket", path);

  return FALSE;
}

/* Checks that @path is a socket that only this user can have made and can open. */
static gboolean
file_is_private (const char *path,
                 GError    **error)
{
  struct stat status;

  if (lstat (path, &status) < 0)
    return set_errno_error (error, path, "Cannot connect to");

  if (S_ISSOCK (status.st_mode) && status.st_uid == geteuid () && (status.st_mode & 0077) == 0)
    return TRUE;

  g_set_error (error, HR_LINK_ERROR, HR_LINK_ERROR_PEER, "“%s” is not a socket of this user alone", path);

  return FALSE;
}

static void
connected_cb (GObject      *client,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result, &error);

  if (connection == NULL || !hr_peer_check (g_socket_connection_get_socket (connection), geteuid (), &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, hr_link_new (G_IO_STREAM (connection)), g_object_unref);
}

/* Connects to the Unix socket @path, which must be of this user and of mode 0600, as its listener must. */
void
hr_link_connect_unix_async (const char         *path,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketClient) client = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, hr_link_connect_unix_async);
  if (!path_fits (path, &error) || !file_is_private (path, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  address = g_unix_socket_address_new (path);
  client = g_socket_client_new ();
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), cancellable, connected_cb, g_steal_pointer (&task));
}

/* Returns the new link (not started), or NULL with @error: HR_LINK_ERROR_PEER, or what the connection failed with. */
HrLink *
hr_link_connect_unix_finish (GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fill_address (struct sockaddr_un *address,
              const char         *path)
{
  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy (address->sun_path, path, strlen (path));
}

/* Whether @path is a socket that nobody listens on any more. */
static gboolean
file_is_stale (const char *path)
{
  struct sockaddr_un address;
  struct stat        status;
  gboolean           stale;
  int                fd;

  if (lstat (path, &status) < 0 || !S_ISSOCK (status.st_mode))
    return FALSE;

  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return FALSE;

  fill_address (&address, path);
  stale = connect (fd, (struct sockaddr *) &address, sizeof address) < 0 && errno == ECONNREFUSED;
  close (fd);

  return stale;
}

/* Binds @fd to @path, in place of a stale socket if there is one. */
static gboolean
bind_path (int         fd,
           const char *path,
           GError    **error)
{
  struct sockaddr_un address;

  fill_address (&address, path);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return TRUE;
  if (errno != EADDRINUSE)
    return set_errno_error (error, path, "Cannot listen on");

  if (!file_is_stale (path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "“%s” is taken", path);
      return FALSE;
    }

  if (unlink (path) < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) < 0)
    return set_errno_error (error, path, "Cannot listen on");

  return TRUE;
}

/* Nobody can connect between bind () and listen (), so the mode is right before anybody could. */
static gboolean
bind_and_listen (int          fd,
                 const char  *path,
                 struct stat *out_status,
                 GError     **error)
{
  if (!bind_path (fd, path, error))
    return FALSE;

  if (chmod (path, 0600) < 0 || lstat (path, out_status) < 0 || listen (fd, N_WAITING) < 0)
    {
      set_errno_error (error, path, "Cannot listen on");
      unlink (path);
      return FALSE;
    }

  return TRUE;
}

/* Returns the locked @folder, or -1 with errno: two that find the same stale file must not replace each other's, and what was bound is
 * not taken for stale before it listens. */
static int
lock_folder (const char *folder)
{
  int lock = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int cause;

  if (lock < 0 || flock (lock, LOCK_EX | LOCK_NB) == 0)
    return lock;

  cause = errno;
  close (lock);
  errno = cause;

  return -1;
}

/* Returns a listening socket, or -1 with @error. */
static int
listen_at (const char  *path,
           struct stat *out_status,
           GError     **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int              lock = lock_folder (folder);
  int              fd = -1;

  if (lock < 0 || (fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
    set_errno_error (error, path, "Cannot listen on");
  else if (!bind_and_listen (fd, path, out_status, error))
    {
      close (fd);
      fd = -1;
    }

  if (lock >= 0)
    close (lock);

  return fd;
}

static void
admit_peer (HrListener *listener,
            GSocket    *peer,
            gpointer    data)
{
  const SocketFile *self = data;
  g_autoptr (HrLink) link = NULL;

  if (!hr_peer_check (peer, geteuid (), NULL))
    return;
  if (self->admitted != NULL)
    {
      self->admitted (peer, self->user_data);
      return;
    }

  link = hr_link_new_for_socket (peer);
  hr_listener_give_out (listener, link);
}

static void
remove_socket_file (gpointer data)
{
  SocketFile *self = data;
  struct stat status;

  if (lstat (self->path, &status) == 0 && status.st_dev == self->device && status.st_ino == self->inode)
    unlink (self->path);
  g_free (self->path);
  g_free (self);
}

static HrListener *
listener_new (const char *path,
              HrPeerFunc  admitted,
              gpointer    user_data,
              GError    **error)
{
  static const HrListenerKind kind = { admit_peer, remove_socket_file };
  g_autoptr (GSocket) socket = NULL;
  SocketFile *file;
  struct stat status;
  int         fd;

  if (!path_fits (path, error) || (fd = listen_at (path, &status, error)) < 0)
    return NULL;

  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL)
    {
      unlink (path);
      return NULL;
    }

  file = g_new0 (SocketFile, 1);
  file->device = status.st_dev;
  file->inode = status.st_ino;
  file->path = g_strdup (path);
  file->admitted = admitted;
  file->user_data = user_data;

  return hr_listener_new (socket, &kind, file);
}

/* Listens on a Unix socket at @path, mode 0600, in the thread-default main context of now, until the listener is
 * disposed of; the file goes with it. A file that is there is replaced only when it is a socket on which nobody listens, else
 * G_IO_ERROR_ADDRESS_IN_USE. Links given out by "link" are not started; whoever wants one takes a reference. */
HrListener *
hr_listener_new_unix (const char *path,
                      GError    **error)
{
  return listener_new (path, NULL, NULL, error);
}

/* The same for peers that are no links: each goes to @admitted, which takes a reference to keep it, and not to "link". */
HrListener *
hr_listener_new_unix_raw (const char *path,
                          HrPeerFunc  admitted,
                          gpointer    user_data,
                          GError    **error)
{
  return listener_new (path, admitted, user_data, error);
}

/* Removes the sockets in @folder whose names begin with @prefix and on which nobody listens: what programs have left that were killed. None
 * where another program is just doing the same, or begins to listen. */
void
hr_unix_sweep (const char *folder,
               const char *prefix)
{
  int         lock = lock_folder (folder);
  GDir       *files = lock >= 0 ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_prefix (name, prefix) && path_fits (path, NULL) && file_is_stale (path))
        unlink (path);
    }

  g_clear_pointer (&files, g_dir_close);
  if (lock >= 0)
    close (lock);
}
