/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/address.h"
#include "engine/link/network.h"

G_BEGIN_DECLS

/* Where desktops come in: unix:PATH or tcp:HOST:PORT, as it was asked for on the command line. */
HrAddress *hr_entrance_parse (const char *text,
                              GError    **error) G_GNUC_WARN_UNUSED_RESULT;

HrListener *hr_entrance_open (const HrAddress  *address,
                              const HrIdentity *identity,
                              GError          **error) G_GNUC_WARN_UNUSED_RESULT;

/* The pairing links that lead to it; none for a Unix socket. */
char **hr_entrance_links (const HrAddress  *address,
                          const HrIdentity *identity) G_GNUC_WARN_UNUSED_RESULT;

/* Which hosts @host stands for: itself, or where it is every address, each of @addresses (GInetAddress) that others can reach, and @name. */
char **hr_entrance_hosts (const char *host,
                          GPtrArray  *addresses,
                          const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
