/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/usbmux-devices.h"
#include "engine/link/usbmux-packet.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

static void
attached_cb (const HrUsbmuxDevice *device,
             gpointer              user_data)
{
  if (device->id == 0 || strpbrk (device->udid, "/. ") != NULL || strlen (device->udid) > 64)
    abort ();
}

static void
detached_cb (const char *udid,
             gpointer    user_data)
{
}

static void
take (HrUsbmuxDevices      *devices,
      const HrUsbmuxPacket *packet)
{
  if (packet->type == HR_USBMUX_PACKET_ATTACHED && hr_usbmux_devices_attach (devices, &packet->device) &&
      hr_usbmux_devices_find (devices, packet->device.udid) == NULL)
    abort ();
  if (packet->type == HR_USBMUX_PACKET_DETACHED)
    hr_usbmux_devices_detach (devices, packet->device.id);
}

/* What a daemon that means no good sends: packet after packet, as the client reads them. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static const HrUsbmuxDevicesFuncs funcs = { attached_cb, detached_cb };
  HrUsbmuxDevices                  *devices = hr_usbmux_devices_new (&funcs, NULL);
  g_autoptr (GError) error = NULL;
  gboolean good = TRUE;

  while (good && size >= HR_USBMUX_HEADER_BYTES)
    {
      g_auto (HrUsbmuxPacket) packet = { 0 };
      gsize   length = 0;
      guint32 tag;

      good = hr_usbmux_header_read (data, &length, &tag, &error);
      data += HR_USBMUX_HEADER_BYTES;
      size -= HR_USBMUX_HEADER_BYTES;
      if (!good || length > size)
        break;

      good = hr_usbmux_packet_read (data, length, &packet, &error);
      if (good)
        take (devices, &packet);
      data += length;
      size -= length;
    }

  if (good != (error == NULL))
    abort ();
  hr_usbmux_devices_detach_all (devices);
  hr_usbmux_devices_free (devices);

  return 0;
}
