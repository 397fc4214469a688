/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/collector.h"
#include "engine/link/link.h"

G_BEGIN_DECLS

#define HR_AGENT_INTERVAL_MS 100

/* Measures while somebody listens: owns the collectors, the feeds and one session a link. */
typedef struct _HrAgent HrAgent;

HrAgent *hr_agent_new (HrCollectors *collectors,
                       HrFeed       *computer,
                       guint         interval_ms) G_GNUC_WARN_UNUSED_RESULT;
HrAgent *hr_agent_new_for_computer (const char *folder,
                                    guint       interval_ms) G_GNUC_WARN_UNUSED_RESULT;
void     hr_agent_free (HrAgent *self);

void hr_agent_add_link (HrAgent *self,
                        HrLink  *link);
void hr_agent_tick (HrAgent *self,
                    gint64   now_ns);

guint    hr_agent_get_n_sessions (const HrAgent *self);
guint    hr_agent_get_interval (const HrAgent *self);
gboolean hr_agent_is_awake (const HrAgent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrAgent, hr_agent_free)

G_END_DECLS
