/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any text as an address and as a pairing link: one that reads back as itself, or a named error. */

#include "engine/link/address.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
try_pairing (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrPairing) pairing = hr_pairing_parse (text, &error);
  g_autoptr (HrPairing) again = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_assert_true ((pairing == NULL) == (error != NULL));
  if (pairing == NULL)
    return;

  g_assert_true (pairing->port > 0 && (pairing->secured || hr_host_is_loopback (pairing->host)));
  first = hr_pairing_format (pairing);
  again = hr_pairing_parse (first, &error);
  g_assert_no_error (error);
  second = hr_pairing_format (again);
  g_assert_cmpstr (first, ==, second);
}

static void
try_address (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrAddress) address = hr_address_parse (text, &error);
  g_autoptr (HrAddress) again = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_assert_true ((address == NULL) == (error != NULL));
  if (address == NULL)
    return;

  first = hr_address_format (address);
  again = hr_address_parse (first, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->type, ==, address->type);
  g_assert_null (again->pairing);
  second = hr_address_format (again);
  g_assert_cmpstr (first, ==, second);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  try_pairing (text);
  try_address (text);

  return 0;
}
