/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/usbmux.h"

G_BEGIN_DECLS

/* Which devices are attached. The daemon names a device once for each way it can be reached, under a number that changes with
 * every replug; here it stands once, by the cable where it has one. */
typedef struct
{
  void (*attached) (const HrUsbmuxDevice *device,
                    gpointer              user_data);
  void (*detached) (const char *udid,
                    gpointer    user_data);
} HrUsbmuxDevicesFuncs;

typedef struct _HrUsbmuxDevices HrUsbmuxDevices;

HrUsbmuxDevices *hr_usbmux_devices_new (const HrUsbmuxDevicesFuncs *funcs,
                                        gpointer                    user_data) G_GNUC_WARN_UNUSED_RESULT;
void             hr_usbmux_devices_free (HrUsbmuxDevices *self);

gboolean              hr_usbmux_devices_attach (HrUsbmuxDevices      *self,
                                                const HrUsbmuxDevice *device);
void                  hr_usbmux_devices_detach (HrUsbmuxDevices *self,
                                                guint            id);
void                  hr_usbmux_devices_detach_all (HrUsbmuxDevices *self);
const HrUsbmuxDevice *hr_usbmux_devices_find (HrUsbmuxDevices *self,
                                              const char      *udid);
const char           *hr_usbmux_devices_get_udid (HrUsbmuxDevices *self,
                                                  guint            id);

G_END_DECLS
