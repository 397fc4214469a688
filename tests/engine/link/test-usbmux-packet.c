/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/plist.h"
#include "engine/link/usbmux-packet.h"

#include <string.h>

#define DICT(content) "<plist version=\"1.0\"><dict>" content "</dict></plist>"
#define TEXT(key, text) "<key>" key "</key><string>" text "</string>"
#define NUMBER(key, number) "<key>" key "</key><integer>" number "</integer>"

static HrUsbmuxPacket
read_packet (const char *body)
{
  g_autoptr (GError) error = NULL;
  HrUsbmuxPacket packet;

  g_assert_true (hr_usbmux_packet_read ((const guint8 *) body, strlen (body), &packet, &error));
  g_assert_no_error (error);

  return packet;
}

static void
test_header (void)
{
  const guint8 header[] = { 0x34, 0x12, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0x78, 0x56, 0x34, 0x12 };
  g_autoptr (GError) error = NULL;
  gsize   size;
  guint32 tag;

  g_assert_true (hr_usbmux_header_read (header, &size, &tag, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (size, ==, 0x1234 - 16);
  g_assert_cmpuint (tag, ==, 0x12345678);
}

static void
test_bad_headers (void)
{
  const struct
  {
    guint8 header[16];
    int    code;
  } cases[] = {
    { { 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 8 }, HR_USBMUX_ERROR_TOO_LARGE },
    { { 1, 0, 0x10, 0, 1, 0, 0, 0, 8 }, HR_USBMUX_ERROR_TOO_LARGE },
    { { 16, 0, 0, 0, 1, 0, 0, 0, 8 }, HR_USBMUX_ERROR_PROTOCOL },
    { { 0, 0, 0, 0, 1, 0, 0, 0, 8 }, HR_USBMUX_ERROR_PROTOCOL },
    { { 32, 0, 0, 0, 0, 0, 0, 0, 8 }, HR_USBMUX_ERROR_PROTOCOL },
    { { 32, 0, 0, 0, 1, 0, 0, 0, 1 }, HR_USBMUX_ERROR_PROTOCOL },
    { { 'H', 'T', 'T', 'P', '/', '1', '.', '1', ' ', '4', '0', '0', ' ', 'B', 'a', 'd' }, HR_USBMUX_ERROR_PROTOCOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize   size = 5;
      guint32 tag = 6;

      g_assert_false (hr_usbmux_header_read (cases[i].header, &size, &tag, &error));
      g_assert_error (error, HR_USBMUX_ERROR, cases[i].code);
      g_assert_cmpuint (size, ==, 5);
      g_assert_cmpuint (tag, ==, 6);
    }
}

static void
test_attached (void)
{
  g_auto (HrUsbmuxPacket) cable = read_packet (DICT (TEXT ("MessageType", "Attached") NUMBER ("DeviceID", "5") "<key>Properties</key><dict>" TEXT ("ConnectionType", "USB") TEXT ("SerialNumber", "000080300123456789ABCDEF") NUMBER ("ProductID", "4776") "</dict>"));
  g_auto (HrUsbmuxPacket) network = read_packet (DICT (TEXT ("MessageType", "Attached") NUMBER ("DeviceID", "6") "<key>Properties</key><dict>" TEXT ("ConnectionType", "Network") TEXT ("SerialNumber", "0123456789abcdef0123456789abcdef01234567") "</dict>"));

  g_assert_cmpint (cable.type, ==, HR_USBMUX_PACKET_ATTACHED);
  g_assert_cmpstr (cable.device.udid, ==, "00008030-0123456789ABCDEF");
  g_assert_cmpuint (cable.device.id, ==, 5);
  g_assert_cmpuint (cable.device.product_id, ==, 4776);
  g_assert_true (cable.device.usb);
  g_assert_cmpstr (network.device.udid, ==, "0123456789abcdef0123456789abcdef01234567");
  g_assert_false (network.device.usb);
}

static void
test_events (void)
{
  g_auto (HrUsbmuxPacket) detached = read_packet (DICT (TEXT ("MessageType", "Detached") NUMBER ("DeviceID", "5")));
  g_auto (HrUsbmuxPacket) paired = read_packet (DICT (TEXT ("MessageType", "Paired") NUMBER ("DeviceID", "4294967295")));

  g_assert_cmpint (detached.type, ==, HR_USBMUX_PACKET_DETACHED);
  g_assert_cmpuint (detached.device.id, ==, 5);
  g_assert_cmpint (paired.type, ==, HR_USBMUX_PACKET_PAIRED);
  g_assert_cmpuint (paired.device.id, ==, G_MAXUINT32);
}

/* Lists that we cannot understand say nothing; a newer daemon's words must not end the connection. */
static void
test_passed_over (void)
{
  const char *bodies[] = {
    DICT (""),
    DICT (TEXT ("MessageType", "Sunrise")),
    DICT (NUMBER ("MessageType", "5")),
    DICT (TEXT ("MessageType", "Detached")),
    DICT (TEXT ("MessageType", "Detached") NUMBER ("DeviceID", "0")),
    DICT (TEXT ("MessageType", "Detached") NUMBER ("DeviceID", "4294967296")),
    DICT (TEXT ("MessageType", "Detached") NUMBER ("DeviceID", "-1")),
    DICT (TEXT ("MessageType", "Attached") NUMBER ("DeviceID", "5")),
    DICT (TEXT ("MessageType", "Attached") NUMBER ("DeviceID", "5") TEXT ("Properties", "none")),
    DICT (TEXT ("MessageType", "Attached") NUMBER ("DeviceID", "5") "<key>Properties</key><dict>" TEXT ("SerialNumber", "") "</dict>"),
    DICT (TEXT ("MessageType", "Attached") NUMBER ("DeviceID", "5") "<key>Properties</key><dict>" TEXT ("SerialNumber", "../../etc") "</dict>"),
    DICT (TEXT ("MessageType", "Attached") "<key>Properties</key><dict>" TEXT ("SerialNumber", "abc") "</dict>"),
    DICT (TEXT ("MessageType", "Result")),
    DICT (TEXT ("MessageType", "Result") TEXT ("Number", "0")),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_auto (HrUsbmuxPacket) packet = read_packet (bodies[i]);

      g_assert_cmpint (packet.type, ==, HR_USBMUX_PACKET_OTHER);
    }
}

static void
test_no_list (void)
{
  const char *bodies[] = { "hello", "<plist><array/></plist>", "<plist><string>Attached</string></plist>", "<plist><dict>" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GError) error = NULL;
      HrUsbmuxPacket packet;

      g_assert_false (hr_usbmux_packet_read ((const guint8 *) bodies[i], strlen (bodies[i]), &packet, &error));
      g_assert_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_PROTOCOL);
    }
}

static void
test_results (void)
{
  const struct
  {
    const char *body;
    int         code;
  } cases[] = {
    { DICT (TEXT ("MessageType", "Result") NUMBER ("Number", "1")), HR_USBMUX_ERROR_FAILED },
    { DICT (TEXT ("MessageType", "Result") NUMBER ("Number", "2")), HR_USBMUX_ERROR_NO_DEVICE },
    { DICT (TEXT ("MessageType", "Result") NUMBER ("Number", "3")), HR_USBMUX_ERROR_REFUSED },
    { DICT (TEXT ("MessageType", "Result") NUMBER ("Number", "6")), HR_USBMUX_ERROR_FAILED },
    { DICT (TEXT ("MessageType", "Detached") NUMBER ("DeviceID", "6")), HR_USBMUX_ERROR_PROTOCOL },
  };
  HrUsbmuxPacket good = read_packet (DICT (TEXT ("MessageType", "Result") NUMBER ("Number", "0")));

  g_assert_true (hr_usbmux_packet_check_result (&good, "abc", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      HrUsbmuxPacket packet = read_packet (cases[i].body);

      g_assert_false (hr_usbmux_packet_check_result (&packet, "abc", &error));
      g_assert_error (error, HR_USBMUX_ERROR, cases[i].code);
    }
}

static void
test_record (void)
{
  g_auto (HrUsbmuxPacket) record = read_packet (DICT ("<key>PairRecordData</key><data>AAEC</data>"));
  HrUsbmuxPacket none = read_packet (DICT (TEXT ("MessageType", "Result") NUMBER ("Number", "2")));
  HrUsbmuxPacket other = read_packet (DICT (TEXT ("MessageType", "Result") NUMBER ("Number", "13")));
  g_autoptr (GError) absent = hr_usbmux_packet_explain_record (&none, "abc");
  g_autoptr (GError) failed = hr_usbmux_packet_explain_record (&other, "abc");

  g_assert_cmpint (record.type, ==, HR_USBMUX_PACKET_RECORD);
  g_assert_cmpmem (g_bytes_get_data (record.record, NULL), g_bytes_get_size (record.record), "\0\1\2", 3);
  g_assert_error (absent, HR_USBMUX_ERROR, HR_USBMUX_ERROR_NO_RECORD);
  g_assert_error (failed, HR_USBMUX_ERROR, HR_USBMUX_ERROR_FAILED);
}

/* The list of a request, whose header is checked. */
static plist_t
unpack (GBytes *request,
        guint32 tag)
{
  gsize         length, size;
  guint32       read_tag;
  const guint8 *bytes = g_bytes_get_data (request, &length);

  g_assert_true (hr_usbmux_header_read (bytes, &size, &read_tag, NULL));
  g_assert_cmpuint (size + HR_USBMUX_HEADER_BYTES, ==, length);
  g_assert_cmpuint (read_tag, ==, tag);

  return hr_plist_parse (bytes + HR_USBMUX_HEADER_BYTES, size);
}

static void
assert_text (plist_t     list,
             const char *key,
             const char *text)
{
  g_autofree char *found = hr_plist_dup_string (list, key);

  g_assert_cmpstr (found, ==, text);
}

static void
assert_number (plist_t     list,
               const char *key,
               guint64     number)
{
  guint64 found = 0;

  g_assert_true (hr_plist_get_uint (list, key, G_MAXUINT64, &found));
  g_assert_cmpuint (found, ==, number);
}

static void
test_requests (void)
{
  g_autoptr (GBytes) listen = hr_usbmux_pack_listen (1);
  g_autoptr (GBytes) connect = hr_usbmux_pack_connect (2, 9, 7777);
  g_autoptr (GBytes) record = hr_usbmux_pack_read_pair_record (3, "00008030-0123456789ABCDEF");
  plist_t lists[] = { unpack (listen, 1), unpack (connect, 2), unpack (record, 3) };

  assert_text (lists[0], "MessageType", "Listen");
  assert_number (lists[0], "kLibUSBMuxVersion", 3);
  assert_text (lists[1], "MessageType", "Connect");
  assert_number (lists[1], "DeviceID", 9);
  assert_number (lists[1], "PortNumber", 24862);
  assert_text (lists[2], "MessageType", "ReadPairRecord");
  assert_text (lists[2], "PairRecordID", "00008030-0123456789ABCDEF");
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    plist_free (lists[i]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/usbmux-packet/header", test_header);
  g_test_add_func ("/link/usbmux-packet/bad-headers", test_bad_headers);
  g_test_add_func ("/link/usbmux-packet/attached", test_attached);
  g_test_add_func ("/link/usbmux-packet/events", test_events);
  g_test_add_func ("/link/usbmux-packet/passed-over", test_passed_over);
  g_test_add_func ("/link/usbmux-packet/no-list", test_no_list);
  g_test_add_func ("/link/usbmux-packet/results", test_results);
  g_test_add_func ("/link/usbmux-packet/record", test_record);
  g_test_add_func ("/link/usbmux-packet/requests", test_requests);

  return g_test_run ();
}
