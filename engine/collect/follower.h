/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/feed.h"
#include "engine/probe/reader.h"

G_BEGIN_DECLS

/* Follows one region and turns what it counted between two looks into samples of a feed. */
typedef struct _HrFollower HrFollower;

HrFollower *hr_follower_new (HrRegionReader *reader,
                             const char     *root,
                             const char     *file,
                             HrKeeperBudget *budget,
                             guint64         epoch,
                             gint64          begin_ns,
                             gboolean        preload) G_GNUC_WARN_UNUSED_RESULT;
void        hr_follower_free (HrFollower *self);

HrFeed  *hr_follower_get_feed (HrFollower *self);
gboolean hr_follower_collect (HrFollower *self,
                              gint64      now_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrFollower, hr_follower_free)

G_END_DECLS
