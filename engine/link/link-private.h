/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/network.h"
#include "engine/wire/wire.h"

#include <sys/types.h>

G_BEGIN_DECLS

#define HR_LINK_MAX_QUEUED (8u << 20)

GError *hr_link_error_new (HrWireStatus status) G_GNUC_WARN_UNUSED_RESULT;

void hr_stream_close (GIOStream *stream);

HrLink *hr_link_new_for_socket (GSocket *socket) G_GNUC_WARN_UNUSED_RESULT;
void    hr_link_take_rest (HrLink        *self,
                           HrFrameCutter *rest);
void    hr_link_ask_for_access (HrLink       *self,
                                const guint8 *token);

/* What makes listeners differ: who is let in, by hr_listener_give_out () now or later, and what is left to do at the end. */
typedef struct
{
  void (*admit) (HrListener *listener,
                 GSocket    *peer,
                 gpointer    data);
  void (*stop) (gpointer data);
} HrListenerKind;

HrListener *hr_listener_new (GSocket              *socket,
                             const HrListenerKind *kind,
                             gpointer              data) G_GNUC_WARN_UNUSED_RESULT;
gpointer    hr_listener_get_data (HrListener *self);
void        hr_listener_give_out (HrListener *self,
                                  HrLink     *link);

gboolean hr_peer_check (GSocket *socket,
                        uid_t    user,
                        GError **error);

void       hr_tls_new_async (GIOStream          *base,
                             GTlsCertificate    *certificate,
                             GAsyncReadyCallback callback,
                             gpointer            user_data);
GIOStream *hr_tls_new_finish (GAsyncResult *result,
                              GError      **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean   hr_tls_check_version (GTlsConnection *tls,
                                 GError        **error);

void hr_certificate_fingerprint (GTlsCertificate *certificate,
                                 guint8          *out);

gboolean hr_port_parse (const char *text,
                        guint16    *out,
                        GError    **error);
gboolean hr_endpoint_parse (const char *text,
                            char      **out_host,
                            guint16    *out_port,
                            GError    **error);
char    *hr_endpoint_format (const char *host,
                             guint16     port) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
