/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/link.h"
#include "engine/wire/wire.h"

#include <sys/types.h>

G_BEGIN_DECLS

#define HR_LINK_MAX_QUEUED (8u << 20)

GError *hr_link_error_new (HrWireStatus status) G_GNUC_WARN_UNUSED_RESULT;

HrLink *hr_link_new_for_socket (GSocket *socket) G_GNUC_WARN_UNUSED_RESULT;

gboolean hr_peer_check (GSocket *socket,
                        uid_t    user,
                        GError **error);

G_END_DECLS
