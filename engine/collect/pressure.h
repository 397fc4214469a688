/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/collector.h"

G_BEGIN_DECLS

/* How long tasks have waited for a resource since the computer began, in microseconds. */
typedef struct
{
  guint64 some_us; /* at least one task waited */
  guint64 full_us; /* all waited, and nothing was done; 0 where the kernel does not say */
} HrPressure;

gboolean hr_pressure_parse (const char *text,
                            HrPressure *out);

/* Whether tasks of this computer wait for processor, memory and disks, once a second, as metrics of the feed @computer.
 * When memory is short for all of them, the followed programs are asked to free some. @root: "" or a folder that stands
 * for /. */
HrCollector *hr_pressure_new (const char *root,
                              HrFeed     *computer) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
