/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/usbmux-address.h"

#include "engine/link/usbmux.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/un.h>

#define DEFAULT_ADDRESS "UNIX:/var/run/usbmuxd"
#define UNIX_PREFIX "UNIX:"

static GSocketConnectable *
parse_path (const char *path)
{
  if (*path == '\0' || strlen (path) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
    return NULL;

  return G_SOCKET_CONNECTABLE (g_unix_socket_address_new (path));
}

/* A host before the last colon and a port behind it; a host with colons of its own stands in brackets. */
static GSocketConnectable *
parse_host_and_port (const char *text)
{
  const char      *colon = strrchr (text, ':');
  g_autofree char *host = NULL;
  guint64          port;

  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &port, NULL))
    return NULL;

  host = g_strndup (text, (gsize) (colon - text));
  if (g_str_has_prefix (host, "[") && g_str_has_suffix (host, "]"))
    {
      host[strlen (host) - 1] = '\0';
      memmove (host, host + 1, strlen (host));
    }
  else if (strpbrk (host, ":[]") != NULL)
    return NULL;

  return *host != '\0' ? g_network_address_new (host, (guint16) port) : NULL;
}

/* Reads @text in the syntax of USBMUXD_SOCKET_ADDRESS; NULL stands for that variable, else for /var/run/usbmuxd. What cannot be
 * understood gives an address without a connectable. Returns: (transfer full) */
HrUsbmuxAddress *
hr_usbmux_address_new (const char *text)
{
  HrUsbmuxAddress *self = g_new0 (HrUsbmuxAddress, 1);

  if (text == NULL)
    text = g_getenv ("USBMUXD_SOCKET_ADDRESS");
  if (text == NULL || *text == '\0')
    text = DEFAULT_ADDRESS;

  self->text = g_strdup (text);
  self->local = g_str_has_prefix (text, UNIX_PREFIX);
  self->connectable = self->local ? parse_path (text + strlen (UNIX_PREFIX)) : parse_host_and_port (text);
  self->sandboxed = g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);

  return self;
}

/* Returns: (transfer full): a copy of @self. */
HrUsbmuxAddress *
hr_usbmux_address_copy (const HrUsbmuxAddress *self)
{
  HrUsbmuxAddress *copy = g_memdup2 (self, sizeof *self);

  copy->text = g_strdup (self->text);
  if (copy->connectable != NULL)
    g_object_ref (copy->connectable);

  return copy;
}

/* Frees @self. Accepts NULL. */
void
hr_usbmux_address_free (HrUsbmuxAddress *self)
{
  if (self == NULL)
    return;

  g_free (self->text);
  g_clear_object (&self->connectable);
  g_free (self);
}

/* The same in a sandbox, whose way to usbmuxd is the agent's relay: without an agent outside there is none, and without a usbmuxd it hangs up. */
static char *
explain_relay (const HrUsbmuxAddress *self,
               const GError          *reason)
{
  if (g_str_equal (self->text, DEFAULT_ADDRESS))
    return g_strdup ("usbmuxd is out of sight in a sandbox. Allow Headroom to start its agent outside, which leads to it");

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) || g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return g_strdup ("The agent outside the sandbox, which leads to usbmuxd, does not run");

  return g_strdup ("usbmuxd does not run on this computer. Install its package usbmuxd; it starts when a device is plugged in");
}

/* What the user can do where a Unix socket fails with @reason. */
static char *
explain_local (const HrUsbmuxAddress *self,
               const GError          *reason)
{
  const char *path = self->text + strlen (UNIX_PREFIX);

  if (self->sandboxed)
    return explain_relay (self, reason);

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return g_strdup_printf ("usbmuxd does not run: there is no %s. Install the package usbmuxd; it starts when a device is plugged in", path);

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return g_strdup_printf ("usbmuxd has ended: nothing listens on %s. Plug the device in again, or start usbmuxd", path);

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return g_strdup_printf ("This user may not open the socket of usbmuxd, %s. Give the user access to it", path);

  return g_strdup_printf ("usbmuxd does not answer at %s: %s", path, reason->message);
}

/* Returns: (transfer full): an HR_USBMUX_ERROR_UNAVAILABLE in words that a user can act on, for the GIO error @reason. NULL stands for an
 * address that could not be understood. */
GError *
hr_usbmux_address_explain (const HrUsbmuxAddress *self,
                           const GError          *reason)
{
  g_autofree char *text = NULL;

  if (self->connectable == NULL || reason == NULL)
    text = g_strdup_printf ("USBMUXD_SOCKET_ADDRESS is “%s”, which is neither UNIX:/path, nor host:port, nor [address]:port", self->text);
  else if (self->local)
    text = explain_local (self, reason);
  else
    text = g_strdup_printf ("usbmuxd does not answer at %s: %s. Check that it is forwarded there", self->text, reason->message);

  return g_error_new_literal (HR_USBMUX_ERROR, HR_USBMUX_ERROR_UNAVAILABLE, text);
}
