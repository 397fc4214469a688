/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/devices.h"

#include "engine/hub/tether.h"
#include "engine/link/address.h"

struct _HrDevices
{
  GObject parent_instance;

  HrHub      *hub;
  HrUsbmux   *usbmux;
  GHashTable *tethers; /* UDID -> HrTether, until it is forgotten */
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

static void
tether_refused_cb (HrSource   *device,
                   guint64     pid,
                   const char *reason,
                   gpointer    user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_REFUSED], 0, device, pid, reason);
}

static void
tether_log_line_cb (HrSource        *device,
                    const HrLogLine *line,
                    gpointer         user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_LOG_LINE], 0, device, line);
}

static HrTether *
find_tether (HrDevices *self,
             HrSource  *device)
{
  const HrDevice *told = hr_source_get_device (device);

  return told != NULL ? g_hash_table_lookup (self->tethers, told->udid) : NULL;
}

static HrTether *
add_tether (HrDevices  *self,
            const char *udid,
            guint16     port)
{
  static const HrTetherEvents events = { tether_refused_cb, tether_log_line_cb };

  g_autofree char *address = g_strconcat ("usb:", udid, NULL);
  g_autoptr (HrOpener) opener = hr_opener_new_usb (self->usbmux, udid, port, NULL);
  HrOrigin  origin = { HR_SOURCE_DEVICE, HR_GROUP_USB, address, "iPhone" };
  HrTether *tether = hr_tether_new (hr_hub_add (self->hub, opener, &origin), udid, &events, self);

  g_hash_table_insert (self->tethers, g_strdup (udid), tether);
  hr_tether_introduce (tether);

  return tether;
}

static void
usbmux_attached_cb (HrUsbmux             *usbmux,
                    const HrUsbmuxDevice *attached,
                    HrDevices            *self)
{
  HrTether *tether = g_hash_table_lookup (self->tethers, attached->udid);

  hr_tether_attach (tether != NULL ? tether : add_tether (self, attached->udid, HR_ADDRESS_USB_PORT));
}

static void
usbmux_detached_cb (HrUsbmux   *usbmux,
                    const char *udid,
                    HrDevices  *self)
{
  HrTether *tether = g_hash_table_lookup (self->tethers, udid);

  if (tether != NULL)
    hr_tether_detach (tether);
}

static void
usbmux_paired_cb (HrUsbmux   *usbmux,
                  const char *udid,
                  HrDevices  *self)
{
  HrTether *tether = g_hash_table_lookup (self->tethers, udid);

  if (tether != NULL)
    hr_tether_ask (tether);
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
  g_hash_table_remove_all (self->tethers);
  g_clear_object (&self->usbmux);
  g_clear_object (&self->hub);

  G_OBJECT_CLASS (hr_devices_parent_class)->dispose (object);
}

static void
hr_devices_finalize (GObject *object)
{
  g_hash_table_unref (HR_DEVICES (object)->tethers);

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
  self->tethers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) hr_tether_free);
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
  g_signal_connect (usbmux, "paired", G_CALLBACK (usbmux_paired_cb), self);
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
  HrTether *tether = g_hash_table_lookup (self->tethers, udid);
  g_autoptr (HrOpener) opener = NULL;

  if (tether == NULL)
    {
      tether = add_tether (self, udid, port);
      if (hr_usbmux_find (self->usbmux, udid) != NULL)
        hr_tether_attach (tether);
    }
  else if (hr_opener_get_port (hr_peer_get_opener (hr_tether_get_peer (tether))) != port)
    {
      opener = hr_opener_new_usb (self->usbmux, udid, port, NULL);
      hr_peer_set_opener (hr_tether_get_peer (tether), opener);
    }

  return hr_peer_get_origin (hr_tether_get_peer (tether));
}

/* Forgets @device with all that came from it, also while it tells of something. While it stays attached it does not come back by itself. */
void
hr_devices_forget (HrDevices *self,
                   HrSource  *device)
{
  g_autoptr (HrSource) forgotten = g_object_ref (device);
  const HrDevice *told = hr_source_get_device (forgotten);

  g_return_if_fail (told != NULL);

  g_hash_table_remove (self->tethers, told->udid);
  hr_hub_forget (self->hub, forgotten);
}

/* Looks among the programs that @device told of last. Returns: (transfer full): NULL with @error (G_IO_ERROR_NOT_SUPPORTED) when it
 * never did, or it is no device */
HrFound *
hr_devices_search (HrDevices  *self,
                   HrSource   *device,
                   const char *text,
                   GError    **error)
{
  HrTether *tether = find_tether (self, device);

  g_return_val_if_fail (tether != NULL, NULL);

  return hr_tether_search (tether, text, error);
}

/* Has the program @pid of @device measured as a source of its own; "refused" tells why not. */
void
hr_devices_watch (HrDevices *self,
                  HrSource  *device,
                  guint64    pid)
{
  HrTether *tether = find_tether (self, device);

  if (tether != NULL)
    hr_tether_watch (tether, pid);
}

/* Follows the system log of @device, by @filter ("" for all) from now on. */
void
hr_devices_follow_log (HrDevices  *self,
                       HrSource   *device,
                       const char *filter)
{
  HrTether *tether = find_tether (self, device);

  if (tether != NULL)
    hr_tether_follow_log (tether, filter);
}

/* Leaves the system log of @device alone again. */
void
hr_devices_leave_log (HrDevices *self,
                      HrSource  *device)
{
  HrTether *tether = find_tether (self, device);

  if (tether != NULL)
    hr_tether_leave_log (tether);
}

/* Asks the owner of @device to trust this computer. */
void
hr_devices_pair (HrDevices *self,
                 HrSource  *device)
{
  HrTether *tether = find_tether (self, device);

  if (tether != NULL)
    hr_tether_pair (tether);
}
