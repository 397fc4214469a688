/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/pairing.h"

G_BEGIN_DECLS

typedef enum
{
  HR_ADDRESS_LOCAL,   /* local: */
  HR_ADDRESS_UNIX,    /* unix:PATH, absolute */
  HR_ADDRESS_TCP,     /* tcp:HOST:PORT, or a pairing link; IPv6 in brackets */
  HR_ADDRESS_USB,     /* usb:UDID[:PORT] */
  HR_ADDRESS_PROCESS, /* pid:N, on this computer */
  HR_N_ADDRESSES
} HrAddressType;

#define HR_ADDRESS_USB_PORT 7777

/* Where a source can be found, as a person or a script says it. */
typedef struct
{
  HrAddressType type;
  char         *path; /* of a Unix socket */
  char         *udid;
  char         *host;
  guint16       port; /* TCP, USB */
  guint64       pid;
  HrPairing    *pairing; /* where a pairing link said it */
} HrAddress;

HrAddress *hr_address_parse (const char *text,
                             GError    **error) G_GNUC_WARN_UNUSED_RESULT;
/* Without secrets: a pairing link comes out as tcp:HOST:PORT. */
char      *hr_address_format (const HrAddress *self) G_GNUC_WARN_UNUSED_RESULT;
HrAddress *hr_address_copy (const HrAddress *self) G_GNUC_WARN_UNUSED_RESULT;
void       hr_address_free (HrAddress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrAddress, hr_address_free)

G_END_DECLS
