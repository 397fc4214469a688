/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/peer.h"

G_BEGIN_DECLS

/* All sources of all agents, as one list and one flow of snapshots. A GListModel of HrSource, each computer
 * before its programs.
 *
 * Signals: "source-added", "source-state" and "snapshot", as HrPeer has them. */
#define HR_TYPE_HUB (hr_hub_get_type ())
G_DECLARE_FINAL_TYPE (HrHub, hr_hub, HR, HUB, GObject)

HrHub *hr_hub_new (void) G_GNUC_WARN_UNUSED_RESULT;

HrSource *hr_hub_add (HrHub       *self,
                      HrConnector *connector,
                      const char  *computer);
HrPeer   *hr_hub_find_peer (HrHub    *self,
                            HrSource *source);
void      hr_hub_set_interval (HrHub *self,
                               guint  interval_ms);

G_END_DECLS
