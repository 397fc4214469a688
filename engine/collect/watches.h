/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/collector.h"
#include "engine/collect/users.h"

G_BEGIN_DECLS

/* So many programs are watched at once. */
#define HR_WATCHES_MAX 64

/* Programs without a region that somebody wants to see: a feed each, for as long as the program runs, somebody wants it, and it opens no
 * region, whose feed then takes over. What there is to measure is left to hr_process_new (). An owner is whoever asked: only its address
 * counts. @root: "" or a folder that stands for /. */
HrCollector *hr_watches_new (const char         *root,
                             HrUsers            *users,
                             const HrStreamName *computer) G_GNUC_WARN_UNUSED_RESULT;

gboolean hr_watches_begin (HrCollector  *collector,
                           GPtrArray    *feeds,
                           guint64       pid,
                           guint64       start_time,
                           gconstpointer owner,
                           guint64       epoch,
                           gint64        now_ns,
                           GError      **error);
void     hr_watches_end (HrCollector  *collector,
                         guint64       pid,
                         guint64       start_time,
                         gconstpointer owner);
void     hr_watches_leave (HrCollector  *collector,
                           gconstpointer owner);

gboolean hr_watches_is_instrumented (HrCollector *collector,
                                     GPtrArray   *feeds,
                                     guint64      pid,
                                     guint64      start_time);
gboolean hr_watches_has (HrCollector  *collector,
                         guint64       pid,
                         guint64       start_time,
                         gconstpointer owner);
gboolean hr_watches_concern (HrCollector  *collector,
                             const HrFeed *feed,
                             gconstpointer owner);

G_END_DECLS
