/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

G_BEGIN_DECLS

/* Finding sources among those of the monitor. All of them are borrowed. */

/* The computer or device that the link at @address brings; NULL: none. */
HrSource *hr_sources_find_origin (HrMonitor  *monitor,
                                  const char *address);

G_END_DECLS
