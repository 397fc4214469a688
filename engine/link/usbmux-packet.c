/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/usbmux-packet.h"

#include "engine/link/plist.h"

#include <errno.h>
#include <string.h>

#define VERSION 1u
#define TYPE_PLIST 8u
#define LIBRARY_VERSION 3u

/* Serial numbers of today's devices have 24 characters, of older ones 40. */
#define SHORT_SERIAL 24u
#define MAX_SERIAL 64u

/* The numbers of a result. */
enum
{
  RESULT_OK = 0,
  RESULT_BAD_DEVICE = 2,
  RESULT_REFUSED = 3,
  RESULT_NO_RECORD = ENOENT /* to a request for a record alone */
};

G_DEFINE_QUARK (hr - usbmux - error - quark, hr_usbmux_error)

static guint32
read_word (const guint8 *bytes)
{
  guint32 word;

  memcpy (&word, bytes, sizeof word);

  return GUINT32_FROM_LE (word);
}

/* Reads the HR_USBMUX_HEADER_BYTES of a header: how long the body is that follows, and its tag. Returns FALSE with HR_USBMUX_ERROR_PROTOCOL
 * or _TOO_LARGE. */
gboolean
hr_usbmux_header_read (const guint8 *header,
                       gsize        *out_size,
                       guint32      *out_tag,
                       GError      **error)
{
  guint32 length = read_word (header);

  if (read_word (header + 4) != VERSION || read_word (header + 8) != TYPE_PLIST || length <= HR_USBMUX_HEADER_BYTES)
    {
      g_set_error_literal (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_PROTOCOL, "What answers there is no usbmuxd");
      return FALSE;
    }
  if (length > HR_USBMUX_MAX_BYTES)
    {
      g_set_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_TOO_LARGE, "What answers there announces %u bytes, more than any usbmuxd would", length);
      return FALSE;
    }

  *out_size = length - HR_USBMUX_HEADER_BYTES;
  *out_tag = read_word (header + 12);

  return TRUE;
}

/* A serial number as the device's identifier everywhere else: today's have a dash after eight. NULL when it cannot be one. */
static char *
udid_from_serial (const char *serial)
{
  gsize length = serial != NULL ? strlen (serial) : 0;

  if (length == 0 || length > MAX_SERIAL)
    return NULL;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (serial[i]) && serial[i] != '-')
      return NULL;

  if (length == SHORT_SERIAL && strchr (serial, '-') == NULL)
    return g_strdup_printf ("%.8s-%s", serial, serial + 8);

  return g_strdup (serial);
}

static gboolean
read_id (plist_t         list,
         HrUsbmuxPacket *packet)
{
  guint64 id;

  if (!hr_plist_get_uint (list, "DeviceID", G_MAXUINT32, &id) || id == 0)
    return FALSE;
  packet->device.id = (guint) id;

  return TRUE;
}

/* A device without a name of its own is none that we could know again: it is passed over. */
static void
read_attached (plist_t         list,
               HrUsbmuxPacket *packet)
{
  plist_t          properties = plist_dict_get_item (list, "Properties");
  g_autofree char *serial = hr_plist_dup_string (properties, "SerialNumber");
  g_autofree char *connection = hr_plist_dup_string (properties, "ConnectionType");
  guint64          product = 0;

  packet->device.udid = udid_from_serial (serial);
  if (packet->device.udid == NULL || !read_id (list, packet))
    return;

  hr_plist_get_uint (properties, "ProductID", G_MAXUINT16, &product);
  packet->device.product_id = (guint) product;
  packet->device.usb = g_strcmp0 (connection, "Network") != 0;
  packet->type = HR_USBMUX_PACKET_ATTACHED;
}

static void
read_message (plist_t         list,
              const char     *name,
              HrUsbmuxPacket *packet)
{
  guint64 number;

  if (g_str_equal (name, "Attached"))
    read_attached (list, packet);
  else if (g_str_equal (name, "Detached") && read_id (list, packet))
    packet->type = HR_USBMUX_PACKET_DETACHED;
  else if (g_str_equal (name, "Paired") && read_id (list, packet))
    packet->type = HR_USBMUX_PACKET_PAIRED;
  else if (g_str_equal (name, "Result") && hr_plist_get_uint (list, "Number", G_MAXUINT32, &number))
    {
      packet->number = (guint) number;
      packet->type = HR_USBMUX_PACKET_RESULT;
    }
}

/* Reads the body of a packet. A good list that says nothing of what we know is HR_USBMUX_PACKET_OTHER. Returns FALSE with
 * HR_USBMUX_ERROR_PROTOCOL when it is no property list. */
gboolean
hr_usbmux_packet_read (const guint8   *body,
                       gsize           size,
                       HrUsbmuxPacket *out,
                       GError        **error)
{
  plist_t          list = hr_plist_parse (body, size);
  g_autofree char *name = NULL;
  HrUsbmuxPacket   packet = { .type = HR_USBMUX_PACKET_OTHER };

  if (!PLIST_IS_DICT (list))
    {
      plist_free (list);
      g_set_error_literal (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_PROTOCOL, "What answers there speaks no property lists");
      return FALSE;
    }

  name = hr_plist_dup_string (list, "MessageType");
  packet.record = hr_plist_dup_data (list, "PairRecordData");
  if (packet.record != NULL)
    packet.type = HR_USBMUX_PACKET_RECORD;
  else if (name != NULL)
    read_message (list, name, &packet);
  plist_free (list);
  *out = packet;

  return TRUE;
}

/* Frees what @self holds. */
void
hr_usbmux_packet_clear (HrUsbmuxPacket *self)
{
  g_clear_pointer (&self->device.udid, g_free);
  g_clear_pointer (&self->record, g_bytes_unref);
}

/* Returns whether @self is a good result. Else FALSE with HR_USBMUX_ERROR_NO_DEVICE, _REFUSED, _FAILED with the number, or _PROTOCOL
 * where it is no result. */
gboolean
hr_usbmux_packet_check_result (const HrUsbmuxPacket *self,
                               const char           *udid,
                               GError              **error)
{
  if (self->type != HR_USBMUX_PACKET_RESULT)
    g_set_error_literal (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_PROTOCOL, "usbmuxd answered something that was not asked for");
  else if (self->number == RESULT_BAD_DEVICE)
    g_set_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_NO_DEVICE, "The device %s is not attached", udid);
  else if (self->number == RESULT_REFUSED)
    g_set_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_REFUSED, "Nothing listens on that port of the device %s", udid);
  else if (self->number != RESULT_OK)
    g_set_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_FAILED, "usbmuxd answers with number %u", self->number);

  return self->type == HR_USBMUX_PACKET_RESULT && self->number == RESULT_OK;
}

/* Returns: (transfer full): why @self is not the pairing record of @udid: HR_USBMUX_ERROR_NO_RECORD, _FAILED or _PROTOCOL. Numbers are those of
 * errno there. */
GError *
hr_usbmux_packet_explain_record (const HrUsbmuxPacket *self,
                                 const char           *udid)
{
  if (self->type != HR_USBMUX_PACKET_RESULT || self->number == RESULT_OK)
    return g_error_new_literal (HR_USBMUX_ERROR, HR_USBMUX_ERROR_PROTOCOL, "usbmuxd answered something that was not asked for");
  if (self->number == RESULT_NO_RECORD)
    return g_error_new (HR_USBMUX_ERROR, HR_USBMUX_ERROR_NO_RECORD, "This computer is not paired with the device %s", udid);

  return g_error_new (HR_USBMUX_ERROR, HR_USBMUX_ERROR_FAILED, "usbmuxd has no pairing record to give: number %u", self->number);
}

static plist_t
new_request (const char *type)
{
  plist_t request = plist_new_dict ();

  plist_dict_set_item (request, "MessageType", plist_new_string (type));
  plist_dict_set_item (request, "ClientVersionString", plist_new_string ("headroom"));
  plist_dict_set_item (request, "ProgName", plist_new_string ("headroom"));
  plist_dict_set_item (request, "kLibUSBMuxVersion", plist_new_uint (LIBRARY_VERSION));

  return request;
}

/* Takes over @request. */
static GBytes *
pack (guint32 tag,
      plist_t request)
{
  g_autoptr (GByteArray) packet = g_byte_array_new ();
  g_autoptr (GBytes) xml = hr_plist_to_xml (request);
  gsize   size = g_bytes_get_size (xml);
  guint32 header[4];

  plist_free (request);
  header[0] = GUINT32_TO_LE (HR_USBMUX_HEADER_BYTES + (guint32) size);
  header[1] = GUINT32_TO_LE (VERSION);
  header[2] = GUINT32_TO_LE (TYPE_PLIST);
  header[3] = GUINT32_TO_LE (tag);
  g_byte_array_append (packet, (const guint8 *) header, sizeof header);
  g_byte_array_append (packet, g_bytes_get_data (xml, NULL), (guint) size);

  return g_byte_array_free_to_bytes (g_steal_pointer (&packet));
}

/* Returns: (transfer full): the request for events, of all devices that are attached at first. */
GBytes *
hr_usbmux_pack_listen (guint32 tag)
{
  return pack (tag, new_request ("Listen"));
}

/* Returns: (transfer full): the request that makes its connection a stream to @port of the device with number @id. */
GBytes *
hr_usbmux_pack_connect (guint32 tag,
                        guint   id,
                        guint16 port)
{
  plist_t request = new_request ("Connect");

  plist_dict_set_item (request, "DeviceID", plist_new_uint (id));
  /* In the network's order, whatever the computer's. */
  plist_dict_set_item (request, "PortNumber", plist_new_uint (GUINT16_SWAP_LE_BE (port)));

  return pack (tag, request);
}

/* Returns: (transfer full): the request for the pairing record of @udid. */
GBytes *
hr_usbmux_pack_read_pair_record (guint32     tag,
                                 const char *udid)
{
  plist_t request = new_request ("ReadPairRecord");

  plist_dict_set_item (request, "PairRecordID", plist_new_string (udid));

  return pack (tag, request);
}
