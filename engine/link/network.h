/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/link.h"
#include "engine/link/pairing.h"

G_BEGIN_DECLS

/* Who an agent is to the network: a certificate of its own and the token that opens it, each in a file of mode 0600 below
 * a folder of mode 0700; made when they are not there. */
typedef struct
{
  GTlsCertificate *certificate;
  guint8           fingerprint[HR_FINGERPRINT_BYTES];
  guint8           token[HR_TOKEN_BYTES];
} HrIdentity;

/* @folder: NULL for $XDG_CONFIG_HOME/headroom/agent. Files of another owner or mode are refused, not used. */
HrIdentity *hr_identity_load (const char *folder,
                              GError    **error) G_GNUC_WARN_UNUSED_RESULT;
void        hr_identity_free (HrIdentity *self);

/* Makes a new token (and certificate): whoever was paired is not any more. */
gboolean hr_identity_renew (const char *folder,
                            GError    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrIdentity, hr_identity_free)

/* Listens on TCP. On loopback plain, with the token of @identity; on any other host TLS 1.3 and the token. A link is given out only after
 * its peer's token was right: until then it gets no byte but TLS's own, 5 s of time, and then a close; at most 16 wait at a time. */
HrListener *hr_listener_new_tcp (const char       *host,
                                 guint16           port,
                                 const HrIdentity *identity,
                                 GError          **error) G_GNUC_WARN_UNUSED_RESULT;
guint16     hr_listener_get_port (HrListener *self);

/* A link to the agent that @pairing names; the token is on its way before anything else. Another certificate is HR_LINK_ERROR_CERTIFICATE. */
void    hr_link_connect_tcp_async (const HrPairing    *pairing,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
HrLink *hr_link_connect_tcp_finish (GAsyncResult *result,
                                    GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/* A peer that is gone without a word is noticed so soon. */
#define HR_TCP_SILENCE_SECONDS 30

void hr_tcp_prepare (GSocket *socket,
                     int      silence_seconds);

G_END_DECLS
