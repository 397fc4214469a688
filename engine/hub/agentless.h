/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/intake.h"
#include "engine/hub/peer.h"

G_BEGIN_DECLS

/* The figures of a phone that no agent in it tells: one connection to its instruments while it can be had, into the phone's own series
 * and, for programs that are watched, into series of their own. */
typedef struct _HrAgentless HrAgentless;

/* @changed: hr_agentless_get_trouble () is another. */
HrAgentless *hr_agentless_new (HrPeer *peer,
                               HrFeed *feed,
                               void (*changed) (gpointer user_data),
                               gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void         hr_agentless_free (HrAgentless *self);

void        hr_agentless_start (HrAgentless    *self,
                                const HrDevice *device);
void        hr_agentless_stop (HrAgentless *self,
                               const char  *why);
void        hr_agentless_close (HrAgentless *self);
void        hr_agentless_forgive (HrAgentless *self);
const char *hr_agentless_get_trouble (HrAgentless *self);

HrFound *hr_agentless_search (HrAgentless *self,
                              const char  *text,
                              GError     **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_agentless_watch (HrAgentless *self,
                             guint64      pid,
                             GError     **error);

void hr_agentless_cut (HrAgentless *self,
                       gint64       now_ns,
                       gint64       now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrAgentless, hr_agentless_free)

G_END_DECLS
