/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/address.h"

#include <string.h>

#define SECRETS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f.f0e1d2c3b4a5968778695a4b3c2d1e0f"

static void
test_format_is_what_was_read (void)
{
  const struct
  {
    const char   *text;
    HrAddressType type;
  } good[] = {
    { "local:", HR_ADDRESS_LOCAL },
    { "unix:/run/user/1000/agent", HR_ADDRESS_UNIX },
    { "unix:/a path:with a colon", HR_ADDRESS_UNIX },
    { "tcp:127.0.0.1:7777", HR_ADDRESS_TCP },
    { "tcp:[::1]:1", HR_ADDRESS_TCP },
    { "tcp:[::]:7777", HR_ADDRESS_TCP },
    { "tcp:build-7.example_net.example:65535", HR_ADDRESS_TCP },
    { "usb:00008030-001C2D2234F0802E", HR_ADDRESS_USB },
    { "usb:00008030-001C2D2234F0802E:7778", HR_ADDRESS_USB },
    { "pid:1", HR_ADDRESS_PROCESS },
    { "pid:2147483647", HR_ADDRESS_PROCESS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HrAddress) address = hr_address_parse (good[i].text, &error);
      g_autoptr (HrAddress) copy = hr_address_copy (address);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (copy->type, ==, good[i].type);
      g_assert_null (copy->pairing);
      text = hr_address_format (copy);
      g_assert_cmpstr (text, ==, good[i].text);
    }
}

static void
test_fields (void)
{
  g_autoptr (HrAddress) tcp = hr_address_parse ("tcp:[2001:db8::1]:7000", NULL);
  g_autoptr (HrAddress) usb = hr_address_parse ("usb:abc", NULL);
  g_autoptr (HrAddress) usb_same = hr_address_parse ("usb:abc:7777", NULL);
  g_autoptr (HrAddress) pid = hr_address_parse ("pid:4242", NULL);
  g_autofree char *text = hr_address_format (usb_same);

  g_assert_cmpstr (tcp->host, ==, "2001:db8::1");
  g_assert_cmpuint (tcp->port, ==, 7000);
  g_assert_cmpstr (usb->udid, ==, "abc");
  g_assert_cmpuint (usb->port, ==, HR_ADDRESS_USB_PORT);
  g_assert_cmpstr (text, ==, "usb:abc");
  g_assert_cmpuint (pid->pid, ==, 4242);
}

static void
test_a_pairing_link_is_an_address_and_stays_secret (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrAddress) address = hr_address_parse ("headroom://[2001:db8::1]:7000/#" SECRETS, &error);
  g_autoptr (HrAddress) copy = hr_address_copy (address);
  g_autofree char *text = hr_address_format (copy);

  g_assert_no_error (error);
  g_assert_cmpint (copy->type, ==, HR_ADDRESS_TCP);
  g_assert_true (copy->pairing->secured);
  g_assert_cmpstr (copy->host, ==, copy->pairing->host);
  g_assert_cmpstr (text, ==, "tcp:[2001:db8::1]:7000");
}

static void
test_what_is_wrong_is_named (void)
{
  const struct
  {
    const char    *text;
    HrAddressError code;
  } wrong[] = {
    { "", HR_ADDRESS_ERROR_SCHEME },
    { "atlas", HR_ADDRESS_ERROR_SCHEME },
    { "LOCAL:", HR_ADDRESS_ERROR_SCHEME },
    { "local", HR_ADDRESS_ERROR_SCHEME },
    { "local:1", HR_ADDRESS_ERROR_SYNTAX },
    { "unix:", HR_ADDRESS_ERROR_SYNTAX },
    { "unix:relative", HR_ADDRESS_ERROR_SYNTAX },
    { "unix:/\xff", HR_ADDRESS_ERROR_SYNTAX },
    { "tcp:", HR_ADDRESS_ERROR_PORT },
    { "tcp:atlas", HR_ADDRESS_ERROR_PORT },
    { "tcp:atlas:", HR_ADDRESS_ERROR_PORT },
    { "tcp:atlas:0", HR_ADDRESS_ERROR_PORT },
    { "tcp:atlas:-1", HR_ADDRESS_ERROR_PORT },
    { "tcp:atlas:1 ", HR_ADDRESS_ERROR_PORT },
    { "tcp:[::1]", HR_ADDRESS_ERROR_PORT },
    { "tcp:[::1]7777", HR_ADDRESS_ERROR_PORT },
    { "tcp:::1:7777", HR_ADDRESS_ERROR_HOST },
    { "tcp:[127.0.0.1]:1", HR_ADDRESS_ERROR_HOST },
    { "tcp:[]:1", HR_ADDRESS_ERROR_HOST },
    { "tcp:[:1", HR_ADDRESS_ERROR_PORT },
    { "tcp:*:1", HR_ADDRESS_ERROR_HOST },
    { "tcp:127.1:1", HR_ADDRESS_ERROR_HOST },
    { "tcp:2130706433:1", HR_ADDRESS_ERROR_HOST },
    { "tcp:256.0.0.1:1", HR_ADDRESS_ERROR_HOST },
    { "tcp:-a.example:1", HR_ADDRESS_ERROR_HOST },
    { "tcp:a..example:1", HR_ADDRESS_ERROR_HOST },
    { "tcp:a b:1", HR_ADDRESS_ERROR_HOST },
    { "usb:", HR_ADDRESS_ERROR_SYNTAX },
    { "usb:a/b", HR_ADDRESS_ERROR_SYNTAX },
    { "usb:abc:", HR_ADDRESS_ERROR_PORT },
    { "usb:abc:65536", HR_ADDRESS_ERROR_PORT },
    { "pid:", HR_ADDRESS_ERROR_SYNTAX },
    { "pid:0", HR_ADDRESS_ERROR_SYNTAX },
    { "pid:1x", HR_ADDRESS_ERROR_SYNTAX },
    { "pid:2147483648", HR_ADDRESS_ERROR_SYNTAX },
    { "headroom:x", HR_ADDRESS_ERROR_SCHEME },
    { "headroom://atlas:1", HR_ADDRESS_ERROR_SYNTAX },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *shown = g_strescape (wrong[i].text, NULL);

      g_test_message ("%s", shown);
      g_assert_null (hr_address_parse (wrong[i].text, &error));
      g_assert_error (error, HR_ADDRESS_ERROR, (int) wrong[i].code);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
test_an_unknown_scheme_is_told_the_known_ones (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_address_parse ("otlp:4317", &error));
  g_assert_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SCHEME);
  g_assert_cmpstr (error->message, ==, "“otlp:” is none of local:, unix:, tcp:, usb:, pid:, headroom:");
}

static void
test_too_long (void)
{
  g_autofree char *filler = g_strnfill (HR_ADDRESS_LIMIT, 'a');
  g_autofree char *text = g_strconcat ("tcp:", filler, NULL);
  g_autofree char *path = g_strnfill (108, 'a');
  g_autofree char *socket = g_strconcat ("unix:/", path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_address_parse (text, &error));
  g_assert_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_TOO_LONG);
  g_clear_error (&error);
  g_assert_null (hr_address_parse (socket, &error));
  g_assert_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_TOO_LONG);
}

static void
test_null_is_free (void)
{
  hr_address_free (NULL);
  g_assert_null (hr_address_copy (NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/address/round-trip", test_format_is_what_was_read);
  g_test_add_func ("/link/address/fields", test_fields);
  g_test_add_func ("/link/address/pairing", test_a_pairing_link_is_an_address_and_stays_secret);
  g_test_add_func ("/link/address/wrong", test_what_is_wrong_is_named);
  g_test_add_func ("/link/address/unknown-scheme", test_an_unknown_scheme_is_told_the_known_ones);
  g_test_add_func ("/link/address/too-long", test_too_long);
  g_test_add_func ("/link/address/null", test_null_is_free);

  return g_test_run ();
}
