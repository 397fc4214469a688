/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/connector.h"
#include "engine/model/source.h"

G_BEGIN_DECLS

/* One agent and the sources that come from it: its computer and that computer's instrumented programs. Speaks
 * the wire's order (resume, hello, totals, snapshots), keeps each source's state, and notices an agent that went silent.
 *
 * Signals:
 *   "source-added" (HrSource *)
 *   "source-state" (HrSource *)
 *   "snapshot"     (HrSource *, HrSnapshot *)  it stands in the source's history already */
#define HR_TYPE_PEER (hr_peer_get_type ())
G_DECLARE_FINAL_TYPE (HrPeer, hr_peer, HR, PEER, GObject)

HrPeer *hr_peer_new (HrConnector *connector,
                     const char  *computer) G_GNUC_WARN_UNUSED_RESULT;

HrSource *hr_peer_get_computer (HrPeer *self);
gboolean  hr_peer_owns (HrPeer   *self,
                        HrSource *source);

void hr_peer_connect (HrPeer   *self,
                      HrSource *source);
void hr_peer_disconnect (HrPeer   *self,
                         HrSource *source);
void hr_peer_set_sampling (HrPeer   *self,
                           HrSource *source,
                           gboolean  sampling);
void hr_peer_request_cleanup (HrPeer   *self,
                              HrSource *source);
void hr_peer_set_interval (HrPeer *self,
                           guint   interval_ms);

G_END_DECLS
