/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/usbmux-devices.h"

/* More than any tree of hubs holds. */
#define MAX_DEVICES 256u

struct _HrUsbmuxDevices
{
  const HrUsbmuxDevicesFuncs *funcs;
  gpointer                    user_data;

  /* Owned. */
  GHashTable *by_id; /* of HrUsbmuxDevice, every way to every device */
  GHashTable *told;  /* by UDID: the number of the way that was told */
};

static void
device_free (HrUsbmuxDevice *device)
{
  g_free (device->udid);
  g_free (device);
}

/* Returns: (transfer full): no devices; @funcs, which is not copied, hears of what changes. It may call into the devices again. */
HrUsbmuxDevices *
hr_usbmux_devices_new (const HrUsbmuxDevicesFuncs *funcs,
                       gpointer                    user_data)
{
  HrUsbmuxDevices *self = g_new0 (HrUsbmuxDevices, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->by_id = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) device_free);
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

/* Frees @self without a word. Accepts NULL. */
void
hr_usbmux_devices_free (HrUsbmuxDevices *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->told);
  g_free (self);
}

static const HrUsbmuxDevice *
by_id (HrUsbmuxDevices *self,
       guint            id)
{
  return g_hash_table_lookup (self->by_id, GUINT_TO_POINTER (id));
}

static guint
told (HrUsbmuxDevices *self,
      const char      *udid)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->told, udid));
}

/* A way to @udid over the cable or over the network, or NULL. */
static const HrUsbmuxDevice *
find_way (HrUsbmuxDevices *self,
          const char      *udid,
          gboolean         usb)
{
  GHashTableIter  iter;
  HrUsbmuxDevice *device;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &device))
    if (device->usb == usb && g_str_equal (device->udid, udid))
      return device;

  return NULL;
}

static const HrUsbmuxDevice *
find_best_way (HrUsbmuxDevices *self,
               const char      *udid)
{
  const HrUsbmuxDevice *device = find_way (self, udid, TRUE);

  return device != NULL ? device : find_way (self, udid, FALSE);
}

/* Tells what changed for @udid. Another way is another device to whoever has streams to it: it goes, and comes. What is told
 * may have changed everything, so it is looked up again after each word. */
static void
tell (HrUsbmuxDevices *self,
      const char      *udid)
{
  const HrUsbmuxDevice *best = find_best_way (self, udid);

  if (told (self, udid) != 0 && (best == NULL || best->id != told (self, udid)))
    {
      g_hash_table_remove (self->told, udid);
      self->funcs->detached (udid, self->user_data);
      best = find_best_way (self, udid);
    }

  if (best != NULL && told (self, udid) == 0)
    {
      g_hash_table_insert (self->told, g_strdup (udid), GUINT_TO_POINTER (best->id));
      self->funcs->attached (best, self->user_data);
    }
}

/* The way with number @id is gone. */
void
hr_usbmux_devices_detach (HrUsbmuxDevices *self,
                          guint            id)
{
  const HrUsbmuxDevice *device = by_id (self, id);
  g_autofree char      *udid = NULL;

  if (device == NULL)
    return;

  udid = g_strdup (device->udid);
  g_hash_table_remove (self->by_id, GUINT_TO_POINTER (id));
  tell (self, udid);
}

/* Every device is gone. */
void
hr_usbmux_devices_detach_all (HrUsbmuxDevices *self)
{
  GHashTableIter iter;
  const char    *first;

  g_hash_table_remove_all (self->by_id);
  for (;;)
    {
      g_autofree char *udid = NULL;

      g_hash_table_iter_init (&iter, self->told);
      if (!g_hash_table_iter_next (&iter, (gpointer *) &first, NULL))
        return;

      udid = g_strdup (first);
      tell (self, udid);
    }
}

/* A way to a device is there; @device is copied. One that the daemon names again is no news; one under a new number takes the
 * place of its old one, whose end may never be told. Returns FALSE when there are more than any computer has. */
gboolean
hr_usbmux_devices_attach (HrUsbmuxDevices      *self,
                          const HrUsbmuxDevice *device)
{
  const HrUsbmuxDevice *same = by_id (self, device->id);
  const HrUsbmuxDevice *former;
  HrUsbmuxDevice       *copy;

  if (same != NULL && same->usb == device->usb && g_str_equal (same->udid, device->udid))
    return TRUE;

  hr_usbmux_devices_detach (self, device->id);
  former = find_way (self, device->udid, device->usb);
  if (former != NULL)
    hr_usbmux_devices_detach (self, former->id);
  if (g_hash_table_size (self->by_id) >= MAX_DEVICES)
    return FALSE;

  copy = g_memdup2 (device, sizeof *device);
  copy->udid = g_strdup (device->udid);
  g_hash_table_insert (self->by_id, GUINT_TO_POINTER (copy->id), copy);
  tell (self, device->udid);

  return TRUE;
}

/* Returns: (transfer none) (nullable): the device as it was told, until it changes. */
const HrUsbmuxDevice *
hr_usbmux_devices_find (HrUsbmuxDevices *self,
                        const char      *udid)
{
  return by_id (self, told (self, udid));
}

/* Returns: (transfer none) (nullable): whose number @id is. */
const char *
hr_usbmux_devices_get_udid (HrUsbmuxDevices *self,
                            guint            id)
{
  const HrUsbmuxDevice *device = by_id (self, id);

  return device != NULL ? device->udid : NULL;
}
