/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/collector.h"

G_BEGIN_DECLS

/* This computer: processor and memory with every round, disks, network, load and processes once a second. @root: "" or a
 * folder that stands for / in what is not read through libgtop. */
HrFeed      *hr_system_feed_new (const char *root,
                                 guint64     epoch,
                                 gint64      begin_ns) G_GNUC_WARN_UNUSED_RESULT;
char        *hr_system_describe (void) G_GNUC_WARN_UNUSED_RESULT;
HrCollector *hr_system_new (const char *root,
                            HrFeed     *computer) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
