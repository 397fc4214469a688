/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HR_TOKEN_BYTES 16
#define HR_FINGERPRINT_BYTES 32

/* The longest address or pairing link, in bytes. */
#define HR_ADDRESS_LIMIT 512

#define HR_ADDRESS_ERROR (hr_address_error_quark ())

/* What is wrong with an address or a pairing link. The message never repeats a secret. */
typedef enum
{
  HR_ADDRESS_ERROR_TOO_LONG,
  HR_ADDRESS_ERROR_SCHEME, /* none that is known */
  HR_ADDRESS_ERROR_SYNTAX,
  HR_ADDRESS_ERROR_HOST,
  HR_ADDRESS_ERROR_PORT,
  HR_ADDRESS_ERROR_UNSECURED /* beyond this computer, and no certificate is named */
} HrAddressError;

GQuark hr_address_error_quark (void);

/* How to reach an agent over TCP, and how the two know each other: headroom://HOST:PORT/#FINGERPRINT.TOKEN, both in hexadecimal. On loopback
 * there is no certificate: headroom://127.0.0.1:PORT/#TOKEN. */
typedef struct
{
  char    *host;
  guint16  port;
  gboolean secured;                           /* over TLS, by a certificate of this fingerprint */
  guint8   fingerprint[HR_FINGERPRINT_BYTES]; /* SHA-256 of the certificate's DER */
  guint8   token[HR_TOKEN_BYTES];
} HrPairing;

HrPairing *hr_pairing_parse (const char *link,
                             GError    **error) G_GNUC_WARN_UNUSED_RESULT;
char      *hr_pairing_format (const HrPairing *self) G_GNUC_WARN_UNUSED_RESULT;
HrPairing *hr_pairing_copy (const HrPairing *self) G_GNUC_WARN_UNUSED_RESULT;
void       hr_pairing_free (HrPairing *self);

gboolean hr_host_is_loopback (const char *host);

/* A token as 32 hexadecimal digits, and back. */
char    *hr_token_format (const guint8 *token) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_token_parse (const char *text,
                         guint8     *out,
                         GError    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrPairing, hr_pairing_free)

G_END_DECLS
