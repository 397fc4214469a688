/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/usbmux.h"

G_BEGIN_DECLS

/* The packets of the USB multiplexer, bytes in and bytes out: a header of four little-endian 32-bit numbers (length with the header, version
 * 1, type 8, tag), then a property list. A reply has its request's tag, an event 0. */
#define HR_USBMUX_HEADER_BYTES 16u
#define HR_USBMUX_MAX_BYTES (1u << 20)

typedef enum
{
  HR_USBMUX_PACKET_RESULT,
  HR_USBMUX_PACKET_ATTACHED,
  HR_USBMUX_PACKET_DETACHED,
  HR_USBMUX_PACKET_PAIRED,
  HR_USBMUX_PACKET_RECORD,
  HR_USBMUX_PACKET_OTHER, /* nothing that we know: to be passed over */
  HR_N_USBMUX_PACKETS
} HrUsbmuxPacketType;

typedef struct
{
  HrUsbmuxPacketType type;
  guint32            tag;
  guint              number; /* of a result; 0: good */
  HrUsbmuxDevice     device; /* attached: all of it; detached, paired: its id alone */
  GBytes            *record;
} HrUsbmuxPacket;

gboolean hr_usbmux_header_read (const guint8 *header,
                                gsize        *out_size,
                                guint32      *out_tag,
                                GError      **error);
gboolean hr_usbmux_packet_read (const guint8   *body,
                                gsize           size,
                                HrUsbmuxPacket *out,
                                GError        **error);
void     hr_usbmux_packet_clear (HrUsbmuxPacket *self);

/* What a result's number says of a request for @udid. */
gboolean hr_usbmux_packet_check_result (const HrUsbmuxPacket *self,
                                        const char           *udid,
                                        GError              **error);
/* Why a reply holds no pairing record. */
GError *hr_usbmux_packet_explain_record (const HrUsbmuxPacket *self,
                                         const char           *udid) G_GNUC_WARN_UNUSED_RESULT;

GBytes *hr_usbmux_pack_listen (guint32 tag) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_usbmux_pack_connect (guint32 tag,
                                guint   id,
                                guint16 port) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_usbmux_pack_read_pair_record (guint32     tag,
                                         const char *udid) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrUsbmuxPacket, hr_usbmux_packet_clear)

G_END_DECLS
