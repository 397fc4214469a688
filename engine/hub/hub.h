/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/peer.h"

G_BEGIN_DECLS

/* All sources of all agents, as one list and one flow of snapshots. A GListModel of HrSource, each computer or device
 * before its programs.
 *
 * Signals: "source-added", "source-removed", "source-state" and "snapshot", as HrPeer has them;
 *   "refused" (HrSource *origin, guint64 pid, const char *reason) */
#define HR_TYPE_HUB (hr_hub_get_type ())
G_DECLARE_FINAL_TYPE (HrHub, hr_hub, HR, HUB, GObject)

/* What an agent's sources begin with. */
typedef struct
{
  HrSourceRole  role; /* computer or device */
  HrSourceGroup group;
  const char   *address;
  const char   *name; /* becomes another where it is taken */
} HrOrigin;

HrHub *hr_hub_new (void) G_GNUC_WARN_UNUSED_RESULT;

HrPeer *hr_hub_add (HrHub          *self,
                    HrOpener       *opener,
                    const HrOrigin *origin);
void    hr_hub_forget (HrHub    *self,
                       HrSource *source);
HrPeer *hr_hub_find_peer (HrHub    *self,
                          HrSource *source);
HrPeer *hr_hub_find_address (HrHub      *self,
                             const char *address);
void    hr_hub_set_interval (HrHub *self,
                             guint  interval_ms);

G_END_DECLS
