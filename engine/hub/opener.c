/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/opener.h"

#include "engine/link/network.h"

#include <signal.h>
#include <string.h>

struct _HrOpener
{
  HrOpenerKind kind;

  char     **argv;
  char      *path;
  HrPairing *pairing;
  HrUsbmux  *usbmux;
  char      *udid;
  GError    *why; /* there is no way */
  guint16    port;
  gboolean   has_token;
  guint8     token[HR_TOKEN_BYTES];

  GSubprocess *child; /* the agent that was started last */
};

static HrOpener *
opener_new (HrOpenerKind kind)
{
  HrOpener *self = g_rc_box_new0 (HrOpener);

  self->kind = kind;

  return self;
}

/* Makes the way to an agent that is started for it: program and arguments, to which the descriptor of its socket is
 * added. Returns: (transfer full) */
HrOpener *
hr_opener_new_spawn (const char *const *argv)
{
  HrOpener *self = opener_new (HR_OPENER_SPAWN);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **) argv);
  g_strv_builder_add_many (builder, "--fd", "3", NULL);
  self->argv = g_strv_builder_end (builder);

  return self;
}

/* Makes the way to an agent that listens on a Unix socket. Returns: (transfer full) */
HrOpener *
hr_opener_new_unix (const char *path)
{
  HrOpener *self = opener_new (HR_OPENER_UNIX);

  self->path = g_strdup (path);

  return self;
}

/* Makes the way to an agent that @pairing tells of. Returns: (transfer full) */
HrOpener *
hr_opener_new_tcp (const HrPairing *pairing)
{
  HrOpener *self = opener_new (HR_OPENER_TCP);

  self->pairing = hr_pairing_copy (pairing);

  return self;
}

/* Makes the way to the agent at @port of a device. @token: (nullable): of HR_TOKEN_BYTES, for an agent that wants one.
 * Returns: (transfer full) */
HrOpener *
hr_opener_new_usb (HrUsbmux     *usbmux,
                   const char   *udid,
                   guint16       port,
                   const guint8 *token)
{
  HrOpener *self = opener_new (HR_OPENER_USB);

  self->usbmux = g_object_ref (usbmux);
  self->udid = g_strdup (udid);
  self->port = port;
  self->has_token = token != NULL;
  if (token != NULL)
    memcpy (self->token, token, sizeof self->token);

  return self;
}

/* Makes what leads nowhere, for the reason @why, which is told to whoever tries. Returns: (transfer full) */
HrOpener *
hr_opener_new_barred (const GError *why)
{
  HrOpener *self = opener_new (HR_OPENER_BARRED);

  self->why = g_error_copy (why);

  return self;
}

/* Returns: (transfer full): @self, counted once more. */
HrOpener *
hr_opener_ref (HrOpener *self)
{
  return g_rc_box_acquire (self);
}

static void
opener_clear (gpointer data)
{
  HrOpener *self = data;

  hr_opener_drop (self);
  g_strfreev (self->argv);
  g_free (self->path);
  g_clear_pointer (&self->pairing, hr_pairing_free);
  g_clear_object (&self->usbmux);
  g_free (self->udid);
  g_clear_error (&self->why);
}

/* Gives up one count. NULL is accepted. */
void
hr_opener_unref (HrOpener *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, opener_clear);
}

/* Returns what kind of way it is. */
HrOpenerKind
hr_opener_get_kind (HrOpener *self)
{
  return self->kind;
}

/* Returns the port of the device that it leads to; 0 for what leads elsewhere. */
guint16
hr_opener_get_port (HrOpener *self)
{
  return self->port;
}

static void
return_link (GTask  *task,
             HrLink *link,
             GError *error)
{
  if (link != NULL)
    g_task_return_pointer (task, link, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* Hands on what @finish makes of @result. @task: (transfer full) */
static void
return_result (GTask        *task,
               GAsyncResult *result,
               HrLink *(*finish) (GAsyncResult *, GError **) )
{
  g_autoptr (GTask) owned = task;
  GError *error = NULL;
  HrLink *link = finish (result, &error);

  return_link (owned, link, error);
}

static void
spawned_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  HrOpener *self = g_task_get_task_data (task);
  GError   *error = NULL;
  HrLink   *link = hr_link_spawn_finish (result, &self->child, &error);

  return_link (task, link, error);
}

static void
unix_connected_cb (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  return_result (user_data, result, hr_link_connect_unix_finish);
}

static void
tcp_connected_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  return_result (user_data, result, hr_link_connect_tcp_finish);
}

/* An agent that wants a token hears it before anything else. */
static void
usb_connected_cb (GObject      *usbmux,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  HrOpener *self = g_task_get_task_data (task);
  GError   *error = NULL;
  g_autoptr (GIOStream) stream = hr_usbmux_connect_finish (HR_USBMUX (usbmux), result, &error);
  HrMessage access = { .type = HR_MESSAGE_ACCESS };
  HrLink   *link = stream != NULL ? hr_link_new (stream) : NULL;

  if (link != NULL && self->has_token)
    {
      memcpy (access.access.token, self->token, sizeof self->token);
      access.access.name = (char *) g_get_host_name ();
      hr_link_send (link, &access);
    }
  return_link (task, link, error);
}

/* Opens a link, which is not started yet. One at a time. */
void
hr_opener_open_async (HrOpener           *self,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, hr_opener_open_async);
  g_task_set_task_data (task, hr_opener_ref (self), (GDestroyNotify) hr_opener_unref);
  switch (self->kind)
    {
    case HR_OPENER_SPAWN:
      hr_opener_drop (self);
      hr_link_spawn_async ((const char *const *) self->argv, NULL, cancellable, spawned_cb, g_steal_pointer (&task));
      break;
    case HR_OPENER_UNIX:
      hr_link_connect_unix_async (self->path, cancellable, unix_connected_cb, g_steal_pointer (&task));
      break;
    case HR_OPENER_TCP:
      hr_link_connect_tcp_async (self->pairing, cancellable, tcp_connected_cb, g_steal_pointer (&task));
      break;
    case HR_OPENER_USB:
      hr_usbmux_connect_async (self->usbmux, self->udid, self->port, cancellable, usb_connected_cb, g_steal_pointer (&task));
      break;
    case HR_OPENER_BARRED:
      g_task_return_error (task, g_error_copy (self->why));
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Returns: (transfer full): the link, or NULL with @error: of links, of the multiplexer, of GIO, or the reason why there is no way. */
HrLink *
hr_opener_open_finish (GAsyncResult *result,
                       GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Sees to it that nothing stays of a link that is over. An agent that was started ends with its link, unless it hangs: that one would stay
 * for ever, and another with every try. */
void
hr_opener_drop (HrOpener *self)
{
  if (self->child != NULL)
    g_subprocess_send_signal (self->child, SIGTERM);
  g_clear_object (&self->child);
}

/* Returns how long to wait after the link could not be opened, or was lost, for @error; @n_failures: how often in a row that went
 * before, brought up to date. Longer each time, but for an app that is not in the foreground, which is no failure; HR_OPENER_NO_RETRY where nothing
 * would change by itself. */
guint
hr_opener_plan_retry (HrOpener     *self,
                      const GError *error,
                      guint        *n_failures)
{
  guint retry_ms = HR_OPENER_FIRST_RETRY_MS;

  if (self->kind == HR_OPENER_BARRED)
    return HR_OPENER_NO_RETRY;
  if (self->kind == HR_OPENER_USB && g_error_matches (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_REFUSED))
    {
      *n_failures = 0;
      return HR_OPENER_APP_RETRY_MS;
    }

  for (guint i = 0; i < *n_failures && retry_ms < HR_OPENER_LAST_RETRY_MS; i++)
    retry_ms *= 2;
  (*n_failures)++;

  return MIN (retry_ms, HR_OPENER_LAST_RETRY_MS);
}
