/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/pairing.h"

#include <string.h>

#define FINGERPRINT "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define TOKEN "f0e1d2c3b4a5968778695a4b3c2d1e0f"

static void
test_format_is_what_was_read (void)
{
  const struct
  {
    const char *link;
    const char *host;
    guint16     port;
    gboolean    secured;
  } good[] = {
    { "headroom://atlas.example:7777/#" FINGERPRINT "." TOKEN, "atlas.example", 7777, TRUE },
    { "headroom://192.0.2.7:1/#" FINGERPRINT "." TOKEN, "192.0.2.7", 1, TRUE },
    { "headroom://[2001:db8::1]:65535/#" FINGERPRINT "." TOKEN, "2001:db8::1", 65535, TRUE },
    { "headroom://127.0.0.1:7777/#" FINGERPRINT "." TOKEN, "127.0.0.1", 7777, TRUE },
    { "headroom://127.0.0.1:7777/#" TOKEN, "127.0.0.1", 7777, FALSE },
    { "headroom://[::1]:7777/#" TOKEN, "::1", 7777, FALSE },
    { "headroom://localhost:7777/#" TOKEN, "localhost", 7777, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HrPairing) pairing = hr_pairing_parse (good[i].link, &error);
      g_autoptr (HrPairing) copy = hr_pairing_copy (pairing);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (copy->host, ==, good[i].host);
      g_assert_cmpuint (copy->port, ==, good[i].port);
      g_assert_cmpint (copy->secured, ==, good[i].secured);
      g_assert_cmpuint (copy->token[0], ==, 0xf0);
      g_assert_cmpuint (copy->token[15], ==, 0x0f);
      g_assert_cmpuint (copy->fingerprint[31], ==, good[i].secured ? 0x1f : 0);
      text = hr_pairing_format (copy);
      g_assert_cmpstr (text, ==, good[i].link);
    }
}

static void
test_what_is_wrong_is_named_without_the_secret (void)
{
  const struct
  {
    const char    *link;
    HrAddressError code;
  } wrong[] = {
    { "", HR_ADDRESS_ERROR_SCHEME },
    { "https://atlas:1/#" FINGERPRINT "." TOKEN, HR_ADDRESS_ERROR_SCHEME },
    { " headroom://atlas:1/#" FINGERPRINT "." TOKEN, HR_ADDRESS_ERROR_SCHEME },
    { "headroom://atlas:1", HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://atlas:1/" FINGERPRINT "." TOKEN, HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://atlas:1/#", HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://atlas:1/#" FINGERPRINT, HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://atlas:1/#" FINGERPRINT ".", HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://atlas:1/#" FINGERPRINT "." TOKEN "0", HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://atlas:1/#" FINGERPRINT "." TOKEN "\n", HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://atlas:1/#" FINGERPRINT "." TOKEN "." TOKEN, HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://atlas:1/#" FINGERPRINT "ff." TOKEN, HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://127.0.0.1:1/#." TOKEN, HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://127.0.0.1:1/#g0e1d2c3b4a5968778695a4b3c2d1e0f", HR_ADDRESS_ERROR_SYNTAX },
    { "headroom://atlas/#" TOKEN, HR_ADDRESS_ERROR_PORT },
    { "headroom://atlas:0/#" TOKEN, HR_ADDRESS_ERROR_PORT },
    { "headroom://atlas:65536/#" TOKEN, HR_ADDRESS_ERROR_PORT },
    { "headroom://atlas:+1/#" TOKEN, HR_ADDRESS_ERROR_PORT },
    { "headroom://atlas: 1/#" TOKEN, HR_ADDRESS_ERROR_PORT },
    { "headroom://user@atlas:1/#" TOKEN, HR_ADDRESS_ERROR_HOST },
    { "headroom://:1/#" TOKEN, HR_ADDRESS_ERROR_HOST },
    { "headroom://atlas:1/#" TOKEN, HR_ADDRESS_ERROR_UNSECURED },
    { "headroom://127.0.0.1.example:1/#" TOKEN, HR_ADDRESS_ERROR_UNSECURED },
    { "headroom://0.0.0.0:1/#" TOKEN, HR_ADDRESS_ERROR_UNSECURED },
    { "headroom://[::ffff:127.0.0.1]:1/#" TOKEN, HR_ADDRESS_ERROR_UNSECURED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (hr_pairing_parse (wrong[i].link, &error));
      g_assert_error (error, HR_ADDRESS_ERROR, (int) wrong[i].code);
      g_assert_null (strstr (error->message, TOKEN));
      g_assert_null (strstr (error->message, FINGERPRINT));
    }
}

static void
test_too_long (void)
{
  g_autofree char *filler = g_strnfill (HR_ADDRESS_LIMIT, 'a');
  g_autofree char *link = g_strconcat ("headroom://", filler, ":1/#" FINGERPRINT "." TOKEN, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_pairing_parse (link, &error));
  g_assert_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_TOO_LONG);
}

static void
test_token_is_untouched_by_a_wrong_one (void)
{
  const guint8     before[HR_TOKEN_BYTES] = { 1, 2, 3 };
  guint8           token[HR_TOKEN_BYTES];
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (token, before, sizeof token);
  g_assert_false (hr_token_parse ("f0e1d2c3b4a5968778695a4b3c2d1e0x", token, &error));
  g_assert_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SYNTAX);
  g_assert_cmpmem (token, sizeof token, before, sizeof before);

  g_assert_true (hr_token_parse ("F0E1D2C3B4A5968778695A4B3C2D1E0F", token, NULL));
  text = hr_token_format (token);
  g_assert_cmpstr (text, ==, TOKEN);
}

static void
test_only_this_computer_is_loopback (void)
{
  const char *const here[] = { "127.0.0.1", "127.8.9.10", "::1", "localhost", "LocalHost" };
  const char *const beyond[] = { "", "0.0.0.0", "::", "127.1", "128.0.0.1", "::ffff:127.0.0.1", "localhost.example", "atlas", "localhost." };

  for (guint i = 0; i < G_N_ELEMENTS (here); i++)
    g_assert_true (hr_host_is_loopback (here[i]));
  for (guint i = 0; i < G_N_ELEMENTS (beyond); i++)
    g_assert_false (hr_host_is_loopback (beyond[i]));
}

static void
test_null_is_free (void)
{
  hr_pairing_free (NULL);
  g_assert_null (hr_pairing_copy (NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/pairing/round-trip", test_format_is_what_was_read);
  g_test_add_func ("/link/pairing/wrong", test_what_is_wrong_is_named_without_the_secret);
  g_test_add_func ("/link/pairing/too-long", test_too_long);
  g_test_add_func ("/link/pairing/token", test_token_is_untouched_by_a_wrong_one);
  g_test_add_func ("/link/pairing/loopback", test_only_this_computer_is_loopback);
  g_test_add_func ("/link/pairing/null", test_null_is_free);

  return g_test_run ();
}
