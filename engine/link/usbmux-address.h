/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where usbmuxd listens. */
typedef struct
{
  char               *text;        /* as USBMUXD_SOCKET_ADDRESS says it */
  GSocketConnectable *connectable; /* NULL: @text cannot be understood */
  gboolean            local;       /* a Unix socket */
  gboolean            sandboxed;   /* we see neither the sockets of the system nor its programs */
} HrUsbmuxAddress;

HrUsbmuxAddress *hr_usbmux_address_new (const char *text) G_GNUC_WARN_UNUSED_RESULT;
HrUsbmuxAddress *hr_usbmux_address_copy (const HrUsbmuxAddress *self) G_GNUC_WARN_UNUSED_RESULT;
void             hr_usbmux_address_free (HrUsbmuxAddress *self);

/* Why there is no answer, and what can be done about it. */
GError *hr_usbmux_address_explain (const HrUsbmuxAddress *self,
                                   const GError          *reason) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrUsbmuxAddress, hr_usbmux_address_free)

G_END_DECLS
