/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/hub.h"
#include "engine/link/syslog.h"

G_BEGIN_DECLS

/* The devices on cables, each a peer of the hub whose origin is the device: they come and go by themselves, keep their sources when they
 * are unplugged, and bring the programs in them that have an agent.
 *
 * Signals:
 *   "changed" ()                              hr_devices_get_trouble ()
 *   "refused" (HrSource *device, guint64 pid, const char *reason)  a program that was to be watched is not
 *   "log-line" (HrSource *, const HrLogLine *)  of a device whose log is followed */
#define HR_TYPE_DEVICES (hr_devices_get_type ())
G_DECLARE_FINAL_TYPE (HrDevices, hr_devices, HR, DEVICES, GObject)

HrDevices *hr_devices_new (HrHub    *hub,
                           HrUsbmux *usbmux) G_GNUC_WARN_UNUSED_RESULT;
void       hr_devices_start (HrDevices *self);

const char *hr_devices_get_trouble (HrDevices *self);

HrSource *hr_devices_add (HrDevices  *self,
                          const char *udid,
                          guint16     port);
void      hr_devices_forget (HrDevices *self,
                             HrSource  *device);

HrFound *hr_devices_search (HrDevices  *self,
                            HrSource   *device,
                            const char *text,
                            GError    **error) G_GNUC_WARN_UNUSED_RESULT;
void     hr_devices_watch (HrDevices *self,
                           HrSource  *device,
                           guint64    pid);

void hr_devices_follow_log (HrDevices  *self,
                            HrSource   *device,
                            const char *filter);
void hr_devices_leave_log (HrDevices *self,
                           HrSource  *device);
void hr_devices_pair (HrDevices *self,
                      HrSource  *device);

G_END_DECLS
