/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "headroom-agent"

#include "engine/agents/local/relay.h"

#include "engine/collect/regions.h"
#include "engine/link/network.h"
#include "engine/link/usbmux-address.h"

#include <string.h>
#include <sys/un.h>

/* What relays are called for sandboxes, and what is removed when it was left behind. */
#define PREFIX "usbmuxd-"

/* A daemon on another computer has so long to let us in. */
#define CONNECT_SECONDS 5

/* An earlier agent of the same sandbox may still be about to end. */
#define RETRY_MS 500

/* Measuring goes first. */
#define PRIORITY G_PRIORITY_HIGH_IDLE

struct _HrRelay
{
  char            *name;
  HrUsbmuxAddress *address;
  GSocketClient   *client;
  HrListener      *listener; /* NULL: not yet */
  guint            retry_source;
  GPtrArray       *joints; /* Joint, borrowed: each frees itself */
};

typedef struct
{
  struct _Joint     *joint;
  GSocketConnection *from; /* borrowed from @joint, as is @to */
  GSocketConnection *to;
  GSource           *hangup; /* owned; watches @from when it has no more to say */
} Direction;

/* Two connections that are one. It lives as long as one of its directions, or the call for the daemon. */
typedef struct _Joint
{
  HrRelay           *relay; /* NULL: freed meanwhile */
  GSocketConnection *near;  /* the sandbox's */
  GSocketConnection *far;   /* the daemon's; NULL: called for */
  GCancellable      *cancellable;
  Direction          directions[2];
  guint              n_open;
} Joint;

static void
joint_free (Joint *joint)
{
  if (joint->relay != NULL)
    g_ptr_array_remove_fast (joint->relay->joints, joint);
  for (guint i = 0; i < G_N_ELEMENTS (joint->directions); i++)
    if (joint->directions[i].hangup != NULL)
      {
        g_source_destroy (joint->directions[i].hangup);
        g_source_unref (joint->directions[i].hangup);
      }
  g_io_stream_close (G_IO_STREAM (joint->near), NULL, NULL);
  g_object_unref (joint->near);
  if (joint->far != NULL)
    g_io_stream_close (G_IO_STREAM (joint->far), NULL, NULL);
  g_clear_object (&joint->far);
  g_object_unref (joint->cancellable);
  g_free (joint);
}

/* Nobody is there any more for what the other side may still say. */
static gboolean
hangup_cb (GSocket     *socket,
           GIOCondition condition,
           gpointer     user_data)
{
  g_cancellable_cancel (((Direction *) user_data)->joint->cancellable);

  return G_SOURCE_REMOVE;
}

static void
watch_hangup (Direction *self)
{
  self->hangup = g_socket_create_source (g_socket_connection_get_socket (self->from), G_IO_HUP, NULL);
  g_source_set_callback (self->hangup, G_SOURCE_FUNC (hangup_cb), self, NULL);
  g_source_set_priority (self->hangup, PRIORITY);
  g_source_attach (self->hangup, g_main_context_get_thread_default ());
}

/* Whichever side has ended it, the other one is told as the kernel tells it: the reader finds the end, the writer that nobody reads. */
static void
direction_ended_cb (GObject      *output,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  Direction *self = user_data;
  Joint     *joint = self->joint;
  g_autoptr (GError) error = NULL;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (output), result, &error) < 0)
    g_debug ("%s", error->message);
  g_socket_shutdown (g_socket_connection_get_socket (self->to), FALSE, TRUE, NULL);
  g_socket_shutdown (g_socket_connection_get_socket (self->from), TRUE, FALSE, NULL);

  joint->n_open--;
  if (joint->n_open == 0)
    joint_free (joint);
  else
    watch_hangup (self);
}

static void
open_direction (Joint             *joint,
                Direction         *self,
                GSocketConnection *from,
                GSocketConnection *to)
{
  *self = (Direction){ joint, from, to, NULL };
  joint->n_open++;
  g_output_stream_splice_async (g_io_stream_get_output_stream (G_IO_STREAM (to)), g_io_stream_get_input_stream (G_IO_STREAM (from)),
                                G_OUTPUT_STREAM_SPLICE_NONE, PRIORITY, joint->cancellable, direction_ended_cb, self);
}

/* A client whose daemon is not there is told so at once, by the end: it knows when to come again. */
static void
daemon_connected_cb (GObject      *client,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  Joint *joint = user_data;
  g_autoptr (GError) error = NULL;

  joint->far = g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result, &error);
  if (joint->far == NULL)
    {
      g_debug ("usbmuxd: %s", error->message);
      joint_free (joint);
      return;
    }

  /* The limit was for connecting: what is joined may be silent for days. */
  g_socket_set_timeout (g_socket_connection_get_socket (joint->far), 0);
  hr_tcp_prepare (g_socket_connection_get_socket (joint->far), HR_TCP_SILENCE_SECONDS);
  open_direction (joint, &joint->directions[0], joint->near, joint->far);
  open_direction (joint, &joint->directions[1], joint->far, joint->near);
}

static void
peer_cb (GSocket *peer,
         gpointer user_data)
{
  HrRelay *self = user_data;
  Joint   *joint;

  if (self->joints->len >= HR_RELAY_MAX || self->address->connectable == NULL)
    return;

  joint = g_new0 (Joint, 1);
  joint->relay = self;
  joint->near = g_socket_connection_factory_create_connection (peer);
  joint->cancellable = g_cancellable_new ();
  g_ptr_array_add (self->joints, joint);
  g_socket_client_connect_async (self->client, self->address->connectable, joint->cancellable, daemon_connected_cb, joint);
}

/* A relay that called itself would do so for ever. */
static gboolean
leads_to_itself (const HrRelay *self,
                 const char    *path)
{
  return self->address->local && g_str_has_suffix (self->address->text, path) &&
         strlen (self->address->text) == strlen ("UNIX:") + strlen (path);
}

static gboolean
begin_to_listen (HrRelay *self,
                 GError **error)
{
  g_autofree char *folder = hr_regions_make_folder (error);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, self->name, NULL) : NULL;

  if (folder == NULL)
    return FALSE;
  if (leads_to_itself (self, path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "USBMUXD_SOCKET_ADDRESS leads to “%s” itself", path);
      return FALSE;
    }

  hr_unix_sweep (folder, PREFIX);
  self->listener = hr_listener_new_unix_raw (path, peer_cb, self, error);

  return self->listener != NULL;
}

static gboolean
retry_cb (gpointer user_data)
{
  HrRelay *self = user_data;

  if (!begin_to_listen (self, NULL))
    return G_SOURCE_CONTINUE;
  self->retry_source = 0;

  return G_SOURCE_REMOVE;
}

/* Checks that @name can be a socket's in the runtime folder. Else G_IO_ERROR_INVALID_FILENAME, or HR_COLLECT_ERROR_UNREADABLE where that
 * folder's own path is too long. */
gboolean
hr_relay_check_name (const char *name,
                     GError    **error)
{
  g_autofree char *folder = hr_regions_folder (error);

  if (folder == NULL || !hr_regions_check_name (name, error))
    return FALSE;
  if (strlen (folder) + strlen ("/") + strlen (name) < sizeof ((struct sockaddr_un *) NULL)->sun_path)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME, "“%s/%s” is too long for the name of a socket", folder, name);

  return FALSE;
}

/* Listens as @name in the runtime folder until freed, and tries again while that fails; sockets of other sandboxes on which nobody listens
 * are removed before. @address: of the daemon, in the syntax of USBMUXD_SOCKET_ADDRESS; NULL for that variable. */
HrRelay *
hr_relay_new (const char *name,
              const char *address)
{
  HrRelay *self = g_new0 (HrRelay, 1);
  g_autoptr (GError) error = NULL;

  self->name = g_strdup (name);
  self->address = hr_usbmux_address_new (address);
  self->joints = g_ptr_array_new ();
  self->client = g_socket_client_new ();
  g_socket_client_set_enable_proxy (self->client, FALSE);
  g_socket_client_set_timeout (self->client, CONNECT_SECONDS);
  if (!begin_to_listen (self, &error))
    {
      g_debug ("%s: %s", name, error->message);
      self->retry_source = g_timeout_add (RETRY_MS, retry_cb, self);
    }

  return self;
}

/* Ends every connection and removes the socket. Accepts NULL. */
void
hr_relay_free (HrRelay *self)
{
  if (self == NULL)
    return;

  g_clear_handle_id (&self->retry_source, g_source_remove);
  g_clear_object (&self->listener);
  for (guint i = 0; i < self->joints->len; i++)
    {
      Joint *joint = self->joints->pdata[i];

      joint->relay = NULL;
      g_cancellable_cancel (joint->cancellable);
    }
  g_ptr_array_unref (self->joints);
  g_object_unref (self->client);
  hr_usbmux_address_free (self->address);
  g_free (self->name);
  g_free (self);
}
