/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/feed.h"

G_BEGIN_DECLS

/* What is measured on this side of the cable: a feed that is cut here into snapshots of its source, as those of agents are there. */
typedef struct _HrIntake HrIntake;

HrIntake *hr_intake_new (HrSource *source,
                         gint64    now_ns) G_GNUC_WARN_UNUSED_RESULT;
void      hr_intake_free (HrIntake *self);

HrSource *hr_intake_get_source (HrIntake *self);
HrFeed   *hr_intake_get_feed (HrIntake *self);

HrSnapshot *hr_intake_cut (HrIntake *self,
                           gint64    now_ns,
                           gint64    now_us) G_GNUC_WARN_UNUSED_RESULT;
void        hr_intake_skip (HrIntake *self,
                            gint64    now_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrIntake, hr_intake_free)

G_END_DECLS
