/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/usbmux-address.h"
#include "engine/link/usbmux-packet.h"

G_BEGIN_DECLS

/* A connection to usbmuxd is made for one request each. Not a byte is read beyond the reply: what follows belongs to whoever gets the connection. */
void       hr_usbmux_exchange_async (const HrUsbmuxAddress *address,
                                     GBytes                *request,
                                     guint                  limit_ms,
                                     GCancellable          *cancellable,
                                     GAsyncReadyCallback    callback,
                                     gpointer               user_data);
GIOStream *hr_usbmux_exchange_finish (GAsyncResult   *result,
                                      HrUsbmuxPacket *out_reply,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next packet of a connection. */
void     hr_usbmux_receive_async (GIOStream          *connection,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
gboolean hr_usbmux_receive_finish (GAsyncResult   *result,
                                   HrUsbmuxPacket *out,
                                   GError        **error);

G_END_DECLS
