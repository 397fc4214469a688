/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/feed.h"
#include "engine/wire/backlog.h"

G_BEGIN_DECLS

#define HR_STREAM_BACKLOG_BYTES (1 << 20)

/* A feed on its way out: its number, which is the same on every link, and the last frames it came to. */
typedef struct
{
  HrFeed    *feed;
  guint      number;
  guint      announced; /* the feed's generation that the sessions know */
  HrBacklog *backlog;
  gint64     ended_ns; /* monotonic; of one that ended: when its goodbye was said */
} HrStream;

HrStream *hr_stream_new (HrFeed *feed,
                         guint   number) G_GNUC_WARN_UNUSED_RESULT;
void      hr_stream_free (HrStream *self);

GBytes *hr_stream_pack_hello (const HrStream *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_stream_pack_totals (const HrStream *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_stream_pack_goodbye (const HrStream *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_stream_cut (HrStream *self,
                       gint64    end_ns) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrStream, hr_stream_free)

G_END_DECLS
