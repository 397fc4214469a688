/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/link-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#define CHILD_FD 3

/* What a thread starts. */
typedef struct
{
  char **argv;
  char **environment; /* nullable */
} Order;

/* What became of it. */
typedef struct
{
  HrLink      *link;
  GSubprocess *child;
} Spawned;

/* Returns a link over @socket, which may belong to others as well. Internal. */
HrLink *
hr_link_new_for_socket (GSocket *socket)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);

  return hr_link_new (G_IO_STREAM (connection));
}

/* Returns a link over the connected socket @fd, which it takes over; further programs that this one starts do not inherit it. NULL
 * with @error when @fd is no socket (it is still the caller's then). */
HrLink *
hr_link_new_for_fd (int      fd,
                    GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  int       type;
  socklen_t size = sizeof type;

  /* GSocket closes what it cannot use, in some versions; so that is found out before. */
  if (getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
    {
      int number = errno;

      g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (number),
                   "Descriptor %d is not a socket: %s", fd, g_strerror (number));
      return NULL;
    }

  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL)
    return NULL;

  if (fcntl (fd, F_SETFD, FD_CLOEXEC) < 0)
    g_debug ("descriptor %d stays inheritable", fd);

  return hr_link_new_for_socket (socket);
}

/* Starts @argv (its first word is looked up in PATH) with this program's environment changed by the "NAME=value" words
 * of @environment (nullable). Returns the link to its descriptor 3 and, in @out_child (optional), the child, or NULL with @error. Whoever
 * wants to know how the child ended waits for it; the link ends with it anyway. */
HrLink *
hr_link_spawn (const char *const *argv,
               const char *const *environment,
               GSubprocess      **out_child,
               GError           **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (HrLink) link = NULL;
  int ends[2];

  for (; environment != NULL && *environment != NULL; environment++)
    {
      const char *equals = strchr (*environment, '=');

      if (equals != NULL)
        {
          g_autofree char *name = g_strndup (*environment, (gsize) (equals - *environment));

          g_subprocess_launcher_setenv (launcher, name, equals + 1, TRUE);
        }
    }

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    {
      int number = errno;

      g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (number),
                   "Cannot make a pair of sockets: %s", g_strerror (number));
      return NULL;
    }

  g_subprocess_launcher_take_fd (launcher, ends[1], CHILD_FD);
  link = hr_link_new_for_fd (ends[0], error);
  if (link == NULL)
    return NULL;

  /* Our copy of the child's end goes with the launcher, so that the child's death is the stream's end. */
  child = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (child == NULL)
    return NULL;

  if (out_child != NULL)
    *out_child = g_steal_pointer (&child);

  return g_steal_pointer (&link);
}

static void
order_free (gpointer data)
{
  Order *self = data;

  g_strfreev (self->argv);
  g_strfreev (self->environment);
  g_free (self);
}

/* A child that nobody has taken over hears that it is not wanted: the end of its link alone would not reach one that hangs. */
static void
spawned_free (gpointer data)
{
  Spawned *self = data;

  if (self->child != NULL)
    g_subprocess_send_signal (self->child, SIGTERM);
  g_clear_object (&self->child);
  g_clear_object (&self->link);
  g_free (self);
}

static void
spawn_thread (GTask        *task,
              gpointer      object,
              gpointer      task_data,
              GCancellable *cancellable)
{
  const Order *order = task_data;
  Spawned     *spawned;
  GError      *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  spawned = g_new0 (Spawned, 1);
  spawned->link = hr_link_spawn ((const char *const *) order->argv, (const char *const *) order->environment, &spawned->child, &error);
  if (spawned->link != NULL)
    g_task_return_pointer (task, spawned, spawned_free);
  else
    {
      g_free (spawned);
      g_task_return_error (task, error);
    }
}

/* Does what hr_link_spawn () does beside the main loop: a process is copied in the time that its memory takes, and a window has much of it. A
 * child that was started although @cancellable was cancelled is sent SIGTERM. */
void
hr_link_spawn_async (const char *const  *argv,
                     const char *const  *environment,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Order *order = g_new0 (Order, 1);

  order->argv = g_strdupv ((char **) argv);
  order->environment = g_strdupv ((char **) environment);
  g_task_set_source_tag (task, hr_link_spawn_async);
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, spawn_thread);
}

/* Returns: (transfer full): the link, not started yet, and the child in @out_child (optional); or NULL with @error. */
HrLink *
hr_link_spawn_finish (GAsyncResult *result,
                      GSubprocess **out_child,
                      GError      **error)
{
  Spawned *spawned;
  HrLink  *link;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  spawned = g_task_propagate_pointer (G_TASK (result), error);
  if (spawned == NULL)
    return NULL;

  link = g_steal_pointer (&spawned->link);
  if (out_child != NULL)
    *out_child = g_object_ref (spawned->child);
  g_clear_object (&spawned->child);
  spawned_free (spawned);

  return link;
}
