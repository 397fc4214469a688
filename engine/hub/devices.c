/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/devices.h"

#include "engine/link/address.h"

#include <glib/gi18n-lib.h>

/* One device, attached or not, until it is forgotten. */
typedef struct
{
  HrDevices *devices; /* borrowed */
  HrPeer    *peer;
  HrDevice  *told; /* what it has said of itself */
} Device;

struct _HrDevices
{
  GObject parent_instance;

  HrHub      *hub;
  HrUsbmux   *usbmux;
  GHashTable *by_udid; /* Device */
};

G_DEFINE_FINAL_TYPE (HrDevices, hr_devices, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_REFUSED,
  SIGNAL_LOG_LINE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static HrSource *
source_of (Device *device)
{
  return hr_peer_get_origin (device->peer);
}

static void
update_state (Device *device)
{
  HrPeer     *peer = device->peer;
  const char *trouble = hr_peer_get_trouble (peer);

  if (!hr_peer_is_wanted (peer))
    hr_peer_set_state (peer, source_of (device), HR_SOURCE_DISCONNECTED, _ ("Disconnected by you"));
  else if (device->told->state == HR_DEVICE_DETACHED)
    hr_peer_set_state (peer, source_of (device), HR_SOURCE_LOST, _ ("Unplugged; it goes on as soon as it is plugged in again"));
  else
    hr_peer_set_state (peer, source_of (device), hr_peer_is_open (peer) ? HR_SOURCE_CONNECTED : HR_SOURCE_CONNECTING, trouble);
}

static void
peer_link_changed_cb (HrPeer *peer,
                      Device *device)
{
  update_state (device);
}

static void
device_free (gpointer data)
{
  Device *self = data;

  g_signal_handlers_disconnect_by_data (self->peer, self);
  g_object_unref (self->peer);
  hr_device_free (self->told);
  g_free (self);
}

static Device *
add_device (HrDevices  *self,
            const char *udid,
            guint16     port)
{
  Device          *device = g_new0 (Device, 1);
  g_autofree char *address = g_strconcat ("usb:", udid, NULL);
  g_autoptr (HrOpener) opener = hr_opener_new_usb (self->usbmux, udid, port, NULL);
  HrOrigin origin = { HR_SOURCE_DEVICE, HR_GROUP_USB, address, "iPhone" };

  device->devices = self;
  device->told = hr_device_new (udid);
  device->told->state = HR_DEVICE_DETACHED;
  device->peer = g_object_ref (hr_hub_add (self->hub, opener, &origin));
  hr_peer_set_present (device->peer, FALSE, NULL);
  hr_source_set_device (source_of (device), device->told);
  g_signal_connect (device->peer, "link-changed", G_CALLBACK (peer_link_changed_cb), device);
  g_hash_table_insert (self->by_udid, g_strdup (udid), device);

  return device;
}

static void
set_device_state (Device       *device,
                  HrDeviceState state)
{
  device->told->state = state;
  hr_source_set_device (source_of (device), device->told);
}

static void
usbmux_attached_cb (HrUsbmux             *usbmux,
                    const HrUsbmuxDevice *attached,
                    HrDevices            *self)
{
  Device *device = g_hash_table_lookup (self->by_udid, attached->udid);

  if (device == NULL)
    device = add_device (self, attached->udid, HR_ADDRESS_USB_PORT);

  set_device_state (device, HR_DEVICE_ASKING);
  hr_peer_set_present (device->peer, TRUE, NULL);
  update_state (device);
}

static void
usbmux_detached_cb (HrUsbmux   *usbmux,
                    const char *udid,
                    HrDevices  *self)
{
  Device *device = g_hash_table_lookup (self->by_udid, udid);

  if (device == NULL)
    return;

  set_device_state (device, HR_DEVICE_DETACHED);
  hr_peer_set_present (device->peer, FALSE, _ ("Its phone is unplugged"));
  update_state (device);
}

static void
usbmux_changed_cb (HrUsbmux  *usbmux,
                   HrDevices *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
hr_devices_dispose (GObject *object)
{
  HrDevices *self = HR_DEVICES (object);

  if (self->usbmux != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->usbmux, self);
      hr_usbmux_stop (self->usbmux);
    }
  g_hash_table_remove_all (self->by_udid);
  g_clear_object (&self->usbmux);
  g_clear_object (&self->hub);

  G_OBJECT_CLASS (hr_devices_parent_class)->dispose (object);
}

static void
hr_devices_finalize (GObject *object)
{
  g_hash_table_unref (HR_DEVICES (object)->by_udid);

  G_OBJECT_CLASS (hr_devices_parent_class)->finalize (object);
}

static void
hr_devices_class_init (HrDevicesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hr_devices_dispose;
  object_class->finalize = hr_devices_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", HR_TYPE_DEVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_REFUSED] = g_signal_new ("refused", HR_TYPE_DEVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 3, HR_TYPE_SOURCE, G_TYPE_UINT64, G_TYPE_STRING);
  signals[SIGNAL_LOG_LINE] = g_signal_new ("log-line", HR_TYPE_DEVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, HR_TYPE_SOURCE, G_TYPE_POINTER);
}

static void
hr_devices_init (HrDevices *self)
{
  self->by_udid = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, device_free);
}

/* Makes what brings the devices that @usbmux tells of into @hub; it does not look yet. Returns: (transfer full) */
HrDevices *
hr_devices_new (HrHub    *hub,
                HrUsbmux *usbmux)
{
  HrDevices *self = g_object_new (HR_TYPE_DEVICES, NULL);

  self->hub = g_object_ref (hub);
  self->usbmux = g_object_ref (usbmux);
  g_signal_connect (usbmux, "attached", G_CALLBACK (usbmux_attached_cb), self);
  g_signal_connect (usbmux, "detached", G_CALLBACK (usbmux_detached_cb), self);
  g_signal_connect (usbmux, "changed", G_CALLBACK (usbmux_changed_cb), self);

  return self;
}

/* Looks for devices from now on. */
void
hr_devices_start (HrDevices *self)
{
  hr_usbmux_start (self->usbmux);
}

/* Returns: (transfer none) (nullable): why no devices can be seen, for people. */
const char *
hr_devices_get_trouble (HrDevices *self)
{
  return hr_usbmux_get_trouble (self->usbmux);
}

/* Follows the device @udid, attached or not, and the agent at @port in it. Returns: (transfer none): its source */
HrSource *
hr_devices_add (HrDevices  *self,
                const char *udid,
                guint16     port)
{
  Device *device = g_hash_table_lookup (self->by_udid, udid);
  g_autoptr (HrOpener) opener = NULL;

  if (device == NULL)
    {
      device = add_device (self, udid, port);
      update_state (device);
      return source_of (device);
    }

  opener = hr_opener_new_usb (self->usbmux, udid, port, NULL);
  hr_peer_set_opener (device->peer, opener);

  return source_of (device);
}

/* Forgets @device with all that came from it. While it stays attached it does not come back. */
void
hr_devices_forget (HrDevices *self,
                   HrSource  *device)
{
  g_autoptr (HrSource) forgotten = g_object_ref (device);
  const HrDevice *told = hr_source_get_device (forgotten);

  g_return_if_fail (told != NULL);

  g_hash_table_remove (self->by_udid, told->udid);
  hr_hub_forget (self->hub, forgotten);
}
