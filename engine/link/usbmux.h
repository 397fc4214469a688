/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HR_USBMUX_ERROR (hr_usbmux_error_quark ())

typedef enum
{
  HR_USBMUX_ERROR_UNAVAILABLE, /* no daemon answers at the address */
  HR_USBMUX_ERROR_PROTOCOL,    /* what it answered is none of its protocol */
  HR_USBMUX_ERROR_TOO_LARGE,   /* its answer is longer than any good one */
  HR_USBMUX_ERROR_NO_DEVICE,   /* the device is not attached (any more) */
  HR_USBMUX_ERROR_REFUSED,     /* nothing listens on that port of the device */
  HR_USBMUX_ERROR_NO_RECORD,   /* this computer is not paired with the device */
  HR_USBMUX_ERROR_FAILED       /* another number; it stands in the message */
} HrUsbmuxError;

GQuark hr_usbmux_error_quark (void);

/* What the daemon tells of an attached device. Keyed by UDID: its number changes with every replug. */
typedef struct
{
  char    *udid;
  guint    id;
  guint    product_id;
  gboolean usb; /* else over the network */
} HrUsbmuxDevice;

/* The USB multiplexer's devices, as they come and go, and streams to their ports. Never blocks; tries again
 * by itself when the daemon is late, restarts or speaks nonsense. One device is told once, however often
 * the daemon names it: a device that is attached by cable and by network is the one on the cable.
 *
 * Signals (in the thread-default main context of hr_usbmux_start ()):
 *   "attached" (const HrUsbmuxDevice *)
 *   "detached" (const char *udid)
 *   "paired"   (const char *udid)       the user chose to trust this computer
 *   "changed"  ()                       hr_usbmux_get_trouble () */
#define HR_TYPE_USBMUX (hr_usbmux_get_type ())
G_DECLARE_FINAL_TYPE (HrUsbmux, hr_usbmux, HR, USBMUX, GObject)

/* @address: as USBMUXD_SOCKET_ADDRESS says it ("UNIX:/path", "host:port", "[v6]:port"); NULL: that variable, else
 * /var/run/usbmuxd. One that cannot be understood is HR_USBMUX_ERROR_UNAVAILABLE by name, not silently another. */
HrUsbmux *hr_usbmux_new (const char *address) G_GNUC_WARN_UNUSED_RESULT;

void        hr_usbmux_start (HrUsbmux *self);
void        hr_usbmux_stop (HrUsbmux *self);
const char *hr_usbmux_get_address (HrUsbmux *self);

/* Why no devices can be seen now, for people; NULL when the daemon answers. */
const char *hr_usbmux_get_trouble (HrUsbmux *self);

const HrUsbmuxDevice *hr_usbmux_find (HrUsbmux   *self,
                                      const char *udid);

/* A stream to @port of the device, ready for its first byte. */
void       hr_usbmux_connect_async (HrUsbmux           *self,
                                    const char         *udid,
                                    guint16             port,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
GIOStream *hr_usbmux_connect_finish (HrUsbmux     *self,
                                     GAsyncResult *result,
                                     GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/* The pairing record of the device, a property list. */
void    hr_usbmux_read_pair_record_async (HrUsbmux           *self,
                                          const char         *udid,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
GBytes *hr_usbmux_read_pair_record_finish (HrUsbmux     *self,
                                           GAsyncResult *result,
                                           GError      **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
