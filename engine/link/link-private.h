/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/link.h"
#include "engine/link/pairing.h"
#include "engine/wire/wire.h"

#include <sys/types.h>

G_BEGIN_DECLS

#define HR_LINK_MAX_QUEUED (8u << 20)

GError *hr_link_error_new (HrWireStatus status) G_GNUC_WARN_UNUSED_RESULT;

HrLink *hr_link_new_for_socket (GSocket *socket) G_GNUC_WARN_UNUSED_RESULT;

gboolean hr_peer_check (GSocket *socket,
                        uid_t    user,
                        GError **error);

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
