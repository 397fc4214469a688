/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/usbmux-address.h"
#include "engine/link/usbmux.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

static void
assert_path (const char *text,
             const char *path)
{
  g_autoptr (HrUsbmuxAddress) address = hr_usbmux_address_new (text);

  g_assert_true (address->local);
  g_assert_cmpstr (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address->connectable)), ==, path);
}

static void
assert_host (const char *text,
             const char *host,
             guint16     port)
{
  g_autoptr (HrUsbmuxAddress) address = hr_usbmux_address_new (text);

  g_assert_false (address->local);
  g_assert_cmpstr (g_network_address_get_hostname (G_NETWORK_ADDRESS (address->connectable)), ==, host);
  g_assert_cmpuint (g_network_address_get_port (G_NETWORK_ADDRESS (address->connectable)), ==, port);
  g_assert_cmpstr (address->text, ==, text);
}

static void
test_syntax (void)
{
  assert_path ("UNIX:/tmp/mux", "/tmp/mux");
  assert_host ("127.0.0.1:27015", "127.0.0.1", 27015);
  assert_host ("mac.local:1", "mac.local", 1);
  assert_host ("[::1]:65535", "::1", 65535);
}

static void
test_not_understood (void)
{
  g_autofree char *fill = g_strnfill (200, 'x');
  g_autofree char *long_path = g_strconcat ("UNIX:/", fill, NULL);
  const char      *cases[] = { "UNIX:", "/var/run/usbmuxd", "localhost", "localhost:", "localhost:0", "localhost:65536", "localhost:1x",
                               ":27015", "::1:27015", "[::1:27015", "[]:27015", long_path };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrUsbmuxAddress) address = hr_usbmux_address_new (cases[i]);
      g_autoptr (GError) error = hr_usbmux_address_explain (address, NULL);

      g_assert_null (address->connectable);
      g_assert_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_UNAVAILABLE);
      g_assert_nonnull (strstr (error->message, cases[i]));
    }
}

static void
test_variable (void)
{
  g_setenv ("USBMUXD_SOCKET_ADDRESS", "UNIX:/tmp/variable", TRUE);
  assert_path (NULL, "/tmp/variable");
  assert_path ("UNIX:/tmp/said", "/tmp/said");
  g_setenv ("USBMUXD_SOCKET_ADDRESS", "", TRUE);
  assert_path (NULL, "/var/run/usbmuxd");
  g_unsetenv ("USBMUXD_SOCKET_ADDRESS");
  assert_path (NULL, "/var/run/usbmuxd");
}

/* Each reason has something else that can be done about it. */
static void
test_advice (void)
{
  const struct
  {
    const char *address;
    gboolean    sandboxed;
    int         code;
    const char *advice;
  } cases[] = {
    { "UNIX:/run/mux", FALSE, G_IO_ERROR_NOT_FOUND, "Install the package usbmuxd" },
    { "UNIX:/run/mux", FALSE, G_IO_ERROR_CONNECTION_REFUSED, "start usbmuxd" },
    { "UNIX:/run/mux", TRUE, G_IO_ERROR_CONNECTION_REFUSED, "The agent outside" },
    { "UNIX:/run/mux", TRUE, G_IO_ERROR_NOT_FOUND, "The agent outside" },
    { "UNIX:/run/mux", TRUE, G_IO_ERROR_CONNECTION_CLOSED, "Install its package usbmuxd" },
    { "UNIX:/var/run/usbmuxd", TRUE, G_IO_ERROR_NOT_FOUND, "Allow Headroom to start its agent" },
    { "localhost:27015", TRUE, G_IO_ERROR_CONNECTION_REFUSED, "forwarded" },
    { "UNIX:/run/mux", FALSE, G_IO_ERROR_PERMISSION_DENIED, "Give the user access" },
    { "UNIX:/run/mux", FALSE, G_IO_ERROR_TIMED_OUT, "the reason" },
    { "localhost:27015", FALSE, G_IO_ERROR_CONNECTION_REFUSED, "forwarded" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrUsbmuxAddress) address = hr_usbmux_address_new (cases[i].address);
      g_autoptr (HrUsbmuxAddress) copy = hr_usbmux_address_copy (address);
      g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, cases[i].code, "the reason");
      g_autoptr (GError) error = NULL;

      copy->sandboxed = cases[i].sandboxed;
      error = hr_usbmux_address_explain (copy, reason);
      g_assert_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_UNAVAILABLE);
      g_assert_nonnull (strstr (error->message, cases[i].advice));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/usbmux-address/syntax", test_syntax);
  g_test_add_func ("/link/usbmux-address/not-understood", test_not_understood);
  g_test_add_func ("/link/usbmux-address/variable", test_variable);
  g_test_add_func ("/link/usbmux-address/advice", test_advice);

  return g_test_run ();
}
